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


def test_the_open_sea() -> None:
    assert at(34.0, 33.0) == territory.HIGH_SEA
    assert at(34.9, 35.55) == territory.HIGH_SEA


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


@pytest.mark.parametrize(
    ("lat", "lon", "country", "sea"),
    [
        (40.5, 35.0, "Turkey", False),
        (64.5, -20.0, "Iceland", False),
        (25.0, 121.5, "Taiwan", False),
        (60.0, 25.0, "Finland", True),
        (-16.6, 179.2, "Fiji", False),
        (-16.9, -179.97, "Fiji", False),
        (-16.75, -179.75, "Fiji", True),
        (67.0, 179.9, "Russia", False),
        (67.0, -179.9, "Russia", False),
        (-88.0, 0.0, "Antarctica", False),
        (48.0, 68.0, "Kazakhstan", False),  # a tile that one country holds whole
    ],
)
def test_known_places_of_the_world(lat: float, lon: float, country: str, sea: bool) -> None:
    wanted = territory.names().index(country) + 1 + (territory.SEA if sea else 0)
    assert at(lat, lon) == at(lat, lon + 360.0) == at(lat, lon - 360.0) == wanted


def test_the_high_sea_of_the_world() -> None:
    for lat, lon in ((34.0, 20.0), (24.4, 119.4), (30.0, -40.0), (89.0, 0.0), (-16.0, -178.0)):
        assert at(lat, lon) == territory.HIGH_SEA, (lat, lon)


def test_the_packaged_lattice_and_tiles_made_on_demand_agree() -> None:
    """Two ways to the same rule: cells of 30 and of 60 seconds, nearest coasts by a tree and by rows."""
    lats, lons = np.linspace(29.5, 39.5, 60), np.linspace(28.5, 41.5, 80)
    packed = territory.labels(np.radians(lats)[:, None], np.radians(lons)[None, :])
    made = np.zeros_like(packed)
    for i, lat in enumerate(lats):
        for j, lon in enumerate(lons):
            south, west = int(lat // 5), int(lon // 5)
            made[i, j] = territory._tile(south, west)[int((lat - 5 * south) * 60), int((lon - 5 * west) * 60)]
    assert (packed == made).mean() > 0.985


def test_airports_about_a_place_are_the_nearest() -> None:
    reykjavik = math.radians(64.13), math.radians(-21.94)
    found = territory.airports_about([reykjavik], most=5)
    assert found[0].icao == "BIRK" and len(found) == 5
    assert territory.airports_about([(math.radians(35.0), math.radians(36.0))]) == territory.airports()
    across = [port.icao for port in territory.airports_about([(math.radians(-16.8), math.radians(-179.95))], most=8)]
    assert "NFNM" in across and "NFNS" in across  # Matei, east of 180 degrees, and Savusavu, west of it


def test_airports_of_a_window_across_180() -> None:
    found = {port.icao: lon for port, lon in territory.airports_in(-18.0, -16.0, 178.0, 182.0)}
    assert found["NFNS"] < 180.0 < found["NFNM"]


def test_airports_of_the_world_lie_on_land_at_heights_of_the_earth() -> None:
    ports = territory.world_airports()
    assert len(ports) > 7000 and len({port.icao for port in ports}) == len(ports)
    assert all(-90.0 <= p.lat <= 90.0 and -180.0 <= p.lon <= 180.0 and -450.0 < p.elevation < 5000.0 for p in ports)
