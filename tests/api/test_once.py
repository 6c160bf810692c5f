"""What is sent twice under one key is done once, whatever happens in between."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import func, select

from repatriation.records.cases import CaseFile
from repatriation.records.partners import KeptAnswer
from repatriation.web.api import once
from repatriation.work.partners import answers, ledger
from tests.api.conftest import Caller
from tests.api.test_acting import REQUEST, SCREENED, act
from tests.web.casework.conftest import World


def cases(world: World) -> int:
    """How many cases there are."""
    with world.house.doors.read() as session:
        return session.exec(select(func.count()).select_from(CaseFile)).one()


def test_the_same_request_again_gets_the_first_answer_and_does_nothing(
    world: World, ministry: Caller
) -> None:
    first = ministry.post("/api/cases", REQUEST, key="one")
    again = ministry.post("/api/cases", REQUEST, key="one")
    assert (again.status_code, again.json) == (first.status_code, first.json)
    for header in ("ETag", "Location", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert cases(world) == 1


def test_the_same_key_with_something_else_is_refused(world: World, ministry: Caller) -> None:
    ministry.post("/api/cases", REQUEST, key="one")
    for other in (
        ministry.post("/api/cases", {**REQUEST, "age_group": "child"}, key="one"),
        ministry.post("/api/visits", REQUEST, key="one"),
    ):
        assert (other.status_code, other.json and other.json["code"]) == (422, "key_reused")
    assert cases(world) == 1


def test_another_version_is_another_request(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    assert act(ministry, reference, "presume", 1, {"paper": SCREENED}, key="one").status_code == 200
    assert act(ministry, reference, "presume", 2, {"paper": SCREENED}, key="one").json["code"] == "key_reused"
    again = act(ministry, reference, "presume", 1, {"paper": SCREENED}, key="one")
    assert (again.status_code, again.json["version"]) == (200, 2)


def test_a_key_means_something_only_to_the_partner_whose_it_is(
    world: World, ministry: Caller, admit: Callable[..., Caller]
) -> None:
    ministry.post("/api/cases", REQUEST, key="one")
    other = admit("thai-police").post("/api/cases", {**REQUEST, "organisation": "datip"}, key="one")
    assert other.status_code == 201, other.text
    assert cases(world) == 2


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", [None, "", " ", "a b", "é", "x" * 201])
def test_every_post_has_a_key(world: World, ministry: Caller, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = ministry.post("/api/cases", REQUEST, key=None, headers=headers)
    assert (answer.status_code, answer.json and answer.json["code"]) == (400, "key_needed")
    assert cases(world) == 0


def test_what_came_to_nothing_may_be_put_right_under_the_same_key(world: World, ministry: Caller) -> None:
    assert ministry.post("/api/cases", {**REQUEST, "route": "tha-mmr"}, key="one").status_code == 422
    assert ministry.post("/api/cases", REQUEST, key="one").status_code == 201


def test_while_it_is_under_way_the_same_request_waits(
    world: World, ministry: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    begin = answers.begin

    def begin_and_call_again(*given: Any) -> Any:
        first = begin(*given)
        monkeypatch.setattr(answers, "begin", begin)
        seen.append(ministry.post("/api/cases", REQUEST, key="one"))
        return first

    monkeypatch.setattr(answers, "begin", begin_and_call_again)
    assert ministry.post("/api/cases", REQUEST, key="one").status_code == 201
    (meanwhile,) = seen
    assert (meanwhile.status_code, meanwhile.json["code"]) == (409, "under_way")
    assert meanwhile.headers["Retry-After"] == "1"
    assert cases(world) == 1


def test_of_many_at_once_one_is_carried_out(world: World, admit: Callable[..., Caller]) -> None:
    ministry = admit("datip")
    ministry.get("/api/cases")  # so that all have a token and a nonce
    seen: list[int] = []

    def send() -> None:
        seen.append(ministry.post("/api/cases", REQUEST, key="one").status_code)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) <= {201, 409}
    assert 201 in seen
    assert cases(world) == 1


@pytest.mark.parametrize("path", ["/api/cases", "step"])
def test_a_process_that_died_before_it_kept_its_answer_did_the_work_once(
    world: World, ministry: Caller, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    reference = world.open_case()

    def send() -> Any:
        if path == "step":
            return act(ministry, reference, "presume", 1, {"paper": SCREENED}, key="one")
        return ministry.post(path, REQUEST, key="one")

    def die(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(answers, "keep", die)
        patched.setattr(answers, "let_go", die)
        with pytest.raises(SystemExit):
            send()
    before = cases(world), world.case(reference).version
    assert send().json["code"] == "under_way"
    world.clock.time += answers.HELD + timedelta(seconds=1)
    again = send()
    assert again.status_code in (200, 201), again.text
    assert (cases(world), world.case(reference).version) == before


def test_answers_are_cleared_away_when_their_time_is_over(world: World, ministry: Caller) -> None:
    ministry.post("/api/cases", REQUEST, key="one")
    world.clock.time += answers.KEPT + timedelta(hours=1)
    ledger.clear(world.house, world.clock())
    with world.house.doors.read() as session:
        assert session.exec(select(KeptAnswer)).all() == []


def test_nothing_that_is_kept_can_be_traced_to_a_name(world: World, ministry: Caller) -> None:
    ministry.post("/api/cases", REQUEST, key="one-for-Exampledemonstration")
    with world.house.doors.read() as session:
        (kept,) = session.exec(select(KeptAnswer)).all()
    assert "Example" not in repr(kept)
    assert kept.headers.keys() <= {"Content-Type", "ETag", "Location"}
    assert once.HEADER == "Idempotency-Key"
