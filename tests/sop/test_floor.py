"""The floor: every real file stands on it, and every way of spoiling one is found out and named."""

import re
from datetime import UTC, datetime

import pytest

from sop.engine import verdicts
from sop.floor import BelowTheFloor, examine, stand
from sop.reader import ProcedureError
from sop.rules import CHILD_GATES
from sop.terrain import met
from sop.view import CaseView, ConsentState, Fact
from sop.walker import Walker
from tests.sop.sabotage import FILES, FULL, block_of, change_action, read_text, text_of, without_gate

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", FILES)
def test_every_route_file_stands_on_the_floor(name: str) -> None:
    walk = stand(read_text(text_of(name), name))
    assert walk.cases > 100
    assert walk.breaches == ()


def codes(text: str, name: str) -> set[tuple[str, str]]:
    return {(breach.code, breach.place) for breach in examine(read_text(text, name)).breaches}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("action", ["depart", "complete_handover"])
def test_nobody_is_moved_when_consent_is_dropped_from_a_file(name: str, action: str) -> None:
    spoiled = without_gate(text_of(name), action, "consent_to_return")
    assert ("moves_without_consent", f"action {action}") in codes(spoiled, name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("action", ["depart", "complete_handover"])
def test_nobody_is_moved_under_a_hold_when_the_hold_gate_is_dropped(name: str, action: str) -> None:
    spoiled = without_gate(text_of(name), action, "no_hold")
    assert ("moves_under_hold", f"action {action}") in codes(spoiled, name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "gates",
    [
        ("child_best_interests", "best_interests_return"),
        ("child_receiving_carer", "child_family_or_care", "safe_place"),
        ("child_guardian", "guardian_appointed"),
    ],
)
def test_no_child_is_moved_when_the_child_gates_are_dropped(name: str, gates: tuple[str, ...]) -> None:
    """Dropped wherever they stand: one gate alone may be needless where an earlier step already asked for
    it.
    """
    spoiled = text_of(name)
    for action in read_text(spoiled, name).actions.values():
        for gate in set(gates) & set(action.requires):
            spoiled = without_gate(spoiled, action.name, gate)
    assert "moves_child" in {code for code, _ in codes(spoiled, name)}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("action", ["depart", "complete_handover"])
@pytest.mark.parametrize("gate", CHILD_GATES)
def test_a_movement_names_all_that_a_child_needs_itself(name: str, action: str, gate: str) -> None:
    spoiled = without_gate(text_of(name), action, gate)
    found = [breach for breach in examine(read_text(spoiled, name)).breaches if breach.code == "moves_child"]
    assert [(breach.place, gate in breach.detail) for breach in found] == [(f"action {action}", True)]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("hold", ["legal", "health", "border"])
def test_a_hold_that_nothing_lifts_is_refused(name: str, hold: str) -> None:
    whole = text_of(name)
    found = codes(whole.replace(block_of(whole, f"lift_hold_{hold}"), ""), name)
    assert {("stuck", "stage scheduled"), ("stuck", "stage documents_ready")} <= found


@pytest.mark.parametrize("name", FILES)
def test_only_the_persons_own_word_lifts_their_second_thoughts(name: str) -> None:
    spoiled = without_gate(text_of(name), "lift_hold_consent", "consent_to_return")
    assert codes(spoiled, name) == {("moves_under_hold", "action lift_hold_consent")}
    clears = r"clears = \[\"risk_too_high\""
    spoiled = change_action(
        text_of(name), "assess_risk_acceptable", clears, clears.replace("\\", "") + ', "hold_consent"'
    )
    assert codes(spoiled, name) == {("moves_under_hold", "action assess_risk_acceptable")}


@pytest.mark.parametrize("name", FILES)
def test_consent_may_be_dropped_from_no_action_that_speaks_of_the_person(name: str) -> None:
    whole = read_text(text_of(name), name)
    disclosing = [action for action in whole.actions.values() if action.discloses is not None]
    assert disclosing
    for action in disclosing:
        spoiled = text_of(name)
        for gate in [gate for gate in action.requires if gate.startswith("consent_to_")]:
            spoiled = without_gate(spoiled, action.name, gate)
        assert ("discloses_without_consent", f"action {action.name}") in codes(spoiled, name)


@pytest.mark.parametrize("name", FULL)
def test_the_home_country_cannot_be_told_against_the_persons_objection(name: str) -> None:
    spoiled = without_gate(text_of(name), "notify_origin", "consent_to_notification")
    assert ("notifies_against_objection", "action notify_origin") in codes(spoiled, name)


@pytest.mark.parametrize("name", FULL)
def test_telling_somebody_beyond_the_consent_is_found_out(name: str) -> None:
    spoiled = change_action(
        text_of(name), "notify_origin", r'to *= *\["home\.consulate"', 'to = ["home.police"'
    )
    found = examine(read_text(spoiled, name)).breaches
    assert any("home.police" in breach.detail for breach in found)


@pytest.mark.parametrize("name", FILES)
def test_a_file_without_a_way_to_stay_is_refused(name: str) -> None:
    text = text_of(name)
    block = re.search(
        r'\[\[actions\]\]\n(?:#[^\n]*\n)*name *= *"stay"\n.*?(?=\n\[\[actions\]\]|\Z)', text, re.DOTALL
    )
    assert block
    assert "no_way_to_stay" in {code for code, _ in codes(text.replace(block[0], ""), name)}


@pytest.mark.parametrize("name", FULL)
def test_a_way_to_stay_that_asks_for_something_first_is_no_way_to_stay(name: str) -> None:
    spoiled = change_action(text_of(name), "stay", r"^by *=", 'requires = ["risk_acceptable"]\nby =')
    assert "no_way_to_stay" in {code for code, _ in codes(spoiled, name)}


@pytest.mark.parametrize("name", FULL)
def test_consent_to_return_can_be_taken_back_up_to_the_gate(name: str) -> None:
    spoiled = re.sub(
        r'(\[consents\.return\].*?from *= *\[.*?),\s*"in_transit"',
        r"\1",
        text_of(name),
        count=1,
        flags=re.DOTALL,
    )
    assert ("consent_is_final", "stage in_transit") in codes(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_stage_that_cannot_be_reached_or_left_is_refused(name: str) -> None:
    lonely = (
        '\n[stages.limbo]\nresponsible="host.coordination"\nphase="decision"\nbasis="HOUSE"\ngrounding="assumed"\n'
        'en="Limbo"\nkm="x"\nth="x"\nvi="x"\n'
    )
    spoiled = text_of(name).replace("\n[consents.", lonely + "\n[consents.", 1)
    found = examine(read_text(spoiled, name)).breaches
    assert {"no action leads here from any entry", "no action leads on from here"} <= {
        b.detail for b in found
    }


@pytest.mark.parametrize("name", FULL)
def test_a_file_in_which_a_case_gets_stuck_is_refused(name: str) -> None:
    spoiled = change_action(text_of(name), "lift_hold_legal", r'"hold_legal"', '"hold_health"')
    spoiled = change_action(spoiled, "lift_hold_legal", r"^requires.*$", 'requires = ["hold_legal"]')
    assert "stuck" in {code for code, _ in codes(spoiled, name)}


@pytest.mark.parametrize("name", FILES)
def test_a_file_whose_responsible_agency_is_not_named_is_refused(name: str) -> None:
    whole = read_text(text_of(name), name)
    role = next(iter(whole.stages.values())).responsible
    function = role.partition(".")[2]
    country = whole.country_of(role)
    spoiled = re.sub(
        rf"(?ms)(\[agencies\.{country}\].*?)^{function} *= *\[.*?^(?=[a-z_]+ *=|\[)",
        r"\1",
        text_of(name),
        count=1,
    )
    assert "nobody_responsible" in {code for code, _ in codes(spoiled, name)}


def test_a_breach_is_told_in_one_sentence_that_names_file_place_and_rule() -> None:
    spoiled = without_gate(text_of(FULL[0]), "depart", "consent_to_return")
    with pytest.raises(BelowTheFloor) as refused:
        stand(read_text(spoiled, FULL[0]))
    assert isinstance(refused.value, ProcedureError)
    assert FULL[0] in str(refused.value)
    assert "action depart: could move a person without consent to return. Nobody is moved without" in str(
        refused.value
    )


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("child", [False, True])
def test_the_walk_and_the_engine_agree_on_every_case(name: str, child: bool) -> None:
    """The walk runs on bits for speed; here its every case is put before the engine that serves the
    officers.
    """
    procedure = read_text(text_of(name), name)
    walker = Walker(procedure, child=child)
    walker.run({})
    width = len(walker.bits)
    everybody = frozenset(role for action in procedure.actions.values() for role in action.by)
    step = max(1, len(walker.seen) // 4000)
    for case in walker.seen[::step]:
        stage = walker.names[case >> width]
        held = [bit for bit, mask in walker.bits.items() if case & mask]
        view = as_view(procedure.digest, stage, held, child=child)
        engine = {v.action.name for v in verdicts(procedure, view, everybody, NOW) if v.open}
        bits = case & ((1 << width) - 1)
        walk = {m.name for m in walker.moves[case >> width] if m.action is not None and met(m.gates, bits)}
        timed = {
            a.name
            for a in procedure.by_stage[stage]
            if any(s.timing is not None for s in procedure.gates[a.name])
        }
        # The walk drops a consent that nothing reads any more, and cannot tell if it may be taken back.
        unseen = {a.name for a in procedure.by_stage[stage] if a.consent and a.consent.act != "give"}
        assert engine - timed - unseen == walk - timed - unseen


def as_view(digest: str, stage: str, held: list[str], *, child: bool) -> CaseView:
    facts = {name: Fact(NOW) for name in held if not name.startswith("consent:")}
    if "hold_*" in facts:
        facts.pop("hold_*")
        facts["hold_legal"] = facts["hold_health"] = facts["hold_border"] = Fact(NOW)
    given = {
        name.removeprefix("consent:"): ConsentState("given", NOW, None, True, True)
        for name in held
        if ":" in name
    }
    return CaseView(digest, stage, NOW, facts, given, child)
