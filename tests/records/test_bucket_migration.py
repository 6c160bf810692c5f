"""How full a partner's bucket is goes along when the bucket gets a table of its own, and on the way back."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import text

from repatriation.records import migrations
from repatriation.records.doors import Doors
from repatriation.records.partners import CallBucket, Partner
from tests.records import made


@pytest.fixture
def empty(empty_url: str) -> Iterator[Doors]:
    """The doors of a database without tables."""
    doors = Doors(empty_url)
    yield doors
    doors.dispose()


def test_a_full_bucket_stays_full_both_ways(empty: Doors, now: datetime) -> None:
    migrations.upgrade(empty)
    with empty.act() as session:
        actor = made.officer(session)
        for name in ("an-embassy", "a-shelter"):
            session.add(
                Partner(client_id=name, organisation_id=actor.organisation_id, name=name, registered_at=now)
            )
        session.flush()
        session.add(CallBucket(client_id="an-embassy", drained_at=1_790_000_000_000_000))
        session.add(CallBucket(client_id="a-shelter"))
    migrations.downgrade(empty, "0020")
    with empty.read() as session:
        rows = session.connection().execute(text("SELECT client_id, drained_at FROM partner ORDER BY 1"))
        assert [tuple(row) for row in rows] == [("a-shelter", 0), ("an-embassy", 1_790_000_000_000_000)]
    migrations.upgrade(empty)
    assert migrations.ready(empty) == ()
    with empty.read() as session:
        assert session.get_one(CallBucket, "an-embassy").drained_at == 1_790_000_000_000_000
        assert session.get_one(CallBucket, "a-shelter").drained_at == 0
