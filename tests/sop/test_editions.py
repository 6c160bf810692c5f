"""An edition in force is not edited in silence: its SHA-256 stands here, and changing it is a deliberate act.

A case keeps to the very file under which it was opened. To amend a procedure, add a file with a new edition.
"""

from sop.shelf import stock

IN_FORCE = {
    "khm-tha-2019": "e7e561b9ffae3a8a3a7d91be7262e9840ebb110397e2267a8dfc7c6bc9152501",
    "khm-vnm-2009": "80bdc8db86eb63abf5b26bb4ec9a50caca051a39c6a497a85c6c03ce992d71db",
    "tha-khm-2019": "2f9e79b263c0d8da31efcb2ed6dd590b1f68dcdfe6af3665ad08c56a908fed6b",
    "vnm-khm-2009": "1f28072831b1e9b8315c18dae03165693c6dfc8613b2cd986fbe49750351cb96",
}


def test_the_editions_in_force_are_the_ones_that_were_agreed() -> None:
    assert {procedure.key: procedure.digest for procedure in stock()} == IN_FORCE
