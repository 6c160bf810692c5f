"""What a new paper says before anybody has typed: just what is on file, each thing as it was given."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from documents.fields import LINE
from locales.dates import day_of
from locales.names import write_name
from repatriation.work.papers.binding import last_day, printed, settled
from repatriation.work.papers.onfile import OnFile, both_names
from repatriation.work.services.codes import ON_PAPER

Fields = dict[str, Any]

_SEX: Final = {
    "Feminine": "female",
    "Masculine": "male",
    "TransgenderFeminine": "other",
    "TransgenderMasculine": "other",
    "NonConforming": "other",
}
_COUNTRIES: Final = frozenset({"KHM", "THA", "VNM"})


def fields_on_file(kind: str, on: OnFile) -> Fields:
    """The fields of a kind of paper, as far as the case can fill them. What is not known is left out."""
    made: Fields = _said(_ABOUT[kind](on))
    if kind != "handover_minutes":
        made["person"] = _said(person(on))
    if kind == "travel_document":
        made["person"].setdefault("nationality", on.procedure.home)  # it is issued to nobody else
    return made


def person(on: OnFile) -> Fields:
    """Who the person is. No name is ever put into another script."""
    kept = on.identity.person
    birth = kept.get("birthdate")
    citizenship = [code for code in kept.get("citizenship") or () if code in _COUNTRIES]
    return {
        "names": [name_on_paper(name) for name in on.identity.names],
        "sex": _SEX.get(str(kept.get("gender"))),
        "birth": str(birth)[:4] if birth and on.identity.birth_year_estimated else birth,
        "nationality": citizenship[0] if citizenship else None,
        "identity_number": kept.get("identity_number"),
        "address": address(on),
    }


def address(on: OnFile) -> str | None:
    """The home, from the smallest to the largest."""
    kept: Mapping[str, str] = on.identity.person.get("home_address") or {}
    return ", ".join(kept[part] for part in ("street", "city", "state") if kept.get(part)) or None


def handed(on: OnFile) -> Fields:
    """The person as one line of the minutes of a handover: in the script of both sides' papers if there is
    one, else as it stands."""
    names = {str(name["script"]): one_line(name) for name in on.identity.names}
    return {
        "reference": on.reference,
        "name": names.get("latn") or next(iter(names.values()), None),
        "sex": _SEX.get(str(on.identity.person.get("gender"))),
        "age_group": on.age_group,
        "document": on.numbers.get("travel_document"),
    }


def name_on_paper(name: Mapping[str, str | None]) -> Fields:
    """A name as it was given in one script."""
    given = " ".join(part for part in (name.get("middle"), name.get("given")) if part)
    family = name.get("family")
    # A paper prints the parts where it has both, and nothing is attached to it that is not printed.
    full = None if family and given else name.get("full")
    return {"script": name["script"], "family": family, "given": given, "full": full}


def one_line(name: Mapping[str, str | None]) -> str:
    """A name in the order of its script; in Latin letters family first, as Khmer and Vietnamese have it."""
    language = {"khmr": "km", "thai": "th"}.get(str(name["script"]), "vi")
    parts = {part: value or "" for part, value in name_on_paper(name).items() if part != "script"}
    return write_name(language, **parts)


def _to(on: OnFile) -> str | None:
    return _line(on.told or on.names(on.other_side, "foreign_affairs", "consulate", "coordination"))


def _line(names: Iterable[str]) -> str | None:
    """Names on one line; where they are too long for it, each in its own language alone."""
    whole = list(names)
    short = [name.partition(" / ")[0] for name in whole]
    fit = next((line for line in ("; ".join(whole), "; ".join(short)) if len(line) <= LINE), None)
    return (fit if fit is not None else "; ".join(short)[:LINE]) or None


def _settled(on: OnFile) -> dict[str, str]:
    """What the act most likely says, at the places of its paper where it decides."""
    return {place: may[0] for place, may in settled(on.procedure, on.action).items()}


def _consent(on: OnFile) -> Fields:
    purpose = on.action.discloses.purpose if on.action.discloses else None
    row = on.consents.get(purpose or "")
    if row is None:
        return {}
    return {
        "purpose": purpose,
        "given_on": day_of(row.at).isoformat(),
        "until": printed(last_day(row.until)),
        "language": row.language,
        "interpreter": row.interpreter is not None,
        "guardian": row.guardian is not None,
    }


def _office(on: OnFile) -> Fields:
    return {"officer": on.officer}


def _day(on: OnFile) -> str:
    return on.today.isoformat()


def _expected(on: OnFile) -> str | None:
    return on.expected_on.isoformat() if on.expected_on else None


def _gate(on: OnFile) -> str | None:
    return on.gate.replace("_", " ").replace("-", " ").title() if on.gate else None


def _return_request(on: OnFile) -> Fields:
    asked = {"refer_to_host": "protect", "request_acceptance": "accept_return"}.get(on.action.name)
    return {
        "to": _to(on),
        "request": {"asked": [asked] if asked else [], "planned_on": _expected(on), "gate": _gate(on)},
        "consent": _consent(on),
        "office": _office(on),
    }


def _note_verbale(on: OnFile) -> Fields:
    return {
        "to": _to(on),
        "matter": _settled(on).get("matter"),
        "arranged": {
            "on": _expected(on),
            "gate": _gate(on),
            "travel_document": on.numbers.get("travel_document"),
        },
    }


def _family_tracing_request(on: OnFile) -> Fields:
    return {
        "to": _to(on) or _line(on.names(on.side, "social")),
        "search": {"last_address": address(on)},
        "consent": _consent(on),
        "office": _office(on),
    }


def _family_assessment(on: OnFile) -> Fields:
    suits = "family_suitable" in on.action.records
    return {
        "finding": {"assessed_on": _day(on), "found": True if suits else None},
        "recommended": {"advice": "family" if suits else None, "reasons": on.given.note},
        "office": _office(on),
    }


def _consent_form(on: OnFile) -> Fields:
    said = _settled(on)
    before = on.consents.get(said["matter.purpose"]) if on.action.consent is None else None
    return {
        "matter": {
            "purpose": said["matter.purpose"],
            "decision": said["matter.decision"],
            "recipients": _line(_may_know(on)),
            "until": printed(last_day(before.until if before else on.given.until)),
        },
        "explained": {
            "language": before.language if before else on.given.language,
            "interpreter": on.given.interpreter,
            "how": before.how if before else on.given.how,
            "on": _day(on),
        },
        "child": {"guardian": on.given.guardian},
    }


def _may_know(on: OnFile) -> dict[str, None]:
    """Who may know if the person agrees: those with a part already, else those the procedure names."""
    consents, act = on.procedure.consents, on.action.consent
    asked = consents[act.consent] if act else next(c for c in consents.values() if c.purpose == "return")
    names: dict[str, None] = {}
    for role in asked.to:
        agency = on.procedure.agency(role, on.today)
        held = [both_names(body) for body in on.bodies.get(role, ())]
        names |= dict.fromkeys(held or ([agency.text["en"]] if agency else []))
    return names


def _travel_document(on: OnFile) -> Fields:
    return {
        "journey": {
            "to": on.procedure.home,
            "gate": _gate(on),
            "issued_on": _day(on),
            "until": printed(last_day(on.given.until)),
        },
    }


def _handover_minutes(on: OnFile) -> Fields:
    return {
        "place": {"gate": _gate(on), "on": _expected(on) or _day(on)},
        "handing": [
            {"body": name[:LINE]} for name in on.names("host", "shelter", "coordination", "immigration")
        ],
        "receiving": [{"body": name[:LINE]} for name in on.names("home", "reception", "border")],
        "people": [handed(on)],
        "things": {"one_sided": True if "received_one_sided" in on.action.records else None},
    }


def _return_certificate(on: OnFile) -> Fields:
    return {
        "entry": {
            "on": _day(on),
            "gate": _gate(on),
            "document": on.numbers.get("travel_document"),
            "minutes": on.numbers.get("handover_minutes"),
            "destination": address(on),
        }
    }


def _screening_form(on: OnFile) -> Fields:
    said = _settled(on)
    return {
        "talk": {"on": _day(on), "form_version": on.given.form_version},
        "result": {
            "outcome": said.get("result.outcome"),
            "authority": on.given.authority or both_names(on.own)[:LINE],
        },
        "office": _office(on),
    }


def _referral_form(on: OnFile) -> Fields:
    """The service is the one asked for; else that of the offer that was chosen, where it has no other."""
    offer, service = on.offer, on.given.service
    if service is None and offer is not None and len(offer.services) == 1:
        service = offer.services[0]
    to = _to(on)
    if offer is not None:
        to = f"{to or ''} ({offer.name})".strip()[:LINE]
    return {
        "to": to,
        "asked": {"services": [ON_PAPER[service]] if service else []},
        "consent": _consent(on),
        "office": _office(on),
    }


def _reintegration_plan(on: OnFile) -> Fields:
    kept = on.followed
    return {
        "wishes": {
            "own_words": kept.words.wishes if kept.words else None,
            "living": kept.living,
            "address": address(on),
        },
        "goals": kept.goals,
        "keeping": {
            "visits": "; ".join(day.isoformat() for day in kept.planned),
            "review": kept.review_on.isoformat() if kept.review_on else None,
            "agreed_on": _day(on),
        },
        "office": _office(on),
    }


def _visit_form(on: OnFile) -> Fields:
    return {"visit": {"on": _day(on), "visitor": on.officer, "outcome": "seen"}}


def _closure_report(on: OnFile) -> Fields:
    kept = on.followed
    return {
        "closing": {"on": _day(on)},
        "course": {
            "since": kept.since.isoformat() if kept.since else None,
            "visits": kept.made or None,
            "summary": on.given.note,
        },
        "office": _office(on),
    }


_ABOUT: Final[Mapping[str, Callable[[OnFile], Fields]]] = {
    "return_request": _return_request,
    "note_verbale": _note_verbale,
    "family_tracing_request": _family_tracing_request,
    "family_assessment": _family_assessment,
    "consent_form": _consent_form,
    "travel_document": _travel_document,
    "handover_minutes": _handover_minutes,
    "return_certificate": _return_certificate,
    "screening_form": _screening_form,
    "referral_form": _referral_form,
    "reintegration_plan": _reintegration_plan,
    "visit_form": _visit_form,
    "closure_report": _closure_report,
}


def _said(value: Any) -> Any:
    """Without what says nothing, so that it is not taken for something entered."""
    if isinstance(value, dict):
        kept = {name: _said(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in (None, "", [], {}, ())}
    if isinstance(value, list | tuple):
        return [inner for inner in (_said(each) for each in value) if inner not in (None, "", {}, [])]
    return value
