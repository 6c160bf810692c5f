"""The law of imports: downwards only, at the top of the module, with nothing hidden from run time."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PACKAGES = ("sop", "partners", "documents", "locales", "repatriation")


def modules() -> Iterator[Path]:
    """Every module of ours, tests apart."""
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def test_imports_go_downwards_only() -> None:
    # In a process of its own: inside this one it would switch off the loggers that other tests listen to.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_procedures_use_the_standard_library_alone() -> None:
    graph = grimp.build_graph("sop", include_external_packages=True, cache_dir=None)
    outside = {
        imported.split(".")[0]
        for module in graph.modules
        if module.startswith("sop")
        for imported in graph.find_modules_directly_imported_by(module)
        if not imported.startswith("sop")
    }
    assert outside <= sys.stdlib_module_names


def test_no_import_is_put_off_but_in_commands() -> None:
    late = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        if not path.is_relative_to(ROOT / "repatriation" / "commands")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []


def test_no_import_is_hidden_from_run_time() -> None:
    hidden = [
        str(path.relative_to(ROOT))
        for path in modules()
        if "TYPE_CHECKING" in path.read_text(encoding="utf-8")
    ]
    assert hidden == []
