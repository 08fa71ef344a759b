"""Early-warning entries of a scenario: what is refused, with line, reason and remedy."""

from __future__ import annotations

import pytest

from openiads.base.errors import InputError, InputErrors
from openiads.scenario.load import loads

BASE = """format = 1
name = "warned"
duration = "600 s"

[terrain]
source = "levant"

[[asset]]
name = "Port"
at = "34.90 N 35.88 E"
radius = "500 m"

[[site]]
name = "Tartus"
system = "s300pmu2"
at = "34.92 N 35.90 E"
facing = "270 deg"
defends = ["Port"]

[[early_warning]]
name = "Overwatch"
radar = "a50_shmel"
reports_to = "Tartus"
orbit = ["35.5 N 35.0 E", "36.0 N 35.0 E"]
altitude = "9 km"
speed = "170 m/s"
"""


def changed(*pairs: tuple[str, str]) -> str:
    text = BASE
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def told(text: str) -> list[str]:
    with pytest.raises((InputError, InputErrors)) as caught:
        loads(text, "warned.toml")
    return str(caught.value).splitlines()


def test_the_plain_entry_loads_and_writes_itself_back() -> None:
    scenario = loads(BASE)
    assert scenario.early_warnings[0].turn_radius == 10_000.0
    assert loads(scenario.toml()) == scenario


@pytest.mark.parametrize(
    ("pairs", "line", "words"),
    [
        (
            [
                ('altitude = "9 km"', 'altitude = "500 m"'),
                ('"35.5 N 35.0 E", "36.0 N 35.0 E"', '"34.5 N 36.2 E", "34.0 N 36.0 E"'),
            ],
            24,
            "below the ground",
        ),
        ([('"35.5 N 35.0 E", "36.0 N 35.0 E"', '"35.5 N 45.0 E", "36.0 N 45.0 E"')], 24, "outside the terrain"),
        ([('reports_to = "Tartus"', 'reports_to = "Latakia"')], 23, "nobody hears"),
        ([('speed = "170 m/s"', 'speed = "170 m/s"\nrange = "20 km"')], 27, "nobody hears"),
        ([('radar = "a50_shmel"', 'radar = "a50"')], 22, "not in the catalog"),
        ([('radar = "a50_shmel"', 'radar = "30n6e2"')], 22, "engagement radar"),
        ([('name = "Overwatch"', 'name = "Tartus"')], 21, "name of a site"),
        ([('speed = "170 m/s"', 'speed = "0 m/s"')], 26, "cannot stand still"),
        ([('speed = "170 m/s"', 'speed = "170 m/s"\nturn_radius = "1 km"')], 27, "g at this speed"),
        ([('speed = "170 m/s"', 'speed = "170 m/s"\nat = "35 N 35 E"')], 27, "both at and orbit"),
        ([('speed = "170 m/s"', 'speed = "170 m/s"\ncarrier = "ground"')], None, "needs at"),
        ([('speed = "170 m/s"', 'speed = "170 m/s"\nheight = "3 km"')], 27, "does not go with"),
        (
            [('speed = "170 m/s"', 'speed = "170 m/s"\non_station = "300 s"\noff_station = "200 s"')],
            28,
            "leaves before",
        ),
        ([('speed = "170 m/s"', 'speed = "170 m/s"\navailability = 1.2')], 27, "at most 1"),
        ([('altitude = "9 km"\n', "")], None, "needs altitude"),
        ([('defends = ["Port"]', 'defends = ["Port"]\ndoctrine.remote = true')], 19, "launches on another"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(pairs: list[tuple[str, str]], line: int | None, words: str) -> None:
    lines = told(changed(*pairs))
    mine = [each for each in lines if words in each]
    assert mine, lines
    assert mine[0].startswith("warned.toml:")
    if line is not None:
        assert mine[0].startswith(f"warned.toml:{line}:"), mine


def test_two_of_one_name_are_told() -> None:
    second = BASE[BASE.index("[[early_warning]]") :]
    assert any("already used" in line for line in told(BASE + "\n" + second))


def test_a_ship_on_land_is_told() -> None:
    text = changed(
        (
            'orbit = ["35.5 N 35.0 E", "36.0 N 35.0 E"]\naltitude = "9 km"\nspeed = "170 m/s"\n',
            'carrier = "ship"\nat = "34.0 N 36.5 E"\n',
        )
    )
    assert any("on land" in line for line in told(text))


def test_flat_ground_above_an_orbit_is_told() -> None:
    flat = changed(('source = "levant"', 'source = "flat"\nheight = "8.95 km"'))
    assert any("below the ground" in line for line in told(flat))


def test_over_the_users_files_the_build_tells() -> None:
    """Heights of files are not opened by a check; building the world tells what it tells of other terrain."""
    import numpy as np

    from openiads.earth.terrain import Terrain
    from openiads.scenario.stations import way_faults

    high = Terrain("made", 0.0, lambda lat, lon: np.full(lat.shape, 9500.0), b"")
    sensor = loads(BASE).early_warnings[0]
    assert next(reason for reason, _ in way_faults(sensor, high, 600.0)).startswith("an orbit below the ground")
