"""Build the packaged Levant data: terrain grid, coastline, borders.

    python tools/build_levant.py --altitude Altitude.h5 --atlas countries-10m.json

Inputs, read from installed or unpacked copies:

- PyPI ``pvlib`` 0.16.1, file ``pvlib/data/Altitude.h5`` (global 5 arc-minute cells, one byte each, 28 m steps).
  Chosen although ``itur`` 0.4.0 carries a smoother map (mean error at 66 airports 30 m against 46 m) because its
  license (BSD-3) covers the file and its documentation names every source of the heights, while the terms of the ITU
  map could not be found.
- npm ``world-atlas`` 2.0.2, file ``countries-10m.json`` (Natural Earth 1:10 million as TopoJSON; data public domain).
- ``peaks.csv`` beside the outputs: named peaks and crest lines with published heights.

Outputs, in ``src/openiads/shelf/levant``:

``terrain.npz``
    ``mean``  int16 [132, 168], m above sea: mean height of the land in each 5' cell, 29-40 N, 28-42 E, row 0 in the
    south; cells without land are 0, and so is the source's step that spans the sea level (-2 m).
    ``coast`` int8 [1320, 1680], 200 m: signed distance to the coastline (land > 0) on a 30" lattice, cut at 25 km.
    ``excess`` uint16 [1320, 1680], m: by how much crests stand above the interpolated mean (see ``crest_excess``).
``map.json``
    GeoJSON: the coastline and the borders as line strings; a border names the countries that touch.

Beside the locked development set it needs ``h5py`` (3.16.0 will do), which is in no lock because nothing else uses it:
``pip install h5py==3.16.0``.  Reading the cells needs no part of ``pvlib`` installed.

The outputs depend only on the inputs; running the script again gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import json
import math
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from openiads.earth.terrain import COAST_UNIT, LEVANT, lattice_centers, levant_mean_height

FOLDER = Path(__file__).parents[1] / "src" / "openiads" / "shelf" / "levant"
NO_DATA = 255
STEP, LOWEST = 28, -450
SEA_STEP = 16  # the byte whose 28 m span holds the sea level
FINE = 120  # lattice points a degree
METERS_PER_DEGREE = 111_195.0

Ring = list[tuple[float, float]]


def mean_heights(path: Path) -> np.ndarray:
    """The 5' land means of the window, row 0 in the south."""
    h5py = importlib.import_module("h5py")  # needed here only, and no part of the development set
    with h5py.File(path, "r") as file:
        raw = file["Altitude"][:]
    south, north, west, east = LEVANT
    window = raw[(90 - north) * 12 : (90 - south) * 12, (180 + west) * 12 : (180 + east) * 12].astype(np.int64)
    heights = np.where((window == NO_DATA) | (window == SEA_STEP), 0, window * STEP + LOWEST)
    return heights[::-1].astype(np.int16)


def decode_arcs(atlas: dict[str, Any]) -> list[Ring]:
    """TopoJSON arcs (delta-coded integers) as lists of (lon, lat), degrees."""
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs = []
    for coded in atlas["arcs"]:
        x = y = 0
        points = []
        for dx, dy in coded:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def rings_of(geometry: dict[str, Any]) -> list[list[int]]:
    """Every ring of a polygon or multipolygon, as arc numbers (negative: reversed)."""
    if geometry["type"] == "Polygon":
        return list(geometry["arcs"])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["arcs"] for ring in polygon]
    return []


def arc_owners(atlas: dict[str, Any]) -> dict[int, list[str]]:
    """Which countries use each arc: one makes it coast, two a border."""
    owners: dict[int, list[str]] = {}
    for geometry in atlas["objects"]["countries"]["geometries"]:
        for ring in rings_of(geometry):
            for number in ring:
                owners.setdefault(number if number >= 0 else ~number, []).append(geometry["properties"]["name"])
    return owners


def clip_line(points: Ring, box: tuple[float, float, float, float]) -> Iterable[Ring]:
    """The parts of a line inside a box (south, north, west, east), cut at its edges (Liang and Barsky)."""
    south, north, west, east = box
    part: Ring = []
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        enter, leave = 0.0, 1.0
        for step, room in ((x0 - x1, x0 - west), (x1 - x0, east - x0), (y0 - y1, y0 - south), (y1 - y0, north - y0)):
            if step == 0.0:
                if room < 0.0:
                    leave = -1.0
            elif step < 0.0:
                enter = max(enter, room / step)
            else:
                leave = min(leave, room / step)
        if enter > leave:
            continue
        start = (x0 + enter * (x1 - x0), y0 + enter * (y1 - y0))
        end = (x0 + leave * (x1 - x0), y0 + leave * (y1 - y0))
        if not part or part[-1] != start:
            if len(part) > 1:
                yield part
            part = [start]
        part.append(end)
        if leave < 1.0:
            yield part
            part = []
    if len(part) > 1:
        yield part


def map_features(atlas: dict[str, Any]) -> list[dict[str, Any]]:
    """Coastline and borders inside the window as GeoJSON features."""
    features = []
    owners = arc_owners(atlas)
    for number, points in enumerate(decode_arcs(atlas)):
        names = sorted(set(owners.get(number, [])))
        kind = "coast" if len(owners.get(number, [])) == 1 else "border"
        for part in clip_line(points, LEVANT):
            line = [[round(x, 3), round(y, 3)] for x, y in part]
            line = [p for i, p in enumerate(line) if i == 0 or p != line[i - 1]]
            if len(line) > 1:
                features.append(
                    {
                        "type": "Feature",
                        "properties": {"kind": kind, "countries": names},
                        "geometry": {"type": "LineString", "coordinates": line},
                    }
                )
    return features


def land_lattice(atlas: dict[str, Any]) -> np.ndarray:
    """Land or not at each 30" lattice point of the window: even-odd crossings of the land polygons along each row."""
    south, north, west, east = LEVANT
    lat, lon = lattice_centers(FINE)
    arcs = decode_arcs(atlas)
    crossings: list[list[float]] = [[] for _ in lat]
    for geometry in atlas["objects"]["land"]["geometries"]:
        for ring in rings_of(geometry):
            points = [p for number in ring for p in (arcs[number] if number >= 0 else arcs[~number][::-1])]
            for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
                if y0 == y1 or max(y0, y1) < south or min(y0, y1) > north:
                    continue
                low, high = min(y0, y1), max(y0, y1)
                for row in range(int(np.searchsorted(lat, low)), int(np.searchsorted(lat, high))):
                    crossings[row].append(x0 + (lat[row] - y0) * (x1 - x0) / (y1 - y0))
    return np.array([np.searchsorted(np.sort(cuts), lon) % 2 == 1 for cuts in crossings])


def coast_distance(land: np.ndarray) -> np.ndarray:
    """Signed distance to the coast in ``COAST_UNIT``, int8, land positive."""
    from scipy.ndimage import distance_transform_edt

    cell = METERS_PER_DEGREE / FINE
    spacing = (cell, cell * math.cos(math.radians(35.0)))  # one scale for the window: within 8 % at its edges
    signed = distance_transform_edt(land, sampling=spacing) - distance_transform_edt(~land, sampling=spacing)
    signed -= np.sign(signed) * cell / 2
    return np.clip(np.round(signed / COAST_UNIT), -125, 125).astype(np.int8)


def read_crests() -> list[list[tuple[float, float, float, float]]]:
    """Crest lines as lists of (lat, lon, height, spread); a peak is a line of one point."""
    lines: dict[str, list[tuple[float, float, float, float]]] = {}
    with (FOLDER / "peaks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            point = (float(row["lat"]), float(row["lon"]), float(row["height"]), float(row["spread"]))
            lines.setdefault(row["line"] or f"peak {row['name']}", []).append(point)
    return list(lines.values())


def dense_line(line: list[tuple[float, float, float, float]]) -> np.ndarray:
    """A crest line with a point at least every 500 m, heights and spreads interpolated; rows as in ``read_crests``."""
    rows = [np.array([line[0]])]
    for first, second in zip(line, line[1:], strict=False):
        north = (second[0] - first[0]) * METERS_PER_DEGREE
        east = (second[1] - first[1]) * METERS_PER_DEGREE * math.cos(math.radians(first[0]))
        share = np.linspace(0.0, 1.0, max(2, int(math.hypot(north, east) / 500.0) + 2))[1:, None]
        rows.append(np.array(first) * (1 - share) + np.array(second) * share)
    return np.concatenate(rows)


def crest_excess(mean: np.ndarray, coast: np.ndarray) -> np.ndarray:
    """By how many meters crests stand above the interpolated mean, on the 30" lattice.

    Each point of a crest line raises its surroundings by (crest height - mean there) x exp(-d^2 / 2 spread^2); where
    several do, the highest counts.  So at full weight the terrain passes through the published crest heights, keeps
    its means away from them, and between two named points the crest goes straight.  Where the mean is already higher
    nothing is taken away, and the sea stays the sea.
    """
    lat, lon = lattice_centers(FINE)
    excess = np.zeros((lat.size, lon.size))
    for line in read_crests():
        points = dense_line(line)
        base = levant_mean_height(mean, coast, points[:, 0], points[:, 1])
        for (y, x, height, spread), low in zip(points, base, strict=True):
            reach = 4.0 * spread / METERS_PER_DEGREE
            wide = reach / math.cos(math.radians(y))
            i0, i1 = np.searchsorted(lat, [y - reach, y + reach])
            j0, j1 = np.searchsorted(lon, [x - wide, x + wide])
            north = (lat[i0:i1, None] - y) * METERS_PER_DEGREE
            east = (lon[None, j0:j1] - x) * METERS_PER_DEGREE * math.cos(math.radians(y))
            bump = max(height - low, 0.0) * np.exp(-(north * north + east * east) / (2.0 * spread * spread))
            excess[i0:i1, j0:j1] = np.maximum(excess[i0:i1, j0:j1], bump)
    excess[coast <= 0] = 0.0
    return np.round(excess).astype(np.uint16)


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """A compressed .npz whose bytes depend on the arrays alone (no time stamps)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            body = io.BytesIO()
            np.lib.format.write_array(body, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body.getvalue())


def main() -> None:
    """Read the inputs named on the command line and write the outputs."""
    parser = argparse.ArgumentParser(description="Build the packaged Levant data.")
    parser.add_argument("--altitude", type=Path, required=True, help="Altitude.h5 of pvlib 0.16.1")
    parser.add_argument("--atlas", type=Path, required=True, help="countries-10m.json of world-atlas 2.0.2")
    args = parser.parse_args()
    atlas = json.loads(args.atlas.read_text(encoding="utf-8"))
    mean = mean_heights(args.altitude)
    coast = coast_distance(land_lattice(atlas))
    arrays = {"mean": mean, "coast": coast, "excess": crest_excess(mean, coast)}
    write_npz(FOLDER / "terrain.npz", arrays)
    collection = {"type": "FeatureCollection", "features": map_features(atlas)}
    (FOLDER / "map.json").write_text(json.dumps(collection, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
