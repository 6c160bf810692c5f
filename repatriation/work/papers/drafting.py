"""Drafts the paper of an act: its languages, and its fields as far as the case can fill them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from documents.kinds import KINDS, Kind
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.identity import open_identity
from repatriation.work.papers.languages import Pair, pairs
from repatriation.work.papers.onfile import read
from repatriation.work.papers.prefill import fields_on_file
from repatriation.work.particulars import NOTHING, Particulars
from repatriation.work.refusals import Invalid, ReadOnly


@dataclass(frozen=True, slots=True)
class Drafted:
    """A paper before anybody has looked at it. `fields` need not be complete, nor pass as they are."""

    reference: str
    version: int
    action: str
    kind: Kind
    languages: Pair
    choices: tuple[Pair, ...]
    fields: dict[str, Any]


def draft(
    house: House,
    actor: Actor,
    now: datetime,
    reference: str,
    action: str,
    given: Particulars = NOTHING,
    languages: Pair | None = None,
) -> Drafted:
    """Which paper an act makes, in which languages, and what is on file for it.

    This opens the person's identity, and is written to the case's trail as such before anything is read.

    Args:
        given: what the officer entered beside the act.
        languages: the pair chosen; none: the issuing side's language first, then the other side's.

    Raises:
        NotFound: no such case, or not this officer's to know of.
        ReadOnly: the officer's duty is to look.
        Invalid: the act makes no paper, or the languages are none of those it may have.
    """
    if actor.reads_only:
        raise ReadOnly
    on = read(house, actor, now, action, given, open_identity(house, actor, now, reference, "prepare_paper"))
    if on.action.document is None:
        raise Invalid({"paper": "not_asked"})
    kind = KINDS[on.action.document]
    told = on.action.discloses.to if on.action.discloses else ()
    choices = pairs(on.procedure, actor.country, actor.functions, told)
    if languages is not None and languages not in choices:
        raise Invalid({"languages": "unknown"})
    return Drafted(
        reference,
        on.version,
        action,
        kind,
        languages or choices[0],
        choices,
        fields_on_file(kind.name, on),
    )
