"""An edition in force is not edited in silence: its SHA-256 stands here, and changing it is a deliberate act.

A case keeps to the very file under which it was opened. To amend a procedure, add a file with a new edition.
"""

from sop.shelf import stock

IN_FORCE = {
    "khm-tha-2019": "89c2cb75bf0f70b9009c9136f1e10252c22c4a8b4b21e962be2b16b26c8971ed",
    "khm-vnm-2009": "80bdc8db86eb63abf5b26bb4ec9a50caca051a39c6a497a85c6c03ce992d71db",
    "tha-khm-2019": "45b0084c7d21eef19fd60d46dc0a30512cfd09dc399b856f498030590a91ec91",
    "vnm-khm-2009": "1f28072831b1e9b8315c18dae03165693c6dfc8613b2cd986fbe49750351cb96",
}


def test_the_editions_in_force_are_the_ones_that_were_agreed() -> None:
    assert {procedure.key: procedure.digest for procedure in stock()} == IN_FORCE
