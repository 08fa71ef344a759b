"""Defended footprints as people and programs read them: cells of a table, a map of letters, one JSON object, files.

Files lie where the plan puts the unit: outlines (GeoJSON, KML, CZML, GeoParquet), every cell with its place (CSV), and
cells by latitude and longitude (GeoTIFF, NetCDF; the nearest cell of the grid, which lies along the attack).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.earth.geodesy import turned
from openiads.faces.geo import areas, files, grids
from openiads.faces.geo.grids import Grid
from openiads.faces.geo.provenance import provenance
from openiads.faces.words.footprint import KM, as_data, figures_of
from openiads.faces.words.text import FOOTER
from openiads.reach.defended import FootprintAnswer
from openiads.reach.footprint import Footprint
from openiads.runs import disk

METERS_PER_RADIAN = 6_371_000.0
MOST_CELLS = 1200  # of a GeoTIFF along a side


# ------------------------------------------------------------------ files


def _areas(answer: FootprintAnswer) -> list[areas.Area]:
    def place(across: ArrayLike, along: ArrayLike) -> tuple[Any, Any]:
        lat, lon = answer.plan.ground(along, across)
        return np.degrees(lat), np.degrees(lon)

    out = []
    for n, each in enumerate(answer.found):
        shapes = areas.polygons(each.possible, each.across, each.along, place)
        told = figures_of(answer, each)
        out.append(areas.Area(f"{each.limits}: a shot is possible", told, shapes, n))
    return out


def _outlines(answer: FootprintAnswer, path: Path) -> None:
    files.outlined(_areas(answer), path, _title(answer), _about(answer))


def _title(answer: FootprintAnswer) -> str:
    return f"Defended footprint: {answer.plan.system} against {answer.plan.threat}"


def _about(answer: FootprintAnswer) -> dict[str, str]:
    """Provenance and the question, as texts."""
    told = {key: str(value) for key, value in as_data(answer).items() if key not in ("limits", "note")}
    return told | provenance(_title(answer), "")


def _csv(answer: FootprintAnswer, path: Path) -> None:
    lines = ["limits,forward_km,right_km,latitude_deg,longitude_deg,possible"]
    for each in answer.found:
        along, across = (grid.ravel() for grid in np.meshgrid(each.along, each.across, indexing="ij"))
        lat, lon = answer.plan.ground(along, across)
        columns = zip(
            along * KM, across * KM, np.degrees(lat), areas.wrapped(np.degrees(lon)), each.possible.ravel(), strict=True
        )
        lines += [f"{each.limits},{a:.4f},{b:.4f},{y:.6f},{x:.6f},{cell:d}" for a, b, y, x, cell in columns]
    disk.save(path, ("\n".join(lines) + "\n").encode())


def _tiff(answer: FootprintAnswer, path: Path) -> None:
    lats, lons = window(answer)
    bands = [(f"a shot is possible, {each.limits} limits", sampled(answer, each, lats, lons)) for each in answer.found]
    told = {key: str(value) for key, value in as_data(answer).items() if key != "limits"}
    files.geotiff(path, np.degrees(lats), np.degrees(lons), bands, {**told, "note": FOOTER})


def grid(answer: FootprintAnswer) -> Grid:
    """The footprint as labeled arrays: 1 where a shot is possible, 0 where not, nan beyond what was looked at."""
    lats, lons = window(answer)
    variables = [
        grids.cells(
            f"possible_{each.limits}",
            f"a shot is possible, {each.limits} limits",
            "1",
            sampled(answer, each, lats, lons),
        )
        for each in answer.found
    ]
    about = grids.attributes(_title(answer), _about(answer))
    return Grid(grids.places(np.degrees(lats), np.degrees(lons)), [grids.datum(), *variables], about)


def _netcdf(answer: FootprintAnswer, path: Path) -> None:
    files.grid(path, grid(answer))


#: Ending of a file name -> what writes it.
WRITERS: dict[str, Callable[[FootprintAnswer, Path], None]] = {
    **dict.fromkeys(files.OUTLINED, _outlines),
    ".csv": _csv,
    ".tif": _tiff,
    ".nc": _netcdf,
}


def write(answer: FootprintAnswer, path: Path) -> None:
    """Write a footprint in the format that a file's name asks for; InputError for one about a pole, which such files
    cannot hold."""
    window(answer)
    WRITERS[path.suffix.lower()](answer, path)


def window(answer: FootprintAnswer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes (rad) of square cells that hold every arm's grid, half as wide as the finest of them."""
    corners = [
        answer.plan.ground(np.array([a, a, a, b, b, b, m, m]), np.array([c, d, n, c, d, n, c, d]))
        for each in answer.found
        for a, b, c, d, m, n in [(*each.along[[0, -1]], *each.across[[0, -1]], each.along.mean(), each.across.mean())]
    ]
    lat, lon = (np.concatenate([corner[k] for corner in corners]) for k in (0, 1))
    lon = turned(lon, float(answer.plan.place[1]))
    cell = 0.5 * min(each.cell for each in answer.found) / METERS_PER_RADIAN
    areas.refuse_wide(np.degrees(lat), np.degrees(lon))
    squeeze = math.cos(0.5 * float(lat.min() + lat.max()))
    counts = [
        min(math.ceil(float(np.ptp(values)) * scale / cell) + 2, MOST_CELLS)
        for values, scale in ((lat, 1.0), (lon, squeeze))
    ]
    return np.linspace(lat.min(), lat.max(), counts[0]), np.linspace(lon.min(), lon.max(), counts[1])


def sampled(
    answer: FootprintAnswer, each: Footprint, lats: NDArray[np.float64], lons: NDArray[np.float64]
) -> NDArray[Any]:
    """The arm's nearest cell at latitudes and longitudes (rad): 1 possible, 0 not, nan outside the grid."""
    along, across = answer.plan.plane(lats[:, None], lons[None, :])
    i = np.rint((along - each.along[0]) / each.cell).astype(np.int64)
    j = np.rint((across - each.across[0]) / each.cell).astype(np.int64)
    inside = (i >= 0) & (i < len(each.along)) & (j >= 0) & (j < len(each.across))
    out = np.full(inside.shape, np.nan)
    out[inside] = each.possible[i[inside], j[inside]]
    return out
