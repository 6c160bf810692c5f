"""Every area of pages. A new one is a module with `make_blueprint()` and one more line here."""

from collections.abc import Callable

from flask import Blueprint

from repatriation.web import (
    account,
    arrivals,
    cases,
    health,
    languages,
    papers,
    signin,
    trail,
    verify,
    visits,
)

PAGES: tuple[Callable[[], Blueprint], ...] = (
    health.make_blueprint,
    signin.make_blueprint,
    languages.make_blueprint,
    account.make_blueprint,
    cases.make_blueprint,
    papers.make_blueprint,
    verify.make_blueprint,
    arrivals.make_blueprint,
    visits.make_blueprint,
    trail.make_blueprint,
)
