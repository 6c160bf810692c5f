"""The machine-readable zone of a travel document, after ICAO Doc 9303: two lines that a border post's reader
takes in.

A name is taken letter by letter from the Latin name as it was given. What no rule turns into a letter is
refused: a spelling guessed here would travel with its holder for years.
"""

import re
import string
import unicodedata
from typing import NamedTuple

FILLER = "<"

_VALUES = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {FILLER: 0}
_WEIGHTS = (7, 3, 1)
_APOSTROPHES = frozenset("'\u2018\u2019\u02bc`")
_SEPARATORS = frozenset(" -\u2010\u2011\u00a0")
_LETTERS = {letter: letter.upper() for letter in string.ascii_letters} | {"\u0110": "D", "\u0111": "D"}
_PARTIAL = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


class CannotEncode(ValueError):
    """An entry has no place in the zone. `field` says which; what stood in it is not repeated."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class Entries(NamedTuple):
    """What goes into the zone. Dates are 1998-04-13; a birth date may lack the day, or month and day."""

    code: str
    state: str
    family: str
    given: str
    number: str
    nationality: str
    birth: str | None
    sex: str
    expires: str
    optional: str = ""


def td2(entries: Entries) -> tuple[str, str]:
    """Two lines of 36, for papers of the smaller size. Raises CannotEncode."""
    upper = _upper(entries, 36)
    number, rest = _number(entries.number, 7, entries.optional)
    birth, expires = checked(_birth(entries.birth)), checked(_day("expires", entries.expires))
    nationality, sex = _country("nationality", entries.nationality), _sex(entries.sex)
    lower = number + nationality + birth + sex + expires + rest
    return upper, lower + check_digit(number + birth + expires + rest)


def td3(entries: Entries) -> tuple[str, str]:
    """Two lines of 44, for papers of passport size. Raises CannotEncode."""
    upper = _upper(entries, 44)
    number = _plain("number", entries.number)
    if len(number) > 9:
        raise CannotEncode("number", "a paper of this size has room for nine characters")
    number = checked(number.ljust(9, FILLER))
    birth, expires = checked(_birth(entries.birth)), checked(_day("expires", entries.expires))
    nationality, sex = _country("nationality", entries.nationality), _sex(entries.sex)
    optional = _fitted("optional", _plain("optional", entries.optional, empty=True), 14)
    optional = checked(optional) if entries.optional else optional + FILLER
    lower = number + nationality + birth + sex + expires + optional
    return upper, lower + check_digit(number + birth + expires + optional)


def check_digit(text: str) -> str:
    """The digit that a reader works out again: values weighted 7, 3, 1, modulo ten."""
    return str(sum(_VALUES[letter] * _WEIGHTS[at % 3] for at, letter in enumerate(text)) % 10)


def checked(text: str) -> str:
    """The text followed by its check digit."""
    return text + check_digit(text)


def name(field: str, given: str) -> str:
    """A Latin name in the zone's letters, its parts joined by one filler. Raises CannotEncode."""
    letters: list[str] = []
    for letter in unicodedata.normalize("NFD", given):
        if letter in _LETTERS:
            letters.append(_LETTERS[letter])
        elif letter in _SEPARATORS:
            letters.append(FILLER)
        elif letter in _APOSTROPHES or (letters and unicodedata.category(letter) == "Mn"):
            continue
        else:
            raise CannotEncode(field, "it holds a character that is not a Latin letter")
    return FILLER.join(part for part in "".join(letters).split(FILLER) if part)


def _upper(entries: Entries, width: int) -> str:
    if not re.fullmatch("[A-Z][A-Z<]", entries.code):
        raise CannotEncode("code", "it is one or two capital letters")
    begin = entries.code + _country("state", entries.state)
    return begin + _names(name("family", entries.family), name("given", entries.given), width - len(begin))


def _names(family: str, given: str, width: int) -> str:
    """Family name, two fillers, given names. A name too long loses its end, never all of its given names."""
    if not family and not given:
        raise CannotEncode("family", "there is no name")
    if not family or not given:
        return _cut(family or given, width).ljust(width, FILLER)
    family = _cut(family, width - 3)
    return f"{family}{FILLER * 2}{_cut(given, width - 2 - len(family))}".ljust(width, FILLER)


def _cut(text: str, width: int) -> str:
    """The text, or as much as there is room for. What was cut ends with a letter, which tells that it was."""
    if len(text) <= width:
        return text
    if text[width - 1] != FILLER:
        return text[:width]
    shorter = text[: width - 2].rstrip(FILLER)
    return f"{shorter}{FILLER}{text[width]}" if shorter else text[: width - 1]


def _number(given: str, room: int, optional: str) -> tuple[str, str]:
    """The number with its check digit, and what stands in the optional part.

    Of a number with more than nine characters the end stands in the optional part, with the check digit of
    it all, and a filler stands where the digit would be.
    """
    number = _plain("number", given)
    if len(number) <= 9:
        rest = _plain("optional", optional, empty=True)
        return checked(number.ljust(9, FILLER)), _fitted("optional", rest, room)
    if optional:
        raise CannotEncode("optional", "the end of the number takes its room")
    return number[:9] + FILLER, _fitted("number", number[9:] + check_digit(number) + FILLER, room)


def _plain(field: str, given: str, empty: bool = False) -> str:
    text = given.upper().replace("-", FILLER).replace(" ", FILLER)
    if not (text or empty) or not set(text) <= set(_VALUES):
        raise CannotEncode(field, "it is made of the letters A to Z and digits")
    return text


def _fitted(field: str, text: str, room: int) -> str:
    if len(text) > room:
        raise CannotEncode(field, f"there is room for {room} characters")
    return text.ljust(room, FILLER)


def _country(field: str, code: str) -> str:
    if not re.fullmatch("[A-Z]{3}|D", code):
        raise CannotEncode(field, "it is a code of three capital letters")
    return code.ljust(3, FILLER)


def _sex(sex: str) -> str:
    if sex not in ("M", "F", FILLER):
        raise CannotEncode("sex", "it is M, F or <")
    return sex


def _birth(given: str | None) -> str:
    """Year, month and day in two digits each; fillers for what is not known."""
    if given is None:
        return FILLER * 6
    found = _PARTIAL.fullmatch(given)
    if not found:
        raise CannotEncode("birth", "it is a year, a year and month, or a date")
    year, month, day = found.groups(FILLER * 2)
    return year[2:] + month + day


def _day(field: str, given: str) -> str:
    if len(given) != 10 or not _PARTIAL.fullmatch(given):
        raise CannotEncode(field, "it is a date")
    return given[2:4] + given[5:7] + given[8:10]
