"""What tests of papers need: a moment, keys, and a page to sign."""

import gc
import warnings
from datetime import UTC, datetime
from importlib.resources import files

import pytest
import weasyprint

from documents.keys import PaperKeys, new_generation

NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
NAME = "returns.example.org"


@pytest.fixture(scope="session")
def keys() -> PaperKeys:
    """The keys of an installation, of two generations."""
    earlier = new_generation(NAME, NOW.replace(year=2025))
    return PaperKeys.load({1: earlier, 2: new_generation(NAME, NOW)})


@pytest.fixture(scope="session")
def strangers() -> PaperKeys:
    """The keys of somebody else, who took the same name."""
    return PaperKeys.load({1: new_generation(NAME, NOW)})


@pytest.fixture(scope="session")
def sheet() -> bytes:
    """A small accessible page, not signed yet."""
    font = files("fontpkg_sarabun") / "files" / "Sarabun-Regular.ttf"
    html = f"""<html lang=en><title>Paper</title>
        <style>
        @font-face {{ font-family: S; src: url('file://{font}') }}
        html, @page {{ font-family: S }}
        </style>
        <h1>Paper</h1><p>Nothing about anybody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
        made = weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/a-3a")
        gc.collect()
    assert isinstance(made, bytes)
    return made
