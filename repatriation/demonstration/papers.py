"""A few real papers for the demonstration, made now for steps of the past: enough to look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from documents.samples import sample_fields
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.papers.archive import file_later, papers_of
from repatriation.work.papers.drafting import Drafted, draft
from repatriation.work.papers.issuing import Asked, prepare
from repatriation.work.reading import may_see

CASES: Final = ("arrives today",)
"""Stories whose latest papers are made."""

EACH: Final = 2
"""Papers that one organisation makes in one case. A paper takes a third of a second."""


def make_papers(house: House, actors: Mapping[str, Actor], now: datetime, cases: Mapping[str, str]) -> int:
    """Makes the papers that the last steps of a few cases name, and gives how many; none without a press.

    Raises:
        NoPaper: the press prints nothing.
    """
    if house.papers is None:
        return 0
    return sum(
        _make(house, actor, now, cases[story])
        for story in CASES
        if story in cases
        for actor in actors.values()
        if may_see(house, actor, cases[story])
    )


def _make(house: House, actor: Actor, now: datetime, reference: str) -> int:
    steps = papers_of(house, actor, reference).lacking[:EACH]
    for step in steps:
        drafted = draft(house, actor, now, reference, step.action)
        asked = Asked(reference, step.action, drafted.languages, _finished(drafted))
        file_later(house, actor, now, prepare(house, actor, now, asked, step.version), step.version)
    return len(steps)


def _finished(drafted: Drafted) -> dict[str, Any]:
    """What is on file, and made-up words where the case says nothing."""
    sample = sample_fields(drafted.kind.name, drafted.languages[0]).model_dump(mode="json")
    return _over({**sample, "person": {}} if "person" in sample else sample, drafted.fields)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The second laid over the first, member by member."""
    return {**below, **above} | {
        name: _over(value, above[name])
        for name, value in below.items()
        if isinstance(value, dict) and isinstance(above.get(name), dict)
    }
