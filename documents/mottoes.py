"""What stands at the head of a state's own paper. Printed for bodies of that state and for nobody else.

Cambodia: ministry documents carry these two lines. Viet Nam: circular 01/2014 and decree 162 carry them so.
Thailand: its letters carry an emblem, which is not ours to print, and no motto.
"""

from collections.abc import Mapping
from typing import Final

from documents.wording import Said

MOTTOES: Final[Mapping[str, tuple[tuple[Said, ...], ...]]] = {
    "KHM": (
        (Said("ព្រះរាជាណាចក្រកម្ពុជា", "km"), Said("Kingdom of Cambodia", "en")),
        (Said("ជាតិ សាសនា ព្រះមហាក្សត្រ", "km"), Said("Nation Religion King", "en")),
    ),
    "VNM": (
        (Said("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "vi"),),
        (Said("Độc lập - Tự do - Hạnh phúc", "vi"), Said("Independence – Freedom – Happiness", "en")),
    ),
}


def motto(country: str, languages: tuple[str, ...]) -> tuple[tuple[Said, ...], ...]:
    """The lines for a state: in its own language, and in English where the paper speaks it."""
    own = {"KHM": "km", "VNM": "vi"}.get(country)
    return tuple(
        tuple(said for said in line if said.language == own or said.language in languages)
        for line in MOTTOES.get(country, ())
    )
