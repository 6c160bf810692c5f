"""The trail: what may stand in it, and that every way of changing it afterwards is found."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from repatriation.records.cases import CaseFile
from repatriation.records.doors import Doors, commit
from repatriation.records.guards import put_up
from repatriation.records.keyring import Keyring
from repatriation.records.notes import Checkpoint, NoteBroken, merkle_root, opened, sign
from repatriation.records.seals import Seal, oldest_unsealed, seal
from repatriation.records.trail import INSTANCE, Head, Trail, append, coded, digest, event
from repatriation.records.verify import Found, verify
from tests.records import made
from tests.records.made import Somebody

ORIGIN = "example.org/trail"
ACTOR = Somebody("officer", "organisation")


def _fill(doors: Doors, now: datetime, cases: int = 3, events: int = 4) -> list[str]:
    """Some cases with some events each, and two events of the installation itself."""
    with doors.act() as session:
        actor = made.officer(session)
        ids = [made.case(session, now, actor).id for _ in range(cases)]
        for n in range(events):
            for case_id in ids:
                append(session, actor, now + timedelta(minutes=n), "case:step:taken", {"n": n}, case_id)
        append(session, actor, now, "officer:signed:in", {})
        append(session, None, now, "keys:epoch:begun", {"epoch": 2})
    return ids


def _seal(doors: Doors, keyring: Keyring, now: datetime) -> Seal | None:
    with doors.act() as session:
        return seal(session, keyring, now, ORIGIN)


def _verified(doors: Doors, keyring: Keyring, *notes: str) -> Found:
    with doors.read() as session:
        return verify(session, keyring, notes)


def _codes(found: Found) -> set[str]:
    return {problem.code for problem in found.problems}


def _tamper(doors: Doors, change: Callable[[Any], None]) -> None:
    """What somebody does who owns the database: drop the guards, change, and put them up again."""
    with doors.alone() as connection:
        connection.begin()
        for table in ("trail", "seal"):
            for deed in ("update", "delete"):
                on = f" ON {table}" if doors.kind == "postgresql" else ""
                connection.execute(text(f"DROP TRIGGER guard_{table}_{deed}{on}"))
        change(connection)
        put_up(connection)
        commit(connection)


def _rewritten(rows: list[Any], seq: int) -> list[dict[str, Any]]:
    """The rows of a chain with one event changed and every digest after it made anew."""
    new: list[dict[str, Any]] = []
    for row in rows:
        values = {**row.model_dump(), "prev": new[-1]["hash"] if new else ""}
        if row.seq == seq:
            values["tag"] = "case:nothing:happened"
        values["hash"] = digest([values[name] for name in Trail.model_fields])
        new.append(values)
    return new


def test_an_untouched_trail_is_whole(doors: Doors, keyring: Keyring, now: datetime) -> None:
    _fill(doors, now)
    assert _verified(doors, keyring) == Found(14, 4, 0, ())
    _seal(doors, keyring, now)
    assert _verified(doors, keyring) == Found(14, 4, 1, ())


def test_a_trail_that_goes_on_after_a_seal_is_whole(doors: Doors, keyring: Keyring, now: datetime) -> None:
    ids = _fill(doors, now)
    first = _seal(doors, keyring, now)
    with doors.act() as session:
        append(session, ACTOR, now, "case:identity:opened", {"reason": "handover"}, ids[0])
    second = _seal(doors, keyring, now)
    assert first is not None
    assert second is not None
    assert (first.size, second.size, second.ranges) == (14, 15, {ids[0]: [5, 5]})
    assert _verified(doors, keyring, first.note, second.note).problems == ()


def test_an_edited_event_is_found(doors: Doors, keyring: Keyring, now: datetime) -> None:
    case_id = _fill(doors, now)[1]
    _tamper(
        doors,
        lambda c: c.execute(text("UPDATE trail SET tag = 'x' WHERE seq = 2 AND chain = :c"), {"c": case_id}),
    )
    found = _verified(doors, keyring)
    assert [(problem.code, problem.chain, problem.seq) for problem in found.problems] == [
        ("edited", case_id, 2)
    ]


def test_an_event_taken_out_of_the_middle_is_found(doors: Doors, keyring: Keyring, now: datetime) -> None:
    case_id = _fill(doors, now)[1]
    _tamper(
        doors, lambda c: c.execute(text("DELETE FROM trail WHERE seq = 2 AND chain = :c"), {"c": case_id})
    )
    found = _verified(doors, keyring)
    assert [(problem.code, problem.chain, problem.seq) for problem in found.problems] == [
        ("missing", case_id, 2)
    ]


def test_a_tail_cut_off_is_found_by_the_head_that_stayed(
    doors: Doors, keyring: Keyring, now: datetime
) -> None:
    case_id = _fill(doors, now)[1]
    _tamper(
        doors, lambda c: c.execute(text("DELETE FROM trail WHERE seq = 4 AND chain = :c"), {"c": case_id})
    )
    assert _codes(_verified(doors, keyring)) == {"head_differs"}


def _cut(case_id: str, rows: list[Any]) -> Callable[[Any], None]:
    def change(connection: Any) -> None:
        connection.execute(text("DELETE FROM trail WHERE seq = 4 AND chain = :c"), {"c": case_id})
        connection.execute(
            text(
                "UPDATE case_file SET trail_seq = 3, unsealed = 3 > sealed_seq, trail_head = :h WHERE id = :c"
            ),
            {"c": case_id, "h": rows[2].hash},
        )

    return change


def _chain(doors: Doors, case_id: str) -> list[Trail]:
    with doors.read() as session:
        return list(session.exec(select(Trail).where(Trail.chain == case_id).order_by(col(Trail.seq))).all())


def test_a_tail_cut_off_with_its_head_is_found_by_the_seal(
    doors: Doors, keyring: Keyring, now: datetime
) -> None:
    case_id = _fill(doors, now)[1]
    _seal(doors, keyring, now)
    _tamper(doors, _cut(case_id, _chain(doors, case_id)))
    found = _verified(doors, keyring)
    assert [(problem.code, problem.chain, problem.seq) for problem in found.problems] == [
        ("missing", case_id, 4)
    ]


def test_a_chain_written_anew_is_found_by_the_seal(doors: Doors, keyring: Keyring, now: datetime) -> None:
    case_id = _fill(doors, now)[1]
    _seal(doors, keyring, now)
    rows = _rewritten(_chain(doors, case_id), 2)

    def change(connection: Any) -> None:
        connection.execute(text("DELETE FROM trail WHERE chain = :c"), {"c": case_id})
        connection.execute(Trail.metadata.tables["trail"].insert(), rows)
        connection.execute(
            text("UPDATE case_file SET trail_head = :h WHERE id = :c"), {"c": case_id, "h": rows[-1]["hash"]}
        )

    _tamper(doors, change)
    assert _codes(_verified(doors, keyring)) == {"seal_differs"}


def test_a_seal_cut_off_is_found_by_a_note_from_outside(
    doors: Doors, keyring: Keyring, now: datetime
) -> None:
    case_id = _fill(doors, now)[1]
    kept = _seal(doors, keyring, now)
    assert kept is not None
    rows = _chain(doors, case_id)

    def change(connection: Any) -> None:
        connection.execute(text("DELETE FROM seal"))
        _cut(case_id, rows)(connection)

    _tamper(doors, change)
    assert _verified(doors, keyring).problems == ()
    assert _codes(_verified(doors, keyring, kept.note)) == {"seal_missing"}


def test_a_forged_seal_is_found(doors: Doors, keyring: Keyring, now: datetime, tmp_path: Any) -> None:
    _fill(doors, now)
    _seal(doors, Keyring.create(tmp_path / "forger"), now)
    assert _codes(_verified(doors, keyring)) == {"seal_unsigned"}


def test_a_seal_taken_out_of_the_middle_is_found(doors: Doors, keyring: Keyring, now: datetime) -> None:
    case_id = _fill(doors, now)[0]
    _seal(doors, keyring, now)
    for _ in range(2):
        with doors.act() as session:
            append(session, ACTOR, now, "case:step:taken", {}, case_id)
        _seal(doors, keyring, now)
    _tamper(doors, lambda c: c.execute(text("DELETE FROM seal WHERE number = 2")))
    assert "seal_missing" in _codes(_verified(doors, keyring))


def test_nothing_is_sealed_twice_and_nothing_new_is_no_seal(
    doors: Doors, keyring: Keyring, now: datetime
) -> None:
    with doors.read() as session:
        assert oldest_unsealed(session) is None
    assert _seal(doors, keyring, now) is None
    _fill(doors, now + timedelta(hours=1))
    with doors.act() as session:
        append(session, None, now, "backup:made", {})
    with doors.read() as session:
        assert oldest_unsealed(session) == now
    assert _seal(doors, keyring, now) is not None
    assert _seal(doors, keyring, now) is None
    with doors.read() as session:
        assert oldest_unsealed(session) is None


@pytest.mark.parametrize("table", ["trail", "seal", "fact", "consent", "identification"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {column} = {column}"])
def test_the_database_refuses_to_change_what_is_only_added_to(
    doors: Doors, keyring: Keyring, now: datetime, table: str, statement: str
) -> None:
    _fill(doors, now)
    _seal(doors, keyring, now)
    column = {"trail": "tag", "seal": "note"}.get(table, "case_id")
    with doors.act() as session:
        _one_row_of_each(session, now)
    with pytest.raises(DBAPIError, match="only ever added to"), doors.act() as session:
        session.connection().execute(text(statement.format(table, column=column)))


def _one_row_of_each(session: Any, now: datetime) -> None:
    case_id = session.exec(select(CaseFile.id)).first()
    rows: dict[str, dict[str, Any]] = {
        "fact": {"name": "presumed", "event": "recorded", "action": "presume"},
        "consent": {"name": "return", "purpose": "return", "decision": "given", "own_view": False},
        "identification": {"kind": "formal", "outcome": "x", "authority": "MDT", "country": "THA"},
    }
    for name, values in rows.items():
        table = CaseFile.metadata.tables[name]
        session.connection().execute(table.insert().values(id=name, case_id=case_id, seq=1, at=now, **values))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_not_even_replacing_a_row_gets_past_the_guard(doors: Doors, now: datetime) -> None:
    _fill(doors, now)
    with pytest.raises(DBAPIError, match="only ever added to"), doors.act() as session:
        session.connection().execute(text("INSERT OR REPLACE INTO trail SELECT * FROM trail"))


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_not_even_emptying_the_table_gets_past_the_guard(doors: Doors) -> None:
    with pytest.raises(DBAPIError, match="only ever added to"), doors.act() as session:
        session.connection().execute(text("TRUNCATE trail"))


def test_an_event_for_a_case_that_is_not_there_is_refused(doors: Doors, now: datetime) -> None:
    with pytest.raises(LookupError), doors.act() as session:
        append(session, ACTOR, now, "case:step:taken", {}, "nowhere")


def test_an_event_that_is_not_kept_leaves_the_chain_as_it_was(
    doors: Doors, now: datetime, keyring: Keyring
) -> None:
    case_id = _fill(doors, now)[0]

    def fail() -> None:
        with doors.act() as session:
            append(session, ACTOR, now, "case:step:taken", {}, case_id)
            append(session, ACTOR, now, "officer:signed:out", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _verified(doors, keyring).problems == ()


@pytest.mark.parametrize(
    "value",
    [
        "Nguyen Thi Dao",
        "សុខា",
        "",
        "a" * 101,
        1.5,
        b"x",
        {"reason": "She is afraid."},
        ["ok", "not ok"],
        {"a b": 1},
    ],
)
def test_words_are_refused_in_the_trail(value: Any) -> None:
    with pytest.raises(ValueError, match="codes"):
        coded(value)


def test_codes_numbers_and_dates_may_stand_in_the_trail() -> None:
    moment = datetime(2026, 3, 10, 9, 30, tzinfo=timezone(timedelta(hours=7)))
    said = {
        "action": "presume",
        "on": date(2026, 3, 11),
        "at": moment,
        "n": 3,
        "facts": {"b", "a"},
        "no": None,
    }
    assert coded(said) == {
        "action": "presume",
        "on": "2026-03-11",
        "at": "2026-03-10T09:30:00+07:00",
        "n": 3,
        "facts": ["a", "b"],
        "no": None,
    }


def test_an_event_needs_a_moment_that_knows_its_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        event(Head(INSTANCE), ACTOR, datetime(2026, 3, 10), "officer:signed:in", {})  # noqa: DTZ001


def test_the_digest_does_not_depend_on_the_zone_a_moment_is_told_in(now: datetime) -> None:
    here = now.astimezone(timezone(timedelta(hours=7)))
    one, same = (event(Head("c"), ACTOR, at, "case:opened", {"n": 1}) for at in (now, here))
    assert one == same


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40))
def test_the_root_is_that_of_rfc_6962(leaves: list[bytes]) -> None:
    def slow(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return _sha(b"\x00" + part[0])
        split = 1 << ((len(part) - 1).bit_length() - 1)
        return _sha(b"\x01" + slow(part[:split]) + slow(part[split:]))

    assert merkle_root(leaves) == slow(leaves)


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def test_a_note_opens_only_as_it_was_signed(keyring: Keyring) -> None:
    said = Checkpoint(ORIGIN, 14, bytes(32))
    key = keyring.signing_key()
    note = sign(said, key)
    assert note.startswith(f"{ORIGIN}\n14\n")
    assert opened(note, key.public_key()) == said
    for broken in (note.replace("\n14\n", "\n13\n"), note.replace("org", "net"), "", "nonsense", note[:60]):
        with pytest.raises(NoteBroken):
            opened(broken, key.public_key())
