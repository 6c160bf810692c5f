"""Processes that settle and deliver are killed in the middle, on both sides and over a real line."""

import shutil
import signal
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import func, select

from partners.reach import Reach
from repatriation.bench import border
from repatriation.bench.border import Clock, Installation
from repatriation.records.doors import Doors
from repatriation.records.federation import MirrorStep
from repatriation.records.handoffs import Handoff, HandoffReceipt
from repatriation.records.keyring import Keyring
from repatriation.work.handoffs.delivering import deliver_due
from repatriation.work.house import House
from sop.reader import read
from sop.shelf import CORRIDORS, Shelf
from tests.federation.conftest import START, Pair
from tests.federation.test_agreement import act
from tests.federation.test_wire import nothing_doubled
from tests.records.apart import APART

ROUNDS = 8
"""Each kills one process; what is let live afterwards settles the rest."""


def _deliver(url: str, keys: str, issuer: str, now: datetime) -> None:
    """A process that settles and delivers whatever is due at a moment."""
    known = Shelf((read(CORRIDORS / f"{border.ROUTE}-2019.toml"),), ())
    house = House(Doors(url), known, {}, Keyring(Path(keys)), True, issuer, reach=Reach(loopback=True))
    deliver_due(house, now)


@pytest.mark.slow
def test_killed_between_any_two_lines_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, database_url: str, sqlite_template: Path, procedures: Shelf
) -> None:
    with ExitStack() as stack:
        pair = _real_pair(stack, tmp_path, database_url, sqlite_template, procedures)
        rest = pair.cross()
        pair.go_on(rest, "request_family_tracing")
        for place, organisation, name in (
            (pair.host, "tha-shelter", "assess_risk_acceptable"),
            (pair.home, "dosvy-banteay-meanchey", "report_family_found"),
            (pair.host, "datip", "decide_return"),
            (pair.home, "dosvy-banteay-meanchey", "find_family_suitable"),
            (pair.host, "datip", "consent_to_sharing"),
        ):
            pair.pass_by(minutes=1)
            act(pair, place, name, organisation)
        killed = 0
        for number in range(ROUNDS):
            pair.pass_by(minutes=20)
            killed += _kill_one((pair.host, pair.home)[number % 2], pair, number)
        assert killed > 0
        pair.pass_by(minutes=20)
        pair.exchange()
        pair.pass_by(hours=7)
        pair.exchange()
        assert pair.alike()
        nothing_doubled(pair)
        for place in (pair.host, pair.home):
            with place.house.doors.read() as session:
                receipts = session.exec(select(HandoffReceipt.handoff_id, HandoffReceipt.state)).all()
                queued = session.exec(select(Handoff.id).where(Handoff.state == "queued")).all()
            assert len(receipts) == len(set(receipts))
            assert queued == []


def _kill_one(place: Installation, pair: Pair, number: int) -> bool:
    """Let a process of one side begin, and kill it a moment after it wrote something, or after a while."""
    url = place.house.doors.url.render_as_string(hide_password=False)
    process = APART.Process(
        target=_deliver, args=(url, str(place.house.keyring.folder), place.house.issuer, place.clock())
    )
    process.start()
    began, before = time.monotonic(), _written(pair)
    while process.is_alive() and time.monotonic() - began < 10:
        if _written(pair) > before:
            time.sleep(number * 0.006)
            break
        time.sleep(0.02)
    process.kill()
    process.join(30)
    return process.exitcode == -signal.SIGKILL


def _written(pair: Pair) -> int:
    found = 0
    for place in (pair.host, pair.home):
        with place.house.doors.read() as session:
            found += session.exec(select(func.count()).select_from(Handoff)).one()
            found += session.exec(
                select(func.count()).select_from(MirrorStep).where(MirrorStep.state == "counted")
            ).one()
    return found


def _real_pair(stack: ExitStack, tmp_path: Path, url: str, template: Path, procedures: Shelf) -> Pair:
    """Both, each answering on this machine."""
    file = tmp_path / "phnom-penh.sqlite"
    shutil.copy(template, file)
    clock = Clock(START)
    places = []
    for name, country, organisation, address in (
        ("Bangkok", "THA", "datip", url),
        ("Phnom Penh", "KHM", "mosvy", f"sqlite:///{file}"),
    ):
        issuer, put_behind = stack.enter_context(border.served())
        place = border.open_installation(
            name, country, organisation, address, tmp_path / f"{country}-keys", issuer, procedures, clock
        )
        stack.callback(place.house.doors.dispose)
        put_behind(place.app)
        places.append(place)
    host, home = places
    border.introduce(host, home)
    border.introduce(home, host)
    return Pair(host, home, (clock, clock), procedures.in_force(border.ROUTE, START.date()))
