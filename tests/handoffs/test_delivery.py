"""Delivery when things go wrong: nothing is lost, nothing is doubled, and a person is told at the end."""

from datetime import timedelta

import pytest
from sqlmodel import select

from partners import cards, envelope, jose
from partners.delivery import Letter, Outcome
from repatriation.records.handoffs import Exchange, HandoffReceipt
from repatriation.records.outbox import Outbox
from repatriation.work.handoffs import deciding, delivering
from repatriation.work.handoffs.deciding import Into
from repatriation.work.handoffs.post import DELIVER
from repatriation.work.partners import registering
from tests.handoffs.two import Place, Two, bad_line

DOWN = bad_line(lambda method, url: "down")
RECEIPT_LOST = bad_line(lambda method, url: "lost" if url.endswith("/deliver") else None)


def queued(place: Place) -> Outbox:
    """The newest envelope in the outbox."""
    with place.house.doors.read() as session:
        rows = session.exec(select(Outbox).where(Outbox.kind == DELIVER)).all()
    return max(rows, key=lambda row: row.id)


def arrived(place: Place) -> int:
    """How many envelopes came here, by the log of what passed."""
    with place.house.doors.read() as session:
        return len(session.exec(select(Exchange).where(Exchange.direction == "received")).all())


def test_a_receiver_that_is_down_for_days_gets_it_once_it_is_back(two: Two) -> None:
    two.send(two.open_case())
    waits = []
    for _ in range(9):
        before = two.bangkok.clock()
        assert two.bangkok.deliver(dial=DOWN).put_off == 1
        waits.append(queued(two.bangkok).run_at - before)
        assert two.bangkok.deliver(dial=DOWN).put_off == 0, "it is not due before its time"
        two.pass_by(seconds=waits[-1].total_seconds())
    minutes = [1, 5, 15, 60, 240, 360, 360, 360, 360]
    assert waits == [timedelta(minutes=each) for each in minutes]
    assert two.bangkok.deliver().delivered == 1
    assert arrived(two.chiang_mai) == 1


def test_a_lost_receipt_is_asked_for_again_and_is_the_very_same(two: Two) -> None:
    two.send(two.open_case())
    assert two.bangkok.deliver(dial=RECEIPT_LOST).put_off == 1
    assert arrived(two.chiang_mai) == 1
    assert two.bangkok.row().state == "queued"
    two.pass_by(minutes=1)
    assert two.bangkok.deliver().delivered == 1
    assert arrived(two.chiang_mai) == 1
    texts = set()
    for place in (two.bangkok, two.chiang_mai):
        with place.house.doors.read() as session:
            texts |= {row.text for row in session.exec(select(HandoffReceipt)).all()}
    assert len(texts) == 1


def test_what_a_killed_process_had_taken_up_is_sent_when_its_lease_is_over(two: Two) -> None:
    two.send(two.open_case())
    delivering._claim(two.bangkok.house, two.bangkok.clock(), 10)
    assert two.bangkok.deliver().delivered == 0
    two.pass_by(minutes=16)
    assert two.bangkok.deliver().delivered == 1


def test_a_process_that_outlived_its_lease_changes_nothing_that_another_settled(two: Two) -> None:
    two.send(two.open_case())
    house, now = two.bangkok.house, two.bangkok.clock()
    slow = delivering._claim(house, now, 10)
    two.pass_by(minutes=16)
    assert two.bangkok.deliver().delivered == 1
    late = delivering._send_all(house, two.bangkok.clock(), slow, two.bangkok.dial)
    for one, came in late:
        delivering._settle(house, two.bangkok.clock(), one, came, lambda: 0.5)
    assert queued(two.bangkok).state == "sent"
    assert arrived(two.chiang_mai) == 1
    with house.doors.read() as session:
        assert len(session.exec(select(HandoffReceipt)).all()) == 1


def test_each_try_seals_the_same_signed_text_anew(two: Two) -> None:
    sent = two.send(two.open_case())
    house = two.bangkok.house
    claimed = delivering._claim(house, two.bangkok.clock(), 1)
    letter = delivering._letter(house, two.bangkok.clock(), claimed[0])
    assert not isinstance(letter, Outcome)
    first, second = (envelope.seal(letter.text, letter.keys[-1]) for _ in range(2))
    assert first != second
    keys = two.chiang_mai.house.keyring.instance_keys().encryption_keys(two.bangkok.clock())
    for sealed in (first, second):
        text = jose.decrypt(sealed, keys, envelope.TYPE, envelope.SIGNED)
        assert jose.digest(text) == sent.digest


def test_a_key_that_the_receiver_changed_meanwhile_still_opens(two: Two) -> None:
    two.send(two.open_case())
    two.bangkok.deliver(dial=DOWN)
    two.chiang_mai.house.keyring.add_partner_key("encryption", two.chiang_mai.clock())
    two.pass_by(days=10)
    assert two.bangkok.deliver().delivered == 1


def card_of(place: Place) -> str:
    """The card that an installation gives of itself now."""
    place.clock.pass_by(seconds=1)  # a card must be newer than the last
    keys = place.house.keyring.instance_keys()
    asked = ("handoff:send", "handoff:receive", "handoff:decide")
    return cards.write(place.house.issuer, "Installation", keys, place.clock(), asked=asked)


def test_keys_changed_by_a_card_during_the_tries_are_used_at_the_next(two: Two) -> None:
    sent = two.send(two.open_case())
    two.bangkok.deliver(dial=DOWN)
    keyring = two.chiang_mai.house.keyring
    made = [keyring.add_partner_key(name, two.chiang_mai.clock()) for name in ("encryption", "envelope")]
    card = card_of(two.chiang_mai)
    assert registering.import_card(two.bangkok.house, None, two.bangkok.clock(), card) == "keys_changed"
    two.pass_by(days=13)
    claimed = delivering._claim(two.bangkok.house, two.bangkok.clock() + timedelta(hours=6), 1)
    letter = delivering._letter(two.bangkok.house, two.bangkok.clock(), claimed[0])
    assert isinstance(letter, Letter)
    assert letter.keys[-1].kid == made[0].kid
    two.pass_by(hours=7)
    assert two.bangkok.deliver().delivered == 1
    assert two.bangkok.row(id=sent.id).state == "received"
    with two.bangkok.house.doors.read() as session:
        receipt = session.exec(select(HandoffReceipt.text)).one()
    assert jose.signer_of(receipt)[0] == made[1].kid


def test_a_receipt_by_a_key_that_is_not_known_counts_only_when_its_card_was_taken(two: Two) -> None:
    sent = two.send(two.open_case())
    keyring = two.chiang_mai.house.keyring
    keyring.add_partner_key("envelope", two.chiang_mai.clock())
    card = card_of(two.chiang_mai)
    two.pass_by(days=8)
    for _ in range(3):
        assert two.bangkok.deliver().put_off == 1
        two.pass_by(hours=5)
    assert two.bangkok.told() == ["undeliverable"]
    assert registering.import_card(two.bangkok.house, None, two.bangkok.clock(), card) == "keys_changed"
    assert two.bangkok.deliver().delivered == 1
    assert two.bangkok.row(id=sent.id).state == "received"
    assert arrived(two.chiang_mai) == 1


@pytest.mark.parametrize("seconds", [70, -70])
def test_clocks_seventy_seconds_apart_are_no_hindrance(two: Two, seconds: int) -> None:
    two.chiang_mai.clock.pass_by(seconds=seconds)
    sent = two.send(two.open_case())
    assert two.bangkok.deliver().delivered == 1
    place = two.chiang_mai
    came, actor = place.row(jti=sent.jti), place.officers["chiang-mai"]
    deciding.accept(place.house, actor, place.clock(), came.id, Into(stage="reported"))
    assert place.deliver().delivered == 1
    assert two.bangkok.row(id=sent.id).state == "accepted"


def test_nothing_is_sent_to_a_suspended_partner_and_it_goes_on_when_it_may(two: Two) -> None:
    sent = two.send(two.open_case())
    two.bangkok.suspend()
    assert two.bangkok.deliver().delivered == 0
    two.bangkok.resume()
    assert two.bangkok.deliver().delivered == 1
    assert two.bangkok.row(id=sent.id).state == "received"


def test_a_partner_that_suspended_us_is_tried_on_and_a_person_is_told(two: Two) -> None:
    two.send(two.open_case())
    two.chiang_mai.suspend()
    for _ in range(4):
        assert two.bangkok.deliver().put_off == 1
        two.pass_by(hours=5)
    assert two.bangkok.told() == ["undeliverable"]
    two.chiang_mai.resume()
    assert two.bangkok.deliver().delivered == 1


def test_after_fourteen_days_a_person_is_told_and_nothing_is_sent_any_more(two: Two) -> None:
    reference = two.open_case()
    sent = two.send(reference)
    for _ in range(3):
        two.bangkok.deliver(dial=DOWN)
        two.pass_by(days=5)
    assert two.bangkok.deliver().expired == 1
    row = two.bangkok.row(id=sent.id)
    assert (row.state, row.attention) == ("expired", "expired")
    assert two.bangkok.told() == ["expired"]
    assert queued(two.bangkok).state == "dead"
    assert two.bangkok.case(reference).holder_id == two.bangkok.officers["bangkok"].organisation_id
    assert arrived(two.chiang_mai) == 0


def test_what_nobody_decided_in_time_is_over_at_both_ends_and_cannot_be_read_there(two: Two) -> None:
    two.send(two.open_case())
    two.bangkok.deliver()
    two.pass_by(days=14)
    two.bangkok.deliver()
    two.chiang_mai.deliver()
    assert two.bangkok.row().state == "expired"
    assert two.chiang_mai.row().state == "expired"
    assert two.chiang_mai.row().wrapped_key == b""
    assert two.chiang_mai.told() == ["arrived", "expired"]


def test_an_acceptance_that_was_signed_in_time_counts_though_it_comes_late(two: Two) -> None:
    reference = two.open_case()
    sent = two.send(reference)
    two.bangkok.deliver()
    two.pass_by(days=13)
    place = two.chiang_mai
    deciding.accept(
        place.house, place.officers["chiang-mai"], place.clock(), place.row().id, Into(stage="reported")
    )
    place.deliver(dial=DOWN)
    two.pass_by(days=2)
    two.bangkok.deliver()
    assert two.bangkok.row(id=sent.id).state == "expired"
    place.deliver()
    assert two.bangkok.row(id=sent.id).state == "accepted"
    assert two.bangkok.knows(reference)["host.protection"] == "chiang-mai"


def test_when_one_partner_is_away_the_rest_of_its_letters_wait_untried(two: Two) -> None:
    for _ in range(3):
        two.send(two.open_case())
    tried = []

    def wrong(method: str, url: str) -> str:
        tried.append(url)
        return "down"

    assert two.bangkok.deliver(dial=bad_line(wrong)).put_off == 3
    assert len(tried) == 1
