"""Whether a paper counts: valid, revoked or unknown, for whoever has it in hand. Nothing else is told.

A paper is asked about by the token of its square, by its number and code, or by its file. Whoever asks
about a number alone learns nothing: the code beside it cannot be worked out.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from documents.checking import check_pdf
from documents.keys import PaperKeys
from documents.tokens import BadToken, read_token
from repatriation.records.papers import NUMBER, Paper, PaperRevocation, papers_numbered
from repatriation.work.house import House
from repatriation.work.papers.issuing import code_of
from repatriation.work.throttling import count


class Standing(StrEnum):
    """What is answered."""

    VALID = "valid"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


_NUMBER: Final = re.compile(NUMBER)


def by_token(house: House, now: datetime, token: str) -> Standing:
    """By the text of the square: signed by us, and for a paper that says what it said when it was issued."""
    keys = _keys(house)
    if keys is None:
        return Standing.UNKNOWN
    try:
        claims = read_token(token, keys.publics)
    except BadToken:
        return Standing.UNKNOWN
    with house.doors.read() as session:
        row = _first(session, claims.number)
        if row is None or not hmac.compare_digest(bytes.fromhex(row.data_sha256)[:16], claims.digest):
            return Standing.UNKNOWN
        return _standing(session, row, now)


def by_number(house: House, now: datetime, number: str, code: str) -> Standing:
    """By number and code, as they stand under the square."""
    number, code = number.strip().upper(), code.strip().upper()
    if not _NUMBER.fullmatch(number) or not hmac.compare_digest(
        code_of(house.keyring, number).encode(), code.encode()
    ):
        return Standing.UNKNOWN
    with house.doors.read() as session:
        row = _first(session, number)
        return Standing.UNKNOWN if row is None else _standing(session, row, now)


def by_file(house: House, now: datetime, file: bytes) -> Standing:
    """By the file itself: to the last byte one that was issued here, and signed by us."""
    keys = _keys(house)
    digest = hashlib.sha256(file).hexdigest()
    with house.doors.read() as session:
        row = session.exec(select(Paper).where(col(Paper.file_sha256) == digest).limit(1)).first()
        if row is None or keys is None or not check_pdf(file, keys.roots).good:
            return Standing.UNKNOWN
        return _standing(session, row, now)


def _keys(house: House) -> PaperKeys | None:
    return house.papers.keys if house.papers else None


def _first(session: Session, number: str) -> Paper | None:
    return session.exec(papers_numbered(number).limit(1)).first()


def _standing(session: Session, row: Paper, now: datetime) -> Standing:
    """A paper that has run out counts no more than one that was revoked."""
    if session.get(PaperRevocation, row.number) is not None:
        return Standing.REVOKED
    return Standing.REVOKED if row.expires_at is not None and row.expires_at <= now else Standing.VALID


class TooOften(Exception):
    """Somebody has asked too often from one address; nothing was looked up."""


TRIES: Final = (30, timedelta(seconds=10))
"""A queue at a gate may be checked at once; codes cannot be guessed at this pace."""


def counted(house: House, now: datetime, address: str) -> None:
    """Counts one question from an address. Raises TooOften."""
    with house.doors.act() as session:
        if not count(session, ("verify", address), TRIES, now):
            raise TooOften
