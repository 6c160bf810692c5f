"""A programmer who has the guide and nothing else gets to a receipt."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.serving import make_server

from partners import files, registration, steps
from partners.scopes import SCOPES
from partners.steps import Step
from repatriation.app import create_app
from repatriation.records.handoffs import Handoff, HandoffFile
from repatriation.records.sealing import Safe
from repatriation.settings import Settings
from repatriation.web.api.problems import CODES
from repatriation.web.guide import STEP
from repatriation.web.session import wall_clock
from repatriation.work.actors import Actor
from repatriation.work.house import House
from repatriation.work.partners import approval, listing, registering
from sop.view import CaseView, Fact
from tests.web.conftest import Visitor, read_page


@pytest.fixture
def running(house: House) -> Iterator[tuple[Flask, str]]:
    """The application served by the clock of the machine, and its address."""
    house.keyring.ensure_partner_keys(wall_clock())
    server = make_server("127.0.0.1", 0, cast(Any, lambda *_: []), threaded=True)
    issuer = f"http://127.0.0.1:{server.server_port}"
    object.__setattr__(house, "issuer", issuer)
    server.app = create_app(Settings(demonstration=True), house, wall_clock)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.app, issuer
    server.shutdown()
    thread.join()
    server.server_close()


def run(folder: Path, *arguments: str) -> str:
    """Run the program as its user would, from a folder of their own."""
    done = subprocess.run(
        [sys.executable, "example.py", *arguments], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_program_of_the_guide_is_let_in_and_comes_away_with_a_receipt(
    running: tuple[Flask, str], house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    app, issuer = running
    visitor = Visitor(app.test_client(), issuer)
    guide = read_page(visitor.open("/api/docs"))
    link = guide.select_one("a[download]")
    assert link is not None
    (tmp_path / "example.py").write_text(visitor.open(str(link["href"])).text)
    assert f"python example.py refer {issuer}" in guide.text
    told = run(tmp_path, "keys", "KHM-EMB-THA", "bangkok-embassy")
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
    asked = registration.read((tmp_path / "register.json").read_bytes())
    registering.register(house, None, wall_clock(), asked)
    assert listing.partners(house)[0].fingerprint.digits in told
    approval.approve_together(house, wall_clock(), "bangkok-embassy", officers["dara"], officers["bopha"])
    assert '"cases":[]' in run(tmp_path, "cases", issuer)
    said = run(tmp_path, "refer", issuer)
    with house.doors.read() as session:
        kept = session.exec(select(Handoff)).one()
    assert said == f"{issuer} has signed: received {kept.jti}\n"


def test_the_program_of_the_guide_hands_a_file_over_with_its_referral(
    running: tuple[Flask, str], house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    app, issuer = running
    visitor = Visitor(app.test_client(), issuer)
    assert f"python example.py refer {issuer} FILE" in visitor.open("/api/docs").text
    (tmp_path / "example.py").write_text(visitor.open("/api/docs/example.py").text)
    run(tmp_path, "keys", "KHM-EMB-THA", "bangkok-embassy")
    registering.register(
        house, None, wall_clock(), registration.read((tmp_path / "register.json").read_bytes())
    )
    approval.approve_together(house, wall_clock(), "bangkok-embassy", officers["dara"], officers["bopha"])
    paper = b"%PDF-1.7 a made-up paper"
    (tmp_path / "paper.pdf").write_bytes(paper)
    assert "The file is handed over." in run(tmp_path, "refer", issuer, "paper.pdf")
    with house.doors.read() as session:
        handoff, file = session.exec(
            select(Handoff, HandoffFile).join(HandoffFile, HandoffFile.handoff_id == Handoff.id)  # type: ignore[arg-type]
        ).one()
    key = Safe(house.keyring).key_of(handoff).open("handoff_file", "key", file.id, file.key)
    assert files.unlock(file.content or b"", key, file.size, file.sha256) == paper


def test_the_program_of_the_guide_gets_other_keys_as_the_guide_says(
    running: tuple[Flask, str], house: House, officers: dict[str, Actor], tmp_path: Path
) -> None:
    app, issuer = running
    visitor = Visitor(app.test_client(), issuer)
    assert "python example.py renew" in visitor.open("/api/docs").text
    (tmp_path / "example.py").write_text(visitor.open("/api/docs/example.py").text)
    run(tmp_path, "keys", "KHM-EMB-THA", "bangkok-embassy")
    registering.register(
        house, None, wall_clock(), registration.read((tmp_path / "register.json").read_bytes())
    )
    approval.approve_together(house, wall_clock(), "bangkok-embassy", officers["dara"], officers["bopha"])
    run(tmp_path, "renew")
    new = tmp_path / "keys.new.json"
    assert new.stat().st_mode & 0o077 == 0
    card = (tmp_path / "card.txt").read_text()
    assert registering.import_card(house, None, wall_clock(), card) == "keys_changed"
    assert '"cases":[]' in run(tmp_path, "cases", issuer), "the old keys count beside the new ones"
    new.replace(tmp_path / "keys.json")
    assert '"cases":[]' in run(tmp_path, "cases", issuer)
    assert "has signed: received" in run(tmp_path, "refer", issuer)


def test_the_guide_is_open_to_everybody_and_names_every_scope_and_code(running: tuple[Flask, str]) -> None:
    app, issuer = running
    page = Visitor(app.test_client(), issuer).open("/api/docs")
    assert page.status_code == 200
    for word in (*SCOPES, *CODES):
        assert f"<code>{word}</code>" in page.text, word


def test_the_guide_names_every_member_of_a_step_and_no_other(running: tuple[Flask, str]) -> None:
    assert list(STEP) == list(Step.model_fields)
    app, issuer = running
    page = Visitor(app.test_client(), issuer).open("/api/docs")
    for name in STEP:
        assert f"<code>{name}</code>" in page.text, name


def test_the_digest_of_a_view_is_made_as_the_guide_says() -> None:
    at = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    view = CaseView("0" * 64, "identified", at, {"presumed": Fact(at)}, {}, child=False)
    told = steps.standing(view).model_dump(mode="json")
    plain = {"number": 0, "taken": 0, "heard": 0, "anew": True, "parts": {}, "gate": None}
    assert {name: told[name] for name in plain} == plain
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    made = base64.urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()
    assert made == steps.digest(view)
