"""Reads JSON and forms that strangers send, and takes nothing that could be read in two ways.

Python's own reader takes NaN, the last of two members of one name, any depth until it falls over, and numbers
of any size. Each of those has let one program see what another did not.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

LARGEST: Final = 64 * 1024
DEEPEST: Final = 20
MOST_PARAMETERS: Final = 30

_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)
_WHOLE: Final = 2**63


class Malformed(ValueError):
    """What was sent cannot be taken; `code` says why, and nothing of what was sent."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_object(data: bytes, largest: int = LARGEST, deepest: int = DEEPEST) -> dict[str, Any]:
    """The one JSON object that `data` holds. Malformed when it is anything else."""
    found = read(data, largest, deepest)
    if not isinstance(found, dict):
        raise Malformed("not_an_object")
    return found


def read(data: bytes, largest: int = LARGEST, deepest: int = DEEPEST) -> Any:
    """The JSON value that `data` holds. Malformed when it is too large, too deep, or no strict JSON."""
    if len(data) > largest:
        raise Malformed("too_large")
    _refuse_depth(data, deepest)
    try:
        text = data.decode("utf-8")
        found = json.loads(
            text,
            object_pairs_hook=_once_each,
            parse_constant=_no_number,
            parse_int=_whole,
            parse_float=_finite,
        )
    except Malformed:
        raise
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    except ValueError:
        raise Malformed("not_json") from None
    # Only an escape can bring in a character that bytes of UTF-8 cannot hold, or the one that a database
    # refuses.
    if "\\u" in text or "\0" in text:
        _refuse_odd_text(found)
    return found


def read_form(data: bytes, largest: int = LARGEST) -> dict[str, str]:
    """The parameters of a form, each once. Malformed when one comes twice or cannot be kept as text."""
    if len(data) > largest:
        raise Malformed("too_large")
    try:
        pairs = parse_qsl(
            data.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(data),
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    except ValueError:
        raise Malformed("not_a_form") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("sent_twice")
    if any("\0" in text for pair in pairs for text in pair):
        raise Malformed("odd_text")
    return found


def _refuse_depth(data: bytes, deepest: int) -> None:
    depth = 0
    for found in _BRACKETS.finditer(data):
        sign = found[0]
        if sign in (b"[", b"{"):
            depth += 1
            if depth > deepest:
                raise Malformed("too_deep")
        elif sign in (b"]", b"}"):
            depth -= 1


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("sent_twice")
    return found


def _no_number(_: str) -> NoReturn:
    raise Malformed("not_a_number")


def _whole(text: str) -> int:
    if len(text) > 20 or not -_WHOLE <= int(text) < _WHOLE:
        raise Malformed("number_too_large")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if len(text) > 40 or not math.isfinite(number):
        raise Malformed("number_too_large")
    return number


def _refuse_odd_text(value: Any) -> None:
    """Half of a surrogate pair cannot be written anywhere, and PostgreSQL keeps no NUL."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise Malformed("odd_text")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_odd_text(key)
            _refuse_odd_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_odd_text(inner)
