"""Bangkok on either database and Phnom Penh on SQLite, with a line between them that tests can spoil."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from partners.calls import Reply, Wire
from partners.reach import Failed, Reach
from repatriation.bench import border
from repatriation.bench.border import Clock, Installation
from repatriation.demonstration.planner import Planned
from sop import shelf
from sop.procedure import Procedure
from sop.shelf import Shelf

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ISSUERS = {"Bangkok": "http://127.0.0.1:8101", "Phnom Penh": "http://127.0.0.1:8102"}


@dataclass
class Spoilt:
    """A wire into the other application itself. `wrong` says of an address: "down", "lost" (it arrives, and
    the answer does not), or nothing.
    """

    there: Installation
    wrong: Callable[[str], str | None]

    def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Reply:
        """One request, answered by the other application as over a wire."""
        what = self.wrong(url)
        if what == "down":
            raise Failed("unreachable")
        answer = self.there.app.test_client().open(
            urlsplit(url).path,
            method=method,
            headers=dict(headers),
            data=body,
            base_url=ISSUERS[self.there.name],
        )
        if what == "lost":
            raise Failed("too_slow")
        told = {name.lower(): value for name, value in answer.headers.items()}
        told["date"] = format_datetime(self.there.clock(), usegmt=True)
        assert len(answer.data) <= most
        return Reply(answer.status_code, told, answer.data)

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Pair:
    """Two installations, a clock each, and one case that goes across."""

    host: Installation
    home: Installation
    clocks: tuple[Clock, Clock]
    procedure: Procedure
    wrong: dict[str, str] = field(default_factory=dict)
    here: str = ""
    there: str = ""
    calls: int = 0

    def pass_by(self, **amount: float) -> None:
        """Let time go by, at both."""
        for clock in {id(clock): clock for clock in self.clocks}.values():
            clock.time += timedelta(**amount)

    def line(self, towards: Installation) -> Callable[[str, Reach], Wire]:
        """A line towards an installation, as good as it is at the moment."""
        return lambda issuer, reach: Spoilt(towards, lambda url: self.spoils(towards, url))

    def spoils(self, towards: Installation, url: str) -> str | None:
        """What happens to the next request to an address; `every other` is lost where that is wanted."""
        what = self.wrong.get(towards.name) if "deliver" in url else None
        if what == "every other":
            self.calls += 1
            return "lost" if self.calls % 2 else None
        return what

    def exchange(self) -> None:
        """Deliver until nothing is on its way."""
        border.exchange(self.host, self.home)

    def place_of(self, step: Planned) -> tuple[Installation, str]:
        """Where a step is taken, and the case's reference there."""
        if step.organisation in self.host.actors:
            return self.host, self.here
        return self.home, self.there

    def open(self, until: str = border.CROSSES_AFTER) -> list[Planned]:
        """A case in Bangkok, up to an act; gives the steps that are still to come."""
        self.here = border.open_there(self.host, self.host.clock())
        steps = border.itinerary(self.procedure, self.host.clock())
        names = [step.action.name for step in steps]
        for step in steps[: names.index(until) + 1]:
            self.pass_by(minutes=10)
            self.host.take(self.here, step, "poipet")
        return steps[names.index(until) + 1 :]

    def cross(self, until: str = border.CROSSES_AFTER) -> list[Planned]:
        """A case that both have; gives the steps that are still to come."""
        rest = self.open(until)
        self.there = border.cross(self.host, self.home, self.here)
        return rest

    def go_on(self, steps: list[Planned], until: str, *, exchanging: bool = True) -> list[Planned]:
        """Take the steps of the plan up to an act, each where it is taken; gives the rest. What one side took
        goes over before the other goes on.
        """
        names = [step.action.name for step in steps]
        before: Installation | None = None
        for step in steps[: names.index(until) + 1]:
            self.pass_by(minutes=10)
            place, reference = self.place_of(step)
            if exchanging and before not in (None, place):
                self.exchange()
            place.take(reference, step, "poipet")
            before = place
        if exchanging:
            self.exchange()
        return steps[names.index(until) + 1 :]

    def alike(self) -> bool:
        """Whether both hold the same."""
        return border.compare(self.host, self.home, self.here, self.there).same


@pytest.fixture(scope="session")
def procedures() -> Shelf:
    """The route files, read and walked once."""
    return shelf.stock()


@pytest.fixture
def pair(tmp_path: Path, database_url: str, sqlite_template: Path, procedures: Shelf) -> Iterator[Pair]:
    """Two installations that know each other."""
    with ExitStack() as stack:
        yield make_pair(stack, tmp_path, database_url, sqlite_template, procedures)


def make_pair(
    stack: ExitStack, tmp_path: Path, url: str, template: Path, procedures: Shelf, skew: int = 0
) -> Pair:
    """Both, each with a clock of its own."""
    file = tmp_path / "phnom-penh.sqlite"
    shutil.copy(template, file)
    clocks = Clock(START), Clock(START + timedelta(seconds=skew))
    places = []
    for name, country, organisation, address, clock in (
        ("Bangkok", "THA", "datip", url, clocks[0]),
        ("Phnom Penh", "KHM", "mosvy", f"sqlite:///{file}", clocks[1]),
    ):
        place = border.open_installation(
            name,
            country,
            organisation,
            address,
            tmp_path / f"{country}-keys",
            ISSUERS[name],
            procedures,
            clock,
        )
        stack.callback(place.house.doors.dispose)
        places.append(place)
    host, home = places
    border.introduce(host, home)
    border.introduce(home, host)
    made = Pair(host, home, clocks, procedures.in_force(border.ROUTE, START.date()))
    host.dial, home.dial = made.line(home), made.line(host)
    return made
