"""Who can take this person near their village: a rule without a database, that says of each offer why not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repatriation.places.gazetteer import Nearness, nearness
from repatriation.work.services.codes import Who
from repatriation.work.services.offers import Offer, OfferEntered

GROWN: int = 18


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is, as far as a service must know: nothing here names them. `age` is asked of a child.

    `language` is one they must be spoken with; none: it does not matter.
    """

    who: Who
    village: str
    service: str
    age: int | None = None
    language: str | None = None
    disability: bool = False

    @property
    def profile(self) -> dict[str, str | int | bool | None]:
        """What is kept of it with a need."""
        return {"who": self.who, "age": self.age, "language": self.language, "disability": self.disability}


@dataclass(frozen=True, slots=True)
class Match:
    """An offer for a person: how near it is, and every reason why it cannot be; none: it can."""

    offer: Offer
    nearness: Nearness
    why_not: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether it can take the person."""
        return not self.why_not


def matches(
    person: Person, offers: Iterable[Offer], declined: frozenset[str] = frozenset()
) -> tuple[Match, ...]:
    """The offers of the service that is looked for: first those that can take the person, the nearest before
    the rest and the emptier before the fuller; then the others in the same order, each with why not.

    `declined` are the offers that have said no to this person already.
    """
    found = [
        Match(
            offer,
            nearness(person.village, offer.entered.place),
            why_not(person, offer) + (("declined",) if offer.id in declined else ()),
        )
        for offer in offers
        if person.service in offer.entered.services
    ]
    return tuple(sorted(found, key=_order))


def why_not(person: Person, offer: Offer) -> tuple[str, ...]:
    """Every reason for which an offer cannot take a person, as codes. An old check is none, only a mark."""
    entered = offer.entered
    reasons = {
        "sex": not _takes(person, entered),
        "age": not _of_age(person, entered),
        "language": person.language is not None
        and bool(entered.languages)
        and person.language not in entered.languages,
        "access": person.disability and not entered.accessible,
        "full": offer.free == 0,
        "unregistered": offer.run_out,
    }
    return tuple(code for code, so in reasons.items() if so)


def lacking(found: Sequence[Match]) -> str | None:
    """Why nobody nearby takes the person, in one code for the register; none where somebody does.

    It is what those offers lack that come nearest to fitting: a child is not told to be lacking a house for
    children because most houses are for grown-ups, where the only one for children is full.
    """
    fitting = [match for match in found if match.fits]
    if fitting:
        return "too_far" if all(match.nearness is Nearness.ELSEWHERE for match in fitting) else None
    least = min((len(match.why_not) for match in found), default=0)
    counted = Counter(code for match in found for code in match.why_not if len(match.why_not) == least)
    return counted.most_common(1)[0][0] if counted else "nobody_offers"


def _takes(person: Person, entered: OfferEntered) -> bool:
    kinds = {"woman": entered.women, "man": entered.men, "trans": entered.trans, "child": entered.children}
    return kinds[person.who]


def _of_age(person: Person, entered: OfferEntered) -> bool:
    """A grown-up whose age is not told is taken to be within what a place for grown-ups allows."""
    if person.age is None:
        return person.who == "child" or entered.max_age is None or entered.max_age >= GROWN
    youngest, oldest = entered.min_age, entered.max_age
    return (youngest is None or person.age >= youngest) and (oldest is None or person.age <= oldest)


def _order(match: Match) -> tuple[bool, Nearness, int, bool, str]:
    free = match.offer.free
    room = -10_000 if free is None else -free
    return (not match.fits, match.nearness, room, match.offer.old, match.offer.entered.name)
