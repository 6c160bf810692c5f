"""The places of Viet Nam as they are since July 2025: provinces and cities, and their communes and wards.

The file beside this module holds codes of the statistics office and names, taken from the data of the package
vietnamadminunits 1.0.4 (MIT, its notice beside the file), which asks for libraries that have nothing to do
with names of places. The package vietnam-provinces states no licence for what it installs, and its sources
are under the GPL: it is not used. The two lists differ in the codes of about a hundred communes.
"""

from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from repatriation.places.place import Level, Place, full_code
from repatriation.places.spelling import without_marks

_COUNTRY: Final = "VNM"
_KINDS: Final = ("Thành phố ", "Tỉnh ", "Phường ", "Xã ", "Đặc khu ")


def places() -> Iterator[Place]:
    """Every place, the provinces first."""
    lines = files("repatriation.places").joinpath("viet_nam_2025.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in lines.splitlines()]
    for official, province, name in sorted(rows, key=lambda row: bool(row[1])):
        level = Level.COMMUNE if province else Level.PROVINCE
        parent = full_code(_COUNTRY, province) if province else None
        plain = name
        for kind in _KINDS:
            plain = plain.removeprefix(kind)
        code = full_code(_COUNTRY, official)
        yield Place(code, _COUNTRY, level, name, without_marks(plain), parent)
