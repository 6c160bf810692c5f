"""Which partner's program is calling: its token, its proof that it holds the token's key, and whether it may.

A view under /api names the scopes that open it with `@machine(...)`. Nothing is taken from a browser's
session there, and everything is looked up anew at each call, so that suspending a partner works at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request

from partners import dpop, jose, tokens
from partners.ledger import Once, Replayed, TooFast, Turned
from partners.scopes import SCOPES
from repatriation.web.api.problems import Problem
from repatriation.web.session import house, now
from repatriation.work.actors import Actor
from repatriation.work.partners import ledger
from repatriation.work.partners.registry import Sender

View = TypeVar("View", bound=Callable[..., Any])

_ALGORITHMS = " ".join(jose.ALGORITHMS)


@dataclass(frozen=True, slots=True)
class Caller:
    """A partner's program at the other end. `actor` is itself, or the officer in whose place it calls."""

    client_id: str
    partner_id: str
    organisation: str
    scopes: frozenset[str]
    actor: Actor
    token_id: str
    sender: Sender


def machine(*scopes: str) -> Callable[[View], View]:
    """Say which scopes open a call, any one of which is enough: `@machine("cases:read")`, under the route's
    own decorator. With none, any active partner may call. KeyError when there is no such scope.
    """
    opens = frozenset(scopes)
    for scope in opens:
        SCOPES[scope]

    def name_it(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            g.caller = _check(opens)
            return view(*args, **kwargs)

        checked.__dict__["machine"] = opens
        return cast(View, checked)

    return name_it


def caller() -> Caller:
    """The program at the other end. Only in views that name their scopes."""
    return cast(Caller, g.caller)


def nonces() -> dpop.Nonces:
    """The nonces of this installation."""
    return cast(dpop.Nonces, current_app.extensions["nonces"])


def add_nonce(response: Response) -> Response:
    """Send the nonce that the next proof is to carry along with whatever is answered to a program."""
    response.headers["DPoP-Nonce"] = nonces().current(now())
    return response


def one_header(name: str) -> str | None:
    """The value of a header that may come once, or None when there is none. Raises Problem."""
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise Problem("invalid_request", f"The header {name} came more than once.")
    return values[0] if values else None


def address() -> str:
    """The address of this request as partners know it: our issuer is from the settings, never from what a
    request says its host is.
    """
    return f"{house().issuer}{request.path}"


def _check(opens: frozenset[str]) -> Caller:
    text = _token()
    moment = now()
    try:
        token = tokens.read(text, house().issuer, house().keyring.instance_keys().token_keys(moment), moment)
    except jose.Unproven:
        raise _refusal("invalid_token") from None
    proof = _proof(text, token)
    try:
        program = ledger.admit(house(), moment, token, (Once(proof.once, proof.until),))
    except Replayed:
        raise _refused(token, "invalid_dpop_proof", "replayed") from None
    except TooFast:
        raise Problem("too_fast", headers={"Retry-After": "1"}) from None
    except Turned as turned:
        raise _refused(token, "invalid_token", turned.code) from None
    held = token.scopes & program.scopes
    if opens and not opens & held:
        raise _refused(token, "insufficient_scope", "scope", f' scope="{" ".join(sorted(opens))}"')
    assert program.actor is not None
    return Caller(
        client_id=program.client_id,
        partner_id=program.partner_id,
        organisation=program.organisation,
        scopes=held,
        actor=program.actor,
        token_id=token.id,
        sender=program.sender,
    )


def _token() -> str:
    sent = one_header("Authorization")
    if sent is None:
        raise Problem("invalid_token", headers={"WWW-Authenticate": f'DPoP algs="{_ALGORITHMS}"'})
    scheme, _, text = sent.partition(" ")
    if scheme.lower() != "dpop" or not text:
        raise _refusal("invalid_token")
    return text


def _proof(text: str, token: tokens.Token) -> dpop.Proof:
    sent = one_header("DPoP")
    if sent is None:
        raise _refusal("invalid_dpop_proof")
    try:
        return dpop.check(
            sent, request.method, address(), now(), nonces(), token=text, thumbprint=token.thumbprint
        )
    except dpop.UseNonce:
        raise _refusal("use_dpop_nonce") from None
    except jose.Unproven as problem:
        raise _refused(token, "invalid_dpop_proof", problem.code) from None


def _refused(token: tokens.Token, code: str, why: str, further: str = "") -> Problem:
    """A refusal of a program that we know; the trail learns why."""
    ledger.refused(house(), token.client_id, f"{code}.{why}", now())
    return _refusal(code, further)


def _refusal(code: str, further: str = "") -> Problem:
    told = f'DPoP error="{code}"{"," + further if further else ""}, algs="{_ALGORITHMS}"'
    return Problem(code, headers={"WWW-Authenticate": told})
