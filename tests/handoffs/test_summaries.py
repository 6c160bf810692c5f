"""A summary crosses to another installation: signed, sealed, acknowledged with a receipt, taken back with its
consent.
"""

from dataclasses import dataclass

import pytest
from sqlmodel import select

from partners import packets
from partners.packets import BadPacket, Update
from repatriation.records.summaries import Summary
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.handoffs import boxes, deciding
from repatriation.work.newcase import NewCase
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import Invalid
from repatriation.work.steps import take_step
from repatriation.work.summaries import keeping
from repatriation.work.summaries.composing import attached, preview
from repatriation.work.summaries.keeping import SummaryLine
from tests.fakes.papers import paper_for
from tests.handoffs.two import Two
from tests.web.casework.conftest import SOK, SPOKEN
from tests.web.casework.test_visits import TO_FOLLOW_UP
from tests.work.conftest import enrol

STEP = "send_follow_up_summary"
TO_THEM = Particulars(organisation="chiang-mai")


@dataclass
class Home:
    """Cambodian offices in the one installation; the Thai office that hears works in the other."""

    two: Two
    officers: dict[str, Actor]
    reference: str

    def take(self, who: str, action: str, given: Particulars = NOTHING) -> None:
        place = self.two.bangkok
        place.clock.pass_by(minutes=1)
        self.two.chiang_mai.clock.pass_by(minutes=1)
        version, actor = place.case(self.reference).version, self.officers[who]
        paper = paper_for(place.house, actor, place.clock(), self.reference, action, given)
        take_step(place.house, actor, place.clock(), self.reference, action, version, given, paper=paper)

    def line(self) -> SummaryLine:
        place = self.two.bangkok
        known = keeping.summaries(place.house, self.officers["mosvy"], place.clock(), self.reference)
        assert known is not None
        return known.lines[0]


@pytest.fixture
def home(two: Two) -> Home:
    place = two.bangkok
    officers = {code: enrol(place.house, code) for code in ("mosvy", "ngo", "poipet")}
    new = NewCase(route="tha-khm", stage="received", age_group="adult", gate="poipet", person=SOK.person)
    reference = open_case(place.house, officers["poipet"], place.clock(), new)
    found = Home(two, officers, reference)
    for who, action, given in TO_FOLLOW_UP:
        found.take(who, action, given)
    found.take("mosvy", "consent_to_follow_up", SPOKEN)
    return found


def test_a_summary_arrives_signed_and_its_acknowledgement_is_a_receipt(home: Home) -> None:
    two, there = home.two, home.two.chiang_mai
    home.take("mosvy", STEP, TO_THEM)
    assert (home.line().acknowledged_at, home.line().signed) == (None, False)
    two.bangkok.deliver()
    came = there.row(kind="update")
    assert (came.what, came.waiting, came.attention) == ("summary", True, "summary")
    officer = there.officers["chiang-mai"]
    (said,) = boxes.open_(there.house, officer, there.clock(), came.id)
    assert isinstance(said.packet, Update)
    assert said.packet.summary == home.line().told
    assert said.packet.consent is not None
    assert boxes.page(there.house, officer, came.id).readable
    deciding.acknowledge(there.house, officer, there.clock(), came.id)
    there.deliver()
    line = home.line()
    assert line.signed
    assert line.acknowledged_at is not None


def test_what_was_shown_is_what_arrives_and_names_nobody(home: Home) -> None:
    place = home.two.bangkok
    action = place.house.shelf.pinned(place.case(home.reference).digest).actions[STEP]
    seen = preview(place.house, home.officers["mosvy"], place.clock(), home.reference, action, "chiang-mai")
    assert seen is not None
    assert seen.partner_id is not None
    home.take("mosvy", STEP, TO_THEM)
    place.deliver()
    there = home.two.chiang_mai
    (said,) = boxes.open_(
        there.house, there.officers["chiang-mai"], there.clock(), there.row(kind="update").id
    )
    assert isinstance(said.packet, Update)
    assert said.packet.summary == seen.told
    whole = repr(packets.told(said.packet))
    assert not any(word in whole for word in ("Minh", "Sok", "Demonstration"))


def test_nothing_leaves_when_the_agreement_is_taken_back_before_it_is_posted(home: Home) -> None:
    home.take("mosvy", STEP, TO_THEM)
    home.take("mosvy", "withdraw_consent_to_follow_up", SPOKEN)
    home.two.exchange_all()
    assert home.two.chiang_mai.rows() == []
    assert home.line().not_sent == "no_consent"


def test_a_summary_that_left_is_taken_back_with_the_agreement_and_cannot_be_read_any_more(
    home: Home,
) -> None:
    home.take("mosvy", STEP, TO_THEM)
    home.two.bangkok.deliver()
    home.take("mosvy", "withdraw_consent_to_follow_up", SPOKEN)
    home.two.exchange_all()
    there = home.two.chiang_mai
    came = there.row(kind="update")
    assert came.state == "withdrawn"
    assert not boxes.page(there.house, there.officers["chiang-mai"], came.id).readable


def test_what_changed_since_it_was_shown_does_not_leave_and_neither_is_the_step_taken(home: Home) -> None:
    place, mosvy = home.two.bangkok, home.officers["mosvy"]
    version = place.case(home.reference).version
    also = attached(place.house, mosvy, place.clock(), STEP, TO_THEM, "something else")
    with pytest.raises(Invalid):
        take_step(place.house, mosvy, place.clock(), home.reference, STEP, version, TO_THEM, None, also)
    assert place.case(home.reference).version == version
    with place.house.doors.read() as session:
        assert session.exec(select(Summary)).all() == []


@pytest.mark.parametrize(
    "case",
    [
        {"what": "summary"},
        {"what": "question", "text": "how?"},
        {"what": "question", "about": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "summary": {}},
    ],
)
def test_an_update_says_what_belongs_to_it_and_nothing_else(case: dict[str, object]) -> None:
    with pytest.raises(BadPacket):
        packets.read("update", case)


def test_a_summary_has_no_room_for_a_sentence_or_a_name(home: Home) -> None:
    home.take("mosvy", STEP, TO_THEM)
    told = packets.as_said(home.line().told)
    beside: tuple[dict[str, object], ...] = ({"text": "She is well."}, {"person": {"names": []}})
    for more in beside:
        with pytest.raises(BadPacket):
            packets.read("update", {"what": "summary", "summary": told, **more})
    with pytest.raises(BadPacket):
        packets.read("update", {"what": "summary", "summary": {**told, "note": "x"}})
