"""Passkeys: a key on the officer's own device, opened by a finger, a face or a PIN, and for our site only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from sqlmodel import Session, col, delete, func, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from repatriation.records.factors import Passkey, RecoveryCode
from repatriation.records.organisations import Officer
from repatriation.records.trail import append
from repatriation.work.accounts import NO_PASSWORD
from repatriation.work.actors import Actor
from repatriation.work.factors import ISSUED_BY, drop_idle_codes, make_codes
from repatriation.work.house import House
from repatriation.work.refusals import Invalid
from repatriation.work.throttling import TooManyTries, count

LONGEST_ANSWER: Final = 16 * 1024
MOST_DEVICES: Final = 10
TRIES_FROM_AN_ADDRESS: Final = (100, timedelta(seconds=10))


@dataclass(frozen=True, slots=True)
class Site:
    """Where we are, as browsers know it: passkeys are bound to this name, taken from the settings."""

    host: str
    origin: str

    @classmethod
    def of(cls, issuer: str) -> "Site | None":
        """The site at an address; None where the address has no name, since passkeys need one."""
        host = urlsplit(issuer).hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return cls(host, issuer)
        return None


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a device is asked: `options` for the browser, `expected` to be kept here until it answers."""

    options: str
    expected: str


def ask_for_new(house: House, site: Site, actor: Actor, name: str) -> Challenge:
    """The question for a new passkey. Invalid when the officer has as many devices as they may have."""
    with house.doors.read() as session:
        known = session.exec(select(Passkey.credential).where(Passkey.officer_id == actor.officer_id)).all()
    if len(known) >= MOST_DEVICES:
        raise Invalid({"answer": "too_many"})
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUED_BY,
        user_id=actor.officer_id.encode(),
        user_name=actor.username,
        user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(known),
    )
    return Challenge(options_to_json(options), bytes_to_base64url(options.challenge))


def add_passkey(
    house: House, site: Site, actor: Actor, now: datetime, answer: str, expected: str, name: str
) -> tuple[str, ...]:
    """Take a passkey into use. Gives recovery codes where the officer has none yet.

    Raises:
        Invalid: the answer is not a device's to this very question.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=_bounded(answer),
            expected_challenge=base64url_to_bytes(expected),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception:  # whatever a browser may send, and however the library falls over it
        raise Invalid({"answer": "wrong"}) from None
    credential = bytes_to_base64url(made.credential_id)
    with house.doors.act() as session:
        mine = Passkey.officer_id == actor.officer_id
        held = session.exec(select(func.count()).select_from(Passkey).where(mine)).one()
        if (
            held >= MOST_DEVICES
            or session.exec(select(Passkey.id).where(Passkey.credential == credential)).first()
        ):
            raise Invalid({"answer": "wrong"})
        session.add(
            Passkey(
                officer_id=actor.officer_id,
                credential=credential,
                public_key=bytes_to_base64url(made.credential_public_key),
                sign_count=made.sign_count,
                name=name,
                made_at=now,
            )
        )
        append(session, actor, now, "account:factor:added", {"kind": "passkey"})
        unused = select(RecoveryCode.id).where(
            RecoveryCode.officer_id == actor.officer_id, col(RecoveryCode.used_at).is_(None)
        )
        return () if session.exec(unused).first() else make_codes(session, actor.officer_id)


def remove_passkey(house: House, actor: Actor, now: datetime, passkey_id: str) -> bool:
    """Let one of an officer's own devices count no more; False when they have none of this id."""
    with house.doors.act() as session:
        gone = session.exec(
            delete(Passkey).where(col(Passkey.id) == passkey_id, col(Passkey.officer_id) == actor.officer_id)
        )
        if gone.rowcount != 1:
            return False
        drop_idle_codes(session, actor.officer_id)
        append(session, actor, now, "account:factor:removed", {"kind": "passkey"})
        return True


def ask_for_known(house: House, site: Site, now: datetime, address: str) -> Challenge:
    """The question to whatever device is there: it tells who it is, so no name is asked for.

    Raises TooManyTries.
    """
    _count(house, now, address)
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Challenge(options_to_json(options), bytes_to_base64url(options.challenge))


def check_passkey(
    house: House, site: Site, now: datetime, answer: str, expected: str, address: str
) -> str | None:
    """The officer whose device answered this very question, or None.

    A passkey takes the place of name and password, so an account without a password has none. Raises
    TooManyTries.
    """
    _count(house, now, address)
    try:
        sent = webauthn.helpers.parse_authentication_credential_json(_bounded(answer))
        credential = bytes_to_base64url(sent.raw_id)
    except Exception:  # whatever a browser may send, and however the library falls over it
        return None
    with house.doors.act() as session:
        row = session.exec(select(Passkey).where(Passkey.credential == credential)).first()
        if row is None or not _may_sign_in(session, row.officer_id):
            return None
        try:
            proved = webauthn.verify_authentication_response(
                credential=sent,
                expected_challenge=base64url_to_bytes(expected),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(row.public_key),
                credential_current_sign_count=row.sign_count,
                require_user_verification=True,
            )
        except Exception:
            append(session, None, now, "account:factor:refused", {"officer": row.officer_id})
            return None
        moved = session.exec(
            update(Passkey)
            .where(col(Passkey.id) == row.id, col(Passkey.sign_count) == row.sign_count)
            .values(sign_count=proved.new_sign_count, used_at=now)
        )
        return row.officer_id if moved.rowcount == 1 else None


def _count(house: House, now: datetime, address: str) -> None:
    with house.doors.act() as session:
        counted = count(session, ("passkey", address), TRIES_FROM_AN_ADDRESS, now)
    if not counted:
        raise TooManyTries


def _may_sign_in(session: Session, officer_id: str) -> bool:
    officer = session.get_one(Officer, officer_id)
    return officer.active and officer.password_hash != NO_PASSWORD


def _bounded(answer: str) -> Any:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    return answer


def _described(credentials: Any) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in credentials]
