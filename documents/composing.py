"""Composes a paper: its fields and words as one page of markup, and all that is printed as data beside it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from documents import mrz
from documents.fields import PaperFields
from documents.fonts import SUMS
from documents.kinds import KINDS, Kind
from documents.kinds.note_verbale import COMPLIMENTS, MATTER, MATTERS, RENEWED
from documents.layout import Layout, printed
from documents.mottoes import motto
from documents.printing import Sheet
from documents.wording import Both, Said, Wording
from locales.catalogue import N_

SCHEMA: Final = "return-paper/1"
UNISSUED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of a file that is no paper yet: a preview must not depend on when it is looked at."""

MARKS: Final = {
    "preview": N_("PREVIEW – NOT ISSUED"),
    "specimen": N_("SPECIMEN – NOT VALID FOR TRAVEL"),
    "draft": N_("DRAFT"),
    "demonstration": N_("DEMONSTRATION – MADE-UP PERSON"),
}
UNREVIEWED: Final = N_(
    "Words in red were written by a machine and nobody has reviewed them: %(unreviewed)s of %(strings)s."
)
AT_ITS_PLACE: Final[Mapping[str, tuple[str, ...]]] = {"note_verbale": ("to", "own_number", "matter")}
"""Fields that a template prints where they belong, not among the rows. A blank form has a line for each."""

OF_TRAVEL_DOCUMENT: Final = "PU"
"""The code of the reading zone, as public implementations of emergency travel documents have it; an issuing
state decides."""


Square = Callable[[bytes], str]
"""Is given the SHA-256 of a paper's data and answers with the square of its token, as SVG."""


class CannotCompose(ValueError):
    """A paper that may not be made so: which field, and a code for why. Never what stood in it."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class Issuer:
    """The body that issues: its code, country, whether it is a body of that state, its names by language."""

    code: str
    country: str
    state: bool
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper before it is issued. Without fields it is a blank form, to be filled in by hand.

    Attributes:
        reference: the case, by its pseudonym; empty on blank forms and on papers of several cases.
        specimen: a travel document that no authority has set up as its own.
        digits: the languages whose numbers and dates are written in their own digits.
    """

    kind: str
    languages: tuple[str, str]
    issuer: Issuer
    fields: PaperFields | None
    reference: str = ""
    demonstration: bool = False
    specimen: bool = True
    digits: frozenset[str] = frozenset({"km", "th"})


@dataclass(frozen=True, slots=True)
class Issue:
    """What issuing adds: number, version, moment, the code printed beside the number, where to check them,
    and the head of the case's trail, by which paper anchors the log.
    """

    number: str
    version: int
    at: datetime
    code: str
    verify_at: str
    head: str = ""
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A paper ready to be printed. `draft`: an official kind with words that nobody has reviewed."""

    sheet: Sheet
    data: bytes
    unreviewed: int
    strings: int
    draft: bool


def compose(draft: Draft, issue: Issue | None = None, square: Square | None = None) -> Composed:
    """The paper as markup and data.

    Args:
        issue: none for a preview or a blank form.
        square: draws the square of an issued paper.

    Raises:
        CannotCompose: the issuer may not issue this kind, or a field does not allow it.
    """
    kind = KINDS[draft.kind]
    _refuse(kind, draft)
    wording = Wording(draft.languages, draft.digits)
    page = _Page(kind, draft, issue, wording, square)
    html = page.render()
    sheet = Sheet(
        html=html,
        title=" – ".join(said.text for said in page.title) if issue is None else issue.number,
        language=draft.languages[0],
        created=issue.at if issue else UNISSUED,
        data=page.data,
    )
    official = kind.official and bool(wording.unreviewed)
    return Composed(sheet, page.data, wording.unreviewed, wording.strings, official)


def composed_from(data: bytes) -> tuple[Draft, Issue | None]:
    """What a paper was composed from, read back from its data, so that it can be made again.

    Raises:
        ValueError: this is not the data of a paper of ours.
    """
    told = json.loads(data)
    if not isinstance(told, dict) or told.get("schema") != SCHEMA or told.get("kind") not in KINDS:
        raise ValueError("this is not the data of a paper")
    kind, issuer, issued = KINDS[told["kind"]], told["issuer"], told["issue"]
    fields = None if told["fields"] is None else kind.schema.model_validate_json(json.dumps(told["fields"]))
    draft = Draft(
        kind=kind.name,
        languages=(told["languages"][0], told["languages"][1]),
        issuer=Issuer(issuer["code"], issuer["country"], issuer["state"], issuer["names"]),
        fields=fields,
        reference=told["reference"],
        demonstration=told["demonstration"],
        specimen=told["specimen"],
        digits=frozenset(told["digits"]),
    )
    if issued is None:
        return draft, None
    at = datetime.fromisoformat(issued.pop("at"))
    return draft, Issue(at=at, **issued)


def canonical(told: Any) -> bytes:
    """JSON in one form only (RFC 8785; there are no fractions in it), so that its digest says something."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def unreviewed(wording: Wording) -> Both:
    """How many words nobody reviewed, in a sentence that counts itself; nothing when there are none."""
    if not wording.unreviewed:
        return ()
    wording.both(UNREVIEWED, unreviewed="", strings="")
    lines = (
        wording.one(
            UNREVIEWED,
            language,
            unreviewed=wording.figures(wording.unreviewed, language),
            strings=wording.figures(wording.strings, language),
        )
        for language in dict.fromkeys(wording.languages)
    )
    return tuple(dict.fromkeys(lines))


def made_with() -> str:
    """A digest of templates, style and faces: a paper made with others cannot come out in the same bytes."""
    return _made_with()


@lru_cache(maxsize=1)
def _made_with() -> str:
    digest = hashlib.sha256()
    for file in (*sorted(TEMPLATES.iterdir()), SUMS):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _refuse(kind: Kind, draft: Draft) -> None:
    if draft.languages[0] == draft.languages[1]:
        raise CannotCompose("languages", "alike")
    if kind.states_only and not draft.issuer.state and draft.fields is not None:
        raise CannotCompose("issuer", "states_only")


def _told(draft: Draft, issue: Issue | None, wording: Wording) -> dict[str, Any]:
    """All that the paper says, and what is to be known about its words."""
    issuer = draft.issuer
    return {
        "schema": SCHEMA,
        "kind": draft.kind,
        "languages": list(draft.languages),
        "digits": sorted(draft.digits),
        "reference": draft.reference,
        "demonstration": draft.demonstration,
        "specimen": draft.specimen,
        "issuer": {
            "code": issuer.code,
            "country": issuer.country,
            "state": issuer.state,
            "names": dict(issuer.names),
        },
        "issue": None
        if issue is None
        else {
            "number": issue.number,
            "version": issue.version,
            "at": issue.at.astimezone(UTC).isoformat(),
            "code": issue.code,
            "verify_at": issue.verify_at,
            "head": issue.head,
            "place": issue.place,
        },
        "fields": None if draft.fields is None else draft.fields.model_dump(mode="json"),
        "wording": {
            "strings": wording.strings,
            "unreviewed": wording.unreviewed,
            "digest": wording.digest,
        },
        "made_with": made_with(),
    }


class _Page:
    """One paper's page: what its template is given.

    The template says every word before it asks for what depends on them, whatever the order on the page:
    first the marks, then how many words nobody reviewed, then the square, which stands for all the data.
    """

    def __init__(
        self, kind: Kind, draft: Draft, issue: Issue | None, wording: Wording, square: Square | None
    ) -> None:
        self.kind, self.draft, self.issue, self.wording = kind, draft, issue, wording
        self.draw = square
        self.layout = Layout(wording)
        self.title: Both = wording.both(kind.title)

    def render(self) -> str:
        wording, draft, issue = self.wording, self.draft, self.issue
        template = templates().get_template(self.kind.template)
        html = template.render(
            kind=self.kind,
            title=self.title,
            draft=draft,
            issue=issue,
            bi=wording.both,
            day=wording.day,
            number=wording.number,
            layout=self.layout,
            blocks=self.layout.blocks(self.kind.schema, draft.fields, self._at_its_place()),
            fields=draft.fields,
            issuer=self._names(draft.issuer.names),
            motto=motto(draft.issuer.country, draft.languages) if draft.issuer.state else (),
            marks=lambda: tuple(wording.both(MARKS[mark]) for mark in self._marks()),
            watermark=self._watermark,
            unreviewed=lambda: unreviewed(wording),
            square=self._square,
            zone=self._reading_zone(),
            letter=self._letter(),
            matters=MATTER.of,
        )
        assert self.data == self._data(), "a template said a word after the words were counted"
        return html

    @cached_property
    def data(self) -> bytes:
        """All that is printed, once every word is said."""
        return self._data()

    def _data(self) -> bytes:
        return canonical(_told(self.draft, self.issue, self.wording))

    def _square(self) -> Markup | None:
        """The square of an issued paper, which is given the digest of its data."""
        if self.draw is None or self.issue is None:
            return None
        drawn = self.draw(hashlib.sha256(self.data).digest())
        return Markup(drawn)  # noqa: S704 - our own drawing, never a person's words

    def _at_its_place(self) -> tuple[str, ...]:
        return AT_ITS_PLACE.get(self.kind.name, ("to",)) if self.draft.fields else ()

    def _name_in(self, language: str) -> str:
        """The issuer's name in a language, else in English, else as it is."""
        names = self.draft.issuer.names
        return names.get(language) or names.get("en") or next(iter(names.values()))

    def _names(self, names: Mapping[str, str]) -> Both:
        """The issuer's names in the languages of the paper; each once, or the one it has."""
        own = tuple(Said(names[each], each) for each in self.draft.languages if each in names)
        return own or tuple(Said(name, language) for language, name in list(names.items())[:1])

    def _marks(self) -> Iterable[str]:
        if self.draft.fields is not None and self.issue is None:
            yield "preview"
        if self.kind.name == "travel_document" and self.draft.specimen:
            yield "specimen"
        if self.kind.official and self.wording.unreviewed:
            yield "draft"
        if self.draft.demonstration and self.draft.fields is not None:
            yield "demonstration"

    def _watermark(self) -> str:
        """What lies under the text, in the letters that every reader of a border knows."""
        marks = tuple(self._marks())
        words = {"specimen": "SPECIMEN", "draft": "DRAFT", "preview": "PREVIEW"}
        return next((words[mark] for mark in ("specimen", "draft", "preview") if mark in marks), "")

    def _reading_zone(self) -> tuple[str, ...]:
        """The machine-readable zone of a travel document, from the Latin name as given and no other."""
        if self.kind.name != "travel_document" or self.draft.fields is None:
            return ()
        fields: Any = self.draft.fields
        name = fields.person.name_in("latn")
        if name is None:
            raise CannotCompose("person.names", "latin_name_needed")
        if len(fields.journey.until) != 10:
            raise CannotCompose("journey.until", "whole_date_needed")
        number = fields.own_number or (self.issue.number if self.issue else "")
        try:
            return mrz.td2(
                mrz.Entries(
                    code=OF_TRAVEL_DOCUMENT,
                    state=self.draft.issuer.country,
                    family=name.family or name.full or "",
                    given=name.given or "",
                    number="".join(sign for sign in number.upper() if sign.isalnum()) or "0",
                    nationality=fields.person.nationality or self.draft.issuer.country,
                    birth=fields.person.birth,
                    sex={"male": "M", "female": "F"}.get(fields.person.sex or "", "<"),
                    expires=fields.journey.until,
                )
            )
        except mrz.CannotEncode as problem:
            field = {"expires": "journey.until", "number": "own_number", "birth": "person.birth"}
            raise CannotCompose(field.get(problem.field, "person.names"), "reading_zone") from None

    def _letter(self) -> dict[str, Both]:
        """The formulas of a note, with sender and receiver in them."""
        fields: Any = self.draft.fields
        if self.kind.name != "note_verbale":
            return {}
        receiver = fields.to if fields is not None else "………………"
        said: dict[str, Both] = {}
        for part, words in (("compliments", COMPLIMENTS), ("renewed", RENEWED)):
            lines = (
                self.wording.one(words, language, sender=self._name_in(language), receiver=receiver)
                for language in self.draft.languages
            )
            said[part] = tuple(dict.fromkeys(lines))
        if fields is not None:
            said["matter"] = self.wording.both(MATTERS[fields.matter])
        return said


TEMPLATES: Final = Path(__file__).with_name("templates")


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates of papers, read once."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printed"] = printed
    return environment
