"""How the names of places are made alike: in any script, with or without marks, spaces and the word for the
kind of place; and, more loosely, by their consonants, for Khmer is spelled in Latin letters in many ways.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_NOTHING_TO_SEE: Final = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_BETWEEN: Final = re.compile(r"[\s\-.,'’·()/]+")

_KINDS: Final = frozenset(
    (
        *("khet", "khaet", "province", "srok", "khan", "krong", "district", "municipality", "city", "ward"),
        *("khum", "sangkat", "commune", "subdistrict", "phum", "village", "changwat", "amphoe", "tambon"),
        *("khwaeng", "tinh", "thanh", "pho", "phuong", "xa", "dac", "khu"),
    )
)
"""Words for kinds of places, that are written before or after a name as one likes."""

_LOCAL_KINDS: Final = re.compile(r"^(ខេត្ត|រាជធានី|ស្រុក|ខណ្ឌ|ក្រុង|ឃុំ|សង្កាត់|ភូមិ|จังหวัด|อำเภอ|เขต|ตำบล|แขวง)(?=.)")

_ALIKE: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z]", ""),
        (r"ngh|ng|nh|ny|gn", "n"),
        (r"ph|f|b", "p"),
        (r"th|dh|d", "t"),
        (r"kh|gh|qu|q|g|c(?=[^h]|$)|x(?=$)", "k"),
        (r"chh|ch|j|sh|x|z|s", "s"),
        (r"w", "v"),
        (r"(?<=.)[aeiouyh]+", ""),
        (r"^[aeiouyh]+", "a"),
        (r"(.)\1+", r"\1"),
    )
)


def without_marks(text: str) -> str:
    """A Vietnamese name in plain Latin letters."""
    parts = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(sign for sign in parts if unicodedata.category(sign) != "Mn")


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """A name without anything in which two spellings of it may differ and still be the same letters."""
    if not text.isascii():
        text = _NOTHING_TO_SEE.sub("", unicodedata.normalize("NFKC", text))
        latin = unicodedata.normalize("NFD", text).replace("Đ", "D").replace("đ", "d")
        text = "".join(sign for sign in latin if not "\u0300" <= sign <= "\u036f")
        text = unicodedata.normalize("NFC", text).replace("\u0e4d\u0e32", "\u0e33")  # the Thai vowel am
        text = _LOCAL_KINDS.sub("", text.strip())
    words = [word for word in _BETWEEN.split(text.casefold()) if word]
    named = [word for word in words if word not in _KINDS]
    return "".join(named or words)


@lru_cache(maxsize=50_000)
def sound(folded: str) -> str:
    """The consonants of a folded Latin name; empty for other scripts, and where too little is left of it."""
    if not folded.isascii():
        return ""
    for pattern, alike in _ALIKE:
        folded = pattern.sub(alike, folded)
    return folded if len(folded) > 2 else ""
