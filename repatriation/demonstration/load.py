"""Loads the demonstration: organisations, officers, and the stories, told by real steps."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from argon2 import PasswordHasher
from sqlmodel import Session, col, func, select

from repatriation.demonstration.boards import fill_boards
from repatriation.demonstration.followup import make_follow_up
from repatriation.demonstration.handoffs import make_handoffs
from repatriation.demonstration.officers import ACCOUNTS
from repatriation.demonstration.organisations import ORGANISATIONS
from repatriation.demonstration.papers import make_papers
from repatriation.demonstration.services import make_need, make_offers
from repatriation.demonstration.stories import STORIES
from repatriation.demonstration.telling import Teller
from repatriation.records.cases import CaseFile
from repatriation.records.instance import Instance
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.scope import every_case
from repatriation.work.actors import READ_ONLY, Actor
from repatriation.work.house import House
from repatriation.work.readiness import procedures_missing
from repatriation.work.sessions import actor_of
from repatriation.work.telling.rounds import tick

KEY: Final = "demonstration"
"""The key in the `instance` table under which stands that this is a demonstration, and how far it is told."""

_QUICK: Final = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
"""All may know these passwords, so slow hashes gain nothing; signing in replaces them anyhow."""


class Refused(Exception):
    """The demonstration may not be loaded here; the message is a sentence that says why."""


class Loaded(NamedTuple):
    """What is there: how many of each, and whether it was there already."""

    organisations: int
    officers: int
    cases: int
    already: bool


def load(house: House, now: datetime) -> Loaded:
    """Loads everything, or goes on where an earlier run was broken off.

    Raises:
        Refused: the installation is not in demonstration mode, or holds something that is not made up.
    """
    if not house.demonstration:
        raise Refused("This installation is not in demonstration mode (REPATRIATION_DEMONSTRATION).")
    with house.doors.act() as session:
        _refuse_real_data(session)
        kept = _kept(session, now)
        actors = people_at_work(session)
    if procedures_missing(house):
        raise Refused(
            "The made-up cases here follow procedure files that are not here any more, or were edited. "
            "Delete the demonstration's folder, and it is made anew."
        )
    already = len(kept["cases"]) == len(STORIES)
    if not already:
        _tell(house, actors, kept, make_offers(house, actors, now))
        lately = now - timedelta(seconds=2)
        make_need(house, actors, lately, kept_cases(house))
        make_follow_up(house, actors, lately, kept_cases(house))
        fill_boards(house, actors, lately, kept_cases(house))
        make_handoffs(house, actors, lately, kept_cases(house))
        make_papers(house, actors, now, kept_cases(house))
        tick(house, now - timedelta(seconds=1))
    with house.doors.read() as session:
        cases = session.exec(select(func.count()).select_from(every_case().subquery())).one()
    return Loaded(len(ORGANISATIONS), len(ACCOUNTS), cases, already)


def kept_cases(house: House) -> dict[str, str]:
    """The case of each story that was told."""
    with house.doors.read() as session:
        cases: dict[str, str] = session.get_one(Instance, KEY).value["cases"]
    return dict(cases)


def _tell(
    house: House, actors: Mapping[str, Actor], kept: dict[str, Any], services: Mapping[str, str]
) -> None:
    """Tells the stories that are not told yet, and remembers each as soon as it is told."""
    teller = Teller(house, actors, datetime.fromisoformat(kept["now"]), services)
    teller.told.cases.update(kept["cases"])
    teller.told.reopened.update(
        {name: (reference, datetime.fromisoformat(at)) for name, (reference, at) in kept["reopened"].items()}
    )
    for story in STORIES:
        if story.name in kept["cases"]:
            teller.skip(story)
            continue
        teller.tell(story)
        with house.doors.act() as session:
            session.get_one(Instance, KEY).value = {
                "now": kept["now"],
                "cases": dict(teller.told.cases),
                "reopened": {
                    name: [reference, at.isoformat()]
                    for name, (reference, at) in teller.told.reopened.items()
                },
            }


def is_demonstration(session: Session) -> bool:
    """Whether an installation is marked as a demonstration."""
    return session.get(Instance, KEY) is not None


def _refuse_real_data(session: Session) -> None:
    for table, what in ((CaseFile, "cases"), (Officer, "officers"), (Organisation, "organisations")):
        real = session.exec(
            select(func.count()).select_from(table).where(col(table.demonstration).is_(False))
        ).one()
        if real:
            raise Refused(
                f"This installation holds {what} that are not made up ({real}). Nothing was changed."
            )


def _kept(session: Session, now: datetime) -> dict[str, Any]:
    """How far the stories are told."""
    row = session.get(Instance, KEY)
    if row is None:
        row = Instance(key=KEY, value={"now": now.isoformat(), "cases": {}, "reopened": {}})
        session.add(row)
    value: dict[str, Any] = row.value
    return value


def people_at_work(session: Session, country: str | None = None) -> dict[str, Actor]:
    """One officer of each organisation who may act, by its code; what is not there yet is made. With a
    country, every organisation is made, and officers for those of that country.
    """
    organisations = {row.code: row for row in session.exec(select(Organisation)).all()}
    for made in ORGANISATIONS:
        if made.code not in organisations:
            values = {**made._asdict(), "functions": list(made.functions)}
            organisations[made.code] = Organisation(**values, demonstration=True)
            session.add(organisations[made.code])
    session.flush()
    officers = {row.username: row for row in session.exec(select(Officer)).all()}
    actors: dict[str, Actor] = {}
    for account in ACCOUNTS:
        if country is not None and account.country != country:
            continue
        organisation = organisations[account.organisation]
        if account.username not in officers:
            officers[account.username] = Officer(
                organisation_id=organisation.id,
                username=account.username,
                password_hash=_QUICK.hash(account.password),
                display_name=account.display_name,
                duty=account.duty,
                language=account.language,
                demonstration=True,
            )
            session.add(officers[account.username])
        if account.duty not in READ_ONLY:
            actors.setdefault(account.organisation, actor_of(officers[account.username], organisation))
    return actors
