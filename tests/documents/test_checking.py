"""The check that needs nobody: what it finds, in words, and that it can be done without a network."""

import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from documents import checking
from documents.checking import PROVES, SENTENCES, UNTIL_WHEN, check_pdf, check_token
from documents.keys import PaperKeys, published
from documents.signing import Signer
from documents.tokens import Claims, write_token
from tests.documents.conftest import NAME, NOW

CLAIMS = Claims(f"https://{NAME}", "KH26-7F3K-92QM", "T", NOW, NOW + timedelta(days=30), bytes(range(16)))

CLOSED = """
import socket

def closed(*_, **__):
    raise AssertionError("a connection was opened")

socket.socket.connect = socket.getaddrinfo = closed
"""


@pytest.fixture
def key_list(keys: PaperKeys, tmp_path: Path) -> str:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(published(keys)))
    return str(file)


def test_a_token_is_genuine_until_its_paper_expires(keys: PaperKeys) -> None:
    token = write_token(CLAIMS, keys.newest.token_key)
    assert check_token(token, keys.publics, NOW) == ("genuine", CLAIMS, None)
    late = check_token(token, keys.publics, NOW + timedelta(days=31))
    assert (late.code, late.good) == ("expired", True)
    assert check_token(token, {}, NOW) == ("unknown", None, None)
    endless = write_token(CLAIMS._replace(expires=None), keys.newest.token_key)
    assert check_token(endless, keys.publics, NOW + timedelta(days=9999)).code == "genuine"


def test_each_fate_of_a_file_has_its_word(keys: PaperKeys, strangers: PaperKeys, sheet: bytes) -> None:
    signed = Signer(keys.newest).sign(sheet, NOW)
    found = {
        "genuine": check_pdf(signed, keys.roots),
        "added": check_pdf(signed + b"\n", keys.roots),
        "changed": check_pdf(signed.replace(b"/Lang (en)", b"/Lang (km)"), keys.roots),
        "stranger": check_pdf(signed, strangers.roots),
        "unsigned": check_pdf(sheet, keys.roots),
        "unreadable": check_pdf(b"GIF89a", keys.roots),
    }
    assert {word: one.code for word, one in found.items()} == {word: word for word in found}
    assert [word for word, one in found.items() if one.good] == ["genuine"]
    assert set(found) | {"expired", "unknown"} == set(SENTENCES)


def test_the_program_says_in_words_what_it_found(
    keys: PaperKeys, key_list: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token = write_token(CLAIMS, keys.newest.token_key)
    assert checking.main([key_list, token], NOW) == 0
    said = capsys.readouterr().out
    assert "The signature is good." in said
    assert "Number KH26-7F3K-92QM, issued 10 March 2026 02:30 UTC by https://returns.example.org." in said
    assert "In force until 09 April 2026" in said
    assert PROVES in said
    assert checking.main([key_list, token], NOW + timedelta(days=31)) == 1
    assert "no longer in force" in capsys.readouterr().out


def test_the_program_reads_a_token_from_the_input(
    keys: PaperKeys, key_list: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(write_token(CLAIMS, keys.newest.token_key) + "\n"))
    assert checking.main([key_list, "-"], NOW) == 0
    assert "The signature is good." in capsys.readouterr().out


def test_the_program_checks_a_file_without_a_network(
    keys: PaperKeys, key_list: str, sheet: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "paper.pdf"
    signed = Signer(keys.newest).sign(sheet, NOW)
    (tmp_path / "sitecustomize.py").write_text(CLOSED)
    for data, code, words in (
        (signed, 0, "The signature is good."),
        (signed, 0, UNTIL_WHEN),
        (signed + b"!", 1, "Something was added"),
    ):
        file.write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-m", "documents.checking", key_list, str(file)],
            capture_output=True,
            text=True,
            check=False,
            env={"PYTHONPATH": str(tmp_path)},
        )
        assert (done.returncode, done.stderr) == (code, "")
        assert words in done.stdout
        assert "Signed by returns.example.org: papers on 10 March 2026 02:30 UTC." in done.stdout


@pytest.mark.parametrize("missing", ["list", "paper"])
def test_the_program_says_when_it_has_nothing_to_check(
    key_list: str, missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(tmp_path / "none"), "RP1:"] if missing == "list" else [key_list, str(tmp_path / "none.pdf")]
    assert checking.main(words, NOW) == 2
    assert "No such file" in capsys.readouterr().err


def test_the_program_refuses_a_list_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "keys.json").write_text("{}")
    assert checking.main([str(tmp_path / "keys.json"), "RP1:"], NOW) == 2
    assert "not a key list" in capsys.readouterr().err
