"""Reminding at size: clocks that are killed, how many turns a second, an idle clock, a year of follow-up."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from statistics import median
from typing import Final

from sqlmodel import func, select

from repatriation.bench.crowd import Job, begin
from repatriation.bench.due import Fill, Office, Receiver
from repatriation.bench.place import Place
from repatriation.bench.report import Report
from repatriation.bench.year import live_a_year
from repatriation.records.notices import Notice
from repatriation.records.outbox import Outbox
from repatriation.records.trail import Trail
from repatriation.records.verify import verify
from repatriation.work.house import House
from repatriation.work.telling.hours import MAIL
from repatriation.work.telling.posting import AT_ONCE, post_due
from repatriation.work.telling.rounds import tick
from sop import clocks
from sop.clocks import Calendar, joint

PROCESSES: Final = 4
BEGAN: Final = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
QUICKER: Final = 60
"""So many times as quickly time goes by for clocks that are killed, so that leases end while one waits."""

GOALS: Final = {"postgresql": 2000, "sqlite": 8000}


def run(place: Place) -> Report:
    """Everything about reminding, each part in an installation of its own."""
    report = Report("followup", "clocks that are killed; turns a second; an idle clock; a year", place.kind)
    _kill(place, report)
    _turn(place, report)
    _idle(place, report)
    _days(place, report)
    live_a_year(_office(place, "year").house(), BEGAN, place.size(5000, 60), report)
    return report


def _office(place: Place, name: str) -> Office:
    return Office(place.ground(), Receiver(place.folder / f"{place.kind}-{name}"))


# -- (a) killed at any moment


def _kill(place: Place, report: Report) -> None:
    office = _office(place, "kill")
    house, count = office.house(), place.size(100_000, 600)
    fill = Fill(house, BEGAN)
    fill.add(count, lambda _: BEGAN.date())
    fill.add_mails(count)
    started, day_after = time.time(), BEGAN + timedelta(days=1, minutes=1)
    kills = _storm([(_work, (office, started, day_after))] * PROCESSES, house, place.size(60, 5), count)
    with house.doors.read() as session:
        told = session.exec(select(Notice.visit_id, Notice.officer_id).where(Notice.kind == "visit")).all()
        events = Counter(
            event.detail["visit"] for event in session.exec(select(Trail).where(Trail.tag == "visit:overdue"))
        )
        states = Counter(session.exec(select(Outbox.state).where(Outbox.kind == MAIL)).all())
        broken = len(verify(session, house.keyring).problems)
    wire = Counter(office.receiver.keys())
    house.doors.dispose()
    report.add("clocks killed", kills)
    report.add("visits that were due", count)
    report.add("turns that were lost", count - len(events), "", "exactly", 0)
    report.add("turns recorded twice", sum(events.values()) - len(events), "", "exactly", 0)
    report.add("notices lost", count - len(set(told)), "", "exactly", 0)
    report.add("notices twice", len(told) - len(set(told)), "", "exactly", 0)
    report.add("mails that were due", sum(states.values()))
    # Not by what the outbox says, but by what came out at the other end.
    report.add("mails that never left", sum(states.values()) - len(wire), "", "exactly", 0)
    report.add(
        "mails that wait still, or were given up", sum(states.values()) - states["sent"], "", "exactly", 0
    )
    report.add(
        "mails that left more than once", sum(wire.values()) - len(wire), "", "at most", kills * AT_ONCE
    )
    report.add("breaks in the trail", broken, "", "exactly", 0)


def _storm(jobs: Sequence[Job], house: House, kills: int, count: int) -> int:
    """Starts every job, kills one after the other and starts it anew; then lets them end the work."""
    chance = random.Random(11)  # noqa: S311 - nothing secret hangs on it
    running: list[tuple[BaseProcess, Connection]] = [begin(job) for job in jobs]
    killed = 0
    try:
        for _, pipe in running:
            pipe.recv()
        while _left(house, count):
            time.sleep(chance.uniform(0.05, 0.4))
            if killed < kills:
                unlucky = killed % len(jobs)
                _end(*running[unlucky])
                running[unlucky] = begin(jobs[unlucky])
                killed += 1
    finally:
        for process, pipe in running:
            _end(process, pipe)
    return killed


def _left(house: House, count: int) -> bool:
    """Whether anything is still to be told or sent."""
    with house.doors.read() as session:
        if session.exec(
            select(Outbox.id).where(Outbox.state == "open", Outbox.kind == MAIL).limit(1)
        ).first():
            return True
        told = session.exec(select(func.count()).select_from(Notice).where(Notice.kind == "visit")).one()
    return told < count


def _end(process: BaseProcess, pipe: Connection) -> None:
    process.kill()
    process.join()
    pipe.close()


def _work(pipe: Connection, office: Office, started: float, begins: datetime) -> None:
    """One clock that never rests."""
    house = office.house()

    def clock() -> datetime:
        return begins + timedelta(seconds=(time.time() - started) * QUICKER)

    pipe.send("ready")
    while True:
        tick(house, clock())
        post_due(house, clock)


# -- (b) how many a second


def _turn(place: Place, report: Report) -> None:
    office = _office(place, "turn")
    house, count = office.house(), place.size(40_000, 600)
    fill = Fill(house, BEGAN)
    fill.add(count, lambda _: BEGAN.date())
    day_after = BEGAN + timedelta(days=1, minutes=1)
    began = time.perf_counter()
    turned = tick(house, day_after).visits
    rate = turned / (time.perf_counter() - began)
    fill.add_mails(count)
    began = time.perf_counter()
    sent = post_due(house, lambda: day_after + timedelta(hours=12)).sent
    posted = sent / (time.perf_counter() - began)
    house.doors.dispose()
    goal = 0 if place.quick else GOALS[place.kind]
    report.add("turns a second, with notice and event", rate, "/s", "at least", goal)
    report.add("mails a second, with their text", posted, "/s")


# -- (c) nothing to do


def _idle(place: Place, report: Report) -> None:
    house, count = _office(place, "idle").house(), place.size(1_000_000, 2000)
    later = BEGAN.date() + timedelta(days=30)
    Fill(house, BEGAN).add(count, lambda number: later + timedelta(days=number % 700))
    took = []
    for _ in range(300):
        began = time.perf_counter()
        done = tick(house, BEGAN)
        took.append((time.perf_counter() - began) * 1000)
        assert not any(done)
    house.doors.dispose()
    report.add("visits that lie ahead", count)
    report.add("a round with nothing to do", median(took), "ms", "at most", 1)


# -- (d) working days


def _days(place: Place, report: Report) -> None:
    if place.kind != "sqlite":
        return  # the same on every database
    calendars = clocks.load()
    both = joint(calendars["KHM"], calendars["THA"])
    chance = random.Random(3)  # noqa: S311
    span = (both.last - both.first).days - 60
    starts = [both.first + timedelta(days=chance.randrange(span)) for _ in range(place.size(1_000_000, 5000))]
    wanted = [1 + number % 15 for number in range(len(starts))]
    began = time.perf_counter()
    found = [both.add_working_days(start, number) for start, number in zip(starts, wanted, strict=True)]
    took = (time.perf_counter() - began) / len(starts) * 1e6
    slowly = _walker((calendars["KHM"], calendars["THA"]))
    wrong = sum(
        end != slowly(start, number) for start, number, end in zip(starts, wanted, found, strict=True)
    )
    report.add("a joint deadline in working days", took, "µs", "at most", 2)
    report.add("deadlines that a walk from day to day finds elsewhere", wrong, "", "exactly", 0)


def _walker(countries: Sequence[Calendar]) -> Callable[[date, int], date]:
    """Walks from day to day and asks every country about each."""

    def walk(day: date, number: int) -> date:
        while number:
            day += timedelta(days=1)
            number -= all(
                day in country.working_extra or (day.weekday() < 5 and day not in country.days_off)
                for country in countries
            )
        return day

    return walk
