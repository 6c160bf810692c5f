"""Turns what an officer was told into exactly what the inbox shows, in their language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from repatriation.web import glossary
from repatriation.web.desk import today
from repatriation.web.moments import shown_day, shown_moment
from repatriation.web.words import Wording, either, said
from repatriation.work.telling.inbox import Entry, NoticeLine
from repatriation.work.telling.trouble import TROUBLE

WORDS: Final[Mapping[tuple[str, str | None], object]] = {
    ("visit", "due_soon"): _l("A visit is due soon"),
    ("visit", "due"): _l("A visit is due"),
    ("visit", "overdue"): _l("A visit is overdue"),
    ("visit", "missed"): _l("A visit was not made"),
    ("limit", "due_soon"): _l("A time limit ends soon"),
    ("limit", "overdue"): _l("A time limit is over"),
    ("limit", "escalated"): _l("A time limit has been over for a week"),
    ("case:moved", None): _l("How a case stands was put right"),
    ("case:left", None): _l("Your organisation has no part in a case any more"),
    ("summary:due", "due"): _l("A summary to the sending country is due"),
    ("summary:due", "overdue"): _l("A summary to the sending country is overdue"),
    ("handoff:attention", None): _l("A handoff needs somebody"),
    ("paper:revoked", None): _l("A paper counts no more"),
    ("paper:revoked:there", None): _l(
        "A paper of the other country counts no more: check it before you use it"
    ),
    ("clock:trouble", "mail"): _l("Mails to your officers could not be delivered"),
    ("clock:trouble", "off"): _l("The time of a machine on which a clock runs is off"),
}
NAMED: Final[Mapping[tuple[str, str | None], object]] = {
    ("limit", "due_soon"): _l("A time limit ends soon: %(what)s"),
    ("limit", "overdue"): _l("A time limit is over: %(what)s"),
    ("limit", "escalated"): _l("A time limit has been over for a week: %(what)s"),
    ("case:moved", None): _l("Step taken: %(what)s"),
}
"""The same where it is known which act it is about."""

TONES: Final[Mapping[str | None, str]] = {
    None: "plain",
    "due_soon": "going",
    "due": "waiting",
    "overdue": "late",
    "missed": "stop",
    "escalated": "stop",
    "mail": "stop",
    "off": "stop",
}
MOST_AWAITED: Final = 3
"""How many acts are named of a case in which more are awaited: its page has them all."""


def entry_row(entry: Entry) -> dict[str, Any]:
    """One entry in words: the newest notice, and those before it. One that leads nowhere has no address: its
    case is out of sight.
    """
    first, *before = entry.lines
    words = Wording(entry.procedure, today()) if entry.procedure is not None else None
    leads = first.in_sight or "handoff" in first.detail or first.kind == TROUBLE
    return {
        **_told(first, words),
        "reference": first.detail.get("reference"),
        "late": _late(first.detail.get("late_hours")),
        "href": url_for("inbox.notice", notice_id=first.id) if leads else None,
        "new": not entry.read,
        "tone": "late" if entry.late else TONES.get(first.standing, "plain"),
        "awaited": _awaited(entry, words),
        "before": [_told(line, words) for line in before],
    }


def _told(line: NoticeLine, words: Wording | None) -> dict[str, Any]:
    """What one notice says, and when it was told."""
    place, action = (line.kind, line.standing), line.detail.get("action")
    told: object = WORDS.get(place, _("Something happened"))
    if words is not None and action is not None and place in NAMED:
        told = said(str(NAMED[place]), what=words.step(action))
    why = glossary.HANDOFF_ATTENTION.get(str(line.detail.get("why")))
    if why is not None:
        told = _("%(what)s: %(why)s", what=told, why=why)
    return {"words": told, "due": _due(line), "at": shown_moment(line.at)}


def _awaited(entry: Entry, words: Wording | None) -> Markup | None:
    """The acts that are awaited of the reader's organisation, in one phrase."""
    if words is None or not entry.actions:
        return None
    return either(words.awaited(name) for name in entry.actions[:MOST_AWAITED])


def _due(line: NoticeLine) -> str | None:
    day, at = line.detail.get("due"), line.detail.get("at")
    if day:
        return shown_day(date.fromisoformat(day))
    return shown_moment(datetime.fromisoformat(at)) if at else None


def _late(hours: int | None) -> str | None:
    """By how much it was told late, because no clock ran when it turned."""
    if not hours:
        return None
    days = hours // 24
    if days:
        return str(ngettext("Told %(num)s day late", "Told %(num)s days late", days))
    return str(ngettext("Told %(num)s hour late", "Told %(num)s hours late", hours))
