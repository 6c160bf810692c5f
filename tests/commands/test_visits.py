"""`repatriation visits`: the schedule of an installation, shown and carried out."""

from pathlib import Path

import pytest

from tests.commands.conftest import Run

OURS = """
edition = "Letter of MoSVY"
status = "confirmed"
source = "Letter 12"
adults = ["P1M"]
children = ["P2W", "P1M"]
"""


def test_the_schedule_says_that_it_is_assumed(run: Run) -> None:
    said = run("visits", "schedule").output
    assert "assumed" in said
    assert "Grown-ups: P2W P1M P3M P6M P9M P12M" in said


def test_an_installation_may_lay_its_own_schedule_in_its_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "schedule.toml"
    file.write_text(OURS, encoding="utf-8")
    monkeypatch.setenv("REPATRIATION_SCHEDULE", str(file))
    assert "Letter of MoSVY: confirmed. Letter 12" in run("visits", "schedule").output
    assert "Cases whose visits have changed: 0." in run("visits", "remake").output
    file.write_text(OURS.replace("P1M", "monthly"), encoding="utf-8")
    assert "no time such as" in run("visits", "schedule", ends_with=1).output
