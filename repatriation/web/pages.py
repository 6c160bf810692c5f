"""Every area of pages. A new one is a module with `make_blueprint()` and one more line here."""

from collections.abc import Callable

from flask import Blueprint

from repatriation.web import (
    account,
    arrivals,
    cases,
    colleagues,
    health,
    invitations,
    languages,
    organisations,
    proofs,
    signin,
    stepup,
    trail,
    visits,
)

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
    arrivals.make_blueprint,
    visits.make_blueprint,
    trail.make_blueprint,
    colleagues.make_blueprint,
)
