"""A ballistic missile's attack on the ground about one fire unit: what is asked, its world, and an arc to each place.

One arc is solved, to the unit itself; the arcs to other points are that arc moved rigidly from the local axes of one
point to those of the other.  What that neglects (the change of gravity, of the earth's turning and of its curvature
with place) is told as ``arc_error``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.catalog.load import catalog
from openiads.catalog.records import Catalog, Entry
from openiads.catalog.rounds import missile_of
from openiads.earth.geodesy import bearing, enu_axes, inverse, offset, to_ecef, to_geodetic
from openiads.physics.aiming import solve_aim
from openiads.physics.motion import HEADER, ROW, end_time, state_at
from openiads.reach.jammed import Jamming, flights_of, standing
from openiads.scenario.load import Scenario, loads
from openiads.world.build import World, build

PLACE = (math.radians(35.0), math.radians(36.0))  # of the fire unit, on flat ground at sea level
DEFAULT_SHARE = 0.9  # of the missile's greatest range, where no range is given
Box = tuple[float, float, float, float]  #: m: rear and front, left and right edge


@dataclass(frozen=True)
class Plan:
    """A question: one fire unit of a system, a missile, where it comes from.  SI units."""

    system: str
    threat: str
    distance: float = math.nan  #: ground range of the missile, m; nan: ``DEFAULT_SHARE`` of its greatest
    off: float = 0.0  #: rad from the radar's facing to where the attack comes from, positive to the right
    cued: bool = True  #: surveillance radars of the site tell the unit where to look
    reaction: float = math.nan  #: s; nan: the published time of the system
    place: tuple[float, float] = PLACE  #: rad, of the fire unit; the ground is flat at sea level wherever it is
    azimuth: float = 0.0  #: rad, where the attack comes from
    jamming: Jamming = field(default_factory=Jamming)  #: who jams

    def range_of(self, book: Catalog) -> float:
        """Ground range of the missile, m."""
        return DEFAULT_SHARE * float(book[self.threat].range_max.si) if math.isnan(self.distance) else self.distance

    def ground(self, along: ArrayLike, across: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Latitude and longitude (rad) of points forward and to the right of the unit, m."""
        course = self.azimuth + np.arctan2(across, along)
        return offset(*self.place, course, np.hypot(along, across))

    def plane(self, lat: ArrayLike, lon: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates forward and to the right of the unit (m) of places (rad): the inverse of ``ground``."""
        course, distance = bearing(*self.place, lat, lon)
        return distance * np.cos(course - self.azimuth), distance * np.sin(course - self.azimuth)


def checked(plan: Plan, book: Catalog) -> tuple[Entry, Entry]:
    system, threat = book[plan.system], book[plan.threat]
    if system.kind != "systems":
        systems = ", ".join(book.systems)
        raise InputError(f"footprint.{plan.system}", "is not a system", f"One of {systems}.")
    if threat.kind != "threats" or threat.text["class"] != "ballistic":
        missiles = [e.name for e in book.threats.values() if e.text["class"] == "ballistic"]
        raise InputError(f"footprint.{plan.threat}", "is not a ballistic missile", f"One of {', '.join(missiles)}.")
    low, high = float(threat.range_min.si), float(threat.range_max.si)
    if not math.isnan(plan.distance) and not low <= plan.distance <= high:
        raise InputError(
            "footprint.range",
            f"{plan.distance / 1000:g} km, but {plan.threat} flies {low / 1000:g} to {high / 1000:g} km",
            "Give a range within that.",
        )
    if plan.reaction < 0.0:
        raise InputError("footprint.reaction", f"{plan.reaction:g} s", "Give a time of 0 s or more.")
    return system, threat


def _degrees(angle: float) -> str:
    return f"{math.degrees(angle):.9f} deg"


def _spot(place: tuple[float, float]) -> str:
    return f"{math.degrees(place[0]):.9f}, {math.degrees(place[1]):.9f}"


def scenario_of(plan: Plan, limits: str = "published") -> Scenario:
    """One site of one fire unit on flat ground, one missile that falls on it."""
    distance = plan.range_of(catalog())
    origin = offset(*plan.place, plan.azimuth, distance)
    mapping = {
        "format": 1,
        "name": "footprint",
        "duration": "1800 s",
        "terrain": {"source": "flat"},
        "model": {"limits": limits, "kill": "constant", "false_alarms": False},
        "asset": [{"name": "Aim", "at": _spot(plan.place), "radius": "500 m"}],
        "site": [
            {
                "name": "Site",
                "system": plan.system,
                "at": _spot(plan.place),
                "facing": _degrees((plan.azimuth - plan.off) % math.tau),
                "fire_units": 1,
                "low_altitude": "none",
                "defends": ["Aim"],
                "doctrine": {"control": "free"},
            }
        ],
        "raid": [
            {
                "name": "Raid",
                "threat": plan.threat,
                "count": 1,
                "target": "Aim",
                "start": "0 s",
                "origin": _spot((float(origin[0]), float(origin[1]))),
            }
        ],
    }
    if plan.jamming.placed:
        mapping["flight"] = flights_of(plan.jamming)
    return loads(toml_text(mapping), "footprint")


def world_of(plan: Plan, limits: str = "published", knobs: Mapping[str, float] | None = None) -> World:
    """The world of ``scenario_of`` at knob values."""
    return standing(build(scenario_of(plan, limits), None, knobs), plan.jamming)


def _frame(place: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ECEF position at sea level, and local axes there: east, north, up."""
    return np.array(to_ecef(*place, 0.0)), np.array(enu_axes(*place)).reshape(3, 3)


def _turned(plan: Plan, along: float, across: float) -> tuple[tuple[float, float], NDArray[np.float64]]:
    """A place ``along`` and ``across`` the attack from the unit, and the unit's local axes there, carried along the
    geodesic, which keep their angle to it."""
    place, distance = plan.place, math.hypot(along, across)
    if distance == 0.0:
        return place, _frame(place)[1]
    course = plan.azimuth + math.atan2(across, along)
    found = offset(*place, course, distance)
    there = (float(found[0]), float(found[1]))
    turn = inverse(*there, *place)[1] + math.pi - course  # how far the course has turned against north on the way
    east, north, up = _frame(there)[1]
    c, s = math.cos(turn), math.sin(turn)
    return there, np.array([c * east - s * north, s * east + c * north, up])


def moved(arc: NDArray[np.float64], plan: Plan, along: float, across: float) -> NDArray[np.float64]:
    """The table of an arc that ends at the unit, moved so that it ends at a point beside it."""
    home, axes = _frame(plan.place)
    there, new = _turned(plan, along, across)
    rows = arc[HEADER:].reshape(-1, ROW).copy()
    turn = axes.T @ new  # a vector (as a row) out of the one frame into the other
    rows[:, :3] = (rows[:, :3] - home) @ turn + _frame(there)[0]
    rows[:, 3:] = rows[:, 3:] @ turn
    return np.concatenate([arc[:HEADER], rows.ravel()])


def arc_of(world: World) -> NDArray[np.float64]:
    """The table of the one missile's path."""
    at = int(world.rows["flights"][0]["path"])
    return world.tables[at : at + HEADER + ROW * int(world.tables[at + 2])].copy()


def arc_error(plan: Plan, along: float, across: float) -> float:
    """How far (m) an arc moved to a point beside the unit lies from the arc solved for that point, at most, below
    40 km, where intercepts are.

    The solved arc starts from the place that the moved one starts from.
    """
    path = moved(arc_of(world_of(plan)), plan, along, across)
    there = _turned(plan, along, across)[0]
    start = to_geodetic(*state_at(path, 0, float(path[0]))[:3])
    kind = missile_of(catalog()[plan.threat])
    solved = solve_aim(float(start[0]), float(start[1]), 0.0, *there, 0.0, kind, place="footprint")
    end = float(end_time(path, 0)) - float(path[0])
    falling = (solved.heights < 40e3) & (solved.times > 0.5 * solved.flight_time)
    worst = 0.0
    for t, x in zip(solved.times[falling], solved.positions[falling], strict=True):
        # the two may land a fraction of a second apart: compare the same time before the end
        when = float(path[0]) + max(end - (solved.flight_time - float(t)), 0.0)
        worst = max(worst, math.dist(state_at(path, 0, when)[:3], x))
    return worst


def window_of(plan: Plan, places: NDArray[np.floating]) -> Box:
    """The smallest box along the attack that holds some places, (n, 2) rad."""
    along, across = plan.plane(places[:, 0], places[:, 1])
    return float(np.min(along)), float(np.max(along)), float(np.min(across)), float(np.max(across))
