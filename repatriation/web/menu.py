"""The areas of the service, in the order of the menu; each officer sees those whose pages they may open."""

from typing import NamedTuple

from flask import current_app, request
from flask_babel import lazy_gettext as _l

from repatriation.web.security import permission_of
from repatriation.web.session import house, signed_in
from repatriation.work.permissions import may
from repatriation.work.telling.inbox import MOST_COUNTED, unread


class Area(NamedTuple):
    """One entry of the menu."""

    endpoint: str
    words: object

    @property
    def current(self) -> bool:
        """Whether the present page is of this area."""
        return request.blueprint == self.endpoint.split(".")[0]


# An area whose pages this installation does not have is passed over.
AREAS = (
    Area("cases.index", _l("Cases")),
    Area("arrivals.index", _l("Arrivals")),
    Area("visits.index", _l("Visits")),
    Area("inbox.index", _l("Inbox")),
    Area("boards.index", _l("Boards")),
    Area("services.index", _l("Services")),
    Area("handoffs.index", _l("Handoffs")),
    Area("imports.index", _l("Import")),
    Area("procedures.index", _l("Procedures")),
    Area("papers.blank_forms", _l("Blank forms")),
    Area("trail.index", _l("What was opened")),
    Area("partners.index", _l("Partners")),
    Area("colleagues.index", _l("Colleagues")),
    Area("clock.index", _l("Clock")),
)


def areas() -> tuple[Area, ...]:
    """The areas that the officer at the other end may open."""
    officer = signed_in()
    if officer is None:
        return ()
    return tuple(area for area in AREAS if _opens(area.endpoint, officer.actor.duty))


def unread_notices() -> str:
    """How many notices the officer has not read, as the menu says it; nothing when there are none."""
    officer = signed_in()
    number = unread(house(), officer.actor) if officer is not None else 0
    if number >= MOST_COUNTED:
        return f"{MOST_COUNTED - 1}+"
    return str(number) if number else ""


def _opens(endpoint: str, duty: str) -> bool:
    if endpoint not in current_app.view_functions:
        return False
    needed = permission_of(current_app, endpoint)
    return needed is not None and may(duty, needed)
