"""Which column holds which field: the hidden row of API names, the labels people see, and which is right."""

from itertools import islice
from typing import NamedTuple

from repatriation.htcds.cells import CellKind, Row, column_letter
from repatriation.htcds.countries import plain
from repatriation.htcds.fields import BY_LABEL, BY_NAME
from repatriation.htcds.findings import Finding, Problem, kept, noted
from repatriation.htcds.sheet import Sheet
from repatriation.htcds.standard import FIELDS, Field

_LOOK_AT = 12
_ENOUGH = 3
_UNKNOWN_COLUMN = kept("unknown_column", "This column is not in the standard. Its cells are kept as written.")
_SECOND_COLUMN = kept(
    "second_column", "A second column for one field: the first is read, this is kept as written."
)


class Column(NamedTuple):
    """One column: its field, or none and the title under which its cells are kept as written."""

    field: Field | None
    title: str


class Header(NamedTuple):
    """The columns of a sheet by number, the last row of the header, and what there was to say."""

    last_row: int
    columns: dict[int, Column]
    findings: tuple[Finding, ...]


def find_header(sheet: Sheet) -> Header | None:
    """The header within the first rows of `sheet`; none if the sheet does not hold the standard's columns."""
    rows = list(islice(sheet.rows(), _LOOK_AT))
    for place, row in enumerate(rows):
        titles = _titles(row)
        if _known(titles) < _ENOUGH:
            continue
        following = _titles(rows[place + 1]) if place + 1 < len(rows) else {}
        if _known(following) >= _ENOUGH:
            return _resolve(sheet.name, rows[place + 1].number, titles, following)
        return _resolve(sheet.name, row.number, titles, titles)
    return None


def _titles(row: Row) -> dict[int, str]:
    return {
        column: content.strip()[:200]
        for column, kind, content in row.cells
        if kind is CellKind.TEXT and isinstance(content, str) and content.strip()
    }


def _known(titles: dict[int, str]) -> int:
    return sum(plain(title) in BY_NAME or plain(title) in BY_LABEL for title in titles.values())


def _resolve(sheet: str, last_row: int, names: dict[int, str], labels: dict[int, str]) -> Header:
    columns: dict[int, Column] = {}
    findings: list[Finding] = []
    taken: set[str] = set()
    for column in sorted(names.keys() | labels.keys()):
        name, label = names.get(column, ""), labels.get(column, "")
        by_name = BY_NAME.get(plain(name))
        by_label = BY_LABEL.get(plain(label)) or BY_NAME.get(plain(label))
        # The row of API names is hidden in the standard's workbooks: people fill in by the label they see.
        field = by_label or by_name
        letter, title = column_letter(column), label or name
        problem: Problem | None = _UNKNOWN_COLUMN
        if field is not None and field.name in taken:
            problem, field, title = _SECOND_COLUMN, None, f"{title} ({letter})"
        elif field is not None:
            taken.add(field.name)
            problem = _disagreement(field, by_name, name, names is not labels)
        if problem:
            known = field.name if field else None
            findings.append(
                Finding(problem.severity, sheet, None, letter, known, problem.code, problem.sentence)
            )
        columns[column] = Column(field, title)
    return Header(last_row, columns, tuple(findings))


def _disagreement(field: Field, by_name: Field | None, name: str, two_rows: bool) -> Problem | None:
    if by_name is not None and by_name.name != field.name:
        sentence = (
            f"The hidden name of this column is “{by_name.name}”, its label “{field.label}”."
            " The label is followed, for it is what people see."
        )
        return noted("name_and_label_differ", sentence)
    if two_rows and not name:
        return noted("no_name", f"This column has a label and no name. It is read as “{field.name}”.")
    if by_name is not None and name not in FIELDS and plain(name) != plain(field.label):
        return noted("misspelt_name", f"The column's name is misspelt. It is read as “{field.name}”.")
    return None
