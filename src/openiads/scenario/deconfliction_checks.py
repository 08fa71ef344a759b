"""What must hold of hotlines, zones and origins beside the rest of a scenario, and what of them may not be meant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from openiads.base.jsonable import Json, JsonObject
from openiads.base.units import QuantityError, position
from openiads.base.words import listed, nearest

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

Loc = tuple[str | int, ...]
Problem = tuple[Loc, Json, str, str]  # as in `scenario.checks`
Plane = tuple[float, float]

AHEAD = 0.1  # cosine of the farthest corner from the middle of an area: some 9,000 km


def deconfliction_problems(mapping: Mapping[str, Json]) -> Iterator[Problem]:
    """Everything in hotlines and zones of a raw scenario mapping that single fields cannot show."""
    rows = [row for kind in ("site", "raid", "flight") for row in _tables(mapping, kind)]
    parties = {str(row["party"]) for row in rows if "party" in row}
    posts = [str(row.get("name")) for kind in ("site", "command") for row in _tables(mapping, kind)]
    lines = {str(row.get("name")): row for row in _tables(mapping, "hotline")}
    for i, row in enumerate(_tables(mapping, "hotline")):
        for k, party in enumerate(_texts(row.get("between"))):
            yield from _dangling(("hotline", i, "between", k), party, sorted(parties), "party")
    for i, row in enumerate(_tables(mapping, "zone")):
        loc: Loc = ("zone", i)
        for key in ("late", "never"):
            for k, name in enumerate(_texts(row.get(key))):
                yield from _dangling((*loc, key, name if key == "late" else k), name, posts, "site or command")
        whose = row.get("party")
        for k, name in enumerate(_texts(row.get("over"))):
            yield from _dangling((*loc, "over", k), name, list(lines), "hotline")
            ends = _texts(lines.get(name, {}).get("between"))
            if name in lines and isinstance(whose, str) and whose not in ends:
                reason = f"{whose} is at neither end of {name}"
                yield (*loc, "party"), whose, reason, f"Ends of the line: {listed(ends)}."
        corners = _places(row.get("area"))
        if len(corners) >= 3 and crosses_itself(corners):
            remedy = "Give the corners in order around it, none of them twice, less than half the earth apart."
            yield (*loc, "area"), None, "inside out: its edges cross", remedy


def _tables(mapping: Mapping[str, Json], kind: str) -> list[JsonObject]:
    rows = mapping.get(kind, [])
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple | dict) else []


def _places(value: object) -> list[Plane]:
    found = []
    for text in _texts(value):
        try:
            found.append(position(text))
        except QuantityError:
            return []  # it has been told
    return found


def _dangling(loc: Loc, name: str, names: Sequence[str], what: str) -> Iterator[Problem]:
    if name not in names:
        yield loc, name, f"no {what} of that name", f"{nearest(name, list(names))}Names: {listed(list(names))}"


def middle(corners: Sequence[Plane]) -> tuple[float, float, float]:
    """Unit vector through the middle of some places (rad, latitude and longitude), 0 where they have none."""
    sums = [0.0, 0.0, 0.0]
    for lat, lon in corners:
        sums[0] += math.cos(lat) * math.cos(lon)
        sums[1] += math.cos(lat) * math.sin(lon)
        sums[2] += math.sin(lat)
    length = math.sqrt(sum(s * s for s in sums))
    return (sums[0] / length, sums[1] / length, sums[2] / length) if length > 1e-9 else (0.0, 0.0, 0.0)


def crosses_itself(corners: Sequence[Plane]) -> bool:
    """Whether the great circles between places in order (rad) cross one another, or have no plane that shows them all.

    Great circles are straight in the gnomonic projection about the middle, across 180 degrees too.
    """
    up = middle(corners)
    east = (-up[1], up[0], 0.0) if math.hypot(up[0], up[1]) > 1e-9 else (1.0, 0.0, 0.0)
    size = math.hypot(east[0], east[1])
    east = (east[0] / size, east[1] / size, 0.0)
    north = (-up[2] * east[1], up[2] * east[0], up[0] * east[1] - up[1] * east[0])
    flat = []
    for lat, lon in corners:
        v = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
        ahead = sum(a * b for a, b in zip(v, up, strict=True))
        if ahead < AHEAD:
            return True
        x, y = (sum(a * b for a, b in zip(v, axis, strict=True)) / ahead for axis in (east, north))
        flat.append((x, y))
    edges = [(flat[k], flat[(k + 1) % len(flat)]) for k in range(len(flat))]
    if any(a == b for a, b in edges) or abs(_doubled_area(flat)) < 1e-12:
        return True
    for m, n in combinations(range(len(edges)), 2):
        neighbors = n - m in (1, len(edges) - 1)
        if not neighbors and _cross(*edges[m], *edges[n]):
            return True
    return False


def _doubled_area(flat: Sequence[Plane]) -> float:
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(flat, [*flat[1:], flat[0]], strict=True))


def _cross(a: Plane, b: Plane, c: Plane, d: Plane) -> bool:
    """Whether two segments of a plane have a point in common."""

    def turn(p: Plane, q: Plane, r: Plane) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) <= 0.0 and turn(c, d, a) * turn(c, d, b) <= 0.0


def doubtful_plans(scenario: Scenario) -> Iterator[str]:
    """A line for each plan that contradicts its flight, corridors that share air, and zones that do nothing."""
    from openiads.earth.geodesy import inverse

    corridors = {corridor.name: corridor for corridor in scenario.corridors}
    for flight in scenario.flights:
        if flight.corridor is None:
            continue
        told = f'flight "{flight.name}" names corridor "{flight.corridor}"'
        if not flight.flight_plan:
            yield f"{told} without flight_plan = true: no post holds a plan of it"
        corridor = corridors[flight.corridor]
        if flight.altitude is not None and not corridor.floor <= flight.altitude <= corridor.ceiling:
            yield f"{told}, but flies above or below it"
    for first, second in combinations(scenario.corridors, 2):
        apart = min(
            float(inverse(a.latitude, a.longitude, b.latitude, b.longitude)[0])
            for a in first.points
            for b in second.points
        )
        if apart < (first.width + second.width) / 2.0 and first.floor < second.ceiling and second.floor < first.ceiling:
            yield (
                f'corridors "{first.name}" and "{second.name}" share air: '
                "a flight in both is in a corridor once, whichever its plan names"
            )
    for zone in scenario.zones:
        if zone.start > scenario.duration or zone.sent > scenario.duration:
            yield f'zone "{zone.name}" comes after the end of the run'
        if zone.until is not None and zone.sent >= zone.until:
            yield f'zone "{zone.name}" is sent when it is over: nobody knows of it in time'
