"""An edition in force is not edited in silence: its SHA-256 stands here, and changing it is a deliberate act.

A case keeps to the very file under which it was opened. To amend a procedure, add a file with a new edition.
"""

from sop.shelf import stock

IN_FORCE = {
    "khm-tha-2019": "3bbb8ead0827aef1fa0909ca220478e6f7d388b0d0ee9280e283b5e1e609f935",
    "khm-vnm-2009": "2d36248775cf5ea29bae99172f0b8350b600908e40f7a717700bbb2f98183b45",
    "tha-khm-2019": "c1fb6d05a1dc34eddddca549b7e1c088d9f476013598b7455332bd92b0318175",
    "vnm-khm-2009": "999bf71251458e4cc1eddbc216d6d6a6bfa81c13777b8ab7b3fa39c6327be716",
}


def test_the_editions_in_force_are_the_ones_that_were_agreed() -> None:
    assert {procedure.key: procedure.digest for procedure in stock()} == IN_FORCE
