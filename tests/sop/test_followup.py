"""How a visit stands, and when that changes next."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sop.clocks import ZONES
from sop.followup import Rhythm, Standing, next_turn, standing

ZONE = ZoneInfo(ZONES["KHM"])
DUE = date(2026, 11, 23)


def at(day: int, hour: int, month: int = 11) -> datetime:
    """A moment in Phnom Penh, told in UTC."""
    return datetime(2026, month, day, hour, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize("country", ZONES)
@pytest.mark.parametrize(
    ("day", "before", "stands"),
    [
        (date(2026, 11, 16), Standing.AHEAD, Standing.DUE_SOON),
        (date(2026, 11, 23), Standing.DUE_SOON, Standing.DUE),
        (date(2026, 11, 24), Standing.DUE, Standing.OVERDUE),
        (date(2026, 12, 7), Standing.OVERDUE, Standing.MISSED),
    ],
)
def test_a_visit_comes_to_stand_otherwise_at_midnight_in_its_country(
    country: str, day: date, before: Standing, stands: Standing
) -> None:
    zone = ZoneInfo(ZONES[country])
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    assert midnight.date() == day - timedelta(days=1)
    assert standing(DUE, midnight - timedelta(seconds=1), zone, Rhythm()) is before
    assert standing(DUE, midnight, zone, Rhythm()) is stands


def test_each_turn_is_told_in_the_morning_and_leads_to_the_standing_it_names_until_none_is_left() -> None:
    now, seen = at(1, 0), []
    while (turn := next_turn(DUE, now, ZONE, Rhythm())) is not None:
        now = turn[0]
        assert now.astimezone(ZONE).hour == Rhythm().hour
        assert standing(DUE, now, ZONE, Rhythm()) is turn[1]
        assert standing(DUE, now - timedelta(days=1), ZONE, Rhythm()) is not turn[1]
        seen.append(turn[1])
    assert seen == [Standing.DUE_SOON, Standing.DUE, Standing.OVERDUE, Standing.MISSED]
