"""What stands at the end of the SOP book: floor rules, names on file, all that is assumed, sources,
signatures."""

from collections.abc import Iterable, Sequence
from functools import partial
from html import escape

from sop.articles import Articles, code, html
from sop.columns import Columns, Say, items
from sop.grounds import Ground, grounds
from sop.rules import Rule
from sop.safeguards import SAFEGUARDS, Safeguard
from sop.wording import spoken


def floor(columns: Columns, rules: Sequence[Rule]) -> str:
    """The rules that no procedure may break, and how that is made sure of."""

    def listed(a: Articles) -> str:
        return items((html(spoken("floor", r.code, r.sentence, a.language)) for r in rules), "ol")

    about = columns.pair(lambda a: f"<p>{a.say('book', 'floor_about')}</p>")
    return columns.word(2, "book", "floor") + about + columns.pair(listed)


def glossary(columns: Columns) -> str:
    """Each safeguard of the procedure as a sentence, and each fact by the acts that put it on file."""
    procedure = columns.procedure
    gates = {gate.name for gates in procedure.gates.values() for gate in gates} & SAFEGUARDS.keys()
    facts = {fact for action in procedure.actions.values() for fact in action.records}

    entries: list[tuple[str, Say]] = []
    for name in sorted(gates):
        entries.append((code(name), partial(_safeguard, SAFEGUARDS[name])))
    for fact in sorted(facts):
        entries.append((code(fact), partial(_recorded, fact)))
    return columns.word(2, "book", "glossary") + columns.table(entries)


def _safeguard(safeguard: Safeguard, a: Articles) -> str:
    return a.safeguard(safeguard)


def _recorded(fact: str, a: Articles) -> str:
    acts = "; ".join(map(a.reference, a.procedure.recorded_by(fact)))
    return f"{a.say('book', 'recorded_by')}: {acts}"


def assumed(columns: Columns) -> str:
    """Everything that no source says, in one list."""
    found = [ground for ground in grounds(columns.procedure) if ground.assumed]
    heading = columns.word(2, "book", "assumed_list")
    if not found:
        return heading + columns.pair(lambda a: f"<p>{a.say('book', 'nothing_assumed')}</p>")
    return heading + columns.table(("", partial(_assumption, ground)) for ground in found)


def _assumption(ground: Ground, a: Articles) -> str:
    if ground.action is None:
        label = f"{escape(a.labels[ground.stage])} " if ground.stage else ""
        return label + a.text(ground.texts)
    limit = f" – {a.limit(ground.limit)}" if ground.limit else ""
    return a.reference(ground.action) + limit


def sources(columns: Columns) -> str:
    """Every source that the procedure names, with its address."""
    rows = []
    for source in columns.procedure.sources.values():
        address = escape(source.url)
        link = ""
        if source.url.startswith("https://"):
            link = f' <a href="{address}">{address}</a>'
        elif source.url.startswith("http://"):  # anybody on the way could answer in its place: no link
            link = f" {address}"
        key = escape(source.key)
        rows.append(f'<dt id="source-{key}">{key}</dt><dd>{escape(source.title)}{link}</dd>')
    return columns.word(2, "book", "sources") + f'<dl lang="en">{"".join(rows)}</dl>'


def signatures(columns: Columns) -> str:
    """A place to sign for each of the two countries."""
    blocks = []
    for country in (columns.procedure.host, columns.procedure.home):
        label = "<br>".join(_signed_for(columns.each, country))
        below = columns.both("signature")
        blocks.append(f'<div><p>{label}</p><div class="sign"></div><p class="note">{below}</p></div>')
    return f'<section class="pair signatures">{"".join(blocks)}</section>'


def _signed_for(each: Iterable[Articles], country: str) -> list[str]:
    return [f"{a.say('book', 'signed')} {a.say('country', country)}" for a in each]
