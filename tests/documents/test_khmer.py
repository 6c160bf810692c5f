"""Where Khmer lines may break: between words, and in some places never, whatever the segmenters say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.khmer import WORD_END, plain, word_ends

WORDS = (
    "មាតុភូមិនិវត្តន៍",
    "ស្រ្តីម្នាក់ៗ",
    "អាថ៌កំបាំង",
    "សិទ្ធិមនុស្ស",
    "ធម៌",
    "កុមារីរងគ្រោះ",
    "ដែនកំណត់",
    "បង្កើតឡើងវិញ",
    "គ្រួសារផ្សេងៗ។",
    "ឆ្នាំ២០២៦",
    "ប្រវត្តិរូប៖",
    "ចាប់ផ្តើមឡើងវិញ៕",
    "ពាក់ព័ន្ធនឹងសង្គ្រោះ",
)
SENTENCE = "ជនរងគ្រោះត្រូវបានបញ្ជូនមកមណ្ឌលស្វាគមន៍នៅប៉ោយប៉ែតដោយសុវត្ថិភាព"

# A vowel, a sign, a repeat mark or a full stop first; a subscript cut off; a silenced letter left alone.
FORBIDDEN = re.compile(
    "\u200b[\u17b4-\u17da\u17dd]|\u17d2\u200b|\u200b[\u1780-\u17b3][\u17cb-\u17cd]|[០-៩]\u200b[០-៩]"
)


@pytest.mark.parametrize("first", WORDS)
def test_no_line_breaks_where_spelling_forbids_it(first: str) -> None:
    for second in WORDS:
        marked = word_ends(first + second)
        assert FORBIDDEN.search(marked) is None, marked
        assert plain(marked) == first + second


def test_a_sentence_without_spaces_can_break_between_its_words() -> None:
    pieces = word_ends(SENTENCE).split(WORD_END)
    assert len(pieces) >= 8
    assert {"ជនរងគ្រោះ", "មណ្ឌល", "ដោយ"} <= set(pieces)


def test_a_name_is_kept_whole() -> None:
    name = "សុខចាន់ណារី"
    text = f"លោកស្រី{name}ត្រូវបានបញ្ជូន"
    assert name not in word_ends(text)
    assert name in word_ends(text, [name])
    assert "លោកស្រី\u200b" in word_ends(text, [name])


def test_a_term_of_the_glossary_is_kept_whole_though_its_entry_has_marks() -> None:
    assert WORD_END in word_ends("មាតុភូមិនិវត្តន៍")
    assert word_ends("មាតុភូមិនិវត្តន៍", ["មាតុភូមិ\u200bនិវត្តន៍"]) == "មាតុភូមិនិវត្តន៍"


def test_a_text_that_somebody_marked_stays_as_it_is() -> None:
    marked = "ជនរងគ្រោះ\u200bត្រូវបានបញ្ជូនមកមណ្ឌល"
    assert word_ends(marked) == marked


@pytest.mark.parametrize("text", ["", "Nguyễn Thị Ngọc Ánh", "การส่งกลับ", "ក", "<b>&amp;</b>", "a\x00b"])
def test_other_writing_is_left_alone(text: str) -> None:
    assert word_ends(text) == text


@given(
    st.text(
        st.characters(min_codepoint=0x1780, max_codepoint=0x17FF) | st.sampled_from(" a1\u200d\n"),
        max_size=40,
    )
)
def test_nothing_is_lost_or_added_whatever_is_typed(text: str) -> None:
    marked = word_ends(text)
    assert plain(marked) == text
    assert FORBIDDEN.search(marked) is None
