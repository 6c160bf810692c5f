"""Looks over the papers of an installation, for whoever runs it: is each still the file that was issued?"""

import hashlib
from collections.abc import Iterator

from sqlmodel import col, select

from repatriation.records.cases import CaseFile
from repatriation.records.papers import Paper
from repatriation.records.scope import every_case
from repatriation.records.sealing import Safe, SealBroken, Shredded
from repatriation.work.house import House
from repatriation.work.papers.archive import Same, same_again


def made_again(house: House, number: str | None = None, limit: int = 100) -> Iterator[Same]:
    """Each paper made again, the newest first; nothing of what stands in it is told."""
    with house.doors.read() as session:
        wanted = select(Paper.id, Paper.case_id).order_by(col(Paper.issued_at).desc()).limit(limit)
        if number is not None:
            wanted = wanted.where(Paper.number == number)
        found = session.exec(wanted).all()
    for row_id, case_id in found:
        yield _one(house, row_id, case_id)


def _one(house: House, row_id: str, case_id: str) -> Same:
    with house.doors.read() as session:
        row = session.get_one(Paper, row_id)
        case = session.exec(every_case().where(CaseFile.id == case_id)).one()
        try:
            key = Safe(house.keyring).key_of(case)
            file = key.open_bytes("paper", "file", row.id, row.file or b"")
        except Shredded:
            return Same(row.number, same=False, fault="erased")
        except SealBroken:
            return Same(row.number, same=False, fault="seal")
        if hashlib.sha256(file).hexdigest() != row.file_sha256:
            return Same(row.number, same=False, fault="digest")
        return same_again(house, key, row)
