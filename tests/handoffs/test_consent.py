"""Nothing leaves without the person's agreement, and what left is taken back together with it."""

import pytest

from partners import envelope
from partners.packets import KeptBack
from repatriation.work.handoffs import boxes, composing, deciding, receiving, withdrawing
from repatriation.work.handoffs.deciding import Decided, Into
from repatriation.work.handoffs.post import signed_text
from repatriation.work.particulars import Particulars
from repatriation.work.partners import registry
from repatriation.work.partners.registry import Program
from repatriation.work.refusals import Invalid
from repatriation.work.steps import take_step
from tests.fakes.papers import paper_for
from tests.handoffs.test_delivery import DOWN, RECEIPT_LOST, arrived
from tests.handoffs.two import Two

SPOKEN = Particulars(language="km", how="spoken")


def step(two: Two, reference: str, action: str, given: Particulars = SPOKEN) -> None:
    """A step taken in Bangkok."""
    place, officer = two.bangkok, two.bangkok.officers["bangkok"]
    version = place.case(reference).version
    paper = paper_for(place.house, officer, place.clock(), reference, action, given)
    take_step(place.house, officer, place.clock(), reference, action, version, given, paper=paper)


def test_a_packet_is_what_the_purpose_opens_and_says_what_it_keeps_back(two: Two) -> None:
    reference = two.open_case()
    drafted = two.draft(reference, held_back=("gender",))
    shown = composing.preview(two.bangkok.house, two.bangkok.officers["bangkok"], drafted)
    sent = shown.packet.person.model_dump(exclude_none=True)
    assert sent == {
        "names": [{"script": "latn", "given": "Minh Demonstration", "family": "Sok"}],
        "birthdate": "1996-02-29",
        "birth_year_estimated": False,
        "citizenship": ["KHM"],
        "primary_language": "km",
        "trafficking_status": "presumed",
        "vulnerabilities": ["debt"],
    }
    assert shown.kept_back == (
        KeptBack("contacts", "purpose"),
        KeptBack("gender", "officer"),
        KeptBack("identity_number", "purpose"),
    )
    assert shown.packet.consent is not None
    assert (shown.packet.consent.name, shown.packet.consent.language) == ("protection", "km")


def test_what_is_delivered_is_exactly_what_was_shown(two: Two) -> None:
    drafted = two.draft(two.open_case())
    place = two.bangkok
    shown = composing.preview(place.house, place.officers["bangkok"], drafted)
    composing.send(place.house, place.officers["bangkok"], place.clock(), drafted)
    place.deliver()
    there = two.chiang_mai
    said = boxes.open_(there.house, there.officers["chiang-mai"], there.clock(), there.row().id)
    assert said[0].packet == shown.packet


def test_without_live_consent_for_that_purpose_nothing_is_even_laid_out(two: Two) -> None:
    reference = two.open_case()
    for purpose in ("sharing", "return", "notification"):
        with pytest.raises(Invalid, match="purpose: no_consent"):
            two.draft(reference, purpose=purpose)
    step(two, reference, "withdraw_consent_to_protection")
    with pytest.raises(Invalid, match="purpose: no_consent"):
        two.draft(reference)


def test_a_draft_does_not_leave_once_the_person_takes_back_the_agreement(two: Two) -> None:
    reference = two.open_case()
    drafted = two.draft(reference)
    step(two, reference, "withdraw_consent_to_protection")
    place = two.bangkok
    with pytest.raises(Invalid, match="purpose: no_consent"):
        composing.send(place.house, place.officers["bangkok"], place.clock(), drafted)
    assert place.deliver().delivered == 0


def test_what_waits_to_go_when_the_consent_ends_never_leaves(two: Two) -> None:
    reference = two.open_case()
    two.send(reference)
    step(two, reference, "withdraw_consent_to_protection")
    assert two.bangkok.deliver().withdrawn == 1
    two.exchange_all()
    assert arrived(two.chiang_mai) == 0
    assert two.bangkok.row().state == "withdrawn"


def test_a_consent_taken_back_while_a_transfer_is_in_flight_withdraws_it_at_once(two: Two) -> None:
    reference = two.open_case()
    sent = two.send(reference)
    two.bangkok.deliver()
    came = two.chiang_mai.row()
    step(two, reference, "withdraw_consent_to_protection")
    place = two.chiang_mai
    # The acceptance is signed before the withdrawal comes: they cross.
    actor = place.officers["chiang-mai"]
    deciding.accept(place.house, actor, place.clock(), came.id, Into(stage="reported"))
    place.deliver()
    assert two.bangkok.case(reference).holder_id == two.bangkok.officers["bangkok"].organisation_id
    two.exchange_all()
    row = two.bangkok.row(id=sent.id)
    assert row.state == "withdrawn"
    assert two.bangkok.told() == ["accepted_after_withdrawal", "consent_withdrawn"]
    for at, handoff in ((two.bangkok, sent), (place, came)):
        assert at.answers(handoff.id)[-1][0] == two.bangkok.house.issuer


def test_a_withdrawal_makes_the_packet_unreadable_and_a_person_must_say_it_was_seen(two: Two) -> None:
    reference = two.open_case()
    sent = two.send(reference)
    two.bangkok.deliver()
    place = two.bangkok
    withdrawing.withdraw(place.house, place.officers["bangkok"], place.clock(), sent.id, "sent_in_error")
    place.deliver()
    there = two.chiang_mai
    came, withdrawal = there.row(kind="transfer"), there.row(kind="withdrawal")
    assert (came.state, came.wrapped_key) == ("withdrawn", b"")
    with pytest.raises(Decided):
        deciding.accept(
            there.house, there.officers["chiang-mai"], there.clock(), came.id, Into(stage="reported")
        )
    assert withdrawal.waiting
    deciding.acknowledge(there.house, there.officers["chiang-mai"], there.clock(), withdrawal.id)
    two.exchange_all()
    assert two.bangkok.row(kind="withdrawal").state == "accepted"


def test_a_withdrawal_that_overtakes_what_it_takes_back_still_counts(two: Two) -> None:
    sent = two.send(two.open_case())
    place = two.bangkok
    place.deliver(dial=DOWN)
    letter = _letter_of(two)
    withdrawing.withdraw(place.house, place.officers["bangkok"], place.clock(), sent.id, "not_needed")
    place.deliver()
    assert [row.kind for row in two.chiang_mai.rows()] == ["withdrawal"]
    # The first try was only slow, and comes now.
    there = two.chiang_mai
    program = _program_of(two)
    assert program.actor is not None
    receiving.receive(there.house, program.actor, there.clock(), program.sender, letter)
    came = there.row(kind="transfer")
    assert (came.state, came.waiting, came.wrapped_key) == ("withdrawn", False, b"")


def test_a_lost_receipt_and_then_a_withdrawal_leaves_nothing_behind(two: Two) -> None:
    reference = two.open_case()
    two.send(reference)
    two.bangkok.deliver(dial=RECEIPT_LOST)
    step(two, reference, "withdraw_consent_to_protection")
    two.exchange_all()
    assert two.chiang_mai.row(kind="transfer").state == "withdrawn"


def test_an_agreement_that_ran_out_before_the_first_try_lets_nothing_leave(two: Two) -> None:
    reference = two.open_case()
    until = two.bangkok.clock().replace(hour=23)
    step(two, reference, "withdraw_consent_to_protection")
    step(two, reference, "consent_to_protection", SPOKEN.model_copy(update={"until": until}))
    two.send(reference)
    two.pass_by(days=1)
    assert two.bangkok.deliver().withdrawn == 1
    assert two.bangkok.row().reason == "consent_ended"
    assert arrived(two.chiang_mai) == 0


def _letter_of(two: Two) -> str:
    """What would have been sent, sealed to Chiang Mai."""
    keys = two.chiang_mai.house.keyring.instance_keys().encryption_keys(two.chiang_mai.clock())
    return envelope.seal(signed_text(two.bangkok.house, two.bangkok.row()), keys[0])


def _program_of(two: Two) -> Program:
    """Bangkok's program, as Chiang Mai knows it."""
    found = registry.find(two.chiang_mai.house, two.chiang_mai.client_id())
    assert found is not None
    return found
