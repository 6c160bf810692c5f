"""Sealed values: opened in their place with their key, and nowhere else."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from repatriation.records.cases import CaseFile
from repatriation.records.columns import new_id
from repatriation.records.doors import Doors
from repatriation.records.keyring import Keyring, KeyringError
from repatriation.records.people import Person
from repatriation.records.sealing import CaseKey, Safe, SealBroken, Shredded, new_case_key, rewrap, shred
from tests.records import made

KEY = CaseKey("case", bytes(32))
PLACE = ("person", "birthdate", "row")


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3)))
def test_what_is_sealed_opens_again(value: object) -> None:
    assert KEY.open(*PLACE, KEY.seal(*PLACE, value)) == value


def test_nothing_known_stays_nothing() -> None:
    assert KEY.seal(*PLACE, None) is None
    assert KEY.open(*PLACE, None) is None


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert KEY.seal(*PLACE, "ស្រី") != KEY.seal(*PLACE, "ស្រី")


@pytest.mark.parametrize(
    "elsewhere",
    [("visit", "birthdate", "row"), ("person", "gender", "row"), ("person", "birthdate", "other")],
)
def test_a_sealed_value_moved_to_another_place_does_not_open(elsewhere: tuple[str, str, str]) -> None:
    sealed = KEY.seal(*PLACE, "2010-05-01")
    with pytest.raises(SealBroken):
        KEY.open(*elsewhere, sealed)


def test_a_sealed_value_moved_to_another_case_does_not_open() -> None:
    sealed = KEY.seal(*PLACE, "2010-05-01")
    with pytest.raises(SealBroken):
        CaseKey("other", bytes(32)).open(*PLACE, sealed)


@given(st.integers(min_value=0, max_value=40), st.integers(min_value=1, max_value=255))
def test_a_sealed_value_with_a_changed_byte_does_not_open(at: int, by: int) -> None:
    sealed = bytearray(KEY.seal(*PLACE, "2010-05-01") or b"")
    sealed[at] ^= by
    with pytest.raises(SealBroken):
        KEY.open(*PLACE, bytes(sealed))


def test_a_person_is_sealed_and_opened_by_the_names_of_their_columns(
    doors: Doors, keyring: Keyring, now: datetime
) -> None:
    with doors.act() as session:
        case = made.case(session, now, made.officer(session), keyring)
        person = Person(case_id=case.id)
        Safe(keyring).key_of(case).seal_into(person, gender="Feminine", contacts={"mobile_phone": "012"})
        session.add(person)
    with doors.read() as session:
        kept = session.exec(select(Person)).one()
        key = Safe(keyring).key_of(session.exec(select(CaseFile)).one())
    assert b"Feminine" not in (kept.gender or b"")
    assert key.open_from(kept, "gender") == {"gender": "Feminine"}
    assert key.open_from(kept)["contacts"] == {"mobile_phone": "012"}
    assert key.open_from(kept)["birthdate"] is None


def test_only_sealed_columns_can_be_sealed_or_opened() -> None:
    with pytest.raises(ValueError, match="not a sealed column"):
        KEY.seal_into(Person(case_id="case"), birth_year_estimated=True)
    with pytest.raises(ValueError, match="not a sealed column"):
        KEY.open_from(Person(case_id="case"), "case_id")


def test_after_a_rotation_everything_still_opens_and_the_old_key_can_go(
    doors: Doors, keyring: Keyring, now: datetime
) -> None:
    with doors.act() as session:
        actor = made.officer(session)
        sealed = {}
        for _ in range(3):
            case = made.case(session, now, actor, keyring)
            sealed[case.id] = Safe(keyring).key_of(case).seal("person", "gender", case.id, "Masculine")
    assert keyring.rotate() == 2
    with doors.act() as session:
        assert rewrap(session, keyring, limit=2) == 1
        assert rewrap(session, keyring, limit=2) == 0
    keyring.retire(1)
    with doors.read() as session:
        for case in session.exec(select(CaseFile)):
            assert case.key_epoch == 2
            key = Safe(Keyring(keyring.folder)).key_of(case)
            assert key.open("person", "gender", case.id, sealed[case.id]) == "Masculine"


def test_what_was_not_rewrapped_is_lost_with_its_epoch(keyring: Keyring) -> None:
    wrapped, epoch = new_case_key(keyring, "case")[1:]
    keyring.rotate()
    keyring.retire(epoch)
    with pytest.raises(KeyringError, match="epoch-0001"):
        Keyring(keyring.folder).unwrap(wrapped, epoch)


def test_a_shredded_case_cannot_be_read_again(doors: Doors, keyring: Keyring, now: datetime) -> None:
    with doors.act() as session:
        case = made.case(session, now, made.officer(session), keyring)
        shred(case)
    with doors.act() as session:
        assert rewrap(session, keyring) == 0
        with pytest.raises(Shredded):
            Safe(keyring).key_of(session.exec(select(CaseFile)).one())


def test_a_keyring_is_readable_to_its_owner_alone(tmp_path: Path) -> None:
    keyring = Keyring.create(tmp_path / "keys")
    assert keyring.folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in keyring.folder.iterdir()} == {0o600}
    (keyring.folder / "epoch-0001.key").chmod(0o640)
    with pytest.raises(KeyringError, match="others"):
        Keyring(keyring.folder).wrap(bytes(32))
    keyring.folder.chmod(0o755)
    with pytest.raises(KeyringError, match="others"):
        Keyring(keyring.folder)


def test_a_keyring_is_never_made_over_another_nor_guessed(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="no keyring"):
        Keyring(tmp_path / "keys")
    Keyring.create(tmp_path / "keys")
    with pytest.raises(KeyringError, match="not empty"):
        Keyring.create(tmp_path / "keys")


def test_the_newest_epoch_cannot_be_retired(keyring: Keyring) -> None:
    with pytest.raises(KeyringError, match="rotate"):
        keyring.retire(1)


def test_a_key_does_not_open_under_another_keyring(tmp_path: Path, keyring: Keyring) -> None:
    wrapped, epoch = new_case_key(keyring, new_id())[1:]
    with pytest.raises(KeyringError, match="does not open"):
        Keyring.create(tmp_path / "other").unwrap(wrapped, epoch)


def test_each_purpose_has_a_digest_key_of_its_own(keyring: Keyring) -> None:
    assert keyring.digest_key("names") != keyring.digest_key("imports")
    assert keyring.digest_key("names") == Keyring(keyring.folder).digest_key("names")
