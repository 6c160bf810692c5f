"""How an officer wishes to be told by mail: where to, how often, in which language, and when not."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from repatriation.records import trail
from repatriation.records.notices import RHYTHMS, Telling
from repatriation.records.organisations import Officer
from repatriation.records.sealing import instance_key
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Invalid
from repatriation.work.telling.letters import Recipient
from sop import vocabulary as words

QUIET: Final = (20, 7)
"""The hours in which nobody is written to who has not said otherwise; our own figure."""

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LONGEST: Final = 254


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an officer wishes. Without an address no mail is sent. Hours are those of their own zone."""

    mail: str | None = field(default=None, repr=False)
    rhythm: str = "digest"
    quiet_from: int | None = QUIET[0]
    quiet_until: int | None = QUIET[1]
    language: str | None = None


def wishes_of(house: House, actor: Actor) -> Wishes:
    """What an officer wishes; what all begin with where they have said nothing."""
    with house.doors.read() as session:
        row = session.get(Telling, actor.officer_id)
        return _opened(house, row) if row is not None else Wishes()


def keep_wishes(house: House, actor: Actor, now: datetime, wishes: Wishes) -> None:
    """Keep what an officer wishes. Raises Invalid with each field that cannot be taken."""
    hours = (wishes.quiet_from, wishes.quiet_until)
    problems = {
        "mail": "malformed" if wishes.mail is not None and not _is_address(wishes.mail) else "",
        "rhythm": "unknown" if wishes.rhythm not in RHYTHMS else "",
        "quiet_from": "needed" if hours.count(None) == 1 else "",
        "quiet_until": "out_of_range" if any(h is not None and h not in range(24) for h in hours) else "",
        "language": "unknown" if wishes.language not in (None, *words.LANGUAGES) else "",
    }
    wrong = {name: code for name, code in problems.items() if code}
    if wrong:
        raise Invalid(wrong)
    with house.doors.act() as session:
        row = session.get(Telling, actor.officer_id) or Telling(officer_id=actor.officer_id, changed_at=now)
        row.mail = instance_key(house.keyring).seal("telling", "mail", actor.officer_id, wishes.mail)
        row.rhythm, row.language, row.changed_at = wishes.rhythm, wishes.language, now
        row.quiet_from, row.quiet_until = hours
        session.add(row)
        told = {"rhythm": wishes.rhythm, "mail": wishes.mail is not None}
        trail.append(session, actor, now, "account:telling:changed", told)


def recipients(session: Session, house: House, officers: Iterable[str]) -> Mapping[str, Recipient]:
    """Of some officers those to whom a mail may go."""
    rows = session.exec(
        select(Telling, Officer.language)
        .where(Telling.officer_id == Officer.id, col(Officer.active).is_(True))
        .where(col(Telling.officer_id).in_(list(dict.fromkeys(officers))), Telling.rhythm != "none")
    ).all()
    found = {}
    for row, language in rows:
        wishes = _opened(house, row)
        if wishes.mail is not None:
            found[row.officer_id] = Recipient(wishes.mail, wishes.language or language)
    return found


def _opened(house: House, row: Telling) -> Wishes:
    mail = instance_key(house.keyring).open("telling", "mail", row.officer_id, row.mail)
    return Wishes(mail, row.rhythm, row.quiet_from, row.quiet_until, row.language)


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None
