"""An officer lets a program act in their place: pushed request, consent page, code, token."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask
from werkzeug.test import TestResponse

from partners import jose
from repatriation.work.accounts import close_account
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval
from repatriation.work.partners.lending import agree
from repatriation.work.refusals import NotFound
from tests.partners.programs import ISSUER, Program
from tests.web.conftest import PASSWORD, Clock, Visitor, read_page

BACK = "https://app.example.org/back"
VERIFIER = secrets.token_urlsafe(48)


def push(program: Program, proof: str | None = None, **changed: str | None) -> TestResponse:
    """Push a request."""
    asked = {
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "cases:read",
        "state": "a state",
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    return program.post("/oauth/par", program.form(**{**asked, **changed}), proof)


def address(program: Program, pushed: TestResponse) -> str:
    """Where the program sends the officer's browser."""
    assert pushed.status_code == 201, pushed.text
    assert pushed.json is not None
    return f"/oauth/authorize?client_id={program.client_id}&request_uri={pushed.json['request_uri']}"


def answered(officer: Visitor, path: str, decision: str = "yes") -> dict[str, str]:
    """What the officer's browser brings back to the program."""
    answer = officer.send(path, {"decision": decision})
    assert answer.status_code == 303, answer.text
    assert answer.location.startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def redeem(program: Program, code: str, **changed: str | None) -> TestResponse:
    """Redeem a code."""
    given = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    if program.nonce is None:
        program.learn_nonce()
    return program.post("/oauth/token", program.form(**{**given, **changed}))


@pytest.fixture
def officer(app: Flask) -> Visitor:
    """A browser in which the consular officer Sokha is signed in."""
    visitor = Visitor(app.test_client(), ISSUER)
    assert visitor.sign_in("sokha").status_code == 303
    return visitor


def test_an_officer_lends_a_program_what_it_asks(
    program: Program, officer: Visitor, officers: dict[str, Actor], house: House, clock: Clock
) -> None:
    path = address(program, push(program, scope="cases:read cases:act"))
    page = officer.open(path)
    assert page.status_code == 200
    assert "form-action 'self' https://app.example.org" in page.headers["Content-Security-Policy"]
    said = read_page(page).get_text(" ", strip=True)
    assert "IOM case system" in said
    assert "Take steps in cases" in said
    assert "app.example.org" in said
    back = answered(officer, path)
    assert (back["state"], back["iss"]) == ("a state", ISSUER)
    token = redeem(program, back["code"])
    assert token.status_code == 200, token.text
    text = token.json["access_token"]  # type: ignore[index]
    claims = jose.verify(text, "at+jwt", house.keyring.instance_keys().token_keys(clock()))
    assert claims["sub"] == officers["sokha"].officer_id
    assert claims["auth_time"] == int(clock().timestamp())
    called = program.call("/api/echo", text)
    assert called.json["officer"] == officers["sokha"].officer_id  # type: ignore[index]
    close_account(house, None, clock(), officers["sokha"].officer_id)
    assert program.call("/api/echo", text).status_code == 401


def test_no_is_no(program: Program, officer: Visitor) -> None:
    path = address(program, push(program))
    back = answered(officer, path, "no")
    assert back == {"error": "access_denied", "state": "a state", "iss": ISSUER}
    assert officer.open(path).status_code == 404


def test_an_officer_who_is_not_signed_in_is_asked_to_first(app: Flask, program: Program) -> None:
    path = address(program, push(program))
    stranger = Visitor(app.test_client(), ISSUER)
    sent = stranger.open(path)
    assert sent.status_code == 303
    assert sent.location.startswith("/sign-in?next=")
    signed_in = stranger.send(
        sent.location, {"username": "sokha", "password": "correct horse battery staple"}
    )
    assert signed_in.location == path


def test_the_answer_needs_a_token_of_the_form(program: Program, officer: Visitor) -> None:
    path = address(program, push(program))
    without = officer.client.post(path, data={"decision": "yes"}, base_url=ISSUER)
    assert without.status_code == 400
    nothing_chosen = officer.send(path, {})
    assert nothing_chosen.status_code == 400
    assert officer.send(path, {"decision": "yes"}).status_code == 303


def test_an_officer_who_signed_in_a_while_ago_is_asked_again_before_lending(
    program: Program, officer: Visitor, clock: Clock
) -> None:
    clock.pass_by(minutes=11)
    path = address(program, push(program))
    for asked in (officer.open(path), officer.send(path, {"decision": "yes"})):
        assert asked.location.startswith("/confirm?next=/oauth/authorize?")
    on = officer.send(asked.location, {"password": PASSWORD})
    assert on.location == path
    assert "code" in answered(officer, on.location)


def test_no_page_elsewhere_can_frame_the_question_or_answer_it(program: Program, officer: Visitor) -> None:
    path = address(program, push(program))
    page = officer.open(path)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "script-src" not in page.headers["Content-Security-Policy"].replace("script-src 'none'", "")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    for headers in ({"Origin": "https://app.example.org"}, {"Sec-Fetch-Site": "cross-site"}):
        assert officer.send(path, {"decision": "yes"}, headers=headers).status_code == 400
    assert "code" in answered(officer, path)


def test_nobody_lends_what_they_may_not_do_themselves(app: Flask, program: Program, officer: Visitor) -> None:
    for who, scope in (("vanna", "cases:act"), ("sokha", "visits:write")):
        lender = Visitor(app.test_client(), ISSUER)
        lender.sign_in(who)
        path = address(program, push(program, scope=scope))
        assert "cannot let a program do it" in lender.open(path).text
        assert lender.send(path, {"decision": "yes"}).status_code == 404
    auditor = Visitor(app.test_client(), ISSUER)
    auditor.sign_in("vanna")
    assert "code" in answered(auditor, address(program, push(program)))


def test_a_program_asks_officers_of_its_own_organisation_alone(app: Flask, program: Program) -> None:
    stranger = Visitor(app.test_client(), ISSUER)
    stranger.sign_in("malee")
    path = address(program, push(program))
    absent = path[:-5] + "wrong"
    assert stranger.open(path).status_code == stranger.open(absent).status_code == 404
    assert stranger.send(path, {"decision": "yes"}).status_code == 404


def test_nothing_but_a_pushed_request_is_looked_at(
    app: Flask, program: Program, officer: Visitor, clock: Clock, admit: Callable[..., str]
) -> None:
    other = Program(app.test_client(), clock, "another-system")
    admit(other.registration())
    uri = push(program).json["request_uri"]  # type: ignore[index]
    good = f"/oauth/authorize?client_id={program.client_id}&request_uri={uri}"
    for path, status in (
        ("/oauth/authorize", 400),
        (f"/oauth/authorize?client_id={program.client_id}&response_type=code&redirect_uri={BACK}", 400),
        (f"{good}&redirect_uri=https://evil.example.org", 400),
        (f"{good}&request_uri={uri}", 400),
        (f"{good}{'x' * 400}", 400),
        (f"/oauth/authorize?client_id={other.client_id}&request_uri={uri}", 404),
        (f"/oauth/authorize?client_id=nobody&request_uri={uri}", 404),
        (f"/oauth/authorize?client_id={program.client_id}&request_uri=https://evil.example.org", 404),
    ):
        answer = officer.open(path)
        assert answer.status_code == status, path
        assert "Location" not in answer.headers
    assert officer.open(good).status_code == 200


def test_a_pushed_request_must_ask_properly(
    app: Flask, program: Program, clock: Clock, admit: Callable[..., str]
) -> None:
    for changed, error in (
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "x" * 42}, "invalid_request"),
        ({"code_challenge": "é" * 43}, "invalid_request"),
        ({"redirect_uri": BACK + "/more"}, "invalid_request"),
        ({"redirect_uri": BACK + "?x=1"}, "invalid_request"),
        ({"redirect_uri": "https://evil.example.org"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": 'é"\\'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"state": "x" * 1001}, "invalid_request"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"request": "a.b.c"}, "invalid_request"),
        ({"dpop_jkt": "x"}, "invalid_request"),
    ):
        answer = push(program, **changed)
        assert (answer.status_code, answer.json["error"]) == (400, error), changed  # type: ignore[index]
    other = Program(app.test_client(), clock, "another-system")
    admit(other.registration())
    assert push(other).json["error"] == "unauthorized_client"  # type: ignore[index]


def test_a_request_lives_90_seconds_and_a_code_60(program: Program, officer: Visitor, clock: Clock) -> None:
    path = address(program, push(program))
    clock.pass_by(seconds=91)
    assert officer.open(path).status_code == 404
    path = address(program, push(program))
    officer.open(path)
    clock.pass_by(minutes=5)
    code = answered(officer, path)["code"]
    clock.pass_by(seconds=61)
    program.learn_nonce()
    assert redeem(program, code).json["error"] == "invalid_grant"  # type: ignore[index]


def test_a_code_is_good_for_its_program_its_address_and_its_verifier_alone(
    app: Flask, program: Program, officer: Visitor, clock: Clock, admit: Callable[..., str]
) -> None:
    other = Program(app.test_client(), clock, "another-system")
    admit(other.registration(grant_types=["authorization_code"], redirect_uris=[BACK]))
    code = answered(officer, address(program, push(program)))["code"]
    for by, changed, error in (
        (other, {}, "invalid_grant"),
        (program, {"redirect_uri": "https://evil.example.org"}, "invalid_grant"),
        (program, {"redirect_uri": None}, "invalid_grant"),
        (program, {"code_verifier": VERIFIER[:-1] + "x" * 2}, "invalid_grant"),
        (program, {"code_verifier": None}, "invalid_request"),
        (program, {"code_verifier": "short"}, "invalid_request"),
        (program, {"code_verifier": create_s256_code_challenge(VERIFIER)}, "invalid_grant"),
        (program, {"code": code + "x"}, "invalid_grant"),
        (program, {"code": None}, "invalid_request"),
        (program, {"code": "é"}, "invalid_grant"),
    ):
        answer = redeem(by, **{"code": code, **changed})
        assert (answer.status_code, answer.json["error"]) == (400, error), changed  # type: ignore[index]
    # None of them used the code up.
    assert redeem(program, code).status_code == 200


def test_a_code_that_was_asked_for_with_a_key_is_good_for_that_key_alone(
    program: Program, officer: Visitor
) -> None:
    program.learn_nonce()
    code = answered(officer, address(program, push(program, program.proof("POST", "/oauth/par"))))["code"]
    own, program.proof_key = program.proof_key, jose.new_signing_key()
    assert redeem(program, code).json["error"] == "invalid_dpop_proof"  # type: ignore[index]
    program.proof_key = own
    assert redeem(program, code).status_code == 200


def test_a_code_that_comes_again_ends_its_token_and_by_another_program_it_ends_nothing(
    app: Flask, program: Program, officer: Visitor, clock: Clock, admit: Callable[..., str]
) -> None:
    other = Program(app.test_client(), clock, "another-system")
    admit(other.registration(grant_types=["authorization_code"], redirect_uris=[BACK]))
    code = answered(officer, address(program, push(program)))["code"]
    token = redeem(program, code).json["access_token"]  # type: ignore[index]
    assert redeem(other, code).json["error"] == "invalid_grant"  # type: ignore[index]
    assert program.call("/api/echo", token).status_code == 200
    clock.pass_by(minutes=2)
    program.learn_nonce()
    assert program.call("/api/echo", token).status_code == 200
    assert redeem(program, code).json["error"] == "invalid_grant"  # type: ignore[index]
    assert program.call("/api/echo", token).status_code == 401


def test_a_missing_nonce_does_not_burn_the_code(program: Program, officer: Visitor) -> None:
    code = answered(officer, address(program, push(program)))["code"]
    program.nonce = "old"
    assert redeem(program, code).json == {"error": "use_dpop_nonce"}
    assert redeem(program, code).status_code == 200


def test_of_many_redemptions_at_once_one_gets_a_token_and_it_ends(
    app: Flask, program: Program, officer: Visitor, clock: Clock
) -> None:
    code = answered(officer, address(program, push(program)))["code"]
    program.learn_nonce()

    def once(_: int) -> tuple[int, Any]:
        copy = Program(app.test_client(), clock, key=program.key, proof_key=program.proof_key)
        copy.nonce = program.nonce
        answer = redeem(copy, code)
        return answer.status_code, answer.json

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(once, range(16)))
    assert sorted(status for status, _ in answers) == [200, *[400] * 15]
    assert {told["error"] for status, told in answers if status == 400} == {"invalid_grant"}
    token = next(told["access_token"] for status, told in answers if status == 200)
    # Somebody else had the code, too: nobody is to have the token.
    assert program.call("/api/echo", token).status_code == 401


def test_of_many_answers_to_one_question_one_counts(
    app: Flask, program: Program, officer: Visitor, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    uri = push(program).json["request_uri"]  # type: ignore[index]

    def once(_: int) -> bool:
        try:
            agree(house, officers["sokha"], clock(), program.client_id, uri, 0)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(once, range(16))) == 1


def test_a_suspended_partner_gets_nothing_for_its_code(
    program: Program, officer: Visitor, house: House, clock: Clock
) -> None:
    path = address(program, push(program))
    code = answered(officer, address(program, push(program)))["code"]
    approval.suspend(house, None, clock(), program.client_id)
    assert officer.open(path).status_code == 404
    assert redeem(program, code).json["error"] == "invalid_client"  # type: ignore[index]


def test_what_an_officer_lent_before_a_suspension_is_lent_no_more(
    program: Program, officer: Visitor, house: House, clock: Clock
) -> None:
    token = redeem(program, answered(officer, address(program, push(program)))["code"]).json["access_token"]  # type: ignore[index]
    assert program.call("/api/echo", token).status_code == 200
    path = address(program, push(program))
    code = answered(officer, address(program, push(program)))["code"]
    approval.suspend(house, None, clock(), program.client_id)
    clock.pass_by(seconds=1)
    approval.resume(house, None, clock(), program.client_id)
    assert program.call("/api/echo", token).status_code == 401
    assert officer.open(path).status_code == 404
    assert redeem(program, code).json["error"] == "invalid_grant"  # type: ignore[index]
    code = answered(officer, address(program, push(program)))["code"]
    assert redeem(program, code).status_code == 200
