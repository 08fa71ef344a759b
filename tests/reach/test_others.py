"""Reach over others in few numbers is the reach that is told in many."""

from __future__ import annotations

import pytest

import openiads as oi
from openiads.reach.neighbors import BANDS
from openiads.reach.others import band_name, is_other, map_about, reached
from openiads.scenario.load import load

pytestmark = [pytest.mark.compiled_only, pytest.mark.slow]

NAME = "tartus_2016_pmu2"
MET, SEEN = "emergent", "detection"


def test_shares_over_states_and_airways_are_those_of_the_answer_on_reach() -> None:
    """Expected: of each height band the share over each territory is that of `reach` within what its coarser map and
    paths leave open, a fiftieth; an airway is reached by both or by neither; and of all bands together 17.7 % lie over
    other states, as the published claim says."""
    scenario = load(NAME)
    told = {
        (row["what"], row["place"]): row["nominal"]
        for row in oi.reach(scenario, against="f16", samples=0).table().to_pylist()
        if row["kind"] in ("territory", "airway")
    }
    found = reached(scenario, "f16", map_about(scenario, "f16"), detection=True)
    met = {(band, place): v for (arm, band, place), v in found.met.items() if arm == MET}
    for what, volumes in ((MET, met), (SEEN, found.detected)):
        for band in map(band_name, BANDS):
            mine = {place: v for (each, place), v in volumes.items() if each == band}
            for place, volume in mine.items():
                share = volume / sum(mine.values())
                assert share == pytest.approx(told[f"{band} {what}", place], abs=0.02), (band, what, place)
    for (arm, way), within in found.airways.items():
        assert within == (told.get((arm, way), 0.0) > 0.0), (arm, way)
    over = sum(v for (_, place), v in met.items() if is_other(place, "Syria")) / sum(met.values())
    assert over == pytest.approx(0.177, abs=0.005)
