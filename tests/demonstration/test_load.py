"""Loading the demonstration: all of it, by real steps, once, and never beside a real person's case."""

from datetime import timedelta
from itertools import pairwise

import pytest
from argon2 import PasswordHasher
from sqlmodel import col, func, select

from repatriation.demonstration import people
from repatriation.demonstration.load import KEY, Refused, is_demonstration, load
from repatriation.demonstration.officers import ACCOUNTS
from repatriation.demonstration.organisations import GATES, ORGANISATIONS
from repatriation.demonstration.schedule import LOCAL
from repatriation.demonstration.stories import STORIES
from repatriation.demonstration.telling import Teller
from repatriation.records.cases import CaseFile, Fact, Party
from repatriation.records.consents import Consent
from repatriation.records.federation import Mirror, MirrorStep
from repatriation.records.handoffs import Handoff
from repatriation.records.instance import Instance
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.partners import Partner
from repatriation.records.people import PersonName
from repatriation.records.plans import PlanGoal
from repatriation.records.sealing import CaseKey
from repatriation.records.tables import METADATA
from repatriation.records.trail import INSTANCE, Trail
from repatriation.records.verify import verify
from repatriation.records.visits import Visit
from repatriation.work import accounts
from repatriation.work.followup.turns import stands
from repatriation.work.house import House
from repatriation.work.retracing import step_of
from repatriation.work.views import view_of
from sop.deadlines import due
from sop.engine import begin, replay
from sop.followup import Standing
from sop.view import CaseView
from tests.demonstration.conftest import NOW, Scene

COUNTRIES = ("KHM", "THA", "VNM")
HANDED_OVER = 3
"""Cases beside those of the stories: one that another installation has too, two that came by a handoff."""

PROGRAMS = 2
"""Partners that were let in: each has an author's place among the officers."""


def _cases(house: House) -> list[CaseFile]:
    with house.doors.read() as session:
        return list(session.exec(select(CaseFile)).all())


def _view(case: CaseFile) -> CaseView:
    return view_of(case.digest, case.stage, case.entered_at, case.age_group, case.version, case.state)


def test_everything_is_loaded_and_marked_as_made_up(scene: Scene) -> None:
    assert scene.loaded == (len(ORGANISATIONS), len(ACCOUNTS), len(STORIES) + HANDED_OVER, False)
    with scene.house.doors.read() as session:
        assert is_demonstration(session)
        for marks, many in (
            (session.exec(select(CaseFile.demonstration)).all(), len(STORIES) + HANDED_OVER),
            (session.exec(select(Officer.demonstration)).all(), len(ACCOUNTS) + PROGRAMS),
            (session.exec(select(Organisation.demonstration)).all(), len(ORGANISATIONS)),
        ):
            assert list(marks) == [True] * many


def test_there_is_a_case_at_every_stage_and_every_end_of_some_route(scene: Scene) -> None:
    every = {name for procedure in scene.house.shelf for name in procedure.stages}
    assert {case.stage for case in _cases(scene.house)} == every


def test_every_route_has_cases(scene: Scene) -> None:
    assert {case.route for case in _cases(scene.house)} == {p.route for p in scene.house.shelf}


def test_people_are_expected_today_and_tomorrow_at_poipet_bavet_and_moc_bai(scene: Scene) -> None:
    today = NOW.astimezone(LOCAL).date()
    expected = {(case.gate, case.expected_on) for case in _cases(scene.house) if case.stage == "scheduled"}
    for gate in ("poipet", "bavet", "moc-bai"):
        assert {(gate, today), (gate, today + timedelta(days=1))} <= expected


def test_some_deadlines_are_running_and_some_are_over(scene: Scene) -> None:
    house = scene.house
    clocks = [
        deadline
        for case in _cases(house)
        for deadline in due(house.shelf.pinned(case.digest), _view(case), NOW, house.calendars)
    ]
    assert {deadline.overdue for deadline in clocks} == {True, False}


def test_every_kind_of_hold_stands_somewhere_and_people_have_refused_and_withdrawn(scene: Scene) -> None:
    facts = {name for case in _cases(scene.house) for name in case.state["facts"]}
    assert {"hold_legal", "hold_health", "hold_border", "hold_consent", "arrived_unannounced"} <= facts
    with scene.house.doors.read() as session:
        said = set(session.exec(select(Consent.name, Consent.decision)).all())
    assert {("notification", "refused"), ("return", "refused"), ("return", "withdrawn")} <= said


def test_a_paper_has_run_out_somewhere(scene: Scene) -> None:
    views = [_view(case) for case in _cases(scene.house)]
    assert any(
        not fact.counts(NOW) for view in views if view.stage == "scheduled" for fact in view.facts.values()
    )


def test_a_guardian_has_spoken_for_every_child_who_agreed_to_something(scene: Scene) -> None:
    with scene.house.doors.read() as session:
        given = session.exec(
            select(Consent.guardian, Consent.own_view)
            .join(CaseFile, col(CaseFile.id) == col(Consent.case_id))
            .where(CaseFile.age_group == "child", Consent.decision == "given")
        ).all()
    assert len(given) > 20
    assert all(guardian is not None and own_view for guardian, own_view in given)


def test_one_case_was_reopened_and_is_linked_to_a_new_one(scene: Scene) -> None:
    cases = {case.id: case for case in _cases(scene.house)}
    [again] = [case for case in cases.values() if case.reopens_id]
    assert "reopened" in cases[again.reopens_id or ""].state["facts"]
    assert again.stage == "under_identification"


def test_follow_up_cases_have_been_visited(scene: Scene) -> None:
    with scene.house.doors.read() as session:
        visits = session.exec(
            select(func.count())
            .select_from(Fact)
            .where(Fact.name == "visit_recorded", Fact.event == "recorded")
        ).one()
    assert visits >= 8


def test_visits_of_every_standing_are_waiting(scene: Scene) -> None:
    house = scene.house
    with house.doors.read() as session:
        rows = session.exec(select(Visit).where(Visit.state == "planned")).all()
        plans = session.exec(select(PlanGoal)).all()
    assert {stands(house, row.due_on, row.country or "", NOW) for row in rows if row.due_on} == set(Standing)
    assert len(plans) >= 6


def test_every_foremost_officer_finds_cases_to_work_on(scene: Scene) -> None:
    with scene.house.doors.read() as session:
        busy = set(
            session.exec(
                select(Organisation.code)
                .join(Party, col(Party.organisation_id) == col(Organisation.id))
                .where(col(Party.until).is_(None))
            ).all()
        )
    assert {account.organisation for account in ACCOUNTS[:15]} <= busy


def test_every_officer_can_sign_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr(accounts, "hasher", lambda: quick)
    for account in ACCOUNTS:
        actor = accounts.sign_in(scene.house, account.username, account.password, NOW)
        assert actor is not None
        assert (actor.duty, actor.organisation, actor.language) == (
            account.duty,
            account.organisation,
            account.language,
        )


def test_the_trail_is_whole(scene: Scene) -> None:
    with scene.house.doors.read() as session:
        assert verify(session, scene.house.keyring).problems == ()


def test_every_case_stands_where_its_trail_says(scene: Scene) -> None:
    for case in _cases(scene.house):
        procedure = scene.house.shelf.pinned(case.digest)
        with scene.house.doors.read() as session:
            events = session.exec(select(Trail).where(Trail.chain == case.id).order_by(col(Trail.seq))).all()
        start = begin(procedure, events[0].detail["stage"], events[0].at, child=case.age_group != "adult")
        steps = [step_of(event.at, event.detail) for event in events if "action" in event.detail]
        assert replay(procedure, start, steps)._replace(version=case.version) == _view(case)


def test_steps_were_taken_in_the_past_one_after_the_other(scene: Scene) -> None:
    with scene.house.doors.read() as session:
        rows = session.exec(select(Trail.chain, Trail.at).order_by(col(Trail.chain), col(Trail.seq))).all()
    of_cases = [row for row in rows if row[0] != INSTANCE]
    for (chain, at), (next_chain, next_at) in pairwise(of_cases):
        assert at < NOW
        assert chain != next_chain or at <= next_at


def test_no_name_of_a_person_stands_anywhere_in_the_clear(scene: Scene) -> None:
    names = [
        name.encode()
        for name in (
            *people.every_name(),
            *map(people.guardian_of, COUNTRIES),
            *map(people.interpreter_of, COUNTRIES),
        )
    ]
    with scene.house.doors.read() as session:
        for table in METADATA.sorted_tables:
            for row in session.connection().execute(table.select()):
                text = b"\n".join(_bytes(value) for value in row)
                assert not [name for name in names if name in text], table.name
    assert not [line for line in scene.lines for name in names if name in line.encode()]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def test_every_sealed_name_opens_to_one_that_was_made_up(scene: Scene) -> None:
    keyring = scene.house.keyring
    with scene.house.doors.read() as session:
        rows = session.exec(
            select(PersonName, CaseFile).join(CaseFile, col(CaseFile.id) == col(PersonName.case_id))
        ).all()
    opened = {
        CaseKey(case.id, keyring.unwrap(case.wrapped_key, case.key_epoch)).open(
            "person_name", "given", name.id, name.given
        )
        for name, case in rows
    }
    assert len(opened) > len(STORIES)
    assert opened <= people.every_name()


def test_a_second_run_says_that_all_is_there_and_changes_nothing(scene: Scene) -> None:
    before = [(case.reference, case.version) for case in _cases(scene.house)]
    assert load(scene.house, NOW + timedelta(days=1)) == scene.loaded._replace(already=True)
    assert [(case.reference, case.version) for case in _cases(scene.house)] == before


def test_a_run_that_was_broken_off_is_gone_on_with(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = Teller.tell

    def tell_until_the_power_fails(self: Teller, story: object) -> None:
        if len(self.told.cases) == 3:
            raise KeyboardInterrupt
        tell(self, story)  # type: ignore[arg-type]

    monkeypatch.setattr("repatriation.demonstration.load.STORIES", STORIES[:5])
    monkeypatch.setattr(Teller, "tell", tell_until_the_power_fails)
    with pytest.raises(KeyboardInterrupt):
        load(house, NOW)
    monkeypatch.setattr(Teller, "tell", tell)
    assert not load(house, NOW + timedelta(hours=1)).already
    assert len(_cases(house)) == 5 + HANDED_OVER
    assert load(house, NOW + timedelta(hours=2)).already


def test_it_is_not_loaded_outside_demonstration_mode(house: House) -> None:
    real = House(house.doors, house.shelf, house.calendars, house.keyring, demonstration=False)
    with pytest.raises(Refused, match="demonstration mode"):
        load(real, NOW)
    with house.doors.read() as session:
        assert not session.exec(select(Organisation)).all()


def test_it_is_not_loaded_beside_a_real_organisation_and_leaves_it_as_it_was(house: House) -> None:
    with house.doors.act() as session:
        session.add(Organisation(code="real", name="A real ministry", country="KHM"))
    with pytest.raises(Refused, match="not made up"):
        load(house, NOW)
    with house.doors.read() as session:
        assert [row.code for row in session.exec(select(Organisation)).all()] == ["real"]
        assert session.get(Instance, KEY) is None


def test_it_is_not_loaded_beside_a_real_officer(house: House) -> None:
    with house.doors.act() as session:
        ministry = Organisation(code="made-up", name="Made up", country="KHM", demonstration=True)
        session.add(ministry)
        session.flush()
        session.add(
            Officer(
                organisation_id=ministry.id,
                username="someone",
                password_hash="-",
                display_name="Someone",
                duty="police",
            )
        )
    with pytest.raises(Refused, match="officers"):
        load(house, NOW)


def test_every_gate_of_the_demonstration_is_one_at_which_somebody_works() -> None:
    assert set(GATES.values()) <= {made.place for made in ORGANISATIONS}


def test_handoffs_stand_in_every_state_for_the_boxes_to_be_looked_at(scene: Scene) -> None:
    with scene.house.doors.read() as session:
        rows = session.exec(select(Handoff).where(col(Handoff.kind).in_(("referral", "transfer")))).all()
        states = {
            direction: {row.state for row in rows if row.direction == direction}
            for direction in ("sent", "received")
        }
        datip, home = (
            session.exec(select(Organisation.id).where(Organisation.code == code)).one()
            for code in ("datip", "msdhs-home-sa-kaeo")
        )
    everyone = {"received", "accepted", "declined", "expired"}
    assert states == {"sent": everyone | {"queued", "withdrawn"}, "received": everyone}
    assert {row.organisation_id for row in rows if row.direction == "sent"} == {datip}
    assert {row.organisation_id for row in rows if row.direction == "received"} == {home}


def test_one_case_is_carried_on_together_with_steps_that_count_wait_and_are_refused(scene: Scene) -> None:
    with scene.house.doors.read() as session:
        mirror = session.exec(select(Mirror)).one()
        steps = session.exec(select(MirrorStep)).all()
        waiting = session.exec(select(Handoff).where(Handoff.state == "queued", Handoff.what == "step")).all()
        partners = session.exec(select(Partner.state).order_by(Partner.state)).all()
    assert mirror.state == "live"
    assert {(step.ours, step.state) for step in steps} == {
        (True, "counted"),
        (False, "counted"),
        (False, "refused"),
    }
    assert len(waiting) == 1
    assert partners == ["active", "active", "pending"]
