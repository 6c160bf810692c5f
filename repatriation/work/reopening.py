"""Reopens a file: a new case for the same person, linked to the old one, which stays as it was.

Each time somebody is trafficked is an episode of its own, with its own dates, consents and key. The new
case takes over who the person is, sealed anew, and nothing else: no consent given then counts now.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select

from repatriation.records.lean import Write
from repatriation.records.people import Person, PersonName
from repatriation.records.sealing import CaseKey
from repatriation.work.actors import Actor
from repatriation.work.cases import Opener
from repatriation.work.folder import Sheaf
from repatriation.work.house import House
from repatriation.work.newcase import Name, NewCase, PersonEntered
from repatriation.work.opened import Opened
from repatriation.work.refusals import Invalid
from sop.engine import Step
from sop.procedure import Procedure

_PERSON = Person.__table__  # type: ignore[attr-defined]
_NAME = PersonName.__table__  # type: ignore[attr-defined]
_READ_PERSON = select(_PERSON).where(_PERSON.c.case_id == bindparam("case"))
_READ_NAMES = select(_NAME).where(_NAME.c.case_id == bindparam("case"))


class Anew(NamedTuple):
    """The new case, ready to be written with the step that reopens the old one."""

    reference: str
    writes: tuple[Write, ...]


def entries(procedure: Procedure, country: str) -> tuple[str, ...]:
    """The stages in which an officer of this country may open a case on this route."""
    return tuple(
        stage.name
        for stage in procedure.stages.values()
        if stage.entry and procedure.country_of(stage.responsible) == country
    )


def reopened(
    house: House, actor: Actor, now: datetime, opened: Opened, step: Step, entry: str | None
) -> Anew | None:
    """The new case for a reopened one, beginning in the stage that the officer named.

    Raises:
        Invalid: no stage is named, or one in which this officer may not open a case.
    """
    procedure = house.shelf.pinned(step.view.digest)
    if entry not in entries(procedure, actor.country):
        raise Invalid({"entry": "unknown" if entry else "needed"})
    row = opened.row
    key = CaseKey(row.id, house.keyring.unwrap(row.wrapped_key, row.key_epoch))
    person = _person(opened, key)
    new = NewCase(
        route=procedure.route,
        stage=entry,
        # Who was a child then may be grown up now; where no date of birth tells, what was judged then stands.
        age_group="unknown" if person.birthdate else row.age_group,
        gate=row.gate,
        person=person,
    )
    sheaf = Sheaf()
    reference = Opener(house, actor, now, opened.bodies()).put(sheaf, new, reopens_id=row.id)
    return Anew(reference, sheaf.writes())


def _person(opened: Opened, key: CaseKey) -> PersonEntered:
    case = {"case": key.case_id}
    names = tuple(
        Name(
            script=row.script,
            **{part: key.open("person_name", part, row.id, getattr(row, part)) for part in _NAME_PARTS},
        )
        for row in opened.lean.all(_READ_NAMES, case)
    )
    person = opened.lean.one(_READ_PERSON, case)
    if person is None:
        return PersonEntered(names=names)
    values: dict[str, Any] = {
        column: key.open("person", column, person.id, getattr(person, column)) for column in _SEALED
    }
    known = {column: value for column, value in values.items() if value is not None}
    return PersonEntered(names=names, birth_year_estimated=person.birth_year_estimated, **known)


_NAME_PARTS: Final = ("given", "middle", "family", "full")
_SEALED: Final = tuple(column.name for column in _PERSON.columns if column.info.get("sealed"))
