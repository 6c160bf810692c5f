"""Enters, lists and suspends the providers by which organisations sign their own people in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from pydantic import ValidationError
from sqlmodel import Session, col, delete, select

from partners.openid.ourselves import ByAssertion, BySecret, Prove, published
from partners.openid.settings import ProviderSettings
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Organisation
from repatriation.records.providers import Provider, Vouched
from repatriation.records.sealing import instance_key
from repatriation.records.sessions import WebSession
from repatriation.records.trail import append
from repatriation.work.house import House
from repatriation.work.refusals import Invalid

# The order of P-256: a key is a number below it.
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Listed:
    """A provider, with the organisation for whose people it vouches."""

    code: str
    name: str
    issuer: str
    organisation: str
    accounts: int
    suspended: bool


def enter_provider(house: House, now: datetime, given: Mapping[str, Any]) -> ProviderSettings:
    """Enter a provider, or bring the one of this code up to date.

    Raises:
        Invalid: with each field that cannot be taken, in words.
    """
    try:
        settings = ProviderSettings.model_validate(given)
    except ValidationError as problem:
        raise Invalid({_field(each): _said(each) for each in problem.errors()}) from None
    with house.doors.act() as session:
        body = session.exec(select(Organisation).where(Organisation.code == settings.organisation)).first()
        if body is None:
            raise Invalid({"organisation": "is not entered here"})
        row = session.exec(select(Provider).where(Provider.code == settings.code)).first()
        other = session.exec(select(Provider.code).where(Provider.issuer == settings.issuer)).first()
        if other not in (None, settings.code):
            raise Invalid({"issuer": "is another provider's already"})
        if row is not None and (row.issuer, row.organisation_id) != (settings.issuer, body.id):
            # Accounts are known by issuer and subject, so another issuer's people would get theirs.
            raise Invalid({"code": "is taken by a provider with another issuer or organisation"})
        tag = "provider:changed" if row else "provider:entered"
        row = row or Provider(
            code=settings.code,
            issuer=settings.issuer,
            organisation_id=body.id,
            name=settings.name,
            entered_at=now,
        )
        row.name, row.settings = settings.name, settings.kept()
        instance_key(house.keyring).seal_into(row, secret=settings.client_secret)
        session.add(row)
        append(session, None, now, tag, {"provider": settings.code, "organisation": body.id})
    return settings


def suspend_provider(house: House, now: datetime, code: str, *, suspended: bool) -> None:
    """Believe a provider no more, and end the sessions it vouched for; or believe it again.

    Raises:
        Invalid: there is no provider of this code.
    """
    with house.doors.act() as session:
        row = session.exec(select(Provider).where(Provider.code == code)).first()
        if row is None:
            raise Invalid({"code": "is not a provider's"})
        row.suspended = suspended
        if suspended:
            theirs = select(Vouched.officer_id).where(Vouched.provider_id == row.id)
            session.exec(delete(WebSession).where(col(WebSession.officer_id).in_(theirs)))
        tag = "provider:suspended" if suspended else "provider:resumed"
        append(session, None, now, tag, {"provider": code})


def providers(house: House) -> tuple[Listed, ...]:
    """Every provider, by code."""
    with house.doors.read() as session:
        found = session.exec(
            select(Provider, Organisation)
            .where(Provider.organisation_id == Organisation.id)
            .order_by(Provider.code)
        ).all()
        bound = list(session.exec(select(Vouched.provider_id)).all())
        return tuple(
            Listed(row.code, row.name, row.issuer, body.code, bound.count(row.id), row.suspended)
            for row, body in found
        )


def settings_of(house: House, row: Provider) -> ProviderSettings:
    """A provider's settings again, with the secret."""
    secret = instance_key(house.keyring).open_from(row)["secret"]
    return ProviderSettings.model_validate(row.settings | {"client_secret": secret})


def client_key(keyring: Keyring, code: str) -> ECKey:
    """The key by which one provider knows us. It is made from the keyring, one for each provider."""
    drawn = b"".join(keyring.digest_key(f"client of {code}, part {part}") for part in (1, 2))
    private = ec.derive_private_key(int.from_bytes(drawn) % (_ORDER - 1) + 1, ec.SECP256R1())
    return ECKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def client_keys(house: House, code: str) -> dict[str, Any]:
    """The JWK set that a provider is given, to know us by."""
    return published(client_key(house.keyring, code))


def prove_for(house: House, settings: ProviderSettings, token_endpoint: str) -> Prove:
    """How we say who we are to this provider."""
    if settings.client_secret is not None:
        return BySecret(settings.client_id, settings.client_secret)
    audience = settings.issuer if settings.assertion_audience == "issuer" else token_endpoint
    return ByAssertion(settings.client_id, audience, client_key(house.keyring, settings.code))


def provider_of(session: Session, code: str) -> Provider | None:
    """The provider of a code, unless it is suspended."""
    row = session.exec(select(Provider).where(Provider.code == code)).first()
    return None if row is None or row.suspended else row


def _field(problem: Mapping[str, Any]) -> str:
    return str(problem["loc"][0]) if problem["loc"] else "file"


def _said(problem: Mapping[str, Any]) -> str:
    """One problem in words; never with the value, which may be a secret."""
    if problem["type"] == "extra_forbidden":
        return "is not known here"
    if problem["type"] == "missing":
        return "must be given"
    return str(problem["msg"]).removeprefix("Value error, ")
