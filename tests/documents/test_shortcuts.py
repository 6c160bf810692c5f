"""The shortcuts through WeasyPrint: quicker, and not a byte otherwise."""

import os
import subprocess
import sys

import pytest

from documents import fonts
from documents.khmer import word_ends
from documents.squares import square
from tests.documents.paper import PHRASES

PROGRAM = """
import hashlib, sys
from documents import typesetting
from tests.documents.paper import sheet
if sys.argv[1] == "long":
    typesetting.take_shortcuts = lambda: None
typesetter = typesetting.Typesetter()
for body in sys.stdin.read().split("\\0"):
    print(hashlib.sha256(typesetter.set(sheet(body, "km")).file).hexdigest())
"""
WORDS = "".join(f'<p lang="{language}">{" ".join(words)}</p>' for language, words in PHRASES.items())
BODIES = {
    "words": WORDS,
    "a square": square("ABC" * 80, "KH26", 33),
    "other drawings": '<svg width="90" height="90"><title>x</title><path d="M1 1h9v9l5 5c1 1 2 2 3 3z"/>'
    '<path stroke="#000" d="M1 1.5h3m1 0h2m-9 1h1z"/></svg>',
    "sides by their other names": '<div dir="rtl" style="direction: rtl; margin-inline-start: 3cm;'
    ' padding-block-end: 1cm; inline-size: 5cm; border-inline-end: 2pt solid red">'
    '<p style="margin: inherit; border: inherit">x</p></div>',
    "out of the flow": '<p style="float: left">a</p><p style="float: inline-end">b</p>'
    '<p style="position: absolute; top: 9cm">c</p><p style="position: fixed; bottom: 0">d</p>'
    '<p style="position: relative; left: 1cm">e</p><p>f<span style="float: footnote">g</span></p>',
    "what is handed down": '<div style="--far: 2cm; margin-left: var(--far); text-decoration: underline;'
    ' width: calc(50% + 1cm); outline: thick solid; color: #123456"><p style="border: thin solid">x'
    '<b style="display: inherit">y</b> <i style="font-size: 2em; line-height: 1.5">z</i></p></div>',
    "a table": '<table style="border-collapse: collapse"><thead><tr>'
    '<th colspan="2" style="border-radius: 3mm">a</th></tr></thead>'
    "<tr><td>b</td><td rowspan=2>c</td></tr><tr><td>d</td></tr></table>",
    "cells that may break anywhere": "".join(
        f"<table lang={tongue}><tr style=overflow-wrap:{wrap}><td>{words}</td><td>{long}</td></tr></table>"
        for wrap in ("anywhere", "break-word")
        for tongue, words, long in (
            ("km", word_ends("".join(PHRASES["km"])), "ក្រ្" * 60),
            ("th", "".join(PHRASES["th"]), "น้ำ" * 60),
            ("vi", "Nguyễn" * 30, "e\u0301\u0302" * 40 + "\u00ad" * 3 + "ffi" * 20),
        )
    ),
    "marks and letters": "<!-- & --><p title='a\"b' class=x>&amp;&lt;&#x1780;&nbsp;x<br>y</p>"
    "<textarea>z</textarea>",
}


def run(program: str, way: str = "short", text: str = "") -> str:
    """What a program prints that runs by itself, where nothing was put in yet."""
    command = [sys.executable, "-c", program, way]
    place = {**os.environ, "FONTCONFIG_FILE": str(fonts.ready() / fonts.CONFIGURATION)}
    done = subprocess.run(command, env=place, input=text, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    """The digests of every body's file, by the long way and by the short."""
    text = "\0".join(BODIES.values())
    return {way: run(PROGRAM, way, text).split() for way in ("long", "short")}


@pytest.mark.parametrize("body", BODIES)
def test_the_short_way_gives_the_bytes_of_the_long_way(printed: dict[str, list[str]], body: str) -> None:
    place = list(BODIES).index(body)
    assert printed["short"][place] == printed["long"][place]


def test_the_short_way_is_really_taken() -> None:
    """Or another release would make this module do nothing, and nobody would know."""
    program = """
from documents import shortcuts, typesetting
from tests.documents.paper import sheet
from documents.squares import square
typesetter = typesetting.Typesetter()
taken = []
def refuse(*_):
    taken.append("long")
shortcuts.long_way_of_path = refuse
typesetter.set(sheet(square("ABC" * 80, "KH26", 33)))
print(len(taken))
"""
    assert run(program) == "0\n"
