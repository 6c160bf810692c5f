"""A draft of a handoff: what an officer entered, what would be sent, and how both are kept meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlmodel import Session

from partners import files, packets
from partners.packets import Handing, KeptBack
from repatriation.records.columns import new_id
from repatriation.records.handoffs import Handoff, HandoffFile
from repatriation.records.sealing import CaseKey
from repatriation.work.handoffs.onward import Agreement
from repatriation.work.house import House
from repatriation.work.refusals import Invalid

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Composed(BaseModel):
    """What the officer enters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    partner_id: str
    kind: Literal["referral", "transfer"]
    purpose: str
    asked: Words
    handling: tuple[str, ...] = ()
    handling_note: Words | None = None
    onward: Agreement | None = None
    """That the sender of the case agrees to it, where it asked that nothing is passed on."""
    held_back: tuple[str, ...] = ()
    step: str | None = None
    """The act of the procedure by which a transfer moves the case on, where it is not by itself enough."""


class File(NamedTuple):
    """A file that goes along."""

    name: str
    data: bytes


class Draft(NamedTuple):
    """What a draft holds: what would be sent, what of it the officer's own words on handling are, and the
    agreement by which a case leaves that was not to be passed on.
    """

    packet: Handing
    kept_back: tuple[KeptBack, ...]
    own_note: str | None
    onward: Agreement | None


def folded(laid: Draft) -> dict[str, Any]:
    """A draft as it is sealed."""
    return {
        "packet": packets.told(laid.packet),
        "kept_back": [list(each) for each in laid.kept_back],
        "own_note": laid.own_note,
        "onward": laid.onward.model_dump(mode="json") if laid.onward is not None else None,
    }


def unfolded(kept: Mapping[str, Any]) -> Draft:
    """The draft that was sealed."""
    packet = Handing.model_validate(kept["packet"])
    kept_back = tuple(KeptBack(*each) for each in kept["kept_back"])
    said = kept.get("onward")  # a draft of before there was one has none
    agreement = Agreement.model_validate(said) if said is not None else None
    return Draft(packet, kept_back, kept.get("own_note"), agreement)


def as_composed(row: Handoff, laid: Draft) -> Composed:
    """What the officer entered, from the draft it made."""
    packet = laid.packet
    return Composed(
        partner_id=row.partner_id,
        kind="transfer" if row.kind == "transfer" else "referral",
        purpose=str(row.purpose),
        asked=str(packet.asked),
        handling=tuple(packet.handling),
        handling_note=laid.own_note,
        onward=laid.onward,
        held_back=tuple(each.field for each in laid.kept_back if each.why == "officer"),
        step=packet.step,
    )


def locked(going_along: Sequence[File]) -> list[tuple[str, str, files.Locked]]:
    """Each file's name and kind, and its bytes under a key of its own. Raises Invalid."""
    if len(going_along) > files.MOST:
        raise Invalid({"files": "too_many"})
    try:
        return [(each.name[:200], files.media_type(each.data), files.lock(each.data)) for each in going_along]
    except files.BadFile as problem:
        raise Invalid({"files": problem.code}) from None


def keep_files(
    session: Session, house: House, row: Handoff, key: CaseKey, locked: list[tuple[str, str, files.Locked]]
) -> None:
    """Put the files that go along beside the draft, each with its key sealed."""
    for number, (name, media_type, each) in enumerate(locked, start=1):
        file = HandoffFile(
            id=new_id(),
            handoff_id=row.id,
            number=number,
            media_type=media_type,
            size=each.size,
            sha256=each.sha256,
            href=f"{house.issuer}/api/handoffs/{row.jti}/files/{number}",
            content=each.content,
        )
        key.seal_into(file, name=name, key=each.key)
        session.add(file)
