"""What may be read, what keeps libraries with known holes out, and that the closed lists are closed."""

import ast
import contextlib
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import partners
import repatriation
from partners import discovery, jose, scopes, strict
from repatriation.web import glossary
from repatriation.work.partners.registry import NEEDED
from sop.vocabulary import PURPOSES

# Below these each had a hole through which a stranger got in, or brought the program down.
FLOORS = {"authlib": (1, 9), "joserfc": (1, 8), "cryptography": (45,), "weasyprint": (70,)}

PROGRAM = [
    file
    for package in (partners, repatriation)
    for file in sorted(Path(str(package.__file__)).parent.rglob("*.py"))
]


@pytest.mark.parametrize("library", FLOORS)
def test_no_library_is_older_than_its_last_known_hole(library: str) -> None:
    installed = tuple(int(part) for part in version(library).split(".") if part.isdigit())
    assert installed >= FLOORS[library]


def test_what_authlib_leaves_open_is_not_used() -> None:
    """Its mixins keep secrets in clear, its own JOSE is at an end, and a list of scopes there means any."""
    for file in PROGRAM:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                module = node.module or ""
                assert not module.startswith("authlib.jose"), file
                assert "sqla_oauth2" not in module, file
            if isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                assert name not in ("require_oauth", "ResourceProtector"), file


def test_signatures_are_made_and_verified_in_two_places_one_for_partners_one_for_sign_in() -> None:
    users = {file.name for file in PROGRAM if "from joserfc" in file.read_text(encoding="utf-8")}
    another_side = "example.py"  # the guide's program, which is not ours to run
    assert users - {another_side} == {"jose.py", "idtoken.py", "ourselves.py", "providers.py"}


def test_no_algorithm_is_open_that_was_not_chosen() -> None:
    assert jose.ALGORITHMS == ("ES256", "Ed25519", "PS256")
    assert set(jose._SIGNERS) == {"ES256", "Ed25519", "EdDSA", "PS256"}


def test_the_metadata_is_what_the_standard_asks_for() -> None:
    told = discovery.server("https://returns.example.org")
    told.validate()
    assert told["require_pushed_authorization_requests"] is True
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert told["tls_client_certificate_bound_access_tokens"] is False
    assert "registration_endpoint" not in told
    assert set(told["scopes_supported"]) == set(scopes.SCOPES)


def test_every_scope_has_words_and_says_which_officers_may_lend_it() -> None:
    assert set(scopes.SCOPES) == set(glossary.SCOPES) == set(NEEDED)


def test_every_purpose_a_person_can_agree_to_says_which_fields_it_opens() -> None:
    assert set(scopes.FIELDS) == set(PURPOSES)
    assert scopes.fields({"notification"}) < scopes.fields({"notification", "follow_up"})
    assert "contacts" not in scopes.fields({"return", "tracing", "notification", "sharing", "protection"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(data: bytes) -> None:
    for read in (strict.read, strict.read_object, strict.read_form):
        with contextlib.suppress(strict.Malformed):
            read(data)


@given(st.text(max_size=400))
def test_any_text_is_no_proof_of_anything(text: str) -> None:
    for check in (
        lambda: jose.verify(text, "at+jwt", ()),
        lambda: jose.verify_by_own_key(text, "dpop+jwt"),
        lambda: jose.decrypt(text, (), "handoff+jwe", "handoff+jws"),
        lambda: jose.signer_of(text),
    ):
        with pytest.raises(jose.Unproven):
            check()


@given(JSON)
def test_any_json_is_no_key(value: object) -> None:
    jwk = value if isinstance(value, dict) else {"keys": value}
    for parse in (jose.public_key, jose.public_keys, jose.sealing_key, jose.signing_key, jose.opening_key):
        with pytest.raises(jose.BadKey):
            parse(jwk)


def test_what_is_sealed_to_one_is_opened_by_that_one_alone_and_for_its_purpose_alone() -> None:
    ours, theirs = (jose.opening_key(jose.new_jwk("enc", jose.WRAP)) for _ in range(2))
    public = jose.sealing_key(ours.as_dict())
    text = "a" * 60_000
    sealed = jose.encrypt(text, public, "handoff+jwe", "handoff+jws")
    assert jose.decrypt(sealed, (theirs, ours), "handoff+jwe", "handoff+jws") == text
    head, *rest = sealed.split(".")
    for changed, keys, typ in (
        (sealed, (theirs,), "handoff+jwe"),
        (sealed, (ours,), "JWE"),
        (".".join([head, *rest[:-1], rest[-1][:-2] + "AA"]), (ours,), "handoff+jwe"),
        (sealed[:-1], (ours,), "handoff+jwe"),
        (".".join([jose.encode(b'{"alg":"dir"}'), *rest]), (ours,), "handoff+jwe"),
    ):
        with pytest.raises(jose.Unproven):
            jose.decrypt(changed, keys, typ, "handoff+jws")
