"""The tests' own PostgreSQL: missing it is loud."""

from pathlib import Path

import pytest

from tests import postgres


def test_without_postgresql_the_tests_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(postgres.PostgresqlMissing, match="apt-get install postgresql"):
        postgres.programs(tmp_path)


def test_the_newest_postgresql_is_taken(tmp_path: Path) -> None:
    for version in ("9.6", "15", "100"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
    assert postgres.programs(tmp_path) == tmp_path / "100" / "bin"


def test_a_server_that_was_named_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.GIVEN, "postgresql://test:secret@db.example/postgres")
    with postgres.server() as url:
        assert postgres.plain(url) == "postgresql://test:secret@db.example/postgres"
