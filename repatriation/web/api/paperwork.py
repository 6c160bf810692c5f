"""The paper of an act, out of what a program sent for it."""

from collections.abc import Mapping
from typing import Any

from documents.kinds import KINDS
from repatriation.web.api.reading import names
from repatriation.web.api.refused import invalid
from repatriation.web.callers import caller
from repatriation.web.session import house, now
from repatriation.work.casepage import CasePage
from repatriation.work.papers.asking import ready
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.languages import Pair
from repatriation.work.particulars import Particulars
from repatriation.work.refusals import Invalid, MovedOn
from sop.procedure import Action


def paper_of(
    page: CasePage,
    action: Action,
    version: int,
    languages: Pair | None,
    fields: Mapping[str, Any],
    given: Particulars | None = None,
) -> Prepared:
    """The paper, printed and signed. Raises Problem, MovedOn, NoPaper."""
    try:
        return ready(house(), caller().actor, now(), page, action, version, languages, fields, given)
    except Invalid as wrong:
        if page.version != version:  # what the program looked at is gone, so its paper is no matter any more
            raise MovedOn(page.reference, page.version, ()) from None
        # Work says `fields` and then what the kind of paper calls them.
        ours = {"languages", "fields", *names(KINDS[action.document].schema)} if action.document else ()
        raise invalid(wrong.problems, ours, "/paper") from None
