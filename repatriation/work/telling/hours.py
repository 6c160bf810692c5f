"""When a mail goes: soon after something happened or once a day, and never in somebody's quiet hours."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import Connection, select

from repatriation.records.columns import new_id
from repatriation.records.notices import Telling
from repatriation.records.sets import among
from repatriation.work.actors import zone_for
from repatriation.work.telling.audience import Who

MAIL: Final = "mail:notices"
"""The kind of an outbox row that is a mail to an officer: that something is in their inbox."""

GATHERED: Final = timedelta(minutes=10)
"""What happens within so long goes out in one mail."""

MORNING: Final = 8
"""The hour of the daily mail, where the officer works."""

_WISHES = Telling.metadata.tables["telling"]
_AT_ONCE = select(_WISHES.c.officer_id, _WISHES.c.quiet_from, _WISHES.c.quiet_until).where(
    _WISHES.c.rhythm == "at_once", _WISHES.c.mail.is_not(None)
)


def mails_at_once(connection: Connection, told: Mapping[str, Who], now: datetime) -> list[dict[str, Any]]:
    """The mails to officers who were told something and wish to know soon: one for all of ten minutes."""
    if not told:
        return []
    wishes = connection.execute(_AT_ONCE.where(among(connection, _WISHES.c.officer_id, told))).all()
    return [
        mail_row(officer_id, when_to_send(now, zone_for(told[officer_id].country), quiet_from, quiet_until))
        for officer_id, quiet_from, quiet_until in wishes
    ]


def mail_row(officer_id: str, at: datetime, once: str | None = None) -> dict[str, Any]:
    """The outbox row of one mail; there is one for each officer and moment."""
    return {
        "id": new_id(),
        "case_id": None,
        "kind": MAIL,
        "recipient_id": officer_id,
        "run_at": at,
        "token": None,
        "attempts": 0,
        "state": "open",
        "detail": {},
        "once": once or f"mail:{officer_id}:{at:%Y%m%dT%H%M}",
        "last_error": None,
    }


def when_to_send(now: datetime, zone: tzinfo, quiet_from: int | None, quiet_until: int | None) -> datetime:
    """The end of the ten minutes that are running, or of the quiet hours in which they end."""
    passed = now.timestamp() // GATHERED.total_seconds()
    at = datetime.fromtimestamp((passed + 1) * GATHERED.total_seconds(), UTC)
    there = at.astimezone(zone)
    if quiet_from is None or quiet_until is None or not is_quiet(there, quiet_from, quiet_until):
        return at
    day = there.date() + timedelta(days=there.hour >= quiet_until)
    return datetime.combine(day, time(quiet_until), zone).astimezone(UTC)


def is_quiet(there: datetime, quiet_from: int, quiet_until: int) -> bool:
    """Whether a local time lies in quiet hours, which may run over midnight."""
    if quiet_from <= quiet_until:
        return quiet_from <= there.hour < quiet_until
    return there.hour >= quiet_from or there.hour < quiet_until


def digest_day(now: datetime, zone: tzinfo) -> date | None:
    """The day whose daily mail may go by now; none before its hour."""
    there = now.astimezone(zone)
    return there.date() if there.hour >= MORNING else None
