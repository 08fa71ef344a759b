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


def code_lines(text: str, node: ast.FunctionDef) -> int:
    """Lines of a function from ``def`` on, without its docstring, comments and blank lines."""
    lines = text.splitlines()
    skipped: set[int] = set()
    if ast.get_docstring(node) is not None:
        skipped = set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return sum(
        1
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if number not in skipped and lines[number - 1].strip() and not lines[number - 1].strip().startswith("#")
    )
