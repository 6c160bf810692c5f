"""Checkpoints as signed notes (C2SP signed-note and tlog-checkpoint): text that says how long the log is, and
its root.

A note that has left this machine (printed, sent to a partner, kept on another disk) shows later on whether
the log it speaks of was cut or written anew.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "


class NoteBroken(ValueError):
    """The text is not a checkpoint, or was not signed by the key."""


class Checkpoint(NamedTuple):
    """What a note says: whose log, how many events it holds, and the root over all of them."""

    origin: str
    size: int
    root: bytes


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root of a Merkle tree over the leaves (RFC 6962: a leaf is marked 0, a node 1).
    ValueError without leaves."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        raise ValueError("a tree must have a leaf")
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note of a checkpoint. ValueError when the origin could not stand in one."""
    origin = checkpoint.origin
    if not origin or "+" in origin or any(character.isspace() for character in origin):
        raise ValueError("the origin of a log holds no spaces and no plus sign")
    text = f"{origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"
    signature = _key_hash(origin, key.public_key()) + key.sign(text.encode())
    return f"{text}\n{_DASH}{origin} {base64.b64encode(signature).decode()}\n"


def opened(note: str, key: Ed25519PublicKey) -> Checkpoint:
    """What a note says, once its signature has been checked. Raises NoteBroken."""
    text, _, signatures = note.replace("\r\n", "\n").partition("\n\n")
    text += "\n"
    try:
        origin, size, root = text.splitlines()[:3]
        marked = [line.split(" ") for line in signatures.splitlines() if line.startswith(f"{_DASH}{origin} ")]
        signed = [base64.b64decode(parts[-1], validate=True) for parts in marked]
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error) as problem:
        raise NoteBroken("this is not a checkpoint") from problem
    ours = _key_hash(origin, key)
    for signature in signed:
        if signature[:4] == ours:
            try:
                key.verify(signature[4:], text.encode())
            except InvalidSignature as problem:
                raise NoteBroken("the signature does not fit the checkpoint") from problem
            return checkpoint
    raise NoteBroken("the checkpoint is not signed by this key")


def _key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + _ED25519 + key.public_bytes_raw()).digest()[:4]
