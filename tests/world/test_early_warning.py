"""Early-warning sensors in a world: rows after those of sites, knobs for all that is in doubt, one grid a way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads.base.toml import toml_text
from openiads.scenario.load import loads
from openiads.world.build import build
from openiads.world.prebuilt import Prebuilt
from world.test_doubts import outside

STORE = Prebuilt()
RADARS = ("a50_shmel", "e3_apy", "l88", "59n6te")


def given(radar: str) -> dict[str, Any]:
    return {"name": f"Eye {radar}", "radar": radar, "reports_to": "Tartus"} | (
        {"carrier": "aerostat", "at": "35.2 N 36.0 E", "height": "3 km"}
        if radar == "l88"
        else {"carrier": "ground", "at": "35.2 N 36.0 E"}
        if radar == "59n6te"
        else {"orbit": ["35.3 N 36.2 E", "35.7 N 36.3 E"], "altitude": "9 km", "speed": "170 m/s"}
    )


def world(*radars: str) -> Any:
    mapping = oi.load("tartus_2016").mapping()
    mapping["early_warning"] = [given(radar) for radar in radars]
    return build(loads(toml_text(mapping)), prebuilt=STORE)


@pytest.mark.parametrize("radar", RADARS)
def test_every_class_builds_over_the_packaged_levant_and_all_in_doubt_has_a_knob(radar: str) -> None:
    made = world(radar)
    assert outside(made) == []
    row = made.rows["radars"][-1]
    assert made.names.radars[-1] == f"Eye {radar}/{radar}"
    assert row["early"] == 1 and row["unit"] == -1
    assert (row["relief_table"] >= 0) == (row["platform"] >= 0) == (radar in ("a50_shmel", "e3_apy"))
    assert 0.0 < row["clutter_section"] < 1e-3


def test_rows_of_sites_are_what_they_are_without() -> None:
    """The rows before the sensors' own hold the same numbers, tables apart, and posts wait no longer."""
    plain, warned = build(oi.load("tartus_2016"), prebuilt=STORE), world(*RADARS)
    for noun in ("posts", "units", "flights", "launchers"):
        assert plain.rows[noun].tobytes() == warned.rows[noun].tobytes() or noun == "flights"
    count = len(plain.rows["radars"])
    for name in plain.rows["radars"].dtype.names:
        if not name.endswith("_table"):
            assert np.array_equal(plain.rows["radars"][name], warned.rows["radars"][name][:count], equal_nan=True), name


def test_a_delay_of_the_link_is_that_of_the_post_unless_it_is_said() -> None:
    made = world("e3_apy")
    radars = made.rows["radars"]
    own = radars[(radars["early"] == 0) & (radars["unit"] < 0)][0]
    assert radars[-1]["link_delay"] == pytest.approx(own["link_delay"])
    assert radars[-1]["late"] > radars[-1]["frame"]
