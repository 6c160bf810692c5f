"""A paper whose fields somebody else has filled in: a partner's program, for an act that needs one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from repatriation.work.actors import Actor
from repatriation.work.casepage import CasePage
from repatriation.work.house import House
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.issuing import Asked, prepare
from repatriation.work.papers.languages import Pair, pairs
from repatriation.work.particulars import Particulars
from repatriation.work.refusals import Invalid
from sop.procedure import Action


def choices(actor: Actor, page: CasePage, action: Action) -> tuple[Pair, ...]:
    """The pairs of languages that the paper of an act may have, the usual one first."""
    told = action.discloses.to if action.discloses else ()
    return pairs(page.procedure, actor.country, actor.functions, told)


def ready(
    house: House,
    actor: Actor,
    now: datetime,
    page: CasePage,
    action: Action,
    version: int,
    languages: Pair | None,
    entered: Mapping[str, Any],
    given: Particulars | None = None,
) -> Prepared:
    """The paper of an act, made of what was entered and nothing else.

    Raises:
        Invalid: the act has no paper, the languages are none of those it may have, or a field cannot be
            taken or says something else than the act.
        NoPaper: it cannot be made.
    """
    if action.document is None:
        raise Invalid({"": "not_asked"})
    possible = choices(actor, page, action)
    if languages is not None and languages not in possible:
        raise Invalid({"languages": "unknown"})
    asked = Asked(page.reference, action.name, languages or possible[0], entered, given)
    try:
        return prepare(house, actor, now, asked, version)
    except Invalid as wrong:
        raise Invalid({f"fields.{field}": code for field, code in wrong.problems.items()}) from None
