"""One rendering for each term: the glossary is read strictly, and finds what does not keep to it."""

import re

import pytest

from locales.glossary import Breach, Glossary, GlossaryError, glossary, plain, read

TERM = """
[consent]
en = "consent"
means = "A free yes."
km = { text = "ការយល់ព្រម", stem = "យល់ព្រម", status = "machine" }
th = { text = "ความยินยอม", stem = "ยินยอม", status = "in use", source = "A law" }
vi = { text = "sự đồng ý", stem = "đồng ý", status = "machine", never = ["ưng thuận"] }
"""

FORM = """
[consent_form]
en = "consent form"
means = "A paper."
km = { text = "ទម្រង់យល់ព្រម", status = "machine", ends = "ទម្រង់\\u200Bយល់ព្រម" }
th = { text = "แบบแสดงความยินยอม", status = "machine" }
vi = { text = "phiếu đồng ý", status = "machine" }
"""


def whys(text: str, msgid: str, language: str = "vi") -> list[str]:
    """What is wrong with a translation by the small glossary above."""
    return [breach.why for breach in read(TERM + FORM).breaches(language, msgid, text)]


def test_every_term_is_in_composed_form_and_says_what_it_means() -> None:
    terms = glossary().terms
    assert len(terms) > 70
    assert all(term.means.endswith(".") for term in terms)


def test_the_name_of_the_victim_law_is_on_record_with_its_source() -> None:
    term = next(term for term in glossary().terms if term.key == "trafficking_victim")
    assert term.renderings["vi"].status == "official"
    assert "01/2014" in term.renderings["vi"].source


def test_a_translation_that_misses_a_term_is_found() -> None:
    assert whys("Cho phép", "Consent was given") == ["“consent” is not rendered as “đồng ý”"]
    assert whys("Đồng ý", "Consent") == []


def test_a_longer_term_is_not_taken_for_the_shorter_one_inside_it() -> None:
    assert whys("Giấy đồng ý", "The consent form") == ["“consent form” is not rendered as “phiếu đồng ý”"]
    assert [term.key for term in read(TERM + FORM).terms_in("consent forms, consents, consenting")] == [
        "consent_form",
        "consent",
    ]


def test_a_wording_that_may_not_be_used_is_found_wherever_it_stands() -> None:
    assert whys("Sự ưng thuận", "Something else") == ["“ưng thuận” may not be used for “consent”"]


def test_places_where_a_line_may_break_change_no_term() -> None:
    assert whys("ទម្រង់\u200bយល់ព្រម", "Consent form", "km") == []


def test_khmer_terms_are_given_in_the_pieces_that_stay_on_one_line() -> None:
    assert read(TERM + FORM).whole_words() == ("ការយល់ព្រម", "ទម្រង់", "យល់ព្រម")
    assert all(plain(word) == word for word in glossary().whole_words())


@pytest.mark.parametrize(
    ("was", "becomes", "complaint"),
    [
        ("means =", "meaning =", r"^line 2: consent: “meaning” is not a key"),
        ('status = "machine" }', 'status = "sure" }', r"^line 5: consent\.km: “status” must be"),
        ('source = "A law"', 'stems = "A law"', r"^line 6: consent\.th: “stems” is not a key"),
        (', source = "A law"', "", r"^line 6: consent\.th: a source stands with"),
        ('stem = "đồng ý"', 'stem = "thuận"', r"^line 7: consent\.vi: “stem” must be a part"),
        ('text = "sự đồng ý"', 'text = "sự đồng ý "', r"^line 7: consent\.vi: “text” must be in composed"),
        ('never = ["ưng thuận"]', 'never = "x"', r"^line 7: consent\.vi: “never” must be a list"),
        ('never = ["ưng thuận"]', 'never = ["đồng ý"]', r"^line 7: consent\.vi: “đồng ý” may not be used"),
        ('en = "consent"', 'en = "consent form"', r"^line 10: consent_form\.en: .* already under consent"),
        ("ទម្រង់\\u200B", "ទម្រង់ ", r"^line 12: consent_form\.km: “ends” is for Khmer"),
        ('[consent]\nen = "consent"', "[consent]\nen = 5", r"^line 2: consent: “en” must be a text"),
        ('"A paper."', '"A paper.', r"^The glossary cannot be read: .*line 11"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_its_line(was: str, becomes: str, complaint: str) -> None:
    whole = TERM + FORM
    assert was in whole
    with pytest.raises(GlossaryError) as refused:
        read(whole.replace(was, becomes, 1))
    assert re.search(complaint, str(refused.value)), str(refused.value)


def test_a_term_without_one_of_the_languages_is_refused() -> None:
    with pytest.raises(GlossaryError, match=r"line 2: consent\.vi: must be a table"):
        read(re.sub(r"(?m)^vi = .*\n", "", TERM))


def test_a_breach_names_the_sentence() -> None:
    small: Glossary = read(TERM)
    assert list(small.breaches("vi", "Consent", "?")) == [
        Breach("Consent", "“consent” is not rendered as “đồng ý”")
    ]
