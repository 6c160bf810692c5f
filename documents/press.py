"""The press: a few workers behind one door that any thread may knock at.

A worker is a program of its own, started when it is first needed and never forked from a process with
threads. One that dies takes one attempt with it and nothing else. Who finds the room full is told so at once.
"""

import os
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import TypeVar

from documents.fonts import CONFIGURATION, home
from documents.printing import (
    CannotPrint,
    Fitness,
    Printed,
    Sheet,
    pack_sheet,
    unpack_answer,
    unpack_fitness,
)

SECONDS_TO_START = 30.0
LARGEST_ANSWER = 64 << 20
ATTEMPTS = 2
KEPT_FROM_ENVIRONMENT = ("LD_LIBRARY_PATH", "SYSTEMROOT")

T = TypeVar("T")


class Lost(Exception):
    """A worker is gone, perhaps because its time was up."""

    def __init__(self, timed_out: bool) -> None:
        super().__init__()
        self.timed_out = timed_out


class Worker:
    """Our end of one worker."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._seconds = seconds
        self._channel, theirs = Pipe()
        # -I: no current folder, no PYTHON* variable and no user's own packages have a say in what it runs.
        command = [
            sys.executable,
            "-I",
            "-m",
            "documents.worker",
            str(theirs.fileno()),
            str(folder),
            str(seconds),
        ]
        kept = {name: os.environ[name] for name in KEPT_FROM_ENVIRONMENT if name in os.environ}
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
            command,
            env={**kept, "LANG": "C.UTF-8", "FONTCONFIG_FILE": str(folder / CONFIGURATION)},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        theirs.close()
        try:
            self.fitness = unpack_fitness(self._exchange(None, SECONDS_TO_START))
        except Lost as loss:
            raise CannotPrint("unfit", self.end() or "a worker did not start") from loss

    def print(self, message: bytes) -> Printed | CannotPrint:
        """What the worker makes of a sheet. Lost, if it does not come back with an answer in time."""
        try:
            return unpack_answer(self._exchange(message, self._seconds))
        except (ValueError, KeyError, TypeError) as problem:
            raise Lost(timed_out=False) from problem  # it talks nonsense, so it is not ours any more

    def is_there(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def _exchange(self, message: bytes | None, seconds: float) -> bytes:
        """Says something and waits for the answer, and makes an end of it when the time is up."""
        up = threading.Event()
        clock = threading.Timer(seconds, self._time_is_up, [up])
        clock.daemon = True
        clock.start()
        try:
            if message is not None:
                self._channel.send_bytes(message)
            return self._channel.recv_bytes(LARGEST_ANSWER)
        except (EOFError, OSError) as problem:
            raise Lost(up.is_set()) from problem
        finally:
            clock.cancel()

    def _time_is_up(self, up: threading.Event) -> None:
        up.set()
        self.process.kill()

    def end(self) -> str:
        """Ends the process. Answers the last line it wrote, which only a failed start leaves."""
        self._channel.close()
        self.process.kill()
        _, words = self.process.communicate()
        lines = words.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def forget(self) -> None:
        """In a forked child: lets go of a worker that is the parent's."""
        self._channel.close()
        if self.process.stderr:
            self.process.stderr.close()
        self.process.returncode = 0


class Press:
    """Prints sheets, as many at once as it has workers; others wait, up to a number and a time."""

    def __init__(
        self, workers: int = 2, waiting: int = 40, seconds: float = 20.0, fonts: Path | None = None
    ) -> None:
        self._workers, self._waiting, self._seconds = workers, waiting, seconds
        self._folder = (fonts or home()).absolute()
        self._running: list[Worker] = []
        self._open()
        self._finish = weakref.finalize(self, _end_all, self._running)
        _PRESSES.add(self)

    def _open(self) -> None:
        """An empty room with a desk for each worker, nobody at any of them yet."""
        self._room = threading.BoundedSemaphore(self._workers + self._waiting)
        self._desks: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(self._workers):
            self._desks.put(None)

    def print(self, sheet: Sheet) -> Printed:
        """The sheet as a file. Raises CannotPrint."""
        message = pack_sheet(sheet)
        answer = self._at_a_desk(lambda worker: worker.print(message))
        if isinstance(answer, CannotPrint):
            raise answer
        return answer

    def fitness(self) -> Fitness:
        """How fit a worker of this press is: what failed in its self-test, and what shuts it in."""
        try:
            return self._at_a_desk(lambda worker: worker.fitness)
        except CannotPrint as problem:
            return Fitness((str(problem),), ())

    def close(self) -> None:
        """Ends all workers, also those at work. A closed press prints nothing more."""
        self._finish.detach()
        for worker in list(self._running):
            worker.process.kill()  # whoever waits for its answer is told that it is lost
        for _ in range(self._workers):
            idle = self._desks.get()
            if idle is not None:
                self._dismiss(idle)
        for _ in range(self._workers):
            self._desks.put(None)

    def _at_a_desk(self, ask: Callable[[Worker], T]) -> T:
        """Waits for a desk and asks the worker there; once more of a new one, if that worker is lost."""
        if not self._room.acquire(blocking=False):
            raise CannotPrint("busy")
        try:
            worker = self._desks.get(timeout=self._seconds)
        except queue.Empty:
            self._room.release()
            raise CannotPrint("busy") from None
        try:
            for _ in range(ATTEMPTS):
                before, worker = worker, None
                worker = self._seated(before)
                try:
                    return ask(worker)
                except Lost as loss:
                    self._dismiss(worker)
                    worker = None
                    if loss.timed_out:
                        raise CannotPrint("timed_out") from loss
                except BaseException:
                    # Interrupted while it waited. The answer that may still come is not the next sheet's.
                    self._dismiss(worker)
                    worker = None
                    raise
            raise CannotPrint("crashed")
        finally:
            self._desks.put(worker)
            self._room.release()

    def _seated(self, worker: Worker | None) -> Worker:
        """The worker, if it still runs; else a new one that passed its self-test."""
        if worker is not None and worker.is_there():
            return worker
        if worker is not None:
            self._dismiss(worker)
        if not self._finish.alive:
            raise CannotPrint("unfit", "the press is closed")
        try:
            worker = Worker(self._folder, self._seconds)
        except OSError as problem:
            raise CannotPrint("unfit", "the system starts no more programs") from problem
        self._running.append(worker)
        if not worker.fitness.fit:
            self._dismiss(worker)
            raise CannotPrint("unfit", ", ".join(worker.fitness.failures))
        return worker

    def _dismiss(self, worker: Worker) -> None:
        self._running.remove(worker)
        worker.end()

    def _start_afresh(self) -> None:
        """In a forked child: the workers are the parent's; this process will start its own."""
        for worker in self._running:
            worker.forget()
        self._running.clear()
        self._open()


def _end_all(running: list[Worker]) -> None:
    while running:
        running.pop().end()


_PRESSES: "weakref.WeakSet[Press]" = weakref.WeakSet()


def _after_fork() -> None:
    for press in list(_PRESSES):
        press._start_afresh()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
