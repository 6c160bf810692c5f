"""Officers who try what no page offers: the small world of the case pages, on both databases."""

from tests.web.casework.conftest import house, kind, procedures, world
from tests.web.conftest import app, clock, quick_passwords, visitor

__all__ = ["app", "clock", "house", "kind", "procedures", "quick_passwords", "visitor", "world"]
