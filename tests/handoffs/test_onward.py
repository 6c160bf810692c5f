"""A case that came by a handoff is handed on: what its sender asked stands in the way, or goes with it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from partners import packets
from repatriation.demonstration.correspondents import Correspondent
from repatriation.records.trail import Trail
from repatriation.work.actors import Actor
from repatriation.work.handoffs import boxes, composing, deciding, desk, onward
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.drafts import Composed
from repatriation.work.handoffs.onward import Agreement
from repatriation.work.handoffs.post import signed_text
from repatriation.work.particulars import Particulars
from repatriation.work.refusals import Invalid
from repatriation.work.steps import take_step
from tests.fakes.papers import paper_for
from tests.handoffs.test_pages import browser, words
from tests.handoffs.two import Place, Two
from tests.web.casework.conftest import fill_in, send_on

__all__ = ["browser"]

SHELTER = Correspondent("shelter", "https://shelter.example.org", "A shelter", "bangkok")
NOTE = "Only by women, please."


def arrived(two: Two, *handling: str) -> str:
    """A case that Chiang Mai took from Bangkok, with what Bangkok asks; the person agrees to go on."""
    two.send(two.open_case(), handling=handling, handling_note=NOTE)
    two.bangkok.deliver()
    place = two.chiang_mai
    actor = officer(place)
    reference = deciding.accept(place.house, actor, place.clock(), place.row().id, Into(stage="reported"))
    agreed, version = "consent_to_protection", place.case(reference).version
    spoken = Particulars(language="km", how="spoken")
    paper = paper_for(place.house, actor, place.clock(), reference, agreed, spoken)
    take_step(place.house, actor, place.clock(), reference, agreed, version, spoken, paper=paper)
    return reference


def officer(place: Place) -> Actor:
    """Chiang Mai's."""
    return place.officers["chiang-mai"]


def shelter(place: Place) -> str:
    """Somebody else whom Chiang Mai knows."""
    SHELTER.register(place.house, place.clock())
    SHELTER.let_in(place.house, place.officers, place.clock())
    return SHELTER.known(place.house).partner_id


def draft(
    place: Place, reference: str, partner_id: str, said: Agreement | None = None, note: str | None = None
) -> str:
    """What would go to a partner."""
    composed = Composed(
        partner_id=partner_id,
        kind="referral",
        purpose="protection",
        asked="A bed.",
        handling_note=note,
        onward=said,
    )
    return composing.draft(place.house, officer(place), place.clock(), reference, composed)


def agreement(place: Place) -> Agreement:
    """What an officer says of the sender's agreement."""
    return Agreement(by="Mrs Made-up of Bangkok", on=officer(place).day(place.clock()))


def events(place: Place) -> list[Trail]:
    """Agreements in the trail."""
    with place.house.doors.read() as session:
        return list(session.exec(select(Trail).where(Trail.tag == "handoff:onward:agreed")).all())


def test_what_was_not_to_be_passed_on_leaves_only_when_its_sender_agreed(two: Two) -> None:
    reference, place = arrived(two, "no_onward_sharing"), two.chiang_mai
    other = shelter(place)
    with pytest.raises(Invalid) as refused:
        draft(place, reference, other)
    assert refused.value.problems == {"onward_by": "onward_not_agreed"}
    said = agreement(place)
    with pytest.raises(Invalid) as ahead:
        draft(place, reference, other, said.model_copy(update={"on": said.on + timedelta(days=1)}))
    assert ahead.value.problems == {"onward_on": "not_yet"}
    drafted = draft(place, reference, other, said)
    assert composing.preview(place.house, officer(place), drafted).onward == said
    composing.send(place.house, officer(place), place.clock(), drafted)
    sent, came = place.row(id=drafted), place.row(direction="received")
    assert sent.handling == ["no_onward_sharing"], "whoever gets it is asked the same"
    (event,) = events(place)
    assert event.detail == {
        "handoff": sent.id,
        "restriction": "no_onward_sharing",
        "asked_in": [came.id],
        "agreed_on": said.on.isoformat(),
    }
    assert sent.onward is not None
    assert b"Made-up" not in sent.onward
    opened = boxes.open_(place.house, officer(place), place.clock(), sent.id)
    assert opened[0].onward == said


def test_a_draft_of_before_the_restriction_does_not_leave_without_the_agreement(two: Two) -> None:
    reference, place = arrived(two), two.chiang_mai
    drafted = draft(place, reference, shelter(place))
    with place.house.doors.act() as session:
        came = session.merge(place.row(direction="received"))
        came.handling = ["no_onward_sharing"]
    with pytest.raises(Invalid, match="onward_not_agreed"):
        composing.send(place.house, officer(place), place.clock(), drafted)
    assert place.row(id=drafted).state == "draft"


def test_it_goes_back_to_its_sender_without_any_agreement(two: Two) -> None:
    reference, place = arrived(two, "no_onward_sharing"), two.chiang_mai
    drafted = draft(place, reference, place.partner_id(), agreement(place))
    assert composing.preview(place.house, officer(place), drafted).onward is None
    composing.send(place.house, officer(place), place.clock(), drafted)
    assert events(place) == []
    note = composing.envelope_case(place.house, place.row(id=drafted)).get("handling_note")
    assert note is None, "its sender knows its own words"


def test_what_a_sender_wrote_about_handling_is_read_by_the_next_receiver_as_its_words(two: Two) -> None:
    reference, place = arrived(two), two.chiang_mai
    drafted = draft(place, reference, shelter(place), note="Ask for Dao.")
    composing.send(place.house, officer(place), place.clock(), drafted)
    sent = place.row(id=drafted)
    assert sent.signed is not None
    assert b"women" not in sent.signed
    packet = packets.read(sent.kind, desk.claims_of(signed_text(place.house, sent))["case"])
    assert isinstance(packet, packets.Handing)
    assert packet.handling_note == f"Ask for Dao.\n\nOffice bangkok: “{NOTE}”"


def test_words_that_do_not_fit_in_beside_the_senders_are_refused_and_none_is_cut(two: Two) -> None:
    reference, place = arrived(two), two.chiang_mai
    with pytest.raises(Invalid) as refused:
        draft(place, reference, shelter(place), note="x" * 3990)
    assert refused.value.problems == {"handling_note": "too_long_with_theirs"}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_officer_is_asked_who_agreed_and_reads_it_again_before_it_leaves(
    two: Two, browser: object
) -> None:
    reference, place = arrived(two, onward.FORBIDS), two.chiang_mai
    other = shelter(place)
    here = browser(place, "chiang-mai")  # type: ignore[operator]
    path = f"/cases/{reference}/handoff"
    assert "Office bangkok asks that this case is passed on to nobody else" in words(here, path)
    asked = {"partner_id": other, "kind": "referral", "purpose": "protection", "asked": "A bed."}
    refused = fill_in(here, path, **asked)
    assert refused.status_code == 400
    assert "say who of theirs agreed" in refused.text
    half = fill_in(here, path, **asked, onward_by="Mrs Made-up")
    assert "Say on which day they agreed" in half.text
    day = agreement(place).on
    boxes_ = {f"onward_on-{box}": str(getattr(day, box)) for box in ("day", "month", "year")}
    composed = fill_in(here, path, **asked, onward_by="Mrs Made-up", **boxes_)
    assert composed.status_code == 303, composed.text
    assert "You say that Mrs Made-up agreed to it on" in words(here, composed.location)
    sent = send_on(here, composed.location, here.open(composed.location))
    assert "Mrs Made-up" not in words(here, sent.location)
    assert "Mrs Made-up" in here.send(f"{sent.location}/opened").text
    assert "its sender agreed" in words(here, f"/cases/{reference}/history")
