"""Pages of lists: in order, each case once, and read from an index alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from repatriation.records.cases import CaseFile
from repatriation.records.doors import Doors
from repatriation.records.pages import Cut, visible_number, visible_page
from tests.records import made

STAGES = ("identified", "verifying", "return_decided")


def _values(organisation_id: str, stages: Sequence[str] = STAGES, **further: Any) -> dict[str, Any]:
    named = {f"stage_{number}": stage for number, stage in enumerate(stages)}
    return {"organisation_id": organisation_id, **named, **further}


def _ask(doors: Doors, cut: Cut, most: int, values: dict[str, Any]) -> tuple[list[str], int]:
    """The references on a page, and how many cases there are in all."""
    with doors.read() as session:
        connection = session.connection()
        rows = connection.execute(visible_page(doors.kind, cut, most), values).all()
        number = connection.execute(visible_number(doors.kind, cut, most), values).scalar_one()
    return [row.reference for row in rows], number


def _fill(doors: Doors, now: datetime) -> tuple[str, list[CaseFile]]:
    """An organisation, and its cases at every stage in turn, the one touched first before the others."""
    cases = []
    with doors.act() as session:
        ours, theirs = made.officer(session, "ours"), made.officer(session, "theirs")
        for number, stage in enumerate([*STAGES, "closed"] * 3):
            at = now + timedelta(minutes=number)
            case = made.case(session, at, ours, stage=stage, updated_at=at)
            made.part(session, case, ours.organisation_id, "host.coordination")
            made.part(session, case, theirs.organisation_id, "host.police", until=now)
            cases.append(case)
    return ours.organisation_id, cases


def test_the_stages_are_merged_in_one_order_each_case_once(doors: Doors, now: datetime) -> None:
    organisation_id, cases = _fill(doors, now)
    open_ones = [case.reference for case in cases if case.stage != "closed"]
    latest = Cut(len(STAGES), descending=True)
    assert _ask(doors, latest, 50, _values(organisation_id)) == (open_ones[::-1], 9)
    assert _ask(doors, latest, 4, _values(organisation_id)) == (open_ones[:-5:-1], 4)
    one = [case.reference for case in cases if case.stage == "verifying"]
    assert _ask(doors, Cut(1), 50, _values(organisation_id, ["verifying"])) == (one, 3)


def test_a_page_goes_on_after_a_place(doors: Doors, now: datetime) -> None:
    organisation_id, cases = _fill(doors, now)
    open_ones = [case for case in cases if case.stage != "closed"]
    fourth = open_ones[3]
    values = _values(organisation_id, at_key=fourth.updated_at, at_id=fourth.id)
    after, _ = _ask(doors, Cut(len(STAGES), beyond=True), 50, values)
    before, _ = _ask(doors, Cut(len(STAGES), beyond=True, descending=True), 50, values)
    assert after == [case.reference for case in open_ones[4:]]
    assert before == [case.reference for case in open_ones[2::-1]]


def test_what_an_organisation_had_a_part_in_once_is_on_no_page(doors: Doors, now: datetime) -> None:
    _fill(doors, now)
    with doors.act() as session:
        late = made.officer(session, "late")
    assert _ask(doors, Cut(len(STAGES)), 50, _values(late.organisation_id)) == ([], 0)


SHAPES = [
    Cut(stages, key, descending, dated, beyond, route, untouched, due)
    for stages, (key, dated), descending, beyond, route, (untouched, due) in product(
        (1, len(STAGES)),
        (("updated_at", None), ("due_on", True), ("due_on", False)),
        (False, True),
        (False, True),
        (False, True),
        ((False, False), (True, False), (False, True)),
    )
    if not (due and not dated) and not (untouched and dated is not None)
]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_every_page_is_read_from_an_index_in_order_and_from_it_alone(doors: Doors, now: datetime) -> None:
    values = _values("organisation", at_id="case", route="tha-khm", touched_before=now, due_by=now.date())
    for cut in SHAPES:
        at_key = now if cut.key == "updated_at" else now.date()
        with doors.read() as session:
            connection = session.connection()
            for question in (visible_page("sqlite", cut, 50), visible_number("sqlite", cut, 50)):
                given = question.params({**values, "at_key": at_key})
                sql = str(given.compile(connection, compile_kwargs={"literal_binds": True}))
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
                parts = [line for line in plan if line.startswith("SEARCH party")]
                assert len(parts) == cut.stages, (cut, plan)
                assert all("USING COVERING INDEX ix_party" in line for line in parts), (cut, plan)
                assert not [line for line in plan if line.startswith("SCAN party")], (cut, plan)
