"""Build the packaged territories: whose land or territorial sea each place of the Levant window is.

    python tools/build_territories.py --atlas countries-10m.json

Input: npm ``world-atlas`` 2.0.2, file ``countries-10m.json`` (Natural Earth 1:10 million as TopoJSON; data public
domain).  Output: ``src/openiads/shelf/levant/territories.npz`` with

``label``  uint8 [1320, 1680], 30" lattice of 29-40 N, 28-42 E, row 0 in the south: 0 the high sea, k the land of
           ``names[k - 1]``, 100 + k its sea within 12 nautical miles
``names``  countries, alphabetical

Land is Natural Earth's de facto division, with the parts of the island of Cyprus put together; the sea within 12
nautical miles of a coast goes to the country of the nearest coast.  That is a rule of drawing, the same for all: what
states claim and dispute is more complicated.  Running the script again gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from build_levant import FINE, FOLDER, decode_arcs, rings_of, write_npz
from scipy.spatial import cKDTree

from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.terrain import LEVANT, lattice_centers

TERRITORIAL = 12 * 1852.0  # m
SEA = 100  # added to a country's number in its territorial sea
ISLAND = "Cyprus (island)"
#: Natural Earth's parts of one island, put together so that a table on reach takes no side in its division.
PARTS = {"Cyprus", "N. Cyprus", "Cyprus U.N. Buffer Zone", "Akrotiri", "Dhekelia"}


def land_of(atlas: dict[str, Any]) -> dict[str, np.ndarray]:
    """Lattice points on each country's land, by name: even-odd crossings of its rings along each row."""
    south, north, west, east = LEVANT
    lat, lon = lattice_centers(FINE)
    arcs = decode_arcs(atlas)
    found: dict[str, np.ndarray] = {}
    for geometry in atlas["objects"]["countries"]["geometries"]:
        crossings: list[list[float]] = [[] for _ in lat]
        for ring in rings_of(geometry):
            points = [p for number in ring for p in (arcs[number] if number >= 0 else arcs[~number][::-1])]
            for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
                low, high = min(y0, y1), max(y0, y1)
                if low == high or high < south or low > north:
                    continue
                for row in range(int(np.searchsorted(lat, low)), int(np.searchsorted(lat, high))):
                    crossings[row].append(x0 + (lat[row] - y0) * (x1 - x0) / (y1 - y0))
        inside = np.array([np.searchsorted(np.sort(cuts), lon) % 2 == 1 for cuts in crossings])
        if inside.any():
            name = geometry["properties"]["name"]
            name = ISLAND if name in PARTS else name
            found[name] = found.get(name, np.zeros(inside.shape, bool)) | inside
    return found


def directions(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Unit vectors of places (degrees), [n, 3]."""
    y, x = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)


def labels(land: dict[str, np.ndarray]) -> tuple[np.ndarray, list[str]]:
    """The lattice of labels, and the names."""
    names = sorted(land)
    label = np.zeros(next(iter(land.values())).shape, np.uint8)
    for k, name in enumerate(names, 1):
        label[land[name]] = k
    wet = label == 0
    shore = ~wet & (np.roll(wet, 1, 0) | np.roll(wet, -1, 0) | np.roll(wet, 1, 1) | np.roll(wet, -1, 1))
    lat, lon = lattice_centers(FINE)
    rows, columns = np.nonzero(shore)
    tree = cKDTree(directions(lat[rows], lon[columns]))
    reach = 2.0 * math.sin(0.5 * TERRITORIAL / MEAN_RADIUS)
    i, j = np.nonzero(wet)
    away, nearest = tree.query(directions(lat[i], lon[j]), distance_upper_bound=reach)
    near = np.isfinite(away)
    label[i[near], j[near]] = SEA + label[rows[nearest[near]], columns[nearest[near]]]
    return label, names


def main() -> None:
    """Read the atlas named on the command line and write the output."""
    parser = argparse.ArgumentParser(description="Build the packaged territories.")
    parser.add_argument("--atlas", type=Path, required=True, help="countries-10m.json of world-atlas 2.0.2")
    args = parser.parse_args()
    label, names = labels(land_of(json.loads(args.atlas.read_text(encoding="utf-8"))))
    write_npz(FOLDER / "territories.npz", {"label": label, "names": np.array(names)})
    print(", ".join(names))


if __name__ == "__main__":
    main()
