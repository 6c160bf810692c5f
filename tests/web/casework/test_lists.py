"""Lists: each case once, page by page; whose move, what is overdue or stuck; nothing of others' cases."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import select

from repatriation.records.cases import Party
from repatriation.web.board import _tidied
from repatriation.work import lists
from tests.web.casework.conftest import World
from tests.web.conftest import Visitor, read_page
from tests.web.reading import obstacles


def references(page: BeautifulSoup) -> list[str]:
    """The references in a list, in its order."""
    return [link.get_text() for link in page.select("tbody th a")]


def test_every_case_is_listed_once_whether_one_pages_on_or_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    made = [world.open_case() for _ in range(5)]
    world.take("datip", made[1], "presume")
    visitor = world.browser("datip")
    for view in ("all", "ours"):
        there, back = _through(visitor, f"/cases?view={view}")
        assert sorted(there) == sorted(made)
        assert back == there[:4]


def _through(visitor: Visitor, path: str) -> tuple[list[str], list[str]]:
    """What is listed on the way to the last page, and on the way back to the first."""
    page, there = read_page(visitor.open(path)), []
    while True:
        there += references(page)
        onward = page.select_one("a[rel=next]")
        if onward is None:
            break
        page = read_page(visitor.open(str(onward["href"])))
    back: list[str] = []
    while (earlier := page.select_one("a[rel=prev]")) is not None:
        page = read_page(visitor.open(str(earlier["href"])))
        back = references(page) + back
    return there, back


def test_a_list_shows_no_case_of_others(world: World) -> None:
    reference = world.open_case()
    assert reference in world.browser("thai-police").open("/cases").text
    assert reference not in world.browser("embassy").open("/cases?view=all").text


def test_a_case_in_which_others_have_the_move_is_not_among_ones_own_moves(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("thai-police")
    assert reference in visitor.open("/cases?view=ours").text
    world.take("datip", reference, "presume")
    assert reference in visitor.open("/cases?view=ours").text, "the second interview is owed within a day"
    world.take("thai-police", reference, "hold_second_interview")
    assert reference not in visitor.open("/cases?view=ours").text
    assert reference in visitor.open("/cases?view=all").text


def test_what_is_overdue_comes_first_and_has_a_list_of_its_own(world: World) -> None:
    late, quiet = world.open_case(), world.open_case()
    world.take("datip", late, "presume")
    world.clock.time += timedelta(days=3)
    visitor = world.browser("datip")
    assert references(read_page(visitor.open("/cases?view=overdue"))) == [late]
    assert references(read_page(visitor.open("/cases?view=all"))) == [late, quiet]


def test_a_case_without_a_step_for_long_is_shown_as_stuck(world: World) -> None:
    reference = world.open_case()
    world.clock.time += timedelta(days=31)
    page = read_page(world.browser("datip").open("/cases?view=stuck"))
    assert references(page) == [reference]
    assert "Stuck" in page.get_text()


def test_the_list_narrows_to_a_stage(world: World) -> None:
    reported, presumed = world.open_case(), world.open_case()
    world.take("datip", presumed, "presume")
    visitor = world.browser("datip")
    assert references(read_page(visitor.open("/cases?view=all&stage=reported"))) == [reported]
    assert references(read_page(visitor.open("/cases?view=all&route=vnm-khm"))) == []


def test_an_address_made_up_by_hand_begins_at_the_beginning(world: World) -> None:
    reference = world.open_case()
    visitor = world.browser("datip")
    for place in ("after=nonsense", "after=x~y", "before=2026-01-01~z", "after=never~", "view=nonsense"):
        answer = visitor.open(f"/cases?view=stuck&{place}")
        assert answer.status_code == 200, place
    assert reference in visitor.open("/cases?after=nonsense").text


def test_a_reference_is_found_however_it_is_typed() -> None:
    assert _tidied(" tk7f3k92qm ") == "TK-7F3K-92QM"
    assert _tidied("TK-7F3K-92QM") == "TK-7F3K-92QM"


def test_a_case_is_found_by_its_reference(world: World) -> None:
    reference = world.open_case()
    answer = world.browser("datip").open(f"/cases/find?reference={reference.lower().replace('-', '')}")
    assert answer.location == f"/cases/{reference}"
    assert world.browser("datip").open("/cases/find").status_code == 404


def test_the_list_can_be_read_by_everybody(world: World) -> None:
    world.open_case()
    for view in ("all", "ours", "overdue", "stuck", "ended"):
        assert obstacles(read_page(world.browser("datip").open(f"/cases?view={view}"))) == [], view


def test_a_case_that_was_handed_on_is_on_no_list_of_whoever_handed_it_on(world: World) -> None:
    reference = world.open_case()
    with world.house.doors.act() as session:
        for part in session.exec(select(Party)).all():
            if part.organisation_id == world.officers["thai-police"].organisation_id:
                part.until, part.stage = world.clock.time, None
    for view in ("all", "ours"):
        assert reference not in world.browser("thai-police").open(f"/cases?view={view}").text


def test_the_number_of_cases_is_that_of_all_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        world.open_case()
    visitor = world.browser("datip")
    assert "Number of cases: 3" in visitor.open("/cases?view=all").text
    monkeypatch.setattr(lists, "PAGE", 2)
    page = read_page(visitor.open("/cases?view=all"))
    onward = page.select_one("a[rel=next]")
    assert onward is not None
    for path in ("/cases?view=all", str(onward["href"])):
        assert "Number of cases: 3" in visitor.open(path).text
    assert "Number of cases: 0" in visitor.open("/cases?view=all&stage=closed").text
