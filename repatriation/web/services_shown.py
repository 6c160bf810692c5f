"""Turns offers, referrals, placements and needs as they were read into exactly what their pages show."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from repatriation.web import glossary
from repatriation.web import services_glossary as words
from repatriation.web.moments import shown_day, shown_moment
from repatriation.web.place_box import shown_place
from repatriation.web.words import look_up
from repatriation.work.services import referrals
from repatriation.work.services.offers import Offer, OfferEntered


def row_of(each: Offer) -> dict[str, Any]:
    """An entry of the directory as lists and its own page show it."""
    entered = each.entered
    kinds = [str(said) for kind, said in words.TAKES.items() if getattr(entered, kind)]
    return {
        "id": each.id,
        "version": each.version,
        "href": url_for("services.entry", offer_id=each.id),
        "name": entered.name,
        "organisation": each.organisation,
        "place": shown_place(entered.place),
        "services": [look_up(words.SERVICES, code) for code in entered.services],
        "takes": ", ".join(kinds),
        "ages": _ages(entered),
        "languages": ", ".join(look_up(glossary.SPOKEN, code) for code in entered.languages) or None,
        "accessible": _("Yes") if entered.accessible else _("No"),
        "places": _places(each),
        "registered": _day(entered.registered_until),
        "checked": _day(entered.checked_on),
        "checked_by": each.checked_by,
        "old": each.old,
        "run_out": each.run_out,
        "open": each.open,
    }


def differing(present: Offer, entered: OfferEntered) -> list[list[str]]:
    """Where an entry as it stands now differs from what somebody wrote: what, as it stands, as they wrote."""
    theirs = row_of(present)
    ours = row_of(replace(present, entered=entered, organisation=entered.organisation))
    names = {
        "name": _("Name of the shelter or service"),
        "organisation": _("Organisation that runs it"),
        "place": _("Place"),
        "services": _("What it offers"),
        "takes": _("For whom"),
        "ages": _("Ages"),
        "languages": _("Languages spoken there"),
        "accessible": _("It suits people with a disability"),
        "registered": _("Registered with the ministry until"),
        "checked": _("Last checked"),
    }
    pairs = [(said, theirs[name], ours[name]) for name, said in names.items()]
    pairs.append((_("Places"), present.entered.capacity, entered.capacity))
    pairs.append((_("Places taken by people who are in no case here"), present.entered.taken, entered.taken))
    return [[str(said), _plain(now), _plain(then)] for said, now, then in pairs if now != then]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return str(_("Not recorded")) if value is None else str(value)


def referral_row(line: referrals.ReferralLine) -> dict[str, Any]:
    """A referral as lists show it."""
    why = words.DECLINED if line.state == "declined" else words.TAKEN_BACK
    return {
        "reference": line.reference,
        "organisation": line.organisation,
        "offer": line.offer,
        "service": look_up(words.SERVICES, line.service) if line.service else None,
        "state": look_up(words.REFERRAL_STATES, line.state),
        "tone": words.REFERRAL_TONES[line.state],
        "reason": look_up(why, line.reason) if line.reason else None,
        "offered": shown_moment(line.offered_at),
        "answered": shown_moment(line.answered_at) if line.answered_at else None,
        "waiting": line.state == "offered",
        "child": line.age_group not in (None, "adult"),
    }


def need_row(line: referrals.NeedLine) -> dict[str, Any]:
    """An unmet need as lists show it."""
    return {
        "reference": line.reference,
        "service": look_up(words.SERVICES, line.service),
        "province": shown_place(line.province),
        "reason": look_up(words.WHY_NOT, line.reason),
        "since": shown_moment(line.at),
        "ended": look_up(words.ENDINGS, line.ended) if line.ended else None,
        "until": shown_moment(line.ended_at) if line.ended_at else None,
    }


def placement_row(line: referrals.PlacementLine) -> dict[str, Any]:
    """A placement as the page of its case shows it."""
    return {
        "kind": look_up(words.PLACEMENTS, line.kind),
        "where": line.offer or line.organisation,
        "place": shown_place(line.place),
        "custody": look_up(words.CUSTODY, line.custody) if line.custody else None,
        "signed": ", ".join(part for part in (line.signed_by, line.signed_for) if part),
        "from": shown_day(line.from_on),
        "to": _day(line.to_on),
        "ended": look_up(words.ENDINGS, line.ended) if line.ended else None,
    }


def _day(day: date | None) -> str | None:
    return shown_day(day) if day else None


def _ages(entered: OfferEntered) -> str | None:
    youngest, oldest = entered.min_age, entered.max_age
    if youngest is not None and oldest is not None:
        return str(_("%(youngest)s to %(oldest)s years", youngest=youngest, oldest=oldest))
    if youngest is not None:
        return str(_("From %(youngest)s years on", youngest=youngest))
    return str(_("Up to %(oldest)s years", oldest=oldest)) if oldest is not None else None


def _places(each: Offer) -> str:
    if each.free is None:
        return str(_("No places to be counted"))
    return str(_("%(free)s of %(all)s free", free=each.free, all=each.entered.capacity))
