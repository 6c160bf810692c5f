"""The clock as a process: it ticks, several do at once, and it ends tidily when it is asked to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from repatriation.clockwork import Clockwork
from repatriation.records.outbox import Beat, JobRun
from repatriation.records.seals import Seal
from repatriation.records.waiting import database_time
from repatriation.work.readiness import readiness
from repatriation.work.telling import chores
from repatriation.work.telling.beats import beat, new_process, pulses, stop_beating, ticks
from repatriation.work.telling.chores import LEASE, Chore, do_chores
from tests.records.apart import APART
from tests.telling.conftest import Office


def test_a_clock_that_beats_is_seen_and_one_that_has_been_silent_long_is_not(office: Office) -> None:
    house = office.house
    assert not ticks(house)
    assert not readiness(house)["clock"]
    process, now = new_process(), database_time(house.doors)
    assert abs(beat(house, process, now)) < 1000
    assert readiness(house)["clock"]
    (pulse,) = pulses(house)
    assert pulse.alive
    with house.doors.act() as session:
        session.get_one(Beat, process).ticked_at = now - timedelta(minutes=6)
    assert not ticks(house)
    assert not pulses(house)[0].alive
    stop_beating(house, process)
    assert pulses(house) == ()


def test_the_databases_clock_counts_and_not_the_machines(office: Office) -> None:
    assert abs(database_time(office.house.doors) - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_chore_is_done_once_in_its_period_whoever_comes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[datetime] = []
    count = Chore("count", chores.HOURLY, lambda _, now: done.append(now))
    monkeypatch.setattr(chores, "CHORES", (count,))
    for _ in range(3):
        do_chores(office.house, office.now)
    assert len(done) == 1
    do_chores(office.house, office.now + timedelta(hours=1))
    assert len(done) == 2


def test_a_chore_over_which_a_clock_died_is_taken_over_when_its_lease_is_over(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[datetime] = []

    def dies(_: object, now: datetime) -> None:
        done.append(now)
        if len(done) == 1:
            raise SystemExit

    monkeypatch.setattr(chores, "CHORES", (Chore("count", chores.DAILY, dies),))
    with pytest.raises(SystemExit):
        do_chores(office.house, office.now)
    assert do_chores(office.house, office.now + LEASE / 2) == ()
    assert do_chores(office.house, office.now + LEASE) == ("count",)
    assert do_chores(office.house, office.now + 3 * LEASE) == ()


def test_the_chores_seal_the_trail_and_clear_away_what_is_old(office: Office) -> None:
    case = office.case()
    office.visit(case, office.now.date())
    office.tick(days=1)
    done = do_chores(office.house, office.now)
    assert set(done) == {"digest", "seal", "trouble", "clear_away", "shred_handoffs"}
    with office.house.doors.read() as session:
        assert session.exec(select(Seal)).all()
    do_chores(office.house, office.now + timedelta(days=60))
    with office.house.doors.read() as session:
        periods = session.exec(select(JobRun.period)).all()
    assert all(period.startswith(f"{office.now + timedelta(days=60):%Y-%m-%d}") for period in periods)


def test_one_job_that_fails_is_told_by_its_kind_alone_and_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("Sok Dara")

    monkeypatch.setattr("repatriation.clockwork.deliver_due", fails)
    clockwork = Clockwork(office.house, every=0.05, slowly=0.05)
    clockwork._scheduler.start()
    _until(lambda: ticks(office.house) and "failed" in caplog.text)
    clockwork._scheduler.shutdown(wait=True)
    (record, *_) = [record for record in caplog.records if record.message == "failed"]
    assert record.__dict__["fields"] == {"job": "deliver", "kind": "ValueError"}
    assert "Sok Dara" not in caplog.text


@pytest.mark.slow
def test_the_command_runs_until_it_is_asked_to_end_and_says_goodbye(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REPATRIATION_")},
        "REPATRIATION_FOLDER": str(tmp_path / "var"),
        "REPATRIATION_DEMONSTRATION": "true",
    }
    program = [sys.executable, "-c", "from repatriation.commands import main; main()"]
    subprocess.run([*program, "db", "prepare"], env=environment, check=True, capture_output=True)
    clocks = [
        subprocess.Popen(
            [*program, "clock"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    from repatriation.opening import open_house
    from repatriation.settings import Settings

    house = open_house(Settings(folder=tmp_path / "var", demonstration=True))
    try:
        _until(lambda: len(pulses(house)) == 2, 60)
        for number, clock in zip((signal.SIGTERM, signal.SIGINT), clocks, strict=True):
            clock.send_signal(number)
        for clock in clocks:
            out, problems = clock.communicate(timeout=30)
            assert clock.returncode == 0, problems
            assert "The clock runs" in out
            assert "Traceback" not in problems
        assert pulses(house) == ()
    finally:
        for clock in clocks:
            clock.kill()
        house.doors.dispose()


def _ticks(url: str, keys: str, until: str) -> None:
    from repatriation.records.doors import Doors
    from repatriation.records.keyring import Keyring
    from repatriation.work.house import House
    from repatriation.work.telling.rounds import tick
    from sop import shelf

    house = House(Doors(url), shelf.stock(), {}, Keyring(Path(keys)), True)
    while True:
        tick(house, datetime.fromisoformat(until))


@pytest.mark.slow
def test_clocks_that_are_killed_lose_nothing_and_tell_nothing_twice(office: Office) -> None:
    cases = [office.case() for _ in range(40)]
    for case in cases:
        for day in range(10):
            office.visit(case, office.now.date() + timedelta(days=day))
    later = office.now + timedelta(days=30)
    house = office.house
    arguments = (
        house.doors.url.render_as_string(hide_password=False),
        str(house.keyring.folder),
        later.isoformat(),
    )
    clocks = [APART.Process(target=_ticks, args=arguments) for _ in range(3)]
    for clock in clocks:
        clock.start()
    for clock in clocks[:2]:
        _until(lambda: bool(office.notices()), 60)
        clock.kill()
    _until(lambda: len(office.notices()) >= 800, 60)
    time.sleep(0.2)
    clocks[2].kill()
    for clock in clocks:
        clock.join()
    told = [(notice.visit_id, notice.officer_id) for notice in office.notices()]
    assert len(told) == len(set(told)) == 800  # the caseworker and the coordinator, of each visit
    assert all(office.events(case) == ["visit:missed"] * 10 for case in cases)


def _until(so: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.05)
