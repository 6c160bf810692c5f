"""What passes between two installations: signed by its sender so that it can be proved for ever, and sealed
to its receiver so that nobody on the way can read it.

What is signed stays the same however often it is sent; what is sealed around it is new each time. So two
deliveries are one when what was signed is one, and that is told by its digest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from partners import jose, packets
from partners.packets import Packet

TYPE: Final = "handoff+jwe"
SIGNED: Final = "handoff+jws"
MEDIA_TYPE: Final = "application/jose"

LARGEST: Final = 64 * 1024 - 1
LIFETIME: Final = timedelta(days=14)
AHEAD: Final = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours. An envelope counts once however late it comes, so that more
than a proof is allowed does no harm.
"""

Kind = Literal["referral", "transfer", "update", "withdrawal", "decision"]
Digest = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]

MOST_FILES: Final = 10
"""Files that one handoff may name."""


class TooLarge(ValueError):
    """What is to be sent does not fit into an envelope."""


class Attachment(BaseModel):
    """A file that travels apart. `size` and `sha256` are those of what is fetched, which `key` opens."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[A-Za-z0-9.+-]{1,80}$")]
    size: Annotated[int, Field(ge=1, le=20_000_000)]
    sha256: Digest
    key: Digest
    href: Annotated[str, Field(min_length=8, max_length=500)]


class Claims(BaseModel):
    """What is signed. A member that is not here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    iss: Annotated[str, Field(min_length=1, max_length=500)]
    aud: str
    jti: str
    iat: int
    exp: int
    type: Kind
    version: Annotated[int, Field(ge=1, le=1)]  # a Literal would take true and 1.0 for it
    prev: Digest | None = None
    case: dict[str, Any]
    attachments: Annotated[list[Attachment], Field(max_length=MOST_FILES)] = []

    @field_validator("aud", mode="before")
    @classmethod
    def _exactly_one(cls, value: object) -> object:
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    @field_validator("jti")
    @classmethod
    def _is_a_uuid(cls, value: str) -> str:
        if str(UUID(value)) != value:
            raise ValueError("not a UUID in its plain spelling")
        return value


class Signed(NamedTuple):
    """An envelope's inside: the signed text, and the digest that names it."""

    text: str
    digest: str
    claims: Claims


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope that was opened: its sender signed it, and it is for us. `packet` is its `case`."""

    claims: Claims
    packet: Packet
    digest: str
    text: str = field(repr=False)

    @property
    def expires(self) -> datetime:
        """The moment after which it counts no more."""
        return datetime.fromtimestamp(self.claims.exp, UTC)


def new_jti() -> str:
    """A name for an envelope: the key by which it counts once."""
    return str(uuid4())


def write(
    *,
    issuer: str,
    audience: str,
    jti: str,
    kind: Kind,
    packet: Packet,
    key: jose.SigningKey,
    now: datetime,
    prev: str | None = None,
    attachments: Iterable[Attachment] = (),
    lives: timedelta = LIFETIME,
) -> Signed:
    """Sign what is to be sent. Raises TooLarge."""
    issued = int(now.timestamp())
    claims = Claims(
        iss=issuer,
        aud=audience,
        jti=jti,
        iat=issued,
        exp=issued + int(min(lives, LIFETIME).total_seconds()),
        type=kind,
        version=1,
        prev=prev,
        case=packets.told(packet),
        attachments=list(attachments),
    )
    text = jose.sign(claims.model_dump(mode="json"), SIGNED, key)
    if len(text) * 4 // 3 + 1024 > LARGEST:
        raise TooLarge("what is to be sent does not fit into an envelope")
    return Signed(text, jose.digest(text), claims)


def seal(text: str, key: jose.SealingKey) -> str:
    """What was signed, sealed to its receiver. Never twice the same."""
    return jose.encrypt(text, key, TYPE, SIGNED)


def open_(
    sealed: str,
    keys: Iterable[jose.SealingKey],
    sender_keys: Sequence[jose.PublicKey],
    *,
    issuer: str,
    sender: str,
) -> Envelope:
    """Open what was sealed to us and check who signed it; `issuer` is ours, `sender` theirs. Raises
    jose.Unproven. Whether it comes in time is asked by `refuse_untimely`, since one that was received
    before is known again however late.
    """
    text = jose.decrypt(sealed, keys, TYPE, SIGNED, longest=LARGEST)
    return read(text, sender_keys, issuer=issuer, sender=sender)


def read(text: str, sender_keys: Sequence[jose.PublicKey], *, issuer: str, sender: str) -> Envelope:
    """What was signed by `sender` for `issuer`. Raises jose.Unproven."""
    claims = _claims(jose.verify(text, SIGNED, sender_keys))
    if claims.iss != sender:
        raise jose.Unproven("iss")
    if claims.aud != issuer:
        raise jose.Unproven("aud")
    if not 0 < claims.exp - claims.iat <= LIFETIME.total_seconds():
        raise jose.Unproven("exp")
    try:
        packet = packets.read(claims.type, claims.case)
    except packets.BadPacket:
        raise jose.Unproven("case") from None
    return Envelope(claims, packet, jose.digest(text), text)


def refuse_untimely(claims: Claims, now: datetime) -> None:
    """Raise jose.Unproven when an envelope is over, or of a time to come."""
    if claims.iat > (now + AHEAD).timestamp():
        raise jose.Unproven("iat")
    if claims.exp <= now.timestamp():
        raise jose.Unproven("expired")


def _claims(told: Mapping[str, Any]) -> Claims:
    try:
        return Claims.model_validate(dict(told))
    except ValidationError as problem:
        place = problem.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
        raise jose.Unproven(
            f"claim.{place[0]}" if place and place[0] in Claims.model_fields else "claims"
        ) from None
