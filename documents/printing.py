"""What is asked of a press and what it answers: a sheet, a printed file, or why it cannot be printed.

Both travel between processes as one line of JSON and raw bytes. Nothing is pickled: a worker that was taken
over by what it read must not be able to make the program that asked run anything.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

Class = Literal["paper", "book"]
"""Of what class a document is: that decides its style sheet, and what file is attached to it."""


LAYERS = ("network", "limits", "landlock", "seccomp", "audit")
"""What shuts a worker in, where a system gives it all (`documents.isolation`)."""


class Sheet(NamedTuple):
    """A whole document to be printed. Khmer in it already carries its word ends."""

    html: str
    title: str
    language: str
    created: datetime
    data: bytes | None = None
    of: Class = "paper"


class Printed(NamedTuple):
    """A file that is PDF/A-3a and PDF/UA-1 at once, not signed yet."""

    file: bytes
    pages: int


class CannotPrint(Exception):
    """Why there is no paper, as a code for the program and a hint for whoever mends it; never the text.

    The codes: `glyph` (a letter that no face of ours has), `font`, `fetch` (the sheet asked for something
    outside itself), `link`, `markup` (anything else the typesetter complains of), `too_long`, `too_large`
    (memory), `timed_out`, `crashed`, `busy`, `unfit`.
    """

    def __init__(self, code: str, hint: str = "") -> None:
        super().__init__(f"{code}: {hint}" if hint else code)
        self.code = code
        self.hint = hint


class Fitness(NamedTuple):
    """What a worker found out about itself: proofs that failed, and the layers that shut it in."""

    failures: tuple[str, ...]
    layers: tuple[str, ...]

    @property
    def fit(self) -> bool:
        """Whether it may print papers."""
        return not self.failures

    @property
    def missing(self) -> tuple[str, ...]:
        """The layers that are not in force, since this system does not give them."""
        return tuple(layer for layer in LAYERS if layer not in self.layers)


def pack_fitness(fitness: Fitness) -> bytes:
    """A worker's first word."""
    return _pack({"failures": fitness.failures, "layers": fitness.layers}, b"")


def unpack_fitness(message: bytes) -> Fitness:
    """What a worker said first."""
    head, _ = _unpack(message)
    return Fitness(tuple(head["failures"]), tuple(head["layers"]))


def pack_sheet(sheet: Sheet) -> bytes:
    """The sheet as one message."""
    head = {
        "html": sheet.html,
        "title": sheet.title,
        "language": sheet.language,
        "created": sheet.created.isoformat(),
        "attached": sheet.data is not None,
        "of": sheet.of,
    }
    return _pack(head, sheet.data or b"")


def unpack_sheet(message: bytes) -> Sheet:
    """The sheet that a message holds."""
    head, data = _unpack(message)
    created = datetime.fromisoformat(head["created"])
    attached = data if head["attached"] else None
    return Sheet(head["html"], head["title"], head["language"], created, attached, head["of"])


def pack_answer(answer: Printed | CannotPrint) -> bytes:
    """What came of it, as one message."""
    if isinstance(answer, Printed):
        return _pack({"pages": answer.pages}, answer.file)
    return _pack({"code": answer.code, "hint": answer.hint}, b"")


def unpack_answer(message: bytes) -> Printed | CannotPrint:
    """What came of it."""
    head, file = _unpack(message)
    if "pages" in head:
        return Printed(file, int(head["pages"]))
    return CannotPrint(str(head["code"]), str(head["hint"]))


def _pack(head: Mapping[str, object], body: bytes) -> bytes:
    # Half of a surrogate pair is no letter; the typesetter will say so, not the pipe.
    return json.dumps(head).encode("ascii") + b"\n" + body


def _unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    head, _, body = message.partition(b"\n")
    return json.loads(head), body
