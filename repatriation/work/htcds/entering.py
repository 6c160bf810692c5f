"""From a row of the standard to a case to be opened, with every value in its place and none left behind."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from pydantic import ValidationError

from repatriation.htcds.cells import CellKind
from repatriation.htcds.findings import Finding, Problem, kept, noted
from repatriation.htcds.rows import CONSENT, HtcdsRow
from repatriation.htcds.values import Value, written
from repatriation.records.people import HTCDS
from repatriation.work.newcase import NewCase

_SINGLE: Final = "vic_ForcedLabourIndustry"
"""One industry in the standard, several in its workbook with the macro. Several are kept under its name."""

_TOO_LONG: Final = kept(
    "does_not_fit",
    "The value does not fit where it belongs, being too long or too large. It is kept as written.",
)
_GUARDIAN: Final = noted(
    "guardian_unknown",
    "A child, or of unknown age, and the workbook does not say whether a guardian agreed: ask first.",
)
_CLOSED: Final = noted(
    "closed_there", "The case is closed where it comes from. It is opened here all the same."
)
_NOT_TRAFFICKED: Final = noted("not_trafficked", "By this row the person was found not to be trafficked.")


def new_case(row: HtcdsRow, route: str, stage: str, now: datetime) -> tuple[NewCase, tuple[Finding, ...]]:
    """The case that a row opens, and what there is to say beyond the row's own findings.

    `con_Consent` becomes a consent to protection, given, as imported; rows without it never come here.
    """
    values = dict(row.values)
    rest = dict(row.unrecognised)
    said: list[Finding] = []
    try:
        entered = _entered(values, rest, route, stage)
    except ValidationError as error:
        for field in _fields_of(error):
            rest[field] = _as_text(values.pop(field))
            said.append(_finding(row, field, _TOO_LONG))
        entered = _entered(values, rest, route, stage)
    return entered, (*said, *_remarks(row, entered, now))


def _entered(values: Mapping[str, Value], rest: Mapping[str, str], route: str, stage: str) -> NewCase:
    tables: dict[str, dict[str, Any]] = {
        "person": {},
        "person_name": {},
        "trafficking_account": {"other": {}},
    }
    for field, value in values.items():
        if field == CONSENT:
            continue
        home = HTCDS[field]
        plain = value.isoformat() if isinstance(value, date) else value
        table = tables.get(home.table)
        if table is None or (field == _SINGLE and isinstance(plain, tuple) and len(plain) > 1):
            # Such as the status or the owner of the case where it comes from, which are not ours.
            tables["trafficking_account"]["other"][field] = plain
        elif home.member is None:
            table[home.column] = plain[0] if field == _SINGLE and isinstance(plain, tuple) else plain
        else:
            text = str(plain) if home.table == "person" else plain
            table.setdefault(home.column, {})[home.member] = text
    person, account = tables["person"], tables["trafficking_account"]
    if tables["person_name"]:
        person["names"] = [_name(tables["person_name"])]
    for column in ("events", "perpetrators"):
        if column in account:
            account[column] = [account[column]]
    account["unrecognised"] = rest
    return NewCase.model_validate(
        {
            "route": route,
            "stage": stage,
            "person": person,
            "account": account,
            "consent": {"name": "protection", "how": "imported"},
        }
    )


def _name(parts: dict[str, Any]) -> dict[str, Any]:
    whole = "".join(str(part) for part in parts.values())
    scripts = {"khmr": ("\u1780", "\u17ff"), "thai": ("\u0e00", "\u0e7f")}
    script = next(
        (name for name, (first, last) in scripts.items() if any(first <= sign <= last for sign in whole)),
        "latn",
    )
    if "given" not in parts and "family" not in parts:
        return {"script": script, "full": parts["middle"]}
    return {"script": script, **parts}


def _fields_of(error: ValidationError) -> list[str]:
    """The fields of the standard whose values were refused."""
    fields: dict[str, None] = {}
    for each in error.errors(include_input=False, include_url=False, include_context=False):
        field = _BY_PLACE.get(tuple(part for part in each["loc"] if isinstance(part, str))[:3])
        if field is None:
            field = _BY_PLACE.get(tuple(part for part in each["loc"] if isinstance(part, str))[:2])
        if field is None:
            raise error
        fields[field] = None
    return list(fields)


def _places() -> dict[tuple[str, ...], str]:
    places: dict[tuple[str, ...], str] = {}
    section = {"person": ("person",), "person_name": ("person", "names"), "trafficking_account": ("account",)}
    for field, home in HTCDS.items():
        if home.table in section:
            member = (home.member,) if home.member else ()
            places[(*section[home.table], home.column, *member)] = field
    return places | {("person", "names", "full"): "prs_MiddleName"}


_BY_PLACE: Final = _places()


def _as_text(value: Value) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return written(CellKind.BOOL if isinstance(value, bool) else CellKind.TEXT, value)


def _remarks(row: HtcdsRow, entered: NewCase, now: datetime) -> list[Finding]:
    said: list[Finding] = []
    if entered.age_on(now.date()) != "adult":
        said.append(_finding(row, CONSENT, _GUARDIAN))
    if row.values.get("cas_Status") in ("Closed", "ClosedReferred"):
        said.append(_finding(row, "cas_Status", _CLOSED))
    if row.values.get("vic_TraffickingStatus") == "NotAVictimOfTrafficking":
        said.append(_finding(row, "vic_TraffickingStatus", _NOT_TRAFFICKED))
    return said


def _finding(row: HtcdsRow, field: str, problem: Problem) -> Finding:
    return Finding(problem.severity, row.sheet, row.number, None, field, problem.code, problem.sentence)
