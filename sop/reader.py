"""Reads a route file and refuses, in one plain sentence, whatever it does not know."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from sop import vocabulary as words
from sop.contraries import contraries
from sop.procedure import (
    Action,
    Agency,
    Consent,
    ConsentAct,
    ConsentVerb,
    Disclosure,
    Entitlement,
    Limit,
    Procedure,
    Source,
    Stage,
)
from sop.safeguards import Safeguard, gate

TOP: Final = {"route", "edition", "name", "in_force", "host", "home", "languages", "about", "wording"} | {
    "sources",
    "agencies",
    "stages",
    "consents",
    "actions",
}
GROUNDED: Final = {"basis", "grounding"}
STAGE: Final = {"article", "responsible", "phase", "entry", "end", "entitlements", "note"} | GROUNDED
CONSENT: Final = {"purpose", "to", "from", "hold", "give", "refuse", "withdraw", "note"} | GROUNDED
ACTION: Final = {"name", "from", "to", "by", "requires", "records", "clears", "within", "lapses"} | GROUNDED
ACTION_REST: Final = {"document", "discloses", "moves", "note"}
LIMIT: Final = {"value", "unit", "of", "calendar", "force", "valid_from", "valid_to", "note"} | GROUNDED


NAME: Final = re.compile(r"[a-z][a-z_]*")
LONGEST: Final = 3650
"""No limit is longer than this many of its units: ten years of days."""


class ProcedureError(ValueError):
    """A route file that may not be used; the message names the file, the place in it and the rule."""

    def __init__(self, where: str, key: str, rule: str) -> None:
        self.where, self.key, self.rule = where, key, rule
        super().__init__(f"{where}: {key}: {rule}" if key else f"{where}: {rule}")


class _Place:
    """Where in which file we are reading, so that every complaint can say it."""

    def __init__(self, path: Path, text: str, key: str = "", marker: str = "") -> None:
        self.path, self.text, self.key, self.marker = path, text, key, marker

    def at(self, key: str, marker: str = "") -> "_Place":
        return _Place(self.path, self.text, f"{self.key}.{key}".lstrip("."), marker or self.marker)

    def refuse(self, rule: str) -> ProcedureError:
        found = re.search(self.marker, self.text, re.MULTILINE) if self.marker else None
        line = f", line {self.text.count(chr(10), 0, found.start()) + 1}" if found else ""
        return ProcedureError(f"{self.path.name}{line}", self.key, rule)

    def known(self, table: Any, keys: Iterable[str]) -> None:
        if not isinstance(table, dict):
            raise self.refuse("must be a table")
        for key in table:
            if key not in keys:
                raise self.at(key).refuse(f"“{key}” is not a key that may stand here")

    def one_of(self, value: Any, allowed: Iterable[str], what: str) -> str:
        if not isinstance(value, str) or value not in set(allowed):
            raise self.refuse(f"“{value}” is not a known {what}")
        return str(value)

    def get(self, table: Mapping[str, Any], key: str, kind: type, default: Any = ...) -> Any:
        value = table.get(key, default)
        if value is ...:
            raise self.refuse(f"“{key}” is missing")
        lookalike = isinstance(value, {int: bool, date: datetime}.get(kind, ()))
        if value is not default and (not isinstance(value, kind) or lookalike):
            raise self.at(key).refuse(f"must be {_KINDS[kind]}")
        return value

    def named(self, name: str) -> str:
        if not NAME.fullmatch(name):
            raise self.refuse("a name is written in small letters and low lines")
        return name

    def names(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        values = self.get(table, key, list, [])
        if any(not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z_.]*", value) for value in values):
            raise self.at(key).refuse("must be a list of names in small letters")
        if len(set(values)) != len(values):
            raise self.at(key).refuse("names something twice")
        return tuple(values)


_KINDS: Final[Mapping[type, str]] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date",
}


def read(path: Path) -> Procedure:
    """The procedure in a file.

    Raises:
        ProcedureError: naming file, line where one can be named, key and rule.
    """
    return read_bytes(path.read_bytes(), path)


def read_bytes(content: bytes, path: Path) -> Procedure:
    """The procedure in a file's bytes; `path` is only for the complaint."""
    try:
        text = content.decode("utf-8")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProcedureError(path.name, "", f"is not a TOML file in UTF-8 ({error})") from error
    return _Reader(_Place(path, text), table).procedure(hashlib.sha256(content).hexdigest())


class _Reader:
    """One pass over one file."""

    def __init__(self, place: _Place, table: dict[str, Any]) -> None:
        self.place, self.table = place, table
        place.known(table, TOP)
        self.languages: tuple[str, ...] = tuple(place.get(table, "languages", list))
        for language in self.languages:
            place.at("languages").one_of(language, words.LANGUAGES, "language")
        self.host = place.at("host").one_of(place.get(table, "host", str), words.COUNTRIES, "country")
        self.home = place.at("home").one_of(place.get(table, "home", str), words.COUNTRIES, "country")
        if self.host == self.home:
            raise place.at("home").refuse("a route needs two countries")

    def procedure(self, digest: str) -> Procedure:
        place, table = self.place, self.table
        self.sources = self._sources()
        agencies = self._agencies()
        self.stages = {name: self._stage(name, row) for name, row in self._tables("stages")}
        self.consents = {name: self._consent(name, row) for name, row in self._tables("consents")}
        rows = place.get(table, "actions", list)
        self.facts = self._recorded(rows)
        actions: dict[str, Action] = {}
        for number, row in enumerate(rows, 1):
            action = self._action(number, row)
            if action.name in actions:
                raise self._at_action(action.name).refuse("this action stands twice in the file")
            actions[action.name] = action
        for consent in self.consents.values():
            for action in _acts_of(consent):
                if action.name in actions:
                    raise self._at_action(action.name).refuse("this name belongs to an act of consent")
                actions[action.name] = action
        wording = place.get(table, "wording", dict)
        for language in self.languages:
            place.at("wording").one_of(
                wording.get(language), words.WORDINGS, f"standing of the {language} words"
            )
        place.at("wording").known(wording, words.LANGUAGES)
        gates = {name: self._gates(action.requires) for name, action in actions.items()}
        return Procedure(
            route=place.get(table, "route", str),
            edition=place.get(table, "edition", str),
            name=place.get(table, "name", str),
            in_force=place.get(table, "in_force", date),
            host=self.host,
            home=self.home,
            languages=self.languages,
            about=self._about(),
            wording=MappingProxyType(wording),
            sources=MappingProxyType(self.sources),
            agencies=MappingProxyType(agencies),
            stages=MappingProxyType(self.stages),
            consents=MappingProxyType(self.consents),
            actions=MappingProxyType(actions),
            digest=digest,
            path=place.path,
            by_stage=MappingProxyType(
                {stage: tuple(a for a in actions.values() if stage in a.frm) for stage in self.stages}
            ),
            gates=MappingProxyType(gates),
            contraries=MappingProxyType(contraries(actions, gates)),
        )

    def _about(self) -> Mapping[str, str] | None:
        table = self.place.get(self.table, "about", dict, None)
        if table is None:
            return None
        place = self.place.at("about", r"^\[about\]")
        place.known(table, words.LANGUAGES)
        return self._text(place, table)

    def _tables(self, key: str) -> Iterable[tuple[str, dict[str, Any]]]:
        tables = self.place.get(self.table, key, dict)
        for name in tables:
            yield name, self.place.at(key).get(tables, name, dict)

    def _at_action(self, name: str) -> _Place:
        return self.place.at(f"action {name}", rf'^\s*name\s*=\s*"{re.escape(name)}"')

    def _text(self, place: _Place, row: Mapping[str, Any]) -> Mapping[str, str]:
        for language in self.languages:
            if not str(row.get(language, "")).strip():
                raise place.refuse(f"has no words in “{language}”")
        return MappingProxyType({lang: place.get(row, lang, str) for lang in words.LANGUAGES if lang in row})

    def _grounds(self, place: _Place, row: Mapping[str, Any]) -> dict[str, str]:
        basis = place.get(row, "basis", str)
        if basis not in self.sources:
            raise place.at("basis").refuse(f"“{basis}” is not a source named in this file")
        grounding = place.get(row, "grounding", str)
        return {
            "basis": basis,
            "grounding": place.at("grounding").one_of(grounding, words.GROUNDINGS, "grounding"),
        }

    def _role(self, place: _Place, role: str) -> str:
        return place.one_of(role, words.ROLES, "role")

    def _sources(self) -> dict[str, Source]:
        found = {}
        for key, row in self._tables("sources"):
            place = self.place.at(f"sources.{key}", rf'^\[sources\."?{re.escape(key)}"?\]')
            place.known(row, {"title", "url"})
            found[key] = Source(key, place.get(row, "title", str), place.get(row, "url", str, ""))
        return found

    def _agencies(self) -> dict[str, Mapping[str, tuple[Agency, ...]]]:
        tables = self.place.get(self.table, "agencies", dict)
        found: dict[str, Mapping[str, tuple[Agency, ...]]] = {self.host: {}, self.home: {}}
        for country in tables:
            place = self.place.at(f"agencies.{country}", rf"^\[agencies\.{re.escape(country)}\]")
            functions = self.place.at("agencies").get(tables, country, dict)
            place.one_of(country, (self.host, self.home), "party to this route")
            found[country] = MappingProxyType(
                {
                    place.one_of(function, words.FUNCTIONS, "function of an agency"): tuple(
                        self._agency(place.at(function), row) for row in place.get(functions, function, list)
                    )
                    for function in functions
                }
            )
        return found

    def _agency(self, place: _Place, row: dict[str, Any]) -> Agency:
        place.known(row, {"from", "to", *GROUNDED, *words.LANGUAGES})
        return Agency(
            text=self._text(place, row),
            valid_from=place.get(row, "from", date, None),
            valid_to=place.get(row, "to", date, None),
            **self._grounds(place, row),
        )

    def _stage(self, name: str, row: dict[str, Any]) -> Stage:
        place = self.place.at(f"stage {name}", rf"^\[stages\.{re.escape(name)}\]")
        place.known(row, STAGE | set(words.LANGUAGES))
        if "responsible" not in row:
            raise place.refuse("has no responsible agency")
        entitlements = tuple(
            self._entitlement(place.at("entitlements"), right)
            for right in place.get(row, "entitlements", list, [])
        )
        return Stage(
            name=name,
            responsible=self._role(place.at("responsible"), row["responsible"]),
            phase=place.at("phase").one_of(place.get(row, "phase", str), words.PHASES, "phase"),
            entry=place.get(row, "entry", bool, False),
            end=place.get(row, "end", bool, False),
            article=place.get(row, "article", str, None),
            note=place.get(row, "note", str, None),
            text=self._text(place, row),
            entitlements=entitlements,
            **self._grounds(place, row),
        )

    def _entitlement(self, place: _Place, row: Any) -> Entitlement:
        place.known(row, GROUNDED | set(words.LANGUAGES))
        return Entitlement(text=self._text(place, row), **self._grounds(place, row))

    def _stage_names(self, place: _Place, row: Mapping[str, Any]) -> frozenset[str]:
        names = place.names(row, "from")
        if not names:
            raise place.refuse("“from” names no stage")
        for name in names:
            place.at("from").one_of(name, self.stages, "stage")
        return frozenset(names)

    def _consent(self, name: str, row: dict[str, Any]) -> Consent:
        place = self.place.at(f"consent {name}", rf"^\[consents\.{re.escape(name)}\]")
        place.known(row, CONSENT | set(words.LANGUAGES))
        hold = place.get(row, "hold", str, None)
        if hold is not None:
            place.at("hold").one_of(hold, words.HOLDS, "hold")
        return Consent(
            name=name,
            purpose=place.at("purpose").one_of(place.get(row, "purpose", str), words.PURPOSES, "purpose"),
            to=tuple(self._role(place.at("to"), role) for role in place.names(row, "to")),
            frm=self._stage_names(place, row),
            hold=hold,
            text=self._text(place, row),
            give=place.get(row, "give", str, f"consent_to_{name}"),
            refuse=place.get(row, "refuse", str, f"refuse_{name}"),
            withdraw=place.get(row, "withdraw", str, f"withdraw_consent_to_{name}"),
            **self._grounds(place, row),
        )

    def _gates(self, requires: tuple[str, ...]) -> tuple[Safeguard, ...]:
        found = (gate(name, self.facts, self.consents) for name in requires)
        return tuple(safeguard for safeguard in found if safeguard is not None)

    def _recorded(self, rows: list[Any]) -> frozenset[str]:
        holds = {consent.hold for consent in self.consents.values() if consent.hold}
        found: set[str] = set(holds)
        for row in rows:
            listed = row.get("records") if isinstance(row, dict) else None
            if isinstance(listed, list):
                found.update(name for name in listed if isinstance(name, str))
        return frozenset(found)

    def _action(self, number: int, row: Any) -> Action:
        if not isinstance(row, dict):
            raise self.place.at(f"action no. {number}").refuse("must be a table")
        name = self.place.at(f"action no. {number}").get(row, "name", str)
        place = self._at_action(name)
        place.named(name)
        place.known(row, ACTION | ACTION_REST | set(words.LANGUAGES))
        requires, clears = place.names(row, "requires"), place.names(row, "clears")
        for required in requires:
            if gate(required, self.facts, self.consents) is None:
                raise place.at("requires").refuse(
                    f"“{required}” is not a known safeguard, consent or recorded fact"
                )
        for cleared in clears:
            place.at("clears").one_of(cleared, self.facts, "fact that this file records")
        by = tuple(self._role(place.at("by"), role) for role in place.names(row, "by"))
        if not by:
            raise place.refuse("names nobody who may take it (“by” is empty)")
        to = place.get(row, "to", str, None)
        if to is not None:
            place.at("to").one_of(to, self.stages, "stage")
        document = place.get(row, "document", str, None)
        if document is not None:
            place.at("document").one_of(document, words.PAPERS, "paper")
        records = place.names(row, "records")
        for fact in records:
            if fact.startswith(words.HOLD):
                place.at("records").one_of(fact, words.HOLDS, "hold")
        grounds = self._grounds(place, row)
        return Action(
            name=name,
            frm=self._stage_names(place, row),
            to=to,
            by=by,
            requires=requires,
            records=records,
            clears=clears,
            within=tuple(
                self._limit(place.at("within"), limit, by) for limit in place.get(row, "within", list, [])
            ),
            lapses=self._lapses(place.at("lapses"), place.get(row, "lapses", str, None)),
            document=document,
            discloses=self._disclosure(place.at("discloses"), place.get(row, "discloses", dict, None)),
            moves=place.get(row, "moves", bool, False),
            note=place.get(row, "note", str, None),
            text=self._text(place, row),
            basis=grounds["basis"],
            grounding=grounds["grounding"],
        )

    def _lapses(self, place: _Place, value: str | None) -> timedelta | Literal["as recorded"] | None:
        if value is None:
            return None
        if value == words.AS_RECORDED:
            return "as recorded"
        found = re.fullmatch(r"([1-9]\d{0,3}) days", value)
        if not found:
            raise place.refuse(f"must be “{words.AS_RECORDED}” or a number of days such as “60 days”")
        return timedelta(days=int(found[1]))

    def _disclosure(self, place: _Place, row: dict[str, Any] | None) -> Disclosure | None:
        if row is None:
            return None
        place.known(row, {"purpose", "to"})
        to = tuple(self._role(place.at("to"), role) for role in place.names(row, "to"))
        if not to:
            raise place.at("to").refuse("names nobody who is told")
        return Disclosure(place.one_of(place.get(row, "purpose", str), words.PURPOSES, "purpose"), to)

    def _limit(self, place: _Place, row: Any, by: tuple[str, ...]) -> Limit:
        if not isinstance(row, dict):
            raise place.refuse("must be a list of tables")
        place.known(row, LIMIT)
        if "basis" not in row:
            raise place.refuse("a time limit without a basis: name the source that sets it")
        value = place.get(row, "value", int)
        if value < 0:
            raise place.at("value").refuse("must not be negative")
        if value > LONGEST:
            raise place.at("value").refuse(f"must not be more than {LONGEST}")
        of = place.get(row, "of", str)
        if of != "stage" and of not in self.facts:
            raise place.at("of").refuse(f"“{of}” is neither “stage” nor a fact that this file records")
        country = {"host": self.host, "home": self.home}.get(by[0].partition(".")[0], self.host)
        calendar = place.get(row, "calendar", str, country)
        return Limit(
            value=value,
            unit=place.at("unit").one_of(place.get(row, "unit", str), words.UNITS, "unit of time"),
            of=of,
            calendar=place.at("calendar").one_of(calendar, words.COUNTRIES, "calendar"),
            force=place.at("force").one_of(place.get(row, "force", str), words.FORCES, "force of a limit"),
            valid_from=place.get(row, "valid_from", date, None),
            valid_to=place.get(row, "valid_to", date, None),
            note=place.get(row, "note", str, None),
            **self._grounds(place, row),
        )


def _acts_of(consent: Consent) -> Iterable[Action]:
    """The person's three acts on a consent. No file can leave one out, for no file writes them."""
    verbs: tuple[tuple[ConsentVerb, str], ...] = (
        ("give", consent.give),
        ("refuse", consent.refuse),
        ("withdraw", consent.withdraw),
    )
    for verb, name in verbs:
        yield Action(
            name=name,
            frm=consent.frm,
            to=None,
            by=(words.PERSON,),
            requires=(),
            records=(consent.hold,) if consent.hold and verb == "withdraw" else (),
            clears=(),
            within=(),
            lapses=None,
            document="consent_form",
            discloses=None,
            moves=False,
            basis=consent.basis,
            grounding=consent.grounding,
            note=None,
            text=consent.text,
            consent=ConsentAct(consent.name, verb),
        )
