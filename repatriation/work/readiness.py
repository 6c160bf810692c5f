"""Whether this installation can serve: each thing that must hold, and whether it does."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from repatriation.work.house import House


def readiness(house: House) -> Mapping[str, bool]:
    """What must hold before people are let in, by name. Never raises: what cannot be asked does not hold."""
    return {"database": _database_answers(house), "procedures": bool(house.shelf.procedures)}


def _database_answers(house: House) -> bool:
    try:
        with house.doors.read() as session:
            return bool(session.connection().execute(text("SELECT 1")).scalar() == 1)
    except SQLAlchemyError:
        return False
