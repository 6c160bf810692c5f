"""Several processes at once, each with a pipe to whoever started them, and none of them left behind."""

import contextlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

# Forked from a server that has imported all this once, and never from a process in which threads are running.
APART: Final = multiprocessing.get_context("forkserver")

Job = tuple[Callable[..., None], tuple[Any, ...]]
"""A function whose first argument is its end of the pipe, and its further arguments."""


def begin(job: Job) -> tuple[BaseProcess, Connection]:
    """Starts one process; gives it and our end of its pipe."""
    ours, theirs = APART.Pipe()
    APART.set_forkserver_preload(["repatriation.bench.world"])
    work, arguments = job
    process = APART.Process(target=work, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    return process, ours


@contextlib.contextmanager
def crowd(jobs: Sequence[Job]) -> Iterator[list[Connection]]:
    """Starts all of them; at the end waits for each, and ends those that do not."""
    started = [begin(job) for job in jobs]
    try:
        yield [pipe for _, pipe in started]
    finally:
        for process, pipe in started:
            pipe.close()
            process.join(20)
            if process.is_alive():
                process.kill()
                process.join()
