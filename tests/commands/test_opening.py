"""Real people and made-up ones never stand in one installation, nor does either kind run as the other."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from repatriation.opening import NotReady, open_to_serve, open_to_tick
from repatriation.settings import Settings
from tests.commands.conftest import Run
from tests.htcds.making import PERSON, book

REAL = "a key that nobody outside this test has ever seen"
BODY = ("--name", "Body", "--country", "KHM", "--function", "coordination")
OFFICER = ("--name", "Sok", "--organisation", "body", "--duty", "coordinator", "--password", "twelve or more")


def settings(tmp_path: Path, *, demonstration: bool) -> Settings:
    key = SecretStr("" if demonstration else REAL)
    return Settings(demonstration=demonstration, folder=tmp_path / "var", secret_key=key)


def test_made_up_officers_are_not_served_as_real_ones(run: Run, tmp_path: Path) -> None:
    """Everybody knows their passwords."""
    run("organisation", "enter", "body", *BODY)
    open_to_tick(settings(tmp_path, demonstration=False), datetime.now(UTC))
    run("officer", "enter", "sok", *OFFICER)
    open_to_tick(settings(tmp_path, demonstration=True), datetime.now(UTC))
    for opened in (open_to_serve, open_to_tick):
        with pytest.raises(NotReady, match="are made up, and everybody knows the passwords"):
            opened(settings(tmp_path, demonstration=False), datetime.now(UTC))


def test_real_officers_are_not_served_under_the_key_of_a_demonstration(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "false")
    monkeypatch.setenv("REPATRIATION_SECRET_KEY", REAL)
    run("organisation", "enter", "body", *BODY)
    run("officer", "enter", "sok", *OFFICER)
    open_to_tick(settings(tmp_path, demonstration=False), datetime.now(UTC))
    monkeypatch.setenv("REPATRIATION_DEMONSTRATION", "true")
    assert "everybody knows the key that signs" in run("serve", ends_with=1).output
    assert "that are not made up (1)" in run("demo", ends_with=1).output


def test_nobody_is_let_in_while_the_keys_do_not_open_what_is_kept(run: Run, tmp_path: Path) -> None:
    run("organisation", "enter", "body", "--name", "Body", "--country", "THA", "--function", "protection")
    run("officer", "enter", "sok", *OFFICER)
    run("import", "htcds", str(book(tmp_path, [PERSON])), "--organisation", "body", "--apply")
    open_to_tick(settings(tmp_path, demonstration=True), datetime.now(UTC))
    key = tmp_path / "var" / "keyring" / "epoch-0001.key"
    kept = key.read_bytes()
    for spoil in (lambda: key.write_bytes(bytes(reversed(kept))), lambda: key.write_bytes(b"x"), key.unlink):
        spoil()
        with pytest.raises(NotReady, match="do not open the cases that were sealed under epoch 1"):
            open_to_tick(settings(tmp_path, demonstration=True), datetime.now(UTC))
    assert "KEY MISSING: these cannot be opened" in run("keys", "list").output
