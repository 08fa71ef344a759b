"""The state holds nothing that nobody reads."""

from __future__ import annotations

import ast
from pathlib import Path

import openiads
from openiads.world import layout, outcome

PACKAGE = Path(openiads.__file__).parent


def fields_read() -> set[str]:
    """Names that some module of the package reads as a field: ``row["name"]`` in an expression."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            read = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
            if read and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                found.add(node.slice.value)
    return found


def test_every_field_of_the_state_is_read_somewhere() -> None:
    read = fields_read() | set(outcome.OF_SITUATION)
    nouns = {name: dtype for name, dtype in layout.SIM_FIELDS.items() if name != "events"} | {"looks": layout.LOOK}
    unread = {name: [field for field in dtype.names if field not in read] for name, dtype in nouns.items()}
    assert {name: fields for name, fields in unread.items() if fields} == {}
