"""Which packaged ground a scenario stands on when it names none, and what is said of it."""

from __future__ import annotations

import math

import pytest

from openiads.base.errors import InputError, InputErrors
from openiads.reach.scenes import ground_of
from openiads.scenario.load import Scenario, loads, warnings_of

TEXT = """
format = 1
name = "somewhere"
duration = "300 s"

[[asset]]
name = "Port"
at = "{asset}"
radius = "500 m"

[[site]]
name = "Guard"
system = "s300pmu2"
at = "{site}"
facing = "270 deg"
defends = ["Port"]

[[raid]]
name = "Low"
threat = "tomahawk"
target = "Port"
count = 1
origin = "{asset}"
agl = "50 m"
"""
SYRIA, ICELAND, TAVEUNI = "34.92 N 35.90 E", "64.0 N 22.6 W", "16.75 S 179.95 W"


def scenario(site: str, asset: str | None = None, terrain: str = "") -> Scenario:
    text = TEXT.format(site=site, asset=asset or site)
    return loads(text + (f"\n[terrain]\n{terrain}\n" if terrain else ""))


@pytest.mark.parametrize(
    ("site", "asset", "source"),
    [(SYRIA, SYRIA, "levant"), (ICELAND, ICELAND, "world"), (TAVEUNI, TAVEUNI, "world"), (SYRIA, ICELAND, "world")],
)
def test_the_world_is_the_default_outside_the_levant(site: str, asset: str, source: str) -> None:
    assert scenario(site, asset).terrain.source == source
    assert scenario(site, asset, 'on_missing = "sea"').terrain.source == source
    assert scenario(site, asset, 'source = "flat"').terrain.source == "flat"


def test_a_scenario_that_was_written_out_is_the_same_scenario() -> None:
    found = scenario(TAVEUNI)
    assert loads(found.toml()) == found
    assert 'source = "world"' in found.toml()


def test_a_site_in_the_sea_of_the_world_is_refused() -> None:
    with pytest.raises(InputErrors, match=r"in the sea\. Move the site onto land"):
        scenario("16.0 S 178.0 W")


def test_a_site_on_ice_without_heights_is_refused() -> None:
    with pytest.raises(InputErrors, match="ice of Greenland and Antarctica"):
        scenario("72.6 N 38.5 W")


def test_a_ship_stands_in_the_sea_of_the_world_and_not_inland() -> None:
    ship = TEXT.replace('system = "s300pmu2"\n', 'system = "s300f"\n')
    loads(ship.format(site="16.0 S 178.0 W", asset=TAVEUNI))
    with pytest.raises(InputErrors, match="a ship on land"):
        loads(ship.format(site="65.0 N 18.0 W", asset=ICELAND))


def test_the_bias_of_the_world_is_told_as_a_warning() -> None:
    assert any("optimistic for the defense" in line for line in warnings_of(scenario(ICELAND)))
    assert not any("optimistic" in line for line in warnings_of(scenario(SYRIA)))
    assert not any("optimistic" in line for line in warnings_of(scenario(ICELAND, terrain='source = "flat"')))


def test_a_unit_without_a_scenario_stands_on_the_packaged_ground_of_its_place() -> None:
    def ground(lat: float, lon: float) -> object:
        return ground_of((math.radians(lat), math.radians(lon)))["source"]

    assert ground(34.92, 35.90) == "levant"
    assert ground(35.2, 24.9) == ground(64.0, -22.6) == ground(-16.75, -179.95) == "world"
    for lat, lon, told in ((35.0, 22.0, "in the sea"), (72.6, -38.5, "ice of Greenland")):
        with pytest.raises(InputError, match=told) as found:
            ground(lat, lon)
        assert "--dem" in found.value.remedy
