"""One function takes a step: nothing else in the program writes the stage or the state of a case."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "repatriation"
MAY = {"work/scribe.py", "work/folder.py"}
"""The scribe writes a step down; opening a case writes its first row."""

GUARDED = {"stage", "entered_at", "state", "version"}


def test_nothing_but_a_step_writes_where_a_case_stands() -> None:
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if place in MAY or place.startswith(("records/migrations", "bench/")):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not makes_a_case(node), f"{place}:{getattr(node, 'lineno', 0)} makes a case"
            assert not updates_a_case(node), (
                f"{place}:{getattr(node, 'lineno', 0)} changes where a case stands"
            )


def makes_a_case(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and named(node.func) == "CaseFile"


def updates_a_case(node: ast.AST) -> bool:
    """`update(CaseFile)….values(stage=…)`, or `case.stage = …`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        about_cases = "CaseFile" in ast.dump(node.func) or "case_file" in ast.dump(node.func)
        return about_cases and any(keyword.arg in GUARDED for keyword in node.keywords)
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(
        isinstance(target, ast.Attribute)
        and target.attr in GUARDED
        and isinstance(target.value, ast.Name)
        and target.value.id in ("case", "case_file")
        for target in targets
    )


def named(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
