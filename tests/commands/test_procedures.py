"""`repatriation sop` as an officer of a ministry, or a lawyer, would use it."""

import re
from pathlib import Path

import pytest

from documents.press import Press
from documents.printing import CannotPrint, Printed, Sheet
from sop.shelf import CORRIDORS
from tests.commands.conftest import Run
from tests.sop.sabotage import text_of, without_gate


def test_every_installed_route_is_walked_and_counted(run: Run) -> None:
    said = run("sop", "check").output
    for path in CORRIDORS.glob("*.toml"):
        assert f"{path.name}: " in said
    for word in ("stages", "actions", "cases visited", "ms", "sourced", "assumed"):
        assert said.count(word) == 4


def test_a_spoiled_route_is_refused_with_its_file_place_and_rule(run: Run, tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.toml"
    text = without_gate(text_of("tha-khm-2019.toml"), "depart", "consent_to_return")
    spoiled.write_text(text, encoding="utf-8")
    said = run("sop", "check", str(spoiled), ends_with=1).stderr
    assert "spoiled.toml: action depart: could move a person without consent to return." in said
    assert "no such" in run("sop", "check", str(tmp_path / "nowhere.toml"), ends_with=1).stderr.casefold()


def test_a_further_folder_of_corridors_is_used(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    later = text_of("tha-khm-2019.toml").replace('edition = "2019"', 'edition = "2027"')
    (folder / "tha-khm-2027.toml").write_text(later, encoding="utf-8")
    monkeypatch.setenv("REPATRIATION_CORRIDORS", str(folder))
    assert "2027" in run("sop", "print", "tha-khm-2027").output


@pytest.mark.parametrize("route", ["tha-khm", "khm-vnm", "vnm-khm", "khm-tha"])
def test_a_route_is_drawn_and_printed(run: Run, route: str) -> None:
    assert run("sop", "diagram", route).output.startswith("<svg")
    page = run("sop", "print", route, "--languages", "km,en").output
    assert 'lang="km"' in page
    assert "machine" in page


@pytest.mark.slow
def test_a_book_is_set_as_pages_and_says_what_is_in_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "book.pdf"
    said = run("sop", "print", "khm-tha", "--pdf", str(file)).output
    assert file.read_bytes().startswith(b"%PDF-")
    assert re.search(r"\d+ pages, with khm-tha-2019\.toml in it, SHA-256 [0-9a-f]{64}", said)


def test_a_book_that_cannot_be_written_is_told_in_a_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfit(self: Press, sheet: Sheet) -> Printed:
        raise CannotPrint("unfit", "km")

    monkeypatch.setattr(Press, "print", unfit)
    said = run("sop", "print", "khm-tha", "--pdf", str(tmp_path / "book.pdf"), ends_with=1).stderr
    assert "The book could not be printed: unfit: km." in said
    assert not (tmp_path / "book.pdf").exists()


def test_reading_a_procedure_needs_no_installation(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.delenv("REPATRIATION_DEMONSTRATION")
    monkeypatch.delenv("REPATRIATION_FOLDER")
    assert run("sop", "diagram", "khm-tha", "--language", "th").output.startswith("<svg")


def test_an_unknown_route_or_language_is_refused_in_words(run: Run) -> None:
    assert "there is no route “mars-venus”" in run("sop", "diagram", "mars-venus", ends_with=2).stderr
    assert "no words in “vi”" in run("sop", "print", "tha-khm", "--languages", "vi", ends_with=2).stderr
    assert "is not a role" in run("sop", "verdicts", "TK-0000-0000", "--as", "king", ends_with=2).stderr
    assert "no case" in run("sop", "verdicts", "TK-0000-0000", "--as", "person", ends_with=1).stderr
