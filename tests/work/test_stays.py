"""Each stage that a case leaves is kept with its length: by the step, and by the migration for the past."""

from datetime import datetime, timedelta
from importlib import import_module

from sqlmodel import col, select

from repatriation.records import migrations
from repatriation.records.stays import Stay
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.particulars import Particulars
from tests.work.test_steps import Desk

Officers = dict[str, Actor]


def _stays(house: House) -> list[dict[str, object]]:
    with house.doors.read() as session:
        rows = session.exec(select(Stay).order_by(col(Stay.seq))).all()
    return [row.model_dump() for row in rows]


def test_a_step_that_leaves_a_stage_keeps_how_long_the_case_stood_there(
    house: House, officers: Officers, now: datetime
) -> None:
    desk = Desk(house, officers, now)
    desk.take("datip", "presume")
    desk.take("datip", "begin_reflection")
    desk.now += timedelta(days=2, seconds=59)
    desk.take("datip", "identify", Particulars(authority="MDT"))
    told = [(stay["stage"], stay["minutes"]) for stay in _stays(house)]
    assert told[0] == ("reported", 60)
    assert told[-1][0] == "under_identification"
    assert sum(int(str(minutes)) for _, minutes in told) == 3 * 60 + 2 * 24 * 60
    assert {stay["route"] for stay in _stays(house)} == {"tha-khm"}


def test_the_migration_takes_over_from_the_trail_what_the_steps_would_have_kept(
    house: House, officers: Officers, now: datetime
) -> None:
    desk = Desk(house, officers, now + timedelta(microseconds=654_321))
    desk.take("datip", "presume")
    desk.take("datip", "begin_reflection")
    desk.now += timedelta(days=400, seconds=1)
    desk.take("datip", "identify", Particulars(authority="MDT"))
    kept = _stays(house)
    assert len(kept) > 1
    before = import_module("repatriation.records.migrations.versions.0012_boards").down_revision
    migrations.downgrade(house.doors, before)
    migrations.upgrade(house.doors)
    assert _stays(house) == kept
