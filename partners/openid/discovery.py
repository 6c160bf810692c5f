"""What a provider says of itself: its endpoints and its keys, looked at before anything is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from partners.openid.reach import Reach
from partners.openid.refusals import Untrusted
from partners.openid.settings import ProviderSettings, may_be_called

MOST_KEYS: Final = 30


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is used of a provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    par_endpoint: str | None
    names_itself: bool  # it says in its answer who it is (RFC 9207)


def discover(settings: ProviderSettings, reach: Reach) -> Metadata:
    """A provider's own description. Untrusted when it is another's, or does not fit what we were told."""
    answer = reach.get(f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
    if answer.status != 200 or answer.found is None:
        raise Untrusted("discovery")
    found = answer.found
    if found.get("issuer") != settings.issuer:
        raise Untrusted("discovery_issuer")
    _refuse_misfits(found, settings)
    par = found.get("pushed_authorization_request_endpoint")
    if par is None and found.get("require_pushed_authorization_requests") is True:
        raise Untrusted("discovery_par")
    return Metadata(
        issuer=settings.issuer,
        authorization_endpoint=_endpoint(found, "authorization_endpoint", reach),
        token_endpoint=_endpoint(found, "token_endpoint", reach),
        jwks_uri=_endpoint(found, "jwks_uri", reach),
        par_endpoint=None
        if par is None
        else _endpoint(found, "pushed_authorization_request_endpoint", reach),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def fetch_keys(metadata: Metadata, reach: Reach) -> Sequence[Mapping[str, Any]]:
    """The keys that a provider publishes now. Untrusted when there are none, or they are no list of keys."""
    answer = reach.get(metadata.jwks_uri)
    keys = answer.found.get("keys") if answer.status == 200 and answer.found is not None else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise Untrusted("keys")
    if not all(isinstance(key, dict) for key in keys):
        raise Untrusted("keys")
    return keys


def _endpoint(found: Mapping[str, Any], name: str, reach: Reach) -> str:
    address = found.get(name)
    if not may_be_called(address, reach.hosts, loopback=reach.loopback):
        raise Untrusted("discovery_endpoint")
    return str(address)


def _refuse_misfits(found: Mapping[str, Any], settings: ProviderSettings) -> None:
    """Refuse a provider that says it cannot do what we ask; one that says nothing of it is asked all the
    same."""
    wanted: dict[str, set[str]] = {
        "response_types_supported": {"code"},
        "code_challenge_methods_supported": {"S256"},
        "token_endpoint_auth_methods_supported": {settings.authentication},
        "id_token_signing_alg_values_supported": set(settings.algorithms),
    }
    for name, ours in wanted.items():
        theirs = found.get(name)
        if theirs is None:
            continue
        if not isinstance(theirs, list) or not any(each in ours for each in theirs if isinstance(each, str)):
            raise Untrusted("discovery_misfit")
