"""The text of an imported scenario: tables of TOML whose lines say what was assumed and what is left to fill in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from openiads.base.jsonable import Json
from openiads.base.toml import toml_value
from openiads.foreign.features import Places, plain

WIDTH = 110
TODO = "TODO"
ROW = 3  # positions of a route on one line
#: A line that `Block.todo` wrote; texts of a file have no two spaces in a row (`plain`) and so make none like it.
_TODO = re.compile(rf'# (\w+) = ""  # {TODO}: ')


@dataclass
class Block:
    """One table of a scenario.

    Attributes
    ----------
    table : str
        "site", "asset" and so on.
    lines : list of str
    """

    table: str
    lines: list[str] = field(default_factory=list)

    def put(self, key: str, value: Json, comment: str = "") -> None:
        """A key with its value, and what there is to say of it."""
        self.lines.append(f"{key} = {toml_value(value)}{f'  # {plain(comment)}' if comment else ''}")

    def todo(self, key: str, comment: str) -> None:
        """A key that the user has to fill in."""
        self.lines.append(f'# {key} = ""  # {TODO}: {plain(comment)}')

    def route(self, key: str, places: Sequence[str], comment: str) -> None:
        """A list of positions, some a line."""
        rows = [places[k : k + ROW] for k in range(0, len(places), ROW)]
        if len(rows) == 1:
            self.put(key, list(places), comment)
            return
        inner = [f"    {', '.join(toml_value(place) for place in row)}," for row in rows]
        self.lines += [f"{key} = [  # {plain(comment)}", *inner, "]"]


def place_text(lat: float, lon: float) -> str:
    """A position as a scenario has it, to a tenth of a meter."""
    north = f"{abs(lat):.6f}".rstrip("0").rstrip(".")
    east = f"{abs(lon):.6f}".rstrip("0").rstrip(".")
    return f"{north} {'S' if lat < 0 else 'N'} {east} {'W' if lon < 0 else 'E'}"


def route_texts(places: Places) -> list[str]:
    """Positions of a route, none the same as the one before."""
    found: list[str] = []
    for lat, lon in places[:, :2].tolist():
        text = place_text(lat, lon)
        if not found or text != found[-1]:
            found.append(text)
    return found


def comment(text: str) -> list[str]:
    """A text as lines of comment."""
    return [f"# {line}" for line in textwrap.wrap(plain(text, 600), WIDTH, subsequent_indent="  ")]


def scenario_text(head: Sequence[str], top: Block, terrain: Block, blocks: Sequence[Block]) -> str:
    """The file.

    Parameters
    ----------
    head : sequence of str
        What is said first, a paragraph each.
    top : Block
        Keys above all tables.
    terrain : Block
    blocks : sequence of Block
    """
    lines = [line for each in head for line in comment(each)]
    pieces = ["\n".join([*lines, *top.lines]), "\n".join(["[terrain]", *terrain.lines])]
    pieces += ["\n".join([f"[[{block.table}]]", *block.lines]) for block in blocks]
    return "\n\n".join(pieces) + "\n"


def open_lines(text: str) -> list[tuple[int, str]]:
    """Line and key of everything in a file that is left to fill in."""
    rows = enumerate(text.split("\n"), 1)
    return [(number, found[1]) for number, row in rows if (found := _TODO.match(row))]
