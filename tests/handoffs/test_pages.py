"""The pages for handing over, as officers on both sides use them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import Tag
from sqlmodel import select

from partners.packets import Consented, Handing, Person
from repatriation.records.organisations import Officer
from repatriation.records.trail import Trail
from repatriation.web.handoffs_shown import packet_rows
from repatriation.work import accounts
from repatriation.work.handoffs import deciding, withdrawing
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.retention import shred_finished
from repatriation.work.house import Keeping
from repatriation.work.particulars import Particulars
from repatriation.work.steps import take_step
from repatriation.work.telling.moves import tell_moves
from tests.handoffs.two import Place, Two
from tests.web.casework.conftest import fill_in, send_on
from tests.web.conftest import PASSWORD, Visitor, read_page


@pytest.fixture
def kind() -> str:
    """What is seen does not differ between databases; this one is the embedded one."""
    return "sqlite"


@pytest.fixture
def browser(two: Two) -> Callable[[Place, str], Visitor]:
    """A browser of an officer, signed in."""

    def sign_in(place: Place, who: str) -> Visitor:
        with place.house.doors.act() as session:
            officer = session.exec(select(Officer).where(Officer.username == who)).one()
            officer.password_hash = accounts.hash_password(PASSWORD)
        visitor = Visitor(place.app.test_client(), place.house.issuer)
        assert visitor.sign_in(who).status_code == 303
        return visitor

    return sign_in


def words(visitor: Visitor, path: str) -> str:
    """What a page says."""
    answer = visitor.open(path)
    assert answer.status_code == 200, answer.text
    main = read_page(answer).main
    assert isinstance(main, Tag)
    return " ".join(main.get_text(" ").split())


def test_an_officer_sees_exactly_what_will_be_sent_and_the_other_side_accepts_it(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    here = browser(two.bangkok, "bangkok")
    reference = two.open_case()
    assert "Hand the case on" in words(here, f"/cases/{reference}/file")
    path = f"/cases/{reference}/handoff"
    composed = fill_in(
        here,
        path,
        partner_id=two.bangkok.partner_id(),
        kind="transfer",
        purpose="protection",
        asked="Please take this person into your care.",
        handling="not_to_family",
        held_back="gender",
    )
    assert composed.status_code == 303, composed.text
    preview = words(here, composed.location)
    for said in ("Exactly this will be sent", "Minh Demonstration", "Do not tell the family"):
        assert said in preview
    assert "Gender : you leave it out" in preview.replace(":", " :") or "Gender: you leave it out" in preview
    assert "N-DEMONSTRATION-1" not in preview
    assert "Number of an identity paper: not needed for this purpose" in preview
    sent = send_on(here, composed.location, here.open(composed.location))
    assert sent.status_code == 303
    assert "On its way" in words(here, sent.location)
    two.bangkok.deliver()
    there = browser(two.chiang_mai, "chiang-mai")
    came = two.chiang_mai.row()
    listed = words(there, "/handoffs")
    assert "Arrived: accept it, decline it, or ask" in listed
    page = words(there, f"/handoffs/{came.id}")
    assert "Minh" not in page
    assert "Do not tell the family" in page
    opened = there.send(f"/handoffs/{came.id}/opened")
    assert "Minh Demonstration" in opened.text
    with two.chiang_mai.house.doors.read() as session:
        assert len(session.exec(select(Trail).where(Trail.tag == "handoff:opened")).all()) == 1
    accepted = fill_in(there, f"/handoffs/{came.id}/accept", entry="tha-khm:reported")
    assert accepted.status_code == 303, accepted.text
    assert "The sender of this case asks: Do not tell the family" in words(there, accepted.location)
    two.chiang_mai.deliver()
    after = words(here, sent.location)
    assert "Accepted" in after
    assert "Office chiang-mai Since" in after


def test_a_purpose_that_the_person_did_not_agree_to_is_refused_at_its_box(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    here = browser(two.bangkok, "bangkok")
    reference = two.open_case()
    answer = fill_in(
        here,
        f"/cases/{reference}/handoff",
        partner_id=two.bangkok.partner_id(),
        kind="referral",
        purpose="sharing",
        asked="Please help.",
    )
    assert answer.status_code == 400
    assert "The person has not agreed to this, for this recipient" in answer.text
    assert two.bangkok.rows() == []


def test_declining_asking_and_taking_back_go_through_pages(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    here, there = browser(two.bangkok, "bangkok"), browser(two.chiang_mai, "chiang-mai")
    sent = two.send(two.open_case(), "referral")
    two.bangkok.deliver()
    came = two.chiang_mai.row()
    assert fill_in(there, f"/handoffs/{came.id}/say", text="Is a bed needed today?").status_code == 303
    two.chiang_mai.deliver()
    assert "The receiver asks something" in words(here, "/handoffs")
    assert "Is a bed needed today?" in here.send(f"/handoffs/{sent.id}/opened").text
    assert fill_in(here, f"/handoffs/{sent.id}/say", text="Yes, today.").status_code == 303
    assert fill_in(here, f"/handoffs/{sent.id}/correct", text="See again.").status_code == 303
    two.bangkok.deliver()
    assert "The sender corrects what was sent" in words(there, "/handoffs")
    correction = two.chiang_mai.row(what="correction")
    assert there.send(f"/handoffs/{correction.id}/acknowledge").status_code == 303
    declined = fill_in(there, f"/handoffs/{came.id}/decline", reason="no_room", note="Full.")
    assert declined.status_code == 303
    two.exchange_all()
    assert "Declined: decide what happens now" in words(here, "/handoffs/sent")
    assert here.send(f"/handoffs/{sent.id}/seen").status_code == 303
    assert "Needs somebody now" not in words(here, "/handoffs/sent")
    again = two.send(two.open_case(), "referral")
    two.bangkok.deliver()
    taken = fill_in(here, f"/handoffs/{again.id}/withdraw", reason="not_needed")
    assert taken.status_code == 303
    two.exchange_all()
    assert "Taken back" in words(here, f"/handoffs/{again.id}")
    gone = two.chiang_mai.row(jti=again.jti)
    assert "What it said was erased" in words(there, f"/handoffs/{gone.id}")


def test_an_officer_of_another_organisation_finds_no_such_page(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    sent = two.send(two.open_case())
    stranger = browser(two.bangkok, "embassy")
    for page in ("", "/accept", "/decline", "/say", "/withdraw", "/correct", "/preview"):
        assert stranger.open(f"/handoffs/{sent.id}{page}").status_code == 404
    for act in ("opened", "seen", "acknowledge", "discard", "files/1"):
        assert stranger.send(f"/handoffs/{sent.id}/{act}").status_code == 404
    assert "There are none" in words(stranger, "/handoffs/sent")


def test_nothing_leaves_that_the_preview_does_not_show(two: Two) -> None:
    shown = {
        "reference": "TK-AAAA-BBBB", "sender": "our-office", "organisation": "their-office",
        "to": "host.shelter", "route": "tha-khm", "edition": "2019", "procedure": "a" * 64,
        "stage": "reported", "step": "a_step", "age_group": "adult", "purpose": "return",
        "asked": "Something asked.", "handling": ["not_to_family"], "handling_note": "Something noted.",
        "consent": {"name": "a_consent", "purpose": "return", "given": 1, "until": 2, "language": "km",
                    "how": "spoken", "guardian": True, "own_view": True},
        "person": {
            "names": [{"script": "latn", "given": "Aa", "middle": "Bb", "family": "Cc"}],
            "birthdate": "1996-02-29", "birth_year_estimated": True, "gender": "Feminine",
            "citizenship": ["KHM"], "primary_language": "khm", "secondary_language": "tha",
            "identity_number": "Dd", "home_address": {"city": "Ee"}, "contacts": {"email": "Ff"},
            "marital_status": "Gg", "number_of_children": 7, "education": "Hh",
            "trafficking_status": "Ii", "type_of_exploitation": ["Jj"], "vulnerabilities": ["Kk"],
            "details_of_vulnerabilities": "Ll",
        },
        "standing": {"stage": "reported", "entered": 1_700_000_000_000_000, "child": False, "gate": "poipet"},
    }  # fmt: skip
    whole = Handing.model_validate(shown)
    assert whole.model_dump(exclude_none=True, exclude_defaults=True).keys() == Handing.model_fields.keys()
    assert whole.person.model_dump(exclude_none=True).keys() == Person.model_fields.keys()
    with two.bangkok.app.test_request_context():
        for member in Handing.model_fields.keys() - {"person", "consent"}:
            without = Handing.model_validate({k: v for k, v in shown.items() if k != member})
            assert packet_rows(without) != packet_rows(whole), member
        for part, members in (("person", Person.model_fields), ("consent", Consented.model_fields)):
            for member in members.keys() - {"purpose", "given"}:
                inside = {k: v for k, v in shown[part].items() if k != member}  # type: ignore[attr-defined]
                without = Handing.model_validate({**shown, part: inside})
                assert packet_rows(without) != packet_rows(whole), member


def test_the_page_says_when_what_it_says_is_destroyed_and_that_the_days_are_assumed(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    here = two.bangkok
    path = f"/handoffs/{two.send(two.open_case(), 'referral').id}"
    assert "90 days after all of it is finished, which it is not yet" in words(browser(here, "bangkok"), path)
    here.deliver()
    place = two.chiang_mai
    deciding.decline(place.house, place.officers["chiang-mai"], place.clock(), place.row().id, "no_room")
    two.exchange_all()
    deciding.seen(here.house, here.officers["bangkok"], here.clock(), path.rpartition("/")[2])
    finished = words(browser(here, "bangkok"), path)
    assert "All of it is finished. What it says is destroyed after" in finished
    assert "The number of days is assumed." in finished
    two.pass_by(days=91)
    shred_finished(here.house, here.clock())
    assert "90 days after all of it was finished" in words(browser(here, "bangkok"), path)
    here.house = replace(here.house, keeping=Keeping(30, assumed=False))
    here.app.extensions["house"] = here.house
    again = f"/handoffs/{two.send(two.open_case(), 'referral').id}"
    said = words(browser(here, "bangkok"), again)
    assert "destroyed 30 days after all of it" in said
    assert "assumed" not in said


def test_only_what_the_person_agreed_to_can_be_chosen_and_nothing_is_offered_without(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    here = two.bangkok
    reference = two.open_case()
    officer = browser(here, "bangkok")
    page = read_page(officer.open(f"/cases/{reference}/handoff"))
    assert [box["value"] for box in page.select("input[name=purpose]")] == ["protection"]
    version = here.case(reference).version
    withdraw = here.house.shelf.pinned(here.case(reference).digest).consents["protection"].withdraw
    said = Particulars(language="km", how="spoken")
    take_step(here.house, here.officers["bangkok"], here.clock(), reference, withdraw, version, said)
    without = read_page(officer.open(f"/cases/{reference}/handoff"))
    assert without.select("input[name=purpose]") == []
    assert "Ask the person first" in without.text


def test_what_was_accepted_and_taken_back_says_so_and_asks_to_be_confirmed(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    sent = two.send(two.open_case(), "referral")
    two.bangkok.deliver()
    place = two.chiang_mai
    actor = place.officers["chiang-mai"]
    came = place.row()
    there = deciding.accept(place.house, actor, place.clock(), came.id, Into(stage="reported"))
    two.exchange_all()
    withdrawing.withdraw(
        two.bangkok.house, two.bangkok.officers["bangkok"], two.bangkok.clock(), sent.id, "not_needed"
    )
    two.exchange_all()
    officer = browser(place, "chiang-mai")
    said = words(officer, f"/handoffs/{came.id}")
    assert "Accepted, and then taken back" in said
    assert "Waiting for you to confirm it" in said
    assert "Waiting for your decision" not in said
    assert there in words(officer, "/handoffs")


def test_a_notice_says_why_the_handoff_needs_somebody_and_a_page_offers_no_empty_list(
    two: Two, browser: Callable[[Place, str], Visitor]
) -> None:
    two.send(two.open_case(), "referral")
    two.bangkok.deliver()
    place = two.chiang_mai
    tell_moves(place.house, place.clock())
    officer = browser(place, "chiang-mai")
    assert "A handoff needs somebody: Arrived: accept it, decline it, or ask" in words(officer, "/inbox")
    path = f"/handoffs/{place.row().id}"
    assert "Warning" not in words(officer, path)
    deciding.decline(place.house, place.officers["chiang-mai"], place.clock(), place.row().id, "no_room")
    assert "What you can do" not in words(officer, path)
