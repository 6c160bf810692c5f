"""The keys of this installation: files in a folder outside the database and outside its backups."""

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

_BYTES = 32


class KeyringError(RuntimeError):
    """The keyring is not there, is open to others, or lacks a key. Says which, and what to do."""


class Keyring:
    """The keys in one folder: one for each epoch, which wrap the cases' own keys; one for digests; one to
    sign with.

    Raises KeyringError when the folder is missing or somebody else may read it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, bytes] = {}
        self._epochs: tuple[int, tuple[int, ...]] = (0, ())
        if not folder.is_dir():
            raise KeyringError(f"there is no keyring in {folder}: make one first")
        _only_ours(folder)

    @classmethod
    def create(cls, folder: Path) -> "Keyring":
        """Make a new keyring. KeyringError when the folder holds anything already."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise KeyringError(f"{folder} is not empty: a keyring is never made over another one")
        folder.chmod(0o700)
        keyring = cls(folder)
        for name in (_epoch_file(1), "digests.key", "signing.key"):
            keyring._write(name)
        return keyring

    @property
    def epochs(self) -> tuple[int, ...]:
        """All epochs whose keys are still there, oldest first."""
        changed = self.folder.stat().st_mtime_ns
        if self._epochs[0] != changed:
            found = (int(file.stem.removeprefix("epoch-")) for file in self.folder.glob("epoch-*.key"))
            self._epochs = (changed, tuple(sorted(found)))
        return self._epochs[1]

    @property
    def epoch(self) -> int:
        """The newest epoch: new keys are wrapped under it."""
        epochs = self.epochs
        if not epochs:
            raise KeyringError(f"no epoch key is left in {self.folder}")
        return epochs[-1]

    def rotate(self) -> int:
        """Begin a new epoch. Afterwards `sealing.rewrap` moves the cases to it, and `retire`
        ends the old one."""
        new = self.epoch + 1
        self._write(_epoch_file(new))
        return new

    def retire(self, epoch: int) -> None:
        """Destroy an old epoch's key: what is still wrapped under it, also in backups, can
        never be read again."""
        if epoch == self.epoch:
            raise KeyringError("the newest epoch cannot be retired: rotate first")
        name = _epoch_file(epoch)
        (self.folder / name).unlink()
        self._read.pop(name, None)

    def wrap(self, data_key: bytes) -> tuple[bytes, int]:
        """Wrap a case's key (AES-KWP, RFC 5649) under the newest epoch; gives the wrapped key
        and the epoch."""
        epoch = self.epoch
        return aes_key_wrap_with_padding(self._key(_epoch_file(epoch)), data_key), epoch

    def unwrap(self, wrapped: bytes, epoch: int) -> bytes:
        """A case's key again. KeyringError when the epoch's key is gone or does not fit."""
        try:
            return aes_key_unwrap_with_padding(self._key(_epoch_file(epoch)), wrapped)
        except InvalidUnwrap as problem:
            raise KeyringError(f"a key does not open under epoch {epoch}") from problem

    def digest_key(self, purpose: str) -> bytes:
        """The key for keyed digests of one purpose, such as "names". It never leaves this installation."""
        derive = HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=purpose.encode())
        return derive.derive(self._key("digests.key"))

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs the checkpoints of the trail."""
        return Ed25519PrivateKey.from_private_bytes(self._key("signing.key"))

    def _key(self, name: str) -> bytes:
        key = self._read.get(name)
        if key is None:
            file = self.folder / name
            if not file.is_file():
                raise KeyringError(f"the key {name} is not in {self.folder}")
            _only_ours(file)
            key = file.read_bytes()
            if len(key) != _BYTES:
                raise KeyringError(f"{file} does not hold a key")
            self._read[name] = key
        return key

    def _write(self, name: str) -> None:
        """Write a new random key so that it is whole on the disk or not there at all."""
        made = self.folder / f"{name}.new"
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.link(made, self.folder / name)  # fails when the name is taken, which a rename would not
        made.unlink()
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _epoch_file(epoch: int) -> str:
    return f"epoch-{epoch:04}.key"


def _only_ours(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyringError(f"{path} can be read by others: allow it to its owner alone")
