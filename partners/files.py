"""Files that travel apart from their envelope, each encrypted under a key of its own (AES-256-GCM).

What travels is a nonce of twelve bytes, the encrypted file, and a tag of sixteen. The key is in the envelope,
so that whoever carries or keeps the file cannot read it.
"""

import os
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from partners import jose

LARGEST: Final = 5 * 1024 * 1024
MOST: Final = 3
_NONCE: Final = 12
_TAG: Final = 16
TRAVELS: Final = LARGEST + _NONCE + _TAG
"""The size of the largest file as it travels."""

_BEGINS: Final = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}


class BadFile(ValueError):
    """A file that cannot be sent or opened; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Locked(NamedTuple):
    """A file as it travels. `size` and `sha256` are of `content`; `key` opens it."""

    content: bytes
    key: str
    size: int
    sha256: str


def media_type(data: bytes) -> str:
    """What a file is, by how it begins and not by its name. BadFile when it is none that may be sent."""
    if len(data) > LARGEST:
        raise BadFile("too_large")
    for kind, begin in _BEGINS.items():
        if data.startswith(begin):
            return kind
    raise BadFile("kind")


def lock(data: bytes) -> Locked:
    """Encrypt a file under a new key."""
    key, nonce = AESGCM.generate_key(bit_length=256), os.urandom(_NONCE)
    content = nonce + AESGCM(key).encrypt(nonce, data, None)
    return Locked(content, jose.encode(key), len(content), jose.digest(content))


def unlock(content: bytes, key: str, size: int, sha256: str) -> bytes:
    """A file that was fetched, when it is the very one that was named. Raises BadFile."""
    if len(content) != size or jose.digest(content) != sha256:
        raise BadFile("other_file")
    if len(content) < _NONCE + _TAG:
        raise BadFile("sealed")
    try:
        return AESGCM(jose.decode(key)).decrypt(content[:_NONCE], content[_NONCE:], None)
    except (InvalidTag, ValueError):
        raise BadFile("sealed") from None
