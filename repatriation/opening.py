"""Opens a house from settings: connects the database, reads procedures and calendars, finds the keys."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network

from documents.press import Press
from partners.reach import Reach
from repatriation.records import migrations
from repatriation.records.doors import Doors, default_url
from repatriation.records.sealing import Keyring, KeyringError
from repatriation.settings import Settings
from repatriation.work.calendars import Calendars
from repatriation.work.house import House, Keeping
from repatriation.work.papers.workshop import Workshop
from repatriation.work.readiness import keys_missing, of_the_other_kind, procedures_missing
from repatriation.work.telling.smtp import Smtp
from sop import clocks, shelf, visiting

log = logging.getLogger("repatriation.opening")

UNREADY = {
    "unreachable": "The database does not answer: {}",
    "revision": "The tables are at revision {}, not at this program's: run `repatriation db upgrade`",
    "guard": "The append-only guard {} is missing: run `repatriation db upgrade`, then look into why",
}
"""What may keep a database from being used, in words for whoever runs the service."""

UNKNOWN = (
    "Cases follow a procedure file with SHA-256 {}, which is not here any more or was edited. Put that very "
    "file back, and make what you changed a new edition beside it. (Where all cases are made up, delete the "
    "demonstration's folder instead.)"
)
"""Why a case's procedure may not be missing: nobody could say what may be done in it."""

SHUT = (
    "The keys here do not open the cases that were sealed under epoch {}: put back the keyring that belongs "
    "to this database"
)
"""Why it is looked before anybody is let in: new keys over lost ones would be found out case by case."""

MADE_UP = (
    "Officers or cases here are made up, and everybody knows the passwords of such officers: begin a real "
    "installation with an empty database, or set REPATRIATION_DEMONSTRATION"
)
REAL = (
    "Officers or cases here are real, and everybody knows the key that signs a demonstration's sessions: "
    "unset REPATRIATION_DEMONSTRATION"
)

OVERDUE = (
    "The {} key that partners know is {} days old, and may be {} at most: run "
    "`repatriation keys rotate --for {}`"
)
"""Why a key may not grow old: the longer it is used, the more would be lost with it."""

UNFIT = "no paper is issued: the press failed its test: %s"
OPEN = "papers are set in workers that this system does not shut in by: %s"

MADE_UP_PAST = timedelta(days=3650)
"""How far back made-up papers may be dated; in the demonstration their keys must be that old, too."""


class NotReady(RuntimeError):
    """Nobody may be let in yet; the message says why, a line each."""


def what_is_wrong(doors: Doors) -> tuple[str, ...]:
    """Why the database may not be used; nothing when it may."""
    return tuple(UNREADY[problem.code].format(problem.what) for problem in migrations.ready(doors))


def open_to_serve(settings: Settings, now: datetime) -> House:
    """Everything work needs, once it is certain that the tables are this program's, the guards stand and no
    key that partners meet is too old.

    Raises NotReady, and whatever `open_house` raises.
    """
    return tested(settings, open_to_tick(settings, now))


def open_to_tick(settings: Settings, now: datetime) -> House:
    """The same for the clock, which prints no paper, so that no worker of the press is tried."""
    house = open_house(settings)
    wrong = what_is_wrong(house.doors) or (
        *(SHUT.format(epoch) for epoch in keys_missing(house)),
        *((REAL if house.demonstration else MADE_UP,) if of_the_other_kind(house) else ()),
        *(UNKNOWN.format(digest) for digest in procedures_missing(house)),
        *(
            OVERDUE.format(key.purpose.name, (now - key.made).days, key.purpose.lasts.days, key.purpose.name)
            for key in house.keyring.instance_keys().overdue(now)
        ),
    )
    if wrong:
        raise NotReady("\n".join(wrong))
    return house


def tested(settings: Settings, house: House) -> House:
    """The house, after a worker of the press has printed its trial. Where that fails the pages are served all
    the same, and no paper is issued; why, and what does not shut the workers in, is told to the log."""
    if house.papers is None:
        return house
    trial = Press(1, fonts=settings.fonts)
    found = trial.fitness()
    trial.close()
    if not found.fit:
        log.error(UNFIT, ", ".join(found.failures))
        return replace(house, papers=replace(house.papers, fault="selftest"))
    if found.missing:
        log.warning(OPEN, ", ".join(found.missing))
    return house


def open_doors(settings: Settings) -> Doors:
    """The doors of the installation's database: the one named, else the embedded one in its folder."""
    return Doors(settings.database_url or default_url(settings.folder))


def open_workshop(settings: Settings, keyring: Keyring) -> Workshop | None:
    """What papers are made with; none where there are no keys that could sign them."""
    try:
        keyring.paper_keys()
    except KeyringError:
        return None
    return Workshop(
        press=Press(settings.press_workers, fonts=settings.fonts),
        read_keys=keyring.paper_keys,
        origin=settings.issuer,
        authorities=frozenset(settings.travel_authorities),
        digits=frozenset(settings.native_digits),
    )


_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


def open_relay(settings: Settings) -> Smtp | None:
    """The mail server, where there is one."""
    if not settings.smtp_host:
        return None
    return Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port or _PORTS[settings.smtp_tls],
        sender=settings.smtp_from,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        ca=settings.smtp_ca,
    )


def open_house(settings: Settings) -> House:
    """Everything work needs. Raises what is wrong with a procedure, a calendar, the keys or the database."""
    keyring, doors = Keyring(settings.keyring_folder), open_doors(settings)
    schedule = visiting.load(settings.schedule or visiting.SCHEDULE)
    return House(
        doors=doors,
        shelf=shelf.stock(settings.corridors),
        calendars=Calendars(clocks.load(overrides=settings.calendars), doors),
        keyring=keyring,
        demonstration=settings.demonstration,
        issuer=settings.issuer,
        partner_rate=settings.partner_rate,
        papers=open_workshop(settings, keyring),
        reach=Reach(
            networks=tuple(ip_network(network) for network in settings.partner_networks),
            loopback=settings.demonstration,
            ca=settings.partner_ca,
        ),
        relay=open_relay(settings),
        schedule=schedule,
        rhythm=schedule.rhythm,
        keeping=Keeping(settings.handoff_days, assumed=False) if settings.handoff_days else Keeping(),
    )


def rotate_paper_keys(settings: Settings, now: datetime) -> int:
    """Make new keys that from now on sign papers, and give the number of their generation."""
    since = now - MADE_UP_PAST if settings.demonstration else None
    return Keyring(settings.keyring_folder).add_paper_generation(settings.host, now, since).number


def prepare_paper_keys(settings: Settings, now: datetime) -> None:
    """Make the first keys that sign papers, where there are none yet."""
    since = now - MADE_UP_PAST if settings.demonstration else None
    Keyring(settings.keyring_folder).ensure_paper_keys(settings.host, now, since)


def prepare_partner_keys(settings: Settings, now: datetime) -> None:
    """Make the first keys that partners meet, where there are none yet; in the demonstration, which nobody
    looks after, also those that have grown too old.
    """
    keyring = Keyring(settings.keyring_folder)
    for key in keyring.ensure_partner_keys(now).overdue(now) if settings.demonstration else ():
        keyring.add_partner_key(key.purpose.name, now)
