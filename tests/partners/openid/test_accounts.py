"""Whose account somebody has whom a provider vouches for, and what a provider's word does not reach."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from repatriation.records.organisations import Officer, Organisation
from repatriation.records.providers import Newcomer
from repatriation.records.sessions import Begun
from repatriation.records.trail import Trail
from repatriation.work.accounts import close_account
from repatriation.work.admission import let_in
from repatriation.work.house import House
from repatriation.work.invitations import invite
from repatriation.work.providers import enter_provider, suspend_provider
from repatriation.work.refusals import Invalid
from tests.conftest import kind  # noqa: F401 - these tests run on both databases
from tests.partners.openid.conftest import BEGIN, CODE, come_by
from tests.partners.openid.provider import CLIENT, Provider, payload_of, serving
from tests.web.conftest import START, Clock, Visitor, read_page

DARA = {"username": "sok.embassy", "display_name": "Sok", "duty": "consular", "language": "en"}


def number_on(page: TestResponse) -> str:
    """The number that somebody who waits is shown."""
    told = read_page(page).select_one(".told")
    assert told is not None
    return told.text


def admitted(house: House, visitor: Visitor, provider: Provider) -> str:
    """Somebody who came by the provider, waited, was let in by the command line; their officer's id."""
    number = number_on(come_by(visitor, provider))
    return let_in(house, None, START, number=number, **DARA)


def test_somebody_new_waits_and_is_let_in_by_their_coordinator(
    provider: Provider, visitor: Visitor, app: Flask
) -> None:
    first = come_by(visitor, provider)
    number = number_on(first)
    assert number_on(come_by(visitor, provider)) == number
    coordinator = Visitor(app.test_client())
    coordinator.sign_in("dara")
    coordinator.send("/language", {"language": "en"})
    assert "Somebody who came by the embassy" in coordinator.open("/colleagues").text
    sent = coordinator.send("/colleagues/let-in", {"number": number.lower(), **DARA})
    assert sent.status_code == 303, sent.text
    came = come_by(visitor, provider)
    assert came.status_code == 303
    assert came.location == "/"
    page = read_page(visitor.open("/account"))
    assert "Embassy of Cambodia" in page.text
    assert "vouches for you" in page.text


def test_what_a_provider_says_beside_who_it_is_makes_nobody_anything(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    with house.doors.read() as session:
        audit = session.exec(select(Organisation).where(Organisation.code == "KHM-AUDIT")).one()
        dara = session.exec(select(Officer).where(Officer.username == "dara")).one()
    grand = {
        "organisation": audit.code,
        "organisation_id": audit.id,
        "hd": "audit.example",
        "roles": ["coordinator", "admin"],
        "groups": ["coordinator"],
        "duty": "coordinator",
        "acr": "high",
        "preferred_username": dara.username,
        "officer_id": dara.id,
        "email": "dara@embassy.example",
        "email_verified": True,
    }
    provider.bend_claims = lambda true: {**true, **grand}
    number = number_on(come_by(visitor, provider))
    assert visitor.open("/account").location.startswith("/sign-in"), "they wait like anybody else"
    let_in(house, None, START, number=number, **DARA)
    assert come_by(visitor, provider).location == "/"
    with house.doors.read() as session:
        officer = session.exec(select(Officer).where(Officer.username == DARA["username"])).one()
        body = session.get_one(Organisation, officer.organisation_id)
    assert (body.code, officer.duty) == ("KHM-EMB-THA", "consular")
    assert visitor.open("/partners").status_code == 404


def test_a_coordinator_lets_in_nobody_of_another_organisation(
    provider: Provider, visitor: Visitor, house: House, app: Flask
) -> None:
    number = number_on(come_by(visitor, provider))
    with house.doors.act() as session:
        office = session.exec(select(Organisation).where(Organisation.code == "KHM-AUDIT")).one()
        dara = session.exec(select(Officer).where(Officer.username == "dara")).one()
        dara.organisation_id = office.id
    coordinator = Visitor(app.test_client())
    coordinator.sign_in("dara")
    assert coordinator.send("/colleagues/let-in", {"number": number, **DARA}).status_code == 400


def test_only_coordinators_let_anybody_in(visitor: Visitor) -> None:
    visitor.sign_in("sokha")
    for path in ("/colleagues", "/colleagues/invite", "/colleagues/let-in"):
        assert visitor.open(path).status_code == 404


def test_who_was_invited_comes_in_at_once_and_the_link_is_used_up(
    provider: Provider, visitor: Visitor, house: House, app: Flask
) -> None:
    token = invite(house, None, START, organisation="KHM-EMB-THA", **DARA)
    page = visitor.open(f"/invitation/{token}")
    assert "Come in with the embassy" in page.text
    came = come_by(visitor, provider, f"{BEGIN}?invited=yes")
    assert came.status_code == 303
    assert visitor.open("/account").status_code == 200
    assert Visitor(app.test_client()).open(f"/invitation/{token}").status_code == 404


def test_a_provider_brings_nobody_in_on_an_invitation_to_another_organisation(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    token = invite(house, None, START, organisation="KHM-AUDIT", **DARA)
    page = visitor.open(f"/invitation/{token}")
    assert "Come in with" not in page.text
    assert come_by(visitor, provider, f"{BEGIN}?invited=yes").status_code == 400
    assert visitor.open("/account").status_code == 303
    assert Visitor(visitor.client).open(f"/invitation/{token}").status_code == 200


def test_the_same_subject_at_another_provider_is_somebody_else(
    provider: Provider, visitor: Visitor, house: House, clock: Clock
) -> None:
    admitted(house, visitor, provider)
    assert come_by(visitor, provider).status_code == 303
    visitor.send("/sign-out")
    with serving(Provider(clock)) as other:
        enter_provider(
            house,
            START,
            {
                "code": "audit",
                "name": "the audit office",
                "organisation": "KHM-AUDIT",
                "issuer": other.issuer,
                "client_id": CLIENT,
            },
        )
        there = visitor.open("/sign-in/with/audit")
        back = other.sent_back(parse_qs(urlsplit(there.location).query))
        assert "not let in yet" in visitor.open(f"/sign-in/with/audit/back?{urlencode(back)}").text


def test_an_answer_brought_to_another_providers_address_counts_for_nothing(
    provider: Provider, visitor: Visitor, house: House, clock: Clock
) -> None:
    with serving(Provider(clock)) as other:
        enter_provider(
            house,
            START,
            {
                "code": "audit",
                "name": "the audit office",
                "organisation": "KHM-AUDIT",
                "issuer": other.issuer,
                "client_id": CLIENT,
            },
        )
        there = visitor.open(BEGIN)
        back = provider.sent_back(parse_qs(urlsplit(there.location).query))
        assert visitor.open(f"/sign-in/with/audit/back?{urlencode(back)}").status_code == 400
        assert other.asked == []


def test_what_was_asked_is_not_in_the_cookie_and_not_readable_in_the_database(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    there = visitor.open(BEGIN)
    asked = parse_qs(urlsplit(there.location).query)
    cookie = visitor.client.get_cookie("session", domain="localhost")
    assert cookie is not None
    with house.doors.read() as session:
        kept = session.exec(select(Begun)).one()
    for secret in (asked["nonce"][0], asked["state"][0]):
        assert secret not in cookie.value
        assert kept.kept is not None
        assert secret.encode() not in kept.kept
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid"]


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    provider: Provider, visitor: Visitor, house: House, app: Flask
) -> None:
    admitted(house, visitor, provider)
    there = visitor.open(BEGIN)
    back = f"{BEGIN}/back?{urlencode(provider.sent_back(parse_qs(urlsplit(there.location).query)))}"
    thief = Visitor(app.test_client())
    assert thief.open(back).status_code == 400
    assert visitor.open(back).status_code == 303
    assert visitor.open(back).status_code == 400


def test_answers_that_nobody_asked_for_do_not_fill_the_trail(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    for _ in range(3):
        assert visitor.open(f"{BEGIN}/back?code=a&state=b").status_code == 400
    with house.doors.read() as session:
        assert session.exec(select(Trail).where(Trail.tag == "account:vouching:refused")).all() == []


def test_an_answer_that_comes_too_late_counts_for_nothing(
    provider: Provider, visitor: Visitor, clock: Clock
) -> None:
    there = visitor.open(BEGIN)
    back = provider.sent_back(parse_qs(urlsplit(there.location).query))
    clock.pass_by(minutes=11)
    assert visitor.open(f"{BEGIN}/back?{urlencode(back)}").status_code == 400


def test_who_was_closed_here_is_not_let_in_by_their_provider(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    close_account(house, None, START, admitted(house, visitor, provider))
    assert come_by(visitor, provider).status_code == 400


def test_an_officer_who_moved_to_another_organisation_is_not_vouched_for_any_more(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    officer_id = admitted(house, visitor, provider)
    with house.doors.act() as session:
        office = session.exec(select(Organisation).where(Organisation.code == "KHM-AUDIT")).one()
        session.get_one(Officer, officer_id).organisation_id = office.id
    assert come_by(visitor, provider).status_code == 400


def test_a_suspended_provider_is_not_there_and_who_came_by_it_is_signed_out(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    admitted(house, visitor, provider)
    come_by(visitor, provider)
    assert visitor.open("/account").status_code == 200
    suspend_provider(house, START, CODE, suspended=True)
    assert visitor.open("/account").status_code == 303
    assert visitor.open(BEGIN).status_code == 404
    assert "the embassy" not in visitor.open("/sign-in").text
    suspend_provider(house, START, CODE, suspended=False)
    assert come_by(visitor, provider).status_code == 303


def test_nobody_signs_in_by_password_to_an_account_that_has_none(
    provider: Provider, visitor: Visitor, house: House
) -> None:
    admitted(house, visitor, provider)
    for password in ("none", "", "anything at all"):
        assert visitor.sign_in(DARA["username"], password).status_code == 400


def test_who_came_by_a_provider_proves_it_there_anew(
    provider: Provider, visitor: Visitor, house: House, clock: Clock
) -> None:
    admitted(house, visitor, provider)
    come_by(visitor, provider)
    clock.pass_by(minutes=11)
    asked = visitor.open("/cases/KH-1/person")
    assert asked.location == "/confirm?next=/cases/KH-1/person"
    page = visitor.open(asked.location)
    link = read_page(page).select_one("main a.button")
    assert link is not None
    there = visitor.open(str(link["href"]))
    query = parse_qs(urlsplit(there.location).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    back = provider.sent_back(query)
    done = visitor.open(f"{BEGIN}/back?{urlencode(back)}")
    assert done.location == "/cases/KH-1/person"
    assert visitor.open("/cases/KH-1/person").status_code == 404


def test_a_provider_that_did_not_ask_anew_is_not_believed(
    provider: Provider, visitor: Visitor, house: House, clock: Clock
) -> None:
    admitted(house, visitor, provider)
    come_by(visitor, provider)
    clock.pass_by(minutes=11)
    long_ago = int((clock() - timedelta(minutes=11)).timestamp())
    provider.bend_claims = lambda true: {**true, "auth_time": long_ago}
    assert come_by(visitor, provider).status_code == 400
    assert visitor.open("/cases/KH-1/person").location.startswith("/confirm")


def test_a_colleague_at_the_same_provider_is_not_taken_for_the_officer(
    provider: Provider, visitor: Visitor, house: House, clock: Clock
) -> None:
    admitted(house, visitor, provider)
    come_by(visitor, provider)
    clock.pass_by(minutes=11)
    provider.bend_claims = lambda true: {**true, "sub": "somebody else"}
    assert come_by(visitor, provider).status_code == 400
    assert visitor.open("/cases/KH-1/person").location.startswith("/confirm")


def test_whom_nobody_lets_in_is_forgotten_after_two_weeks(
    provider: Provider, visitor: Visitor, house: House, clock: Clock
) -> None:
    come_by(visitor, provider)
    clock.pass_by(days=15)
    provider.bend_claims = lambda true: {**true, "sub": "another"}
    come_by(visitor, provider)
    with house.doors.read() as session:
        assert [row.subject for row in session.exec(select(Newcomer)).all()] == ["another"]


def test_a_page_elsewhere_cannot_send_anybody_off_to_sign_in(provider: Provider, visitor: Visitor) -> None:
    assert visitor.open(BEGIN, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400


def test_each_assertion_has_a_number_of_its_own_and_names_the_issuer(
    provider: Provider, visitor: Visitor
) -> None:
    come_by(visitor, provider)
    come_by(visitor, provider)
    claims = [json.loads(payload_of(sent["client_assertion"][0])) for _, sent in provider.asked]
    assert len({each["jti"] for each in claims}) == 2
    for each in claims:
        assert each["aud"] == provider.issuer
        assert each["iss"] == each["sub"] == CLIENT
        assert each["exp"] - each["iat"] == 60


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://provider.example"),
        ("issuer", "https://provider.example/?a=b"),
        ("issuer", "provider"),
        ("code", "Not A Code"),
        ("organisation", "NOBODY"),
        ("algorithms", ["none"]),
        ("algorithms", ["HS256"]),
        ("algorithms", []),
        ("authentication", "client_secret_basic"),
        ("client_secret", "0123456789abcdef"),
        ("surprise", True),
    ],
)
def test_a_provider_that_does_not_fit_is_not_entered(house: House, field: str, value: object) -> None:
    given = {
        "code": "x-provider",
        "name": "x",
        "organisation": "KHM-EMB-THA",
        "issuer": "https://provider.example",
        "client_id": "us",
        field: value,
    }
    with pytest.raises(Invalid):
        enter_provider(house, START, given)


def test_a_code_keeps_its_issuer_and_an_issuer_its_code(provider: Provider, house: House) -> None:
    given = {"name": "x", "organisation": "KHM-EMB-THA", "client_id": "us"}
    with pytest.raises(Invalid):
        enter_provider(house, START, {**given, "code": CODE, "issuer": "https://other.example"})
    with pytest.raises(Invalid):
        enter_provider(house, START, {**given, "code": "other", "issuer": provider.issuer})
