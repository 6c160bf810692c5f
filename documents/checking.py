"""Checks a paper without asking anybody: the token of its square, or the file, against a published key list.

As a program: `python -m documents.checking KEYLIST.json TOKEN` or `… FILE.pdf`; `-` reads the token from the
input. It ends with 0 only where the signature is good, and a token's paper in force: until when a file holds
stands on its pages. Whether a paper was revoked afterwards, the installation alone can tell.
"""

import argparse
import datetime
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from documents.keys import BadKeys, KeyList, PublicKey, read_list
from documents.signing import LARGEST, SignatureFound, Unreadable, signature_of
from documents.tokens import PREFIX, BadToken, Claims, read_token

PROVES = (
    "It proves that nothing was changed since that installation issued it. It does not prove that the paper "
    "is valid in law, and it does not tell whether it was revoked since: ask the installation, or whoever "
    "issued it."
)

UNTIL_WHEN = "Until when it holds is not looked at in a file: read its pages, or check its square."

SENTENCES = {
    "genuine": "The signature is good.",
    "expired": "The signature is good, but the paper is no longer in force.",
    "unknown": "None of the keys in the list signed this.",
    "unsigned": "This file is not signed.",
    "stranger": "This file is signed, but not with a key under the roots in the list.",
    "changed": "This file was changed after it was signed.",
    "added": "Something was added to this file after it was signed.",
    "unreadable": "This is not a file that can be checked: not a PDF file, or too large.",
}
"""What a check found, in words."""


class Checked(NamedTuple):
    """What a check found: `code` is one of SENTENCES; what the token or the signature says stands beside."""

    code: str
    claims: Claims | None = None
    signature: SignatureFound | None = None

    @property
    def good(self) -> bool:
        """Whether the signature is one of ours and what it covers is unchanged."""
        return self.code in ("genuine", "expired")


def check_token(text: str, keys: Mapping[bytes, PublicKey], now: datetime.datetime) -> Checked:
    """Check the text of a square: genuine, expired or unknown."""
    try:
        claims = read_token(text, keys)
    except BadToken:
        return Checked("unknown")
    return Checked("expired" if claims.expires and claims.expires < now else "genuine", claims)


def check_pdf(data: bytes, roots: Iterable[x509.Certificate]) -> Checked:
    """Check a file: genuine, unsigned, stranger, changed, added or unreadable."""
    try:
        found = signature_of(data, roots)
    except Unreadable:
        return Checked("unreadable")
    if found is None:
        return Checked("unsigned")
    if not found.intact:
        return Checked("changed", signature=found)
    if not found.trusted:
        return Checked("stranger", signature=found)
    return Checked("genuine" if found.whole else "added", signature=found)


def sentences(checked: Checked) -> list[str]:
    """What was found, in plain words."""
    lines = [SENTENCES[checked.code]]
    if checked.claims:
        claims = checked.claims
        lines.append(f"Number {claims.number}, issued {claims.issued:%d %B %Y %H:%M} UTC by {claims.issuer}.")
        if claims.expires:
            lines.append(f"In force until {claims.expires:%d %B %Y %H:%M} UTC.")
        lines.append(f"What the paper says has the SHA-256 {claims.digest.hex()}… (the first half of it).")
    if checked.signature and checked.signature.trusted:
        when = f" on {checked.signature.at:%d %B %Y %H:%M} UTC" if checked.signature.at else ""
        lines.append(f"Signed by {checked.signature.signed_by}{when}.")
        lines.append(f"Fingerprint of the root: {checked.signature.root}")
    if checked.good and checked.claims is None:
        lines.append(UNTIL_WHEN)
    return [*lines, PROVES] if checked.good else lines


def main(words: list[str], now: datetime.datetime) -> int:
    """Check what the command line names; 0 where all is well, 1 where not, 2 where nothing can be said."""
    reader = argparse.ArgumentParser(prog="python -m documents.checking", description=__doc__.split("\n")[0])
    reader.add_argument("list", type=Path, help="the key list that the installation publishes")
    reader.add_argument("what", help="a token in single quotes, - to read one from the input, or a PDF file")
    told = reader.parse_args(words)
    try:
        checked = _check(told.what, read_list(told.list.read_bytes()), now)
    except (OSError, BadKeys) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write("\n".join(sentences(checked)) + "\n")
    return 0 if checked.code == "genuine" else 1


def _check(what: str, keys: KeyList, now: datetime.datetime) -> Checked:
    if what == "-":
        what = sys.stdin.read(LARGEST)
    elif not what.startswith(PREFIX):
        with Path(what).open("rb") as file:
            return check_pdf(file.read(LARGEST + 1), keys.roots)
    return check_token(what, keys.publics, now)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], datetime.datetime.now(datetime.UTC)))
