"""The faces of papers: the expected ones, the same bytes each time, and never half a folder."""

import hashlib
import shutil
import threading
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from documents import fonts
from documents.cutting import cut
from documents.fonts import FACES, Face, FontsUnfit

NAMES = {
    "Doc Latin": ("Noto Sans", "Version 2.015"),
    "Doc Khmer": ("Noto Sans Khmer", "Version 2.004"),
    "Doc Thai": ("Sarabun", "Version 1.000"),
    "Doc Mono": ("IBM Plex Mono", "Version 2.3"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the faces of this machine."""
    return Path(shutil.copytree(fonts.ready(), tmp_path / "fonts"))


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.key)
def test_each_face_is_the_font_it_is_said_to_be_and_has_one_weight(face: Face) -> None:
    font = TTFont(fonts.ready() / face.name)
    family, version = NAMES[face.family]
    assert font["name"].getDebugName(1).startswith(family)
    assert font["name"].getDebugName(5).startswith(version)
    assert font["OS/2"].usWeightClass == face.weight
    assert "fvar" not in font


@pytest.mark.parametrize("face", [face for face in FACES if face.cut], ids=lambda face: face.key)
def test_cutting_a_face_again_gives_the_bytes_that_are_recorded(face: Face) -> None:
    written = BytesIO()
    cut(face).save(written)
    assert hashlib.sha256(written.getvalue()).hexdigest() == fonts.expected()[face.name]


def test_vietnamese_and_the_zero_width_space_are_in_the_latin_faces() -> None:
    for weight in ("latin-400.ttf", "latin-700.ttf"):
        letters = TTFont(fonts.ready() / weight).getBestCmap()
        assert {
            ord(letter) for letter in "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĐ\u200b"
        } <= set(letters)


def test_a_changed_face_is_noticed(folder: Path) -> None:
    face = folder / "khmer-400.ttf"
    face.write_bytes(face.read_bytes()[:-1] + b"x")
    with pytest.raises(FontsUnfit, match=r"khmer-400\.ttf is not the file"):
        fonts.check(folder)


def test_a_missing_face_is_noticed(folder: Path) -> None:
    (folder / "thai-700.ttf").unlink()
    with pytest.raises(FontsUnfit, match=r"thai-700\.ttf is not in the font folder"):
        fonts.check(folder)


def test_a_spoilt_folder_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "thai-700.ttf").unlink()
    monkeypatch.setattr(fonts, "make", copy_from_this_machine)
    assert fonts.ready(folder) == folder
    fonts.check(folder)


def test_many_may_build_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "make", copy_from_this_machine)
    problems: list[Exception] = []

    def build() -> None:
        try:
            fonts.ready(tmp_path / "fonts")
        except Exception as problem:
            problems.append(problem)

    builders = [threading.Thread(target=build) for _ in range(8)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert problems == []
    fonts.check(tmp_path / "fonts")
    assert [path.name for path in tmp_path.iterdir()] == ["fonts"]


def copy_from_this_machine(folder: Path) -> None:
    """Stands in for the cutting, which takes seconds."""
    shutil.copytree(fonts.home(), folder, dirs_exist_ok=True)
