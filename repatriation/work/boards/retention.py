"""Still in contact: of those who came home, how many were met one, three, six, nine, twelve months later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from repatriation.records.boards import contact
from repatriation.work.actors import Actor
from repatriation.work.boards.behind import Behind
from repatriation.work.house import House
from repatriation.work.visits import MADE

MONTHS: Final = (1, 3, 6, 9, 12)
MARKS: Final = tuple(contact.Mark(days, 14) for days in (30, 91, 182, 274, 365))
"""Two weeks either way, as a visit is missed after two. Our own figures; no source gives any."""

WINDOW: Final = timedelta(days=730)
"""Whoever came home within it is reckoned with."""

MOST: Final = 10_000
"""No more than the latest so many, however many cases there are."""

HOWS: Final = ("met", "lost", "ended")
SETTLED, LOST = "integrated", "lost_contact"


@dataclass(frozen=True, slots=True)
class ContactLine:
    """How those stood who have been home for so many months: met then or later, not met, or their case had
    ended before in another way."""

    months: int
    met: int
    lost: int
    ended: int

    @property
    def of(self) -> int:
        """Of how many it can be said whether they are still in contact."""
        return self.met + self.lost


@dataclass(frozen=True, slots=True)
class Retention:
    """The board. `since`: whoever came home from then on is reckoned with."""

    since: datetime
    lines: tuple[ContactLine, ...]


def retention(house: House, actor: Actor, now: datetime) -> Retention:
    """How many are still in contact, in the cases that the organisation has a part in."""
    given = _given(house, actor, now)
    with house.doors.read() as session:
        row = session.connection().execute(contact.numbers(MARKS), given).one()
    lines = (
        ContactLine(months, *(int(getattr(row, f"{how}_{number}") or 0) for how in HOWS))
        for number, months in enumerate(MONTHS)
    )
    return Retention(given["since"], tuple(lines))


def behind(house: House, actor: Actor, now: datetime, months: int, how: str) -> Behind:
    """The cases behind a number."""
    return Behind(contact.cases(MARKS[MONTHS.index(months)], how), _given(house, actor, now))


def _given(house: House, actor: Actor, now: datetime) -> dict[str, Any]:
    with house.doors.read() as session:
        asked = {"settled": SETTLED, "most": MOST}
        before = session.connection().execute(contact.LATEST_HOME, asked).scalar()
    return {
        "organisation_id": actor.organisation_id,
        "settled": SETTLED,
        "lost": LOST,
        "met": MADE,
        "since": max(now - WINDOW, before) if before else now - WINDOW,
        "now": now,
    }
