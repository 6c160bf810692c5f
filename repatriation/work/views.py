"""Between the row of a case and what the engine is shown of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sop.view import CaseView, ConsentState, Fact

GROWN_UP = "adult"


def view_of(
    digest: str, stage: str, entered: datetime, age_group: str, version: int, state: Mapping[str, Any]
) -> CaseView:
    """The engine's view of a case. Who is not known to be grown up counts as a child."""
    return CaseView(
        digest,
        stage,
        entered,
        {name: _fact(row) for name, row in state["facts"].items()},
        {name: _consent(row) for name, row in state["consents"].items()},
        age_group != GROWN_UP,
        version,
    )


def case_view(case: Any) -> CaseView:
    """The engine's view of a case, from its row or from whatever has these columns of it."""
    return view_of(case.digest, case.stage, case.entered_at, case.age_group, case.version, case.state)


def state_of(view: CaseView) -> dict[str, Any]:
    """What of a view is kept as the case's present state."""
    return {
        "facts": {name: _fact_row(fact) for name, fact in view.facts.items()},
        "consents": {name: _consent_row(said) for name, said in view.consents.items()},
    }


def state_after(view: CaseView, before: CaseView, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The same as `state_of`, for a view that a step has made of the one before, which was read from `kept`:
    what the step left alone is kept as it stands."""
    facts, consents = kept["facts"], kept["consents"]
    was, said_before = before.facts, before.consents
    return {
        "facts": {
            name: facts[name] if was.get(name) is fact else _fact_row(fact)
            for name, fact in view.facts.items()
        },
        "consents": {
            name: consents[name] if said_before.get(name) is said else _consent_row(said)
            for name, said in view.consents.items()
        },
    }


def _fact_row(fact: Fact) -> list[Any]:
    return [_iso(fact.at), _iso(fact.until), _iso(fact.on)]


def _consent_row(said: ConsentState) -> list[Any]:
    return [said.decision, _iso(said.at), _iso(said.until), said.guardian, said.own_view]


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _fact(row: list[Any]) -> Fact:
    at, until, on = row
    return Fact(
        datetime.fromisoformat(at),
        None if until is None else datetime.fromisoformat(until),
        None if on is None else date.fromisoformat(on),
    )


def _consent(row: list[Any]) -> ConsentState:
    decision, at, until, guardian, own_view = row
    return ConsentState(
        decision,
        datetime.fromisoformat(at),
        None if until is None else datetime.fromisoformat(until),
        guardian,
        own_view,
    )
