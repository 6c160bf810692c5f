"""The keys of this installation: files in a folder outside the database and outside its backups."""

import datetime
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from documents.keys import FILES, BadKeys, Generation, PaperKeys, new_generation
from partners import keys as partner_keys
from partners.keys import InstanceKey, InstanceKeys
from repatriation.records.keyfiles import KeyringError, only_ours, put, put_folder, settle

__all__ = ["Keyring", "KeyringError"]

_BYTES = 32
_GENERATION = re.compile(r"papers-(\d{4})")
_PARTNER_KEY = re.compile(rf"({'|'.join(partner_keys.PURPOSES)})-(\d{{4}})\.jwk")


class Keyring:
    """The keys in one folder: one for each epoch, which wrap the cases' own keys; one for digests; one to
    sign the trail with; a folder of keys for each generation that signs papers; and a JWK file for each key
    that partners meet.

    Raises KeyringError when the folder is missing or somebody else may read it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, bytes] = {}
        self._epochs: tuple[int, tuple[int, ...]] = (0, ())
        self._papers: tuple[int, PaperKeys | None] = (0, None)
        self._partners: tuple[int, InstanceKeys | None] = (0, None)
        if not folder.is_dir():
            raise KeyringError(f"there is no keyring in {folder}: make one first")
        only_ours(folder)

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

    def paper_keys(self) -> PaperKeys:
        """The keys that sign papers, as they are in the folder now: one rotated elsewhere counts at once.

        KeyringError when there are none, or they cannot be read.
        """
        changed = self.folder.stat().st_mtime_ns
        if self._papers[0] != changed or self._papers[1] is None:
            self._papers = (changed, self._load_papers())
        keys = self._papers[1]
        if keys is None:
            raise KeyringError(f"no keys for papers are in {self.folder}: run `repatriation db upgrade`")
        return keys

    def add_paper_generation(
        self, name: str, now: datetime.datetime, since: datetime.datetime | None = None
    ) -> Generation:
        """Make keys that from now on sign papers; those before them go on being verified.

        `name` is the installation's; `since` is given where papers bear earlier dates. KeyringError when
        somebody else made this generation in the same moment.
        """
        keys = self._load_papers()
        number = keys.newest.number + 1 if keys else 1
        files = new_generation(name, now, since)
        try:
            put_folder(self.folder / f"papers-{number:04}", files)
        except OSError as problem:
            raise KeyringError(f"generation {number} of the keys for papers cannot be written") from problem
        self._papers = (0, None)
        return Generation.load(number, files)

    def ensure_paper_keys(
        self, name: str, now: datetime.datetime, since: datetime.datetime | None = None
    ) -> PaperKeys:
        """The keys that sign papers, made now where there are none."""
        if self._load_papers() is None:
            try:
                self.add_paper_generation(name, now, since)
            except KeyringError:
                if self._load_papers() is None:  # it was not that somebody else was quicker
                    raise
        return self.paper_keys()

    def _load_papers(self) -> PaperKeys | None:
        found = ((_GENERATION.fullmatch(folder.name), folder) for folder in self.folder.glob("papers-*"))
        folders = {int(match[1]): folder for match, folder in found if match}
        try:
            return (
                PaperKeys.load({number: _files(folders[number]) for number in folders}) if folders else None
            )
        except BadKeys as problem:
            raise KeyringError(f"the keys for papers in {self.folder} cannot be used: {problem}") from problem

    def instance_keys(self) -> InstanceKeys:
        """The keys that partners meet, as they are in the folder now: one rotated elsewhere counts at once.

        KeyringError when a purpose has none, or one cannot be read.
        """
        changed = self.folder.stat().st_mtime_ns
        if self._partners[0] != changed or self._partners[1] is None:
            self._partners = (changed, self._load_partner_keys())
        keys = self._partners[1]
        assert keys is not None
        return keys

    def add_partner_key(self, purpose: str, now: datetime.datetime) -> InstanceKey:
        """Make a key of this purpose, which takes over from the newest as `partners.keys` says."""
        there = (key.number for key in self._partner_keys() if key.purpose.name == purpose)
        number = max(there, default=0) + 1
        jwk = partner_keys.new_key(purpose, now)
        self._put(f"{purpose}-{number:04}.jwk", json.dumps(jwk, indent=2).encode() + b"\n")
        return InstanceKey.load(purpose, number, jwk)

    def ensure_partner_keys(self, now: datetime.datetime) -> InstanceKeys:
        """The keys that partners meet; those are made now that there are none of."""
        there = {key.purpose.name for key in self._partner_keys()}
        for purpose in partner_keys.PURPOSES.keys() - there:
            try:
                self.add_partner_key(purpose, now)
            except FileExistsError:  # somebody else made it in the same moment
                continue
        return self.instance_keys()

    def destroy_ended(self, now: datetime.datetime) -> tuple[InstanceKey, ...]:
        """Destroy the keys of partners' that count no more, and say which."""
        ended = self.instance_keys().ended(now)
        for key in ended:
            (self.folder / f"{key.purpose.name}-{key.number:04}.jwk").unlink(missing_ok=True)
        settle(self.folder)
        return ended

    def _load_partner_keys(self) -> InstanceKeys:
        try:
            return InstanceKeys.load(self._partner_keys())
        except partner_keys.BadKeys as problem:
            raise KeyringError(
                f"the keys for partners in {self.folder} cannot be used: {problem} "
                "(`repatriation db upgrade` makes what is missing)"
            ) from problem

    def _partner_keys(self) -> list[InstanceKey]:
        found = ((_PARTNER_KEY.fullmatch(file.name), file) for file in self.folder.glob("*.jwk"))
        keys = []
        for match, file in found:
            if match:
                only_ours(file)
                keys.append(_partner_key(match[1], int(match[2]), file))
        return keys

    def _key(self, name: str) -> bytes:
        key = self._read.get(name)
        if key is None:
            file = self.folder / name
            if not file.is_file():
                raise KeyringError(f"the key {name} is not in {self.folder}")
            only_ours(file)
            key = file.read_bytes()
            if len(key) != _BYTES:
                raise KeyringError(f"{file} does not hold a key")
            self._read[name] = key
        return key

    def _write(self, name: str) -> None:
        """Write a new random key."""
        self._put(name, os.urandom(_BYTES))

    def _put(self, name: str, data: bytes) -> None:
        """Write a new file so that it is whole on the disk or not there at all. FileExistsError."""
        made = self.folder / f"{name}.{os.getpid()}.new"
        put(made, data)
        try:
            os.link(made, self.folder / name)  # fails when the name is taken, which a rename would not
        finally:
            made.unlink()
        settle(self.folder)


def _partner_key(purpose: str, number: int, file: Path) -> InstanceKey:
    """The key in one file. KeyringError when it is none."""
    try:
        return InstanceKey.load(purpose, number, json.loads(file.read_bytes()))
    except (ValueError, RecursionError) as problem:
        raise KeyringError(f"{file} does not hold a key that can be used") from problem


def _files(folder: Path) -> Mapping[str, bytes]:
    """The files of one generation."""
    only_ours(folder)
    found = {name: folder / name for name in FILES if (folder / name).is_file()}
    for file in found.values():
        only_ours(file)
    return {name: file.read_bytes() for name, file in found.items()}


def _epoch_file(epoch: int) -> str:
    return f"epoch-{epoch:04}.key"
