"""Working days and time limits: against the source package, a slow day-by-day count, and at their edges."""

import timeit
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop import clocks
from sop.clocks import CALENDARS, Calendar, CalendarError, Due, due_at, joint, load, zone_of
from tests.sop.make_calendars import COUNTRIES, FIRST, LAST, Country, calendar_text

CALENDAR_OF: Mapping[str, Calendar] = load()
BOTH = joint(CALENDAR_OF["KHM"], CALENDAR_OF["THA"])
ALL = joint(*CALENDAR_OF.values())
PHNOM_PENH = zone_of("KHM")

any_calendar = st.sampled_from([*CALENDAR_OF.values(), BOTH, ALL])
any_day = st.dates(date(2018, 6, 1), date(2037, 6, 1))
few = st.integers(0, 90)


def slow_add(calendar: Calendar, start: date, n: int) -> date:
    day = start
    for _ in range(n):
        day += timedelta(days=1)
        while day not in calendar.working_extra and (day.weekday() > 4 or day in calendar.days_off):
            day += timedelta(days=1)
    return day


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_our_days_are_the_days_of_the_installed_package(country: Country) -> None:
    years = range(FIRST.year, LAST.year + 1)
    theirs = holidays.country_holidays(country.short, years=years, categories=country.kinds)
    calendar = CALENDAR_OF[country.code]
    assert calendar.days_off == frozenset(theirs)
    assert calendar.working_extra == {day for day in theirs.weekend_workdays if FIRST <= day <= LAST}
    assert (calendar.first, calendar.last) == (FIRST, LAST)


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_the_files_are_what_the_tool_writes(country: Country) -> None:
    assert CALENDARS.joinpath(f"{country.code.lower()}.toml").read_text(encoding="utf-8") == calendar_text(
        country
    )


def test_there_is_a_calendar_and_a_zone_for_each_country() -> None:
    assert set(CALENDAR_OF) == set(clocks.ZONES)


@pytest.mark.parametrize(
    ("calendar", "end"),
    [
        (CALENDAR_OF["KHM"], date(2026, 4, 22)),
        (CALENDAR_OF["THA"], date(2026, 4, 22)),
        (CALENDAR_OF["VNM"], date(2026, 4, 17)),
        (BOTH, date(2026, 4, 23)),
    ],
)
def test_five_working_days_over_the_new_year_of_2026(calendar: Calendar, end: date) -> None:
    assert calendar.add_working_days(date(2026, 4, 10), 5) == end


def test_a_saturday_worked_in_exchange_counts_in_viet_nam() -> None:
    assert CALENDAR_OF["VNM"].is_working(date(2026, 8, 22))
    assert not CALENDAR_OF["VNM"].is_working(date(2026, 8, 31))
    assert not joint(CALENDAR_OF["VNM"], CALENDAR_OF["KHM"]).is_working(date(2026, 8, 22))


def test_thai_offices_are_closed_on_the_ploughing_ceremony() -> None:
    assert not CALENDAR_OF["THA"].is_working(date(2026, 5, 13))


@given(any_calendar, any_day, few)
def test_the_table_agrees_with_counting_day_by_day(calendar: Calendar, start: date, n: int) -> None:
    assert calendar.add_working_days(start, n) == slow_add(calendar, start, n)


@given(any_calendar, any_day, few)
def test_counting_between_undoes_adding(calendar: Calendar, start: date, n: int) -> None:
    end = calendar.add_working_days(start, n)
    assert calendar.working_days_between(start, end) == n
    assert calendar.working_days_between(end, start) == -n


@given(st.sets(st.sampled_from(sorted(CALENDAR_OF)), min_size=1), any_day)
def test_a_joint_day_is_worked_when_every_country_works(countries: set[str], day: date) -> None:
    calendars = [CALENDAR_OF[country] for country in sorted(countries)]
    assert joint(*calendars).is_working(day) == all(calendar.is_working(day) for calendar in calendars)


@given(st.sampled_from(sorted(CALENDAR_OF)), any_day, st.integers(0, 23), st.integers(1, 40))
def test_a_limit_ends_with_a_whole_local_day(country: str, day: date, hour: int, n: int) -> None:
    calendar, zone = CALENDAR_OF[country], zone_of(country)
    starts = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
    due = due_at(n, "working days", starts, calendar, zone)
    today = starts.astimezone(zone).date()
    assert due.on == slow_add(calendar, today, n)
    assert due.at == datetime(due.on.year, due.on.month, due.on.day, tzinfo=zone) + timedelta(days=1)
    assert due.uncertain == (today < FIRST or due.on > LAST)
    assert not due.passed(due.at - timedelta(seconds=1))
    assert due.passed(due.at)


def test_hours_run_to_the_instant() -> None:
    starts = datetime(2026, 4, 10, 20, 15, tzinfo=timezone(timedelta(hours=7)))
    due = due_at(24, "hours", starts, CALENDAR_OF["THA"], zone_of("THA"))
    assert due == Due(datetime(2026, 4, 11, 13, 15, tzinfo=UTC), None, False)
    assert not due.passed(due.at)
    assert due.passed(due.at + timedelta(microseconds=1))


def test_days_are_counted_in_the_country_and_not_at_greenwich() -> None:
    """18:00 UTC is already the next day in Bangkok: 15 days of reflection end a day later than it seems."""
    due = due_at(15, "days", datetime(2026, 4, 10, 18, tzinfo=UTC), CALENDAR_OF["THA"])
    assert due.on == date(2026, 4, 26)
    assert due.at == datetime(2026, 4, 26, 17, tzinfo=UTC)
    assert not due.uncertain


@pytest.mark.parametrize("unit", ["hours", "days", "working days"])
def test_a_limit_of_nought_is_due_at_once(unit: str) -> None:
    starts = datetime(2026, 4, 12, 3, tzinfo=UTC)
    assert due_at(0, unit, starts, CALENDAR_OF["VNM"], zone_of("VNM")) == Due(starts, None, False)


def test_beyond_the_table_weekends_alone_are_known_and_it_says_so() -> None:
    due = due_at(5, "working days", datetime(2040, 1, 2, 5, tzinfo=UTC), CALENDAR_OF["VNM"], zone_of("VNM"))
    assert due.on == date(2040, 1, 9)
    assert due.uncertain
    across = due_at(
        5, "working days", datetime(2036, 12, 30, 5, tzinfo=UTC), CALENDAR_OF["VNM"], zone_of("VNM")
    )
    assert across.uncertain


def test_a_limit_must_make_sense() -> None:
    calendar = CALENDAR_OF["KHM"]
    with pytest.raises(ValueError, match="time zone"):
        due_at(1, "days", datetime(2026, 4, 10), calendar, PHNOM_PENH)  # noqa: DTZ001 the want of a zone is the point
    now = datetime(2026, 4, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="backwards"):
        due_at(-1, "days", now, calendar, PHNOM_PENH)
    with pytest.raises(ValueError, match="backwards"):
        calendar.add_working_days(date(2026, 4, 10), -1)
    with pytest.raises(ValueError, match="unit"):
        due_at(1, "weeks", now, calendar, PHNOM_PENH)


def test_without_zone_data_the_clock_still_runs_at_plus_seven(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(clocks, "ZoneInfo", nothing)
    clocks._zone.cache_clear()
    try:
        assert zone_of("KHM").utcoffset(datetime(2026, 7, 1, tzinfo=UTC)) == timedelta(hours=7)
    finally:
        clocks._zone.cache_clear()


def test_a_joint_deadline_costs_less_than_two_microseconds() -> None:
    start = date(2026, 4, 10)
    best = min(timeit.repeat(lambda: BOTH.add_working_days(start, 10), number=2000, repeat=20)) / 2000
    assert best < 2e-6


def test_a_joint_calendar_of_one_is_that_one_and_of_none_is_refused() -> None:
    assert joint(CALENDAR_OF["KHM"]) is CALENDAR_OF["KHM"]
    with pytest.raises(ValueError, match="at least one"):
        joint()


def test_a_day_in_both_sets_is_worked() -> None:
    day = date(2026, 1, 5)
    calendar = Calendar(
        "KHM", frozenset({day}), frozenset({day}), date(2026, 1, 1), date(2026, 12, 31), "s", "e"
    )
    assert calendar.is_working(day)
    with pytest.raises(CalendarError, match="before the first day"):
        Calendar("KHM", frozenset(), frozenset(), date(2026, 12, 31), date(2026, 1, 1), "s", "e")


HEAD = 'country = "KHM"\nedition = "circular 5"\nsource = "Ministry circular 5 of 2 April 2026"\n'


def lay(folder: Path, text: str, name: str = "khm.toml") -> Path:
    folder.mkdir(exist_ok=True)
    folder.joinpath(name).write_text(text, encoding="utf-8")
    return folder


def test_an_override_closes_and_opens_single_days(tmp_path: Path) -> None:
    closes = lay(
        tmp_path / "a",
        HEAD + '[days_off]\n2026-04-17 = { en = "Added" }\n[working]\n2026-04-25 = { en = "Swapped" }\n'
        '2026-05-14 = { en = "Moved" }\n',
    )
    calendar = load(overrides=[closes])["KHM"]
    assert not calendar.is_working(date(2026, 4, 17))
    assert calendar.is_working(date(2026, 4, 25))
    assert calendar.is_working(date(2026, 5, 14))
    assert (calendar.first, calendar.last) == (FIRST, LAST)
    assert calendar.edition.endswith(" + circular 5")
    assert calendar.source.endswith("Ministry circular 5 of 2 April 2026")
    assert load(overrides=[closes])["THA"] == CALENDAR_OF["THA"]


def test_the_later_override_wins(tmp_path: Path) -> None:
    first = lay(
        tmp_path / "a",
        HEAD + '[days_off]\n2026-04-17 = { en = "Added" }\n[working]\n2026-04-25 = { en = "S" }\n',
    )
    second = lay(
        tmp_path / "b",
        HEAD + '[working]\n2026-04-17 = { en = "Not so" }\n[days_off]\n2026-04-25 = { en = "N" }\n',
    )
    calendar = load(overrides=[first, second])["KHM"]
    assert calendar.is_working(date(2026, 4, 17))
    assert not calendar.is_working(date(2026, 4, 25))
    assert not load(overrides=[second, first])["KHM"].is_working(date(2026, 4, 17))


def test_an_override_may_make_the_known_years_more(tmp_path: Path) -> None:
    more = lay(tmp_path / "a", HEAD + "first = 2037-01-01\nlast = 2037-12-31\n")
    assert load(overrides=[more])["KHM"].last == date(2037, 12, 31)
    gap = lay(tmp_path / "b", HEAD + "first = 2040-01-01\nlast = 2040-12-31\n")
    with pytest.raises(CalendarError, match="nothing is known"):
        load(overrides=[gap])


def test_a_country_without_a_calendar_gets_one_from_an_override(tmp_path: Path) -> None:
    lao = HEAD.replace("KHM", "LAO")
    whole = lay(tmp_path / "a", lao + "first = 2026-01-01\nlast = 2026-12-31\n")
    assert load(overrides=[whole])["LAO"].covers(date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(CalendarError, match="first and last"):
        load(overrides=[lay(tmp_path / "b", lao)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("country = ", "khm.toml"),
        (HEAD + "colour = 1\n", "has no colour"),
        (HEAD.replace("Ministry circular 5 of 2 April 2026", " "), "source must say something"),
        (HEAD.replace('"circular 5"', "5"), "edition must say something"),
        (HEAD + 'first = "2026"\n', "first must be a day"),
        (HEAD + "last = 2026-01-01T00:00:00Z\n", "last must be a day"),
        (HEAD + "days_off = 1\n", "table of days"),
        (HEAD + '[days_off]\n2026-02-30 = { en = "x" }\n', "not a day"),
        (HEAD + "[days_off]\n2026-02-03 = {}\n", "says nothing of"),
        (HEAD + "[days_off]\n2026-02-03 = { en = 1 }\n", "says nothing of"),
        (HEAD + '[days_off]\n2026-02-03 = "x"\n', "says nothing of"),
        (HEAD + "last = 2026-01-01\n[days_off]\n2026-02-03 = { en = 'x' }\n", "outside"),
        (HEAD + "first = 2027-01-01\n[days_off]\n2026-02-03 = { en = 'x' }\n", "outside"),
        (
            HEAD + "[days_off]\n2026-02-03={en='x'}\n[working]\n2026-02-03={en='x'}\n",
            "a day off and a working day",
        ),
    ],
)
def test_a_calendar_file_that_is_not_plain_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CalendarError, match=message):
        load(overrides=[lay(tmp_path / "a", text)])
