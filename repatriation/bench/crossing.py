"""A whole return across two installations that are made for it, told message by message."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from repatriation.bench import border, postgres
from repatriation.bench.border import Clock, Compared, Installation
from repatriation.demonstration.organisations import GATES
from repatriation.records.trail import Trail
from sop import shelf

Say = Callable[[str], None]

_STEP: Final = timedelta(minutes=20)
"""How much time the clock of both is moved on for each step."""


def in_silence(_line: str) -> None:
    """Says nothing."""


def run(folder: Path, say: Say) -> Compared:
    """Make both, let a case go across, and compare what they hold."""
    now = datetime.now(UTC).replace(microsecond=0)
    clock = Clock(now)
    with _two(folder, clock, say) as (host, home):
        teller = _Teller(host, home, say)
        here, there = _live(host, home, clock, teller)
        for place, reference in ((host, here), (home, there)):
            say(f"\nThe trail of {reference} in {place.name}")
            for event in place.trail(reference):
                say(_told(event))
        return border.compare(host, home, here, there)


def _live(host: Installation, home: Installation, clock: Clock, teller: "_Teller") -> tuple[str, str]:
    """Every step of the return, each taken in the installation of the organisation whose step it is."""
    procedure = host.house.shelf.in_force(border.ROUTE, clock().date())
    gate = GATES[border.ROUTE]
    here, there = border.open_there(host, clock()), ""
    for step in border.itinerary(procedure, clock()):
        clock.time += _STEP
        ours = step.organisation in host.actors
        place, reference = (host, here) if ours else (home, there)
        place.take(reference, step, gate)
        teller.step(place, step.action.name)
        if step.action.name == border.CROSSES_AFTER:
            there = border.cross(host, home, here)
        elif there:
            border.exchange(host, home)
        teller.messages()
    return here, there


@contextlib.contextmanager
def _two(folder: Path, clock: Clock, say: Say) -> Iterator[tuple[Installation, Installation]]:
    """Bangkok and Phnom Penh, served and known to each other; gone afterwards."""
    procedures = shelf.stock()
    with contextlib.ExitStack() as stack:
        made = []
        for name, country, organisation, url in (
            ("Bangkok", "THA", "datip", _bangkok(stack, folder)),
            ("Phnom Penh", "KHM", "mosvy", f"sqlite:///{folder / 'phnom-penh.sqlite'}"),
        ):
            issuer, put_behind = stack.enter_context(border.served())
            place = border.open_installation(
                name, country, organisation, url, folder / f"keys-{country}", issuer, procedures, clock
            )
            stack.callback(place.house.doors.dispose)
            put_behind(place.app)
            say(f"{name}: {issuer}, on {place.house.doors.kind}")
            made.append(place)
        host, home = made
        border.introduce(host, home)
        border.introduce(home, host)
        say("Their cards are exchanged, compared and approved by two officers on each side.\n")
        yield host, home


def _bangkok(stack: contextlib.ExitStack, folder: Path) -> str:
    try:
        server = stack.enter_context(postgres.server(durable=False))
    except postgres.PostgresqlMissing:
        return f"sqlite:///{folder / 'bangkok.sqlite'}"
    return server.url.render_as_string(hide_password=False)


class _Teller:
    """Says what happens, and each message once what became of it is known."""

    def __init__(self, host: Installation, home: Installation, say: Say) -> None:
        self.both, self.say = ((host, home), (home, host)), say
        self.told: set[str] = set()

    def step(self, place: Installation, action: str) -> None:
        """A step was taken."""
        self.say(f"{place.clock():%d %b %H:%M}  {place.name} takes: {action}")

    def messages(self) -> None:
        """What was sent since."""
        found = []
        for one, other in self.both:
            for row, receipt in one.sent():
                if row.id not in self.told:
                    self.told.add(row.id)
                    what = row.kind if row.what is None else f"{row.kind}:{row.what}"
                    found.append((row.at, row.id, f"{one.name} -> {other.name}", what, row.jti, receipt))
        for _, _, way, what, jti, receipt in sorted(found):
            self.say(f"    {way:<23} {what:<12} {jti}  {receipt}")


def _told(event: Trail) -> str:
    """One event by its codes."""
    detail = event.detail
    codes = [str(detail[name]) for name in ("action", "refused", "handoff", "to") if detail.get(name)]
    there = "  (there)" if detail.get("there") else ""
    return f"  {event.seq:>3}  {event.at:%d %b %H:%M}  {event.tag:<22} {' '.join(codes)}{there}"
