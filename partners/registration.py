"""What a partner's program is registered with (the names of RFC 7591 and three of ours), and the fingerprint
that two officers compare by telephone before they believe it.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from partners import jose, scopes, strict

LARGEST: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{2,199}")

Line = Annotated[str, Field(min_length=1, max_length=200)]
Jwks = dict[str, Any]


_REFUSED: Final[Mapping[str, str]] = {
    "jwks_uri": "send_jwks",
    "tls_client_auth_subject_dn": "no_certificates",
    "tls_client_auth_san_dns": "no_certificates",
    "tls_client_auth_san_uri": "no_certificates",
    "tls_client_auth_san_ip": "no_certificates",
    "tls_client_auth_san_email": "no_certificates",
    "tls_client_certificate_bound_access_tokens": "no_certificates",
}
"""Members of RFC 7591 and RFC 8705 that mean something we do not do, each with the code that says what to do.

Keys are taken from the registration alone: two officers compare the fingerprint of just these keys, and what
an address gives could be other keys a minute later. Certificates end at whatever proxy ends the line.
"""


class BadRegistration(ValueError):
    """What was sent to register cannot be taken. `problems` maps each member to a code."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(", ".join(f"{member}: {code}" for member, code in problems.items()))


class Registration(BaseModel):
    """What a partner says of its program. A member that is not here is refused, so that nothing is believed
    to be agreed that is not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    client_id: str | None = None
    client_name: Line
    organisation: Line
    scope: Annotated[str, Field(max_length=1000)]
    grant_types: Annotated[list[Literal["client_credentials", "authorization_code"]], Field(min_length=1)] = [
        "client_credentials"
    ]
    response_types: list[Literal["code"]] = []
    redirect_uris: Annotated[list[str], Field(max_length=10)] = []
    token_endpoint_auth_method: Literal["private_key_jwt"] = "private_key_jwt"  # noqa: S105 - a method's name
    dpop_bound_access_tokens: Literal[True] = True
    jwks: Jwks
    contacts: Annotated[list[Line], Field(max_length=10)] = []
    client_uri: str | None = None
    resource_server: bool = False
    envelope_jwks: Jwks | None = None
    envelope_issuer: str | None = None

    @field_validator("client_id")
    @classmethod
    def _client_id_is_plain(cls, value: str | None) -> str | None:
        if value is not None and not may_be_named(value):
            raise ValueError("malformed")
        return value

    @field_validator("scope")
    @classmethod
    def _scopes_exist(cls, value: str) -> str:
        if not scopes.parse(value):
            raise ValueError("unknown")
        return value

    @field_validator("redirect_uris")
    @classmethod
    def _browsers_go_to_safe_places(cls, value: list[str]) -> list[str]:
        for address in value:
            if not safe_address(address) or "#" in address:
                raise ValueError("malformed")
        return value

    @field_validator("client_uri", "envelope_issuer")
    @classmethod
    def _addresses_are_safe(cls, value: str | None) -> str | None:
        if value is not None and not safe_address(value):
            raise ValueError("malformed")
        return value

    @field_validator("jwks")
    @classmethod
    def _keys_verify(cls, value: Jwks) -> Jwks:
        try:
            jose.public_keys(value)
        except jose.BadKey as problem:
            raise ValueError(problem.code) from None
        return value

    @field_validator("envelope_jwks")
    @classmethod
    def _envelope_keys_verify(cls, value: Jwks | None) -> Jwks | None:
        try:
            if value is not None:
                jose.public_keys(value)
                jose.sealing_keys(value)
        except jose.BadKey as problem:
            raise ValueError(problem.code) from None
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if "authorization_code" in self.grant_types and not self.redirect_uris:
            raise ValueError("redirect_uris_needed")
        if (self.envelope_jwks is None) != (self.envelope_issuer is None):
            raise ValueError("envelope_incomplete")
        if self.envelope_jwks is not None:
            proving = {key.thumbprint for key in jose.public_keys(self.jwks)}
            if proving & {key.thumbprint for key in jose.public_keys(self.envelope_jwks)}:
                raise ValueError("one_key_for_two_purposes")
        return self

    @property
    def scopes(self) -> frozenset[str]:
        """What it asks to be let do."""
        return frozenset(self.scope.split())

    def described(self) -> dict[str, Any]:
        """What is kept beside the keys."""
        apart = {"jwks", "envelope_jwks", "envelope_issuer", "client_id", "organisation"}
        return self.model_dump(mode="json", exclude=apart)


class Fingerprint(NamedTuple):
    """The digest of a partner's keys, twice: in words that can be spoken in any language, and in digits."""

    words: str
    digits: str


def read(data: bytes) -> Registration:
    """What a partner sent to register. Raises BadRegistration."""
    try:
        return of(strict.read_object(data, LARGEST))
    except strict.Malformed as problem:
        raise BadRegistration({"file": problem.code}) from None


def of(members: Mapping[str, Any]) -> Registration:
    """A registration from its members. Raises BadRegistration."""
    refused = {member: _REFUSED[member] for member in members if member in _REFUSED}
    if str(members.get("token_endpoint_auth_method")).endswith("tls_client_auth"):
        refused["token_endpoint_auth_method"] = "no_certificates"  # noqa: S105 - a code
    if refused:
        raise BadRegistration(refused)
    try:
        return Registration.model_validate(dict(members))
    except ValidationError as problem:
        raise BadRegistration(
            {
                str(one["loc"][0]) if one["loc"] else "file": _code(str(one["type"]), str(one["msg"]))
                for one in problem.errors(include_url=False, include_input=False, include_context=False)
            }
        ) from None


def fingerprint(
    keys: Mapping[str, Any], envelope_keys: Mapping[str, Any] | None, envelope_issuer: str | None
) -> Fingerprint:
    """The fingerprint of a partner: of all its keys, and of the issuer that stands in its envelopes.

    It is the SHA-256 of their RFC 7638 thumbprints, sorted within each set, and the issuer, a line each.
    """
    told = [
        *_thumbprints(jose.public_keys(keys)),
        *(_thumbprints(jose.public_keys(envelope_keys)) if envelope_keys else ()),
        *(_sealing_thumbprints(jose.sealing_keys(envelope_keys)) if envelope_keys else ()),
        envelope_issuer or "",
    ]
    digest = sha256("\n".join(told).encode()).digest()
    digits = f"{int.from_bytes(digest[16:]) % 10**30:030}"
    return Fingerprint(
        " ".join(_word(int.from_bytes(digest[place : place + 2])) for place in range(0, 16, 2)),
        " ".join(digits[place : place + 5] for place in range(0, 30, 5)),
    )


def may_be_named(client_id: str) -> bool:
    """Whether a partner may be known by a name: a plain word, or an address that is safe."""
    if not _CLIENT_ID.fullmatch(client_id):
        return False
    return "://" not in client_id or safe_address(client_id)


def safe_address(address: str) -> bool:
    """Whether an address is https, or of this machine alone; with a host, and without a user name."""
    if len(address) > 500 or not address.isascii() or not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def _code(kind: str, words: str) -> str:
    return words.removeprefix("Value error, ") if kind == "value_error" else kind


def _thumbprints(keys: Iterable[jose.PublicKey]) -> list[str]:
    return sorted(key.thumbprint for key in keys)


def _sealing_thumbprints(keys: Iterable[jose.SealingKey]) -> list[str]:
    return sorted(key.key.thumbprint() for key in keys)


_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"


def _word(number: int) -> str:
    """A number of 16 bits as a word of five letters that can be spoken in any language (a proquint)."""
    return "".join(
        (_CONSONANTS if width == 4 else _VOWELS)[(number >> shift) & (2**width - 1)]
        for shift, width in ((12, 4), (10, 2), (6, 4), (4, 2), (0, 4))
    )
