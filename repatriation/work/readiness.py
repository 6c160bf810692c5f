"""Whether this installation can serve: each thing that must hold, and whether it does."""

from collections.abc import Mapping

from repatriation.records import migrations
from repatriation.work.house import House

# What may keep a database from being used, as the names under which a monitor sees it.
_OF_THE_DATABASE = {"unreachable": "database", "revision": "tables", "guard": "guards"}


def readiness(house: House) -> Mapping[str, bool]:
    """What must hold before people are let in, by name: that the database answers, that its tables are this
    program's, that nothing can be taken out of the trail, and that there is a procedure to follow.
    """
    wrong = {_OF_THE_DATABASE[problem.code] for problem in migrations.ready(house.doors)}
    return {name: name not in wrong for name in _OF_THE_DATABASE.values()} | {
        "procedures": bool(house.shelf.procedures)
    }
