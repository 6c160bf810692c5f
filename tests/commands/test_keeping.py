"""`repatriation trail` and `repatriation keys`: what keeps the log whole and the files closed."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from documents.keys import read_list
from repatriation.app import create_app
from repatriation.opening import NotReady, open_house
from repatriation.records import guards
from repatriation.records.doors import commit
from repatriation.settings import read_settings
from repatriation.work.actors import Actor
from repatriation.work.cases import open_case
from repatriation.work.house import House
from repatriation.work.identity import open_identities
from repatriation.work.newcase import Name, NewCase, PersonEntered
from sop.shelf import Shelf, stock
from tests.commands.conftest import Run
from tests.work.conftest import enrol

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
CASE = NewCase(
    route="tha-khm",
    stage="received",
    age_group="adult",
    person=PersonEntered(names=(Name(full="Demonstration River"),)),
)


def a_house_with_a_case() -> tuple[House, Actor, str]:
    house = open_house(read_settings())
    officer = enrol(house, "mosvy")
    enrol(house, "poipet")
    return house, officer, open_case(house, officer, NOW, CASE)


def test_a_trail_that_was_touched_is_found_out(run: Run, tmp_path: Path) -> None:
    house, _, _ = a_house_with_a_case()
    assert "The checkpoint" in run("trail", "seal", "--out", str(tmp_path / "away")).output
    assert "Everything is sealed already." in run("trail", "seal").output
    [note] = (tmp_path / "away").iterdir()
    assert "The trail is whole" in run("trail", "verify", "--note", str(note)).output
    with house.doors.alone() as connection:
        connection.begin()
        connection.execute(text("DROP TRIGGER guard_trail_update"))
        connection.execute(text("UPDATE trail SET tag = 'case:closed' WHERE seq = 1"))
        guards.put_up(connection)
        commit(connection)
    assert "it was changed" in run("trail", "verify", ends_with=1).stderr


def test_keys_are_rotated_and_the_old_epoch_is_retired(run: Run) -> None:
    _, officer, reference = a_house_with_a_case()
    assert "1 cases  (new cases)" in run("keys", "list").output
    assert "still sealed under epoch 1" not in run("keys", "rotate").output
    run("keys", "retire", "1", "--yes")
    again = open_house(read_settings())
    [identity] = open_identities(again, officer, NOW, (reference,), "audit")
    assert identity.names[0]["full"] == "Demonstration River"
    assert "epoch    2:         1 cases" in run("keys", "list").output
    run("keys", "retire", "2", "--yes", ends_with=1)


def test_keys_for_papers_are_there_from_the_start_rotated_listed_and_published(
    run: Run, tmp_path: Path
) -> None:
    assert "papers   1:" in run("keys", "list").output
    assert "generation 2" in run("keys", "rotate", "--for", "papers").output
    listed = run("keys", "list").output
    assert listed.count("root ") == 2
    assert listed.count("(new papers)") == 1
    printed = run("keys", "export-public").output
    run("keys", "export-public", "--out", str(tmp_path / "keys.json"))
    assert json.loads(printed) == json.loads((tmp_path / "keys.json").read_text())
    public = read_list(printed.encode())
    assert public.publics == open_house(read_settings()).keyring.paper_keys().publics


def test_an_installation_from_before_there_were_papers_is_given_keys_by_the_upgrade(run: Run) -> None:
    folder = read_settings().keyring_folder
    shutil.rmtree(folder / "papers-0001")
    for words in (("keys", "list"), ("keys", "export-public")):
        assert "run `repatriation db upgrade`" in run(*words, ends_with=1).stderr
    run("db", "upgrade")
    assert "papers   1:" in run("keys", "list").output


def test_the_tables_can_be_brought_up_where_the_keys_are_not(run: Run) -> None:
    shutil.rmtree(read_settings().keyring_folder)
    run("db", "upgrade")
    assert not read_settings().keyring_folder.exists()


def test_keys_for_papers_that_grow_old_are_called_due(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "false")
    monkeypatch.setenv("REPATRIATION_SECRET_KEY", "not used for anything but this test")
    assert "DUE" in run("keys", "list").output  # the demonstration's keys are made to look ten years old
    run("keys", "rotate", "--for", "papers")
    assert "DUE" not in run("keys", "list").output


def test_nobody_is_served_while_a_guard_of_the_trail_is_missing(run: Run) -> None:
    house, _, _ = a_house_with_a_case()
    create_app(read_settings())
    with house.doors.alone() as connection:
        connection.begin()
        connection.execute(text("DROP TRIGGER guard_trail_update"))
        commit(connection)
    with pytest.raises(NotReady, match="guard_trail_update is missing"):
        create_app(read_settings())
    assert "guard_trail_update is missing" in run("db", "check", ends_with=1).stderr
    run("db", "upgrade")
    assert "can be used" in run("db", "check").output
    create_app(read_settings())


def test_nobody_is_served_when_the_procedure_of_a_case_was_edited_under_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_house_with_a_case()
    edited = replace(stock().in_force("tha-khm", NOW.date()), digest="0" * 64)
    monkeypatch.setattr("repatriation.opening.shelf.stock", lambda _: Shelf((edited,), ()))
    with pytest.raises(NotReady, match="not here any more or was edited"):
        create_app(read_settings())
