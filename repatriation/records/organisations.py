"""The organisations that play a part in cases, and the officers who act for them."""

from sqlalchemy import Index

from repatriation.records.columns import Row, choice, column, document, identifier

DUTIES = ("consular", "coordinator", "reception", "caseworker", "protection", "police", "iom", "auditor")
SYSTEM = "system"
"""The duty of a partner's program: it has an author's place in the records, and nobody can sign in as it."""


class Organisation(Row, table=True):
    """A ministry, mission, police office, shelter, NGO or agency. `functions` are the sides of roles it may
    play.
    """

    id: str = identifier()
    code: str = column("open", unique=True)
    name: str = column("open")
    name_local: str | None = column("open", None)
    country: str = column("open")
    functions: list[str] = document("open", make=list)
    stationed: str | None = column("open", None)  # the country a mission serves in
    place: str | None = column("open", None)  # the gate or province it works at
    demonstration: bool = column("open", False)


class Officer(Row, table=True):
    """A person who signs in and acts for one organisation."""

    __table_args__ = (Index(None, "organisation_id"),)

    id: str = identifier()
    organisation_id: str = column("open", refers="organisation.id")
    username: str = column("case", unique=True)
    password_hash: str = column("identity")
    display_name: str = column("case")
    duty: str = choice("open", "duty", *DUTIES, SYSTEM)
    language: str = column("open", "en")
    active: bool = column("open", True)
    demonstration: bool = column("open", False)
