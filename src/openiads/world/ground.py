"""The ground that a world touches: what its radars look over and its flights fly over, and where there are no data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.earth.geodesy import offset, to_geodetic
from openiads.earth.terrain import missing_tiles
from openiads.physics.motion import HEADER, ROW

if TYPE_CHECKING:
    from openiads.world.build import World

AZIMUTHS, SPACING = 360, 2_000.0  # directions, and m between places in one, in which a radar's ground is looked at
ALONG = 2_000.0  # m between places along a way

Places = tuple[NDArray[np.float64], NDArray[np.float64]]  # latitudes and longitudes, rad


@dataclass(frozen=True)
class Touched:
    """How much of the ground that something touches has no data.

    Parameters
    ----------
    share : float
        Of its area, or of its length.
    tiles : tuple of str
        Names of the one-degree tiles that would hold it.
    """

    share: float
    tiles: tuple[str, ...]


def under_radars(world: World) -> Iterator[tuple[Places, NDArray[np.float64]]]:
    """Places within the range of each radar, and how much area each stands for."""
    seen = set()
    for row in world.rows["radars"]:
        at = tuple(float(v) for v in row["position"])
        if (at, float(row["range_max"])) in seen:
            continue
        seen.add((at, float(row["range_max"])))
        lat, lon, _ = to_geodetic(*at)
        around = np.arange(AZIMUTHS) * (math.tau / AZIMUTHS)
        ranges = np.arange(1, max(int(float(row["range_max"]) / SPACING), 2) + 1) * SPACING
        lats, lons = offset(float(lat), float(lon), around[:, None], np.minimum(ranges, float(row["range_max"]))[None])
        yield (lats.ravel(), lons.ravel()), np.broadcast_to(ranges, lats.shape).ravel()


def under_flights(world: World) -> Iterator[tuple[str, Places]]:
    """Places below each way, and whose it is; each way once."""
    seen: set[int] = set()
    for row, name in zip(world.rows["flights"], world.names.flights, strict=True):
        path = int(row["path"])
        if path in seen or row["airway"] < 0:  # recorded above the sea; what a radar sees of it is the radar's ground
            continue
        seen.add(path)
        knots = int(world.tables[path + 2])
        points = world.tables[path + HEADER : path + HEADER + ROW * knots].reshape(-1, ROW)[:, :3]
        some = points[:: max(1, len(points) // 2000)]
        places = np.concatenate([_between(a, b) for a, b in zip(some, some[1:], strict=False)] or [points])
        told = np.array([to_geodetic(*place)[:2] for place in places.tolist()])
        yield name, (told[:, 0], told[:, 1])


def _between(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    count = min(max(math.ceil(float(np.linalg.norm(b - a)) / ALONG), 1), 2_000)
    return a + (b - a) * (np.arange(count + 1) / count)[:, None]


def unknown_to_radars(world: World) -> Touched:
    """How much of the ground in the range of any radar has no data."""
    missing, area, lats, lons = 0.0, 0.0, [], []
    for (lat, lon), weight in under_radars(world):
        gone = ~world.terrain.covers(lat, lon)
        missing, area = missing + float(weight[gone].sum()), area + float(weight.sum())
        lats.append(lat[gone])
        lons.append(lon[gone])
    return Touched(missing / area if area else 0.0, _tiles(lats, lons))


def unknown_to_flights(world: World) -> dict[str, Touched]:
    """How much of the ground below each flight has no data, by its name; those of which all is known left out."""
    found = {}
    for name, (lat, lon) in under_flights(world):
        gone = ~world.terrain.covers(lat, lon)
        if gone.any():
            found[name] = Touched(float(gone.mean()), _tiles([lat[gone]], [lon[gone]]))
    return found


def _tiles(lats: list[NDArray[np.float64]], lons: list[NDArray[np.float64]]) -> tuple[str, ...]:
    if not any(len(each) for each in lats):
        return ()
    return tuple(missing_tiles(np.degrees(np.concatenate(lats)), np.degrees(np.concatenate(lons))))


def silent_files(world: World) -> tuple[str, ...]:
    """The files of heights that give no height to anything in a world."""
    files = world.terrain.files
    given: set[int] = set()
    for lat, lon in [places for places, _ in under_radars(world)] + [places for _, places in under_flights(world)]:
        numbers = world.terrain.givers(lat, lon)
        if numbers is None:
            return ()
        given |= set(np.unique(numbers).tolist())
    return tuple(name for k, name in enumerate(files) if k not in given)
