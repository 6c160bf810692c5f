"""The token in the square of a paper: issuer, number, kind and digest, signed. It names nobody, and nothing
of a case; whoever photographs the square learns no more than what stands on the paper's edge.

A token is a CBOR Web Token (RFC 8392) signed with ES256 (RFC 9052), in base45 (RFC 9285). The signature is
deterministic (RFC 6979), so that a paper printed again bears the same square.
"""

import datetime
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import base45
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from documents.keys import PaperKey, PublicKey

PREFIX: Final = "RP1:"
LONGEST: Final = 600
"""No token of ours is longer, and nothing longer is looked at."""

# The claims: issuer, subject, expires and issued are registered; ours is the kind together with the digest.
_ISSUER, _NUMBER, _EXPIRES, _ISSUED, _PAPER = 1, 2, 4, 6, -65537
_REQUIRED: Final = frozenset({_ISSUER, _NUMBER, _ISSUED, _PAPER})

# What every token begins with: the tags of a CWT and of a single signature, four parts, the first of which
# is the header {1: ES256, 4: key id}. After the id, the empty open header.
_HEAD: Final = bytes.fromhex("d83d d2 84 4d a2 01 26 04 48")
_OPEN: Final = b"\xa0"
_ALGORITHM: Final = ec.ECDSA(SHA256(), deterministic_signing=True)


class BadToken(ValueError):
    """This is no token that one of the keys signed. Why is not said: it helps only who tries to make one."""


class Claims(NamedTuple):
    """What a token says: which paper it stands on, and the digest of what is printed there."""

    issuer: str
    number: str
    kind: str
    issued: datetime.datetime
    expires: datetime.datetime | None
    digest: bytes


def write_token(claims: Claims, key: PaperKey) -> str:
    """Sign the claims. The same claims and key give the same token. ValueError when they do not fit."""
    payload = cbor2.dumps(_told(claims), canonical=True)
    r, s = decode_dss_signature(key.key.sign(_to_be_signed(key.id, payload), _ALGORITHM))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    token = _HEAD + key.id + _OPEN + cbor2.dumps(payload) + cbor2.dumps(signature)
    text: str = PREFIX + base45.b45encode(token).decode()
    if len(text) > LONGEST:
        raise ValueError("the issuer or the number is too long for a token")
    return text


def read_token(text: str, keys: Mapping[bytes, PublicKey]) -> Claims:
    """What a token says, once it is certain that one of the keys signed it while it was in force.

    Whether the paper has expired or was revoked is for the caller to look at. Raises BadToken.
    """
    try:
        return _read(text.strip(), keys)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, InvalidSignature):
        raise BadToken("not a token of these keys") from None


def _read(text: str, keys: Mapping[bytes, PublicKey]) -> Claims:
    """Nothing is decoded before the signature is known to be ours: the signed part is found by its place."""
    if len(text) > LONGEST or not text.startswith(PREFIX):
        raise BadToken
    token = base45.b45decode(text.removeprefix(PREFIX))
    head, rest = token[: len(_HEAD)], token[len(_HEAD) :]
    key, rest = keys[rest[:8]], rest[8:]
    opened, framed, signature = rest[:1], rest[1:-66], rest[-66:]
    payload = framed[2:] if framed[:1] == b"\x58" else framed[3:]
    if (head, opened, framed, signature[:2]) != (_HEAD, _OPEN, cbor2.dumps(payload), b"\x58\x40"):
        raise BadToken
    r, s = int.from_bytes(signature[2:34], "big"), int.from_bytes(signature[34:], "big")
    key.key.verify(encode_dss_signature(r, s), _to_be_signed(key.id, payload), ec.ECDSA(SHA256()))
    claims = _understood(cbor2.loads(payload))
    if not key.begins <= claims.issued <= key.ends:
        raise BadToken
    return claims


def _to_be_signed(key_id: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052: what the signature is over."""
    header = cbor2.dumps({1: -7, 4: key_id})
    return cbor2.dumps(["Signature1", header, b"", payload])


def _told(claims: Claims) -> dict[int, Any]:
    if len(claims.kind) != 1 or len(claims.digest) != 16:
        raise ValueError("the kind is one letter and the digest has sixteen bytes")
    told: dict[int, Any] = {
        _ISSUER: claims.issuer,
        _NUMBER: claims.number,
        _ISSUED: int(claims.issued.timestamp()),
        _PAPER: [claims.kind, claims.digest],
    }
    return told if claims.expires is None else told | {_EXPIRES: int(claims.expires.timestamp())}


def _understood(told: dict[int, Any]) -> Claims:
    if not told.keys() >= _REQUIRED or not told.keys() <= _REQUIRED | {_EXPIRES}:
        raise BadToken
    expires = told.get(_EXPIRES)
    kind, digest = told[_PAPER]
    return Claims(
        issuer=str(told[_ISSUER]),
        number=str(told[_NUMBER]),
        kind=str(kind),
        issued=_moment(told[_ISSUED]),
        expires=None if expires is None else _moment(expires),
        digest=bytes(digest),
    )


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
