"""The file as a zip of parts, opened without trusting it: every size is counted, declared and real."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

from repatriation.htcds.faults import BadWorkbook

MOST_PARTS = 2_000
MOST_BYTES = 1 << 30
"""All parts unpacked. Fifty thousand full rows are about 120 MB."""
MOST_RATIO = 150
"""Unpacked to packed, once a part is over 8 MB. Filled sheets are 5 to 20, blank formatted ones under 100."""
MOST_PACKED = 256 << 20
_RATIO_FROM = 8 << 20
_CHUNK = 1 << 17
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Package:
    """The parts of one workbook file. Parts are only ever streamed, never written to disk."""

    def __init__(self, path: Path) -> None:
        self._file = _open(path)
        try:
            self._zip = zipfile.ZipFile(self._file)
            self.parts = {info.filename: info for info in self._zip.infolist()}
            _weigh(self._zip.infolist())
        except zipfile.BadZipFile as error:
            self._file.close()
            raise BadWorkbook("This file is not a whole .xlsx workbook: it cannot be unpacked.") from error
        except BadWorkbook:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._zip.close()
        self._file.close()

    def chunks(self, part: str) -> Iterator[bytes]:
        """The bytes of one part, counted as they are unpacked, whatever the zip declares."""
        info = self.parts.get(part)
        if info is None:
            raise BadWorkbook("This file is not a whole .xlsx workbook: a part that it names is missing.")
        unpacked = 0
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    unpacked += len(chunk)
                    _check_size(unpacked, info.compress_size)
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ) as error:
            raise BadWorkbook("This file is damaged: a part of it cannot be unpacked.") from error


def _open(path: Path) -> IO[bytes]:
    try:
        file = path.open("rb")
        size = path.stat().st_size
    except OSError as error:
        raise BadWorkbook(f"The file cannot be opened: {error.strerror}.") from error
    if size > MOST_PACKED:
        file.close()
        raise BadWorkbook("This file is larger than 256 MB: divide it into several workbooks.")
    start = file.read(1 << 16)
    file.seek(0)
    problem = _what_it_is_instead(start)
    if problem:
        file.close()
        raise BadWorkbook(problem)
    return file


def _what_it_is_instead(start: bytes) -> str | None:
    if start.startswith(_OLD_OFFICE):
        return (
            "This workbook is protected by a password, or is of the old .xls kind."
            " Open it, take the password off, and save it as .xlsx."
        )
    if not start.startswith(b"PK\x03\x04"):
        return "This file is not an .xlsx workbook. Open it in a spreadsheet program and save it as .xlsx."
    if b"application/vnd.oasis.opendocument" in start[:200]:
        return "This is an OpenDocument file. Save it as .xlsx and import that."
    return None


def _weigh(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_PARTS:
        raise BadWorkbook(f"This file has more than {MOST_PARTS} parts: it is refused unread.")
    if len({info.filename for info in infos}) != len(infos):
        raise BadWorkbook("This file holds two parts of the same name: it is refused unread.")
    if any(info.flag_bits & 1 for info in infos):
        raise BadWorkbook("This workbook is protected by a password. Take it off and save the file again.")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise BadWorkbook("Unpacked, this file would be larger than 1 GB: it is refused unread.")
    for info in infos:
        _check_size(info.file_size, info.compress_size)


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > MOST_BYTES or (unpacked > _RATIO_FROM and unpacked > MOST_RATIO * packed):
        raise BadWorkbook("This file unpacks to far more than a workbook would (a zip bomb): it is refused.")
