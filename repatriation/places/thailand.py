"""The places of Thailand to the subdistrict, from the package geothai.

Data: Department of Provincial Administration of Thailand, by way of GeoThai, under CC BY 4.0; code MIT. Its
data is read and the package itself is not: importing it takes a tenth of a second, for it lists every code
as a type.
"""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from repatriation.places.place import Level, Place, full_code

_COUNTRY: Final = "THA"
_FILES: Final = {
    Level.PROVINCE: "provinces",
    Level.DISTRICT: "districts",
    Level.COMMUNE: "subdistricts",
}


def places() -> Iterator[Place]:
    """Every place, the larger ones first."""
    for level, name in _FILES.items():
        for row in _rows(name):
            official, local, latin = row[:3]
            # Two figures more with each level, and a code begins with that of what the place lies in.
            parent = None if level is Level.PROVINCE else full_code(_COUNTRY, official[:-2])
            yield Place(full_code(_COUNTRY, official), _COUNTRY, level, local, latin, parent)


def _rows(name: str) -> list[list[str]]:
    package = find_spec("geothai")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("geothai", name="geothai")
    rows: list[list[str]] = json.loads(
        Path(package.origin).with_name("_data").joinpath(f"{name}.json").read_text(encoding="utf-8")
    )
    return rows
