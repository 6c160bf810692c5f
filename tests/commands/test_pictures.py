"""Pictures of made-up papers, as they stand in the README."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from repatriation.commands.pictures import SHOWN
from tests.commands.conftest import Run

ROOT = Path(__file__).parents[2]
LARGEST = 150_000


def test_three_papers_are_drawn_and_always_alike(run: Run, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        said = run("papers", "pictures", str(tmp_path / folder)).output
        assert said.count(".png") == len(SHOWN) == 3
    for kind, _ in SHOWN:
        first, again = ((tmp_path / folder / f"{kind}.png").read_bytes() for folder in ("one", "two"))
        assert first == again
        assert len(first) < LARGEST


def test_each_language_stands_on_one_of_them() -> None:
    assert {language for _, languages in SHOWN for language in languages} == {"km", "th", "vi", "en"}


@pytest.mark.parametrize("kind", [kind for kind, _ in SHOWN])
def test_the_readme_shows_a_picture_that_is_there_and_is_no_white_page(kind: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    file = ROOT / "documents" / "pictures" / f"{kind}.png"
    assert re.search(rf"documents/pictures/{kind}\.png", readme)
    assert file.stat().st_size < LARGEST
    with Image.open(file) as picture:
        colours = picture.convert("RGB").getcolors()
    assert colours is not None
    assert len(colours) > 8
    # The words that nobody has reviewed.
    assert any(red > 120 and green < 80 and blue < 80 for red, green, blue in map(_three, colours))


def _three(counted: tuple[int, Any]) -> tuple[int, int, int]:
    red, green, blue = counted[1]
    return red, green, blue
