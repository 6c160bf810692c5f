"""The doors to the database: `read` to look, `act` to change, and for the hot path their quick forms, `look`
and `step`.

Nothing else commits. An engine is made here and handed down; there is no global one.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, event
from sqlmodel import Session

from repatriation.records.engines import make_engines
from repatriation.records.lean import Compiler, Lean, Values, Write, Writes
from repatriation.records.lines import Lines
from repatriation.records.queue import Queue
from repatriation.records.spare import Spare
from repatriation.records.steps import Clash, look, on_postgresql, tell_postgresql
from repatriation.records.together import Together

__all__ = ["Clash", "Doors", "Lean", "Write", "Writes", "WrongDoor", "default_url"]

Read = TypeVar("Read")


class WrongDoor(RuntimeError):
    """Somebody tried to change or commit something where that is not allowed: a mistake in the program."""


class ReadSession(Session):
    """A session to look with."""

    def commit(self) -> None:
        raise WrongDoor("nothing is committed from a session opened to read")

    def flush(self, objects: Any = None) -> None:  # noqa: ARG002 - SQLAlchemy's signature
        self.refuse_changes()

    def refuse_changes(self) -> None:
        """Raise WrongDoor when something was changed, rather than lose it in silence."""
        if self.new or self.deleted or any(self.is_modified(row) for row in self.dirty):
            raise WrongDoor("something was changed in a session opened to read")


class ActSession(Session):
    """A session to change things with. Leaving the door commits; nothing else does."""

    def commit(self) -> None:
        raise WrongDoor("only leaving `act` commits")


class Doors:
    """The two doors of one database. `url` is SQLAlchemy's; a SQLite one must name a file."""

    def __init__(self, url: str) -> None:
        self._engines = make_engines(url)
        self.kind: str = self._engines.act.dialect.name
        self.url = self._engines.act.url
        self._queue = Queue(Path(self.url.database or "")) if self.kind == "sqlite" else None
        self._spare = Spare(self._engines.step)
        self._passing = Spare(self._engines.passing)
        self._compiler = Compiler(self._engines.step.dialect)
        self._together = self._new_together()
        self._lines = Lines()
        self._process = os.getpid()
        self._guard = threading.Lock()
        self._acting = threading.local()
        for engine in (self._engines.read, self._engines.act):
            event.listen(engine, "commit", _refuse_commit)

    def dispose(self) -> None:
        """Close all connections."""
        self._spare.clear()
        self._passing.clear()
        self._engines.dispose()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one moment of the database and can change nothing.

        Raises WrongDoor at its end when something was changed in it.
        """
        self._after_fork()
        with (
            self._engines.read.connect() as connection,
            ReadSession(bind=connection, autoflush=False, expire_on_commit=False) as session,
        ):
            yield session
            session.refuse_changes()

    @contextmanager
    def act(self) -> Iterator[Session]:
        """A session whose changes are all kept when the block ends well, and none of them when it raises."""
        with self.alone() as connection:
            connection.begin()
            with ActSession(
                bind=connection, expire_on_commit=False, join_transaction_mode="rollback_only"
            ) as session:
                yield session
                session.flush()
            commit(connection)

    def look(self, read: Callable[[Lean], Read]) -> Read:
        """Look at one thing as quickly as the database allows. Each SELECT sees its own moment."""
        self._after_fork()
        return look(self._spare, self._compiler, read)

    def step(
        self,
        read: Callable[[Lean], Read],
        decide: Callable[[Read], Writes],
        tries: int = 3,
        lasting: bool = True,
        line: str | None = None,
    ) -> Any:
        """Read, decide, write, commit, as quickly as the database allows; gives back `Writes.answer`.

        On SQLite all of it happens in one transaction in the writer queue, together with the steps of other
        threads that wait there: `read` and `decide` may be called on another thread. On PostgreSQL the read
        is on its own and everything written is one statement that does nothing unless the guard hit its row;
        when somebody else was quicker, it reads and decides anew, `tries` times in all. So `decide` must
        compare what it read with what its caller expected, and may be called more than once. Raises Clash
        when the guard never hit its row, or when a row of the same key is there already; whatever `decide`
        raises leaves everything as it was.

        Steps of one `line`, such as those that add to one chain, take turns here rather than collide.

        Without `lasting` nobody waits for the disk, so the last second's writes may be gone after a power
        cut: for what matters for a minute only.
        """
        self._after_fork()
        with self._once():
            if self._together is not None:
                return self._together.step(read, decide, lasting)
            spare = self._spare if lasting else self._passing
            with self._lines.turn(line):
                return on_postgresql(spare, self._compiler, read, decide, tries)

    def tell(self, writes: Writes, statement: Select[Any], values: Values, lasting: bool = True) -> list[Any]:
        """Write what needs nothing to be read first, and look at one thing besides: a step with one way to
        PostgreSQL and back instead of two. Gives the rows of the look.

        Raises Clash as `step` does; nothing is written then.
        """
        self._after_fork()
        with self._once():
            if self._together is not None:
                rows: list[Any] = self._together.step(
                    lambda lean: lean.all(statement, values),
                    lambda found: writes._replace(answer=found),
                    lasting,
                )
                return rows
            spare = self._spare if lasting else self._passing
            return tell_postgresql(spare, self._compiler, writes, statement, values)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection in the writer queue, for `act` and for migrations; `commit` below keeps
        what it did."""
        self._after_fork()
        with self._once(), self._engines.act.connect() as connection:
            if self._queue is None:
                yield connection
                return
            with self._queue.turn():
                yield connection
                connection.rollback()  # while it is still our turn; what was kept is not undone by it

    @contextmanager
    def _once(self) -> Iterator[None]:
        if getattr(self._acting, "inside", False):
            raise WrongDoor("one act inside another: they would wait for each other, or be kept apart")
        self._acting.inside = True
        try:
            yield
        finally:
            self._acting.inside = False

    def _after_fork(self) -> None:
        """Forget the parent's connections in a forked child, without closing them for the parent."""
        if self._process != os.getpid():
            with self._guard:
                if self._process != os.getpid():
                    self._spare.clear(close=False)
                    self._passing.clear(close=False)
                    self._engines.dispose(close=False)
                    self._together = self._new_together()
                    self._lines = Lines()
                    self._process = os.getpid()

    def _new_together(self) -> Together | None:
        if self._queue is None:
            return None
        return Together(self._queue, self._compiler, self._spare, self._passing)


def commit(connection: Connection) -> None:
    """Keep what was done on a connection from `Doors.alone`."""
    connection.info["leaving"] = True
    try:
        connection.commit()
    finally:
        del connection.info["leaving"]


def _refuse_commit(connection: Connection) -> None:
    if "leaving" not in connection.info:
        plain = connection.connection.dbapi_connection
        assert plain is not None
        plain.rollback()  # SQLAlchemy takes a commit that raised for done and would leave it open
        raise WrongDoor("only leaving `act` commits")


def default_url(data: Path) -> str:
    """The embedded database under a data folder, which is made, readable to nobody else, when missing."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{(data / 'repatriation.sqlite').absolute()}"
