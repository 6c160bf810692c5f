"""Who is told: those whose visit or whose turn it is, then their coordinators, then the body above.

Within an organisation a turn falls to those whose duty goes with the role, so that a coordinator's inbox
holds what is a coordinator's to do, and not everybody's.

Nobody is told of a case in which their organisation has no part at that moment, whoever they are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from repatriation.records.waiting import live_parts, officers_of
from repatriation.work.actors import READ_ONLY

_VISITS: Final = "caseworker"
_OVERSEES: Final = "coordinator"
_COORDINATION: Final = "coordination"
"""The function of the body to which what nobody did goes up: the ministry's, on either side."""

_FALLS_TO: Final[Mapping[str, frozenset[str]]] = {
    "border": frozenset({"reception", "police"}),
    "caseworker": frozenset({"caseworker"}),
    "consulate": frozenset({"consular"}),
    "coordination": frozenset({"coordinator"}),
    "identification": frozenset({"protection", "police"}),
    "iom": frozenset({"iom"}),
    "immigration": frozenset({"police"}),
    "ngo": frozenset({"caseworker"}),
    "police": frozenset({"police"}),
    "prosecution": frozenset({"police"}),
    "protection": frozenset({"protection"}),
    "reception": frozenset({"reception"}),
    "shelter": frozenset({"protection", "caseworker"}),
    "social": frozenset({"caseworker", "reception", "protection"}),
}
"""The duties to which a role's turn falls, by its function. Our own division of the work; no source gives
one. Where nobody in the organisation has such a duty, it falls to all of it."""


class Who(NamedTuple):
    """An officer who may be told."""

    officer_id: str
    organisation_id: str
    duty: str
    country: str


class Audience:
    """Who may be told of some cases, read once for a batch of them; `besides` are organisations that need
    have no part in any.
    """

    def __init__(self, connection: Connection, cases: Iterable[str], besides: Iterable[str] = ()) -> None:
        self._roles: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for case_id, organisation_id, role in live_parts(connection, cases):
            self._roles[case_id][organisation_id].add(role)
        self._staff: dict[str, list[Who]] = defaultdict(list)
        self._by_id: dict[str, Who] = {}
        self._coordination: dict[str, list[str]] = defaultdict(list)
        wanted = {each for parts in self._roles.values() for each in parts} | set(besides)
        for officer_id, organisation_id, duty, country, functions in officers_of(connection, wanted):
            if duty in READ_ONLY:
                continue
            who = self._by_id[officer_id] = Who(officer_id, organisation_id, duty, country)
            if _COORDINATION in functions and not self._staff[organisation_id]:
                self._coordination[country].append(organisation_id)
            self._staff[organisation_id].append(who)

    def officer(self, officer_id: str) -> Who | None:
        """An officer who is at work."""
        return self._by_id.get(officer_id)

    def visitors(self, visit: Any) -> list[Who]:
        """Whose visit it is: the officer named, else the caseworkers of its organisation, else of the one
        that answers for the case.
        """
        knowing = self._roles[visit.case_id]
        named = self._by_id.get(visit.officer_id or "")
        if named is not None and named.organisation_id in knowing:
            return [named]
        for organisation_id in (visit.organisation_id, visit.holder_id):
            if organisation_id in knowing and self._staff[organisation_id]:
                return self._with(_VISITS, organisation_id)
        return []

    def coordinators_beside(self, those: Collection[Who]) -> list[Who]:
        """The coordinators of some officers' organisations."""
        theirs = dict.fromkeys(who.organisation_id for who in those)
        return [who for each in theirs for who in self._staff[each] if who.duty == _OVERSEES]

    def coordination(self, case_id: str, country: str) -> list[Who]:
        """The body of a country to which a case goes up, where it has a part in the case."""
        bodies = [each for each in self._coordination[country] if each in self._roles[case_id]]
        return [who for each in bodies for who in self._with(_OVERSEES, each)]

    def whose_turn(self, case_id: str, roles: Iterable[str]) -> list[Who]:
        """Those to whom it falls to act in a case for any of some roles."""
        wanted = frozenset(roles)
        found: dict[Who, None] = {}
        for organisation_id, held in self._roles[case_id].items():
            for role in sorted(wanted & held):
                duties = _FALLS_TO.get(role.rpartition(".")[2], frozenset())
                staff = self._staff[organisation_id]
                found |= dict.fromkeys([who for who in staff if who.duty in duties] or staff)
        return list(found)

    def held_in(self, case_id: str) -> frozenset[str]:
        """The roles that anybody has in a case."""
        return frozenset().union(*self._roles[case_id].values())

    def leads_of(self, case_id: str) -> list[Who]:
        """Who leads each organisation that has a part in a case."""
        return [who for organisation_id in self._roles[case_id] for who in self.leads(organisation_id)]

    def everybody(self, case_id: str) -> list[Who]:
        """The officers of all who have a part in a case."""
        return [who for organisation_id in self._roles[case_id] for who in self._staff[organisation_id]]

    def staff(self, organisation_id: str) -> list[Who]:
        """The officers of an organisation."""
        return list(self._staff[organisation_id])

    def leads(self, organisation_id: str) -> list[Who]:
        """The coordinators of an organisation, or all of it where it has none."""
        return self._with(_OVERSEES, organisation_id)

    def _with(self, duty: str, organisation_id: str) -> list[Who]:
        """Those of an organisation who have a duty, or all of them where nobody has it."""
        staff = self._staff[organisation_id]
        return [who for who in staff if who.duty == duty] or list(staff)
