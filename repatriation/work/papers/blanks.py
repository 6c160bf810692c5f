"""Blank forms, to be printed and filled in by hand where there is no time or no power."""

from documents.composing import Draft, compose
from documents.kinds import KINDS
from documents.printing import CannotPrint
from repatriation.records.organisations import Organisation
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.papers.issuing import issuer_of
from repatriation.work.papers.languages import Pair
from repatriation.work.refusals import Invalid, NoPaper

LANGUAGES = ("km", "th", "vi", "en")


def blank(house: House, actor: Actor, kind: str, languages: Pair) -> bytes:
    """A form of a kind without anything entered, for the officer's own organisation.

    Raises:
        Invalid: there is no such kind, or the two languages are alike or not ours.
        NoPaper: it cannot be printed.
    """
    if kind not in KINDS:
        raise Invalid({"kind": "needed"})
    if languages[0] == languages[1] or not set(languages) <= set(LANGUAGES):
        raise Invalid({"languages": "alike"})
    if house.papers is None or house.papers.fault:
        raise NoPaper("not_ready")
    with house.doors.read() as session:
        own = session.get_one(Organisation, actor.organisation_id)
        made = Draft(
            kind,
            languages,
            issuer_of(own),
            None,
            demonstration=own.demonstration,
            digits=house.papers.digits,
        )
    try:
        return house.papers.press.print(compose(made).sheet).file
    except CannotPrint as problem:
        raise NoPaper(problem.code) from None
