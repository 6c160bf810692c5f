"""The plan that a caseworker writes with the person: its goals, what the person wishes, and its visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlmodel import Session, col, select

from documents.kinds.referral_form import Service
from documents.kinds.reintegration_plan import Domain, Living
from repatriation.records import trail
from repatriation.records.cases import CaseFile
from repatriation.records.plans import PlanGoal, ReintegrationPlan
from repatriation.records.sealing import CaseKey, Safe
from repatriation.records.trail import PLAN_OPENED
from repatriation.work.actors import Actor
from repatriation.work.followup.remaking import remake
from repatriation.work.followup.rights import PLAN, for_writing
from repatriation.work.house import House
from repatriation.work.identity import opened_for
from repatriation.work.particulars import YEARS
from repatriation.work.reading import find
from repatriation.work.refusals import Changed, Invalid, NotFound
from sop import visiting
from sop.clocks import zone_of
from sop.visiting import ScheduleError

DOMAINS: Final[tuple[str, ...]] = get_args(get_args(Domain)[0])
LIVING: Final[tuple[str, ...]] = get_args(get_args(Living)[0])
SETTLED: Final = ("met", "dropped")
SERVICES: Final[tuple[str, ...]] = get_args(get_args(Service)[0])
MOST_GOALS: Final = 20

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class GoalEntered(BaseModel):
    """A goal as it is written down. `chosen`: the person named it themselves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: Domain
    text: Line
    service: Service | None = None
    who: Line | None = None
    by_on: date | None = None
    chosen: bool = True


class WishesEntered(BaseModel):
    """What the person wishes, where they live, and when the plan is looked at again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wishes: Words | None = None
    living: Living | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal without its words, which stay sealed."""

    id: str
    domain: str
    service: str | None
    by_on: date | None
    chosen: bool
    state: str
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan as it stands. `slots` are its visits; `own` says that they are this case's own, and `assumed`
    that no authority has confirmed them."""

    id: str
    version: int
    state: str
    agreed_on: date | None
    reviewed_on: date | None
    review_on: date | None
    counted_from: date | None
    living: str | None
    wishes: bool
    goals: tuple[GoalLine, ...]
    slots: tuple[str, ...]
    children: bool
    own: bool
    assumed: bool


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What is written in a plan, opened. `ended`: it holds no longer, and was agreed on that day if ever."""

    wishes: str | None
    goals: tuple[Mapping[str, Any], ...]
    ended: bool = False
    agreed_on: date | None = None


def plan_of(house: House, actor: Actor, reference: str) -> PlanLine | None:
    """The plan of a case, or none where nobody has begun one. Raises NotFound."""
    with house.doors.read() as session:
        case = find(session, actor, reference)
        row = plan_row(session, case.id)
        return None if row is None else _line(session, house, row)


def ended_plans(house: House, actor: Actor, reference: str) -> tuple[PlanLine, ...]:
    """The plans of a case that hold no longer, as after a breakdown, the newest first. Raises NotFound."""
    with house.doors.read() as session:
        case = find(session, actor, reference)
        return tuple(_line(session, house, row) for row in _rows(session, case.id) if row.state == "ended")


def read_plan(
    house: House, actor: Actor, now: datetime, reference: str, reason: str
) -> tuple[PlanWords, ...]:
    """The words of a case's plans, the newest first: an act with a reason, written to the trail first.

    Raises:
        Invalid: the reason is none of `work.identity.REASONS`.
        NotFound: no such case, or not this officer's to know of.
    """
    with house.doors.act() as session:
        case = opened_for(session, actor, now, reference, reason, PLAN_OPENED)
        key = Safe(house.keyring).key_of(case)
        return tuple(_words(session, row, key) for row in _rows(session, case.id))


def words_of(session: Session, case: CaseFile, key: CaseKey) -> PlanWords | None:
    """The words of the plan of a case whose key is open; none where there is no plan."""
    row = plan_row(session, case.id)
    return None if row is None else _words(session, row, key)


def _words(session: Session, row: ReintegrationPlan, key: CaseKey) -> PlanWords:
    goals = tuple(
        {
            "domain": goal.domain,
            "text": key.open("plan_goal", "text", goal.id, goal.text),
            "who": key.open("plan_goal", "who", goal.id, goal.who),
            "by_on": goal.by_on,
            "state": goal.state,
            "chosen": goal.chosen,
        }
        for goal in _goals(session, row.id)
    )
    wishes = key.open("reintegration_plan", "wishes", row.id, row.wishes)
    return PlanWords(wishes, goals, row.state == "ended", row.agreed_on)


def add_goal(house: House, actor: Actor, now: datetime, reference: str, goal: GoalEntered) -> None:
    """Writes one more goal into the plan; the first one begins it. Raises what `for_writing` raises, and
    Invalid."""
    if goal.by_on is not None and goal.by_on.year not in YEARS:
        raise Invalid({"by_on": "out_of_range"})
    with house.doors.act() as session:
        case, row, _ = _to_write(session, house, actor, now, reference)
        if len(_goals(session, row.id)) >= MOST_GOALS:
            raise Invalid({"text": "too_many"})
        new = PlanGoal(
            plan_id=row.id,
            domain=goal.domain,
            service=goal.service,
            by_on=goal.by_on,
            chosen=goal.chosen,
            state="open",
        )
        key = Safe(house.keyring).key_of(case)
        new.text = key.seal("plan_goal", "text", new.id, goal.text)
        new.who = key.seal("plan_goal", "who", new.id, goal.who)
        session.add(new)
        _changed(session, actor, now, row, {"goal": new.id, "change": "added"})


def settle_goal(house: House, actor: Actor, now: datetime, reference: str, goal_id: str, to: str) -> None:
    """A goal is met, or dropped. Raises what `for_writing` raises, NotFound and Invalid."""
    with house.doors.act() as session:
        _, row, today = _to_write(session, house, actor, now, reference)
        if to not in SETTLED:
            raise Invalid({"to": "unknown"})
        goal = session.exec(
            select(PlanGoal).where(PlanGoal.id == goal_id, PlanGoal.plan_id == row.id)
        ).first()
        if goal is None:
            raise NotFound(reference)
        if goal.state == to:
            return
        if goal.state != "open":  # somebody else has settled it otherwise
            raise Invalid({"to": "settled"})
        goal.state, goal.settled_on = to, today
        _changed(session, actor, now, row, {"goal": goal.id, "change": to})


def write_wishes(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    entered: WishesEntered,
    version: int | None = None,
) -> None:
    """What the person wishes, in their own words; words that are not given anew stay as they are. `version`
    is that of the plan which the officer was looking at. Raises what `for_writing` raises, Invalid, Changed.
    """
    if entered.review_on is not None and entered.review_on.year not in YEARS:
        raise Invalid({"review_on": "out_of_range"})
    with house.doors.act() as session:
        case, row, _ = _to_write(session, house, actor, now, reference, version)
        if entered.wishes is not None:
            key = Safe(house.keyring).key_of(case)
            row.wishes = key.seal("reintegration_plan", "wishes", row.id, entered.wishes)
        row.living, row.review_on = entered.living or row.living, entered.review_on or row.review_on
        _changed(session, actor, now, row, {"change": "wishes"})


def review(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    again_on: date | None,
    version: int | None = None,
) -> None:
    """The plan was looked at again with the person, at that version. Raises as `write_wishes`."""
    with house.doors.act() as session:
        _, row, today = _to_write(session, house, actor, now, reference, version)
        if again_on is not None and (again_on <= today or again_on.year not in YEARS):
            raise Invalid({"again_on": "past"})
        row.reviewed_on, row.review_on = today, again_on
        _changed(session, actor, now, row, {"change": "reviewed"})


def choose_visits(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    which: Literal["adults", "children", "own"],
    own: tuple[str, ...] = (),
    version: int | None = None,
) -> int:
    """Chooses the visits of this case and makes those that lie ahead anew; says how many changed.

    Raises:
        Changed: the plan is not at the version that the officer was looking at.
        Invalid: own visits that cannot be used.
        What `for_writing` raises.
    """
    with house.doors.act() as session:
        _, row, today = _to_write(session, house, actor, now, reference, version)
        try:
            row.template = list(visiting.checked(own)) if which == "own" else None
        except ScheduleError:
            raise Invalid({"own": "unfit"}) from None
        if which != "own":
            row.children = which == "children"
        changed = remake(session, house, actor, now, row, today)
        _changed(session, actor, now, row, {"change": "visits", "remade": changed})
        return changed


def _to_write(
    session: Session, house: House, actor: Actor, now: datetime, reference: str, version: int | None = None
) -> tuple[CaseFile, ReintegrationPlan, date]:
    """The case, its plan (begun now, where there is none), and what day it is in the home country. The case's
    row is locked, so that the plan stays at its version. Version 0 is that of a plan not yet begun."""
    case, procedure = for_writing(session, house, actor, reference, PLAN)
    row = plan_row(session, case.id)
    if version is not None and version != (row.version if row else 0):
        raise Changed
    if row is None:
        row = ReintegrationPlan(
            case_id=case.id,
            children=case.age_group != "adult",
            state="draft",
            made_at=now,
            officer_id=actor.officer_id,
        )
        session.add(row)
        session.flush()
    return case, row, now.astimezone(zone_of(procedure.home)).date()


def _changed(
    session: Session, actor: Actor, now: datetime, row: ReintegrationPlan, detail: dict[str, Any]
) -> None:
    row.version += 1
    trail.append(session, actor, now, "plan:changed", {"plan": row.version, **detail}, row.case_id)


def plan_row(session: Session, case_id: str) -> ReintegrationPlan | None:
    """The plan of a case that is being written or holds."""
    return next((row for row in _rows(session, case_id) if row.state != "ended"), None)


def _rows(session: Session, case_id: str) -> list[ReintegrationPlan]:
    """Every plan of a case, the newest first."""
    return list(
        session.exec(
            select(ReintegrationPlan)
            .where(ReintegrationPlan.case_id == case_id)
            .order_by(col(ReintegrationPlan.made_at).desc(), col(ReintegrationPlan.id).desc())
        ).all()
    )


def _goals(session: Session, plan_id: str) -> list[PlanGoal]:
    return list(
        session.exec(select(PlanGoal).where(PlanGoal.plan_id == plan_id).order_by(col(PlanGoal.id))).all()
    )


def _line(session: Session, house: House, row: ReintegrationPlan) -> PlanLine:
    goals = tuple(
        GoalLine(goal.id, goal.domain, goal.service, goal.by_on, goal.chosen, goal.state, goal.settled_on)
        for goal in _goals(session, row.id)
    )
    own = bool(row.template)
    return PlanLine(
        id=row.id,
        version=row.version,
        state=row.state,
        agreed_on=row.agreed_on,
        reviewed_on=row.reviewed_on,
        review_on=row.review_on,
        counted_from=row.counted_from,
        living=row.living,
        wishes=row.wishes is not None,
        goals=goals,
        slots=tuple(row.template or house.schedule.slots(child=row.children)),
        children=row.children,
        own=own,
        assumed=house.schedule.assumed and not own,
    )
