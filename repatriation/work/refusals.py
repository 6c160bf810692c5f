"""What work may answer instead of doing it. Codes only; the words are chosen where they are shown."""

from dataclasses import dataclass
from datetime import datetime


class NotFound(LookupError):
    """There is no such case, or it is not this officer's to know of: the two look the same."""


class ReadOnly(Exception):
    """This officer's duty is to look, not to act."""


class Invalid(ValueError):
    """Something that was entered cannot be taken. `problems` maps each field to a code."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(", ".join(f"{field}: {code}" for field, code in problems.items()))


class KeyReused(Exception):
    """The same idempotency key came with another request."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a case while somebody else was looking at it."""

    at: datetime
    action: str
    organisation_id: str | None
    officer_id: str | None


class MovedOn(Exception):
    """The case has moved on since the officer opened it; `changes` say how."""

    def __init__(self, reference: str, version: int, changes: tuple[Change, ...]) -> None:
        self.reference, self.version, self.changes = reference, version, changes
        super().__init__(f"{reference} stands at version {version}")


class Changed(Exception):
    """A plan, or an entry of the directory, was changed since the officer opened it."""


class PaperNeeded(Exception):
    """The act is taken only together with its paper, and none was made."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"this act is taken together with its paper ({kind})")


class NoPaper(Exception):
    """The paper cannot be made, for a reason given as a code: busy, unfit, glyph, too_long, not_ready..."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
