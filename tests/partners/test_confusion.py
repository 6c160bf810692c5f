"""One signed thing in the place of another, and every other confusion that let somebody in elsewhere.

Each is tried alone and many at once; each is refused with the error that fits, and none ends in a failure of
ours.
"""

import hashlib
import hmac
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from gunicorn.http.errors import InvalidChunkSize
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlmodel import select

from partners import assertions, jose, tokens
from repatriation.records.trail import Trail
from repatriation.work.house import House
from repatriation.work.partners import approval
from repatriation.work.partners.ledger import STRANGERS
from tests.partners.programs import ISSUER, Program, forge
from tests.web.conftest import Clock

Cases = Iterator[tuple[str, Any]]


def _claims(program: Program, **further: Any) -> bytes:
    issued = int(program.clock().timestamp())
    told = {"iss": program.client_id, "sub": program.client_id, "aud": ISSUER, "jti": "0123456789" * 2}
    told |= {"iat": issued, "exp": issued + 60} | further
    return json.dumps(told).encode()


def assertions_of_liars(program: Program, house: House) -> Cases:
    """Assertions that prove nothing."""
    now, kid = int(program.clock().timestamp()), program.key.kid
    stranger = jose.new_signing_key()
    public = json.dumps(program.key.public.as_dict()).encode()
    yield "no algorithm", forge({"alg": "none"}, _claims(program), None)
    yield "algorithm NONE", forge({"alg": "NONE"}, _claims(program), None)
    for named in ("HS256", "RS256", "ES384", "ES256K", "", None, 7, ["ES256"], {"a": 1}):
        yield f"algorithm {named}", forge({"alg": named, "kid": kid}, _claims(program), program.key)
    signed = forge({"alg": "HS256", "kid": kid}, _claims(program), None).rstrip(".")
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    yield "a public key as a shared secret", f"{signed}.{jose.encode(mac)}"
    yield "a stranger's key under our name", forge({"alg": "ES256", "kid": kid}, _claims(program), stranger)
    yield (
        "the key in its own header",
        forge({"alg": "ES256", "jwk": stranger.public.bare()}, _claims(program), stranger),
    )
    for member in ("jku", "x5u", "x5c", "crit", "b64", "zip"):
        header = {"alg": "ES256", "kid": kid, member: "https://evil.example.org/keys"}
        yield f"header member {member}", forge(header, _claims(program), program.key)
    for odd in ("no such key", "\n\x00\x07", "é", "x" * 3000, 5, None, ["x"]):
        yield f"kid {odd!r:.20}", forge({"alg": "ES256", "kid": odd}, _claims(program), stranger)
    for typ in ("at+jwt", "dpop+jwt", "handoff+jws", "handoff-receipt+jws", "partner-card+jws", ["JWT"], 1):
        yield f"typ {typ}", forge({"alg": "ES256", "kid": kid, "typ": typ}, _claims(program), program.key)
    for aud in (
        f"{ISSUER}/oauth/token",
        f"{ISSUER}/api",
        f"{ISSUER}/",
        "https://other.example.org",
        [ISSUER, "https://other.example.org"],
        [],
        {"a": ISSUER},
        None,
        "",
    ):
        yield f"audience {aud}", program.assertion(aud=aud)
    yield "another issuer", program.assertion(iss="another-system")
    yield "no issuer", program.assertion(iss=None)
    yield "expired", program.assertion(iat=now - 120, exp=now - 11)
    yield "for a year", program.assertion(exp=now + 365 * 86400)
    yield "longer than five minutes", program.assertion(iat=now - 200, exp=now + 200)
    yield "from the future", program.assertion(iat=now + 61, exp=now + 100)
    yield "not before later", program.assertion(nbf=now + 61)
    for end in (None, "soon", True, 2**63, 1e300, -1, [now]):
        payload = _claims(program, exp=end)
        yield f"expires {end}", forge({"alg": "ES256", "kid": kid}, payload, program.key)
    for raw in (b"9" * 400, b"1e999", b"NaN", b"-Infinity"):
        payload = _claims(program).replace(b'"exp": ', b'"exp": ' + raw + b', "was": ')
        yield f"expires {raw[:9]!r}", forge({"alg": "ES256", "kid": kid}, payload, program.key)
    for jti in (None, "", "short", "x" * 20_000, 12345678, ["0123456789"]):
        yield f"jti {str(jti)[:9]}", program.assertion(jti=jti)
    yield "a proof in its place", program.proof("POST", "/oauth/token")
    yield "a token in its place", program.token()
    yield (
        "a member twice",
        forge({"alg": "ES256", "kid": kid}, b'{"sub":"x",' + _claims(program)[1:], program.key),
    )
    yield "no object", forge({"alg": "ES256", "kid": kid}, b"[1]", program.key)
    yield "deep", forge({"alg": "ES256", "kid": kid}, b"[" * 3000, program.key)
    yield "no payload", forge({"alg": "ES256", "kid": kid}, b"", program.key)
    good = program.assertion()
    yield "cut", good[:-1]
    yield "padded", good + "="
    yield "a letter changed", good[:-3] + ("A" if good[-3] != "A" else "B") + good[-2:]
    yield "no signature", good.rpartition(".")[0] + "."
    yield "four parts", good + ".x"
    yield "huge", "x" * 30_000
    yield "not ascii", "é.é.é"


def proofs_of_liars(program: Program, path: str, method: str, token: str | None) -> Cases:
    """Proofs that prove nothing, for one request."""
    now = int(program.clock().timestamp())

    def proof(**claims: Any) -> str:
        return program.proof(method, path, token, **claims)

    def headed(header: dict[str, Any], key: jose.SigningKey | None = program.proof_key) -> str:
        payload = jose.decode(proof().split(".")[1])
        return forge({"alg": "ES256", "typ": "dpop+jwt", **header}, payload, key)

    own = program.proof_key.public.bare()
    private = dict(program.proof_key.key.as_dict(private=True))
    yield "no key", headed({})
    yield "another key", headed({"jwk": jose.new_signing_key().public.bare()})
    yield "a private key", headed({"jwk": private})
    yield "a shared key", headed({"jwk": {"kty": "oct", "k": "AAAA"}})
    yield "a key of another curve", headed({"jwk": ECKey.generate_key("P-384").as_dict(private=False)})
    yield (
        "a key of Ed448",
        headed({"jwk": OKPKey.generate_key("Ed448").as_dict(private=False), "alg": "EdDSA"}),
    )
    small = {**RSAKey.generate_key(2048).as_dict(private=False)}
    yield "a key of a small exponent", headed({"jwk": {**small, "e": "Aw"}, "alg": "PS256"})
    yield "a point on no curve", headed({"jwk": {**own, "x": own["y"]}})
    for odd in ("x", 5, [own], {}, {"kty": "EC"}, {**own, "crv": ["P-256"]}, {**own, "x": 5}):
        yield f"key {str(odd)[:15]}", headed({"jwk": odd})
    yield "a key meant for sealing", headed({"jwk": {**own, "use": "enc"}})
    yield "unsigned", headed({"jwk": own, "alg": "none"}, None)
    yield "algorithm HS256", headed({"jwk": own, "alg": "HS256"})
    yield "algorithm RS256", headed({"jwk": own, "alg": "RS256"})
    for typ in (None, "JWT", "at+jwt", "DPOP+JWT", 1):
        yield f"typ {typ}", headed({"jwk": own, "typ": typ})
    yield "critical members", headed({"jwk": own, "crit": ["exp"]})
    for other in ("GET", "get", "PUT", "", None, 5, ["POST"]):
        if other != method:
            yield f"method {other}", proof(htm=other)
    for address in (
        f"{ISSUER}{path}/",
        f"https://evil.example.org{path}",
        f"http://127.0.0.1:8001{path}",
        f"https://127.0.0.1:8000{path}",
        path,
        "",
        "http://[",
        f"http://user@127.0.0.1:8000{path}",
        "http://127.0.0.1:99999999/",
        None,
        5,
        "x" * 5000,
    ):
        yield f"address {str(address)[:40]}", proof(htu=address)
    for issued in (now - 61, now + 11, None, str(now), True, 2**62, -5, 1.5e9):
        yield f"issued {issued}", proof(iat=issued)
    for jti in (None, "", "short", "x" * 129, 12345678):
        yield f"jti {str(jti)[:9]}", proof(jti=jti)
    if token is not None:
        for digest in (None, "", jose.digest("another token"), 5):
            yield f"token {digest}", proof(ath=digest)
    yield "two in one", f"{proof()}, {proof()}"
    yield "an assertion in its place", program.assertion()
    yield "huge", "x" * 9000


NOT_AUTHENTICATED = (400, "invalid_client")


def test_no_assertion_of_a_liar_is_believed(program: Program, house: House) -> None:
    program.learn_nonce()
    for what, text in assertions_of_liars(program, house):
        form = program.form(text, grant_type="client_credentials", scope="cases:read")
        paths = ("/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke")
        for number, path in enumerate(paths):  # each from an address of its own: nobody is slowed down yet
            answer = program.post(path, form, environ_overrides={"REMOTE_ADDR": f"203.0.113.{number}"})
            told = (answer.status_code, (answer.json or {}).get("error"))
            assert told == NOT_AUTHENTICATED, (what, path, answer.text)
    assert program.ask().status_code == 200


def test_who_is_not_known_is_told_no_more_than_who_signs_wrongly(
    app: Flask, program: Program, clock: Clock
) -> None:
    stranger = Program(app.test_client(), clock, "nobody-knows-me")
    impostor = Program(app.test_client(), clock, program.client_id)
    assert stranger.ask().json == impostor.ask().json
    assert stranger.ask().headers.get("WWW-Authenticate") == impostor.ask().headers.get("WWW-Authenticate")


def test_who_cannot_say_who_they_are_is_slowed_down_and_keeps_no_partner_out(
    program: Program, house: House, clock: Clock
) -> None:
    stranger = Program(program.client, clock, "nobody-knows-me")
    stranger.learn_nonce()
    forms = [
        stranger.form(grant_type="client_credentials", scope="cases:read"),
        program.form(program.assertion(stranger.key), grant_type="client_credentials", scope="cases:read"),
        {"client_assertion": "x", "client_assertion_type": "y", "grant_type": "client_credentials"},
    ]
    most = STRANGERS[0]
    for number in range(most):
        assert stranger.post("/oauth/token", forms[number % 3]).json["error"] == "invalid_client"  # type: ignore[index]
    for path in ("/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke"):
        for form in forms:
            slowed = stranger.post(path, {**form, "token": "x"})
            assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "1"), path
    assert program.call("/api/echo", program.token()).status_code == 200, "behind the same address"
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert stranger.post("/oauth/token", forms[0], environ_overrides=elsewhere).status_code == 400
    clock.pass_by(seconds=3)
    assert stranger.post("/oauth/token", forms[2]).status_code == 400


def test_there_is_one_way_to_say_who_one_is(program: Program) -> None:
    program.learn_nonce()
    given = {"grant_type": "client_credentials", "scope": "cases:read"}
    basic = {"Authorization": "Basic aW9tLWNhc2Utc3lzdGVtOng="}
    for headers, form in (
        (basic, program.form(**given)),
        (basic, given),
        ({}, program.form(**given, client_secret="x")),
        ({}, {**given, "client_id": program.client_id}),
        ({}, {**given, "client_id": program.client_id, "client_secret": "x"}),
        ({}, program.form(**given, client_id="another-system")),
        ({}, {**program.form(**given), "client_assertion_type": "x"}),
        ({}, {**program.form(**given), "client_assertion_type": ""}),
        ({}, given),
    ):
        answer = program.post("/oauth/token", form, headers=headers)
        assert answer.status_code == 400
        assert answer.json["error"] in ("invalid_client", "invalid_request")  # type: ignore[index]


def test_an_assertion_counts_once_also_of_many_at_once(app: Flask, program: Program) -> None:
    program.learn_nonce()
    form = program.form(grant_type="client_credentials", scope="cases:read")
    answers = _at_once(app, [(form, program.proof("POST", "/oauth/token")) for _ in range(16)])
    assert sorted(answers) == [(200, None), *[NOT_AUTHENTICATED] * 15]


def test_a_proof_counts_once_also_of_many_at_once(app: Flask, program: Program) -> None:
    program.learn_nonce()
    proof = program.proof("POST", "/oauth/token")
    forms = [program.form(grant_type="client_credentials", scope="cases:read") for _ in range(16)]
    answers = _at_once(app, [(form, proof) for form in forms])
    assert sorted(answers) == [(200, None), *[(400, "invalid_dpop_proof")] * 15]
    # A replayed proof used nothing else up.
    replayed = next(form for form, answer in zip(forms, answers, strict=True) if answer[0] == 400)
    assert program.post("/oauth/token", replayed).status_code == 200


def test_no_proof_of_a_liar_is_believed_at_the_token_endpoint(program: Program) -> None:
    program.learn_nonce()
    for what, proof in proofs_of_liars(program, "/oauth/token", "POST", None):
        form = program.form(grant_type="client_credentials", scope="cases:read")
        answer = program.post("/oauth/token", form, proof)
        assert (answer.status_code, answer.json) == (400, {"error": "invalid_dpop_proof"}), what
    without = program.post(
        "/oauth/token", program.form(grant_type="client_credentials", scope="cases:read"), None
    )
    assert without.json["error"] == "invalid_dpop_proof"  # type: ignore[index]


def test_no_proof_of_a_liar_is_believed_by_the_api(program: Program) -> None:
    token = program.token()
    for what, proof in proofs_of_liars(program, "/api/echo", "POST", token):
        answer = program.call("/api/echo", token, proof, method="POST", json={"text": "x"})
        assert answer.status_code == 401, what
        assert answer.json["code"] == "invalid_dpop_proof", what  # type: ignore[index]
        assert 'error="invalid_dpop_proof"' in answer.headers["WWW-Authenticate"]
    other = jose.new_signing_key()
    program.proof_key, own = other, program.proof_key
    assert program.call("/api/echo", token).json["code"] == "invalid_dpop_proof"  # type: ignore[index]
    program.proof_key = own
    assert program.call("/api/echo", token).status_code == 200


def test_a_nonce_of_another_time_or_place_must_be_renewed(program: Program, clock: Clock) -> None:
    token = program.token()
    old = program.nonce
    clock.pass_by(seconds=130)
    for nonce in (None, "", old, "é", "x" * 500, 5):
        answer = program.call("/api/echo", token, program.proof("GET", "/api/echo", token, nonce=nonce))
        assert answer.status_code == 401
        assert answer.json["code"] == "use_dpop_nonce"  # type: ignore[index]
        assert 'error="use_dpop_nonce"' in answer.headers["WWW-Authenticate"]
        program.nonce = answer.headers["DPoP-Nonce"]
    assert program.call("/api/echo", token).status_code == 200


def test_a_proof_for_the_api_counts_once_of_many_at_once(app: Flask, program: Program) -> None:
    token = program.token()
    proof = program.proof("GET", "/api/echo", token)

    def call(_: int) -> int:
        other = Program(app.test_client(), program.clock)
        return other.call("/api/echo", token, proof).status_code

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(call, range(24))) == [200, *[401] * 23]


def tokens_of_liars(program: Program, house: House) -> Cases:
    """Tokens that open nothing."""
    now = program.clock()
    keys = house.keyring.instance_keys()
    token_key, bound = keys.token_key(now), program.proof_key.public.thumbprint

    def token(**changed: Any) -> tokens.Token:
        made = tokens.new(program.client_id, ["cases:read"], bound, now, agency="KHM-EMB-THA")
        return tokens.Token(**{**_members(made), **changed})

    def claimed(typ: str | None, **claims: Any) -> str:
        _, told = jose.signer_of(tokens.write(token(), ISSUER, token_key))
        return jose.sign({k: v for k, v in (told | claims).items() if v is not None}, typ, token_key)

    yield "of another issuer", tokens.write(token(), "https://other.example.org", token_key)
    yield "signed by the envelope key", tokens.write(token(), ISSUER, keys.envelope_key(now))
    yield "signed by the program", tokens.write(token(), ISSUER, program.key)
    for typ in (None, "JWT", "dpop+jwt", "AT+JWT"):
        yield f"typ {typ}", claimed(typ)
    for aud in (ISSUER, "https://other.example.org/api", [f"{ISSUER}/api"], None, program.client_id):
        yield f"audience {aud}", claimed("at+jwt", aud=aud)
    yield "expired", tokens.write(token(expires=now - timedelta(seconds=11)), ISSUER, token_key)
    yield "from the future", tokens.write(token(issued=now + timedelta(seconds=61)), ISSUER, token_key)
    for name in ("exp", "iat", "jti", "client_id", "sub", "scope", "cnf"):
        yield f"no {name}", claimed("at+jwt", **{name: None})
    bindings: list[object] = [{}, {"jkt": None}, {"x5t#S256": "x"}, "x", []]
    for bound_to in bindings:
        yield f"bound to {bound_to}", claimed("at+jwt", cnf=bound_to)
    yield "of a client that is gone", claimed("at+jwt", client_id="gone", sub="gone")
    yield "of an officer that is gone", claimed("at+jwt", sub="0190-gone")
    yield "an assertion", program.assertion(aud=f"{ISSUER}/api")
    yield "unsigned", tokens.write(token(), ISSUER, token_key).rpartition(".")[0] + "."
    yield "nothing", "x"
    yield "huge", "x" * 9000


def test_no_token_of_a_liar_opens_anything(program: Program, house: House) -> None:
    program.learn_nonce()
    for what, text in tokens_of_liars(program, house):
        answer = program.call("/api/echo", text)
        assert answer.status_code == 401, what
        assert answer.json["code"] == "invalid_token", what  # type: ignore[index]


def test_a_token_is_never_taken_without_its_proof_or_in_another_way(program: Program) -> None:
    token = program.token()
    proof = program.proof("GET", "/api/echo", token)
    for headers, path, code in (
        ({"Authorization": f"Bearer {token}"}, "/api/echo", "invalid_token"),
        ({"Authorization": f"Bearer {token}", "DPoP": proof}, "/api/echo", "invalid_token"),
        ({"Authorization": f"DPoP {token}"}, "/api/echo", "invalid_dpop_proof"),
        ({"Authorization": "DPoP"}, "/api/echo", "invalid_token"),
        ({"Authorization": ""}, "/api/echo", "invalid_token"),
        ({}, f"/api/echo?access_token={token}", "invalid_token"),
        ({"Cookie": f"session={token}"}, "/api/echo", "invalid_token"),
    ):
        answer = program.client.get(path, headers=headers, base_url=ISSUER)
        assert (answer.status_code, answer.json["code"]) == (401, code)  # type: ignore[index]
        assert answer.headers["WWW-Authenticate"].startswith("DPoP ")


def test_nothing_is_taken_from_the_address_and_nothing_twice(program: Program) -> None:
    program.learn_nonce()
    form = program.form(grant_type="client_credentials", scope="cases:read")
    as_text = "&".join(f"{name}={value}" for name, value in form.items())
    for path, data in (
        ("/oauth/token?scope=handoff:send", form),
        ("/oauth/token?x", form),
        ("/oauth/token", as_text + "&scope=handoff:send"),
        ("/oauth/token", as_text + "&client_assertion=x"),
        ("/oauth/token", as_text + "&x=%00"),
        ("/oauth/token", as_text + "&x=%ff"),
        ("/oauth/token", "&".join(f"p{n}=1" for n in range(50))),
        ("/oauth/token", "x" * 70_000),
        ("/oauth/token", ""),
        ("/oauth/token", "{}"),
    ):
        answer = program.client.post(
            path, data=data, base_url=ISSUER, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in (400, 413), path
        assert answer.json["error"] in ("invalid_request", "unsupported_grant_type")  # type: ignore[index]
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
        refused = program.client.post("/oauth/token", data=as_text, base_url=ISSUER, content_type=kind)
        assert (refused.status_code, refused.json["error"]) == (415, "invalid_request")  # type: ignore[index]


def test_what_is_asked_for_must_exist_and_be_agreed(
    app: Flask, clock: Clock, admit: Callable[..., str]
) -> None:
    program = Program(app.test_client(), clock)
    admit(program.registration(scope="cases:read visits:read"))
    for scope in (
        "",
        "cases:act",
        "cases:read cases:act",
        "admin",
        "cases:*",
        "cases:read  visits:read",
        "é",
    ):
        assert program.ask(scope).json["error"] == "invalid_scope"  # type: ignore[index]
    assert program.ask(scope=None).json["error"] == "invalid_scope"  # type: ignore[arg-type, index]
    for grant in (
        "password",
        "refresh_token",
        "implicit",
        'é"\\',
        "",
        "urn:ietf:params:oauth:grant-type:device_code",
    ):
        assert program.ask(grant_type=grant).json["error"] == "unsupported_grant_type"  # type: ignore[index]
    by_code = program.ask(grant_type="authorization_code", code="x", redirect_uri="x")
    assert by_code.json["error"] == "unauthorized_client"  # type: ignore[index]
    assert program.ask(resource="https://other.example.org").json["error"] == "invalid_target"  # type: ignore[index]
    assert program.ask(resource=f"{ISSUER}/api").status_code == 200


def test_the_issuer_is_never_taken_from_what_a_request_says(program: Program) -> None:
    spoofed = {"X-Forwarded-Host": "evil.example.org", "X-Forwarded-Proto": "https", "Forwarded": "host=evil"}
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/api"):
        told = program.client.get(path, headers=spoofed, base_url=ISSUER)
        assert told.status_code == 200
        assert "evil" not in told.text
        assert told.json == program.client.get(path, base_url="http://localhost").json
    evil = "https://evil.example.org"
    assert program.client.get("/.well-known/oauth-authorization-server", base_url=evil).status_code == 400
    program.learn_nonce()
    form = program.form(program.assertion(aud=evil), grant_type="client_credentials", scope="cases:read")
    proof = program.proof("POST", "/oauth/token", htu=f"{evil}/oauth/token")
    answer = program.post("/oauth/token", form, proof, headers=spoofed)
    assert (answer.status_code, answer.json["error"]) == NOT_AUTHENTICATED  # type: ignore[index]
    assert assertions.KIND in form.values()


def test_what_a_program_sends_is_read_strictly(program: Program) -> None:
    token = program.token()

    def send(data: bytes, kind: str = "application/json") -> tuple[int, str]:
        program.nonce = program.client.get("/oauth/jwks", base_url=ISSUER).headers["DPoP-Nonce"]
        answer = program.call("/api/echo", token, method="POST", data=data, content_type=kind)
        return answer.status_code, (answer.json or {}).get("code", "")

    assert send(b'{"text": "x"}')[0] == 200
    assert send('{"text": "ភាសាខ្មែរ"}'.encode(), "application/json; charset=utf-8")[0] == 200
    for data in (
        b"[" * 100_000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b'{"text": "x", "text": "y"}',
        b'{"text": NaN}',
        b'{"text": "x", "number": 1e999}',
        b'{"text": "x", "number": ' + b"9" * 5000 + b"}",
        b'{"text": "\\ud800"}',
        b'{"text": "\\u0000"}',
        b'{"text": "\x00"}',
        b'\xff\xfe{"text": "x"}',
        b'\xef\xbb\xbf{"text": "x"}',
        '{"text": "é"}'.encode("latin-1"),
        b"[]",
        b'"x"',
        b"null",
        b"",
        b"{",
        b'{"text": "x"} x',
        b"{'text': 'x'}",
    ):
        assert send(data) in ((400, "malformed"), (413, "too_large")), data[:30]
    assert send(b'{"text": "' + b"x" * 70_000 + b'"}') == (413, "too_large")
    assert send(b'{"text": 5}') == (422, "invalid")
    assert send(b"{}") == (422, "invalid")
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-7",
        "",
        "é",
    ):
        assert send(b'{"text": "x"}', kind) == (415, "media_type"), kind


class Garbled(io.RawIOBase):
    """A body in chunks whose sizes cannot be read, as Gunicorn hands it on."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise InvalidChunkSize(b"zz")


def test_a_body_in_chunks_that_are_none_is_refused(program: Program) -> None:
    def garbled(kind: str) -> dict[str, Any]:
        return {
            "method": "POST",
            "content_type": kind,
            "environ_overrides": {"wsgi.input": Garbled(), "wsgi.input_terminated": True},
        }

    answer = program.call("/api/echo", program.token(), **garbled("application/json"))
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")  # type: ignore[index]
    for path in ("/oauth/token", "/sign-in"):
        answer = program.client.open(path, base_url=ISSUER, **garbled("application/x-www-form-urlencoded"))
        assert answer.status_code == 400


def test_a_refusal_repeats_nothing_that_was_sent(program: Program) -> None:
    token = program.token()
    secret = "Sok-was-here"
    body = json.dumps({"text": 5, secret: secret}).encode()
    answer = program.call("/api/echo", token, method="POST", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert secret not in answer.text
    assert token not in answer.text


def test_addresses_that_do_not_exist_are_refused_as_to_a_program(program: Program) -> None:
    for path in ("/api/nothing", "/oauth/nothing", "/.well-known/nothing"):
        answer = program.client.get(path, base_url=ISSUER)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    wrong = program.client.get("/oauth/token", base_url=ISSUER)
    assert (wrong.status_code, set(wrong.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})


def test_a_path_of_other_scripts_is_proved_however_it_is_spelt(program: Program) -> None:
    token = program.token()
    proof = program.proof("GET", "/api/echo/%E1%9E%80%20a%2Bb", token)
    assert program.call("/api/echo/ក a+b", token, proof).status_code == 200


def test_many_liars_at_once_bring_nothing_down(app: Flask, program: Program, house: House) -> None:
    program.learn_nonce()
    forms = [
        (
            program.form(text, grant_type="client_credentials", scope="cases:read"),
            program.proof("POST", "/oauth/token"),
        )
        for _, text in assertions_of_liars(program, house)
    ]
    answers = _at_once(app, forms)
    assert set(answers) == {NOT_AUTHENTICATED}
    assert program.ask().status_code == 200


def test_what_was_refused_stands_in_the_trail_without_what_was_sent(
    program: Program, house: House, clock: Clock
) -> None:
    token = program.token()
    for _ in range(30):
        program.call("/api/echo", token, program.proof("GET", "/api/other", token))
    approval.suspend(house, None, clock(), program.client_id)
    program.call("/api/echo", token)
    with house.doors.read() as session:
        kept = session.exec(select(Trail.detail).where(Trail.tag == "partner:call:refused")).all()
    codes = [detail["code"] for detail in kept]
    assert codes.count("invalid_dpop_proof.htu") == 10
    assert codes[-1] == "invalid_token.not_active"
    assert token[:20] not in json.dumps(kept)


def _at_once(app: Flask, sent: list[tuple[dict[str, Any], str]]) -> list[tuple[int, str | None]]:
    def post(each: tuple[dict[str, Any], str]) -> tuple[int, str | None]:
        answer = app.test_client().post(
            "/oauth/token", data=each[0], headers={"DPoP": each[1]}, base_url=ISSUER
        )
        return answer.status_code, (answer.json or {}).get("error")

    with ThreadPoolExecutor(12) as pool:
        return list(pool.map(post, sent))


def _members(token: tokens.Token) -> dict[str, Any]:
    return {name: getattr(token, name) for name in tokens.Token.__dataclass_fields__}


@pytest.fixture(autouse=True)
def roomy(house: House) -> None:
    """Liars are turned away by what they send, not by how much of it."""
    object.__setattr__(house, "partner_rate", 1000)
