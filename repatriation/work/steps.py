"""The one function that takes a step in a case: read, decide, record, tell, in one transaction."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from repatriation.records.doors import Clash
from repatriation.records.lean import Lean, Write, Writes
from repatriation.work import sharing
from repatriation.work.actors import Actor
from repatriation.work.federation.telling import on_our_side
from repatriation.work.followup.course import course
from repatriation.work.history import changes_since
from repatriation.work.house import House
from repatriation.work.opened import Opened, Taken, open_for_step
from repatriation.work.papers.filing import Prepared, StepPaper, filed
from repatriation.work.particulars import NOTHING, Particulars, wanting
from repatriation.work.refusals import Invalid, KeyReused, MovedOn, ReadOnly
from repatriation.work.reopening import reopened
from repatriation.work.scribe import Scribe
from repatriation.work.services.recording import with_organisation, written
from repatriation.work.sharing import Sharing
from repatriation.work.summaries.composing import attached, sends
from repatriation.work.summaries.points import awaited
from repatriation.work.views import case_view
from sop.clocks import zone_of
from sop.engine import Step, follow
from sop.procedure import Procedure
from sop.vocabulary import REOPENED

_TRIES: Final = 5


def take_step(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    action: str,
    version: int,
    particulars: Particulars = NOTHING,
    key: str | None = None,
    also: Callable[[Opened], tuple[Write, ...]] | None = None,
    paper: StepPaper = None,
) -> Taken:
    """Takes one action in a case, for an officer of an organisation that has a part in it.

    Args:
        version: the version of the case that the officer was looking at.
        key: an idempotency key; the same key and request again gives the first answer and changes nothing.
        also: what else is written in the same transaction, such as the row of a visit.
        paper: the paper that the act is taken with, printed already; it is filed in the same transaction.

    Raises:
        NotFound: no such case, or not this officer's to know of.
        ReadOnly: the officer's duty is to look.
        MovedOn: somebody else was there first; says what changed.
        NotAllowed: the procedure does not allow it, with every reason.
        Invalid: particulars are missing or do not belong to the action.
        KeyReused: the key came before with another request.
        PaperNeeded: the act is taken only together with its paper, and there is none.
    """
    if actor.reads_only:
        raise ReadOnly
    request = _fingerprint(reference, action, version, particulars, paper)

    def read(lean: Lean) -> Opened:
        return open_for_step(lean, actor, reference, key)

    def decide(opened: Opened) -> Writes:
        if opened.answered is not None:
            if opened.answered["fingerprint"] != request:
                raise KeyReused
            said = opened.answered
            taken = Taken(reference, said["version"], said["stage"], said.get("opened"))
            return Writes(None, (), taken)
        if opened.row.version != version:
            raise MovedOn(reference, opened.row.version, ())
        writes = _decide(house, actor, now, opened, action, particulars, key, request, paper)
        more = also
        if more is None and sends(house.shelf.pinned(opened.row.digest).actions[action]):
            more = attached(house, actor, now, action, particulars)
        return writes._replace(rest=(*writes.rest, *more(opened))) if more else writes

    for tries_left in reversed(range(_TRIES)):
        try:
            return Taken(*house.doors.step(read, decide))
        except MovedOn as moved:
            changes = changes_since(house, actor, reference, version)
            raise MovedOn(reference, moved.version, changes) from None
        except Clash:
            # Somebody opened the identity, or sent the same request, in the same instant: look again.
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _decide(
    house: House,
    actor: Actor,
    now: datetime,
    opened: Opened,
    action: str,
    given: Particulars,
    key: str | None,
    request: str,
    paper: StepPaper,
) -> Writes:
    row = opened.row
    procedure = house.shelf.pinned(row.digest)
    view = case_view(row)
    opened = on_our_side(procedure, view, opened, action)
    step = follow(
        procedure,
        view,
        action,
        opened.roles,
        now,
        on=given.on,
        until=given.until,
        guardian=given.guardian is not None,
        own_view=given.own_view,
    )
    problems = wanting(procedure, step.action, given, child=view.child) or _amiss(
        procedure, opened, given, now
    )
    if problems:
        raise Invalid(problems)
    given = with_organisation(opened, given)
    shared = _shared(procedure, step, opened, actor, given.organisation, given.gate or row.gate)
    anew = reopened(house, actor, now, opened, step, given.entry) if REOPENED in step.recorded else None
    with_paper = filed(house, actor, now, opened, step.action, paper)
    scribe = Scribe(house, actor, now, procedure, opened, view, step, given, shared, anew, with_paper)
    writes = scribe.writes(key, request)
    further = (
        *written(actor, now, procedure, opened, step, given, shared),
        *course(house, actor, now, procedure, opened, view, step),
        *awaited(house, now, procedure, opened, view, step),
    )
    return writes._replace(rest=(*writes.rest, *further)) if further else writes


def _amiss(procedure: Procedure, opened: Opened, given: Particulars, now: datetime) -> dict[str, str]:
    """What was entered and cannot be: a handover on a day gone by, or at a gate at which nobody works."""
    problems = {}
    if given.on is not None and given.on < now.astimezone(zone_of(procedure.home)).date():
        problems["on"] = "past"
    if given.gate is not None:
        gates = sharing.gates_of(procedure, opened.bodies())
        if gates and given.gate not in gates:
            problems["gate"] = "unknown"
    return problems


def _shared(
    procedure: Procedure, step: Step, opened: Opened, actor: Actor, chosen: str | None, gate: str | None
) -> Sharing:
    """Who knows after the step. Most facts that are put on file change nothing about that."""
    brings = not sharing.BROUGHT_IN_BY.keys().isdisjoint(step.action.records)
    if step.action.to is None and step.action.discloses is None and not brings:
        if step.action.consent:
            leaves = sharing.leaving(procedure, step, opened.parts)
        else:
            leaves = sharing.stepping_back(procedure, step, opened.parts, actor.organisation_id)
        return Sharing((), leaves, None)
    return sharing.share(
        procedure,
        step,
        opened.parts,
        sharing.Picks(procedure, opened.bodies, actor.organisation_id, chosen, gate),
    )


def _fingerprint(reference: str, action: str, version: int, given: Particulars, paper: StepPaper) -> str:
    # Each try at a paper has its own number, so it is told by what was entered in it.
    told = paper.request if isinstance(paper, Prepared) else None
    said = repr((reference, action, version, sorted(given.entered().items()), told))
    return hashlib.sha256(said.encode()).hexdigest()
