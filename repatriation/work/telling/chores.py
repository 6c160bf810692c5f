"""What is done once in a while, by whichever clock comes first: the daily mail, sealing, clearing away.

Whoever puts the row of a period into `job_run` does the job. If it dies over it, the row's lease ends and
another takes it over; what is done twice then does no harm, for each job is made so.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import col, delete, select, update

from repatriation.records.notices import Notice, Telling
from repatriation.records.organisations import Officer, Organisation
from repatriation.records.outbox import Beat, JobRun, Outbox
from repatriation.records.seals import seal
from repatriation.records.sessions import Begun, Throttle
from repatriation.records.sets import add_missing
from repatriation.records.waiting import OUTBOX
from repatriation.records.writing import add_once
from repatriation.work.actors import zone_for
from repatriation.work.handoffs.retention import shred_finished
from repatriation.work.house import House
from repatriation.work.summaries.points import DUE
from repatriation.work.telling.beats import FORGOTTEN
from repatriation.work.telling.hours import MAIL, digest_day, mail_row, when_to_send
from repatriation.work.telling.inbox import waiting_for
from repatriation.work.telling.moves import TOLD
from repatriation.work.telling.trouble import tell_trouble

LEASE: Final = timedelta(minutes=15)

SENT_FOR: Final = timedelta(days=30)
READ_FOR: Final = timedelta(days=180)
"""How long what was sent, and what was read, is kept; assumed, no source gives it."""

HOURLY: Final = "%Y-%m-%dT%H"
DAILY: Final = "%Y-%m-%d"


class Chore(NamedTuple):
    """One job: its name, how often, and what it does."""

    name: str
    period: str
    work: Callable[[House, datetime], object]


def do_chores(house: House, now: datetime) -> tuple[str, ...]:
    """Do every job whose period has begun and that nobody did in it; says which."""
    return tuple(chore.name for chore in CHORES if _done(house, now, chore))


def _done(house: House, now: datetime, chore: Chore) -> bool:
    period, token = now.strftime(chore.period), secrets.token_hex(16)
    if not _taken(house, now, chore.name, period, token):
        return False
    chore.work(house, now)
    with house.doors.act() as session:
        session.exec(
            update(JobRun)
            .where(col(JobRun.name) == chore.name, col(JobRun.period) == period, col(JobRun.token) == token)
            .values(done_at=now)
        )
    return True


def _taken(house: House, now: datetime, name: str, period: str, token: str) -> bool:
    """Whether the job is ours to do: nobody began it in this period, or whoever did has died over it."""
    with house.doors.read() as session:
        begun = session.get(JobRun, (name, period))
    if begun is not None and (begun.done_at is not None or begun.lease_until > now):
        return False
    with house.doors.act() as session:
        until = now + LEASE
        if begun is None:
            return add_once(session, JobRun, name=name, period=period, lease_until=until, token=token)
        return bool(
            session.exec(
                update(JobRun)
                .where(col(JobRun.name) == name, col(JobRun.period) == period)
                .where(col(JobRun.token) == begun.token, col(JobRun.done_at).is_(None))
                .values(token=token, lease_until=until)
            ).rowcount
        )


def plan_digests(house: House, now: datetime) -> None:
    """The daily mail of every officer who wishes one, once it is morning where they work and they have not
    read everything. Its name holds the day, so that nobody gets two.
    """
    if house.relay is None:
        return
    with house.doors.act() as session:
        asked = (
            select(Telling, Organisation.country)
            .where(Officer.id == Telling.officer_id, Organisation.id == Officer.organisation_id)
            .where(Telling.rhythm == "digest", col(Telling.mail).is_not(None), col(Officer.active).is_(True))
        )
        wishes = session.exec(asked).all()
        waiting = waiting_for(session, (wish.officer_id for wish, _ in wishes))
        rows = []
        for wish, country in wishes:
            zone = zone_for(country)
            day = digest_day(now, zone)
            if day is not None and wish.officer_id in waiting:
                at = when_to_send(now, zone, wish.quiet_from, wish.quiet_until)
                rows.append(mail_row(wish.officer_id, at, f"digest:{wish.officer_id}:{day}"))
        add_missing(session.connection(), OUTBOX, rows)


def seal_trail(house: House, now: datetime) -> None:
    """Seal every event that is not sealed yet."""
    while True:
        with house.doors.act() as session:
            if seal(session, house.keyring, now, house.issuer) is None:
                return


def clear_away(house: House, now: datetime) -> None:
    """Clear away what nobody needs any more. What may name a case or an officer is not kept for ever."""
    with house.doors.act() as session:
        sent = delete(Outbox).where(col(Outbox.state) == "sent", col(Outbox.run_at) < now - SENT_FOR)
        session.exec(sent.where(col(Outbox.kind).in_((MAIL, *TOLD, DUE))))
        session.exec(delete(Notice).where(col(Notice.read_at) < now - READ_FOR))
        session.exec(delete(JobRun).where(col(JobRun.done_at) < now - SENT_FOR))
        session.exec(delete(Beat).where(col(Beat.ticked_at) < now - FORGOTTEN))
        session.exec(delete(Begun).where(col(Begun.expires_at) < now))
        session.exec(delete(Throttle).where(col(Throttle.empty_at) < now))


CHORES: Final = (
    Chore("digest", HOURLY, plan_digests),
    Chore("seal", HOURLY, seal_trail),
    Chore("trouble", HOURLY, tell_trouble),
    Chore("clear_away", DAILY, clear_away),
    Chore("shred_handoffs", DAILY, shred_finished),
)
