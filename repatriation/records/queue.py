"""The fair queue in front of SQLite's one writer.

SQLite's own waiting is a lottery: of four busy processes one may get nothing for seconds. With two file locks
whoever has just written must first pass `next`, which somebody waiting already holds, so all are served in
turn. The kernel frees the locks of a process that dies. Not for network file systems.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:
    QUEUES = False  # no such locks on this system: SQLite's own timeout has to do
else:
    QUEUES = True


class _Locks(threading.local):
    """The two open files of one thread: a lock belongs to the open file, so threads must not share them."""

    process = -1
    next = -1
    writer = -1

    def open(self, next_path: Path, writer_path: Path) -> None:
        # After a fork the child must open its own, else parent and child would hold one lock together.
        if self.process != os.getpid():
            self.next = os.open(next_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.writer = os.open(writer_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.process = os.getpid()

    def __del__(self) -> None:
        if self.process == os.getpid():
            os.close(self.next)
            os.close(self.writer)


class Queue:
    """The queue for one database file; its lock files lie beside it."""

    def __init__(self, database: Path) -> None:
        self._next = database.with_name(database.name + ".next")
        self._writer = database.with_name(database.name + ".writer")
        self._locks = _Locks()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is this thread's turn to write, and hold it. Not to be entered twice by
        one thread."""
        if not QUEUES:
            yield
            return
        locks = self._locks
        locks.open(self._next, self._writer)
        fcntl.flock(locks.next, fcntl.LOCK_EX)
        try:
            fcntl.flock(locks.writer, fcntl.LOCK_EX)
        finally:
            fcntl.flock(locks.next, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(locks.writer, fcntl.LOCK_UN)
