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


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        (at(16, 7), Standing.AHEAD),
        (at(16, 8), Standing.DUE_SOON),
        (at(23, 7), Standing.DUE_SOON),
        (at(23, 8), Standing.DUE),
        (at(24, 7), Standing.DUE),
        (at(24, 8), Standing.OVERDUE),
        (at(7, 7, 12), Standing.OVERDUE),
        (at(7, 8, 12), Standing.MISSED),
    ],
)
def test_a_visit_stands_as_the_morning_in_its_country_says(now: datetime, stands: Standing) -> None:
    assert standing(DUE, now, ZONE, Rhythm()) is stands


def test_each_turn_leads_to_the_standing_it_names_until_none_is_left() -> None:
    now, seen = at(1, 0), []
    while (turn := next_turn(DUE, now, ZONE, Rhythm())) is not None:
        now = turn[0]
        assert standing(DUE, now, ZONE, Rhythm()) is turn[1]
        assert standing(DUE, now - timedelta(seconds=1), ZONE, Rhythm()) is not turn[1]
        seen.append(turn[1])
    assert seen == [Standing.DUE_SOON, Standing.DUE, Standing.OVERDUE, Standing.MISSED]
