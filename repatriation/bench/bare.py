"""WeasyPrint by itself, in a process of its own: the same markup, style and faces, a plain PDF, no hooks."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import NamedTuple

from documents.fonts import CONFIGURATION


class Bare(NamedTuple):
    """Our end of that process."""

    channel: Connection

    def print(self, html: str) -> float:
        """Prints a page there. The seconds that it took, by that process's own clock."""
        self.channel.send(html)
        seconds: float = self.channel.recv()
        return seconds


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[Bare]:
    """The process, ready to print with the faces in a folder."""
    ours, theirs = Pipe()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
        [sys.executable, "-m", "repatriation.bench.alone", str(theirs.fileno())],
        env=os.environ | {"FONTCONFIG_FILE": str(folder / CONFIGURATION)},
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    theirs.close()
    try:
        ours.recv()
        yield Bare(ours)
    finally:
        ours.close()
        process.wait(20)
