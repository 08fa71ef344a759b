"""Whose land or sea a place is, and the airports and airways of the region."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.earth import territory
from openiads.earth.terrain import levant


def at(lat: float, lon: float) -> int:
    return int(territory.labels(math.radians(lat), math.radians(lon)))


@pytest.mark.parametrize(
    ("lat", "lon", "country", "sea"),
    [
        (33.5, 36.3, "Syria", False),
        (35.17, 33.36, "Cyprus (island)", False),
        (33.9, 35.9, "Lebanon", False),
        (37.0, 37.3, "Turkey", False),
        (31.9, 35.95, "Jordan", False),
        (34.9, 35.8, "Syria", True),
        (33.9, 35.40, "Lebanon", True),
        (34.85, 33.70, "Cyprus (island)", True),
    ],
)
def test_known_places(lat: float, lon: float, country: str, sea: bool) -> None:
    wanted = territory.names().index(country) + 1 + (territory.SEA if sea else 0)
    assert at(lat, lon) == wanted


def test_the_open_sea_and_what_lies_beyond_the_map() -> None:
    assert at(34.0, 33.0) == territory.HIGH_SEA
    assert at(34.9, 35.55) == territory.HIGH_SEA
    assert at(40.5, 35.0) == at(34.0, 20.0) == territory.BEYOND


def test_labels_agree_with_the_packaged_coast() -> None:
    lat, lon = np.meshgrid(np.radians(np.linspace(30.0, 39.0, 91)), np.radians(np.linspace(29.0, 41.0, 121)))
    label = territory.labels(lat, lon)
    land = (label > territory.HIGH_SEA) & (label < territory.SEA)
    assert (land == levant().is_land(lat, lon)).mean() > 0.98  # the terrain counts the last 1.5 km of sea as land


def test_airports_lie_in_their_countries_and_near_their_elevations() -> None:
    ports = territory.airports()
    assert len(ports) >= 25 and len({port.icao for port in ports}) == len(ports)
    for port in ports:
        near = {at(port.lat + dy, port.lon + dx) for dy in (-0.02, 0.0, 0.02) for dx in (-0.02, 0.0, 0.02)}  # a border
        held = {territory.names()[label % territory.SEA - 1] for label in near if label != territory.HIGH_SEA}
        assert port.country in held, port  # is good to 1 to 2 km
        ground = float(levant().height(math.radians(port.lat), math.radians(port.lon)))
        assert abs(ground - port.elevation) < 250.0, port


def test_airways_join_airports_of_the_list() -> None:
    ways = territory.airways()
    assert len({way.name for way in ways}) == len(ways) >= 10
    for way in ways:
        assert way.start != way.end
        assert 3000.0 <= way.height <= 13_000.0
