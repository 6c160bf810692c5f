"""What a partner may call, and what a purpose opens: the one table that the API, the packets and the pages
read.

A scope says what kind of call may be made. In which case is decided by the case's own sharing, on every
call. There is no scope for everything, and none for administering.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Scope(NamedTuple):
    """One kind of call. `call` says in plain words what it opens; `reads` that it changes nothing."""

    call: str
    reads: bool


SCOPES: Final[Mapping[str, Scope]] = MappingProxyType(
    {
        "handoff:send": Scope("deliver handoffs, and fetch the receipts of one's own", reads=False),
        "handoff:receive": Scope("fetch handoffs that wait in the inbox", reads=True),
        "handoff:decide": Scope("accept or decline a handoff", reads=False),
        "receipts:read": Scope("fetch receipts again", reads=True),
        "cases:read": Scope("list and read the cases shared with one's organisation", reads=True),
        "identity:read": Scope("open who a person is, for a purpose that the person agreed to", reads=True),
        "cases:open": Scope("open a return request", reads=False),
        "cases:act": Scope("take a step that is one's organisation's to take", reads=False),
        "visits:read": Scope("read the visits planned and made", reads=True),
        "visits:write": Scope("record a visit", reads=False),
        "documents:read": Scope("fetch a paper by its number", reads=True),
    }
)

# Which of a case's fields may leave for which purpose. A field that no purpose names never leaves; the
# names are those of the records. A packet carries the fields of the purposes the person agreed to for that
# recipient, and nothing besides.
_WHO = ("names", "birthdate", "birth_year_estimated", "gender", "citizenship", "primary_language")
_PAPERS = ("identity_number",)
_REACH = ("home_address", "contacts")
_NEEDS = ("secondary_language", "vulnerabilities", "details_of_vulnerabilities")

FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "protection": (*_WHO, *_NEEDS, "trafficking_status", "type_of_exploitation"),
        "notification": (*_WHO, *_PAPERS),
        "tracing": (*_WHO, *_PAPERS, "home_address"),
        "return": (*_WHO, *_PAPERS, *_NEEDS),
        "sharing": (*_WHO, *_NEEDS, "trafficking_status", "type_of_exploitation", "marital_status"),
        "follow_up": (*_WHO, *_REACH, *_NEEDS, "marital_status", "number_of_children", "education"),
    }
)

EVER_LEAVES: Final = frozenset(field for opened in FIELDS.values() for field in opened)
"""Every field that some purpose opens. What is on file and not here never leaves an installation."""


def known(scopes: Iterable[str]) -> frozenset[str]:
    """Those of the scopes that there are."""
    return frozenset(scopes) & SCOPES.keys()


def parse(text: str) -> frozenset[str] | None:
    """The scopes of a request's `scope`, or None when one of them does not exist."""
    asked = frozenset(text.split(" ")) if text else frozenset()
    return asked if asked <= SCOPES.keys() else None


def reading(scopes: Iterable[str]) -> frozenset[str]:
    """Those of the scopes that change nothing: all that a person may grant whose duty is to look."""
    return frozenset(scope for scope in scopes if SCOPES[scope].reads)


def fields(purposes: Collection[str]) -> frozenset[str]:
    """The fields that may leave for these purposes together. KeyError for a purpose that there is not."""
    return frozenset(field for purpose in purposes for field in FIELDS[purpose])
