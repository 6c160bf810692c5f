"""The calls by which partners hand over: what is signed for, what is refused, and how both look."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from partners import envelope, files, jose, receipts
from repatriation.records import seals
from repatriation.records.handoffs import Exchange, HandoffReceipt
from repatriation.records.partners import Partner
from repatriation.records.trail import Trail
from repatriation.records.verify import verify
from repatriation.work.handoffs import composing, deciding, fetching
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.drafts import File
from repatriation.work.refusals import Invalid
from tests.handoffs.two import Two
from tests.partners.programs import Program

NOBODYS = "6f2f4c1e-0000-4000-8000-000000000000"
PDF = b"%PDF-1.7 a made-up paper"


@pytest.fixture
def program(two: Two) -> Program:
    """Chiang Mai's program, as its own makers would write it, calling Bangkok."""
    keys = two.chiang_mai.house.keyring.instance_keys()
    client = Program(two.bangkok.app.test_client(), two.bangkok.clock)
    client.client_id, client.issuer = two.chiang_mai.house.issuer, two.bangkok.house.issuer
    client.key = keys.client_key(two.bangkok.clock())
    return client


def claims(two: Two, **other: Any) -> dict[str, Any]:
    """What an honest sender signs; a claim given as None is left out."""
    issued = int(two.bangkok.clock().timestamp())
    told = {
        "iss": two.chiang_mai.house.issuer,
        "aud": two.bangkok.house.issuer,
        "jti": str(uuid4()),
        "iat": issued,
        "exp": issued + 86400,
        "type": "referral",
        "version": 1,
        "case": {"purpose": "protection", "asked": "Please find a bed."},
        "attachments": [],
        **other,
    }
    return {name: value for name, value in told.items() if value is not None}


def signed(two: Two, told: dict[str, Any], typ: str = envelope.SIGNED, key: Any = None) -> str:
    """Signed by Chiang Mai's envelope key, or another."""
    ours = two.chiang_mai.house.keyring.instance_keys().envelope_key(two.bangkok.clock())
    return jose.sign(told, typ, key or ours)


def sealed(two: Two, text: str) -> str:
    """Sealed to Bangkok."""
    keys = two.bangkok.house.keyring.instance_keys().encryption_keys(two.bangkok.clock())
    return envelope.seal(text, keys[0])


def deliver(
    program: Program, text: str, token: str | None = None, mimetype: str = envelope.MEDIA_TYPE
) -> Any:
    """Deliver an envelope to Bangkok."""
    token = token or program.token("handoff:send")
    return program.call("/api/handoffs/deliver", token, method="POST", data=text, content_type=mimetype)


def test_an_envelope_is_answered_with_a_receipt_that_fits_it(two: Two, program: Program) -> None:
    told = claims(two)
    text = signed(two, told)
    answer = deliver(program, sealed(two, text))
    assert (answer.status_code, answer.mimetype) == (200, "application/jose")
    keys = two.bangkok.house.keyring.instance_keys().envelope_keys()
    receipt = jose.verify(answer.text, receipts.TYPE, keys)
    assert set(receipt) == {"iss", "aud", "jti", "sha256", "state", "iat"}
    assert receipt["iss"] == two.bangkok.house.issuer
    assert receipt["aud"] == two.chiang_mai.house.issuer
    assert (receipt["jti"], receipt["state"]) == (told["jti"], "received")
    assert receipt["sha256"] == jose.digest(text)
    again = program.call(f"/api/handoffs/{told['jti']}/receipt", program.token("receipts:read"))
    assert again.text == answer.text


def test_the_same_again_gets_the_same_receipt_and_something_else_a_conflict(
    two: Two, program: Program
) -> None:
    told = claims(two)
    text = signed(two, told)
    first = deliver(program, sealed(two, text))
    two.pass_by(days=13)
    program.nonce = None
    again = deliver(program, sealed(two, text))
    assert (again.status_code, again.text) == (200, first.text)
    other = deliver(program, sealed(two, signed(two, {**told, "case": {}})))
    assert (other.status_code, other.json["code"]) == (409, "conflict")
    two.pass_by(days=2)
    program.nonce = None
    over = deliver(program, sealed(two, text))
    assert (over.status_code, over.text) == (200, first.text), "it is known, however late it comes again"


def test_a_partner_cannot_give_an_envelope_the_name_of_one_of_ours(two: Two, program: Program) -> None:
    reference = two.open_case()
    sent = two.send(reference)
    two.bangkok.deliver()
    named_alike = signed(two, claims(two, jti=sent.jti))
    for _ in range(2):
        answer = deliver(program, sealed(two, named_alike))
        assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    update = claims(
        two, jti=sent.jti, type="update", case={"about": sent.jti, "what": "question", "text": "?"}
    )
    assert deliver(program, sealed(two, signed(two, update))).status_code == 409
    # What is said about the name is said about ours, and the receipt for it is theirs for ours.
    assert [row.direction for row in two.bangkok.rows(jti=sent.jti)] == ["sent"]
    told = program.call(f"/api/handoffs/{sent.jti}/receipt", program.token("receipts:read")).text
    keys = two.chiang_mai.house.keyring.instance_keys().envelope_keys()
    assert jose.verify(told, receipts.TYPE, keys)["sha256"] == sent.digest
    there = two.chiang_mai
    deciding.accept(
        there.house, there.officers["chiang-mai"], there.clock(), there.row().id, Into(stage="reported")
    )
    two.exchange_all()
    assert two.bangkok.row(jti=sent.jti).state == "accepted"
    assert two.bangkok.knows(reference)["host.protection"] == "chiang-mai"


def test_twenty_at_once_give_one_receipt(two: Two, program: Program) -> None:
    text = signed(two, claims(two))
    token = program.token("handoff:send")
    sent = [(sealed(two, text), program.proof("POST", "/api/handoffs/deliver", token)) for _ in range(20)]

    def one(each: tuple[str, str]) -> tuple[int, str]:
        client = Program(two.bangkok.app.test_client(), two.bangkok.clock, issuer=program.issuer)
        answer = client.call(
            "/api/handoffs/deliver",
            token,
            each[1],
            method="POST",
            data=each[0],
            content_type=envelope.MEDIA_TYPE,
        )
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(one, sent))
    assert {status for status, _ in answers} == {200}
    assert len(answers) == 1
    with two.bangkok.house.doors.read() as session:
        assert len(session.exec(select(HandoffReceipt)).all()) == 1


def _broken(two: Two) -> dict[str, str]:
    """Envelopes that must not be taken, each for a reason of its own."""
    honest = signed(two, claims(two))
    stranger = jose.new_signing_key()
    ours = two.bangkok.house.keyring.instance_keys()
    theirs = two.chiang_mai.house.keyring.instance_keys()
    now = two.bangkok.clock()
    kid = theirs.envelope_key(now).kid
    forged = jose.SigningKey(kid, stranger.algorithm, stranger.key)
    whole = sealed(two, honest)
    head, *rest = whole.split(".")
    with_zip = jose.encode(json.dumps({**json.loads(jose.decode(head)), "zip": "DEF"}).encode())
    issued = int(now.timestamp())
    bad_claims: dict[str, dict[str, Any]] = {
        "another_audience": {"aud": "https://elsewhere.example"},
        "two_audiences": {"aud": [two.bangkok.house.issuer, "https://elsewhere.example"]},
        "another_issuer": {"iss": "https://elsewhere.example"},
        "too_long": {"exp": issued + 15 * 86400},
        "over": {"iat": issued - 7200, "exp": issued - 3600},
        "of_tomorrow": {"iat": issued + 86400, "exp": issued + 2 * 86400},
        "no_jti": {"jti": None},
        "odd_jti": {"jti": "x"},
        "other_version": {"version": 2},
        "version_that_is_no_number": {"version": True},
        "version_that_is_not_whole": {"version": 1.0},
        "other_type": {"type": "gift"},
        "unknown_member": {"admin": True},
        "unknown_member_inside": {"case": {"admin": True}},
        "text_for_a_number": {"iat": str(issued)},
        "no_case": {"case": None},
    }
    return {
        **{name: sealed(two, signed(two, claims(two, **other))) for name, other in bad_claims.items()},
        "stranger": sealed(two, signed(two, claims(two), key=stranger)),
        "stranger_under_a_known_name": sealed(two, signed(two, claims(two), key=forged)),
        "by_the_key_that_authenticates": sealed(two, signed(two, claims(two), key=theirs.client_key(now))),
        "a_receipt": sealed(two, signed(two, claims(two), typ=receipts.TYPE)),
        "a_card": sealed(two, signed(two, claims(two), typ="partner-card+jws")),
        "unsigned": sealed(two, f"{jose.encode(b'{}')}.{jose.encode(b'{}')}."),
        "only_signed": honest,
        "sealed_to_another": envelope.seal(honest, theirs.encryption_keys(now)[0]),
        "other_typ": jose.encrypt(honest, ours.encryption_keys(now)[0], "JWT", envelope.SIGNED),
        "other_cty": jose.encrypt(honest, ours.encryption_keys(now)[0], envelope.TYPE, "JWT"),
        "zipped": ".".join([with_zip, *rest]),
        "cut": whole[:-4],
        "changed": whole[:-30] + ("A" if whole[-30] != "A" else "B") + whole[-29:],
        "noise": secrets.token_urlsafe(300),
        "empty": "",
    }


def test_whatever_is_wrong_with_an_envelope_the_answer_is_one_and_the_same(
    two: Two, program: Program
) -> None:
    token = program.token("handoff:send")
    answers = {}
    for name, text in _broken(two).items():
        answer = deliver(program, text, token)
        answers[name] = (answer.status_code, answer.mimetype, answer.text)
    assert set(answers.values()) == {next(iter(answers.values()))}, answers
    status, mimetype, text = answers["stranger"]
    assert (status, mimetype) == (422, "application/problem+json")
    assert json.loads(text)["code"] == "envelope_refused"
    assert two.bangkok.rows() == []
    with two.bangkok.house.doors.read() as session:
        rows = session.exec(select(Trail).where(Trail.tag == "partner:call:refused")).all()
    codes = {row.detail["code"] for row in rows}
    assert {"envelope.aud", "envelope.signature", "envelope.kid", "envelope.expired"} <= codes


def test_an_envelope_that_is_too_large_or_of_another_kind_is_not_read(two: Two, program: Program) -> None:
    token = program.token("handoff:send")
    assert deliver(program, "x" * 70_000, token).status_code == 413
    text = sealed(two, signed(two, claims(two)))
    assert deliver(program, text, token, "application/json").status_code == 415


@pytest.mark.parametrize(
    ("path", "method", "scope"),
    [
        ("/api/handoffs/deliver", "POST", "handoff:receive"),
        ("/api/handoffs/inbox", "GET", "handoff:send"),
        (f"/api/handoffs/{NOBODYS}/decision", "POST", "handoff:send"),
        (f"/api/handoffs/{NOBODYS}/receipt", "GET", "handoff:receive"),
        (f"/api/handoffs/{NOBODYS}/files/1", "GET", "handoff:send"),
    ],
)
def test_each_call_needs_its_own_scope(program: Program, path: str, method: str, scope: str) -> None:
    answer = program.call(path, program.token(scope), method=method)
    assert (answer.status_code, answer.json["code"]) == (403, "insufficient_scope")  # type: ignore[index]


def test_what_is_not_there_and_what_is_anothers_look_the_same(two: Two, program: Program) -> None:
    for path, scope in (("receipt", "receipts:read"), ("files/1", "handoff:receive")):
        answer = program.call(f"/api/handoffs/{NOBODYS}/{path}", program.token(scope))
        assert answer.status_code == 404
    odd = program.call("/api/handoffs/not-a-uuid/receipt", program.token("receipts:read"))
    assert odd.status_code == 404
    assert odd.mimetype == "application/problem+json"


def test_a_program_fetches_what_waits_for_it_and_decides_with_a_receipt_of_its_own(
    two: Two, program: Program
) -> None:
    reference = two.open_case()
    sent = two.send(reference)
    waiting = program.call("/api/handoffs/inbox", program.token("handoff:receive")).json
    (one,) = waiting["handoffs"]  # type: ignore[index]
    keys = two.chiang_mai.house.keyring.instance_keys()
    text = jose.decrypt(
        one["envelope"], keys.encryption_keys(two.bangkok.clock()), envelope.TYPE, envelope.SIGNED
    )
    assert (one["jti"], one["type"], jose.digest(text)) == (sent.jti, "transfer", sent.digest)

    def decide(state: Any, **other: Any) -> Any:
        receipt = receipts.write(
            issuer=two.chiang_mai.house.issuer,
            audience=two.bangkok.house.issuer,
            jti=sent.jti,
            sha256=other.pop("sha256", sent.digest),
            state=state,
            key=other.pop("key", keys.envelope_key(two.bangkok.clock())),
            now=two.bangkok.clock(),
        )
        return program.call(
            f"/api/handoffs/{sent.jti}/decision",
            program.token("handoff:decide"),
            method="POST",
            headers={"Idempotency-Key": str(uuid4())},
            json={"receipt": receipt, **other},
        )

    assert decide("accepted", key=jose.new_signing_key()).status_code == 422
    assert decide("accepted", sha256=jose.digest("another")).status_code == 422
    assert decide("accepted", surprise=1).status_code == 422
    assert two.bangkok.row().state == "queued"
    assert decide("accepted").json == {"jti": sent.jti, "state": "accepted"}
    assert decide("accepted").status_code == 200
    assert decide("declined").status_code == 409
    assert two.bangkok.knows(reference)["host.protection"] == "chiang-mai"
    empty = program.call("/api/handoffs/inbox", program.token("handoff:receive")).json
    assert empty == {"handoffs": []}


def test_a_file_travels_apart_and_only_its_receiver_opens_it(two: Two, program: Program) -> None:
    drafted = two.draft(two.open_case(), files=(File("A paper.pdf", PDF),))
    place = two.bangkok
    composing.send(place.house, place.officers["bangkok"], place.clock(), drafted)
    jti = place.row(id=drafted).jti
    raw = program.call(f"/api/handoffs/{jti}/files/1", program.token("handoff:receive"))
    assert PDF not in raw.data
    assert len(raw.data) == len(PDF) + 28
    place.deliver()
    there = two.chiang_mai
    kind, content = fetching.fetch(
        there.house, there.officers["chiang-mai"], there.clock(), there.row().id, 1
    )
    assert (kind, content) == ("application/pdf", PDF)


@pytest.mark.parametrize("data", [b"MZ a program", b"<html>", b"", b"%PDF-" + b"x" * files.LARGEST])
def test_a_file_that_is_no_paper_or_picture_is_not_sent(two: Two, data: bytes) -> None:
    with pytest.raises(Invalid, match="files"):
        two.draft(two.open_case(), files=(File("paper.pdf", data),))


def test_a_suspended_partner_gets_nothing_at_its_next_call(two: Two, program: Program) -> None:
    token = program.token("handoff:send")
    text = sealed(two, signed(two, claims(two)))
    two.bangkok.suspend()
    assert deliver(program, text, token).status_code == 401
    two.bangkok.clock.pass_by(seconds=1)
    two.bangkok.resume()
    assert deliver(program, text, token).status_code == 401, "the token of before has ended"
    assert deliver(program, text).status_code == 200


def test_many_of_one_sender_at_once_are_all_kept_in_one_line_and_one_chain(
    two: Two, program: Program
) -> None:
    token = program.token("handoff:send")
    letters = [sealed(two, signed(two, claims(two))) for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda letter: deliver(program, letter, token).status_code, letters))
    assert answers == [200] * 24
    place = two.bangkok
    with place.house.doors.act() as session:
        partner = session.exec(select(Partner).where(Partner.client_id == program.client_id)).one()
        log = session.exec(select(Exchange.number).where(Exchange.partner_id == partner.id)).all()
        chain = session.exec(select(Trail.tag).where(Trail.chain == partner.id)).all()
        assert sorted(log) == list(range(1, 25))
        assert list(chain) == ["handoff:arrived"] * 24
        while made := seals.seal(session, place.house.keyring, place.clock(), "tests"):
            assert made.ranges[partner.id] == [1, 24]
        found = verify(session, place.house.keyring)
    assert found.problems == ()


def test_an_arrival_that_is_cut_off_its_chain_is_found(two: Two, program: Program) -> None:
    deliver(program, sealed(two, signed(two, claims(two))))
    place = two.bangkok
    with place.house.doors.act() as session:
        partner = session.exec(select(Partner).where(Partner.client_id == program.client_id)).one()
        partner.trail_seq = 0
        session.add(partner)
        session.flush()
        problems = verify(session, place.house.keyring).problems
    assert [(each.code, each.chain) for each in problems] == [("head_differs", partner.id)]
