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

CASE: Final = "arrives today"
"""The story whose latest papers are made."""

MOST: Final = 4
"""Papers made. Each takes a good part of a second, and nobody likes to wait for a demonstration."""


def make_papers(house: House, actors: Mapping[str, Actor], now: datetime, cases: Mapping[str, str]) -> int:
    """Makes the papers that the last steps of one case name, and gives how many; none without a press.

    Raises:
        NoPaper: the press prints nothing.
    """
    if house.papers is None:
        return 0
    reference = cases.get(CASE)
    if reference is None:
        return 0
    steps = [
        (actor, step)
        for actor in actors.values()
        if may_see(house, actor, reference)
        for step in papers_of(house, actor, reference).lacking
    ]
    steps.sort(key=lambda each: each[1].at, reverse=True)
    for actor, step in steps[:MOST]:
        drafted = draft(house, actor, now, reference, step.action)
        asked = Asked(reference, step.action, drafted.languages, _finished(drafted))
        file_later(house, actor, now, prepare(house, actor, now, asked, step.version), step.version)
    return len(steps[:MOST])


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
