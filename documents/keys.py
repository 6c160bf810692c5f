"""The keys that papers need. They come in generations: the newest signs, and all go on being verified.

A generation is a root with its certificate, the key under it that signs files, and the key that signs the
tokens in the squares. Private keys are kept as long as the papers, since a paper printed again is to be the
same file again.
"""

import base64
import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from documents import authority

ROOT_KEY, ROOT = "root.key.pem", "root.pem"
SIGNING_KEY, SIGNING = "signing.key.pem", "signing.pem"
TOKEN_KEY = "token.key.pem"  # noqa: S105 - the name of a file
FILES = (ROOT_KEY, ROOT, SIGNING_KEY, SIGNING, TOKEN_KEY)
"""The files of one generation."""

# A machine whose clock is a little behind shall be able to sign at once.
_CLOCKS_DIFFER = datetime.timedelta(minutes=10)


class BadKeys(ValueError):
    """The files of a generation, or a key list, are not what they should be. Says which file, not what is in
    it.
    """


class PublicKey(NamedTuple):
    """A key that verifies tokens issued between two moments."""

    id: bytes
    key: ec.EllipticCurvePublicKey
    begins: datetime.datetime
    ends: datetime.datetime


class PaperKey(NamedTuple):
    """The key that signs tokens."""

    id: bytes
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Generation:
    """The keys of one generation."""

    number: int
    root: x509.Certificate
    signing_key: ec.EllipticCurvePrivateKey
    signing: x509.Certificate
    token_key: PaperKey

    @classmethod
    def load(cls, number: int, files: Mapping[str, bytes]) -> "Generation":
        """Read a generation from its files. BadKeys when one is missing, or they do not belong together."""
        root, signing = _certificate(ROOT, files), _certificate(SIGNING, files)
        signing_key, token_key = _private(SIGNING_KEY, files), _private(TOKEN_KEY, files)
        if root.public_key() != _private(ROOT_KEY, files).public_key():
            raise BadKeys(f"{ROOT} and {ROOT_KEY} do not belong together")
        if signing.public_key() != signing_key.public_key():
            raise BadKeys(f"{SIGNING} and {SIGNING_KEY} do not belong together")
        try:
            signing.verify_directly_issued_by(root)
        except Exception as problem:  # a wrong name, a wrong kind of key or a wrong signature: all the same
            raise BadKeys(f"{SIGNING} is not under {ROOT}") from problem
        return cls(number, root, signing_key, signing, PaperKey(key_id(token_key.public_key()), token_key))

    @property
    def begins(self) -> datetime.datetime:
        """The first moment at which a paper may be signed."""
        return self.signing.not_valid_before_utc

    @property
    def ends(self) -> datetime.datetime:
        """The last moment at which a paper may be signed. What is signed by then stays verifiable."""
        return self.signing.not_valid_after_utc

    @property
    def public(self) -> PublicKey:
        """The key that verifies this generation's tokens."""
        return PublicKey(self.token_key.id, self.token_key.key.public_key(), self.begins, self.ends)


@dataclass(frozen=True, slots=True)
class PaperKeys:
    """All generations of an installation, oldest first; never none."""

    generations: tuple[Generation, ...]

    @classmethod
    def load(cls, files: Mapping[int, Mapping[str, bytes]]) -> "PaperKeys":
        """Read all generations from their files, by number. BadKeys when one cannot be read."""
        if not files:
            raise BadKeys("there are no keys for papers")
        return cls(tuple(Generation.load(number, files[number]) for number in sorted(files)))

    @property
    def newest(self) -> Generation:
        """The generation that signs new papers."""
        return self.generations[-1]

    def generation(self, number: int) -> Generation:
        """The generation that signed a paper, to print it again. KeyError when it is not here."""
        return {one.number: one for one in self.generations}[number]

    @property
    def publics(self) -> dict[bytes, PublicKey]:
        """The keys that verify tokens, by their ids."""
        return {one.public.id: one.public for one in self.generations}

    @property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The root certificates under which files are signed."""
        return tuple(one.root for one in self.generations)


def new_generation(
    name: str, now: datetime.datetime, since: datetime.datetime | None = None
) -> dict[str, bytes]:
    """Make new keys, as files to be written. `name` is the installation's, and stands in its certificates.

    They are good for papers issued from now on, or from `since` where papers bear earlier dates.
    """
    begins = (since or now).replace(microsecond=0) - _CLOCKS_DIFFER
    root_key, signing_key, token_key = authority.new_key(), authority.new_key(), authority.new_key()
    root = authority.root_certificate(name, root_key, begins, _later(now, authority.ROOT_YEARS))
    until = _later(now, authority.SIGNING_YEARS)
    signing = authority.signing_certificate(name, signing_key.public_key(), root, root_key, begins, until)
    return {
        ROOT_KEY: _pem(root_key),
        ROOT: root.public_bytes(Encoding.PEM),
        SIGNING_KEY: _pem(signing_key),
        SIGNING: signing.public_bytes(Encoding.PEM),
        TOKEN_KEY: _pem(token_key),
    }


def published(keys: PaperKeys) -> dict[str, Any]:
    """The key list that anybody may have: what verifies papers without asking us. Holds nothing secret."""
    return {
        "version": 1,
        "keys": [_jwk(key) for key in keys.publics.values()],
        "roots": [root.public_bytes(Encoding.PEM).decode() for root in keys.roots],
    }


class KeyList(NamedTuple):
    """A published key list, read again."""

    publics: Mapping[bytes, PublicKey]
    roots: tuple[x509.Certificate, ...]


def read_list(data: bytes) -> KeyList:
    """Read a published key list. Raises BadKeys."""
    try:
        told = json.loads(data)
        if told["version"] != 1:
            raise BadKeys("the key list is of a version that is not known here")
        publics = [_public(jwk) for jwk in told["keys"]]
        roots = tuple(x509.load_pem_x509_certificate(root.encode()) for root in told["roots"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise BadKeys("this is not a key list") from problem
    return KeyList({key.id: key for key in publics}, roots)


def key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    """The id of a key: the first eight bytes of its digest."""
    whole = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(whole).digest()[:8]


def fingerprint(certificate: x509.Certificate) -> str:
    """What two people compare by telephone: the SHA-256 of a certificate, in groups of four."""
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest().upper()
    return " ".join(_groups(digest, 4))


def _groups(text: str, size: int) -> Iterable[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def _later(moment: datetime.datetime, years: int) -> datetime.datetime:
    return moment.replace(microsecond=0) + datetime.timedelta(days=365.25 * years)


def _jwk(key: PublicKey) -> dict[str, str]:
    point = key.key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "alg": "ES256",
        "use": "sig",
        "kid": _base64(key.id),
        "x": _base64(point.x.to_bytes(32, "big")),
        "y": _base64(point.y.to_bytes(32, "big")),
        "not_before": key.begins.isoformat(),
        "not_after": key.ends.isoformat(),
    }


def _public(jwk: Mapping[str, str]) -> PublicKey:
    if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise BadKeys("the key list holds a key of another kind")
    x, y = (int.from_bytes(_bytes(jwk[axis]), "big") for axis in ("x", "y"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    begins, ends = (datetime.datetime.fromisoformat(jwk[edge]) for edge in ("not_before", "not_after"))
    if _bytes(jwk["kid"]) != key_id(key) or begins.tzinfo is None or ends.tzinfo is None:
        raise BadKeys("the key list holds a key that is not what it says")
    return PublicKey(key_id(key), key, begins, ends)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _private(name: str, files: Mapping[str, bytes]) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(files[name], password=None)
    except (KeyError, ValueError, TypeError) as problem:
        raise BadKeys(f"{name} is missing or cannot be read") from problem
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadKeys(f"{name} holds a key of another kind")
    return key


def _certificate(name: str, files: Mapping[str, bytes]) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(files[name])
    except (KeyError, ValueError) as problem:
        raise BadKeys(f"{name} is missing or cannot be read") from problem
