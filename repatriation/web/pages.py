"""Every area of pages, and of addresses for programs. A new one is a module with `make_blueprint()` and one
more line here.
"""

from collections.abc import Callable

from flask import Blueprint

from repatriation.web import (
    account,
    arrivals,
    authorize,
    cases,
    handoffs,
    health,
    languages,
    oauth,
    partners,
    signin,
    trail,
    visits,
)
from repatriation.web.api import handoffs as handoffs_api

PAGES: tuple[Callable[[], Blueprint], ...] = (
    health.make_blueprint,
    signin.make_blueprint,
    languages.make_blueprint,
    account.make_blueprint,
    cases.make_blueprint,
    arrivals.make_blueprint,
    visits.make_blueprint,
    trail.make_blueprint,
    handoffs.make_blueprint,
    partners.make_blueprint,
    authorize.make_blueprint,
)

MACHINES: tuple[Callable[[], Blueprint], ...] = (oauth.make_blueprint, handoffs_api.make_blueprint)
"""What programs call: no form tokens are asked for there, and no browser's session is read."""
