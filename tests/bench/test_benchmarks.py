"""Every benchmark in its smallest size, on both databases: what it counts must be right."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from repatriation.bench.place import Place
from repatriation.bench.suite import BENCHES, SQLITE_ONLY, WITHOUT_DATABASE
from repatriation.commands import main
from repatriation.commands.bench import BOTH, NAMES
from tests.conftest import KINDS

EACH = [
    (kind, name)
    for kind in KINDS
    for name in NAMES
    if kind == "sqlite" or name not in (*WITHOUT_DATABASE, *SQLITE_ONLY)
]
"""Some have to do with SQLite alone, or with no database at all."""


@pytest.mark.slow
@pytest.mark.parametrize(("place", "name"), EACH, indirect=["place"])
def test_every_count_of_a_benchmark_is_as_it_must_be(name: str, place: Place) -> None:
    report = BENCHES[name](place)
    wrong = [figure for figure in report.missed if figure.goal and figure.goal.bound == "exactly"]
    place.clear()
    assert wrong == [], "\n".join(report.lines())
    assert report.figures


def test_the_command_knows_every_benchmark_and_every_database() -> None:
    assert set(NAMES) == set(BENCHES)
    assert set(BOTH) == {"sqlite", "postgresql"}


def test_what_is_printed_is_written_as_json_too(tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    result = CliRunner().invoke(main, ["bench", "sop", "--quick", "--db", "sqlite", "--json", str(file)])
    assert result.exit_code == 0, result.output
    said = json.loads(file.read_text())
    assert {"fsync ms", "cores", "sqlite", "python"} <= said["machine"].keys()
    (report,) = said["reports"]
    (whole,) = [figure for figure in report["figures"] if figure["name"] == "all routes"]
    assert whole["goal"] == {"bound": "at most", "value": 2}
    assert whole["met"] == (whole["value"] <= 2)
    assert "every verdict of a stage" in result.output
