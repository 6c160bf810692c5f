"""Sealing: how identifying values are encrypted, each bound to its place, under a key of their case's own.

AES-256-GCM; the associated data names table, column, row and case, so that a value moved elsewhere does not
open.
"""

import json
import os
from collections import Counter
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import Row
from repatriation.records.handoffs import Handoff
from repatriation.records.keyring import Keyring, KeyringError

__all__ = [
    "CaseKey",
    "Keyring",
    "KeyringError",
    "Safe",
    "SealBroken",
    "Shredded",
    "instance_key",
    "new_case_key",
    "rewrap",
]

_LOCKED: tuple[type[CaseFile | Handoff], ...] = (CaseFile, Handoff)
"""The tables whose rows have a key of their own."""

_VERSION = b"\x01"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NONCE = 12


class SealBroken(RuntimeError):
    """A sealed value does not open: it was changed, or moved from another place."""


class Shredded(RuntimeError):
    """The case's key was destroyed, so that nothing sealed in it can be read again."""


class Locked(Protocol):
    """What is needed to find a case's key: the case file, or a row that has these columns of it."""

    @property
    def id(self) -> str: ...
    @property
    def wrapped_key(self) -> bytes: ...
    @property
    def key_epoch(self) -> int: ...


class CaseKey:
    """The opened key of one case. Keep it no longer than one request."""

    def __init__(self, case_id: str, data_key: bytes) -> None:
        self.case_id = case_id
        self._cipher = AESGCM(data_key)

    def seal(self, table: str, column: str, row_id: str, value: Any) -> bytes | None:
        """Seal a value (text, number, list, whatever JSON holds) for its place; None stays None."""
        if value is None:
            return None
        return self.seal_bytes(table, column, row_id, _encode(value).encode())

    def open(self, table: str, column: str, row_id: str, sealed: bytes | None) -> Any:
        """The value again. Raises SealBroken when it was not sealed for this very place."""
        return None if sealed is None else json.loads(self.open_bytes(table, column, row_id, sealed))

    def seal_bytes(self, table: str, column: str, row_id: str, plain: bytes) -> bytes:
        """Seal bytes as they are, such as a file."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, self._place(table, column, row_id))

    def open_bytes(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """Bytes that were sealed as they are. Raises SealBroken."""
        version, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        if version != _VERSION:
            raise SealBroken(f"{table}.{column} is not sealed in a known way")
        try:
            return self._cipher.decrypt(nonce, rest, self._place(table, column, row_id))
        except InvalidTag as problem:
            raise SealBroken(f"{table}.{column} was changed, or belongs elsewhere") from problem

    def seal_into(self, row: Row, **values: Any) -> None:
        """Seal values into the sealed columns of a row that has its id. ValueError for any other column."""
        table, row_id = _row(row)
        for name, value in values.items():
            _must_be_sealed(row, name)
            setattr(row, name, self.seal(table, name, row_id, value))

    def open_from(self, row: Row, *names: str) -> dict[str, Any]:
        """The opened values of a row's sealed columns: those named, or all."""
        table, row_id = _row(row)
        wanted = names or tuple(c.name for c in Row.metadata.tables[table].columns if c.info.get("sealed"))
        for name in wanted:
            _must_be_sealed(row, name)
        return {name: self.open(table, name, row_id, getattr(row, name)) for name in wanted}

    def _place(self, table: str, column: str, row_id: str) -> bytes:
        # As JSON would write it: neither our names nor our ids hold anything that it would escape.
        return f'["{table}", "{column}", "{row_id}", "{self.case_id}"]'.encode()


class Safe:
    """The keys opened in one request. Make one for each request and let go of it with the request."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._keys: dict[str, CaseKey] = {}

    def key_of(self, case: Locked) -> CaseKey:
        """The key of a case. Raises Shredded when it was destroyed, KeyringError when the
        keyring cannot open it."""
        key = self._keys.get(case.id)
        if key is None:
            if not case.wrapped_key:
                raise Shredded("what was sealed in this case cannot be read any more")
            key = CaseKey(case.id, self._keyring.unwrap(case.wrapped_key, case.key_epoch))
            self._keys[case.id] = key
        return key


def instance_key(keyring: Keyring) -> CaseKey:
    """The key for what is sealed and belongs to no case: officers' second factors, secrets shared with
    providers, sign-ins under way."""
    return CaseKey("instance", keyring.digest_key("sealed, of no case"))


def new_case_key(keyring: Keyring, case_id: str) -> tuple[CaseKey, bytes, int]:
    """A key for a new case, opened, with what goes into its `wrapped_key` and `key_epoch`."""
    data_key = AESGCM.generate_key(bit_length=256)
    wrapped, epoch = keyring.wrap(data_key)
    return CaseKey(case_id, data_key), wrapped, epoch


def rewrap(session: Session, keyring: Keyring, limit: int = 1000) -> int:
    """Wrap up to `limit` keys of cases, and as many of handoffs, under the newest epoch; gives how many are
    still under an older one."""
    return sum(_rewrap(session, keyring, table, limit) for table in _LOCKED)


def _rewrap(session: Session, keyring: Keyring, table: type[CaseFile | Handoff], limit: int) -> int:
    old = (col(table.key_epoch) != keyring.epoch, func.length(table.wrapped_key) > 0)
    rows = session.exec(select(table.id, table.wrapped_key, table.key_epoch).where(*old).limit(limit))
    for row_id, wrapped, was in rows.all():
        again, epoch = keyring.wrap(keyring.unwrap(wrapped, was))
        session.exec(
            update(table)
            .where(col(table.id) == row_id, col(table.key_epoch) == was)
            .values(wrapped_key=again, key_epoch=epoch)
        )
    return session.exec(select(func.count()).select_from(table).where(*old)).one()


def cases_by_epoch(session: Session) -> dict[int, int]:
    """How many keys, of cases and handoffs, are wrapped under each epoch; shredded ones are under none."""
    found: Counter[int] = Counter()
    for table in _LOCKED:
        counted = select(col(table.key_epoch), func.count()).where(func.length(table.wrapped_key) > 0)
        found.update(dict(session.exec(counted.group_by(col(table.key_epoch))).all()))
    return dict(found)


def epochs_shut(session: Session, keyring: Keyring) -> tuple[int, ...]:
    """The epochs under which something is sealed and whose key is gone, or is not the one that sealed it."""
    shut: set[int] = set()
    for table in _LOCKED:
        sealed = func.length(table.wrapped_key) > 0
        for epoch in session.exec(select(table.key_epoch).where(sealed).distinct()).all():
            wrapped = session.exec(
                select(table.wrapped_key).where(sealed, col(table.key_epoch) == epoch).limit(1)
            ).one()
            try:
                keyring.unwrap(wrapped, epoch)
            except KeyringError:
                shut.add(epoch)
    return tuple(sorted(shut))


def shred(case: CaseFile | Handoff) -> None:
    """Destroy the key of a case or a handoff. The old one is gone for good when its epoch is retired as well:
    see `Keyring.retire`."""
    case.wrapped_key = b""


def _row(row: Row) -> tuple[str, str]:
    return str(row.__tablename__), str(row.__getattribute__("id"))


def _must_be_sealed(row: Row, name: str) -> None:
    kept = Row.metadata.tables[str(row.__tablename__)].columns
    if name not in kept or not kept[name].info.get("sealed"):
        raise ValueError(f"{row.__tablename__}.{name} is not a sealed column")
