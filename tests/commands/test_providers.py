"""`repatriation provider` and the invitations of `repatriation officer`, as an administrator uses them."""

import json
from datetime import UTC, datetime
from pathlib import Path

from repatriation.opening import open_house
from repatriation.settings import read_settings
from repatriation.work.accounts import sign_in
from repatriation.work.invitations import look
from tests.commands.conftest import Run

GIVEN = {
    "code": "mosvy",
    "name": "MoSVY",
    "organisation": "mosvy",
    "issuer": "https://login.mosvy.example",
    "client_id": "repatriation",
}


def entered(run: Run) -> None:
    """An organisation to have a provider."""
    run("organisation", "enter", "mosvy", "--name", "MoSVY", "--country", "KHM", "--function", "social")


def test_a_provider_is_entered_told_of_us_suspended_and_believed_again(run: Run, tmp_path: Path) -> None:
    entered(run)
    file = tmp_path / "provider.json"
    file.write_text(json.dumps(GIVEN))
    said = run("provider", "enter", str(file)).output
    assert "redirect_uri: http://127.0.0.1:8000/sign-in/with/mosvy/back" in said
    jwks = json.loads(said.partition("jwks: ")[2])
    assert jwks["keys"][0]["kty"] == "EC"
    assert "d" not in jwks["keys"][0]
    assert run("provider", "enter", str(file)).output == said
    assert "https://login.mosvy.example" in run("provider", "list").output
    run("provider", "suspend", "mosvy")
    assert "suspended" in run("provider", "list").output
    run("provider", "resume", "mosvy")
    assert "suspended" not in run("provider", "list").output
    assert "code: is not a provider's" in run("provider", "suspend", "nobody", ends_with=1).stderr


def test_a_secret_is_neither_said_again_nor_readable(run: Run, tmp_path: Path) -> None:
    entered(run)
    secret = "a secret that nobody may read"
    file = tmp_path / "provider.json"
    given = {**GIVEN, "authentication": "client_secret_basic", "client_secret": secret}
    file.write_text(json.dumps(given))
    assert secret not in run("provider", "enter", str(file)).output
    assert secret not in run("provider", "list").output
    kept = b"".join(path.read_bytes() for path in (tmp_path / "var").glob("*.sqlite*"))
    assert b"login.mosvy.example" in kept
    assert secret.encode() not in kept


def test_a_file_that_does_not_fit_is_refused_without_saying_the_secret(run: Run, tmp_path: Path) -> None:
    entered(run)
    file = tmp_path / "provider.json"
    for content, said in (
        ("{", "holds no JSON"),
        ("[]", "code: must be given"),
        (json.dumps({**GIVEN, "issuer": "http://login.example"}), "issuer: must begin with https://"),
        (json.dumps({**GIVEN, "surprise": 1}), "surprise: is not known here"),
        (json.dumps({**GIVEN, "client_secret": "do-not-say-this-one"}), "file: client_secret goes with"),
    ):
        file.write_text(content)
        answer = run("provider", "enter", str(file), ends_with=1).stderr
        assert said in answer
        assert "do-not-say" not in answer


def test_an_officer_is_invited_by_a_link(run: Run) -> None:
    entered(run)
    words = ("--name", "Sok", "--organisation", "mosvy", "--duty", "coordinator")
    link = run("officer", "invite", "sok", *words).stdout.strip()
    assert link.startswith("http://127.0.0.1:8000/invitation/")
    found = look(open_house(read_settings()), link.rpartition("/")[2], datetime.now(UTC))
    assert found is not None
    assert found.username == "sok"
    assert "duty: is not one" in run("officer", "invite", "s", *words[:-1], "king", ends_with=1).stderr


def test_whoever_lost_their_device_signs_in_by_password_again(run: Run) -> None:
    entered(run)
    words = ("--name", "Sok", "--organisation", "mosvy", "--duty", "coordinator")
    run("officer", "enter", "sok", *words, "--password", "a long password of mine")
    run("officer", "forget-factors", "sok")
    assert sign_in(open_house(read_settings()), "sok", "a long password of mine", datetime.now(UTC))
    assert "username: is not one" in run("officer", "forget-factors", "nobody", ends_with=1).stderr
    assert (
        "number: is not one"
        in run(
            "officer", "let-in", "X", "--username", "sok.x", "--name", "S", "--duty", "police", ends_with=1
        ).stderr
    )
