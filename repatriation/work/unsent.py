"""A form that was sent after its session had lapsed: kept sealed for a while, for the same officer alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from repatriation.records.sessions import WebSession
from repatriation.work.actors import Actor
from repatriation.work.begun import begin, look
from repatriation.work.house import House
from repatriation.work.sessions import digest

LASTS: Final = timedelta(hours=1)
LONGEST: Final = 100_000
"""Letters of one form that are kept; no form of ours takes more."""

_KIND: Final = "unsent"


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form as it was sent: where to, and each box with what was in it."""

    path: str
    fields: tuple[tuple[str, str], ...]


def keep_unsent(
    house: House, lapsed: str, now: datetime, path: str, fields: Sequence[tuple[str, str]]
) -> str | None:
    """Keep a form for the officer whose session this was; gives the token that the browser is to hold.

    Nothing is kept for strangers: the session must be one that lapsed, and not one that was ended.
    """
    if sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return None
    with house.doors.read() as session:
        kept = session.get(WebSession, digest(lapsed))
        officer_id = kept.officer_id if kept is not None else None
    if officer_id is None:
        return None
    said = {"officer": officer_id, "path": path, "fields": [list(pair) for pair in fields]}
    return begin(house, _KIND, said, now, LASTS)


def unsent(house: House, actor: Actor, token: str | None, now: datetime) -> Unsent | None:
    """What was kept under a token, if it is this officer's."""
    found = look(house, _KIND, token, now)
    if found is None or found["officer"] != actor.officer_id:
        return None
    return Unsent(found["path"], tuple((name, value) for name, value in found["fields"]))
