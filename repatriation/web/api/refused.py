"""What work refuses, as problems: the reasons of the pages, as codes for programs and words for people."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager

from flask_babel import gettext as _

from repatriation.web.api.problems import Problem
from repatriation.web.api.reading import pointer, tag
from repatriation.web.api.wording import plain, wording
from repatriation.work.casepage import CasePage
from repatriation.work.partners.sight import NotAgreed
from repatriation.work.refusals import Invalid, KeyReused, MovedOn, NoPaper, NotFound, PaperNeeded, ReadOnly
from sop.engine import NotAllowed, Reason, UnknownAction

_OURS = frozenset({"busy", "timed_out", "crashed", "not_ready", "unfit", "font", "fetch", "link", "markup"})
"""Why a paper cannot be made that has nothing to do with what was sent for it."""


@contextmanager
def as_problems(page: CasePage | None = None) -> Iterator[None]:
    """Work done inside answers with a problem where it refuses. `page` is the case it is done in."""
    try:
        yield
    except UnknownAction:
        raise NotFound from None
    except ReadOnly:
        raise Problem("not_yours") from None
    except KeyReused:
        raise Problem("key_reused") from None
    except NotAgreed:
        raise Problem("not_agreed") from None
    except MovedOn as moved:
        raise Problem("moved_on", headers={"ETag": tag(moved.version)}) from None
    except NotAllowed as refused:
        raise not_allowed(page, refused.reasons) from None
    except Invalid as wrong:
        raise invalid(wrong.problems, wrong.problems) from None
    except PaperNeeded as needed:
        raise Problem(
            "paper_needed", errors=[{"pointer": "/paper", "code": "needed", "about": needed.kind}]
        ) from None
    except NoPaper as unmade:
        if unmade.code in _OURS:
            raise Problem("unavailable", headers={"Retry-After": "5"}) from None
        raise Problem("paper_unfit", errors=[{"pointer": "/paper", "code": unmade.code}]) from None


def not_allowed(page: CasePage | None, reasons: tuple[Reason, ...]) -> Problem:
    """The procedure does not allow it: it is others' to do, or something is lacking yet."""
    others = any(reason.code == "role" for reason in reasons)
    errors = [{"code": reason.code, "about": reason.what, **_in_words(page, reason)} for reason in reasons]
    return Problem("not_yours" if others else "not_allowed", errors=errors)


def invalid(problems: Mapping[str, str], ours: Container[str], under: str = "") -> Problem:
    """What was sent cannot be taken. A field is named by dots, as work names it; `ours` are the names of
    fields that are known here.
    """
    return Problem(
        "invalid",
        errors=[
            {"pointer": under + pointer(_place(field), ours), "code": code}
            for field, code in problems.items()
        ],
    )


def _place(field: str) -> Iterator[int | str]:
    return (int(part) if part.isdecimal() else part for part in field.split(".") if part)


def _in_words(page: CasePage | None, reason: Reason) -> dict[str, str]:
    if page is None:
        return {"detail": str(_("This is not possible now."))}
    return {"detail": plain(wording(page).reason(reason, page.stage.name))}
