"""Cases are opened from a workbook wholly or not at all, once, whatever breaks in between."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import func, select, text
from sqlmodel import col

from repatriation.htcds.rows import Reading
from repatriation.htcds.workbook import open_workbook
from repatriation.records.cases import CaseFile
from repatriation.records.columns import Row
from repatriation.records.consents import Consent
from repatriation.records.doors import Doors
from repatriation.records.imports import ImportRow, ImportRun
from repatriation.records.keyring import Keyring
from repatriation.records.people import Person, PersonName, TraffickingAccount
from repatriation.records.sealing import Safe
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.htcds import importing
from repatriation.work.htcds.importing import Importer, Outcome, Plan, RowOutcome
from repatriation.work.htcds.officers import Unclear, find_officer, find_route
from tests.htcds.making import PERSON, book

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
OPENED, BEFORE, REFUSED, WOULD = Outcome.OPENED, Outcome.BEFORE, Outcome.REFUSED, Outcome.WOULD_OPEN


def people(number: int, **more: object) -> list[Mapping[str, object]]:
    """Made-up people, told apart by their names."""
    return [PERSON | {"prs_FirstName": f"Dara {place}"} | more for place in range(number)]


def imported(
    house: House,
    actor: Actor,
    path: Path,
    *,
    apply: bool = True,
    route: str = "tha-khm",
    stage: str = "reported",
    others: int = 0,
) -> list[RowOutcome]:
    """What became of each row of a workbook."""
    plan = Plan(actor, NOW, route, stage, "digest of the file", apply)
    with open_workbook(path) as workbook, Importer(house, plan, others) as importer:
        return list(importer.rows(Reading(workbook, NOW.date()).rows()))


def outcomes(done: list[RowOutcome]) -> Counter[Outcome]:
    return Counter(each.outcome for each in done)


def everything(house: House) -> dict[str, int]:
    """How many rows each table holds."""
    with house.doors.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Row.metadata.sorted_tables
        }


def test_a_dry_run_tells_what_would_be_and_changes_nothing(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    path = book(tmp_path, [*people(3), PERSON | {"con_Consent": False}])
    before = everything(house)
    done = imported(house, officers["datip"], path, apply=False)
    assert [(each.row, each.outcome) for each in done] == [(3, WOULD), (4, WOULD), (5, WOULD), (6, REFUSED)]
    assert everything(house) == before


def test_a_row_becomes_a_sealed_case_with_every_value_in_its_place(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    def unknown_column(sheet: Worksheet) -> None:
        sheet["AN2"], sheet["AN3"] = "Bed", "14 b"

    row = PERSON | {
        "prs_Gender": "Feminine",
        "prs_Citizenship": "Cambodia; Lao PDR",
        "prs_MobilePhone": "+855 12 000 000",
        "prs_MailingCity": "Poipet",
        "prs_MailingCountry": "Cambodia",
        "vic_TraffickingStatus": "Possible victim of trafficking",
        "vic_MethodsOfControl": "Debt bondage; Lies",
        "vic_ForcedLabourIndustry": "Construction",
        "cas_Status": "Active",
        "cas_CaseOwner": "An officer elsewhere",
        "cas_IncomingReferralDate": date(2026, 1, 2),
    }
    (done,) = imported(house, officers["datip"], book(tmp_path, [row], unknown_column))
    assert done.outcome is OPENED
    with house.doors.read() as session:
        case = session.execute(select(CaseFile)).scalar_one()
        key = Safe(house.keyring).key_of(case)
        person = key.open_from(session.execute(select(Person)).scalar_one())
        name = key.open_from(session.execute(select(PersonName)).scalar_one())
        account = key.open_from(session.execute(select(TraffickingAccount)).scalar_one())
        consent = session.execute(select(Consent)).scalar_one()
    assert (case.reference, case.stage, case.age_group) == (done.reference, "reported", "adult")
    assert case.holder_id == officers["datip"].organisation_id
    assert (person["birthdate"], person["gender"], person["citizenship"]) == (
        *("2001-03-07", "Feminine", ["KHM", "LAO"]),
    )
    assert person["home_address"] == {"city": "Poipet", "country": "KHM"}
    assert person["contacts"] == {"mobile_phone": "+855 12 000 000"}
    assert (name["given"], name["family"]) == ("Dara", "Sok")
    assert account["trafficking_status"] == "PossibleVictimOfTrafficking"
    assert account["methods_of_control"] == ["DebtBondage"]
    assert account["forced_labour_industry"] == "F_Construction"
    assert account["other"] == {
        "cas_Status": "Active",
        "cas_CaseOwner": "An officer elsewhere",
        "cas_IncomingReferralDate": "2026-01-02",
    }
    assert account["unrecognised"] == {"vic_MethodsOfControl": "Debt bondage; Lies", "Bed": "14 b"}
    assert (consent.name, consent.decision, consent.how) == ("protection", "given", "imported")


def test_a_second_run_of_the_same_file_changes_nothing(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    path = book(tmp_path, people(4))
    first = imported(house, officers["datip"], path)
    before = everything(house)
    second = imported(house, officers["datip"], path)
    assert [each.reference for each in second] == [each.reference for each in first]
    assert outcomes(second) == {BEFORE: 4}
    assert everything(house) == before
    assert before["case_file"] == 4
    # A dry run knows of them, too.
    assert outcomes(imported(house, officers["datip"], path, apply=False)) == {BEFORE: 4}


def test_only_what_is_new_in_a_grown_file_is_opened(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    imported(house, officers["datip"], book(tmp_path, people(2)))
    done = imported(house, officers["datip"], book(tmp_path, list(reversed(people(5)))))
    assert [each.outcome for each in done] == [OPENED, OPENED, OPENED, BEFORE, BEFORE]


def test_a_refused_row_leaves_nothing_behind_and_its_neighbours_are_opened(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    spoilt = people(1, prs_Birthdate="03/07/2001")
    path = book(tmp_path, [*people(1), *spoilt, *people(3)[1:], PERSON | {"con_Consent": None}])
    done = imported(house, officers["datip"], path)
    assert outcomes(done) == {OPENED: 3, REFUSED: 2}
    counts = everything(house)
    assert (counts["case_file"], counts["person"], counts["import_row"]) == (3, 3, 3)
    with house.doors.read() as session:
        run = session.execute(select(ImportRun)).scalar_one()
    assert (run.rows, run.opened, run.refused) == (5, 3, 2)
    assert run.finished_at == NOW


def test_what_the_procedure_does_not_allow_is_told_row_by_row(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    path = book(tmp_path, people(2))
    for officer, route, stage in (("ngo", "tha-khm", "reported"), ("datip", "tha-khm", "in_transit")):
        done = imported(house, officers[officer], path, route=route, stage=stage)
        assert outcomes(done) == {REFUSED: 2}
        assert all(each.findings[-1].sentence for each in done)
    done = imported(house, officers["datip"], path, route="tha-xxx")
    assert [each.findings[-1].code for each in done] == ["unknown", "unknown"]
    assert everything(house)["case_file"] == 0


def test_what_does_not_fit_is_kept_as_written_and_the_case_is_opened(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    long = "A very long street, " * 30
    several = "Construction; Manufacturing"
    row = PERSON | {"prs_MailingStreet": long, "prs_FirstName": long, "vic_ForcedLabourIndustry": several}
    (done,) = imported(house, officers["datip"], book(tmp_path, [row]))
    assert done.outcome is OPENED
    assert [found.code for found in done.findings] == ["does_not_fit", "does_not_fit"]
    with house.doors.read() as session:
        key = Safe(house.keyring).key_of(session.execute(select(CaseFile)).scalar_one())
        account = key.open_from(session.execute(select(TraffickingAccount)).scalar_one())
    assert account["unrecognised"] == {"prs_MailingStreet": long.strip(), "prs_FirstName": long.strip()}
    assert account["other"] == {"vic_ForcedLabourIndustry": ["F_Construction", "C_Manufacturing"]}


def test_a_child_and_one_of_unknown_age_are_told_of(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    path = book(
        tmp_path,
        [
            *people(1, prs_Birthdate=date(2015, 1, 1)),
            *people(1, prs_Birthdate=None),
            *people(1, cas_Status="Closed"),
        ],
    )
    done = imported(house, officers["datip"], path)
    assert [[found.code for found in each.findings] for each in done] == [
        *(["guardian_unknown"], ["guardian_unknown"], ["closed_there"]),
    ]
    with house.doors.read() as session:
        groups = session.execute(select(CaseFile.age_group)).scalars().all()  # type: ignore[call-overload]
    assert Counter(groups) == {"child": 1, "unknown": 1, "adult": 1}


def test_names_in_khmer_and_thai_are_kept_as_such(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    rows = [PERSON | {"prs_FirstName": "ដារ៉ា", "prs_SecondName": "សុខ"}, PERSON | {"prs_FirstName": "ดารา"}]
    imported(house, officers["datip"], book(tmp_path, [*rows, PERSON]))
    with house.doors.read() as session:
        scripts = session.execute(select(PersonName.script)).scalars().all()  # type: ignore[call-overload]
    assert Counter(scripts) == {"khmr": 1, "thai": 1, "latn": 1}


def test_the_digest_of_a_row_is_not_kept_as_it_is(
    house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    path = book(tmp_path, people(1))
    with open_workbook(path) as workbook:
        (row,) = Reading(workbook, NOW.date()).rows()
    imported(house, officers["datip"], path)
    with house.doors.read() as session:
        kept = session.execute(select(ImportRow)).scalar_one()
    assert row.key not in (kept.row_key, kept.case_id)


def test_two_runs_of_one_file_at_once_open_every_case_once(
    house: House, officers: dict[str, Actor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    path = book(tmp_path, people(60))
    done: list[RowOutcome] = []
    threads = [
        threading.Thread(target=lambda: done.extend(imported(house, officers["datip"], path)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 120
    assert outcomes(done)[OPENED] == 60
    assert everything(house)["case_file"] == 60


_KILLED = """
import os, signal, sys
from repatriation.commands import imports, main
from repatriation.work import cases
from repatriation.work.htcds import importing
importing.BATCH = 10
imports._others = lambda rows: int(sys.argv[5])
where, times, write = sys.argv[1], int(sys.argv[2]), cases.Sheaf.write
def write_and_die(sheaf, session):
    global times
    write(sheaf, session)
    times -= 1
    if times == 0:
        os.kill(os.getpid(), signal.SIGKILL)
written = importing.Importer._write
def die_after(importer, ready):
    global times
    gone = written(importer, ready)
    times -= 1
    if times == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return gone
if where == "before the commit":
    cases.Sheaf.write = write_and_die
elif where == "after it":
    importing.Importer._write = die_after
main(["import", "htcds", sys.argv[3], "--apply", "--organisation", "datip", "--report", sys.argv[4]])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("where", "others"), [("before the commit", 0), ("after it", 0), ("after it", 2)])
def test_an_import_killed_in_the_middle_goes_on_where_it_stopped(
    house: House, officers: dict[str, Actor], database_url: str, tmp_path: Path, where: str, others: int
) -> None:
    assert officers
    path, report = book(tmp_path, people(45)), tmp_path / "report.csv"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REPATRIATION_")},
        "REPATRIATION_DATABASE_URL": database_url,
        "REPATRIATION_KEYRING": str(house.keyring.folder),
        "REPATRIATION_FOLDER": str(tmp_path),
        "REPATRIATION_DEMONSTRATION": "true",
    }

    def run(point: str, times: int) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", _KILLED, point, str(times), str(path), str(report), str(others)]
        return subprocess.run(words, capture_output=True, text=True, check=False, env=environment)

    assert run(where, 2).returncode == -signal.SIGKILL
    _wait_until_gone(str(report))
    kept = everything(house)["case_file"]
    assert kept == (10 if where == "before the commit" else 20)
    again = run("nowhere", 0)
    assert again.returncode == 0, again.stderr
    assert f"{45 - kept} rows opened." in again.stdout
    assert f"{kept} rows opened before." in again.stdout
    counts = everything(house)
    assert (counts["case_file"], counts["person"], counts["import_row"]) == (45, 45, 45)
    with house.doors.read() as session:
        run_kept = session.execute(select(ImportRun)).scalar_one()
        names = session.execute(select(func.count(col(ImportRow.row_key).distinct()))).scalar_one()
    assert (run_kept.opened, run_kept.rows, run_kept.finished_at is not None, names) == (45, 45, True, 45)
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 46


def _wait_until_gone(word: str) -> None:
    """No process that was started with `word` is left; those that help an import must end with it."""
    for _ in range(100):
        commands = (path for path in Path("/proc").glob("[0-9]*/cmdline") if path.parent.name.isdecimal())
        if not any(word in _read(path) for path in commands):
            return
        time.sleep(0.05)
    pytest.fail("a process outlived the import that it belonged to")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_other_processes_seal_the_same_cases(
    house: House, officers: dict[str, Actor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 7)
    path = book(
        tmp_path, [*people(40), *people(1, con_Consent=False), *people(1, prs_MailingStreet="x" * 500)]
    )
    done = imported(house, officers["datip"], path, others=2)
    assert outcomes(done) == {OPENED: 41, REFUSED: 1}
    assert [each.row for each in done] == list(range(3, 45))
    assert [found.code for found in done[-1].findings] == ["does_not_fit"]
    with house.doors.read() as session:
        cases = session.execute(select(CaseFile)).scalars().all()
        safe = Safe(house.keyring)
        assert {case.reference for case in cases} == {each.reference for each in done if each.reference}
        accounts = session.execute(select(TraffickingAccount)).scalars().all()
        case = next(case for case in cases if case.id == accounts[0].case_id)
        assert safe.key_of(case).open_from(accounts[0], "unrecognised")


def test_who_imports_and_where_follows_or_is_asked_for(house: House, officers: dict[str, Actor]) -> None:
    datip = find_officer(house, "datip", None)
    assert datip == find_officer(house, None, "datip")
    assert find_route(house, datip, "reported", NOW) == "tha-khm"
    for organisation, officer in ((None, None), ("nobody", None), ("auditor", None), ("datip", "ngo")):
        with pytest.raises(Unclear):
            find_officer(house, organisation, officer)
    with pytest.raises(Unclear, match="tha-khm, vnm-khm"):
        find_route(house, officers["poipet"], "received", NOW)
    with pytest.raises(Unclear, match="no cases"):
        find_route(house, officers["stranger"], "reported", NOW)


def test_the_keys_of_rows_differ_between_installations(
    house: House, officers: dict[str, Actor], tmp_path: Path, doors: Doors
) -> None:
    path = book(tmp_path, people(1))
    imported(house, officers["datip"], path)
    other = House(doors, house.shelf, house.calendars, Keyring.create(tmp_path / "other"), demonstration=True)
    assert outcomes(imported(other, officers["datip"], path)) == {OPENED: 1}
    with doors.read() as session:
        assert session.execute(text("SELECT count(*) FROM import_row")).scalar_one() == 2
