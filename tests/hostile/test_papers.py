"""Papers in the hands of those who mean no good: other agencies, crooked fields, tampered files."""

import io
from collections.abc import Iterator

import pytest

from documents.fields import PaperFields
from documents.kinds import KINDS
from documents.press import Press
from documents.shapes import shapes_of
from repatriation.work.papers.archive import papers_of
from repatriation.work.papers.issuing import code_of
from tests.fakes.press import workshop
from tests.web.casework.conftest import World, fill_in, send_on
from tests.web.casework.test_papers import asked, given, issued, nobody
from tests.web.conftest import read_page

HERE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

CROOKED = (
    "<img src=file:///etc/passwd>",
    "</textarea><script>alert(1)</script>",
    "{{ 7*7 }} {% include 'x' %} %(number)s",
    "\u202eeht fo tuo\u2066",
    '"><td colspan=100000>',
    "a\u200bb\ufeffc",
    "x" * 100_000,
    "ក" * 4_001,
)


@HERE
def test_an_organisation_without_a_part_finds_no_paper(world: World) -> None:
    reference, number = issued(world)
    for who in ("embassy", "poipet", "stranger", "auditor"):
        visitor = world.browser(who)
        for path in (f"/{number}/revoke", "/make/2", ""):
            assert visitor.open(f"/cases/{reference}/papers{path}").status_code == 404, (who, path)
        for path in (f"/{number}/file", "/all", f"/{number}/revoke", "/make/2"):
            sent = visitor.send(f"/cases/{reference}/papers{path}", {"reason": "lost", "sure": "yes"})
            assert sent.status_code == 404, (who, path)
    assert papers_of(world.house, world.officers["datip"], reference).issued[0].valid


@HERE
def test_a_part_in_the_case_is_no_right_to_every_paper(world: World) -> None:
    reference, number = issued(world)
    police = world.browser("thai-police")
    if police.open(f"/cases/{reference}").status_code == 200:
        assert police.send(f"/cases/{reference}/papers/{number}/file").status_code == 404
        assert (
            police.send(f"/cases/{reference}/papers/{number}/revoke", {"reason": "lost"}).status_code == 404
        )


@HERE
def test_a_number_of_another_case_opens_nothing(world: World) -> None:
    reference, _number = issued(world)
    _other, number = issued(world)
    for path in (f"/{number}/file", f"/{number}/revoke"):
        sent = world.browser("datip").send(f"/cases/{reference}/papers{path}", {"reason": "lost"})
        assert sent.status_code == 404


@HERE
@pytest.mark.parametrize("text", CROOKED, ids=range(len(CROOKED)))
def test_whatever_is_typed_into_any_box_of_a_paper_is_text_or_told_as_too_long(
    world: World, text: str
) -> None:
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    written = fill_in(visitor, path)
    for name in text_boxes(KINDS["screening_form"].schema):
        answer = send_on(visitor, path, written, desk="look", **{name: text})
        assert answer.status_code in (200, 400, 413), name
        page = read_page(answer)
        assert page.find_all(["script", "iframe"]) == []
        assert not any("passwd" in str(image.get("src")) for image in page.find_all("img"))
        if len(text) > 4_000:
            assert answer.status_code in (400, 413), name
    assert world.case(reference).version == 1


def text_boxes(schema: type[PaperFields], prefix: str = "paper") -> Iterator[str]:
    """The names of every box of a paper into which text goes."""
    for shape in shapes_of(schema):
        name = f"{prefix}-{shape.name}"
        if shape.inner is not None and not shape.by_hand:
            yield from text_boxes(shape.inner, f"{name}-0" if shape.what == "rows" else name)
        elif shape.what in ("text", "long", "name"):
            yield name


@HERE
def test_a_sign_that_no_database_keeps_is_turned_away(world: World) -> None:
    reference = world.open_case()
    sent: dict[str, object] = {"version": "1", "desk": "look", **world.paper_boxes("presume")}
    sent["paper-seen-account"] = "a\0b"
    assert world.browser("datip").send(f"/cases/{reference}/do/presume", sent).status_code == 400


@HERE
def test_crooked_text_is_printed_as_the_text_it_is(world: World, press: Press) -> None:
    given(world, workshop(press))
    reference = world.open_case()
    visitor, path = world.browser("datip"), f"/cases/{reference}/do/presume"
    written = fill_in(visitor, path)
    told = "".join(CROOKED[:6])
    seen = send_on(visitor, path, written, desk="look", **{"paper-seen-account": told})
    assert seen.status_code == 200
    assert read_page(seen).select("img.paper-page")


@HERE
@pytest.mark.parametrize(
    "boxes",
    [
        {"paper-person-names-2-family": "Third"},
        {"paper-person-names-3-family": "Fourth"},
        {"paper-result-outcome": "Bogus"},
        {"paper-seen-signs": ["Bogus"] * 500},
        {"paper-nonsense": "x", "paper-person-nonsense": "x"},
        {"paper-languages": "xx yy"},
    ],
    ids=range(6),
)
def test_boxes_that_no_page_has_are_left_aside_or_refused(world: World, boxes: dict[str, object]) -> None:
    reference = world.open_case()
    sent: dict[str, object] = {
        "version": "1",
        "key": "k",
        "desk": "look",
        **world.paper_boxes("presume"),
        **boxes,
    }
    answer = world.browser("datip").send(f"/cases/{reference}/do/presume", sent)
    assert answer.status_code in (200, 400)
    assert world.case(reference).version == 1


@HERE
def test_a_tampered_or_foreign_file_is_unknown(world: World) -> None:
    reference, number = issued(world)
    file = world.browser("datip").send(f"/cases/{reference}/papers/{number}/file").data
    stranger = nobody(world)
    middle = len(file) // 2
    for wrong in (
        b"",
        b"%PDF-1.7",
        file[:-1],
        file + b"\n%%EOF",
        file[:middle] + bytes([file[middle] ^ 1]) + file[middle + 1 :],
        b"\0" * 10_000,
        b"PK\x03\x04" + file,
    ):
        assert asked(stranger, file=(io.BytesIO(wrong), "x.pdf")) == "This is not known here as a paper"
    # As one body: the client would put what is so large into a file, and leave that open.
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\n'
    large = head + b"x" * 5_000_000 + b"\r\n--edge--\r\n"
    sent = stranger.client.post(
        "/verify", data=large, content_type="multipart/form-data; boundary=edge", base_url=stranger.at
    )
    assert sent.status_code == 413


@HERE
def test_a_code_is_no_help_for_another_number(world: World) -> None:
    _first, one = issued(world)
    _second, two = issued(world)
    stranger = nobody(world)
    assert code_of(world.house.keyring, one) != code_of(world.house.keyring, two)
    unknown = "This is not known here as a paper"
    assert asked(stranger, number=one, code=code_of(world.house.keyring, two)) == unknown
    assert asked(stranger, number=one, code="") == unknown
    assert asked(stranger, number=f"{one}' OR 1=1 --", code="AAAAAA") == unknown
    assert asked(stranger, token="RP1:" + "%" * 300) == unknown
