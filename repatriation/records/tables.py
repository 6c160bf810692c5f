"""All tables: importing this module knows them, so that migrations and tests see every one."""

from sqlalchemy import MetaData

from repatriation.records import (
    cases,
    consents,
    handoffs,
    imports,
    instance,
    organisations,
    outbox,
    papers,
    partners,
    people,
    seals,
    sessions,
    trail,
    visits,
)
from repatriation.records.columns import Row

MODULES = (
    cases,
    consents,
    handoffs,
    imports,
    instance,
    organisations,
    outbox,
    papers,
    partners,
    people,
    seals,
    sessions,
    trail,
    visits,
)

METADATA: MetaData = Row.metadata
