"""Processes that deliver are killed in the middle, again and again: nothing is lost, nothing is doubled."""

import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from partners.reach import Reach
from repatriation.records.doors import Doors
from repatriation.records.handoffs import Exchange, Handoff, HandoffReceipt
from repatriation.records.keyring import Keyring
from repatriation.work.handoffs.delivering import deliver_due
from repatriation.work.house import House
from sop import shelf
from tests.handoffs.two import Two
from tests.records.apart import APART
from tests.web.conftest import START

LETTERS = 12
ROUNDS = 25
"""Each round kills one process; the last one that is let live delivers the rest."""


def _deliver(url: str, keys: str, issuer: str, minutes: int) -> None:
    """A process that delivers whatever is due at a moment."""
    house = House(
        Doors(url), shelf.stock(), {}, Keyring(Path(keys)), True, issuer, reach=Reach(loopback=True)
    )
    deliver_due(house, START + timedelta(minutes=minutes))


@pytest.mark.slow
def test_killed_between_any_two_lines_nothing_is_lost_and_nothing_doubled(two: Two) -> None:
    for _ in range(LETTERS):
        two.send(two.open_case())
    house = two.bangkok.house
    url = house.doors.url.render_as_string(hide_password=False)
    killed = 0
    for number in range(ROUNDS):
        two.chiang_mai.clock.time = two.bangkok.clock.time = START + timedelta(minutes=20 * number)
        process = APART.Process(
            target=_deliver, args=(url, str(house.keyring.folder), house.issuer, 20 * number)
        )
        process.start()
        began, before = time.monotonic(), _settled(two)
        # Killed a moment after it settled something, or after a while: each time at another line.
        while process.is_alive() and time.monotonic() - began < 20:
            if _settled(two) > before:
                time.sleep(number * 0.004)
                break
            time.sleep(0.002)
        process.kill()
        process.join(30)
        killed += process.exitcode == -signal.SIGKILL
        if _settled(two) == LETTERS:
            break
    two.pass_by(minutes=20)
    two.bangkok.deliver()
    assert killed > 0
    with two.chiang_mai.house.doors.read() as session:
        came = session.exec(select(Exchange.digest).where(Exchange.direction == "received")).all()
    with house.doors.read() as session:
        sent = session.exec(select(Handoff.digest)).all()
        receipts = session.exec(select(HandoffReceipt.handoff_id)).all()
    assert sorted(came) == sorted(str(digest) for digest in sent)
    assert len(receipts) == len(set(receipts)) == LETTERS
    assert {row.state for row in two.bangkok.rows()} == {"received"}


def _settled(two: Two) -> int:
    """How many receipts are kept at the sender."""
    with two.bangkok.house.doors.read() as session:
        return len(session.exec(select(HandoffReceipt.id)).all())
