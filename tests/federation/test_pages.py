"""What officers see of a case that another installation has as well, and what they can do about it."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from repatriation.bench import border
from repatriation.bench.border import Installation
from repatriation.records.handoffs import Handoff
from repatriation.records.organisations import Officer
from repatriation.work import accounts
from tests.federation.conftest import ISSUERS, Pair
from tests.federation.test_agreement import act, diverge
from tests.web.conftest import PASSWORD, Visitor, quick_passwords, read_page

__all__ = ["quick_passwords"]

SignIn = Callable[[Installation, str], Visitor]


@pytest.fixture
def sign_in(quick_passwords: None) -> SignIn:
    """Signs in as the officer of an organisation."""

    def visitor(place: Installation, organisation: str) -> Visitor:
        with place.house.doors.act() as session:
            row = session.get_one(Officer, place.actors[organisation].officer_id)
            row.password_hash = accounts.hash_password(PASSWORD)
            name = row.username
        found = Visitor(place.app.test_client(), ISSUERS[place.name])
        found.sign_in(name)
        return found

    return visitor


def text_of(visitor: Visitor, path: str) -> str:
    """The words of a page."""
    answer = visitor.open(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return " ".join(read_page(answer).get_text(" ").split())


def test_the_offer_shows_what_is_told_and_is_accepted_without_choosing_where_it_begins(
    pair: Pair, sign_in: SignIn
) -> None:
    pair.open()
    border.send_offer(pair.host, pair.here)
    pair.exchange()
    with pair.home.house.doors.read() as session:
        row = session.exec(select(Handoff).where(Handoff.kind == "referral")).one()
    embassy = sign_in(pair.home, "khm-embassy-bangkok")
    page = text_of(embassy, f"/handoffs/{row.id}/accept")
    assert "The case opens here as it stands there" in page
    answer = embassy.send(f"/handoffs/{row.id}/accept")
    assert answer.status_code == 303
    there = answer.headers["Location"].rpartition("/")[2]
    assert pair.home.case(there).stage == "identified"
    assert "has this case too" in text_of(embassy, f"/cases/{there}")


def test_the_case_says_where_the_other_installation_stands(pair: Pair, sign_in: SignIn) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    officer = sign_in(pair.host, "datip")
    page = text_of(officer, f"/cases/{pair.here}")
    assert "has this case too. Both sides have the same." in page
    pair.wrong["Phnom Penh"] = "down"
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    page = text_of(officer, f"/cases/{pair.here}")
    assert "Steps that wait for the other side: 1" in page or "On its way" in text_of(
        officer, f"/cases/{pair.here}/elsewhere"
    )
    listed = text_of(officer, f"/cases/{pair.here}/elsewhere")
    assert pair.there in listed
    assert "An office of our country answers for the person" in listed


def test_where_the_two_do_not_agree_the_page_says_why_and_shows_the_ways_on(
    pair: Pair, sign_in: SignIn
) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    diverge(pair)
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    officer = sign_in(pair.host, "datip")
    page = text_of(officer, f"/cases/{pair.here}/elsewhere")
    assert "The case stood otherwise there before the step" in page
    assert "The ways on" in page
    assert "do not agree about a step" in text_of(officer, "/handoffs")
    embassy = sign_in(pair.home, "khm-embassy-bangkok")
    assert "do not agree about a step" in text_of(embassy, "/handoffs")
    assert "The ways on" in text_of(embassy, f"/cases/{pair.there}/elsewhere")
    assert officer.send(f"/cases/{pair.here}/elsewhere/again").status_code == 303
    assert pair.host.mirror(pair.here).state == "live"
    pair.exchange()
    assert officer.send(f"/cases/{pair.here}/elsewhere/part").status_code == 303
    assert pair.host.mirror(pair.here).state == "ended"
    with pair.host.house.doors.read() as session:
        last = session.exec(
            select(Handoff.what).where(Handoff.direction == "sent").order_by(col(Handoff.id).desc())
        ).first()
    assert last == "end"


def test_a_case_that_is_ours_alone_has_no_such_page(pair: Pair, sign_in: SignIn) -> None:
    pair.open()
    officer = sign_in(pair.host, "datip")
    assert officer.open(f"/cases/{pair.here}/elsewhere").status_code == 404
    assert officer.send(f"/cases/{pair.here}/elsewhere/again").status_code == 404
    assert officer.send(f"/cases/{pair.here}/elsewhere/part").status_code == 404
