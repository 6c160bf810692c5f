"""Words for people in answers to programs: what pages say, as plain text in the language asked for."""

from markupsafe import Markup

from repatriation.web.callers import caller
from repatriation.web.desk import day_for
from repatriation.web.words import Wording
from repatriation.work.casepage import CasePage


def wording(page: CasePage) -> Wording:
    """The words for the procedure of a case."""
    return Wording(page.procedure, day_for(caller().actor))


def plain(words: Markup | str) -> str:
    """The words without marks of language around them."""
    return Markup(words).striptags()  # noqa: S704 - marks are taken off, none are made
