"""The text that a workbook's cells share, kept small: packed in blocks, unpacked where it is needed."""

import re

from repatriation.htcds.faults import BadWorkbook
from repatriation.htcds.markup import entries, text_of, unusual
from repatriation.htcds.package import Package

LONGEST = 32_767
"""Signs in one cell: Excel's own limit."""
MOST_STRINGS = 5_000_000
MOST_SIGNS = 256_000_000

# Blocks of 64: on 50,000 rows (660,000 strings) they take a third of what a list of strings takes, and the
# last 512 unpacked serve nearly every cell, for spreadsheet programs number strings as they meet them.
_BLOCK = 64
_OPEN_BLOCKS = 512

_PLAIN = re.compile(rb"<t(?: [^>]*)?>([^<]*)</t>")
_SPOKEN = re.compile(rb"<rPh[\s>].*?</rPh>", re.DOTALL)
_USUAL = re.compile(rb'\s*<si><t(?: xml:space="preserve")?>([^<]*)</t>')
_ITEM = re.compile(rb"\s*<si(?:\s[^>]*?)?(/?)>")


class SharedStrings:
    """The strings by number, with a bounded number of blocks unpacked at a time."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._last: list[str] = []
        self._open: dict[int, list[str]] = {}
        self._count = 0
        self._signs = 0

    def add(self, text: str) -> None:
        """Append the next string; too many or too long raises `BadWorkbook`."""
        signs = len(text)
        self._count += 1
        self._signs += signs
        if signs > LONGEST:
            raise BadWorkbook(f"A cell holds more than {LONGEST:,} signs, more than a spreadsheet can.")
        if self._count > MOST_STRINGS or self._signs > MOST_SIGNS:
            raise BadWorkbook("This workbook holds too much text to be read safely. Divide it into several.")
        self._last.append(text)
        if len(self._last) == _BLOCK:
            # NUL is no sign that a cell can hold, so it parts the strings of a block.
            self._blocks.append("\0".join(self._last))
            self._last = []

    def __getitem__(self, number: int) -> str:
        block = number >> 6
        strings = self._open.get(block)
        if strings is None:
            if not 0 <= number < self._count:
                raise IndexError(number)
            strings = self._last if block == len(self._blocks) else self._unpack(block)
        return strings[number & 63]

    def __len__(self) -> int:
        return self._count

    def _unpack(self, block: int) -> list[str]:
        strings = self._open[block] = self._blocks[block].split("\0")
        if len(self._open) > _OPEN_BLOCKS:
            del self._open[next(iter(self._open))]
        return strings


def read_strings(package: Package, part: str | None) -> SharedStrings:
    """All strings of the part, pronunciation marks left out; none if the workbook has no such part."""
    strings = SharedStrings()
    if part is not None:
        for entry in entries(package, part, "sst", "si", lambda *_: None):
            usual = _USUAL.fullmatch(entry)
            if usual is not None:
                strings.add(text_of(usual[1]))
            else:
                _add_unusual(strings, entry)
    return strings


def _add_unusual(strings: SharedStrings, entry: bytes) -> None:
    begun, end = _ITEM.match(entry), 0
    while begun is not None and begun[1]:
        strings.add("")
        end = begun.end()
        begun = _ITEM.match(entry, end)
    if begun is not None:
        strings.add(rich_text(entry[begun.end() :]))
    elif entry[end:].strip():
        raise unusual()


def rich_text(written: bytes) -> str:
    """The text of a string item: one plain run or several formatted ones."""
    whole = _PLAIN.fullmatch(written)
    if whole is not None:
        return text_of(whole[1])
    if b"<rPh" in written:
        written = _SPOKEN.sub(b"", written)
    return "".join(text_of(run) for run in _PLAIN.findall(written))
