"""How the fields and values of the standard are written in real files, with the faults of its own toolkit."""

from repatriation.htcds.countries import COUNTRIES, plain
from repatriation.htcds.standard import FIELDS, Field, Kind

# Spellings of the standard's own toolkit: its workbooks (vic_Traffickin…) and its XLSForm (the other three).
_NAMES_ALSO = {
    "vic_TraffickinStatusDecisionMakingOrg": "vic_TraffickingStatusDecisionMakingOrg",
    "prs_First_Name": "prs_FirstName",
    "prs_Second_Name": "prs_SecondName",
    "vic_Methods_of_Control": "vic_MethodsOfControl",
}

# Spellings of values found beside the standard: its definitions page, its other labels, and how "Unaquainted"
# should be spelt. That page also names "Threats" and "UsesChildren", which no value of the list means: those
# stay as written.
_VALUES_ALSO: dict[str, dict[str, str]] = {
    "vic_MethodsOfControl": {
        "ThreatOfLawEnforcement": "ThreatsLawEnforcement",
        "Threat of law enforcement": "ThreatsLawEnforcement",
    },
    "vic_RelationshipToTrafficker": {"Unacquainted": "Unaquainted"},
    "prs_Gender": {
        "Non-Specified/Unknown": "NonSpecifiedUnknown",
        "Female": "Feminine",
        "Male": "Masculine",
        "F": "Feminine",
        "M": "Masculine",
    },
}


def _by_name() -> dict[str, Field]:
    found = {plain(name): field for name, field in FIELDS.items()}
    return found | {plain(name): FIELDS[real] for name, real in _NAMES_ALSO.items()}


def _by_label() -> dict[str, Field]:
    """Labels that mean one field. "Type" heads three; "Date", "Country" or "Phone" could be anything's."""
    labels = [plain(field.label) for field in FIELDS.values()]
    alone = {"city", "country", "state", "street", "postalcode", "date", "description", "phone"}
    return {
        label: field
        for label, field in zip(labels, FIELDS.values(), strict=True)
        if label and labels.count(label) == 1 and label not in alone
    }


# ISO 639-2 (639-1, names): the languages of the region and those it meets most; others stay as written.
_LANGUAGES = (
    "khm km Khmer Cambodian|tha th Thai|vie vi Vietnamese|lao lo Lao|mya my Burmese Myanmar bur"
    "|eng en English|zho zh Chinese Mandarin chi|ind id Indonesian|msa ms Malay may"
    "|fil tl Filipino Tagalog tgl|hin hi Hindi"
    "|ben bn Bengali Bangla|nep ne Nepali|urd ur Urdu|kor ko Korean|jpn ja Japanese|fra fr French fre"
    "|rus ru Russian|ara ar Arabic|spa es Spanish|amh am Amharic|swa sw Swahili|hmn Hmong|shn Shan|cjm Cham"
    "|jra Jarai"
)


def _codes(field: Field) -> dict[str, str]:
    if field.kind is Kind.LANGUAGE:
        groups = [group.split() for group in _LANGUAGES.split("|")]
        return {plain(written): group[0] for group in groups for written in group}
    if field.kind in (Kind.COUNTRY, Kind.COUNTRIES):
        return COUNTRIES
    codes = {plain(written): code for code, label in field.values for written in (code, label)}
    return codes | {plain(written): code for written, code in _VALUES_ALSO.get(field.name, {}).items()}


BY_NAME = _by_name()
"""Field by its API name made plain, with the misspellings of the toolkit."""

BY_LABEL = _by_label()
"""Field by its label made plain."""

CODES: dict[str, dict[str, str]] = {name: _codes(field) for name, field in FIELDS.items()}
"""For each field with values: what a person may have written, made plain, to the code."""
