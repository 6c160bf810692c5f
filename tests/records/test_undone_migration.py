"""Papers that nobody has revoked stay revoked, also for a program that knows of no such thing."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text

from repatriation.records import migrations
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.papers import Paper, PaperRevocation
from tests.records import made


@pytest.fixture
def empty(empty_url: str) -> Iterator[Doors]:
    """The doors of a database without tables."""
    doors = Doors(empty_url)
    yield doors
    doors.dispose()


def _papers(doors: Doors, keyring: Keyring, now: datetime) -> str:
    """A paper that an officer has revoked, and one that nobody has; gives the officer."""
    with doors.act() as session:
        actor = made.officer(session)
        case = made.case(session, now, actor, keyring)
        for number, reason, by in (
            ("KH26-2222-2222", "lost", actor),
            ("KH26-3333-3333", "step_undone", None),
        ):
            session.add(
                Paper(
                    number=number,
                    kind="consent_form",
                    action="agree",
                    letter="",
                    languages="km th",
                    case_id=case.id,
                    version=1,
                    organisation_id=actor.organisation_id,
                    officer_id=actor.officer_id,
                    seq=1,
                    issued_at=now,
                    pages=1,
                    keys=1,
                    data_sha256="",
                    file_sha256="",
                )
            )
            who = {"officer_id": by.officer_id, "organisation_id": by.organisation_id} if by else {}
            session.add(PaperRevocation(number=number, at=now, reason=reason, **who))
        return actor.officer_id


def test_what_nobody_has_revoked_stays_revoked_on_the_way_back(
    empty: Doors, keyring: Keyring, now: datetime
) -> None:
    migrations.upgrade(empty)
    officer = _papers(empty, keyring, now)
    migrations.downgrade(empty, "0013")
    with empty.read() as session:
        rows = session.connection().execute(
            text("SELECT number, reason, officer_id FROM paper_revocation ORDER BY number")
        )
        assert [tuple(row) for row in rows] == [
            ("KH26-2222-2222", "lost", officer),
            ("KH26-3333-3333", "not_completed", officer),
        ]
    migrations.upgrade(empty)
    assert migrations.ready(empty) == ()
