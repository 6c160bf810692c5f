"""What the tests of the press print, and how they read it."""

import re
import subprocess
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from documents.printing import Sheet
from documents.selftest import read_back

MOMENT = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)

PHRASES = {
    "en": (
        "She was born free and wants to go home.",
        "Office of the coordinator, window 4",
        "Found on 3 May 2026; no passport",
        "flight, fine, official, affidavit",
        "Age: about 15 (said by herself)",
    ),
    "km": (
        "ក្រសួងសង្គមកិច្ច",
        "ជនរងគ្រោះដោយសារការជួញដូរមនុស្ស",
        "ស្រ្តីម្នាក់ៗមានសិទ្ធិ",
        "ថ្ងៃទី២១ ខែវិច្ឆិកា ឆ្នាំ២០២៦",
        "អាថ៌កំបាំងនៃគ្រួសារ",
    ),
    "th": (
        "การส่งกลับและคืนสู่สังคม",
        "ผู้เสียหายจากการค้ามนุษย์",
        "๒๑ พฤศจิกายน พ.ศ. ๒๕๖๙",
        "น้ำใจ คำแนะนำ กำหนดนัด",
        "ปั๊มน้ำมันใกล้บ้านญาติผู้ใหญ่",
    ),
    "vi": (
        "Nguyễn Thị Ngọc Ánh",
        "được hồi hương về nước an toàn",
        "ngày 21 tháng 11 năm 2026",
        "phòng, chống mua bán người",
        "Đỗ Quỳnh Như, Ý Yên, Nam Định",
    ),
}


def sheet(body: str, language: str = "en", data: bytes | None = None) -> Sheet:
    """A sheet around some markup."""
    return Sheet(f'<html lang="{language}"><body>{body}</body></html>', "A paper", language, MOMENT, data)


def every_phrase() -> Sheet:
    """All phrases in all languages, in a table, with a foot on the page and something attached."""
    rows = "".join(
        f'<tr><th scope="row">{language}</th><td lang="{language}">{phrase}</td></tr>'
        for language, phrases in PHRASES.items()
        for phrase in phrases
    )
    square = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>A square</title></svg>'
    return sheet(f"<h1>Papers</h1><table>{rows}</table><p><b>Ngọc</b> {square}</p>", data=b'{"a":1}')


def lines_in_browser(file: bytes) -> list[str]:
    """The lines as PDFium finds them."""
    return read_back(file)


def lines_in_poppler(file: bytes, folder: Path) -> list[str]:
    """The lines as poppler finds them."""
    path = folder / "paper.pdf"
    path.write_bytes(file)
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()


def inside(file: bytes) -> Iterator[bytes]:
    """Everything that stands in the file's streams, unpacked."""
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", file, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]
