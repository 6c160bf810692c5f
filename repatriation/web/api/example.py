"""A partner's program, whole. It needs Python 3.11 and joserfc (`pip install joserfc`), and nothing else.

    python example.py keys ORGANISATION CLIENT_ID     makes keys.json (keep it) and register.json (send it)
    python example.py cases ADDRESS                   asks for a token and lists the cases shared with you
    python example.py refer ADDRESS [FILE]            sends a referral, with a PDF or a picture if there is
                                                      one, and checks the receipt for it
    python example.py renew                           makes keys.new.json and card.txt (send it)

ADDRESS is that of the installation, such as https://returns.example.org. The guide at ADDRESS/api/docs
goes with it.
"""

import base64
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe, jws, jwt
from joserfc.jwk import ECKey

KEYS = Path("keys.json")
SCOPES = "cases:read handoff:send receipts:read"


def base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest(data: str | bytes) -> str:
    """SHA-256 in base64url, as `ath` of a proof and `sha256` of a receipt or a file."""
    return base64url(sha256(data.encode() if isinstance(data, str) else data).digest())


def new_key(use: str) -> ECKey:
    """A key on P-256, named after itself."""
    key = ECKey.generate_key("P-256")
    algorithm = {"sig": "ES256", "enc": "ECDH-ES+A256KW"}[use]
    return ECKey.import_key(
        {**key.as_dict(private=True), "kid": key.thumbprint(), "use": use, "alg": algorithm}
    )


def make_keys(organisation: str, client_id: str) -> None:
    """Four keys: one says who you are, one binds tokens, one signs envelopes, one opens those sent to you."""
    keys = {"client": "sig", "proof": "sig", "signing": "sig", "opening": "enc"}
    made = {name: new_key(use) for name, use in keys.items()}
    issuer = f"https://{client_id}.invalid"  # the name that stands in your envelopes: an address of yours
    kept = {name: key.as_dict(private=True) for name, key in made.items()}
    KEYS.write_text(json.dumps({"client_id": client_id, "issuer": issuer, **kept}, indent=1))
    KEYS.chmod(0o600)
    public = {name: key.as_dict(private=False) for name, key in made.items()}
    registration = {
        "client_id": client_id,
        "client_name": client_id,
        "organisation": organisation,
        "scope": SCOPES,
        "jwks": {"keys": [public["client"]]},
        "envelope_jwks": {"keys": [public["signing"], public["opening"]]},
        "envelope_issuer": issuer,
    }
    Path("register.json").write_text(json.dumps(registration, indent=1))
    print("keys.json is yours alone. Send register.json to the installation.")
    told = [made[name].thumbprint() for name in ("client", "signing", "opening")]
    print("Compare by telephone before you are let in:", fingerprint([*told, issuer]))


def renew_keys() -> None:
    """New keys, and a card that names them beside those there were, signed by one of these."""
    kept = json.loads(KEYS.read_text())
    uses = {"client": "sig", "signing": "sig", "opening": "enc"}
    made = {name: new_key(use) for name, use in uses.items()}
    new = {name: key.as_dict(private=True) for name, key in made.items()}
    path = Path("keys.new.json")
    path.write_text(json.dumps({**kept, **new}, indent=1))
    path.chmod(0o600)

    def public(name: str) -> list[dict[str, Any]]:
        return [key.as_dict(private=False) for key in (ECKey.import_key(kept[name]), made[name])]

    now = int(time.time())
    card = {
        "iss": kept["client_id"],
        "iat": now,
        "exp": now + 30 * 24 * 3600,
        "version": 1,
        "jwks": {"keys": public("client")},
        "envelope_jwks": {"keys": [*public("signing"), *public("opening")]},
    }
    header = {"alg": "ES256", "typ": "partner-card+jws", "kid": kept["signing"]["kid"]}
    signed = jws.serialize_compact(header, json.dumps(card).encode(), ECKey.import_key(kept["signing"]))
    Path("card.txt").write_text(signed)
    print("Send card.txt to the installation. When it is taken, keys.new.json is your keys.json.")


def fingerprint(lines: list[str]) -> str:
    """The figures of the fingerprint that the installation's officers see for these keys and this issuer."""
    number = int.from_bytes(sha256("\n".join(lines).encode()).digest()[16:]) % 10**30
    return " ".join(f"{number:030}"[place : place + 5] for place in range(0, 30, 5))


class Installation:
    """One installation, as a partner's program sees it."""

    def __init__(self, address: str) -> None:
        self.keys = json.loads(KEYS.read_text())
        self.nonce: str | None = None
        _, found = self.ask("GET", f"{address.rstrip('/')}/.well-known/oauth-authorization-server")
        self.says = json.loads(found)
        self.issuer: str = self.says["issuer"]

    def key(self, name: str) -> ECKey:
        """One of our own keys."""
        return ECKey.import_key(self.keys[name])

    def proof(self, method: str, url: str, token: str | None) -> str:
        """A DPoP proof (RFC 9449): that this very request is ours. Each is good for one request."""
        key = self.key("proof")
        public = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(16),
            "iat": int(time.time()),
            "htm": method,
            "htu": url.partition("?")[0],
        }
        if self.nonce:
            claims["nonce"] = self.nonce
        if token:
            claims["ath"] = digest(token)
        return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": public}, claims, key)

    def ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        kind: str | None = None,
        token: str | None = None,
        proved: bool = False,
    ) -> tuple[int, str]:
        """One request. Where a proof is asked for, the server may say with which nonce: then once more."""
        for _ in range(2):
            request = urllib.request.Request(url, body, method=method)
            if kind:
                request.add_header("Content-Type", kind)
            if token:
                request.add_header("Authorization", f"DPoP {token}")
            if proved:
                request.add_header("DPoP", self.proof(method, url, token))
            try:
                answer = urllib.request.urlopen(request, timeout=30)
            except urllib.error.HTTPError as problem:
                answer = problem
            with answer:
                self.nonce = answer.headers.get("DPoP-Nonce") or self.nonce
                status, text = answer.status or 0, answer.read().decode()
            if not (proved and status in (400, 401) and "use_dpop_nonce" in text):
                break
        if status >= 400:
            sys.exit(f"{method} {url} was answered with {status}: {text}")
        return status, text

    def token(self, scope: str) -> str:
        """An access token: five minutes, bound to the key of our proofs."""
        now = int(time.time())
        me = self.keys["client_id"]
        assertion = jwt.encode(
            {"alg": "ES256", "kid": self.keys["client"]["kid"]},
            {
                "iss": me,
                "sub": me,
                "aud": self.issuer,
                "jti": secrets.token_urlsafe(16),
                "iat": now,
                "exp": now + 60,
            },
            self.key("client"),
        )
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }
        kind = "application/x-www-form-urlencoded"
        _, text = self.ask("POST", self.says["token_endpoint"], urlencode(form).encode(), kind, proved=True)
        return str(json.loads(text)["access_token"])

    def call(
        self, method: str, path: str, scope: str, body: bytes | None = None, kind: str | None = None
    ) -> str:
        """A call of the API."""
        return self.ask(method, f"{self.issuer}{path}", body, kind, self.token(scope), proved=True)[1]

    def published_keys(self) -> list[dict[str, Any]]:
        """Their public keys: those that sign receipts, and the one to seal envelopes to."""
        return list(json.loads(self.ask("GET", self.says["jwks_uri"])[1])["keys"])


def locked(path: Path, where: str) -> tuple[bytes, dict[str, Any]]:
    """A file as it travels, under a key of its own, and as an envelope names it."""
    key, nonce = AESGCM.generate_key(256), os.urandom(12)
    content = nonce + AESGCM(key).encrypt(nonce, path.read_bytes(), None)
    kinds = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg"}
    return content, {
        "name": path.name,
        "media_type": kinds[path.suffix],
        "size": len(content),
        "sha256": digest(content),
        "key": base64url(key),
        "href": where,
    }


def refer(installation: Installation, file: str | None = None) -> None:
    """Ask for a service for somebody, here nobody in particular, and check the receipt."""
    now, jti = int(time.time()), str(uuid.uuid4())
    place = f"/api/handoffs/{jti}/files/1"
    files = [locked(Path(file), f"{installation.issuer}{place}")] if file else []
    claims = {
        "iss": installation.keys["issuer"],
        "aud": installation.issuer,
        "jti": jti,
        "iat": now,
        "exp": now + 14 * 24 * 3600,
        "type": "referral",
        "version": 1,
        "case": {"purpose": "protection", "asked": "A bed for one night, please. This is a trial."},
        "attachments": [named for _, named in files],
    }
    signing = {"alg": "ES256", "typ": "handoff+jws", "kid": installation.keys["signing"]["kid"]}
    signed = jws.serialize_compact(signing, json.dumps(claims).encode(), installation.key("signing"))
    theirs = installation.published_keys()
    sealing_key = next(key for key in reversed(theirs) if key.get("use") == "enc")
    sealing = {
        "alg": "ECDH-ES+A256KW",
        "enc": "A256GCM",
        "kid": sealing_key["kid"],
        "typ": "handoff+jwe",
        "cty": "handoff+jws",
    }
    algorithms = ["ECDH-ES+A256KW", "A256GCM"]
    envelope = jwe.encrypt_compact(
        sealing, signed.encode(), ECKey.import_key(sealing_key), algorithms=algorithms
    )
    receipt = installation.call(
        "POST", "/api/handoffs/deliver", "handoff:send", envelope.encode(), "application/jose"
    )
    signer = jws.extract_compact(receipt.encode()).headers()["kid"]
    key = ECKey.import_key(next(key for key in theirs if key.get("kid") == signer))
    says = json.loads(jws.deserialize_compact(receipt, key).payload)
    assert says["jti"] == claims["jti"], "the receipt is for another envelope"
    assert says["sha256"] == digest(signed), "the receipt is for other contents"
    print(f"{says['iss']} has signed: {says['state']} {says['jti']}")
    for content, _ in files:
        installation.call("PUT", place, "handoff:send", content, "application/octet-stream")
        print("The file is handed over.")


def main(arguments: list[str]) -> None:
    """Do what is asked on the command line."""
    match arguments:
        case ["keys", organisation, client_id]:
            make_keys(organisation, client_id)
        case ["cases", address]:
            print(Installation(address).call("GET", "/api/cases", "cases:read"))
        case ["refer", address, *file] if len(file) < 2:
            refer(Installation(address), *file)
        case ["renew"]:
            renew_keys()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
