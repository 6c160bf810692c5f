"""Copies of the real route files with one thing spoiled, as a careless or hostile hand would spoil it."""

import re
from pathlib import Path

from sop.procedure import Procedure
from sop.reader import read_bytes
from sop.shelf import CORRIDORS

FILES = tuple(sorted(path.name for path in CORRIDORS.glob("*.toml")))
FULL = tuple(name for name in FILES if not name.startswith("khm-tha"))


def text_of(name: str) -> str:
    """A real route file."""
    return (CORRIDORS / name).read_text(encoding="utf-8")


def block_of(text: str, action: str) -> str:
    """The lines of one action."""
    found = re.search(
        rf'\[\[actions\]\]\n(?:#[^\n]*\n)*name *= *"{action}"\n.*?(?=\n\[\[actions\]\]|\Z)', text, re.DOTALL
    )
    assert found, action
    return found[0]


def change_action(text: str, action: str, pattern: str, replacement: str) -> str:
    """The file with a pattern replaced within one action; the pattern must be there."""
    block = block_of(text, action)
    changed, count = re.subn(pattern, replacement, block, flags=re.MULTILINE)
    assert count, f"{pattern} is not in {action}"
    return text.replace(block, changed)


def without_gate(text: str, action: str, gate: str) -> str:
    """The file with one requirement of one action dropped."""
    return change_action(text, action, rf'"{gate}",? ?', "")


def read_text(text: str, name: str) -> Procedure:
    """What the reader makes of a text."""
    return read_bytes(text.encode(), Path(name))
