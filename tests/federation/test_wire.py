"""The line between the two is as bad as lines are: nothing is lost, nothing doubled, and people are told."""

from datetime import timedelta

import pytest
from sqlmodel import select

from repatriation.bench import border
from repatriation.records.handoffs import Exchange, Handoff
from repatriation.records.outbox import Outbox
from repatriation.work.federation import showing
from repatriation.work.partners import approval, registering
from tests.federation.conftest import Pair


def nothing_doubled(pair: Pair) -> None:
    """Each message came once, and each step has one place in the order."""
    for place, reference in ((pair.host, pair.here), (pair.home, pair.there)):
        with place.house.doors.read() as session:
            came = session.exec(select(Exchange.jti).where(Exchange.direction == "received")).all()
        assert len(came) == len(set(came))
        numbers = [number for number, _, _ in place.order(reference)]
        assert numbers == list(range(1, len(numbers) + 1))


def told(pair: Pair, name: str) -> list[str]:
    """What people were called for in an installation."""
    place = pair.host if name == "Bangkok" else pair.home
    with place.house.doors.read() as session:
        rows = session.exec(select(Outbox).where(Outbox.kind == "handoff:attention")).all()
    return [str(row.detail["why"]) for row in rows]


def test_the_receiver_is_down_for_days_and_has_every_step_afterwards(pair: Pair) -> None:
    rest = pair.cross()
    pair.wrong["Phnom Penh"] = "down"
    rest = pair.go_on(rest, "consent_to_return")
    for _ in range(12):
        pair.pass_by(hours=9)
        pair.exchange()
    assert pair.home.case(pair.there).stage == "identified"
    assert pair.host.case(pair.here).stage == "verifying"
    pair.wrong.clear()
    pair.pass_by(hours=9)
    pair.exchange()
    assert pair.home.case(pair.there).stage == "verifying"
    assert pair.alike()
    nothing_doubled(pair)
    pair.go_on(rest, "decide_return")
    assert pair.alike()


def test_every_other_receipt_is_lost_and_no_step_counts_twice(pair: Pair) -> None:
    rest = pair.cross()
    pair.wrong.update({"Phnom Penh": "every other", "Bangkok": "every other"})
    for until in ("consent_to_return", "confirm_nationality"):
        rest = pair.go_on(rest, until)
        for _ in range(8):
            pair.pass_by(hours=7)
            pair.exchange()
    assert pair.calls > 12
    assert pair.alike()
    pair.wrong.clear()
    pair.pass_by(hours=7)
    pair.exchange()
    assert pair.alike()
    nothing_doubled(pair)
    with pair.host.house.doors.read() as session:
        waiting = session.exec(select(Handoff.id).where(Handoff.state == "queued")).all()
    assert waiting == []


@pytest.mark.parametrize("place", ["host", "home"])
def test_a_partner_is_suspended_in_the_middle_and_goes_on_when_it_may_again(pair: Pair, place: str) -> None:
    rest = pair.cross()
    one, other = (pair.host, pair.home) if place == "host" else (pair.home, pair.host)
    rest = pair.go_on(rest, "request_verification", exchanging=False)
    pair.host.deliver()
    approval.suspend(one.house, None, one.clock(), other.house.issuer)
    pair.exchange()
    number = one.mirror(pair.here if place == "host" else pair.there).reached
    rest = pair.go_on(rest, "consent_to_return", exchanging=False)
    pair.exchange()
    assert one.mirror(pair.here if place == "host" else pair.there).reached == number
    approval.resume(one.house, None, one.clock(), other.house.issuer)
    pair.pass_by(hours=7)
    pair.exchange()
    assert pair.alike()
    nothing_doubled(pair)


def test_keys_are_rolled_while_steps_wait_and_they_arrive_all_the_same(pair: Pair) -> None:
    rest = pair.cross()
    pair.wrong.update({"Phnom Penh": "down", "Bangkok": "down"})
    rest = pair.go_on(rest, "consent_to_return")
    for one, other in ((pair.host, pair.home), (pair.home, pair.host)):
        for purpose in ("encryption", "envelope", "client", "token"):
            one.house.keyring.add_partner_key(purpose, one.clock())
        card = border.card_of(one)
        assert registering.import_card(other.house, None, other.clock(), card) == "keys_changed"
    pair.pass_by(days=8)
    pair.wrong.clear()
    pair.exchange()
    pair.go_on(rest, "confirm_nationality")
    assert pair.alike()
    nothing_doubled(pair)


def test_a_step_that_nobody_could_deliver_in_two_weeks_goes_to_a_person(pair: Pair) -> None:
    rest = pair.cross()
    pair.wrong["Phnom Penh"] = "down"
    rest = pair.go_on(rest, "notify_origin")
    for _ in range(30):
        pair.pass_by(hours=12)
        pair.host.deliver()
    assert "expired" in told(pair, "Bangkok")
    # The way on: an officer sends it again, when the line is there.
    pair.wrong.clear()
    showing.send_again(pair.host.house, pair.host.actors["datip"], pair.host.clock(), pair.here)
    pair.exchange()
    assert pair.home.case(pair.there).stage == "origin_notified"
    assert pair.alike()


@pytest.mark.parametrize("seconds", [70, -70])
def test_clocks_are_seventy_seconds_apart(pair: Pair, seconds: int) -> None:
    pair.clocks[1].time += timedelta(seconds=seconds)
    rest = pair.cross()
    pair.go_on(rest, "accept_return")
    assert pair.alike()
    nothing_doubled(pair)


def test_steps_that_arrive_early_wait_for_those_before_them(pair: Pair) -> None:
    rest = pair.cross()
    rest = pair.go_on(rest, "request_verification", exchanging=False)
    pair.wrong["Phnom Penh"] = "down"
    pair.host.deliver()  # both are written, and wait
    with pair.host.house.doors.act() as session:
        queued = session.exec(
            select(Outbox).where(Outbox.kind == "handoff:deliver", Outbox.state == "open")
        ).all()
        first = min(queued, key=lambda row: row.id)
        first.run_at = pair.host.clock() + timedelta(hours=5)
        for row in queued:
            if row.id != first.id:
                row.run_at = pair.host.clock()
    pair.wrong.clear()
    pair.exchange()
    assert pair.home.case(pair.there).stage == "identified", "the second waits for the first"
    pair.pass_by(hours=6)
    pair.exchange()
    assert pair.home.case(pair.there).stage == "verifying"
    assert pair.alike()
