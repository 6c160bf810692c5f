"""Unmet needs and visits by province: numbers, the lists behind them, and what others are told."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repatriation.places.gazetteer import province_of
from repatriation.records.services import Placement, UnmetNeed
from repatriation.records.visits import Visit
from repatriation.work.actors import Actor
from repatriation.work.boards import needs, week
from repatriation.work.boards.small import as_told
from repatriation.work.house import House
from tests.work.boards.test_boards import _case, _rows, _wiped
from tests.work.boards.test_visits_due import _day

Officers = dict[str, Actor]
PLACES = ("KHM-0110", "KHM-01", "KHM-02", "VNM-80", "nowhere", None)

wants = st.lists(
    st.tuples(
        st.sampled_from(["KHM-01", "KHM-02"]), st.sampled_from(["a", "b"]), st.booleans(), st.booleans()
    ),
    max_size=25,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wants)
def test_needs_are_counted_and_what_others_are_told_is_hidden_where_it_is_small(
    house: House, officers: Officers, now: datetime, told: list[tuple[str, str, bool, bool]]
) -> None:
    _wiped(house.doors)
    counts: dict[bool, dict[tuple[str, str], int]] = {True: {}, False: {}}
    for province, service, ours, ended in told:
        whose = officers["mosvy" if ours else "embassy"]
        case = _case(house, now, [whose, whose] if ours else [whose])
        with house.doors.act() as session:
            need: dict[str, Any] = {
                "case_id": case.id,
                "organisation_id": whose.organisation_id,
                "reason": "no_room",
            }
            over = now if ended else None
            session.add(UnmetNeed(**need, service=service, province=province, at=now, ended_at=over))
        if not ended:
            place = (province, service)
            counts[ours][place] = counts[ours].get(place, 0) + 1
    board = needs.needs(house, officers["mosvy"], of_others=True)
    assert board.ours == counts[True]
    assert board.theirs == as_told(counts[False])
    for (province, service), number in counts[True].items():
        assert len(_rows(house, needs.behind(officers["mosvy"], province, service))) == number
    for province in ("KHM-01", "KHM-02"):
        of_it = sum(number for (p, _), number in counts[True].items() if p == province)
        assert len(_rows(house, needs.behind(officers["mosvy"], province, None))) == of_it
    assert len(_rows(house, needs.behind(officers["mosvy"], None, None))) == sum(counts[True].values())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.integers(-20, 10)), max_size=10))
def test_visits_are_counted_by_the_province_where_people_live(
    house: House, officers: Officers, now: datetime, told: list[tuple[str | None, int]]
) -> None:
    _wiped(house.doors)
    slowly: dict[str | None, int] = {}
    for place, days in told:
        case = _case(house, now, [officers["mosvy"]], stage="follow_up")
        with house.doors.act() as session:
            session.add(Visit(case_id=case.id, due_on=_day(now) + timedelta(days=days)))
            day = now.date()
            old = Placement(case_id=case.id, kind="shelter", place="KHM-25", from_on=day, to_on=day)
            session.add_all([old, Placement(case_id=case.id, kind="family", place=place, from_on=day)])
        if days <= 7:
            found = province_of(place) if place else None
            province = found.code if found else place
            slowly[province] = slowly.get(province, 0) + 1
    assert week.by_province(house, officers["mosvy"], _day(now), "all") == slowly
    for province, number in slowly.items():
        behind = week.in_province(house, officers["mosvy"], _day(now), "all", province)
        assert len(_rows(house, behind)) == number
