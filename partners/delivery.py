"""Sending an envelope, and what becomes of it: delivered with a receipt, to be tried again, or for a person.

It may be sent any number of times. The receiver knows it again by what was signed, so that being killed
between any two lines loses nothing and doubles nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from partners import envelope, jose, receipts
from partners.calls import Line, Reply
from partners.reach import Failed
from partners.receipts import Receipt

PATH: Final = "/api/handoffs/deliver"
SCOPE: Final = "handoff:send"

WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
AFTER_THAT: Final = timedelta(hours=6)
JITTER: Final = 0.2
"""By which part a later wait is longer or shorter, so that not all come at once when a partner is back."""

LEASE: Final = timedelta(minutes=15)
"""How long whoever took deliveries up may take over them: three times what the slowest ten can take."""

AT_ONCE: Final = 10
"""How many are taken up at a time; so many may be sent twice when a process is killed."""

PATIENCE: Final = 3
"""After so many refusals that waiting does not mend, a person is told, and it is tried on."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be delivered: what was signed, for whom it is sealed, and who may sign for having it."""

    jti: str
    digest: str
    audience: str
    issuer: str
    expires: datetime
    text: str = field(repr=False)
    keys: tuple[jose.SealingKey, ...] = field(repr=False)
    receipt_keys: Sequence[jose.PublicKey] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try: a receipt, or a code that says why not. `mends` is whether waiting may help."""

    receipt: Receipt | None = None
    code: str | None = None
    mends: bool = True


def send(letter: Letter, line: Line) -> Outcome:
    """Try once to deliver, sealed anew to the partner's newest key. Whatever the partner or the way to it
    does is told in the outcome; nothing is raised.
    """
    if not letter.keys:
        return Outcome(code="no_key", mends=False)
    try:
        sealed = envelope.seal(letter.text, letter.keys[-1])
        reply = line.post(PATH, SCOPE, envelope.MEDIA_TYPE, sealed.encode("ascii"))
    except Failed as problem:
        return Outcome(code=problem.code, mends=not problem.code.startswith("token."))
    return _read(letter, reply)


def wait(attempts: int, chance: Callable[[], float]) -> timedelta:
    """How long to wait after so many tries; `chance` gives a number from 0 to 1."""
    if attempts <= len(WAITS):
        return WAITS[max(attempts, 1) - 1]
    return AFTER_THAT * (1 + JITTER * (2 * chance() - 1))


def _read(letter: Letter, reply: Reply) -> Outcome:
    if reply.status in (200, 201):
        try:
            receipt = receipts.read(
                reply.body.decode("ascii", "replace"),
                letter.receipt_keys,
                issuer=letter.audience,
                audience=letter.issuer,
                jti=letter.jti,
                sha256=letter.digest,
            )
        except jose.Unproven as problem:
            return Outcome(code=f"receipt.{problem.code}", mends=False)
        return Outcome(receipt)
    return Outcome(
        code=f"status_{reply.status}", mends=reply.status >= 500 or reply.status in (408, 425, 429)
    )
