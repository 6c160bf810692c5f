"""`repatriation demo` as it is typed."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from repatriation.commands.demonstration import command
from repatriation.demonstration.officers import ACCOUNTS
from repatriation.records import migrations
from repatriation.records.doors import Doors, default_url


def test_the_accounts_are_listed_for_programs() -> None:
    listed = json.loads(CliRunner().invoke(command, ["accounts", "--json"]).output)
    assert len(listed) == len(ACCOUNTS)
    assert set(listed[0]) == {"username", "password", "role", "organisation", "country", "language"}
    assert listed[0]["username"] == "consul.bangkok"


def test_the_accounts_are_listed_for_people() -> None:
    lines = CliRunner().invoke(command, ["accounts"]).output.splitlines()
    assert len(lines) == len(ACCOUNTS) + 1
    assert "demonstration-caseworker.poipet" in lines[3]


def test_it_refuses_where_demonstration_mode_is_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPATRIATION_FOLDER", str(tmp_path))
    monkeypatch.setenv("REPATRIATION_SECRET_KEY", "x" * 40)
    result = CliRunner().invoke(command)
    assert result.exit_code == 1
    assert "demonstration" in result.output


@pytest.mark.slow
def test_it_loads_once_and_says_so_the_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPATRIATION_FOLDER", str(tmp_path))
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "true")
    doors = Doors(default_url(tmp_path))
    migrations.upgrade(doors)
    doors.dispose()
    first, second = (CliRunner().invoke(command) for _ in range(2))
    assert first.output.startswith("The demonstration is loaded:")
    assert second.output.startswith("The demonstration is there already:")
    with sqlite3.connect(tmp_path / "repatriation.sqlite") as database:
        database.execute("update case_file set digest = ?", ("0" * 64,))
    third = CliRunner().invoke(command)
    assert third.exit_code == 1
    assert "Delete the demonstration's folder, and it is made anew." in third.output
