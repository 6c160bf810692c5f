"""The authorization server: who may have a token, for what, and what becomes of it.

It stands on Authlib's framework-neutral server and its two grants. What those leave open is closed here: one
way to say who one is, a proof of possession for each token, nothing taken from an address, everything used up
in one transaction, and one and the same answer to whoever is not who they say.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge

from partners import assertions, codes, dpop, jose, scopes, tokens
from partners.errors import InvalidProofError, InvalidTargetError, SlowDownError, UseNonceError, not_known
from partners.keys import InstanceKeys
from partners.ledger import Ledger, Once, Program, Replayed, TooFast, Turned

AUTHENTICATION: Final = "private_key_jwt"
GRANTS: Final = ("client_credentials", "authorization_code")


class Answer(NamedTuple):
    """What is answered: a status, members for a JSON object, and headers."""

    status: int
    body: Mapping[str, Any]
    headers: tuple[tuple[str, str], ...] = ()


class Asking(OAuth2Request):  # type: ignore[misc]
    """One request to the authorization server: its form and nothing of its address."""

    def __init__(self, address: str, form: Mapping[str, str], proof: str | None) -> None:
        super().__init__("POST", address)
        self.payload = BasicOAuth2Payload(dict(form))
        self.sent_proof = proof
        self.once: tuple[Once, ...] = ()
        self.thumbprint = ""

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters, each of which came once."""
        return self.payload.data  # type: ignore[no-any-return]

    @property
    def args(self) -> Mapping[str, str]:
        """Nothing is ever taken from an address."""
        return {}


class Client:
    """A program as Authlib asks about it."""

    def __init__(self, program: Program) -> None:
        self.program = program

    @property
    def client_id(self) -> str:
        """Its name."""
        return self.program.client_id

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's signature
        """There is one way to say who one is, at every endpoint."""
        return method == AUTHENTICATION

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the program was registered for this grant."""
        return grant_type in GRANTS and grant_type in self.program.described.get("grant_types", ())

    def get_allowed_scope(self, scope: str) -> str:
        """The scope, which `_Bound` has checked by then."""
        return scope


class Server(AuthorizationServer):  # type: ignore[misc]
    """The authorization server at one moment. Every method answers, and raises nothing that a peer can
    bring about.
    """

    def __init__(
        self, ledger: Ledger, issuer: str, keys: InstanceKeys, nonces: dpop.Nonces, now: datetime
    ) -> None:
        super().__init__()
        self.ledger, self.issuer, self.keys, self.nonces, self.now = ledger, issuer, keys, nonces, now
        self.register_client_auth_method(AUTHENTICATION, self._by_assertion)
        self.register_grant(ProgramGrant)
        self.register_grant(OfficerGrant, [OnlyS256()])

    def token(self, form: Mapping[str, str], proof: str | None) -> Answer:
        """Answer a request for a token."""

        def answer(asking: Asking) -> Answer:
            if form.get("grant_type") not in GRANTS:
                return Answer(400, {"error": "unsupported_grant_type"})
            if form.get("resource", tokens.audience(self.issuer)) != tokens.audience(self.issuer):
                raise InvalidTargetError()
            return self.create_token_response(asking)  # type: ignore[no-any-return]

        return self._answered("/oauth/token", form, proof, answer)

    def push(self, form: Mapping[str, str], proof: str | None) -> Answer:
        """Take a pushed authorization request."""

        def answer(asking: Asking) -> Answer:
            program = self._authenticated(asking)
            if not Client(program).check_grant_type("authorization_code"):
                raise UnauthorizedClientError()
            if proof is not None:
                self.check_proof(asking)
            asked = codes.check(
                form,
                program.described.get("redirect_uris", ()),
                program.scopes,
                asking.thumbprint or None,
            )
            uri = codes.new_request_uri()
            until = self.now + codes.PUSHED_LIVES
            self.ledger.push(program.client_id, asking.once, codes.digest(uri), asked, until)
            lives = int(codes.PUSHED_LIVES.total_seconds())
            return Answer(201, {"request_uri": uri, "expires_in": lives})

        return self._answered("/oauth/par", form, proof, answer)

    def introspect(self, form: Mapping[str, str]) -> Answer:
        """Say what a token is worth now: to who holds it, and to registered resource servers (RFC 7662)."""

        def answer(asking: Asking) -> Answer:
            program = self._authenticated(asking)
            self.ledger.admit(program.client_id, asking.once)
            token = self._token(form)
            if token is None:
                return Answer(200, {"active": False})
            if token.client_id != program.client_id and not program.described.get("resource_server"):
                return Answer(200, {"active": False})
            subject = token.subject if token.for_person else None
            holder = self.ledger.find(token.client_id, subject, token.id)
            if holder is None or not holder.active or holder.revoked or holder.cut_off(token.issued):
                return Answer(200, {"active": False})
            return Answer(200, _described(token, self.issuer, token.scopes & holder.scopes))

        return self._answered("/oauth/introspect", form, None, answer)

    def revoke(self, form: Mapping[str, str]) -> Answer:
        """Let a token count no more (RFC 7009). What is no token of ours any more is no failure."""

        def answer(asking: Asking) -> Answer:
            program = self._authenticated(asking)
            self.ledger.admit(program.client_id, asking.once)
            token = self._token(form)
            if token is not None and token.client_id != program.client_id:
                raise UnauthorizedClientError()
            if token is not None:
                self.ledger.revoke(program.client_id, token)
            return Answer(200, {})

        return self._answered("/oauth/revoke", form, None, answer)

    def check_proof(self, asking: Asking) -> None:
        """Check the proof of possession, and note that it may come once. Raises OAuth2Error."""
        if asking.sent_proof is None:
            raise InvalidProofError("A proof of possession is needed")
        try:
            proof = dpop.check(asking.sent_proof, "POST", asking.uri, self.now, self.nonces)
        except dpop.UseNonce:
            raise UseNonceError() from None
        except jose.Unproven as problem:
            self.ledger.refused(asking.client.client_id, f"invalid_dpop_proof.{problem.code}")
            raise InvalidProofError() from None
        asking.once += (Once(proof.once, proof.until),)
        asking.thumbprint = proof.thumbprint

    def create_oauth2_request(self, request: Asking) -> Asking:
        """Authlib asks for one; it is made already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        """What Authlib answers, as ours."""
        told = json.loads(body) if isinstance(body, str | bytes) and body else dict(body or {})
        return Answer(status, told, tuple(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def query_client(self, client_id: str) -> Client | None:
        """The program of this name."""
        program = self.ledger.find(client_id)
        return Client(program) if program is not None else None

    def _answered(self, path: str, form: Mapping[str, str], proof: str | None, answer: Any) -> Answer:
        asking = None
        try:
            asking = Asking(f"{self.issuer}{path}", form, proof)
            done: Answer = answer(asking)
            return done
        except OAuth2Error as problem:
            return self.handle_response(*problem())
        except TooFast:
            return self.handle_response(*SlowDownError()())
        except Replayed as replayed:
            assert asking is not None
            self.ledger.refused(asking.client.client_id, "replayed")
            by_proof = replayed.digest == asking.once[-1].digest and asking.thumbprint
            return self.handle_response(*(InvalidProofError() if by_proof else not_known())())
        except Turned:
            return self.handle_response(*not_known()())

    def _authenticated(self, asking: Asking) -> Program:
        client: Client = self.authenticate_client(asking, [AUTHENTICATION])
        asking.client = client
        return client.program

    def _by_assertion(self, query_client: Any, asking: Asking) -> Client:
        """The client that an assertion proves. Whatever is wrong, the answer is the same and as late."""
        if "client_secret" in asking.form:
            raise InvalidRequestError("There is one way to say who one is: private_key_jwt")
        try:
            client_id = assertions.client_named(asking.form)
        except jose.Unproven:
            self.ledger.stranger()
            raise not_known() from None
        client = query_client(client_id)
        try:
            keys = client.program.keys if client is not None else (_nobodys_key(),)
            asserted = assertions.check(
                asking.form["client_assertion"], client_id, keys, self.issuer, self.now
            )
            if client is None or not client.program.active:
                raise jose.Unproven("not_active")
        except (jose.Unproven, jose.BadKey) as problem:
            # A name that nobody has and one that somebody else has are counted alike: neither is told apart.
            self.ledger.stranger()
            self.ledger.refused(client_id, f"invalid_client.{problem.code}")
            raise not_known() from None
        asking.once += (Once(asserted.once, asserted.until),)
        return client  # type: ignore[no-any-return]

    def _token(self, form: Mapping[str, str]) -> tokens.Token | None:
        if "token" not in form:
            raise InvalidRequestError("A token is needed")
        try:
            return tokens.read(form["token"], self.issuer, self.keys.token_keys(self.now), self.now)
        except jose.Unproven:
            return None


class _Bound:
    """What both grants share: the one way to say who one is, the proof, and the token that comes of it."""

    TOKEN_ENDPOINT_AUTH_METHODS = (AUTHENTICATION,)
    request: Asking
    server: Server

    def authenticate_token_endpoint_client(self) -> Client:
        """The client, known from now on to whatever fails later."""
        self.server._authenticated(self.request)
        client: Client = self.request.client
        return client

    def generate_token(self, user: Any = None, scope: Any = None, **_: object) -> dict[str, Any]:
        """The token, and how it is handed out."""
        program: Program = self.request.client.program
        granted = scope.split() if isinstance(scope, str) else scope
        token = tokens.new(
            program.client_id,
            granted,
            self.request.thumbprint,
            self.server.now,
            agency=program.organisation,
            subject=user.officer_id if user is not None else None,
            auth_time=user.auth_time if user is not None else None,
        )
        self.request.issued = token
        return {
            "access_token": tokens.write(
                token, self.server.issuer, self.server.keys.token_key(self.server.now)
            ),
            "token_type": "DPoP",
            "expires_in": int(tokens.LIFETIME.total_seconds()),
            "scope": " ".join(sorted(token.scopes)),
        }


class ProgramGrant(_Bound, ClientCredentialsGrant):  # type: ignore[misc]
    """A token for a program itself."""

    def validate_requested_scope(self) -> None:
        """Something must be asked for, and nothing that was not agreed."""
        asked = scopes.parse(self.request.payload.scope or "")
        if not asked or not asked <= self.request.client.program.scopes:
            raise InvalidScopeError()

    def validate_token_request(self) -> None:
        """As Authlib does, and the proof."""
        super().validate_token_request()
        self.server.check_proof(self.request)

    def save_token(self, token: Mapping[str, Any]) -> None:  # noqa: ARG002 - Authlib's signature
        """Nothing is kept of a token; what it was asked with is used up."""
        self.server.ledger.admit(self.request.client.client_id, self.request.once)


class _Code:
    """A code as Authlib asks about it."""

    def __init__(self, digest: str, granted: codes.Granted) -> None:
        self.digest, self.granted = digest, granted
        self.code_challenge = granted.asked.challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        """Where the browser was sent back to."""
        return self.granted.asked.redirect_uri

    def get_scope(self) -> tuple[str, ...]:
        """What the officer agreed to."""
        return self.granted.asked.scopes


class OfficerGrant(_Bound, AuthorizationCodeGrant):  # type: ignore[misc]
    """A token for a program in an officer's place, for the code that the officer's consent gave it."""

    def validate_token_request(self) -> None:
        """As Authlib does, and the proof, before the code is used up."""
        super().validate_token_request()
        self.server.check_proof(self.request)
        named = self.request.authorization_code.granted.asked.thumbprint
        if named is not None and named != self.request.thumbprint:
            raise InvalidProofError("The code was asked for with another key")

    def query_authorization_code(self, code: str, client: Client) -> _Code | None:
        """The code, when it is this client's and not too old. One that was used is found, so that using it
        again can end what it was used for.
        """
        digest = codes.digest(code)
        granted = self.server.ledger.granted(digest)
        if granted is None or granted.client_id != client.client_id:
            return None
        return _Code(digest, granted) if granted.used or granted.until > self.server.now else None

    def authenticate_user(self, authorization_code: _Code) -> codes.Granted | None:
        """The officer who agreed, if they may still let the program do all of it."""
        granted = authorization_code.granted
        program = self.server.ledger.find(granted.client_id, granted.officer_id)
        if program is None or program.cut_off(granted.until - codes.CODE_LIVES):
            return None
        if not set(granted.asked.scopes) <= program.scopes:
            return None
        return granted

    def save_token(self, token: Mapping[str, Any]) -> None:  # noqa: ARG002 - Authlib's signature
        """Use the code up, together with what else may come once."""
        asking = self.request
        digest = asking.authorization_code.digest
        if not self.server.ledger.redeem(asking.client.client_id, asking.once, digest, asking.issued):
            self.server.ledger.refused(asking.client.client_id, "invalid_grant.used")
            raise InvalidGrantError()

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """It was used up in `save_token`, by one statement."""


class OnlyS256(CodeChallenge):  # type: ignore[misc]
    """PKCE, with its one method, of every client."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    CODE_CHALLENGE_METHODS = {"S256": codes.fits}  # noqa: RUF012 - Authlib's attribute


def _described(token: tokens.Token, issuer: str, held: frozenset[str]) -> dict[str, Any]:
    return {
        "active": True,
        "iss": issuer,
        "sub": token.subject,
        "client_id": token.client_id,
        "aud": tokens.audience(issuer),
        "scope": " ".join(sorted(held)),
        "agency": token.agency,
        "jti": token.id,
        "iat": int(token.issued.timestamp()),
        "exp": int(token.expires.timestamp()),
        "token_type": "DPoP",
        "cnf": {"jkt": token.thumbprint},
    }


@lru_cache(maxsize=1)
def _nobodys_key() -> jose.PublicKey:
    """Verified against when a name is unknown, so that an unknown name takes as long as a known one."""
    return jose.new_signing_key().public
