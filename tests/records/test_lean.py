"""The quick ways of writing and reading say what SQLAlchemy's own say; rows told together are all there."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select, text

from repatriation.records.columns import new_id
from repatriation.records.doors import Doors
from repatriation.records.instance import Instance
from repatriation.records.lean import Lean, Write, Writes, gathered
from repatriation.records.outbox import Idempotency, Outbox
from repatriation.records.writing import adding

_OUTBOX = Outbox.metadata.tables["outbox"]
_TELL, _ANSWER = insert(_OUTBOX), insert(Idempotency.metadata.tables["idempotency"])
_ALL = select(_OUTBOX.c.id, _OUTBOX.c.recipient_id, _OUTBOX.c.run_at, _OUTBOX.c.detail)
_KEPT = select(*(Instance.metadata.tables["instance"].c[name] for name in ("key", "value")))
_PREPARED = select(func.count().label("n")).select_from(text("pg_prepared_statements"))

MOMENTS = (
    datetime(2026, 3, 10, 2, 30, tzinfo=UTC),
    datetime(2026, 3, 10, 2, 30, 0, 1, tzinfo=UTC),
    datetime(2026, 3, 10, 2, 30, 59, 999_999, tzinfo=ZoneInfo("Asia/Phnom_Penh")),
    datetime(2026, 3, 10, 2, 30, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    datetime(999, 1, 1, tzinfo=UTC),
)


def _told(moment: datetime, recipient: str | None) -> Write:
    values = {"id": new_id(), "kind": "case:moved", "recipient_id": recipient, "run_at": moment}
    return Write(_TELL, values | {"detail": {"said": recipient}, "state": "open", "attempts": 0})


def test_a_moment_written_by_a_step_is_read_alike_by_everybody(doors: Doors) -> None:
    doors.step(lambda _: None, lambda _: Writes(None, tuple(_told(at, str(at)) for at in MOMENTS)))
    with doors.read() as session:
        by_model = {row.recipient_id: row.run_at for row in session.connection().execute(_ALL)}
    by_step = doors.step(
        lambda lean: lean.all(_ALL, {}),
        lambda rows: Writes(None, (), {r.recipient_id: r.run_at for r in rows}),
    )
    assert by_model == by_step == {str(at): at for at in MOMENTS}
    assert all(at.utcoffset() == timedelta() for at in by_step.values())


def test_a_moment_written_by_the_models_is_read_alike_by_a_step(doors: Doors) -> None:
    with doors.act() as session:
        for at in MOMENTS:
            session.add(Outbox(kind="case:moved", recipient_id=str(at), run_at=at))
    rows = doors.step(lambda lean: lean.all(_ALL, {}), lambda rows: Writes(None, (), rows))
    assert {row.recipient_id: row.run_at for row in rows} == {str(at): at for at in MOMENTS}


def test_a_document_of_any_kind_is_read_alike_by_everybody(doors: Doors) -> None:
    documents = {"a": 7, "b": 0.5, "c": "7", "d": ["x", 1], "e": {"f": None}, "g": True}
    with doors.act() as session:
        session.add_all(Instance(key=key, value=value) for key, value in documents.items())
    doors.step(
        lambda _: None,
        lambda _: Writes(None, tuple(adding(Instance, key=f"s{k}", value=v) for k, v in documents.items())),
    )
    rows = doors.look(lambda lean: lean.all(_KEPT, {}))
    with doors.read() as session:
        by_model = [tuple(row) for row in session.connection().execute(_KEPT)]
    told = {row.key: row.value for row in rows}
    assert [tuple(row) for row in rows] == by_model
    assert {key: told[key] for key in documents} == {key: told[f"s{key}"] for key in documents} == documents


def test_a_naive_moment_is_refused(doors: Doors) -> None:
    with pytest.raises(ValueError, match="zone"):
        doors.step(lambda _: None, lambda _: Writes(None, (_told(datetime(2026, 3, 10), "x"),)))  # noqa: DTZ001


def test_rows_that_differ_in_some_columns_are_written_each_as_it_is(doors: Doors) -> None:
    at = MOMENTS[0]
    many = tuple(_told(at + timedelta(minutes=n), None if n == 3 else f"r{n}") for n in range(7))
    doors.step(lambda _: None, lambda _: Writes(None, many))

    def rows(lean: Lean) -> dict[str, tuple[str | None, datetime, object]]:
        return {row.id: (row.recipient_id, row.run_at, row.detail) for row in lean.all(_ALL, {})}

    kept = doors.step(rows, lambda found: Writes(None, (), found))
    assert kept == {
        w.values["id"]: (w.values["recipient_id"], w.values["run_at"], w.values["detail"]) for w in many
    }


def test_only_inserts_of_one_kind_that_follow_each_other_are_gathered() -> None:
    first, second, third = (_told(MOMENTS[0], name) for name in "abc")
    answer = Write(_ANSWER, {"officer_id": "o"})
    shorter = Write(_TELL, {"id": "x"})
    found = gathered((first, second, answer, third, shorter))
    assert [(statement is _TELL, len(rows)) for statement, rows in found] == [
        (True, 2),
        (False, 1),
        (True, 1),
        (True, 1),
    ]


def test_what_is_there_already_is_not_written_on_sqlite_and_stands_as_it_was() -> None:
    write = Write(_TELL, {"id": "x", "kind": "case:moved", "state": "open"}, frozenset({"kind"}))
    assert write.changed().values == {"id": "x", "state": "open"}
    assert Write(_TELL, {"id": "x"}).changed().values == {"id": "x"}


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_value_and_a_blank_are_written_by_the_same_prepared_statement(doors: Doors) -> None:
    def prepared(lean: Lean) -> int:
        return int(lean.all(_PREPARED, {})[0].n)

    def written(*told: Write) -> int:
        doors.step(lambda _: None, lambda _: Writes(None, told))
        return int(doors.step(prepared, lambda count: Writes(None, (), count)))

    after_first = written(_told(MOMENTS[0], "r1"))
    assert written(_told(MOMENTS[1], None)) == after_first
    assert written(_told(MOMENTS[2], "r2"), _told(MOMENTS[3], None)) == after_first + 1
