"""A step: read, decide, write, all or nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import URL
from sqlmodel import col, select

from repatriation.records.cases import CaseFile, Fact, Party
from repatriation.records.consents import Consent
from repatriation.records.doors import Clash, Doors
from repatriation.records.lean import Lean
from repatriation.records.outbox import Idempotency, Outbox
from repatriation.records.people import Identification
from repatriation.records.scope import STEP_CASE
from repatriation.records.seals import Seal
from repatriation.records.trail import Head, Trail, event
from repatriation.records.visits import Visit
from repatriation.records.writing import ADVANCE, PARTS, Write, Writes, adding
from tests import postgres
from tests.records import made
from tests.records.made import Somebody


class MovedOn(Exception):
    """The case is not where the caller saw it."""


@pytest.fixture
def actor(doors: Doors) -> Somebody:
    with doors.act() as session:
        return made.officer(session)


@pytest.fixture
def reference(doors: Doors, actor: Somebody, now: datetime) -> str:
    with doors.act() as session:
        return made.case(session, now, actor, state={"facts": {}, "ភាសា": "ខ្មែរ"}).reference


def reading(reference: str, actor: Somebody, key: str = "") -> Callable[[Lean], Any]:
    """The one SELECT of a step."""
    given = {
        "reference": reference,
        "organisation_id": actor.organisation_id,
        "officer_id": actor.officer_id,
        "key": key,
    }
    return lambda lean: lean.one(STEP_CASE, given)


def presume(
    actor: Somebody, now: datetime, expected: int | None = None, key: str = "k"
) -> Callable[[Any], Writes]:
    """A decision to record one fact."""

    def decide(row: Any) -> Writes:
        if expected is not None and row.version != expected:
            raise MovedOn
        made_event = event(
            Head(row.id, row.trail_seq, row.trail_head), actor, now, "case:step:taken", {"action": "presume"}
        )
        new = {
            "case_id": row.id,
            "was_version": row.version,
            "was_trail_seq": row.trail_seq,
            "stage": "under_identification",
            "state": row.state | {"facts": {"presumed": now.isoformat()}},
            "version": row.version + 1,
            "trail_seq": made_event.head.seq,
            "unsealed": True,
            "trail_head": made_event.head.hash,
            "updated_at": now,
        }
        rest = (
            made_event.write,
            adding(
                Fact,
                case_id=row.id,
                seq=row.version + 1,
                name="presumed",
                event="recorded",
                at=now,
                action="presume",
            ),
            adding(Outbox, case_id=row.id, kind="turn", run_at=now, detail={"action": "presume"}),
            adding(
                Idempotency,
                officer_id=actor.officer_id,
                key=f"{key}{row.version}",
                fingerprint="f",
                answer={"version": row.version + 1},
                at=now,
            ),
            Write(PARTS, {"of_case_id": row.id, "updated_at": now, "stage": "under_identification"}),
        )
        return Writes(Write(ADVANCE, new), rest, answer=row.version + 1)

    return decide


def counts(doors: Doors) -> dict[str, int]:
    """How many rows a step has written."""
    with doors.read() as session:
        tables = (Trail, Fact, Outbox, Idempotency)
        return {str(table.__tablename__): len(session.exec(select(table)).all()) for table in tables}


def test_a_step_writes_everything_it_says(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    assert doors.step(reading(reference, actor), presume(actor, now)) == 2
    with doors.read() as session:
        kept = session.exec(select(CaseFile)).one()
        part = session.exec(select(Party)).one()
        fact = session.exec(select(Fact)).one()
        outbox = session.exec(select(Outbox)).one()
        trail = session.exec(select(Trail)).one()
    assert (kept.version, kept.stage, kept.updated_at) == (2, "under_identification", now)
    assert kept.state == {"facts": {"presumed": now.isoformat()}, "ភាសា": "ខ្មែរ"}
    assert part.stage == "under_identification"
    assert (fact.at, fact.until, fact.note) == (now, None, None)
    assert outbox.detail == {"action": "presume"}
    assert (trail.hash, trail.at) == (kept.trail_head, now)


def test_what_a_step_reads_is_what_the_tables_say(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    rows: list[Any] = []

    def look(row: Any) -> Writes:
        rows.append(row)
        return Writes(None)

    doors.step(reading(reference, actor), look)
    with doors.read() as session:
        kept = session.exec(select(CaseFile)).one()
    read = rows[0]._asdict()
    assert (read.pop("given_fingerprint"), read.pop("given_answer")) == (None, None)
    assert read.pop("parts") == f"host.protection:{actor.organisation_id}"
    assert read == {name: value for name, value in kept.model_dump().items() if name in read}
    assert counts(doors) == dict.fromkeys(counts(doors), 0)


def test_an_organisation_without_a_part_finds_no_case(doors: Doors, reference: str) -> None:
    with doors.act() as session:
        stranger = made.officer(session, "stranger")
    seen: list[Any] = []

    def look(row: Any) -> Writes:
        seen.append(row)
        return Writes(None)

    doors.step(reading(reference, stranger), look)
    assert seen == [None]


def test_a_step_whose_guard_misses_writes_nothing(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    decide = presume(actor, now)

    def stale(row: Any) -> Writes:
        return decide(row._replace(version=7))

    with pytest.raises(Clash):
        doors.step(reading(reference, actor), stale)
    assert counts(doors) == dict.fromkeys(counts(doors), 0)


def test_a_step_that_would_write_a_row_twice_writes_nothing(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    decide = presume(actor, now)

    def twice(row: Any) -> Writes:
        writes = decide(row)
        return writes._replace(rest=(*writes.rest, writes.rest[3]))

    with pytest.raises(Clash):
        doors.step(reading(reference, actor), twice)
    assert counts(doors) == dict.fromkeys(counts(doors), 0)
    assert doors.step(reading(reference, actor), decide) == 2


def test_a_step_that_is_refused_writes_nothing(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    with pytest.raises(MovedOn):
        doors.step(reading(reference, actor), presume(actor, now, expected=4))
    assert counts(doors) == dict.fromkeys(counts(doors), 0)


def test_a_step_may_write_without_a_guard(doors: Doors, actor: Somebody, now: datetime) -> None:
    message = adding(Outbox, kind="turn", run_at=now)
    assert doors.step(lambda lean: None, lambda row: Writes(None, (message,), "told")) == "told"
    assert counts(doors)["outbox"] == 1


def test_a_step_may_add_several_rows_of_one_kind(doors: Doors, actor: Somebody, now: datetime) -> None:
    told = [
        adding(
            Outbox,
            kind="turn",
            run_at=now + timedelta(days=n),
            recipient_id=recipient,
            detail={"n": n, "of": "ទី"},
        )
        for n, recipient in enumerate(["office", None, "border"])
    ]
    alone = adding(Outbox, kind="alone", run_at=now, recipient_id=None, once="once")
    doors.step(lambda lean: None, lambda row: Writes(None, (*told, alone)))
    with doors.read() as session:
        rows = session.exec(select(Outbox).order_by(col(Outbox.kind), col(Outbox.run_at))).all()
    assert [(row.kind, row.recipient_id, row.run_at, row.detail, row.once) for row in rows] == [
        ("alone", None, now, {}, "once"),
        ("turn", "office", now, {"n": 0, "of": "ទី"}, None),
        ("turn", None, now + timedelta(days=1), {"n": 1, "of": "ទី"}, None),
        ("turn", "border", now + timedelta(days=2), {"n": 2, "of": "ទី"}, None),
    ]


def test_facts_of_one_step_may_differ_in_what_they_leave_empty(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    def decide(row: Any) -> Writes:
        common = {"case_id": row.id, "seq": 2, "event": "recorded", "at": now, "action": "schedule_handover"}
        return Writes(
            Write(ADVANCE, {"case_id": row.id, "was_version": 1, "was_trail_seq": 0, "version": 2}),
            (
                adding(Fact, name="handover_scheduled", on_date=date(2026, 3, 20), note=b"sealed", **common),
                adding(Fact, name="province_told", until=now + timedelta(days=3), **common),
            ),
        )

    doors.step(reading(reference, actor), decide)
    with doors.read() as session:
        facts = session.exec(select(Fact).order_by(col(Fact.name))).all()
    assert [(fact.name, fact.on_date, fact.until, fact.note) for fact in facts] == [
        ("handover_scheduled", date(2026, 3, 20), None, b"sealed"),
        ("province_told", None, now + timedelta(days=3), None),
    ]


def test_of_two_who_saw_the_same_version_only_one_steps(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    together = Barrier(2)
    outcomes: list[str] = []

    def take(key: str) -> None:
        decide = presume(actor, now, expected=1, key=key)
        together.wait()
        try:
            doors.step(reading(reference, actor), decide)
            outcomes.append("taken")
        except MovedOn:
            outcomes.append("moved on")

    both = [Thread(target=take, args=(key,)) for key in "ab"]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert sorted(outcomes) == ["moved on", "taken"]
    assert set(counts(doors).values()) == {1}


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_somebody_quicker_between_reading_and_writing_is_noticed(
    doors: Doors, reference: str, actor: Somebody, now: datetime
) -> None:
    # Not on SQLite, where reading and writing are one turn in the queue.
    other = Doors(doors.url.render_as_string(hide_password=False))
    decide = presume(actor, now)
    turns: list[int] = []

    def overtaken(row: Any) -> Writes:
        turns.append(row.version)
        if len(turns) == 1:
            other.step(reading(reference, actor), presume(actor, now))
        return decide(row)

    assert doors.step(reading(reference, actor), overtaken) == 3
    assert turns == [1, 2]
    assert set(counts(doors).values()) == {2}
    other.dispose()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_was_started_anew_is_not_noticed(
    doors: Doors, reference: str, actor: Somebody, now: datetime, postgresql_server: URL
) -> None:
    doors.step(reading(reference, actor), presume(actor, now))
    counts(doors)
    postgres.execute(
        postgresql_server,
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{doors.url.database}'",
    )
    assert doors.step(reading(reference, actor), presume(actor, now)) == 3
    assert set(counts(doors).values()) == {2}
    with doors.act() as session:
        made.organisation(session, "another")


def test_a_missing_value_is_an_error_and_not_an_empty_column(doors: Doors, now: datetime) -> None:
    with pytest.raises(TypeError, match="kind"):
        adding(Outbox, run_at=now)
    with pytest.raises(TypeError, match="colour"):
        adding(Outbox, kind="turn", run_at=now, colour="red")


def _some(kind: Any) -> Any:
    return {"str": "x", "int": 1, "datetime": datetime(2026, 3, 10, tzinfo=UTC)}.get(kind.__name__, {})


@pytest.mark.parametrize("table", [Trail, Fact, Outbox, Idempotency, Consent, Identification, Visit, Seal])
def test_a_row_added_in_a_step_has_the_defaults_of_its_table(table: type[Any]) -> None:
    fields = table.model_fields.items()
    required = {name: _some(field.annotation) for name, field in fields if field.is_required()}
    row = dict(adding(table, **required).values)
    same = table(**required).model_dump()
    assert {**row, "id": 0} == {**same, "id": 0}
