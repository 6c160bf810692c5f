"""The gazetteer: its faults mended, its names found however they are written, and how near places lie."""

import subprocess
import sys
from collections import Counter

import pytest

from repatriation.places import cambodia, thailand, viet_nam
from repatriation.places.gazetteer import Nearness, around, find, get, near, nearness, province_of
from repatriation.places.place import Level, Place, full_code


@pytest.fixture(scope="module")
def khmer() -> tuple[Place, ...]:
    return tuple(cambodia.places())


def test_every_place_of_the_three_countries_has_a_code_of_its_own(khmer: tuple[Place, ...]) -> None:
    every = [*khmer, *thailand.places(), *viet_nam.places()]
    assert [code for code, times in Counter(p.code for p in every).items() if times > 1] == []


def test_no_place_hangs_in_the_air(khmer: tuple[Place, ...]) -> None:
    for places in (khmer, tuple(thailand.places()), tuple(viet_nam.places())):
        known = {place.code: place for place in places}
        for place in places:
            larger = known[place.parent] if place.parent else None
            assert larger is None or larger.level < place.level
            assert (larger is None) == (place.level is Level.PROVINCE)


def test_as_many_places_as_the_lists_hold(khmer: tuple[Place, ...]) -> None:
    levels = Counter(place.level for place in khmer)
    assert levels == {Level.PROVINCE: 25, Level.DISTRICT: 210, Level.COMMUNE: 1662, Level.VILLAGE: 14576}
    assert Counter(p.level for p in thailand.places())[Level.PROVINCE] == 77
    assert Counter(p.level for p in viet_nam.places()) == {Level.PROVINCE: 34, Level.COMMUNE: 3321}


def test_the_villages_that_share_a_code_are_told_apart(khmer: tuple[Place, ...]) -> None:
    """Nine villages of one commune bear a placeholder, and those of another the codes of its neighbour."""
    names = {place.code: place.latin for place in khmer}
    assert names["KHM-02140401"] == "Mukh Rea Pir"
    assert names["KHM-02140501"] == "Kaoh Thum"
    assert names["KHM-12091301"] == "Aksar"
    ours = [place for place in khmer if place.code.count("-") > 1]
    assert len(ours) == 49
    assert "KHM-14110701" not in names, "the list gives it to a village of another commune"
    assert all(place.level is Level.VILLAGE for place in ours)
    assert {place.parent for place in ours if place.code.startswith("KHM-050614-")} == {"KHM-050614"}
    assert get("KHM-050614-9") in ours


def test_the_commune_that_the_list_passes_over_holds_its_villages(khmer: tuple[Place, ...]) -> None:
    commune = get("KHM-120913")
    assert commune is not None
    assert around(commune)[0].code == "KHM-1209"
    assert len([place for place in khmer if place.parent == commune.code]) == 13


@pytest.mark.parametrize("written", ["Poipet", "poi pet", "Paoy Paet", "PAOY-PAET", "ប៉ោយប៉ែត", "Krong Poipet"])
def test_poipet_is_found_however_it_is_spelled(written: str) -> None:
    found = [place.code for place in find(written)]
    assert found[:3] == ["KHM-0110", "KHM-011002", "KHM-01100407"]


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [
        ("Kompong Cham", "KHM", "KHM-03"),
        ("Mongkol Borei", "KHM", "KHM-0102"),
        ("Svay Reang", "KHM", "KHM-20"),
        ("ខេត្តបាត់ដំបង", None, "KHM-02"),
        ("อรัญประเทศ", None, "THA-2706"),
        ("อำเภออรัญประเทศ", None, "THA-2706"),
        ("Tây Ninh", None, "VNM-80"),
        ("tinh tay ninh", None, "VNM-80"),
        ("Phsar Kandal, Poipet", "KHM", "KHM-011003"),
    ],
)
def test_names_are_found_in_any_script_and_spelling(written: str, country: str | None, code: str) -> None:
    assert find(written, country)[0].code == code


@pytest.mark.parametrize("written", ["102", "0102", "១០២", " 102 "])
def test_a_code_that_lost_its_zero_gets_it_back(written: str) -> None:
    assert full_code("KHM", written) == "KHM-0102"
    assert find(written, "KHM")[0].latin == "Mangkul Bourei"


def test_a_village_code_without_its_zero_is_still_a_village() -> None:
    village = get("KHM-2020202")
    assert village is not None
    assert (village.code, village.level) == ("KHM-02020202", Level.VILLAGE)


def test_what_is_no_place_is_none() -> None:
    for written in ("", " ", "KHM-", "KHM-99", "XXX-01", "-", "KHM-²", "01"):
        assert get(written) is None
    assert find("") == find(",") == find("qqqqzzzz") == ()


def test_nearness_goes_by_what_both_lie_in() -> None:
    village = "KHM-01100407"
    assert nearness(village, "KHM-011004") is Nearness.COMMUNE
    assert nearness(village, "KHM-011002") is Nearness.DISTRICT
    assert nearness(village, "KHM-0110") is Nearness.DISTRICT
    assert nearness(village, "KHM-0102") is Nearness.PROVINCE
    assert nearness(village, "KHM-02") is Nearness.NEIGHBOUR
    assert nearness(village, "KHM-12") is Nearness.ELSEWHERE
    assert nearness(village, "THA-27") is Nearness.ELSEWHERE
    assert nearness(village, "nowhere") is Nearness.ELSEWHERE


def test_two_provinces_that_are_all_that_is_known_are_one_province_apart() -> None:
    """A shelter of which only the province is known is not taken to be in the village."""
    assert nearness("KHM-01", "KHM-01") is Nearness.PROVINCE


def test_neighbours_are_neighbours_of_each_other() -> None:
    for province, others in cambodia.NEIGHBOURS.items():
        assert all(province in cambodia.NEIGHBOURS[other].split() for other in others.split())
    assert {place.latin for place in near("KHM-01100407")} == {"Battambang", "Siemreap", "Otdar Meanchey"}
    home = province_of("KHM-01100407")
    assert home is not None
    assert home.latin == "Banteay Meanchey"


def test_starting_the_program_reads_no_list_of_places() -> None:
    asked = (
        "import repatriation.app; from repatriation.places import gazetteer;"
        "print(gazetteer._country.cache_info().currsize)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "0"
