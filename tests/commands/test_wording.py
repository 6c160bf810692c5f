"""`repatriation wording`: what of the papers' wording a person has read, and what breaks its rules."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from locales import catalogue
from repatriation.commands import main

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def test_the_status_counts_every_language(alone: CliRunner) -> None:
    said = alone.invoke(main, ["wording", "status"])
    assert said.exit_code == 0, said.output
    lines = [line.split() for line in said.output.splitlines()]
    assert [line[0] for line in lines] == ["Strings", "en", "km", "th", "vi", "Terms", "km", "th", "vi"]
    for line in lines:
        if line[1].isdecimal():
            assert int(line[1]) == sum(int(part) for part in line[2:])


def test_the_check_passes_what_is_in_the_catalogues(alone: CliRunner) -> None:
    said = alone.invoke(main, ["wording", "check"])
    assert (said.exit_code, said.output) == (0, "The wording of papers keeps to the glossary.\n")


def test_the_check_names_each_fault_and_fails(
    alone: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_FOLDER", tmp_path)
    for language, text in (("km", "ច្រក"), ("th", "ด่าน"), ("vi", "Cổng")):
        file = tmp_path / language / "LC_MESSAGES" / "documents.po"
        file.parent.mkdir(parents=True)
        entry = f'# origin: machine 2026-11-21\n#, fuzzy\nmsgid "Gate"\nmsgstr "{text}"\n'
        file.write_text(HEAD + entry, encoding="utf-8")
    said = alone.invoke(main, ["wording", "check"])
    assert said.exit_code == 1
    assert "vi: Gate\n    “gate” is not rendered as “cửa khẩu”\n" in said.output
    assert "faults: 1." in said.output
    assert "km: " not in said.output


def test_the_help_tells_a_reviewer_how_a_string_becomes_reviewed(alone: CliRunner) -> None:
    assert "# reviewed: ROLE, YEAR-MONTH-DAY, BASIS" in alone.invoke(main, ["wording", "-h"]).output


@pytest.fixture
def alone() -> CliRunner:
    """A terminal without an installation: wording needs none."""
    return CliRunner()
