"""Files of a program that only calls: it cannot be asked for them, and hands them over."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from partners import files, jose, registration
from repatriation.records.handoffs import HandoffFile
from repatriation.records.trail import Trail
from repatriation.work.handoffs import deciding, fetching
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.retention import shred_finished
from repatriation.work.partners import approval, registering
from repatriation.work.refusals import Invalid, NotFound
from tests.handoffs.test_api import PDF, claims, deliver, sealed, signed
from tests.handoffs.test_api import program as installation
from tests.handoffs.test_files import LOCKED, PROGRAM, named
from tests.handoffs.test_retention import close
from tests.handoffs.two import Two
from tests.partners.programs import Program, jwks

__all__ = ["installation"]

ISSUER = "https://shelter.example.org"
SIGNS = jose.new_signing_key()
OTHER = jose.new_signing_key()


def let_in(two: Two, client_id: str, issuer: str, signs: jose.SigningKey) -> Program:
    """A program that Bangkok knows, and that cannot be called."""
    place = two.bangkok
    caller = Program(place.app.test_client(), place.clock, client_id, issuer=place.house.issuer)
    asked = caller.registration(
        organisation="chiang-mai",
        scope="handoff:send handoff:receive",
        envelope_jwks=jwks(signs),
        envelope_issuer=issuer,
    )
    registering.register(place.house, None, place.clock(), registration.of(asked))
    officers = place.officers["bangkok"], place.officers["bangkok-second"]
    approval.approve_together(place.house, place.clock(), client_id, *officers)
    return caller


@pytest.fixture
def shelter(two: Two) -> Program:
    """A shelter's program."""
    return let_in(two, "shelter", ISSUER, SIGNS)


def refer(two: Two, shelter: Program, **other: Any) -> str:
    """It sends a referral that names a file; gives the jti."""
    told = claims(two, iss=ISSUER, attachments=[named(two, href=f"{ISSUER}/1", **other)])
    told["case"]["organisation"] = "bangkok"
    assert deliver(shelter, sealed(two, signed(two, told, key=SIGNS))).status_code == 200
    return str(told["jti"])


def hand(program: Program, jti: str, content: bytes = LOCKED.content, number: int = 1, **how: Any) -> Any:
    """A program hands a file over."""
    token = program.token(how.pop("scope", "handoff:send"))
    how = {"content_type": "application/octet-stream", **how}
    return program.call(f"/api/handoffs/{jti}/files/{number}", token, method="PUT", data=content, **how)


def opened(two: Two, jti: str) -> tuple[str, bytes]:
    """An officer in Bangkok opens the file."""
    place = two.bangkok
    handoff_id = place.row(jti=jti).id
    return fetching.fetch(place.house, place.officers["bangkok"], place.clock(), handoff_id, 1)


def kept(two: Two) -> list[bytes | None]:
    """What Bangkok keeps of files."""
    with two.bangkok.house.doors.read() as session:
        return list(session.exec(select(HandoffFile.content)).all())


def events(two: Two, tag: str) -> int:
    """How often this stands in the trail."""
    with two.bangkok.house.doors.read() as session:
        return len(session.exec(select(Trail).where(col(Trail.tag) == tag)).all())


def test_a_file_that_was_handed_over_is_opened_here_as_one_that_was_fetched(
    two: Two, shelter: Program
) -> None:
    jti = refer(two, shelter)
    with pytest.raises(Invalid) as waits:
        opened(two, jti)
    assert waits.value.problems == {"file": "not_handed_over"}
    answer = hand(shelter, jti)
    assert (answer.status_code, answer.json) == (200, {"jti": jti, "number": 1, "sha256": LOCKED.sha256})
    assert kept(two) == [LOCKED.content], "as it travelled; its key is sealed with the handoff"
    assert opened(two, jti) == ("application/pdf", PDF)
    assert hand(shelter, jti).json == answer.json
    assert events(two, "handoff:file:came") == 1


@pytest.mark.parametrize(
    ("other", "content", "code"),
    [
        ({}, files.lock(PDF).content, "other_file"),
        ({}, LOCKED.content[:-1], "other_file"),
        ({}, b"", "other_file"),
        ({"size": LOCKED.size + 1}, LOCKED.content, "other_file"),
        ({"key": files.lock(PDF).key}, LOCKED.content, "sealed"),
        ({"media_type": "image/png"}, LOCKED.content, "kind"),
        ({"size": PROGRAM.size, "sha256": PROGRAM.sha256, "key": PROGRAM.key}, PROGRAM.content, "kind"),
    ],
    ids=["another file", "cut short", "empty", "another size", "another key", "another kind", "a program"],
)
def test_a_file_that_is_not_the_one_that_was_named_is_refused_and_not_kept(
    two: Two, shelter: Program, other: dict[str, Any], content: bytes, code: str
) -> None:
    answer = hand(shelter, refer(two, shelter, **other), content)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert [each["code"] for each in answer.json["errors"]] == [code]
    assert kept(two) == [None]


def test_a_file_of_no_handoff_of_ones_own_is_not_there(
    two: Two, shelter: Program, installation: Program
) -> None:
    jti, foreign = refer(two, shelter), let_in(two, "another", "https://another.example.org", OTHER)
    nobodys = "6f2f4c1e-0000-4000-8000-000000000000"
    for answer in (
        hand(foreign, jti),
        hand(installation, jti),
        hand(shelter, nobodys),
        hand(shelter, jti, number=2),
        hand(shelter, jti, number=0),
        hand(shelter, jti, number=10**9),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert hand(shelter, jti, scope="handoff:receive").status_code == 403
    # Nobody fetches it again, not even whoever handed it over.
    assert hand(shelter, jti).status_code == 200
    for program in (shelter, foreign):
        token = program.token("handoff:receive")
        assert program.call(f"/api/handoffs/{jti}/files/1", token).status_code == 404
    place = two.bangkok
    with pytest.raises(NotFound):
        fetching.fetch(place.house, place.officers["embassy"], place.clock(), place.row(jti=jti).id, 1)


def test_what_is_too_large_or_no_sealed_file_is_refused(two: Two, shelter: Program) -> None:
    jti = refer(two, shelter)
    assert hand(shelter, jti, b"x" * (files.TRAVELS + 1)).status_code == 413
    assert hand(shelter, jti, content_type="application/pdf").status_code == 415
    largest = files.lock(PDF + b"\0" * (files.LARGEST - len(PDF)))
    assert largest.size == files.TRAVELS
    jti = refer(two, shelter, size=largest.size, sha256=largest.sha256, key=largest.key)
    assert hand(shelter, jti, largest.content).status_code == 200


def test_a_partner_that_hands_over_very_many_is_slowed_down(two: Two, shelter: Program) -> None:
    told = claims(two, iss=ISSUER, attachments=[named(two, href=f"{ISSUER}/1")] * 10)
    answers = []
    for _ in range(7):
        told["jti"] = claims(two)["jti"]
        assert deliver(shelter, sealed(two, signed(two, told, key=SIGNS))).status_code == 200
        answers += [hand(shelter, told["jti"], number=number).status_code for number in range(1, 11)]
    assert answers[:60] == [200] * 60
    assert answers[60:] == [429] * 10
    assert hand(shelter, told["jti"], number=1).headers["Retry-After"] == "10"
    two.pass_by(seconds=10)
    assert hand(shelter, told["jti"], number=1).status_code == 200


def test_what_was_declined_keeps_no_file_and_takes_none(two: Two, shelter: Program) -> None:
    jti, later = refer(two, shelter), refer(two, shelter)
    assert hand(shelter, jti).status_code == 200
    place = two.bangkok
    for each in (jti, later):
        row = place.row(jti=each)
        deciding.decline(place.house, place.officers["bangkok"], place.clock(), row.id, "no_room")
    for each in (jti, later):
        answer = hand(shelter, each)
        assert [each["code"] for each in answer.json["errors"]] == ["over"]
    assert kept(two) == [None, None]


def test_a_file_is_destroyed_with_what_its_handoff_said(two: Two, shelter: Program) -> None:
    jti = refer(two, shelter)
    assert hand(shelter, jti).status_code == 200
    place = two.bangkok
    row = place.row(jti=jti)
    reference = deciding.accept(
        place.house, place.officers["bangkok"], place.clock(), row.id, Into("tha-khm", "reported")
    )
    close(place, reference)
    two.pass_by(days=15)
    place.deliver()
    two.pass_by(seconds=(place.house.keeping.after + timedelta(days=1)).total_seconds())
    shred_finished(place.house, place.clock())
    assert place.row(jti=jti).shredded_at is not None
    shelter.nonce = None
    assert kept(two) == [None]
    assert [each["code"] for each in hand(shelter, jti).json["errors"]] == ["over"]
