"""What a route file says, as plain frozen values: stages, actions, consents, agencies, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from sop.safeguards import Safeguard

ConsentVerb = Literal["give", "refuse", "withdraw"]

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from."""

    key: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Agency:
    """The body that holds a function in a country, and since when (ministries are renamed and merged)."""

    text: Texts
    valid_from: date | None
    valid_to: date | None
    basis: str
    grounding: str


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the person may claim while the case stands in a stage."""

    text: Texts
    basis: str
    grounding: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One station of a return."""

    name: str
    responsible: str
    phase: str
    entry: bool
    end: bool
    article: str | None
    note: str | None
    basis: str
    grounding: str
    text: Texts
    entitlements: tuple[Entitlement, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: how long, counted from what, in whose calendar, and on whose word."""

    value: int
    unit: str
    of: str
    calendar: str
    force: str
    basis: str
    grounding: str
    valid_from: date | None
    valid_to: date | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Whom an action tells about the person, and for which purpose."""

    purpose: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentAct:
    """The person's own word on one consent: given, refused, or taken back."""

    consent: str
    act: ConsentVerb


@dataclass(frozen=True, slots=True)
class Consent:
    """One thing the person is asked: for which purpose, towards whom, and while the case stands where."""

    name: str
    purpose: str
    to: tuple[str, ...]
    frm: frozenset[str]
    hold: str | None
    basis: str
    grounding: str
    text: Texts
    give: str
    refuse: str
    withdraw: str


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """One thing that somebody may do, and all that must be so before they may. Each is itself alone."""

    name: str
    frm: frozenset[str]
    to: str | None
    by: tuple[str, ...]
    requires: tuple[str, ...]
    records: tuple[str, ...]
    clears: tuple[str, ...]
    within: tuple[Limit, ...]
    lapses: timedelta | Literal["as recorded"] | None
    document: str | None
    discloses: Disclosure | None
    moves: bool
    basis: str
    grounding: str
    note: str | None
    text: Texts
    consent: ConsentAct | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One route in one edition, whole in itself; `digest` is the SHA-256 of the file that a ministry
    signs.
    """

    route: str
    edition: str
    name: str
    in_force: date
    host: str
    home: str
    languages: tuple[str, ...]
    about: Texts | None
    wording: Texts
    sources: Mapping[str, Source]
    agencies: Mapping[str, Mapping[str, tuple[Agency, ...]]]
    stages: Mapping[str, Stage]
    consents: Mapping[str, Consent]
    actions: Mapping[str, Action]
    digest: str
    path: Path
    by_stage: Mapping[str, tuple[Action, ...]] = field(repr=False)
    gates: Mapping[str, tuple[Safeguard, ...]] = field(repr=False)
    contraries: Mapping[str, frozenset[str]] = field(repr=False)

    @property
    def key(self) -> str:
        """The route and edition in one word, as on the shelf: `tha-khm-2019`."""
        return f"{self.route}-{self.edition}"

    def country_of(self, role: str) -> str | None:
        """The country whose body holds a role; none for the person and for support organisations."""
        side = role.partition(".")[0]
        return {"host": self.host, "home": self.home}.get(side)

    def agency(self, role: str, on: date) -> Agency | None:
        """The body that holds a role on a day, or none when the file names none."""
        country = self.country_of(role)
        if country is None:
            return None
        for agency in self.agencies[country].get(role.partition(".")[2], ()):
            if (agency.valid_from or on) <= on <= (agency.valid_to or on):
                return agency
        return None

    def recorded_by(self, fact: str) -> tuple[Action, ...]:
        """The actions that put a fact on file."""
        return tuple(action for action in self.actions.values() if fact in action.records)
