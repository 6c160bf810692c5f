"""How keys are put on the disk: whole or not at all, and for their owner's eyes alone."""

import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path


class KeyringError(RuntimeError):
    """The keyring is not there, is open to others, or lacks a key. Says which, and what to do."""


def put(file: Path, data: bytes) -> None:
    """Write a new file that its owner alone may read, down to the disk. FileExistsError when it is there."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def put_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder of files, which is there with all of them or not at all. OSError when it cannot be
    written, or is there already.
    """
    made = Path(tempfile.mkdtemp(prefix=folder.name, suffix=".new", dir=folder.parent))
    try:
        for name, data in files.items():
            put(made / name, data)
        settle(made)
        made.rename(folder)  # onto one that holds files it fails
    except OSError:
        shutil.rmtree(made)
        raise
    settle(folder.parent)


def settle(folder: Path) -> None:
    """Have the disk know what is in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def only_ours(path: Path) -> None:
    """KeyringError when somebody else may read what is there."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyringError(f"{path} can be read by others: allow it to its owner alone")
