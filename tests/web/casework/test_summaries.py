"""The summary that goes to the sending country: shown first, sent with the step, read and acknowledged."""

from datetime import timedelta

import pytest
from bs4 import Tag
from sqlmodel import col, select

from repatriation.records.outbox import Outbox
from repatriation.records.summaries import Summary
from repatriation.records.trail import Trail
from repatriation.records.visits import Visit
from repatriation.work.newcase import NewCase
from repatriation.work.particulars import NOTHING
from repatriation.work.refusals import NotFound, ReadOnly
from repatriation.work.summaries import keeping
from repatriation.work.summaries.points import DUE
from repatriation.work.telling.inbox import Wanted, notices
from repatriation.work.telling.rounds import tick
from sop.engine import NotAllowed
from tests.web.casework.conftest import FAMILY_NAME, SOK, SPOKEN, World, fill_in, send_on
from tests.web.casework.test_visits import TO_FOLLOW_UP
from tests.web.conftest import read_page
from tests.web.reading import obstacles

STEP = "send_follow_up_summary"


@pytest.fixture
def followed(world: World) -> str:
    """Somebody in follow-up who agreed that the Thai office hears how they are, and was visited once."""
    new = NewCase(route="tha-khm", stage="received", age_group="adult", gate="poipet", person=SOK.person)
    reference = world.open_case("poipet", new)
    for who, action, given in TO_FOLLOW_UP:
        world.take(who, reference, action, given)
    world.take("ngo", reference, "consent_to_visits", SPOKEN)
    world.take("mosvy", reference, "consent_to_follow_up", SPOKEN)
    _visited(world, reference, "seen", "worry")
    return reference


def _visited(world: World, reference: str, outcome: str, safety: str | None = None) -> None:
    with world.house.doors.act() as session:
        case_id = world.case(reference).id
        session.add(Visit(case_id=case_id, at=world.clock(), outcome=outcome, safety=safety, state="done"))


def _summaries(world: World) -> list[Summary]:
    with world.house.doors.read() as session:
        return list(session.exec(select(Summary).order_by(col(Summary.seq))).all())


def _section(text: str) -> str:
    return text[text.index("Word to the sending country") : text.index("What the person agrees to")]


def test_the_officer_sees_exactly_what_is_sent_and_the_other_side_reads_the_same(
    world: World, followed: str
) -> None:
    path = f"/cases/{followed}/do/{STEP}"
    seen = fill_in(world.browser("mosvy"), path)
    assert "Exactly this will be sent" in seen.text
    assert "Some worry" in seen.text
    assert FAMILY_NAME not in seen.text
    assert obstacles(read_page(seen)) == []
    assert _summaries(world) == []
    assert send_on(world.browser("mosvy"), path, seen, sure="yes").status_code == 303
    (kept,) = _summaries(world)
    assert kept.content == {
        "reference": followed,
        "route": "tha-khm",
        "number": 1,
        "stage": "follow_up",
        "home_since": kept.content["home_since"],
        "contact": "met",
        "last_met": kept.content["last_met"],
        "safety": "worry",
        "visits_made": 1,
        "visits_missed": 0,
        "next_visit": kept.content["next_visit"],
    }
    theirs = world.browser("datip").open(f"/cases/{followed}")
    told = read_page(seen).select("main dl")[-1].get_text(" ", strip=True)
    assert told in read_page(theirs).get_text(" ", strip=True)
    assert obstacles(read_page(theirs)) == []


def test_the_sender_sees_when_it_was_acknowledged_and_when_the_next_is_due(
    world: World, followed: str
) -> None:
    world.take("mosvy", followed, STEP)
    ours = world.browser("mosvy").open(f"/cases/{followed}")
    assert "Not acknowledged yet" in _section(ours.text)
    assert "The next summary is due on" in _section(ours.text)
    assert "We have read it" not in ours.text
    page = world.browser("datip").open(f"/cases/{followed}")
    button = read_page(page).select_one("form[action$=acknowledge]")
    assert isinstance(button, Tag)
    token = button.select_one("input[name=csrf_token]")
    assert isinstance(token, Tag)
    path = str(button["action"])
    visitor = world.browser("datip")
    for _ in range(2):
        sent = visitor.client.post(path, data={"csrf_token": token["value"]}, base_url=visitor.at)
        assert sent.status_code == 303
    told = _section(world.browser("mosvy").open(f"/cases/{followed}").text)
    assert "Acknowledged by datip" in told
    with world.house.doors.read() as session:
        tags = session.exec(select(Trail.tag).where(Trail.chain == world.case(followed).id)).all()
    assert tags.count("summary:acknowledged") == 1


def test_what_changed_since_it_was_shown_is_shown_again_and_nothing_leaves(
    world: World, followed: str
) -> None:
    path, visitor = f"/cases/{followed}/do/{STEP}", world.browser("mosvy")
    seen = fill_in(visitor, path)
    _visited(world, followed, "seen", "danger")
    answer = send_on(visitor, path, seen, sure="yes")
    assert answer.status_code == 409
    assert "has changed since it was shown" in answer.text
    assert _summaries(world) == []
    assert "summary_sent" not in world.case(followed).state["facts"]
    assert send_on(visitor, path, answer, sure="yes").status_code == 303
    assert [row.content["safety"] for row in _summaries(world)] == ["danger"]


def test_nothing_is_sent_once_the_person_takes_their_agreement_back(world: World, followed: str) -> None:
    world.take("mosvy", followed, STEP)
    world.take("mosvy", followed, "withdraw_consent_to_follow_up", SPOKEN)
    with pytest.raises(NotAllowed):
        world.take("mosvy", followed, STEP)
    assert len(_summaries(world)) == 1
    assert world.browser("datip").open(f"/cases/{followed}").status_code == 404
    assert "does not agree to it now" in world.browser("mosvy").open(f"/cases/{followed}").text


def test_a_summary_stands_and_falls_with_its_step(world: World, followed: str) -> None:
    world.take("mosvy", followed, STEP)
    world.take("mosvy", followed, STEP)
    assert [row.content["number"] for row in _summaries(world)] == [1, 2]
    assert [row.seq for row in _summaries(world)] == sorted({row.seq for row in _summaries(world)})
    with world.house.doors.read() as session:
        assert session.exec(select(Outbox).where(Outbox.kind == "summary:post")).all() == []


def test_nobody_else_may_acknowledge_it(world: World, followed: str) -> None:
    world.take("mosvy", followed, STEP)
    (kept,) = _summaries(world)
    for who in ("mosvy", "ngo", "stranger"):
        with pytest.raises(NotFound):
            keeping.acknowledge(world.house, world.officers[who], world.clock(), followed, kept.id)
    with pytest.raises(ReadOnly):
        keeping.acknowledge(world.house, world.officers["auditor"], world.clock(), followed, kept.id)


def test_the_next_is_due_at_the_first_point_after_the_last_was_sent(world: World, followed: str) -> None:
    mosvy = world.officers["mosvy"]

    def due() -> int:
        known = keeping.summaries(world.house, mosvy, world.clock(), followed)
        assert known is not None
        assert known.due_on is not None
        return (known.due_on - home).days

    home = world.clock().date()
    assert due() in (90, 91)
    world.clock.time += timedelta(days=100)
    world.take("mosvy", followed, STEP, NOTHING)
    assert due() in (181, 182)


def test_coming_home_has_the_clock_look_and_the_notice_leads_to_where_it_is_sent(
    world: World, followed: str
) -> None:
    tick(world.house, world.clock())
    mosvy = world.officers["mosvy"]
    about = Wanted(about="deadlines")
    assert notices(world.house, mosvy, world.clock(), about)[0] == ()
    with world.house.doors.read() as session:
        assert len(session.exec(select(Outbox).where(Outbox.kind == DUE)).all()) == 1
    world.clock.time += timedelta(days=100)
    tick(world.house, world.clock())
    (entry,) = notices(world.house, mosvy, world.clock(), about)[0]
    visitor = world.browser("mosvy")
    leads = visitor.open(f"/inbox/{entry.lines[0].id}").location
    assert leads == f"/cases/{followed}#summaries"
    told = _section(visitor.open(f"/cases/{followed}").text)
    assert "Overdue" in told
    assert f"/cases/{followed}/do/{STEP}" in told
    world.take("mosvy", followed, STEP)
    assert notices(world.house, mosvy, world.clock(), about)[0] == ()
    assert "Overdue" not in _section(visitor.open(f"/cases/{followed}").text)


def test_the_next_visit_of_a_summary_lies_ahead(world: World, followed: str) -> None:
    with world.house.doors.act() as session:
        planned = session.exec(select(Visit).where(Visit.state == "planned")).all()
        days = sorted(visit.due_on for visit in planned if visit.due_on is not None)
        overdue = next(visit for visit in planned if visit.due_on == days[0])
        overdue.due_on = world.clock().date() - timedelta(days=9)
    world.take("mosvy", followed, STEP)
    (kept,) = _summaries(world)
    assert kept.content["next_visit"] == days[1].isoformat()
