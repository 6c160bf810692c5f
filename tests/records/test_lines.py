"""Steps that would only collide take turns; others go on beside them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from repatriation.records.lines import Lines


def test_of_one_line_one_has_its_turn_at_a_time() -> None:
    lines, inside, most = Lines(), 0, 0
    guard = threading.Lock()

    def stand(_: int) -> None:
        nonlocal inside, most
        with lines.turn("a-partner"):
            with guard:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.002)
            with guard:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(stand, range(40)))
    assert most == 1


def test_two_lines_and_those_who_stand_in_none_do_not_wait_for_each_other() -> None:
    lines, together = Lines(), threading.Barrier(4)

    def stand(name: str | None) -> int:
        with lines.turn(name):
            return together.wait(10)  # broken, and so an error, unless all four are inside at once

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(stand, ("a-partner", "another", None, None))) == [0, 1, 2, 3]


def test_whoever_fails_in_a_line_lets_the_next_one_in() -> None:
    lines = Lines()
    with pytest.raises(ZeroDivisionError), lines.turn("a-partner"):
        raise ZeroDivisionError
    passed = threading.Event()

    def stand() -> None:
        with lines.turn("a-partner"):
            passed.set()

    threading.Thread(target=stand, daemon=True).start()
    assert passed.wait(10)
