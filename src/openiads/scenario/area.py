"""The ground that a scenario can touch: what its radars look over, and what lies below its ways.

It is taken wide, from positions and published ranges alone, so that the tiles of a library can be picked, and a
scenario's identity told, before anything is built.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from openiads.catalog.records import Catalog

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario
    from openiads.scenario.measures import Position
    from openiads.scenario.model import Site

METERS = 111_195.0  # of a degree
BESIDE = 30_000.0  # m aside of a way
LEG = 60_000.0  # m between the places of a way around which boxes are laid
BEYOND = 1.05  # of a radar's range
MOST_BOXES = 400  # of one way

Box = tuple[float, float, float, float]  # south, west, north, east, degrees; east may lie beyond 180


def boxes(scenario: Scenario, known: Catalog) -> tuple[Box, ...]:
    """Boxes (degrees) that hold all ground that a scenario can touch, each once.

    Parameters
    ----------
    scenario : Scenario
    known : Catalog
        What it runs with.
    """
    return tuple(dict.fromkeys(_boxes(scenario, known)))


def _boxes(scenario: Scenario, known: Catalog) -> Iterator[Box]:
    from openiads.scenario.aerodromes import aerodrome_of
    from openiads.scenario.measures import Position

    for site in scenario.sites:
        sailed = 0.0 if site.speed is None else site.speed * scenario.duration
        yield around(site.at, BEYOND * farthest(site, known) + sailed + BESIDE)
    for sensor in scenario.early_warnings:
        if sensor.radar in known:
            reaches = known[sensor.radar].values["instrumented_range"]
            farther = BEYOND * max(reaches.si, reaches.si_high) + sensor.roams(scenario.duration) + BESIDE
            yield around(sensor.begins, farther)
    for asset in scenario.assets:
        yield around(asset.at, BESIDE)
    aims = {asset.name: asset.at for asset in scenario.assets}
    for raid in scenario.raids:
        end = aims.get(raid.target or "", raid.aim)
        aimed = [end] if end is not None else [site.at for site in scenario.sites]
        start = list(raid.route) or [raid.begins]
        for aim in aimed:
            yield from along([*start, aim])
    for flight in scenario.flights:
        yield from along(flight.route)
    ways = {corridor.name: corridor.points for corridor in scenario.corridors}
    for airway in scenario.airways:
        for text, near in ((airway.climbs_from, 0), (airway.descends_to, -1)):
            port = None if text is None else aerodrome_of(text)
            if port is not None:
                yield from along([Position(port.latitude, port.longitude), ways[airway.corridor][near]])
    used = {airway.corridor for airway in scenario.airways}
    for corridor in scenario.corridors:
        if corridor.name in used:
            yield from along(corridor.points)


def farthest(site: Site, known: Catalog) -> float:
    """The longest range (m) of any radar that a site may have."""
    system = known[site.system]
    names = {*system.lists.get("surveillance", ()), *system.lists.get("low_altitude_choices", ())}
    names |= {system.text[key] for key in ("low_altitude", "engagement_radar") if system.text.get(key)}
    names |= {site.low_altitude} if site.low_altitude else set()
    ranges = [known[name].values["instrumented_range"] for name in names if name in known]
    return max((max(each.si, each.si_high) for each in ranges), default=0.0)


def around(at: Position, reach: float) -> Box:
    """A box that holds a circle (m) around a place."""
    lat, lon = math.degrees(at.latitude), math.degrees(at.longitude)
    high = reach / METERS
    south, north = lat - high, lat + high
    top = max(abs(south), abs(north))
    if top >= 90.0:
        return max(south, -90.0), -180.0, min(north, 90.0), 180.0
    wide = math.degrees(math.asin(min(math.sin(math.radians(min(high, 90.0))) / math.cos(math.radians(lat)), 1.0)))
    return south, lon - wide, north, lon + wide


def along(places: Sequence[Position]) -> Iterator[Box]:
    """Boxes along great circles between places."""
    from openiads.earth.geodesy import direct, inverse
    from openiads.scenario.measures import Position

    yield around(places[0], BESIDE)
    for first, last in zip(places, places[1:], strict=False):
        length, azimuth = inverse(first.latitude, first.longitude, last.latitude, last.longitude)[:2]
        count = min(max(math.ceil(length / LEG), 1), MOST_BOXES)
        for k in range(1, count + 1):
            lat, lon = direct(first.latitude, first.longitude, azimuth, length * k / count)
            yield around(Position(latitude=float(lat), longitude=float(lon)), BESIDE + length / count)
