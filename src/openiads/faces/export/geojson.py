"""A replication as GeoJSON (RFC 7946): longitude, latitude (WGS-84 degrees), height (m); lines and rings are cut at
the antimeridian, rings run counterclockwise.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from openiads.earth.geodesy import direct
from openiads.faces.export.story import Engagement, Moment, Mover, Place, Spot, Story, rounded, word

#: Corners of the ring around an asset.
CORNERS = 48

Numbers = Sequence[float]

# ------------------------------------------------------------------ the grammar


def feature(geometry: dict[str, Any] | None, properties: dict[str, Any], id_: str | None = None) -> dict[str, Any]:
    """A feature; properties that are nan become null."""
    plain = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in properties.items()}
    made = {"type": "Feature", "geometry": geometry, "properties": plain}
    return made if id_ is None else {"type": "Feature", "id": id_, **made}


def point(spot: Numbers) -> dict[str, Any]:
    """A Point."""
    return {"type": "Point", "coordinates": list(spot)}


def line(spots: Sequence[Numbers]) -> dict[str, Any]:
    """A LineString, or a MultiLineString where it crosses the antimeridian; one position alone is a Point."""
    if len(spots) == 1:
        return point(spots[0])
    pieces = _cut([list(spot) for spot in spots])
    if len(pieces) == 1:
        return {"type": "LineString", "coordinates": pieces[0]}
    return {"type": "MultiLineString", "coordinates": pieces}


def polygon(ring: Sequence[Numbers]) -> dict[str, Any]:
    """A Polygon within a ring that goes around no pole, in any sense, open or closed; a MultiPolygon where it crosses
    the antimeridian."""
    corners = [list(spot) for spot in (ring[:-1] if list(ring[0]) == list(ring[-1]) else ring)]
    lon = np.unwrap([spot[0] for spot in corners], period=360.0)
    corners = [[float(x), *spot[1:]] for x, spot in zip(lon, corners, strict=True)]
    if _area(corners) < 0.0:
        corners.reverse()
    parts = []
    for turn in range(math.floor((lon.min() + 180.0) / 360.0), math.ceil((lon.max() + 180.0) / 360.0)):
        low = 360.0 * turn - 180.0
        part = _clipped(_clipped(corners, low, 1.0), low + 360.0, -1.0)
        if len(part) >= 3:
            shifted = [[spot[0] - 360.0 * turn, *spot[1:]] for spot in part]
            parts.append([[*shifted, shifted[0]]])
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _between(a: Numbers, b: Numbers, longitude: float) -> list[float]:
    """The position on a straight line at a longitude."""
    f = (longitude - a[0]) / (b[0] - a[0])
    return [longitude, *(p + f * (q - p) for p, q in zip(a[1:], b[1:], strict=True))]


def _cut(spots: list[list[float]]) -> list[list[list[float]]]:
    """A line in pieces that do not cross the antimeridian; it goes the short way round."""
    pieces = [[spots[0]]]
    for a, b in zip(spots, spots[1:], strict=False):
        if abs(b[0] - a[0]) > 180.0:
            edge = math.copysign(180.0, a[0])
            crossing = _between(a, [b[0] + 2.0 * edge, *b[1:]], edge) if a[0] != edge else a
            pieces[-1].append(crossing)
            pieces.append([[-edge, *crossing[1:]]])
        pieces[-1].append(b)
    return pieces if len(pieces) == 1 else [piece for piece in pieces if any(spot != piece[0] for spot in piece)]


def _area(corners: list[list[float]]) -> float:
    """Twice the area of a ring in degrees, positive if it runs counterclockwise."""
    after = [*corners[1:], corners[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, after, strict=True))


def _clipped(corners: list[list[float]], edge: float, sign: float) -> list[list[float]]:
    """The part of a ring on one side of a meridian (sign 1: to the east).  Source: Sutherland and Hodgman (1974)."""
    kept = []
    for a, b in zip(corners, [*corners[1:], *corners[:1]], strict=True):
        inside, next_inside = sign * (a[0] - edge) >= 0.0, sign * (b[0] - edge) >= 0.0
        if inside:
            kept.append(a)
        if inside != next_inside:
            kept.append(_between(a, b, edge))
    return kept


# ------------------------------------------------------------------ the features of a story


def _mover(mover: Mover) -> dict[str, Any]:
    spots = list(mover.spots())
    properties = {
        "kind": mover.kind,
        "name": mover.name,
        **mover.facts,
        "start_s": mover.start,
        "end_s": mover.end,
        "times_s": [time for time, _ in spots],
    }
    if mover.beliefs:
        properties["beliefs"] = [[time, word(belief)] for time, belief in mover.beliefs]
    return feature(line([spot for _, spot in spots]), properties, mover.id)


def _ring(place: Place) -> list[Spot]:
    """Corners of the circle around a place."""
    lon, lat, height = place.spot
    azimuths = np.linspace(0.0, -2.0 * math.pi, CORNERS, endpoint=False)
    lats, lons = direct(math.radians(lat), math.radians(lon), azimuths, np.full(CORNERS, place.radius))
    return [rounded((x, y, height)) for x, y in zip(np.degrees(lons).tolist(), np.degrees(lats).tolist(), strict=True)]


def _place(place: Place) -> Iterator[dict[str, Any]]:
    properties = {"kind": place.kind, "name": place.name, "radius_m": place.radius}
    yield feature(point(place.spot), properties, place.id)
    if place.radius and abs(place.spot[1]) < 89.0:
        yield feature(polygon(_ring(place)), {**properties, "kind": f"{place.kind} area"}, f"{place.id}/area")


def _engagement(one: Engagement) -> dict[str, Any]:
    ends = None if one.unit_at is None or one.target_at is None else line([one.unit_at, one.target_at])
    properties = {
        "kind": "engagement",
        "unit": one.unit,
        "flight": one.flight,
        "track": one.track,
        "assigned_s": one.assigned,
        "launched_s": one.launched,
        "intercepted_s": one.intercepted,
        "end_s": one.end,
        "rounds": one.rounds,
        "kills": one.kills,
        "assessed": one.verdict,
    }
    return feature(ends, properties, one.id)


def _moment(number: int, moment: Moment, spot: Spot) -> dict[str, Any]:
    properties = {"kind": "event", "event": moment.kind.name, "time_s": moment.time, "name": moment.words}
    return feature(point(spot), properties, f"event/{number}")


def features(story: Story) -> Iterator[dict[str, Any]]:
    """Every feature of a story."""
    for mover in story.picture:
        yield _mover(mover)
    for place in story.places:
        yield from _place(place)
    for one in story.engagements:
        yield _engagement(one)
    for number, moment, spot in story.marked:
        yield _moment(number, moment, spot)


def collection(found: Iterator[dict[str, Any]], about: dict[str, str]) -> str:
    """A FeatureCollection, one feature a line; ``about`` becomes its member ``openiads``."""

    def plain(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    lines = ",\n".join(plain(each) for each in found)
    return f'{{"type":"FeatureCollection",\n"openiads":{plain(about)},\n"features":[\n{lines}\n]}}\n'


def write(story: Story) -> bytes:
    """The file."""
    return collection(features(story), dict(story.about.rows())).encode()
