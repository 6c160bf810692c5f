"""What the SOP book says of one stage, act or consent, in one language, as rows of a description list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final, NamedTuple

from sop import vocabulary as words
from sop.boxes import numbered, ranges
from sop.procedure import Action, Agency, Consent, Limit, Procedure, Stage
from sop.safeguards import Safeguard
from sop.wording import Run, body, pick, spoken, word

MANY: Final = 2
"""Above so many roles, who acts is told by kind of body instead of by name."""


WriteDay = Callable[[date, str], str]
"""Writes a day in the way of a language."""


def in_numbers(day: date, _language: str) -> str:
    """A day as the files have it, for whoever brings no better way of writing one."""
    return day.isoformat()


class Row(NamedTuple):
    """A label, one of the fixed words of a group, and what is said to it, each item already HTML."""

    label: str
    items: tuple[str, ...]
    group: str = "book"


def html(run: Run) -> str:
    """Words as HTML that says which language they are in."""
    return f'<span lang="{escape(run.language)}">{escape(run.text)}</span>'


def code(name: str) -> str:
    """A name as it stands in the file: the same in every language."""
    return f'<code lang="en">{escape(name)}</code>'


def numbered_acts(procedure: Procedure) -> dict[str, str]:
    """The article number of every act but the person's answers: that of the first stage it is open in, and
    a count."""
    numbers: dict[str, str] = {}
    for stage, label in numbered(procedure).items():
        new = [a for a in procedure.by_stage[stage] if a.consent is None and a.name not in numbers]
        numbers.update({action.name: f"{label}.{count}" for count, action in enumerate(new, 1)})
    return numbers


@dataclass(frozen=True)
class Articles:
    """The articles of one procedure in one language; `numbers` are those of the acts, `labels` of the
    stages, and `write_day` writes its days."""

    procedure: Procedure
    language: str
    labels: Mapping[str, str]
    numbers: Mapping[str, str]
    write_day: WriteDay = in_numbers

    def say(self, group: str, name: str) -> str:
        """One of the fixed words, as HTML."""
        return html(word(group, name, self.language))

    def text(self, texts: Mapping[str, str]) -> str:
        """A text of the procedure, as HTML."""
        return html(pick(texts, self.language))

    def stage(self, stage: Stage) -> list[Row]:
        """Who answers for a stage, what the person may claim in it, and on whose word it is in the
        procedure."""
        rows = [Row("responsible", (self._either([stage.responsible]),))]
        if stage.entry:
            rows.append(Row("stage", (self.say("diagram", "entry"),)))
        if stage.article:
            rows.append(Row("article", (escape(stage.article),)))
        if stage.entitlements:
            told = tuple(
                f"{self.text(e.text)} ({self.grounds(e.basis, e.grounding)})" for e in stage.entitlements
            )
            rows.append(Row("entitlements", told))
        return [*rows, self._basis(stage.basis, stage.grounding)]

    def act(self, action: Action) -> list[Row]:
        """An act, article by article: who, how soon, on what conditions, with what outcome, on whose word."""
        rows = [
            Row("who", (self._either(action.by),)),
            Row("within", tuple(map(self.limit, action.within)) or (self.say("book", "no_limit"),)),
            Row("on_file", self._conditions(action) or (self.say("book", "nothing_more"),)),
        ]
        if action.moves:
            rows.append(Row("leads_to", (f"<strong>{self.say('book', 'moves')}</strong>",)))
        if action.records:
            rows.append(Row("records", (*map(code, action.records), *self._lapses(action))))
        if action.clears:
            rows.append(Row("clears", tuple(map(code, action.clears))))
        if action.document:
            rows.append(Row("paper", (self.say("paper", action.document),)))
        if action.discloses:
            purpose = f"{self.say('book', 'purpose')}: {self.say('purpose', action.discloses.purpose)}"
            rows.append(Row("told", (*(self._either([to]) for to in action.discloses.to), purpose)))
        rows.append(Row("leads_to", (self._target(action),)))
        if len(action.frm) > 1:
            rows.append(Row("open_in", (escape(self.stages(action.frm)),)))
        return [*rows, self._basis(action.basis, action.grounding)]

    def consent(self, consent: Consent) -> list[Row]:
        """A consent: for what, towards whom, when it may be answered, and what taking it back does."""
        rows = [
            Row("purpose", (self.say("purpose", consent.purpose),)),
            Row("asked_towards", tuple(self._either([to]) for to in consent.to)),
            Row("may_answer", (escape(self.stages(consent.frm)),)),
        ]
        acts = [("give", consent.give), ("refuse", consent.refuse), ("withdraw", consent.withdraw)]
        rows.append(
            Row("records", tuple(f"{self.say('consent', verb)}: {code(name)}" for verb, name in acts))
        )
        if consent.hold:
            rows.append(Row("when_taken_back", (code(consent.hold),)))
        return [*rows, self._basis(consent.basis, consent.grounding)]

    def stages(self, names: Iterable[str]) -> str:
        """Stages by number, then ways out by letter."""
        labels = [self.labels[name] for name in names]
        letters = sorted(label for label in labels if not label.isdigit())
        return ", ".join(filter(None, [ranges(labels), *letters]))

    def reference(self, action: Action) -> str:
        """An act by its number and name, leading to where it is described."""
        number = self.numbers.get(action.name)
        if number is None:
            return self.text(action.text)
        return f'<a href="#act-{escape(action.name)}">{escape(number)}</a> {self.text(action.text)}'

    def safeguard(self, safeguard: Safeguard) -> str:
        """What must stand before an act, in words; for a fact or a consent, which one."""
        name = safeguard.name
        recorded = self.procedure.recorded_by(name)
        if recorded:
            told = html(spoken("safeguard", "fact", safeguard.sentence, self.language))
            return f"{told} {self._any(recorded)} {code(name)}"
        asked = self.procedure.consents.get(name.removeprefix("consent_to_"))
        if asked is not None and name != asked.name:
            told = html(spoken("safeguard", "consent", safeguard.sentence, self.language))
            return f"{told} “{self.text(asked.text)}”"
        return html(spoken("safeguard", name, safeguard.sentence, self.language))

    def agencies(self, role: str) -> tuple[str, ...]:
        """Every body that holds a role, each with the days it does; the plain word where the file names
        none."""
        country = self.procedure.country_of(role)
        named: tuple[Agency, ...] = ()
        if country:
            named = self.procedure.agencies.get(country, {}).get(role.rpartition(".")[2], ())
        if not named:
            return (html(body(role, self.language)),)
        told = ((self.text(a.text), self._days(a.valid_from, a.valid_to)) for a in named)
        return tuple(f'{text} <span class="days">({days})</span>' if days else text for text, days in told)

    def _either(self, roles: Sequence[str]) -> str:
        """Those who hold the roles: by name when they are few, else by kind (the agencies stand in front)."""
        named = len(roles) <= MANY
        return f" {self.say('book', 'or')} ".join(self._holder(role, named) for role in roles)

    def _holder(self, role: str, named: bool) -> str:
        country = self.procedure.country_of(role)
        kind = html(body(role, self.language))
        if country is None:
            return f"<strong>{kind}</strong>" if role == words.PERSON else kind
        kind = f"{kind}, {self.say('country', country)}"
        bodies = self.procedure.agencies.get(country, {}).get(role.rpartition(".")[2], ())
        if not named or not bodies:
            return kind
        names = f" {self.say('book', 'or')} ".join(self.text(each.text) for each in bodies)
        return f"{names} ({kind})"

    def _conditions(self, action: Action) -> tuple[str, ...]:
        return tuple(self.safeguard(gate) for gate in self.procedure.gates[action.name])

    def limit(self, limit: Limit) -> str:
        """A time limit in full: how long, from what, in whose calendar, how firm, on whose word, valid
        when."""
        if limit.value == 0:
            length = self.say("diagram", "at_once")
        else:
            length = f"{limit.value} {self.say('unit', limit.unit)}"
        if limit.of == "stage":
            start = self.say("book", "entering")
        else:
            start = f"{self._any(self.procedure.recorded_by(limit.of))} {code(limit.of)}"
        told = [
            f"<strong>{length}</strong>, {self.say('book', 'counted_from')} {start}",
            f"{self.say('book', 'calendar')}: {self.say('country', limit.calendar)}",
            self.say("force", limit.force),
            self.grounds(limit.basis, limit.grounding),
        ]
        if limit.valid_from or limit.valid_to:
            days = self._days(limit.valid_from, limit.valid_to)
            told.append(f'{self.say("book", "valid")} <span class="days">{days}</span>')
        if limit.note:
            told.append(f'<span lang="en">{escape(limit.note)}</span>')
        return "; ".join(told)

    def _any(self, actions: Iterable[Action]) -> str:
        return f" {self.say('book', 'or')} ".join(f"“{self.text(a.text)}”" for a in actions)

    def _lapses(self, action: Action) -> tuple[str, ...]:
        if action.lapses is None:
            return ()
        if isinstance(action.lapses, timedelta):
            end = f"{action.lapses.days} {self.say('unit', 'days')}"
        else:
            end = self.say("book", "lapses_recorded")
        return (f"{self.say('book', 'lapses')}: {end}",)

    def _target(self, action: Action) -> str:
        if action.to is None:
            return self.say("book", "stays")
        stage = self.procedure.stages[action.to]
        label = escape(self.labels[action.to])
        return f'<a href="#stage-{escape(stage.name)}">{label}</a> {self.text(stage.text)}'

    def _basis(self, basis: str, grounding: str) -> Row:
        return Row("basis", (self.grounds(basis, grounding),))

    def grounds(self, basis: str, grounding: str) -> str:
        """The source, and in words whether it says so or it was inferred."""
        key = f'<a href="#source-{escape(basis)}" lang="en">{escape(basis)}</a>'
        return f'{key}, <strong class="{escape(grounding)}">{self.say("grounding", grounding)}</strong>'

    def day(self, day: date) -> str:
        """A day, as HTML."""
        return escape(self.write_day(day, self.language))

    def _days(self, first: date | None, last: date | None) -> str:
        ends = (("since", first), ("until", last))
        return " ".join(f"{self.say('book', name)} {self.day(day)}" for name, day in ends if day)
