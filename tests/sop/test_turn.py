"""Whose turn it is: nobody is sent to overturn what was found; whoever owes something in time is asked."""

from datetime import timedelta

import pytest

from sop import vocabulary as words
from sop.awaiting import overturns, turn
from sop.view import CaseView, ConsentState, Fact
from tests.sop.sabotage import FILES, FULL
from tests.sop.test_engine import NOW, PROCEDURES

AGREED = ConsentState("given", NOW, None, guardian=True, own_view=True)


def checked(name: str, *facts: str, child: bool = False) -> CaseView:
    """A case in which nationality and family are being looked into, with consents and these facts."""
    procedure = PROCEDURES[name]
    held = {fact: Fact(NOW, None, None) for fact in ("nationality_confirmed", "sheltered", *facts)}
    return CaseView(
        procedure.digest, "verifying", NOW, held, dict.fromkeys(procedure.consents, AGREED), child=child
    )


@pytest.mark.parametrize("name", FILES)
def test_nobody_is_asked_to_find_that_it_is_safe_after_all(name: str) -> None:
    dangerous = turn(PROCEDURES[name], checked(name, "risk_too_high"), NOW)
    assert dangerous.stopped
    assert "assess_risk_acceptable" not in dangerous.actions
    assert dangerous.waiting_for == (dangerous.responsible,)
    open_question = turn(PROCEDURES[name], checked(name), NOW)
    assert not open_question.stopped
    assert "assess_risk_acceptable" in open_question.actions


@pytest.mark.parametrize("name", FILES)
def test_nobody_is_asked_to_find_that_a_return_is_best_for_a_child_after_all(name: str) -> None:
    known = ("guardian_appointed", "risk_acceptable", "family_found", "family_suitable")
    against = turn(PROCEDURES[name], checked(name, *known, "best_interests_not_return", child=True), NOW)
    assert against.stopped
    assert not against.actions
    weighed = turn(PROCEDURES[name], checked(name, *known, child=True), NOW)
    assert weighed.actions == ("determine_return_in_best_interests",)


@pytest.mark.parametrize("name", FULL)
def test_a_child_whose_family_is_unsafe_waits_for_other_care_and_not_for_another_finding(name: str) -> None:
    known = ("guardian_appointed", "risk_acceptable", "best_interests_return", "family_found")
    unsafe = turn(PROCEDURES[name], checked(name, *known, "family_unsuitable", child=True), NOW)
    assert not unsafe.stopped
    assert "arrange_alternative_care" in unsafe.actions
    assert "find_family_suitable" not in unsafe.actions


@pytest.mark.parametrize("name", FULL)
def test_asking_the_next_one_after_a_refusal_overturns_nothing(name: str) -> None:
    procedure = PROCEDURES[name]
    declined = CaseView(
        procedure.digest, "placement_pending", NOW, {"referral_declined": Fact(NOW, None, None)}, {}, False
    )
    assert not overturns(procedure, declined, procedure.actions["offer_referral"])


@pytest.mark.parametrize(
    ("name", "stage", "facts", "act"),
    [
        ("tha-khm-2019.toml", "under_identification", ("presumed",), "hold_second_interview"),
        ("khm-vnm-2009.toml", "verifying", ("home_checks_started",), "report_local_checks"),
    ],
)
def test_whoever_owes_an_act_in_time_is_awaited_until_it_is_done(
    name: str, stage: str, facts: tuple[str, ...], act: str
) -> None:
    procedure = PROCEDURES[name]
    action = procedure.actions[act]
    needed = {fact for gate in procedure.gates[act] for way in gate.alternatives for fact in way.has}
    held = {fact: Fact(NOW, None, None) for fact in {*facts, *needed}}
    later = NOW + timedelta(days=9)
    waiting = turn(procedure, CaseView(procedure.digest, stage, NOW, held, {}, child=False), later)
    assert act in waiting.actions
    assert set(action.by) <= set(waiting.waiting_for)
    held |= {fact: Fact(later, None, None) for fact in action.records}
    done = turn(procedure, CaseView(procedure.digest, stage, NOW, held, {}, child=False), later)
    assert act not in done.actions


@pytest.mark.parametrize("name", FILES)
def test_while_a_return_is_held_only_those_are_awaited_who_could_let_it_go_on(name: str) -> None:
    procedure = PROCEDURES[name]
    held = {"hold_border": Fact(NOW, None, None)}
    waiting = turn(procedure, CaseView(procedure.digest, "scheduled", NOW, held, {}, child=False), NOW)
    assert waiting.actions == ("lift_hold_border",)
    assert words.PERSON not in waiting.waiting_for


@pytest.mark.parametrize("name", FULL)
def test_who_was_trafficked_again_is_somebodys_move_until_the_new_case_is_opened(name: str) -> None:
    procedure = PROCEDURES[name]
    again = CaseView(procedure.digest, words.AGAIN, NOW, {}, {}, child=False)
    waiting = turn(procedure, again, NOW)
    assert waiting.waiting_for == (waiting.responsible,)
    assert waiting.actions == ("reopen",)
    assert waiting.responsible in procedure.actions["reopen"].by
    opened = {words.REOPENED: Fact(NOW, None, None)}
    assert not turn(
        procedure, CaseView(procedure.digest, words.AGAIN, NOW, opened, {}, False), NOW
    ).waiting_for
