"""Who may open which board, and what is told to those who have no part in the cases."""

import pytest
from bs4 import Tag

from repatriation.web.boards.shown import told_words
from repatriation.work.boards.small import Told
from repatriation.work.newcase import NewCase
from tests.web.casework.conftest import FAMILY_NAME, SOK, World
from tests.web.conftest import read_page
from tests.web.reading import obstacles

BOARDS = ("week", "load", "stuck", "stages", "needs", "contact")


def _answers(world: World, who: str) -> dict[str, int]:
    visitor = world.browser(who)
    return {board: visitor.open(f"/boards/{board}").status_code for board in BOARDS}


def test_each_duty_opens_its_own_boards_and_no_others(world: World) -> None:
    everything = dict.fromkeys(BOARDS, 200)
    assert _answers(world, "mosvy") == everything
    assert _answers(world, "auditor") == {**everything, "week": 404}
    assert _answers(world, "ngo") == {**dict.fromkeys(BOARDS, 404), "week": 200}
    assert _answers(world, "embassy") == dict.fromkeys(BOARDS, 404)
    for board in BOARDS:
        assert world.browser("thai-police").open(f"/boards/{board}/list").status_code == 404


def test_the_first_board_of_a_duty_is_one_that_it_may_open(world: World) -> None:
    for who, board in (("ngo", "week"), ("mosvy", "week"), ("auditor", "load")):
        answer = world.browser(who).open("/boards")
        assert answer.status_code == 303
        assert answer.location.endswith(f"/boards/{board}")


def test_a_number_opens_the_list_of_its_cases_and_names_nobody(world: World) -> None:
    references = {world.open_case("datip", SOK) for _ in range(3)}
    page = world.browser("datip").open("/boards/stages")
    links = [link for link in read_page(page).select("a.board-number") if "what=here" in str(link["href"])]
    assert [str(link.contents[0]) for link in links] == ["3"]
    listed = world.browser("datip").open(str(links[0]["href"]))
    rows = read_page(listed).select("main tbody tr")
    assert {str(row.a.string) for row in rows if isinstance(row.a, Tag)} == references
    assert FAMILY_NAME not in page.text + listed.text
    assert obstacles(read_page(page)) == []
    assert obstacles(read_page(listed)) == []


def test_those_without_a_part_are_told_numbers_but_not_of_few(world: World) -> None:
    for number in range(6):
        world.open_case("datip", SOK)
        told = world.browser("mosvy").open("/boards/stages").text
        assert ("fewer than 5" in told) == (number < 4)
        assert "boards/stages/list" not in told


@pytest.mark.parametrize(
    "address",
    [
        "/boards/stages/list?route=tha-khm&stage=nothing&what=here",
        "/boards/stages/list?route=nowhere&stage=reported&what=here",
        "/boards/stuck/list?route=tha-khm&why=because",
        "/boards/contact/list?months=2&how=met",
        "/boards/load/list?officer=nobody-here&what=due",
        "/boards/week/list?stands=ahead",
        "/boards/week/list?day=tomorrow",
    ],
)
def test_an_address_that_no_board_has_made_is_not_found(world: World, address: str) -> None:
    assert world.browser("mosvy").open(address).status_code == 404


def test_a_place_in_a_list_that_makes_no_sense_is_its_beginning(world: World) -> None:
    reference = world.open_case("poipet", NewCase(route="tha-khm", stage="received", gate="poipet"))
    for after in ("~", "x~y", "9999~1", "2026-01-01~z", "2026-01-01T00:00:00~z"):
        address = f"/boards/stages/list?route=tha-khm&stage=received&what=here&after={after}"
        assert reference in world.browser("mosvy").open(address).text


def test_numbers_are_told_in_words() -> None:
    assert told_words(Told(0, 0)) == "0"
    assert told_words(Told(17, 17)) == "17"
