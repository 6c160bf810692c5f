"""Many writers at once: nobody starves, nothing is lost, and what was acknowledged outlives a kill."""

import os
import signal
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col, select

from repatriation.records.doors import Doors
from repatriation.records.instance import Instance, locked
from repatriation.records.lean import Lean
from repatriation.records.queue import Queue
from repatriation.records.writing import Write, Writes, adding
from tests.records.apart import APART


def _count(url: str, times: int, start: Event) -> None:
    doors = Doors(url)
    start.wait()
    for _ in range(times):
        with doors.act() as session:
            counter = locked(session, "counter", 0)
            counter.value = counter.value + 1
    doors.dispose()


def test_no_update_is_lost_between_processes(doors: Doors, database_url: str) -> None:
    with doors.act() as session:
        session.add(Instance(key="counter", value=0))
    start = APART.Event()
    processes = [APART.Process(target=_count, args=(database_url, 25, start)) for _ in range(3)]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(60)
    with doors.read() as session:
        assert session.exec(select(Instance.value).where(Instance.key == "counter")).one() == 75


def _write_a_while(file: str, served: "Connection[int, int]") -> None:
    queue = Queue(Path(file))
    served.send(0)
    served.recv()
    turns, end = 0, time.monotonic() + 0.5
    while time.monotonic() < end:
        with queue.turn():
            time.sleep(0.001)
        turns += 1
    served.send(turns)


def test_everybody_in_the_queue_is_served_alike(tmp_path: Path) -> None:
    pipes = [APART.Pipe() for _ in range(3)]
    processes = [
        APART.Process(target=_write_a_while, args=(str(tmp_path / "file"), theirs)) for _, theirs in pipes
    ]
    for process in processes:
        process.start()
    for ours, _ in pipes:
        ours.recv()
    for ours, _ in pipes:
        ours.send(0)
    turns = [ours.recv() for ours, _ in pipes]
    for process in processes:
        process.join(30)
    assert min(turns) > 10
    assert max(turns) - min(turns) <= max(5, max(turns) // 5)


def test_the_next_in_the_queue_goes_before_whoever_has_just_written(tmp_path: Path) -> None:
    """With one lock alone, whoever frees it would take it again before the one who waits has woken."""
    order: list[str] = []
    queue = Queue(tmp_path / "file")
    inside, go = APART.Event(), APART.Event()
    waiter = APART.Process(target=_wait_for_turn, args=(str(tmp_path / "file"), inside, go))
    with queue.turn():
        waiter.start()
        inside.wait()
        time.sleep(0.2)  # long enough to stand in the queue
        order.append("first")
    with queue.turn():
        order.append("waiter was served" if go.is_set() else "waiter was passed over")
    waiter.join(30)
    assert order == ["first", "waiter was served"]


def _wait_for_turn(file: str, inside: Event, go: Event) -> None:
    queue = Queue(Path(file))
    inside.set()
    with queue.turn():
        go.set()


def test_everybody_is_served_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    queue, waiting = Queue(tmp_path / "file"), []
    ours, theirs = APART.Pipe(duplex=False)
    with queue.turn():
        for number in range(5):
            waiting.append(_stand_in_line(tmp_path / "file", theirs, number))
    assert [ours.recv() for _ in waiting] == [0, 1, 2, 3, 4]
    for waiter in waiting:
        waiter.join(30)


def test_whoever_dies_in_the_queue_keeps_nobody_waiting_and_lets_nobody_in_too_soon(tmp_path: Path) -> None:
    queue, waiting = Queue(tmp_path / "file"), []
    ours, theirs = APART.Pipe(duplex=False)
    with queue.turn():
        for number in range(3):
            waiting.append(_stand_in_line(tmp_path / "file", theirs, number))
        waiting[0].kill()
        waiting[0].join(30)
        assert not ours.poll(0.2)  # the second no longer waits for the first, but still for us
    assert sorted(ours.recv() for _ in waiting[1:]) == [1, 2]
    for waiter in waiting[1:]:
        waiter.join(30)


def _stand_in_line(file: Path, served: "Connection[int, int]", number: int) -> BaseProcess:
    """A process that has drawn its number when this returns."""
    before = _drawn(file)
    waiter = APART.Process(target=_say_when_served, args=(str(file), served, number))
    waiter.start()
    until = time.monotonic() + 30
    while _drawn(file) == before:
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(0.05)  # the number is written down just before its place is locked
    return waiter


def _drawn(file: Path) -> bytes:
    return file.with_name("file.queue").read_bytes()


def _say_when_served(file: str, served: "Connection[int, int]", number: int) -> None:
    with Queue(Path(file)).turn():
        served.send(number)


def _write_and_say(url: str, said: "Connection[int, int]") -> None:
    doors = Doors(url)

    def decide(counter: int) -> Writes:
        number = counter + 1
        guard = Write(COUNT, {"value": number})
        return Writes(guard, (adding(Instance, key=f"written {number}", value=number),), number)

    while True:
        said.send(doors.step(_counter, decide))


_TABLE = Instance.metadata.tables["instance"]
VALUE = select(_TABLE.c.value).where(_TABLE.c.key == "counter")
COUNT = update(_TABLE).where(_TABLE.c.key == "counter")


def _counter(lean: Lean) -> int:
    return int(lean.all(VALUE, {})[0].value)


def test_what_was_acknowledged_is_there_after_a_kill(doors: Doors, database_url: str) -> None:
    with doors.act() as session:
        session.add(Instance(key="counter", value=0))
    acknowledged = 0
    for _ in range(3):
        ours, theirs = APART.Pipe()
        process = APART.Process(target=_write_and_say, args=(database_url, theirs))
        process.start()
        theirs.close()  # so that a process that fails is heard of, and not waited for
        until = acknowledged + 20
        while acknowledged < until:
            acknowledged = ours.recv()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)
        while ours.poll():
            try:
                acknowledged = ours.recv()
            except EOFError:
                break
        with doors.read() as session:
            counter = session.exec(select(Instance.value).where(Instance.key == "counter")).one()
            written = session.exec(select(Instance).where(col(Instance.key).startswith("written"))).all()
        assert acknowledged <= counter <= acknowledged + 1
        assert sorted(row.value for row in written) == list(range(1, counter + 1))
        acknowledged = counter
