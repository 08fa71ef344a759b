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
    assert [line for line in warned if BIAS not in line] == []
    assert len(warned) == (ground == "world")


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
