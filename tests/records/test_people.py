"""HTCDS 2.0: every field of the standard has a home."""

from repatriation.records import tables
from repatriation.records.people import HTCDS, Home

BY_PREFIX = {"org": 10, "prs": 25, "vic": 16, "per": 3, "cas": 13, "cco": 1, "hte": 10, "spl": 5, "con": 1}


def test_each_of_the_84_fields_of_the_standard_has_a_home() -> None:
    counted = {prefix: sum(name.startswith(f"{prefix}_") for name in HTCDS) for prefix in BY_PREFIX}
    assert counted == BY_PREFIX
    assert len(HTCDS) == 84


def test_every_home_is_a_column_that_there_is() -> None:
    for home in HTCDS.values():
        assert home.column in tables.METADATA.tables[home.table].columns


def test_no_two_fields_share_a_home() -> None:
    assert len(set(HTCDS.values())) == len(HTCDS)


def test_what_the_standard_says_about_a_person_is_sealed() -> None:
    for name, home in HTCDS.items():
        if name.startswith(("prs_", "vic_", "per_", "hte_")):
            assert tables.METADATA.tables[home.table].columns[home.column].info["sealed"]


def test_a_first_name_is_the_given_name_in_each_script() -> None:
    assert HTCDS["prs_FirstName"] == Home("person_name", "given")
    assert HTCDS["prs_MailingCity"] == Home("person", "home_address", "city")
    assert HTCDS["spl_Objectives"] == Home("trafficking_account", "other", "spl_Objectives")
