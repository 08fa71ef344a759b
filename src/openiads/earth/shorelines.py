"""Coast, borders and countries of the whole world, from the packaged outlines of Natural Earth (1:10 million).

The outlines are arcs that neighbors share.  An arc that bounds one country is coast, one that bounds two is a border.
A place is land where the way to it from the north pole, down the meridian of 180 degrees and then east along its
parallel, crosses an odd number of coast arcs, and a country's where it crosses an odd number of that country's.
Outlines are good to 1 to 2 km and stored in steps of 0.0036 degrees; de facto, with no position on any claim.

Longitudes are angles: windows may lie across 180 degrees, with an east edge above 180 or a west edge below -180.
"""

from __future__ import annotations

import functools
import io
import math
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

METERS_PER_DEGREE = 111_195.0
BAND = 5  # degrees of latitude whose crossings are kept together
ON_EDGE = 1e-3  # degrees
TURN = 400.0  # more than a turn of longitudes: crossings of one row are told from those of the next

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outlines:
    """The packaged outlines: points (longitude, latitude; degrees) of all arcs, and which country's each arc is."""

    points: Floats  #: (points, 2); an arc across 180 degrees goes on beyond it
    begins: NDArray[np.int64]  #: first point of each arc, and the end of the last
    owners: NDArray[np.int16]  #: (pairs, 2): arc and country that it bounds
    names: tuple[str, ...]  #: of countries

    @functools.cached_property
    def sides(self) -> NDArray[np.int64]:
        """How many countries each arc bounds."""
        return np.bincount(self.owners[:, 0], minlength=len(self.begins) - 1)

    @functools.cached_property
    def boxes(self) -> Floats:
        """South, north, west and east of each arc, degrees."""
        lon, lat = self.points[:, 0], self.points[:, 1]
        at = self.begins[:-1]
        least, most = np.minimum.reduceat, np.maximum.reduceat
        return np.stack([least(lat, at), most(lat, at), least(lon, at), most(lon, at)], axis=1)


@functools.cache
def outlines() -> Outlines:
    """The packaged outlines."""
    body = files("openiads.shelf").joinpath("world", "map.npz").read_bytes()
    with np.load(io.BytesIO(body), allow_pickle=False) as held:
        counts, transform = held["counts"].astype(np.int64), held["transform"]
        begins = np.concatenate([[0], np.cumsum(counts)])
        steps = np.stack([held["east"], held["north"]], axis=1).astype(np.int64)
        names = tuple(str(name) for name in held["names"])
        owners = held["owners"]
    # the first step of an arc leads to it from the end of the one before
    points = np.cumsum(steps, axis=0) * transform[:2] + transform[2:]
    turns = np.zeros(len(points))
    turns[1:] = -np.rint(np.diff(points[:, 0]) / 360.0)
    turns[begins[:-1]] = 0.0
    turns = np.cumsum(turns)
    points[:, 0] += 360.0 * (turns - np.repeat(turns[begins[:-1]], counts))
    return Outlines(points, begins, owners, names)


# ------------------------------------------------------------------ lines for maps


def lines(kind: str, south: float, north: float, west: float, east: float) -> list[Floats]:
    """Arcs that reach into a window (degrees) as arrays (points, 2) of longitude and latitude, for maps.

    kind : "coast" or "border".  Longitudes are given as the window's, beyond +-180 where it lies there.
    """
    found = outlines()
    wanted = found.sides % 2 == 1 if kind == "coast" else found.sides % 2 == 0
    boxes = found.boxes
    out = []
    for turn in (-360.0, 0.0, 360.0):
        hit = wanted & (boxes[:, 0] <= north) & (boxes[:, 1] >= south)
        hit &= (boxes[:, 2] + turn <= east) & (boxes[:, 3] + turn >= west)
        for arc in np.flatnonzero(hit):
            line = found.points[found.begins[arc] : found.begins[arc + 1]] + (turn, 0.0)
            out += _without_edges(line)
    return out


def _without_edges(line: Floats) -> list[Floats]:
    """Parts of a line without segments along 180 degrees, where some islands are cut in two."""
    on = np.abs((line[:, 0] + 360.0) % 360.0 - 180.0) < ON_EDGE
    edge = on[:-1] & on[1:]
    if not edge.any():
        return [line]
    return [part for part in np.split(line, np.flatnonzero(edge) + 1) if len(part) > 1]


# ------------------------------------------------------------------ land


@functools.lru_cache(maxsize=512)
def _arcs(country: int) -> tuple[NDArray[np.int64], Floats]:
    """Arcs of a country (-1: the coast of all), and the latitudes where they cross the meridian of 180 degrees."""
    found = outlines()
    if country < 0:
        arcs = np.flatnonzero(found.sides % 2 == 1)
    else:
        arcs = np.sort(found.owners[found.owners[:, 1] == country, 0].astype(np.int64))
    near = arcs[(found.boxes[arcs, 2] <= -180.0) | (found.boxes[arcs, 3] >= 180.0)]
    x0, y0, x1, y1 = _segments_of(near).T
    turn = np.floor((x0 + 180.0) / 360.0), np.floor((x1 + 180.0) / 360.0)
    cut = turn[0] != turn[1]
    share = (360.0 * np.maximum(*turn)[cut] - 180.0 - x0[cut]) / (x1[cut] - x0[cut])
    return arcs, np.sort(y0[cut] + share * (y1[cut] - y0[cut]))


def _segments_of(arcs: NDArray[np.int64]) -> Floats:
    """Segments (lon0, lat0, lon1, lat1) of some arcs."""
    found = outlines()
    parts = [np.zeros((0, 4))]
    for arc in arcs:
        line = found.points[found.begins[arc] : found.begins[arc + 1]]
        parts.append(np.concatenate([line[:-1], line[1:]], axis=1))
    return np.concatenate(parts)


@functools.lru_cache(maxsize=64)
def _segments(band: int, country: int) -> Floats:
    """Segments that touch a band of latitudes with a degree to spare."""
    boxes = outlines().boxes
    low, high = band * BAND - 1.0, (band + 1) * BAND + 1.0
    arcs = _arcs(country)[0]
    whole = _segments_of(arcs[(boxes[arcs, 0] <= high) & (boxes[arcs, 1] >= low)])
    return whole[(np.maximum(whole[:, 1], whole[:, 3]) >= low) & (np.minimum(whole[:, 1], whole[:, 3]) <= high)]


def within(lats: Floats, lons: Floats, country: int = -1) -> NDArray[np.bool_]:
    """Which points of a grid lie on land, or on a country's.

    lats : degrees, rising, (rows,), within a degree of one band of latitudes;  lons : degrees, any turn, (columns,);
    country : number in ``outlines().names``; all land if left out
    """
    band = math.floor(float(lats[len(lats) // 2]) / BAND)
    x0, y0, x1, y1 = _segments(band, country).T
    first = np.searchsorted(lats, np.minimum(y0, y1))  # rows from the lower end on, and below the upper one
    last = np.searchsorted(lats, np.maximum(y0, y1))
    crossed = last - first
    at = np.repeat(np.arange(len(crossed)), crossed)
    row = first[at] + np.arange(len(at)) - np.repeat(np.cumsum(crossed) - crossed, crossed)
    share = (lats[row] - y0[at]) / (y1[at] - y0[at])
    keys = np.sort(row * TURN + (x0[at] + share * (x1[at] - x0[at]) + 180.0) % 360.0)
    meridian = _arcs(country)[1]
    before = len(meridian) - np.searchsorted(meridian, lats)  # crossed on the way down to the row
    begins = np.searchsorted(keys, np.arange(len(lats)) * TURN - 1.0)
    asked = np.arange(len(lats))[:, None] * TURN + ((lons + 180.0) % 360.0)[None, :]
    return (before[:, None] + np.searchsorted(keys, asked) - begins[:, None]) % 2 == 1


def shore_distance(land: NDArray[np.bool_], lats: Floats, step: float, most: float) -> Floats:
    """Signed distance (m) to the shore of lattice points, land positive, cut at ``most``.

    lats : degrees, of the rows;  step : degrees between points both ways
    """
    across = np.maximum(np.cos(np.radians(lats)), 1e-3) * step * METERS_PER_DEGREE
    along = step * METERS_PER_DEGREE
    half = np.broadcast_to(0.5 * np.minimum(across, along)[:, None], land.shape)  # the shore is between two points
    out = np.zeros(land.shape)
    for sign, other in ((1.0, ~land), (-1.0, land)):
        flat = np.minimum(_columns_to(other) * across[:, None], 2.0 * most)
        square = flat * flat
        best = square.copy()
        for k in range(1, min(math.ceil(most / along), len(lats) - 1) + 1):
            lift = (k * along) ** 2
            np.minimum(best[k:], square[:-k] + lift, out=best[k:])
            np.minimum(best[:-k], square[k:] + lift, out=best[:-k])
        mine = ~other
        out[mine] = sign * np.minimum(np.sqrt(best[mine]) - half[mine], most)
    return out


def _columns_to(wanted: NDArray[np.bool_]) -> Floats:
    """Columns to the nearest wanted point of the same row; a great number where there is none."""
    columns = wanted.shape[1]
    at = np.arange(columns, dtype=float)
    before = np.maximum.accumulate(np.where(wanted, at, -1e9), axis=1)
    behind = np.minimum.accumulate(np.where(wanted, at, 1e9)[:, ::-1], axis=1)[:, ::-1]
    return np.minimum(at - before, behind - at)
