"""Shuts a worker in: what a process can give up by itself, so that a fault in it stays in it.

Each layer stands alone. `shut_in` answers which of them are in force, truthfully: a kernel may lack Landlock,
and a container may forbid a network namespace.
"""

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

Hook = Callable[[str, tuple[Any, ...]], None]

MEMORY = 1 << 30
OPEN_FILES = 64

LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every processor
LANDLOCK_VERSION = 1
LANDLOCK_EVERY_THREAD = 1 << 3
BENEATH = 1
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
FILE_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TCP_BIND_AND_CONNECT = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


SECCOMP_SET_FILTER, SECCOMP_EVERY_THREAD = 1, 1
LOAD, EQUAL, AT_LEAST, ANY_BIT, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, NOT_PERMITTED, NO_SUCH_CALL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
OLD_NUMBERS = 0x40000000
CLONE_THREAD = 0x10000
CLONE3 = (
    435  # a filter cannot see whether it makes a thread or a process; told it is absent, libraries use clone
)


class Processor(NamedTuple):
    """How one kind of processor numbers itself and the calls that are set, looked into, and given up."""

    architecture: int
    seccomp: int
    clone: int
    given_up: tuple[int, ...]


# socket, connect, execve, execveat, ptrace, reading and writing another's memory, kill, a pidfd's kill,
# io_uring, mount, setns, unshare, bpf; and fork and vfork where they are calls of their own.
PROCESSORS = {
    "x86_64": Processor(
        0xC000003E, 317, 56, (41, 42, 59, 322, 101, 310, 311, 62, 424, 425, 165, 308, 272, 321, 57, 58)
    ),
    "aarch64": Processor(
        0xC00000B7, 277, 220, (198, 203, 221, 281, 117, 270, 271, 129, 424, 425, 40, 268, 97, 280)
    ),
}


def leave_the_network() -> bool:
    """Moves this process into a network of its own, where there is nothing. Must come before any thread."""
    return any(LIBC.unshare(kind) == 0 for kind in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def shut_in(readable: Path) -> list[str]:
    """Gives up files, network, programs and memory for good; only this folder and the program can be read."""
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _limit()
    layers = ["limits"]
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    folders = [readable.resolve(), *_program()]
    if _landlock(folders):
        layers.append("landlock")
    if _seccomp():
        layers.append("seccomp")
    sys.addaudithook(_watch(folders))
    return [*layers, "audit"]


def allow_seconds(seconds: float) -> None:
    """From now on so much processor time, and no more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _program() -> list[Path]:
    """Where Python and its libraries are. They are read late, when a part is first needed."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return sorted({Path(sysconfig.get_path(name)).resolve() for name in names})


def _limit() -> None:
    """Memory, open files, nothing written, and no picture of the memory left on a disk."""
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))


def _landlock(readable: Iterable[Path]) -> bool:
    """Asks the kernel to refuse every file but these, and whatever else its Landlock can refuse."""
    version = LIBC.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(LANDLOCK_VERSION))
    if version < 1:
        return False
    handled = (1 << FILE_RIGHTS_BY_VERSION[min(version, 5)]) - 1
    network = TCP_BIND_AND_CONNECT if version >= 4 else 0
    scoped = ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, network, scoped)[
        : 24 if version >= 6 else 16 if version >= 4 else 8
    ]
    rules = LIBC.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        return False
    try:
        for folder in readable:
            if not _allow(rules, folder):
                return False
        # An older kernel shuts in the calling thread alone, and a layer with a hole is none.
        everybody = LANDLOCK_EVERY_THREAD if version >= 8 else 0
        whole = bool(everybody) or len(os.listdir("/proc/self/task")) == 1
        return bool(LIBC.syscall(LANDLOCK_RESTRICT, rules, ctypes.c_uint32(everybody)) == 0) and whole
    finally:
        os.close(rules)


def _allow(rules: int, folder: Path) -> bool:
    place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", READ_FILE | READ_FOLDER, place)
        return bool(LIBC.syscall(LANDLOCK_ADD, rules, BENEATH, rule, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(place)


def _seccomp() -> bool:
    """Gives up the calls that reach other programs, by sockets in folders too, which Landlock lets pass."""
    processor = PROCESSORS.get(platform.machine())
    if processor is None:
        return False
    steps = _filter(processor)
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    pointer = struct.pack("@HP", len(steps), ctypes.addressof(program))
    filtered = LIBC.syscall(processor.seccomp, SECCOMP_SET_FILTER, SECCOMP_EVERY_THREAD, pointer)
    return bool(filtered == 0)


def _filter(processor: Processor) -> list[tuple[int, int, int, int]]:
    """The filter as the kernel reads it: what to do, how far to jump if so and if not, and a number."""
    first = 8
    allow = first + len(processor.given_up)
    refuse, absent = allow + 1, allow + 2
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 0, refuse - 2, processor.architecture),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, refuse - 4, 0, OLD_NUMBERS),
        (EQUAL, absent - 5, 0, CLONE3),
        (EQUAL, 0, first - 6, processor.clone),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, allow - 8, refuse - 8, CLONE_THREAD),  # a thread of our own is no new process
        *((EQUAL, refuse - first - place - 1, 0, call) for place, call in enumerate(processor.given_up)),
        (ANSWER, 0, 0, ALLOW),
        (ANSWER, 0, 0, NOT_PERMITTED),
        (ANSWER, 0, 0, NO_SUCH_CALL),
    ]


REFUSED = (
    "socket.",
    "subprocess.",
    "os.",
    "pty.",
    "shutil.",
    "tempfile.",
    "ctypes.dlopen",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "webbrowser.",
)
READING = ("open", "os.listdir", "os.scandir")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _watch(readable: Iterable[Path]) -> Hook:
    """A hook that refuses what setting type does not need, before Python asks the kernel for it."""
    beneath = tuple(f"{folder}{os.sep}" for folder in readable)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in READING:
            path = (
                os.path.realpath(os.fsdecode(arguments[0])) if isinstance(arguments[0], str | bytes) else ""
            )
            if not f"{path}{os.sep}".startswith(beneath) or (event == "open" and arguments[2] & WRITING):
                raise PermissionError("a worker may not open this")
        elif event.startswith(REFUSED):
            raise PermissionError(f"a worker may not use {event}")

    return watch
