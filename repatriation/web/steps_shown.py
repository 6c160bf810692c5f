"""The steps of a case as its page offers them: what comes next, what others owe, what is closed and why."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from repatriation.web.session import actor
from repatriation.web.words import Wording, said, stage_name, text
from repatriation.work.casepage import CasePage, Kind, Move
from repatriation.work.followup.course import wants_none
from repatriation.work.particulars import identification_of
from repatriation.work.permissions import Permission, may
from repatriation.work.visits import ACTION_OF
from sop.engine import Reason
from sop.vocabulary import HOLD, ON_THE_ROAD, PERSON

CHILDREN_ONLY = Reason("safeguard", "is_child")
"""Why an act is closed that a grown-up never needs; it is not told as something still lacking."""

CLOSURE = "closure_requested"


def held(words: Wording, facts: Iterable[str]) -> list[Markup]:
    """What holds a return back, of what is on file."""
    return [words.fact(name) for name in facts if name.startswith(HOLD)]


class StepsShown:
    """What may be done in a case now: by the officer, by others, and not yet; each as a link or in words."""

    def __init__(self, page: CasePage, words: Wording) -> None:
        self.page, self.words = page, words

    @property
    def refused(self) -> list[Markup]:
        """What the person has said no to, where the case would go on by nothing else."""
        if self.page.turn.waiting_for != (PERSON,) or self.page.turn.asks:
            return []
        return [
            text(asked.consent.text)
            for asked in self.page.consents
            if asked.history and asked.history[-1].decision in ("refused", "withdrawn")
        ]

    @property
    def absent(self) -> Markup | None:
        """Those whose move is awaited, where none of them has a part in the case: they do not know of it."""
        turn = self.page.turn
        return self.words.roles(turn.waiting_for) if turn.is_nobodys(self.page.held) else None

    @property
    def holds(self) -> list[Markup]:
        """What holds the return back; nothing does once the case has ended."""
        if self.page.stage.end:
            return []
        return held(self.words, self.page.view.facts)

    def moves(self, *kinds: Kind) -> list[Move]:
        """The moves of some kinds, in the order of the file."""
        return [move for move in self.page.moves if move.kind in kinds]

    @property
    def next_steps(self) -> list[dict[str, Any]]:
        """What the officer may do now to bring the case on: first what it waits for, and of that what leads
        to the next stage; closing comes last while visits are still to be made.
        """
        steps = [move for move in self._forward if move.open]
        steps.sort(
            key=lambda move: (self._too_early(move), not self.is_awaited(move), move.action.to is None)
        )
        back = [move for move in self._way_back if move.open]
        return [self._link(move) for move in (*back, *steps)]

    @cached_property
    def _forward(self) -> list[Move]:
        """What brings the case on, and is not done: what is awaited, and whatever else may be put on file.

        What a talk with the person may show stands side by side, whichever way the case goes on from it. Of a
        case that has ended nothing is asked but what is awaited.
        """
        awaited = self.page.turn.actions
        if self.page.stage.end:
            return [move for move in self.page.moves if move.action.name in awaited]
        return [
            move
            for move in self.page.moves
            if move.action.name in awaited
            or (move.kind is Kind.ON and not move.done and not move.overturns)
            or (move.kind is Kind.EXIT and move.open and identification_of(move.action) is not None)
        ]

    @property
    def changed(self) -> list[dict[str, Any]]:
        """What the officer may record if it turns out otherwise than was found."""
        return [self._link(move) for move in self.moves(Kind.ON) if move.open and move.overturns]

    @property
    def _way_back(self) -> list[Move]:
        """The way back to safety while a return is held on the road: nobody should look for it at a gate."""
        if self.page.stage.phase != ON_THE_ROAD or not self.holds:
            return []
        return [move for move in self.moves(Kind.BACK) if move.action.to is not None]

    @property
    def others(self) -> list[dict[str, Any]]:
        """What is awaited of others, and of whom."""
        return [
            self._elsewhere(move)
            for move in (*self._way_back, *self._forward)
            if move.elsewhere and (move.kind is Kind.BACK or self.is_awaited(move))
        ]

    @property
    def others_may(self) -> list[dict[str, Any]]:
        """What others may do besides, though nothing waits for it."""
        return [
            self._elsewhere(move)
            for move in self.moves(Kind.ON)
            if move.elsewhere and not move.done and not self.is_awaited(move)
        ]

    def is_awaited(self, move: Move) -> bool:
        """Whether the case waits for this to be done, or its time runs."""
        runs = any(limit.action.name == move.action.name for limit in self.page.deadlines)
        return runs or (move.action.name in self.page.turn.actions and not self._too_early(move))

    def _too_early(self, move: Move) -> bool:
        """Whether this asks for the closing while visits are still to be made, or asked about."""
        to_visit = any(each.state == "planned" for each in self.page.visits) or bool(self.page.turn.asks)
        return CLOSURE in move.action.records and to_visit

    def _elsewhere(self, move: Move) -> dict[str, Any]:
        return {"words": text(move.action.text), "who": self.words.roles(move.action.by)}

    @property
    def closed(self) -> list[dict[str, Any]]:
        """What would bring the case on but is not yet possible, with the reasons."""
        lacking = [move for move in (*self._forward, *self.moves(Kind.BACK)) if not move.open]
        lacking.sort(key=lambda move: move.action.to is None)
        return [
            {
                "words": text(move.action.text),
                "reasons": self.words.reasons(move.reasons, self.page.stage.name),
            }
            for move in lacking
            if not move.elsewhere and not move.done and CHILDREN_ONLY not in move.reasons
        ]

    def group(self, *kinds: Kind, done: bool = False) -> list[dict[str, Any]]:
        """Links to the open moves of some kinds, or to the steps that were taken and may be taken again."""
        first = (*self._way_back, *self._forward)
        return [
            self._link(move)
            for move in self.moves(*kinds)
            if move.open and move.done == done and move not in first
        ]

    @property
    def folds(self) -> list[tuple[str, list[dict[str, Any]], bool]]:
        """What is seldom needed, each group under its own words, and whether it stands open."""
        again = self.group(Kind.ON) if self.page.stage.end else []
        return [
            (_("If the person needs help again"), again, False),
            (_("Do again or correct"), self.group(Kind.ON, done=True) + self.group(Kind.BACK), False),
            (
                _("Hold the return back, or let it go on"),
                self.group(Kind.HOLD) + self.group(Kind.HOLD, done=True),
                False,
            ),
            (
                _("Other ways in which the case may end"),
                self.group(Kind.EXIT),
                bool(self.refused) or self.page.turn.stopped,
            ),
        ]

    @property
    def unvisited(self) -> bool:
        """Whether the case waits only for its closing, since the person wishes no visits."""
        page = self.page
        closing = any(CLOSURE in move.action.records for move in page.moves)
        return closing and CLOSURE not in page.view.facts and wants_none(page.procedure, page.view)

    def _link(self, move: Move) -> dict[str, Any]:
        leads = move.action.to
        hint: Markup | str = ""
        if leads is not None and leads != self.page.stage.name:
            hint = said(_("Leads to: %(stage)s"), stage=stage_name(leads, self.page.procedure))
        return {
            "words": text(move.action.text),
            "href": self.href(move),
            "hint": hint,
            "onward": leads is not None,
            "assumed": move.action.grounding != "sourced",
        }

    def href(self, move: Move) -> str:
        """Where a move is made."""
        if move.action.name in ACTION_OF.values() and may(actor().duty, Permission.RECORD_VISIT):
            return url_for("visits.record", reference=self.page.reference)
        return url_for(
            "cases.act", reference=self.page.reference, action=move.action.name, seen=self.page.version
        )
