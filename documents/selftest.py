"""What a worker proves before it prints for anybody: four languages come back whole, and faults are noticed.

Nothing here is taken from a case. A worker in which one of these fails must not issue papers: its text could
not be copied or read aloud, or its faults would pass for print.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import pypdfium2

from documents.printing import CannotPrint, Printed, Sheet

LINES = {
    "en": "Born free and equal in dignity and rights",
    "km": "ក្រសួងសង្គមកិច្ច អតីតយុទ្ធជន និងយុវនីតិសម្បទា",
    "th": "การส่งกลับและคืนสู่สังคมอย่างปลอดภัย ผู้ใหญ่น้ำใจ",
    "vi": "Nguyễn Thị Ngọc Ánh được đưa về nước an toàn",
}
# Eight words without a space between them.
THAI = "ผู้เสียหายได้รับความช่วยเหลืออย่างเหมาะสมทุกคน"
NO_FACE_HAS_IT = "\u0627"


def sheet(*lines: str) -> Sheet:
    """A page with these lines."""
    table = "<table><tr><th>1</th><td>2</td></tr></table>"
    html = f'<html lang="en"><body style="font-size: 9pt">{"".join(lines)}{table}</body></html>'
    return Sheet(html, "Trial", "en", datetime(2026, 1, 1, tzinfo=UTC), b"{}")


def trial() -> Sheet:
    """The page that is printed and read back."""
    lines = [f'<p lang="{language}">{line}</p>' for language, line in LINES.items()]
    return sheet(*lines, f'<p lang="th" style="width: 3cm">{THAI}</p>')


def failures(set_sheet: Callable[[Sheet], Printed]) -> list[str]:
    """The names of the proofs that failed; none is what we want."""
    try:
        found = read_back(set_sheet(trial()).file)
    except CannotPrint as problem:
        return [str(problem)]
    failed = [language for language, line in LINES.items() if line not in found]
    together = "".join(found)
    if THAI not in together or THAI in found:
        failed.append("thai-lines")
    try:
        set_sheet(sheet(f"<p>{NO_FACE_HAS_IT}</p>"))
    except CannotPrint as problem:
        if problem.code != "glyph":
            failed.append("glyph")
    else:
        failed.append("glyph")
    return failed


def read_back(file: bytes) -> list[str]:
    """The lines of a file, as a browser's reader finds them."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        return [line for page in pdf for line in page.get_textpage().get_text_range().splitlines()]
    finally:
        pdf.close()
