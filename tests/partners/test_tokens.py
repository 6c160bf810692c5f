"""A program says who it is, gets a token, and calls."""

import json
from collections.abc import Callable

from flask import Flask
from joserfc.jwk import RSAKey

from partners import jose, registration, tokens
from repatriation.work.house import House
from repatriation.work.partners import approval, registering
from tests.partners.programs import ISSUER, Program, forge
from tests.web.conftest import Clock


def test_a_program_gets_a_token_and_calls_with_it(program: Program, house: House) -> None:
    answer = program.ask("cases:read cases:act")
    assert answer.status_code == 200
    assert answer.json is not None
    assert {
        "token_type": "DPoP",
        "expires_in": 300,
        "scope": "cases:act cases:read",
    }.items() <= answer.json.items()
    assert answer.headers["Cache-Control"] == "no-store"
    called = program.call("/api/echo", answer.json["access_token"])
    assert called.status_code == 200
    assert called.json is not None
    assert called.json["client"] == program.client_id


def test_a_token_says_what_the_contract_says(program: Program, house: House, clock: Clock) -> None:
    text = program.token()
    claims = jose.verify(text, "at+jwt", house.keyring.instance_keys().token_keys(clock()))
    assert claims.header["alg"] == "ES256"
    assert claims["iss"] == ISSUER
    assert claims["aud"] == f"{ISSUER}/api"
    assert claims["sub"] == claims["client_id"] == program.client_id
    assert claims["agency"] == "KHM-EMB-THA"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["cnf"] == {"jkt": program.proof_key.public.thumbprint}
    assert len(text) < 900


def test_the_first_request_learns_the_nonce(program: Program) -> None:
    form = program.form(grant_type="client_credentials", scope="cases:read")
    first = program.post("/oauth/token", form)
    assert (first.status_code, first.json) == (400, {"error": "use_dpop_nonce"})
    assert program.nonce == first.headers["DPoP-Nonce"]
    # Nothing was used up by then, not even the assertion.
    assert program.post("/oauth/token", form).status_code == 200


def test_every_algorithm_of_the_profile_is_taken(app: Flask, clock: Clock, admit: Callable[..., str]) -> None:
    rsa = jose.signing_key(dict(RSAKey.generate_key(2048).as_dict(private=True)) | {"kid": "rsa"})
    for number, key in enumerate((jose.new_signing_key("Ed25519"), jose.new_signing_key("ES256"), rsa)):
        program = Program(app.test_client(), clock, f"program-{number}", key=key, proof_key=key)
        admit(program.registration())
        assert program.call("/api/echo", program.token()).status_code == 200


def test_a_program_of_two_keys_may_leave_its_key_unnamed(
    app: Flask, clock: Clock, admit: Callable[..., str]
) -> None:
    program = Program(app.test_client(), clock)
    other = jose.new_signing_key()
    admit(program.registration(jwks={"keys": [other.public.as_dict(), program.key.public.as_dict()]}))
    program.learn_nonce()
    told = {"iss": program.client_id, "sub": program.client_id, "aud": ISSUER, "jti": "0123456789abcdef"}
    times = {"iat": int(clock().timestamp()), "exp": int(clock().timestamp()) + 60}
    unnamed = forge({"alg": "ES256"}, json.dumps(told | times).encode(), program.key)
    form = program.form(unnamed, grant_type="client_credentials", scope="cases:read")
    assert program.post("/oauth/token", form).status_code == 200


def test_a_token_lives_five_minutes(program: Program, clock: Clock) -> None:
    token = program.token()
    clock.pass_by(seconds=299)
    program.learn_nonce()
    assert program.call("/api/echo", token).status_code == 200
    clock.pass_by(seconds=12)
    program.learn_nonce()
    refused = program.call("/api/echo", token)
    assert refused.status_code == 401
    assert refused.json is not None
    assert refused.json["code"] == "invalid_token"


def test_suspending_a_partner_works_at_the_next_request(program: Program, house: House, clock: Clock) -> None:
    token = program.token()
    assert program.call("/api/echo", token).status_code == 200
    approval.suspend(house, None, clock(), program.client_id)
    assert program.call("/api/echo", token).status_code == 401
    refused = program.ask()
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_client")  # type: ignore[index]


def test_a_suspension_ends_every_token_for_good(program: Program, house: House, clock: Clock) -> None:
    token = program.token()
    clock.pass_by(seconds=1)
    approval.suspend(house, None, clock(), program.client_id)
    clock.pass_by(seconds=1)
    approval.resume(house, None, clock(), program.client_id)
    assert program.call("/api/echo", token).status_code == 401
    looked_at = program.post("/oauth/introspect", program.form(token=token), None)
    assert looked_at.json == {"active": False}
    assert program.call("/api/echo", program.token()).status_code == 200


def test_a_token_of_the_very_second_of_the_suspension_has_ended_too(
    program: Program, house: House, clock: Clock
) -> None:
    token = program.token()
    clock.pass_by(milliseconds=100)
    approval.suspend(house, None, clock(), program.client_id)
    approval.resume(house, None, clock(), program.client_id)
    assert program.call("/api/echo", token).status_code == 401


def test_a_partner_that_nobody_or_only_one_officer_approved_gets_nothing(
    app: Flask, house: House, clock: Clock, officers: dict[str, object]
) -> None:
    program = Program(app.test_client(), clock)
    registering.register(house, None, clock(), registration.of(program.registration()))
    assert program.ask().status_code == 400
    approval.approve(house, clock(), program.client_id, officers["dara"])  # type: ignore[arg-type]
    assert program.ask().status_code == 400


def test_a_scope_opens_its_own_call_and_no_other(program: Program) -> None:
    refused = program.call("/api/papers", program.token("cases:read visits:read"))
    assert refused.status_code == 403
    assert refused.mimetype == "application/problem+json"
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    assert "documents:read" in refused.headers["WWW-Authenticate"]


def test_a_partner_may_not_call_faster_than_was_agreed_and_no_other_is_slowed(
    app: Flask, house: House, clock: Clock, admit: Callable[..., str], program: Program
) -> None:
    other = Program(app.test_client(), clock, "another-system")
    admit(other.registration())
    token, others = program.token(), other.token()
    answers = [program.call("/api/echo", token).status_code for _ in range(20 * house.partner_rate)]
    assert answers[:900] == [200] * 900
    assert answers[-1] == 429
    assert other.call("/api/echo", others).status_code == 200
    clock.pass_by(seconds=1)
    assert program.call("/api/echo", token).status_code == 200


def test_introspection_says_what_a_token_is_bound_to(
    app: Flask, program: Program, clock: Clock, admit: Callable[..., str]
) -> None:
    token = program.token()
    own = program.post("/oauth/introspect", program.form(token=token), None).json
    assert own is not None
    assert own["active"]
    assert own["token_type"] == "DPoP"
    assert own["cnf"] == {"jkt": program.proof_key.public.thumbprint}
    stranger = Program(app.test_client(), clock, "another-system")
    admit(stranger.registration())
    foreign = stranger.post("/oauth/introspect", stranger.form(token=token), None)
    absent = stranger.post("/oauth/introspect", stranger.form(token="nothing"), None)
    assert foreign.json == absent.json == {"active": False}
    resource = Program(app.test_client(), clock, "a-resource-server")
    admit(resource.registration(resource_server=True))
    assert resource.post("/oauth/introspect", resource.form(token=token), None).json == own


def test_introspecting_any_signed_thing_that_is_no_token_says_inactive(
    program: Program, house: House
) -> None:
    key = house.keyring.instance_keys().token_key(program.clock())
    for text in (
        program.assertion(),
        program.proof("GET", "/api/echo"),
        jose.sign({"iss": ISSUER, "exp": 2**62}, "at+jwt", key),
        jose.sign({"iss": ISSUER}, "JWT", key),
        "a.b.c",
        "",
        "x" * 9000,
    ):
        answer = program.post("/oauth/introspect", program.form(token=text), None)
        assert (answer.status_code, answer.json) == (200, {"active": False})


def test_a_revoked_token_counts_no_more(program: Program) -> None:
    token, other = program.token(), program.token()
    for _ in range(2):
        assert program.post("/oauth/revoke", program.form(token=token), None).status_code == 200
    assert program.call("/api/echo", token).status_code == 401
    assert program.post("/oauth/introspect", program.form(token=token), None).json == {"active": False}
    assert program.call("/api/echo", other).status_code == 200


def test_nobody_revokes_the_token_of_another(
    app: Flask, program: Program, clock: Clock, admit: Callable[..., str]
) -> None:
    token = program.token()
    stranger = Program(app.test_client(), clock, "another-system")
    admit(stranger.registration())
    refused = stranger.post("/oauth/revoke", stranger.form(token=token), None)
    assert (refused.status_code, refused.json["error"]) == (400, "unauthorized_client")  # type: ignore[index]
    assert program.call("/api/echo", token).status_code == 200


def test_a_token_outlives_the_change_of_the_key_that_signed_it(
    program: Program, house: House, clock: Clock
) -> None:
    house.keyring.add_partner_key("token", clock())
    before = program.token()
    kid = jose.signer_of(before)[0]
    clock.pass_by(days=1, seconds=1)
    program.learn_nonce()
    after = program.token()
    assert jose.signer_of(after)[0] != kid
    keys = {key["kid"] for key in house.keyring.instance_keys().jwks(clock())["keys"]}
    assert {kid, jose.signer_of(after)[0]} <= keys
    clock.pass_by(minutes=11)
    keys = {key["kid"] for key in house.keyring.instance_keys().jwks(clock())["keys"]}
    assert kid not in keys
    assert tokens.LIFETIME.total_seconds() < 600
