"""How wide a run of Latin, Khmer or Thai text is, and where it may be broken: no font is at hand, so by
measure.

Khmer and Thai write no spaces between words. A line is broken at a space or a zero-width space where there
is one, else between whole clusters: never between a letter and its vowel, mark or subscript, and never so
that a line begins with a sign that belongs to the one before.
"""

import unicodedata
from functools import lru_cache
from typing import Final

ZERO_WIDTH_SPACE: Final = "\u200b"
KHMER_SUBSCRIPT: Final = "\u17d2"
LEADING_VOWELS: Final = frozenset("เแโใไ")
FOLLOWERS: Final = frozenset("ะาำๅๆฯ") | frozenset("។៕៖ៗ៘៙៚") | frozenset(",.;:!?)]}”’%/")
"""Signs that may not begin a line: Thai vowels written after their consonant, marks of repetition, closing
marks."""

NARROW: Final = frozenset("iljtfrI.,:;'’!|()[]ìíịĩỉ ")
WIDE: Final = frozenset("mwMW@%—")


@lru_cache(maxsize=4096)
def clusters(text: str) -> tuple[str, ...]:
    """The text in pieces that may not be taken apart."""
    pieces: list[str] = []
    joins = False
    for sign in text:
        follows = joins or sign in FOLLOWERS or unicodedata.category(sign) in ("Mn", "Mc", "Me", "Cf")
        if sign == ZERO_WIDTH_SPACE:
            pieces.append(sign)
            joins = False
            continue
        if pieces and follows and not pieces[-1].isspace() and pieces[-1] != ZERO_WIDTH_SPACE:
            pieces[-1] += sign
        else:
            pieces.append(sign)
        joins = sign == KHMER_SUBSCRIPT or sign in LEADING_VOWELS
    return tuple(pieces)


@lru_cache(maxsize=4096)
def width(cluster: str) -> float:
    """The width of one cluster in ems, on the wide side."""
    return sum(_advance(sign, "" if place == 0 else cluster[place - 1]) for place, sign in enumerate(cluster))


def _advance(sign: str, before: str) -> float:
    kind = unicodedata.category(sign)
    if "\u1780" <= sign <= "\u17ff":
        if before == KHMER_SUBSCRIPT:
            return 0.3 if sign in "រឃឈញសហ" else 0.05
        if kind == "Mn":
            return 0.0
        return 0.45 if kind == "Mc" else 0.66
    if kind in ("Mn", "Me", "Cf"):
        return 0.0
    if "\u0e00" <= sign <= "\u0e7f":
        return 0.6
    if sign in NARROW:
        return 0.34
    if sign in WIDE:
        return 0.95
    return 0.68 if sign.isupper() else 0.58


def measure(text: str) -> float:
    """The width of a text in ems."""
    return sum(map(width, clusters(text)))


def wrap(text: str, room: float) -> list[str]:
    """The text in lines of at most `room` ems; a single cluster wider than that stands alone."""
    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for piece in clusters(text):
        line.append(piece)
        used += 0.0 if piece.isspace() else width(piece)
        if piece.isspace():
            used += width(piece)
            continue
        while used > room and len(line) > 1:
            cut = _break(line)
            lines.append(_plain(line[:cut]))
            line = line[cut:]
            used = sum(map(width, line))
    lines.append(_plain(line))
    return [line for line in lines if line]


def _plain(pieces: list[str]) -> str:
    return "".join(pieces).replace(ZERO_WIDTH_SPACE, "").strip()


def _break(line: list[str]) -> int:
    """How many pieces stay on this line, the last of which does not fit."""
    end = len(line) - 1
    spaces = [i + 1 for i in range(end) if line[i].isspace() or line[i] in (ZERO_WIDTH_SPACE, "-")]
    spaces = [i for i in spaces if i <= end]
    if spaces and (spaces[-1] > end * 0.55 or not _unspaced(line[end])):
        return spaces[-1]
    # A cluster with a vowel or a subscript begins a syllable; a bare letter more often ends one.
    syllables = [i for i in range(1, end + 1) if _opens_syllable(line[i])]
    if syllables and syllables[-1] > end * 0.6:
        return syllables[-1]
    return end


def _opens_syllable(piece: str) -> bool:
    return piece[0] in LEADING_VOWELS or any(
        sign in "ะาำ" or unicodedata.category(sign) in ("Mn", "Mc") for sign in piece[1:]
    )


def _unspaced(piece: str) -> bool:
    return "\u0e00" <= piece[0] <= "\u0e7f" or "\u1780" <= piece[0] <= "\u17ff"
