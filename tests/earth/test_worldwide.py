"""The packaged world: heights, coast and what is not known, anywhere on earth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth import shorelines, territory, worldwide
from openiads.earth.terrain import levant

WORLD = worldwide.world("sea")


def height(lat: float, lon: float) -> float:
    return float(WORLD.height(math.radians(lat), math.radians(lon)))


def land(lat: float, lon: float) -> bool:
    return bool(shorelines.within(np.array([lat]), np.array([lon]))[0, 0])


@pytest.mark.parametrize(
    ("lat", "lon", "wanted"),
    [
        (48.8, 2.3, True),
        (64.5, -20.0, True),
        (65.6, -18.5, True),  # north of where Russia crosses 180 degrees
        (-16.6, 179.2, True),  # west of 180
        (-16.85, -179.98, True),  # an island cut by it
        (66.5, -179.0, True),  # Chukotka, east of 180
        (71.2, 179.9, True),  # Wrangel, on both sides
        (25.0, 121.5, True),
        (-33.5, 150.0, True),
        (-89.5, 10.0, True),  # the south pole is land, the north pole sea
        (89.5, 10.0, False),
        (24.5, 119.5, False),
        (-16.0, -170.0, False),
        (30.0, -40.0, False),
        (42.0, 51.0, False),  # the Caspian
    ],
)
def test_land_and_sea_anywhere(lat: float, lon: float, wanted: bool) -> None:
    assert land(lat, lon) == wanted
    assert land(lat, lon + 360.0) == wanted


def test_the_share_of_land_is_the_earths() -> None:
    """29.2 percent of the earth is land (CIA World Factbook); here ice shelves and the Caspian are sea."""
    found, whole = 0.0, 0.0
    lons = -180.0 + (np.arange(720) + 0.5) / 2.0
    for south in range(-90, 90, 5):
        lats = south + (np.arange(10) + 0.5) / 2.0
        weight = np.cos(np.radians(lats))[:, None]
        found += float((shorelines.within(lats, lons) * weight).sum())
        whole += float(weight.sum()) * len(lons)
    assert found / whole == pytest.approx(0.288, abs=0.003)


def test_heights_are_near_the_elevations_of_airports() -> None:
    """As the licenses and the documentation say: 45 m in the mean, 16 m in the middle, of all; a sample here."""
    some = [port for port in territory.world_airports() if port.elevation != 0.0 and -60.0 < port.lat < 75.0]
    chosen = np.random.default_rng(1).choice(len(some), 400, replace=False)
    off = np.array([height(some[k].lat, some[k].lon) - some[k].elevation for k in chosen])
    assert 30.0 < np.abs(off).mean() < 60.0
    assert np.median(np.abs(off)) < 20.0
    assert 0.0 < off.mean() < 30.0


def test_straightened_longitudes_beat_those_of_the_source() -> None:
    """The source is stretched by 0.007 cells a degree of longitude: putting the stretch back makes airports worse."""
    ports = [port for port in territory.world_airports() if abs(port.lon) > 90.0 and 25.0 < port.lat < 60.0]
    ports = [port for port in ports if port.elevation > 200.0]
    lat, lon, high = (np.array([getattr(p, key) for p in ports]) for key in ("lat", "lon", "elevation"))
    straight = np.abs(worldwide.mean_height(lat, lon) - high).mean()
    stretched = np.abs(worldwide.mean_height(lat, lon + 0.007 * lon / 12.0) - high).mean()
    assert len(ports) > 500
    assert straight < 0.85 * stretched


#: Published heights of summits (m).
SUMMITS = {
    "Mauna Kea": (19.82, -155.47, 4207),
    "Rainier": (46.85, -121.76, 4392),
    "Teide": (28.27, -16.64, 3715),
    "Kilimanjaro": (-3.07, 37.36, 5895),
    "Fuji": (35.36, 138.73, 3776),
    "Taranaki": (-39.30, 174.06, 2518),
    "Everest": (27.988, 86.925, 8849),
    "Kinabalu": (6.07, 116.56, 4095),
}


def test_summits_stand_at_the_share_of_their_height_that_every_map_says() -> None:
    shares = []
    for lat, lon, high in SUMMITS.values():
        y, x = np.meshgrid(np.linspace(lat - 0.1, lat + 0.1, 25), np.linspace(lon - 0.1, lon + 0.1, 25))
        shares.append(float(WORLD.height(np.radians(y), np.radians(x)).max()) / high)
    assert 0.4 < float(np.median(shares)) < 0.7, shares
    assert min(shares) > 0.3 and max(shares) < 0.8, shares
    assert "0.4-0.7" in WORLD.bias and "optimistic for the defense" in WORLD.bias


def test_the_levant_is_there_too_and_agrees_with_its_own_grid() -> None:
    lat, lon = np.radians(np.linspace(31.0, 38.5, 60))[:, None], np.radians(np.linspace(33.0, 41.0, 60))[None, :]
    other = levant(0.0, "sea").height(lat, lon)
    assert np.abs(WORLD.height(lat, lon) - other).mean() < 45.0
    assert (WORLD.is_land(lat, lon) == levant(0.0, "sea").is_land(lat, lon)).mean() > 0.99


@pytest.mark.parametrize("lat", [-16.7, 51.5, 67.0, 71.2, -78.0])
def test_heights_go_on_across_180_degrees(lat: float) -> None:
    lons = np.linspace(179.9, 180.1, 201)
    far = WORLD.height(np.radians(np.full(201, lat)), np.radians(lons))
    near = WORLD.height(np.radians(np.full(201, lat)), np.radians((lons + 180.0) % 360.0 - 180.0))
    assert np.abs(far - near).max() < 1e-6
    assert np.abs(np.diff(far)).max() < 25.0, "no step at 180"


def test_tiles_join() -> None:
    lat = np.radians(np.linspace(64.98, 65.02, 401))
    found = WORLD.height(lat, np.full(401, np.radians(-18.3)))
    assert np.abs(np.diff(found)).max() < 10.0
    lon = np.radians(np.linspace(119.98, 120.02, 401))
    assert np.abs(np.diff(WORLD.height(np.full(401, np.radians(30.2)), lon))).max() < 10.0


def test_poles_and_the_open_sea_have_heights() -> None:
    assert height(90.0, 0.0) == height(89.9, 77.0) == 0.0
    assert height(30.0, -40.0) == height(86.0, 100.0) == height(0.0, -179.999) == 0.0
    assert bool(WORLD.covers(math.radians(88.0), 0.0))


@pytest.mark.parametrize(
    ("lat", "lon"), [(72.6, -38.5), (66.0, -45.0), (78.0, -45.0), (-86.0, 0.0), (-90.0, 0.0), (-69.0, 80.0)]
)
def test_wrong_ice_is_refused_or_told(lat: float, lon: float) -> None:
    at = math.radians(lat), math.radians(lon)
    assert not bool(WORLD.covers(*at))
    assert float(WORLD.height(*at)) == 0.0
    with pytest.raises(InputError, match="ice of Greenland and Antarctica") as told:
        worldwide.world().height(*at)
    assert "on_missing" in told.value.remedy


def test_what_is_near_wrong_ice_is_known() -> None:
    for lat, lon in ((64.18, -51.69), (67.01, -50.71), (76.53, -68.70), (-64.2, -56.6), (-77.8, 166.7), (-75.1, 123.3)):
        assert bool(WORLD.covers(math.radians(lat), math.radians(lon))), (lat, lon)
    assert height(-75.1, 123.3) == pytest.approx(3233.0, abs=80.0)  # Dome C


def test_no_sea_floor_and_the_basins_kept() -> None:
    assert height(31.5, 35.45) < -250.0  # by the Dead Sea
    assert height(36.25, -116.85) < 150.0
    grid = worldwide._heights().around(0, worldwide.ROWS - 1)
    deep = np.argwhere(grid[:, 1:-1] < 0)
    lats, lons = 90.0 - (deep[:, 0] + 0.5) / 12.0, (deep[:, 1] + 0.5) / 12.0 - 180.0
    assert len(deep) > 100
    assert not ((lats > 45.0) | (lats < -51.0)).any()
    assert not ((lons > -60.0) & (lons < 0.0)).any()


def test_the_ground_falls_to_the_sea_at_the_shore() -> None:
    lat, lon = np.meshgrid(np.linspace(63.0, 66.6, 150), np.linspace(-24.5, -13.5, 200), indexing="ij")
    far = worldwide.inland(lat, lon)
    found = WORLD.height(np.radians(lat), np.radians(lon))
    assert (found[far <= 0.0] == 0.0).all()
    assert found[far > 7500.0].mean() > 300.0
    assert (WORLD.is_land(np.radians(lat), np.radians(lon)) == (far > -1500.0)).all()


def test_distances_to_the_shore_are_those_of_geometry() -> None:
    """A straight shore along a meridian, at several latitudes."""
    for south in (0.0, 60.0, 80.0):
        lats = south + (np.arange(40) + 0.5) / 120.0
        columns = np.arange(600) < 300
        found = shorelines.shore_distance(np.tile(columns, (40, 1)), lats, 1.0 / 120.0, 8000.0)
        cell = shorelines.METERS_PER_DEGREE / 120.0
        across = np.cos(np.radians(lats)) * cell
        assert found[20, 295] == pytest.approx(min(5.0 * across[20] - 0.5 * cell, 8000.0), abs=cell)
        assert found[20, 310] == pytest.approx(-min(11.0 * across[20] - 0.5 * cell, 8000.0), abs=cell)
        assert np.all(np.diff(found[20]) <= 1e-9)


def test_lines_of_a_window_across_180_lie_in_it() -> None:
    found = shorelines.lines("coast", -17.5, -16.0, 178.5, 181.5)
    inside = [line[(line[:, 0] > 178.5) & (line[:, 0] < 181.5)] for line in found]
    assert sum(len(line) for line in inside) > 200
    assert any((line[:, 0] > 180.0).any() for line in inside)
    assert any((line[:, 0] < 180.0).any() for line in inside)
    for line in found:
        assert np.abs(np.diff(line[:, 0])).max(initial=0.0) < 5.0
        on = np.abs(line[:, 0] - 180.0) < 1e-3
        assert not (on[:-1] & on[1:]).any(), "an island cut at 180 shows no line there"
    west = shorelines.lines("coast", -17.5, -16.0, -181.5, -178.5)
    assert sum(map(len, west)) == sum(map(len, found))


def test_borders_are_between_two_countries() -> None:
    found = shorelines.lines("border", 47.0, 50.0, 5.0, 9.0)
    assert sum(map(len, found)) > 100
    middle = np.concatenate(found)
    near = [land(float(y), float(x)) for x, y in middle[::40] if 47.2 < y < 49.8 and 5.2 < x < 8.8]
    assert np.mean(near) > 0.95


def test_a_choice_that_is_none_and_a_place_that_is_none_are_told() -> None:
    with pytest.raises(InputError, match="not a choice"):
        worldwide.world("ground")
    with pytest.raises(InputError, match="finite"):
        WORLD.height(math.nan, 0.0)


def test_which_packaged_ground_holds_some_places() -> None:
    here, there = (math.radians(35.0), math.radians(36.0)), (math.radians(25.0), math.radians(121.0))
    assert worldwide.packaged_source([here]) == worldwide.packaged_source([]) == "levant"
    assert worldwide.packaged_source([there]) == worldwide.packaged_source([here, there]) == "world"
