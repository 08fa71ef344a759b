"""How one kind of answer is shown, and what the kinds share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from openiads.faces.geo.grids import Grid

Row = Mapping[str, Any]
Cells = tuple[Sequence[str], Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Look:
    """How one kind of answer is shown.  None: it has no such thing."""

    title: Callable[[Any], str]
    sentence: Callable[[Any], str]
    data: Callable[[Any], dict[str, Any]]
    rows: Callable[[Any], list[Row]] | None = None
    figure: Callable[..., Figure] | None = None
    cells: Callable[[Any], Cells] | None = None  # head and rows for people, where they are not those of the table
    write: Callable[[Any, Path], None] | None = None
    grid: Callable[[Any], Grid] | None = None  # as labeled arrays
    endings: tuple[str, ...] = ()  # of the files that ``write`` writes
    picture: tuple[str, str] = ("", "")  # what a written picture is called, and described as
    names: Callable[[Any], Sequence[str]] | None = None  # of the rows' columns, where there may be no row


def flat(row: Row) -> Row:
    """A row whose inner mappings became columns, ``at_low_value`` for one."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            out |= {f"{name}_{inner}": each for inner, each in value.items()}
        else:
            out[name] = value
    return out
