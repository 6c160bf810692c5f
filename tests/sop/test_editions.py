"""An edition in force is not edited in silence: its SHA-256 stands here, and changing it is a deliberate act.

A case keeps to the very file under which it was opened. To amend a procedure, add a file with a new edition.
"""

from sop.shelf import stock

IN_FORCE = {
    "khm-tha-2019": "e7e561b9ffae3a8a3a7d91be7262e9840ebb110397e2267a8dfc7c6bc9152501",
    "khm-vnm-2009": "6b1597e296a61f3d6475af3281526dbba5e27bebed83c73d49bc6e93d9a4cf4f",
    "tha-khm-2019": "2f9e79b263c0d8da31efcb2ed6dd590b1f68dcdfe6af3665ad08c56a908fed6b",
    "vnm-khm-2009": "9ba6b856d8959cff975640678b7247ba9e8d38109c408c2bc41bcd079f23c5d6",
}


def test_the_editions_in_force_are_the_ones_that_were_agreed() -> None:
    assert {procedure.key: procedure.digest for procedure in stock()} == IN_FORCE
