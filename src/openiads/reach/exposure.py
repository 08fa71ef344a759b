"""Keep-out: over which ground a flight at a height is exposed to at least one engagement opportunity, and of how many
fire units, over terrain.

A place counts for a unit if it lies in the unit's engagement envelope against the target flying toward the unit
(`reach.envelope`): of all directions the one in which it is met soonest and farthest out.  A flight that never comes to
such a place is not shot at; one that does need not be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.earth.geodesy import bearing, turned
from openiads.reach import straight
from openiads.reach.envelope import LIMITS, UnitConditions, assess, reach_of
from openiads.reach.maps import Map, centers, map_of
from openiads.reach.scenes import home, site_of
from openiads.reach.straight import Paths, Target
from openiads.scenario.load import Scenario, validate
from openiads.world.build import World, build
from openiads.world.prebuilt import Prebuilt

Floats = NDArray[np.floating]
_Kind = TypeVar("_Kind", bound=np.generic)
AZIMUTHS = 180  # paths toward a unit
MOST = 480e3  # m, from a unit to the edge of a map, at most
METERS = 6_371_000.0


def standing_world(
    scenario: Scenario, knobs: Mapping[str, float] | None = None, prebuilt: Prebuilt | None = None
) -> World:
    """The world of a scenario's sites with published limits, without raids and flights, at knob values; prebuilt : as
    ``build``."""
    mapping = scenario.mapping()
    mapping["raid"], mapping["flight"] = [], []
    mapping["model"] = mapping.get("model", {}) | {"limits": "published", "kill": "constant"}
    return build(validate(mapping).placed(scenario.folder), None, knobs, prebuilt=prebuilt)


def units_of(world: World, sites: Sequence[str] = ()) -> list[int]:
    """Fire units of some sites, or of all; InputError for a site without one."""
    known = {site.name for site in world.scenario.sites}
    for name in sites:
        if name not in known:
            raise InputError("--site", f'no site "{name}"', f"One of {', '.join(sorted(known))}.")
    found = [u for u in range(len(world.rows["units"])) if not sites or site_of(world, u) in sites]
    if not found:
        raise InputError("reach", "no fire unit", "Choose a site with fire units.")
    return found


def on_map(paths: Paths, values: NDArray[_Kind], place: tuple[float, float], where: Map) -> NDArray[_Kind]:
    """For each cell of a map the value of the point of inbound paths (toward ``place``, rad) that is nearest to its
    middle; 0 or false beyond all.

    values : (paths, points)
    """
    azimuth, distance = bearing(*place, where.lats[:, None], where.lons[None, :])
    step = float(paths.along[0] - paths.along[1])
    i = np.rint(azimuth * (len(paths.across) / math.tau)).astype(np.int64) % len(paths.across)
    j = len(paths.along) - 1 - np.floor(distance / step).astype(np.int64)
    held = j >= 0
    out = np.zeros(distance.shape, values.dtype)
    out[held] = values[i[held], j[held]]
    return out


def exposed(
    world: World,
    units: Sequence[int],
    target: Target,
    height: float,
    where: Map,
    arms: Sequence[str],
    *,
    question: UnitConditions | None = None,
    above: str = "sea",
    step: float = straight.STEP,
    azimuths: int = AZIMUTHS,
) -> dict[str, NDArray[np.bool_]]:
    """Cells where each unit may meet the target at a height, by arm: (units, rows, columns).

    height : m above "sea" or "ground", as ``above`` says;  step : m between points of the paths;  azimuths : of paths
    """
    question = question or UnitConditions()
    out = {arm: np.zeros((len(units), *where.ground.shape), bool) for arm in arms}
    around = np.arange(azimuths) * (math.tau / azimuths)
    for n, unit in enumerate(units):
        place = home(world, unit)
        reach = min(reach_of(world, unit, target, question), MOST)
        paths = straight.inbound(
            world.terrain, place, target.speed, height, reach, azimuths=around, step=step, above=above
        )
        for arm, spare in assess(world, unit, paths, target, arms, question).items():
            out[arm][n] = on_map(paths, spare >= 0.0, place, where)
    return out


def keep_out(
    world: World,
    units: Sequence[int],
    target: Target,
    heights: Sequence[float],
    where: Map,
    arms: Sequence[str] = LIMITS,
    *,
    question: UnitConditions | None = None,
    above: str = "ground",
) -> dict[str, NDArray[np.int64]]:
    """How many units may meet a flight at each height over each cell, by arm: (heights, rows, columns)."""
    found = [exposed(world, units, target, height, where, arms, question=question, above=above) for height in heights]
    return {arm: np.stack([each[arm].sum(axis=0) for each in found]) for arm in arms}


def map_over(world: World, units: Sequence[int], reach: float, cells: int) -> Map:
    """A square map that holds the surroundings of some units to a distance (m)."""
    places = np.array([home(world, unit) for unit in units])
    places[:, 1] = turned(places[:, 1], float(places[0, 1]))
    low, high = places.min(axis=0), places.max(axis=0)
    center = 0.5 * (low + high)
    half = min(reach, MOST) / METERS + 0.5 * float(high[0] - low[0])
    wide = min(reach, MOST) / METERS / math.cos(center[0]) + 0.5 * float(high[1] - low[1])
    lats = centers(center[0] - half, center[0] + half, cells)
    lons = centers(center[1] - wide, center[1] + wide, cells)
    return map_of(world.terrain, lats, lons)
