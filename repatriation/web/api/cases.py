"""Cases for partners' programs: listed, read, opened, and carried on."""

from typing import Annotated, Literal

from flask import Blueprint, url_for
from pydantic import BaseModel, ConfigDict, StringConstraints

from repatriation.web.api import places, shown
from repatriation.web.api.calls import Said, call
from repatriation.web.api.lists import OneOf
from repatriation.web.api.once import asked
from repatriation.web.api.paperwork import paper_of
from repatriation.web.api.problems import Problem
from repatriation.web.api.refused import as_problems, not_allowed
from repatriation.web.api.shapes import (
    Actions,
    ActionToTake,
    Case,
    CaseList,
    CaseOpened,
    CaseToOpen,
    PersonSeen,
    StepTaken,
)
from repatriation.web.callers import caller
from repatriation.web.desk import day_for
from repatriation.web.session import house, now
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.glance import glance
from repatriation.work.identity import REASONS
from repatriation.work.lists import Order, Wanted
from repatriation.work.lists import cases as listed
from repatriation.work.newcase import NewCase
from repatriation.work.papers.filing import Prepared
from repatriation.work.particulars import Particulars
from repatriation.work.partners.sight import PURPOSES, open_person
from repatriation.work.reading import case_page
from repatriation.work.refusals import NotFound
from repatriation.work.steps import take_step
from repatriation.work.visits import ACTION_OF
from sop.engine import Reason

_Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")]


class Which(BaseModel):
    """Which cases are wanted, and from where on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["open", "ended"] = "open"
    only: Literal["ours", "overdue", "stuck"] | None = None
    route: Annotated[str, StringConstraints(pattern=r"^[a-z]{3}-[a-z]{3}$")] | None = None
    stage: _Code | None = None
    order: Literal["latest", "oldest", "due"] = "latest"
    after: Annotated[str, StringConstraints(min_length=1, max_length=places.LONGEST)] | None = None


class Why(BaseModel):
    """For which purpose, and why, somebody looks at who the person is. Both, or neither: then nobody does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: Annotated[str, OneOf(PURPOSES)] | None = None
    reason: Annotated[str, OneOf(REASONS)] | None = None


def make_blueprint() -> Blueprint:
    """The calls."""
    blueprint = Blueprint("api_cases", __name__)
    _reading(blueprint)
    _writing(blueprint)
    return blueprint


def _reading(blueprint: Blueprint) -> None:
    @call(blueprint, "GET", "/api/cases", scopes=("cases:read",), query=Which, answer=CaseList)
    def list_cases(query: Which) -> Said:
        """List the cases shared with the caller's organisation

        A page holds at most 50. To follow what happens, ask for `order=oldest` and go on after the last page.
        """
        found = listed(
            house(),
            _us(),
            now(),
            day_for(_us()),
            _wanted(query),
            places.read(query.after) if query.after else None,
        )
        return Said(
            CaseList(
                cases=tuple(shown.line(line) for line in found.lines),
                next=places.write(found.later) if found.later else None,
            )
        )

    @call(
        blueprint,
        "GET",
        "/api/cases/<reference>",
        scopes=("cases:read",),
        query=Why,
        answer=Case,
        tagged=True,
        problems=("not_agreed",),
    )
    def read_case(reference: str, query: Why) -> Said:
        """Read a case, and who it is about if the person agreed to that

        Without parameters nothing tells who the person is. With `purpose` and `reason` the answer has a
        `person` with the fields that the purpose opens: the token must hold `identity:read` besides, and a
        consent of the person must stand for that purpose and name a role of the caller's organisation. The
        opening is written to the case's trail with both words.
        """
        person = _person(reference, query) if query.purpose or query.reason else None
        seen = glance(house(), _us(), now(), reference)
        return Said(shown.case(seen, person), seen.version)

    @call(
        blueprint,
        "GET",
        "/api/cases/<reference>/actions",
        scopes=("cases:read",),
        answer=Actions,
        tagged=True,
    )
    def list_actions(reference: str) -> Said:
        """List what may be done in a case now, and why not the rest

        Every action of the present stage, open to the caller's organisation or closed with all reasons. Pages
        show the same list, and taking an action asks the same question again.
        """
        page = case_page(house(), _us(), now(), reference)
        return Said(shown.actions(page, _us()), page.version)


def _writing(blueprint: Blueprint) -> None:
    @call(
        blueprint,
        "POST",
        "/api/cases",
        scopes=("cases:open",),
        body=CaseToOpen,
        answer=CaseOpened,
        status=201,
        tagged=True,
        problems=("not_yours", "not_allowed"),
    )
    def open_return_request(body: CaseToOpen) -> Said:
        """Open a return request

        The case begins at a stage that the procedure of its route names as an entry, and that is on the
        caller's side. Who else comes to know of it follows from the procedure.
        """
        new = NewCase.model_validate(body.model_dump(exclude_unset=True))
        with as_problems():
            reference = open_case(house(), _us(), now(), new, asked().work_key)
        page = case_page(house(), _us(), now(), reference)
        return Said(
            CaseOpened(reference=reference, version=page.version, stage=page.stage.name),
            page.version,
            url_for("api_cases.read_case", reference=reference),
        )

    @call(
        blueprint,
        "POST",
        "/api/cases/<reference>/actions/<action>",
        scopes=("cases:act",),
        versioned="must",
        body=ActionToTake,
        answer=StepTaken,
        tagged=True,
        problems=("not_yours", "not_allowed", "moved_on", "paper_needed", "paper_unfit", "unavailable"),
    )
    def take_action(reference: str, action: str, version: int, body: ActionToTake) -> Said:
        """Take an action in a case

        `If-Match` says at which version the case was read. The action must be open to a role that the
        caller's organisation holds in the case; it goes the way that every step goes. A visit, made or
        missed, is told with POST /api/visits alone, so that the planned one is found with it.
        """
        page = case_page(house(), _us(), now(), reference)
        if action not in page.procedure.actions:
            raise NotFound(reference)
        if action in ACTION_OF.values():
            raise Problem("invalid_request", "A visit is written down with POST /api/visits.")
        move = page.move(action)
        if page.version == version and (move is None or move.reasons):
            raise not_allowed(page, move.reasons if move else (Reason("stage", page.stage.name),))
        given = Particulars.model_validate(body.model_dump(exclude={"paper"}, exclude_unset=True))
        with as_problems(page):
            paper: Prepared | None = None
            if body.paper is not None:
                sent, act = body.paper, page.procedure.actions[action]
                paper = paper_of(page, act, version, sent.languages, sent.fields, given)
            taken = take_step(
                house(), _us(), now(), reference, action, version, given, asked().work_key, paper=paper
            )
        return Said(
            StepTaken(
                reference=taken.reference,
                version=taken.version,
                stage=taken.stage,
                opened=taken.opened,
                paper=paper.number if paper else None,
            ),
            taken.version,
        )


def _us() -> Actor:
    return caller().actor


def _wanted(query: Which) -> Wanted:
    return Wanted(
        Order(query.order),
        query.route,
        frozenset({query.stage} if query.stage else ()),
        ended=query.state == "ended",
        ours=query.only == "ours",
        overdue=query.only == "overdue",
        stuck=query.only == "stuck",
    )


def _person(reference: str, query: Why) -> PersonSeen:
    """Who the person is, as far as scope, purpose and consent open it. Raises Problem."""
    if "identity:read" not in caller().scopes:
        raise Problem("insufficient_scope")
    missing = [
        name for name, value in (("purpose", query.purpose), ("reason", query.reason)) if value is None
    ]
    if missing:
        raise Problem("invalid", errors=[{"parameter": name, "code": "missing"} for name in missing])
    with as_problems():
        return PersonSeen.model_validate(
            open_person(house(), _us(), now(), reference, str(query.purpose), str(query.reason))
        )
