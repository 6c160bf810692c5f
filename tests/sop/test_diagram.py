"""The lane diagram: all of a procedure is in it, nothing covers anything else, and any page may hold it."""

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop import vocabulary as words
from sop.boxes import LETTERS, Box, lane_of, lane_x, numbered, ranges
from sop.diagram import lanes_pages, lanes_svg
from sop.drawing import PAD, height
from sop.lettering import clusters, measure, width, wrap
from sop.procedure import Procedure
from sop.reader import read
from sop.sheet import Sheet
from sop.shelf import CORRIDORS
from sop.wording import pick, role, spoken, word

SVG = "{http://www.w3.org/2000/svg}"
ROUTES = {path.stem: read(path) for path in sorted(CORRIDORS.glob("*.toml"))}
DRAWN = [(key, language) for key, procedure in ROUTES.items() for language in procedure.languages]

every_drawing = pytest.mark.parametrize(("key", "language"), DRAWN)
khmer_and_thai = st.text("កខគង្ចំៈេោៅិីុ្រៈ។ៗ ๆกขคงเแโใไาะำิีุู่้์ฯ\u200b abc", max_size=60)


class Watched(Sheet):
    """A sheet that remembers where it put its boxes."""

    def __init__(self, procedure: Procedure, language: str) -> None:
        self.boxes: list[tuple[Box, float]] = []
        super().__init__(procedure, language, "t", numbered(procedure))

    def _put(self, box: Box, y: float) -> None:
        self.boxes.append((box, y))
        super()._put(box, y)


def lettered(svg: str) -> str:
    """All that can be read in a drawing, without spaces: lines are broken where it suits them."""
    texts = (text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text"))
    return re.sub(r"\s", "", "".join(texts))


def unbroken(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


@every_drawing
def test_every_stage_and_every_act_that_leads_on_can_be_read(key: str, language: str) -> None:
    procedure = ROUTES[key]
    said = lettered(lanes_svg(procedure, language))
    for stage in procedure.stages.values():
        assert unbroken(stage.text[language]) in said
    for action in procedure.actions.values():
        if action.to is not None or action.discloses:
            assert unbroken(action.text[language]) in said
    for consent in procedure.consents.values():
        assert unbroken(consent.text[language]) in said


@every_drawing
def test_nothing_stands_over_anything_else_or_outside_the_sheet(key: str, language: str) -> None:
    sheet = Watched(ROUTES[key], language)
    for (one, y), (other, z) in combinations(sheet.boxes, 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or y + one.height <= z or z + other.height <= y, (one, other)
    for box, y in sheet.boxes:
        assert box.x >= 0
        assert box.x + box.width <= sheet.wide
        assert y + box.height <= sheet.high


@every_drawing
def test_lettering_stays_within_its_box(key: str, language: str) -> None:
    for box, _ in Watched(ROUTES[key], language).boxes:
        for line in box.block:
            assert measure(line.text) * line.size <= box.width - 14, line.text
        assert box.height == height(box.block)
        assert box.height >= 2 * PAD


@every_drawing
def test_every_way_from_stage_to_stage_has_an_arrow(key: str, language: str) -> None:
    procedure = ROUTES[key]
    drawing = lanes_svg(procedure, language)
    ways = sum(
        action.to is not None and action.to != stage and numbered(procedure)[action.to].isdigit()
        for stage, actions in procedure.by_stage.items()
        for action in actions
    )
    # One arrow from the stage to the act, one from the act to the next stage.
    assert drawing.count("marker-end=") >= 2 * ways


@every_drawing
def test_a_drawing_may_stand_in_a_page_with_a_strict_content_policy(key: str, language: str) -> None:
    drawing = lanes_svg(ROUTES[key], language)
    assert not re.search(
        r"<(script|style|image|foreignObject|a)\b|\bstyle=|\bon\w+=|href=|https?://(?!www.w3)", drawing
    )
    root = ElementTree.fromstring(drawing)
    assert root.get("lang") == language
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    assert all(text.get("lang") for text in root.iter(f"{SVG}text"))


def test_several_drawings_may_share_a_page() -> None:
    procedure = ROUTES["tha-khm-2019"]
    page = (
        lanes_svg(procedure, "en", "one")
        + lanes_svg(procedure, "km", "two")
        + "".join(lanes_pages(procedure, "th"))
    )
    named = Counter(re.findall(r'\bid="([^"]+)"', page))
    assert set(named.values()) == {1}
    for asked in re.findall(r"url\(#([^)]+)\)", page):
        assert asked in named


def test_what_moves_tells_asks_or_ends_is_told_by_shape_and_in_words() -> None:
    procedure = ROUTES["khm-vnm-2009"]
    boxes = [box for box, _ in Watched(procedure, "en").boxes]

    def said(kind: str) -> list[str]:
        return [" ".join(line.text for line in box.block) for box in boxes if box.kind == kind]

    assert all("Moves the person" in text for text in said("moves"))
    assert len(said("moves")) == sum(a.moves for a in procedure.actions.values())
    assert all("Tells: " in text for text in said("tells"))
    assert all("The person is asked" in text for text in said("asked"))
    assert len(said("asked")) == len(procedure.consents)
    assert len(said("end")) == sum(stage.end for stage in procedure.stages.values())


def test_what_is_assumed_is_dashed_and_says_so() -> None:
    for box, _ in Watched(ROUTES["khm-vnm-2009"], "en").boxes:
        if box.kind != "end":
            assert box.assumed == any("assumed" in line.text for line in box.block)
    assert "stroke-dasharray" in lanes_svg(ROUTES["khm-vnm-2009"], "en")


def test_a_time_limit_stands_at_its_act() -> None:
    said = lettered(lanes_svg(ROUTES["tha-khm-2019"], "en"))
    assert "Within:15days" in said
    assert "Atonce" in lettered(lanes_svg(ROUTES["khm-vnm-2009"], "en"))


@every_drawing
def test_on_paper_no_sheet_is_wider_or_higher_than_the_page(key: str, language: str) -> None:
    sheets = lanes_pages(ROUTES[key], language, width=180, tallest=230)
    for sheet in sheets:
        size = re.search(r"width:([\d.]+)mm;height:([\d.]+)mm", sheet)
        assert size is not None
        assert float(size[1]) <= 180.001
        assert float(size[2]) <= 230.01
        assert "<text" not in sheet
    whole = unbroken(re.sub(r"<[^>]+>", "", "".join(sheets)))
    for stage in ROUTES[key].stages.values():
        assert unbroken(stage.text[language].replace("'", "&#x27;")) in whole


def test_a_stage_answered_for_by_a_partner_stands_in_the_middle() -> None:
    procedure = ROUTES["tha-khm-2019"]
    stages = {
        name: replace(stage, responsible="support.iom") if name == "reported" else stage
        for name, stage in procedure.stages.items()
    }
    sheet = Watched(replace(procedure, stages=stages), "en")
    middle = [box for box, _ in sheet.boxes if box.kind == "stage" and box.lane == 1]
    assert [box.block[0].text for box in middle] == ["IOM"]
    for (one, y), (other, z) in combinations(sheet.boxes, 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or y + one.height <= z or z + other.height <= y, (one, other)


def test_a_language_that_the_file_has_not_is_told_in_english_and_marked() -> None:
    procedure = ROUTES["khm-vnm-2009"]
    drawing = lanes_svg(procedure, "th")
    assert "The person" in drawing
    assert 'lang="en"' in drawing
    assert 'lang="th"' in drawing


def test_names_of_a_procedure_are_escaped() -> None:
    drawing = lanes_svg(replace(ROUTES["tha-khm-2019"], name='<script>"&'), "en", 'x"y')
    ElementTree.fromstring(drawing)
    assert "<script>" not in drawing


def test_stages_are_numbered_in_order_and_ways_out_lettered() -> None:
    labels = numbered(ROUTES["tha-khm-2019"])
    digits = [label for label in labels.values() if label.isdigit()]
    assert digits == [str(i) for i in range(1, len(digits) + 1)]
    assert labels[words.CLOSED] == digits[-1]
    letters = [label for label in labels.values() if not label.isdigit()]
    assert letters == list(LETTERS[: len(letters)])


def test_stage_numbers_are_told_as_ranges() -> None:
    assert ranges(["3", "1", "2", "7", "A", "9", "10"]) == "1–3, 7, 9–10"


def test_lanes_stand_side_by_side() -> None:
    assert [lane_of(name) for name in ("host.police", "person", "support.iom", "home.consulate")] == [
        0,
        1,
        1,
        2,
    ]
    assert lane_x(0) < lane_x(1) < lane_x(2)


# ---- lettering


@given(khmer_and_thai, st.integers(4, 30))
def test_a_broken_text_is_the_text(text: str, room: int) -> None:
    assert unbroken("".join(wrap(text, room))) == unbroken(text)


@given(khmer_and_thai, st.integers(6, 30))
def test_a_line_is_no_longer_than_its_room_but_for_a_single_cluster(text: str, room: int) -> None:
    for line in wrap(text, room):
        assert measure(line) <= room + 0.01 or len(clusters(line)) == 1


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ខ្មែរ", ("ខ្មែ", "រ")),
        ("ស្ត្រី", ("ស្ត្រី",)),
        ("เมือง", ("เมื", "อ", "ง")),
        ("น้ำใจ", ("น้ำ", "ใจ")),
        ("ก่อนๆ", ("ก่", "อ", "นๆ")),
        ("Việt", ("V", "i", "ệ", "t")),
        ("គេ។", ("គេ។",)),
        ("ក\u200bខ", ("ក", "\u200b", "ខ")),
    ],
)
def test_a_letter_keeps_its_vowels_marks_and_subscripts(text: str, pieces: tuple[str, ...]) -> None:
    assert clusters(text) == pieces


def test_a_line_breaks_at_a_space_or_where_a_zero_width_space_allows_it() -> None:
    assert wrap("the person stays here", 7) == ["the person", "stays here"]
    assert wrap("កកកកក\u200bខខខខខ", 4) == ["កកកកក", "ខខខខខ"]
    assert wrap("Unbreakablelongword", 5)[0] == "Unbreaka"
    assert wrap("", 5) == []


def test_a_thai_line_rather_breaks_before_a_syllable() -> None:
    assert wrap("กกกกกกกเมก", 5)[1].startswith("เ")


def test_wide_and_narrow_letters_are_measured_as_such() -> None:
    assert width("i") < width("n") < width("m")
    assert measure("ក្រ") > measure("ក")
    assert measure("A") > measure("a")


# ---- words


def test_every_fixed_word_is_there_in_every_language() -> None:
    from sop import wording

    for group, names in wording._table().items():
        for name, texts in names.items():
            assert set(texts) == set(words.LANGUAGES), (group, name)


def test_every_word_of_the_vocabulary_has_a_name() -> None:
    groups = {
        "country": words.COUNTRIES,
        "phase": words.PHASES,
        "role": [*words.FUNCTIONS, "person", "iom", "ngo"],
        "purpose": words.PURPOSES,
        "paper": sorted(words.PAPERS),
        "unit": words.UNITS,
        "force": words.FORCES,
        "grounding": words.GROUNDINGS,
        "wording": words.WORDINGS,
        "language": words.LANGUAGES,
    }
    for group, names in groups.items():
        for name in names:
            assert word(group, name, "km").language == "km"


def test_a_translation_of_an_older_sentence_is_not_used() -> None:
    assert spoken("safeguard", "no_hold", "Another sentence.", "th").text == "Another sentence."
    assert spoken("safeguard", "unknown", "A sentence.", "th").language == "en"


def test_a_text_is_told_in_the_language_there_is() -> None:
    assert pick({"en": "a", "km": "b"}, "km").text == "b"
    assert pick({"en": "a", "km": "b"}, "th").language == "en"
    assert pick({"vi": "c"}, "th").language == "vi"
    with pytest.raises(KeyError):
        pick({}, "en")


def test_a_role_is_told_by_its_newest_body_or_by_kind() -> None:
    procedure = ROUTES["khm-vnm-2009"]
    assert "Health" in role(procedure, "home.social", "en").text.title()
    nobody = replace(procedure, agencies={"KHM": {}, "VNM": {}})
    assert role(nobody, "home.social", "en").text == "Social agency, Viet Nam"
    assert role(procedure, "person", "en").text == "The person"
