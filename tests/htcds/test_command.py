"""The command tells before it does, and says in sentences what it cannot do."""

import csv
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repatriation.commands import main
from repatriation.records.keyring import Keyring
from repatriation.work.actors import Actor
from tests.htcds.making import PERSON, book


@pytest.fixture
def world(
    officers: dict[str, Actor],
    database_url: str,
    keyring: Keyring,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The small world, reached through settings; gives a folder for files."""
    assert officers
    for name in [name for name in os.environ if name.startswith("REPATRIATION_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REPATRIATION_DATABASE_URL", database_url)
    monkeypatch.setenv("REPATRIATION_KEYRING", str(keyring.folder))
    monkeypatch.setenv("REPATRIATION_FOLDER", str(tmp_path))
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "true")
    return tmp_path


def did(*words: object) -> Result:
    """What the command said."""
    return CliRunner().invoke(main, ["import", "htcds", *map(str, words)])


def test_it_tells_first_and_opens_when_asked_to(world: Path) -> None:
    path = book(world, [PERSON, PERSON | {"con_Consent": False}])
    report = world / "report.csv"
    told = did(path, "--organisation", "datip", "--report", report)
    assert told.exit_code == 0, told.output
    assert "A dry run: nothing is changed." in told.output
    assert "1 row would open." in told.output
    assert "row 4, column F: No consent is on file" in told.output
    done = did(path, "--organisation", "datip", "--apply", "--report", report)
    assert "1 row opened." in done.output
    rows = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["row"], row["outcome"], row["code"]) for row in rows] == [
        ("3", "opened", ""),
        ("4", "refused", "no_consent"),
    ]
    assert rows[0]["case"].startswith("TK-")
    assert "Dara" not in report.read_text()
    assert "1 row opened before." in did(path, "--organisation", "datip", "--apply").output


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_it_cannot_do_it_says_in_a_sentence(world: Path) -> None:
    path = book(world, [PERSON])
    csv_file = world / "people.csv"
    csv_file.write_text("name")
    for words, said in (
        ((), "Give the workbook to read"),
        ((world / "none.xlsx", "--organisation", "datip"), "cannot be opened"),
        ((csv_file, "--organisation", "datip"), "not an .xlsx workbook"),
        ((path,), "Say who imports"),
        ((path, "--organisation", "nobody"), "No officer who may act"),
        ((path, "--organisation", "datip", "--report", world / "no" / "way.csv"), "report cannot be written"),
    ):
        answer = did(*words)
        assert answer.exit_code != 0
        assert said in answer.output
        assert "Traceback" not in answer.output


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_it_writes_an_empty_workbook_and_never_over_another(world: Path) -> None:
    path = world / "empty.xlsx"
    assert did("--template", path).exit_code == 0
    again = did("--template", path)
    assert (again.exit_code, "not written over" in again.output) == (1, True)
    assert "There is no filled row in it." in did(path, "--organisation", "datip").output


def test_a_sheet_name_cannot_become_a_formula_in_the_report(world: Path) -> None:
    report = world / "report.csv"

    def rename(sheet: object) -> None:
        sheet.title = "=1+1"  # type: ignore[attr-defined]

    did(book(world, [PERSON], rename), "--organisation", "datip", "--report", report)
    assert "'=1+1" in report.read_text()
