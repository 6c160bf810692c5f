"""What the authorization server answers when it refuses, beside the refusals that Authlib has."""

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError


class InvalidProofError(OAuth2Error):  # type: ignore[misc]  # Authlib ships no types
    """The proof of possession does not fit."""

    error = "invalid_dpop_proof"


class UseNonceError(OAuth2Error):  # type: ignore[misc]
    """The proof is to be made again with the nonce that is sent along."""

    error = "use_dpop_nonce"


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]
    """The token is asked for something that is not here (RFC 8707)."""

    error = "invalid_target"


class SlowDownError(OAuth2Error):  # type: ignore[misc]
    """The partner calls faster than was agreed."""

    error = "temporarily_unavailable"
    status_code = 429

    def get_headers(self) -> list[tuple[str, str]]:
        """With the time after which to try again."""
        return [*super().get_headers(), ("Retry-After", "1")]


def not_known() -> InvalidClientError:
    """One and the same refusal for an unknown name, a wrong signature and a suspended partner."""
    return InvalidClientError("The client could not be authenticated", status_code=400)
