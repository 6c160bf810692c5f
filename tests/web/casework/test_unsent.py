"""A form that is sent after the session has lapsed is not lost, and nobody else ever sees it."""

import logging
from datetime import timedelta

import pytest
from sqlmodel import select

from repatriation.records.sessions import Begun
from repatriation.work.unsent import LASTS
from tests.web.casework.conftest import SPOKEN, World, send_on
from tests.web.casework.test_visits import followed, written_down
from tests.web.conftest import Visitor, read_page
from tests.web.reading import obstacles

__all__ = ["followed"]  # a fixture, taken over as it is

TYPED = "She asked for a bed near the window."


def _lapse(world: World, reference: str, **entered: object) -> tuple[Visitor, str]:
    """A visit that is typed for an hour and sent then; gives the browser and where it was led."""
    world.take("ngo", reference, "consent_to_visits", SPOKEN)
    visitor, path = world.browser("ngo"), f"/cases/{reference}/visit"
    page = visitor.open(path)
    world.clock.time += timedelta(hours=1)
    answer = send_on(visitor, path, page, outcome="not_there", notes=TYPED, **entered)
    assert answer.status_code == 303
    return visitor, str(answer.location)


def test_whoever_signs_in_again_finds_what_they_typed_and_sends_it(
    world: World, followed: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor, onward = _lapse(world, followed)
    assert onward == "/sign-in?next=/unsent"
    assert TYPED not in visitor.open(onward).text
    assert "It is kept" in visitor.open(onward).text
    assert visitor.sign_in("ngo", query_string={"next": "/unsent"}).location == "/unsent"
    page = visitor.open("/unsent")
    assert obstacles(read_page(page)) == []
    assert written_down(world) == []
    form = read_page(page).select_one("main form")
    assert form is not None
    path = str(form["action"])
    shown = send_on(visitor, path, page, change="yes")
    assert TYPED in shown.text
    assert "Write down a visit" in shown.text
    for _ in range(2):
        send_on(visitor, path, page)
    assert [visit.outcome for visit in written_down(world)] == ["not_there"]
    assert TYPED not in "".join(str(record.__dict__) for record in caplog.records)
    with world.house.doors.read() as session:
        assert TYPED.encode() not in b"".join(row.kept or b"" for row in session.exec(select(Begun)).all())


def test_somebody_else_who_signs_in_at_the_same_browser_does_not_see_it(world: World, followed: str) -> None:
    visitor, _ = _lapse(world, followed)
    visitor.sign_in("mosvy")
    answer = visitor.open("/unsent")
    assert answer.status_code == 303
    assert TYPED not in answer.text


def test_it_is_kept_for_an_hour_only(world: World, followed: str) -> None:
    visitor, _ = _lapse(world, followed)
    world.clock.time += LASTS
    visitor.sign_in("ngo")
    assert visitor.open("/unsent").status_code == 303


def test_nothing_is_kept_of_a_stranger_or_of_more_than_a_form_can_hold(world: World, followed: str) -> None:
    path = f"/cases/{followed}/visit"
    stranger = Visitor(world.app.test_client())
    assert stranger.client.post(path, data={"notes": TYPED}).location == "/sign-in"
    visitor, onward = _lapse(world, followed, needs="x" * 100_000)
    assert onward == "/sign-in"
    with world.house.doors.read() as session:
        assert session.exec(select(Begun)).all() == []
    assert visitor.open("/unsent").status_code == 303
