"""The ground under a replay: its window, relief, heights, coast, borders and towns."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.ground import Extent, borders_of, coast_of, frame, inside, land_of, orientation, shade
from openiads.faces.draw.lines import Line
from openiads.faces.words.terrain import terrain_note

if TYPE_CHECKING:
    from openiads.earth.terrain import Terrain

#: Pixels of the relief and points of the heights on the longer side; colors of the relief.
RELIEF, HEIGHTS, COLORS = 1024, 256, 256
VOID = -32768
#: Degrees within which a thinned coast or border stays: what the relief can show.
FINE = 2e-3
MOST_TOWNS = 80


def window_of(lines: Iterable[Line], spots: Sequence[Sequence[float]], middle: float) -> Extent:
    """The window that holds everything that flies and stands, with room around it.

    spots : longitude, latitude, ...;  middle : longitude (degrees) that all others are told around, as ``around`` does
    """
    lats, lons = [], []
    for line in lines:
        lats += [float(line.latitudes.min()), float(line.latitudes.max())]
        unwound = around_path(line.longitudes, middle)
        lons += [float(unwound.min()), float(unwound.max())]
    for lon, lat, *_ in spots:
        lats.append(lat)
        lons.append(lon)
    found = frame(lats or [0.0], lons or [0.0], least=60e3, pad=0.2, aspect=1.5)
    return Extent(max(found.south, -85.0), min(found.north, 85.0), found.west, found.east)


def around(lon: float, middle: float) -> float:
    """A longitude within half a turn of another one: 181 rather than -179 near 180."""
    return middle + (lon - middle + 180.0) % 360.0 - 180.0 if abs(lon - middle) > 180.0 else lon


def around_path(lons: np.ndarray, middle: float) -> np.ndarray:
    """Longitudes of a path without jumps, the first within half a turn of ``middle``."""
    found = np.unwrap(lons, period=360.0)
    return found + (around(float(found[0]), middle) - float(found[0])) if len(found) else found


def _mercator(lat: float) -> float:
    return float(np.log(np.tan(math.pi / 4 + np.radians(lat) / 2)))


def _rows(extent: Extent, count: int) -> np.ndarray:
    """Latitudes (degrees) of the middles of pixel rows of a web-mercator picture, from south to north."""
    low, high = _mercator(extent.south), _mercator(extent.north)
    y = low + (np.arange(count) + 0.5) * (high - low) / count
    return np.degrees(2 * np.arctan(np.exp(y)) - math.pi / 2)


def _sampled(terrain: Terrain, lats: np.ndarray, lons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Heights (m, 0 where unknown) and whether they are known, at a grid of degrees."""
    rows, columns = np.radians(lats)[:, None], np.radians((lons + 180.0) % 360.0 - 180.0)[None, :]
    known = np.array(terrain.covers(rows, columns))
    heights = np.zeros(known.shape)
    if known.any():
        at = np.broadcast_arrays(rows, columns)
        heights[known] = terrain.height(at[0][known], at[1][known])
    return heights, known


def relief(extent: Extent, terrain: Terrain, *, packaged: bool) -> bytes:
    """A PNG of the shaded ground of a window, rows evenly spaced in web-mercator."""
    from PIL import Image

    tall, wide = _sides(extent, RELIEF)
    lats = _rows(extent, tall)
    lons = extent.west + (np.arange(wide) + 0.5) * (extent.east - extent.west) / wide
    heights, known = _sampled(terrain, lats, lons)
    on_land = land_of(np.radians(lats), np.radians(lons), heights, terrain, packaged=packaged) & known
    shaded = (255.0 * shade(heights, on_land, extent, terrain.resolution)).astype(np.uint8)[::-1]
    out = io.BytesIO()
    Image.fromarray(shaded).quantize(COLORS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _sides(extent: Extent, most: int) -> tuple[int, int]:
    """Rows and columns of a picture of a window with ``most`` on its longer side."""
    shape = (_mercator(extent.north) - _mercator(extent.south)) / math.radians(extent.east - extent.west)
    return (max(2, round(most * shape)), most) if shape <= 1.0 else (most, max(2, round(most / shape)))


def ground(extent: Extent, terrain: Terrain) -> tuple[np.ndarray, int, int]:
    """Heights (m above the sea, Int16, VOID where unknown) from north to south at even latitudes; rows, columns."""
    rows, columns = _sides(extent, HEIGHTS)
    lats = np.linspace(extent.north, extent.south, rows)
    lons = np.linspace(extent.west, extent.east, columns)
    heights, known = _sampled(terrain, lats, lons)
    return np.where(known, np.rint(heights), VOID).astype("<i2"), rows, columns


def lines(found: Iterable[np.ndarray], extent: Extent) -> list[list[list[float]]]:
    """The parts of some lines in a window, thinned, 4 decimals."""
    out = []
    for line in found:
        for lon, lat in inside(line, extent):
            keep = _thinned(np.column_stack([lon, lat]))
            if len(keep) > 1:
                out.append([[round(float(x), 4), round(float(y), 4)] for x, y in keep])
    return out


def _thinned(points: np.ndarray) -> np.ndarray:
    """Points of a line at least ``FINE`` apart, the first and the last kept."""
    if len(points) < 3:
        return points
    kept = [0]
    for k in range(1, len(points) - 1):
        if np.abs(points[k] - points[kept[-1]]).max() >= FINE:
            kept.append(k)
    return points[[*kept, len(points) - 1]]


def named(extent: Extent) -> list[dict[str, Any]]:
    """Towns of the packaged Levant in a window, elsewhere airports by their ICAO codes."""
    found = [(name, lat, lon) for name, lat, lon in orientation(extent) if extent.holds(lat, lon)]
    return [{"name": name, "at": [lon, lat]} for name, lat, lon in found[:MOST_TOWNS]]


def told(extent: Extent, terrain: Terrain, *, packaged: bool) -> tuple[dict[str, Any], bytes]:
    """Header fields and heights of the ground; its relief is apart.  packaged : with coast, borders and towns."""
    heights, rows, columns = ground(extent, terrain)
    note = terrain_note(terrain)
    if packaged:
        outlines = "oast and borders: Natural Earth, de facto, good to 1–2 km."
        # The map shows the last sentence under it: a known bias has to be in it.
        note = f"{note.removesuffix('.')}; c{outlines}" if terrain.bias else f"{note} C{outlines}"
    return {
        "window": {"west": extent.west, "south": extent.south, "east": extent.east, "north": extent.north},
        "terrain": {"note": note, "resolution": float(terrain.resolution), "coarse": bool(terrain.coarse)},
        "ground": {"rows": rows, "columns": columns},
        "coast": lines(coast_of(extent), extent) if packaged else [],
        "borders": lines(borders_of(extent), extent) if packaged else [],
        "towns": named(extent) if packaged else [],
    }, heights.tobytes()
