"""Second factors by code: an authenticator app, and recovery codes for when the device is lost."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pyotp
from sqlmodel import Session, col, delete, func, select, update

from repatriation.records.columns import new_id
from repatriation.records.factors import Authenticator, Passkey, RecoveryCode
from repatriation.records.organisations import Officer
from repatriation.records.providers import Provider, Vouched
from repatriation.records.sealing import instance_key
from repatriation.records.trail import append
from repatriation.work.accounts import NO_PASSWORD
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.refusals import Invalid
from repatriation.work.throttling import Key, Limit, TooManyTries, count, take_off

ISSUED_BY: Final = "Return and reintegration"
STEP_SECONDS: Final = 30
DIGITS: Final = 6
NEAR: Final = (0, -1, 1)
"""A code counts one step early or late, since clocks differ."""

RECOVERY_CODES: Final = 10
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH: Final = 16

# From one address as with passwords. Codes of six digits could be guessed from many addresses at once by
# somebody who has the password, so of them there is also a limit by account. It closes nobody's account: a
# passkey or a recovery code still opens it, and those cannot be guessed. A browser with which the officer
# came in by a second factor before has tries of its own, so that nobody elsewhere uses up theirs.
TRIES_FROM_AN_ADDRESS: Final = (10, timedelta(minutes=2))
CODES_AT_AN_ACCOUNT: Final = (30, timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Device:
    """A device with a passkey, by the name that its owner gave it."""

    passkey_id: str
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """By what an officer can prove who they are."""

    password: bool
    authenticator: bool
    devices: tuple[Device, ...]
    codes_left: int
    provider: str | None = None

    @property
    def second(self) -> bool:
        """Whether a second factor is asked for after the password."""
        return self.authenticator or bool(self.devices)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret to be put into an authenticator app, as text and as the address that the app reads."""

    text: str = field(repr=False)
    address: str = field(repr=False)


def factors_of(house: House, officer_id: str) -> Factors:
    """The factors of an officer."""
    with house.doors.read() as session:
        officer = session.get_one(Officer, officer_id)
        devices = session.exec(
            select(Passkey).where(Passkey.officer_id == officer_id).order_by(col(Passkey.made_at))
        ).all()
        left = session.exec(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.officer_id == officer_id, col(RecoveryCode.used_at).is_(None))
        ).one()
        provider = session.exec(
            select(Provider.code).join(Vouched).where(Vouched.officer_id == officer_id)
        ).first()
        return Factors(
            password=officer.password_hash != NO_PASSWORD,
            authenticator=_confirmed(session, officer_id) is not None,
            devices=tuple(Device(each.id, each.name, each.made_at, each.used_at) for each in devices),
            codes_left=left,
            provider=provider,
        )


def new_secret(username: str) -> Secret:
    """A new secret for an authenticator app."""
    text = pyotp.random_base32()
    return secret_for(username, text)


def secret_for(username: str, text: str) -> Secret:
    """A secret again, with the address for the app."""
    return Secret(text, pyotp.TOTP(text).provisioning_uri(name=username, issuer_name=ISSUED_BY))


def add_authenticator(house: House, actor: Actor, now: datetime, secret: str, code: str) -> tuple[str, ...]:
    """Take an app into use, once a code of it is right; it replaces the one before. Gives recovery codes.

    Raises:
        Invalid: the code is not one of this secret now.
    """
    with house.doors.act() as session:
        codes = put_authenticator(session, house, actor.officer_id, secret, code, now)
        append(session, actor, now, "account:factor:added", {"kind": "authenticator"})
    return codes


def put_authenticator(
    session: Session, house: House, officer_id: str, secret: str, code: str, now: datetime
) -> tuple[str, ...]:
    """Write an app down within a transaction, with new recovery codes. Invalid when the code is wrong."""
    step = _step(secret, code, now)
    if step is None:
        raise Invalid({"code": "wrong"})
    session.exec(delete(Authenticator).where(col(Authenticator.officer_id) == officer_id))
    row = Authenticator(id=new_id(), officer_id=officer_id, confirmed_at=now, last_step=step)
    instance_key(house.keyring).seal_into(row, secret=secret)
    session.add(row)
    return make_codes(session, officer_id)


def new_recovery_codes(house: House, actor: Actor, now: datetime) -> tuple[str, ...]:
    """New recovery codes in place of all there were."""
    with house.doors.act() as session:
        append(session, actor, now, "account:factor:added", {"kind": "recovery_codes"})
        return make_codes(session, actor.officer_id)


def remove_authenticator(house: House, actor: Actor, now: datetime) -> None:
    """Let the app of an officer count no more."""
    with house.doors.act() as session:
        session.exec(delete(Authenticator).where(col(Authenticator.officer_id) == actor.officer_id))
        drop_idle_codes(session, actor.officer_id)
        append(session, actor, now, "account:factor:removed", {"kind": "authenticator"})


def remove_all(house: House, actor: Actor | None, now: datetime, officer_id: str) -> None:
    """Take every second factor off an account whose owner has lost them."""
    with house.doors.act() as session:
        for table in (Authenticator, Passkey, RecoveryCode):
            session.exec(delete(table).where(col(table.officer_id) == officer_id))
        append(session, actor, now, "account:factor:removed", {"kind": "all", "officer": officer_id})


def check_code(
    house: House, officer_id: str, now: datetime, entered: str, address: str, browser: str | None = None
) -> bool:
    """Whether what was entered is a code of the officer's app that was not used yet, or a recovery code.
    `browser` is the number of one that is known to be the officer's own.

    Raises TooManyTries. Every try is counted before it is judged; a good one is taken off again.
    """
    cleaned = _cleaned(entered)
    guessable = len(cleaned) <= DIGITS
    place = ("browser", browser) if browser is not None else (address,)
    buckets: list[tuple[Key, Limit]] = [(("second", officer_id, *place), TRIES_FROM_AN_ADDRESS)]
    if guessable and browser is None:
        buckets.append((("codes", officer_id), CODES_AT_AN_ACCOUNT))
    with house.doors.act() as session:
        counted = [count(session, key, limit, now) for key, limit in buckets]
    if not all(counted):
        raise TooManyTries
    with house.doors.act() as session:
        good = (
            _use_code(session, house, officer_id, cleaned, now)
            if guessable
            else _use_recovery(session, officer_id, cleaned, now)
        )
        if good:
            for key, limit in buckets:
                take_off(session, key, limit)
            if not guessable:
                append(session, None, now, "account:recovery:used", {"officer": officer_id})
        else:
            append(session, None, now, "account:factor:refused", {"officer": officer_id})
    return good


def drop_idle_codes(session: Session, officer_id: str) -> None:
    """Recovery codes stand in for another factor; without one they would only be one more way in."""
    for table in (Authenticator, Passkey):
        if session.exec(select(table.id).where(table.officer_id == officer_id)).first() is not None:
            return
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.officer_id) == officer_id))


def _use_code(session: Session, house: House, officer_id: str, code: str, now: datetime) -> bool:
    row = _confirmed(session, officer_id)
    if row is None:
        return False
    step = _step(instance_key(house.keyring).open_from(row)["secret"], code, now)
    if step is None:
        return False
    # One that was used, or is older than one used, is refused; also of two that come at the same moment.
    taken = session.exec(
        update(Authenticator)
        .where(col(Authenticator.id) == row.id, col(Authenticator.last_step) < step)
        .values(last_step=step)
    )
    return taken.rowcount == 1


def _use_recovery(session: Session, officer_id: str, code: str, now: datetime) -> bool:
    taken = session.exec(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.officer_id) == officer_id,
            col(RecoveryCode.digest) == _digest(officer_id, code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    return taken.rowcount == 1


def _confirmed(session: Session, officer_id: str) -> Authenticator | None:
    return session.exec(
        select(Authenticator).where(
            Authenticator.officer_id == officer_id, col(Authenticator.confirmed_at).is_not(None)
        )
    ).first()


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step of which this is the code, or None when it is of none near."""
    cleaned = _cleaned(code)
    present = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    for near in NEAR:
        if secrets.compare_digest(app.generate_otp(present + near).encode(), cleaned.encode()):
            return present + near
    return None


def _cleaned(entered: str) -> str:
    """A code without what people put between its parts; figures of every script count."""
    figures = (str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in entered[:100])
    return "".join(sign for sign in figures if sign.isalnum()).upper()


def make_codes(session: Session, officer_id: str) -> tuple[str, ...]:
    """New recovery codes for an account, in place of those it had. Only their digests are kept."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.officer_id) == officer_id))
    codes = tuple("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES))
    for code in codes:
        session.add(RecoveryCode(officer_id=officer_id, digest=_digest(officer_id, code)))
    return tuple("-".join(code[at : at + 4] for at in range(0, _LENGTH, 4)) for code in codes)


def _digest(officer_id: str, code: str) -> str:
    """Codes have 80 random bits, so a plain digest cannot be undone."""
    return hashlib.sha256(f"{officer_id}\0{code}".encode()).hexdigest()
