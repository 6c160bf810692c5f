"""The board of time at each stage."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from repatriation.web import glossary, plots
from repatriation.web.boards.shown import Shown, route_asked, told_words
from repatriation.web.desk import today
from repatriation.web.moments import shown_day, shown_moment
from repatriation.web.session import actor, house, now
from repatriation.web.words import grounding, look_up, route_words, said, stage_name
from repatriation.work.boards import stages
from repatriation.work.boards.stages import Span, StageLine
from sop.procedure import Limit


def board() -> dict[str, Any]:
    """What the page shows: one route at a time, at first the one with most cases."""
    found = stages.stages(house(), actor(), now(), today(), of_others=True)
    routes: dict[str, list[StageLine]] = {}
    for line in found.lines:
        routes.setdefault(line.procedure.route, []).append(line)
    chosen = request.args.get("route", "")
    if chosen not in routes:
        chosen = max(routes, key=lambda route: _number(routes[route]), default="")
    return {
        "since": shown_day(found.since.date()),
        "ways": [
            (route_words(lines[0].procedure), url_for("boards.stages", route=route), route == chosen)
            for route, lines in routes.items()
        ],
        "route": _stages_of_route(routes[chosen]) if chosen else None,
        "legend": _legend(),
    }


def _number(lines: list[StageLine]) -> int:
    return sum(line.here + line.ours.number.least for line in lines)


def _stages_of_route(lines: list[StageLine]) -> dict[str, Any]:
    lengths = [line.ours.ninetieth for line in lines]
    scale = plots.longest(lengths, [mark for line in lines for mark in plots.ticks(line.limits)])
    mine = [line for line in lines if line.here or line.ours.number.most]
    theirs = [line for line in lines if _has_others(line)]
    return {
        "words": route_words(lines[0].procedure),
        "rows": [_stage_row(line, scale) for line in mine],
        "others": [_others_row(line) for line in theirs],
    }


def _has_others(line: StageLine) -> bool:
    numbers = (line.here_theirs, line.theirs.number if line.theirs else None)
    return any(number.most for number in numbers if number is not None)


def _stage_row(line: StageLine, scale: float) -> dict[str, Any]:
    where: dict[str, Any] = {"route": line.procedure.route, "stage": line.stage.name}
    return {
        "stage": stage_name(line.stage),
        "here": line.here,
        "here_href": url_for("boards.stages_list", what="here", **where),
        "ended": line.ours.number.least,
        "ended_href": url_for("boards.stages_list", what="left", **where),
        "plot": plots.span(line.ours.median, line.ours.ninetieth, plots.ticks(line.limits), scale),
        "words": _span_words(line.ours),
        "limits": [_limit_words(limit) for limit in line.limits],
    }


def _others_row(line: StageLine) -> dict[str, Any]:
    assert line.here_theirs is not None
    assert line.theirs is not None
    return {
        "stage": stage_name(line.stage),
        "here": told_words(line.here_theirs),
        "ended": told_words(line.theirs.number),
        "words": _span_words(line.theirs),
    }


def _span_words(span: Span) -> list[str]:
    words = []
    if span.median is not None:
        words.append(_("Half within %(days)s", days=_days(span.median)))
    if span.ninetieth is not None:
        words.append(_("nine of ten within %(days)s", days=_days(span.ninetieth)))
    return [str(each) for each in words]


def _days(days: int) -> str:
    """A length in whole days, as it is said: those that took less than one are within one."""
    return str(ngettext("%(num)d day", "%(num)d days", days + 1))


def _limit_words(limit: Limit) -> dict[str, Any]:
    country = look_up(glossary.COUNTRIES, limit.calendar)
    sentences = {
        "hours": _("%(number)s hours"),
        "days": _("%(number)s days"),
        "working days": _("%(number)s working days (%(country)s)"),
    }
    words = (
        sentences[limit.unit] % {"number": limit.value, "country": country} if limit.value else _("At once")
    )
    return {"words": words, "grounding": grounding(limit.grounding)}


def _legend() -> list[tuple[Markup, object]]:
    return [
        (plots.span(60, None, (), 100), _("Half took so long at most")),
        (plots.span(None, 90, (), 100), _("Nine of ten took so long at most")),
        (plots.span(None, None, (plots.Tick(50, True),), 100), _("Time limit from a source")),
        (plots.span(None, None, (plots.Tick(50, False),), 100), _("Time limit that was assumed")),
    ]


def behind() -> Shown:
    """The cases behind one of its numbers."""
    procedure, stage, what = route_asked(), request.args.get("stage", ""), request.args.get("what", "")
    if stage not in procedure.stages or what not in ("here", "left"):
        abort(404)
    about = said("%(route)s: %(stage)s", route=route_words(procedure), stage=stage_name(stage, procedure))
    if what == "here":
        found = stages.here(house(), actor(), now(), procedure.route, stage)
        return Shown(found, _("At this stage now"), about, _("Since"), shown_moment)
    found = stages.left(house(), actor(), now(), procedure.route, stage)
    return Shown(found, _("Left this stage"), about, _("Stood there for"), _length)


def _length(minutes: int) -> str:
    days, rest = divmod(minutes, 24 * 60)
    if days:
        return str(ngettext("%(num)d day", "%(num)d days", days))
    return str(ngettext("%(num)d hour", "%(num)d hours", rest // 60))
