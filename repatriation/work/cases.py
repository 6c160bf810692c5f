"""Opens cases: one at a desk, or many from a file, each with its person, its first consent and its first
parts.
"""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, select

from repatriation.records.organisations import Organisation
from repatriation.records.outbox import Idempotency
from repatriation.work.actors import Actor
from repatriation.work.folder import Desk, Folder, Sheaf
from repatriation.work.house import House
from repatriation.work.newcase import NewCase
from repatriation.work.opened import body_of
from repatriation.work.refusals import Invalid, KeyReused, ReadOnly
from repatriation.work.sharing import Body, Part, Picks, first_parts
from sop.engine import NotAllowed, Reason, begin
from sop.procedure import Procedure
from sop.shelf import NotOnTheShelf
from sop.view import CaseView


def open_case(house: House, actor: Actor, now: datetime, new: NewCase, key: str | None = None) -> str:
    """Opens one case and gives its reference.

    `key` is an idempotency key: the same key and case again gives the first reference and opens nothing.

    Raises:
        KeyReused: the key came before with another case.
        ReadOnly: the officer's duty is to look.
        Invalid: the route is unknown, or the first consent does not fit.
        NotAllowed: a case may not begin at this stage, nobody of the officer's side answers for it, or the
            officer's organisation has no part on this route.
    """
    with house.doors.act() as session:
        opener = Opener(house, actor, now, every_body(session))
        request = _fingerprint(house, new)
        before = session.get(Idempotency, (actor.officer_id, key)) if key is not None else None
        if before is not None:
            if before.fingerprint != request or before.reference is None:
                raise KeyReused
            return before.reference
        sheaf = Sheaf()
        reference = opener.put(sheaf, new)
        sheaf.write(session)
        if key is not None:
            session.add(
                Idempotency(
                    officer_id=actor.officer_id, key=key, fingerprint=request, reference=reference, at=now
                )
            )
    return reference


def _fingerprint(house: House, new: NewCase) -> str:
    """What tells two cases to be opened apart. It is keyed, for what was entered names people."""
    return hmac.digest(
        house.keyring.digest_key("cases opened"), new.model_dump_json().encode(), "sha256"
    ).hex()


def every_body(session: Session) -> tuple[Body, ...]:
    """Every organisation, as opening a case needs to know it."""
    return tuple(body_of(row) for row in session.exec(select(Organisation)).all())


class Opener:
    """Opens any number of cases for one officer, given every organisation there is."""

    def __init__(self, house: House, actor: Actor, now: datetime, bodies: Sequence[Body]) -> None:
        if actor.reads_only:
            raise ReadOnly
        self.desk = Desk(house, actor, now, house.keyring.digest_key("names"))
        self.bodies = tuple(bodies)
        self._begun: dict[tuple[str | bool | None, ...], tuple[tuple[Part, ...], frozenset[str]]] = {}
        self.own = next(body for body in self.bodies if body.id == actor.organisation_id)

    def put(self, sheaf: Sheaf, new: NewCase, reopens_id: str | None = None) -> str:
        """Adds one case's rows to a sheaf and gives its reference. Raises what `open_case` raises."""
        try:
            procedure = self.desk.house.shelf.in_force(new.route, self.desk.now.date())
        except NotOnTheShelf:
            raise Invalid({"route": "unknown"}) from None
        if self.desk.actor.country not in (procedure.host, procedure.home):
            raise NotAllowed("open_case", (Reason("role", self.desk.actor.country),))
        age_group = new.age_on(self.desk.now.date())
        view = begin(procedure, new.stage, self.desk.now, child=age_group != "adult")
        parts, roles = self._parts(procedure, new, view.child)
        folder = Folder(self.desk, sheaf, procedure, new, view, roles)
        folder.consent()
        folder.arrival()
        folder.person()
        folder.account()
        folder.close(parts, age_group, reopens_id)
        return folder.reference

    def put_mirrored(
        self,
        sheaf: Sheaf,
        new: NewCase,
        procedure: Procedure,
        view: CaseView,
        parts: Sequence[Part],
        side: str,
        teller: str,
    ) -> str:
        """Adds a case that another installation has as well, where it stands there, and gives its reference.
        `side` is the one played here, `teller` the officer in whose name the other installation writes.
        """
        own = frozenset(
            part.role for part in parts if part.organisation_id == self.desk.actor.organisation_id
        )
        folder = Folder(self.desk, sheaf, procedure, new, view, own)
        folder.told(teller)
        folder.person()
        folder.account()
        folder.close(parts, new.age_group, None, side)
        return folder.reference

    def _parts(
        self, procedure: Procedure, new: NewCase, child: bool
    ) -> tuple[tuple[Part, ...], frozenset[str]]:
        """Who comes to know of the case, and the opener's own roles: alike for all that begin alike."""
        beginning = (procedure.digest, new.stage, new.gate, new.organisation, child)
        if beginning not in self._begun:
            parts = self._first_parts(procedure, new, child)
            own = frozenset(
                part.role for part in parts if part.organisation_id == self.desk.actor.organisation_id
            )
            self._begun[beginning] = (parts, own)
        return self._begun[beginning]

    def _own_roles(self, parts: Iterable[Part]) -> frozenset[str]:
        return frozenset(part.role for part in parts if part.organisation_id == self.own.id)

    def _first_parts(self, procedure: Procedure, new: NewCase, child: bool) -> tuple[Part, ...]:
        responsible = procedure.stages[new.stage].responsible
        if procedure.country_of(responsible) != self.own.country:
            raise NotAllowed("open_case", (Reason("role", responsible),))
        picks = Picks(procedure, lambda: self.bodies, self.own.id, new.organisation, new.gate)
        parts = first_parts(procedure, new.stage, self.own, picks, child=child)
        if not any(part.organisation_id == self.own.id for part in parts):
            raise NotAllowed("open_case", (Reason("role", new.stage),))
        return parts


def open_many(opener: Opener, session: Session, cases: Iterable[NewCase]) -> list[str]:
    """Opens many cases in the caller's transaction, all or none of them. Raises what `open_case` raises."""
    sheaf = Sheaf()
    references = [opener.put(sheaf, new) for new in cases]
    sheaf.write(session)
    return references
