"""The clock as a process: a scheduler that only ticks, with nothing of the work in it.

APScheduler keeps its jobs in memory and shares them with nobody; what is due stands in the database, where
any number of clocks find it. Each kind of work has a job of its own, so that a mail server that hangs holds
up nothing else.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Any, Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from repatriation.records.waiting import database_time
from repatriation.work.handoffs.delivering import deliver_due
from repatriation.work.house import House
from repatriation.work.telling.beats import beat, new_process, stop_beating
from repatriation.work.telling.chores import do_chores
from repatriation.work.telling.posting import post_due
from repatriation.work.telling.rounds import tick
from repatriation.work.telling.trouble import OFF_BY

log = logging.getLogger("repatriation.clock")

EVERY: Final = 15
"""Seconds between two looks."""

SLOWLY: Final = 60
"""Seconds between two looks for what takes longer: handoffs, and what is done once in a while."""


class Clockwork:
    """One clock. Several may run at once, on any number of machines."""

    def __init__(self, house: House, every: float = EVERY, slowly: float = SLOWLY) -> None:
        self.house = house
        self.process = new_process()
        self._ends = threading.Event()
        self._started_at = database_time(house.doors)
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(5)},
            timezone=UTC,
            # One at a time, one catch-up tick after a pause, and none dropped for being late.
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        for work, seconds in (
            (self.beat, every),
            (self.turn, every),
            (self.post, every),
            (self.deliver, slowly),
            (self.chores, slowly),
        ):
            self._add(work, seconds)

    def run(self, beside: bool = False) -> None:
        """Tick until asked to end, or `beside` another process until that has ended; then end what is under
        way, batch by batch, and say goodbye.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_end)
        self._scheduler.start()
        started_by = os.getppid()
        while not self._ends.wait(1.0) and not (beside and os.getppid() != started_by):
            pass
        self._ends.set()
        self._scheduler.shutdown(wait=True)
        stop_beating(self.house, self.process)

    def beat(self) -> None:
        """Say that this clock lives."""
        skew = beat(self.house, self.process, self._started_at)
        if abs(skew) > OFF_BY:
            log.warning("the machine's time is off", extra={"fields": {"skew_ms": skew}})

    def turn(self) -> None:
        """Turn what is due, and tell it."""
        done = tick(self.house, self._now(), self._ends.is_set)
        if any(done):
            log.info("told", extra={"fields": done._asdict()})

    def post(self) -> None:
        """Send the mails that are due."""
        done = post_due(self.house, self._now, stopping=self._ends.is_set)
        if any(done):
            log.info("posted", extra={"fields": done._asdict()})

    def deliver(self) -> None:
        """Deliver handoffs to partners, and end those that ran out."""
        deliver_due(self.house, self._now())

    def chores(self) -> None:
        """Do what is done once in a while."""
        for name in do_chores(self.house, self._now()):
            log.info("done", extra={"fields": {"chore": name}})

    def _now(self) -> datetime:
        return database_time(self.house.doors)

    def _add(self, work: Callable[[], None], seconds: float) -> None:
        name = work.__name__

        def carefully() -> None:
            try:
                work()
            except Exception as problem:
                # What failed is due still. A message may quote what somebody entered: so only its kind.
                log.error("failed", extra={"fields": {"job": name, "kind": type(problem).__name__}})

        self._scheduler.add_job(
            carefully, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC)
        )

    def _asked_to_end(self, _number: int, _frame: FrameType | None) -> Any:
        self._ends.set()
