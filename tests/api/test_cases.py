"""A partner's system lists and reads the cases shared with its organisation, and never who they are about
unless the person agreed.
"""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from repatriation.records.trail import Trail
from repatriation.work.newcase import NewCase
from tests.api.conftest import Caller
from tests.web.casework.conftest import FAMILY_NAME, SOK, SPOKEN, World

WHY = {"purpose": "protection", "reason": "arrange_care"}


def trail(world: World, reference: str, tag: str) -> list[dict[str, object]]:
    """What the trail of a case says of one kind of event."""
    case_id = world.case(reference).id
    with world.house.doors.read() as session:
        rows = session.exec(
            select(Trail).where(Trail.chain == case_id, Trail.tag == tag).order_by(col(Trail.seq))
        ).all()
        return [{**row.detail, "organisation": row.organisation_id} for row in rows]


def test_only_cases_shared_with_the_organisation_are_listed(
    world: World, ministry: Caller, embassy: Caller
) -> None:
    reference = world.open_case()
    listed = ministry.get("/api/cases")
    assert [case["reference"] for case in listed.json["cases"]] == [reference]  # type: ignore[index]
    assert listed.json["cases"][0]["ours"] is True  # type: ignore[index]
    assert embassy.get("/api/cases").json == {"cases": []}


def test_pages_are_gone_through_by_their_cursors(world: World, ministry: Caller) -> None:
    opened = []
    for _ in range(53):
        world.clock.pass_by(seconds=1)
        opened.append(world.open_case(new=NewCase(route="tha-khm")))
    first = ministry.get("/api/cases", query_string={"order": "oldest"}).json
    assert first is not None
    last = ministry.get("/api/cases", query_string={"order": "oldest", "after": first["next"]}).json
    assert last is not None
    assert [case["reference"] for case in (*first["cases"], *last["cases"])] == opened
    assert "next" not in last


def test_a_foreign_case_and_none_at_all_are_answered_alike(world: World, embassy: Caller) -> None:
    foreign, absent = world.open_case(), "TK-2222-2222"
    body = {"on": "2026-11-20", "outcome": "seen"}
    for reference in (foreign, absent):
        seen = [
            embassy.get(f"/api/cases/{reference}"),
            embassy.get(f"/api/cases/{reference}", query_string=WHY),
            embassy.get(f"/api/cases/{reference}/actions"),
            embassy.post(f"/api/cases/{reference}/actions/presume", {}, version=1),
            embassy.post(f"/api/cases/{reference}/actions/nothing", {}, version=1),
            embassy.post("/api/visits", {**body, "case": reference}),
        ]
        assert {answer.status_code for answer in seen} == {404}
        assert {answer.text for answer in seen} == {seen[0].text}
    assert not trail(world, foreign, "person:identity:opened")


def test_a_case_is_read_with_what_is_on_file_and_not_who_it_is_about(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    answer = ministry.get(f"/api/cases/{reference}")
    assert answer.json is not None
    assert answer.headers["ETag"] == '"1"'
    assert answer.json["version"] == 1
    assert answer.json["procedure"] == world.case(reference).digest
    assert [consent["stands"] for consent in answer.json["consents"]] == [True, False, False]
    assert "person" not in answer.json
    for hidden in (FAMILY_NAME, "Found at the pier", "Interpreter", "Officer"):
        assert hidden not in answer.text
    assert not trail(world, reference, "person:identity:opened")


def test_who_the_person_is_opens_for_a_purpose_they_agreed_to_and_is_written_down(
    world: World, ministry: Caller
) -> None:
    reference = world.open_case()
    answer = ministry.get(f"/api/cases/{reference}", query_string=WHY)
    assert answer.json is not None
    assert answer.json["person"] == {"names": [{"script": "latn", "given": "Minh", "family": FAMILY_NAME}]}
    (event,) = trail(world, reference, "person:identity:opened")
    assert event == {**WHY, "organisation": world.officers["datip"].organisation_id}


def test_without_consent_to_the_purpose_nothing_opens(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    for purpose in ("return", "sharing", "tracing", "notification", "follow_up"):
        answer = ministry.get(f"/api/cases/{reference}", query_string={**WHY, "purpose": purpose})
        assert (answer.status_code, answer.json and answer.json["code"]) == (403, "not_agreed")
        assert FAMILY_NAME not in answer.text
    assert not trail(world, reference, "person:identity:opened")


def test_a_consent_opens_only_to_the_roles_it_names(world: World, admit: Callable[..., Caller]) -> None:
    reference = world.open_case()  # the police know of it; protection was agreed to with others
    police = admit("thai-police")
    assert police.get(f"/api/cases/{reference}").status_code == 200
    assert police.get(f"/api/cases/{reference}", query_string=WHY).json["code"] == "not_agreed"  # type: ignore[index]


def test_a_child_says_yes_only_together_with_a_guardian(world: World, ministry: Caller) -> None:
    child = SOK.model_copy(update={"age_group": "child"})
    reference = world.open_case(new=child)
    answer = ministry.get(f"/api/cases/{reference}", query_string=WHY)
    assert answer.json is not None
    assert answer.json["code"] == "not_agreed"


def test_taking_the_consent_back_shuts_it_at_once(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    assert ministry.get(f"/api/cases/{reference}", query_string=WHY).status_code == 200
    world.take("datip", reference, "withdraw_consent_to_protection", SPOKEN)
    assert ministry.get(f"/api/cases/{reference}", query_string=WHY).json["code"] == "not_agreed"  # type: ignore[index]


def test_without_the_scope_nothing_opens(world: World, admit: Callable[..., Caller]) -> None:
    reference = world.open_case()
    reader = admit("datip", "cases:read")
    assert reader.get(f"/api/cases/{reference}").status_code == 200
    answer = reader.get(f"/api/cases/{reference}", query_string=WHY)
    assert (answer.status_code, answer.json and answer.json["code"]) == (403, "insufficient_scope")
    assert not trail(world, reference, "person:identity:opened")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"purpose": "protection"}, "reason"),
        ({"reason": "safety"}, "purpose"),
        ({"purpose": "curiosity", "reason": "safety"}, "purpose"),
        ({"purpose": "protection", "reason": "because"}, "reason"),
    ],
)
def test_a_purpose_and_a_reason_come_together_and_from_closed_lists(
    world: World, ministry: Caller, asked: dict[str, str], parameter: str
) -> None:
    reference = world.open_case()
    answer = ministry.get(f"/api/cases/{reference}", query_string=asked)
    assert answer.json is not None
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (422, parameter)


def test_closed_actions_come_with_their_reasons_in_codes_and_words(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    answer = ministry.get(f"/api/cases/{reference}/actions")
    assert answer.json is not None
    assert answer.headers["ETag"] == '"1"'
    actions = {action["name"]: action for action in answer.json["actions"]}
    assert actions["presume"]["open"]
    assert actions["presume"]["paper"] == "screening_form"
    assert actions["presume"]["paper_needed"]
    closed = actions["lift_hold_consent"]
    assert not closed["open"]
    assert closed["reasons"][0]["code"] == "consent_missing"
    assert closed["reasons"][0]["about"] == "return"
    assert closed["reasons"][0]["words"].startswith("The person has not been asked: ")
    assert closed["grounding"] == "assumed"
    assert "<" not in answer.text


def test_words_are_in_the_language_asked_for(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    thai = ministry.get(f"/api/cases/{reference}/actions", headers={"Accept-Language": "th, en;q=0.5"})
    english = ministry.get(f"/api/cases/{reference}/actions")
    assert thai.json is not None
    assert english.json is not None
    assert thai.json["actions"][0]["words"] != english.json["actions"][0]["words"]
    assert thai.json["actions"][0]["name"] == english.json["actions"][0]["name"]


def test_the_list_of_actions_is_the_one_that_enforces(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    for action in ministry.get(f"/api/cases/{reference}/actions").json["actions"]:  # type: ignore[index]
        if action["open"]:
            continue
        refused = ministry.post(f"/api/cases/{reference}/actions/{action['name']}", {}, version=1)
        assert refused.json is not None
        assert refused.status_code in (403, 409), refused.text
        told = [(error["code"], error["about"], error["detail"]) for error in refused.json["errors"]]
        assert told == [(why["code"], why["about"], why["words"]) for why in action["reasons"]]
