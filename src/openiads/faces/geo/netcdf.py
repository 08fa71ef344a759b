"""NetCDF classic (64-bit offsets): labeled arrays as a file that every reader of NetCDF opens.

Source: the file format of the NetCDF User's Guide (Unidata), which SciPy writes; attributes are `faces.geo.grids`'.
Texts are arrays of bytes with a dimension for their length.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from openiads.faces.geo.grids import Attribute, Grid, Variable

OFFSETS_OF_64_BITS = 2


class _Made(Protocol):
    """A variable of a file being written."""

    data: NDArray[np.generic]


class _File(Protocol):
    """What SciPy's file can do, as far as it is used here."""

    def createDimension(self, name: str, length: int) -> None: ...

    def createVariable(self, name: str, kind: np.dtype[np.generic], dimensions: tuple[str, ...]) -> _Made: ...


def netcdf(found: Grid) -> bytes:
    """A grid as the bytes of a file, the same for the same grid."""
    from scipy.io import netcdf_file

    out = io.BytesIO()
    file = netcdf_file(out, "w", version=OFFSETS_OF_64_BITS)
    sizes: dict[str, int] = {}
    for each in (*found.coordinates, *found.variables):
        sizes |= dict(zip(each.dimensions, each.values.shape, strict=True))
    for name, size in sizes.items():
        file.createDimension(name, size)
    for each in (*found.coordinates, *found.variables):
        labels = [] if each in found.coordinates else _labels(found, each)
        _write(file, each, {"coordinates": " ".join(labels)} if labels else {})
    for name, value in found.attributes.items():
        setattr(file, name, _plain(value))
    file.flush()
    return out.getvalue()


def _labels(found: Grid, each: Variable) -> list[str]:
    """Coordinates along a variable's dimensions that have another name than their dimension."""
    named = [one for one in found.coordinates if one.dimensions != (one.name,)]
    return [one.name for one in named if set(one.dimensions) <= set(each.dimensions)]


def _write(file: _File, each: Variable, more: Mapping[str, Attribute]) -> None:
    values, dimensions, told = each.values, each.dimensions, {**each.attributes, **more}
    if values.dtype.kind == "U":
        values, length = _letters(values)
        file.createDimension(f"{each.name}_length", length)
        dimensions, told = (*dimensions, f"{each.name}_length"), {**told, "_Encoding": "utf-8"}
    elif values.dtype.kind == "f" and dimensions != (each.name,):
        told["_FillValue"] = np.array(np.nan, values.dtype)
    made = file.createVariable(each.name, values.dtype, dimensions)
    made.data[...] = values
    for name, value in told.items():
        setattr(made, name, _plain(value))


def _letters(texts: NDArray[np.generic]) -> tuple[NDArray[np.generic], int]:
    """Texts as bytes of UTF-8, one more dimension, and how many there are at most."""
    coded = np.array([str(each).encode() for each in texts.ravel()])
    length = max(coded.dtype.itemsize, 1)
    return coded.astype(f"S{length}").view("S1").reshape(*texts.shape, length), length


def _plain(value: Attribute) -> object:
    return value.encode() if isinstance(value, str) else value
