"""Settings are checked at start, and every refusal is a sentence that names the variable."""

import os
from pathlib import Path
from typing import Any

import pytest

from repatriation.settings import DEMONSTRATION_SECRET, SettingsError, read_settings

SECRET = "a-secret-of-this-test-and-of-nothing-else-at-all"


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("REPATRIATION_"):
            monkeypatch.delenv(name)


def refusal(**given: Any) -> str:
    """What is said to these settings."""
    with pytest.raises(SettingsError) as refused:
        read_settings(**given)
    return str(refused.value)


def test_there_is_no_secret_by_default() -> None:
    assert "REPATRIATION_SECRET_KEY must be set" in refusal()


def test_the_secret_of_the_demonstration_is_good_for_nothing_else() -> None:
    assert "REPATRIATION_SECRET_KEY must be set" in refusal(secret_key=DEMONSTRATION_SECRET)


def test_the_demonstration_needs_no_settings_at_all() -> None:
    settings = read_settings(demonstration=True)
    assert settings.signing_keys == (DEMONSTRATION_SECRET,)
    assert settings.hosts == ("127.0.0.1", "localhost")
    assert not settings.secure


def test_real_people_are_not_served_over_plain_http() -> None:
    assert "must begin with https://" in refusal(secret_key=SECRET, issuer="http://returns.example.org")


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPATRIATION_SECRET_KEY", SECRET)
    monkeypatch.setenv("REPATRIATION_ISSUER", "https://returns.example.org/")
    monkeypatch.setenv("REPATRIATION_LANGUAGES", "km, en")
    monkeypatch.setenv("REPATRIATION_CORRIDORS", str(tmp_path))
    settings = read_settings()
    assert settings.issuer == "https://returns.example.org"
    assert settings.languages == ("km", "en")
    assert settings.corridors == (tmp_path,)
    assert settings.hosts == ("returns.example.org",)
    assert settings.secure


def test_a_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'secret_key = "{SECRET}"\nproxy_hops = 1\nlanguages = ["vi"]\n', encoding="utf-8")
    monkeypatch.setenv("REPATRIATION_SETTINGS", str(file))
    monkeypatch.setenv("REPATRIATION_PROXY_HOPS", "2")
    settings = read_settings()
    assert settings.languages == ("vi",)
    assert settings.proxy_hops == 2


def test_a_misspelt_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPATRIATION_DATABSE_URL", "sqlite:///x")
    assert "REPATRIATION_DATABSE_URL is set, but there is no such setting." in refusal(demonstration=True)


def test_variables_of_the_tests_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPATRIATION_TEST_ANYTHING", "1")
    assert read_settings(demonstration=True)


def test_a_misspelt_line_of_the_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("demonstration = true\nlangauges = []\n", encoding="utf-8")
    monkeypatch.setenv("REPATRIATION_SETTINGS", str(file))
    assert "langauges is in the settings file, but there is no such setting." in refusal()


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPATRIATION_SETTINGS", "nowhere.toml")
    assert "there is no such file" in refusal()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"languages": "en,fr"}, "REPATRIATION_LANGUAGES: give each of the languages"),
        ({"languages": ""}, "REPATRIATION_LANGUAGES: give each of the languages"),
        ({"issuer": "returns.example.org"}, "REPATRIATION_ISSUER: give scheme and host"),
        ({"issuer": "https://returns.example.org/path"}, "REPATRIATION_ISSUER: give scheme and host"),
        ({"corridors": "/no/such/folder"}, "REPATRIATION_CORRIDORS: there is no folder"),
        ({"proxy_hops": 9}, "REPATRIATION_PROXY_HOPS:"),
        ({"time_zone": "Asia/Nowhere"}, "REPATRIATION_TIME_ZONE: there is no time zone"),
    ],
)
def test_a_wrong_value_is_refused_in_words(given: dict[str, object], sentence: str) -> None:
    assert sentence in refusal(demonstration=True, **given)


def test_a_refusal_never_quotes_a_secret() -> None:
    assert "too-short-secret" not in refusal(secret_key="too-short-secret")


MAIL: dict[str, Any] = {
    "demonstration": True,
    "smtp_host": "mail.example.org",
    "smtp_from": "robot@example.org",
}


def test_mail_goes_encrypted_or_stays_on_this_machine() -> None:
    assert read_settings(**MAIL).smtp_tls == "starttls"
    assert "REPATRIATION_SMTP_TLS may be none only" in refusal(**MAIL, smtp_tls="none")
    assert read_settings(**{**MAIL, "smtp_host": "localhost"}, smtp_tls="none").smtp_host == "localhost"


def test_mail_needs_an_address_to_come_from() -> None:
    assert "REPATRIATION_SMTP_FROM must be" in refusal(demonstration=True, smtp_host="mail.example.org")
    assert "REPATRIATION_SMTP_FROM must be" in refusal(**{**MAIL, "smtp_from": "robot\r\n@example.org"})


def test_a_name_at_the_mail_server_needs_its_password_and_it_is_never_shown() -> None:
    assert "belong together" in refusal(**MAIL, smtp_user="robot")
    settings = read_settings(**MAIL, smtp_user="robot", smtp_password="not for everybody")
    assert "not for everybody" not in repr(settings)
