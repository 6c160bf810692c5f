"""The two ways XML is read: by expat, which refuses what is unsafe, and by pattern, for the long parts.

A filled sheet is the same three tags a million times over, and expat calling back for each is slow. So for
the long parts it only vouches, without callbacks, that the XML is well-formed, in UTF-8, without document
type, comment, CDATA or processing instruction, and not nested deep; what is left can be cut by pattern.
"""

from collections.abc import Callable, Iterator
from html import unescape as unescape_entities
from re import Match
from re import compile as pattern
from xml.parsers import expat

from repatriation.htcds.faults import BadWorkbook
from repatriation.htcds.package import Package

SPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_DEEPEST = 64
_MOST_IN_ONE_ENTRY = 4 << 20
_ESCAPE = pattern(r"_x([0-9A-Fa-f]{4})_")

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def local_names(*names: str) -> dict[str, str]:
    """Qualified XML name to local name, for both namespaces a workbook may be written in."""
    return {f"{space} {name}": name for space in SPACES for name in names}


def parse(package: Package, part: str, start: Start, end: End | None = None) -> None:
    """Read a short part by callbacks."""
    guard = _Guard(start, end)
    for chunk in package.chunks(part):
        guard.feed(chunk)
    guard.feed(b"", True)


def entries(package: Package, part: str, container: str, entry: str, other: Start) -> Iterator[bytes]:
    """The `entry` elements of `container`, each as bytes up to its end tag; `other` sees the tags around.

    Empty elements written as one tag come joined to the bytes of the entry that follows, or by themselves.
    Anything but entries between entries, or an entry of more than 4 MB, raises `BadWorkbook`.
    """
    guard = _Guard(other)
    finish, closed, opened = f"</{entry}>".encode(), f"</{container}".encode(), f"<{entry}".encode()
    empty = pattern(rf"(?:\s*<{entry}(?:\s[^>]*)?/>)*\s*".encode())
    rest, inside, over = b"", False, False
    for chunk in package.chunks(part):
        guard.feed(chunk)
        if over:
            continue
        rest += chunk
        if not inside:
            begun = pattern(rf"<{container}(?:\s[^>]*)?>".encode()).search(rest)
            if begun is None:
                continue
            guard.rest()
            rest, inside = rest[begun.end() :], True
        *whole, rest = rest.split(finish)
        for piece in whole:
            if not piece.lstrip().startswith(opened):
                raise unusual()
            yield piece
        if closed in rest:
            guard.watch()
            last = rest[: rest.index(closed)]
            if not empty.fullmatch(last):
                raise unusual()
            yield last
            rest, over = b"", True
        elif len(rest) > _MOST_IN_ONE_ENTRY:
            # A sheet may end in a million empty rows that somebody once coloured.
            run = empty.match(rest)
            yield rest[: run.end()] if run else b""
            rest = rest[run.end() :] if run else rest
            if len(rest) > _MOST_IN_ONE_ENTRY:
                raise BadWorkbook("A row of this workbook is longer than any spreadsheet's: it is refused.")
    guard.feed(b"", True)
    if inside and not over:
        raise unusual()


def unusual() -> BadWorkbook:
    """XML that is right and yet as no spreadsheet program writes it."""
    return BadWorkbook(
        "This file is not written as spreadsheet programs write."
        " Open it in one, save it as .xlsx, and try again."
    )


def text_of(written: bytes) -> str:
    """The text that stands between two tags."""
    text = written.decode()
    if "&" in text:
        text = unescape_entities(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # `_x000D_` is how a workbook writes signs that XML cannot hold.
    return _ESCAPE.sub(_sign, text) if "_x" in text else text


def _sign(match: Match[str]) -> str:
    code = int(match[1], 16)
    return "\ufffd" if 0xD800 <= code < 0xE000 or code == 0 else chr(code)


class _Guard:
    """Expat, with everything refused that a workbook has no need of."""

    def __init__(self, start: Start, end: End | None = None) -> None:
        self._start = start
        self._end = end
        self._depth = 0
        self._begun = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = _no_doctype
        self._parser.XmlDeclHandler = _only_utf8
        self._parser.CommentHandler = self._parser.StartCdataSectionHandler = _nothing_hidden
        self._parser.ProcessingInstructionHandler = _nothing_hidden
        self.watch()

    def watch(self) -> None:
        """Call back for every tag, and count how deep they stand."""
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close

    def rest(self) -> None:
        """Only vouch that the XML is well-formed."""
        self._parser.StartElementHandler = self._parser.EndElementHandler = None

    def feed(self, chunk: bytes, last: bool = False) -> None:
        """The next bytes; XML that is broken or unsafe raises `BadWorkbook`."""
        if not self._begun and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk):
            raise unusual()
        self._begun = True
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise BadWorkbook("This file is damaged: a part of it is not well-formed XML.") from error

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadWorkbook("This file is nested deeper than any workbook: it is refused.")
        self._start(name, attributes)

    def _close(self, name: str) -> None:
        self._depth -= 1
        if self._end is not None:
            self._end(name)


def _no_doctype(*_: object) -> None:
    raise BadWorkbook("This file holds an XML document type, which no spreadsheet writes: it is refused.")


def _only_utf8(_: str, encoding: str | None, __: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise unusual()


def _nothing_hidden(*_: object) -> None:
    raise unusual()
