"""Every page says who may open it, and no address comes or goes unnoticed."""

import os
from pathlib import Path

import pytest
from flask import Flask

from repatriation.app import create_app
from repatriation.records.organisations import DUTIES, SYSTEM
from repatriation.settings import Settings
from repatriation.web import pages, security
from repatriation.web.account import DUTIES as DUTY_WORDS
from repatriation.web.security import PUBLIC, UnguardedPageError, is_for_programs, permission_of
from repatriation.work.house import House
from repatriation.work.permissions import HELD, Permission
from tests.web.conftest import Visitor

ROUTES = Path(__file__).with_name("routes.txt")


def written_down(app: Flask) -> str:
    """Every address with its methods, its name and who may open it, a line each."""
    lines = []
    for rule in app.url_map.iter_rules():
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        needed = permission_of(app, rule.endpoint)
        if is_for_programs(app, rule.endpoint):
            scopes = sorted(app.view_functions[rule.endpoint].__dict__["machine"])
            who = " or ".join(scopes) or "programs"
        else:
            who = needed.value if needed else "public"
        lines.append(f"{rule.rule}  {methods}  {rule.endpoint}  {who}\n")
    return "".join(sorted(lines))


def test_the_addresses_are_those_written_down(app: Flask) -> None:
    """To change them on purpose: REWRITE=1 pytest tests/web/test_routes.py, and look at the difference."""
    if os.environ.get("REWRITE"):
        ROUTES.write_text(written_down(app), encoding="utf-8")
    assert written_down(app) == ROUTES.read_text(encoding="utf-8")


def test_every_page_names_its_permission_or_is_public(app: Flask) -> None:
    bare = {
        name
        for name in app.view_functions
        if permission_of(app, name) is None and not is_for_programs(app, name)
    }
    assert bare == PUBLIC


def test_fourteen_pages_are_public() -> None:
    assert len(PUBLIC) == 14


def test_an_application_with_an_unguarded_page_does_not_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "PUBLIC", PUBLIC - {"health.readyz"})
    with pytest.raises(UnguardedPageError, match=r"health\.readyz"):
        create_app(Settings(demonstration=True), house)


def test_a_stranger_is_sent_to_sign_in_from_every_page_that_is_not_public(
    app: Flask, visitor: Visitor
) -> None:
    for rule in app.url_map.iter_rules():
        if (
            rule.endpoint in PUBLIC
            or is_for_programs(app, rule.endpoint)
            or "GET" not in (rule.methods or set())
        ):
            continue
        values = dict.fromkeys(rule.arguments, "1")
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **values)  # type: ignore[arg-type]
        answer = visitor.open(path)
        assert answer.status_code == 303, rule.rule
        assert answer.location.startswith("/sign-in"), rule.rule


def test_who_may_not_open_a_page_is_told_that_there_is_none(
    house: House, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    monkeypatch.setitem(HELD, "auditor", frozenset())
    visitor = Visitor(app.test_client())
    visitor.sign_in("vanna")
    assert visitor.open("/account").status_code == 404


def test_every_duty_is_in_the_table_of_permissions_and_has_words() -> None:
    assert set(HELD) == {*DUTIES, SYSTEM} == set(DUTY_WORDS)


def test_an_auditor_looks_and_never_acts_nor_learns_who() -> None:
    assert HELD["auditor"].isdisjoint(
        {Permission.TAKE_STEP, Permission.OPEN_CASE, Permission.READ_IDENTITY, Permission.WRITE_IDENTITY}
    )


def test_no_two_areas_of_pages_share_a_name(app: Flask) -> None:
    assert len(app.blueprints) == len(pages.PAGES) + len(pages.MACHINES)
