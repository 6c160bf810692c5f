"""A worker is shut in: what it cannot reach, above Python's own guard and below it."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from documents import fonts
from documents.press import Press

# Everything is tried by Python and then by the C library, which Python's guard does not see.
PROGRAM = """
import ctypes, json, os, resource, socket, struct, subprocess, sys, threading
from pathlib import Path
from documents import isolation
fonts, secret, fresh, port = Path(sys.argv[1]), sys.argv[2].encode(), sys.argv[3].encode(), int(sys.argv[4])
libc = ctypes.CDLL(None, use_errno=True)
layers = ["network"] if isolation.leave_the_network() else []
layers += isolation.shut_in(fonts)
address = struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, bytes([127, 0, 0, 1]))

def python(action):
    try:
        action()
    except PermissionError:
        return False
    return True

def connect():
    end = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    return libc.connect(end, address, 16) == 0

print(json.dumps({
    "layers": layers,
    "python": {
        "reads a font": python(lambda: (fonts / "mono-400.ttf").read_bytes()),
        "starts a thread": python(lambda: threading.Thread(target=int).start()),
        "imports late": python(lambda: __import__("colorsys")),
        "reads a file": python(lambda: open(secret)),
        "lists a folder": python(lambda: os.listdir("/")),
        "writes a file": python(lambda: open(fresh, "w")),
        "writes a font": python(lambda: (fonts / "mono-400.ttf").open("ab")),
        "climbs out": python(lambda: open(fonts / ".." / ".." / "secret")),
        "opens a socket": python(lambda: socket.socket()),
        "starts a program": python(lambda: subprocess.Popen(["true"])),
        "forks": python(lambda: os.fork()),
        "loads a library": python(lambda: ctypes.CDLL("libc.so.6")),
    },
    "c": {
        "reads a font": libc.open(bytes(fonts / "mono-400.ttf"), os.O_RDONLY) >= 0,
        "reads a file": libc.open(secret, os.O_RDONLY) >= 0,
        "writes a file": libc.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600) >= 0,
        "connects": connect(),
        "opens a socket in a folder": libc.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0) >= 0,
        "starts a program": libc.system(b"true") == 0,
        "forks": (child := libc.fork()) >= 0 and (child or os._exit(0)) > 0,
    },
    "memory": resource.getrlimit(resource.RLIMIT_AS)[1],
    "core": resource.getrlimit(resource.RLIMIT_CORE)[1],
}))
"""
MAY = {"reads a font", "starts a thread", "imports late"}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a process that is shut in could do."""
    folder = tmp_path_factory.mktemp("shut-in")
    (folder / "secret").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        arguments = [str(fonts.ready()), str(folder / "secret"), str(folder / "fresh"), port]
        command = [sys.executable, "-I", "-c", PROGRAM, *arguments]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(json.loads(answer))


def test_python_in_a_worker_reads_fonts_and_the_program_and_does_nothing_else(
    tried: dict[str, object],
) -> None:
    done = tried["python"]
    assert isinstance(done, dict)
    assert {name for name, could in done.items() if could} == MAY


def test_what_the_layers_promise_the_kernel_keeps(tried: dict[str, object]) -> None:
    done, layers = tried["c"], tried["layers"]
    assert isinstance(done, dict)
    assert isinstance(layers, list)
    assert done["reads a font"]
    assert done["reads a file"] == done["writes a file"] == ("landlock" not in layers)
    assert done["connects"] == (not {"network", "landlock", "seccomp"} & set(layers))
    assert done["opens a socket in a folder"] == ("seccomp" not in layers)
    assert done["forks"] == ("seccomp" not in layers)
    assert not (done["starts a program"] and {"landlock", "seccomp"} & set(layers))


def test_memory_is_limited_and_never_left_on_a_disk(tried: dict[str, object]) -> None:
    assert tried["memory"] == 1 << 30
    assert tried["core"] == 0


def test_a_press_says_which_layers_are_in_force(press: Press, tried: dict[str, object]) -> None:
    assert press.fitness().fit
    assert list(press.fitness().layers) == tried["layers"]
    assert {"limits", "audit"} <= set(press.fitness().layers)


def test_a_worker_runs_no_code_from_the_folder_it_was_started_in(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    program = "from documents.press import Press; p = Press(workers=1); print(p.fitness().fit); p.close()"
    command = [sys.executable, "-P", "-c", program]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert answer.stdout == "True\n"
