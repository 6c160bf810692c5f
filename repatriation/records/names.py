"""Finding a person by name without keeping the name: folding, a key for how a name sounds, keyed digests of
both.

The same Khmer, Thai or Vietnamese name is written in many ways, in its own script and in Latin letters. A
name is cut into words; each word gives two keys, as folded and as it sounds. What finds a case is the digest
of a key, so the table of digests tells nobody a name, though it does tell how often one occurs.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable

from anyascii import anyascii

_NOTHING_TO_SEE = re.compile(
    r"[\u200b-\u200f\u2060\ufeff\u00ad]"
)  # zero width: Khmer and Thai use them between words
_THAI_TONES = re.compile(r"[\u0e48-\u0e4c]")  # tone marks and the mark for a silent letter
_BETWEEN = re.compile(r"[\s\-.,'’·()/]+")

_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z]", ""),
        (r"ngh|ng|nh|ny|gn", "n"),
        (r"ph|f|b", "p"),
        (r"th|dh|d|t", "t"),
        (r"kh|gh|qu|q|g|c(?=[^h]|$)|x(?=$)", "k"),
        (r"chh|ch|j|sh|x|z|s", "s"),
        (r"ts|tr(?=[aeiouy])", "s"),
        (r"w", "v"),
        (r"r", "l"),
        (r"(?<=.)[aeiouyh]+", ""),
        (r"^[aeiouyh]+", "a"),
        (r"(.)\1+", r"\1"),
    )
)
"""How romanised Khmer, Thai and Vietnamese words sound alike, applied in order; the vowels go last."""

_SHORTEST = 2
"""A sound of one consonant would find half the country."""


def fold(name: str) -> tuple[str, ...]:
    """The words of a name without case, marks, tones or invisible characters, in the script
    they were written in."""
    if name.isascii():  # the rest is for signs that are not
        return tuple(word for word in _BETWEEN.split(name.casefold()) if word)
    text = _NOTHING_TO_SEE.sub(" ", unicodedata.normalize("NFKC", name))
    text = text.casefold().replace("đ", "d").replace("\u0e4d\u0e32", "\u0e33")
    text = unicodedata.normalize("NFKC", _THAI_TONES.sub("", text))
    latin = "".join(c for c in unicodedata.normalize("NFD", text) if not _is_latin_mark(c))
    words = _BETWEEN.split(unicodedata.normalize("NFC", latin))
    return tuple(word for word in words if word)


def sound(word: str) -> str:
    """How a folded word sounds, as consonants; the same for a name in its own script and in
    Latin letters, often."""
    heard = anyascii(word).lower()
    for pattern, replacement in _SOUNDS:
        heard = pattern.sub(replacement, heard)
    return heard


def keys(word: str) -> frozenset[str]:
    """The keys one folded word is found by."""
    return frozenset({f"word {word}"}) | _heard("sound", word)


def whole(words: Iterable[str]) -> frozenset[str]:
    """The key of a name as one word, for names that some write apart and some together (Sok Kha, Sokha)."""
    return _heard("whole", "".join(words))


def token(digest_key: bytes, key: str) -> str:
    """The keyed digest of a key, 128 bits. The key for it is `Keyring.digest_key("names")`."""
    return hmac.digest(digest_key, key.encode(), "sha256")[:16].hex()


def tokens(digest_key: bytes, names: Iterable[str]) -> frozenset[str]:
    """All digests to keep for a person of these names."""
    found: set[str] = set()
    for words in map(fold, names):
        found |= whole(words).union(*map(keys, words))
    return frozenset(token(digest_key, key) for key in found)


def sought(digest_key: bytes, name: str) -> tuple[frozenset[str], ...]:
    """For each word of a name that is looked for, the digests of which a case must have at least one."""
    words = fold(name)
    together = whole(words)
    return tuple(frozenset(token(digest_key, key) for key in keys(word) | together) for word in words)


def _heard(kind: str, word: str) -> frozenset[str]:
    heard = sound(word)
    return frozenset({f"{kind} {heard}"} if len(heard) >= _SHORTEST else ())


def _is_latin_mark(character: str) -> bool:
    """The accents of Latin letters, not the vowels of Khmer and Thai, which Unicode calls marks as well."""
    return "\u0300" <= character <= "\u036f"
