"""A PostgreSQL connection on which every statement is prepared once and then run by name.

psycopg's cursors would prepare a statement anew for each mixture of values and blanks, and do half as much
again as the server does; here its own adapters read and write the values, and its own binding of libpq is
asked straight away.
"""

import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

_KEPT = 500
"""Statements that a connection keeps prepared."""

# Bytes go as they are: written as text, a sealed paper would be twice as long and read digit by digit.
_TEXT, _BINARY = PyFormat.TEXT, PyFormat.BINARY
_DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class Prepared:
    """A connection, kept with the statements prepared on it. Each statement must say the types of its
    parameters."""

    def __init__(self, plain: psycopg.Connection[Any]) -> None:
        self._server = plain.pgconn
        self._adapter = Transformer.from_context(plain)
        self._names: dict[str, bytes] = {}
        self._arrival = select.poll()
        self._arrival.register(self._server.socket, select.POLLIN)

    def run(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of the answer. Raises psycopg's errors."""
        name = self._names.get(sql) or self._prepare(sql)
        given = self._dumped(values)
        with self._sending():
            result = self._server.exec_prepared(name, given, self._adapter.formats)
        return self._rows(result)

    def run_each(self, asked: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
        """The rows of each answer, where all are asked in one breath: one way there and back, and one
        transaction. Raises psycopg's errors; then nothing of it was done."""
        if len(self._names) + len(asked) > _KEPT:
            self._forget()
        ready = []
        for sql, values in asked:
            name = self._names.get(sql) or self._prepare(sql)
            ready.append((name, self._dumped(values), self._adapter.formats))
        with self._sending():
            self._server.enter_pipeline_mode()
            for name, given, formats in ready:
                self._server.send_query_prepared(name, given, formats)
            self._server.pipeline_sync()
        self._arrival.poll()
        results = self._until_sync()
        if self._server.status == ConnStatus.BAD:
            raise psycopg.OperationalError(self._server.get_error_message())
        self._server.exit_pipeline_mode()
        return [self._rows(result) for result in results]

    def _until_sync(self) -> list[PGresult]:
        """The results of one breath; of a connection that was lost, as many as came."""
        results: list[PGresult] = []
        while True:
            result = self._server.get_result()
            if result is None:  # one answer ends
                if self._server.status == ConnStatus.BAD:
                    return results
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)

    def _dumped(self, values: Sequence[Any]) -> Sequence[Any]:
        how = [_BINARY if type(value) is bytes else _TEXT for value in values]
        dumped: Sequence[Any] = self._adapter.dump_sequence(values, how)
        return dumped

    def _rows(self, result: PGresult) -> list[tuple[Any, ...]]:
        self._adapter.set_pgresult(self._checked(result))
        return self._adapter.load_rows(0, result.ntuples, tuple)

    @contextmanager
    def _sending(self) -> Iterator[None]:
        try:
            yield
        except MemoryError as problem:  # what psycopg makes of a statement that could not be sent at all
            raise psycopg.OperationalError(self._server.get_error_message()) from problem

    def _prepare(self, sql: str) -> bytes:
        if len(self._names) >= _KEPT:
            self._forget()
        name = b"step%d" % len(self._names)
        self._checked(self._server.prepare(name, sql.encode()))
        self._names[sql] = name
        return name

    def _forget(self) -> None:
        self._checked(self._server.exec_(b"DEALLOCATE ALL"))
        self._names.clear()

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in _DONE:
            return result
        # What the server says has a code; what the client's library says of a lost connection has none.
        if self._server.status == ConnStatus.BAD or not result.error_field(DiagnosticField.SQLSTATE):
            raise psycopg.OperationalError(result.get_error_message())
        raise error_from_result(result)
