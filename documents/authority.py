"""The certificates of an installation: a root it makes for itself, and one below it that signs papers.

Nobody outside vouches for them. They say which installation signed, and never name a person.
"""

import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

ROOT_YEARS: Final = 20
SIGNING_YEARS: Final = 5

# Document signing (RFC 9336): good for signing papers, and for nothing that a browser or mail program does.
DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")


def new_key() -> ec.EllipticCurvePrivateKey:
    """A new private key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def root_certificate(
    name: str, key: ec.EllipticCurvePrivateKey, begins: datetime.datetime, until: datetime.datetime
) -> x509.Certificate:
    """A certificate of the installation by itself. It may vouch for others directly below it, and for
    nothing deeper.
    """
    subject = _name(name, ": root")
    made = _certificate(subject, subject, key.public_key(), key.public_key(), begins, until)
    return (
        made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, SHA256())
    )


def signing_certificate(
    name: str,
    public: ec.EllipticCurvePublicKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    begins: datetime.datetime,
    until: datetime.datetime,
) -> x509.Certificate:
    """The certificate of the key that signs papers, under the root."""
    subject = _name(name, ": papers")
    made = _certificate(subject, root.subject, public, root_key.public_key(), begins, until)
    return (
        made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .sign(root_key, SHA256())
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    vouching: ec.EllipticCurvePublicKey,
    begins: datetime.datetime,
    until: datetime.datetime,
) -> x509.CertificateBuilder:
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(vouching)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(above, critical=False)
    )


def _name(installation: str, use: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _shortened(installation, 64)),
            x509.NameAttribute(NameOID.COMMON_NAME, _shortened(installation, 64 - len(use)) + use),
        ]
    )


def _shortened(text: str, room: int) -> str:
    """As much of the text as there is room for in bytes: a certificate has 64 for each part of a name."""
    return text.encode()[:room].decode(errors="ignore")


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
