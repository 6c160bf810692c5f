"""The places of Thailand to the subdistrict, from the package geothai.

Data: Department of Provincial Administration of Thailand, by way of GeoThai, under CC BY 4.0; code MIT.
"""

from collections.abc import Iterator
from typing import Final

import geothai

from repatriation.places.place import Level, Place, full_code

_COUNTRY: Final = "THA"


def places() -> Iterator[Place]:
    """Every place, the larger ones first."""
    provinces = geothai.provinces()
    for province in provinces:
        code = full_code(_COUNTRY, province.code)
        yield Place(code, _COUNTRY, Level.PROVINCE, province.name_th, province.name_en)
    districts = [district for province in provinces for district in geothai.districts(province.code)]
    for district in districts:
        code, parent = full_code(_COUNTRY, district.code), full_code(_COUNTRY, district.province_code)
        yield Place(code, _COUNTRY, Level.DISTRICT, district.name_th, district.name_en, parent)
    for part in (part for district in districts for part in geothai.subdistricts(district.code)):
        code, parent = full_code(_COUNTRY, part.code), full_code(_COUNTRY, part.district_code)
        yield Place(code, _COUNTRY, Level.COMMUNE, part.name_th, part.name_en, parent)
