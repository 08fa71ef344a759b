"""Straight level paths at and past a fire unit, and what flies them: the questions of envelopes and exposure.

A family of paths is *inbound*, toward a place from every azimuth (crossing distance 0), or *straight*, parallel with
one course, past the place at their crossing distances.  Heights are above the sea unless said otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.words import nearest
from openiads.catalog.load import catalog
from openiads.doctrine.assignment import believed_class
from openiads.earth.geodesy import ECCENTRICITY_SQUARED, SEMI_MAJOR, offset
from openiads.earth.terrain import Terrain
from openiads.world.build import World
from openiads.world.radars import BANDS
from openiads.world.sensed import TRACK
from openiads.world.values import Values

Floats = NDArray[np.floating]
Place = tuple[float, float]

AZIMUTHS, STEP = 120, 1000.0  # paths of an inbound family, and m between two points of a path
CROSSINGS = 121  # paths of a straight family


@dataclass(frozen=True)
class Target:
    """What flies.  SI units.

    rcs : mean cross-section in every band and aspect, m2;  threat : of the catalog, whose cross-sections by band and
    aspect and whose fluctuation are taken instead;  load : lateral acceleration, m/s2, for which a round must have
    three times as much; what crews allow a target of its class is the least
    """

    speed: float = 250.0
    rcs: float = 1.0
    threat: str = ""
    load: float = 0.0
    swerling: int = 1

    def checked(self) -> Target:
        """The target itself; InputError if it makes no sense."""
        for name, value in (("speed", self.speed), ("rcs", self.rcs)):
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(f"envelope.{name}", f"{value:g}", "Give a number above 0.")
        if not (math.isfinite(self.load) and self.load >= 0.0):
            raise InputError("envelope.load", f"{self.load:g} m/s2", "Give 0 or more.")
        if self.speed > 3000.0:
            raise InputError("envelope.speed", f"{self.speed:g} m/s", "Level flight is at most 3000 m/s here.")
        return self

    def sections(self, world: World) -> Floats:
        """Cross-sections by band and aspect, m2, (3, 3)."""
        if not self.threat:
            return np.full((3, 3), self.rcs)
        entry = world.catalog[self.threat]
        values = Values(world.catalog, world.knobs)
        bands = sorted(BANDS, key=BANDS.__getitem__)
        return np.array([[values.signature(entry, b, a) for a in ("nose", "beam", "tail")] for b in bands])

    def kind(self, height: float) -> int:
        """What a crew takes it for, `codes.ThreatClass`."""
        track = np.zeros(1, TRACK)[0]
        track["speed"], track["height"] = self.speed, height
        return int(believed_class(track))


def of_threat(name: str, load: float = 0.0) -> Target:
    """A threat of the catalog at its own speed; InputError if it is none that flies level."""
    book = catalog()
    flying = [e.name for e in book.threats.values() if e.text["class"] != "ballistic"]
    if name not in flying:
        raise InputError("--against", f'"{name}" is no threat that flies level', nearest(name, flying))
    entry = book[name]
    return Target(float(entry.speed.si), 1.0, name, load, int(entry.swerling.si))


@dataclass(frozen=True)
class Paths:
    """A family of straight level paths at one height."""

    approach: str  #: "inbound" or "straight"
    across: Floats  #: azimuth (rad, inbound) or crossing distance (m, straight, right of the course above 0), (paths,)
    along: Floats  #: ground range (m, inbound, falling) or distance along the course (m, 0 abeam), (points,)
    lats: Floats  #: rad, (paths, points)
    lons: Floats
    at: Floats  #: ECEF, m, (paths, points, 3)
    velocity: Floats  #: ECEF, m/s
    times: Floats  #: s from the start of each path, (points,)
    height: float  #: m
    free: NDArray[np.bool_]  #: whether a point is above ground, (paths, points)

    def raised(self, terrain: Terrain, speed: float, height: float, above: str = "sea") -> Paths:
        """The same family at another height, m above "sea" or "ground"."""
        return _flown(terrain, self.approach, (self.across, self.along), (self.lats, self.lons), speed, height, above)

    @property
    def away(self) -> Floats:
        """Ground range of each point, m, (paths, points)."""
        if self.approach == "inbound":
            return np.broadcast_to(self.along, (len(self.across), len(self.along)))
        return np.hypot(self.across[:, None], self.along[None, :])

    @property
    def cells(self) -> Floats:
        """Ground area that each point stands for, m2, (paths, points)."""
        step = abs(float(self.along[1] - self.along[0]))
        width = float(self.across[1] - self.across[0])
        if self.approach == "inbound":
            return np.broadcast_to(self.along * step * width, (len(self.across), len(self.along)))
        return np.full((len(self.across), len(self.along)), step * width)


def ecef(lats: Floats, lons: Floats, heights: Floats) -> Floats:
    """`earth.geodesy.to_ecef` of arrays of one shape (rad, rad, m): m, (..., 3)."""
    sine, cosine = np.sin(lats), np.cos(lats)
    normal = SEMI_MAJOR / np.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)
    out = (normal + heights) * cosine
    up = (normal * (1.0 - ECCENTRICITY_SQUARED) + heights) * sine
    return np.stack([out * np.cos(lons), out * np.sin(lons), up], axis=-1)


def inbound(
    terrain: Terrain,
    home: Place,
    speed: float,
    height: float,
    reach: float,
    *,
    azimuths: Floats | None = None,
    step: float = STEP,
    above: str = "sea",
) -> Paths:
    """Paths toward a place (rad) from azimuths (rad, evenly spaced; all round if left out), from ``reach`` (m) on.

    height : m above "sea" or "ground";  step : m between points
    """
    around = np.arange(AZIMUTHS) * (math.tau / AZIMUTHS) if azimuths is None else azimuths
    along = step * (np.arange(math.ceil(reach / step), 0, -1) - 0.5)
    lats, lons = offset(*home, around[:, None], along[None, :])
    return _flown(terrain, "inbound", (around, along), (lats, lons), speed, height, above)


def parallel(
    terrain: Terrain,
    home: Place,
    speed: float,
    height: float,
    reach: float,
    course: float,
    *,
    crossings: Floats | None = None,
    step: float = STEP,
    above: str = "sea",
) -> Paths:
    """Parallel paths with a course (rad) past a place (rad) at crossing distances (m, evenly spaced), from ``reach`` m
    before to as far behind it."""
    across = np.linspace(-reach, reach, CROSSINGS) if crossings is None else crossings
    count = math.ceil(reach / step)
    along = step * (np.arange(-count, count) + 0.5)
    x, y = across[:, None], along[None, :]
    lats, lons = offset(*home, course + np.arctan2(x, y), np.hypot(x, y))
    return _flown(terrain, "straight", (across, along), (lats, lons), speed, height, above)


def _flown(
    terrain: Terrain,
    approach: str,
    axes: tuple[Floats, Floats],
    places: tuple[Floats, Floats],
    speed: float,
    height: float,
    above: str,
) -> Paths:
    across, along = axes
    lats, lons = places
    ground = np.broadcast_to(np.asarray(terrain.height(lats, lons), dtype=float), lats.shape)
    heights = ground + height if above == "ground" else np.full(lats.shape, height)
    at = ecef(lats, lons, heights)
    times = np.abs(along - along[0]) / speed
    velocity = np.gradient(at, times, axis=1)
    velocity *= speed / np.linalg.norm(velocity, axis=2, keepdims=True)
    return Paths(
        approach,
        across,
        along,
        lats,
        lons,
        np.ascontiguousarray(at),
        np.ascontiguousarray(velocity),
        times,
        height,
        heights >= ground,
    )


#: Deviation (rad) of the engagement radar's track across the line of sight in the table of misses.
TRACK_ANGLE = 1e-3
