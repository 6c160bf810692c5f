"""Trouble with the clock itself: mails that were given up, and a clock on a machine whose time is off.

Whoever may mend it is told in the inbox, and never by mail: a mail that cannot be delivered must not make
another one.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from repatriation.records.organisations import Officer, Organisation
from repatriation.records.outbox import Beat, Outbox
from repatriation.work.house import House
from repatriation.work.permissions import Permission, may
from repatriation.work.telling.audience import Audience, Who
from repatriation.work.telling.batch import Batch
from repatriation.work.telling.beats import SILENT
from repatriation.work.telling.hours import MAIL

TROUBLE: Final = "clock:trouble"
"""The kind of a notice that something is wrong with the clock."""

OFF_BY: Final = 2000
"""Milliseconds by which a machine's time may be off before somebody is told."""

_LATELY: Final = timedelta(days=2)


def tell_trouble(house: House, now: datetime) -> None:
    """Tell of what went wrong lately: once for each clock, and once a day for an organisation's mails."""
    with house.doors.act() as session:
        unheard, clocks = _unheard(session, now), _off(session, now)
        if not unheard and not clocks:
            return
        everywhere = session.exec(select(Organisation.id)).all() if clocks else []
        audience = Audience(session.connection(), (), {*unheard, *everywhere})
        batch = Batch(session.connection(), now)
        for organisation_id in sorted(unheard):
            once = f"trouble:mail:{organisation_id}:{now:%Y%m%d}"
            batch.tell(_menders(audience, organisation_id), TROUBLE, once, {}, standing="mail",
                       asks=True, posts=False)  # fmt: skip
        for process in clocks:
            those = [who for each in everywhere for who in _menders(audience, each)]
            batch.tell(those, TROUBLE, f"trouble:off:{process}", {}, standing="off", asks=True, posts=False)
        batch.write()


def _unheard(session: Session, now: datetime) -> set[str]:
    """The organisations to whose officers a mail was given up lately."""
    return set(
        session.exec(
            select(Officer.organisation_id)
            .join(Outbox, col(Outbox.recipient_id) == col(Officer.id))
            .where(Outbox.state == "dead", Outbox.kind == MAIL, col(Outbox.run_at) > now - _LATELY)
            .distinct()
        ).all()
    )


def _off(session: Session, now: datetime) -> list[str]:
    """The clocks that run on a machine whose time is off. One that fell silent is not told: where no clock
    runs nobody could tell it, and where another does nothing is lost.
    """
    beats = session.exec(select(Beat).where(Beat.ticked_at > now - SILENT)).all()
    return [beat.process for beat in beats if abs(beat.skew_ms) > OFF_BY]


def _menders(audience: Audience, organisation_id: str) -> list[Who]:
    return [who for who in audience.staff(organisation_id) if may(who.duty, Permission.RETRY_MAIL)]
