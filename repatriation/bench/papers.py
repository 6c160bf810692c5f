"""Papers of benchmarks: the press answers a page that lies ready, so that the step is measured.

The row of the paper is real: data and file are sealed and filed with the step as those of every paper are.
"""

import os
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

import pypdfium2

from documents.printing import Printed, Sheet
from documents.samples import sample_fields
from repatriation.records.keyring import Keyring
from repatriation.records.papers import new_number
from repatriation.work.papers.binding import PAST, UNTIL, last_day, printed, settled
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.workshop import Workshop
from repatriation.work.particulars import NOTHING, Particulars
from sop.procedure import Procedure

SIZE: Final = 50_000
"""Bytes of a paper of one or two pages."""

READY: Final = os.urandom(SIZE)


class ReadyPress:
    """Answers the same page for every sheet."""

    def print(self, sheet: Sheet) -> Printed:  # noqa: ARG002
        """The page that lies ready."""
        return Printed(_page(), 1)


def workshop(keyring: Keyring, origin: str, now: datetime) -> Workshop:
    """Means to make papers with a press that prints nothing."""
    keyring.ensure_paper_keys("bench", now)
    return Workshop(ReadyPress(), keyring.paper_keys, origin)


def ready_paper(reference: str, version: int, action: str, kind: str, now: datetime) -> Prepared:
    """A paper that lies ready, for the step that is measured."""
    return Prepared(
        reference=reference,
        version=version,
        action=action,
        kind=kind,
        replaces=False,
        letter="B",
        number=new_number("KHM", now),
        edition=1,
        languages=("km", "th"),
        issued_at=now,
        expires_at=None,
        pages=1,
        keys=1,
        data=READY[:2000],
        file=READY,
        request="ready",
    )


def typed(procedure: Procedure, action: str, day: date, given: Particulars = NOTHING) -> dict[str, str]:
    """The boxes of the form of an act's paper as an officer would have filled them in on a day."""
    act = procedure.actions[action]
    said: dict[str, str | None] = {place: day.isoformat() for place in PAST if place != "person.birth"}
    said |= {place: may[0] for place, may in settled(procedure, act).items()}
    if act.document in UNTIL:
        said[UNTIL[act.document]] = printed(last_day(given.until))
    fields = sample_fields(str(act.document)).model_dump(mode="json")
    for place, words in said.items():
        *sections, last = place.split(".")
        section = fields.get(sections[0]) or {} if sections else fields
        if last in section:
            section[last] = words
    return {"paper-here": "yes", **_boxes("paper", fields)}


def _boxes(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        members = {str(number): each for number, each in enumerate(value)}.items()
    elif isinstance(value, list):
        return {name: value[0]} if value else {}
    else:
        said = str(value).lower() if isinstance(value, bool) else str(value or "")
        return {name: said} if said else {}
    boxes: dict[str, str] = {}
    for part, inner in members:
        boxes |= _boxes(f"{name}-{part}", inner)
    return boxes


@lru_cache(maxsize=1)
def _page() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    written = BytesIO()
    document.save(written)
    document.close()
    return written.getvalue()
