"""What a row says is understood, kept as written or refused, and none of it is lost or guessed at."""

import datetime
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from repatriation.htcds.faults import BadWorkbook
from repatriation.htcds.findings import Severity
from repatriation.htcds.rows import Reading
from repatriation.htcds.standard import FIELDS
from repatriation.htcds.workbook import open_workbook
from tests.htcds.making import COLUMNS, PERSON, TODAY, book, codes, read, read_one

LABELS = [(field.name, code, label) for field in FIELDS.values() for code, label in field.values]
IN_SHEET = [entry for entry in LABELS if entry[0] in COLUMNS]


def test_the_standard_has_its_84_fields_and_its_40_core_ones() -> None:
    assert len(FIELDS) == 84
    assert sum(field.core for field in FIELDS.values()) == 40
    assert {name for name in FIELDS if FIELDS[name].deprecated} == {
        "vic_AgreementToManagePersonalData",
        "vic_Vulnerabilities",
        "vic_DetailsOfVulnerabilities",
    }


def test_a_plain_row_is_read_whole(tmp_path: Path) -> None:
    row = read_one(tmp_path, prs_MobilePhone="+855 12 000 000", cas_Status="Follow up")
    assert row.values == PERSON | {"prs_MobilePhone": "+855 12 000 000", "cas_Status": "FollowUp"}
    assert (row.sheet, row.number, row.unrecognised, row.findings) == ("Case Sheet", 3, {}, ())
    assert not row.refused


def test_every_value_is_read_by_label_and_by_code_in_any_case(tmp_path: Path) -> None:
    spellings = [
        PERSON | {"prs_FirstName": f"{number} {form}", name: spelling}
        for number, (name, code, label) in enumerate(IN_SHEET)
        for form, spelling in (("code", code), ("label", label), ("case", f" {label.upper()}\u00a0"))
    ]
    rows = read(book(tmp_path, spellings))
    for place, (name, code, _) in enumerate(IN_SHEET):
        for row in rows[place * 3 : place * 3 + 3]:
            assert row.values[name] in (code, (code,)), (name, code)
            assert not row.findings


@pytest.mark.parametrize("mark", ["; ", ",", "\n", " ; ", "|", ";;"])
def test_several_values_are_parted_however_they_are_joined(tmp_path: Path, mark: str) -> None:
    labels = ["Agriculture, forestry and fishing", "Water supply; sewerage, waste management and remediation"]
    row = read_one(
        tmp_path,
        vic_ForcedLabourIndustry=mark.join([*labels, "Construction", "Other service activities"]),
        vic_MethodsOfControl=mark.join(["Debt bondage ", "Threatens children/family", "DebtBondage"]),
        prs_Citizenship=mark.join(["Cambodia", "VN", "tha", "Korea, Republic of", "Lao PDR"]),
    )
    assert row.values["vic_ForcedLabourIndustry"] == (
        "A_AgricultureForestryAndFishing",
        "E_WaterSupplySewerageWasteManagement",
        "F_Construction",
        "S_OtherServiceActivities",
    )
    assert row.values["vic_MethodsOfControl"] == ("DebtBondage", "ThreatensChildrenFamily")
    assert row.values["prs_Citizenship"] == ("KHM", "VNM", "THA", "KOR", "LAO")
    assert not row.findings


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("KH", "KHM"), ("khm", "KHM"), ("Cambodia", "KHM"), ("កម្ពុជា", "KHM"), ("Vietnam", "VNM")),
        *(("Viet Nam", "VNM"), ("Việt Nam", "VNM"), ("ไทย", "THA"), ("Thai", "THA"), ("LAOS", "LAO")),
        ("Côte d'Ivoire", "CIV"),
    ],
)
def test_a_country_is_known_by_its_codes_and_names(tmp_path: Path, written: str, code: str) -> None:
    row = read_one(tmp_path, prs_Citizenship=written, prs_MailingCountry=written)
    assert (row.values["prs_Citizenship"], row.values["prs_MailingCountry"]) == ((code,), code)


def test_a_people_is_not_taken_for_a_country(tmp_path: Path) -> None:
    row = read_one(tmp_path, prs_Citizenship="Khmer")
    assert "prs_Citizenship" not in row.values
    assert row.unrecognised == {"prs_Citizenship": "Khmer"}


@pytest.mark.parametrize(
    ("field", "written", "left"),
    [
        ("vic_MethodsOfControl", "Debt bondage; UsesChildren; Lies", ("DebtBondage",)),
        ("vic_MethodsOfControl", "Threats", None),
        ("prs_Gender", "Feminine; Masculine", None),
        ("prs_Gender", 3, None),
        ("cas_Status", True, None),
    ],
)
def test_what_is_not_in_the_list_is_kept_whole_and_told(
    tmp_path: Path, field: str, written: object, left: object
) -> None:
    row = read_one(tmp_path, **{field: written})
    assert row.unrecognised[field] == ("TRUE" if written is True else str(written))
    assert row.values.get(field) == left
    (finding,) = row.findings
    assert finding.severity is Severity.KEPT
    assert (finding.sheet, finding.row, finding.field) == ("Case Sheet", 3, field)
    assert f"{written}" not in finding.sentence


# -- consent


@pytest.mark.parametrize(
    "consent", [None, False, "FALSE", "no", "0", 0, "", "perhaps", "asked her mother", 7]
)
def test_without_consent_a_row_is_refused_and_nothing_of_it_goes_on(tmp_path: Path, consent: object) -> None:
    row = read_one(tmp_path, con_Consent=consent, prs_Gender="Chanthou", prs_MobilePhone=12_000_000)
    assert row.refused
    assert (row.values, row.unrecognised, row.key) == ({}, {}, "")
    assert codes(row) == ["no_consent"]
    assert row.findings[0].column == "F"
    assert "Chanthou" not in str(row)


@pytest.mark.parametrize(
    ("consent", "note"), [(True, []), ("TRUE", []), ("true ", []), (1, ["word_for_checkbox"])]
)
def test_consent_is_read_when_it_is_given(tmp_path: Path, consent: object, note: list[str]) -> None:
    row = read_one(tmp_path, con_Consent=consent)
    assert row.values["con_Consent"] is True
    assert codes(row) == note


@pytest.mark.parametrize("consent", ["Yes", "x", "✓", "có", "ใช่"])
def test_a_tick_in_words_is_taken_and_told(tmp_path: Path, consent: str) -> None:
    assert codes(read_one(tmp_path, con_Consent=consent)) == ["word_for_checkbox"]


def test_a_row_prepared_with_an_empty_tick_is_blank(tmp_path: Path) -> None:
    assert read(book(tmp_path, [{"con_Consent": False}, {}, {"prs_FirstName": "   "}])) == []


# -- dates


@pytest.mark.parametrize(
    "written",
    [
        *("2001-03-07", "2001/3/7", "2001.03.07", "2001-03-07T00:00:00", " 2001-03-07 ", "๒๐๐๑-๐๓-๐๗"),
        *("7 March 2001", "7-Mar-2001", "March 7, 2001"),
    ],
)
def test_a_date_as_text_that_can_mean_one_day_is_read_and_told(tmp_path: Path, written: str) -> None:
    row = read_one(tmp_path, prs_Birthdate=written)
    assert row.values["prs_Birthdate"] == datetime.date(2001, 3, 7)
    assert codes(row) == ["text_date"]


@pytest.mark.parametrize(
    ("written", "day"),
    [("26/07/2001", (2001, 7, 26)), ("07.26.2001", (2001, 7, 26)), ("3/3/2001", (2001, 3, 3))],
)
def test_a_date_whose_day_cannot_be_a_month_is_read(
    tmp_path: Path, written: str, day: tuple[int, int, int]
) -> None:
    assert read_one(tmp_path, prs_Birthdate=written).values["prs_Birthdate"] == datetime.date(*day)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("03/07/2001", "ambiguous_date"),
        ("3-7-2001", "ambiguous_date"),
        ("03/07/01", "two_digit_year"),
        ("7/3/2544", "buddhist_year"),
        ("2544-03-07", "buddhist_year"),
        ("๗/๓/๒๕๔๔", "buddhist_year"),
        ("7 March 2544", "buddhist_year"),
        ("BE 2544", "buddhist_year"),
        (2544, "buddhist_year"),
        (datetime.date(2544, 3, 7), "buddhist_year"),
        ("2001-02-30", "impossible_date"),
        ("31/31/2001", "impossible_date"),
        ("1899-01-01", "impossible_date"),
        (datetime.date(2150, 1, 1), "impossible_date"),
        (datetime.date(2027, 1, 1), "future_birthdate"),
        (datetime.date(1901, 1, 1), "old_birthdate"),
    ],
)
def test_a_date_that_must_be_guessed_or_cannot_be_refuses_the_row(
    tmp_path: Path, written: object, code: str
) -> None:
    row = read_one(tmp_path, prs_Birthdate=written)
    assert row.refused
    assert code in codes(row)
    assert (row.findings[0].row, row.findings[0].column) == (3, "G")
    assert str(written) not in " ".join(str(finding) for finding in row.findings)


@pytest.mark.parametrize("written", ["unknown", "about 1999", "15 years", "1999", 1999, 21, True])
def test_less_than_a_date_is_kept_as_it_was_written(tmp_path: Path, written: object) -> None:
    row = read_one(tmp_path, prs_Birthdate=written)
    assert not row.refused
    assert row.unrecognised == {"prs_Birthdate": "TRUE" if written is True else str(written)}
    assert codes(row) == ["no_date"]


def test_a_bare_serial_number_is_the_day_it_stands_for(tmp_path: Path) -> None:
    row = read_one(tmp_path, cas_IncomingReferralDate=36957)
    assert row.values["cas_IncomingReferralDate"] == datetime.date(2001, 3, 7)
    assert codes(row) == ["serial_date"]


def test_a_time_of_day_is_not_lost(tmp_path: Path) -> None:
    moment = datetime.datetime(2026, 3, 7, 14, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
    row = read_one(tmp_path, cas_IncomingReferralDate=moment)
    assert row.values["cas_IncomingReferralDate"] == datetime.date(2026, 3, 7)
    assert row.unrecognised == {"cas_IncomingReferralDate": "2026-03-07T14:30"}


def test_a_referral_to_come_is_told(tmp_path: Path) -> None:
    assert codes(read_one(tmp_path, cas_OutgoingReferralDate=datetime.date(2026, 12, 1))) == ["coming_date"]


# -- cells and rows that spreadsheets spoil


def test_a_formula_refuses_its_row(tmp_path: Path) -> None:
    row = read_one(tmp_path, prs_FirstName='="Da"&"ra"')
    assert row.refused
    assert [(found.code, found.row, found.column) for found in row.findings] == [("formula", 3, "D")]


def test_a_formula_for_consent_is_no_consent(tmp_path: Path) -> None:
    row = read_one(tmp_path, con_Consent="=TRUE()")
    assert row.refused
    assert codes(row) == ["formula"]


def test_a_merged_cell_refuses_every_row_it_touches(tmp_path: Path) -> None:
    people = [PERSON | {"prs_FirstName": name} for name in ("Dara", "Bopha", "Vanna")]
    rows = read(book(tmp_path, people, lambda sheet: sheet.merge_cells("I3:I4")))
    assert [row.refused for row in rows] == [True, True, False]
    assert [(found.code, found.column) for row in rows for found in row.findings] == [("merged", "I")] * 2


def test_a_merged_title_above_the_header_harms_nothing(tmp_path: Path) -> None:
    def title(sheet: Worksheet) -> None:
        sheet.insert_rows(1)
        sheet["B1"] = "Cases of this month"
        sheet.merge_cells("B1:H1")

    (row,) = read(book(tmp_path, [PERSON], title))
    assert (row.number, row.refused) == (4, False)


def test_an_error_in_a_cell_refuses_its_row(tmp_path: Path) -> None:
    assert codes(read_one(tmp_path, prs_FirstName="#REF!")) == ["error_cell"]


def test_a_hidden_row_is_read_and_told(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    row = read_one(tmp_path, hide)
    assert (row.refused, codes(row)) == (False, ["hidden_row"])


def test_numbers_that_should_be_text_are_kept_and_told(tmp_path: Path) -> None:
    row = read_one(tmp_path, prs_MobilePhone=12345678, prs_HomePhone=8551234567890123456, prs_Title=5)
    assert row.values["prs_MobilePhone"] == "12345678"
    assert row.values["prs_Title"] == "5"
    assert codes(row) == ["digits_lost", "number_for_text"]


def test_other_cells_in_a_text_column_become_text(tmp_path: Path) -> None:
    row = read_one(tmp_path, prs_Title=True, cas_CaseOwner=datetime.date(2001, 3, 7), prs_Email=1.5)
    assert (row.values["prs_Title"], row.values["cas_CaseOwner"], row.values["prs_Email"]) == (
        *("TRUE", "2001-03-07", "1.5"),
    )


# -- columns


def known_faults(sheet: Worksheet) -> None:
    """Row 1 as it stands in the workbooks that are handed out."""
    for column, name in enumerate(("City", "Country", "State", "Street", "PostalCode"), start=14):
        sheet.cell(1, column, f"prs_Mailing{name}")
    sheet.cell(1, COLUMNS["vic_TraffickingStatusDecisionMakingOrg"], "vic_TraffickinStatusDecisionMakingOrg")
    sheet.cell(1, COLUMNS["cas_ReasonForOutgoingReferral"]).value = None


def test_where_hidden_name_and_label_differ_the_label_is_followed_and_told(tmp_path: Path) -> None:
    address = {"prs_MailingStreet": "12 Road", "prs_MailingCity": "Poipet", "prs_MailingCountry": "KH"}
    path = book(tmp_path, [PERSON | address | {"cas_ReasonForOutgoingReferral": "Other"}], known_faults)
    with open_workbook(path) as workbook:
        reading = Reading(workbook, TODAY)
        (row,) = reading.rows()
    assert {name: row.values[name] for name in address} == address | {"prs_MailingCountry": "KHM"}
    assert row.values["cas_ReasonForOutgoingReferral"] == "Other"
    assert [(found.column, found.code) for found in reading.findings] == [
        ("N", "name_and_label_differ"),
        ("O", "name_and_label_differ"),
        ("Q", "name_and_label_differ"),
        ("R", "name_and_label_differ"),
        ("T", "misspelt_name"),
        ("AJ", "no_name"),
    ]


def test_the_names_of_the_survey_form_are_known(tmp_path: Path) -> None:
    def survey(sheet: Worksheet) -> None:
        sheet.delete_rows(2)
        sheet.cell(1, COLUMNS["prs_FirstName"], "prs_First_Name")
        sheet.cell(1, COLUMNS["prs_SecondName"], "prs_Second_Name")
        sheet.cell(1, COLUMNS["vic_MethodsOfControl"], "vic_Methods_of_Control")

    (row,) = read(book(tmp_path, [PERSON | {"vic_MethodsOfControl": "DebtBondage "}], survey))
    assert row.number == 2
    assert row.values == PERSON | {"vic_MethodsOfControl": ("DebtBondage",)}


def test_a_sheet_without_the_row_of_names_is_read_by_its_labels(tmp_path: Path) -> None:
    (row,) = read(book(tmp_path, [PERSON], lambda sheet: sheet.delete_rows(1)))
    assert row.values == PERSON


def test_columns_and_cells_outside_the_standard_are_kept(tmp_path: Path) -> None:
    def more(sheet: Worksheet) -> None:
        sheet["AN2"] = "Shelter bed"
        sheet["AN3"] = "14 b"
        sheet["AO3"] = 9
        sheet["AP2"] = "First Name"
        sheet["AP3"] = "Dara the younger"
        sheet["A3"] = "KH-77"

    row = read_one(tmp_path, more)
    assert row.values == PERSON
    assert row.unrecognised == {
        "Shelter bed": "14 b",
        "column AO": "9",
        "First Name (AP)": "Dara the younger",
        "column A": "KH-77",
    }
    assert {found.severity for found in row.findings} == {Severity.KEPT}


def test_fields_of_the_standard_beyond_the_workbook_are_read_by_name(tmp_path: Path) -> None:
    added = {
        "prs_MaritalStatus": ("Married", "Married"),
        "prs_NumberOfChildren": ("2", 2),
        "vic_AgeWhenTrafficked": (15, 15),
        "prs_PrimaryLanguage": ("Khmer", "khm"),
        "hte_Country": ("Thailand", "THA"),
        "hte_Date": ("2025-01-02", datetime.date(2025, 1, 2)),
        "hte_Latitude": (13.5, 13.5),
        "prs_Deceased": (False, False),
        "vic_RelationshipToTrafficker": ("Unacquainted", "Unaquainted"),
        "per_Organisation": ("A company", "A company"),
    }

    def more(sheet: Worksheet) -> None:
        for column, (name, (value, _)) in enumerate(added.items(), start=50):
            sheet.cell(1, column, name)
            sheet.cell(3, column).value = value  # type: ignore[assignment]

    row = read_one(tmp_path, more)
    assert row.values == PERSON | {name: read for name, (_, read) in added.items()}


@pytest.mark.parametrize("written", [-1, 300, "many", True])
def test_a_number_that_cannot_be_meant_is_kept(tmp_path: Path, written: object) -> None:
    def more(sheet: Worksheet) -> None:
        sheet["AX1"] = "vic_AgeWhenTrafficked"
        sheet["AX3"].value = written

    row = read_one(tmp_path, more)
    assert "vic_AgeWhenTrafficked" not in row.values
    assert codes(row) == ["no_number"]


def test_the_sheet_of_lists_and_the_hidden_sheet_are_not_read_for_cases(tmp_path: Path) -> None:
    def more(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        for name, state in (("validation", "visible"), ("Old", "hidden"), ("Offices", "visible")):
            other = sheet.parent.create_sheet(name)
            other.sheet_state = state
            other.append(["First Name", "Second Name", "Gender"])
            other.append(["A", "B", "Feminine"])

    path = book(tmp_path, [PERSON], more)
    with open_workbook(path) as workbook:
        reading = Reading(workbook, TODAY)
        assert len(list(reading.rows())) == 1
    assert [(found.sheet, found.code) for found in reading.findings] == [
        ("Old", "hidden_sheet"),
        ("Offices", "no_consent_column"),
    ]


# -- the same row again


def key(folder: Path, fields: Mapping[str, object], **more: object) -> str:
    """The key of one row."""
    (row,) = read(book(folder, [{**fields, **more}]))
    return row.key


def test_the_same_row_has_the_same_key_and_another_row_another(tmp_path: Path) -> None:
    first = key(tmp_path, PERSON, prs_Gender="Feminine")
    assert first == key(tmp_path, PERSON, prs_Gender=" feminine ")
    assert first != key(tmp_path, PERSON, prs_Gender="Masculine")
    assert first != key(tmp_path, PERSON, prs_Gender="Fem")
    assert first != key(tmp_path, PERSON)


def test_a_row_that_stands_twice_is_told_and_opens_one_case(tmp_path: Path) -> None:
    rows = read(book(tmp_path, [PERSON, PERSON | {"prs_FirstName": "Bopha"}, PERSON]))
    assert [row.refused for row in rows] == [False, False, True]
    assert codes(rows[2]) == ["same_row"]
    assert "row 3" in str(rows[2].findings[0])


def test_no_finding_repeats_what_a_cell_says(tmp_path: Path) -> None:
    spoilt = {name: "Chanthou 0123" for name in COLUMNS if name != "con_Consent"}
    (row,) = read(book(tmp_path, [PERSON | spoilt]))
    assert not row.refused
    assert row.findings
    assert all("Chanthou" not in str(finding) for finding in row.findings)


def test_a_workbook_is_told_about_before_its_rows_are_read(tmp_path: Path) -> None:
    people = [PERSON | {"prs_FirstName": str(number)} for number in range(40)]
    with open_workbook(book(tmp_path, people)) as workbook:
        assert Reading(workbook, TODAY).expected == 40
    with pytest.raises(BadWorkbook), open_workbook(tmp_path / "none.xlsx"):
        pass
