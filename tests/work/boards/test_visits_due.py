"""Visits to come: how each stands is asked of the one function that decides, and lists agree with numbers."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.boards import load, week
from repatriation.work.followup.mine import pressing
from repatriation.work.house import House
from sop.clocks import ZONES, zone_of
from sop.followup import Rhythm, Standing
from tests.work.boards.test_boards import _case, _rows, _wiped

Officers = dict[str, Actor]

moments = st.integers(0, 700 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments)
def test_the_days_of_each_standing_are_those_that_the_deciding_function_says(
    house: House, now: datetime
) -> None:
    for number in range(-40, 40):
        day = now.date() + timedelta(days=number)
        for stands in Standing:
            first, until = week.days_of(house, stands, now)
            assert (first <= day <= until) == (week.how(house, day, now) is stands)


visits = st.lists(
    st.tuples(
        st.sampled_from(["ngo", "mosvy"]),  # whose visit
        st.sampled_from(["one", "another", "nobody"]),
        st.integers(-30, 20),
        st.sampled_from(["ngo+mosvy", "mosvy", "elsewhere", "closed"]),
    ),
    max_size=15,
)


def _plan(house: House, officers: Officers, now: datetime, told: list[tuple[str, str, int, str]]) -> None:
    known = {
        "ngo+mosvy": ("ngo", "mosvy"),
        "mosvy": ("mosvy",),
        "elsewhere": ("embassy",),
        "closed": ("ngo",),
    }
    for whose, who, days, kind in told:
        named = {"one": officers[whose].officer_id, "another": officers["embassy"].officer_id}
        closed = {"stage": "closed", "closed_at": now} if kind == "closed" else {"stage": "follow_up"}
        case = _case(house, now, [officers[code] for code in known[kind]], **closed)
        with house.doors.act() as session:
            session.add(
                Visit(
                    case_id=case.id,
                    organisation_id=officers[whose].organisation_id,
                    officer_id=named.get(who),
                    due_on=_day(now) + timedelta(days=days),
                )
            )


def test_the_countries_share_one_time_so_that_one_hour_serves_a_board(now: datetime) -> None:
    assert {now.astimezone(zone_of(country)).utcoffset() for country in ZONES} == {timedelta(hours=7)}


def test_boards_and_the_list_of_visits_follow_the_rhythm_of_the_installation(
    house: House, officers: Officers, now: datetime
) -> None:
    slow = replace(house, rhythm=Rhythm(soon_days=2, grace_days=3, missed_days=30, hour=6))
    _plan(slow, officers, now, [("ngo", "one", days, "ngo+mosvy") for days in range(-40, 20, 2)])
    ngo = officers["ngo"]
    board = week.week(slow, ngo, now, _day(now), "mine")
    assert board.standings == dict(pressing(slow, ngo, now, _day(now), own=True)) | {Standing.DUE_SOON: 1}
    assert board.standings[Standing.MISSED] == 6
    (line,) = [each for each in load.load(slow, ngo, now) if each.officer_id == ngo.officer_id]
    assert line.late == board.standings[Standing.OVERDUE] + board.standings[Standing.MISSED]


def _day(now: datetime) -> date:
    return (now + timedelta(hours=7)).date()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits)
def test_each_number_of_the_week_is_right_and_opens_as_many_rows(
    house: House, officers: Officers, now: datetime, told: list[tuple[str, str, int, str]]
) -> None:
    _wiped(house.doors)
    _plan(house, officers, now, told)
    seen = [each for each in told if each[3] in ("ngo+mosvy", "mosvy")]
    wanted = {
        "all": seen,
        "ours": [each for each in seen if each[0] == "mosvy"],
        "mine": [each for each in seen if each[0] == "mosvy" and each[1] != "another"],
    }
    for whose, those in wanted.items():
        board = week.week(house, officers["mosvy"], now, _day(now), whose)
        slowly = Counter(week.how(house, _day(now) + timedelta(days=days), now) for _, _, days, _ in those)
        for stands, number in board.standings.items():
            assert number == slowly[stands]
            found = week.behind(house, officers["mosvy"], whose, week.days_of(house, stands, now))
            assert len(_rows(house, found)) == number
        for day, number in board.days.items():
            assert number == sum(_day(now) + timedelta(days=days) == day for _, _, days, _ in those)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits)
def test_each_number_of_the_load_is_right_and_opens_as_many_rows(
    house: House, officers: Officers, now: datetime, told: list[tuple[str, str, int, str]]
) -> None:
    _wiped(house.doors)
    _plan(house, officers, now, told)
    lines = load.load(house, officers["ngo"], now)
    assert officers["ngo"].officer_id in {line.officer_id for line in lines}
    for line in lines:
        named = {load.NOBODY: "nobody", officers["ngo"].officer_id: "one"}
        who = named.get(line.officer_id, "another")
        those = [days for whose, of, days, kind in told if (whose, of, kind) == ("ngo", who, "ngo+mosvy")]
        stand = Counter(week.how(house, _day(now) + timedelta(days=days), now) for days in those)
        assert line.cases == len(those)
        assert line.due == stand[Standing.DUE] + stand[Standing.DUE_SOON]
        assert line.late == stand[Standing.OVERDUE] + stand[Standing.MISSED]
        for what in load.WHATS:
            found = load.behind(house, officers["ngo"], now, line.officer_id, what)
            assert len(_rows(house, found)) == getattr(line, what)
