"""The paper of a step that does not count with the other installation counts nowhere."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from partners.packets import Handing
from partners.steps import Standing as StandingTold
from repatriation.bench.border import Installation
from repatriation.records.federation import MirrorStep
from repatriation.records.handoffs import Handoff
from repatriation.records.notices import Notice
from repatriation.records.papers import PaperRevocation
from repatriation.records.partners import Partner
from repatriation.records.trail import Trail
from repatriation.work.federation import pairing
from repatriation.work.newcase import AccountEntered, PersonEntered
from repatriation.work.papers.archive import papers_of
from repatriation.work.papers.issuing import code_of
from repatriation.work.papers.proof import Standing, by_number
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.steps import take_step
from repatriation.work.telling.rounds import tick
from sop import vocabulary as words
from tests.fakes.papers import paper_for
from tests.fakes.press import workshop
from tests.federation.conftest import Pair
from tests.federation.test_agreement import act, both, elsewhere
from tests.federation.test_pages import SignIn, sign_in, text_of
from tests.federation.test_wire import told
from tests.web.conftest import quick_passwords

__all__ = ["quick_passwords", "sign_in"]


def with_paper(pair: Pair, place: Installation, name: str, organisation: str) -> str:
    """Take an act together with its paper; gives the paper's number."""
    place.house = replace(place.house, papers=workshop())
    place.app.extensions["house"] = place.house
    reference = pair.here if place is pair.host else pair.there
    actor, now = place.actors[organisation], place.clock()
    lapses = pair.procedure.actions[name].lapses == words.AS_RECORDED
    given = Particulars(until=now + timedelta(days=90)) if lapses else NOTHING
    paper = paper_for(place.house, actor, now, reference, name, given)
    assert paper is not None
    version = place.case(reference).version
    take_step(place.house, actor, now, reference, name, version, given, paper=paper)
    return paper.number


def checked(place: Installation, number: str) -> Standing:
    """What somebody is told who has the paper in hand."""
    return by_number(place.house, place.clock(), number, code_of(place.house.keyring, number))


@pytest.fixture
def refused(pair: Pair) -> str:
    """The number of a travel document whose step Bangkok refuses, for the person no longer agrees."""
    rest = pair.cross()
    pair.go_on(rest, "accept_return")
    pair.wrong.update({"Phnom Penh": "down", "Bangkok": "down"})
    act(pair, pair.host, "withdraw_consent", "datip")
    number = with_paper(pair, pair.home, "issue_travel_document", "khm-embassy-bangkok")
    assert checked(pair.home, number) is Standing.VALID
    pair.exchange()
    assert checked(pair.home, number) is Standing.VALID
    pair.wrong.clear()
    pair.pass_by(hours=1)
    pair.exchange()
    assert both(pair) == ("acceptance_received", "acceptance_received")
    return number


def test_the_paper_of_a_step_that_is_undone_is_revoked_with_it(pair: Pair, refused: str) -> None:
    assert checked(pair.home, refused) is Standing.REVOKED
    with pair.home.house.doors.read() as session:
        row = session.get_one(PaperRevocation, refused)
        assert (row.reason, row.officer_id) == ("step_undone", None)
        chain = pair.home.case(pair.there).id
        event = session.exec(select(Trail).where(Trail.chain == chain, Trail.tag == "paper:revoked")).one()
    assert event.detail == {"number": refused, "kind": "travel_document", "reason": "step_undone"}
    assert event.officer_id is None
    assert lacking(pair) == []


def test_a_paper_counts_no_more_as_soon_as_its_step_does_not_fit_and_is_made_anew_if_it_comes_to_count(
    pair: Pair,
) -> None:
    rest = pair.cross()
    pair.go_on(rest, "accept_return")
    pair.wrong.update({"Phnom Penh": "down", "Bangkok": "down"})
    act(pair, pair.host, "withdraw_consent", "datip")
    number = with_paper(pair, pair.home, "issue_travel_document", "khm-embassy-bangkok")
    pair.exchange()
    pair.wrong.pop("Phnom Penh")
    pair.pass_by(hours=1)
    pair.exchange()
    # Bangkok has not heard of the step yet, but it does not fit on what came from there.
    assert pair.home.case(pair.there).stage == "acceptance_received"
    assert checked(pair.home, number) is Standing.REVOKED
    assert "paper_of_ours_revoked" in told(pair, "Phnom Penh")
    assert lacking(pair) == []
    # The person agrees again before Bangkok hears of it, and so it counts: it needs a paper again.
    act(pair, pair.host, "consent_to_return", "datip")
    act(pair, pair.host, "lift_hold_consent", "datip")
    pair.exchange()
    pair.wrong.clear()
    pair.pass_by(hours=7)
    pair.exchange()
    assert both(pair) == ("documents_ready", "documents_ready")
    assert lacking(pair) == ["issue_travel_document"]


def lacking(pair: Pair) -> list[str]:
    """The steps of the embassy for which a paper can be made now."""
    embassy = pair.home.actors["khm-embassy-bangkok"]
    found = papers_of(pair.home.house, embassy, pair.there).lacking
    return [each.action for each in found if each.action == "issue_travel_document"]


def test_the_step_is_taken_anew_with_a_new_paper(pair: Pair, refused: str) -> None:
    act(pair, pair.host, "consent_to_return", "datip")
    act(pair, pair.host, "lift_hold_consent", "datip")
    pair.exchange()
    again = with_paper(pair, pair.home, "issue_travel_document", "khm-embassy-bangkok")
    pair.exchange()
    assert both(pair) == ("documents_ready", "documents_ready")
    assert (checked(pair.home, refused), checked(pair.home, again)) == (Standing.REVOKED, Standing.VALID)


def test_the_people_of_both_sides_are_told_and_see_which_paper_it_is(
    pair: Pair, refused: str, sign_in: SignIn
) -> None:
    assert "paper_of_ours_revoked" in told(pair, "Phnom Penh")
    assert "paper_of_theirs_revoked" in told(pair, "Bangkok")
    for place, kind in ((pair.home, "paper:revoked"), (pair.host, "paper:revoked:there")):
        tick(place.house, place.clock())
        with place.house.doors.read() as session:
            notices = session.exec(select(Notice).where(Notice.kind == kind)).all()
        assert notices
    embassy = sign_in(pair.home, "khm-embassy-bangkok")
    assert f"Its paper is revoked: {refused}" in text_of(embassy, f"/cases/{pair.there}/elsewhere")
    papers = text_of(embassy, f"/cases/{pair.there}/papers")
    assert "The step that it was issued with does not count" in papers
    assert "A paper counts no more" in text_of(embassy, "/inbox")
    assert "its paper is revoked" in text_of(embassy, "/handoffs")
    officer = sign_in(pair.host, "datip")
    assert "that counts no more" in text_of(officer, f"/cases/{pair.here}/elsewhere")
    assert "A paper of the other country counts no more" in text_of(officer, "/inbox")


def test_what_counted_here_alone_is_undone_when_the_case_is_taken_over(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    pair.wrong["Phnom Penh"] = "down"
    number = with_paper(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    assert pair.host.order(pair.here)[-1][2]
    take_over_at_the_host(pair)
    assert pair.host.case(pair.here).stage == "origin_notified"
    assert checked(pair.host, number) is Standing.REVOKED
    assert "paper_of_ours_revoked" in told(pair, "Bangkok")
    (line,) = elsewhere(pair, pair.host, "datip").refused
    assert (line.action, line.reasons, line.revoked) == (
        "request_verification",
        (("renewed", ""),),
        (number,),
    )


def test_the_next_step_after_what_was_undone_follows_what_the_other_side_has_heard(pair: Pair) -> None:
    rest = pair.cross()
    pair.go_on(rest, "notify_origin")
    pair.wrong["Phnom Penh"] = "down"
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    take_over_at_the_host(pair)
    act(pair, pair.host, "request_verification", "datip")
    pair.exchange()
    with pair.host.house.doors.read() as session:
        ours = select(MirrorStep.seq).where(MirrorStep.ours == True, MirrorStep.state == "counted")  # noqa: E712
        numbers = sorted(int(seq or 0) for seq in session.exec(ours).all())
    heard = pair.home.mirror(pair.there).heard
    assert numbers == list(range(heard - len(numbers) + 2, heard + 2))


def take_over_at_the_host(pair: Pair) -> None:
    """Bangkok takes the case over as it stands in Phnom Penh, which has not heard of the last step."""
    place, there = pair.host, pair.home.mirror(pair.there)
    told = {**there.view, "number": 9, "taken": there.taken, "heard": there.heard}
    standing = StandingTold.model_validate(told)
    packet = Handing(reference=pair.there, procedure=pair.procedure.digest, standing=standing)
    with place.house.doors.act() as session:
        row = session.get_one(Handoff, place.mirror(pair.here).handoff_id)
        partner = session.get_one(Partner, row.partner_id)
        actor, now = place.actors["datip"], place.clock()
        pairing.take_up(
            session, place.house, actor, now, row, partner, packet, PersonEntered(), AccountEntered()
        )
