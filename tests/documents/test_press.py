"""The press under bad luck: killed workers, floods, sheets that never end, forks, and its own unfitness."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from documents import fonts
from documents import press as press_module
from documents.press import Press, Worker
from documents.printing import CannotPrint, Printed, unpack_answer, unpack_fitness
from tests.documents.paper import sheet

HELLO = sheet("<p>Hello</p>")
ENDLESS = sheet('<table><tr><td colspan="100000">x</td></tr></table>')


@pytest.fixture
def hasty() -> Iterator[Press]:
    """A press that gives a sheet one second and lets nobody wait."""
    press = Press(workers=1, waiting=0, seconds=1)
    yield press
    press.close()


def code(action: Callable[[], object]) -> str:
    """Why it cannot be done."""
    with pytest.raises(CannotPrint) as refused:
        action()
    return refused.value.code


def lose(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Kills the worker under so many sheets. Answers a list that grows with each attempt."""
    attempts: list[int] = []
    really = Worker.print

    def print_(worker: Worker, message: bytes) -> Printed | CannotPrint:
        attempts.append(worker.process.pid)
        if len(attempts) <= times:
            worker.process.kill()
        return really(worker, message)

    monkeypatch.setattr(Worker, "print", print_)
    return attempts


def test_a_killed_worker_loses_one_attempt_and_nothing_else(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = press.print(HELLO)
    attempts = lose(monkeypatch, 1)
    assert press.print(HELLO) == before
    assert len(set(attempts)) == 2


def test_a_sheet_that_kills_two_workers_is_not_tried_a_third_time(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = lose(monkeypatch, 2)
    assert code(lambda: press.print(HELLO)) == "crashed"
    assert len(attempts) == 2
    assert press.print(HELLO).pages == 1


def test_a_worker_that_died_while_nobody_asked_costs_no_attempt(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    press.print(HELLO)
    attempts = lose(monkeypatch, 0)
    press._running[0].process.kill()
    press._running[0].process.wait()
    assert press.print(HELLO).pages == 1
    assert len(attempts) == 1


def test_an_answer_that_nobody_waited_for_is_never_given_to_another(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Worker.print

    def interrupted(worker: Worker, message: bytes) -> Printed | CannotPrint:
        worker._channel.send_bytes(message)
        raise KeyboardInterrupt

    monkeypatch.setattr(Worker, "print", interrupted)
    with pytest.raises(KeyboardInterrupt):
        press.print(sheet("<p>The first, of three pages</p>" * 200))
    monkeypatch.setattr(Worker, "print", really)
    assert press.print(HELLO).pages == 1


def test_a_worker_that_talks_nonsense_is_let_go(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    press.print(HELLO)
    monkeypatch.setattr(press_module, "unpack_answer", lambda m: unpack_answer(m[5:]))
    assert code(lambda: press.print(HELLO)) == "crashed"
    monkeypatch.undo()
    assert press.print(HELLO).pages == 1


def test_a_sheet_that_never_ends_is_ended_and_the_press_goes_on(hasty: Press) -> None:
    hasty.print(HELLO)
    began = time.monotonic()
    assert code(lambda: hasty.print(ENDLESS)) == "timed_out"
    assert time.monotonic() - began < 10
    assert hasty.print(HELLO).pages == 1


def test_who_finds_the_room_full_is_told_at_once(hasty: Press) -> None:
    hasty.print(HELLO)
    taken = threading.Thread(target=lambda: code(lambda: hasty.print(ENDLESS)))
    taken.start()
    while hasty._room.acquire(blocking=False):
        hasty._room.release()
    began = time.monotonic()
    assert [code(lambda: hasty.print(HELLO)) for _ in range(50)] == ["busy"] * 50
    assert time.monotonic() - began < 0.5
    taken.join()
    assert hasty.print(HELLO).pages == 1


def test_many_threads_share_a_press(press: Press) -> None:
    expected = press.print(HELLO)
    printed: list[Printed] = []
    threads = [threading.Thread(target=lambda: printed.append(press.print(HELLO))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert printed == [expected] * 12


def test_no_worker_is_started_before_it_is_needed() -> None:
    press = Press()
    assert press._running == []
    press.close()


def test_a_press_leaves_no_process_and_no_file_behind() -> None:
    before = set(os.listdir(tempfile.gettempdir()))
    press = Press(workers=1)
    press.print(HELLO)
    process = press._running[0].process
    assert {name for name in set(os.listdir(tempfile.gettempdir())) - before if "weasy" in name} == set()
    press.close()
    assert process.poll() is not None
    assert code(lambda: press.print(HELLO)) == "unfit"


def test_spoilt_fonts_make_a_press_unfit(tmp_path: Path) -> None:
    folder = shutil.copytree(fonts.home(), tmp_path / "fonts")
    (folder / "thai-400.ttf").write_bytes((folder / "khmer-400.ttf").read_bytes())
    press = Press(workers=1, fonts=folder)
    try:
        with pytest.raises(CannotPrint, match=r"unfit: .*thai-400\.ttf is not the file"):
            press.print(HELLO)
        assert not press.fitness().fit
    finally:
        press.close()


def test_a_worker_that_fails_its_own_test_prints_nothing(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        press_module, "unpack_fitness", lambda m: unpack_fitness(m)._replace(failures=("km",))
    )
    unfit = Press(workers=1)
    try:
        assert unfit.fitness().failures == ("unfit: km",)
        assert code(lambda: unfit.print(HELLO)) == "unfit"
        assert unfit._running == []
    finally:
        unfit.close()


def run(program: str) -> str:
    """What a program prints that runs by itself."""
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts.home() / fonts.CONFIGURATION)}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def test_a_forked_child_starts_workers_of_its_own_and_leaves_the_parents_alone() -> None:
    program = """
import os
from documents.press import Press
from documents.selftest import trial
press = Press(workers=1)
first = press.print(trial())
ours = press._running[0].process.pid
child = os.fork()
if child == 0:
    same = press.print(trial()) == first
    other = press._running[0].process.pid != ours
    press.close()
    os._exit(0 if same and other else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(press.print(trial()) == first, press._running[0].process.pid == ours)
"""
    assert run(program).split() == ["0", "True", "True"]


def test_another_weasyprint_is_refused() -> None:
    program = """
import weasyprint
from documents.repair import OtherWeasyPrint, repair
weasyprint.VERSION = "70.1"
try:
    repair()
except OtherWeasyPrint as problem:
    print(problem)
"""
    assert run(program) == "papers are made with WeasyPrint 70.0, and this is 70.1\n"


def test_without_the_repair_the_self_test_fails() -> None:
    program = """
from documents import repair, selftest, typesetting
repair._as_read = lambda text: text[::-1]
print(",".join(selftest.failures(typesetting.Typesetter().set)))
"""
    assert run(program) == "km,th,vi,thai-lines\n"


def test_thai_that_does_not_break_is_noticed() -> None:
    program = """
from documents import selftest, typesetting
unbroken = selftest.trial()
unbroken = unbroken._replace(html=unbroken.html.replace("width: 3cm", "white-space: nowrap"))
selftest.trial = lambda: unbroken
print(",".join(selftest.failures(typesetting.Typesetter().set)))
"""
    assert run(program) == "thai-lines\n"


def test_the_memory_of_a_worker_stays_as_it_is(press: Press) -> None:
    def megabytes() -> float:
        pages = Path(f"/proc/{press._running[0].process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    for _ in range(30):
        press.print(HELLO)
    before = megabytes()
    for number in range(150):
        press.print(sheet(f'<p>Paper {number}</p><p lang="th">การส่งกลับ {number}</p>'))
    assert megabytes() - before < 20
