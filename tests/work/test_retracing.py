"""Every case taken again from its trail: what stands on file must be where its steps led."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from repatriation.records.cases import CaseFile
from repatriation.records.consents import Consent
from repatriation.records.doors import Doors, commit
from repatriation.records.guards import put_up
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.particulars import Particulars
from repatriation.work.retracing import retrace
from tests.work.test_steps import SPOKEN, Desk, to_identified

Officers = dict[str, Actor]
Change = Callable[[Any], object]


@pytest.fixture
def desk(house: House, officers: Officers, now: datetime) -> Desk:
    """A person in Thailand who agreed that their embassy is told, and took it back."""
    desk = Desk(house, officers, now)
    to_identified(desk)
    desk.take("datip", "consent_to_notification", SPOKEN)
    withdraw = house.shelf.in_force("tha-khm", now.date()).consents["notification"].withdraw
    desk.take("datip", withdraw, Particulars(language="km", how="spoken"))
    return desk


def tampered(doors: Doors, table: str, change: Change) -> None:
    """What somebody does who owns the database: drop a guard, change, and put it up again."""
    with doors.alone() as connection:
        connection.begin()
        if table != "case_file":
            on = f" ON {table}" if doors.kind == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER guard_{table}_update{on}"))
        change(connection)
        put_up(connection)
        commit(connection)


def codes(house: House) -> list[str]:
    return [problem.code for problem in retrace(house).problems]


def test_a_case_stands_where_its_steps_led(desk: Desk, house: House) -> None:
    assert retrace(house) == (1, 0, ())


def test_a_consent_that_was_taken_back_cannot_be_made_to_be_given(desk: Desk, house: House) -> None:
    taken_back = update(Consent).where(col(Consent.decision) == "withdrawn").values(decision="given")
    tampered(house.doors, "consent", lambda connection: connection.execute(taken_back))
    assert codes(house) == ["consent_differs"]


def test_a_state_in_which_the_person_agrees_again_is_found(desk: Desk, house: House) -> None:
    state = dict(desk.case().state)
    said = state["consents"]["notification"]
    state["consents"] = {**state["consents"], "notification": ["given", *said[1:]]}
    forged = update(CaseFile).values(state=state)
    tampered(house.doors, "case_file", lambda connection: connection.execute(forged))
    assert codes(house) == ["stands_elsewhere"]


def test_a_case_that_was_moved_by_nobodys_step_is_found(desk: Desk, house: House) -> None:
    moved = update(CaseFile).values(stage="in_transit")
    tampered(house.doors, "case_file", lambda connection: connection.execute(moved))
    assert codes(house) == ["stands_elsewhere"]


def test_a_step_that_the_procedure_does_not_allow_is_found_at_its_event(desk: Desk, house: House) -> None:
    case = desk.case()
    last = case.trail_seq
    said = {"action": "depart", "roles": ["host.coordination"], "version": case.version}
    forged = update(Trail).where(col(Trail.chain) == case.id, col(Trail.seq) == last).values(detail=said)
    tampered(house.doors, "trail", lambda connection: connection.execute(forged))
    [problem] = retrace(house).problems
    assert problem == ("not_allowed", case.id, last)


def test_an_event_that_tells_no_step_is_found(desk: Desk, house: House) -> None:
    case = desk.case()
    garbled = (
        update(Trail).where(col(Trail.chain) == case.id, col(Trail.seq) == 2).values(detail={"action": 1})
    )
    tampered(house.doors, "trail", lambda connection: connection.execute(garbled))
    assert codes(house) == ["unreadable"]
