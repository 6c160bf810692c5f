"""The command line in an installation of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repatriation.commands import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `repatriation …` in a prepared demonstration installation."""
    monkeypatch.setenv("REPATRIATION_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "true")

    def command(*words: str, ends_with: int = 0) -> Result:
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        assert result.exit_code == ends_with, result.output
        return result

    command("db", "prepare")
    return command
