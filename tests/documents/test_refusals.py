"""What the press will not print: sheets that reach outside, letters no face has, and what never ends."""

import pytest

from documents.press import Press
from documents.printing import CannotPrint
from tests.documents.paper import sheet

FILE = "file:///etc/hostname"
REACHING_OUT = {
    "attachment in the head": f'<link rel="attachment" href="{FILE}">',
    "attachment as a link": f'<a rel="attachment" href="{FILE}">x</a>',
    "picture": f'<img alt="x" src="{FILE}">',
    "object": f'<object data="{FILE}">x</object>',
    "style sheet": f'<link rel="stylesheet" href="{FILE}">',
    "imported style": f'<style>@import url("{FILE}");</style>',
    "background": f'<p style="background: url({FILE})">x</p>',
    "list mark": f'<ul style="list-style-image: url({FILE})"><li>x</li></ul>',
    "generated content": f'<style>p::before {{ content: url("{FILE}") }}</style><p>x</p>',
    "base": '<base href="file:///etc/"><img alt="x" src="hostname">',
    "http": '<img alt="x" src="http://127.0.0.1/x.png">',
    "https": '<img alt="x" src="https://example.org/x.png">',
    "data": '<img alt="x" src="data:image/png;base64,AAAA">',
    "embed": f'<embed src="{FILE}">',
    "picture in a drawing": (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>x</title>'
        f'<image href="{FILE}" width="5" height="5"/></svg>'
    ),
}


def refusal(press: Press, body: str) -> CannotPrint:
    """Why the press will not print this."""
    with pytest.raises(CannotPrint) as refused:
        press.print(sheet(body))
    return refused.value


@pytest.mark.parametrize("body", REACHING_OUT.values(), ids=REACHING_OUT.keys())
def test_a_sheet_that_reaches_outside_is_not_printed(press: Press, body: str) -> None:
    assert refusal(press, body).code == "fetch"


def test_a_font_from_elsewhere_is_not_used(press: Press) -> None:
    style = f'<style>@font-face {{ font-family: Mine; src: url("{FILE}") }}</style>'
    assert refusal(press, f'{style}<p style="font-family: Mine">x</p>').code == "fetch"


def test_a_letter_that_no_face_has_is_an_error_and_is_named(press: Press) -> None:
    problem = refusal(press, "<p>Tick \u2611 or \U0001f600</p>")
    assert (problem.code, problem.hint) == ("glyph", "U+1F600 U+2611")


def test_a_complaint_does_not_repeat_what_the_sheet_says(press: Press) -> None:
    problem = refusal(press, '<p style="colour: Sok-Chanthy">x</p>')
    assert problem.code == "markup"
    assert "Chanthy" not in str(problem)


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "file:///etc/hostname", "http://example.org", "x.html"]
)
def test_a_paper_leads_nowhere_but_to_itself_and_to_safe_pages(press: Press, target: str) -> None:
    assert refusal(press, f'<a href="{target}">x</a>').code == "link"


def test_a_paper_may_lead_to_a_place_in_itself_and_to_a_safe_page(press: Press) -> None:
    body = '<p id="a"><a href="#a">up</a> <a href="https://example.org/verify">verify</a></p>'
    assert press.print(sheet(body)).pages == 1


def test_nesting_without_end_is_refused(press: Press) -> None:
    assert refusal(press, "<div>" * 3000).code == "markup"


def test_a_sheet_of_too_many_letters_is_refused(press: Press) -> None:
    assert refusal(press, "<!--" + "x" * 2_000_000 + "-->").code == "too_long"


def test_a_sheet_of_too_many_pages_is_refused(press: Press) -> None:
    assert refusal(press, '<p style="break-after: page">x</p>' * 201).code == "too_long"


def test_the_press_prints_on_after_every_refusal(press: Press) -> None:
    refusal(press, f'<img alt="x" src="{FILE}">')
    assert press.print(sheet("<p>Calm again</p>")).pages == 1
