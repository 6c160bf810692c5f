"""Which benchmarks there are, and how they are run one after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from repatriation.bench import (
    advance,
    boards,
    clash,
    crash,
    documents,
    fair,
    followup,
    http,
    imports,
    lists,
    partners,
    sop,
)
from repatriation.bench.place import Place, places
from repatriation.bench.report import Report
from sop import shelf

BENCHES: Final[Mapping[str, Callable[[Place], Report]]] = {
    "sop": sop.run,
    "advance": advance.run,
    "http": http.run,
    "fair": fair.run,
    "crash": crash.run,
    "clash": clash.run,
    "list": lists.run,
    "boards": boards.run,
    "import": imports.run,
    "documents": documents.run,
    "partners": partners.run,
    "followup": followup.run,
}

WITHOUT_DATABASE: Final = ("sop", "documents")
SQLITE_ONLY: Final = ("fair",)


def measure(names: Sequence[str], kinds: Sequence[str], *, quick: bool, url: str | None) -> Iterator[Report]:
    """Runs each benchmark on each kind of database, where it has to do with one."""
    procedures = shelf.stock()
    for number, kind in enumerate(kinds):
        chosen = [
            name
            for name in names
            if not (number and name in WITHOUT_DATABASE) and (kind == "sqlite" or name not in SQLITE_ONLY)
        ]
        if not chosen:
            continue
        with places(kind, quick=quick, url=url, procedures=procedures) as place:
            for name in chosen:
                yield BENCHES[name](place)
                place.clear()
