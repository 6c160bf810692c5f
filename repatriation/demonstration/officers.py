"""The officers of the demonstration, one or more for each organisation, with passwords that all may know."""

from typing import Final, NamedTuple

from repatriation.demonstration.organisations import ORGANISATIONS

LANGUAGE_OF: Final = {"KHM": "km", "THA": "th", "VNM": "vi"}

DUTY_OF: Final = {
    "consulate": "consular",
    "foreign_affairs": "consular",
    "reception": "reception",
    "border": "reception",
    "caseworker": "caseworker",
    "social": "caseworker",
    "coordination": "coordinator",
    "iom": "iom",
    "police": "police",
    "immigration": "police",
    "prosecution": "police",
}
"""The duty that goes with a function; whoever protects, shelters or identifies has the duty `protection`."""


class Account(NamedTuple):
    """One officer and the password they sign in with."""

    username: str
    duty: str
    organisation: str
    country: str
    language: str
    display_name: str

    @property
    def password(self) -> str:
        """Made of the word and the name, so that nobody takes it for a secret."""
        return f"demonstration-{self.username}"


FOREMOST: Final = (
    ("consul.bangkok", "consular", "khm-embassy-bangkok"),
    ("reception.poipet", "reception", "poipet-transit-centre"),
    ("caseworker.poipet", "caseworker", "ngo-poipet"),
    ("coordinator.mosvy", "coordinator", "mosvy"),
    ("coordinator.datip", "coordinator", "datip"),
    ("coordinator.mps", "coordinator", "mps-immigration"),
    ("consul.saigon", "consular", "khm-consulate-ho-chi-minh"),
    ("consul.phnompenh", "consular", "vnm-embassy-phnom-penh"),
    ("reception.bavet", "reception", "bavet-transit-centre"),
    ("reception.mocbai", "reception", "border-guard-moc-bai"),
    ("caseworker.bavet", "caseworker", "ngo-bavet"),
    ("caseworker.tayninh", "caseworker", "womens-union"),
    ("protection.sakaeo", "protection", "msdhs-home-sa-kaeo"),
    ("police.bangkok", "police", "tha-police"),
    ("iom.cambodia", "iom", "iom-cambodia"),
)
"""Those whom a visitor most likely wants to be; the three whom the work was made for come first."""

AUDITORS: Final = (
    ("auditor.mosvy", "auditor", "mosvy"),
    ("auditor.datip", "auditor", "datip"),
    ("auditor.mps", "auditor", "mps-immigration"),
)


def duty_for(functions: tuple[str, ...]) -> str:
    """The duty of an organisation's only officer."""
    return next((DUTY_OF[function] for function in functions if function in DUTY_OF), "protection")


def _accounts() -> tuple[Account, ...]:
    countries = {made.code: made.country for made in ORGANISATIONS}
    named = {organisation for _, _, organisation in FOREMOST}
    others = tuple(
        (f"officer.{made.code}", duty_for(made.functions), made.code)
        for made in ORGANISATIONS
        if made.code not in named
    )
    return tuple(
        Account(
            username,
            duty,
            organisation,
            countries[organisation],
            LANGUAGE_OF[countries[organisation]],
            f"{duty.capitalize()} (demonstration), {organisation}",
        )
        for username, duty, organisation in FOREMOST + others + AUDITORS
    )


ACCOUNTS: Final = _accounts()
