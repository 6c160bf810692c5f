"""The contract is true: a program that knows nothing but it tries every call, with what it allows and with
what it does not.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from partners.scopes import SCOPES
from repatriation.web import callers
from repatriation.web.api.openapi import calls
from repatriation.web.api.problems import CODES
from repatriation.work.partners import registry
from tests.api.conftest import Caller
from tests.api.test_visits_and_papers import visited
from tests.web.casework.conftest import World
from tests.web.casework.test_visits import followed

__all__ = ["followed", "visited"]

CALLS = (
    "GET /api/cases",
    "POST /api/cases",
    "GET /api/cases/{reference}",
    "GET /api/cases/{reference}/actions",
    "POST /api/cases/{reference}/actions/{action}",
    "GET /api/documents/{number}",
    "POST /api/handoffs/deliver",
    "GET /api/handoffs/inbox",
    "POST /api/handoffs/{jti}/decision",
    "GET /api/handoffs/{jti}/files/{number}",
    "PUT /api/handoffs/{jti}/files/{number}",
    "GET /api/handoffs/{jti}/receipt",
    "GET /api/visits",
    "POST /api/visits",
)

NOTHING_TO_SPOIL = (
    "GET /api/cases/{reference}/actions",
    "GET /api/documents/{number}",
    "GET /api/handoffs/inbox",
    "POST /api/handoffs/deliver",
)
"""Calls of which anything may be asked: they take a name in their address, or a text, and no more."""


@pytest.fixture
def contract(app: Flask) -> dict[str, Any]:
    """The document, as anybody may fetch it."""
    answer = app.test_client().get("/api/openapi.json")
    assert answer.mimetype == "application/json"
    document: dict[str, Any] = answer.get_json()
    return document


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_every_address_under_api_stands_in_the_contract(app: Flask, contract: dict[str, Any]) -> None:
    told = {f"{method.upper()} {path}" for path, item in contract["paths"].items() for method in item}
    assert told == set(CALLS)
    served = {
        " ".join((method, re.sub(r"<(?:.+?:)?(.+?)>", r"{\1}", rule.rule)))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.endpoint.partition(".")[0] not in ("api_about", "guide")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert told == served


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_contract_asks_for_the_scopes_that_the_calls_ask_for(
    app: Flask, contract: dict[str, Any]
) -> None:
    told = {one["operationId"]: one for item in contract["paths"].values() for one in item.values()}
    for _, name, described in calls(app):
        operation = told[name]
        assert [one["partner"] for one in operation["security"]] == [[each] for each in described.scopes]
        assert operation["summary"]
        assert not operation["summary"].endswith(".")
    flow = contract["components"]["securitySchemes"]["partner"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == set(SCOPES)
    assert set(contract["components"]["schemas"]["ProblemDocument"]["properties"]["code"]["enum"]) == set(
        CODES
    )


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        *((label, GenerationMode.POSITIVE) for label in CALLS),
        *((label, GenerationMode.NEGATIVE) for label in CALLS if label not in NOTHING_TO_SPOIL),
    ],
)
def test_a_stranger_to_the_program_finds_the_contract_true(
    app: Flask,
    world: World,
    visited: str,
    admit: Callable[..., Caller],
    label: str,
    mode: GenerationMode,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tokens and proofs are tried elsewhere: here every call comes from the NGO's system."""
    ngo = admit("ngo")
    ngo.get("/api/cases")
    program = world.officers["ngo"]
    known = registry.find(world.house, ngo.program.client_id)
    assert known is not None
    us = callers.Caller(
        known.client_id, known.partner_id, "ngo", frozenset(SCOPES), program, "token", known.sender
    )
    monkeypatch.setattr(callers, "_check", lambda _: us)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operation = next(
        found.ok()
        for found in schema.get_all_operations()
        if isinstance(found, Ok) and found.ok().label == label
    )
    tried: list[int] = []

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def try_it(case: Any, real: bool) -> None:
        if real and mode is GenerationMode.POSITIVE:
            _make_real(case, visited, world.case(visited).version)
        answer = case.call()
        tried.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    try_it()
    assert tried


@schemathesis.serializer("application/jose")
def _as_text(_: Any, value: Any) -> bytes:
    """What is sealed travels as plain letters; here it is any text at all."""
    return str(value).encode()


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def _make_real(case: Any, reference: str, version: int) -> None:
    """Turn a call to a case that there is not into one to a case that there is."""
    if "reference" in case.path_parameters:
        case.path_parameters["reference"] = reference
    if "action" in case.path_parameters:
        case.path_parameters["action"] = "record_missed_visit"
    if "If-Match" in case.headers:
        case.headers["If-Match"] = f'"{version}"'
    if isinstance(case.body, dict) and "case" in case.body:
        case.body["case"] = reference
