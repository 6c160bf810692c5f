"""What an officer's duty lets them do at all; which cases they may do it in is decided case by case."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """A kind of thing to be allowed, named area:object:verb. Every page names one."""

    OWN_ACCOUNT = "account:own:use"
    LET_COLLEAGUES_IN = "account:colleague:admit"
    READ_PROCEDURES = "sop:procedure:read"
    LIST_CASES = "case:list:read"
    READ_CASE = "case:file:read"
    OPEN_CASE = "case:file:open"
    TAKE_STEP = "case:step:take"
    READ_IDENTITY = "person:identity:open"
    WRITE_IDENTITY = "person:identity:write"
    LIST_ARRIVALS = "arrival:list:read"
    LIST_VISITS = "visit:list:read"
    RECORD_VISIT = "visit:record:write"
    IMPORT_CASES = "case:import:run"
    READ_BOARDS = "board:page:read"
    READ_STATISTICS = "statistics:table:read"
    READ_TRAIL = "trail:list:read"
    APPROVE_PARTNERS = "partner:program:approve"
    LEND_TO_PROGRAM = "partner:program:lend"
    HAND_OVER = "handoff:box:use"
    LIST_SERVICES = "service:list:read"
    KEEP_SERVICES = "service:offer:write"
    FIND_SERVICE = "service:person:find"
    ANSWER_REFERRALS = "referral:list:read"
    READ_NEEDS = "need:register:read"


_P = Permission
_EVERYBODY = frozenset({_P.OWN_ACCOUNT, _P.READ_PROCEDURES, _P.LEND_TO_PROGRAM})
_CASE_WORK = _EVERYBODY | {
    *(_P.LIST_CASES, _P.READ_CASE, _P.TAKE_STEP, _P.READ_IDENTITY, _P.HAND_OVER, _P.LIST_SERVICES),
}
# Whoever places people, or takes them on.
_CARE = frozenset({_P.KEEP_SERVICES, _P.FIND_SERVICE, _P.ANSWER_REFERRALS, _P.READ_NEEDS})

# A duty that is not here holds nothing: protected by default.
HELD: Mapping[str, frozenset[Permission]] = {
    "consular": _CASE_WORK | {_P.OPEN_CASE, _P.WRITE_IDENTITY},
    "coordinator": _CASE_WORK
    | _CARE
    | {
        _P.OPEN_CASE,
        _P.WRITE_IDENTITY,
        _P.LIST_ARRIVALS,
        _P.LIST_VISITS,
        _P.RECORD_VISIT,
        _P.IMPORT_CASES,
        _P.READ_BOARDS,
        _P.READ_STATISTICS,
        _P.READ_TRAIL,
        _P.APPROVE_PARTNERS,
        _P.LET_COLLEAGUES_IN,
    },
    "reception": _CASE_WORK | _CARE | {_P.OPEN_CASE, _P.WRITE_IDENTITY, _P.LIST_ARRIVALS},
    "caseworker": _CASE_WORK | _CARE | {_P.WRITE_IDENTITY, _P.LIST_VISITS, _P.RECORD_VISIT, _P.READ_BOARDS},
    "protection": _CASE_WORK | _CARE | {_P.OPEN_CASE, _P.WRITE_IDENTITY},
    "police": _CASE_WORK | {_P.OPEN_CASE},
    "iom": _CASE_WORK | {_P.IMPORT_CASES, _P.READ_BOARDS, _P.READ_STATISTICS, _P.READ_NEEDS},
    # An auditor sees who did what in which case, and never who the case is about.
    "auditor": _EVERYBODY
    | {_P.LIST_CASES, _P.READ_CASE, _P.READ_TRAIL, _P.READ_BOARDS, _P.READ_STATISTICS}
    | {_P.LIST_SERVICES, _P.READ_NEEDS},
    # A partner's program opens no page; what it may call is agreed with the partner, scope by scope.
    "system": frozenset(),
}


def may(duty: str, permission: Permission) -> bool:
    """Whether an officer with this duty holds the permission."""
    return permission in HELD.get(duty, frozenset())
