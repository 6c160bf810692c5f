"""Signs papers, and says of a file whether one of our keys signed it (PAdES B-B, a certification that allows
no changes).

Such a signature proves that the file is as this installation issued it. It does not make a paper valid in
law: the root is our own, and nobody outside vouches for it.
"""

import asyncio
import datetime
import hashlib
import io
import logging
import re
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple, TypeVar

from asn1crypto import cms, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.keys import Generation, fingerprint

LARGEST: Final = 32 * 1024 * 1024
"""A larger file is none of ours, and is not looked into."""

FIELD: Final = "Seal"
READABLE: Final = "Seal of the issuing installation"
T = TypeVar("T")

_DETERMINISTIC: Final = ec.ECDSA(SHA256(), deterministic_signing=True)
_LONGEST: Final = 16 * 1024
_RANGES: Final = re.compile(rb"/ByteRange ?\[ ?0 (\d{1,9}) (\d{1,9}) (\d{1,9}) *\]")
_SIGNED_AT: Final = re.compile(rb"/M ?\(D(?::|\\072)(\d{14})(?:Z|\+00'00'?)\)")
_LIKELY: Final = 4
"""So many signatures are looked at, from the end of the file."""

# It would tell the log of every crooked upload, with a traceback.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)


class Unreadable(ValueError):
    """This is not a file that could be one of ours."""


class SignatureFound(NamedTuple):
    """What a file's signature says.

    `intact`: what it covers is unchanged. `whole`: it covers the file to its end, so that nothing was added.
    `root`: the fingerprint of the root it stands under, None when that is none of the roots given.
    """

    intact: bool
    whole: bool
    root: str | None
    signed_by: str
    at: datetime.datetime | None

    @property
    def trusted(self) -> bool:
        """Whether one of the roots given vouches for the key."""
        return self.root is not None

    @property
    def accepted(self) -> bool:
        """Whether the file is, to its last byte, what the holder of the key signed."""
        return self.intact and self.whole and self.trusted


class Signer:
    """Signs files with the key of one generation."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._signer = _Signer(generation)

    def sign(self, pdf: bytes, at: datetime.datetime) -> bytes:
        """The file with a signature that says when it was issued. The same file and moment give the same
        bytes. ValueError when the certificate is not in force at that moment.
        """
        if not self._generation.begins <= at <= self._generation.ends:
            raise ValueError("the certificate that signs papers is not in force at the moment of issue")
        writer = _Writer(io.BytesIO(pdf))
        field = SigFieldSpec(
            FIELD,
            readable_field_name=READABLE,
            # PDF/A wants an invisible field printed, PDF/UA wants it off the page: both are kept this way.
            invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        )
        steps = PdfCMSEmbedder(field).write_cms(FIELD, writer)
        next(steps)
        placeholder = SignatureObject(
            timestamp=at.astimezone(datetime.UTC),
            subfilter=SigSeedSubFilter.PADES,
            bytes_reserved=self._signer.room,
        )
        no_changes = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
        steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=no_changes))
        prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
        steps.send(_finished(self._signer.async_sign(prepared.document_digest, "sha256", use_pades=True)))
        return bytes(output.getbuffer())


def signature_of(pdf: bytes, roots: Iterable[x509.Certificate]) -> SignatureFound | None:
    """What the signature of a file says; None when there is none. Raises Unreadable, and nothing else.

    The file's own structure is not followed, which a hostile file could make as long as it likes. A signature
    names the two ranges of bytes that it covers, all but itself: where they reach from the first byte to the
    last, there is no byte left that somebody else could have put there.
    """
    if len(pdf) > LARGEST or not pdf.startswith(b"%PDF-"):
        raise Unreadable("not a PDF file, or too large")
    trusted = tuple(roots)
    found = (_look(pdf, candidate, trusted) for candidate in _candidates(pdf))
    return max(found, key=_worth, default=None)


class _Signer(SimpleSigner):
    """pyHanko's signer, with signatures that are the same every time."""

    def __init__(self, generation: Generation) -> None:
        private = generation.signing_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        super().__init__(
            signing_cert=_asn1(generation.signing),
            signing_key=keys.PrivateKeyInfo.load(private),
            cert_registry=SimpleCertificateStore.from_certs(  # type: ignore[no-untyped-call]
                [_asn1(generation.root)]
            ),
        )
        self._key = generation.signing_key
        # In hexadecimal digits, and ample. The same for every file of a generation: both certificates are in
        # the container, and the issuer's name twice more.
        certificates = (
            generation.root.public_bytes(Encoding.DER),
            generation.signing.public_bytes(Encoding.DER),
        )
        self.room = 2 * (1024 + sum(map(len, certificates)) + 2 * len(generation.root.subject.public_bytes()))

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """Sign with SHA-256, deterministically."""
        if digest_algorithm != "sha256":
            raise ValueError(f"papers are signed with SHA-256, not {digest_algorithm}")
        return self._key.sign(data, _DETERMINISTIC)


class _Writer(IncrementalPdfFileWriter):
    """pyHanko's writer, kept from two things that it does unasked and offers no setting for.

    It would rewrite the metadata, which breaks the statement that a file is accessible, and give the file a
    random identifier. Both methods are private: a test sees to it that they are still there and still used.
    """

    def _update_meta(self) -> None:
        """Leave the metadata as they are: they say already when the paper was made."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        """The identifier of what is signed, and one made from its bytes."""
        prev.stream.seek(0)
        made = ByteStringObject(hashlib.sha256(prev.stream.read()).digest()[:16])
        former = prev.trailer["/ID"][0] if "/ID" in prev.trailer else made
        return ArrayObject([ByteStringObject(getattr(former, "original_bytes", former)), made])


class _Candidate(NamedTuple):
    """A place that says of itself that it is a signature: where it lies between the two ranges it covers."""

    before: int
    after: int
    end: int
    at: datetime.datetime | None


def _candidates(pdf: bytes) -> Iterator[_Candidate]:
    """The last few places in the file that have the form in which we write a signature."""
    for match in deque(_RANGES.finditer(pdf), maxlen=_LIKELY):
        before, after, length = (int(number) for number in match.groups())
        if before < after <= after + length <= len(pdf) and after - before <= _LONGEST:
            yield _Candidate(before, after, after + length, _moment(pdf, match))


def _moment(pdf: bytes, match: re.Match[bytes]) -> datetime.datetime | None:
    """The moment in the same object as the ranges."""
    nearest = max(0, match.start() - 2 * _LONGEST)
    begins = max(nearest, pdf.rfind(b" obj", nearest, match.start()))
    ends = pdf.find(b"endobj", match.end(), match.end() + _LONGEST)
    told = _SIGNED_AT.search(pdf, begins, ends) if ends > 0 else None
    if not told:
        return None
    try:
        return datetime.datetime.strptime(told[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=datetime.UTC)
    except ValueError:
        return None


def _look(pdf: bytes, at: _Candidate, roots: tuple[x509.Certificate, ...]) -> SignatureFound:
    """Check one candidate. A signature that cannot be read is one that is not intact."""
    covered = pdf[: at.before] + pdf[at.after : at.end]
    whole = at.end == len(pdf)
    try:
        signed = _signed_data(pdf[at.before : at.after])
        status = _finished(_status(covered, signed, roots, at.at))
        name = str(status.signing_cert.subject.native.get("common_name", ""))
        root = _root_of(status, signed, roots)
        return SignatureFound(status.intact and status.valid, whole, root, name, at.at)
    except Exception:
        # pyHanko and its parsers raise whatever a crooked signature leads them into; to us it is all one.
        return SignatureFound(False, whole, None, "", at.at)


def _signed_data(gap: bytes) -> cms.SignedData:
    """The signature itself, in exactly the form in which we write it. ValueError when there is any freedom in
    it: it is the one part of the file that no signature covers.

    It carries two certificates; with many, somebody could make the search for a path as long as they like.
    """
    text = gap[1:-1].decode("ascii")
    content = bytes.fromhex(text)
    if gap != b"<" + content.hex().upper().encode() + b">":
        raise ValueError("not in angle brackets and capital letters")
    told: cms.SignedData = cms.ContentInfo.load(content)["content"]
    certificates = [certificate.chosen for certificate in told["certificates"]]
    if len(certificates) != 2 or content != _container(told, certificates).ljust(len(content), b"\0"):
        raise ValueError("not one signature with two certificates, filled up with zeros")
    return told


def _container(told: cms.SignedData, certificates: list[asn1_x509.Certificate]) -> bytes:
    """The container of a signature as we write it, around what is told in one: certificates, what is signed,
    and the signature's value.
    """
    [signer] = told["signer_infos"]
    serial = signer["sid"].chosen["serial_number"].native
    [signing] = [one for one in certificates if one.serial_number == serial]
    sha256 = {"algorithm": "sha256"}
    rebuilt = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": signing.issuer, "serial_number": signing.serial_number}}
        ),
        "digest_algorithm": sha256,
        "signed_attrs": signer["signed_attrs"],
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": signer["signature"],
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [sha256],
        "encap_content_info": {"content_type": "data"},
        "certificates": certificates,
        "signer_infos": [rebuilt],
    }
    container: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return container


async def _status(
    covered: bytes, signed: cms.SignedData, roots: Iterable[x509.Certificate], at: datetime.datetime | None
) -> Any:
    context = ValidationContext(
        trust_roots=[_asn1(root) for root in roots],
        moment=at or datetime.datetime.now(datetime.UTC),
        allow_fetching=False,
    )
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    return await async_validate_detached_cms(
        covered, signed, signer_validation_context=context, key_usage_settings=usage
    )


def _root_of(status: Any, signed: cms.SignedData, roots: Iterable[x509.Certificate]) -> str | None:
    """The fingerprint of the root that vouches for the key; a copy of it travels in the signature."""
    if not status.trusted:
        return None
    told = {certificate.dump() for certificate in signed["certificates"]}
    found = {root.public_bytes(Encoding.DER): fingerprint(root) for root in roots}
    above = status.validation_path.first.dump()
    return found.get(above) if above in told else None


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """What pyHanko's coroutine gives; run in a thread of its own, for in this one a loop may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _worth(found: SignatureFound) -> tuple[bool, bool, bool]:
    return found.trusted, found.intact, found.whole


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
