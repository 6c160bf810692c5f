"""The shelf: every route in every edition that this installation may use, each walked through before it is
put there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sop.floor import Walk, stand
from sop.procedure import Procedure
from sop.reader import ProcedureError, read

CORRIDORS: Final = Path(__file__).parent / "corridors"


class NotOnTheShelf(LookupError):
    """No file of this route, edition or SHA-256 is on the shelf."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Procedures by the SHA-256 of their files. A case keeps to the edition under which it was opened."""

    procedures: tuple[Procedure, ...]
    walks: tuple[Walk, ...]

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self.procedures)

    def pinned(self, digest: str) -> Procedure:
        """The very file a case was opened under.

        Raises:
            NotOnTheShelf: when the file is gone or was edited, since either would change the rules under a
            case.
        """
        for procedure in self.procedures:
            if procedure.digest == digest:
                return procedure
        raise NotOnTheShelf(f"No procedure with SHA-256 {digest} is on the shelf.")

    def in_force(self, route: str, on: date) -> Procedure:
        """The newest edition of a route in force on a day.

        Raises:
            NotOnTheShelf: when the route has none.
        """
        editions = [p for p in self.procedures if p.route == route and p.in_force <= on]
        if not editions:
            raise NotOnTheShelf(f"No edition of the route {route} is in force on {on.isoformat()}.")
        return max(editions, key=lambda p: p.in_force)

    def routes(self, on: date) -> tuple[Procedure, ...]:
        """Each route's edition in force on a day, in order of route."""
        names = sorted({p.route for p in self.procedures if p.in_force <= on})
        return tuple(self.in_force(name, on) for name in names)


def stock(folders: Iterable[Path] = ()) -> Shelf:
    """Reads and walks every route file of our own and of further folders.

    Raises:
        ProcedureError: at the first file that may not be used, or when two files claim one route and edition.
    """
    procedures: dict[str, Procedure] = {}
    walks = []
    for folder in (CORRIDORS, *folders):
        for path in sorted(folder.glob("*.toml")):
            procedure = read(path)
            if procedure.key in procedures:
                other = procedures[procedure.key].path.name
                raise ProcedureError(path.name, "edition", f"{other} already is this route and edition")
            procedures[procedure.key] = procedure
            walks.append(stand(procedure))
    return Shelf(tuple(procedures.values()), tuple(walks))
