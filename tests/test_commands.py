"""The command line: quick to ask for help, clear about settings, and enough to make an installation."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repatriation.commands import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A terminal on a machine with demonstration settings and nothing made yet."""
    for name in [name for name in os.environ if name.startswith("REPATRIATION_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "true")
    monkeypatch.setenv("REPATRIATION_FOLDER", str(tmp_path / "var"))
    return CliRunner()


def did(run: CliRunner, *words: str) -> Result:
    """What a command did."""
    return run.invoke(main, words)


def test_help_is_quick_because_nothing_large_is_loaded_for_it() -> None:
    program = (
        "import sys, repatriation.commands as c; c.main.get_help(c.click.Context(c.main)); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    large = {
        "sqlalchemy",
        "sqlmodel",
        "flask",
        "pydantic",
        "alembic",
        "weasyprint",
        "cryptography",
        "gunicorn",
    }
    assert large.isdisjoint(loaded.stdout.split())


def test_every_command_says_what_it_is_for() -> None:
    assert all(command.get_short_help_str() for command in main.commands.values())


def test_a_new_installation_is_made_by_one_command_and_not_made_twice(run: CliRunner, tmp_path: Path) -> None:
    first = did(run, "db", "prepare")
    assert first.exit_code == 0, first.output
    keyring = tmp_path / "var" / "keyring"
    keys = {file: file.read_bytes() for file in keyring.rglob("*") if file.is_file()}
    assert "Made new keys" in first.output
    second = did(run, "db", "prepare")
    assert second.exit_code == 0
    assert "Made new keys" not in second.output
    assert {file: file.read_bytes() for file in keyring.rglob("*") if file.is_file()} == keys
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert did(run, "db", "check").exit_code == 0


def test_a_database_without_tables_is_not_ready(run: CliRunner) -> None:
    answer = did(run, "db", "check")
    assert answer.exit_code == 1
    assert "run `repatriation db upgrade`" in answer.output


def test_going_back_asks_first(run: CliRunner) -> None:
    did(run, "db", "prepare")
    assert did(run, "db", "downgrade", "base").exit_code == 1
    assert did(run, "db", "downgrade", "base", "--yes").exit_code == 0
    assert did(run, "db", "upgrade").exit_code == 0


def test_settings_that_cannot_be_used_end_a_command_with_sentences(
    run: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "false")
    answer = did(run, "db", "check")
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: REPATRIATION_SECRET_KEY must be set")
