"""An edition in force is not edited in silence: its SHA-256 stands here, and changing it is a deliberate act.

A case keeps to the very file under which it was opened. To amend a procedure, add a file with a new edition.
"""

from sop.shelf import stock

IN_FORCE = {
    "khm-tha-2019": "89c2cb75bf0f70b9009c9136f1e10252c22c4a8b4b21e962be2b16b26c8971ed",
    "khm-vnm-2009": "e31ff292dcacfae20b0882ed233eafb045bb9afbe5c5d9af499d37e5d739a9a0",
    "tha-khm-2019": "45b0084c7d21eef19fd60d46dc0a30512cfd09dc399b856f498030590a91ec91",
    "vnm-khm-2009": "333019c423da5f4b931758686a3f4e8ee1cd6c4ba23276285b2b4e361422e7fd",
}


def test_the_editions_in_force_are_the_ones_that_were_agreed() -> None:
    assert {procedure.key: procedure.digest for procedure in stock()} == IN_FORCE
