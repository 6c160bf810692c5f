"""The keys for papers in the keyring: whole or not there, their owner's alone; the newest counts at once."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from documents.keys import FILES
from repatriation.records import keyfiles
from repatriation.records.keyring import Keyring, KeyringError

NAME = "returns.example.org"


def test_keys_for_papers_are_made_where_there_are_none_and_only_then(keyring: Keyring, now: datetime) -> None:
    with pytest.raises(KeyringError, match="db upgrade"):
        keyring.paper_keys()
    made = keyring.ensure_paper_keys(NAME, now)
    assert made.newest.number == 1
    assert keyring.ensure_paper_keys(NAME, now).roots == made.roots
    assert Keyring(keyring.folder).paper_keys().roots == made.roots


def test_a_new_generation_counts_at_once_also_for_those_who_opened_the_keyring_before(
    keyring: Keyring, now: datetime
) -> None:
    keyring.ensure_paper_keys(NAME, now)
    elsewhere = Keyring(keyring.folder)
    before = elsewhere.paper_keys()
    assert keyring.add_paper_generation(NAME, now + timedelta(days=300)).number == 2
    after = keyring.paper_keys()
    assert [one.number for one in after.generations] == [1, 2]
    assert after.generations[0].root == before.newest.root
    assert elsewhere.paper_keys().roots == after.roots


def test_an_unchanged_keyring_is_not_read_again(
    keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keyring.ensure_paper_keys(NAME, now)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read again"))
    assert keyring.paper_keys() is kept


def test_its_owner_alone_may_read_them(keyring: Keyring, now: datetime) -> None:
    keyring.ensure_paper_keys(NAME, now)
    folder = keyring.folder / "papers-0001"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in folder.iterdir()} == set(FILES)
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    (folder / "root.key.pem").chmod(0o640)
    with pytest.raises(KeyringError, match="read by others"):
        Keyring(keyring.folder).paper_keys()
    (folder / "root.key.pem").chmod(0o600)
    folder.chmod(0o755)
    with pytest.raises(KeyringError, match="read by others"):
        Keyring(keyring.folder).paper_keys()


def test_keys_that_do_not_belong_together_are_not_used(keyring: Keyring, now: datetime) -> None:
    keyring.ensure_paper_keys(NAME, now)
    (keyring.folder / "papers-0001" / "signing.pem").unlink()
    with pytest.raises(KeyringError, match=r"signing\.pem is missing"):
        Keyring(keyring.folder).paper_keys()


def test_keys_that_could_not_be_written_whole_are_not_there(
    keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = keyfiles.put
    written: list[Path] = []

    def full(file: Path, data: bytes) -> None:
        if len(written) == 3:
            raise OSError("no space left")
        written.append(file)
        put(file, data)

    monkeypatch.setattr(keyfiles, "put", full)
    before = sorted(keyring.folder.iterdir())
    with pytest.raises(KeyringError, match="cannot be written"):
        keyring.ensure_paper_keys(NAME, now)
    assert sorted(keyring.folder.iterdir()) == before


def test_what_a_killed_process_left_half_made_is_not_taken_for_keys(keyring: Keyring, now: datetime) -> None:
    (keyring.folder / "papers-0001abc.new").mkdir(mode=0o700)
    assert keyring.ensure_paper_keys(NAME, now).newest.number == 1


def test_of_two_who_make_the_same_generation_one_is_told_and_both_have_the_same_keys(
    keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_folder = keyfiles.put_folder

    def too_late(folder: Path, files: Mapping[str, bytes]) -> None:
        monkeypatch.setattr("repatriation.records.keyring.put_folder", put_folder)
        Keyring(keyring.folder).add_paper_generation(NAME, now)
        put_folder(folder, files)

    monkeypatch.setattr("repatriation.records.keyring.put_folder", too_late)
    kept = keyring.ensure_paper_keys(NAME, now)
    assert kept.roots == Keyring(keyring.folder).paper_keys().roots
    assert [name for name in os.listdir(keyring.folder) if name.startswith("papers")] == ["papers-0001"]
