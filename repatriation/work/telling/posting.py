"""Sends the mails that are due: claimed under a lease, sent outside any transaction, settled under a token.

A process may be killed between any two lines. What it had claimed is due again when the lease is over; a mail
that left twice has the same Message-ID both times. What cannot be delivered in many tries is laid before a
person, and never dropped.
"""

import random
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from repatriation.records.leases import LEASE, Claim, claim, settle
from repatriation.work.house import House
from repatriation.work.telling.hours import MAIL
from repatriation.work.telling.inbox import waiting_for
from repatriation.work.telling.letters import Recipient, Waiting, letter
from repatriation.work.telling.smtp import Away, NotTaken, Relay
from repatriation.work.telling.wishes import recipients

AT_ONCE: Final = 100
"""Mails claimed at a time: at most so many leave twice when a process is killed."""

PATIENCE: Final = 14
"""Tries, over a day and a half, before a person is asked."""

_WITHIN: Final = LEASE / 3
_FIRST: Final = timedelta(seconds=30)
_LONGEST: Final = timedelta(hours=6)


class Posted(NamedTuple):
    """What one round did."""

    sent: int = 0
    put_off: int = 0
    dead: int = 0

    def __add__(self, other: tuple[Any, ...]) -> "Posted":
        return Posted(*(ours + theirs for ours, theirs in zip(self, other, strict=True)))


@dataclass(slots=True)
class _Batch:
    """What became of the mails of one batch."""

    sent: list[str] = field(default_factory=list)
    put_off: list[tuple[Claim, str]] = field(default_factory=list)
    dead: list[tuple[Claim, str]] = field(default_factory=list)
    untried: list[Claim] = field(default_factory=list)


def post_due(
    house: House,
    clock: Callable[[], datetime],
    *,
    chance: Callable[[], float] = random.random,
    stopping: Callable[[], bool] = lambda: False,
) -> Posted:
    """Send every mail that is due, in batches; any number of processes may. Nothing that a mail server does
    raises anything here.
    """
    relay = house.relay
    done = Posted()
    while relay is not None and not stopping():
        now, token = clock(), secrets.token_hex(16)
        with house.doors.act() as session:
            claimed = claim(session.connection(), MAIL, now, token, AT_ONCE)
        if not claimed:
            break
        batch = _send(house, relay, now, claimed, stopping)
        settled = _settle(house, clock(), token, batch, chance)
        done += settled
        if not settled.sent:
            break  # the server is away, or there is nothing but trouble: the next round will see
    return done


def _send(
    house: House, relay: Relay, now: datetime, claimed: Sequence[Claim], stopping: Callable[[], bool]
) -> _Batch:
    """Try each once, over one line. When the server is away, the rest is not tried."""
    batch = _Batch()
    wanted = [one.recipient_id for one in claimed]
    with house.doors.read() as session:
        people = recipients(session, house, wanted)
        waiting = waiting_for(session, wanted)
    letters = [one for one in claimed if _is_wanted(one, people, waiting, batch)]
    if not letters:
        return batch
    began = time.monotonic()
    left = iter(letters)
    one = letters[0]
    try:
        with relay.open() as line:
            for one in left:
                if stopping() or time.monotonic() - began > _WITHIN.total_seconds():
                    batch.untried += [one, *left]
                    break
                to, number = people[one.recipient_id], waiting[one.recipient_id]
                try:
                    line.send(letter(one.id, relay.sender, house.issuer, to, number, now))
                except NotTaken as problem:
                    (batch.dead if problem.for_good else batch.put_off).append((one, problem.code))
                else:
                    batch.sent.append(one.id)
    except Away as problem:
        known = {*batch.sent, *(each.id for each, _ in batch.dead), *(each.id for each, _ in batch.put_off)}
        batch.put_off += [(each, problem.code) for each in letters if each.id not in known]
    return batch


def _is_wanted(
    one: Claim, people: Mapping[str, Recipient], waiting: Mapping[str, Waiting], batch: _Batch
) -> bool:
    """Whether there is still somebody to write to, and something to say. Else the matter is settled."""
    wanted = one.recipient_id in people and one.recipient_id in waiting
    if not wanted:
        batch.sent.append(one.id)
    return wanted


def _settle(house: House, now: datetime, token: str, batch: _Batch, chance: Callable[[], float]) -> Posted:
    tired = [(one, code) for one, code in batch.put_off if one.attempts >= PATIENCE]
    rows = [
        *(_row(one, "dead", now, code) for one, code in (*batch.dead, *tired)),
        *(
            _row(one, "open", now + wait(one.attempts, chance), code)
            for one, code in batch.put_off
            if one.attempts < PATIENCE
        ),
        *(_row(one, "open", now, None, attempts=one.attempts - 1) for one in batch.untried),
    ]
    with house.doors.act() as session:
        sent = settle(session.connection(), token, batch.sent, rows)
    return Posted(sent, len(batch.put_off) - len(tired), len(batch.dead) + len(tired))


def wait(attempts: int, chance: Callable[[], float]) -> timedelta:
    """How long until the next try: twice as long each time, up to six hours, a fifth more or less, so that
    many do not come back at once.
    """
    longer: timedelta = min(_FIRST * 2 ** min(attempts - 1, 12), _LONGEST)
    return longer * (0.8 + 0.4 * chance())


def _row(
    one: Claim, state: str, at: datetime, code: str | None, attempts: int | None = None
) -> dict[str, Any]:
    tries = one.attempts if attempts is None else attempts
    return {"id": one.id, "run_at": at, "attempts": tries, "state": state, "last_error": code}
