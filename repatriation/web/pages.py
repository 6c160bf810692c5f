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
    colleagues,
    guide,
    handoffs,
    health,
    invitations,
    languages,
    oauth,
    organisations,
    papers,
    partners,
    proofs,
    services,
    signin,
    stepup,
    trail,
    verify,
    visits,
)
from repatriation.web.api import about as api_about
from repatriation.web.api import cases as api_cases
from repatriation.web.api import documents as api_documents
from repatriation.web.api import handoffs as handoffs_api
from repatriation.web.api import visits as api_visits
from repatriation.web.boards import pages as boards

PAGES: tuple[Callable[[], Blueprint], ...] = (
    health.make_blueprint,
    signin.make_blueprint,
    organisations.make_blueprint,
    invitations.make_blueprint,
    stepup.make_blueprint,
    languages.make_blueprint,
    account.make_blueprint,
    proofs.make_blueprint,
    cases.make_blueprint,
    papers.make_blueprint,
    verify.make_blueprint,
    guide.make_blueprint,
    arrivals.make_blueprint,
    visits.make_blueprint,
    boards.make_blueprint,
    services.make_blueprint,
    trail.make_blueprint,
    handoffs.make_blueprint,
    partners.make_blueprint,
    authorize.make_blueprint,
    colleagues.make_blueprint,
)

MACHINES: tuple[Callable[[], Blueprint], ...] = (
    oauth.make_blueprint,
    handoffs_api.make_blueprint,
    api_about.make_blueprint,
    api_cases.make_blueprint,
    api_visits.make_blueprint,
    api_documents.make_blueprint,
)
"""What programs call: no form tokens are asked for there, and no browser's session is read."""
