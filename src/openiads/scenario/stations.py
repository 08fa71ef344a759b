"""Where early-warning sensors are: their ways, and what is wrong with them over a terrain."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from openiads.earth.geodesy import offset
from openiads.earth.shapes import flat
from openiads.earth.terrain import Terrain
from openiads.physics.racetrack import Racetrack, racetrack
from openiads.scenario.early_warning import EarlyWarning

SOUNDINGS = 500  # places of a way that are held against the ground
CLEARANCE = 100.0  # m above the ground that an orbit keeps at least
LAND = 10.0  # m, from which ground under a ship is land and no error of interpolation


def track_of(sensor: EarlyWarning) -> Racetrack:
    """The racetrack of an aircraft."""
    ends = sensor.orbit or (sensor.begins, sensor.begins)
    first, second = ((p.latitude, p.longitude) for p in ends)
    return racetrack(first, second, sensor.turn_radius, right=sensor.turns == "right")


def start_of(sensor: EarlyWarning) -> tuple[float, float]:
    """Where a sensor is at the start, rad."""
    if sensor.carrier != "aircraft":
        return sensor.begins.latitude, sensor.begins.longitude
    lats, lons = track_of(sensor).places(np.zeros(1))
    return float(lats[0]), float(lons[0])


def way_of(
    sensor: EarlyWarning, terrain: Terrain, duration: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes, longitudes (rad) and heights (m) of places along the whole way of a sensor; heights of one that
    stands on the ground are above that."""
    if sensor.carrier == "aircraft":
        track = track_of(sensor)
        lats, lons = track.places(np.linspace(0.0, track.length, SOUNDINGS))
        return lats, lons, np.full(len(lats), sensor.altitude or 0.0)
    sailed = (sensor.speed or 0.0) * duration
    lats, lons = offset(*start_of(sensor), sensor.course or 0.0, np.linspace(0.0, sailed, SOUNDINGS if sailed else 1))
    if sensor.carrier == "ship":
        return lats, lons, np.zeros(len(lats))
    return lats, lons, terrain.height(lats, lons) + (sensor.height or 0.0)


def way_faults(sensor: EarlyWarning, terrain: Terrain, duration: float) -> Iterator[tuple[str, str]]:
    """What is wrong with where a sensor is: reason and remedy, the first one first."""
    lats, lons, _ = way_of(sensor, flat(), duration)
    gone = ~np.asarray(terrain.covers(lats, lons))
    if gone.any():
        where = _told(float(lats[gone][0]), float(lons[gone][0]))
        yield f"outside the terrain at {where}", "Move it, or give terrain that reaches so far."
        return
    ground = terrain.height(lats, lons)
    if sensor.carrier == "aircraft":
        k = int(ground.argmax())
        if float(ground[k]) + CLEARANCE > (sensor.altitude or 0.0):
            place = _told(float(lats[k]), float(lons[k]))
            reason = f"an orbit below the ground, or less than {CLEARANCE:.0f} m above it: {ground[k]:.0f} m at {place}"
            yield reason, "Fly higher, or elsewhere."
    if sensor.carrier == "ship" and terrain.label != "flat" and bool((ground > LAND).any()):
        k = int((ground > LAND).argmax())
        reason = f"a ship on land at {_told(float(lats[k]), float(lons[k]))} (ground {ground[k]:.0f} m)"
        yield reason, "Change its place, course or speed."


def _told(lat: float, lon: float) -> str:
    north, east = math.degrees(lat), math.degrees(lon)
    return f"{abs(north):.3f} {'S' if north < 0 else 'N'} {abs(east):.3f} {'W' if east < 0 else 'E'}"
