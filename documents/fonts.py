"""The faces that papers are set in: cut once from pinned packages, kept in a cache, held against known sums.

Run as `python -m documents.fonts [FOLDER]` it makes them. The second time it only looks. Whoever changes a
face on purpose calls `make` on an empty folder and writes the new sums into `fonts.sha256`; papers that were
issued before will not come out with the same bytes.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

SUMS = Path(__file__).with_name("fonts.sha256")
CONFIGURATION = "fonts.conf"
FONTCONFIG_WEIGHTS = {400: "regular", 700: "bold"}
EVERY_FAMILY = '"Doc Latin", "Doc Khmer", "Doc Thai", "Doc Mono"'


class Face(NamedTuple):
    """One font file of ours and where it comes from. A weight that must be cut is marked so."""

    key: str
    family: str
    weight: int
    package: str
    file: str
    cut: bool

    @property
    def name(self) -> str:
        """The file's name in the cache."""
        return f"{self.key}.ttf"


FACES = (
    Face("latin-400", "Doc Latin", 400, "fontpkg_noto_sans", "NotoSans[wdth,wght].ttf", True),
    Face("latin-700", "Doc Latin", 700, "fontpkg_noto_sans", "NotoSans[wdth,wght].ttf", True),
    Face("khmer-400", "Doc Khmer", 400, "fontpkg_noto_sans_khmer", "NotoSansKhmer[wdth,wght].ttf", True),
    Face("khmer-700", "Doc Khmer", 700, "fontpkg_noto_sans_khmer", "NotoSansKhmer[wdth,wght].ttf", True),
    Face("thai-400", "Doc Thai", 400, "fontpkg_sarabun", "Sarabun-Regular.ttf", False),
    Face("thai-700", "Doc Thai", 700, "fontpkg_sarabun", "Sarabun-Bold.ttf", False),
    Face("mono-400", "Doc Mono", 400, "fontpkg_ibm_plex_mono", "IBMPlexMono-Regular.ttf", False),
)


class FontsUnfit(Exception):
    """The fonts are not there, or are not those that papers were tried with. Says which."""


def source(face: Face) -> Path:
    """The font file inside the package that brings it."""
    found = importlib.util.find_spec(face.package)
    if found is None or found.origin is None:
        raise FontsUnfit(f"the package {face.package} is not installed")
    return Path(found.origin).parent / "files" / face.file


def expected() -> dict[str, str]:
    """The SHA-256 of each file, as this program knows them."""
    lines = (line.split() for line in SUMS.read_text(encoding="ascii").splitlines())
    return {name: digest for digest, name in lines}


def home() -> Path:
    """Where the fonts are kept when nobody names a place: other sums, another folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    edition = hashlib.sha256(SUMS.read_bytes()).hexdigest()[:12]
    return Path(cache) / "repatriation" / f"fonts-{edition}"


def check(folder: Path) -> None:
    """Refuses a folder in which a file is missing or not the expected one."""
    for name, digest in expected().items():
        try:
            content = (folder / name).read_bytes()
        except OSError as problem:
            raise FontsUnfit(f"{name} is not in the font folder; run python -m documents.fonts") from problem
        if hashlib.sha256(content).hexdigest() != digest:
            raise FontsUnfit(f"{name} is not the file that papers were tried with")


def ready(folder: Path | None = None) -> Path:
    """The folder with every face in it, made now if need be."""
    folder = folder or home()
    try:
        check(folder)
    except FontsUnfit:
        build(folder)
    return folder


def build(folder: Path) -> None:
    """Makes the faces beside the folder and puts them there in one move, so that two may build at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        make(made)
        check(made)
        try:
            if folder.exists():
                folder.rename(Path(scratch) / "spoilt")
            made.rename(folder)
        except OSError:
            check(folder)  # somebody else was quicker; theirs will do if it is whole


def make(folder: Path) -> None:
    """Writes every face into the folder; those that must be cut, each in a process of its own."""
    cutting = []
    for face in FACES:
        if face.cut:
            command = [sys.executable, "-m", "documents.cutting", face.key, str(folder / face.name)]
            cutting.append(subprocess.Popen(command))  # noqa: S603 - our own interpreter, our own words
        else:
            shutil.copyfile(source(face), folder / face.name)
    (folder / CONFIGURATION).write_text(configuration(), encoding="utf-8")
    endings = [process.wait() for process in cutting]
    if any(endings):
        raise FontsUnfit("a font could not be cut")


def configuration() -> str:
    """What Fontconfig is told: these fonts, by our names for them, and no others. It keeps no cache."""
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
        '<dir prefix="relative">.</dir>\n<cachedir>/dev/null</cachedir>\n'
        + "".join(
            f'<match target="scan"><test name="file" compare="contains"><string>{face.name}</string></test>'
            f'<edit name="family" mode="prepend"><string>{face.family}</string></edit>'
            '<edit name="weight" mode="assign_replace">'
            f"<const>{FONTCONFIG_WEIGHTS[face.weight]}</const></edit></match>\n"
            for face in FACES
        )
        + "</fontconfig>\n"
    )


def face_rules() -> str:
    """The style rules under all others: every page, its margins and every box know all our faces."""
    everywhere = f"{{ font-family: {EVERY_FAMILY} }}\n"
    return f"@page {everywhere}html, pre, code, kbd, samp, tt {everywhere}"


if __name__ == "__main__":
    try:
        ready(Path(sys.argv[1]) if sys.argv[1:] else None)
    except FontsUnfit as problem:
        sys.exit(f"The fonts for papers could not be made: {problem}.")
