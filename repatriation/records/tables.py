"""All tables: importing this module knows them, so that migrations and tests see every one."""

from sqlalchemy import MetaData

from repatriation.records import (
    cases,
    consents,
    factors,
    handoffs,
    imports,
    instance,
    invitations,
    organisations,
    outbox,
    papers,
    partners,
    people,
    plans,
    providers,
    seals,
    services,
    sessions,
    stays,
    summaries,
    trail,
    visits,
)
from repatriation.records.columns import Row

MODULES = (
    cases,
    consents,
    factors,
    handoffs,
    imports,
    instance,
    invitations,
    organisations,
    outbox,
    papers,
    partners,
    people,
    plans,
    providers,
    seals,
    services,
    sessions,
    stays,
    summaries,
    trail,
    visits,
)

METADATA: MetaData = Row.metadata
