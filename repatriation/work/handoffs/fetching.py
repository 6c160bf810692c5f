"""What a partner's program fetches: the envelopes that wait for it, and the files that travel apart.

Files come the other way in two ways: an installation is asked for them when somebody opens them; a program
that only calls cannot be asked, and hands them over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, or_, select

from partners import calls, envelope, files, jose
from partners.calls import Line, Peer
from partners.ledger import TooFast
from partners.reach import Failed
from repatriation.records import trail
from repatriation.records.handoffs import Handoff, HandoffFile
from repatriation.records.partners import Partner
from repatriation.records.sealing import CaseKey, Safe
from repatriation.work import throttling
from repatriation.work.actors import Actor
from repatriation.work.handoffs import composing, deciding
from repatriation.work.handoffs.delivering import Dial
from repatriation.work.handoffs.post import is_installation, signed_text
from repatriation.work.house import House
from repatriation.work.refusals import Invalid, NotFound

AT_ONCE: Final = 20
_SCOPE: Final = "handoff:receive"
_HANDED: Final = (60, timedelta(seconds=10))
"""How many files a partner may hand over at once, and how long it takes until it may hand over one more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An envelope that waits, sealed for whoever fetches it."""

    jti: str
    kind: str
    expires_at: datetime
    envelope: str


def waiting(house: House, now: datetime, partner_id: str) -> tuple[Waiting, ...]:
    """The envelopes that wait for a partner: those it has not signed for, and those it has not decided about,
    oldest first. Each is sealed anew. Raises NotFound when nothing can be sealed to it.
    """
    with house.doors.read() as session:
        partner = session.get_one(Partner, partner_id)
        try:
            keys = jose.sealing_keys(partner.envelope_keys or {})
        except jose.BadKey:
            keys = ()
        if not keys:
            raise NotFound(partner_id)
        rows = session.exec(
            select(Handoff)
            .where(
                Handoff.partner_id == partner_id,
                Handoff.direction == "sent",
                or_(Handoff.state == "queued", col(Handoff.waiting).is_(True)),
                col(Handoff.state).in_(("queued", "received")),
                Handoff.expires_at > now,
            )
            .order_by(col(Handoff.at))
            .limit(AT_ONCE)
        ).all()
        return tuple(
            Waiting(row.jti, row.kind, row.expires_at, envelope.seal(signed_text(house, row), keys[-1]))
            for row in rows
            if row.kind not in ("referral", "transfer")
            or (row.standing and composing.agrees_still(session, house, row, now))
        )


def file_of(house: House, actor: Actor, now: datetime, partner_id: str, jti: str, number: int) -> bytes:
    """A file that we sent to a partner, as it travels. Raises NotFound, also when it was taken back."""
    if number > envelope.MOST_FILES:
        raise NotFound(jti)
    with house.doors.act() as session:
        found = session.exec(
            select(Handoff, HandoffFile.content)
            .join(HandoffFile, col(HandoffFile.handoff_id) == col(Handoff.id))
            .where(
                Handoff.partner_id == partner_id,
                Handoff.issuer == house.issuer,
                Handoff.jti == jti,
                col(Handoff.standing).is_(True),
                HandoffFile.number == number,
            )
        ).first()
        if found is None or found[1] is None or not composing.agrees_still(session, house, found[0], now):
            raise NotFound(jti)
        detail = {"handoff": found[0].id, "file": number, "partner": partner_id}
        trail.append(session, actor, now, "handoff:file:fetched", detail, found[0].case_id)
        return found[1]


def fetch(
    house: House, actor: Actor, now: datetime, handoff_id: str, number: int, *, dial: Dial = calls.Http
) -> tuple[str, bytes]:
    """A file of a handoff that came: its media type and what is in it. It is fetched from the sender at the
    first time, unless the sender handed it over, and kept as it travelled.

    Raises:
        NotFound: no such handoff or file, or it was taken back meanwhile.
        Invalid: the sender does not give it, or gives another, or it is not of the kind that was said.
    """
    with house.doors.read() as session:
        row = deciding.own(session, house, actor, handoff_id)
        file = session.exec(
            select(HandoffFile).where(HandoffFile.handoff_id == row.id, HandoffFile.number == number)
        ).first()
        partner = session.get_one(Partner, row.partner_id)
    if file is None or not row.wrapped_key or actor.reads_only:
        raise NotFound(handoff_id)
    content = file.content or _fetched(house, now, partner, str(file.href), file.size, dial)
    plain = _unlocked(Safe(house.keyring).key_of(row), file, content)
    with house.doors.act() as session:
        if not session.get_one(Handoff, row.id, with_for_update=True).wrapped_key:
            raise NotFound(handoff_id)
        again = session.get_one(HandoffFile, file.id)
        again.content = content
        detail = {"handoff": row.id, "file": number}
        trail.append(session, actor, now, "handoff:file:opened", detail)
    return file.media_type, plain


def take_file(
    house: House, actor: Actor, now: datetime, partner_id: str, jti: str, number: int, content: bytes
) -> None:
    """Keep a file of a handoff that a partner's program sent, as it travels. The same again changes nothing.

    Raises:
        NotFound: it sent no such handoff, or none that names this file.
        Invalid: it is not the file that was named, or what the handoff said is erased or taken back.
        TooFast: it hands over too many in a short time.
    """
    if number > envelope.MOST_FILES:
        raise NotFound(jti)
    with house.doors.act() as session:
        found = session.exec(
            select(Handoff, HandoffFile)
            .join(HandoffFile, col(HandoffFile.handoff_id) == col(Handoff.id))
            .where(
                Handoff.partner_id == partner_id,
                Handoff.direction == "received",
                Handoff.jti == jti,
                HandoffFile.number == number,
            )
            .with_for_update()
        ).first()
        if found is None:
            raise NotFound(jti)
        row, file = found
        if not row.wrapped_key or (row.kind in ("referral", "transfer") and not row.standing):
            raise Invalid({"file": "over"})
        _unlocked(Safe(house.keyring).key_of(row), file, content)
        if file.content is not None:
            return
        if not throttling.count(session, ("handoff_file", partner_id), _HANDED, now):
            raise TooFast
        file.content = content
        detail = {"handoff": row.id, "file": number, "partner": partner_id}
        trail.append(session, actor, now, "handoff:file:came", detail)


def _unlocked(key: CaseKey, file: HandoffFile, content: bytes) -> bytes:
    """What is in a file that travelled, when it is the very one that its envelope named. Invalid."""
    try:
        opens = key.open("handoff_file", "key", file.id, file.key)
        plain = files.unlock(content, opens, file.size, file.sha256)
        if files.media_type(plain) != file.media_type:
            raise files.BadFile("kind")
    except files.BadFile as problem:
        raise Invalid({"file": problem.code}) from None
    return plain


def _fetched(house: House, now: datetime, partner: Partner, href: str, size: int, dial: Dial) -> bytes:
    if not is_installation(partner):
        raise Invalid({"file": "not_handed_over"})
    issuer = partner.client_id
    if partner.state != "active" or not href.startswith(f"{issuer}/"):
        raise Invalid({"file": "other_host"})
    client_key = house.keyring.instance_keys().client_key(now)
    try:
        with Line(Peer(issuer, house.issuer), client_key, dial(issuer, house.reach), now) as line:
            reply = line.get(href.removeprefix(issuer), _SCOPE, most=min(size, files.LARGEST + 1024))
    except Failed as problem:
        raise Invalid({"file": problem.code}) from None
    if reply.status != 200:
        raise Invalid({"file": f"status_{reply.status}"})
    return reply.body
