"""The days on which somebody is visited after coming home."""

from datetime import date
from pathlib import Path

import pytest

from sop import clocks, visiting
from sop.visiting import PlannedDay, ScheduleError, load, plan

KHM = clocks.load()["KHM"]
GOOD = 'edition = "one"\nstatus = "confirmed"\nsource = "A letter"\nadults = ["P1M"]\nchildren = ["P2W"]\n'


def test_the_schedule_that_comes_with_the_program_says_that_it_is_assumed() -> None:
    ours = load()
    assert ours.assumed
    assert ours.slots(child=False) == ("P2W", "P1M", "P3M", "P6M", "P9M", "P12M")
    assert ours.slots(child=True)[:4] == ("P2W", "P1M", "P2M", "P3M")
    assert ours.slots(child=True)[-1] == "P24M"


def test_visits_are_counted_from_the_day_that_follow_up_began() -> None:
    made = plan(("P2W", "P1M"), date(2026, 11, 23), KHM)
    assert made == (PlannedDay("P2W", date(2026, 12, 7)), PlannedDay("P1M", date(2026, 12, 23)))


def test_a_visit_that_falls_on_a_closed_day_waits_for_the_next_working_day() -> None:
    assert date(2026, 12, 5).weekday() == 5
    assert plan(("P1D",), date(2026, 12, 4), KHM) == (PlannedDay("P1D", date(2026, 12, 7)),)


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    assert visiting.day_of("P1M", date(2027, 1, 31)) == date(2027, 2, 28)
    assert visiting.day_of("P12M", date(2028, 2, 29)) == date(2029, 2, 28)


def test_an_installation_may_have_its_own_schedule(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(GOOD + 'attempts = 5\nagain = "P3D"\n[rhythm]\nmissed_days = 30\n')
    ours = load(file)
    assert not ours.assumed
    assert ours.again == "P3D"
    assert (ours.attempts, ours.rhythm.missed_days, ours.rhythm.soon_days) == (5, 30, 7)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (GOOD.replace("P1M", "1 month"), "no time such as"),
        (GOOD.replace('["P1M"]', "[]"), "one visit to"),
        (GOOD.replace('["P1M"]', '["P2W", "P14D"]'), "the same day"),
        (GOOD.replace("P1M", "P999M"), "ten years"),
        (GOOD.replace("confirmed", "official"), "status must be"),
        (GOOD.replace('"A letter"', '""'), "source must be given"),
        (GOOD + "attempts = 0\n", "attempts must be"),
        (GOOD + 'again = "soon"\n', "no time such as"),
        (GOOD + "again = 7\n", "a list such as"),
        (GOOD + "pace = 1\n", "has no pace"),
        (GOOD + "[rhythm]\nhour = 24\n", "hour of the day"),
        (GOOD + "[rhythm]\nmissed_days = 1\n", "overdue before"),
        ("edition = ", "Invalid value"),
    ],
)
def test_a_schedule_that_cannot_be_used_says_why(tmp_path: Path, wrong: str, why: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(wrong)
    with pytest.raises(ScheduleError, match=why):
        load(file)
