"""The keys of papers in the keyring folder: one folder for each generation, beside the keys that seal."""

import datetime
import os
from collections.abc import Mapping

from documents.keys import FILES, PaperKeys, new_generation
from repatriation.records.keyring import Keyring

_FOLDER, _EVERY = "papers-{:04}", "papers-*"


def read(keyring: Keyring) -> PaperKeys:
    """All generations there are. Raises BadKeys when there is none, or one cannot be read."""
    found: dict[int, Mapping[str, bytes]] = {}
    for folder in sorted(keyring.folder.glob(_EVERY)):
        files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
        found[int(folder.name.rpartition("-")[2])] = files
    return PaperKeys.load(found)


def make(keyring: Keyring, name: str, now: datetime.datetime, since: datetime.datetime | None = None) -> int:
    """Begin a new generation and give its number. `name` stands in its certificates; `since`: good for papers
    that bear an earlier date."""
    there = [int(path.name.rpartition("-")[2]) for path in keyring.folder.glob(_EVERY)]
    number = max(there, default=0) + 1
    files = new_generation(name, now, since)
    made = keyring.folder / f".making-{number:04}"
    made.mkdir(mode=0o700)
    for file, content in files.items():
        descriptor = os.open(made / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    # Whole or not at all: a generation that lacks a file would keep every paper from being checked.
    made.rename(keyring.folder / _FOLDER.format(number))
    return number


def there_are(keyring: Keyring) -> bool:
    """Whether any generation was made."""
    return any(keyring.folder.glob(_EVERY))
