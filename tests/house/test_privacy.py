"""A name that begins with an underscore belongs to its module: no other module imports it or reads it there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.source import PACKAGE, modules

#: Modules that still do, each with the name; a line that is no longer true fails.
KNOWN = {"physics/lethality.py": ["reach._planning"]}


def private_uses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of every private name of another module that a module imports, or reads from one it imported."""
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "openiads":
            for alias in node.names:
                if alias.name.startswith("_") and not alias.name.startswith("__"):
                    yield node.lineno, f"{node.module}.{alias.name}"
                if alias.name.islower():
                    imported.add(alias.asname or alias.name)
        if isinstance(node, ast.Import):
            imported |= {alias.asname for alias in node.names if alias.asname and alias.name.startswith("openiads.")}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in imported
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
        ):
            yield node.lineno, f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize(
    "text",
    [
        "from openiads.runs.identity import _short",
        "from openiads.runs.identity import FORMAT, _short as short",
        "def later():\n    from openiads.runs.identity import _short",
        "from openiads.runs import identity\nidentity._short(1)",
        "import openiads.runs.identity as what\nwhat._short(1)",
    ],
)
def test_another_modules_private_name_is_found(text: str) -> None:
    assert len(list(private_uses(ast.parse(text)))) == 1


@pytest.mark.parametrize(
    "text",
    ["from openiads.base.draws import uniform as _uniform", "self._short = 1", "from openiads import __version__"],
)
def test_what_is_a_modules_own_is_left_alone(text: str) -> None:
    assert list(private_uses(ast.parse(text))) == []


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_module_uses_a_private_name_of_another(file: Path) -> None:
    found = list(private_uses(ast.parse(file.read_text(encoding="utf-8"))))
    known = KNOWN.get(str(file.relative_to(PACKAGE)), [])
    assert [name for _, name in found] == known, f"make it public where it is defined, or ask its module: {found}"
