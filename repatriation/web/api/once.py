"""A call that changes something is carried out once, however often it arrives: by its Idempotency-Key.

Only what was done is kept. A request that came to nothing may be made again under the same key: then it may
be allowed, or put right.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Response, g, make_response, request

from partners import strict
from repatriation.web.api.problems import Problem
from repatriation.web.api.reading import body
from repatriation.web.callers import caller, one_header
from repatriation.web.session import house, now
from repatriation.work.partners import answers
from repatriation.work.partners.answers import Asked
from repatriation.work.refusals import KeyReused

View = TypeVar("View", bound=Callable[..., Any])

HEADER: Final = "Idempotency-Key"
REPEATED: Final = "Idempotent-Replayed"
KEY: Final = r"^[!-~]{1,200}$"

_KEPT: Final = ("Content-Type", "ETag", "Location")


def once(view: View) -> View:
    """Carry a POST out once for each key of a partner's, and give the first answer again. It stands under
    `@machine(...)`, for a key means something only together with whose it is.
    """

    @wraps(view)
    def kept(*args: Any, **kwargs: Any) -> Response:
        g.asked = asked = _asked()
        try:
            before = answers.begin(house(), now(), asked)
        except KeyReused:
            raise Problem("key_reused") from None
        except answers.UnderWay:
            raise Problem("under_way", headers={"Retry-After": "1"}) from None
        if before is not None:
            return Response(before.body, before.status, {**before.headers, REPEATED: "true"})
        try:
            response = make_response(view(*args, **kwargs))
        except BaseException:
            answers.let_go(house(), asked)
            raise
        headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
        answers.keep(house(), asked, answers.Answer(response.status_code, headers, response.get_data(True)))
        return response

    return cast(View, kept)


def asked() -> Asked:
    """The present request under its key. Only in views that are carried out once."""
    return cast(Asked, g.asked)


def _asked() -> Asked:
    key = one_header(HEADER)
    if key is None:
        raise Problem("key_needed")
    if not re.fullmatch(KEY, key):
        raise Problem("key_needed", "An Idempotency-Key has 1 to 200 visible ASCII signs.")
    said = (
        request.method,
        request.full_path,
        one_header("If-Match") or "",
        request.mimetype,
        caller().actor.officer_id,
    )
    return answers.asked(house(), caller().partner_id, key, said, body(request.mimetype, strict.LARGEST))
