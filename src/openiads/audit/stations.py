"""Laws of early-warning sensors: seen only on station, from where the orbit is, above its horizon and over the ground.

Where a sensor is follows from what the scenario declares (`audit.orbits`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from openiads.audit.motion import Violation
from openiads.audit.orbits import Station, stations
from openiads.audit.places import clearance
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.world.build import World

#: m, by which a place may be missed, and by which the ground's edge.
NEAR, UNDER = 600.0, 150.0


def audit_stations(
    replication: int, events: np.ndarray, of: list[Station | None], limits: Mapping[str, object]
) -> list[Violation]:
    """Every detection of a sensor that is not there, or below its horizon, in one log.

    limits : with ``earth_radius`` (m, effective) and ``mask_open``, as `audit.limits` says
    """
    found: list[Violation] = []
    seen = events[np.isin(events["kind"], (Event.LOOK, Event.DETECT)) & (events["code"] == 1)]
    down = events[(events["kind"] == Event.ELEMENT_DOWN) & (events["time"] <= 0.0)]
    for r, station in enumerate(of):
        mine = seen[seen["radar"] == r]
        if station is None or not len(mine):
            continue
        times = mine["time"]
        away = (times < station.comes - 1e-6) | (times > station.leaves + 1e-6) | bool((down["radar"] == r).any())
        found += _told("on station", replication, station, mine[away], "detects while it is not on station")
        if station.blind and station.carrier == "aircraft":
            found += _told("blind in turns", replication, station, mine[station.turning(times)], "detects in a turn")
        earth = limits.get("earth_radius")
        if isinstance(earth, float) and not limits.get("mask_open") and station.altitude is not None:
            reach = _horizon(station.altitude, earth) + _horizon(np.maximum(mine["value"][:, 5], 0.0), earth)
            beyond = mine["value"][:, 0] > 1.005 * reach + NEAR
            found += _told("within its horizon", replication, station, mine[beyond], "detects beyond its horizon")
    return found


def _horizon(height: float | np.ndarray, earth: float) -> float | np.ndarray:
    return np.sqrt(2.0 * earth * height + np.square(height))


def _told(name: str, replication: int, station: Station, rows: np.ndarray, what: str) -> list[Violation]:
    return [
        Violation(name, replication, float(e["time"]), f"{station.name} {what}: flight {int(e['flight'])}")
        for e in rows
    ]


def behind_ground(world: World, replication: int, events: np.ndarray) -> list[Violation]:
    """First detections of moving sensors of a recorded replication that the ground hides, by a profile of its own."""
    if world.scenario.model.diffraction:
        return []
    found: list[Violation] = []
    earth = float(world.rows["situation"][0]["earth_radius"])
    of = stations(world.scenario.mapping(), world.names.radars)
    states = events[events["kind"] == Event.FLIGHT_STATE]
    for e in events[(events["kind"] == Event.DETECT) & (events["radar"] >= 0)]:
        station = of[int(e["radar"])]
        path = states[states["flight"] == e["flight"]]
        if station is None or station.altitude is None or len(path) < 2:
            continue
        here = station.at(np.array([float(e["time"])]))[0]
        there = np.array([np.interp(float(e["time"]), path["time"], path["value"][:, k]) for k in range(3)])
        least = clearance(world, here, there, earth)
        if least < -UNDER:
            said = f"{station.name} detects flight {int(e['flight'])} {-least:.0f} m under the edge of the ground"
            found.append(Violation("over the ground", replication, float(e["time"]), said))
    return found
