"""A question to a provider, and the checked way from its answer to a subject: code, PKCE, state and nonce."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from partners.openid import idtoken
from partners.openid.discovery import Metadata, discover, fetch_keys
from partners.openid.ourselves import Prove
from partners.openid.reach import Reach
from partners.openid.refusals import Untrusted
from partners.openid.settings import ProviderSettings

SCOPE: Final = "openid"
"""Nothing but who it is: names and mail addresses are not asked for, and so cannot be mistaken for proof."""

LONGEST_CODE: Final = 2000


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, and by which words its answer is known. Kept here and never at the browser.

    `anew` asks the person to prove who they are once more, though the provider may know them already.
    """

    issuer: str
    redirect_uri: str
    asked_at: int
    anew: bool = False
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def kept(self) -> dict[str, Any]:
        """The question as it is kept until the answer comes."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """A question that was kept."""
        return cls(**kept)


@dataclass(slots=True)
class Known:
    """What is known of one provider: fetched once and kept for a while; its keys anew when one is missing."""

    settings: ProviderSettings
    reach: Reach
    metadata: Metadata
    keys: Sequence[Mapping[str, Any]]
    since: datetime

    @classmethod
    def fetch(cls, settings: ProviderSettings, reach: Reach, now: datetime) -> Self:
        """What a provider says of itself now. Raises Untrusted."""
        metadata = discover(settings, reach)
        return cls(settings, reach, metadata, fetch_keys(metadata, reach), now)


def ask(known: Known, question: Question, prove: Prove, now: datetime) -> str:
    """The address to send the browser to. What is asked goes ahead by itself where the provider takes it.

    Raises Untrusted.
    """
    asked = {
        "redirect_uri": question.redirect_uri,
        "scope": SCOPE,
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": create_s256_code_challenge(question.verifier),
        "code_challenge_method": "S256",
        **({"prompt": "login", "max_age": "0"} if question.anew else {}),
    }
    client_id = known.settings.client_id
    metadata = known.metadata
    if metadata.par_endpoint is None:
        return str(prepare_grant_uri(metadata.authorization_endpoint, client_id, "code", **asked))
    more, headers = prove(now)
    form = {"client_id": client_id, "response_type": "code", **asked, **more}
    answer = known.reach.post(metadata.par_endpoint, form, headers)
    uri = answer.found.get("request_uri") if answer.status in (200, 201) and answer.found else None
    if not isinstance(uri, str) or not 0 < len(uri) <= 1000:
        raise Untrusted("par")
    joined = "&" if "?" in metadata.authorization_endpoint else "?"
    return metadata.authorization_endpoint + joined + urlencode({"client_id": client_id, "request_uri": uri})


def subject_of(
    known: Known, question: Question, answer: Mapping[str, Sequence[str]], prove: Prove, now: datetime
) -> str:
    """The subject for whom the provider vouches, from what the browser brought back. Raises Untrusted."""
    if question.issuer != known.settings.issuer:
        raise Untrusted("answer_issuer")
    code = _code(known, question, answer)
    access_token, id_token = _redeem(known, question, code, prove, now)
    expected = idtoken.Expected(
        issuer=known.settings.issuer,
        client_id=known.settings.client_id,
        nonce=question.nonce,
        algorithms=known.settings.algorithms,
        access_token=access_token,
        now=now,
        proved_since=datetime.fromtimestamp(question.asked_at, UTC) if question.anew else None,
    )
    try:
        return idtoken.check(id_token, known.keys, expected)
    except idtoken.UnknownKey:
        known.keys = fetch_keys(known.metadata, known.reach)
        return idtoken.check(id_token, known.keys, expected)


def _code(known: Known, question: Question, answer: Mapping[str, Sequence[str]]) -> str:
    """The code in an answer that is one, to this question, by this provider."""
    if any(len(values) != 1 for values in answer.values()):
        raise Untrusted("answer_twice")
    said = {name: values[0] for name, values in answer.items()}
    if not hmac.compare_digest(said.get("state", "").encode(), question.state.encode()):
        raise Untrusted("answer_state")
    if ("iss" in said or known.metadata.names_itself) and said.get("iss") != known.settings.issuer:
        raise Untrusted("answer_issuer")
    if "error" in said:
        raise Untrusted("answer_error")
    code = said.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE or not code.isascii() or not code.isprintable():
        raise Untrusted("answer_code")
    return code


def _redeem(known: Known, question: Question, code: str, prove: Prove, now: datetime) -> tuple[str, object]:
    """The access token and the ID token for a code."""
    more, headers = prove(now)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": question.redirect_uri,
        "code_verifier": question.verifier,
        **more,
    }
    answer = known.reach.post(known.metadata.token_endpoint, form, headers)
    if answer.status != 200 or answer.found is None:
        raise Untrusted("token_endpoint")
    kind, access_token = answer.found.get("token_type"), answer.found.get("access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise Untrusted("token_type")
    if not isinstance(access_token, str) or not access_token:
        raise Untrusted("token_endpoint")
    return access_token, answer.found.get("id_token")
