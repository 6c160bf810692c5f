"""The tokens in the squares: small, the same every time, read only as they were signed, and by others too."""

from collections.abc import Iterator
from datetime import timedelta

import base45
import cbor2
import cwt
import pypdfium2
import pytest
import weasyprint
import zxingcpp
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from documents.keys import PaperKeys
from documents.squares import square
from documents.tokens import PREFIX, BadToken, Claims, read_token, write_token
from tests.documents.conftest import NAME, NOW

CLAIMS = Claims(f"https://{NAME}", "KH26-7F3K-92QM", "T", NOW, NOW + timedelta(days=30), bytes(range(16)))


@pytest.fixture(scope="session")
def token(keys: PaperKeys) -> str:
    return write_token(CLAIMS, keys.newest.token_key)


def test_a_token_says_what_was_signed(keys: PaperKeys, token: str) -> None:
    assert read_token(token, keys.publics) == CLAIMS
    endless = CLAIMS._replace(expires=None)
    assert read_token(write_token(endless, keys.newest.token_key), keys.publics) == endless


def test_the_same_paper_has_the_same_token(keys: PaperKeys, token: str) -> None:
    assert {write_token(CLAIMS, keys.newest.token_key) for _ in range(20)} == {token}


def test_a_program_of_others_reads_the_token(keys: PaperKeys, token: str) -> None:
    key = keys.newest.public
    pem = key.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    theirs = cwt.COSEKey.from_pem(pem, kid=key.id, alg="ES256")
    # cwt.decode would also ask its own clock whether the token has expired; only the signature matters here.
    tagged = cbor2.loads(base45.b45decode(token.removeprefix(PREFIX)))
    assert tagged.tag == 61
    told = cbor2.loads(cwt.COSE.new().decode(cbor2.dumps(tagged.value), theirs))
    assert told == {
        1: CLAIMS.issuer,
        2: CLAIMS.number,
        4: int((NOW + timedelta(days=30)).timestamp()),
        6: int(NOW.timestamp()),
        -65537: ["T", CLAIMS.digest],
    }


def test_a_token_names_the_key_and_nothing_but_the_paper(keys: PaperKeys, token: str) -> None:
    whole = base45.b45decode(token.removeprefix(PREFIX))
    assert keys.newest.token_key.id in whole
    assert len(whole) <= 172  # a square of 53 modules; one more would make it coarser to read
    assert b"traffick" not in whole.lower()


def test_an_earlier_generation_is_still_read(keys: PaperKeys) -> None:
    earlier = CLAIMS._replace(issued=NOW.replace(year=2025) + timedelta(days=1))
    assert read_token(write_token(earlier, keys.generation(1).token_key), keys.publics) == earlier


def test_a_token_of_another_installation_is_bad(strangers: PaperKeys, token: str) -> None:
    with pytest.raises(BadToken):
        read_token(token, strangers.publics)


@pytest.mark.parametrize("off", [timedelta(days=-2), timedelta(days=365 * 6)])
def test_a_token_dated_when_its_key_was_not_in_force_is_bad(keys: PaperKeys, off: timedelta) -> None:
    dated = write_token(CLAIMS._replace(issued=NOW + off), keys.newest.token_key)
    with pytest.raises(BadToken):
        read_token(dated, keys.publics)


def test_no_changed_byte_goes_unnoticed(keys: PaperKeys, token: str) -> None:
    whole = base45.b45decode(token.removeprefix(PREFIX))
    for at in range(len(whole)):
        for changed in (whole[at] ^ 1, whole[at] ^ 128):
            other = whole[:at] + bytes([changed]) + whole[at + 1 :]
            with pytest.raises(BadToken):
                read_token(PREFIX + base45.b45encode(other).decode(), keys.publics)


def test_a_token_cut_short_or_added_to_is_bad(keys: PaperKeys, token: str) -> None:
    cut = [token[:at] for at in range(len(token))]
    for other in (*cut, token + "00", token + "000", token.lower(), token.removeprefix(PREFIX)):
        with pytest.raises(BadToken) as bad:
            read_token(other, keys.publics)
        assert str(bad.value) == "not a token of these keys"


def test_space_around_a_token_does_no_harm(keys: PaperKeys, token: str) -> None:
    assert read_token(f" {token}\r\n", keys.publics) == CLAIMS


def crooked() -> Iterator[bytes]:
    """CBOR that a careless reader would spend itself on."""
    yield bytes.fromhex("9b00000000ffffffff")  # an array said to have four thousand million parts
    yield bytes.fromhex("81") * 380  # nested
    yield bytes.fromhex("c5821b7fffffffffffffff03")  # a number of that many digits
    yield bytes.fromhex("d81c81d81d00")  # an array that holds itself
    yield bytes.fromhex("d823") + cbor2.dumps("(a+)+$")  # a pattern


@pytest.mark.parametrize("payload", tuple(crooked()))
def test_nothing_unsigned_is_decoded(
    keys: PaperKeys, token: str, payload: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(_: bytes) -> object:
        raise AssertionError("decoded before it was verified")

    monkeypatch.setattr(cbor2, "loads", decoded)
    whole = base45.b45decode(token.removeprefix(PREFIX))
    head, tail = whole[:19], whole[-66:]
    assert head.endswith(keys.newest.token_key.id + b"\xa0")
    for other in (payload, head + payload + tail, head + cbor2.dumps(payload) + tail):
        with pytest.raises(BadToken):
            read_token(PREFIX + base45.b45encode(other).decode(), keys.publics)


@given(st.one_of(st.text(), st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:").map(PREFIX.__add__)))
def test_any_other_text_is_bad_and_raises_nothing_else(keys: PaperKeys, text: str) -> None:
    with pytest.raises(BadToken):
        read_token(text, keys.publics)


def test_what_does_not_fit_is_not_signed(keys: PaperKeys) -> None:
    for wrong in (
        CLAIMS._replace(kind="TD"),
        CLAIMS._replace(digest=b"short"),
        CLAIMS._replace(issuer="x" * 500),
    ):
        with pytest.raises(ValueError, match=r"kind|long"):
            write_token(wrong, keys.newest.token_key)


def test_a_telephone_reads_the_square(token: str) -> None:
    drawn = square(token, "Check this paper", 33.0)
    html = f"<style>@page {{ size: 50mm; margin: 5mm }} svg {{ display: block }}</style>{drawn}"
    made = weasyprint.HTML(string=html).write_pdf()
    with pypdfium2.PdfDocument(made) as printed:
        image = printed[0].render(scale=100 / 72).to_pil()
    [read] = zxingcpp.read_barcodes(image)
    assert read.text == token


def test_the_square_has_a_title_its_size_and_no_script(token: str) -> None:
    drawn = square(token, 'Check <b> & "this"', 33.0)
    assert "<title>Check &lt;b&gt; &amp;" in drawn
    assert 'width="33.0mm" height="33.0mm"' in drawn
    assert drawn.startswith("<svg ")
    assert square(token, 'Check <b> & "this"', 33.0) is drawn


def test_a_text_that_a_square_would_store_loosely_is_refused() -> None:
    with pytest.raises(ValueError, match="alphanumeric"):
        square("rp1:small letters", "x", 33.0)
