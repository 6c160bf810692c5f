"""The small world of the work's tests, for importing into; and where real workbooks lie, if they do."""

import os

import pytest

from tests.work.conftest import house, officers, procedures

__all__ = ["house", "officers", "procedures"]

FOLDER = os.environ.get("REPATRIATION_TEST_HTCDS_FOLDER")
"""IOM's own workbooks are not handed on with this program; who has them names their folder here."""

collect_ignore = [] if FOLDER else ["test_real_files.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not tried is said."""
    if not FOLDER:
        terminalreporter.write_line(
            "Not tried: IOM's own workbooks (REPATRIATION_TEST_HTCDS_FOLDER names no folder)."
        )
