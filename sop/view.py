"""What the engine is shown of a case: its stage, dated facts and consents. Never who the person is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

Decision = Literal["given", "refused", "withdrawn"]


class Fact(NamedTuple):
    """Something on file: since when, until when it counts, and the day it speaks of (a handover's day)."""

    at: datetime
    until: datetime | None = None
    on: date | None = None

    def counts(self, now: datetime) -> bool:
        """Whether the fact still counts at this moment."""
        return self.until is None or self.until > now


class ConsentState(NamedTuple):
    """The person's last word on one consent; a child's stands on a guardian's and the child's own."""

    decision: Decision
    at: datetime
    until: datetime | None = None
    guardian: bool = False
    own_view: bool = False


class CaseView(NamedTuple):
    """One case as the engine sees it. `child` is true for everyone not known to be grown up."""

    digest: str
    stage: str
    entered: datetime
    facts: Mapping[str, Fact]
    consents: Mapping[str, ConsentState]
    child: bool
    version: int = 0
