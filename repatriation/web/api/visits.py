"""Visits after the return, for partners' programs: read, and written down as on the page."""

import json
from typing import Annotated, Literal

from flask import Blueprint, url_for
from pydantic import BaseModel, ConfigDict, StringConstraints

from repatriation.web.api import shapes
from repatriation.web.api.calls import Said, call
from repatriation.web.api.once import asked
from repatriation.web.api.paperwork import paper_of
from repatriation.web.api.problems import Problem
from repatriation.web.api.refused import as_problems, not_allowed
from repatriation.web.callers import caller
from repatriation.web.session import house, now
from repatriation.work.casepage import CasePage
from repatriation.work.followup.entered import VisitEntered, look_over, on_paper
from repatriation.work.followup.kept import VisitKept, visits_kept
from repatriation.work.followup.moving import add_to_visit, is_written
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.rules import is_made_with
from repatriation.work.partners.answers import pin
from repatriation.work.reading import case_page
from repatriation.work.refusals import MovedOn
from repatriation.work.visits import ACTION_OF, MADE, AlreadyWritten, record_visit
from sop.engine import Reason


class Which(BaseModel):
    """Which visits are wanted, and from where on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: shapes.Reference | None = None
    state: Literal["planned", "over"] | None = None
    after: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")] | None = None


def make_blueprint() -> Blueprint:
    """The calls."""
    blueprint = Blueprint("api_visits", __name__)

    @call(blueprint, "GET", "/api/visits", scopes=("visits:read",), query=Which, answer=shapes.VisitList)
    def list_visits(query: Which) -> Said:
        """List the visits planned and made in the cases shared with the caller's organisation

        A page holds at most 100, the one that was entered first at its head.
        """
        made = None if query.state is None else query.state == "over"
        found, further = visits_kept(
            house(), caller().actor, reference=query.case, made=made, after=query.after or ""
        )
        return Said(shapes.VisitList(visits=tuple(_seen(visit) for visit in found), next=further))

    @call(
        blueprint,
        "POST",
        "/api/visits",
        scopes=("visits:write",),
        versioned="may",
        body=shapes.VisitToRecord,
        answer=shapes.VisitRecorded,
        status=201,
        tagged=True,
        problems=(
            "not_found",
            "not_yours",
            "not_allowed",
            "moved_on",
            "paper_needed",
            "paper_unfit",
            "unavailable",
        ),
    )
    def record(version: int | None, body: shapes.VisitToRecord) -> Said:
        """Write down a visit that was made or missed

        The step that a visit is, its form and the next visit are kept together or not at all. A visit that
        was planned is filled in: the one named, else the one due by then. Where somebody else has written the
        named one down already, what is sent is kept as an addition to it. A version in `If-Match` may be left
        out: a visit was made, whatever has happened in the case since.
        """
        page = case_page(house(), caller().actor, now(), body.case)
        version = pin(house(), asked(), page.version) if version is None else version
        entered = VisitEntered.model_validate(body.model_dump(exclude={"case", "paper"}, exclude_unset=True))
        _refuse_what_was_not_seen(entered)
        with as_problems(page):
            look_over(now(), entered)
            paper = _paper(page, version, entered, body.paper)
            try:
                taken = record_visit(
                    house(), caller().actor, now(), body.case, version, entered, asked().work_key, paper
                )
            except (AlreadyWritten, MovedOn):
                if entered.visit is None or not is_written(house(), caller().actor, body.case, entered.visit):
                    raise
                return _added(page, entered, body.paper)
        return Said(
            shapes.VisitRecorded(
                case=taken.reference,
                version=taken.version,
                stage=taken.stage,
                paper=paper.number if paper else None,
            ),
            taken.version,
            url_for("api_cases.read_case", reference=taken.reference),
        )

    return blueprint


def _paper(page: CasePage, version: int, entered: VisitEntered, sent: shapes.Paper | None) -> Prepared | None:
    """The form of the visit: as it was sent, or made of what the visit itself says."""
    name = ACTION_OF[entered.outcome == MADE]
    action, move = page.procedure.actions.get(name), page.move(name)
    if action is None or (page.version == version and (move is None or move.reasons)):
        raise not_allowed(page, move.reasons if move else (Reason("stage", page.stage.name),))
    if sent is None and not is_made_with(action):
        return None
    # Who was visited stays a line to write on: the program was not told, and the case is named.
    fields = sent.fields if sent is not None else {"person": {}, **on_paper(entered, None)}
    languages = sent.languages if sent is not None else None
    return paper_of(page, action, version, languages, fields)


def _added(page: CasePage, entered: VisitEntered, sent: shapes.Paper | None) -> Said:
    """What a second visitor tells of a visit that is written down already."""
    typed = {"fields": json.dumps(sent.fields, ensure_ascii=False)} if sent else None
    add_to_visit(house(), caller().actor, now(), page.reference, entered, asked().work_key, typed)
    kept = shapes.VisitRecorded(
        case=page.reference, version=page.version, stage=page.stage.name, addition=True
    )
    return Said(kept, page.version, url_for("api_cases.read_case", reference=page.reference))


def _refuse_what_was_not_seen(entered: VisitEntered) -> None:
    """Where and how somebody was met is said only of those who were."""
    if entered.outcome == MADE:
        return
    wrong = [name for name in ("mode", "seen_alone") if getattr(entered, name) is not None]
    if wrong:
        raise Problem("invalid", errors=[{"pointer": f"/{name}", "code": "not_asked"} for name in wrong])


def _seen(visit: VisitKept) -> shapes.VisitSeen:
    return shapes.VisitSeen(
        id=visit.id,
        case=visit.reference,
        case_version=visit.version,
        state=visit.state,
        due_on=visit.due_on,
        at=visit.at,
        outcome=visit.outcome,
        mode=visit.mode,
        seen_alone=visit.seen_alone,
        safety=visit.safety,
        contact=visit.contact,
        answers=dict(visit.answers),
        finding=visit.finding,
        slot=visit.slot,
        reason=visit.reason,
        attempts=visit.attempts,
        notes=visit.notes,
    )
