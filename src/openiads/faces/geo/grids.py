"""Maps as labeled arrays: named dimensions, coordinates and variables with units, as NetCDF and xarray know them.

Attributes follow the CF conventions (cfconventions.org, version 1.11): latitude and longitude in degrees on WGS 84,
heights in m, codes as flags.  Longitudes rise from west to east without a jump, beyond 180 degrees if need be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import INVERSE_FLATTENING, SEMI_MAJOR
from openiads.base.errors import InputError
from openiads.base.extras import how_to_install
from openiads.reach.maps import Map

if TYPE_CHECKING:
    import xarray

CONVENTIONS = "CF-1.11"
PLACE = ("latitude", "longitude")
CELLS = ("height", *PLACE)  #: dimensions of what depends on the target's height too
MAPPING = "crs"

Attribute = str | float | NDArray[np.generic]


@dataclass(frozen=True)
class Variable:
    """A named array.  values : numbers, truths or texts; nan is "no value" """

    name: str
    dimensions: tuple[str, ...]
    values: NDArray[np.generic]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """Variables over named dimensions, their coordinates, and what is said of them all."""

    coordinates: Sequence[Variable]
    variables: Sequence[Variable]
    attributes: Mapping[str, str]


def cells(name: str, words: str, unit: str, values: NDArray[np.generic]) -> Variable:
    """A number a cell, of one map or of one for each height.

    unit : as CF writes it, "1" for counts;  values : (rows, columns) or (heights, rows, columns)
    """
    told = {"long_name": words, "units": unit, "grid_mapping": MAPPING}
    numbers = np.where(np.isfinite(values), values, np.nan).astype(np.float32) if values.dtype.kind == "f" else values
    return Variable(name, PLACE if values.ndim == 2 else CELLS, numbers, told)


def flags(
    name: str, words: str, dimensions: tuple[str, ...], values: NDArray[np.generic], codes: type[IntEnum]
) -> Variable:
    """A code for each cell, with what the codes mean."""
    meanings = " ".join(code.name.lower() for code in codes)
    told: dict[str, Attribute] = {
        "long_name": words,
        "flag_values": np.array([int(code) for code in codes], np.int8),
        "flag_meanings": meanings,
        "grid_mapping": MAPPING,
    }
    return Variable(name, dimensions, values.astype(np.int8), told)


class Known(IntEnum):
    """Whether the terrain has data under a cell."""

    SEA_PUT_THERE = 0
    KNOWN = 1


def heights(levels: Sequence[float], above: str) -> Variable:
    """The coordinate of target heights, m above the "ground" or the "sea"."""
    standard = "height" if above == "ground" else "altitude"
    words = f"height of the target above the {above}"
    told = {"standard_name": standard, "long_name": words, "units": "m", "positive": "up", "axis": "Z"}
    return Variable("height", ("height",), np.array(levels, np.float64), told)


def places(lats: NDArray[np.float64], lons: NDArray[np.float64]) -> list[Variable]:
    """The coordinates of cells by the latitudes and longitudes (degrees, rising) of their centers."""
    return [
        Variable("latitude", ("latitude",), lats, {
            "standard_name": "latitude", "long_name": "latitude", "units": "degrees_north", "axis": "Y",
        }),
        Variable("longitude", ("longitude",), lons, {
            "standard_name": "longitude", "long_name": "longitude", "units": "degrees_east", "axis": "X",
        }),
    ]  # fmt: skip


def datum() -> Variable:
    """The variable that says on which ellipsoid latitudes and longitudes lie."""
    told: dict[str, Attribute] = {
        "grid_mapping_name": "latitude_longitude",
        "semi_major_axis": SEMI_MAJOR,
        "inverse_flattening": INVERSE_FLATTENING,
        "longitude_of_prime_meridian": 0.0,
    }
    return Variable(MAPPING, (), np.array(0, np.int32), told)


def attributes(title: str, told: Mapping[str, str]) -> dict[str, str]:
    """What is said of a whole file.  told : provenance"""
    version = told.get("openiads_version", "")
    scenario = told.get("scenario", "")
    digest = told.get("scenario_sha256", "")
    history = f"computed by openiads {version} from scenario {scenario}" + (f", SHA-256 {digest}" if digest else "")
    return {
        "Conventions": CONVENTIONS,
        "title": title,
        "source": f"openiads {version}, a simulation",
        "history": history,
        "comment": told.get("note", ""),
        **{name: value for name, value in told.items() if name != "note"},
    }


def grid_of(
    where: Map, title: str, told: Mapping[str, str], coordinates: Sequence[Variable], variables: Sequence[Variable]
) -> Grid:
    """The grid of a map: its cells, the ground beneath, and what was found.

    told : provenance;  coordinates : beside latitude and longitude
    """
    ground = cells("ground", "height of the ground above the model's sea level", "m", where.ground)
    known = flags("terrain_known", "whether the terrain has data", PLACE, where.known, Known)
    standing = {**ground.attributes, "standard_name": "surface_altitude"}
    return Grid(
        [*places(np.degrees(where.lats), np.degrees(where.lons)), *coordinates],
        [datum(), Variable("ground", PLACE, ground.values, standing), known, *variables],
        attributes(title, told),
    )


def _parts(
    found: Sequence[Variable],
) -> Iterator[tuple[str, tuple[tuple[str, ...], NDArray[np.generic], dict[str, Attribute]]]]:
    for each in found:
        yield each.name, (each.dimensions, each.values, dict(each.attributes))


def dataset(found: Grid) -> xarray.Dataset:
    """A grid as an xarray Dataset, equal to what xarray reads from its NetCDF file; InputError without xarray."""
    try:
        import xarray
    except ImportError as missing:
        remedy = f"Save it as .nc, or install it with: {how_to_install('data')}"
        raise InputError("to_xarray", "needs the package xarray", remedy) from missing
    return xarray.Dataset(dict(_parts(found.variables)), dict(_parts(found.coordinates)), dict(found.attributes))
