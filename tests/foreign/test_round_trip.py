"""A packaged scenario's run, exported by openiads and imported again: the same places, flights, sides and starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import openiads as oi
from foreign.made import degrees
from openiads.earth.geodesy import inverse


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return oi.run("one_on_one", replications=1, seed=1, record=1, out=tmp_path_factory.mktemp("run") / "run")


@pytest.mark.parametrize("kind", ["geojson", "kml", "acmi"])
def test_an_export_comes_back(kind: str, run: Any, tmp_path: Path) -> None:
    file = tmp_path / f"back.{kind}"
    oi.export(run, kind, out=file)
    made = oi.import_scenario(file, system="s300pmu2", threat="f16", radius="1 km")
    was, back = run.scenario, made.scenario()
    assert made.open == () and made.problems == ()
    assert {a.name: degrees(a.at) for a in back.assets} == {a.name: degrees(a.at) for a in was.assets}
    assert {s.name: degrees(s.at) for s in back.sites} == {s.name: degrees(s.at) for s in was.sites}
    if kind != "acmi":  # a recording has no circles
        assert {a.name: a.radius for a in back.assets} == {a.name: a.radius for a in was.assets}
    (raid,), (flight,) = was.raids, back.flights
    assert flight.side == "hostile" and flight.name.startswith(raid.name)
    start = inverse(raid.origin.latitude, raid.origin.longitude, flight.route[0].latitude, flight.route[0].longitude)[0]
    assert start < 2500.0  # it is recorded from its first second on
    assert flight.altitude == pytest.approx(raid.altitude, rel=0.02)
    assert flight.speed == pytest.approx(raid.speed, rel=0.05)
    assert any("left out" in told for told in made.left_out)


def test_an_import_runs(run: Any, tmp_path: Path) -> None:
    oi.export(run, "geojson", out=tmp_path / "back.geojson")
    made = oi.import_scenario(tmp_path / "back.geojson", system="s300pmu2", threat="f16", facing="270 deg")
    (tmp_path / "back.toml").write_text(made.text)
    again = oi.run(tmp_path / "back.toml", replications=2, seed=1, out=tmp_path / "again")
    assert again.estimate("detected") is not None
