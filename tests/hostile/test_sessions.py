"""Sessions, tokens and many presses at once: what is one officer's serves no other; nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlmodel import col, func, select

from repatriation.app import create_app
from repatriation.records.cases import CaseFile, Fact
from repatriation.records.outbox import Idempotency
from repatriation.settings import Settings
from repatriation.work.accounts import close_account, set_password
from repatriation.work.particulars import NOTHING, Particulars
from tests.web.casework.conftest import FAMILY_NAME, SPOKEN, World, send_on
from tests.web.conftest import PASSWORD, Visitor, read_page

HERE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
ASK = "/cases/open/tha-khm/requested"


def token_of(visitor: Visitor, path: str = "/account") -> str:
    """The form token of a browser's page."""
    found = read_page(visitor.open(path, follow_redirects=True)).select_one("input[name=csrf_token]")
    assert found is not None
    return str(found["value"])


@HERE
def test_a_form_token_of_another_officer_or_session_is_worth_nothing(world: World) -> None:
    reference = world.open_case()
    old = token_of(world.browser("datip"))
    other = token_of(world.browser("shelter"))
    again = Visitor(world.app.test_client())
    stranger = token_of(again)
    assert again.sign_in("datip").status_code == 303
    for token in (old, other, stranger, "", "nonsense"):
        sent = {"csrf_token": token, "sure": "yes", "version": "1", "key": "k"}
        answer = again.client.post(f"/cases/{reference}/do/presume", data=sent, base_url=again.at)
        assert answer.status_code == 400
    assert world.case(reference).version == 1


@HERE
def test_a_form_from_another_site_is_refused_even_with_a_token(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    ):
        sent: dict[str, object] = {"sure": "yes", "version": "1", "key": "k"}
        assert visitor.send(f"/cases/{reference}/do/presume", sent, headers=headers).status_code == 400
    assert world.case(reference).version == 1


@HERE
def test_an_identifier_that_somebody_planted_is_not_the_one_signed_in(world: World) -> None:
    visitor = Visitor(world.app.test_client())
    visitor.client.set_cookie("session", "planted-by-somebody-else", domain="localhost")
    assert visitor.sign_in("datip").status_code == 303
    cookie = visitor.client.get_cookie("session", domain="localhost")
    assert cookie is not None
    assert cookie.value not in ("planted-by-somebody-else", "")
    first = cookie.value
    visitor.send("/sign-out")
    stolen = Visitor(world.app.test_client())
    stolen.client.set_cookie("session", first, domain="localhost")
    assert stolen.open("/account").status_code == 303


@HERE
def test_a_key_is_one_officers_and_one_forms(world: World) -> None:
    reference, other = world.open_case(), world.open_case()
    sent: dict[str, object] = {
        "sure": "yes",
        "version": "1",
        "key": "the-same-key",
        **world.paper_boxes("presume"),
    }
    assert world.browser("datip").send(f"/cases/{reference}/do/presume", sent).status_code == 303
    assert world.browser("datip").send(f"/cases/{other}/do/presume", sent).status_code == 409
    assert world.case(other).version == 1
    # What one officer was answered is given to no other under the same key: theirs is a step of its own.
    assert world.browser("thai-police").send(f"/cases/{reference}/do/presume", sent).status_code in (404, 409)
    with world.house.doors.read() as session:
        assert session.exec(select(func.count()).select_from(Idempotency)).one() == 1


@HERE
def test_every_session_ends_with_the_password_and_with_the_account(world: World) -> None:
    datip, shelter = world.browser("datip"), world.browser("shelter")
    set_password(
        world.house, None, world.clock(), world.officers["datip"].officer_id, "another long password"
    )
    close_account(world.house, None, world.clock(), world.officers["shelter"].officer_id)
    for visitor in (datip, shelter):
        assert visitor.open("/account").location.startswith("/sign-in")
    assert Visitor(world.app.test_client()).sign_in("shelter").status_code == 400
    assert Visitor(world.app.test_client()).sign_in("datip").status_code == 400


@HERE
def test_guessing_at_a_name_from_elsewhere_keeps_its_bearer_out_of_nothing(world: World) -> None:
    guesser = Visitor(world.app.test_client())
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    token = token_of(guesser)
    answers = {
        guesser.client.post(
            "/sign-in",
            data={"csrf_token": token, "username": "datip", "password": f"guess number {n}"},
            base_url=guesser.at,
            environ_overrides=elsewhere,
        ).status_code
        for n in range(30)
    }
    assert answers == {400, 429}
    assert world.browser("datip").open("/account").status_code == 200


def test_a_secure_installation_binds_its_cookie(world: World) -> None:
    settings = Settings(secret_key="x" * 40, issuer="https://returns.example.org")
    app: Flask = create_app(settings, world.house, world.clock)
    visitor = Visitor(app.test_client(), "https://returns.example.org")
    done = visitor.sign_in("datip", PASSWORD, headers={"Referer": "https://returns.example.org/"})
    assert done.status_code == 303
    cookie = next(each for each in done.headers.getlist("Set-Cookie"))
    for part in ("__Host-session=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    for host in ("evil.example", "localhost", "returns.example.org.evil.example"):
        assert app.test_client().get("/sign-in", base_url=f"https://{host}").status_code == 400


def test_a_button_pressed_many_times_at_once_takes_one_step(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    sent = {"csrf_token": token_of(visitor), "sure": "yes", "version": "1", "key": "pressed"}
    sent |= world.paper_boxes("presume")

    def press(key: str) -> int:
        client = Visitor(world.app.test_client())
        cookie = visitor.client.get_cookie("session", domain="localhost")
        assert cookie is not None
        client.client.set_cookie("session", cookie.value, domain="localhost")
        path = f"/cases/{reference}/do/presume"
        return client.client.post(path, data={**sent, "key": key}, base_url=client.at).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(press, ["pressed"] * 6 + ["other"] * 2))
    assert set(answers) <= {303, 409}
    assert world.case(reference).version == 2
    with world.house.doors.read() as session:
        facts = session.exec(select(func.count()).select_from(Fact).where(col(Fact.name) == "presumed")).one()
    assert facts == 1


def test_a_case_opened_by_many_presses_at_once_is_opened_once(world: World) -> None:
    visitor = world.browser("embassy")
    page = visitor.open(ASK)
    for entered in ({"latn_family": "Sok"}, {"age_group": "adult"}, {}, {"agrees": "not_asked"}):
        page = send_on(visitor, ASK, page, **entered)
    boxes = read_page(page).select("main form input[type=hidden]")
    sent = {str(box["name"]): str(box.get("value", "")) for box in boxes} | {"sure": "yes"}
    cookie = visitor.client.get_cookie("session", domain="localhost")
    assert cookie is not None

    def press(_: int) -> str:
        client = world.app.test_client()
        client.set_cookie("session", cookie.value, domain="localhost")
        answer = client.post(ASK, data=sent, base_url=visitor.at)
        assert answer.status_code == 303, answer.text
        return answer.location

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(press, range(5)))) == 1
    with world.house.doors.read() as session:
        assert session.exec(select(func.count()).select_from(CaseFile)).one() == 1


@HERE
def test_too_many_boxes_or_too_much_in_one_are_refused(world: World) -> None:
    visitor = world.browser("datip")
    many: dict[str, object] = {f"box{n}": "x" for n in range(2000)}
    assert visitor.send("/cases/by-name", {"name": "x" * 600_000}).status_code in (400, 413)
    assert visitor.send("/cases/by-name", many).status_code in (400, 413)


@HERE
def test_a_box_sent_twice_is_taken_once(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    pairs: dict[str, object] = {"sure": ["yes", "no"], "version": ["1", "99"], "key": ["a", "b"]}
    pairs |= world.paper_boxes("presume")
    assert visitor.send(f"/cases/{reference}/do/presume", pairs).status_code == 303
    assert world.case(reference).version == 2


@HERE
def test_who_had_a_part_and_has_none_any_more_finds_nothing_of_it(world: World) -> None:
    reference = world.open_case()
    for action, given in (
        ("presume", NOTHING),
        ("begin_reflection", NOTHING),
        ("identify", Particulars(authority="MDT")),
        ("consent_to_notification", SPOKEN),
        ("notify_origin", NOTHING),
    ):
        world.take("datip", reference, action, given)
    visitor = world.browser("embassy")
    form = visitor.open(f"/cases/{reference}/do/stay")
    assert form.status_code == 200
    world.take(
        "datip", reference, "withdraw_consent_to_notification", Particulars(language="km", how="spoken")
    )
    version = world.case(reference).version
    kept = send_on(visitor, f"/cases/{reference}/do/stay", form, note="They want to stay.", sure="yes")
    assert kept.status_code == 404
    for part in ("", "/file", "/history", "/person", "/do/stay", "/visit", "/visit-notes"):
        assert visitor.open(f"/cases/{reference}{part}").status_code == 404
    for path in ("/cases?view=all", "/cases?view=ended", "/cases?view=stuck", "/cases?view=ours"):
        assert reference not in visitor.open(path).text
    assert reference not in visitor.send("/cases/by-name", {"name": FAMILY_NAME}).text
    assert world.case(reference).version == version
