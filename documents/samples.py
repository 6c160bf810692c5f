"""Made-up papers, one of every kind: for the pictures in the README, for measuring, and for trying the press.

The names could be nobody's: they are words for things. Every text stands where a real one would.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from documents.composing import Draft, Issuer
from documents.fields import PaperFields
from documents.kinds import KINDS

NAMES: Final[Mapping[str, dict[str, str]]] = {
    "khmr": {"script": "khmr", "family": "ផ្កាឈូក", "given": "ទន្លេសាប"},
    "thai": {"script": "thai", "family": "ตัวอย่างวงศ์", "given": "ทดสอบ"},
    "latn": {"script": "latn", "family": "Phka Chhouk", "given": "Tonle Sap"},
}
VIETNAMESE: Final = {"script": "latn", "family": "Ví", "given": "Dụ Thử Nghiệm"}

STORY: Final[Mapping[str, str]] = {
    "km": "បុគ្គលនេះបានប្រាប់ថាត្រូវបានគេសន្យាផ្តល់ការងារធ្វើនៅរោងចក្រ ប៉ុន្តែពេលទៅដល់ត្រូវបានគេដកហូតលិខិតឆ្លងដែននិងទូរស័ព្ទ។",
    "th": "บุคคลนี้เล่าว่าได้รับคำสัญญาว่าจะมีงานทำในโรงงาน แต่เมื่อไปถึงกลับถูกยึดหนังสือเดินทางและโทรศัพท์",
    "vi": "Người này kể rằng đã được hứa hẹn một công việc trong nhà máy, "
    "nhưng khi đến nơi thì bị thu giữ hộ chiếu và điện thoại.",
    "en": "The person tells that work in a factory was promised, "
    "and that passport and telephone were taken on arrival.",
}
ADDRESS: Final[Mapping[str, str]] = {
    "km": "ភូមិឧទាហរណ៍ ឃុំគំរូ ស្រុកសាកល្បង ខេត្តបាត់ដំបង",
    "th": "หมู่บ้านตัวอย่าง ตำบลทดสอบ อำเภออรัญประเทศ จังหวัดสระแก้ว",
    "vi": "Thôn Ví Dụ, xã Thử Nghiệm, tỉnh Tây Ninh",
    "en": "Example village, Sample commune, Battambang province",
}
ISSUERS: Final[Mapping[str, Issuer]] = {
    "KHM": Issuer(
        "SAMPLE-KH",
        "KHM",
        True,
        {"km": "ក្រសួងឧទាហរណ៍", "en": "Sample Ministry"},
    ),
    "THA": Issuer("SAMPLE-TH", "THA", True, {"th": "กระทรวงตัวอย่าง", "en": "Sample Ministry"}),
    "VNM": Issuer("SAMPLE-VN", "VNM", True, {"vi": "Bộ Ví Dụ", "en": "Sample Ministry"}),
}
PAIRS: Final = tuple(
    (first, second)
    for first in ("km", "th", "vi", "en")
    for second in ("km", "th", "vi", "en")
    if first != second
)
_HOME_OF: Final = {"km": "KHM", "th": "THA", "vi": "VNM", "en": "KHM"}


def sample(kind: str, languages: tuple[str, str] = ("km", "th")) -> Draft:
    """A made-up paper of a kind. Its text is in the first language."""
    return Draft(
        kind=kind,
        languages=languages,
        issuer=ISSUERS[_HOME_OF[languages[0]]],
        fields=sample_fields(kind, languages[0]),
        reference="TK-7F3K-92QM",
        demonstration=True,
    )


def sample_fields(kind: str, language: str = "km") -> PaperFields:
    """The fields of a made-up paper of a kind."""
    return KINDS[kind].schema.model_validate(_entered(language)[kind])


def _entered(language: str) -> dict[str, dict[str, Any]]:
    story, address = STORY[language], ADDRESS[language]
    names = [VIETNAMESE] if language == "vi" else list(NAMES.values())
    person = {
        "names": names,
        "sex": "female",
        "birth": "1998-04",
        "birthplace": address,
        "nationality": "VNM" if language == "vi" else "KHM",
        "address": address,
    }
    consent = {
        "purpose": "sharing",
        "given_on": "2026-11-20",
        "until": "2027-05-20",
        "language": language,
        "interpreter": True,
        "guardian": False,
    }
    office = {"officer": "A. Sample", "rank": "Case officer", "contact": "+855 00 000 000"}
    to = ISSUERS["KHM"].names["en"]
    people = [
        {
            "reference": f"TK-7F3K-9{place:03}",
            "name": " ".join((NAMES["khmr"]["family"], NAMES["khmr"]["given"])),
            "sex": "female" if place % 2 else "male",
            "age_group": "child" if place == 3 else "adult",
            "document": f"E{place:06}",
        }
        for place in range(1, 4)
    ]
    goal = {"domain": "income", "goal": story[:90], "who": to, "by": "2027-06"}
    return {
        "return_request": {
            "to": to,
            "person": person,
            "found": {"on": "2026-10-02", "where": address, "staying": "shelter", "needs": story},
            "request": {
                "asked": ["verify_nationality", "travel_document", "accept_return"],
                "wishes": story,
                "planned_on": "2026-12-14",
                "gate": "Poipet",
                "reply_by": "2026-12-01",
            },
            "consent": consent,
            "office": office,
        },
        "note_verbale": {
            "to": to,
            "matter": "acceptance",
            "answers": {"number": "118/2026", "dated": "2026-11-02"},
            "person": person,
            "arranged": {"on": "2026-12-14", "gate": "Poipet", "travel_document": "E000001"},
            "remarks": story,
        },
        "family_tracing_request": {
            "to": to,
            "person": person,
            "search": {"last_address": address, "last_contact": "2025", "landmarks": story},
            "relatives": [{"name": "Sample", "relation": "mother", "address": address}] * 2,
            "care": {
                "may_be_told": "looked_for",
                "photo": False,
                "warnings": story,
                "reply_by": "2026-12-20",
            },
            "consent": consent | {"purpose": "tracing"},
            "office": office,
        },
        "family_assessment": {
            "person": person,
            "finding": {"found": True, "where": address, "assessed_on": "2026-11-18", "how": "visit"},
            "members": [{"relation": "mother", "age": 52, "work": "rice farmer"}] * 3,
            "household": {
                "income": story,
                "housing": story,
                "attitude": "agrees",
                "part": "none_seen",
                "services": story,
            },
            "recommended": {"advice": "family", "reasons": story},
            "office": office,
        },
        "consent_form": {
            "person": person,
            "matter": {
                "purpose": "return",
                "decision": "given",
                "recipients": to,
                "what": story,
                "until": "2027-05-20",
            },
            "explained": {
                "language": language,
                "interpreter": "B. Sample",
                "how": "signed",
                "on": "2026-11-20",
            },
        },
        "travel_document": {
            "own_number": "E000001",
            "person": person,
            "journey": {
                "to": person["nationality"],
                "gate": "Poipet",
                "issued_on": "2026-11-25",
                "until": "2026-12-25",
            },
            "description": {"height": "158 cm"},
        },
        "handover_minutes": {
            "place": {"gate": "Poipet", "on": date(2026, 12, 14), "time": "09:30"},
            "handing": [{"name": "C. Sample", "rank": "Officer", "body": "Sample Ministry"}] * 2,
            "receiving": [{"name": "D. Sample", "rank": "Officer", "body": "Sample Department"}] * 2,
            "people": people,
            "things": {"property": story, "objections": story},
            "copies": {"copies": 4, "languages": ["km", "th"]},
        },
        "return_certificate": {
            "person": person,
            "entry": {"on": "2026-12-14", "gate": "Poipet", "document": "E000001", "destination": address},
        },
        "screening_form": {
            "person": person,
            "talk": {
                "on": "2026-12-14",
                "place": "Poipet",
                "language": language,
                "interpreter": "B. Sample",
                "alone": True,
                "agreed": True,
                "form_version": "2016",
            },
            "seen": {
                "signs": ["deceived", "papers_taken", "not_free"],
                "account": story,
                "needs": ["doctor", "family_contact"],
            },
            "result": {"outcome": "trafficked", "authority": to},
            "office": office,
        },
        "referral_form": {
            "to": to,
            "person": person,
            "asked": {
                "services": ["health", "counselling"],
                "needs": story,
                "urgency": "week",
                "safety": story,
            },
            "consent": consent,
            "office": office,
        },
        "reintegration_plan": {
            "person": person,
            "wishes": {"own_words": story, "living": "family", "address": address},
            "goals": [goal] * 3,
            "keeping": {"safety": story, "visits": story, "review": "2027-03", "agreed_on": "2026-12-20"},
            "office": office,
        },
        "visit_form": {
            "person": person,
            "visit": {
                "on": "2027-01-20",
                "visitor": "E. Sample",
                "mode": "home",
                "alone": True,
                "others": "mother",
                "outcome": "seen",
            },
            "safe": {"safety": "safe", "contact": False, "remarks": story},
            "life": {"health": story, "income": story, "debt": story},
            "next": {"needs": story, "steps": story, "visit_on": "2027-04-20"},
        },
        "closure_report": {
            "person": person,
            "course": {"since": "2026-12", "visits": 6, "summary": story, "open_matters": story},
            "closing": {"reason": "goals_reached", "agreed": True, "contact": to, "on": "2027-12-01"},
            "office": office,
        },
    }
