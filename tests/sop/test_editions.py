"""An edition in force is not edited in silence: its SHA-256 stands here, and changing it is a deliberate act.

A case keeps to the very file under which it was opened. To amend a procedure, add a file with a new edition.
"""

from sop.shelf import stock

IN_FORCE = {
    "khm-tha-2019": "9e6e3b0723357688b5d31d9ac3678861bed56a784dce344b9af1060e15d3266d",
    "khm-vnm-2009": "96289bc9fcd5fe7b3a3a501d9ed2942dc79e1126e0dc2a17bf1d387b6a0ec7f3",
    "tha-khm-2019": "fb5cd77a7b0422482e4add486e3db6d8bf013c235369495ddea63ea58376e7d7",
    "vnm-khm-2009": "7616c5e179b53dee311757bee74e15815692f88b2a159740f960e6928a5689ee",
}


def test_the_editions_in_force_are_the_ones_that_were_agreed() -> None:
    assert {procedure.key: procedure.digest for procedure in stock()} == IN_FORCE
