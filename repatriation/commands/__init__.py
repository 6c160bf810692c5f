"""The command line: each module of this package is one command or group, found by its name `command`."""

from importlib import import_module
from pkgutil import iter_modules

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="repatriation")
def main() -> None:
    """Case work for trafficked people going home between Cambodia, Thailand and Viet Nam."""


# A command module imports only click at its top, and what it works with inside each command, so that
# asking for help stays quick whatever the commands need.
for _module in iter_modules(__path__):
    _command: click.Command = import_module(f"{__name__}.{_module.name}").command
    _known = main.commands.get(str(_command.name))
    if isinstance(_known, click.Group) and isinstance(_command, click.Group):
        _known.commands.update(_command.commands)  # a group may have its commands in several modules
    else:
        main.add_command(_command)
