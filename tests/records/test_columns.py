"""What every column must say and may not be."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import Date, DateTime, Enum, LargeBinary, Time
from sqlmodel.sql.sqltypes import UTCDateTime

from repatriation import records
from repatriation.records import tables
from repatriation.records.columns import NAMES, SECRECIES, Row, column, new_id

COLUMNS = [each for table in tables.METADATA.sorted_tables for each in table.columns]

MODULES = sorted(Path(records.__file__).parent.rglob("*.py"))


def test_every_column_says_who_may_see_it() -> None:
    assert [str(each) for each in COLUMNS if each.info.get("class") not in SECRECIES] == []


def test_every_sealed_column_holds_bytes_and_every_column_of_bytes_is_sealed() -> None:
    of_bytes = {str(each) for each in COLUMNS if isinstance(each.type, LargeBinary)}
    sealed = {str(each) for each in COLUMNS if each.info.get("sealed")}
    assert of_bytes - sealed == {"case_file.wrapped_key", "handoff.wrapped_key"}
    assert sealed <= of_bytes


def test_what_is_sealed_may_be_unknown_and_is_never_open_to_all() -> None:
    for each in COLUMNS:
        if each.info.get("sealed"):
            assert each.nullable
            assert each.info["class"] != "open"


def test_no_column_keeps_a_moment_without_its_zone() -> None:
    assert [str(each) for each in COLUMNS if isinstance(each.type, DateTime | Time)] == []
    moments = {
        f"{table.__tablename__}.{name}"
        for table in Row.__subclasses__()
        for name, field in table.model_fields.items()
        if "datetime.datetime" in str(field.annotation)
        and not isinstance(tables.METADATA.tables[str(table.__tablename__)].c[name].type, UTCDateTime)
    }
    assert moments == set()


def test_no_column_has_a_native_enum_or_a_default_of_the_database() -> None:
    for each in COLUMNS:
        assert each.server_default is None
        if isinstance(each.type, Enum):
            assert not each.type.native_enum
            assert each.type.create_constraint


def test_days_are_kept_as_days() -> None:
    days = {str(each) for each in COLUMNS if isinstance(each.type, Date)}
    plan = {f"reintegration_plan.{name}_on" for name in ("agreed", "reviewed", "review")}
    goal = {"plan_goal.by_on", "plan_goal.settled_on"}
    assert days == {
        *("case_file.expected_on", "party.due_on", "fact.on_date", "visit.due_on"),
        *(
            "placement.from_on",
            "placement.to_on",
            "service_offer.checked_on",
            "service_offer.registered_until",
        ),
        "reintegration_plan.counted_from",
        *plan,
        *goal,
    }


def test_every_constraint_and_index_has_a_name_that_both_databases_know() -> None:
    assert tables.METADATA.naming_convention == NAMES
    for table in tables.METADATA.sorted_tables:
        for index in table.indexes:
            assert index.name
            assert len(index.name) < 60, "PostgreSQL cuts long names"


def test_a_column_without_a_secrecy_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="secret"):
        column("secret")  # type: ignore[arg-type]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_annotations_are_not_deferred_which_would_break_table_classes(module: Path) -> None:
    names = {
        alias.name
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    }
    assert "annotations" not in names


def test_identifiers_begin_with_the_time_and_never_repeat() -> None:
    made = [new_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {identifier[14] for identifier in made} == {"7"}
    assert {identifier[19] for identifier in made} <= set("89ab")
    assert [identifier[:13] for identifier in made] == sorted(identifier[:13] for identifier in made)
