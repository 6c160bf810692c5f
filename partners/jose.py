"""The one place that signs, verifies, seals and opens: every algorithm, header and key that may be used.

The lists are closed and never come from anything a peer says. A token is taken for one purpose only, which
its `typ` names; so nothing signed for one thing passes for another.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from partners import strict

ALGORITHMS: Final = ("ES256", "Ed25519", "PS256")
"""What partners may sign with; EdDSA is taken as the older name of Ed25519."""

WRAP: Final = "ECDH-ES+A256KW"
CIPHER: Final = "A256GCM"

LONGEST: Final = 96 * 1024
"""No signed text longer than this is looked at; an envelope has a limit of its own."""

_LONGEST_HEADER: Final = 4096
_LONGEST_KID: Final = 200
_MOST_KEYS: Final = 10
_NO_PLACE: Final = frozenset({"crit", "jku", "x5u", "x5c", "b64", "zip"})
"""Header members that point elsewhere or change how the rest is read: nowhere have they a place here."""

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KINDS: Final = {"EC": ("ES256",), "OKP": ("Ed25519", "EdDSA"), "RSA": ("PS256",)}
_SIGNERS: Final = {name: JWSRegistry.algorithms[name] for names in _KINDS.values() for name in names}

AnyKey = ECKey | OKPKey | RSAKey


class Unproven(ValueError):
    """Something signed or sealed cannot be relied on; `code` says why, for the log and not for the peer."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class BadKey(ValueError):
    """A key that may not be used; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Claims(dict[str, Any]):
    """What was signed; `header` is what it was signed under."""

    header: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies. `thumbprint` is its RFC 7638 digest, `kid` the name its owner gave it."""

    kid: str
    algorithms: tuple[str, ...]
    thumbprint: str
    key: AnyKey = field(repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The public JWK, as it is published."""
        return self.bare() | {"kid": self.kid, "use": "sig", "alg": self.algorithms[0]}

    def bare(self) -> dict[str, Any]:
        """The numbers of the key and nothing else."""
        members = self.key.as_dict(private=False)
        return {name: members[name] for name in _MEMBERS[str(members["kty"])]}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that signs with its one algorithm."""

    kid: str
    algorithm: str
    key: AnyKey = field(repr=False, compare=False)

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return public_key(self.key.as_dict(private=False) | {"kid": self.kid})


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A P-256 key that others seal to; with its private half it opens."""

    kid: str
    key: ECKey = field(repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The public JWK, as it is published."""
        members = self.key.as_dict(private=False)
        return {name: members[name] for name in _MEMBERS["EC"]} | {
            "kid": self.kid,
            "use": "enc",
            "alg": WRAP,
        }


def public_key(jwk: Mapping[str, Any]) -> PublicKey:
    """A public key that may verify signatures, parsed once for all. BadKey when it is of another kind, too
    weak, meant for something else, or not public at all.
    """
    try:
        return _public_key(json.dumps(jwk, sort_keys=True, separators=(",", ":")))
    except (TypeError, ValueError, RecursionError) as problem:
        if isinstance(problem, BadKey):
            raise
        raise BadKey("key_malformed") from None


def public_keys(jwks: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """The signing keys of a JWK set: one to ten, each under a name of its own. Raises BadKey."""
    keys = tuple(public_key(jwk) for jwk in _listed(jwks) if jwk.get("use") != "enc")
    if not keys:
        raise BadKey("no_key")
    if len({key.kid for key in keys}) != len(keys):
        raise BadKey("kid_twice")
    return keys


def sealing_keys(jwks: Mapping[str, Any]) -> tuple[SealingKey, ...]:
    """The keys of a JWK set that one may seal to, newest last as the owner lists them. Raises BadKey."""
    return tuple(sealing_key(jwk) for jwk in _listed(jwks) if jwk.get("use") == "enc")


def sealing_key(jwk: Mapping[str, Any]) -> SealingKey:
    """A public P-256 key marked for encryption. Raises BadKey."""
    if _PRIVATE & jwk.keys():
        raise BadKey("private_key")
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise BadKey("key_kind")
    if jwk.get("use") != "enc" or jwk.get("alg", WRAP) != WRAP:
        raise BadKey("key_use")
    key = _import(ECKey, jwk, ("kty", "crv", "x", "y"))
    assert isinstance(key, ECKey)
    return SealingKey(_kid(jwk) or key.thumbprint(), key)


def signing_key(jwk: Mapping[str, Any]) -> SigningKey:
    """A private key of ours, from its JWK. BadKey when it cannot sign."""
    public = public_key({name: value for name, value in jwk.items() if name not in _PRIVATE})
    kind = str(jwk["kty"])
    key = _import(_CLASSES[kind], jwk, (*_MEMBERS[kind], *sorted(_PRIVATE & jwk.keys())))
    if not key.is_private:
        raise BadKey("key_not_private")
    return SigningKey(public.kid, public.algorithms[0], key)


def opening_key(jwk: Mapping[str, Any]) -> SealingKey:
    """A private key of ours that opens what was sealed to it, from its JWK. Raises BadKey."""
    public = sealing_key({name: value for name, value in jwk.items() if name not in _PRIVATE})
    key = _import(ECKey, jwk, ("kty", "crv", "x", "y", "d"))
    assert isinstance(key, ECKey)
    return SealingKey(public.kid, key)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The RFC 7638 digest of a public key that may verify signatures. Raises BadKey."""
    return public_key(jwk).thumbprint


def sign(claims: Mapping[str, Any], typ: str | None, key: SigningKey) -> str:
    """A compact JWS of the claims, for the purpose that `typ` names."""
    return _signed({"alg": key.algorithm, "kid": key.kid}, typ, claims, key)


def sign_by_own_key(claims: Mapping[str, Any], typ: str, key: SigningKey) -> str:
    """A compact JWS that carries its own public key, for `verify_by_own_key`."""
    return _signed({"alg": key.algorithm, "jwk": key.public.bare()}, typ, claims, key)


def _signed(members: dict[str, Any], typ: str | None, claims: Mapping[str, Any], key: SigningKey) -> str:
    if typ is not None:
        members["typ"] = typ
    signed = f"{_packed(members)}.{_packed(claims)}"
    signature = _SIGNERS[key.algorithm].sign(signed.encode("ascii"), key.key)
    return f"{signed}.{encode(signature)}"


def verify(
    text: str,
    typ: str | Collection[str | None],
    keys: Sequence[PublicKey],
    algorithms: Collection[str] = ALGORITHMS,
    longest: int = LONGEST,
) -> Claims:
    """What was signed by one of the keys, for the purpose that `typ` names. Raises Unproven.

    A token that names its key must be signed by that very key. One that names none may be signed by any of
    them, so that a partner who sends no name can still change keys.
    """
    header, payload, signature, signed = _taken_apart(text, longest)
    if "jwk" in header:
        raise Unproven("header_member")
    return _verified(header, payload, signature, signed, typ, keys, algorithms)


def verify_by_own_key(
    text: str, typ: str, algorithms: Collection[str] = ALGORITHMS
) -> tuple[Claims, PublicKey]:
    """What was signed by the key that stands in the token's own header, and that key: a DPoP proof, which
    proves nothing but that its sender holds the key. Raises Unproven.
    """
    header, payload, signature, signed = _taken_apart(text, _LONGEST_HEADER * 2)
    jwk = header.get("jwk")
    if not isinstance(jwk, dict):
        raise Unproven("no_key")
    try:
        key = public_key(jwk)
    except BadKey as problem:
        raise Unproven(problem.code) from None
    return _verified(header, payload, signature, signed, typ, (key,), algorithms, by_name=False), key


def signer_of(text: str, longest: int = LONGEST) -> tuple[str | None, dict[str, Any]]:
    """The key's name and the claims as a signed text tells them, unproven: only to find the keys by which to
    verify it. Raises Unproven.
    """
    header, payload, _, _ = _taken_apart(text, longest)
    kid = header.get("kid")
    return (kid if isinstance(kid, str) else None), _object(payload)


def encrypt(text: str, key: SealingKey, typ: str, cty: str) -> str:
    """A compact JWE around a text, for the holder of the key."""
    header = {"alg": WRAP, "enc": CIPHER, "kid": key.kid, "typ": typ, "cty": cty}
    return jwe.encrypt_compact(header, text, key.key, registry=_SEALING)


def decrypt(text: str, keys: Iterable[SealingKey], typ: str, cty: str, longest: int = LONGEST) -> str:
    """The text inside a compact JWE that was sealed to one of the keys. Raises Unproven."""
    if len(text) > longest or text.count(".") != 4 or not text.isascii():
        raise Unproven("malformed")
    header = _header(text.partition(".")[0])
    if (header.get("typ"), header.get("cty")) != (typ, cty):
        raise Unproven("typ")
    if (header.get("alg"), header.get("enc")) != (WRAP, CIPHER):
        raise Unproven("alg")
    key = next((key for key in keys if key.kid == header.get("kid")), None)
    if key is None:
        raise Unproven("kid")
    if header.keys() - {"alg", "enc", "kid", "typ", "cty", "epk", "apu", "apv"}:
        raise Unproven("header_member")
    try:
        opened = jwe.decrypt_compact(text, key.key, registry=_SEALING)
        assert opened.plaintext is not None
        return opened.plaintext.decode("ascii")
    except Exception:  # whatever is wrong inside, the answer is the same
        raise Unproven("sealed") from None


def new_jwk(use: str, algorithm: str) -> dict[str, Any]:
    """A new private key as a JWK, named by its own digest: an Ed25519 one, or one on P-256."""
    made: AnyKey = OKPKey.generate_key("Ed25519") if algorithm == "Ed25519" else ECKey.generate_key("P-256")
    jwk: dict[str, Any] = dict(made.as_dict(private=True))
    return jwk | {"kid": made.thumbprint(), "use": use, "alg": algorithm}


def new_signing_key(algorithm: str = "ES256") -> SigningKey:
    """A new private key that lives only as long as this process, such as one for DPoP."""
    return signing_key(new_jwk("sig", algorithm))


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of base64url in its one proper spelling. Unproven when it is anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Unproven("malformed") from None
    if encode(data) != text:
        raise Unproven("malformed")
    return data


def digest(text: str | bytes) -> str:
    """The base64url SHA-256 of a text."""
    return encode(hashlib.sha256(text.encode() if isinstance(text, str) else text).digest())


_CLASSES: Final[Mapping[str, type[AnyKey]]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
_MEMBERS: Final = {"EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x"), "RSA": ("kty", "n", "e")}


class _Sealing(jwe.JWERegistry):
    """The library's limit is below what an envelope may hold."""

    max_ciphertext_length = LONGEST


_SEALING: Final = _Sealing(algorithms=[WRAP, CIPHER])


@lru_cache(maxsize=4096)
def _public_key(packed: str) -> PublicKey:
    jwk = json.loads(packed)
    if _PRIVATE & jwk.keys():
        raise BadKey("private_key")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind not in ("EC", "OKP", "RSA") or (kind, curve) not in (
        ("EC", "P-256"),
        ("OKP", "Ed25519"),
        ("RSA", None),
    ):
        raise BadKey("key_kind")
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ("verify",)):
        raise BadKey("key_use")
    algorithms = _KINDS[kind]
    if jwk.get("alg", algorithms[0]) not in algorithms:
        raise BadKey("key_alg")
    key = _import(_CLASSES[kind], jwk, _MEMBERS[kind])
    if isinstance(key, RSAKey):
        _refuse_weak(key)
    print_ = key.thumbprint()
    return PublicKey(_kid(jwk) or print_, algorithms, print_, key)


def _refuse_weak(key: RSAKey) -> None:
    numbers = key.public_key.public_numbers()
    if not 2048 <= numbers.n.bit_length() <= 8192:
        raise BadKey("key_size")
    if numbers.e != 65537:
        raise BadKey("key_exponent")


def _import(kind: type[AnyKey], jwk: Mapping[str, Any], members: Iterable[str]) -> AnyKey:
    """The key from these members alone, so that nothing else a JWK says can change how it is used."""
    try:
        key = kind.import_key({name: jwk[name] for name in members})
        # The library reads the numbers later; a point that is on no curve must be found out now.
        key.public_key  # noqa: B018 - asking is what reads them
    except Exception:  # the libraries underneath raise many kinds for the same thing
        raise BadKey("key_malformed") from None
    return key


def _kid(jwk: Mapping[str, Any]) -> str | None:
    kid = jwk.get("kid")
    if kid is None:
        return None
    if not isinstance(kid, str) or not 1 <= len(kid) <= _LONGEST_KID or not kid.isprintable():
        raise BadKey("kid_malformed")
    return kid


def _listed(jwks: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= _MOST_KEYS:
        raise BadKey("no_key")
    if not all(isinstance(key, dict) for key in keys):
        raise BadKey("key_malformed")
    return keys


def _packed(members: Mapping[str, Any]) -> str:
    return encode(json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode())


def _taken_apart(text: str, longest: int) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    if not isinstance(text, str) or len(text) > longest or not text.isascii() or text.count(".") != 2:
        raise Unproven("malformed")
    signed, _, signature = text.rpartition(".")
    header, _, payload = signed.partition(".")
    return _header(header), decode(payload), decode(signature), signed.encode("ascii")


def _header(text: str) -> dict[str, Any]:
    if len(text) > _LONGEST_HEADER:
        raise Unproven("malformed")
    header = _object(decode(text))
    if _NO_PLACE & header.keys():
        raise Unproven("header_member")
    return header


def _object(data: bytes) -> dict[str, Any]:
    try:
        return strict.read_object(data, LONGEST)
    except strict.Malformed:
        raise Unproven("malformed") from None


def _verified(
    header: dict[str, Any],
    payload: bytes,
    signature: bytes,
    signed: bytes,
    typ: str | Collection[str | None],
    keys: Sequence[PublicKey],
    algorithms: Collection[str],
    by_name: bool = True,
) -> Claims:
    algorithm = header.get("alg")
    wanted = {"Ed25519" if algorithm == "EdDSA" else algorithm} if isinstance(algorithm, str) else set()
    if not wanted <= set(algorithms) or not wanted:
        raise Unproven("alg")
    told = header.get("typ")
    if not isinstance(told, str | None) or told not in ((typ,) if isinstance(typ, str) else typ):
        raise Unproven("typ")
    candidates = [key for key in keys if algorithm in key.algorithms]
    kid = header.get("kid")
    if by_name and kid is not None:
        candidates = [key for key in candidates if key.kid == kid]
        if not candidates:
            raise Unproven("kid")
    if not any(_fits(str(algorithm), key, signature, signed) for key in candidates):
        raise Unproven("signature")
    claims = Claims(_object(payload))
    claims.header = header
    return claims


def _fits(algorithm: str, key: PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        return bool(_SIGNERS[algorithm].verify(signed, signature, key.key))
    except Exception:  # a signature of a wrong length, for one
        return False
