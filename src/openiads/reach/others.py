"""How much of what sites reach lies over other states, and which schematic airways pass through it: the figures of
``reach.neighbors`` in few numbers, for many worlds.

Volumes are of the sea to 12 km, by the bands of ``reach.neighbors``, each at its middle height, against a target that
flies toward the fire unit; airways are flown by an airliner.  Fire units that stand together and face alike count as
one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.earth import territory
from openiads.reach import coverage, scenes
from openiads.reach.envelope import LIMITS, UnitConditions, assess, reach_of
from openiads.reach.exposure import exposed, map_over, standing_world, units_of
from openiads.reach.maps import Map
from openiads.reach.neighbors import AIRLINER, BANDS, CRUISE, named, routes
from openiads.reach.scenes import home, site_of
from openiads.reach.straight import Target, of_threat
from openiads.scenario.load import Scenario
from openiads.world.build import World
from openiads.world.prebuilt import Prebuilt

CELLS = 120  # of the map, along a side
MARGIN = 1.3  # of the map over the reach by nominal numbers: other worlds reach farther
STEP, AZIMUTHS = 2000.0, 72  # m between points of the paths, and paths around a unit


@dataclass(frozen=True)
class Reached:
    """What sites of one world reach.

    Attributes
    ----------
    met : mapping of (arm, band, place) to float
        Volume in which some fire unit may meet the target, km3, by territory (``neighbors.named``).
    detected : mapping of (band, place) to float
        Volume in which some radar detects it, km3; empty where it was not asked for.
    airways : mapping of (arm, airway) to bool
        Whether an airliner may be met somewhere along it.
    """

    met: Mapping[tuple[str, str, str], float]
    detected: Mapping[tuple[str, str], float]
    airways: Mapping[tuple[str, str], bool]


def is_other(place: str, host: str) -> bool:
    """Whether a territory in words is land or sea of another state than a host."""
    return place != named(territory.HIGH_SEA) and place.removesuffix(", sea to 12 nmi") != host


def band_name(band: tuple[float, float]) -> str:
    """A height band in words."""
    return f"{band[0] / 1000:g}-{band[1] / 1000:g} km"


def map_about(scenario: Scenario, against: str) -> Map:
    """A map about a scenario's sites that holds what they reach, by nominal numbers and somewhat farther."""
    world = standing_world(scenario)
    units = units_of(world)
    widest = max(reach_of(world, u, of_threat(against), UnitConditions()) for u in units)
    return map_over(world, units, MARGIN * widest, CELLS)


def reached(
    scenario: Scenario,
    against: str,
    where: Map,
    *,
    turn: bool = True,
    knobs: Mapping[str, float] | None = None,
    prebuilt: Prebuilt | None = None,
    detection: bool = False,
) -> Reached:
    """What a scenario's sites reach in one world.

    Parameters
    ----------
    scenario : Scenario
    against : str
        Threat of the catalog that flies level.
    where : Map
        Of ``map_about``.
    turn : bool, optional
        Whether engagement radars turn to what they engage, or keep their facing.
    knobs : mapping of str to float, optional
    prebuilt : Prebuilt, optional
    detection : bool, optional
        Whether radars are asked too.

    Returns
    -------
    Reached
    """
    world = standing_world(scenario, knobs, prebuilt)
    units, question = _apart(world, units_of(world)), UnitConditions(turn=turn)
    target = of_threat(against)
    labels = territory.labels(where.lats[:, None], where.lons[None, :])
    met: dict[tuple[str, str, str], float] = {}
    for band in BANDS:
        found = exposed(
            world, units, target, middle(band), where, LIMITS, question=question, step=STEP, azimuths=AZIMUTHS
        )
        for arm in LIMITS:
            cells = np.any(found[arm], axis=0)
            met |= {(arm, band_name(band), place): v for place, v in _volumes(band, cells, where, labels).items()}
    seen = _detected(world, target, where, labels) if detection else {}
    return Reached(met, seen, _airways(world, units, question))


def middle(band: tuple[float, float]) -> float:
    """The middle height of a band, m."""
    return 0.5 * (band[0] + band[1])


def _apart(world: World, units: Sequence[int]) -> list[int]:
    """One of all fire units that stand together and face alike with the same rounds."""
    found: dict[tuple[object, ...], int] = {}
    for unit in units:
        radar = world.rows["radars"][int(world.rows["units"][unit]["radar"])]
        place = np.round(np.array(home(world, unit)), 5).tolist()
        found.setdefault((site_of(world, unit), *place, round(float(radar["boresight"]), 5)), unit)
    return list(found.values())


def _volumes(
    band: tuple[float, float], cells: NDArray[np.bool_], where: Map, labels: NDArray[np.uint16]
) -> dict[str, float]:
    """Volume (km3) of a band by territory, from the cells at its middle height."""
    volume = (band[1] - band[0]) * 1e-9 * where.areas * cells
    whole = {named(int(k)): float(volume[labels == k].sum()) for k in np.unique(labels)}
    return {place: v for place, v in whole.items() if v > 0.0}


def _detected(world: World, target: Target, where: Map, labels: NDArray[np.uint16]) -> dict[tuple[str, str], float]:
    """Volume (km3) in which some radar of the sites detects the target, one look in two, by band and territory."""
    radars = [k for k in range(len(world.names.radars)) if world.rows["radars"][k]["emitting"]]
    asked = scenes.of_threat(
        world, target.threat, coverage.DetectionQuestion((0.0,), "sea", target.rcs, target.swerling)
    )
    out: dict[tuple[str, str], float] = {}
    for band in BANDS:
        question = coverage.DetectionQuestion((middle(band),), "sea", asked.rcs, asked.swerling)
        found = coverage.coverage(world, question, radars, where=where)
        cells = found.detected(0)
        out |= {(band_name(band), place): v for place, v in _volumes(band, cells, where, labels).items()}
    return out


def _airways(world: World, units: Sequence[int], question: UnitConditions) -> dict[tuple[str, str], bool]:
    """Whether an airliner may be met somewhere along each schematic airway, by arm."""
    paths, counted = routes(world, CRUISE, step=STEP)
    target = Target(CRUISE, threat=AIRLINER, swerling=int(world.catalog[AIRLINER].swerling.si))
    within = {arm: np.zeros(paths.free.shape, bool) for arm in LIMITS}
    for unit in units:
        for arm, spare in assess(world, unit, paths, target, LIMITS, question).items():
            within[arm] |= spare >= 0.0
    return {
        (arm, way.name): bool((within[arm][k] & counted[k] & paths.free[k]).any())
        for arm in LIMITS
        for k, way in enumerate(territory.airways())
    }
