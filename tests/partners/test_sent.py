"""What partners and we send each other to be known, taken and made on screen."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from partners import cards, jose, registration
from repatriation.records.keyring import Keyring
from repatriation.records.partners import Partner
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval, listing, registering, sent
from repatriation.work.refusals import Invalid, NotFound
from tests.partners.programs import ISSUER, Program
from tests.partners.test_approval import BANGKOK, their_card, theirs
from tests.partners.test_keychange import card, kept
from tests.web.conftest import Clock, Visitor, read_page

__all__ = ["theirs"]


@pytest.fixture
def officer(app: Flask) -> Visitor:
    """A browser of an officer who may approve partners."""
    visitor = Visitor(app.test_client(), ISSUER)
    assert visitor.sign_in("dara").status_code == 303
    return visitor


def give(officer: Visitor, data: str | bytes, organisation: str = "") -> TestResponse:
    """The officer takes a file."""
    content = data.encode() if isinstance(data, str) else data
    sent_: dict[str, object] = {"file": (io.BytesIO(content), "from-a-partner"), "organisation": organisation}
    return officer.send("/partners/new", sent_)


def said(answer: TestResponse) -> str:
    """What a page says."""
    return " ".join(read_page(answer).get_text(" ").split())


def test_a_program_is_registered_on_screen_and_two_officers_must_still_approve_it(
    app: Flask, officer: Visitor, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    assert "Take what a partner sent" in said(officer.open("/partners"))
    program = Program(app.test_client(), clock)
    answer = give(officer, json.dumps(program.registration()))
    assert answer.status_code == 303, answer.text
    page = said(officer.open(answer.location))
    (listed,) = listing.partners(house)
    assert listed.fingerprint.digits in page
    assert "waits for approval. Compare by telephone" in page
    assert listed.state == "pending"
    with house.doors.read() as session:
        assert session.exec(select(Partner.registered_by)).one() == officers["dara"].officer_id
        assert session.exec(select(Trail.officer_id).where(Trail.tag == "partner:registered")).one()
    assert program.ask().status_code == 400


def test_an_installations_first_card_is_taken_on_screen(
    theirs: Keyring, officer: Visitor, house: House, clock: Clock
) -> None:
    told = their_card(theirs, clock)
    answer = give(officer, told, "KHM-EMB-THA")
    assert answer.status_code == 303, answer.text
    (listed,) = listing.partners(house)
    assert (listed.client_id, listed.state) == (BANGKOK, "pending")
    assert listed.fingerprint == cards.read(told, clock()).fingerprint()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_cannot_be_taken_is_said_in_the_same_sentences_as_at_the_command_line(
    officer: Visitor, house: House, theirs: Keyring, clock: Clock, app: Flask
) -> None:
    members = Program(app.test_client(), clock).registration()
    for data, words in (
        (json.dumps({**members, "admin": True}), "admin: is no member of a registration"),
        (json.dumps({**members, "organisation": "x"}), "organisation: is not known here"),
        (their_card(theirs, clock), "organisation: must be given"),
        (b"\xff\xfe", "The card cannot be taken (not_text)"),
        ("x", "The card cannot be taken"),
        ("[" * 1000, "file: cannot be taken"),
        ("x" * 100_000, "The card cannot be taken"),
        ("", "Choose the file that the partner sent"),
    ):
        answer = officer.send("/partners/new", {"organisation": ""}) if not data else give(officer, data)
        assert answer.status_code == 400
        assert words in said(answer), words
    assert listing.partners(house) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_nobody_else_takes_a_file_or_makes_the_card_and_after_a_while_nobody_unasked(
    app: Flask, officer: Visitor, clock: Clock
) -> None:
    consular = Visitor(app.test_client(), ISSUER)
    consular.sign_in("sokha")
    for path in ("/partners/new", "/partners/own-card"):
        assert consular.open(path).status_code == 404
    clock.pass_by(minutes=11)
    for path in ("/partners/new", "/partners/own-card"):
        assert officer.open(path).location.startswith("/confirm?")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_our_own_card_is_made_on_screen_with_the_fingerprint_to_read_out(
    officer: Visitor, house: House, clock: Clock
) -> None:
    assert "Our own card" in said(officer.open("/partners"))
    asked: dict[str, Any] = {
        "name": "Phnom Penh",
        "contacts": "012 345\n\n098 765",
        "scopes": ["handoff:send"],
    }
    page = officer.send("/partners/own-card", asked)
    text = read_page(page).select_one("textarea[readonly]")
    assert text is not None
    made = cards.read(text.get_text(), clock())
    assert (made.issuer, made.name, made.contacts) == (house.issuer, "Phnom Penh", ("012 345", "098 765"))
    assert made.scope == "handoff:send"
    assert made.fingerprint().words in page.text
    file = officer.send("/partners/own-card", {**asked, "as": "file"})
    assert "attachment" in file.headers["Content-Disposition"]
    assert cards.read(file.text, clock()).fingerprint() == made.fingerprint()
    assert officer.send("/partners/own-card", {**asked, "name": " "}).status_code == 400


def test_a_card_that_is_not_the_partners_is_thrown_away_and_nothing_changes(
    program: Program, officer: Visitor, house: House, clock: Clock
) -> None:
    strange = jose.new_signing_key()
    sent.take(house, None, clock(), card(program, strange, by=strange).encode())
    before, path = kept(house).keys, f"/partners/{kept(house).id}"
    aside = approval.put_aside(house, clock(), program.client_id)
    assert aside is not None
    assert "throw the card away" in said(officer.open(path))
    assert officer.send(f"{path}/discard", {"fingerprint": "00000"}).status_code == 400
    assert officer.send(f"{path}/discard", {"fingerprint": aside.digits}).status_code == 303
    page = said(officer.open(path))
    assert "Thrown away: not the partner's" in page
    assert "throw the card away" not in page
    assert kept(house).keys == before
    assert program.ask().status_code == 200


def test_throwing_one_card_away_hides_no_other_and_bars_none_that_comes_later(
    program: Program, house: House, officers: dict[str, Actor], clock: Clock
) -> None:
    dara, client_id = officers["dara"], program.client_id
    lost, strange = jose.new_signing_key(), jose.new_signing_key()
    true = card(program, lost, by=lost)
    registering.import_card(house, None, clock(), true)
    clock.pass_by(seconds=5)
    registering.import_card(house, None, clock(), card(program, strange, by=strange))
    newest = approval.put_aside(house, clock(), client_id)
    assert newest is not None
    with pytest.raises(NotFound):
        approval.discard(house, officers["sokha"], clock(), client_id, newest.digits)
    with pytest.raises(Invalid, match="changed"):
        approval.discard(house, dara, clock(), client_id, "1")
    approval.discard(house, dara, clock(), client_id, newest.digits)
    left = approval.put_aside(house, clock(), client_id)
    expected = registration.fingerprint(cards.read(true, clock()).jwks, None, None)
    assert left == expected
    approval.discard(house, dara, clock(), client_id, expected.digits)
    assert approval.put_aside(house, clock(), client_id) is None
    registering.import_card(house, None, clock(), true)
    assert approval.put_aside(house, clock(), client_id) == expected, "somebody may have been mistaken"
    known = card(program, program.key, lost, by=program.key)
    assert registering.import_card(house, None, clock(), known) == "keys_changed"
