"""Signing in: who gets in, what a guesser learns, and what ends a session."""

import pytest
from flask import Flask
from sqlmodel import col, select

from repatriation.records.organisations import Officer
from repatriation.records.sessions import WebSession
from repatriation.records.trail import Trail
from repatriation.web.signin import ELSEWHERE
from repatriation.work.accounts import WeakPassword, close_account, hash_password, set_password
from repatriation.work.house import House
from tests.conftest import kind  # noqa: F401 - these tests run on both databases
from tests.web.conftest import PASSWORD, START, Clock, Visitor, read_page

NOT_RIGHT = "The name or the password is not right"


def officer_id(house: House, username: str) -> str:
    """The id of the officer with this name."""
    with house.doors.read() as session:
        return session.exec(select(Officer.id).where(Officer.username == username)).one()


def test_an_officer_signs_in_and_is_greeted_by_name(visitor: Visitor) -> None:
    answer = visitor.sign_in("sokha")
    assert answer.status_code == 303
    assert answer.location == "/"
    page = read_page(visitor.open("/account"))
    assert page.select_one(".service-officer a").text == "Officer Sokha"  # type: ignore[union-attr]
    assert "Embassy of Cambodia" in page.text


def test_the_name_is_taken_however_it_is_written(visitor: Visitor) -> None:
    assert visitor.sign_in("  SOKHA ").status_code == 303


@pytest.mark.parametrize(
    ("username", "password"), [("sokha", "wrong"), ("nobody", PASSWORD), ("sokha", PASSWORD * 60)]
)
def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nobody(
    visitor: Visitor, username: str, password: str
) -> None:
    answer = visitor.sign_in(username, password)
    assert answer.status_code == 400
    assert NOT_RIGHT in answer.text or "longer than" in answer.text
    assert f'value="{password}"' not in answer.text
    assert read_page(answer).title.text.startswith("Error:")  # type: ignore[union-attr]


def test_an_unknown_name_is_given_the_same_words_as_a_wrong_password(visitor: Visitor) -> None:
    def words(username: str) -> str:
        page = read_page(visitor.sign_in(username, "wrong"))
        return page.select_one("main").get_text().replace(username, "")  # type: ignore[union-attr]

    assert words("sokha") == words("nobody")


def test_an_account_that_was_closed_lets_nobody_in(visitor: Visitor, house: House) -> None:
    close_account(house, None, START, officer_id(house, "sokha"))
    assert NOT_RIGHT in visitor.sign_in("sokha").text


def test_guessing_at_one_name_is_slowed_down(visitor: Visitor) -> None:
    answers = [visitor.sign_in("sokha", "wrong").status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2
    assert visitor.sign_in("sokha").status_code == 429


def test_a_guesser_keeps_nobody_else_out(app: Flask) -> None:
    guesser, sokha = Visitor(app.test_client()), Visitor(app.test_client())
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    for _ in range(12):
        guesser.sign_in("sokha", "wrong", environ_overrides=elsewhere)
    assert guesser.sign_in("sokha", environ_overrides=elsewhere).status_code == 429
    assert sokha.sign_in("sokha").status_code == 303


def test_an_office_that_shares_an_address_is_not_shut_out_by_one_guesser(
    visitor: Visitor, clock: Clock
) -> None:
    for _ in range(12):
        visitor.sign_in("sokha", "wrong")
    assert visitor.sign_in("dara").status_code == 303


def test_who_waits_may_try_again(visitor: Visitor, clock: Clock) -> None:
    for _ in range(11):
        visitor.sign_in("sokha", "wrong")
    clock.pass_by(minutes=3)
    assert visitor.sign_in("sokha").status_code == 303


def test_signing_in_often_is_no_guessing(app: Flask) -> None:
    for _ in range(15):
        assert Visitor(app.test_client()).sign_in("sokha").status_code == 303


def test_a_session_has_a_new_identifier_at_every_sign_in(visitor: Visitor) -> None:
    visitor.client.set_cookie("session", "planted-by-somebody-else")
    visitor.sign_in("sokha")
    first = visitor.client.get_cookie("session")
    visitor.send("/sign-out")
    visitor.sign_in("sokha")
    second = visitor.client.get_cookie("session")
    assert first is not None
    assert second is not None
    assert len({"planted-by-somebody-else", first.value, second.value}) == 3


def test_the_database_does_not_hold_the_identifier_itself(officer: Visitor, house: House) -> None:
    cookie = officer.client.get_cookie("session")
    assert cookie is not None
    with house.doors.read() as session:
        kept = session.exec(select(WebSession)).one()
    assert kept.id_hash != cookie.value
    assert len(kept.id_hash) == 64


def test_a_copy_of_the_cookie_is_worth_nothing_after_signing_out(officer: Visitor, app: Flask) -> None:
    cookie = officer.client.get_cookie("session")
    assert cookie is not None
    assert officer.send("/sign-out").status_code == 303
    thief = app.test_client()
    thief.set_cookie("session", cookie.value)
    assert thief.get("/account").status_code == 303


def test_a_session_ends_after_half_an_hour_without_use(officer: Visitor, clock: Clock) -> None:
    clock.pass_by(minutes=29)
    assert officer.open("/account").status_code == 200
    clock.pass_by(minutes=29)
    assert officer.open("/account").status_code == 200
    clock.pass_by(minutes=31)
    answer = officer.open("/account")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/account"


def test_a_session_ends_after_ten_hours_however_busy(officer: Visitor, clock: Clock) -> None:
    for _ in range(29):
        clock.pass_by(minutes=20)
        assert officer.open("/account").status_code == 200
    clock.pass_by(minutes=20)
    assert officer.open("/account").status_code == 303


def test_who_was_signed_out_by_time_is_told_so_and_goes_on_where_they_were(
    officer: Visitor, clock: Clock
) -> None:
    clock.pass_by(hours=1)
    page = officer.client.get("/sign-in?next=/account")
    assert "You were signed out because the page was not used" in page.text
    answer = officer.client.post(
        "/sign-in?next=/account",
        data={
            "csrf_token": read_page(page).select_one("main input[name=csrf_token]")["value"],  # type: ignore[index]
            "username": "sokha",
            "password": PASSWORD,
        },
    )
    assert answer.location == "/account"


def test_every_session_ends_with_the_password(officer: Visitor, house: House) -> None:
    set_password(house, None, START, officer_id(house, "sokha"), "another long password")
    assert officer.open("/account").status_code == 303
    assert NOT_RIGHT in officer.sign_in("sokha").text
    assert officer.sign_in("sokha", "another long password").status_code == 303


def test_every_session_ends_with_the_account(officer: Visitor, house: House) -> None:
    close_account(house, None, START, officer_id(house, "sokha"))
    assert officer.open("/account").status_code == 303


def test_sessions_that_lapsed_are_cleared_away(
    officer: Visitor, app: Flask, clock: Clock, house: House
) -> None:
    clock.pass_by(hours=11)
    Visitor(app.test_client()).sign_in("dara")
    with house.doors.read() as session:
        assert len(session.exec(select(WebSession).where(col(WebSession.seen_at) < clock.time)).all()) == 0


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", ""],
)
def test_no_link_to_the_sign_in_page_leads_on_to_another_site(officer: Visitor, target: str) -> None:
    answer = officer.open("/sign-in", query_string={"next": target})
    assert answer.status_code == 303
    assert answer.location == "/"


def test_one_press_leaves_for_a_neutral_page_and_signs_out(officer: Visitor) -> None:
    answer = officer.open("/exit", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.location == ELSEWHERE
    assert answer.headers["Cache-Control"] == "no-store"
    assert officer.open("/account").status_code == 303


def test_a_link_on_another_site_signs_nobody_out(officer: Visitor) -> None:
    officer.open("/exit", headers={"Sec-Fetch-Site": "cross-site"})
    assert officer.open("/account").status_code == 200


def test_pages_speak_the_language_of_the_account_until_another_is_chosen(visitor: Visitor) -> None:
    visitor.sign_in("dara")
    assert read_page(visitor.open("/account")).html["lang"] == "km"  # type: ignore[index]
    visitor.send("/language", {"language": "vi", "next": "/account"})
    assert read_page(visitor.open("/account")).html["lang"] == "vi"  # type: ignore[index]


def test_a_language_chosen_before_signing_in_is_kept(visitor: Visitor) -> None:
    visitor.open("/sign-in?language=th")
    visitor.sign_in("sokha")
    assert read_page(visitor.open("/account")).html["lang"] == "th"  # type: ignore[index]


def test_a_stranger_is_met_in_the_language_of_their_browser(visitor: Visitor) -> None:
    page = read_page(visitor.open("/sign-in", headers={"Accept-Language": "fr, km-KH;q=0.8, en;q=0.5"}))
    assert page.html["lang"] == "km"  # type: ignore[index]


def test_a_language_that_is_not_offered_is_refused(officer: Visitor) -> None:
    assert officer.send("/language", {"language": "fr"}).status_code == 400


def tags(house: House) -> list[str]:
    """What the trail says of accounts."""
    with house.doors.read() as session:
        return list(session.exec(select(Trail.tag).order_by(col(Trail.seq))).all())


def test_the_trail_tells_who_came_in_and_at_whose_account_somebody_tried(
    visitor: Visitor, house: House
) -> None:
    visitor.sign_in("nobody", "wrong")
    visitor.sign_in("sokha", "wrong")
    visitor.sign_in("sokha")
    assert tags(house) == ["account:session:refused", "account:session:begun"]


def test_a_short_password_is_refused() -> None:
    with pytest.raises(WeakPassword):
        hash_password("short")
