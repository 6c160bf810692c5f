"""What a program must know of this server and its API before it can begin."""

from typing import Any

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from partners import jose, scopes, tokens
from partners.server import AUTHENTICATION, GRANTS


def server(issuer: str) -> AuthorizationServerMetadata:
    """What a program must know of this server before it can begin (RFC 8414)."""
    by = {
        f"{endpoint}_endpoint_{what}_supported": value
        for endpoint in ("token", "revocation", "introspection")
        for what, value in (
            ("auth_methods", [AUTHENTICATION]),
            ("auth_signing_alg_values", list(jose.ALGORITHMS)),
        )
    }
    return AuthorizationServerMetadata(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/oauth/authorize",
        token_endpoint=f"{issuer}/oauth/token",
        pushed_authorization_request_endpoint=f"{issuer}/oauth/par",
        introspection_endpoint=f"{issuer}/oauth/introspect",
        revocation_endpoint=f"{issuer}/oauth/revoke",
        jwks_uri=f"{issuer}/oauth/jwks",
        scopes_supported=list(scopes.SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=list(GRANTS),
        code_challenge_methods_supported=["S256"],
        require_pushed_authorization_requests=True,
        authorization_response_iss_parameter_supported=True,
        dpop_signing_alg_values_supported=list(jose.ALGORITHMS),
        tls_client_certificate_bound_access_tokens=False,
        service_documentation=f"{issuer}/api/docs",
        **by,
    )


def api(issuer: str) -> dict[str, Any]:
    """What a program must know of our API (RFC 9728)."""
    return {
        "resource": tokens.audience(issuer),
        "authorization_servers": [issuer],
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": list(scopes.SCOPES),
        "bearer_methods_supported": ["header"],
        "tls_client_certificate_bound_access_tokens": False,
        "dpop_bound_access_tokens_required": True,
        "dpop_signing_alg_values_supported": list(jose.ALGORITHMS),
        "resource_documentation": f"{issuer}/api/docs",
    }
