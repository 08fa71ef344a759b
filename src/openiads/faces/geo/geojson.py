"""GeoJSON (RFC 7946): its grammar, and areas of a map in it.

Longitude, latitude (WGS-84 degrees), height (m); lines and rings are cut at the antimeridian, rings run
counterclockwise.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.faces.geo.areas import Area

Numbers = Sequence[float]


def feature(geometry: JsonObject | None, properties: JsonObject, id_: str | None = None) -> JsonObject:
    """A feature; properties that are nan become null."""
    plain = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in properties.items()}
    made = {"type": "Feature", "geometry": geometry, "properties": plain}
    return made if id_ is None else {"type": "Feature", "id": id_, **made}


def point(spot: Numbers) -> JsonObject:
    """A Point."""
    return {"type": "Point", "coordinates": list(spot)}


def line(spots: Sequence[Numbers]) -> JsonObject:
    """A LineString, or a MultiLineString where it crosses the antimeridian; one position alone is a Point."""
    if len(spots) == 1:
        return point(spots[0])
    pieces = cut([list(spot) for spot in spots])
    if len(pieces) == 1:
        return {"type": "LineString", "coordinates": pieces[0]}
    return {"type": "MultiLineString", "coordinates": pieces}


def polygon(ring: Sequence[Numbers]) -> JsonObject:
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


def cut(spots: list[list[float]]) -> list[list[list[float]]]:
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


def collection(found: Iterator[JsonObject], about: dict[str, str]) -> str:
    """A FeatureCollection, one feature a line; ``about`` becomes its member ``openiads``."""

    def plain(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    lines = ",\n".join(plain(each) for each in found)
    return f'{{"type":"FeatureCollection",\n"openiads":{plain(about)},\n"features":[\n{lines}\n]}}\n'


def areas(found: Iterable[Area]) -> bytes:
    """A collection of one feature an area, what is said of it before its outline, which is long."""
    features = [
        {
            "type": "Feature",
            "properties": dict(each.told),
            "geometry": point(each.point)
            if each.point is not None
            else {"type": "MultiPolygon", "coordinates": [list(rings) for rings in each.polygons]},
        }
        for each in found
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
