"""The small world of the work's tests, for importing into."""

from tests.work.conftest import house, officers, procedures

__all__ = ["house", "officers", "procedures"]
