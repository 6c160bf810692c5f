"""What a benchmark ran on, as far as it bears on the figures: the disk, the cores, the versions."""

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

LIBRARIES: Final = ("sqlalchemy", "sqlmodel", "pydantic", "psycopg", "flask", "gunicorn")


def fsync_ms(folder: Path, times: int = 100) -> float:
    """The median time, in ms, that the disk under a folder takes to keep one page for good."""
    file = folder / "fsync"
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    taken = []
    try:
        for _ in range(times):
            os.pwrite(handle, os.urandom(4096), 0)
            began = time.perf_counter()
            os.fsync(handle)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(handle)
        file.unlink()
    return median(taken) * 1000


def describe(folder: Path) -> dict[str, Any]:
    """The machine in words and numbers."""
    return {
        "fsync ms": round(fsync_ms(folder), 3),
        "cores": os.cpu_count(),
        "load before": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }
