"""Steps of one process that wait for SQLite's one writer at the same time, written in one transaction.

A commit waits for the disk, and between two statements a thread waits for its turn to run at all. So whoever
gets the writer takes along the steps of all threads that wait beside it: each of them stands or falls on its
own, and all of them share one commit.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

from repatriation.records.lean import Compiler, Lean, Writes
from repatriation.records.queue import Queue
from repatriation.records.spare import Spare
from repatriation.records.steps import Clash

_TAKEN: Final = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


class _Wish:
    """One step that somebody waits for, and what came of it."""

    __slots__ = ("answer", "decide", "done", "lasting", "problem", "read")

    def __init__(self, read: Callable[[Lean], Any], decide: Callable[[Any], Writes], lasting: bool) -> None:
        self.read, self.decide, self.lasting = read, decide, lasting
        self.done = False
        self.answer: Any = None
        self.problem: BaseException | None = None


class Together:
    """The writer of one process. `passing` holds the connections whose commit waits for no disk."""

    def __init__(self, queue: Queue, compiler: Compiler, lasting: Spare, passing: Spare) -> None:
        self._queue, self._compiler = queue, compiler
        self._spares = {True: lasting, False: passing}
        self._waiting: deque[_Wish] = deque()
        self._turn = threading.Lock()

    def step(self, read: Callable[[Lean], Any], decide: Callable[[Any], Writes], lasting: bool) -> Any:
        """Read, decide, write, commit; nothing changes between reading and writing. `read` and `decide` may
        be called on another thread, which waits for the writer too."""
        wish = _Wish(read, decide, lasting)
        self._waiting.append(wish)
        with self._turn:
            if not wish.done:
                self._write_all(wish)
        if wish.problem is not None:
            raise wish.problem
        return wish.answer

    def _write_all(self, own: _Wish) -> None:
        """Whoever waits is served, or told why not; nobody who was taken along is left without an answer."""
        wishes: list[_Wish] = []
        try:
            with self._queue.turn():
                while self._waiting:
                    wishes.append(self._waiting.popleft())
                with self._spares[any(wish.lasting for wish in wishes)].one() as (_, plain, cursor):
                    self._in_one_transaction(plain, cursor, wishes)
        except BaseException as problem:
            if not wishes:  # no turn was had; the others find out for themselves
                self._waiting.remove(own)
                wishes = [own]
            for wish in wishes:
                wish.problem = wish.problem or problem
        finally:
            for wish in wishes:
                wish.done = True

    def _in_one_transaction(self, plain: sqlite3.Connection, cursor: Any, wishes: Sequence[_Wish]) -> None:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            if len(wishes) == 1:
                wishes[0].answer = self._taken(cursor, wishes[0])
            else:
                for wish in wishes:
                    self._on_its_own(plain, cursor, wish)
            cursor.execute("COMMIT")
        except BaseException:
            if plain.in_transaction:
                cursor.execute("ROLLBACK")
            raise

    def _on_its_own(self, plain: sqlite3.Connection, cursor: Any, wish: _Wish) -> None:
        """One step of several: what goes wrong with it undoes nothing of the others."""
        cursor.execute("SAVEPOINT step")
        try:
            wish.answer = self._taken(cursor, wish)
        except Exception as problem:
            if not plain.in_transaction:
                raise  # the database itself gave everything up
            wish.problem = problem
            cursor.execute("ROLLBACK TO step")
        cursor.execute("RELEASE step")

    def _taken(self, cursor: Any, wish: _Wish) -> Any:
        lean = Lean(cursor, self._compiler)
        writes = wish.decide(wish.read(lean))
        try:
            if not lean.write_each(writes):
                raise Clash
        except sqlite3.IntegrityError as problem:
            if problem.sqlite_errorcode in _TAKEN:
                raise Clash from problem
            raise
        return writes.answer
