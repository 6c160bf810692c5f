"""Boards: each number is right, and the list behind it has exactly as many rows."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from repatriation.records.cases import CaseFile
from repatriation.records.doors import Doors
from repatriation.records.organisations import Officer
from repatriation.records.stays import Stay
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.boards import behind, retention, stages, stuck
from repatriation.work.boards.behind import Behind
from repatriation.work.boards.small import Told
from repatriation.work.house import House
from repatriation.work.lists import Order, Wanted, cases
from tests.records import made
from tests.records.made import Somebody

Officers = dict[str, Actor]
Stays = Sequence[tuple[str, int, bool]]


def _case(house: House, now: datetime, whose: Iterable[Actor], stays: Stays = (), **values: Any) -> CaseFile:
    """A case in which some organisations have a part, with the stays behind it."""
    first, *others = whose
    with house.doors.act() as session:
        digest = next(p.digest for p in house.shelf if p.route == "tha-khm")
        holder = Somebody(first.officer_id, first.organisation_id)
        case = made.case(session, now, holder, digest=digest, **values)
        for other in others:
            made.part(session, case, other.organisation_id, "host.police")
        for number, (stage, minutes, _) in enumerate(stays):
            at = now - timedelta(days=1)
            left: dict[str, Any] = {
                "seq": number,
                "entered_at": at - timedelta(minutes=minutes),
                "left_at": at,
            }
            session.add(Stay(case_id=case.id, route="tha-khm", stage=stage, minutes=minutes, **left))
        return case


def _rows(house: House, found: Behind) -> list[str]:
    """Every row behind a number, page by page."""
    rows, place = [], None
    while True:
        page = behind.listed(house, found, place)
        rows += [line.reference for line in page.lines]
        if page.later is None:
            assert page.total == len(rows)
            return rows
        place = page.later


def _slowly(lengths: list[int], tenths: int) -> int:
    """The percentile as it is defined: the least length that so many tenths did not exceed."""
    return sorted(lengths)[math.ceil(len(lengths) * tenths / 10) - 1]


STAGES = ("reported", "verifying", "scheduled")
stays = st.lists(
    st.tuples(st.sampled_from(STAGES), st.integers(0, 6_000_000), st.booleans()), min_size=1, max_size=40
)


def _wiped(doors: Doors) -> None:
    with doors.act() as session:
        for table in ("unmet_need", "placement", "stay", "visit", "party", "case_file"):
            session.connection().execute(text(f"DELETE FROM {table}"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stays)
def test_the_percentiles_of_the_database_are_those_of_a_slow_reckoning(
    house: House, officers: Officers, now: datetime, told: list[tuple[str, int, bool]]
) -> None:
    _wiped(house.doors)
    ours, theirs = officers["datip"], officers["embassy"]
    lengths: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for mine in (True, False):
        some = [stay for stay in told if stay[2] == mine]
        if some:
            _case(house, now, [ours if mine else theirs], some)
        for stage, minutes, _ in some:
            lengths[stage, mine].append(minutes)
    board = stages.stages(house, ours, now, now.date(), of_others=True).lines
    for line in (each for each in board if each.procedure.route == "tha-khm"):
        own, others = lengths[line.stage.name, True], lengths[line.stage.name, False]
        assert line.ours.number == Told(len(own), len(own))
        if own:
            assert line.ours.median == _slowly(own, 5) // 1440
            assert line.ours.ninetieth == _slowly(own, 9) // 1440
        assert line.theirs is not None
        assert line.theirs.median == (_slowly(others, 5) // 1440 if len(others) >= 5 else None)
        assert line.theirs.ninetieth == (_slowly(others, 9) // 1440 if len(others) >= 10 else None)
        found = stages.left(house, ours, now, "tha-khm", line.stage.name)
        assert len(_rows(house, found)) == len(own)


def test_a_stay_is_counted_once_however_many_roles_an_organisation_plays(
    house: House, officers: Officers, now: datetime
) -> None:
    _case(house, now, [officers["datip"], officers["datip"]], [("reported", 60, True)], stage="verifying")
    (line,) = (
        each
        for each in stages.stages(house, officers["datip"], now, now.date(), of_others=True).lines
        if each.stage.name == "verifying"
    )
    assert (line.here, line.here_theirs) == (1, Told(0, 0))
    assert len(_rows(house, stages.here(house, officers["datip"], now, "tha-khm", "verifying"))) == 1


def test_stays_that_ended_long_ago_are_not_reckoned_with(
    house: House, officers: Officers, now: datetime
) -> None:
    _case(house, now - timedelta(days=365), [officers["datip"]], [("reported", 60, True)])
    board = stages.stages(house, officers["datip"], now, now.date(), of_others=False).lines
    assert [line.ours.number.most for line in board if line.stage.name == "reported"] == [0]


def test_a_long_list_behind_a_number_is_read_page_by_page_and_none_is_left_out(
    house: House, officers: Officers, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "PAGE", 3)
    same = [("reported", 60, True)] * 4 + [("reported", 90, True)] * 4
    _case(house, now, [officers["datip"]], same)
    assert len(_rows(house, stages.left(house, officers["datip"], now, "tha-khm", "reported"))) == 8


def test_only_limits_that_count_from_entering_a_stage_are_drawn(house: House, now: datetime) -> None:
    for procedure in house.shelf:
        for name in procedure.stages:
            for limit in stages.limits_of(procedure, name, now.date()):
                assert limit.of == "stage"
                assert limit.grounding in ("sourced", "assumed")


def test_a_case_is_stuck_for_each_reason_that_it_has(house: House, officers: Officers, now: datetime) -> None:
    day, datip = now.date(), officers["datip"]
    moving = _case(house, now, [datip])
    old = _case(house, now - timedelta(days=31), [datip])
    late = _case(house, now, [datip, datip])
    alone = _case(house, now, [officers["shelter"], datip])
    elsewhere = _case(house, now - timedelta(days=90), [officers["embassy"]])
    ended = _case(house, now - timedelta(days=90), [datip], stage="closed", closed_at=now)
    with house.doors.act() as session:
        values = {"due": day - timedelta(days=1), "case": late.id}
        session.connection().execute(
            text("UPDATE party SET due_on = :due WHERE case_id = :case").columns(), values
        )
        session.get_one(Officer, officers["shelter"].officer_id).active = False
    (line,) = stuck.stuck(house, datip, now, day)
    assert line.numbers == {"untouched": 1, "overdue": 1, "unmanned": 1, "any": 3}
    found = {why: _rows(house, stuck.behind(house, datip, now, day, "tha-khm", why)) for why in stuck.WHYS}
    assert found["untouched"] == [old.reference]
    assert found["overdue"] == [late.reference]
    assert found["unmanned"] == [alone.reference]
    assert set(found["any"]) == {old.reference, late.reference, alone.reference}
    assert not {moving.reference, elsewhere.reference, ended.reference} & set(found["any"])


def test_a_time_limit_that_ends_today_is_not_over(house: House, officers: Officers, now: datetime) -> None:
    case = _case(house, now, [officers["datip"]], state={"facts": {}, "consents": {}})
    with house.doors.act() as session:
        session.connection().execute(
            text("UPDATE party SET due_on = :due WHERE case_id = :case"), {"due": now.date(), "case": case.id}
        )
    assert [line.numbers["overdue"] for line in stuck.stuck(house, officers["datip"], now, now.date())] == [0]


def test_a_limit_of_hours_that_is_over_today_is_stuck_today_as_the_list_of_overdue_cases_has_it(
    house: House, officers: Officers, now: datetime
) -> None:
    datip, day = officers["datip"], now.date()
    presumed = [(now - timedelta(hours=25)).isoformat(), None, None]
    state = {"facts": {"presumed": presumed}, "consents": {}}
    late = _case(house, now, [datip], stage="under_identification", state=state)
    with house.doors.act() as session:
        session.connection().execute(text("UPDATE party SET due_on = :due"), {"due": day})
    (line,) = stuck.stuck(house, datip, now, day)
    assert line.numbers["overdue"] == 1
    behind_it = _rows(house, stuck.behind(house, datip, now, day, "tha-khm", "overdue"))
    overdue = cases(house, datip, now, day, Wanted(Order.DUE, overdue=True)).lines
    assert behind_it == [late.reference] == [each.reference for each in overdue]


Home = tuple[int, int | None, str | None, int]
homes = st.lists(
    st.tuples(
        st.integers(0, 800),  # days at home
        st.none() | st.integers(0, 400),  # met last, so many days after coming home
        st.sampled_from([None, "closed", "lost_contact", "deceased"]),
        st.integers(0, 500),  # the case ended so many days after
    ),
    max_size=12,
)


def _home(house: House, now: datetime, whose: Actor, home: Home) -> None:
    days, met, end, ended_after = home
    began = now - timedelta(days=days)
    closed = min(began + timedelta(days=ended_after), now) if end else None
    still = _CALLED() % 2 and end is None
    case = _case(
        house,
        began,
        [whose],
        stage="integrated" if still else (end or "follow_up"),
        closed_at=closed,
    )
    with house.doors.act() as session:
        if not still:
            times: dict[str, Any] = {"entered_at": began, "left_at": began + timedelta(hours=1)}
            session.add(
                Stay(case_id=case.id, seq=1, route="tha-khm", stage="integrated", minutes=60, **times)
            )
        if met is not None:
            session.add(Visit(case_id=case.id, at=began + timedelta(days=met), outcome="seen", state="done"))
            session.add(
                Visit(
                    case_id=case.id,
                    at=began + timedelta(days=met, hours=9),
                    outcome="not_there",
                    state="missed",
                )
            )


_CALLED = count().__next__


def _slow_contact(home: Home, mark: int, grace: int) -> str | None:
    days, met, end, ended_after = home
    if days > 730 or days < mark + grace:
        return None
    if met is not None and met >= mark - grace:
        return "met"
    if end and end != "lost_contact" and min(ended_after, days) < mark + grace:
        return "ended"
    return "lost"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(homes)
def test_still_in_contact_is_what_a_slow_reckoning_says(
    house: House, officers: Officers, now: datetime, told: list[Home]
) -> None:
    _wiped(house.doors)
    for home in told:
        _home(house, now, officers["mosvy"], home)
        _home(house, now, officers["ngo"], home)
    board = retention.retention(house, officers["mosvy"], now).lines
    for line, mark in zip(board, retention.MARKS, strict=True):
        slowly = [_slow_contact(home, mark.days, mark.grace) for home in told]
        for how in retention.HOWS:
            assert getattr(line, how) == slowly.count(how), (line.months, how)
            rows = _rows(house, retention.behind(house, officers["mosvy"], now, line.months, how))
            assert len(rows) == slowly.count(how)
