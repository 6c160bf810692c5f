"""The signature of a file: the same every time, found by others too, and no change that it does not show."""

import asyncio
import inspect
import io
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import page
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from documents.keys import PaperKeys, fingerprint, new_generation
from documents.signing import LARGEST, Signer, Unreadable, signature_of
from tests.documents.conftest import NAME, NOW


@pytest.fixture(scope="session")
def signed(keys: PaperKeys, sheet: bytes) -> bytes:
    return Signer(keys.newest).sign(sheet, NOW)


def test_a_signed_file_is_accepted(keys: PaperKeys, signed: bytes) -> None:
    found = signature_of(signed, keys.roots)
    assert found is not None
    assert found.accepted
    assert (found.signed_by, found.at) == (f"{NAME}: papers", NOW)
    assert found.root == fingerprint(keys.newest.root)


def test_the_same_file_and_moment_give_the_same_bytes(keys: PaperKeys, sheet: bytes, signed: bytes) -> None:
    again = Signer(keys.newest)
    assert {again.sign(sheet, NOW) for _ in range(20)} == {signed}
    assert again.sign(sheet, NOW + timedelta(seconds=1)) != signed
    assert again.sign(sheet, NOW.astimezone(ZoneInfo("Asia/Phnom_Penh"))) == signed


def test_what_was_there_is_not_touched(sheet: bytes, signed: bytes) -> None:
    assert signed.startswith(sheet)
    assert len(signed) - len(sheet) < 7_000


def test_an_independent_reader_finds_a_certification_that_allows_no_changes(
    keys: PaperKeys, signed: bytes
) -> None:
    reader = PdfFileReader(io.BytesIO(signed))
    [embedded] = reader.embedded_signatures
    root = asn1_x509.Certificate.load(keys.newest.root.public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[root], moment=NOW, allow_fetching=False)
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    status = validate_pdf_signature(embedded, context, key_usage_settings=usage)
    assert status.bottom_line
    assert status.modification_level == ModificationLevel.NONE
    assert embedded.docmdp_level == MDPPerm.NO_CHANGES
    assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert embedded.self_reported_timestamp == NOW


def test_the_signature_keeps_the_file_as_archivable_and_accessible_as_it_was(
    sheet: bytes, signed: bytes
) -> None:
    for profile in ("3a", "ua1"):
        before, after = (_findings(data, profile) for data in (sheet, signed))
        assert after <= before


def _findings(data: bytes, profile: str) -> set[tuple[str, str]]:
    report = page.validate_pdf_bytes(data, profile=profile)
    return {(finding.rule_id, finding.message) for finding in report.failures}


def test_pyhanko_still_calls_what_we_keep_it_from(sheet: bytes, signed: bytes) -> None:
    # Were one of the two renamed, ours would not stand in for it, and a file would not be the same twice.
    names = {"_update_meta", "_handle_id"}
    assert names <= set(dir(IncrementalPdfFileWriter))
    sources = inspect.getsource(IncrementalPdfFileWriter) + inspect.getsource(BasePdfFileWriter)
    assert "__class__._handle_id(prev)" in sources
    assert "self._update_meta()" in sources
    reader = PdfFileReader(io.BytesIO(signed))
    assert reader.trailer["/ID"][1] != reader.trailer["/ID"][0]
    metadata = [PdfFileReader(io.BytesIO(data)).root["/Metadata"].data for data in (sheet, signed)]
    assert metadata[0] == metadata[1]


def test_it_works_where_an_event_loop_is_running(keys: PaperKeys, sheet: bytes, signed: bytes) -> None:
    async def inside() -> bool:
        found = signature_of(Signer(keys.newest).sign(sheet, NOW), keys.roots)
        return found is not None and found.accepted

    assert asyncio.run(inside())


def test_no_changed_byte_is_accepted(keys: PaperKeys, signed: bytes) -> None:
    gap = re.search(rb"/Contents <([0-9A-F]+)>", signed)
    assert gap is not None
    content = gap.start(1)
    places = {
        *range(5, len(signed), 211),
        *range(content - 30, content + 200),
        *range(content, len(signed), 29),
    }
    for at in places:
        for bit in (1, 32):  # in the signature's letters, 32 is the difference between small and capital
            changed = signed[:at] + bytes([signed[at] ^ bit]) + signed[at + 1 :]
            found = signature_of(changed, keys.roots)
            assert found is None or not found.accepted, f"byte {at}"


def test_what_was_added_later_is_not_accepted(keys: PaperKeys, signed: bytes) -> None:
    longer_by_one_object = signed + b"\n40 0 obj\n<</S /URI>>\nendobj\nstartxref\n0\n%%EOF\n"
    for longer in (longer_by_one_object, signed + b"\n", signed + b"%%EOF"):
        found = signature_of(longer, keys.roots)
        assert found is not None
        assert (found.intact, found.trusted, found.whole, found.accepted) == (True, True, False, False)


def test_a_file_signed_by_a_stranger_is_intact_but_not_trusted(
    keys: PaperKeys, strangers: PaperKeys, signed: bytes
) -> None:
    found = signature_of(signed, strangers.roots)
    assert found is not None
    assert (found.intact, found.whole, found.trusted, found.accepted) == (True, True, False, False)
    assert signature_of(signed, (*strangers.roots, *keys.roots)).accepted  # type: ignore[union-attr]


def test_a_stranger_signing_over_ours_is_not_accepted(
    keys: PaperKeys, strangers: PaperKeys, sheet: bytes, signed: bytes
) -> None:
    beneath = Signer(strangers.newest).sign(sheet, NOW)
    over = signed[: len(sheet)] + beneath[len(sheet) :]
    found = signature_of(over, keys.roots)
    assert found is not None
    assert not found.accepted


def test_an_earlier_generation_signs_the_same_paper_again_and_is_trusted(
    keys: PaperKeys, sheet: bytes
) -> None:
    earlier = NOW - timedelta(days=30)
    found = signature_of(Signer(keys.generation(1)).sign(sheet, earlier), keys.roots)
    assert found is not None
    assert found.accepted
    assert found.root == fingerprint(keys.generation(1).root)


def test_an_installation_with_a_long_name_in_its_own_script_can_sign(sheet: bytes) -> None:
    named = PaperKeys.load({1: new_generation("ការិយាល័យកណ្ដាល" * 9, NOW)})
    found = signature_of(Signer(named.newest).sign(sheet, NOW), named.roots)
    assert found is not None
    assert found.accepted


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=365 * 6)])
def test_nothing_is_signed_while_the_certificate_is_not_in_force(
    keys: PaperKeys, sheet: bytes, off: timedelta
) -> None:
    with pytest.raises(ValueError, match="not in force"):
        Signer(keys.newest).sign(sheet, NOW + off)


def test_a_file_without_a_signature_has_none(keys: PaperKeys, sheet: bytes) -> None:
    assert signature_of(sheet, keys.roots) is None


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"%PDF-" + bytes(LARGEST)], ids=["empty", "image", "huge"])
def test_what_could_not_be_ours_is_unreadable(keys: PaperKeys, data: bytes) -> None:
    with pytest.raises(Unreadable):
        signature_of(data, keys.roots)


def hostile(signed: bytes) -> Iterator[bytes]:
    """Files made to keep a reader busy, or to lead it astray."""
    ranges = rb"/ByteRange [0 5 60 20]"
    yield b"%PDF-1.7\n" + ranges * 200_000
    yield b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3" + b" " * 5_000_000
    yield b"%PDF-1.7\n" + b"[" * 5_000_000 + ranges
    yield b"%PDF-1.7\n" + b" obj" * 5_000_000 + ranges
    yield signed.replace(b"/ByteRange [0 ", b"/ByteRange [9 ")
    yield re.sub(rb"/ByteRange \[0 \d+", b"/ByteRange [0 999999999", signed)
    for der in (
        b"30" * 4_000,
        b"3080" * 2_000,
        b"a0" * 4_000,
        b"ff" * 4_000,
        b"3084ffffffff" + b"00" * 4_000,
    ):
        content = b"%PDF-1.7\n<" + der + b">"
        tail = b"/ByteRange [0 9 %d %d]" % (len(content), 60)
        yield content + tail.ljust(60)


def test_a_hostile_file_is_done_with_quickly_and_raises_nothing(keys: PaperKeys, signed: bytes) -> None:
    for data in hostile(signed):
        began = time.process_time()
        found = signature_of(data, keys.roots)
        assert found is None or not found.accepted
        assert time.process_time() - began < 2


@settings(deadline=None)
@given(st.binary(max_size=400), st.integers(0, 2**32))
def test_a_file_with_anything_written_over_it_raises_nothing(
    keys: PaperKeys, signed: bytes, noise: bytes, place: int
) -> None:
    at = 5 + place % (len(signed) - 5)
    written = signed[:at] + noise + signed[at + len(noise) :]
    found = signature_of(written, keys.roots)
    assert found is None or found.accepted == (written == signed)
