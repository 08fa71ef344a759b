"""Build the packaged world: heights, coast and borders, airports.

    python tools/build_world.py --altitude Altitude.h5 --atlas countries-10m.json

Inputs, read from installed or unpacked copies:

- PyPI ``pvlib`` 0.16.1, file ``pvlib/data/Altitude.h5`` (global 5 arc-minute cells, one byte each, 28 m steps).
- npm ``world-atlas`` 2.0.2, file ``countries-10m.json`` (Natural Earth 1:10 million as TopoJSON; data public domain).
- PyPI ``airportsdata`` 20260905, installed.

Outputs, in ``src/openiads/shelf/world``:

``heights.npz``
    ``band00`` ... int16 [180, 4320], 15 degrees each from the north: differences from west to east of mean heights in
    ``step`` meters; cells without land that touch land have its height, so that coasts are not averaged with the sea.
    ``unknown`` uint8, bits: cells whose heights in the source are wrong.
``map.npz``
    Arcs of coast and borders as steps on a grid of 0.0036 x 0.0017 degrees, and which countries each bounds.
``airports.csv.xz``
    Airports with an IATA code: ICAO code, name, country, place to 0.0001 degrees, elevation in m.

The heights of the source are stretched in longitude: a place at longitude x is found 0.007 x cells west of where it
should be (38 summits and 26,980 airports, fitted apart, agree), and 0.13 cells north.  The source's mask of the sea is
not stretched; Natural Earth's is used.  What lies below 0 outside the known basins is set to 0: most of it is sea
floor, and the source's step below the sea spans 28 m, far more than what polders lie below it.

Beside the locked development set it needs ``h5py`` (3.16.0 will do) and ``airportsdata``.  The outputs depend only on
the inputs and on the version of liblzma.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from build_levant import LOWEST as RAW_LOWEST
from build_levant import NO_DATA, SEA_STEP, rings_of
from build_levant import STEP as RAW_STEP
from scipy.ndimage import distance_transform_edt

FOLDER = Path(__file__).parents[1] / "src" / "openiads" / "shelf" / "world"
ROWS, COLUMNS, BANDS, PER_DEGREE = 2160, 4320, 12, 12
STRETCH, SHIFT = -0.007, -0.13  # columns a degree of longitude, and rows
STEP = 20  # m
BESIDE = 2.0  # cells: how far at sea the height of the land is kept
ICE_INLAND = 50e3  # m from the sea: where Greenland's ice begins to be left out
#: South, north, west, east (degrees) of land well below the sea, by name.
BASINS = {
    "Dead Sea": (29, 34, 34, 37),
    "Turpan": (41, 44, 87, 91),
    "Qattara and Siwa": (28, 31, 24, 31),
    "Afar": (11, 16, 39, 43),
    "Death Valley and Salton Sea": (32, 38, -119, -114),
    "Chott Melrhir": (33, 36, 5, 9),
    "Valdes and Gran Bajo": (-51, -41, -71, -62),
    "Enriquillo": (18, 19, -72, -71),
}
CASPIAN = (36, 50, 45, 57)


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """An .npz packed with LZMA, whose bytes depend on the arrays alone (no time stamps)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in arrays.items():
            body = io.BytesIO()
            np.lib.format.write_array(body, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_LZMA
            archive.writestr(entry, body.getvalue())


# ------------------------------------------------------------------ outlines


def pack_map(atlas: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of ``map.npz``."""
    arcs = [np.array(arc, dtype=np.int64) for arc in atlas["arcs"]]
    steps = []
    here = np.zeros(2, np.int64)
    for arc in arcs:  # the first point of an arc is told from the last one of the arc before
        whole = np.cumsum(arc, axis=0)
        steps.append(np.diff(whole, axis=0, prepend=here[None]))
        here = whole[-1]
    names, odd = [], []
    for number, geometry in enumerate(atlas["objects"]["countries"]["geometries"]):
        names.append(geometry["properties"]["name"])
        used: dict[int, int] = {}
        for ring in rings_of(geometry):
            for turned in ring:
                one = turned if turned >= 0 else ~turned
                used[one] = used.get(one, 0) + 1
        odd += [(one, number) for one, times in used.items() if times % 2]
    whole = np.concatenate(steps)
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    return {
        "counts": np.array([len(arc) for arc in arcs], np.int32),
        "east": whole[:, 0].astype(np.int32),
        "north": whole[:, 1].astype(np.int32),
        "owners": np.array(sorted(odd), np.int16),
        "names": np.array(names),
        "transform": np.array([sx, sy, tx, ty]),
    }


# ------------------------------------------------------------------ heights


def land_share() -> np.ndarray:
    """Share of land of each cell, from 5 x 5 points, and the country that most of it is (``map.npz`` is written)."""
    from openiads.earth.shorelines import within

    out = np.zeros((ROWS, COLUMNS), np.float32)
    fine = 5 * PER_DEGREE
    lons = -180.0 + (np.arange(360 * fine) + 0.5) / fine
    for south in range(-90, 90):
        lats = south + (np.arange(fine) + 0.5) / fine
        share = within(lats, lons).reshape(PER_DEGREE, 5, COLUMNS, 5).mean(axis=(1, 3))
        top = (89 - south) * PER_DEGREE
        out[top : top + PER_DEGREE] = share[::-1]
    return out


def country_cells(name: str) -> np.ndarray:
    """Cells whose middle lies in a country."""
    from openiads.earth.shorelines import outlines, within

    number = outlines().names.index(name)
    out = np.zeros((ROWS, COLUMNS), bool)
    lons = -180.0 + (np.arange(COLUMNS) + 0.5) / PER_DEGREE
    for south in range(-90, 90):
        lats = south + (np.arange(PER_DEGREE) + 0.5) / PER_DEGREE
        top = (89 - south) * PER_DEGREE
        out[top : top + PER_DEGREE] = within(lats, lons, number)[::-1]
    return out


def straightened(raw: np.ndarray) -> np.ndarray:
    """Heights (m, NaN without land) where they belong: each true cell's from its place in the stretched grid."""
    land = raw != NO_DATA
    height = np.where(land & (raw != SEA_STEP), raw.astype(float) * RAW_STEP + RAW_LOWEST, 0.0)
    lon = -180.0 + (np.arange(COLUMNS) + 0.5) / PER_DEGREE
    column, row = np.arange(COLUMNS) + STRETCH * lon, np.arange(ROWS) + SHIFT
    i = np.clip(np.floor(row).astype(int), 0, ROWS - 2)
    j = np.floor(column).astype(int)
    v, u = np.clip(row - i, 0.0, 1.0)[:, None], (column - j)[None, :]

    def drawn(grid: np.ndarray) -> np.ndarray:
        west, east = grid[:, j % COLUMNS], grid[:, (j + 1) % COLUMNS]
        across = (1.0 - u) * west + u * east
        return (1.0 - v) * across[i] + v * across[i + 1]

    weight = drawn(land.astype(float))
    return np.where(weight > 1e-6, drawn(height) / np.maximum(weight, 1e-6), np.nan)


def cells_of(box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    """Rows and columns of a box of whole degrees."""
    south, north, west, east = box
    rows = slice((90 - north) * PER_DEGREE, (90 - south) * PER_DEGREE)
    return rows, slice((180 + west) * PER_DEGREE, (180 + east) * PER_DEGREE)


def without_sea_floor(height: np.ndarray) -> np.ndarray:
    """Heights below 0 outside the known basins set to 0: sea floor, and the source's step from -30 m to -2 m."""
    deep = height < 0.0
    for box in BASINS.values():
        deep[cells_of(box)] = False
    deep[cells_of(CASPIAN)] = height[cells_of(CASPIAN)] < 0.0  # its surface, 28 m below the sea, is the sea's here
    print(f"{int(deep.sum())} cells below the sea set to 0")
    return np.where(deep, 0.0, height)


def unknown_cells(share: np.ndarray) -> np.ndarray:
    """Cells whose heights are wrong in the source: ice more than 50 km inland in Greenland; in Antarctica
    north of 70 S, where the source steps from the ice down to the bedrock, but for the Peninsula, and south of 85 S."""
    lat = 90.0 - (np.arange(ROWS) + 0.5) / PER_DEGREE
    rows = slice(0, 40 * PER_DEGREE)
    columns = slice(100 * PER_DEGREE, 175 * PER_DEGREE)
    out = np.zeros((ROWS, COLUMNS), bool)
    inside = country_cells("Greenland")[rows, columns]
    away = np.zeros(inside.shape)
    sea = share[rows, columns] < 0.5
    for k in range(inside.shape[0]):  # cells narrow toward the pole: a row's own scale, over 3 degrees of latitude
        near = slice(max(k - 12, 0), k + 13)
        scale = 111_195.0 / PER_DEGREE
        part = distance_transform_edt(~sea[near], sampling=(scale, scale * np.cos(np.radians(lat[k]))))
        away[k] = part[k - near.start]
    out[rows, columns] = inside & (away > ICE_INLAND)
    ice = country_cells("Antarctica")
    lon = -180.0 + (np.arange(COLUMNS) + 0.5) / PER_DEGREE
    peninsula = (lon > -76.0) & (lon < -55.0)
    out |= ice & (((lat > -70.1)[:, None] & ~peninsula[None, :]) | (lat < -85.0)[:, None])
    return out


def pack_heights(raw: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of ``heights.npz``; ``map.npz`` is written already."""
    share = land_share()
    height = straightened(raw)
    bare = np.isnan(height) | (share == 0.0)
    away, nearest = distance_transform_edt(bare, return_indices=True)
    height = np.where(away <= BESIDE, height[tuple(nearest)], 0.0)
    unknown = unknown_cells(share)
    height = np.where(unknown, 0.0, without_sea_floor(height))
    cells = np.rint(height / STEP).astype(np.int16)
    steps = np.diff(cells, axis=1, prepend=np.int16(0)).astype(np.int16)
    tall = ROWS // BANDS
    bands = {f"band{k:02d}": steps[k * tall : (k + 1) * tall] for k in range(BANDS)}
    return {"step": np.array([STEP]), **bands, "unknown": np.packbits(unknown, axis=1)}


# ------------------------------------------------------------------ airports


def airport_rows() -> str:
    """Airports with an IATA code as CSV, by ICAO code."""
    held = importlib.import_module("airportsdata").load("ICAO")
    rows = ["icao,name,country,lat,lon,elevation"]
    for code, port in sorted(held.items()):
        if port["iata"] and len(code) == 4 and code.isalnum():
            name = port["name"].replace(",", " ").replace('"', "").strip()
            high = round(float(port["elevation"] or 0.0) * 0.3048)
            rows.append(f"{code},{name},{port['country']},{port['lat']:.4f},{port['lon']:.4f},{high}")
    return "\n".join(rows) + "\n"


def main() -> None:
    """Read the inputs named on the command line and write the outputs."""
    parser = argparse.ArgumentParser(description="Build the packaged world.")
    parser.add_argument("--altitude", type=Path, required=True, help="Altitude.h5 of pvlib 0.16.1")
    parser.add_argument("--atlas", type=Path, required=True, help="countries-10m.json of world-atlas 2.0.2")
    args = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    write_npz(FOLDER / "map.npz", pack_map(json.loads(args.atlas.read_text(encoding="utf-8"))))
    h5py = importlib.import_module("h5py")  # needed here only, and no part of the development set
    with h5py.File(args.altitude, "r") as file:
        raw = file["Altitude"][:]
    write_npz(FOLDER / "heights.npz", pack_heights(raw))
    body = lzma.compress(airport_rows().encode("utf-8"), preset=9 | lzma.PRESET_EXTREME)
    (FOLDER / "airports.csv.xz").write_bytes(body)


if __name__ == "__main__":
    main()
