"""Opens a house from settings: connects the database, reads procedures and calendars, finds the keys."""

from repatriation.records.doors import Doors, default_url
from repatriation.records.sealing import Keyring
from repatriation.settings import Settings
from repatriation.work.house import House
from sop import clocks, shelf


def open_doors(settings: Settings) -> Doors:
    """The doors of the installation's database: the one named, else the embedded one in its folder."""
    return Doors(settings.database_url or default_url(settings.folder))


def open_house(settings: Settings) -> House:
    """Everything work needs. Raises what is wrong with a procedure, a calendar, the keys or the database."""
    return House(
        doors=open_doors(settings),
        shelf=shelf.stock(settings.corridors),
        calendars=clocks.load(overrides=settings.calendars),
        keyring=Keyring(settings.keyring_folder),
        demonstration=settings.demonstration,
    )
