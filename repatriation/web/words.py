"""Codes in words, in the reader's language: why not yet, whose turn, what a procedure says."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from babel.lists import format_list
from flask_babel import gettext as _
from markupsafe import Markup, escape

from repatriation.web import glossary
from repatriation.web.languages import language
from repatriation.work.casepage import TrailLine
from sop.deadlines import Deadline
from sop.engine import Reason
from sop.procedure import Action, Procedure, Stage, Texts


def said(sentence: str, **parts: object) -> Markup:
    """A translated sentence with its parts put in: plain parts are escaped, marked runs are kept."""
    return Markup(sentence) % parts  # noqa: S704 - the sentence is ours, and Markup escapes the parts


def text(texts: Texts) -> Markup:
    """What a route file says, in the reader's language or else in English, marked as what it is."""
    for tag in (language(), "en", *texts):
        if tag in texts:
            return run(texts[tag], tag)
    return Markup("")


def run(words: str, tag: str) -> Markup:
    """Words in a language, marked as such when it is not the language of the page."""
    if tag == language():
        return escape(words)
    return Markup('<span lang="{}">{}</span>').format(tag, words)


def either(parts: Iterable[object], style: Literal["or", "standard"] = "or") -> Markup:
    """A list in one phrase, as the reader's language joins it: "A, B or C"."""
    joined = format_list([str(escape(part)) for part in parts], style=style, locale=language())
    return Markup(joined)  # noqa: S704 - every part was escaped


def stage_name(stage: Stage | str, procedure: Procedure | None = None) -> Markup:
    """The short name of a stage; what the route file says of it where we have no short one."""
    name = stage if isinstance(stage, str) else stage.name
    if name in glossary.STAGES:
        return escape(str(glossary.STAGES[name]))
    known = stage if isinstance(stage, Stage) else procedure.stages.get(stage) if procedure else None
    return text(known.text) if known else escape(name)


def look_up(table: Mapping[str, object], code: str | None) -> str:
    """A code's words, or the code itself when a newer part of the program has words that we have not."""
    return str(table.get(code or "", code or ""))


class Wording:
    """The words for one procedure on one day."""

    def __init__(self, procedure: Procedure, day: date) -> None:
        self.procedure, self.day = procedure, day

    def role(self, role: str) -> Markup:
        """The body that holds a role on this day, by its name in the route file."""
        agency = self.procedure.agency(role, self.day)
        if agency is not None:
            return text(agency.text)
        function = role.rpartition(".")[2]
        words = look_up(glossary.FUNCTIONS, function)
        country = self.procedure.country_of(role)
        if country is None:
            return escape(words)
        return said(_("%(body)s (%(country)s)"), body=words, country=look_up(glossary.COUNTRIES, country))

    def roles(self, roles: Iterable[str]) -> Markup:
        """Those who hold any of some roles, in one phrase."""
        return either(dict.fromkeys(self.role(role) for role in roles))

    def action(self, name: str) -> Markup:
        """What a route file says of an action; an action of an older edition by its name."""
        action = self.procedure.actions.get(name)
        if action is None:
            return escape(look_up(glossary.TAGS, glossary.TAG_OF.get(name, name)))
        return text(action.text)

    def fact(self, name: str) -> Markup:
        """What is on file, in few words; else what the act that records it says."""
        if name in glossary.FACTS:
            return escape(str(glossary.FACTS[name]))
        recorders = self.procedure.recorded_by(name)
        return text(recorders[0].text) if recorders else self.action(name)

    def consent(self, name: str) -> Markup:
        """What the person is asked."""
        consent = self.procedure.consents.get(name)
        return text(consent.text) if consent else escape(name)

    def reasons(self, reasons: Iterable[Reason], stage: str) -> list[Markup]:
        """Why an action is closed, a sentence each; who else may do it comes first."""
        return [self.reason(reason, stage) for reason in reasons]

    def reason(self, reason: Reason, stage: str) -> Markup:
        """One reason in a sentence. `stage` is where the case stands, for naming who can mend it there."""
        code, what = reason
        if code == "missing":
            return self._first(what, stage)
        if code in ("hold", "lapsed", "present"):
            return self._about_fact(code, what)
        if code in ("role", "organisation_needed", "nobody_there"):
            return self._about_role(code, what)
        if code in ("safeguard", "timing"):
            return said(_("Not yet so: %(what)s"), what=look_up(glossary.SAFEGUARDS, what))
        if code.startswith("consent_") or code in ("nothing_to_withdraw", "withdraw_instead"):
            return self._about_consent(code, what)
        plain = {
            "stage": _("This is not done at the stage the case is in."),
            "date_needed": _("Enter the day that was agreed."),
            "end_needed": _("Enter the last day on which the paper is valid."),
            "end_past": _("The last day that was entered is over already."),
            "paper": _("This is done only together with its paper."),
            "other_installation": _("This is done in the installation of the other country."),
            "stopped_there": _("The other installation holds the case up: wait until it is clear why."),
            "moved_on": _("Somebody else changed this case meanwhile. Look at it before you go on."),
            "one_route": _("One set of minutes is for people on one route. Do this for them apart."),
            "too_many": _("One set of minutes holds at most fifty people. Do this for the others apart."),
        }
        return escape(plain.get(code) or _("This is not possible now."))

    def _about_fact(self, code: str, fact: str) -> Markup:
        sentences = {
            "hold": _("The return is held back: %(what)s."),
            "lapsed": _("This no longer counts and is to be done again: %(what)s."),
            "present": _("This is on file and stands against it: %(what)s."),
        }
        return said(sentences[code], what=self.fact(fact))

    def _about_role(self, code: str, roles: str) -> Markup:
        sentences = {
            "role": _("This is for others to do: %(who)s."),
            "organisation_needed": _("Choose the organisation that is to be: %(who)s."),
            "nobody_there": _("No organisation here can be: %(who)s."),
        }
        return said(sentences[code], who=self.roles(roles.split(",")))

    def _first(self, fact: str, stage: str) -> Markup:
        """What must come before, and who does it: an act of the present stage where there is one."""
        recorders = self.procedure.recorded_by(fact)
        here = [action for action in recorders if stage in action.frm] or list(recorders)
        if not here:
            return said(_("This is not on file: %(what)s."), what=self.fact(fact))
        return said(_("First: %(what)s (%(who)s)"), what=text(here[0].text), who=self.roles(here[0].by))

    def _about_consent(self, code: str, name: str) -> Markup:
        sentences = {
            "consent_missing": _("The person has not been asked: %(what)s"),
            "consent_refused": _("The person said no: %(what)s"),
            "consent_withdrawn": _("The person took their agreement back: %(what)s"),
            "consent_expired": _("The agreement has run out; ask the person again: %(what)s"),
            "consent_guardian": _("The child's guardian has not agreed: %(what)s"),
            "consent_own_view": _("The child's own view is not on file: %(what)s"),
            "nothing_to_withdraw": _("There is no agreement to take back: %(what)s"),
            "withdraw_instead": _("The person has agreed; it can be taken back: %(what)s"),
        }
        return said(sentences.get(code, "%(what)s"), what=self.consent(name))

    def consent_act(self, action: Action) -> Markup:
        """What the person does with one consent, as the words of a link."""
        assert action.consent is not None
        words = {
            "give": _("Record that the person agrees"),
            "refuse": _("Record that the person refuses"),
            "withdraw": _("Record that the person takes it back"),
        }
        return escape(words[action.consent.act])

    def event(self, line: TrailLine) -> Markup:
        """One thing that happened, in words."""
        if line.action is None:
            return escape(look_up(glossary.TAGS, line.tag))
        return self.step(line.action)

    def step(self, name: str) -> Markup:
        """A step that was taken, as its route file says it; of a consent, what the person said."""
        action = self.procedure.actions.get(name)
        if action is None or action.consent is None:
            return self.action(name)
        sentences = {
            "give": _("The person agreed: %(what)s"),
            "refuse": _("The person refused: %(what)s"),
            "withdraw": _("The person took back their agreement: %(what)s"),
        }
        return said(sentences[action.consent.act], what=self.consent(action.consent.consent))

    def awaited(self, name: str) -> Markup:
        """A step that is still to be taken; of a consent, that the person is to be asked."""
        action = self.procedure.actions.get(name)
        if action is None or action.consent is None:
            return self.action(name)
        return said(_("Ask the person: %(what)s"), what=self.consent(action.consent.consent))

    def limit(self, deadline: Deadline) -> str:
        """How long a time limit is, in words; a limit of nothing means at once."""
        value, unit = deadline.limit.value, deadline.limit.unit
        if value == 0:
            return str(_("At once"))
        country = look_up(glossary.COUNTRIES, deadline.limit.calendar)
        sentences = {
            "hours": _("Within %(number)s hours"),
            "days": _("Within %(number)s days"),
            "working days": _("Within %(number)s working days (%(country)s)"),
        }
        return str(sentences[unit] % {"number": value, "country": country})

    def source(self, basis: str) -> str:
        """The title of the source that a rule rests on."""
        source = self.procedure.sources.get(basis)
        return source.title if source else basis

    def route(self) -> Markup:
        """The route in words: from where to where."""
        return route_words(self.procedure)


def route_words(procedure: Procedure) -> Markup:
    """A route in words: from where to where."""
    return said(
        _("%(host)s to %(home)s"),
        host=look_up(glossary.COUNTRIES, procedure.host),
        home=look_up(glossary.COUNTRIES, procedure.home),
    )


def grounding(code: str) -> str:
    """Whether a rule rests on a source, or was filled in where the sources say nothing."""
    return str(_("From a source")) if code == "sourced" else str(_("Assumed"))
