"""Partners and their keys from the command line."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from partners import jose
from repatriation.opening import NotReady, open_to_serve
from repatriation.settings import Settings
from tests.commands.conftest import Run

PASSWORD = "correct horse battery staple"


@pytest.fixture
def staffed(run: Run) -> Run:
    """An installation with an organisation and two coordinators."""
    run("organisation", "enter", "iom", "--name", "IOM", "--country", "KHM", "--function", "iom")
    for username, duty in (("dara", "coordinator"), ("bopha", "coordinator"), ("sokha", "consular")):
        officer = ("officer", "enter", username, "--name", username, "--organisation", "iom")
        run(*officer, "--duty", duty, "--password", PASSWORD)
    return run


def described(**further: Any) -> dict[str, Any]:
    """A registration."""
    key = jose.new_signing_key()
    return {
        "client_id": "iom-case-system",
        "client_name": "IOM case system",
        "organisation": "iom",
        "scope": "cases:read",
        "jwks": {"keys": [key.public.as_dict()]},
        **further,
    }


def test_a_partner_is_registered_approved_suspended_and_resumed(staffed: Run, tmp_path: Path) -> None:
    file = tmp_path / "partner.json"
    file.write_text(json.dumps(described()))
    assert "Compare by telephone" in staffed("partner", "register", str(file)).output
    assert "is registered already" in staffed("partner", "register", str(file), ends_with=1).output
    approve = ("partner", "approve", "iom-case-system")
    same = staffed(*approve, "--by", "dara", "--and", "dara", ends_with=1)
    assert "another officer" in same.output
    may_not = staffed(*approve, "--by", "dara", "--and", "sokha", ends_with=1)
    assert "may not approve" in may_not.output
    assert "is not known here" in staffed(*approve, "--by", "dara", "--and", "nobody", ends_with=1).output
    assert staffed("partner", "list").output.startswith("pending")
    assert "is active" in staffed(*approve, "--by", "dara", "--and", "bopha").output
    by = ("--by", "dara")
    assert (
        "may not approve"
        in staffed("partner", "suspend", "iom-case-system", "--by", "sokha", ends_with=1).output
    )
    staffed("partner", "suspend", "iom-case-system", *by)
    assert staffed("partner", "list").output.startswith("suspended")
    staffed("partner", "suspend", "iom-case-system", *by, ends_with=1)
    assert (
        "is not known here"
        in staffed("partner", "resume", "iom-case-system", "--by", "nobody", ends_with=1).output
    )
    staffed("partner", "resume", "iom-case-system", *by)
    assert staffed("partner", "list").output.startswith("active")
    # In need, whoever has the machine shuts a partner out, also when no officer is at hand.
    staffed("partner", "suspend", "iom-case-system")
    assert staffed("partner", "list").output.startswith("suspended")
    staffed("partner", "resume", "iom-case-system")
    assert "The trail is whole" in staffed("trail", "verify").output


def test_two_officers_agree_to_less_than_was_asked_for_and_one_takes_more_away(
    staffed: Run, tmp_path: Path
) -> None:
    file = tmp_path / "partner.json"
    file.write_text(json.dumps(described(scope="cases:read cases:act visits:read")))
    staffed("partner", "register", str(file))
    both = ("--by", "dara", "--and", "bopha")
    approve = ("partner", "approve", "iom-case-system", *both)
    assert "asks for" in staffed(*approve, "--scope", "identity:read", ends_with=1).output
    staffed(*approve, "--scope", "cases:read", "--scope", "visits:read")
    assert "asks for besides: cases:act" in staffed("partner", "list").output
    change = ("partner", "scopes", "iom-case-system")
    more = staffed(*change, "--by", "dara", "--scope", "cases:act", ends_with=1)
    assert "must be fewer" in more.output
    assert "may do: cases:read." in staffed(*change, "--by", "dara", "--scope", "cases:read").output
    back = staffed(*change, *both, "--scope", "cases:act", "--scope", "cases:read")
    assert "may do: cases:act cases:read." in back.output
    staffed("partner", "scopes", "nobody", "--by", "dara", "--scope", "cases:read", ends_with=1)


def test_what_cannot_be_registered_is_said_member_by_member(staffed: Run, tmp_path: Path) -> None:
    file = tmp_path / "partner.json"
    for text, said in (
        (json.dumps(described(admin=True)), "admin: is no member of a registration"),
        (json.dumps(described(organisation="x")), "organisation: is not known here"),
        (
            json.dumps(described(jwks_uri="https://x.example/keys")),
            "jwks_uri: is not fetched: send the public",
        ),
        (json.dumps(described(token_endpoint_auth_method="tls_client_auth")), "by private_key_jwt and DPoP"),
        ('{"scope": "a", "scope": "b"}', "sent_twice"),
        ("[", "not_json"),
    ):
        file.write_text(text)
        assert said in staffed("partner", "register", str(file), ends_with=1).output


def test_a_card_is_exported_and_taken_by_another_installation(
    staffed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "card.txt"
    staffed("partner", "card", "export", "--name", "Bangkok", "--out", str(file))
    own = staffed(
        "partner", "card", "import", str(file), "--by", "dara", "--organisation", "iom", ends_with=1
    )
    assert "is this very installation" in own.output
    monkeypatch.setenv("REPATRIATION_ISSUER", "https://returns.example.org")
    staffed("partner", "card", "export", "--name", "Bangkok", "--scope", "admin", ends_with=1)
    said = staffed("partner", "card", "import", str(file), "--by", "dara", "--organisation", "iom").output
    assert "waits for approval" in said
    words = said.splitlines()[-2].strip()
    assert words in staffed("partner", "list").output
    assert "older" in staffed("partner", "card", "import", str(file), "--by", "dara", ends_with=1).output
    file.write_text("x")
    assert (
        "cannot be taken"
        in staffed("partner", "card", "import", str(file), "--by", "dara", ends_with=1).output
    )


def test_a_program_changes_its_keys_by_a_card_and_a_strange_card_takes_two_officers(
    staffed: Run, tmp_path: Path
) -> None:
    old, new, strange = (jose.new_signing_key() for _ in range(3))
    file = tmp_path / "given"
    file.write_text(json.dumps(described(jwks={"keys": [old.public.as_dict()]})))
    staffed("partner", "register", str(file))
    both = ("--by", "dara", "--and", "bopha")
    staffed("partner", "approve", "iom-case-system", *both)
    issued = int(datetime.now(UTC).timestamp()) - 60

    def give(by: jose.SigningKey, *keys: jose.SigningKey, at: int) -> None:
        claims = {"iss": "iom-case-system", "iat": at, "exp": at + 3600, "version": 1}
        public = {"keys": [key.public.as_dict() for key in keys]}
        file.write_text(jose.sign({**claims, "jwks": public}, "partner-card+jws", by))

    give(old, old, new, at=issued)
    assert (
        "keys of iom-case-system are changed"
        in staffed("partner", "card", "import", str(file), "--by", "dara").output
    )
    give(strange, strange, at=issued + 1)
    said = staffed("partner", "card", "import", str(file), "--by", "dara", ends_with=1).output
    digits = said.splitlines()[2].strip()
    assert "partner card discard iom-case-system" in said
    accept = ("partner", "card", "accept", "iom-case-system")
    assert "compare anew" in staffed(*accept, *both, "--fingerprint", "00000", ends_with=1).output
    alone = staffed(*accept, "--by", "dara", "--and", "dara", "--fingerprint", digits, ends_with=1)
    assert "another officer" in alone.output
    assert "is active, with its new keys" in staffed(*accept, *both, "--fingerprint", digits).output
    assert digits in staffed("partner", "list").output
    assert "has such a card" in staffed(*accept, *both, "--fingerprint", digits, ends_with=1).output
    give(old, old, at=issued + 2)
    said = staffed("partner", "card", "import", str(file), "--by", "dara", ends_with=1).output
    told = ("--by", "dara", "--fingerprint", said.splitlines()[2].strip())
    discard = ("partner", "card", "discard", "iom-case-system")
    may_not = staffed(*discard, "--by", "sokha", *told[2:], ends_with=1)
    assert "may not approve" in may_not.output
    assert "is thrown away" in staffed(*discard, *told).output
    assert "has such a card" in staffed(*discard, *told, ends_with=1).output
    assert "The trail is whole" in staffed("trail", "verify").output


def test_keys_for_partners_are_made_listed_rotated_and_published(run: Run, tmp_path: Path) -> None:
    listed = run("keys", "list").output
    for purpose in ("token", "envelope", "encryption", "client"):
        assert f"{purpose} " in listed
        said = run("keys", "rotate", "--for", purpose).output
        assert f"Key 2 for {purpose} is published" in said
    published = json.loads(run("keys", "export-public", "--for", "partners").output)
    assert len(published["keys"]) == 5
    assert not any("d" in key for key in published["keys"])
    folder = tmp_path / "var" / "keyring"
    files = sorted(folder.glob("*.jwk"))
    assert len(files) == 8
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert all(json.loads(file.read_text())["d"] for file in files)


def test_a_key_that_grew_too_old_stops_the_start_with_a_clear_message(run: Run, tmp_path: Path) -> None:
    settings = Settings(demonstration=True, folder=tmp_path / "var")
    later = datetime.now(UTC) + timedelta(days=91)
    assert open_to_serve(settings, datetime.now(UTC)).issuer == settings.issuer
    with pytest.raises(NotReady, match=r"token key .* 91 days old.*\n.*keys rotate --for encryption"):
        open_to_serve(settings, later)
    old = int((datetime.now(UTC) - timedelta(days=91)).timestamp())
    file = tmp_path / "var" / "keyring" / "token-0001.jwk"
    jwk = json.loads(file.read_text())
    file.write_text(json.dumps(jwk | {"iat": old}))
    os.utime(file.parent)
    assert "OVER: rotate it" in run("keys", "list").output
    assert "repatriation keys rotate --for token" in run("serve", ends_with=1).output
    run("keys", "rotate", "--for", "token")
    open_to_serve(settings, datetime.now(UTC))


def test_a_key_file_that_others_may_read_or_that_holds_no_key_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "var" / "keyring" / "client-0001.jwk"
    file.chmod(0o644)
    assert "can be read by others" in run("keys", "list", ends_with=1).output
    file.chmod(0o600)
    kept = file.read_text()
    for text in ("", "{}", "[" * 5000, kept.replace('"sig"', '"enc"')):
        file.write_text(text)
        assert "can be used" in run("keys", "list", ends_with=1).output
    file.unlink()
    assert "no key for: client" in run("keys", "list", ends_with=1).output
    run("db", "upgrade")
    run("keys", "list")
