"""Every packaged scenario runs, keeps the invariants and can be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from openiads.audit.check import check_run
from openiads.earth.worldwide import BIAS
from openiads.explain.kill_chain import explain
from openiads.faces.pages import run_page
from openiads.runs import replicate
from openiads.scenario.load import load, packaged_scenarios
from openiads.world.build import build

pytestmark = pytest.mark.compiled_only


@pytest.mark.parametrize("name", packaged_scenarios())
def test_a_packaged_scenario_runs_without_failure_and_keeps_the_invariants(name: str, tmp_path: Path) -> None:
    warned: list[str] = []
    run = replicate.run(load(name), replications=3, seed=5, record=1, out=tmp_path / "run", warn=warned.append)
    assert run.summary()["failed_replications"] == 0
    assert [str(v) for v in check_run(run)] == []
    ground = load(name).terrain.source
    turned = [line for line in warned if name == "departure_2020" and "lies beside it" in line]  # its map is turned
    assert [line for line in warned if BIAS not in line and line not in turned] == []
    assert len(warned) - len(turned) == (ground == "world")


@pytest.mark.parametrize("name", ["moskva_2015_with_shore", "turkey_2013"])
def test_ships_commands_and_batteries_can_be_shown_and_explained(name: str, tmp_path: Path) -> None:
    run = replicate.run(load(name), replications=3, seed=5, record=1, out=tmp_path / "run")
    written = run_page.write(run, tmp_path / "report.html", 0)
    assert "<svg" in written.read_text(encoding="utf-8")
    for flight in run.world.names.flights:
        assert flight in str(explain(run, 0, flight))


def test_both_readings_of_tartus_meet_the_same_raid_with_as_many_rounds() -> None:
    one, other = load("tartus_2016_pmu2").mapping(), load("tartus_2016_v4").mapping()
    struck = [raid.pop("strikes", None) for mapping in (one, other) for raid in mapping["raid"]]
    assert {s for s in struck if s} == {"Tartus/64n6e2", "Tartus/9s15md"}
    assert all(one[key] == other[key] for key in ("asset", "raid", "flight", "corridor", "duration"))
    for name in ("tartus_2016_pmu2", "tartus_2016_v4"):
        assert build(load(name)).rows["launchers"]["loaded"].sum() == 64


def test_ship_alone_and_ship_with_shore_meet_the_same_raid() -> None:
    one, other = load("moskva_2015").mapping(), load("moskva_2015_with_shore").mapping()
    assert all(one[key] == other[key] for key in ("asset", "raid", "flight", "duration"))
    assert one["site"] == [site for site in other["site"] if site["name"] == "Cruiser"]


def test_tartus_in_layers_meets_the_raid_of_tartus_alone_with_the_same_site() -> None:
    """Expected: four scenarios differ in who jams and suppresses, and in nothing else; without these they are one."""
    alone = load("tartus_2016").mapping()
    family = {name: load(f"tartus_2017_{name}").mapping() for name in ("layers", "jammed", "arm", "contested")}
    for name, one in family.items():
        assert one["site"] == family["layers"]["site"], name
        assert all(one[key] == alone[key] for key in ("asset", "corridor", "duration")), name
        assert [raid for raid in one["raid"] if raid["name"][:11] != "Suppression"] == alone["raid"], name
        assert [flight for flight in one["flight"] if "jammer" not in flight] == alone["flight"], name
    jams = {name for name, one in family.items() if len(one["flight"]) > 1}
    suppresses = {name for name, one in family.items() if len(one["raid"]) > 5}
    assert (jams, suppresses) == ({"jammed", "contested"}, {"arm", "contested"})
    site = next(site for site in family["layers"]["site"] if site["name"] == "Tartus")
    assert site["doctrine"].pop("leaves") == ["Pantsir", "Tor"]
    assert site == alone["site"][0]


def test_a_battery_with_an_inner_layer_meets_the_same_drones() -> None:
    alone, inner = load("patriot_drones").mapping(), load("patriot_drones_inner").mapping()
    assert all(alone[key] == inner[key] for key in ("asset", "raid", "duration"))
    assert [site["name"] for site in alone["site"]] == ["Patriot"]
    assert sorted(site["name"] for site in inner["site"]) == ["Inner", "Patriot"]


def test_a_cruiser_whose_engagement_radar_is_out_takes_hits_and_one_that_nobody_mans_takes_all() -> None:
    """Expected: hits rise from none or one raid of three with all at work to all raids with nothing manned."""
    scenario, through = load("moskva_2022"), []
    for edits in ({}, {"site.Fort.radars_off": ["3r41/1"]}, {"site.Guns.fire_units": 0, "site.Osa.fire_units": 0}):
        for path, value in edits.items():
            scenario = scenario.with_values({path: value})
        through.append(replicate.run(scenario, replications=24, seed=3).summary()["outcomes"]["leakers"]["mean"])
    assert through[0] < 0.8 < 1.0 < through[1] <= through[2] == 2.0
