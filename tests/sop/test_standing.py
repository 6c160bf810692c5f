"""How a visit stands, and when that changes: at day borders, over the turn of a year, wherever it is made."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sop.followup import Rhythm, Standing, next_turn, standing

ZONES = [ZoneInfo(name) for name in ("Asia/Phnom_Penh", "Asia/Bangkok", "Asia/Ho_Chi_Minh", "Europe/Paris")]
"""The last one has summer time: none of ours has, and a mission in Europe may."""

RHYTHMS = some.builds(
    Rhythm,
    soon_days=some.integers(0, 30),
    grace_days=some.integers(0, 10),
    missed_days=some.integers(12, 60),
    hour=some.integers(0, 23),
)
DAYS = some.dates(date(2024, 1, 1), date(2031, 12, 31))


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize(
    ("after", "before", "then"),
    [
        (-7, Standing.AHEAD, Standing.DUE_SOON),
        (0, Standing.DUE_SOON, Standing.DUE),
        (1, Standing.DUE, Standing.OVERDUE),
        (14, Standing.OVERDUE, Standing.MISSED),
    ],
)
@pytest.mark.parametrize("due_on", [date(2026, 11, 25), date(2027, 1, 1), date(2028, 2, 29)], ids=str)
def test_the_standing_changes_at_midnight_of_the_place_and_is_told_at_eight(
    zone: ZoneInfo, after: int, before: Standing, then: Standing, due_on: date
) -> None:
    day = due_on + timedelta(days=after)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    just_before = midnight - timedelta(microseconds=1)
    assert standing(due_on, just_before, zone, Rhythm()) is before
    assert standing(due_on, midnight, zone, Rhythm()) is then
    eight = datetime(day.year, day.month, day.day, 8, tzinfo=zone)
    for moment in (just_before, midnight):
        assert next_turn(due_on, moment, zone, Rhythm()) == (eight, then)


@given(due_on=DAYS, zone=some.sampled_from(ZONES), rhythm=RHYTHMS, hours=some.integers(-24 * 70, 24 * 70))
def test_the_next_turn_is_the_first_morning_on_which_the_standing_is_another(
    due_on: date, zone: ZoneInfo, rhythm: Rhythm, hours: int
) -> None:
    now = datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC) + timedelta(hours=hours)

    def on(day: date) -> Standing:
        return standing(due_on, datetime.combine(day, time(12), zone), zone, rhythm)

    turn = next_turn(due_on, now, zone, rhythm)
    mornings = (now.astimezone(zone).date() + timedelta(days=number) for number in range(200))
    turns = (day for day in mornings if on(day) is not on(day - timedelta(days=1)))
    expected = (datetime.combine(day, time(rhythm.hour), zone) for day in turns)
    first = next((at for at in expected if at > now), None)
    assert turn == (None if first is None else (first, on(first.date())))


@given(due_on=DAYS, zone=some.sampled_from(ZONES), rhythm=RHYTHMS)
def test_every_visit_comes_to_be_missed_in_a_few_turns_and_never_goes_back(
    due_on: date, zone: ZoneInfo, rhythm: Rhythm
) -> None:
    now = datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC) - timedelta(days=90)
    order, seen = list(Standing), [standing(due_on, now, zone, rhythm)]
    while (turn := next_turn(due_on, now, zone, rhythm)) is not None:
        now = turn[0]
        seen.append(turn[1])
    assert seen[-1] is Standing.MISSED
    places = [order.index(each) for each in seen]
    assert places == sorted(set(places))
