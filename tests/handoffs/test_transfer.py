"""A case handed to another installation: who answers for it, and when that changes."""

import pytest
from sqlmodel import select

from repatriation.records.handoffs import Handoff
from repatriation.records.people import Person
from repatriation.records.sealing import Safe, cases_by_epoch, rewrap
from repatriation.work.cases import open_case
from repatriation.work.handoffs import boxes, composing, deciding
from repatriation.work.handoffs.deciding import Decided, Into
from repatriation.work.handoffs.drafts import Composed
from repatriation.work.particulars import Particulars
from repatriation.work.refusals import Invalid, NotFound
from repatriation.work.steps import take_step
from tests.fakes.papers import paper_for
from tests.handoffs.two import SOK, Place, Two


def test_responsibility_moves_at_the_signed_acceptance_and_not_before(two: Two) -> None:
    bangkok, chiang_mai = two.bangkok, two.chiang_mai
    reference = two.open_case()
    sent = two.send(reference)
    ours = bangkok.officers["bangkok"].organisation_id
    assert bangkok.deliver().delivered == 1
    assert bangkok.row(id=sent.id).state == "received"
    assert bangkok.case(reference).holder_id == ours
    came = chiang_mai.row()
    assert chiang_mai.answers(came.id) == [(bangkok.house.issuer, "received")]
    opened = deciding.accept(
        chiang_mai.house,
        chiang_mai.officers["chiang-mai"],
        chiang_mai.clock(),
        came.id,
        Into(stage="reported"),
    )
    assert bangkok.case(reference).holder_id == ours, "the acceptance is signed, and has not come yet"
    assert chiang_mai.deliver().delivered == 1
    assert bangkok.knows(reference)["host.protection"] == "chiang-mai"
    assert bangkok.case(reference).holder_id != ours
    for place, row in ((bangkok, sent), (chiang_mai, came)):
        assert place.answers(row.id)[-1] == (chiang_mai.house.issuer, "accepted")
    assert chiang_mai.case(opened).holder_id == chiang_mai.officers["chiang-mai"].organisation_id


def embassy_case(two: Two) -> str:
    """A return asked for by the embassy in Bangkok, whose national agrees to be protected by Thai offices."""
    new = SOK.model_copy(update={"stage": "requested", "organisation": None})
    return open_case(two.bangkok.house, two.bangkok.officers["embassy"], two.bangkok.clock(), new)


def from_embassy(two: Two, reference: str, step: str | None) -> Handoff:
    """A transfer by the embassy to the Thai office in Chiang Mai."""
    place, officer = two.bangkok, two.bangkok.officers["embassy"]
    composed = Composed(
        partner_id=place.partner_id(), kind="transfer", purpose="protection", asked="Protect.", step=step
    )
    drafted = composing.draft(place.house, officer, place.clock(), reference, composed)
    return place.row(jti=composing.send(place.house, officer, place.clock(), drafted))


def test_across_a_border_responsibility_goes_by_a_step_that_the_acceptance_brings(two: Two) -> None:
    reference = embassy_case(two)
    with pytest.raises(Invalid, match="kind: cannot_answer"):
        from_embassy(two, reference, None)
    with pytest.raises(Invalid, match="step: not_open"):
        from_embassy(two, reference, "presume")
    sent = from_embassy(two, reference, "refer_to_host")
    two.bangkok.deliver()
    place = two.chiang_mai
    came, actor = place.row(), place.officers["chiang-mai"]
    deciding.accept(place.house, actor, place.clock(), came.id, Into(stage="reported"))
    place.deliver()
    embassy = two.bangkok.officers["embassy"].organisation_id
    assert two.bangkok.case(reference).holder_id == embassy, "accepted, and the step is still owed"
    assert two.bangkok.deliver().carried == 0
    assert two.bangkok.row(id=sent.id).attention == "step_needs_paper"
    assert two.bangkok.case(reference).holder_id == embassy, "no step without its paper"
    with_its_paper(two.bangkok, reference, "refer_to_host", Particulars(organisation="chiang-mai"))
    two.pass_by(minutes=6)
    assert two.bangkok.deliver().carried == 1
    case = two.bangkok.case(reference)
    assert case.stage == "reported"
    assert two.bangkok.knows(reference)["host.protection"] == "chiang-mai"
    assert two.bangkok.answers(sent.id)[-1] == (place.house.issuer, "accepted")
    assert two.bangkok.deliver().carried == 0


def with_its_paper(place: Place, reference: str, action: str, given: Particulars) -> None:
    """The embassy's officer takes a step together with its paper."""
    officer, version = place.officers["embassy"], place.case(reference).version
    paper = paper_for(place.house, officer, place.clock(), reference, action, given)
    take_step(place.house, officer, place.clock(), reference, action, version, given, paper=paper)


def test_a_step_that_the_procedure_refuses_by_then_leaves_the_case_where_it_is(two: Two) -> None:
    reference = embassy_case(two)
    sent = from_embassy(two, reference, "refer_to_host")
    two.bangkok.deliver()
    here, embassy = two.bangkok, two.bangkok.officers["embassy"]
    version = here.case(reference).version
    take_step(here.house, embassy, here.clock(), reference, "end_request", version, Particulars(note="Gone."))
    place = two.chiang_mai
    came, actor = place.row(), place.officers["chiang-mai"]
    deciding.accept(place.house, actor, place.clock(), came.id, Into(stage="reported"))
    two.exchange_all()
    assert here.row(id=sent.id).attention == "step_refused"
    assert here.case(reference).stage == "lost_contact"
    assert [who for who, _ in here.answers(sent.id)] == [here.house.issuer]


def test_a_referral_asks_a_service_and_moves_nothing(two: Two) -> None:
    reference = two.open_case()
    sent = two.send(reference, "referral")
    two.bangkok.deliver()
    came = two.chiang_mai.row()
    place = two.chiang_mai
    deciding.accept(place.house, place.officers["chiang-mai"], place.clock(), came.id, Into(stage="reported"))
    two.exchange_all()
    assert two.bangkok.row(id=sent.id).state == "accepted"
    assert two.bangkok.case(reference).holder_id == two.bangkok.officers["bangkok"].organisation_id
    assert {who for who, _ in two.bangkok.answers(sent.id)} == {two.bangkok.house.issuer}
    assert {who for who, _ in place.answers(came.id)} == {two.bangkok.house.issuer}


def test_what_arrives_is_no_case_until_somebody_accepts_it(two: Two) -> None:
    two.send(two.open_case(), handling=("not_to_family",))
    two.bangkok.deliver()
    place = two.chiang_mai
    came = place.row()
    with place.house.doors.read() as session:
        assert session.exec(select(Person)).all() == []
    assert came.signed is not None
    assert b"Sok" not in came.signed
    actor = place.officers["chiang-mai"]
    reference = deciding.accept(place.house, actor, place.clock(), came.id, Into(stage="reported"))
    with place.house.doors.read() as session:
        person = session.exec(select(Person)).one()
        case = place.case(reference)
        assert Safe(place.house.keyring).key_of(case).open_from(person, "birthdate") == {
            "birthdate": "1996-02-29"
        }
    assert boxes.restrictions(place.house, actor, reference) == ("not_to_family",)


def test_what_a_sender_asks_of_whoever_handles_the_data_goes_on_with_it(two: Two) -> None:
    two.send(two.open_case(), handling=("women_only", "not_to_family"))
    two.bangkok.deliver()
    place = two.chiang_mai
    actor = place.officers["chiang-mai"]
    reference = deciding.accept(place.house, actor, place.clock(), place.row().id, Into(stage="reported"))
    agreed, version = "consent_to_protection", place.case(reference).version
    spoken = Particulars(language="km", how="spoken")
    paper = paper_for(place.house, actor, place.clock(), reference, agreed, spoken)
    take_step(place.house, actor, place.clock(), reference, agreed, version, spoken, paper=paper)
    composed = Composed(
        partner_id=place.partner_id(),
        kind="referral",
        purpose="protection",
        asked="A bed.",
        handling=("erase_when_done",),
    )
    drafted = composing.draft(place.house, actor, place.clock(), reference, composed)
    all_three = ["not_to_family", "women_only", "erase_when_done"]
    assert composing.preview(place.house, actor, drafted).packet.handling == all_three
    composing.send(place.house, actor, place.clock(), drafted)
    place.deliver()
    assert two.bangkok.row(direction="received", kind="referral").handling == all_three


def test_nobody_decides_twice(two: Two) -> None:
    two.send(two.open_case())
    two.bangkok.deliver()
    place = two.chiang_mai
    came, actor = place.row(), place.officers["chiang-mai"]
    deciding.decline(place.house, actor, place.clock(), came.id, "no_room", "All beds are taken.")
    with pytest.raises(Decided):
        deciding.accept(place.house, actor, place.clock(), came.id, Into(stage="reported"))
    with pytest.raises(Decided):
        deciding.decline(place.house, actor, place.clock(), came.id, "no_room")


def test_a_decline_comes_back_with_its_reason_and_calls_the_officer_who_sent_it(two: Two) -> None:
    reference = two.open_case()
    sent = two.send(reference)
    two.bangkok.deliver()
    place = two.chiang_mai
    came, actor = place.row(), place.officers["chiang-mai"]
    deciding.decline(place.house, actor, place.clock(), came.id, "no_room", "All beds are taken.")
    two.exchange_all()
    row = two.bangkok.row(id=sent.id)
    assert (row.state, row.reason, row.attention) == ("declined", "no_room", "declined")
    assert two.bangkok.told() == ["declined"]
    assert two.bangkok.case(reference).holder_id == two.bangkok.officers["bangkok"].organisation_id
    said = boxes.open_(two.bangkok.house, two.bangkok.officers["bangkok"], two.bangkok.clock(), sent.id)
    assert said[0].note == {"note": "All beds are taken.", "by": "Officer chiang-mai"}
    assert place.row(id=came.id).wrapped_key == b"", "what was declined cannot be read there any more"


def test_another_organisation_sees_nothing_of_it(two: Two) -> None:
    sent = two.send(two.open_case())
    two.bangkok.deliver()
    for place in (two.bangkok, two.chiang_mai):
        stranger = place.officers["embassy"]
        assert boxes.box(place.house, stranger, "sent") == ()
        assert boxes.box(place.house, stranger, "received") == ()
        row = place.rows()[0]
        with pytest.raises(NotFound):
            boxes.page(place.house, stranger, row.id)
        with pytest.raises(NotFound):
            boxes.open_(place.house, stranger, place.clock(), row.id)
    assert sent.organisation_id is not None


def test_what_is_sealed_in_a_handoff_outlives_the_keys_it_was_wrapped_under(two: Two) -> None:
    sent = two.send(two.open_case())
    house = two.bangkok.house
    before = house.keyring.epoch
    house.keyring.rotate()
    with house.doors.act() as session:
        assert rewrap(session, house.keyring) == 0
    house.keyring.retire(before)
    two.bangkok.deliver()
    assert two.bangkok.row(id=sent.id).state == "received"
    with house.doors.read() as session:
        assert cases_by_epoch(session) == {before + 1: 2}
