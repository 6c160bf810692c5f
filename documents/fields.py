"""What may stand in a paper: text of limited length, partial dates, names as each script has them.

Everything is cleaned on the way in, so that no sign can hide or turn what is printed, and nothing is ever
guessed: what is not known stays None and is printed as a line to write on.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from locales import names
from locales.catalogue import N_

NAME, LINE, ADDRESS, NARRATIVE = 120, 200, 300, 4000
"""The most letters that a name, a line, an address and a narrative may have."""

MOST_PEOPLE: Final = 50
"""People on one minutes of handover."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words printed for each code of a closed list."""

    of: Mapping[str, str | tuple[str, str]]  # English, or context and English


class Mark(Enum):
    """What a text is, where its type alone does not tell how it is written."""

    NAME = "name"
    DATE = "date"
    COUNTRY = "country"
    LANGUAGE = "language"


_UNSEEN: Final = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Signs that nobody types or sees, marks that turn the reading of what follows, and the word ends of Khmer:
those are put in where a paper is printed and belong in no record. No face need have any of them, so that the
press would not complain. What joins letters or keeps them apart changes their form, and stays."""

_MOST_GIVEN: Final = 100_000
"""A text longer than this is not even looked at."""


def _clean(value: object) -> object:
    """Text in one form (NFC), without unseen signs, blanks folded; line ends stay."""
    if not isinstance(value, str):
        return value
    if len(value) > _MOST_GIVEN:
        raise ValueError("too long")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    text = _UNSEEN.sub("", text)
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def _on_one_line(value: object) -> object:
    cleaned = _clean(value)
    return " ".join(cleaned.split()) if isinstance(cleaned, str) else cleaned


Line = Annotated[str, BeforeValidator(_on_one_line), StringConstraints(min_length=1, max_length=LINE)]
NameText = Annotated[
    str, BeforeValidator(_on_one_line), StringConstraints(min_length=1, max_length=NAME), Mark.NAME
]
Address = Annotated[str, BeforeValidator(_on_one_line), StringConstraints(min_length=1, max_length=ADDRESS)]
Narrative = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=NARRATIVE)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{1,60}$")]
Count = Annotated[int, Field(ge=0, le=999)]


def _is_partial_date(text: str) -> str:
    """A day, a month or a year that there is: "1998-04-13", "1998-04", "1998"."""
    parts = text.split("-")
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        raise ValueError("write a year, a year and month, or a whole date, such as 1998-04-13")
    try:
        date(int(parts[0]), int(parts[1]) if len(parts) > 1 else 1, int(parts[2]) if len(parts) > 2 else 1)
    except ValueError:
        raise ValueError("there is no such day") from None
    if not 1900 <= int(parts[0]) <= 2100:
        raise ValueError("the year must lie between 1900 and 2100")
    return text


PartialDate = Annotated[str, BeforeValidator(_on_one_line), AfterValidator(_is_partial_date), Mark.DATE]
"""A date as far as it is known: year, month, day, or only the first of these."""

TimeOfDay = Annotated[
    str, BeforeValidator(_on_one_line), StringConstraints(max_length=5, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
]

Script = Literal["latn", "khmr", "thai"]
Country = Annotated[Literal["KHM", "THA", "VNM"], Mark.COUNTRY]
LanguageCode = Annotated[Literal["km", "th", "vi", "en", "other"], Mark.LANGUAGE]
SEXES: Final = Words({code: names.SEXES[code] for code in ("female", "male", "other")})
Sex = Annotated[Literal["male", "female", "other"], SEXES]


def known(title: str, *, hint: str | None = None, long: bool = False) -> Any:
    """A field that may be left open. `title` is its label."""
    return Field(default=None, title=title, description=hint, json_schema_extra={"long": long})


def some(title: str) -> Any:
    """A field with any number of a closed list."""
    return Field(default=(), max_length=40, title=title)


def needed(title: str, *, hint: str | None = None, long: bool = False) -> Any:
    """A field without which the paper says nothing."""
    return Field(title=title, description=hint, json_schema_extra={"long": long})


def part(title: str, make: Callable[[], Any]) -> Any:
    """Fields that may all be left open, under one heading."""
    return Field(default_factory=make, title=title)


def for_reader(title: str, make: Callable[[], Any]) -> Any:
    """Fields that stay empty for whoever receives the paper to fill in by hand."""
    return Field(default_factory=make, title=title, json_schema_extra={"by_hand": True})


def rows(title: str, most: int, blank: int, least: int = 0) -> Any:
    """A table of at most `most` lines; a blank form has `blank` of them."""
    if least:
        return Field(min_length=least, max_length=most, title=title, json_schema_extra={"rows": blank})
    return Field(default=(), max_length=most, title=title, json_schema_extra={"rows": blank})


class PaperFields(BaseModel):
    """What is entered in a paper. No other field than those named is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Section(PaperFields):
    """Fields that stand together under one heading."""


class NameOnPaper(Section):
    """A name as written in one script: in two parts, or as one line for those who have it so."""

    script: Script
    family: NameText | None = known(N_("Family name"))
    given: NameText | None = known(N_("Given name"))
    full: NameText | None = known(N_("Name as one line"))

    def said(self) -> bool:
        """Whether anything of a name is there."""
        return bool(self.family or self.given or self.full)


class PersonOnPaper(Section):
    """Who the paper is about, as they and their papers say it."""

    names: tuple[NameOnPaper, ...] = rows(N_("Name"), most=3, blank=3)
    sex: Sex | None = known(N_("Sex"))
    birth: PartialDate | None = known(
        N_("Date of birth"), hint=N_("As far as it is known: 1998, 1998-04 or 1998-04-13")
    )
    birthplace: Address | None = known(N_("Place of birth"))
    nationality: Country | None = known(N_("Nationality"))
    identity_number: Line | None = known(N_("Number of an identity paper"))
    address: Address | None = known(N_("Home address"))

    def name_in(self, script: str) -> NameOnPaper | None:
        """The name in a script, where there is one."""
        return next((name for name in self.names if name.script == script and name.said()), None)


class Signature(NamedTuple):
    """A place to sign: who signs there, and whether it is sealed."""

    who: str
    seal: bool = False
    thumb: bool = False


AGES: Final = Words({"adult": N_("Adult"), "child": N_("Child"), "unknown": N_("Age not known")})
AgeGroup = Annotated[Literal["adult", "child", "unknown"], AGES]


PURPOSES: Final = Words(
    {
        "protection": N_("Protection and care"),
        "notification": N_("Telling the embassy or home country"),
        "tracing": N_("Looking for the family"),
        "return": N_("The return"),
        "sharing": N_("Sharing the file with those who receive the person"),
        "follow_up": N_("Visits after the return"),
    }
)
Purpose = Annotated[
    Literal["protection", "notification", "tracing", "return", "sharing", "follow_up"], PURPOSES
]


class ConsentOnPaper(Section):
    """The agreement on which a paper rests. Without it the paper would not have been made."""

    purpose: Purpose | None = known(N_("Agreed to"))
    given_on: PartialDate | None = known(N_("Given on"))
    until: PartialDate | None = known(N_("Holds until"))
    language: LanguageCode | None = known(N_("Language spoken"))
    interpreter: bool | None = known(N_("With an interpreter"))
    guardian: bool | None = known(N_("With a guardian"))


class Office(Section):
    """Who answers for a paper, so that the reader knows whom to ask."""

    officer: Line | None = known(N_("Officer"))
    rank: Line | None = known(N_("Position"))
    contact: Line | None = known(N_("Telephone or e-mail of the office"))
