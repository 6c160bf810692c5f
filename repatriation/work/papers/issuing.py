"""Makes a paper ready: fields checked, composed, printed and signed, all before its step is taken."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from sqlmodel import col, func, select

from documents.composing import CannotCompose, Composed, Draft, Issue, Issuer, compose
from documents.fields import PaperFields
from documents.keys import Generation
from documents.kinds import KINDS, Kind
from documents.printing import CannotPrint, Printed
from documents.signing import Signer
from documents.squares import square
from documents.tokens import Claims, write_token
from locales.dates import AT_HOME
from repatriation.records.cases import LETTERS, CaseFile
from repatriation.records.keyring import Keyring
from repatriation.records.organisations import Organisation
from repatriation.records.papers import Paper, new_number
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.papers.binding import check
from repatriation.work.papers.filing import Prepared
from repatriation.work.papers.languages import LANGUAGE_OF, Pair
from repatriation.work.papers.workshop import Workshop
from repatriation.work.particulars import Particulars, problems_of
from repatriation.work.reading import find
from repatriation.work.refusals import Invalid, NoPaper, ReadOnly
from sop.clocks import zone_of

_SQUARE_MM: Final = 33.0
_NOT_OF_A_STATE: Final = frozenset({"ngo", "iom"})


class Asked(NamedTuple):
    """Which paper is asked for: of an act in a case, in two languages, with what was entered in it.

    `given` is what was entered beside the act, where the paper is made together with it.
    """

    reference: str
    action: str
    languages: Pair
    entered: Mapping[str, Any]
    given: Particulars | None = None


def preview(house: House, actor: Actor, now: datetime, asked: Asked) -> Printed:
    """The paper as it would look, marked as a draft: without a number, and good for nothing.

    Raises:
        NotFound: no such case, or not this officer's to know of.
        Invalid: a field cannot be taken; each by its place, such as person.names.0.family.
        NoPaper: it cannot be printed.
    """
    workshop = workshop_of(house)
    with house.doors.read() as session:
        case = find(session, actor, asked.reference)
        own = session.get_one(Organisation, actor.organisation_id)
        made = _drafted(house, asked, own, case, actor.day(now))
    return printed(workshop, composed(made, None, None))


def prepare(house: House, actor: Actor, now: datetime, asked: Asked, version: int) -> Prepared:
    """The paper, numbered, printed and signed, for the step that an officer takes on a version of a case.

    It is a paper only once `take_step` has written it down together with its step.

    Raises:
        What `preview` raises, and ReadOnly for one whose duty is to look.
    """
    if actor.reads_only:
        raise ReadOnly
    workshop = workshop_of(house)
    with house.doors.read() as session:
        case = find(session, actor, asked.reference)
        own = session.get_one(Organisation, actor.organisation_id)
        made = _drafted(house, asked, own, case, actor.day(now))
        edition = (
            1
            + session.exec(
                select(func.count())
                .select_from(Paper)
                .where(Paper.case_id == case.id, col(Paper.kind) == made.kind)
            ).one()
        )
        issue = issue_of(house, workshop, own, edition, now, case.trail_head)
    return printed_and_signed(workshop, made, issue, asked, version)


def printed_and_signed(
    workshop: Workshop,
    made: Draft,
    issue: Issue,
    asked: Asked,
    version: int,
    generation: Generation | None = None,
) -> Prepared:
    """A drafted paper, composed with its square, printed and signed: by the newest keys, or those named."""
    kind, keys = KINDS[made.kind], generation or workshop.keys.newest
    assert made.fields is not None
    expires = expiry(made.fields)
    claims = Claims(workshop.origin, issue.number, kind.letter, issue.at, expires, b"")
    laid_out = composed(made, issue, partial(_square, claims, keys.token_key))
    made_file = printed(workshop, laid_out)
    return Prepared(
        reference=asked.reference,
        version=version,
        action=asked.action,
        kind=kind.name,
        replaces=kind.replaces,
        letter=kind.letter,
        number=issue.number,
        edition=issue.version,
        languages=asked.languages,
        issued_at=issue.at,
        expires_at=expires,
        pages=made_file.pages,
        keys=keys.number,
        data=laid_out.data,
        file=Signer(keys).sign(made_file.file, issue.at),
        request=fingerprint(asked),
    )


def fingerprint(asked: Asked) -> str:
    """Tells two requests apart: what was entered, and in which languages it was asked for."""
    told = json.dumps([asked.languages, asked.entered], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def code_of(keyring: Keyring, number: str) -> str:
    """The six letters beside a number: who has not seen the paper cannot work them out."""
    key = keyring.digest_key("paper codes")
    digest = hmac.digest(key, number.encode(), "sha256")
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:6])


def issuer_of(organisation: Organisation) -> Issuer:
    """An organisation as it signs a paper, by its name in each language in which it has one."""
    names = {"en": organisation.name}
    own = LANGUAGE_OF.get(organisation.country)
    if own and organisation.name_local:
        names[own] = organisation.name_local
    state = _NOT_OF_A_STATE.isdisjoint(organisation.functions)
    return Issuer(organisation.code, organisation.country, state, names)


def expiry(fields: PaperFields) -> datetime | None:
    """When a paper stops counting by itself: the end of the last day that stands in it, if one does."""
    until = getattr(getattr(fields, "journey", None), "until", None)
    if until is None:
        return None
    parts = [int(part) for part in until.split("-")]
    if len(parts) < 3:  # a month or a year holds to its end
        year, month = (parts[0], parts[1] + 1) if len(parts) == 2 else (parts[0] + 1, 1)
        return datetime.combine(date(year + (month > 12), (month - 1) % 12 + 1, 1), time.min, zone_of("KHM"))
    return datetime.combine(date(*parts) + timedelta(days=1), time.min, zone_of("KHM"))


def workshop_of(house: House) -> Workshop:
    """The means to make papers. Raises NoPaper where none can be made."""
    if house.papers is None or house.papers.fault:
        raise NoPaper("not_ready")
    return house.papers


def _drafted(house: House, asked: Asked, own: Organisation, case: CaseFile, today: date) -> Draft:
    """The paper of an act. Raises Invalid."""
    action = house.shelf.pinned(case.digest).actions.get(asked.action)
    if action is None or action.document is None:
        raise Invalid({"paper": "not_asked"})
    return draft_of(house, KINDS[action.document], asked, own, case, today)


def draft_of(house: House, kind: Kind, asked: Asked, own: Organisation, case: CaseFile, today: date) -> Draft:
    """A paper from what was entered. Raises Invalid, also where it says something else than its act; NoPaper
    where none can be made.
    """
    workshop = workshop_of(house)
    try:
        fields = kind.schema.model_validate(asked.entered)
    except ValidationError as problem:
        raise Invalid(problems_of(problem)) from None
    procedure = house.shelf.pinned(case.digest)
    check(procedure, procedure.actions[asked.action], asked.given, fields, today)
    return Draft(
        kind.name,
        asked.languages,
        issuer_of(own),
        fields,
        reference=case.reference,
        demonstration=case.demonstration,
        specimen=own.code not in workshop.authorities,
        digits=workshop.digits,
    )


def issue_of(
    house: House, workshop: Workshop, own: Organisation, edition: int, now: datetime, head: str
) -> Issue:
    """What issuing adds: a new number, its code, when and where."""
    number = new_number(own.country, now.astimezone(AT_HOME))
    return Issue(
        number,
        edition,
        now.replace(microsecond=0),
        code_of(house.keyring, number),
        workshop.verify_at,
        head,
        own.place.replace("-", " ").title() if own.place else None,
    )


def composed(made: Draft, issue: Issue | None, drawn: Callable[[bytes], str] | None) -> Composed:
    """A paper laid out. Raises Invalid, or NoPaper where the body may not issue it."""
    try:
        return compose(made, issue, drawn)
    except CannotCompose as problem:
        if problem.field == "issuer":
            raise NoPaper(problem.code) from None
        raise Invalid({problem.field: problem.code}) from None


def printed(workshop: Workshop, laid_out: Composed) -> Printed:
    """A paper as a file. Raises NoPaper."""
    try:
        return workshop.press.print(laid_out.sheet)
    except CannotPrint as problem:
        raise NoPaper(problem.code) from None


def _square(claims: Claims, key: Any, digest: bytes) -> str:
    """The square of a paper: a signed token that names nobody."""
    return square(write_token(claims._replace(digest=digest[:16]), key), claims.number, _SQUARE_MM)
