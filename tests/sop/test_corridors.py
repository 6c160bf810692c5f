"""What the four routes say, held against what is known of them, so that a change of procedure shows here."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sop import vocabulary as words
from sop.clocks import load
from sop.deadlines import due
from sop.engine import begin, follow, verdicts
from sop.procedure import Procedure
from sop.rules import stages_before_handover
from sop.safeguards import SAFEGUARDS
from sop.shelf import NotOnTheShelf, stock
from sop.view import CaseView, Fact
from sop.vocabulary import HOLDS
from tests.sop.sabotage import FILES, FULL, read_text, text_of

PROCEDURES = {name: read_text(text_of(name), name) for name in FILES}
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TAIL = (
    "received",
    "reception_screening",
    "placement_pending",
    "pre_integration",
    "integrated",
    "follow_up",
    "closed",
)


def test_there_are_four_routes_two_in_each_direction() -> None:
    assert {(p.host, p.home) for p in PROCEDURES.values()} == {
        ("THA", "KHM"),
        ("KHM", "THA"),
        ("KHM", "VNM"),
        ("VNM", "KHM"),
    }


def limits(procedure: Procedure) -> set[tuple[str, int, str, str, str]]:
    return {
        (action.name, limit.value, limit.unit, limit.force, limit.basis)
        for action in procedure.actions.values()
        for limit in action.within
    }


def test_cambodia_has_no_time_limit_for_none_was_found() -> None:
    for procedure in PROCEDURES.values():
        for action in procedure.actions.values():
            for limit in action.within:
                assert limit.calendar != "KHM", action.name


def test_thailand_has_its_two_sourced_limits_and_no_other() -> None:
    assert {limit[1:] for limit in limits(PROCEDURES["tha-khm-2019.toml"])} == {
        (24, "hours", "soft", "UNIAP-TH"),
        (15, "days", "firm", "TIP-TH-23"),
    }
    assert limits(PROCEDURES["khm-tha-2019.toml"]) == set()


def test_viet_nam_has_its_sourced_limits_on_both_routes() -> None:
    home = {limit[1:3] for limit in limits(PROCEDURES["khm-vnm-2009.toml"])}
    assert {(20, "working days"), (10, "working days"), (5, "working days"), (0, "hours")} <= home
    host = {limit[1:3] for limit in limits(PROCEDURES["vnm-khm-2009.toml"])}
    assert {(3, "days"), (5, "days")} <= host


@pytest.mark.parametrize("name", FILES)
def test_every_limit_names_its_source_and_says_since_when_or_that_it_is_not_known(name: str) -> None:
    procedure = PROCEDURES[name]
    for action in procedure.actions.values():
        for limit in action.within:
            assert limit.basis in procedure.sources
            assert limit.valid_from is not None or limit.note


@pytest.mark.parametrize("name", FILES)
def test_a_limit_of_the_law_of_2024_counts_only_since_it_is_in_force(name: str) -> None:
    for action in PROCEDURES[name].actions.values():
        for limit in action.within:
            if limit.basis.startswith("LAW24"):
                assert limit.valid_from == date(2025, 7, 1), action.name


def test_a_figure_whose_use_here_is_inferred_is_assumed() -> None:
    """The circular of 2008 has lapsed, and the five days are told of people who are expelled."""
    for action in PROCEDURES["khm-vnm-2009.toml"].actions.values():
        for limit in action.within:
            if limit.basis in ("UNIAP-VN", "DVC-Q"):
                assert limit.grounding == "assumed", action.name


def test_a_law_is_in_force_from_the_midnight_of_its_own_country() -> None:
    procedure = PROCEDURES["khm-vnm-2009.toml"]
    midnight = datetime(2025, 6, 30, 17, tzinfo=UTC)
    running = []
    for entered in (midnight - timedelta(seconds=1), midnight):
        view = CaseView(procedure.digest, "received", entered, {}, {}, child=False)
        running.append({d.action.name for d in due(procedure, view, entered, load())})
    assert running == [set(), {"keep_foreign_identification", "begin_screening"}]


def test_the_province_is_told_three_days_ahead_as_viet_nam_counts_days() -> None:
    midnight = datetime(2026, 3, 26, 17, tzinfo=UTC)
    gate = SAFEGUARDS["province_told_in_time"].timing
    assert gate is not None
    in_time = []
    for told in (midnight - timedelta(seconds=1), midnight):
        facts = {"province_told": Fact(told), "handover_scheduled": Fact(told, on=date(2026, 3, 29))}
        in_time.append(gate(CaseView("", "scheduled", told, facts, {}, child=False)))
    assert in_time == [True, False]


@pytest.mark.parametrize("name", FULL)
def test_every_route_has_every_exit_and_every_hold(name: str) -> None:
    procedure = PROCEDURES[name]
    ends = {stage.name for stage in procedure.stages.values() if stage.end}
    assert {
        "closed",
        "not_identified",
        "declined_assistance",
        "consent_withdrawn",
        "acceptance_refused",
        "nationality_not_confirmed",
        "remains_in_host",
        "third_country",
        "transferred_other_route",
        "lost_contact",
        "deceased",
        "retrafficked",
    } == ends
    for hold in HOLDS:
        assert procedure.recorded_by(hold), hold
        assert any(hold in action.clears for action in procedure.actions.values()), hold


@pytest.mark.parametrize("name", FULL)
def test_a_return_may_begin_at_the_mission_at_the_scene_and_at_the_gate(name: str) -> None:
    procedure = PROCEDURES[name]
    entries = {stage.name for stage in procedure.stages.values() if stage.entry}
    assert entries == {"requested", "reported", "received"}
    assert procedure.stages["requested"].responsible == "home.consulate"
    assert procedure.stages["received"].responsible.startswith("home.")


@pytest.mark.parametrize("name", FILES)
def test_the_person_can_stay_from_every_stage_before_the_handover(name: str) -> None:
    procedure = PROCEDURES[name]
    assert stages_before_handover(procedure) <= procedure.actions["stay"].frm
    assert procedure.actions["stay"].requires == ()


@pytest.mark.parametrize("name", FILES)
def test_whatever_was_agreed_to_can_be_taken_back_up_to_the_gate(name: str) -> None:
    procedure = PROCEDURES[name]
    before = [stage for stage in procedure.stages if stage in stages_before_handover(procedure)]
    for consent in procedure.consents.values():
        asked = [before.index(stage) for stage in consent.frm & set(before)]
        if asked:
            assert set(before[min(asked) :]) <= consent.frm, consent.name


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_ended_can_be_reopened_once(name: str) -> None:
    procedure = PROCEDURES[name]
    reopen = procedure.actions["reopen"]
    assert {"closed", "lost_contact", "retrafficked"} & set(procedure.stages) <= reopen.frm
    view = CaseView(procedure.digest, "closed", NOW, {}, {}, child=False)
    once = follow(procedure, view, "reopen", frozenset(reopen.by), NOW).view
    [again] = [v for v in verdicts(procedure, once, frozenset(reopen.by), NOW) if v.action.name == "reopen"]
    assert not again.open


def test_the_cambodian_reception_is_alike_on_both_routes_home() -> None:
    thai, vietnamese = PROCEDURES["tha-khm-2019.toml"], PROCEDURES["vnm-khm-2009.toml"]
    for name in TAIL:
        ours, theirs = thai.stages[name], vietnamese.stages[name]
        assert (ours.responsible, ours.phase, ours.entry, ours.end, ours.text["km"]) == (
            theirs.responsible,
            theirs.phase,
            theirs.entry,
            theirs.end,
            theirs.text["km"],
        )
        assert acts(thai, name) == acts(vietnamese, name), name


def acts(procedure: Procedure, stage: str) -> dict[str, tuple[object, ...]]:
    """What may be done at home in a stage, by whom at home. The two hosts differ, and so do their parts."""
    return {
        action.name: (
            action.to,
            {role for role in action.by if not role.startswith("host.")},
            set(action.requires),
            set(action.records),
            set(action.clears),
        )
        for action in procedure.by_stage[stage]
        if action.consent is None and any(not role.startswith("host.") for role in action.by)
    }


def test_from_viet_nam_acceptance_comes_with_the_travel_document_and_exit_follows() -> None:
    procedure = PROCEDURES["vnm-khm-2009.toml"]
    accept = procedure.actions["accept_return"]
    assert accept.basis == "JC14-A9"
    assert "travel_document_issued" in accept.records
    assert procedure.actions["issue_exit_permit"].frm == {"acceptance_received"}
    thai = PROCEDURES["tha-khm-2019.toml"].actions
    assert "travel_document_issued" not in thai["accept_return"].records
    assert thai["issue_travel_document"].frm >= {"acceptance_received"}


def test_mosvys_four_stages_have_their_names_only_on_the_cambodian_side() -> None:
    for name in ("tha-khm-2019.toml", "vnm-khm-2009.toml"):
        for stage in ("pre_integration", "integrated", "follow_up", "closed"):
            assert PROCEDURES[name].stages[stage].basis == "PPP-2023"
    for stage in ("pre_integration", "integrated", "follow_up", "closed"):
        assert PROCEDURES["khm-vnm-2009.toml"].stages[stage].basis != "PPP-2023"


@pytest.mark.parametrize("name", ["khm-vnm-2009.toml", "vnm-khm-2009.toml"])
def test_under_identification_is_a_state_with_entitlements(name: str) -> None:
    entitlements = PROCEDURES[name].stages["under_identification"].entitlements
    assert entitlements
    assert any(each.basis == "LAW24-37" for each in entitlements)


def test_an_unannounced_arrival_is_screened_after_the_border() -> None:
    procedure = PROCEDURES["tha-khm-2019.toml"]
    view = begin(procedure, "received", NOW, child=False)
    roles = frozenset(role for action in procedure.actions.values() for role in action.by)
    opened = {v.action.name for v in verdicts(procedure, view, roles, NOW) if v.open}
    assert "begin_screening" in opened
    assert "keep_foreign_identification" not in opened


def test_the_clock_on_the_thai_reflection_runs_fifteen_days_and_says_whose_it_is() -> None:
    procedure = PROCEDURES["tha-khm-2019.toml"]
    facts = {"presumed": Fact(NOW), "reflection_begun": Fact(NOW)}
    view = CaseView(procedure.digest, "under_identification", NOW, facts, {}, child=False)
    running = [d for d in due(procedure, view, NOW, load()) if d.action.name == "identify"]
    assert [(d.on.isoformat() if d.on else None, d.by) for d in running] == [
        ("2026-03-17", ("host.identification",))
    ]


@pytest.mark.parametrize("name", FILES)
def test_the_words_stand_in_every_language_of_the_route_and_say_who_stands_for_them(name: str) -> None:
    procedure = PROCEDURES[name]
    texts = [stage.text for stage in procedure.stages.values()]
    texts += [action.text for action in procedure.actions.values()]
    for text in [*texts, *(consent.text for consent in procedure.consents.values())]:
        assert set(procedure.languages) <= set(text)
    for language in procedure.languages:
        assert procedure.wording[language] in words.WORDINGS
    assert procedure.wording["km"] == "machine"


def test_the_shelf_pins_a_case_to_the_very_file() -> None:
    shelf = stock()
    for procedure in shelf:
        assert shelf.pinned(procedure.digest) is procedure
    with pytest.raises(NotOnTheShelf):
        shelf.pinned("0" * 64)
    with pytest.raises(NotOnTheShelf):
        shelf.in_force("tha-khm", NOW.date().replace(year=2018))
    assert [p.route for p in shelf.routes(NOW.date())] == ["khm-tha", "khm-vnm", "tha-khm", "vnm-khm"]
