"""What an installation is told about a provider, in one JSON file, before anybody may sign in with it."""

import re
from collections.abc import Collection
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

SIGNED_WITH: Final = ("ES256", "PS256", "RS256", "Ed25519", "EdDSA")
"""What an ID token may be signed with. The list is ours; a provider's file may only make it shorter."""

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

_CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,40}")


class ProviderSettings(BaseModel):
    """One provider: who it is, whose people it vouches for, and how we say who we are to it.

    `hosts` are further host names at which its endpoints may lie; none but these and the issuer's is called.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    code: str
    name: str = Field(min_length=1, max_length=120)
    organisation: str
    issuer: str = Field(max_length=400)
    client_id: str = Field(min_length=1, max_length=200)
    authentication: Literal["private_key_jwt", "client_secret_basic"] = "private_key_jwt"
    client_secret: str | None = Field(default=None, min_length=16, max_length=400, repr=False)
    assertion_audience: Literal["issuer", "token_endpoint"] = "issuer"
    algorithms: tuple[str, ...] = SIGNED_WITH
    hosts: tuple[str, ...] = ()

    @field_validator("code")
    @classmethod
    def _code_fits_an_address(cls, value: str) -> str:
        if not _CODE.fullmatch(value):
            raise ValueError("may hold small letters, digits and hyphens only")
        return value

    @field_validator("issuer")
    @classmethod
    def _issuer_is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address that begins with https://")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("must begin with https://")
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("may hold scheme, host, port and path only")
        return value

    @field_validator("algorithms")
    @classmethod
    def _algorithms_are_ours(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or set(value) - set(SIGNED_WITH):
            raise ValueError(f"may be some of {', '.join(SIGNED_WITH)}")
        return value

    @model_validator(mode="after")
    def _secret_where_one_is_used(self) -> Self:
        if (self.authentication == "client_secret_basic") != (self.client_secret is not None):
            raise ValueError("client_secret goes with client_secret_basic, and with nothing else")
        return self

    @property
    def may_be_called(self) -> frozenset[str]:
        """The host names that requests may go to."""
        return frozenset({urlsplit(self.issuer).hostname or "", *self.hosts})

    def kept(self) -> dict[str, Any]:
        """What the database keeps as it is: everything but the secret."""
        return self.model_dump(mode="json", exclude={"client_secret"})


def is_loopback(address: str) -> bool:
    """Whether an address is one of this machine alone, over plain HTTP."""
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def may_be_called(address: Any, hosts: Collection[str], *, loopback: bool) -> bool:
    """Whether a request may go to an address that a provider names: HTTPS, and a host that was allowed."""
    if not isinstance(address, str) or len(address) > 1000 or not address.isascii():
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    if parts.fragment or "@" in parts.netloc or not address.isprintable() or " " in address:
        return False
    return parts.hostname in hosts and (parts.scheme == "https" or (loopback and is_loopback(address)))
