"""The named conditions under which an action may be taken, one plain sentence each.

A safeguard is data, not a formula in a route file: a list of alternatives, each naming the facts and consents
that must stand and the facts that must not. The engine asks them of a case, the floor walks through them,
and the SOP book prints their sentences; all three read this one table. A new condition is a new row here,
reviewed as code.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sop.clocks import zone_of
from sop.view import CaseView
from sop.vocabulary import HOLDS

NOTICE_TO_PROVINCE: Final = timedelta(days=3)
"""Notice that a receiving Vietnamese province is given before the entry (source KONTUM)."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way of meeting a safeguard."""

    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Safeguard:
    """A condition: met when any one alternative holds.

    A `children_only` one is met by every grown-up, a `for_children` one by none.
    `timing` adds a question of dates. The floor's walk counts time as already run, so it leaves timing out.
    """

    name: str
    sentence: str
    alternatives: tuple[Alternative, ...]
    children_only: bool = False
    for_children: bool = False
    timing: Callable[[CaseView], bool] | None = None

    @property
    def reads(self) -> frozenset[str]:
        """Every fact the safeguard looks at."""
        return frozenset[str]().union(*(a.has | a.lacks for a in self.alternatives))


def _has(*facts: str) -> Alternative:
    return Alternative(has=frozenset(facts))


def _province_told_in_time(view: CaseView) -> bool:
    told, handover = view.facts["province_told"], view.facts["handover_scheduled"]
    day_told = told.at.astimezone(zone_of("VNM")).date()
    return handover.on is not None and handover.on - day_told >= NOTICE_TO_PROVINCE


_WRITTEN: Final = (
    Safeguard(
        "no_hold",
        "Nothing holds the return back: no proceedings, illness, closed gate or second thoughts.",
        (Alternative(lacks=frozenset(HOLDS)),),
    ),
    Safeguard(
        "child_best_interests",
        "For a child, a best-interests determination says that returning is best for this child.",
        (_has("best_interests_return"),),
        children_only=True,
    ),
    Safeguard(
        "child_receiving_carer",
        "For a child, a family found suitable or a confirmed place of alternative care is waiting.",
        (_has("family_suitable"), _has("alternative_care_confirmed")),
        children_only=True,
    ),
    Safeguard(
        "child_family_or_care",
        "A child goes only to a family found suitable or to a confirmed place of alternative care.",
        (_has("family_suitable"), _has("alternative_care_confirmed")),
        children_only=True,
    ),
    Safeguard(
        "child_guardian",
        "For a child, a guardian has been appointed.",
        (_has("guardian_appointed"),),
        children_only=True,
    ),
    Safeguard(
        "is_child",
        "This is done for a child only, or for somebody not known to be grown up.",
        (Alternative(),),
        for_children=True,
    ),
    Safeguard(
        "child_escort",
        "For a child, the person who travels along is named and known to the child.",
        (_has("escort_named"),),
        children_only=True,
    ),
    Safeguard(
        "both_signatures",
        "The minutes are signed by both sides, or a one-sided reception is recorded with its reason.",
        (_has("minutes_signed_host", "minutes_signed_home"), _has("received_one_sided")),
    ),
    Safeguard(
        "travel_document_valid",
        "A travel document has been issued and is still valid.",
        (_has("travel_document_issued"),),
    ),
    Safeguard(
        "exit_permit_valid",
        "The permission to leave the country has been issued and is still valid.",
        (_has("exit_permit_issued"),),
    ),
    Safeguard(
        "handover_date_set",
        "Both sides have agreed a day and a gate for the handover.",
        (_has("handover_scheduled"),),
    ),
    Safeguard(
        "province_told_in_time",
        "The receiving province was told at least three days before the day of the handover.",
        (_has("province_told", "handover_scheduled"),),
        timing=_province_told_in_time,
    ),
    Safeguard(
        "identified_or_screened",
        "A competent body has identified the person, before the border or after it.",
        (_has("formally_identified"), _has("screened_positive")),
    ),
    Safeguard(
        "not_identified_yet",
        "No competent body has identified the person yet.",
        (Alternative(lacks=frozenset({"formally_identified", "screened_positive"})),),
    ),
    Safeguard(
        "safe_place",
        "A suitable family, a confirmed place of care or a provider that has accepted is waiting.",
        (_has("family_suitable"), _has("alternative_care_confirmed"), _has("referral_accepted")),
    ),
    Safeguard(
        "referral_open",
        "A referral has been offered and not yet answered.",
        (_has("referral_offered"),),
    ),
    Safeguard(
        "not_reopened",
        "No new case has been opened from this one.",
        (Alternative(lacks=frozenset({"reopened"})),),
    ),
)

SAFEGUARDS: Final[Mapping[str, Safeguard]] = {safeguard.name: safeguard for safeguard in _WRITTEN}


def gate(name: str, facts: Iterable[str], consents: Iterable[str]) -> Safeguard | None:
    """The safeguard of a name in a file that records these facts and asks for these consents, or none.

    Every recorded fact is a gate by its own name, and every consent NAME is one as `consent_to_NAME`.
    """
    if name in SAFEGUARDS:
        return SAFEGUARDS[name]
    consent = name.removeprefix("consent_to_")
    if consent != name and consent in consents:
        return Safeguard(
            name,
            "The person agrees to this, and has not taken it back.",
            (Alternative(consents=frozenset({consent})),),
        )
    if name in facts:
        return Safeguard(name, "This is on file and still counts.", (_has(name),))
    return None
