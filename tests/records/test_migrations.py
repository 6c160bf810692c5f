"""Migrations: up, down and up again with rows, on both databases; wholly or not at all; one at a time."""

import re
import sqlite3
import textwrap
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Enum, text
from sqlmodel import select

from repatriation.records import guards, migrations
from repatriation.records.cases import CaseFile
from repatriation.records.doors import Doors, commit
from repatriation.records.keyring import Keyring
from repatriation.records.migrations import MigrationFailed, NotReady
from repatriation.records.people import Person
from repatriation.records.tables import METADATA
from repatriation.records.trail import append
from tests.records import made
from tests.records.apart import APART


@pytest.fixture
def empty(empty_url: str) -> Any:
    """The doors of a database without tables."""
    doors = Doors(empty_url)
    yield doors
    doors.dispose()


def _fill(doors: Doors, keyring: Keyring, now: datetime) -> str:
    with doors.act() as session:
        actor = made.officer(session)
        case = made.case(session, now, actor, keyring, state={"facts": {"presumed": "ជ"}})
        session.add(Person(case_id=case.id))
        append(session, actor, now, "case:opened", {"route": "tha-khm"}, case.id)
        return case.reference


def _schema(connection: Connection) -> dict[str, Any]:
    """What the database says it holds, each thing by its name; the order of a table's
    constraints says nothing."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'")
        )
        said = {name: " ".join(sql.replace('"', "").split()) for name, sql in rows}
        return {name: sorted(re.split(", CONSTRAINT | \\)(?= WITHOUT|$)", sql)) for name, sql in said.items()}
    rows = connection.execute(
        text(
            "SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace UNION ALL"
            " SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
            " SELECT table_name || '.' || column_name, data_type || is_nullable"
            " || coalesce(column_default, '') || coalesce(character_maximum_length, 0)"
            " FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
    )
    return {name: what for name, what in rows if "alembic" not in name}


def _in_writing(doors: Doors, what: Callable[[Connection], Any]) -> None:
    with doors.alone() as connection:
        connection.begin()
        what(connection)
        commit(connection)


def test_up_down_and_up_again_with_rows(empty: Doors, keyring: Keyring, now: datetime) -> None:
    for _ in range(2):
        assert migrations.current(empty) is None
        migrations.upgrade(empty)
        assert migrations.current(empty) == migrations.head()
        reference = _fill(empty, keyring, now)
        with empty.read() as session:
            assert session.exec(select(CaseFile.reference)).all() == [reference]
        migrations.downgrade(empty)
    with empty.read() as session:
        assert _schema(session.connection()) == {}


def test_migrating_again_changes_nothing(empty: Doors, keyring: Keyring, now: datetime) -> None:
    migrations.upgrade(empty)
    reference = _fill(empty, keyring, now)
    migrations.upgrade(empty)
    with empty.read() as session:
        assert session.exec(select(CaseFile.reference)).all() == [reference]


def test_the_migrated_schema_is_the_one_the_tables_describe(doors: Doors, empty: Doors) -> None:
    with doors.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        migrated = _schema(session.connection())
    _in_writing(empty, METADATA.create_all)
    _in_writing(empty, guards.put_up)
    with empty.read() as session:
        assert migrated == _schema(session.connection())


def test_every_choice_is_checked_by_the_database_with_the_values_the_program_knows(doors: Doors) -> None:
    with doors.read() as session:
        said = str(_schema(session.connection())).replace('"', "").replace("\\'", "'")
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Enum):
                values = [f"'{value}'" for value in column.type.enums]
                plain = f"{column.name} IN ({', '.join(values)})"
                cast = ", ".join(f"{value}::character varying" for value in values)
                assert plain in said or f"{column.name})::text = ANY ((ARRAY[{cast}])" in said


def test_a_migrated_database_is_ready_and_an_empty_one_is_not(doors: Doors, empty: Doors) -> None:
    assert migrations.ready(doors) == ()
    assert migrations.ready(empty) == (NotReady("revision", "empty"),)


def test_a_database_without_a_guard_is_not_ready_until_it_is_migrated_again(doors: Doors) -> None:
    on = " ON trail" if doors.kind == "postgresql" else ""
    _in_writing(doors, lambda connection: connection.execute(text(f"DROP TRIGGER guard_trail_delete{on}")))
    assert migrations.ready(doors) == (NotReady("guard", "guard_trail_delete"),)
    migrations.upgrade(doors)
    assert migrations.ready(doors) == ()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_guard_that_is_switched_off_is_missed_until_a_migration_switches_it_on(doors: Doors) -> None:
    _in_writing(doors, lambda c: c.execute(text("ALTER TABLE fact DISABLE TRIGGER guard_fact_update")))
    assert migrations.ready(doors) == (NotReady("guard", "guard_fact_update"),)
    migrations.upgrade(doors)
    assert migrations.ready(doors) == ()


def test_a_server_that_does_not_answer_is_named_as_the_trouble(tmp_path: Path) -> None:
    doors = Doors(f"postgresql://nobody@/nothing?host={tmp_path}")
    assert [problem.code for problem in migrations.ready(doors)] == ["unreachable"]


def _migrate(url: str) -> None:
    doors = Doors(url)
    migrations.upgrade(doors)
    doors.dispose()


def test_several_machines_may_migrate_at_once(empty: Doors, empty_url: str) -> None:
    processes = [APART.Process(target=_migrate, args=(empty_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert migrations.ready(empty) == ()


def _scripts(folder: Path, second: str) -> Path:
    """The revisions there are, and one more."""
    ours = Path(migrations.__file__).parent
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((ours / "env.py").read_text())
    for file in (ours / "versions").glob("[0-9]*.py"):
        (folder / "versions" / file.name).write_text(file.read_text())
    body = textwrap.indent(textwrap.dedent(second).strip(), "    ")
    (folder / "versions" / "9999_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9999'\ndown_revision = {migrations.head()!r}\n\n\ndef upgrade():\n{body}\n"
    )
    return folder


FAILS = """
op.add_column("organisation", sa.Column("colour", sa.String()))
op.execute("INSERT INTO organisation (id, colour) VALUES ('half', 'done')")
"""


def test_a_migration_that_fails_leaves_everything_as_it_was(
    doors: Doors, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    _fill(doors, keyring, now)
    with doors.read() as session:
        before = _schema(session.connection())
    scripts = _scripts(tmp_path / "scripts", FAILS)
    with pytest.raises(Exception, match=r"NOT NULL|null value"):
        migrations.upgrade(doors, scripts=scripts)
    with doors.read() as session:
        assert _schema(session.connection()) == before
    assert migrations.ready(doors) == ()
    made_after = _fill_more(doors)
    assert made_after == "after"


def _fill_more(doors: Doors) -> str:
    with doors.act() as session:
        return made.organisation(session, "after").code


REBUILDS = """
with op.batch_alter_table("fact") as batch:
    batch.add_column(sa.Column("colour", sa.String()))
    batch.alter_column("name", existing_type=sa.String(), type_=sa.Text())
"""


def test_the_guards_outlive_a_migration_that_rebuilds_their_table(doors: Doors, tmp_path: Path) -> None:
    migrations.upgrade(doors, scripts=_scripts(tmp_path / "scripts", REBUILDS))
    with doors.read() as session:
        assert guards.missing(session.connection()) == ()


REBUILDS_PARENT = """
with op.batch_alter_table("case_file") as batch:
    batch.alter_column("route", existing_type=sa.String(), type_=sa.Text())
"""


def test_rebuilding_a_table_does_not_take_along_the_rows_that_point_at_it(
    doors: Doors, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    _fill(doors, keyring, now)
    migrations.upgrade(doors, scripts=_scripts(tmp_path / "scripts", REBUILDS_PARENT))
    with doors.read() as session:
        assert len(session.exec(select(Person)).all()) == 1


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_rows_pointing_at_nothing_is_undone(
    doors: Doors, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    reference = _fill(doors, keyring, now)
    with pytest.raises(MigrationFailed, match="point at nothing"):
        migrations.upgrade(
            doors, scripts=_scripts(tmp_path / "scripts", "op.execute('DELETE FROM case_file')")
        )
    with doors.read() as session:
        assert session.exec(select(CaseFile.reference)).all() == [reference]
        assert session.connection().execute(text("PRAGMA foreign_keys")).scalar() == 1


def _die_in_the_middle(url: str, folder: str) -> None:
    doors = Doors(url)
    migrations.upgrade(doors, scripts=Path(folder))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_kill_in_the_middle_of_a_migration_leaves_the_file_as_it_was(
    doors: Doors, database_url: str, tmp_path: Path
) -> None:
    kill = (
        "op.add_column('organisation', sa.Column('colour', sa.String()))\nimport os; os.kill(os.getpid(), 9)"
    )
    scripts = _scripts(tmp_path / "scripts", kill)
    process = APART.Process(target=_die_in_the_middle, args=(database_url, str(scripts)))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert migrations.ready(doors) == ()
    with sqlite3.connect(str(doors.url.database)) as plain:
        assert (
            "colour"
            not in plain.execute("SELECT sql FROM sqlite_master WHERE name = 'organisation'").fetchone()[0]
        )
    plain.close()


def test_the_revisions_are_one_line() -> None:
    files = sorted((Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))
    said = [file.read_text() for file in files]
    for number, source in enumerate(said):
        revision = files[number].name.split("_")[0]
        before = f'"{files[number - 1].name.split("_")[0]}"' if number else "None"
        assert f'revision: str = "{revision}"' in source
        assert f"down_revision: str | None = {before}" in source
