"""The keys of papers: certificates that say what they are for, files that belong together, a list for all."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from documents.authority import DOCUMENT_SIGNING
from documents.keys import FILES, BadKeys, Generation, PaperKeys, key_id, new_generation, published, read_list
from tests.documents.conftest import NAME, NOW


def test_the_newest_generation_signs_and_all_are_known(keys: PaperKeys) -> None:
    assert keys.newest.number == 2
    assert set(keys.publics) == {keys.generation(1).token_key.id, keys.generation(2).token_key.id}
    assert len(set(keys.roots)) == 2
    with pytest.raises(KeyError):
        keys.generation(3)


def test_the_root_vouches_for_the_signing_key_and_for_nothing_deeper(keys: PaperKeys) -> None:
    root, signing = keys.newest.root, keys.newest.signing
    signing.verify_directly_issued_by(root)
    above = root.extensions.get_extension_for_class(x509.BasicConstraints)
    below = signing.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (above.critical, above.value.ca, above.value.path_length) == (True, True, 0)
    assert (below.critical, below.value.ca) == (True, False)
    assert root.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    usage = signing.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert not usage.key_cert_sign
    assert list(signing.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [DOCUMENT_SIGNING]
    assert root.not_valid_after_utc > signing.not_valid_after_utc


def test_the_certificates_name_the_installation_and_no_person(keys: PaperKeys) -> None:
    for certificate in (keys.newest.root, keys.newest.signing):
        assert {part.oid for part in certificate.subject} == {NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME}
        assert all(NAME in str(part.value) for part in certificate.subject)


def test_a_long_name_still_fits_into_a_certificate() -> None:
    made = Generation.load(1, new_generation("returns." * 20 + "example.org", NOW))
    assert made.begins <= NOW


def test_earlier_dates_can_be_signed_where_it_is_asked_for() -> None:
    assert not Generation.load(1, new_generation(NAME, NOW)).begins < NOW - timedelta(days=1)
    assert Generation.load(1, new_generation(NAME, NOW, NOW - timedelta(days=99))).begins < NOW - timedelta(
        days=99
    )


@pytest.mark.parametrize("file", FILES)
def test_a_generation_with_a_file_missing_or_of_another_is_refused(file: str) -> None:
    files, others = new_generation(NAME, NOW), new_generation(NAME, NOW)
    assert set(files) == set(FILES)
    with pytest.raises(BadKeys, match=file):
        Generation.load(1, {name: data for name, data in files.items() if name != file})
    with pytest.raises(BadKeys, match=file):
        Generation.load(1, files | {file: b"nothing"})
    if file != "token.key.pem":  # that one stands alone
        with pytest.raises(BadKeys):
            Generation.load(1, files | {file: others[file]})


def test_there_are_never_no_keys() -> None:
    with pytest.raises(BadKeys):
        PaperKeys.load({})


def test_the_published_list_says_all_that_is_needed_and_nothing_secret(keys: PaperKeys) -> None:
    told = json.dumps(published(keys))
    assert "PRIVATE" not in told
    assert '"d"' not in told
    again = read_list(told.encode())
    assert again.publics == keys.publics
    assert again.roots == keys.roots
    for jwk in published(keys)["keys"]:
        assert {"kty", "crv", "x", "y", "kid", "use", "alg", "not_before", "not_after"} == set(jwk)


def test_a_key_is_known_by_its_digest(keys: PaperKeys) -> None:
    public = keys.newest.public
    assert public.id == key_id(public.key)
    assert len(public.id) == 8


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"keys": None},
        {"keys": [{}]},
        {"keys": ["x"]},
        {"roots": ["-----BEGIN CERTIFICATE-----"]},
        {"roots": 3},
    ],
)
def test_a_list_that_is_none_is_refused(keys: PaperKeys, change: dict[str, Any]) -> None:
    with pytest.raises(BadKeys):
        read_list(json.dumps(published(keys) | change).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_list_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(BadKeys):
        read_list(data)


@pytest.mark.parametrize(
    "change",
    [
        {"kid": "AAAAAAAAAAA"},
        {"x": "AA"},
        {"y": "é"},
        {"crv": "P-384"},
        {"kty": "RSA"},
        {"not_after": "2031-01-01T00:00:00"},
        {"not_before": "soon"},
    ],
)
def test_a_list_with_a_key_that_is_not_what_it_says_is_refused(
    keys: PaperKeys, change: dict[str, str]
) -> None:
    told = published(keys)
    told["keys"][0] |= change
    with pytest.raises(BadKeys):
        read_list(json.dumps(told).encode())
