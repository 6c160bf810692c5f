"""A silent file is not believed: what crosses, tells or calls a child safe is known by what it does."""

import re

import pytest

from sop.floor import examine, stand
from sop.reader import ProcedureError
from tests.sop.sabotage import FILES, FULL, block_of, change_action, read_text, text_of, without_gate


def found(text: str, name: str) -> set[tuple[str, str]]:
    return {(breach.code, breach.place) for breach in examine(read_text(text, name)).breaches}


def silenced(text: str, action: str, key: str, *gates: str) -> str:
    """The file with a key of an action left out, and its gates with it."""
    for gate in gates:
        if f'"{gate}"' in block_of(text, action):
            text = without_gate(text, action, gate)
    return change_action(text, action, rf"^{key} *=.*$\n?", "")


def in_stage(text: str, stage: str, key: str, value: str) -> str:
    spoiled, count = re.subn(
        rf"(?ms)(^\[stages\.{stage}\]$.*?^{key} *= *)[^\n]*", rf"\g<1>{value}", text, count=1
    )
    assert count, stage
    return spoiled


def consent(text: str, name: str) -> str:
    block = re.search(rf"(?ms)^\[consents\.{name}\]$.*?(?=^\[|^# -)", text)
    assert block, name
    return block[0]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("action", ["depart", "complete_handover"])
def test_a_move_that_does_not_call_itself_one_is_found_by_where_it_leads(name: str, action: str) -> None:
    spoiled = silenced(text_of(name), action, "moves", "consent_to_return", "no_hold")
    assert ("moves_without_consent", f"action {action}") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_calls_every_place_preparation_still_moves_nobody_unasked(name: str) -> None:
    spoiled = text_of(name)
    for action in ("depart", "complete_handover"):
        spoiled = silenced(spoiled, action, "moves", "consent_to_return", "no_hold")
    spoiled = re.sub(r'(?m)^phase *= *"(return|reception|reintegration)"', 'phase = "preparation"', spoiled)
    assert ("moves_without_consent", "stage closed") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_no_case_begins_on_the_road(name: str) -> None:
    spoiled = text_of(name).replace("[stages.in_transit]\n", "[stages.in_transit]\nentry = true\n")
    assert ("moves_without_consent", "stage in_transit") in found(spoiled, name)


@pytest.mark.parametrize("name", FULL)
def test_nobody_is_moved_by_an_act_that_any_officer_may_enter_for_them(name: str) -> None:
    spoiled = change_action(text_of(name), "depart", r"^by *=.*$", 'by = ["person"]')
    assert ("moves_without_consent", "action depart") in found(spoiled, name)


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize(
    ("action", "gate"),
    [
        ("notify_origin", "consent_to_notification"),
        ("request_acceptance", "consent_to_sharing"),
        ("request_family_tracing", "consent_to_tracing"),
        ("schedule_handover", "consent_to_sharing"),
        ("offer_referral", "consent_to_referral"),
    ],
)
def test_what_tells_somebody_is_found_though_it_does_not_say_so(name: str, action: str, gate: str) -> None:
    spoiled = silenced(text_of(name), action, "discloses", gate)
    assert ("discloses_without_consent", f"action {action}") in found(spoiled, name)


@pytest.mark.parametrize("name", FULL)
def test_the_embassy_is_not_told_under_consent_to_something_else(name: str) -> None:
    text = text_of(name)
    asked = consent(text, "protection")
    spoiled = text.replace(asked, re.sub(r"(?m)^to = \[", 'to = ["home.consulate", ', asked))
    extra = block_of(spoiled, "place_in_shelter")
    telling = re.sub(
        r"(?m)^discloses.*$", 'discloses = {purpose = "protection", to = ["home.consulate"]}', extra
    )
    telling = re.sub(r"(?m)^records.*$\n", "", telling.replace('"place_in_shelter"', '"tell_by_the_way"'))
    spoiled = spoiled.replace(extra, extra + "\n" + telling)
    assert ("notifies_against_objection", "action tell_by_the_way") in found(spoiled, name)


@pytest.mark.parametrize("name", FULL)
def test_a_consent_that_cannot_be_taken_back_where_it_is_used_is_no_live_consent(name: str) -> None:
    text = text_of(name)
    asked = consent(text, "sharing")
    spoiled = text.replace(asked, re.sub(r'(?m)(^from = .*?)"documents_ready", ', r"\1", asked))
    assert spoiled != text
    places = {place for code, place in found(spoiled, name) if code == "discloses_without_consent"}
    assert "action schedule_handover" in places


@pytest.mark.parametrize("name", FILES)
def test_there_is_one_consent_to_return_so_that_taking_it_back_is_enough(name: str) -> None:
    text = text_of(name)
    asked = consent(text, "return")
    second = re.sub(r"(?m)^(withdraw|refuse|give) *=.*$\n", "", asked).replace(
        "consents.return", "consents.going"
    )
    spoiled = text.replace(asked, asked + second).replace('"consent_to_return"', '"consent_to_going"')
    assert ("consent_is_final", "consent going") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_child_is_not_made_safe_in_passing(name: str) -> None:
    spoiled = change_action(
        text_of(name), "decide_return", r"^by *=", 'records = ["best_interests_return"]\nby ='
    )
    assert ("moves_child", "action decide_return") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_family_is_found_suitable_by_a_body_that_answers_for_it(name: str) -> None:
    for somebody in ("person", "support.ngo"):
        spoiled = change_action(text_of(name), "find_family_suitable", r"^by *=.*$", f'by = ["{somebody}"]')
        assert ("moves_child", "action find_family_suitable") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("action", ["determine_return_not_in_best_interests", "find_family_unsuitable"])
def test_what_is_found_against_a_childs_return_ends_what_was_found_for_it(name: str, action: str) -> None:
    spoiled = change_action(text_of(name), action, r"^clears *=.*$\n", "")
    assert ("moves_child", f"action {action}") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_lost_place_of_care_can_be_said_on_the_day_of_departure(name: str) -> None:
    spoiled = change_action(text_of(name), "lose_alternative_care", r'"scheduled",? ?', "")
    assert ("moves_child", "stage scheduled") in found(spoiled, name)


@pytest.mark.parametrize("name", FULL)
def test_no_child_is_placed_where_nobody_is_known_to_be_safe(name: str) -> None:
    spoiled = without_gate(text_of(name), "place_in_community", "child_family_or_care")
    assert ("moves_child", "action place_in_community") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_an_agency_that_has_ceased_to_be_answers_for_nobody(name: str) -> None:
    role = read_text(text_of(name), name).stages["verifying"].responsible.partition(".")[2]
    spoiled = re.sub(
        rf"(?ms)(^{role} = \[\n  \{{[^\n]*?)(?:from = [-0-9]+, )?basis =",
        r"\1to = 2026-01-31, basis =",
        text_of(name),
        count=1,
    )
    assert spoiled != text_of(name)
    details = [breach.detail for breach in examine(read_text(spoiled, name)).breaches]
    assert any("is no agency of this file on 2026-02-01" in detail for detail in details)


@pytest.mark.parametrize("name", FILES)
def test_after_the_border_the_host_country_no_longer_answers(name: str) -> None:
    spoiled = in_stage(text_of(name), "received", "responsible", '"host.coordination"')
    assert ("nobody_responsible", "stage received") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_the_way_on_is_not_left_to_an_organisation_that_need_not_be_there(name: str) -> None:
    spoiled = change_action(text_of(name), "begin_screening", r"^by *=.*$", 'by = ["support.ngo"]')
    assert ("nobody_responsible", "action begin_screening") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_never_closes_a_case_is_refused_in_a_sentence(name: str) -> None:
    spoiled = text_of(name).replace("[stages.closed]", "[stages.finished]").replace('"closed"', '"finished"')
    assert ("stuck", "stages") in found(spoiled, name)


@pytest.mark.parametrize("name", FILES)
def test_a_hold_that_nothing_asks_for_is_refused(name: str) -> None:
    with pytest.raises(ProcedureError, match=r"“hold_illness” is not a known hold"):
        read_text(text_of(name).replace("hold_health", "hold_illness"), name)
    with pytest.raises(ProcedureError, match=r"“hold_mind” is not a known hold"):
        read_text(text_of(name).replace('hold = "hold_consent"', 'hold = "hold_mind"'), name)


def test_a_file_with_more_cases_than_can_be_proved_is_refused_before_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sop.walker.MOST", 1_000)
    with pytest.raises(ProcedureError, match="too many to prove"):
        stand(read_text(text_of(FULL[0]), FULL[0]))
