"""A provider that lies gets nowhere: no session, no failure of ours, and a plain sentence."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from repatriation.records.providers import Newcomer, Vouched
from repatriation.records.trail import Trail
from repatriation.work.house import House
from tests.partners.openid.conftest import CODE, come_by
from tests.partners.openid.provider import (
    CLIENT,
    EC,
    RSA,
    STRANGE,
    WEAK,
    Provider,
    Sent,
    by_secret,
    payload_of,
    signed,
    unsigned,
)
from tests.web.conftest import Clock, Visitor

Bend = Callable[[Provider], None]
DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000


def said(hook: str, **members: Any) -> Bend:
    """Say something else in these members; None leaves the member out."""

    def bend(provider: Provider) -> None:
        def change(true: dict[str, Any]) -> dict[str, Any]:
            changed = {**true, **members}
            return {name: value for name, value in changed.items() if value is not None}

        setattr(provider, hook, change)

    return bend


def later(claim: str, seconds: int) -> Bend:
    """Move a moment in the ID token."""

    def bend(provider: Provider) -> None:
        provider.bend_claims = lambda true: {**true, claim: int(provider.clock().timestamp()) + seconds}

    return bend


def old(seconds: int) -> Bend:
    """An ID token made so long ago, and good for long."""

    def bend(provider: Provider) -> None:
        now = int(provider.clock().timestamp())
        provider.bend_claims = lambda true: {**true, "iat": now - seconds, "exp": now + 999_999}

    return bend


def sends(**members: Any) -> Bend:
    """The token endpoint sends something else altogether."""

    def bend(provider: Provider) -> None:
        def change(true: Sent) -> Sent:
            return Sent(**{**vars(true), **members})

        provider.bend_sent = change

    return bend


def sets(**hooks: Any) -> Bend:
    """Set hooks of the provider."""

    def bend(provider: Provider) -> None:
        for name, value in hooks.items():
            setattr(provider, name, value)

    return bend


def none_signed(provider: Provider) -> None:
    """The list of the provider's own algorithms holds `none`, and its token has no signature."""
    provider.bend_token = lambda true: unsigned(payload_of(true))


def by_public_key(provider: Provider) -> None:
    """HMAC with the provider's public key as the secret."""
    pem = RSA.as_pem(private=False)
    provider.bend_token = lambda true: by_secret({"alg": "HS256", "kid": "rsa"}, payload_of(true), pem)


def twice(provider: Provider) -> None:
    """Two subjects in one token."""
    provider.bend_token = lambda true: signed(
        {"alg": "ES256", "kid": "ec"}, payload_of(true).replace('"sub"', '"sub": "other", "sub"'), EC
    )


LIES: dict[str, dict[str, Bend]] = {
    "token_algorithm": {
        "an unsigned token": none_signed,
        "a token signed with a public key as a secret": by_public_key,
        "an unheard-of algorithm": said("bend_header", alg="XS256"),
        "an algorithm that is a list": sets(
            bend_token=lambda true: f"eyJhbGciOltdfQ.{true.split('.')[1]}.AAAA"
        ),
    },
    "token_signature": {
        "a token signed by somebody else": sets(sign_with=STRANGE),
        "a token without its signature": sets(bend_token=lambda true: true.rpartition(".")[0] + "."),
        "a token whose signature was changed": sets(bend_token=lambda true: true[:-6] + "AAAAAA"),
        "a key of nonsense": sets(
            bend_keys=lambda _: [{"kty": "EC", "crv": "P-256", "kid": "ec", "x": [], "y": {}}]
        ),
    },
    "token_header": {
        "a token that brings its own key": lambda p: (
            said("bend_header", jwk=STRANGE.as_dict(private=False))(p),
            sets(sign_with=STRANGE)(p),
        )[0],
        "a token that names a key elsewhere": said("bend_header", jku="https://evil.example/keys"),
        "a token with critical extensions": said("bend_header", crit=["b64"], b64=False),
    },
    "token_typ": {
        "a token for another purpose": said("bend_header", typ="at+jwt"),
    },
    "token_key": {
        "a token under an unknown key": said("bend_header", kid="nobody's"),
        "two keys of one name": sets(bend_keys=lambda true: [*true, true[0]]),
    },
    "key_weak": {
        "a weak key": lambda p: (
            sets(algorithm="RS256", sign_with=WEAK, bend_keys=lambda _: [WEAK.as_dict(private=False)])(p),
            said("bend_header", kid="weak")(p),
        )[0],
    },
    "key_not_public": {
        "private keys among the public ones": sets(bend_keys=lambda _: [EC.as_dict(private=True)]),
    },
    "keys": {
        "no keys": sets(bend_keys=lambda _: []),
        "keys that are no keys": sets(bend_keys=lambda _: ["key", 7, None]),
        "keys that are a word": sets(bend_keys=lambda _: "keys"),
    },
    "too_large": {
        "a thousand keys": sets(bend_keys=lambda true: true * 400),
        "an answer of megabytes": sends(body=b'{"a":"' + b"x" * 3_000_000 + b'"}'),
    },
    "token_issuer": {
        "another's token": said("bend_claims", iss="https://other.example"),
        "a token that names nobody as its maker": said("bend_claims", iss=None),
    },
    "token_audience": {
        "a token for another program": said("bend_claims", aud="another"),
        "a token for nobody": said("bend_claims", aud=None),
        "a token for a number": said("bend_claims", aud=7),
    },
    "token_azp": {
        "a token for several, without saying for whom": said("bend_claims", aud=[CLIENT, "another"]),
        "a token for several, used by another": said("bend_claims", aud=[CLIENT, "x"], azp="x"),
        "a token used by another": said("bend_claims", azp="another"),
    },
    "token_expired": {
        "a token that ended 90 seconds ago": later("exp", -90),
    },
    "token_time": {
        "a token that never ends": said("bend_claims", exp=None),
        "a token that ends in words": said("bend_claims", exp="tomorrow"),
        "a token that ends at true": said("bend_claims", exp=True),
        "a token of no time": said("bend_claims", iat=None),
    },
    "token_too_old": {
        "a token of last week": old(7 * 86400),
    },
    "token_from_the_future": {
        "a token made in a minute from now": later("iat", 60),
        "a token not good yet": later("nbf", 60),
    },
    "token_nonce": {
        "a token for another question": said("bend_claims", nonce="of another"),
        "a token for no question": said("bend_claims", nonce=None),
        "a token with a question that is a list": said("bend_claims", nonce=["n"]),
    },
    "token_at_hash": {
        "a token beside another access token": said("bend_claims", at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
        "a token beside an access token that is a number": said("bend_claims", at_hash=7),
    },
    "token_subject": {
        "nobody": said("bend_claims", sub=None),
        "an empty name": said("bend_claims", sub=""),
        "a name of 5000 letters": said("bend_claims", sub="x" * 5000),
        "a name with line ends": said("bend_claims", sub="sok\nadmin"),
        "a name in other letters": said("bend_claims", sub="sоk"),
        "a name that is a list": said("bend_claims", sub=["sok"]),
    },
    "not_json": {
        "two names": twice,
        "an answer without bottom": sends(body=DEEP),
        "an answer that says all twice": sends(body=b'{"token_type":"Bearer","token_type":"mac"}'),
        "an answer with no numbers": sends(body=b'{"expires_in":NaN}'),
        "an answer that is no text": sends(body=b"\xff\xfe\x00"),
    },
    "token_malformed": {
        "a token in six parts": sets(bend_token=lambda true: true + ".a.b.c"),
        "a token that is a number": sets(bend_token=lambda _: 7),
        "a token of 60,000 letters": sets(bend_token=lambda _: "x" * 60_000),
        "no token": said("bend_answer", id_token=None),
    },
    "token_endpoint": {
        "no access token": said("bend_answer", access_token=None),
        "an error with a token": sends(status=400),
        "a failure": sends(status=500, body=b"oops", kind="text/plain"),
        "an answer elsewhere": sends(status=302, headers={"Location": "/elsewhere"}, body=b""),
        "an answer elsewhere that keeps the form": sends(
            status=307, headers={"Location": "/token"}, body=b""
        ),
        "an answer that is a page": sends(kind="text/html"),
        "an empty answer": sends(body=b""),
    },
    "token_type": {
        "a token of another kind": said("bend_answer", token_type="mac"),
        "a token of no kind": said("bend_answer", token_type=None),
    },
    "not_an_object": {
        "a list for an answer": sets(bend_answer=lambda _: ["token"]),
        "a description that is a list": sets(bend_discovery=lambda _: ["issuer"]),
    },
    "discovery_issuer": {
        "another's description": said("bend_discovery", issuer="https://other.example"),
        "a description of nobody": said("bend_discovery", issuer=None),
    },
    "discovery": {
        "a description of 500": sets(bend_discovery=lambda _: Sent(500, body=b"{}")),
        "a description elsewhere": sets(
            bend_discovery=lambda _: Sent(302, headers={"Location": "/elsewhere"})
        ),
    },
    "discovery_endpoint": {
        "a token endpoint inside our walls": said("bend_discovery", token_endpoint="http://169.254.169.254/"),
        "keys on another host": said("bend_discovery", jwks_uri="https://evil.example/keys"),
        "a page on another host": said("bend_discovery", authorization_endpoint="https://evil.example/"),
        "a page that is a script": said("bend_discovery", authorization_endpoint="javascript:alert(1)"),
        "a page with a name in it": said(
            "bend_discovery", authorization_endpoint="http://user@127.0.0.1:1/authorize"
        ),
        "no token endpoint": said("bend_discovery", token_endpoint=None),
        "a token endpoint that is a number": said("bend_discovery", token_endpoint=7),
    },
    "discovery_misfit": {
        "only plain challenges": said("bend_discovery", code_challenge_methods_supported=["plain"]),
        "only unsigned tokens": said("bend_discovery", id_token_signing_alg_values_supported=["none"]),
        "only other programs": said("bend_discovery", token_endpoint_auth_methods_supported=["none"]),
    },
    "discovery_par": {
        "a way ahead that is needed and not there": said(
            "bend_discovery", require_pushed_authorization_requests=True
        ),
    },
    "par": {
        "a way ahead that fails": lambda p: setattr(
            p,
            "bend_discovery",
            lambda true: {**true, "pushed_authorization_request_endpoint": f"{p.issuer}/par"},
        ),
    },
    "answer_issuer": {
        "an answer from another": said("bend_return", iss="https://other.example"),
        "an answer from nobody": said("bend_return", iss=None),
    },
    "answer_state": {
        "an answer to another question": said("bend_return", state="of another"),
        "an answer to no question": said("bend_return", state=None),
    },
    "answer_code": {
        "an answer without a code": said("bend_return", code=None),
        "an answer with an empty code": said("bend_return", code=""),
        "an answer with a code of 5000 letters": said("bend_return", code="x" * 5000),
    },
    "answer_twice": {
        "an answer with two codes": said("bend_return", code=["a", "b"]),
    },
    "answer_error": {
        "an answer that is an error": said("bend_return", error="access_denied"),
    },
}
"""Every lie, by the code under which it must be refused: for another reason would be by accident."""


@pytest.mark.parametrize(("why", "lie"), [(why, lie) for why, lies in LIES.items() for lie in lies])
def test_a_lie_gets_nowhere(why: str, lie: str, provider: Provider, visitor: Visitor, house: House) -> None:
    LIES[why][lie](provider)
    answer = come_by(visitor, provider)
    assert answer.status_code == 400, answer.text
    assert "You could not be signed in" in answer.text
    assert visitor.open("/account").location.startswith("/sign-in")
    with house.doors.read() as session:
        assert session.exec(select(Vouched)).all() == []
        assert session.exec(select(Newcomer)).all() == []
        event = session.exec(select(Trail).where(Trail.tag == "account:vouching:refused")).one()
    assert event.detail == {"provider": CODE, "why": why}


def bent(hook: str, value: Any) -> Bend:
    """One true thing said otherwise."""
    return sets(**{hook: value})


TRUTHS: dict[str, Bend] = {
    "as it is": lambda _: None,
    "RS256": bent("algorithm", "RS256"),
    "PS256": bent("algorithm", "PS256"),
    "EdDSA": bent("algorithm", "EdDSA"),
    "Ed25519": bent("algorithm", "Ed25519"),
    "a typ": said("bend_header", typ="JWT"),
    "a header nobody knows": said("bend_header", tenant="x"),
    "no half hash": said("bend_claims", at_hash=None),
    "an audience of one": said("bend_claims", aud=[CLIENT]),
    "for several and used by us": said("bend_claims", aud=[CLIENT, "another"], azp=CLIENT),
    "clocks nine seconds apart": later("iat", 9),
    "ended nine seconds ago": later("exp", -9),
    "one key without a name": lambda p: (
        said("bend_header", kid=None)(p),
        sets(bend_keys=lambda true: true[:1])(p),
    )[0],
    "small letters": said("bend_answer", token_type="bearer"),
    "it does not say who it is": lambda p: (
        said("bend_return", iss=None)(p),
        said("bend_discovery", authorization_response_iss_parameter_supported=None)(p),
    )[0],
    "a subject of 255 letters": said("bend_claims", sub="x" * 255),
}


@pytest.mark.parametrize("truth", TRUTHS)
def test_the_truth_is_believed_however_it_is_told(truth: str, provider: Provider, visitor: Visitor) -> None:
    TRUTHS[truth](provider)
    answer = come_by(visitor, provider)
    assert answer.status_code == 200, answer.text
    assert "You are not let in yet" in answer.text
    assert visitor.open("/account").location.startswith("/sign-in")


def test_a_key_that_came_after_we_had_looked_is_fetched(
    provider: Provider, visitor: Visitor, clock: Clock
) -> None:
    provider.bend_keys = lambda true: [key for key in true if key["kid"] != "rsa"]
    assert come_by(visitor, provider).status_code == 200
    provider.bend_keys, provider.algorithm = lambda true: true, "RS256"
    assert come_by(visitor, provider).status_code == 200


def test_a_key_that_was_withdrawn_counts_for_ten_minutes_at_most(
    provider: Provider, visitor: Visitor, clock: Clock
) -> None:
    assert come_by(visitor, provider).status_code == 200
    provider.bend_keys = lambda true: [key for key in true if key["kid"] != "ec"]
    clock.pass_by(minutes=11)
    assert come_by(visitor, provider).status_code == 400


def test_a_provider_that_is_away_is_said_to_be(provider: Provider, visitor: Visitor) -> None:
    provider.bend_discovery = lambda _: Sent(503)
    answer = visitor.open(f"/sign-in/with/{CODE}")
    assert answer.status_code == 400
    assert "could not be reached" in answer.text


def test_why_it_was_refused_stands_in_the_trail_by_a_code(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    said("bend_claims", sub="x" * 300)(provider)
    come_by(visitor, provider)
    with house.doors.read() as session:
        event = session.exec(select(Trail).where(Trail.tag == "account:vouching:refused")).one()
    assert event.detail == {"provider": CODE, "why": "token_subject"}
    assert json.dumps(event.detail).isascii()
