"""The machine-readable zone, against the specimens of ICAO Doc 9303 and a second reckoning of its digits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.mrz import CannotEncode, Entries, td2, td3

SPECIMEN = Entries("I<", "UTO", "Eriksson", "Anna Maria", "D23145890", "UTO", "1974-08-12", "F", "2012-04-15")
PASSPORT = SPECIMEN._replace(code="P<", number="L898902C3", optional="ZE184226B")

LATIN = st.text("abcxyzABCXYZéèớửĐđñç' -", min_size=0, max_size=70)
ENTRIES = st.builds(
    Entries,
    code=st.sampled_from(["PU", "I<", "P<"]),
    state=st.sampled_from(["KHM", "THA", "VNM", "D"]),
    family=st.builds("N{}".format, LATIN),
    given=LATIN,
    number=st.from_regex(r"[A-Z0-9]{1,9}", fullmatch=True),
    nationality=st.sampled_from(["KHM", "THA", "VNM", "XXX"]),
    birth=st.sampled_from([None, "1998", "1998-04", "1998-04-13"]),
    sex=st.sampled_from(["M", "F", "<"]),
    expires=st.dates().map(str),
    optional=st.from_regex(r"[A-Z0-9]{0,7}", fullmatch=True),
)


def digit(text: str) -> str:
    """The check digit once more, as Doc 9303 tells it in words."""
    total = 0
    for place, letter in enumerate(text, start=1):
        value = 0 if letter == "<" else int(letter, 36)
        total += value * {1: 7, 2: 3, 0: 1}[place % 3]
    return str(total % 10)


def test_the_specimen_of_a_smaller_paper_is_reproduced() -> None:
    assert td2(SPECIMEN) == ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")


def test_the_specimen_of_a_passport_is_reproduced() -> None:
    assert td3(PASSPORT) == (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    )


@given(ENTRIES)
def test_every_smaller_zone_has_its_size_its_letters_and_its_digits(entries: Entries) -> None:
    upper, lower = td2(entries)
    assert [len(upper), len(lower)] == [36, 36]
    assert re.fullmatch("[A-Z0-9<]*", upper + lower)
    assert lower[9] == digit(lower[:9])
    assert lower[19] == digit(lower[13:19])
    assert lower[27] == digit(lower[21:27])
    assert lower[35] == digit(lower[:10] + lower[13:20] + lower[21:35])


@given(ENTRIES)
def test_every_passport_zone_has_its_size_its_letters_and_its_digits(entries: Entries) -> None:
    upper, lower = td3(entries)
    assert [len(upper), len(lower)] == [44, 44]
    assert re.fullmatch("[A-Z0-9<]*", upper + lower)
    assert lower[9] == digit(lower[:9])
    assert lower[19] == digit(lower[13:19])
    assert lower[27] == digit(lower[21:27])
    assert lower[42] == (digit(lower[28:42]) if entries.optional else "<")
    assert lower[43] == digit(lower[:10] + lower[13:20] + lower[21:43])


@given(ENTRIES)
def test_however_long_the_names_are_each_keeps_a_letter(entries: Entries) -> None:
    names = td2(entries)[0][5:]
    family, _, rest = names.partition("<<")
    assert family[0] == "N"
    if any(letter.isalpha() for letter in entries.given):
        assert rest[0].isalpha()
    assert "<<" not in rest.rstrip("<")


@pytest.mark.parametrize(
    ("family", "given", "names"),
    [
        ("Nguyễn", "Thị Đào", "NGUYEN<<THI<DAO"),
        ("đinh", "Ước", "DINH<<UOC"),
        ("O'Connor", "Enya Siobhan", "OCONNOR<<ENYA<SIOBHAN"),
        ("Sok-Heng", "Anne-Marie", "SOK<HENG<<ANNE<MARIE"),
        ("", "Arkfreith", "ARKFREITH"),
        ("Chan", "", "CHAN"),
        (" Van  der - Muellen ", "Marianne Louise", "VAN<DER<MUELLEN<<MARIANNE<LOUIS"),
        ("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTH"),
        ("Nilavadhanananda", "Arnpol Petch Charonguang", "NILAVADHANANANDA<<ARNPOL<PETC<C"),
        ("Bennelong Wooloomooloo Warrandyte", "Dingo", "BENNELONG<WOOLOOMOOLOO<WARRA<<D"),
        ("Papandropoulous-Jonathoon Alec", "Jonathon", "PAPANDROPOULOUS<JONATHOON<AL<<J"),
    ],
)
def test_a_name_is_written_by_rule(family: str, given: str, names: str) -> None:
    assert td2(SPECIMEN._replace(family=family, given=given))[0] == "I<UTO" + names.ljust(31, "<")


@pytest.mark.parametrize(
    "name", ["សុខ", "สมชาย", "Sok សុខ", "Straße", "Łukasz", "Ærø", "Jr.", "Anna2", "Ив", "山", "ﬁ"]
)
def test_what_no_rule_turns_into_latin_letters_is_refused_and_not_repeated(name: str) -> None:
    for field in ("family", "given"):
        with pytest.raises(CannotEncode) as refused:
            td2(SPECIMEN._replace(**{field: name}))
        assert refused.value.field == field
        assert name not in str(refused.value)


@pytest.mark.parametrize(
    ("birth", "written"),
    [(None, "<<<<<<"), ("1998", "98<<<<"), ("1998-04", "9804<<"), ("1998-04-13", "980413")],
)
def test_what_is_not_known_of_a_birth_is_filled(birth: str | None, written: str) -> None:
    assert td2(SPECIMEN._replace(birth=birth))[1][13:20] == written + digit(written)


def test_a_long_number_goes_on_in_the_optional_part() -> None:
    _, lower = td2(SPECIMEN._replace(number="KH26-7F3K-92QM"))
    assert lower.startswith("KH26<7F3K<UTO")
    assert lower[28:35] == "<92QM" + digit("KH26<7F3K<92QM") + "<"
    assert lower[35] == digit(lower[:10] + lower[13:20] + lower[21:35])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "pu"),
        ("code", "PUX"),
        ("state", "Utopia"),
        ("state", "KH"),
        ("nationality", ""),
        ("number", ""),
        ("number", "KH/26"),
        ("number", "A" * 15),
        ("birth", "98"),
        ("birth", "1998-13"),
        ("birth", "1998-04-32"),
        ("birth", "១៩៩៨"),
        ("sex", "X"),
        ("expires", "2030-04"),
        ("expires", "soon"),
        ("optional", "A" * 8),
        ("family", "-"),
    ],
)
def test_an_entry_without_a_place_in_the_zone_is_refused(field: str, value: str) -> None:
    entries = SPECIMEN._replace(**{field: value}, **({"given": ""} if field == "family" else {}))
    with pytest.raises(CannotEncode) as refused:
        td2(entries)
    assert refused.value.field == field


def test_a_passport_has_no_room_for_a_long_number() -> None:
    with pytest.raises(CannotEncode):
        td3(PASSPORT._replace(number="L898902C3X"))


def test_a_long_number_leaves_no_room_for_anything_else() -> None:
    with pytest.raises(CannotEncode):
        td2(SPECIMEN._replace(number="L898902C3X", optional="Z"))
