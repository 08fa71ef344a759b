"""The look of an answer, and an answer as a file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from openiads.base.errors import InputError, UsageError
from openiads.base.shown import Shown
from openiads.faces.draw import kit
from openiads.faces.shapes import maps, studies
from openiads.faces.shapes.look import Look

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
    elif not getattr(answer, "on_earth", True):
        raise InputError("path", f'"{ending}" needs a place on earth', "Give the place (at) as well.")
    else:
        look.write(answer, path)
    return path
