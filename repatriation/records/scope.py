"""Who sees which case: the one place where a query on cases is narrowed to an organisation.

An organisation sees a case when it has a live part in it, and no other way. Everything that looks for cases
begins with one of these; nothing outside this package selects from the table of cases itself.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, text
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import Select as Pairs
from sqlmodel.sql.expression import SelectOfScalar

from repatriation.records.cases import CaseFile, Party
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.outbox import Idempotency
from repatriation.records.people import NameToken
from repatriation.records.trail import OPENED, Trail


def visible_cases(organisation_id: str) -> Pairs[CaseFile, Party]:
    """The cases an organisation has a part in, each once, with the part that holds the sort keys.

    For what is found by something else, such as a name or a day. A page of a list comes from
    `records.pages`, so that it costs the same however many cases there are.
    """
    statement: Pairs[CaseFile, Party] = select(CaseFile, Party).join(
        Party, col(Party.case_id) == col(CaseFile.id)
    )
    return statement.where(*_live_part(organisation_id), _ONCE)


def visible_case(organisation_id: str, reference: str) -> SelectOfScalar[CaseFile]:
    """One case by its reference: no row when there is none, and none either when the
    organisation has no part in it."""
    seen = exists().where(col(Party.case_id) == col(CaseFile.id), *_live_part(organisation_id))
    return select(CaseFile).where(CaseFile.reference == reference, seen)


def visible_ids(organisation_id: str) -> SelectOfScalar[str]:
    """The ids of the cases an organisation has a part in, for a condition such as
    `col(Visit.case_id).in_(…)`."""
    return select(Party.case_id).where(*_live_part(organisation_id))


def cases_named(organisation_id: str, sought: Iterable[frozenset[str]]) -> Pairs[CaseFile, Party]:
    """The visible cases of people with a name like the one looked for; `sought` comes from `names.sought`."""
    statement = visible_cases(organisation_id)
    for tokens in sought:
        token = aliased(NameToken)
        statement = statement.where(
            exists().where(col(token.case_id) == col(CaseFile.id), col(token.token).in_(tokens))
        )
    return statement


def openings(organisation_id: str) -> Select[Trail, str, str, str, str]:
    """Each opening of what is sealed in the cases an organisation has a part in: the event, the case's
    reference and holder, and who looked. Order and page by `Trail.at` with `Trail.chain`."""
    looked = text(f"trail.tag IN ({OPENED})")
    return (
        core_select(
            Trail,
            col(CaseFile.reference),
            col(CaseFile.holder_id),
            col(Officer.display_name),
            col(Organisation.name),
        )
        .join(CaseFile, col(CaseFile.id) == col(Trail.chain))
        .outerjoin(Officer, col(Officer.id) == col(Trail.officer_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Trail.organisation_id))
        .where(looked, col(Trail.chain).in_(visible_ids(organisation_id)))
    )


def every_case() -> SelectOfScalar[CaseFile]:
    """All cases, for what the program does by itself for nobody: sweeping, counting, erasing.
    Never for a page."""
    return select(CaseFile)


def _live_part(organisation_id: str) -> list[ColumnElement[bool]]:
    return [col(Party.organisation_id) == organisation_id, col(Party.until).is_(None)]


def _once() -> ColumnElement[bool]:
    """One live part only, for an organisation may play several roles in one case."""
    other = _PART.alias("other")
    return ~exists().where(
        other.c.case_id == _PART.c.case_id,
        other.c.organisation_id == _PART.c.organisation_id,
        other.c.until.is_(None),
        other.c.role < _PART.c.role,
    )


_CASE = CaseFile.metadata.tables["case_file"]
_PART = CaseFile.metadata.tables["party"]
_SEEN = _PART.alias("seen")
_ONCE = _once()
_GIVEN = Idempotency.metadata.tables["idempotency"]

_NEEDED = (
    *("id", "reference", "digest", "stage", "entered_at", "holder_id", "age_group", "state", "expected_on"),
    *("gate", "turn_at", "version", "trail_seq", "trail_head", "unsealed", "updated_at", "closed_at"),
    *("wrapped_key", "key_epoch", "side"),
)


def parts_at(stage: BindParameter[str], *columns: ColumnElement[Any]) -> Select[Any]:
    """The parts an organisation has in cases at one stage, one for each case: for `records.pages`, and for
    questions that are kept ready. Only a live part has a stage. Given: organisation_id, and the stage."""
    ours = _PART.c.organisation_id == bindparam("organisation_id")
    return core_select(*columns).where(ours, _PART.c.stage == stage, _ONCE)


# Counted, and not asked with EXISTS: that PostgreSQL turns into a join, for which it may read every part that
# the organisation has anywhere.
_OURS = (
    _CASE.c.reference == bindparam("reference"),
    core_select(func.count())
    .where(
        _SEEN.c.case_id == _CASE.c.id,
        _SEEN.c.organisation_id == bindparam("organisation_id"),
        _SEEN.c.until.is_(None),
    )
    .scalar_subquery()
    > 0,
)

STEP_CASE: Select[Any] = (
    core_select(
        *(_CASE.c[name] for name in _NEEDED),
        core_select(func.aggregate_strings(_PART.c.role + ":" + _PART.c.organisation_id, ","))
        .where(_PART.c.case_id == _CASE.c.id, _PART.c.until.is_(None))
        .scalar_subquery()
        .label("parts"),
        _GIVEN.c.fingerprint.label("given_fingerprint"),
        _GIVEN.c.answer.label("given_answer"),
    )
    .select_from(
        _CASE.outerjoin(
            _GIVEN, and_(_GIVEN.c.officer_id == bindparam("officer_id"), _GIVEN.c.key == bindparam("key"))
        )
    )
    .where(*_OURS)
)
"""All a step needs to know, in one SELECT for `Lean.one`: the case's columns that it uses; `parts`, every
live part in the case as role:organisation, joined by commas; and what was answered to the same key before, if
anything. No row when there is no such case, or the organisation has no part in it. Given: reference,
organisation_id, officer_id, key."""


def _known(which: ColumnElement[bool]) -> ColumnElement[str | None]:
    """The reference of another case, if the organisation has a part in it, too."""
    seen = exists().where(
        _PART.c.case_id == _OTHER.c.id,
        _PART.c.organisation_id == bindparam("organisation_id"),
        _PART.c.until.is_(None),
    )
    return core_select(_OTHER.c.reference).where(which, seen).limit(1).scalar_subquery()


_OTHER = _CASE.alias("other_case")
_SHOWN = (
    *("id", "reference", "digest", "stage", "entered_at", "holder_id", "age_group", "state", "expected_on"),
    *("gate", "version", "opened_at", "updated_at", "closed_at"),
)

GLANCE_CASE: Select[Any] = core_select(
    *(_CASE.c[name] for name in _SHOWN),
    _known(_OTHER.c.id == _CASE.c.reopens_id).label("reopened_from"),
    _known(_OTHER.c.reopens_id == _CASE.c.id).label("reopened_as"),
).where(*_OURS)
"""What a program is shown of a case's own row. No row when there is no such case, or the organisation has no
part in it. Given: reference, organisation_id."""

GLANCE_ID = core_select(_CASE.c.id).where(*_OURS).scalar_subquery()
"""The case of `GLANCE_CASE`, for what lies with it. Given the same."""

GLANCE_VERSION = core_select(_CASE.c.version).where(*_OURS).scalar_subquery()
"""How far the case of `GLANCE_CASE` is. Given the same."""
