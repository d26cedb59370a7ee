"""Which folder may import which (docs: the house)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("corpus", "ingest", "assistant", "eval")
ALLOWED = {
    "corpus": set(),
    "ingest": {"corpus"},
    "assistant": {"corpus"},
    "eval": {"assistant", "corpus"},
}


def imported_folders(source: str) -> Iterator[tuple[int, str]]:
    """(line, folder) of every import of ours, wherever in the module it stands."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if node.level == 0 else []
        elif isinstance(node, ast.Call) and _is_dynamic_import(node):
            names = [str(node.args[0].value)]  # type: ignore[attr-defined]
        for name in names:
            folder = name.split(".")[0]
            if folder in FOLDERS:
                yield node.lineno, folder


def _is_dynamic_import(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in ("import_module", "__import__") and bool(
        call.args and isinstance(call.args[0], ast.Constant)
    )


def offences(folder: str) -> list[str]:
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        for line, imported in imported_folders(path.read_text(encoding="utf-8")):
            if imported != folder and imported not in ALLOWED[folder]:
                place = f"{path.relative_to(ROOT)}:{line}"
                found.append(f"{place}: {folder} must not import {imported}")
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_imports_only_what_its_layer_may(folder):
    found = offences(folder)
    assert not found, "\n".join(found)


def test_every_folder_was_walked():
    for folder in FOLDERS:
        assert len(list((ROOT / folder).rglob("*.py"))) > 5, folder


@pytest.mark.parametrize(
    "source",
    [
        "import eval.metrics",
        "from eval.metrics import mean",
        "def late():\n    from eval import metrics",
        "from importlib import import_module\nimport_module('eval.metrics')",
    ],
)
def test_the_walk_sees_every_way_to_import(source):
    assert [folder for _, folder in imported_folders(source)] == ["eval"]


def test_the_walk_leaves_strings_and_foreign_modules_alone():
    assert not list(imported_folders("'import eval'\nimport evaluate\nfrom . import eval"))


def test_an_offence_names_file_and_line():
    line, folder = next(imported_folders("x = 1\n\nfrom ingest.cli import run\n"))
    assert (line, folder) == (3, "ingest")
