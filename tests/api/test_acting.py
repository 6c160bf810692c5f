"""A partner's system opens a return request and carries it on, by the rules that officers work by."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from repatriation.records.cases import CaseFile
from repatriation.records.papers import Paper
from repatriation.records.people import PersonName
from repatriation.records.sealing import Safe
from repatriation.work.particulars import Particulars
from repatriation.work.reading import case_page
from tests.api.conftest import Caller
from tests.web.casework.conftest import SPOKEN, World

REQUEST: dict[str, Any] = {
    "route": "tha-khm",
    "stage": "reported",
    "age_group": "adult",
    "person": {
        "names": [{"script": "latn", "given": "Tonle", "family": "Exampledemonstration"}],
        "birthdate": "2001-02-03",
        "gender": "Feminine",
        "citizenship": ["KHM"],
    },
    "account": {"type_of_exploitation": ["ForcedLabour"]},
    "consent": {"name": "protection", "language": "km", "how": "spoken"},
    "note": "Came to the shelter by herself.",
}
SCREENED = {"fields": {"person": {}, "result": {"outcome": "presumed"}}}


def act(caller: Caller, reference: str, action: str, version: int, body: Any = None, **kwargs: Any) -> Any:
    """Take an action."""
    return caller.post(f"/api/cases/{reference}/actions/{action}", body or {}, version=version, **kwargs)


def test_a_return_request_is_opened_and_its_person_is_sealed(world: World, ministry: Caller) -> None:
    answer = ministry.post("/api/cases", REQUEST)
    assert answer.json is not None
    assert answer.status_code == 201, answer.text
    reference = answer.json["reference"]
    assert answer.headers["Location"] == f"/api/cases/{reference}"
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    case = world.case(reference)
    assert (case.stage, case.age_group) == ("reported", "adult")
    with world.house.doors.read() as session:
        row = session.exec(select(PersonName).where(PersonName.case_id == case.id)).one()
        assert b"Example" not in (row.family or b"")
        assert Safe(world.house.keyring).key_of(case).open_from(row)["family"] == "Exampledemonstration"
    page = case_page(world.house, world.officers["datip"], world.clock(), reference)
    assert page.trail[-1].tag == "case:opened"
    assert page.trail[-1].body is not None
    assert page.trail[-1].body.code == "datip"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_opens_may_also_be_read_by_pages(world: World, ministry: Caller) -> None:
    reference = ministry.post("/api/cases", REQUEST).json["reference"]  # type: ignore[index]
    assert world.browser("datip").open(f"/cases/{reference}").status_code == 200


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "status", "code", "pointer"),
    [
        ({"route": "tha-mmr"}, 422, "invalid", "/route"),
        ({"stage": "scheduled"}, 409, "not_allowed", None),
        ({"stage": "received"}, 403, "not_yours", None),
        ({"consent": {"name": "return"}}, 422, "invalid", "/consent"),
        ({"person": {"names": [{"script": "latn"}]}}, 422, "invalid", "/person/names/0"),
        ({"person": {"nickname": "x"}}, 422, "invalid", "/person"),
        ({"reopens": "TK-2222-2222"}, 422, "invalid", ""),
        ({"account": {"unrecognised": {"a": "b"}}}, 422, "invalid", "/account"),
    ],
)
def test_a_request_that_cannot_be_opened_says_what_is_wrong_with_it(
    world: World, ministry: Caller, wrong: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    answer = ministry.post("/api/cases", {**REQUEST, **wrong})
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.json["errors"][0].get("pointer") == pointer
    assert "Exampledemonstration" not in answer.text
    with world.house.doors.read() as session:
        assert session.exec(select(CaseFile)).all() == []


def test_a_step_goes_the_way_of_every_step_and_brings_its_paper(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    answer = act(ministry, reference, "presume", 1, {"paper": SCREENED})
    assert answer.status_code == 200, answer.text
    assert (answer.json["version"], answer.json["stage"]) == (2, "under_identification")
    assert answer.headers["ETag"] == '"2"'
    with world.house.doors.read() as session:
        paper = session.exec(select(Paper)).one()
    assert (paper.number, paper.kind, paper.languages) == (answer.json["paper"], "screening_form", "th km")
    assert world.case(reference).version == 2


def test_an_action_that_needs_a_paper_says_so(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    answer = act(ministry, reference, "presume", 1)
    assert (answer.status_code, answer.json["code"]) == (422, "paper_needed")
    assert answer.json["errors"] == [{"code": "needed", "pointer": "/paper", "about": "screening_form"}]
    assert world.case(reference).version == 1


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_paper_that_cannot_be_made_says_which_field(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    for paper, pointer in (
        ({"fields": {"person": {}}}, "/paper/fields/result"),
        ({"fields": {"person": {}, "result": {"outcome": "perhaps"}}}, "/paper/fields/result/outcome"),
        ({**SCREENED, "languages": ["vi", "en"]}, "/paper/languages"),
    ):
        answer = act(ministry, reference, "presume", 1, {"paper": paper})
        assert (answer.status_code, answer.json["code"]) == (422, "invalid"), answer.text
        assert answer.json["errors"][0]["pointer"] == pointer
    assert world.case(reference).version == 1


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_paper_sent_with_an_action_that_has_none_is_refused(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    answer = act(
        ministry,
        reference,
        "no_indicators",
        1,
        {"authority": "DATIP", "note": "Nothing was found.", "paper": SCREENED},
    )
    assert answer.json["errors"] == [{"code": "not_asked", "pointer": "/paper"}]


def test_an_action_is_for_the_role_that_holds_it(world: World, admit: Callable[..., Caller]) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    police = admit("thai-police")
    closed = [
        action["name"]
        for action in police.get(f"/api/cases/{reference}/actions").json["actions"]  # type: ignore[index]
        if any(why["code"] == "role" for why in action["reasons"])
    ]
    assert closed
    for action in closed[:3]:
        answer = act(police, reference, action, 2)
        assert (answer.status_code, answer.json["code"]) == (403, "not_yours")
    assert world.case(reference).version == 2


def test_a_scope_of_reading_does_not_act(world: World, admit: Callable[..., Caller]) -> None:
    reference = world.open_case()
    reader = admit("datip", "cases:read")
    for answer in (
        act(reader, reference, "presume", 1, {"paper": SCREENED}),
        reader.post("/api/cases", REQUEST),
        reader.post("/api/visits", {"case": reference, "on": "2026-11-20", "outcome": "seen"}),
        reader.get("/api/visits"),
        reader.get("/api/documents/TH26-2222-2222"),
    ):
        assert (answer.status_code, answer.json and answer.json["code"]) == (403, "insufficient_scope")
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


def test_whoever_looked_before_somebody_else_acted_is_told(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    answer = act(ministry, reference, "presume", 1, {"paper": SCREENED})
    assert (answer.status_code, answer.json["code"]) == (412, "moved_on")
    assert answer.headers["ETag"] == '"2"'


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("tag", "status"),
    [(None, 428), ("*", 428), ('W/"1"', 400), ("1", 400), ('"one"', 400), ('"1", "2"', 400), ('"2"', 412)],
)
def test_a_step_names_the_version_that_was_read(
    world: World, ministry: Caller, tag: str | None, status: int
) -> None:
    reference = world.open_case()
    headers = {"If-Match": tag} if tag is not None else {}
    answer = ministry.post(f"/api/cases/{reference}/actions/presume", {"paper": SCREENED}, headers=headers)
    assert answer.status_code == status, answer.text
    assert world.case(reference).version == 1


def test_the_person_s_own_word_is_taken_down_through_the_api(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    answer = act(
        ministry,
        reference,
        "consent_to_notification",
        1,
        {
            "language": "km",
            "how": "spoken",
            "paper": {"fields": {"person": {}, "matter": {"purpose": "notification", "decision": "given"}}},
        },
    )
    assert answer.status_code == 200, answer.text
    stands = {
        consent["name"]: consent["stands"]
        for consent in ministry.get(f"/api/cases/{reference}").json["consents"]  # type: ignore[index]
    }
    assert stands["notification"]


def test_a_case_reaches_the_embassy_only_when_it_is_told(
    world: World, ministry: Caller, embassy: Caller
) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    world.take("datip", reference, "begin_reflection")
    world.take("datip", reference, "identify", Particulars(authority="DATIP"))
    world.take("datip", reference, "consent_to_notification", SPOKEN)
    assert embassy.get(f"/api/cases/{reference}").status_code == 404
    actions = ministry.get(f"/api/cases/{reference}/actions").json["actions"]  # type: ignore[index]
    told = {
        action["name"]: action["tells"]["to"] for action in actions if action["open"] and "tells" in action
    }
    assert told["notify_origin"] == ["home.consulate"]
    world.take("datip", reference, "notify_origin")
    shared = embassy.get(f"/api/cases/{reference}")
    assert shared.status_code == 200
    assert "home.consulate" in shared.json["roles"]  # type: ignore[index]
    seen = embassy.get(
        f"/api/cases/{reference}", query_string={"purpose": "notification", "reason": "verify_nationality"}
    )
    assert seen.json["person"]["names"][0]["given"] == "Minh"  # type: ignore[index]
