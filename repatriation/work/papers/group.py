"""One set of minutes for everybody who is handed over together: drafted, printed once, filed in each case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from documents.composing import Draft
from documents.fields import MOST_PEOPLE
from documents.kinds import KINDS
from documents.printing import Printed
from repatriation.records.organisations import Organisation
from repatriation.work.actors import Actor
from repatriation.work.barred import barred as why_not
from repatriation.work.house import House
from repatriation.work.identity import open_identities
from repatriation.work.papers import issuing
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.issuing import Asked
from repatriation.work.papers.onfile import read
from repatriation.work.papers.prefill import fields_on_file
from repatriation.work.particulars import NOTHING
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid, NotFound
from sop.engine import Reason

KIND: Final = "handover_minutes"

Waiting = tuple[str, int]
"""A case by its reference, and its version."""


def with_minutes(
    house: House, actor: Actor, references: Sequence[str], acts: Sequence[str]
) -> frozenset[str]:
    """Those of the acts that, on the route of one of these cases, are taken only together with minutes.

    Raises:
        NotFound: one of the cases is not there, or not this officer's to know of.
    """
    with house.doors.read() as session:
        digests = {find(session, actor, reference).digest for reference in references}
    known = [house.shelf.pinned(digest).actions for digest in digests]
    return frozenset(
        name for name in acts if any(name in actions and actions[name].document == KIND for actions in known)
    )


def who_can_sign(
    house: House, actor: Actor, now: datetime, people: Sequence[Waiting], action: str
) -> tuple[tuple[Waiting, ...], dict[str, tuple[Reason, ...]]]:
    """Those for whom the minutes may be signed now, at most as many as fit on one; why the others may not.

    All of them are on one route: the minutes are written in its languages.

    Raises:
        NotFound: one of the cases is not there, or not this officer's to know of.
    """
    ready: list[Waiting] = []
    barred: dict[str, tuple[Reason, ...]] = {}
    route = ""
    with house.doors.read() as session:
        for reference, version in people:
            case = find(session, actor, reference)
            reasons = why_not(house, actor, now, session, case, action)
            if case.version != version:
                barred[reference] = (Reason("moved_on", ""),)
            elif reasons:
                barred[reference] = reasons
            elif route not in ("", case.route):
                barred[reference] = (Reason("one_route", ""),)
            elif len(ready) == MOST_PEOPLE:
                barred[reference] = (Reason("too_many", ""),)
            else:
                route = case.route
                ready.append((reference, version))
    return tuple(ready), barred


def draft_group(
    house: House, actor: Actor, now: datetime, references: Sequence[str], action: str
) -> dict[str, Any]:
    """The fields of the minutes as far as the cases can fill them. Opens the identity of each person, which
    is written to their case's trail.

    Raises:
        NotFound: one of the cases is not there, or not this officer's to know of; then none is opened.
    """
    identities = open_identities(house, actor, now, references, "prepare_paper")
    drafts = [
        fields_on_file(KIND, read(house, actor, now, action, NOTHING, identity)) for identity in identities
    ]
    return {**drafts[0], "people": [person for fields in drafts for person in fields["people"]]}


def preview_group(
    house: House, actor: Actor, now: datetime, asked: Asked, references: Sequence[str]
) -> Printed:
    """The minutes as they would look. Raises what `issuing.preview` raises."""
    workshop = issuing.workshop_of(house)
    with house.doors.read() as session:
        made = _draft(house, actor, now, session, asked, references)
    return issuing.printed(workshop, issuing.composed(made, None, None))


def prepare_group(
    house: House, actor: Actor, now: datetime, asked: Asked, references: Sequence[str]
) -> Prepared:
    """The minutes, numbered, printed and signed, to be filed in each case by `Prepared.in_case`.

    Raises what `issuing.prepare` raises.
    """
    workshop = issuing.workshop_of(house)
    with house.doors.read() as session:
        made = _draft(house, actor, now, session, asked, references)
        own = session.get_one(Organisation, actor.organisation_id)
        # The heads of so many trails do not fit on a paper; that of the first case stands for the moment.
        head = find(session, actor, references[0]).trail_head
    issue = issuing.issue_of(house, workshop, own, 1, now, head)
    return issuing.printed_and_signed(workshop, made, issue, asked, 0)


def _draft(
    house: House, actor: Actor, now: datetime, session: Session, asked: Asked, references: Sequence[str]
) -> Draft:
    """The minutes, if they name just those for whom they are made."""
    if not references:
        raise NotFound
    case = find(session, actor, references[0])
    own = session.get_one(Organisation, actor.organisation_id)
    made = issuing.draft_of(house, KINDS[KIND], asked, own, case, actor.day(now))
    fields: Any = made.fields
    if sorted(person.reference or "" for person in fields.people) != sorted(references):
        raise Invalid({"people": "others"})
    return made if len(references) == 1 else replace(made, reference="")
