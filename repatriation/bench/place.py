"""Where a benchmark runs: a temporary folder, a migrated database of its own in it, keys, and a house."""

import contextlib
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, make_url

from repatriation.bench import postgres
from repatriation.records import migrations
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.work.house import House
from sop import clocks, shelf
from sop.reader import read
from sop.shelf import Shelf


class Ground(NamedTuple):
    """What another process needs to know in order to open the same house."""

    url: str
    keys: Path
    corridors: tuple[Path, ...]

    def house(self) -> House:
        """The house, with procedures that are read and not proved again."""
        procedures = Shelf(tuple(read(path) for path in self.corridors), ())
        return House(Doors(self.url), procedures, clocks.load(), Keyring(self.keys), demonstration=True)


@dataclass(slots=True)
class Place:
    """What the benchmarks of one run share. Nothing of an installation's own is read or written.

    `server` is where new databases of the kind are made; a given address of a PostgreSQL server, or our own.
    """

    kind: str
    folder: Path
    shelf: Shelf
    quick: bool = False
    server: URL | None = None
    own_server: postgres.Server | None = None
    _made: list[URL] = field(default_factory=list)

    def size(self, whole: int, quick: int) -> int:
        """How many of something: fewer when in a hurry."""
        return quick if self.quick else whole

    def database(self) -> str:
        """The address of a new, migrated database without rows."""
        url = self.empty_database()
        doors = Doors(url.render_as_string(hide_password=False))
        migrations.upgrade(doors)
        doors.dispose()
        return url.render_as_string(hide_password=False)

    def empty_database(self) -> URL:
        """The address of a new database without tables."""
        name = f"bench_{uuid.uuid4().hex}"
        if self.server is None:
            made = make_url(f"sqlite:///{self.folder / name}.sqlite")
        else:
            postgres.execute(self.server, f"CREATE DATABASE {name} TEMPLATE template0")
            made = self.server.set(database=name)
        self._made.append(made)
        return made

    def ground(self) -> Ground:
        """A new, empty installation, and how to open it."""
        keys = self.folder / "keys"
        if not keys.is_dir():
            Keyring.create(keys).ensure_partner_keys(datetime.now(UTC))
        return Ground(self.database(), keys, tuple(procedure.path for procedure in self.shelf))

    def clear(self) -> None:
        """Drops the databases made so far."""
        for url in self._made:
            if self.server is not None:
                postgres.execute(self.server, f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")
            else:
                for file in self.folder.glob(f"{Path(str(url.database)).name}*"):
                    file.unlink()
        self._made.clear()


@contextlib.contextmanager
def places(
    kind: str, *, quick: bool = False, url: str | None = None, procedures: Shelf | None = None
) -> Iterator[Place]:
    """A place for one kind of database, for the length of the block.

    `url` names a PostgreSQL server on which databases may be made and dropped; without it, one is started.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        place = Place(kind, folder, procedures or shelf.stock(), quick)
        if kind == "postgresql":
            if url is None:
                place.own_server = stack.enter_context(postgres.server())
                place.server = place.own_server.url
            else:
                place.server = make_url(url).set(drivername="postgresql+psycopg")
            stack.callback(place.clear)
        yield place
