"""`repatriation demo federation`, as somebody runs it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_one_command_takes_a_case_across_and_compares(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("repatriation")
    went = subprocess.run(
        [program, "demo", "federation"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    assert went.returncode == 0, went.stderr
    assert "Both hold the same." in went.stdout
    assert "DIFFERS" not in went.stdout
    messages = re.findall(
        r"(?:Bangkok -> Phnom Penh|Phnom Penh -> Bangkok) +(\S+) +[0-9a-f-]{36}  (\S+)", went.stdout
    )
    kinds = {kind for kind, _ in messages}
    assert {"referral", "decision", "update:step"} <= kinds
    assert {state for kind, state in messages if kind == "update:step"} == {"accepted"}
    assert went.stdout.count("The trail of ") == 2
    assert list(tmp_path.iterdir()) == []
