"""Papers as an officer would finish them: what is on file, and just what must be said beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.papers.drafting import Drafted, draft
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.issuing import Asked, prepare
from repatriation.work.papers.rules import is_made_with
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.reading import case_page

MUST_SAY: Final[Mapping[str, dict[str, Any]]] = {
    "return_request": {"to": "The body that is asked"},
    "note_verbale": {"to": "The Ministry", "matter": "verification"},
    "family_tracing_request": {"to": "The body that is asked", "care": {"may_be_told": "looked_for"}},
    "family_assessment": {"finding": {"found": True}, "recommended": {"advice": "care"}},
    "consent_form": {"matter": {"purpose": "return", "decision": "given"}},
    "travel_document": {
        "person": {"names": [{"script": "latn", "family": "Phka", "given": "Tonle"}]},
        "journey": {"to": "KHM", "until": "2027-06-01"},
    },
    "handover_minutes": {"place": {"gate": "Poipet", "on": "2026-04-01"}},
    "return_certificate": {"entry": {"on": "2026-04-01", "gate": "Moc Bai"}},
    "screening_form": {"result": {"outcome": "presumed"}},
    "referral_form": {"to": "The body that is asked"},
    "reintegration_plan": {},
    "visit_form": {"visit": {"on": "2026-09-01", "outcome": "seen"}},
    "closure_report": {"closing": {"reason": "goals_reached"}},
}
"""What each kind cannot do without, where the case does not say it."""


def finished(drafted: Drafted) -> dict[str, Any]:
    """The fields of a draft, with what is still wanting."""
    return _over(MUST_SAY[drafted.kind.name], drafted.fields)


def paper_for(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    action: str,
    given: Particulars = NOTHING,
    version: int | None = None,
) -> Prepared | None:
    """The paper that an act is taken with, ready to be filed; none where it needs none."""
    if actor.reads_only:
        return None
    page = case_page(house, actor, now, reference)
    if action not in page.procedure.actions or not is_made_with(page.procedure.actions[action]):
        return None
    drafted = draft(house, actor, now, reference, action, given)
    asked = Asked(reference, action, drafted.languages, finished(drafted))
    return prepare(house, actor, now, asked, page.version if version is None else version)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The second laid over the first, member by member."""
    return {**below, **above} | {
        name: _over(value, above[name])
        for name, value in below.items()
        if isinstance(value, dict) and isinstance(above.get(name), dict)
    }
