"""All tables: importing this module knows them, so that migrations and tests see every one."""

from sqlalchemy import MetaData

from repatriation.records import (
    calendar,
    cases,
    consents,
    factors,
    federation,
    feeds,
    handoffs,
    imports,
    instance,
    invitations,
    notices,
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
    calendar,
    cases,
    consents,
    factors,
    federation,
    feeds,
    handoffs,
    imports,
    instance,
    invitations,
    notices,
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
