"""What handoffs said is destroyed some time after all of it is finished, and the proof stays."""

from dataclasses import replace

import pytest
from sqlmodel import select

from partners import jose
from repatriation.records.cases import CaseFile
from repatriation.records.handoffs import Exchange, Handoff, HandoffFile, HandoffReceipt
from repatriation.records.outbox import JobRun
from repatriation.records.partners import Partner
from repatriation.work.handoffs import boxes, composing, deciding, outcome, withdrawing
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.drafts import File
from repatriation.work.handoffs.retention import shred_finished
from repatriation.work.house import Keeping
from repatriation.work.refusals import Invalid
from repatriation.work.telling.chores import do_chores
from tests.handoffs.test_api import PDF
from tests.handoffs.two import Place, Two


def declined(two: Two) -> Handoff:
    """A referral that was declined there, which an officer here has seen."""
    sent = two.send(two.open_case(), "referral")
    two.bangkok.deliver()
    place = two.chiang_mai
    deciding.decline(place.house, place.officers["chiang-mai"], place.clock(), place.row().id, "no_room")
    two.exchange_all()
    deciding.seen(two.bangkok.house, two.bangkok.officers["bangkok"], two.bangkok.clock(), sent.id)
    return sent


def accepted(two: Two, kind: str) -> tuple[Handoff, str]:
    """A handoff with a file that was accepted there, and the case's reference there."""
    drafted = two.draft(two.open_case(), kind, files=(File("A paper.pdf", PDF),))
    here, place = two.bangkok, two.chiang_mai
    jti = composing.send(here.house, here.officers["bangkok"], here.clock(), drafted)
    here.deliver()
    actor = place.officers["chiang-mai"]
    reference = deciding.accept(place.house, actor, place.clock(), place.row().id, Into(stage="reported"))
    two.exchange_all()
    return here.row(jti=jti), reference


def shred(place: Place) -> int:
    """What the clock does once a day."""
    return shred_finished(place.house, place.clock())


def readable(place: Place, handoff_id: str) -> bool:
    """Whether what a handoff said can be opened."""
    return bool(boxes.page(place.house, place.officers["bangkok"], handoff_id).readable)


def close(place: Place, reference: str) -> None:
    """The case has ended."""
    with place.house.doors.act() as session:
        case = session.exec(select(CaseFile).where(CaseFile.reference == reference)).one()
        case.closed_at = place.clock()


def test_a_declined_handoff_is_destroyed_after_its_time_and_its_proof_stays(two: Two) -> None:
    sent, here = declined(two), two.bangkok
    two.pass_by(days=89)
    assert shred(here) == 0
    two.pass_by(days=1, hours=1)
    with here.house.doors.read() as session:
        mine = select(HandoffReceipt).where(HandoffReceipt.handoff_id == sent.id)
        receipts = {row.state: row.text for row in session.exec(mine).all()}
        log = len(session.exec(select(Exchange)).all())
    assert (shred(here), shred(here)) == (1, 0)
    row = here.row(id=sent.id)
    assert (row.shredded_at, row.signed, row.wrapped_key) == (here.clock(), None, b"")
    assert [each.wrapped_key for each in here.rows(about=sent.jti)] == [b""]
    assert boxes.open_(here.house, here.officers["bangkok"], here.clock(), sent.id) == ()
    with here.house.doors.read() as session:
        assert len(session.exec(select(Exchange)).all()) == log
        partner = session.get_one(Partner, row.partner_id)
        proved = outcome.read_receipt(here.house, row, partner, receipts["declined"])
    assert (proved.state, proved.sha256) == ("declined", sent.digest)
    assert jose.signer_of(receipts["received"])[1]["sha256"] == sent.digest


def test_what_calls_a_person_or_waits_for_one_is_not_destroyed(two: Two) -> None:
    here, place = two.bangkok, two.chiang_mai
    undecided = two.send(two.open_case(), "referral")
    here.deliver()
    two.pass_by(days=13)
    assert (shred(here), shred(place)) == (0, 0)
    two.pass_by(days=400)
    two.exchange_all()  # its time is over, and people are told
    assert here.row(id=undecided.id).state == "expired"
    assert shred(here) == 0
    deciding.seen(here.house, here.officers["bangkok"], here.clock(), undecided.id)
    assert shred(here) == 1


def test_a_withdrawal_that_was_not_confirmed_keeps_what_it_is_about(two: Two) -> None:
    here, place = two.bangkok, two.chiang_mai
    sent, _ = accepted(two, "referral")
    withdrawing.withdraw(here.house, here.officers["bangkok"], here.clock(), sent.id, "sent_in_error")
    here.deliver()
    two.pass_by(days=10)
    assert (shred(here), shred(place)) == (0, 0)
    actor = place.officers["chiang-mai"]
    deciding.acknowledge(place.house, actor, place.clock(), place.row(kind="withdrawal").id)
    two.exchange_all()
    two.pass_by(days=91)
    assert shred(here) == 1


def test_what_was_accepted_is_kept_with_its_files_while_the_case_is_open(two: Two) -> None:
    here, place = two.bangkok, two.chiang_mai
    sent, there = accepted(two, "referral")
    two.pass_by(days=400)
    assert (shred(here), shred(place)) == (0, 0)
    withdrawing.correct(here.house, here.officers["bangkok"], here.clock(), sent.id, "Now in order.")
    two.exchange_all()
    actor = place.officers["chiang-mai"]
    deciding.acknowledge(place.house, actor, place.clock(), place.row(kind="update").id)
    two.exchange_all()
    close(place, there)
    two.pass_by(days=89)
    assert shred(place) == 0
    two.pass_by(days=2)
    assert shred(place) == 1
    with place.house.doors.read() as session:
        file = session.exec(select(HandoffFile)).one()
    assert (file.name, file.key, file.content, file.size > 0) == (None, None, None, True)


def test_whoever_has_handed_a_case_over_keeps_what_was_sent_no_longer(two: Two) -> None:
    here = two.bangkok
    sent, _ = accepted(two, "transfer")
    two.pass_by(days=91)
    assert shred(here) == 1
    with pytest.raises(Invalid):
        withdrawing.correct(here.house, here.officers["bangkok"], here.clock(), sent.id, "Once more.")
    assert here.row(id=sent.id).state == "accepted"


def test_the_clock_does_it_once_a_day_after_the_days_that_were_set(two: Two) -> None:
    sent, here = declined(two), two.bangkok
    here.house = replace(here.house, keeping=Keeping(10, assumed=False))
    two.pass_by(days=11)
    assert "shred_handoffs" in do_chores(here.house, here.clock())
    assert not readable(here, sent.id)
    with here.house.doors.read() as session:
        assert session.get_one(JobRun, ("shred_handoffs", f"{here.clock():%Y-%m-%d}")).done_at
