"""What search radars measured in a recorded replication: the plots behind its looks.

The log keeps where the target was at a look that detected it, and the signal.  A measurement's errors are draws by name
(`base.draws`), so they are drawn here again and are those that the run had.  The log has looks at the end of their
batch; when within it the beam was on the target follows from where the target was.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.draws import Purpose, normals, pair, uniforms
from openiads.parts.dice import search_slot
from openiads.parts.sensing import MONOPULSE_SLOPE, measurement_error, reflection_error
from openiads.parts.ships import STEP, lay, put
from openiads.physics.filtering import measured_position
from openiads.physics.motion import local_up, state_at
from openiads.world.build import World
from openiads.world.codes import Event

Floats = NDArray[np.float64]

LEAST_COSINE = 0.05  # of the elevation at which errors of azimuth grow no more (`parts.sensing.measure`)
ROUNDS = 4  # of Newton's method: the first lands within a millisecond


@dataclass(frozen=True)
class Plot:
    """One measurement.  SI units, radians; azimuth from north through east, both angles at the radar."""

    time: float
    radar: int
    flight: int
    distance: float
    azimuth: float
    elevation: float
    deviations: tuple[float, float, float]  #: of range, azimuth and elevation
    decibels: float  #: signal to noise ratio
    position: tuple[float, float, float]  #: measured, ECEF
    standing: Floats  #: of the radar, ECEF


def plots(world: World, events: np.ndarray, seed: int, replication: int) -> list[Plot]:
    """Every plot of search radars, in order of time; false alarms are not in the log, and so not here.

    Parameters
    ----------
    world : World
    events : ndarray of EVENT
        The whole log of a recorded replication.
    seed, replication : int
        Of these events.

    Returns
    -------
    list of Plot
        One for each look that detected a flight, also of those that a link then lost.
    """
    seen = events[(events["kind"] == Event.LOOK) & (events["code"] == 1)]
    states = events[events["kind"] == Event.FLIGHT_STATE]
    found: list[Plot] = []
    for f in np.unique(seen["flight"]).tolist():
        looks, path = seen[seen["flight"] == f], states[states["flight"] == f]
        places = [_placed(world, row) for row in looks]
        truth = np.array([_point(place, row["value"][:3]) for place, row in zip(places, looks, strict=True)])
        times = _when(path, truth, looks["time"], world.rows["radars"]["frame"][looks["radar"]])
        for place, row, time in zip(places, looks, times.tolist(), strict=True):
            found.append(_plot(world, row, time, place, (seed, replication)))
    return sorted(found, key=lambda plot: (plot.time, plot.radar, plot.flight))


Place = tuple[Floats, Floats]


def _placed(world: World, row: np.void) -> Place:
    """Where a radar stands at an event and how its axes lie, ECEF; on a ship, where it was last moved."""
    radar = world.rows["radars"][int(row["radar"])]
    position, axes = np.array(radar["position"]), np.array(radar["axes"])
    if radar["platform"] >= 0:
        ship = world.rows["platforms"][int(radar["platform"])]
        moved = STEP * math.floor(float(row["time"]) / STEP)
        x, y, z, *_ = state_at(world.tables, int(ship["path"]), moved)
        ux, uy, uz, _ = local_up(x, y, z)
        put(position, x, y, z, ux, uy, uz, float(radar["height"]))
        lay(axes, ux, uy, uz)
    return position, axes


def _point(place: Place, look: Floats) -> tuple[float, float, float]:
    """The place (ECEF) at a range, azimuth and elevation from a radar."""
    point: tuple[float, float, float] = measured_position(*place, *(float(v) for v in look), 0.0, 0.0)
    return point


def _when(path: np.ndarray, truth: Floats, ends: Floats, frames: Floats) -> Floats:
    """When a flight was at places on its path, each within the frame that ends at ``ends``.

    path : its recorded states;  truth : (n, 3)
    """
    if len(path) < 2:
        return ends.copy()
    times = ends.copy()
    for _ in range(ROUNDS):
        position, velocity = _hermite(path, times)
        squared = np.maximum((velocity**2).sum(axis=1), 1e-6)
        times = np.clip(times - ((position - truth) * velocity).sum(axis=1) / squared, ends - frames, ends)
    return np.asarray(times)


def _hermite(path: np.ndarray, times: Floats) -> tuple[Floats, Floats]:
    """Positions and velocities at times, by cubics through recorded positions and velocities, straight beyond them."""
    known, values = path["time"], path["value"]
    k = np.clip(np.searchsorted(known, times, side="right") - 1, 0, len(known) - 2)
    span = (known[k + 1] - known[k])[:, None]
    at = np.clip((times - known[k])[:, None] / span, 0.0, 1.0)
    p, q, v, w = values[k, :3], values[k + 1, :3], values[k, 3:6] * span, values[k + 1, 3:6] * span
    position = p + at * (v + at * (3.0 * (q - p) - 2.0 * v - w + at * (2.0 * (p - q) + v + w)))
    velocity = (v + at * (2.0 * (3.0 * (q - p) - 2.0 * v - w) + 3.0 * at * (2.0 * (p - q) + v + w))) / span
    beyond = (times - np.clip(times, known[0], known[-1]))[:, None]
    return position + beyond * velocity, velocity


def _plot(world: World, row: np.void, time: float, place: Place, draw: tuple[int, int]) -> Plot:
    """The measurement of a look.  draw : seed and replication"""
    r, f = int(row["radar"]), int(row["flight"])
    radar, flight = world.rows["radars"][r], world.rows["flights"][f]
    distance, azimuth, elevation = (float(v) for v in row["value"][:3])
    snr = 10.0 ** (float(row["value"][4]) / 10.0)
    errors = list(_deviations(world, radar, distance, elevation, snr))
    slot = search_slot(radar, time)
    u0, u1, u2, u3 = uniforms(*draw, int(Purpose.MEASURE), pair(radar["actor"], flight["actor"]), slot)
    shares = (*normals(u0, u1), normals(u2, u3)[0])
    measured = [
        value + sigma * share
        for value, sigma, share in zip((distance, azimuth, elevation), errors, shares, strict=True)
    ]
    position = measured_position(*place, *measured, errors[1], errors[2])
    return Plot(
        time,
        r,
        f,
        measured[0],
        measured[1] % math.tau,
        measured[2],
        (errors[0], errors[1], errors[2]),
        float(row["value"][4]),
        position,
        place[0],
    )


def _deviations(world: World, radar: np.void, distance: float, elevation: float, snr: float) -> Iterator[float]:
    """Deviations of range (m), azimuth and elevation (rad) of a measurement, as `parts.sensing.measure` has them."""
    yield measurement_error(snr, radar["resolution"], radar["sigma_range"])
    across = measurement_error(snr, radar["beam_azimuth"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    yield across / max(math.cos(elevation), LEAST_COSINE)
    up = measurement_error(snr, radar["beam_elevation"] / MONOPULSE_SLOPE, radar["sigma_angle"])
    yield math.hypot(up, reflection_error(world.rows["model"][0], radar, distance, elevation))


__all__ = ["Plot", "plots"]
