"""The directory of services on the command line: tried first, entered when asked to, written out again."""

from pathlib import Path

from openpyxl import Workbook, load_workbook

from repatriation.work.services.sheets import COLUMNS
from tests.commands.conftest import Run

ROW = {
    "organisation": "mosvy",
    "name": "House in Poipet",
    "services": "anti_trafficking_transitional_accomodation",
    "place": "KHM-011002",
    "women": "yes",
    "men": "no",
    "trans": "no",
    "children": "no",
    "accessible": "no",
}


def book_of(path: Path, **changes: str) -> str:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "services"
    sheet.append(COLUMNS)
    sheet.append([{**ROW, **changes}.get(name) for name in COLUMNS])
    book.save(path)
    return str(path)


def test_a_directory_is_tried_entered_and_written_out(run: Run, tmp_path: Path) -> None:
    run("organisation", "enter", "mosvy", "--name", "MoSVY", "--country", "KHM", "--function", "coordination")
    run(
        "officer",
        "enter",
        "dara",
        "--organisation",
        "mosvy",
        "--name",
        "Dara",
        "--duty",
        "coordinator",
        "--password",
        "a long enough password",
    )
    good, bad, out = tmp_path / "good.xlsx", tmp_path / "bad.xlsx", tmp_path / "out.xlsx"
    told = run("import", "services", book_of(good), "--organisation", "mosvy").output
    assert "1 new, 0 changed, 0 as they were." in told
    assert "Nothing was changed." in told
    told = run("import", "services", book_of(bad, place="Poipet"), "--officer", "dara", ends_with=1).output
    assert "Sheet services, row 2, column E (place): it takes a code of the gazetteer" in told
    assert "Entered." in run("import", "services", str(good), "--officer", "dara", "--apply").output
    assert "Wrote 1 services" in run("export", "services", str(out)).output
    assert load_workbook(out)["services"]["C2"].value == "House in Poipet"
    assert "is there already" in run("export", "services", str(out), ends_with=1).output
    assert (
        "0 new, 0 changed, 1 as they were." in run("import", "services", str(out), "--officer", "dara").output
    )
    assert (
        "no such file" in run("import", "services", "nowhere.xlsx", "--officer", "dara", ends_with=1).output
    )
