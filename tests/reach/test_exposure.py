"""Keep-out maps and reach into neighbors: consistent with the envelope, smaller behind ridges, shares that add up."""

from __future__ import annotations

import importlib.util
import math
import re
from typing import Any

import numpy as np
import pytest

from engine.scenes import place, site
from house.source import ROOT
from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.earth import territory
from openiads.reach import envelope, exposure, neighbors
from openiads.reach.straight import Target
from openiads.scenario.load import Scenario, load, loads

pytestmark = pytest.mark.compiled_only


def scenario(*sites: dict[str, Any], **terrain: Any) -> Scenario:
    mapping = {
        "format": 1,
        "name": "sites",
        "duration": "900 s",
        "terrain": terrain or {"source": "flat"},
        "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
        "site": list(sites),
    }
    return loads(toml_text(mapping), "sites")


def test_a_map_holds_the_area_of_the_envelope() -> None:
    world = exposure.standing_world(scenario(site()))
    where = exposure.map_over(world, [0], 140e3, 300)
    target = Target()
    counts = exposure.keep_out(world, [0], target, (3000.0,), where, above="sea")
    assert set(counts) == {"emergent", "published"}
    for arm, found in envelope.envelopes(world, target, (3000.0,)).items():
        assert float((where.areas * (counts[arm][0] > 0)).sum()) == pytest.approx(found.area(0), rel=0.03)
    assert not (counts["published"] > counts["emergent"]).any()


def test_sites_together_expose_what_each_does() -> None:
    sites = scenario(site("Guard"), site("Other", at=place(60.0, 0.0)))
    world = exposure.standing_world(sites)
    where = exposure.map_over(world, [0, 1], 160e3, 120)
    both, one, other = (
        exposure.keep_out(world, exposure.units_of(world, names), Target(), (500.0, 5000.0), where)["emergent"]
        for names in ((), ("Guard",), ("Other",))
    )
    assert np.array_equal(both, one + other)
    assert (both == 2).any() and (one > 0).any() and (other > 0).any()
    with pytest.raises(InputError, match="Nobody"):
        exposure.units_of(world, ("Nobody",))


def test_a_ridge_hides_low_flights_behind_it() -> None:
    ridge = {
        "source": "ridge",
        "origin": place(0.0),
        "bearing": "270 deg",
        "distance": "15 km",
        "height": "800 m",
        "width": "4 km",
    }
    bare, hidden = scenario(site()), scenario(site(), **ridge)
    found = []
    for asked in (bare, hidden):
        world = exposure.standing_world(asked)
        where = exposure.map_over(world, [0], 60e3, 100)
        found.append(exposure.keep_out(world, [0], Target(), (300.0, 9000.0), where, above="sea")["emergent"] > 0)
    open_ground, behind = found
    assert not (behind & ~open_ground).any()
    assert behind[0].sum() < 0.8 * open_ground[0].sum()
    assert behind[1].sum() > 0.95 * open_ground[1].sum()


def test_samples_are_repeated_and_begin_with_the_nominal_world() -> None:
    draws = neighbors.sampled_knobs(load("tartus_2016"), 3)
    assert draws == neighbors.sampled_knobs(load("tartus_2016"), 3)
    assert draws[0] == {} and len(draws) == 4
    assert all("s300pmu2.reaction_time" in each for each in draws[1:])


@pytest.fixture(scope="module")
def tartus() -> neighbors.ReachAnswer:
    return neighbors.reach_of_sites(load("tartus_2016"), samples=1, cells=120)


def test_shares_of_a_band_add_up_and_intervals_hold_the_nominal_world(tartus: neighbors.ReachAnswer) -> None:
    for what in tartus.volumes.values:
        assert sum(row.values[what][0] for row in tartus.territories) == pytest.approx(1.0)
    for row in (*tartus.territories, *tartus.airways, *tartus.airports, tartus.volumes):
        for nominal, low, high in row.values.values():
            assert 0.0 <= low <= nominal <= high


def test_nothing_is_met_that_published_limits_forbid_and_low_bands_reach_less_far(
    tartus: neighbors.ReachAnswer,
) -> None:
    for row in (*tartus.airways, *tartus.airports):
        assert row.values["published"][0] <= row.values["emergent"][0]
    abroad = {"Turkey", "Israel", "Jordan", "Cyprus (island)"}
    low, _, high = (neighbors.column(band, "detection") for band in neighbors.BANDS)
    shares = [sum(r.values[what][0] for r in tartus.territories if r.name in abroad) for what in (low, high)]
    assert shares[0] < 0.01 < shares[1]
    volume = tartus.volumes.values
    assert all(
        volume[neighbors.column(b, "published")][0] <= volume[neighbors.column(b, "emergent")][0]
        for b in neighbors.BANDS
    )


def test_the_nearest_airports_are_on_the_list_and_far_ones_are_not(tartus: neighbors.ReachAnswer) -> None:
    names = " ".join(row.name for row in tartus.airports)
    assert "OLKA" in names and "OSLK" in names
    assert "LTAI" not in names and "OJAQ" not in names


def test_shares_far_from_the_levant_are_named_and_add_up() -> None:
    """Where no map was once, every row said "beyond the map, 100 %"."""
    there = {"name": "Base", "system": "s300pmu2", "at": "63.97 N 22.60 W", "facing": "0 deg", "defends": ["Field"]}
    field = {"name": "Field", "at": "63.97 N 22.60 W", "radius": "500 m"}
    mapping = {"format": 1, "name": "far", "duration": "900 s", "asset": [field], "site": [there]}
    found = neighbors.reach_of_sites(loads(toml_text(mapping), "far"), samples=0, cells=60)
    assert {row.name.partition(",")[0] for row in found.territories} == {"Iceland", "high sea"}
    for what in found.volumes.values:
        assert sum(row.values[what][0] for row in found.territories) == pytest.approx(1.0)
    assert any("BIKF" in row.name for row in found.airports)


def test_an_approach_ends_at_its_airport_three_degrees_down() -> None:
    world = exposure.standing_world(scenario(site()))
    paths, final = neighbors.approaches(world, 80.0)
    assert len(paths.lats) == neighbors.AROUND * len(territory.airports())
    port = territory.airports()[0]
    heights = np.linalg.norm(paths.at[0], axis=1)
    down = np.diff(heights)[paths.along[:-1] < 18e3]
    assert down == pytest.approx(np.full(len(down), -1000.0 * math.tan(math.radians(3.0))), abs=4.0)
    assert math.degrees(paths.lats[0, -1]) == pytest.approx(port.lat, abs=0.01)
    assert final[0].sum() == 20


# ------------------------------------------------------------------ the generated page


def test_rows_of_the_page_are_what_the_code_says() -> None:
    spec = importlib.util.spec_from_file_location("threat", ROOT / "tools" / "threat.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    text = tool.PAGE.read_text(encoding="utf-8").split(f"## {tool.ASKED['tartus_2016'][0]}\n")[1].split("\n## ")[0]
    written = [line for line in text.splitlines() if line.startswith("| ")]
    now = [line for line in tool.section("tartus_2016", samples=0).splitlines() if line.startswith("| ")]
    plain = [re.sub(r" \[[^\]]*\]", "", line).replace(" %", "%") for line in written]
    for line in now:  # places that only a sampled world reaches have a row on the page and none here
        assert line.replace(" %", "%") in plain, "run python tools/threat.py"
