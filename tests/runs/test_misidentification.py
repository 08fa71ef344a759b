"""Rates of shots at flights that are not hostile, with what stood behind them, from what a run stores."""

from __future__ import annotations

import pytest

import openiads as oi
from engine.scenes import CLEAR, FACING, place, site
from openiads.base.toml import toml_text
from openiads.scenario.load import loads
from openiads.statistics import clopper_pearson
from openiads.world.identity import silence

pytestmark = pytest.mark.compiled_only

SPEED = 250.0
ROUTE = [place(150.0), place(80.0, FACING - 180.0)]


def scenario(*flights, control="tight", failing=0.0):
    """One site that such flights pass over; posts take the failures of equipment for rare, so that silence tells."""
    plain = {"kind": "f16", "route": ROUTE, "altitude": "8 km", "speed": f"{SPEED} m/s"}
    return loads(
        toml_text(
            {
                "format": 1,
                "name": "scene",
                "duration": "900 s",
                "model": CLEAR,
                "terrain": {"source": "flat"},
                "identification": {"iff_persistent_failure": failing, "iff_reply_failure": 0.0, "iff_false_reply": 0.0},
                "asset": [{"name": "Depot", "at": place(0.0), "radius": "500 m"}],
                "site": [site(doctrine={"control": control})],
                "flight": [{"name": f"Flight {n}"} | plain | each for n, each in enumerate(flights)],
            }
        )
    )


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A friend that fails in some replications and a visitor without any equipment."""
    made = scenario({"side": "friend"}, {"side": "neutral", "start": "60 s"}, failing=0.05)
    return oi.run(made, replications=200, seed=1, record=0, out=tmp_path_factory.mktemp("runs") / "mixed")


def test_rates_by_crossing_flight_hour_and_raid_agree(mixed):
    told = mixed.summary()["misidentified"]
    aloft = 230_000.0 / SPEED  # s
    for side in ("civil", "friend"):
        engaged = told[side]["engaged"]
        mean = mixed.estimate(f"{side}_engaged").mean
        assert told[side]["flights"] == 1
        assert told[side]["flight_hours"] == pytest.approx(
            min(aloft, 840.0 if side == "civil" else 900.0) / 3600.0, rel=0.01
        )
        assert engaged["per_crossing"]["mean"] == pytest.approx(mean)
        assert engaged["per_flight_hour"]["mean"] == pytest.approx(mean / told[side]["flight_hours"])
        assert engaged["per_raid"]["mean"] == pytest.approx(mean)
        for rate in engaged.values():
            assert rate["low"] <= rate["mean"] <= rate["high"]
    wanted = silence(0.05, 0.0, 3)
    friend = told["friend"]["engaged"]["per_crossing"]
    assert friend["low"] <= wanted <= friend["high"]


def test_each_engaged_flight_has_its_cause(mixed):
    told = mixed.summary()["misidentified"]
    friends = int(mixed.rows()["friend_engaged"].sum())
    assert told["friend"]["chains"] == {"no_reply": friends}
    assert told["civil"]["chains"] == {"no_equipment": 200}
    assert told["friend"]["untold"] == told["civil"]["untold"] == 0
    assert told["friend"]["causes"]["no_reply"]["mean"] == pytest.approx(friends / 200)


def test_of_none_seen_there_is_an_upper_bound(tmp_path):
    run = oi.run(scenario({"side": "friend"}), replications=60, seed=1, out=tmp_path / "safe")
    told = run.summary()["misidentified"]
    assert set(told) == {"friend"}  # no civil flight: nothing is said of any
    engaged = told["friend"]["engaged"]
    assert engaged["per_raid"] == {"mean": 0.0, "low": 0.0, "high": clopper_pearson(0, 60)[1], "n": 60}
    assert 0.0 < engaged["per_crossing"]["high"] == pytest.approx(clopper_pearson(0, 60)[1], rel=0.05)
    assert told["friend"]["causes"] == told["friend"]["chains"] == {}


def test_weapons_free_and_the_missing_equipment_stand_together(tmp_path):
    made = scenario({"side": "neutral"}, control="free").with_values({"identification.threshold_hostile": 0.99})
    run = oi.run(made, replications=4, seed=1, out=tmp_path / "free")
    told = run.summary()["misidentified"]["civil"]
    assert told["chains"] == {"no_equipment + weapons_free": 4}
    assert told["causes"]["weapons_free"]["mean"] == told["causes"]["no_equipment"]["mean"] == 1.0
    story = str(oi.explain(run, 0))
    assert "not hostile: no equipment, weapons free" in story


def test_of_an_airway_a_crossing_is_a_flight_that_came_and_not_a_row(tmp_path):
    """Rates of a stream are over its mean number of flights, of which rows are three times as many."""
    lane = {"name": "Lane", "points": ROUTE, "width": "30 km", "floor": "5 km", "ceiling": "16 km"}
    stream = {
        "name": "Stream",
        "corridor": "Lane",
        "flow": "12 1/h",
        "levels": ["10 km"],
        "squawking": 0.0,
        "planned": 0.0,
    }
    made = scenario(control="free")
    mapping = made.mapping() | {"corridor": [lane], "airway": [stream]}
    mapping.pop("flight", None)
    run = oi.run(loads(toml_text(mapping)), replications=40, seed=1, out=tmp_path / "lane")
    told = run.summary()["misidentified"]["civil"]
    came = 12.0 / 3600.0 * (900.0 + 230_000.0 / 230.0)
    assert told["flights"] == pytest.approx(came, rel=0.25)
    assert told["engaged"]["per_crossing"]["mean"] == pytest.approx(
        run.estimate("civil_engaged").mean / told["flights"]
    )
