"""Who sees which case."""

import ast
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

import repatriation
from repatriation.records.cases import Party
from repatriation.records.doors import Doors
from repatriation.records.names import sought, tokens
from repatriation.records.people import NameToken
from repatriation.records.scope import cases_named, every_case, visible_case, visible_cases, visible_ids
from tests.records import made

KEY = bytes(32)


def _seen(doors: Doors, organisation_id: str) -> list[str]:
    with doors.read() as session:
        rows = session.exec(visible_cases(organisation_id).order_by(col(Party.updated_at).desc())).all()
        ids = sorted(session.exec(visible_ids(organisation_id)).all())
    assert sorted({case.id for case, _ in rows}) == sorted(set(ids))
    return [case.reference for case, _ in rows]


def test_an_organisation_sees_the_cases_it_has_a_part_in_and_no_others(doors: Doors, now: datetime) -> None:
    with doors.act() as session:
        ours, theirs = made.officer(session, "ours"), made.officer(session, "theirs")
        mine = made.case(session, now, ours)
        other = made.case(session, now, theirs)
    assert _seen(doors, ours.organisation_id) == [mine.reference]
    with doors.read() as session:
        assert session.exec(visible_case(ours.organisation_id, mine.reference)).one().id == mine.id
        assert session.exec(visible_case(ours.organisation_id, other.reference)).first() is None
        assert len(session.exec(every_case()).all()) == 2


def test_a_part_that_has_ended_gives_no_sight(doors: Doors, now: datetime) -> None:
    with doors.act() as session:
        ours, theirs = made.officer(session, "ours"), made.officer(session, "theirs")
        case = made.case(session, now, theirs)
        made.part(session, case, ours.organisation_id, "home.reception", until=now)
    assert _seen(doors, ours.organisation_id) == []
    with doors.read() as session:
        assert session.exec(visible_case(ours.organisation_id, case.reference)).first() is None


def test_a_case_is_listed_once_however_many_roles_an_organisation_plays_in_it(
    doors: Doors, now: datetime
) -> None:
    with doors.act() as session:
        ours = made.officer(session)
        case = made.case(session, now, ours)
        made.part(session, case, ours.organisation_id, "host.coordination")
        made.part(session, case, ours.organisation_id, "host.identification")
    assert _seen(doors, ours.organisation_id) == [case.reference]


def test_a_case_whose_first_part_has_ended_is_still_listed(doors: Doors, now: datetime) -> None:
    with doors.act() as session:
        ours = made.officer(session)
        case = made.case(session, now, ours)
        first = session.exec(select(Party)).one()
        first.until, first.stage = now, None
        made.part(session, case, ours.organisation_id, "host.coordination")
    assert _seen(doors, ours.organisation_id) == [case.reference]


def test_an_organisation_has_each_role_in_a_case_once_at_a_time(doors: Doors, now: datetime) -> None:
    with doors.act() as session:
        ours = made.officer(session)
        case = made.case(session, now, ours)
        made.part(session, case, ours.organisation_id, "host.police", until=now)
        made.part(session, case, ours.organisation_id, "host.police")
    with pytest.raises(Exception, match=r"uq_party_live|UNIQUE"), doors.act() as session:
        made.part(session, case, ours.organisation_id, "host.police")


def test_a_name_finds_only_cases_the_organisation_may_see(doors: Doors, now: datetime) -> None:
    with doors.act() as session:
        ours, theirs = made.officer(session, "ours"), made.officer(session, "theirs")
        mine, other = made.case(session, now, ours), made.case(session, now, theirs)
        for case in (mine, other):
            session.add_all(
                NameToken(token=token, case_id=case.id) for token in tokens(KEY, ["Sok Dara", "សុខ ដារា"])
            )
    with doors.read() as session:
        for asked in ("dara", "ដារា", "Dara Sok"):
            found = session.exec(cases_named(ours.organisation_id, sought(KEY, asked))).all()
            assert [case.id for case, _ in found] == [mine.id]
        assert session.exec(cases_named(ours.organisation_id, sought(KEY, "Dara Chan"))).all() == []


READERS = frozenset(
    (
        "select",
        "core_select",
        "exists",
        "get",
        "get_one",
        "select_from",
        "join",
        "outerjoin",
        "aliased",
        "query",
    )
)

NARROWING = frozenset(("visible_cases", "visible_case", "visible_ids", "cases_named"))

NOTHING_TO_NARROW = {
    "work/readiness.py": "which procedures there are cases under: no case is read",
    "work/htcds/importing.py": "the reference of a case that the same row opened before",
}


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _reads_cases(call: ast.Call) -> bool:
    return _name(call.func) in READERS and any(
        _name(node) == "CaseFile" for given in call.args for node in ast.walk(given)
    )


def _unnarrowed(file: Path) -> list[int]:
    """The lines of functions (or the module) that read cases without anything of the scope in
    the same function."""
    tree = ast.parse(file.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    loose = ast.Module(
        [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and id(node) not in inside], []
    )
    return [
        node.lineno
        for part in [*functions, loose]
        if not any(_name(node) in NARROWING for node in ast.walk(part))
        for node in ast.walk(part)
        if isinstance(node, ast.Call) and _reads_cases(node)
    ]


def test_nothing_outside_the_records_selects_from_the_table_of_cases_without_its_scope() -> None:
    package = Path(repatriation.__file__).parent
    files = {str(file.relative_to(package)): file for file in sorted(package.rglob("*.py"))}
    wrong = {
        name: lines
        for name, file in files.items()
        if not name.startswith("records/") and name not in NOTHING_TO_NARROW and (lines := _unnarrowed(file))
    }
    assert wrong == {}, "begin with a function of records/scope.py"


def test_nothing_outside_the_records_speaks_sql_in_words_which_no_scope_could_narrow() -> None:
    package = Path(repatriation.__file__).parent
    wrong = [
        f"{file.relative_to(package)}:{node.lineno}"
        for file in sorted(package.rglob("*.py"))
        if "records" not in file.relative_to(package).parts
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[0] in ("sqlalchemy", "sqlmodel")
        and any(alias.name == "text" for alias in node.names)
    ]
    assert wrong == []
