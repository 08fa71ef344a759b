"""Tables of the generated pages of docs/reference (`tools/reference.py`)."""

from __future__ import annotations

from collections.abc import Iterable

NOTE = "<!-- written by tools/reference.py; do not edit by hand -->\n"


def cell(text: str) -> str:
    """Text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = [names, ["---"] * len(names), *[list(row) for row in rows]]
    return "\n".join("| " + " | ".join(cell(text) for text in line) + " |" for line in lines) + "\n"
