"""The look of an answer, and an answer as a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import InputError, UsageError
from openiads.base.shown import Shown
from openiads.faces.draw import kit
from openiads.faces.shapes import maps, studies
from openiads.faces.shapes.look import Look

if TYPE_CHECKING:
    import xarray

PICTURES = (".png", ".svg", ".pdf")


@cache
def _looks() -> dict[type, Look]:
    return studies.looks() | maps.looks()


def look_of(answer: Shown) -> Look:
    """The look of an answer; UsageError for something else."""
    for kind, look in _looks().items():
        if isinstance(answer, kind):
            return look
    raise UsageError(type(answer).__name__, "is no answer that can be shown", "This is a fault of the program")


def save(answer: Shown, path: Path, **options: object) -> Path:
    """Write an answer into a file, in the format of its name; InputError for another ending.

    options : of its picture
    """
    look, ending = look_of(answer), path.suffix.lower()
    if ending not in (*PICTURES, *look.endings) or look.figure is None or look.write is None:
        raise InputError("path", f'"{path}"', f"End it in one of {', '.join((*PICTURES, *look.endings))}.")
    if ending in PICTURES:
        kit.picture(look.figure(answer, **options), path, *look.picture)
    else:
        _refuse_nowhere(answer, "path", f'"{ending}"')
        look.write(answer, path)
    return path


def dataset(answer: Shown) -> xarray.Dataset:
    """An answer as labeled arrays of xarray; UsageError for one that has none, InputError for one without a place."""
    from openiads.faces.geo import grids

    look = look_of(answer)
    if look.grid is None:
        remedy = "Its numbers are in table() and to_dict()"
        raise UsageError("to_xarray", f"{type(answer).__name__} has no cells", remedy)
    _refuse_nowhere(answer, "to_xarray", "a map")
    return grids.dataset(look.grid(answer))


def _refuse_nowhere(answer: Shown, where: str, what: str) -> None:
    """InputError for an answer without a place on earth."""
    if not getattr(answer, "on_earth", True):
        raise InputError(where, f"{what} needs a place on earth", "Give the place (at) as well.")
