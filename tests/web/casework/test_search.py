"""Finding a case by name: one's own cases alone, however the name is written, and never unnoticed."""

from tests.web.casework.conftest import FAMILY_NAME, World, fill_in
from tests.web.conftest import read_page
from tests.web.reading import obstacles


def test_a_case_is_found_by_the_name_and_its_history_says_so(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    answer = fill_in(visitor, "/cases/by-name", name=f" minh {FAMILY_NAME.upper()}")
    assert reference in answer.text
    assert FAMILY_NAME not in answer.text
    assert obstacles(read_page(answer)) == []
    assert "Found by name" in visitor.open(f"/cases/{reference}/history").text


def test_nobody_finds_by_name_a_case_they_have_no_part_in(world: World) -> None:
    reference = world.open_case()
    assert reference not in fill_in(world.browser("embassy"), "/cases/by-name", name=FAMILY_NAME).text


def test_a_search_for_nothing_is_refused(world: World) -> None:
    world.open_case()
    visitor = world.browser("datip")
    for name in ("", " . "):
        assert fill_in(visitor, "/cases/by-name", name=name).status_code == 400


def test_each_duty_begins_its_day_where_its_work_is(world: World) -> None:
    assert world.browser("poipet").open("/").location == "/arrivals"
    assert world.browser("ngo").open("/").location == "/visits"
    assert world.browser("datip").open("/").location == "/cases"
