"""How a registered partner is let in: two different officers approve it, and one may suspend it again.

Both must agree to the same calls, which are those asked for or fewer; until they have, nothing counts. One
officer may take calls away again at any time; giving them back takes two. What each did is in the trail.
"""

import secrets
from datetime import datetime

from sqlmodel import Session, select

from partners.registration import Fingerprint
from repatriation.records.organisations import SYSTEM, Officer, Organisation
from repatriation.records.partners import Partner
from repatriation.records.trail import append
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import keychange
from repatriation.work.partners.listing import asked_by, fingerprint_of
from repatriation.work.partners.registering import refuse_unable
from repatriation.work.refusals import Invalid, NotFound

_NOBODYS_PASSWORD = "!"  # noqa: S105 - what no password hashes to


def take_up(house: House, actor: Actor, now: datetime, client_id: str, compared: str) -> None:
    """Let the keys of the card that was put aside be the partner's, after comparing their fingerprint by
    telephone. Nobody known vouches for them, so nothing of the partner's counts any more until two officers
    have approved it with these keys, as at first. `compared` are the digits that the officer had before them.

    Raises:
        NotFound: there is no such partner or card, or the officer may not approve.
        Invalid: the card put aside is another by now.
    """
    refuse_unable(actor)
    with house.doors.act() as session:
        _take_up(session, actor, now, _partner(session, client_id), compared)


def take_up_together(
    house: House, now: datetime, client_id: str, first: Actor, second: Actor, compared: str
) -> None:
    """Two officers' taking up of keys and their approval in one: all of it or nothing. Raises as `take_up`
    and `approve`.
    """
    _refuse_unable_pair(first, second)
    with house.doors.act() as session:
        _take_up(session, first, now, _partner(session, client_id), compared)
        _approve(session, now, client_id, first, None)
        _approve(session, now, client_id, second, None)


def approve(
    house: House,
    now: datetime,
    client_id: str,
    actor: Actor,
    scopes: frozenset[str] | None = None,
    compared: str | None = None,
) -> str:
    """One officer's approval, after comparing the fingerprint by telephone; gives the partner's state then.
    The second of two different officers makes it active. `scopes` are the calls that the officer agrees to,
    or None for those that stand; whoever agrees to others than stand is the first to approve those.
    `compared` are the digits of the fingerprint that the officer had in front of them.

    Raises:
        NotFound: there is no such partner, or none that waits, or the officer may not approve.
        Invalid: this officer has approved already, or the calls are none, or more than were asked for, or
            the fingerprint is another by now.
    """
    refuse_unable(actor)
    with house.doors.act() as session:
        if compared is not None and fingerprint_of(_partner(session, client_id)).digits != compared:
            raise Invalid({"fingerprint": "changed"})
        return _approve(session, now, client_id, actor, scopes)


def approve_together(
    house: House,
    now: datetime,
    client_id: str,
    first: Actor,
    second: Actor,
    scopes: frozenset[str] | None = None,
) -> None:
    """Two officers' approval in one: both of it or none. Raises as `approve`."""
    _refuse_unable_pair(first, second)
    with house.doors.act() as session:
        partner = _partner(session, client_id)
        partner.approved_by = None  # what one of them or a third gave before is given anew, by both
        _approve(session, now, client_id, first, scopes)
        _approve(session, now, client_id, second, scopes)


def put_aside(house: House, now: datetime, client_id: str) -> Fingerprint | None:
    """The fingerprint that a partner would have by the card that was put aside, if there is one. NotFound."""
    with house.doors.read() as session:
        partner = session.exec(select(Partner).where(Partner.client_id == client_id)).first()
        if partner is None:
            raise NotFound(client_id)
        aside = keychange.put_aside(session, partner, now)
    return aside.fingerprint if aside is not None else None


def discard(house: House, actor: Actor, now: datetime, client_id: str, compared: str) -> None:
    """Throw away the card that was put aside, because the partner says that it is not theirs. It changed
    nothing, and nothing changes. `compared` are the digits that the officer had before them. Raises as
    `take_up`.
    """
    refuse_unable(actor)
    with house.doors.act() as session:
        partner = _partner(session, client_id)
        aside = _aside(session, now, partner, compared)
        keychange.keep(session, actor, now, aside.card, aside.text, "discarded")


def suspend(house: House, actor: Actor | None, now: datetime, client_id: str) -> None:
    """Let a partner do nothing from its next request on, and end for good what was issued to it. NotFound."""
    _switch(house, actor, now, client_id, "active", "suspended")


def resume(house: House, actor: Actor | None, now: datetime, client_id: str) -> None:
    """Let a suspended partner go on, with new tokens. NotFound."""
    _switch(house, actor, now, client_id, "suspended", "active")


def narrow(house: House, actor: Actor, now: datetime, client_id: str, scopes: frozenset[str]) -> None:
    """Let a partner that was let in do less from its next request on: only these of the calls agreed to.

    Raises NotFound, when there is none that was let in; Invalid when nothing or more would be left.
    """
    refuse_unable(actor)
    with house.doors.act() as session:
        partner = _let_in(session, client_id)
        if not scopes < set(partner.scopes):
            raise Invalid({"scope": "not_fewer"})
        _set_scopes(session, now, partner, (actor,), scopes)


def agree_together(
    house: House, now: datetime, client_id: str, first: Actor, second: Actor, scopes: frozenset[str]
) -> None:
    """Two officers agree anew to what a partner that was let in may do: what it asked for, or less.

    Raises NotFound, as `narrow`; Invalid when it is nothing, or more than was asked for, or one officer.
    """
    _refuse_unable_pair(first, second)
    with house.doors.act() as session:
        _set_scopes(session, now, _let_in(session, client_id), (first, second), scopes)


def _approve(
    session: Session, now: datetime, client_id: str, actor: Actor, scopes: frozenset[str] | None
) -> str:
    partner = _partner(session, client_id)
    if partner.state != "pending":
        raise NotFound(client_id)
    if scopes is not None and scopes != set(partner.scopes):
        _set_scopes(session, now, partner, (actor,), scopes)
        partner.approved_by = None  # what another officer approved was something else
    if partner.approved_by is None:
        partner.approved_by = actor.officer_id
        append(session, actor, now, "partner:approval:given", {"partner": partner.id, "count": 1})
        return partner.state
    if partner.approved_by == actor.officer_id:
        raise Invalid({"officer": "second_officer_needed"})
    partner.approved_and, partner.approved_at, partner.state = actor.officer_id, now, "active"
    partner.officer_id = partner.officer_id or _program_officer(session, partner)
    partner.version += 1
    detail = {"partner": partner.id, "count": 2, "scopes": sorted(partner.scopes)}
    append(session, actor, now, "partner:approval:given", detail)
    return partner.state


def _set_scopes(
    session: Session, now: datetime, partner: Partner, actors: tuple[Actor, ...], scopes: frozenset[str]
) -> None:
    if not scopes:
        raise Invalid({"scope": "needed"})
    if not scopes <= set(asked_by(partner)):
        raise Invalid({"scope": "not_asked_for"})
    partner.scopes = sorted(scopes)
    partner.version += 1
    for actor in actors:
        detail = {"partner": partner.id, "scopes": sorted(scopes)}
        append(session, actor, now, "partner:scope:agreed", detail)


def _take_up(session: Session, actor: Actor, now: datetime, partner: Partner, compared: str) -> None:
    aside = _aside(session, now, partner, compared)
    keychange.change(session, partner, aside.card)
    partner.state, partner.suspended_at = "pending", now
    partner.approved_by = partner.approved_and = partner.approved_at = None
    keychange.keep(session, actor, now, aside.card, aside.text, "keys_changed")
    append(session, actor, now, "partner:keys:taken_up", {"partner": partner.id})


def _aside(session: Session, now: datetime, partner: Partner, compared: str) -> keychange.Aside:
    aside = keychange.put_aside(session, partner, now)
    if aside is None:
        raise NotFound(partner.client_id)
    if aside.fingerprint.digits != compared:
        raise Invalid({"fingerprint": "changed"})
    return aside


def _program_officer(session: Session, partner: Partner) -> str:
    """The place in the records of a partner's program: an author that nobody can sign in as."""
    body = session.get_one(Organisation, partner.organisation_id)
    officer = Officer(
        organisation_id=body.id,
        username=f"program.{secrets.token_hex(8)}",
        password_hash=_NOBODYS_PASSWORD,
        display_name=partner.name,
        duty=SYSTEM,
        demonstration=body.demonstration,
    )
    session.add(officer)
    session.flush()
    return officer.id


def _switch(
    house: House, actor: Actor | None, now: datetime, client_id: str, before: str, after: str
) -> None:
    if actor is not None:
        refuse_unable(actor)
    with house.doors.act() as session:
        partner = _partner(session, client_id)
        if partner.state != before:
            raise NotFound(client_id)
        partner.state = after
        if after == "suspended":
            partner.suspended_at = now
        partner.version += 1
        append(session, actor, now, f"partner:{after}", {"partner": partner.id})


def _refuse_unable_pair(first: Actor, second: Actor) -> None:
    refuse_unable(first)
    refuse_unable(second)
    if first.officer_id == second.officer_id:
        raise Invalid({"officer": "second_officer_needed"})


def _let_in(session: Session, client_id: str) -> Partner:
    partner = _partner(session, client_id)
    if partner.state == "pending":
        raise NotFound(client_id)
    return partner


def _partner(session: Session, client_id: str) -> Partner:
    found = session.exec(select(Partner).where(Partner.client_id == client_id).with_for_update()).first()
    if found is None:
        raise NotFound(client_id)
    return found
