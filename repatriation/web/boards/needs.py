"""The board of what people need and nobody gives them."""

from collections.abc import Iterable
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import escape

from repatriation.web import services_glossary
from repatriation.web.boards.shown import Shown, province_name, told_words
from repatriation.web.moments import shown_moment
from repatriation.web.session import actor, house
from repatriation.web.words import look_up
from repatriation.work.boards import needs
from repatriation.work.boards.small import Table, Told


def board() -> dict[str, Any]:
    """What the page shows: provinces down, services across, with their sums."""
    found = needs.needs(house(), actor(), of_others=True)
    services = _in_order(service for _province, service in found.ours)
    rows = [
        {
            "province": province_name(province),
            "cells": [
                (service_name(service), found.ours.get((province, service), 0), _href(province, service))
                for service in services
            ],
            "sum": (sum(n for (of, _s), n in found.ours.items() if of == province), _href(province, None)),
        }
        for province in _in_order(province for province, _service in found.ours)
    ]
    sums = [
        (
            service_name(service),
            sum(n for (_p, of), n in found.ours.items() if of == service),
            _href(None, service),
        )
        for service in services
    ]
    return {
        "services": [service_name(service) for service in services],
        "rows": rows,
        "sums": sums,
        "total": (sum(found.ours.values()), _href(None, None)),
        "others": _others(found.theirs) if found.theirs and found.theirs.cells else None,
    }


def _others(table: Table) -> dict[str, Any]:
    services = list(table.columns)
    rows: list[list[object]] = []
    for province, told in table.rows.items():
        cells = (table.cells.get((province, service), Told(0, 0)) for service in services)
        rows.append([province_name(province), *map(told_words, cells), told_words(told)])
    sums = (told_words(table.columns[service]) for service in services)
    rows.append([escape(_("Together")), *sums, told_words(table.total)])
    headings = [_("Province"), *map(service_name, services), _("Together")]
    return {"headings": headings, "rows": rows}


def behind() -> Shown:
    """The cases behind one of its numbers."""
    province, service = request.args.get("province"), request.args.get("service")
    about = [str(province_name(province))] if province else []
    about += [service_name(service)] if service else []
    found = needs.behind(actor(), province, service)
    return Shown(found, _("Needs that nobody meets"), ", ".join(about), _("Since"), shown_moment)


def service_name(code: str) -> str:
    """A service in words."""
    return look_up(services_glossary.SERVICES, code)


def _href(province: str | None, service: str | None) -> str:
    asked: dict[str, Any] = {"province": province, "service": service}
    return url_for("boards.needs_list", **asked)


def _in_order(codes: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(codes))
