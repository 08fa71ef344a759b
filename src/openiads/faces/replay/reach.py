"""How far the radars of a replay see and its fire units reach, height by height, as rings on the map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.faces.draw.lines import geodetic
from openiads.faces.geo.envelope import outline as envelope_outline
from openiads.faces.pages.brief import SHOWN_PD, SHOWN_RCS
from openiads.faces.replay.land import around_path
from openiads.faces.words.text import clean

if TYPE_CHECKING:
    from openiads.runs.run import Run
    from openiads.world.build import World

#: Heights of the target above the sea, m.
HEIGHTS = (100.0, 500.0, 3000.0, 10_000.0)
#: Heights (m) above these, with steps between them, at which a fire unit's highest is looked for; azimuths and m of it.
HIGHER, STEPS, FEW, COARSE = (15_000.0, 20_000.0, 25_000.0, 30_000.0, 35_000.0, 40_000.0), 5, 8, 2000.0
#: Paths around a fire unit, and m between two points of one.
AROUND, STEP = 120, 1000.0
#: Radars and units drawn at most; beyond these the rings would be all there is to see.
MOST = 40


def _ring(lon: np.ndarray, lat: np.ndarray, middle: float) -> list[list[float]]:
    lon = around_path(lon, middle)
    ring = [[round(float(x), 4), round(float(y), 4)] for x, y in zip(lon, lat, strict=True)]
    kept = [point for k, point in enumerate(ring) if k == 0 or point != ring[k - 1]]
    return kept if kept[0] == kept[-1] else [*kept, kept[0]]


def detection(run: Run, middle: float) -> list[dict[str, Any]]:
    """Where each radar that is on detects a target of 1 m2 in half its looks."""
    from openiads.earth.geodesy import direct
    from openiads.reach.outline import detection_outline

    found = []
    for k, name in enumerate(run.names["radars"][:MOST]):
        if not run.world.rows["radars"][k]["emitting"]:
            continue
        lat, lon, _ = geodetic(run.world.rows["radars"]["position"][k])
        for height in HEIGHTS:
            azimuths, ranges = detection_outline(run.world, k, height, SHOWN_RCS, SHOWN_PD)
            lats, lons = direct(math.radians(float(lat[0])), math.radians(float(lon[0])), azimuths, ranges)
            ring = _ring(np.degrees(lons), np.degrees(lats), middle)
            found.append(
                {
                    "kind": "detection",
                    "name": clean(name),
                    "owner": k,
                    "height": height,
                    "rcs": SHOWN_RCS,
                    "probability": SHOWN_PD,
                    "rings": [ring] if len(ring) > 3 else [],
                    "limits": "emergent",
                }
            )
    return found


def engagement(run: Run, middle: float) -> list[dict[str, Any]]:
    """Where each fire unit can meet a target of 250 m/s and 1 m2 that flies at it level: by flight, radar and time
    alone, and within the published limits too."""
    from openiads.reach.envelope import envelopes
    from openiads.reach.straight import Target

    units = run.names["units"][:MOST]
    if not units:
        return []
    world = _with_published_limits(run)
    around = np.arange(AROUND) * (math.tau / AROUND)
    found = []
    for k, name in enumerate(units):
        heights = (*HEIGHTS, *up_to_ceiling(world, k))
        arms = envelopes(world, Target(rcs=SHOWN_RCS), heights, unit=k, azimuths=around, step=STEP)
        for limits, envelope in arms.items():
            for n, height in enumerate(heights):
                rings = [
                    _ring(ring[:, 0], ring[:, 1], middle)
                    for polygon in envelope_outline(envelope, n)
                    for ring in polygon
                ]
                found.append(
                    {
                        "kind": "engagement",
                        "name": clean(name),
                        "owner": k,
                        "height": height,
                        "rcs": SHOWN_RCS,
                        "probability": None,
                        "rings": [ring for ring in rings if len(ring) > 3],
                        "limits": limits,
                    }
                )
    return found


def up_to_ceiling(world: World, unit: int) -> tuple[float, ...]:
    """The highest height (m, a whole kilometer) above ``HEIGHTS`` at which a fire unit reaches anything, if there is
    one: with it the reach is drawn to its ceiling."""
    last = HEIGHTS[-1]
    top = max((last, *_reached(world, unit, HIGHER)))
    step = (HIGHER[0] - last) / STEPS
    top = max((top, *_reached(world, unit, tuple(top + step * k for k in range(1, STEPS)))))
    return (top,) if top > last else ()


def _reached(world: World, unit: int, heights: tuple[float, ...]) -> list[float]:
    """Those of some heights at which a fire unit reaches anything."""
    from openiads.reach.envelope import envelopes
    from openiads.reach.straight import Target

    around = np.arange(FEW) * (math.tau / FEW)
    arms = envelopes(world, Target(rcs=SHOWN_RCS), heights, unit=unit, azimuths=around, step=COARSE)
    return [h for n, h in enumerate(heights) if any(arm.farthest(n) > 0.0 for arm in arms.values())]


#: What flies, and what is said between the parties of what flies.
_OF_FLIGHTS = ("raid", "flight", "airway", "hotline", "zone")


def _with_published_limits(run: Run) -> World:
    """The run's world, built again without its flights if its magazines do not hold the published limits."""
    if run.scenario.model.limits == "published":
        return run.world
    mapping = run.scenario.mapping()
    bare: JsonObject = {kind: [] for kind in _OF_FLIGHTS if mapping.get(kind)}
    scenario = run.scenario.with_values({"model.limits": "published", **bare})
    return run.simulator.build(scenario, run.catalog, dict(run.identity.knobs) or None)
