"""What the authorization server asks of whoever keeps the books: who partners are, and what they used up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from partners import codes, jose, tokens


class Replayed(Exception):
    """What may come once came a second time; `digest` says which."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        super().__init__("replayed")


class TooFast(Exception):
    """The partner calls faster than was agreed."""


class Turned(Exception):
    """The program is not active, or what it holds counts no more; `code` says which, for the trail."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Once(NamedTuple):
    """Something that may come once, and until when that has to be remembered."""

    digest: str
    until: datetime


class Program(Protocol):
    """A partner's program, as it is registered now."""

    @property
    def client_id(self) -> str: ...
    @property
    def active(self) -> bool: ...
    @property
    def revoked(self) -> bool: ...
    @property
    def organisation(self) -> str: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def described(self) -> Mapping[str, Any]: ...
    @property
    def keys(self) -> tuple[jose.PublicKey, ...]: ...

    def cut_off(self, issued: datetime) -> bool:
        """Whether what was issued then ended with a suspension."""


class Ledger(Protocol):
    """Where it stands who partners are and what they used up. Each method is one transaction."""

    def find(self, client_id: str, subject: str | None = None, token_id: str | None = None) -> Program | None:
        """The program of this name as it stands now, in the place of an officer if one is named."""

    def admit(self, client_id: str, once: tuple[Once, ...]) -> None:
        """Count a call and remember what may come once. Raises Turned, TooFast, Replayed."""

    def push(
        self, client_id: str, once: tuple[Once, ...], digest: str, asked: codes.Asked, until: datetime
    ) -> None:
        """As `admit`, and keep a pushed request."""

    def granted(self, digest: str) -> codes.Granted | None:
        """What a code stands for."""

    def redeem(self, client_id: str, once: tuple[Once, ...], digest: str, token: tokens.Token) -> bool:
        """Use a code up for a token; False when it was used before, which ends the token it was used for."""

    def revoke(self, client_id: str, token: tokens.Token) -> None:
        """Let a token count no more."""

    def stranger(self) -> None:
        """Count a try of somebody who could not say who they are. Raises TooFast."""

    def refused(self, client_id: str, code: str) -> None:
        """Write down that a call of a program that there is was refused, and why."""
