"""The engine: what is open, what is closed and why, whose turn it is; and that a trail tells the same story
again.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.awaiting import turn
from sop.engine import (
    Event,
    NotAllowed,
    UnknownAction,
    begin,
    consent_is_live,
    follow,
    replay,
    verdicts,
)
from sop.procedure import Procedure
from sop.view import CaseView
from tests.sop.sabotage import FILES, FULL, read_text, text_of

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
PROCEDURES = {name: read_text(text_of(name), name) for name in FILES}
EVERYBODY = {
    name: frozenset(role for action in procedure.actions.values() for role in action.by)
    for name, procedure in PROCEDURES.items()
}


def told(procedure: Procedure, view: CaseView, *actions: str, child: bool = False) -> CaseView:
    """A case after these actions, each by somebody who may."""
    for number, name in enumerate(actions, 1):
        now = NOW + timedelta(hours=number)
        action = procedure.actions[name]
        view = follow(
            procedure,
            view,
            name,
            frozenset(action.by),
            now,
            on=date(2026, 4, 1) if "handover_scheduled" in action.records else None,
            until=NOW + timedelta(days=400) if action.lapses else None,
            guardian=child,
            own_view=child,
        ).view
    return view


def refused(procedure: Procedure, view: CaseView, action: str, *roles: str) -> set[tuple[str, str]]:
    with pytest.raises(NotAllowed) as refusal:
        follow(procedure, view, action, frozenset(roles), NOW + timedelta(days=1))
    return {(reason.code, reason.what) for reason in refusal.value.reasons}


@pytest.mark.parametrize("name", FULL)
def test_the_embassy_is_not_told_before_the_person_has_agreed(name: str) -> None:
    procedure = PROCEDURES[name]
    view = CaseView(procedure.digest, "identified", NOW, {}, {}, child=False)
    notify = procedure.actions["notify_origin"]
    assert ("consent_missing", "notification") in refused(procedure, view, "notify_origin", *notify.by)
    view = told(procedure, view, "object_to_notification")
    assert ("consent_refused", "notification") in refused(procedure, view, "notify_origin", *notify.by)
    view = told(procedure, view, procedure.consents["notification"].give)
    assert ("consent_refused", "notification") not in reasons_of(procedure, view, "notify_origin")


def reasons_of(procedure: Procedure, view: CaseView, action: str) -> set[tuple[str, str]]:
    roles = frozenset(procedure.actions[action].by)
    [verdict] = [
        v for v in verdicts(procedure, view, roles, NOW + timedelta(days=1)) if v.action.name == action
    ]
    return set(verdict.reasons)


@pytest.mark.parametrize("name", FULL)
def test_a_childs_consent_needs_a_guardian_and_the_childs_own_view(name: str) -> None:
    procedure = PROCEDURES[name]
    give = procedure.consents["notification"].give
    view = CaseView(procedure.digest, "identified", NOW, {}, {}, child=True)
    alone = follow(procedure, view, give, frozenset({"host.protection"}), NOW).view
    assert ("consent_guardian", "notification") in reasons_of(procedure, alone, "notify_origin")
    guardian = follow(procedure, view, give, frozenset({"host.protection"}), NOW, guardian=True).view
    assert ("consent_own_view", "notification") in reasons_of(procedure, guardian, "notify_origin")
    both = follow(
        procedure, view, give, frozenset({"host.protection"}), NOW, guardian=True, own_view=True
    ).view
    assert consent_is_live(both, "notification", NOW)


@pytest.mark.parametrize("name", FILES)
def test_consent_taken_back_closes_the_way_at_once_and_holds_the_return(name: str) -> None:
    procedure = PROCEDURES[name]
    consent = procedure.consents["return"]
    stage = "scheduled"
    view = told(procedure, CaseView(procedure.digest, stage, NOW, {}, {}, child=False), consent.give)
    assert ("consent_missing", "return") not in reasons_of(procedure, view, "depart")
    view = told(procedure, view, "withdraw_consent")
    assert view.stage == stage
    assert {("consent_withdrawn", "return"), ("hold", "hold_consent")} <= reasons_of(
        procedure, view, "depart"
    )


@pytest.mark.parametrize("name", FILES)
def test_what_was_never_given_is_refused_and_not_withdrawn(name: str) -> None:
    procedure = PROCEDURES[name]
    view = CaseView(procedure.digest, "scheduled", NOW, {}, {}, child=False)
    assert refused(procedure, view, "withdraw_consent", "host.protection") == {
        ("nothing_to_withdraw", "return")
    }
    given_view = told(procedure, view, procedure.consents["return"].give)
    refuse = procedure.consents["return"].refuse
    assert refused(procedure, given_view, refuse, "host.protection") == {("withdraw_instead", "return")}


@pytest.mark.parametrize("name", FILES)
def test_a_fact_that_has_lapsed_no_longer_opens_a_gate(name: str) -> None:
    procedure = PROCEDURES[name]
    lapsing = [a for a in procedure.actions.values() if a.lapses and "travel_document_issued" in a.records]
    for action in lapsing:
        view = CaseView(procedure.digest, sorted(action.frm)[0], NOW, {}, {}, child=False)
        assert ("end_needed", action.name) in refused(procedure, view, action.name, *action.by)
    fact = PROCEDURES[name].actions["depart"]
    assert "travel_document_valid" in fact.requires


@pytest.mark.parametrize("name", FILES)
def test_a_stranger_may_do_nothing(name: str) -> None:
    procedure = PROCEDURES[name]
    for stage in procedure.stages:
        view = CaseView(procedure.digest, stage, NOW, {}, {}, child=False)
        for verdict in verdicts(procedure, view, frozenset(), NOW):
            assert ("role", ",".join(verdict.action.by)) in verdict.reasons


@pytest.mark.parametrize("name", FILES)
def test_somebody_always_answers_for_a_case_and_somebody_is_awaited(name: str) -> None:
    procedure = PROCEDURES[name]
    for stage in procedure.stages.values():
        view = CaseView(procedure.digest, stage.name, NOW, {}, {}, child=False)
        found = turn(procedure, view, NOW)
        assert procedure.agency(found.responsible, NOW.date()) is not None
        if stage.entry:
            assert found.waiting_for


@pytest.mark.parametrize("name", FILES)
def test_a_case_begins_only_at_an_entry_and_an_unknown_action_is_unknown(name: str) -> None:
    procedure = PROCEDURES[name]
    with pytest.raises(NotAllowed):
        begin(procedure, "scheduled", NOW, child=False)
    with pytest.raises(UnknownAction):
        follow(procedure, begin(procedure, "reported", NOW, child=False), "fly", frozenset(), NOW)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), name=st.sampled_from(FILES), child=st.booleans())
def test_any_walk_an_officer_could_take_is_told_again_by_its_trail(
    data: st.DataObject, name: str, child: bool
) -> None:
    procedure = PROCEDURES[name]
    entry = data.draw(st.sampled_from([s.name for s in procedure.stages.values() if s.entry]))
    start = view = begin(procedure, entry, NOW, child=child)
    events: list[Event] = []
    now = NOW
    for _ in range(data.draw(st.integers(0, 60))):
        now += timedelta(hours=data.draw(st.integers(1, 400)))
        open_ones = [v.action for v in verdicts(procedure, view, EVERYBODY[name], now) if v.open]
        if not open_ones:
            break
        action = data.draw(st.sampled_from(open_ones))
        spoken = data.draw(st.booleans())
        event = Event(
            action.name,
            now,
            EVERYBODY[name],
            on=now.date() + timedelta(days=10) if "handover_scheduled" in action.records else None,
            until=now + timedelta(days=data.draw(st.integers(1, 90))) if action.lapses else None,
            guardian=spoken,
            own_view=spoken,
        )
        before = view
        view = replay(procedure, view, [event])
        events.append(event)
        if action.moves:
            assert consent_is_live(before, "return", now)
            assert not [fact for fact in before.facts if fact.startswith("hold_")]
            assert not child or "best_interests_return" in before.facts
        if action.discloses is not None:
            for role in action.discloses.to:
                agreed = [
                    c.name
                    for c in procedure.consents.values()
                    if c.purpose == action.discloses.purpose and role in c.to
                ]
                assert any(consent_is_live(before, consent, now) for consent in agreed)
    assert replay(procedure, start, events) == view


TO_IDENTIFIED = ("consent_to_protection", "presume", "begin_reflection", "identify")


def test_where_the_persons_word_is_lacking_the_agency_that_answers_asks_them_once() -> None:
    procedure = PROCEDURES["tha-khm-2019.toml"]
    view = told(procedure, begin(procedure, "reported", NOW, child=False), *TO_IDENTIFIED)
    held = frozenset({"host.coordination", "host.protection"})
    unasked = turn(procedure, view, NOW)
    assert (unasked.waiting_for, unasked.asks) == (("person",), ("notification",))
    assert "host.coordination" in unasked.falls_to(held)
    objected = turn(procedure, told(procedure, view, "object_to_notification"), NOW)
    assert (objected.waiting_for, objected.asks) == (("person",), ())
    assert objected.falls_to(held) == ("person",)


def test_a_case_that_waits_only_for_bodies_that_do_not_know_of_it_falls_to_the_agency_that_answers() -> None:
    procedure = PROCEDURES["tha-khm-2019.toml"]
    acts = (*TO_IDENTIFIED, "consent_to_notification", "notify_origin")
    view = told(procedure, begin(procedure, "reported", NOW, child=False), *acts, "request_verification")
    view = told(procedure, view, "assess_risk_acceptable", "consent_to_return")
    awaited = turn(procedure, view, NOW)
    assert awaited.waiting_for == ("home.consulate", "home.foreign_affairs")
    assert not awaited.is_nobodys({"home.consulate", "host.coordination"})
    assert awaited.falls_to({"home.consulate", "host.coordination"}) == awaited.waiting_for
    assert awaited.is_nobodys({"host.coordination"})
    assert "host.coordination" in awaited.falls_to({"host.coordination"})
