"""Logs of worlds with zones, notices and airways keep every law; a shot where it is forbidden would show."""

from __future__ import annotations

import pytest

import openiads as oi
from engine.scenes import CLEAR, FACING, place, raid, site
from openiads.audit.check import check_run, verify_run
from openiads.base.toml import toml_text
from openiads.scenario.load import loads

pytestmark = pytest.mark.compiled_only

AROUND = {"at": place(0.0), "radius": "400 km"}
LANE = {"name": "Lane", "points": [place(150.0, 200.0), place(120.0, 340.0)], "width": "20 km", "floor": "8 km"}
VISITOR = {
    "name": "Visitor",
    "kind": "f16",
    "route": [place(150.0), place(80.0, FACING - 180.0)],
    "altitude": "8 km",
    "speed": "250 m/s",
    "party": "Coalition",
}
ZONES = {
    "no fire": [{"name": "Sanctuary", "kind": "no_fire", **AROUND, "until": "120 s"}],
    "free fire": [{"name": "Box", "kind": "free_fire", **AROUND, "start": "100 s"}],
    "notice": [{"name": "Window", "party": "Coalition", "over": ["Line"], "sent": "20 s", **AROUND}],
}


def scenario(zones, control):
    return loads(
        toml_text(
            {
                "format": 1,
                "name": "scene",
                "duration": "600 s",
                "model": CLEAR,
                "terrain": {"source": "flat"},
                "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
                "site": [site(party="Coast", doctrine={"control": control})],
                "raid": [raid("Comers", count=2, spacing="30 s")],
                "flight": [VISITOR],
                "corridor": [LANE],
                "airway": [{"name": "Stream", "corridor": "Lane", "flow": "30 1/h", "levels": ["9 km"]}],
                "hotline": [{"name": "Line", "between": ["Coast", "Coalition"], "delay": "60 s", "reliability": 0.8}],
                "zone": zones,
            }
        )
    )


@pytest.mark.parametrize("control", ["tight", "free"])
@pytest.mark.parametrize("kind", ZONES)
def test_logs_with_zones_keep_every_law(kind, control, tmp_path):
    run = oi.run(scenario(ZONES[kind], control), replications=6, seed=3, record=3, out=tmp_path / "run")
    assert check_run(run) == []
    assert verify_run(run, 3) == []
