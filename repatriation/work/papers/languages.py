"""The two languages of a paper: the issuing side's first; English where missions write to each other."""

from typing import Final

from sop.procedure import Procedure

LANGUAGE_OF: Final = {"KHM": "km", "THA": "th", "VNM": "vi"}

MISSIONS: Final = frozenset({"consulate", "foreign_affairs"})
"""Functions whose bodies write to each other in a third language, which is English here."""

Pair = tuple[str, str]


def pairs(
    procedure: Procedure, country: str, functions: frozenset[str], told: tuple[str, ...]
) -> tuple[Pair, ...]:
    """The pairs of languages that a paper may have, the usual one first.

    Args:
        country, functions: of the body that issues the paper.
        told: the roles that the act tells of the case.
    """
    home, host = LANGUAGE_OF[procedure.home], LANGUAGE_OF[procedure.host]
    own = LANGUAGE_OF.get(country)
    if own not in (home, host):  # a body of neither side writes English first
        return ("en", home), ("en", host)
    other = host if own == home else home
    usual: tuple[Pair, ...] = ((own, other),)
    writes_abroad = functions | {role.rpartition(".")[2] for role in told}
    if MISSIONS.isdisjoint(writes_abroad):
        return usual
    return (*usual, (own, "en"), ("en", own), ("en", other))
