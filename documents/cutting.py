"""Cuts one face of fixed weight out of a variable font: `python -m documents.cutting KEY FILE`.

A variable font must not go into a paper: its bold is laid out with the widths of its regular. The letters
are chosen before the weight is fixed, which is many times faster than the other way round. The same input
gives the same bytes, whatever the day.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from documents.fonts import FACES, Face, source

# What English and Vietnamese need, with the letters of neighbours in names; spaces, dashes and quotes, the
# zero-width space with them; money and a few signs.
LATIN = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x300, 0x334),
    *range(0x1E00, 0x1F00),
    *range(0x2000, 0x2070),
    *(0x20AB, 0x20AC, 0x2116, 0x2122, 0x2212),
)


def cut(face: Face) -> TTFont:
    """The face as a font of its own."""
    font = TTFont(source(face), recalcTimestamp=False)
    options = Options(hinting=False, notdef_outline=True, layout_features=["*"], name_IDs=["*"])
    letters = LATIN if face.family == "Doc Latin" else font.getBestCmap()
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    return instantiateVariableFont(font, {"wght": face.weight, "wdth": 100}, inplace=True, static=True)


if __name__ == "__main__":
    key, file = sys.argv[1:]
    cut(next(face for face in FACES if face.key == key)).save(Path(file))
