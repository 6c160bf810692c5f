"""The README tells the truth: its commands exist, and it counts sourced and assumed rules as the files do."""

import re
from pathlib import Path

import click
import pytest

from repatriation.commands import main
from sop.grounds import grounds
from sop.shelf import CORRIDORS
from tests.sop.sabotage import FILES, read_text, text_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_the_counts_of_sourced_and_assumed_rules_are_true(name: str) -> None:
    procedure = read_text(text_of(name), name)
    grounded = [ground.assumed for ground in grounds(procedure)]
    sourced, assumed = grounded.count(False), grounded.count(True)
    assert re.search(rf"`{procedure.key}` \|[^|]*\| {sourced} \| {assumed} \|", README), (sourced, assumed)


def test_every_route_stands_in_the_readme() -> None:
    assert {path.stem for path in CORRIDORS.glob("*.toml")} <= set(re.findall(r"`([a-z-]+-\d{4})`", README))


def test_every_command_in_the_readme_exists() -> None:
    for line in re.findall(r"^\| (`repatriation .*?) \|", README, re.MULTILINE):
        for words in re.findall(r"`(?:repatriation )?([a-z]+ [a-z-]+|[a-z]+)[^`]*`", line):
            assert (
                finds(words.split()) or finds(["trail", *words.split()]) or finds(["keys", *words.split()])
            ), words


def finds(words: list[str]) -> bool:
    """Whether the command line knows these words, as far as they are commands."""
    command: click.Command = main
    for number, word in enumerate(words):
        if not isinstance(command, click.Group):
            return number > 0
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True


def test_the_two_commands_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"^    make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{command}:.*##", makefile, re.MULTILINE), command
