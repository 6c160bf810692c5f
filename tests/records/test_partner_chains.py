"""Chains of partners over a downgrade and back: they go on where they ended."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlmodel import select

from repatriation.records import migrations, seals
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring
from repatriation.records.partners import Partner
from repatriation.records.trail import ADD, Head, event
from repatriation.records.verify import verify
from tests.records import made


@pytest.fixture
def empty(empty_url: str) -> Iterator[Doors]:
    """The doors of a database without tables."""
    doors = Doors(empty_url)
    yield doors
    doors.dispose()


def _arrivals(doors: Doors, keyring: Keyring, now: datetime) -> None:
    """Two events in a partner's chain, of which the first is sealed."""
    with doors.act() as session:
        body = made.organisation(session, "embassy")
        partner = Partner(client_id="an-embassy", organisation_id=body.id, name="Embassy", registered_at=now)
        session.add(partner)
        session.flush()
        head = Head(partner.id)
        for number in range(2):
            row = event(head, None, now, "handoff:arrived", {"number": number})
            session.connection().execute(ADD, row.row)
            head = row.head
            partner.trail_seq, partner.trail_head = head.seq, head.hash
            session.add(partner)
            session.flush()
            if number == 0:
                seals.seal(session, keyring, now, "tests")


def test_a_partners_chain_goes_on_where_it_ended_when_the_revision_comes_back(
    empty: Doors, keyring: Keyring, now: datetime
) -> None:
    migrations.upgrade(empty)
    _arrivals(empty, keyring, now)
    migrations.downgrade(empty, "0013")
    migrations.upgrade(empty)
    with empty.act() as session:
        partner = session.exec(select(Partner)).one()
        assert (partner.trail_seq, partner.sealed_seq) == (2, 1)
        rest = seals.seal(session, keyring, now, "tests")
        assert rest is not None
        assert rest.ranges == {partner.id: [2, 2]}
        assert verify(session, keyring).problems == ()
