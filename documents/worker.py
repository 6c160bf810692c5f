"""One worker of the press: a process that sets sheets one after another, shut in before the first.

It is started by `documents.press` with the number of its end of a pipe, the font folder and the seconds it
has for one paper. It ends when the other end is closed, so it never outlives the program that started it.
"""

import gc
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from documents import fonts, isolation, selftest
from documents.printing import CannotPrint, Fitness, Printed, pack_answer, pack_fitness, unpack_sheet
from documents.typesetting import Typesetter

LEFT_LYING = 200_000
"""Objects that may pile up before they are looked through within a paper: more than a paper of a few pages
leaves, and far fewer than a book does."""

IDLE_SECONDS = 600  # then it ends by itself, and its memory is free for others


def work(channel: Connection, folder: Path, seconds: float) -> None:
    """Makes itself ready, says how fit it is, and prints until nobody asks any more."""
    layers = ["network"] if isolation.leave_the_network() else []
    fonts.check(folder)
    typesetter = Typesetter()
    typesetter.set(selftest.trial())  # dictionaries and drawings are read now, while they can be
    silence = os.open(os.devnull, os.O_WRONLY)
    layers += isolation.shut_in(folder)
    fitness = Fitness(tuple(selftest.failures(typesetter.set)), tuple(layers))
    os.dup2(silence, sys.stderr.fileno())  # what a library writes later may hold words of a sheet
    os.close(silence)
    gc.collect()
    gc.freeze()  # fonts and styles stay for good, and need not be looked through again
    gc.set_threshold(LEFT_LYING, 5, 5)
    channel.send_bytes(pack_fitness(fitness))
    while channel.poll(IDLE_SECONDS):
        try:
            message = channel.recv_bytes()
        except EOFError:
            return
        isolation.allow_seconds(seconds)
        channel.send_bytes(pack_answer(answer(typesetter, message)))
        del message
        gc.collect()  # the desk is cleared while whoever asked goes on with the paper


def answer(typesetter: Typesetter, message: bytes) -> Printed | CannotPrint:
    """The paper, or why there is none."""
    try:
        return typesetter.set(unpack_sheet(message))
    except CannotPrint as refusal:
        return refusal
    except PermissionError:
        return CannotPrint("fetch")  # it went for a file, and found that it is shut in
    except Exception as problem:
        # Its words may hold words of the sheet; its kind does not.
        return CannotPrint("markup", type(problem).__name__)


if __name__ == "__main__":
    number, place, limit = sys.argv[1:]
    work(Connection(int(number)), Path(place), float(limit))
