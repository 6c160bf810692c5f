"""The connections that steps use, handed from one step to the next.

An engine's pool does more at each coming and going than a step has to spare, and would forget what is
prepared on a connection. So a step's connection is taken out of its pool for good and kept here while idle.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, PoolProxiedConnection

from repatriation.records.prepared import Prepared


class Kept(NamedTuple):
    """A connection: what holds it open, the driver's own, and what a step reads and writes with."""

    holder: PoolProxiedConnection
    plain: Any
    driver: Any


class Spare:
    """The idle connections of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Kept] = deque()

    @contextmanager
    def one(self) -> Iterator[Kept]:
        """A connection for one step. One that broke is not kept."""
        try:
            kept = self._idle.pop()
        except IndexError:
            kept = self._make()
        try:
            yield kept
        finally:
            if getattr(kept.plain, "closed", False):
                kept.holder.close()
            else:
                self._idle.append(kept)

    def clear(self, close: bool = True) -> None:
        """Give up the idle ones; without `close`, leave them to the process this one was forked from."""
        while self._idle:
            kept = self._idle.pop()
            if close:
                kept.holder.close()

    def _make(self) -> Kept:
        holder = self._engine.raw_connection()
        holder.detach()
        plain: Any = holder.dbapi_connection
        return Kept(holder, plain, plain.cursor() if self._engine.name == "sqlite" else Prepared(plain))
