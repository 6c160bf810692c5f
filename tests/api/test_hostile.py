"""Whatever is sent to the API, it is answered with a problem that has a code, and never with a failure."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from repatriation.web.api.problems import CODES
from tests.api.conftest import Caller
from tests.api.test_acting import REQUEST, SCREENED
from tests.web.casework.conftest import World

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)

BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "not json": (b"{", 400),
    "a list": (b"[]", 400),
    "a text": (b'"x"', 400),
    "null": (b"null", 400),
    "a name twice": (b'{"route": "tha-khm", "route": "vnm-khm"}', 400),
    "not a number": (b'{"route": NaN}', 400),
    "an endless number": (b'{"route": 1e999}', 400),
    "a long number": (b'{"route": ' + b"9" * 5000 + b"}", 400),
    "depth": (b'{"a":' * 100_000, 413),
    "some depth": (b'{"a":' * 1000 + b"1" + b"}" * 1000, 400),
    "size": (json.dumps({"note": "x" * 70_000}).encode(), 413),
    "latin-1": ('{"note": "é"}'.encode("latin-1"), 400),
    "half a letter": (b'{"note": "\\ud800"}', 400),
    "a nul": (b'{"note": "\\u0000"}', 400),
    "a nul in a key": (b'{"\\u0000": 1}', 400),
    "another kind of value": (b'{"route": 1, "person": [], "consent": "yes"}', 422),
    "dates that are none": (b'{"route": "tha-khm", "person": {"birthdate": "2001-02-30"}}', 422),
    "a number for a date": (b'{"route": "tha-khm", "person": {"birthdate": 0}}', 422),
    "members of ours": (b'{"route": "tha-khm", "holder_id": "x"}', 422),
}


@pytest.mark.parametrize("path", ["/api/cases", "/api/visits", "step"])
def test_a_body_that_cannot_be_read_is_refused(world: World, ministry: Caller, path: str) -> None:
    reference = world.open_case()
    address = f"/api/cases/{reference}/actions/presume" if path == "step" else path
    for name, (body, status) in BODIES.items():
        answer = ministry.post(address, body, version=1)
        assert answer.status_code == status, (name, answer.text)
        assert answer.mimetype == "application/problem+json", name
        document = answer.json
        assert document is not None
        assert CODES[document["code"]][0] == answer.status_code == document["status"], name
    assert world.case(reference).version == 1


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "multipart/form-data",
    ],
)
def test_only_json_is_taken(world: World, ministry: Caller, content_type: str) -> None:
    ministry.get("/api/cases")
    called = ministry.program.call(
        "/api/cases",
        next(iter(ministry.tokens.values())),
        method="POST",
        data=json.dumps(REQUEST).encode(),
        content_type=content_type,
        headers={"Idempotency-Key": "x"},
    )
    assert (called.status_code, called.json and called.json["code"]) == (415, "media_type")


def test_addresses_and_parameters_that_cannot_be_are_refused(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    asked: list[tuple[str, int]] = [
        ("/api/cases?order=sideways", 422),
        ("/api/cases?order=latest&order=oldest", 400),
        ("/api/cases?Minh=1", 422),
        ("/api/cases?after=!!", 422),
        ("/api/cases?after=" + "A" * 400, 422),
        ("/api/cases?after=bm9uc2Vuc2U", 422),
        ("/api/cases?after=WyJcdTAwMDAiLCAieCJd", 422),
        ("/api/cases?after=WyJuZXZlciIsICJ4Il0", 200),
        ("/api/cases?stage=scheduled&route=tha-khm&only=overdue&order=due", 200),
        ("/api/cases?route=%00", 400),
        ("/api/cases/%00", 400),
        ("/api/cases/%ff%fe", 404),
        ("/api/cases/..%2f..%2fetc", 404),
        (f"/api/cases/{reference}%20", 404),
        (f"/api/cases/{reference.lower()}", 404),
        ("/api/cases/" + "x" * 300, 404),
        (f"/api/cases/{reference}/actions?x=1", 200),
        ("/api/visits?after=../..", 422),
        ("/api/visits?case=' OR 1=1 --", 422),
        ("/api/documents/" + "KH26-2222-2222" * 50, 404),
        ("/api/nothing", 404),
    ]
    for path, status in asked:
        bare, _, query = path.partition("?")
        answer = ministry.get(bare, query_string=query)
        assert answer.status_code == status, (path, answer.text)
        if status >= 400:
            assert answer.mimetype == "application/problem+json", path
            assert "Minh" not in answer.text


def test_what_a_refusal_says_repeats_nothing_of_what_was_sent(world: World, ministry: Caller) -> None:
    reference = world.open_case()
    secret = "Sokhadisclosed"
    bodies: list[tuple[str, Any]] = [
        ("/api/cases", {**REQUEST, "person": {secret: secret, "birthdate": secret}}),
        ("/api/cases", {**REQUEST, "route": secret}),
        (f"/api/cases/{reference}/actions/presume", {"paper": {"fields": {secret: secret}}}),
        (f"/api/cases/{reference}/actions/{secret}", {}),
        ("/api/visits", {"case": secret, "on": "2026-11-20", "outcome": "seen"}),
    ]
    for path, body in bodies:
        answer = ministry.post(path, body, version=1)
        assert 400 <= answer.status_code < 500
        assert secret not in answer.text, path


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods_are_refused(world: World, ministry: Caller, method: str) -> None:
    ministry.get("/api/cases")
    token = next(iter(ministry.tokens.values()))
    answer = ministry.program.call("/api/cases", token, method=method)
    assert (answer.status_code, answer.json and answer.json["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_partner_that_calls_too_fast_is_slowed_down_and_others_are_not(
    world: World, ministry: Caller, embassy: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    object.__setattr__(world.house, "partner_rate", 1)
    seen = [ministry.get("/api/cases") for _ in range(40)]
    last = seen[-1]
    assert (last.status_code, last.json and last.json["code"]) == (429, "too_fast")
    assert last.headers["Retry-After"] == "1"
    assert embassy.get("/api/cases").status_code == 200
    world.clock.pass_by(seconds=30)
    assert ministry.get("/api/cases").status_code == 200


def test_a_suspended_partner_is_out_at_the_next_request(
    world: World, ministry: Caller, suspend: Callable[[str], None]
) -> None:
    reference = world.open_case()
    assert ministry.get(f"/api/cases/{reference}").status_code == 200
    suspend("datip-system")
    for answer in (
        ministry.get(f"/api/cases/{reference}"),
        ministry.post(f"/api/cases/{reference}/actions/presume", {"paper": SCREENED}, version=1),
    ):
        assert (answer.status_code, answer.json and answer.json["code"]) == (401, "invalid_token")
