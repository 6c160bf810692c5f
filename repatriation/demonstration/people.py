"""Made-up people: names that nobody bears, of the word for a test, a river or a tree, and a number."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from repatriation.work.newcase import AccountEntered, AgeGroup, Gender, Name, PersonEntered, Script

Words = tuple[tuple[str, str], ...]


class Naming(NamedTuple):
    """How made-up people of one country are called. Each word is given in their own script and in Latin."""

    script: Script
    language: str
    family: tuple[str, str]
    things: Words
    numbers: Words
    provinces: tuple[str, ...]


NAMINGS: Final[Mapping[str, Naming]] = {
    "KHM": Naming(
        "khmr",
        "khm",
        ("សាកល្បង", "Demo"),
        (
            ("រំដួល", "Romduol"),
            ("ត្នោត", "Tnaot"),
            ("ស្ទឹង", "Stueng"),
            ("គគីរ", "Kokir"),
            ("ឫស្សី", "Ruessei"),
            ("បឹង", "Boeng"),
            ("ឈូក", "Chhuk"),
            ("ម្លិះ", "Mlis"),
            ("ដូង", "Doung"),
        ),
        (
            ("មួយ", "Muoy"),
            ("ពីរ", "Pir"),
            ("បី", "Bei"),
            ("បួន", "Buon"),
            ("ប្រាំ", "Pram"),
            ("ដប់", "Dap"),
            ("ម្ភៃ", "Mphei"),
        ),
        ("Banteay Meanchey", "Battambang", "Prey Veng", "Svay Rieng", "Kampong Cham"),
    ),
    "THA": Naming(
        "thai",
        "tha",
        ("ทดสอบ", "Demo"),
        (("แม่น้ำ", "Maenam"), ("ต้นไผ่", "Tonphai"), ("ต้นสัก", "Tonsak")),
        (("หนึ่ง", "Nueng"), ("สอง", "Song"), ("สาม", "Sam")),
        ("Sa Kaeo", "Surin", "Chanthaburi"),
    ),
    "VNM": Naming(
        "latn",
        "vie",
        ("Minh Họa", "Minh Họa"),
        (("Sông", "Sông"), ("Tre", "Tre"), ("Đa", "Đa"), ("Suối", "Suối")),
        (("Một", "Một"), ("Hai", "Hai"), ("Ba", "Ba"), ("Bốn", "Bốn")),
        ("Tây Ninh", "An Giang", "Đồng Tháp"),
    ),
}

_ADULTS: Final = (19, 44)
_CHILDREN: Final = (8, 16)
_EXPLOITATION: Final = (
    {"type_of_exploitation": ("ForcedLabour",), "forced_labour_industry": "A_AgricultureForestryAndFishing"},
    {"type_of_exploitation": ("ForcedLabour",), "forced_labour_industry": "F_Construction"},
    {"type_of_exploitation": ("SexualExploitation",)},
    {"type_of_exploitation": ("ForcedMarriage",)},
    {"type_of_exploitation": ("ForcedLabour", "Other"), "forced_criminality": True},
)
_CHILDRENS: Final = ({"type_of_exploitation": ("ForcedBegging",)}, {"type_of_exploitation": ("ChildLabour",)})
_RECRUITMENT: Final = (
    "ThroughFriendsOrSocialEvents",
    "ThroughAnOnlineAdvertisement",
    "ThroughOnlineSocialNetworks",
)
_CONTROL: Final = ("DebtBondage", "WithholdsDocuments", "TakesEarnings", "PhysicalThreats")
_GENDERS: Final[tuple[Gender, ...]] = (
    "Feminine",
    "Masculine",
    "Feminine",
    "Masculine",
    "TransgenderFeminine",
)


def names_of(country: str, number: int) -> tuple[Name, ...]:
    """The names of a country's person of this number, in their own script and in Latin letters.

    ValueError when the words have run out, for two people must not bear one name.
    """
    naming = NAMINGS[country]
    if number >= len(naming.things) * len(naming.numbers):
        raise ValueError(f"there are no more names for {country}")
    thing, count = naming.things[number % len(naming.things)], naming.numbers[number // len(naming.things)]
    own, latin = (f"{thing[script]} {count[script]}" for script in (0, 1))
    in_latin = Name(script="latn", given=latin, family=naming.family[1])
    if naming.script == "latn":
        return (in_latin,)
    return (Name(script=naming.script, given=own, family=naming.family[0]), in_latin)


def every_name() -> frozenset[str]:
    """Every given name that may be drawn, in every script: what may never be found in the clear."""
    return frozenset(
        name.given or ""
        for country, naming in NAMINGS.items()
        for number in range(len(naming.things) * len(naming.numbers))
        for name in names_of(country, number)
    )


def guardian_of(country: str) -> str:
    """Who speaks for a child."""
    return f"{NAMINGS[country].family[1]} Aunt of the child"


def interpreter_of(country: str) -> str:
    """Who interpreted."""
    return f"{NAMINGS[country].family[1]} Interpreter"


def person(
    country: str, number: int, age_group: AgeGroup, today: date, chance: random.Random
) -> PersonEntered:
    """A person of a country. Nobody knows when somebody of unknown age was born."""
    naming = NAMINGS[country]
    years = chance.randint(*(_CHILDREN if age_group == "child" else _ADULTS))
    born = date(today.year - years, chance.randint(1, 12), chance.randint(1, 28))
    return PersonEntered(
        names=names_of(country, number),
        birthdate=None if age_group == "unknown" else born,
        birth_year_estimated=age_group != "unknown" and chance.random() < 0.3,
        gender=_GENDERS[chance.randrange(len(_GENDERS))],
        primary_language=naming.language,
        citizenship=(country,),
        home_address={"state": chance.choice(naming.provinces), "country": country},
        contacts={"mobile_phone": f"000 000 {number:03}"},
    )


def account(age_group: AgeGroup, chance: random.Random) -> AccountEntered:
    """What was done to somebody, as it is known when a case opens: little."""
    done = chance.choice(_CHILDRENS if age_group == "child" else _EXPLOITATION)
    return AccountEntered.model_validate(
        {
            "trafficking_status": "PossibleVictimOfTrafficking",
            "method_of_recruitment": (chance.choice(_RECRUITMENT),),
            "methods_of_control": tuple(chance.sample(_CONTROL, 2)),
            **done,
        }
    )
