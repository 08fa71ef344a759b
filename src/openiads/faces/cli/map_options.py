"""What the commands that draw maps share: options of the window, and files that hold one answer in several formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from openiads.faces.cli.common import read

PICTURES = (".png", ".svg")

Extent = Annotated[
    str | None,
    typer.Option(
        "--extent", help='Its southwest and northeast corners, "34 N 35 E; 36 N 37 E", instead.', show_default=False
    ),
]
Facing = Annotated[str, typer.Option("--facing", help="Azimuth of its engagement sector.")]
HeightFiles = Annotated[
    list[Path] | None, typer.Option("--dem", help="Height files instead of the packaged terrain; repeat.")
]
Cued = Annotated[bool, typer.Option("--cued/--uncued", help="Whether surveillance radars tell the unit where to look.")]
Limits = Annotated[str, typer.Option("--limits", help="emergent, published or both.")]
Changes = Annotated[list[str] | None, typer.Option("--set", help="Change the scenario, path=value; repeat for more.")]


def corners(option: str, words: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """The southwest and the northeast corner (rad) of a window as an option gives it; InputError if it is empty."""
    from openiads.base.errors import InputError

    first, sign, second = words.partition(";")
    if not sign:
        raise InputError(option, f'"{words}"', 'Give the southwest and the northeast corner, "34 N 35 E; 36 N 37 E".')
    low, high = (read(option, part.strip(), "position") for part in (first, second))
    if not (low[0] < high[0] and low[1] < high[1]):
        raise InputError(option, f'"{words}" is empty', "The first corner is southwest of the second.")
    return low, high


def no_other_window(center: str | None, size: str | None, extent: str | None) -> None:
    """Refuse a window that is given twice; InputError."""
    from openiads.base.errors import InputError

    if extent is not None and (center is not None or size is not None):
        raise InputError("--extent", "given with --center or --size", "Give the corners, or the middle and the side.")


def arms_of(limits: str) -> tuple[str, ...]:
    """The arms that --limits asks for; InputError for another word."""
    from openiads.base.errors import InputError
    from openiads.reach.envelope import LIMITS

    if limits not in (*LIMITS, "both"):
        raise InputError("--limits", f"{limits!r}", f"One of {', '.join(LIMITS)}, both.")
    return LIMITS if limits == "both" else (limits,)


def write_all(
    out: list[Path] | None, write: Callable[[Path], None], draw: Callable[[], Any], name: str, words: str
) -> list[str]:
    """Write an answer into each file, in the format of its name; their full names.

    write : any format but pictures;  draw : makes the figure;  name, words : of the picture, and what it is
    """

    for path in out or []:
        if path.suffix.lower() in PICTURES:
            from openiads.faces.draw import kit

            kit.picture(draw(), path, name, words)
        else:
            write(path)
    return [str(path.resolve()) for path in out or []]
