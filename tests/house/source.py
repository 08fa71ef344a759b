"""Reading the package's own source: kernels, floors and files."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "openiads"


def kernels_of(text: str) -> Iterator[ast.FunctionDef]:
    """Functions decorated with ``@kernel(...)`` in a module's text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and is_kernel(node):
            yield node


def is_kernel(node: ast.FunctionDef) -> bool:
    """Whether a function carries the kernel decorator."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call):
            name = mark.func.attr if isinstance(mark.func, ast.Attribute) else getattr(mark.func, "id", "")
            if name == "kernel":
                return True
    return False


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
