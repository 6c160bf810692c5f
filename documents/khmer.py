"""Where Khmer words end. Khmer has no spaces between words, and what sets our pages does not know the words.

Two segmenters are asked, ICU's dictionary and khmercut's model, and a line may break only where both agree
and a few rules of spelling allow it. That halves the wrong breaks. Only places are taken from them; the text
is never put together again from their pieces, so nothing in it can change.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, pairwise

import khmercut
from icu4py.breakers import LineBreaker

WORD_END = "\u200b"
RUN = re.compile("[\u1780-\u17ff\u19e0-\u19ff]{2,}")
COENG = "\u17d2"
SILENCED = re.compile("[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1])*?[\u17cb-\u17cd]")
NEVER_FIRST = frozenset(
    map(chr, (*range(0x17B4, 0x17DB), 0x17DD))
)  # vowels, signs, and marks that end a phrase
DIGITS = frozenset(map(chr, range(0x17E0, 0x17EA)))
RUNS_REMEMBERED = 256

_one_at_a_time = threading.Lock()  # neither segmenter says that threads may share it


def plain(text: str) -> str:
    """The text without the marks at word ends."""
    return text.replace(WORD_END, "")


def word_ends(text: str, kept_whole: Iterable[str] = ()) -> str:
    """The text with a mark wherever a Khmer line may break; `plain` gives the text back.

    Nothing inside a name or a term that is to be kept whole is marked. A text that has marks was marked by
    somebody who can read it, and stays as it is.
    """
    if WORD_END in text:
        return text
    places = [run.start() + place for run in RUN.finditer(text) for place in _places(run[0])]
    if not places:
        return text
    forbidden = {place for whole in kept_whole for place in _inside(text, plain(whole))}
    kept = [place for place in places if place not in forbidden]
    edges = [0, *kept, len(text)]
    return WORD_END.join(text[start:end] for start, end in pairwise(edges))


def _inside(text: str, whole: str) -> Iterator[int]:
    """Every place inside an occurrence of something that is kept whole."""
    found = text.find(whole) if len(whole) > 1 else -1
    while found >= 0:
        yield from range(found + 1, found + len(whole))
        found = text.find(whole, found + 1)


@lru_cache(maxsize=RUNS_REMEMBERED)
def _places(run: str) -> tuple[int, ...]:
    """The places in a stretch of Khmer where one word ends and another begins."""
    with _one_at_a_time:
        by_dictionary = {end for _, end in LineBreaker(run, "km").segments()}
        by_model = accumulate(len(word) for word in khmercut.tokenize(run))
        both = sorted(by_dictionary.intersection(by_model))
    return tuple(place for place in both if _spelling_allows(run, place))


def _spelling_allows(run: str, place: int) -> bool:
    """Whether a word can begin here at all."""
    if not 0 < place < len(run):
        return False
    before, after = run[place - 1], run[place]
    if after in NEVER_FIRST or before == COENG or (before in DIGITS and after in DIGITS):
        return False
    # A letter that is silent or cuts its vowel short belongs to the syllable before it.
    return SILENCED.match(run, place) is None
