"""Papers on pages: written from what is on file, looked at, issued, listed, opened, revoked, checked."""

import base64
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from werkzeug.test import TestResponse

from documents.press import Press
from repatriation.work.house import House
from repatriation.work.papers.archive import papers_of
from repatriation.work.papers.issuing import code_of
from repatriation.work.papers.pictures import MOST_PAGES
from repatriation.work.papers.workshop import Workshop
from repatriation.work.particulars import Particulars
from tests.fakes.press import BrokenPress, workshop
from tests.web.casework.conftest import FAMILY_NAME, SPOKEN, World, fill_in, issue_on, send_on
from tests.web.conftest import Visitor, read_page
from tests.web.reading import obstacles

HERE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def given(world: World, papers: Workshop | None) -> None:
    """Gives the application other means to make papers."""
    world.app.extensions["house"] = replace(world.house, papers=papers)


def issued(world: World) -> tuple[str, str]:
    """A case with a paper: its reference and the paper's number."""
    reference = world.open_case()
    world.take("datip", reference, "presume")
    return reference, papers_of(world.house, world.officers["datip"], reference).issued[0].number


def main_of(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(str(read_page(response).select_one("main")), "html.parser")


def test_a_paper_is_written_from_the_file_looked_at_and_issued(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    written = fill_in(visitor, path)
    page = read_page(written)
    assert obstacles(page) == []
    box = page.select_one("input[name=paper-person-names-0-family]")
    assert box is not None
    assert box["value"] == FAMILY_NAME
    seen = send_on(visitor, path, written, desk="look", **{"paper-seen-account": "They took my passport."})
    picture = read_page(seen).select_one("img.paper-page")
    assert picture is not None
    assert picture["alt"]
    content = base64.b64decode(str(picture["src"]).partition(",")[2])
    assert Image.open(io.BytesIO(content)).format == "PNG"
    assert obstacles(read_page(seen)) == []
    assert world.case(reference).version == 1
    assert send_on(visitor, path, seen, sure="yes").status_code == 303
    listed = visitor.open(f"/cases/{reference}/papers")
    assert obstacles(read_page(listed)) == []
    for words in ("Screening and identification form", "Valid", "ភាសាខ្មែរ", "datip"):
        assert words in main_of(listed).get_text()
    assert FAMILY_NAME not in listed.text


@HERE
def test_what_is_wrong_is_told_at_its_box_and_nothing_is_lost(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    written = fill_in(visitor, path)
    wrong = send_on(
        visitor,
        path,
        written,
        desk="look",
        **{
            "paper-person-birth": "1998-13",
            "paper-result-outcome": "",
            "paper-seen-account": "Kept.",
            "paper-talk-place": "x" * 201,
            "paper-seen-signs": ["debt", "violence"],
        },
    )
    assert wrong.status_code == 400
    page = read_page(wrong)
    anchors = [str(link["href"]) for link in page.select(".error-summary a")]
    assert anchors == ["#paper-person-birth", "#paper-talk-place", "#paper-result-outcome"]
    assert "There is no such day" in page.select(".error-summary a")[0].text
    assert all(page.select_one(anchor) for anchor in anchors)
    assert "Kept." in wrong.text
    ticked = [box["value"] for box in page.select("input[name=paper-seen-signs][checked]")]
    assert ticked == ["debt", "violence"]
    assert obstacles(page) == []


@HERE
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2541-04", "1998-04"),
        ("២៥៤១", "1998"),
        ("๑๙๙๘-๐๔-๑๓", "1998-04-13"),
        ("1998", "1998"),
        ("13/4/1998", "1998-04-13"),
        ("១៣.០៤.២៥៤១", "1998-04-13"),
    ],
)
def test_a_date_is_taken_in_every_figure_and_era(world: World, typed: str, kept: str) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    written = fill_in(visitor, path)
    assert send_on(visitor, path, written, desk="look", **{"paper-person-birth": typed}).status_code == 200
    again = send_on(visitor, path, written, desk="write", **{"paper-person-birth": typed})
    box = read_page(again).select_one("#paper-person-birth")
    assert box is not None
    assert box["value"] == kept


@HERE
def test_another_pair_of_languages_is_shown_before_it_is_issued(world: World) -> None:
    reference = world.open_case()
    for action, how in (("presume", None), ("begin_reflection", None)):
        world.take("datip", reference, action, how or Particulars())
    world.take("datip", reference, "identify", Particulars(authority="MDT"))
    world.take("datip", reference, "consent_to_notification", SPOKEN)
    world.take("datip", reference, "notify_origin")
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/request_verification"
    written = fill_in(visitor, path)
    seen = send_on(visitor, path, written, desk="look", **{"paper-languages": "en th"})
    chosen = read_page(seen).select_one("option[selected]")
    assert chosen is not None
    assert chosen["value"] == "en th"
    sent = send_on(visitor, path, seen, sure="yes", **{"paper-languages": "en th"})
    assert sent.status_code == 303
    line = papers_of(world.house, world.officers["datip"], reference).issued[0]
    assert line.languages == ("en", "th")


@HERE
def test_who_was_overtaken_goes_on_with_the_paper_that_they_wrote(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "presume")
    world.take("datip", reference, "begin_reflection")
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/identify"
    written = fill_in(visitor, path, authority="MDT")
    typed = send_on(visitor, path, written, desk="write", **{"paper-talk-place": "Kept."})
    world.take("datip", reference, "place_in_shelter", Particulars(organisation="shelter"))
    late = send_on(visitor, path, typed, desk="look")
    assert late.status_code == 409
    again = send_on(visitor, path, late, desk="write")
    assert "Kept." in again.text
    assert issue_on(visitor, path, again).status_code == 303


@HERE
@pytest.mark.parametrize("step", ["look", "sure"])
def test_a_busy_press_loses_nothing_that_was_typed(world: World, house: House, step: str) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    seen = send_on(visitor, path, fill_in(visitor, path), desk="look", **{"paper-seen-account": "Kept."})
    given(world, workshop(BrokenPress()))
    pressed = {"sure": "yes"} if step == "sure" else {"desk": "look"}
    busy = send_on(visitor, path, seen, **pressed)
    assert busy.status_code == 503
    assert "Many papers are being made just now" in busy.text
    assert "Kept." in busy.text
    assert obstacles(read_page(busy)) == []
    given(world, workshop())
    again = send_on(visitor, path, busy, **pressed)
    assert again.status_code == (303 if step == "sure" else 200)


@HERE
def test_where_the_press_failed_its_test_pages_are_served_and_nothing_is_issued(world: World) -> None:
    reference = world.open_case()
    given(world, replace(workshop(), fault="selftest"))
    visitor = world.browser("datip")
    page = visitor.open(f"/cases/{reference}/do/presume")
    assert page.status_code == 503
    assert "No paper can be issued here at present" in page.text
    assert visitor.open(f"/cases/{reference}").status_code == 200
    ready = visitor.open("/readyz")
    assert ready.json is not None
    assert (ready.status_code, ready.json["checks"]["papers"]) == (200, "failed")


def test_a_paper_is_opened_as_a_file_that_nobody_keeps(world: World) -> None:
    reference, number = issued(world)
    visitor = world.browser("datip")
    answer = visitor.send(f"/cases/{reference}/papers/{number}/file")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={number}.pdf"
    assert "Paper opened" in visitor.open(f"/cases/{reference}/history").text
    assert "Paper opened" in visitor.open("/trail").text
    whole = visitor.send(f"/cases/{reference}/papers/all")
    assert whole.headers["Content-Disposition"] == f"attachment; filename={reference}.pdf"


def test_a_paper_is_revoked_for_a_reason_and_says_so(world: World) -> None:
    reference, number = issued(world)
    visitor, path = world.browser("datip"), f"/cases/{reference}/papers/{number}/revoke"
    assert send_on(visitor, path, visitor.open(path)).status_code == 400
    assert send_on(visitor, path, visitor.open(path), reason="lost").status_code == 303
    listed = main_of(visitor.open(f"/cases/{reference}/papers")).get_text()
    assert "It was lost or stolen" in listed
    assert "It was lost or stolen" in visitor.open(f"/cases/{reference}/history").text
    assert visitor.open(path).status_code == 404
    assert visitor.send(f"/cases/{reference}/papers/all").status_code == 404


def test_the_paper_of_an_earlier_step_is_made_afterwards(world: World) -> None:
    reference = world.open_case()
    world.take("datip", reference, "withdraw_consent_to_protection", Particulars(language="km", how="spoken"))
    visitor = world.browser("datip")
    listed = read_page(visitor.open(f"/cases/{reference}/papers"))
    link = listed.select_one('a[href*="/papers/make/"]')
    assert link is not None
    path = str(link["href"])
    written = send_on(visitor, path, visitor.open(path))
    assert issue_on(visitor, path, written).status_code == 303
    assert "Declaration of agreement" in visitor.open(f"/cases/{reference}/papers").text
    assert visitor.open(path).status_code == 404


@HERE
def test_a_blank_form_is_made_in_two_languages(world: World) -> None:
    visitor = world.browser("stranger")
    assert obstacles(read_page(visitor.open("/blank-forms"))) == []
    same = fill_in(visitor, "/blank-forms", kind="visit_form", first="km", second="km")
    assert same.status_code == 400
    made = fill_in(visitor, "/blank-forms", kind="visit_form", first="km", second="en")
    assert made.mimetype == "application/pdf"
    assert made.headers["Content-Disposition"] == "attachment; filename=visit-form.pdf"


def nobody(world: World) -> Visitor:
    """A browser in which nobody has signed in."""
    return Visitor(world.app.test_client())


def asked(visitor: Visitor, **sent: object) -> str:
    """What the public page answers."""
    answer = visitor.client.post("/verify", data=sent, base_url=visitor.at)
    tag = read_page(answer).select_one(".tag")
    return tag.get_text() if tag else f"{answer.status_code}"


def test_anybody_may_check_a_paper_without_signing_in(world: World) -> None:
    reference, number = issued(world)
    code, stranger = code_of(world.house.keyring, number), nobody(world)
    page = stranger.open("/verify")
    assert page.status_code == 200
    # Nothing is changed by it, and whoever asks has no session that a token could belong to.
    assert obstacles(read_page(page)) == ["the form to /verify carries no token"]
    assert "does not prove that the paper is valid in law" in page.text
    assert asked(stranger, number=number, code=code) == "This paper is valid"
    file = world.browser("datip").send(f"/cases/{reference}/papers/{number}/file").data
    assert asked(stranger, file=(io.BytesIO(file), "x.pdf")) == "This paper is valid"
    visitor, path = world.browser("datip"), f"/cases/{reference}/papers/{number}/revoke"
    send_on(visitor, path, visitor.open(path), reason="lost")
    assert asked(stranger, number=number, code=code) == "This paper no longer counts"
    answer = stranger.client.post("/verify", data={"number": number, "code": code}, base_url=stranger.at)
    assert reference not in answer.text
    assert "Screening" not in answer.text
    assert "Set-Cookie" not in answer.headers


@HERE
def test_the_keys_by_which_papers_are_checked_are_published(world: World) -> None:
    answer = nobody(world).open("/verify/keys.json")
    assert answer.json is not None
    assert answer.json["version"] == 1
    assert "PRIVATE" not in answer.text
    given(world, None)
    assert nobody(world).open("/verify/keys.json").status_code == 404


@HERE
def test_who_asks_too_often_is_asked_to_wait(world: World) -> None:
    stranger = nobody(world)
    answers = [asked(stranger, number="KH26-2222-2222", code="AAAAAA") for _ in range(31)]
    assert answers[0] == "This is not known here as a paper"
    assert answers[-1] == "429"
    world.clock.pass_by(minutes=1)
    assert asked(stranger, number="KH26-2222-2222", code="AAAAAA") == answers[0]


@HERE
def test_a_real_press_shows_the_paper_before_it_is_issued(world: World, press: Press) -> None:
    given(world, workshop(press))
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    seen = send_on(visitor, path, fill_in(visitor, path), desk="look")
    pictures = read_page(seen).select("img.paper-page")
    assert pictures
    content = base64.b64decode(str(pictures[0]["src"]).partition(",")[2])
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert image.width > 700
    red, green, _blue = (band.tobytes() for band in image.split())
    assert any(r > 120 > 2 * g for r, g in zip(red, green, strict=True)), "the line in red is not to be seen"
    assert len(seen.data) < 600_000
    assert send_on(visitor, path, seen, sure="yes").status_code == 303


@HERE
def test_who_sees_only_the_first_pages_of_a_long_paper_is_told_so(world: World, press: Press) -> None:
    given(world, workshop(press))
    visitor, path = world.browser("datip"), f"/cases/{world.open_case()}/do/presume"
    lines = "\n".join("a line" for _ in range(560))
    typed = {"paper-seen-account": lines, "paper-seen-remarks": lines}
    seen = read_page(send_on(visitor, path, fill_in(visitor, path), desk="look", **typed))
    assert len(seen.select("img.paper-page")) == MOST_PAGES
    assert f"Only the first {MOST_PAGES} are shown here" in seen.get_text()
    assert obstacles(seen) == []


@HERE
def test_a_paper_does_not_say_something_else_than_what_is_done(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    written = fill_in(visitor, path)
    against = {"paper-result-outcome": "not_trafficked"}
    told = send_on(visitor, path, written, desk="look", **against)
    assert told.status_code == 400
    assert (
        "This says something else than the step that you take"
        in read_page(told).select(".error-summary a")[0].text
    )
    # Nor does it when the page on which it would be told is left out.
    assert send_on(visitor, path, written, desk="look", sure="yes", **against).status_code == 400
    assert world.case(reference).stage == "reported"


@HERE
def test_a_paper_tells_of_no_talk_that_is_still_to_come(world: World) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    written = fill_in(visitor, path)
    tomorrow = (world.clock() + timedelta(days=1)).date().isoformat()
    told = send_on(
        visitor, path, written, desk="look", **{"paper-talk-on": tomorrow, "paper-person-birth": "2100"}
    )
    links = read_page(told).select(".error-summary a")
    assert [link["href"] for link in links] == ["#paper-person-birth", "#paper-talk-on"]
    assert all("This day is still to come" in link.text for link in links)
    this_year = str(world.clock().year)
    assert (
        send_on(visitor, path, written, desk="look", **{"paper-person-birth": this_year}).status_code == 200
    )
