"""Who looked at whom: told to those who have a part in the case, a page at a time, and to nobody else."""

from datetime import datetime, timedelta

import pytest

from repatriation.work import looks as looking
from repatriation.work.actors import Actor
from repatriation.work.followup.kept import open_notes
from repatriation.work.followup.plans import read_plan
from repatriation.work.house import House
from repatriation.work.identity import open_identity
from repatriation.work.looks import looks
from tests.work.test_steps import Desk

Officers = dict[str, Actor]


def test_each_opening_is_told_with_its_reason_and_whether_a_stranger_looked(
    house: House, officers: Officers, now: datetime
) -> None:
    desk = Desk(house, officers, now)
    open_identity(house, officers["datip"], now, desk.reference, "prepare_paper")
    open_identity(house, officers["thai-police"], now + timedelta(hours=1), desk.reference, "safety")
    seen, further = looks(house, officers["datip"])
    assert further is None
    assert [(look.officer, look.reason, look.stranger) for look in seen] == [
        ("thai-police", "safety", True),
        ("datip", "prepare_paper", False),
    ]
    assert {look.reference for look in seen} == {desk.reference}


def test_notes_plans_and_papers_that_were_opened_are_told_beside_identities(
    house: House, officers: Officers, now: datetime
) -> None:
    desk = Desk(house, officers, now)
    open_notes(house, officers["datip"], now + timedelta(hours=1), desk.reference, "safety")
    read_plan(house, officers["datip"], now + timedelta(hours=2), desk.reference, "arrange_care")
    seen, _ = looks(house, officers["datip"])
    assert [(look.tag, look.reason) for look in seen] == [
        ("plan:opened", "arrange_care"),
        ("visit:notes:opened", "safety"),
    ]


def test_those_without_a_part_are_told_nothing(house: House, officers: Officers, now: datetime) -> None:
    desk = Desk(house, officers, now)
    open_identity(house, officers["datip"], now, desk.reference, "prepare_paper")
    for stranger in ("embassy", "mosvy", "stranger"):
        assert looks(house, officers[stranger]) == ((), None)


def test_the_pages_go_on_where_the_last_one_ended(
    house: House, officers: Officers, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "PAGE", 2)
    desk = Desk(house, officers, now)
    for minute in range(5):
        open_identity(
            house, officers["datip"], now + timedelta(minutes=minute), desk.reference, "prepare_paper"
        )
    told: list[datetime] = []
    since = None
    while True:
        seen, since = looks(house, officers["datip"], since)
        told += [look.at for look in seen]
        if since is None:
            break
    assert told == [now + timedelta(minutes=minute) for minute in reversed(range(5))]
