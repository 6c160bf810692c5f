"""Turns a case as it was read into exactly what its page shows, so that the template decides nothing."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from repatriation.web import glossary, services_glossary
from repatriation.web.moments import place, shown_day, shown_moment
from repatriation.web.session import actor, house
from repatriation.web.steps_shown import StepsShown
from repatriation.web.words import Wording, grounding, look_up, said, stage_name, text
from repatriation.work.casepage import (
    Asked,
    CasePage,
    ConsentLine,
    FactLine,
    Kind,
    Move,
    TrailLine,
    VisitLine,
)
from repatriation.work.handoffs.boxes import restrictions
from sop.clocks import zone_of
from sop.deadlines import Deadline
from sop.vocabulary import AGAIN, REOPENED

SHOWN_AT_FIRST = 10
"""How many of the latest events stand open; the earlier ones are folded."""


WHY: Mapping[str, Mapping[str, object]] = {
    "paper:revoked": glossary.REVOKED_FOR,
    "handoff:withdrawn": glossary.WITHDRAWAL_REASONS,
    "need:recorded": services_glossary.WHY_NOT,
    "visit:moved": glossary.VISIT_REASONS,
}
"""The words for the reason of an event; every other one says why somebody was looked at."""


class CaseFileShown:
    """What the page of one case shows."""

    def __init__(self, page: CasePage, now: datetime, day: date) -> None:
        self.page, self.now, self.day = page, now, day
        self.words = Wording(page.procedure, day)
        self.steps = StepsShown(page, self.words)

    @property
    def turn(self) -> tuple[Markup, str]:
        """Whose move it is, in a sentence, with its tone."""
        turn = self.page.turn
        if self.page.stage.name == AGAIN and REOPENED not in self.page.view.facts:
            return escape(_("To be opened again as a new case")), "stop"
        if self.page.stage.end:
            return escape(_("Nothing is awaited")), "plain"
        if self.page.my_move:
            return escape(_("Your move")), "waiting"
        if not turn.waiting_for:
            return said(_("With: %(who)s"), who=self.words.role(turn.responsible)), "plain"
        if self.steps.refused:
            return escape(_("The person said no")), "stop"
        if self.steps.absent:
            return said(_("Waiting for: %(who)s"), who=self.words.role(turn.responsible)), "going"
        return said(_("Waiting for: %(who)s"), who=self.words.roles(turn.waiting_for)), "going"

    @property
    def restrictions(self) -> list[str]:
        """What the senders of the case ask of whoever handles it."""
        codes = restrictions(house(), actor(), self.page.reference)
        return [look_up(glossary.HANDLING, code) for code in codes]

    @property
    def summary(self) -> list[tuple[object, object]]:
        """The case in a few lines."""
        page = self.page
        holder = page.holder.name if page.holder else None
        rows: list[tuple[object, object]] = [
            (_("Answers for the case"), holder),
            (_("Age"), look_up(glossary.AGE_GROUPS, page.age_group)),
            (_("Route"), self.words.route()),
        ]
        if page.expected_on:
            rows.append((_("Day of the handover"), self._day(page.expected_on)))
        if page.gate:
            rows.append((_("Gate"), place(page.gate)))
        return rows

    def over_by(self, day: date) -> list[Markup]:
        """What is on file now and counts no longer at the end of a day that is still to come."""
        ends = datetime.combine(day + timedelta(days=1), time.min, zone_of(self.page.procedure.home))
        return [
            said(
                _("%(what)s: valid until %(moment)s only"),
                what=self.words.fact(fact.name),
                moment=self._end(fact.until),
            )
            for fact in self.page.facts
            if fact.until is not None and not fact.lapsed and fact.until < ends
        ]

    @property
    def way(self) -> list[dict[str, Any]]:
        """The stages: passed, present, still ahead."""
        before = [
            {
                "words": stage_name(step.stage),
                "tag": _("Passed"),
                "tone": "done",
                "hint": self._moment(step.at),
            }
            for step in self.page.passed[:-1]
        ]
        here = {
            "words": stage_name(self.page.stage),
            "tag": _("Now"),
            "tone": "going",
            "hint": self._moment(self.page.passed[-1].at),
        }
        after = [
            {"words": stage_name(stage), "tag": _("Not yet"), "tone": "plain"} for stage in self.page.ahead
        ]
        return [*before, here, *after]

    @property
    def deadlines(self) -> list[dict[str, Any]]:
        """The clocks that run, the first to end first."""
        return [self._deadline(deadline) for deadline in self.page.deadlines]

    def _deadline(self, deadline: Deadline) -> dict[str, Any]:
        firm = deadline.limit.force == "firm"
        if deadline.overdue:
            tag, tone = _("Overdue"), "late"
        else:
            tag, tone = _("Running"), "going"
        return {
            "words": text(deadline.action.text),
            "who": self.words.roles(deadline.by),
            "limit": self.words.limit(deadline),
            "ends": self._day(deadline.on) if deadline.on else self._moment(deadline.at),
            "tag": tag,
            "tone": tone,
            "force": _("Firm") if firm else _("To be aimed at"),
            "source": self.words.source(deadline.limit.basis),
            "grounding": grounding(deadline.limit.grounding),
            "uncertain": deadline.uncertain,
        }

    @property
    def facts(self) -> list[tuple[object, object]]:
        """What is on file, with who put it there and when."""
        return [(self.words.fact(fact.name), self._fact(fact)) for fact in self.page.facts]

    def _fact(self, fact: FactLine) -> Markup:
        parts = [self._by(fact.at, fact.officer, fact.body.name if fact.body else None)]
        if fact.on:
            parts.append(said(_("For the day: %(day)s"), day=self._day(fact.on)))
        if fact.until:
            words = _("No longer valid since %(moment)s") if fact.lapsed else _("Valid until %(moment)s")
            parts.append(said(words, moment=self._end(fact.until)))
        return Markup("<br>").join(parts)

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What officers wrote beside their steps."""
        return [
            {
                "text": note.text,
                "words": self.words.action(note.action),
                "by": self._by(note.at, note.officer, note.body.name if note.body else None),
            }
            for note in self.page.notes
        ]

    @property
    def consents(self) -> list[dict[str, Any]]:
        """Each other thing the person is asked: how it stands, since when, and what may be recorded now."""
        mine = self._mine_to_ask
        return [self._consent(asked) for asked in self.page.consents if asked.consent.name not in mine]

    @property
    def to_ask(self) -> list[dict[str, Any]]:
        """What the case waits for the person to be asked, where it is the officer's to ask them."""
        mine = self._mine_to_ask
        return [self._consent(asked) for asked in self.page.consents if asked.consent.name in mine]

    @property
    def _mine_to_ask(self) -> tuple[str, ...]:
        page = self.page
        busy = any(move.open and self.steps.is_awaited(move) for move in self.steps.moves(Kind.ON))
        if page.my_move and (page.turn.responsible in page.roles or not busy):
            return page.turn.asks
        return ()

    def _consent(self, asked: Asked) -> dict[str, Any]:
        last = asked.history[-1] if asked.history else None
        if last is None:
            tag, tone = _("Not asked yet"), "plain"
        elif last.decision == "given" and not asked.live:
            tag, tone = self._why_not_live(last), "late"
        else:
            tag = look_up(glossary.DECISIONS, last.decision)
            tone = glossary.DECISION_TONES[last.decision]
        return {
            "words": text(asked.consent.text),
            "told": self.words.roles(asked.consent.to),
            "tag": tag,
            "tone": tone,
            "now": self.page.stage.name in asked.consent.frm,
            "history": [self._decision(line) for line in reversed(asked.history)],
            "acts": [
                {"words": self.words.consent_act(move.action), "href": self.steps.href(move)}
                for move in self.steps.moves(Kind.CONSENT)
                if move.open
                and _about(move, asked.consent.name)
                and not (asked.live and _gives(move))
                and not (last is not None and last.decision == "refused" and _refuses(move))
            ],
        }

    def _why_not_live(self, said: ConsentLine) -> str:
        """Why an agreement that was given does not count."""
        if self.page.view.child and not said.guardian:
            return str(_("Does not count yet: no guardian has agreed"))
        if self.page.view.child and not said.own_view:
            return str(_("Does not count yet: the child has not been heard"))
        return str(_("No longer counts"))

    def _decision(self, line: ConsentLine) -> Markup:
        """One decision, with how it was made."""
        told: list[str] = [look_up(glossary.DECISIONS, line.decision), self._moment(line.at)]
        if line.language:
            told.append(look_up(glossary.SPOKEN, line.language))
        if line.how:
            told.append(look_up(glossary.HOW, line.how))
        if line.interpreter:
            told.append(_("With an interpreter"))
        if line.guardian:
            told.append(_("A guardian spoke for the child"))
        if line.own_view:
            told.append(_("The child's own view was heard"))
        if line.until:
            told.append(said(_("Holds until %(moment)s"), moment=self._end(line.until)))
        return Markup(" · ").join(told)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Who knows of the case, as what, and until when if no longer."""
        return [
            {
                "name": part.body.name,
                "local": part.body.name_local,
                "country": look_up(glossary.COUNTRIES, part.body.country),
                "roles": Markup("<br>").join(dict.fromkeys(self.words.role(role) for role in part.roles)),
                "since": self._moment(part.since),
                "until": self._moment(part.until) if part.until else None,
            }
            for part in self.page.parts
        ]

    @property
    def identifications(self) -> list[tuple[object, object]]:
        """Screenings and formal identifications; those made abroad stand beside ours."""
        return [
            (
                str(glossary.IDENTIFICATIONS.get((line.kind, line.outcome), line.kind)),
                said(
                    _("%(authority)s (%(country)s), %(moment)s"),
                    authority=line.authority,
                    country=look_up(glossary.COUNTRIES, line.country),
                    moment=self._moment(line.at),
                ),
            )
            for line in self.page.identifications
        ]

    @property
    def after_return(self) -> bool:
        """Whether there is, or was, a time after the return of which there is something to see."""
        return self.page.stage.phase == "reintegration" or bool(self.page.visits)

    @property
    def visits(self) -> list[list[object]]:
        """Visits planned and made."""
        return [self._visit(visit) for visit in self.page.visits]

    def _visit(self, visit: VisitLine) -> list[object]:
        when = self._moment(visit.at) if visit.at else self._day(visit.due_on) if visit.due_on else ""
        return [
            when,
            look_up(glossary.VISIT_OUTCOMES, visit.outcome)
            if visit.outcome
            else look_up(glossary.VISIT_STATES, visit.state),
            look_up(glossary.VISIT_MODES, visit.mode) or _("Not recorded"),
            look_up(glossary.SAFETY, visit.safety) or _("Not recorded"),
        ]

    @property
    def trail(self) -> list[dict[str, Any]]:
        """What happened, newest first."""
        return [
            {
                "at": line.at,
                "words": self.words.event(line),
                "by": self._who(line.officer, line.body.name if line.body else None),
                "hint": self._led_to(line),
            }
            for line in self.page.trail
        ]

    def _led_to(self, line: TrailLine) -> Markup | str:
        """Why it happened, or where it led."""
        reason = line.detail.get("reason") or line.detail.get("because")
        if reason:
            return look_up(WHY.get(line.tag, glossary.REASONS), str(reason))
        if line.to is None or line.to == line.detail.get("from"):
            return ""
        return said(_("The case went on to: %(stage)s"), stage=stage_name(line.to, self.page.procedure))

    def _by(self, at: datetime, officer: str | None, body: str | None) -> Markup:
        return Markup("<br>").join([self._moment(at), escape(self._who(officer, body))])

    def _who(self, officer: str | None, body: str | None) -> str:
        return ", ".join(part for part in (officer, body) if part)

    def _day(self, day: date) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), shown_day(day))

    def _end(self, at: datetime) -> Markup:
        """When something ends: what ends at midnight is said by its last day, as it was entered."""
        local = at.astimezone(zone_of(self.page.procedure.home))
        return self._day(local.date() - timedelta(days=1)) if local.time() == time.min else self._moment(at)

    def _moment(self, at: datetime) -> Markup:
        return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), shown_moment(at))


def changes(shown: CaseFileShown, version: int) -> Iterable[dict[str, Any]]:
    """What happened to a case after a version of it, newest first."""
    return [
        entry for entry, line in zip(shown.trail, shown.page.trail, strict=True) if line.version > version
    ]


def _about(move: Move, consent: str) -> bool:
    return move.action.consent is not None and move.action.consent.consent == consent


def _refuses(move: Move) -> bool:
    return move.action.consent is not None and move.action.consent.act == "refuse"


def _gives(move: Move) -> bool:
    return move.action.consent is not None and move.action.consent.act == "give"
