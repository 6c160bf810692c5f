"""Where a page of a list begins: a sort key and an id, as one word that programs carry back unread."""

import base64
import json

from partners import strict
from repatriation.web.api.problems import Problem
from repatriation.work.lists import Place

LONGEST = 300


def write(place: Place) -> str:
    """A place as a word."""
    told = json.dumps([place.key, place.case_id]).encode()
    return base64.urlsafe_b64encode(told).rstrip(b"=").decode()


def read(word: str) -> Place:
    """The place that a word stands for. Raises Problem when it is none of ours."""
    try:
        told = strict.read(base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True))
        key, case_id = told
        if isinstance(key, str) and isinstance(case_id, str):
            return Place(key, case_id)
    except (ValueError, TypeError):
        pass
    raise Problem("invalid", errors=[{"parameter": "after", "code": "unknown"}])
