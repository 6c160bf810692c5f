"""All valid papers of one return as one file, with a list in front: for whoever travels with the person."""

from datetime import datetime

from documents.composing import Issuer
from documents.contents import Entry, contents
from documents.printing import CannotPrint
from repatriation.records.organisations import Organisation
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.papers.archive import fetch_all, papers_of
from repatriation.work.papers.issuing import issuer_of
from repatriation.work.papers.languages import pairs
from repatriation.work.papers.pictures import joined
from repatriation.work.refusals import NoPaper, NotFound


def bundle(house: House, actor: Actor, now: datetime, reference: str) -> bytes:
    """The papers that count now and that the officer may open, in the order in which they were issued. Each
    opening is written to the trail.

    Raises:
        NotFound: no such case, not this officer's to know of, or no paper in it that they may open.
        NoPaper: the list cannot be printed; then nothing was opened.
    """
    if house.papers is None or house.papers.fault:
        raise NoPaper("not_ready")
    found = papers_of(house, actor, reference)
    lines = [
        line
        for line in reversed(found.issued)
        if line.valid and line.may_open and (line.expires_at is None or line.expires_at > now)
    ]
    if not lines:
        raise NotFound
    entries = [Entry(line.number, line.kind, line.version, line.issued_at, line.pages) for line in lines]
    with house.doors.read() as session:
        issuer: Issuer = issuer_of(session.get_one(Organisation, actor.organisation_id))
    pair = pairs(found.procedure, actor.country, actor.functions, ())[0]
    digits = house.papers.digits
    try:
        front = house.papers.press.print(contents(entries, pair, issuer, reference, now, digits=digits))
        if front.pages > 1:
            again = contents(entries, pair, issuer, reference, now, front.pages, digits)
            front = house.papers.press.print(again)
    except CannotPrint as problem:
        raise NoPaper(problem.code) from None
    files = fetch_all(house, actor, now, reference, [line.number for line in lines])
    return joined([front.file, *(file.content for file in files)])
