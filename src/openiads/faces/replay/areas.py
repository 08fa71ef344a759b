"""Zones, corridors and airways of a replay: their outlines on the ground, and which posts heard of a zone when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from openiads.earth.geodesy import direct, inverse, to_ecef
from openiads.faces.replay.land import around_path
from openiads.faces.words.text import clean
from openiads.scenario.deconfliction import HIGHEST, Zone
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.runs.run import Run
    from openiads.scenario.measures import Position

Floats = NDArray[np.float64]

#: Points on a leg, around a circle and around an end of a band, at most; m between points of a leg at least.
ON_LEG, ON_CIRCLE, ON_END, STEP = 48, 96, 17, 2_000.0
#: Share of half a width by which a point of an outline may lie inside the band.
INSIDE = 2e-3
HOUR = 3600.0  # s


def areas(run: Run, key: NDArray[np.void], middle: float) -> list[dict[str, Any]]:
    """What is declared in the sky of a run: zones, corridors, airways; empty if nothing is.

    Parameters
    ----------
    run : Run
    key : ndarray
        The replication's log (dtype EVENT), which tells who heard of a zone when.
    middle : float
        Longitude (degrees) that all others are told around.
    """
    scenario = run.scenario
    heard = _heard(run, key)
    found = [_zone(zone, heard[k], middle) for k, zone in enumerate(scenario.zones)]
    axes = {}
    for lane in scenario.corridors:
        axis = _axis([(p.latitude, p.longitude) for p in lane.points])
        axes[lane.name] = _told(axis, middle)
        told = _area("corridor", lane.name, lane.floor, lane.ceiling, [_told(band(axis, lane.width / 2.0), middle)])
        found.append(told | {"line": axes[lane.name]})
    for way in scenario.airways:
        told = _area("airway", way.name, min(way.levels), max(way.levels), [])
        told |= {"from": way.start or 0.0, "to": way.until, "line": axes.get(way.corridor, [])}
        found.append(told | {"flow": round(way.flow * HOUR, 3), "bothWays": way.both_ways})
    return found


def _area(kind: str, name: str, floor: float, ceiling: float, rings: list[list[list[float]]]) -> dict[str, Any]:
    """Heights are m above the sea; a floor under the sea and a ceiling without limit are None."""
    return {
        "kind": kind,
        "name": clean(name),
        "floor": floor if floor >= 0.0 else None,
        "ceiling": ceiling if ceiling < HIGHEST else None,
        "from": 0.0,
        "to": None,
        "rings": rings,
    }


def _zone(zone: Zone, heard: dict[str, float | None], middle: float) -> dict[str, Any]:
    axis: list[tuple[float, float]] = []
    if zone.at is not None and zone.radius is not None:
        ring = circle((zone.at.latitude, zone.at.longitude), zone.radius)
    elif zone.width is not None:
        axis = _axis([(p.latitude, p.longitude) for p in zone.route])
        ring = band(axis, zone.width / 2.0)
    else:
        ring = _axis(_closed(zone.area))
    told = _area(zone.kind.replace("_", " "), zone.name, zone.floor, zone.ceiling, [_told(ring, middle)])
    told |= {"from": zone.start, "to": zone.until}
    if axis:
        told["line"] = _told(axis, middle)
    if zone.over:
        told |= {"party": clean(zone.party or ""), "over": [clean(name) for name in zone.over], "sent": zone.sent}
    told["heard"] = [[name, round(time, 3)] for name, time in heard.items() if time is not None]
    told["unheard"] = [name for name, time in heard.items() if time is None]
    return told


def _heard(run: Run, key: NDArray[np.void]) -> list[dict[str, float | None]]:
    """For each zone when each command post heard of it; None of one that did not.

    What no line brings is known from a declared time on; what one brings is in the log.
    """
    rows, zones = run.world.rows["posts"], run.world.rows["zones"]
    posts = {row: clean(name) for row, name in enumerate(run.names["posts"]) if rows["alone"][row] == 0}
    found: list[dict[str, float | None]] = []
    notices = key[key["kind"] == Event.NOTICE]
    for k, zone in enumerate(run.scenario.zones):
        told: dict[str, float | None] = {}
        for row, name in posts.items():
            declared = zone.sent + float(zones["later"][k][row])
            mine = notices[(notices["code"] == k) & (notices["value"][:, 0] == row)]
            if zone.over:
                told[name] = float(mine["time"][0]) if len(mine) else None
            else:
                told[name] = declared if math.isfinite(declared) else None
        found.append(told)
    return found


def _closed(corners: Sequence[Position]) -> list[tuple[float, float]]:
    return [(p.latitude, p.longitude) for p in (*corners, corners[0])]


def _axis(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points (radians) along geodesics between others, near enough that a map's straight lines follow them."""
    out = [points[0]]
    for (lat, lon), (to_lat, to_lon) in zip(points, points[1:], strict=False):
        length, azimuth = inverse(lat, lon, to_lat, to_lon)
        steps = max(1, min(ON_LEG, math.ceil(length / STEP)))
        if steps > 1:
            lats, lons = direct(lat, lon, azimuth, length * np.arange(1, steps) / steps)
            out += zip(lats.tolist(), lons.tolist(), strict=True)
        out.append((to_lat, to_lon))
    return out


def circle(center: tuple[float, float], radius: float) -> list[tuple[float, float]]:
    """A circle about a point, closed; radians and m."""
    lats, lons = direct(*center, np.linspace(0.0, math.tau, ON_CIRCLE + 1), radius)
    return list(zip(lats.tolist(), lons.tolist(), strict=True))


def band(axis: Sequence[tuple[float, float]], half: float) -> list[tuple[float, float]]:
    """The outline of everything within half a width of a line, closed: one side, an end, the other side, an end.

    Points that lie within the band of another leg, on the inside of a bend, are left out.

    Parameters
    ----------
    axis : sequence of (latitude, longitude), radians
        Its points, near each other.
    half : float
        Half the width, m.
    """
    if len(axis) < 2 or all(point == axis[0] for point in axis):
        return circle(axis[0], half)
    rim: list[tuple[float, float]] = []
    for way in (axis, list(reversed(axis))):
        rim += _side(way, half)
    keep = _outside(np.array(rim), np.array(axis), half)
    ring = [point for point, kept in zip(rim, keep, strict=True) if kept]
    return [*ring, ring[0]]


def _side(axis: Sequence[tuple[float, float]], half: float) -> list[tuple[float, float]]:
    """Points at half a width to the left of a line, around its bends, and around its end to the right."""
    turns = []
    for here, there in zip(axis, axis[1:], strict=False):
        if here != there:
            ahead, back = inverse(*here, *there)[1], inverse(*there, *here)[1]
            turns.append((here, there, ahead, back + math.pi))
    found: list[tuple[tuple[float, float], float]] = []
    before: float | None = None
    for here, there, ahead, onward in turns:
        if before is not None:
            bend = (ahead - before + math.pi) % math.tau - math.pi
            found += [(here, before - math.pi / 2.0 + bend * k / 6.0) for k in range(1, 6)] if bend > 0.05 else []
        found += [(here, ahead - math.pi / 2.0), (there, onward - math.pi / 2.0)]
        before = onward
    last, onward = turns[-1][1], turns[-1][3]
    found += [(last, onward - math.pi / 2.0 + math.pi * k / (ON_END - 1)) for k in range(1, ON_END)]
    lats, lons = direct(
        np.array([at[0] for at, _ in found]),
        np.array([at[1] for at, _ in found]),
        np.array([a for _, a in found]),
        half,
    )
    return list(zip(lats.tolist(), lons.tolist(), strict=True))


def _outside(rim: Floats, axis: Floats, half: float) -> NDArray[np.bool_]:
    """Whether each point of an outline is half a width from the whole of a line."""
    points, line = _places(rim), _places(axis)
    start, leg = line[:-1], np.diff(line, axis=0)
    length = np.maximum((leg**2).sum(axis=1), 1.0)
    apart = points[:, None, :] - start[None, :, :]
    share = np.clip((apart * leg).sum(axis=2) / length, 0.0, 1.0)
    nearest = np.sqrt(((apart - share[:, :, None] * leg) ** 2).sum(axis=2)).min(axis=1)
    return np.asarray(nearest >= half * (1.0 - INSIDE))


def _places(points: Floats) -> Floats:
    return np.array([to_ecef(lat, lon, 0.0) for lat, lon in points.tolist()])


def _told(points: Sequence[tuple[float, float]], middle: float) -> list[list[float]]:
    """Longitudes and latitudes in degrees, without jumps."""
    lats, lons = (np.degrees([point[k] for point in points]) for k in (0, 1))
    return [[round(float(x), 5), round(float(y), 5)] for x, y in zip(around_path(lons, middle), lats, strict=True)]


def sent(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The notices that are sent over a line, as events of a replay."""
    return [
        {
            "t": round(float(each["sent"]), 3),
            "kind": "notice",
            **dict.fromkeys(("flight", "unit", "radar", "round", "track"), -1),
            "text": f"{each['party']} sends the notice of {each['name']} over {' and '.join(each['over'])}",
            "at": None,
        }
        for each in found
        if "sent" in each
    ]
