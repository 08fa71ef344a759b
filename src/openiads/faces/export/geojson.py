"""A replication as GeoJSON, which geographic information systems read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from openiads.earth.geodesy import direct
from openiads.faces.export.story import Engagement, Moment, Mover, Place, Spot, Story, rounded, word
from openiads.faces.geo.geojson import collection, feature, line, point, polygon

#: Corners of the ring around an asset.
CORNERS = 48


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


def write(story: Story) -> bytes:
    """The file."""
    return collection(features(story), dict(story.about.rows())).encode()
