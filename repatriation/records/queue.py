"""The fair queue in front of SQLite's one writer.

SQLite's own waiting is a lottery: of four busy processes one may get nothing for seconds. Even a file lock
for which many wait goes to whoever wakes first. So each draws a number and waits for the one before it, and
for nobody else. Numbers are places in a file, locked by whoever has drawn them: the kernel frees the places
of a process that dies, and those behind it move up. Not for network file systems.
"""

import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

try:
    from fcntl import F_OFD_SETLK, F_OFD_SETLKW, F_RDLCK, F_UNLCK, F_WRLCK, fcntl
except ImportError:
    QUEUES = False  # no such locks on this system: SQLite's own timeout has to do
else:
    QUEUES = True

_FLOCK: Final = struct.Struct("hhqqi4x")
_COUNT: Final = struct.Struct("q")

_NUMBERS: Final = 16
"""Where the numbers begin."""


def _place(kind: int, number: int, length: int = 1) -> bytes:
    """What the kernel is asked, in its own form: to lock a place in the file, or to free it."""
    return _FLOCK.pack(kind, os.SEEK_SET, number, length, 0)


if QUEUES:
    # The writer holds the place 0, for when a process dies in the queue the one behind it no longer waits for
    # those before. A number is drawn under a lock at 1.
    _WRITE, _DRAW, _DRAWN = _place(F_WRLCK, 0), _place(F_WRLCK, 1), _place(F_UNLCK, 1)
    # Of no length: to the end. Whoever gets the whole file is alone, and keeps only the writer's place.
    _WHOLE, _LET_IN, _LEAVE = _place(F_WRLCK, 0, 0), _place(F_UNLCK, 1, 0), _place(F_UNLCK, 0, 0)


class _File(threading.local):
    """One thread's own open file: these locks belong to the open file, so threads must not share it."""

    process = -1
    file = -1

    def open(self, path: Path) -> int:
        # After a fork the child must open its own, else parent and child would hold one lock together.
        if self.process != os.getpid():
            self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.process = os.getpid()
        return self.file

    def __del__(self) -> None:
        if self.process == os.getpid():
            os.close(self.file)


class Queue:
    """The queue for one database file; the file of its numbers lies beside it."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".queue")
        self._file = _File()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is this thread's turn to write, and hold it. Not to be entered twice by
        one thread."""
        if not QUEUES:
            yield
            return
        file = self._file.open(self._path)
        try:
            if not _alone(file):
                number = _draw(file)
                # To read, though it was locked to write: two locks of one kind side by side would become one.
                fcntl(file, F_OFD_SETLKW, _place(F_RDLCK, number - 1))
                fcntl(file, F_OFD_SETLKW, _WRITE)
            yield
        finally:
            fcntl(file, F_OFD_SETLKW, _LEAVE)


def _alone(file: int) -> bool:
    """Whether nobody else writes or waits, so that it is our turn at once."""
    try:
        fcntl(file, F_OFD_SETLK, _WHOLE)
    except BlockingIOError:
        return False
    fcntl(file, F_OFD_SETLKW, _LET_IN)
    return True


def _draw(file: int) -> int:
    """The next number, locked."""
    fcntl(file, F_OFD_SETLKW, _DRAW)
    drawn = os.pread(file, _COUNT.size, 0)
    number: int = _COUNT.unpack(drawn)[0] + 1 if drawn else _NUMBERS
    os.pwrite(file, _COUNT.pack(number), 0)
    fcntl(file, F_OFD_SETLKW, _place(F_WRLCK, number))
    fcntl(file, F_OFD_SETLKW, _DRAWN)
    return number
