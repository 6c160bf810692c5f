"""The SOP book: a procedure as a bilingual document that a ministry can read, check against its own text,
and sign.

Plain HTML with one style block: a file to be printed or turned into a PDF, not a page of the program.
Everything that the procedure says is in it, and the book adds nothing: what no source tells, it says that
no source tells.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from html import escape
from typing import Final

from sop import appendix
from sop import vocabulary as words
from sop.articles import Articles, Row, WriteDay, code, in_numbers
from sop.columns import Columns, items
from sop.diagram import lanes_pages
from sop.grounds import grounds
from sop.procedure import Action, Agency, Consent, Procedure, Stage, Texts
from sop.rules import FLOOR, Rule

STYLE: Final = """
@page {
  size: A4; margin: 15mm 13mm 17mm;
  @bottom-center { content: counter(page) " / " counter(pages); font-size: 8pt }
}
html { font-family: "Noto Sans", "Noto Sans Khmer", "Noto Sans Thai", system-ui, sans-serif; font-size: 9pt }
body { line-height: 1.45; color: #1d1d1f; max-width: 78rem; margin: 0 auto; padding: 0 1rem;
  overflow-wrap: anywhere }
@media print { body { padding: 0 } }
:lang(km), :lang(th) { line-height: 1.7 }
a { color: #1f4e79 }
h1, h2, h3, h4 { line-height: 1.4; margin: 1em 0 .4em; break-after: avoid }
h1 { font-size: 1.7em }
h2 { font-size: 1.4em; border-bottom: 2px solid #3d4a5c }
h3 { font-size: 1.15em; background: #eef3f9; padding: .3em .5em }
h4 { font-size: 1em; margin-top: 0 }
.pair { display: table; table-layout: fixed; width: 100%; box-sizing: border-box }
.pair > * { display: table-cell; vertical-align: top; padding-right: 4mm }
.act { border-left: 3px solid #9aa5b5; padding-left: 3mm; margin: 0 0 1.3em; break-inside: avoid }
.act.moves { border-left: 6px double #7a4a00 }
dl { margin: 0 }
dt { font-weight: 700; font-size: .86em; color: #4a4a52 }
dd { margin: 0 0 .4em }
table { width: 100%; border-collapse: collapse; table-layout: fixed }
th { width: 12%; text-align: left; font-weight: 700; font-size: .86em; color: #4a4a52 }
th, td { vertical-align: top; padding: .12em .8em .12em 0; border-top: 1px solid #e3e6ea }
.names th { width: 22% }
dd ul, td ul { margin: 0; padding-left: 1.1em }
code { font-family: "Noto Sans Mono", monospace; font-size: .82em }
.assumed { color: #8a1f11; border-bottom: 1px dashed #8a1f11 }
.machine { border: 2px solid #8a1f11; color: #8a1f11; padding: .4em .6em; font-weight: 700 }
.tag { font-size: .7em; color: #8a1f11; font-weight: 400 }
.note, .days { color: #4a4a52 }
figure { margin: 0; break-after: page; break-inside: avoid }
.figures { break-before: page }
figcaption { font-size: .8em; color: #4a4a52 }
.sheet { margin: 0 auto }
.digest { font-family: "Noto Sans Mono", monospace }
.signatures { break-inside: avoid; margin-top: 2em }
.sign { border-bottom: 1px solid #1d1d1f; height: 22mm }
"""


def book_html(
    procedure: Procedure,
    languages: Sequence[str] = (),
    digest: str | None = None,
    floor_rules: Iterable[Rule] = FLOOR,
    write_day: WriteDay = in_numbers,
) -> str:
    """The whole book as one HTML file in two languages side by side (one, if only one is given).

    Without `languages` it takes the first two of the procedure. `digest` is what stands at the foot: the
    SHA-256 of the file, by default the one it had when it was read.
    """
    columns = Columns(procedure, tuple(languages or procedure.languages)[:2], write_day)
    first, key = escape(columns.each[0].language), escape(procedure.key)
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="{first}">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>SOP {key}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>",
            *_parts(columns, floor_rules),
            f"</main>\n<footer><p>{columns.both('digest')}:</p>",
            f'<p class="digest">{escape(digest or procedure.digest)}</p></footer>\n</body>\n</html>\n',
        ]
    )


def book_pages(
    procedure: Procedure,
    languages: Sequence[str] = (),
    floor_rules: Iterable[Rule] = FLOOR,
    write_day: WriteDay = in_numbers,
) -> str:
    """The same book to be set as pages by a press, which brings the style: the hash of the file stands at the
    foot of every page, and columns whose words no native reader has gone through are marked as such, with a
    line that the foot explains.
    """
    columns = Columns(procedure, tuple(languages or procedure.languages)[:2], write_day)
    first, key = escape(columns.each[0].language), escape(procedure.key)
    machine = [a for a in columns.each if columns.tag(a)]
    marked = " ".join(f"machine-{escape(a.language)}" for a in machine)
    explained = "".join(map(_edge, machine))
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="{first}">\n<head><meta charset="utf-8">',
            f'<title>SOP {key}</title></head>\n<body class="{marked}">',
            f'<div class="foot" lang="en">{explained}SOP {key} · SHA-256 <span class="digest">'
            f'{escape(procedure.digest)}</span> · <span class="page-number"></span></div>\n<main>',
            *_parts(columns, floor_rules),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _edge(a: Articles) -> str:
    """What the line beside a column of machine wording means, in that column's language."""
    told = f"{a.say('book', 'edge')}: {a.say('wording', 'machine')}"
    return f'<p class="edge" lang="{escape(a.language)}">{told}</p>'


def _parts(columns: Columns, floor_rules: Iterable[Rule]) -> Iterable[str]:
    """All that is in a book, from its title to the places to sign."""
    yield from _title(columns)
    yield from _agencies(columns)
    yield from _figures(columns)
    yield from _phases(columns)
    yield from _consents(columns)
    yield appendix.floor(columns, tuple(floor_rules))
    yield appendix.glossary(columns)
    yield appendix.assumed(columns)
    yield appendix.sources(columns)
    yield appendix.signatures(columns)


def _title(columns: Columns) -> Iterable[str]:
    procedure = columns.procedure

    def facts(a: Articles) -> list[Row]:
        route = f"{a.say('country', procedure.host)} → {a.say('country', procedure.home)}"
        return [
            Row("route", (f"{route} {code(procedure.route)}",)),
            Row("edition", (escape(procedure.edition),)),
            Row("in_force", (a.day(procedure.in_force),)),
            Row("wording", (a.say("wording", procedure.wording.get(a.language, "machine")),)),
        ]

    carried = list(grounds(procedure))
    count = f"<strong>{sum(ground.assumed for ground in carried)} / {len(carried)}</strong>"
    yield columns.word(1, "book", "title")
    yield f'<p lang="en">{escape(procedure.name)}</p>'
    yield columns.rows(facts)
    yield from _warnings(columns)
    if procedure.about is not None:
        yield columns.pair(partial(_about, procedure.about))
    yield columns.pair(lambda a: f"<p>{a.say('book', 'how_assumed')} {count}</p>")


def _about(texts: Texts, a: Articles) -> str:
    """What the file is put together from."""
    return f"<p><strong>{a.text(texts)}</strong></p>"


def _warnings(columns: Columns) -> Iterable[str]:
    """Says in a frame which words no native reader has gone through: the file's own, and the book's."""
    for a in columns.each:
        flagged = []
        if columns.procedure.wording.get(a.language, "machine") == "machine":
            flagged.append(a.say("language", a.language))
        if a.language != "en":
            flagged.append(a.say("book", "fixed_words"))
        if flagged:
            told = f"{'; '.join(flagged)}: {a.say('wording', 'machine')}"
            yield f'<p class="machine" lang="{escape(a.language)}">{told}</p>'


def _agencies(columns: Columns) -> Iterable[str]:
    """Which bodies hold each role, with their days and sources."""
    yield columns.word(2, "book", "agencies")
    for side, country in (("host", columns.procedure.host), ("home", columns.procedure.home)):
        yield columns.word(3, "country", country)
        yield columns.rows(partial(_bodies, side, columns.procedure.agencies[country]))


def _bodies(side: str, agencies: Mapping[str, Sequence[Agency]], a: Articles) -> list[Row]:
    return [
        Row(
            function,
            tuple(
                f"{name}; {a.grounds(body.basis, body.grounding)}"
                for name, body in zip(a.agencies(f"{side}.{function}"), bodies, strict=True)
            ),
            "role",
        )
        for function, bodies in agencies.items()
    ]


def _figures(columns: Columns) -> Iterable[str]:
    """The lane diagram on as many sheets as it takes, in each language."""
    yield f'<section class="figures">{columns.word(2, "diagram", "heading")}'
    for a in columns.each:
        sheets = lanes_pages(columns.procedure, a.language, f"lanes-{a.language}")
        for place, drawing in enumerate(sheets, 1):
            caption = f"{a.say('language', a.language)} {place}/{len(sheets)}"
            yield f'<figure lang="{escape(a.language)}"><figcaption>{caption}</figcaption>{drawing}</figure>'
    yield "</section>"


def _phases(columns: Columns) -> Iterable[str]:
    phase = ""
    for name in columns.labels:
        stage = columns.procedure.stages[name]
        if stage.phase != phase:
            phase = stage.phase
            yield _phase(columns, phase)
        yield _stage(columns, stage)


def _phase(columns: Columns, phase: str) -> str:
    return columns.heading(2, lambda a: a.say("phase", phase) + columns.tag(a))


def _stage(columns: Columns, stage: Stage) -> str:
    label = columns.labels[stage.name]
    here = [a for a in columns.procedure.by_stage[stage.name] if a.consent is None]
    own = [a for a in here if columns.numbers[a.name].rpartition(".")[0] == label]
    also = [a for a in here if a not in own]
    parts = [
        columns.heading(3, lambda a: f"{escape(label)} · {a.text(stage.text)}", f"stage-{stage.name}"),
        columns.rows(lambda a: a.stage(stage)),
        columns.note(stage.note),
        *(_act(columns, action) for action in own),
    ]
    if also:
        numbers = ", ".join(_link(columns, action) for action in also)
        parts.append(columns.pair(lambda a: f"<p>{a.say('book', 'also_here')}: {numbers}</p>"))
    return f'<section class="stage">{"".join(parts)}</section>'


def _link(columns: Columns, action: Action) -> str:
    return f'<a href="#act-{escape(action.name)}">{escape(columns.numbers[action.name])}</a>'


def _act(columns: Columns, action: Action) -> str:
    number = escape(columns.numbers[action.name])
    kind = "act moves" if action.moves else "act"
    return "".join(
        [
            f'<article class="{kind}">',
            columns.heading(4, lambda a: f"{number} {a.text(action.text)}", f"act-{action.name}"),
            columns.rows(lambda a: a.act(action)),
            columns.note(action.note),
            "</article>",
        ]
    )


def _consents(columns: Columns) -> Iterable[str]:
    own = [a for a in columns.procedure.actions.values() if words.PERSON in a.by and a.consent is None]
    yield columns.heading(2, lambda a: a.say("book", "consents") + columns.tag(a))
    yield columns.pair(lambda a: f"<p>{a.say('book', 'own_acts')}</p>{items(map(a.reference, own))}")
    for consent in columns.procedure.consents.values():
        yield _consent(columns, consent)


def _consent(columns: Columns, consent: Consent) -> str:
    heading = columns.heading(3, lambda a: a.text(consent.text), f"consent-{consent.name}")
    return heading + columns.rows(lambda a: a.consent(consent))
