"""Signing in with one's own organisation: asks its provider, and checks what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlmodel import col, select

from partners.openid.questions import Known, Question, ask, subject_of
from partners.openid.reach import Reach
from partners.openid.refusals import Untrusted
from partners.openid.settings import ProviderSettings
from repatriation.records.providers import Provider
from repatriation.records.trail import append
from repatriation.work import begun
from repatriation.work.admission import LetIn, Purpose, Waiting, whose
from repatriation.work.house import House
from repatriation.work.providers import prove_for, provider_of, settings_of
from repatriation.work.refusals import Invalid, NotFound
from repatriation.work.throttling import TooManyTries, count

KNOWN_FOR: Final = timedelta(minutes=10)
"""How long a provider's own description is kept, so that a key it has withdrawn does not count for ever."""

ASKED_FROM_AN_ADDRESS: Final = (100, timedelta(seconds=10))
KIND: Final = "organisation"


class NotVouched(Exception):
    """The provider's word was not taken, or could not be had, or nobody had asked for it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that people may sign in with."""

    code: str
    name: str


@dataclass(slots=True)
class Doorman:
    """Asks providers, and remembers for a while what they say of themselves. One for each process.

    `issuer` is our own address, from the settings: it is where answers come back to. `loopback` allows
    providers on this machine, over plain HTTP.
    """

    house: House
    issuer: str
    loopback: bool
    _known: dict[str, Known] = field(default_factory=dict)

    def offers(self) -> tuple[Offer, ...]:
        """The providers that may be signed in with, by name."""
        with self.house.doors.read() as session:
            rows = session.exec(
                select(Provider).where(col(Provider.suspended).is_(False)).order_by(Provider.name)
            ).all()
            return tuple(Offer(row.code, row.name) for row in rows)

    def offers_for(self, organisation_id: str) -> tuple[Offer, ...]:
        """The providers that vouch for the people of one organisation."""
        with self.house.doors.read() as session:
            rows = session.exec(
                select(Provider).where(
                    Provider.organisation_id == organisation_id, col(Provider.suspended).is_(False)
                )
            ).all()
            return tuple(Offer(row.code, row.name) for row in rows)

    def ask(self, code: str, now: datetime, address: str, purpose: Purpose) -> tuple[str, str]:
        """Begin: the token for this browser to keep, and the address to send it to.

        Raises NotFound when there is no such provider, TooManyTries, NotVouched.
        """
        with self.house.doors.act() as session:
            if not count(session, ("asks a provider", address), ASKED_FROM_AN_ADDRESS, now):
                raise TooManyTries
        settings = self._settings(code)
        question = Question(
            settings.issuer,
            returns_to(self.issuer, code),
            int(now.timestamp()),
            anew=purpose.officer is not None,
        )
        try:
            known = self._knows(settings, now)
            prove = prove_for(self.house, settings, known.metadata.token_endpoint)
            target = ask(known, question, prove, now)
        except Untrusted as problem:
            raise self._refused(code, problem.code, now) from None
        kept = {"question": question.kept(), "provider": code, **purpose.kept()}
        return begun.begin(self.house, KIND, kept, now), target

    def answer(
        self, code: str, token: str | None, answer: Mapping[str, Sequence[str]], now: datetime
    ) -> LetIn | Waiting:
        """End: who it is, by what the browser brought back. Raises NotFound, NotVouched."""
        settings = self._settings(code)
        kept = begun.take(self.house, KIND, token, now)
        if kept is None or kept["provider"] != code:
            # Not written down: anybody can send such answers, and could fill the trail with them.
            raise NotVouched("not_begun_here")
        try:
            known = self._knows(settings, now)
            prove = prove_for(self.house, settings, known.metadata.token_endpoint)
            subject = subject_of(known, Question.read(kept["question"]), answer, prove, now)
        except Untrusted as problem:
            raise self._refused(code, problem.code, now) from None
        try:
            return whose(self.house, code, subject, Purpose.read(kept), now)
        except (NotFound, Invalid):
            raise self._refused(code, "not_theirs", now) from None

    def _settings(self, code: str) -> ProviderSettings:
        with self.house.doors.read() as session:
            row = provider_of(session, code)
            if row is None:
                raise NotFound
            return settings_of(self.house, row)

    def _knows(self, settings: ProviderSettings, now: datetime) -> Known:
        known = self._known.get(settings.code)
        if known is None or known.settings != settings or not known.since <= now < known.since + KNOWN_FOR:
            if self.loopback is False and urlsplit(settings.issuer).scheme != "https":
                raise Untrusted("address")
            reach = Reach(settings.may_be_called, self.loopback)
            known = self._known[settings.code] = Known.fetch(settings, reach, now)
        return known

    def _refused(self, provider: str, why: str, now: datetime) -> NotVouched:
        with self.house.doors.act() as session:
            append(session, None, now, "account:vouching:refused", {"provider": provider, "why": why})
        return NotVouched(why)


def returns_to(issuer: str, code: str) -> str:
    """Where a provider's answers come back to: one address for each, so that none is mixed up."""
    return f"{issuer}/sign-in/with/{code}/back"
