"""The doors: what goes through them, and what does not."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from repatriation.records.doors import Doors, WrongDoor, default_url
from repatriation.records.organisations import Organisation
from tests.records import made


def codes(doors: Doors) -> list[str]:
    """What is kept, seen afresh."""
    with doors.read() as session:
        return sorted(session.exec(select(Organisation.code)).all())


def test_what_an_act_changes_is_kept(doors: Doors) -> None:
    with doors.act() as session:
        made.organisation(session)
    assert codes(doors) == ["shelter"]


def test_nothing_of_an_act_that_fails_is_kept(doors: Doors) -> None:
    def fail() -> None:
        with doors.act() as session:
            made.organisation(session)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert codes(doors) == []


def test_an_act_that_fails_at_its_very_end_leaves_nothing_and_the_next_one_works(doors: Doors) -> None:
    with doors.act() as session:
        made.organisation(session)
    twice = [
        Organisation(code="other", name="Other", country="KHM"),
        Organisation(code="shelter", name="Twice", country="THA"),
    ]
    with pytest.raises(DBAPIError), doors.act() as session:
        session.add_all(twice)
    with doors.act() as session:
        made.organisation(session, "third")
    assert codes(doors) == ["shelter", "third"]


def test_nobody_commits_inside_an_act(doors: Doors) -> None:
    def commit(by: Callable[[Session], None]) -> None:
        with doors.act() as session:
            made.organisation(session)
            by(session)

    with pytest.raises(WrongDoor):
        commit(lambda session: session.commit())
    with pytest.raises(WrongDoor):
        commit(lambda session: session.connection().commit())
    assert codes(doors) == []


def test_nobody_commits_what_was_opened_to_read(doors: Doors) -> None:
    with doors.read() as session, pytest.raises(WrongDoor):
        session.commit()
    with doors.read() as session:
        session.exec(select(Organisation)).all()
        with pytest.raises(WrongDoor):
            session.connection().commit()


def test_a_change_made_where_one_only_reads_is_not_lost_in_silence(doors: Doors) -> None:
    with doors.act() as session:
        made.organisation(session)
    with pytest.raises(WrongDoor), doors.read() as session:
        session.exec(select(Organisation)).one().name = "Changed"
    with pytest.raises(WrongDoor), doors.read() as session:
        session.add(Organisation(code="new", name="New", country="THA"))


def test_the_database_itself_refuses_to_write_where_one_only_reads(doors: Doors) -> None:
    with doors.act() as session:
        made.organisation(session)
    with pytest.raises(DBAPIError), doors.read() as session:
        session.exec(update(Organisation).values(name="Changed"))


def test_reading_sees_one_moment_while_somebody_writes(doors: Doors) -> None:
    with doors.read() as session:
        before = session.exec(select(Organisation.code)).all()
        with doors.act() as writing:
            made.organisation(writing)
        assert session.exec(select(Organisation.code)).all() == before == []
    assert codes(doors) == ["shelter"]


def test_one_act_inside_another_is_refused_rather_than_waited_for(doors: Doors) -> None:
    with pytest.raises(WrongDoor), doors.act(), doors.act():
        pass
    with doors.act() as session:
        made.organisation(session)
    assert codes(doors) == ["shelter"]


def test_what_was_loaded_may_be_used_after_the_door_is_shut(doors: Doors) -> None:
    with doors.act() as session:
        kept = made.organisation(session)
    assert kept.name == "The shelter"


def test_a_savepoint_may_fail_inside_an_act(doors: Doors) -> None:
    with doors.act() as session:
        made.organisation(session)
        with pytest.raises(DBAPIError), session.begin_nested():
            session.add(Organisation(code="shelter", name="Twice", country="THA"))
        made.organisation(session, "other")
    assert codes(doors) == ["other", "shelter"]


def _add(doors: Doors, code: str) -> None:
    with doors.act() as session:
        made.organisation(session, code)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_uses_connections_of_its_own(doors: Doors) -> None:
    _add(doors, "before")
    child = multiprocessing.get_context("fork").Process(target=_add, args=(doors, "child"))
    child.start()
    child.join(30)
    _add(doors, "after")
    assert child.exitcode == 0
    assert codes(doors) == ["after", "before", "child"]


def test_sqlite_is_set_to_lose_nothing_and_to_wipe_what_is_erased(tmp_path: Path) -> None:
    doors = Doors(default_url(tmp_path / "data"))
    with doors.read() as session:
        connection = session.connection()
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "recursive_triggers")
        }
    doors.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "recursive_triggers": 1,
    }


def test_the_folder_of_the_embedded_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    url = default_url(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert url.endswith("/data/repatriation.sqlite")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name"])
def test_a_database_that_cannot_do_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        Doors(url)


def test_a_row_that_points_at_nothing_is_refused(doors: Doors) -> None:
    with doors.act() as session:
        actor = made.officer(session)
    move = update(Organisation).where(col(Organisation.id) == actor.organisation_id).values(id="other")
    with pytest.raises(DBAPIError), doors.act() as session:
        session.exec(move)
