"""Whether this installation can serve: each thing that must hold, and whether it does."""

from collections.abc import Mapping

from sqlmodel import col, select

from repatriation.records import migrations
from repatriation.records.cases import CaseFile
from repatriation.records.organisations import Officer
from repatriation.records.sealing import epochs_shut
from repatriation.work.house import House
from repatriation.work.telling.beats import ticks

TOLD_ONLY = frozenset({"papers", "clock"})
"""What a monitor is told, and what does not keep people from working."""

# What may keep a database from being used, as the names under which a monitor sees it.
_OF_THE_DATABASE = {"unreachable": "database", "revision": "tables", "guard": "guards"}


def readiness(house: House) -> Mapping[str, bool]:
    """What must hold before people are let in, by name.

    The database answers, its tables are this program's, nothing can be taken out of the trail, there is a
    procedure to follow, and every procedure that a case was opened under is on the shelf, unchanged. That no
    paper can be issued (`papers`), or that no clock runs (`clock`), is told as well, and keeps nobody out.
    """
    wrong = {_OF_THE_DATABASE[problem.code] for problem in migrations.ready(house.doors)}
    found = {name: name not in wrong for name in _OF_THE_DATABASE.values()}
    found["procedures"] = bool(house.shelf.procedures)
    found["procedures_of_cases"] = not wrong and not procedures_missing(house)
    found["clock"] = not wrong and ticks(house)
    found["papers"] = house.papers is not None and house.papers.fault is None
    return found


def keys_missing(house: House) -> tuple[int, ...]:
    """The epochs of sealed cases that the keyring here cannot open."""
    with house.doors.read() as session:
        return epochs_shut(session, house.keyring)


def procedures_missing(house: House) -> tuple[str, ...]:
    """The SHA-256 of each procedure file that cases follow and that is not on the shelf."""
    with house.doors.read() as session:
        pinned = set(session.exec(select(CaseFile.digest).distinct()).all())
    return tuple(sorted(pinned - {procedure.digest for procedure in house.shelf.procedures}))


def of_the_other_kind(house: House) -> bool:
    """Whether anybody here is made up in a real installation, or real in a demonstration.

    Everybody knows the passwords of made-up officers, and the key that signs a demonstration's sessions.
    """
    with house.doors.read() as session:
        return any(
            session.exec(
                select(table.id).where(col(table.demonstration).is_(not house.demonstration)).limit(1)
            ).first()
            is not None
            for table in (Officer, CaseFile)
        )
