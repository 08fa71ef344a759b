"""The raid layer by layer: every threat is accounted for once, in every replication, whoever killed it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads.base.errors import UsageError
from openiads.base.toml import toml_text
from openiads.explain.kill_chain import sampled
from openiads.explain.layers import NOBODY, STAGES, Layers, layers, stock_of, tally_of
from openiads.runs.run import Run
from openiads.scenario.load import loads
from openiads.world.codes import Event, RoundEnd, Terminal

FEW = 15
ARRIVED, ENGAGED, KILLED = (STAGES.index(stage) for stage in ("arrived", "engaged", "killed"))


def flown(*sites: dict[str, Any], count: int = FEW, **more: Any) -> Run:
    """A run of some sites against ten cruise missiles at a base, on flat ground."""
    tables: dict[str, Any] = {
        "format": 1,
        "name": "layered",
        "duration": "450 s",
        "terrain": {"source": "flat"},
        "asset": [{"name": "Base", "at": "34.92 N 35.90 E", "radius": "500 m"}],
        "site": [{"facing": "270 deg", **each} for each in sites],
        "raid": [
            {
                "name": "Cruise",
                "threat": "tomahawk",
                "count": 10,
                "target": "Base",
                "origin": "34.92 N 35.20 E",
                "agl": "60 m",
                "time_on_target": "360 s",
                "spacing": "4 s",
            }
        ],
    }
    return oi.run(loads(toml_text(tables | more)), replications=count, seed=1)


LONG = {"name": "Long", "system": "s300pmu2", "at": "34.93 N 35.92 E", "launchers": 4, "rounds": 2, "reloads": 0}
CLOSE = {"name": "Close", "system": "ak630", "at": "34.92 N 35.895 E"}
AWAY = {"name": "Away", "system": "s300pmu2", "at": "31.00 N 45.00 E", "launchers": 4}


@pytest.fixture(scope="module")
def layered() -> Run:
    """Missiles far out, guns beside the base, and a site 900 km away."""
    return flown(CLOSE, LONG, AWAY)


@pytest.fixture(scope="module")
def account(layered: Run) -> Layers:
    return layers(layered)


def law(run: Run) -> Layers:
    """Threats in are killed by a layer, leaked or ended otherwise: exactly, in every replication and class."""
    found = layers(run)
    tally, rows = found.tally, run.rows()
    rows = rows[rows["status"] == 0]
    assert not tally.unaccounted.any()
    leaked = tally.ends[:, [int(Terminal.HIT_ASSET), int(Terminal.REACHED_MISSED)]].sum(axis=(1, 2))
    killed = tally.at[:, :, KILLED].sum(axis=(1, 2)) + tally.uncredited.sum(axis=1)
    other = tally.ends.sum(axis=(1, 2)) - killed - leaked
    assert (tally.ends.sum(axis=(1, 2)) == rows["threats"]).all()
    assert (killed == rows["killed"]).all() and (leaked == rows["leakers"]).all() and (other >= 0).all()
    arrived, engaged, dead = (tally.at[:, :, stage] for stage in range(3))
    assert (dead <= engaged).all() and (engaged <= arrived).all()
    assert (arrived <= tally.ends.sum(axis=1)[:, None]).all()
    for name in found.classes:
        assert found.leaked[name].mean == pytest.approx(run.estimate(f"{name}_leakers").mean)
        assert found.threats[name].mean == pytest.approx(run.estimate(f"{name}_threats").mean)
    whole = run.estimate("leakers")
    assert (found.leaked["all"].low, found.leaked["all"].high) == pytest.approx((whole.low, whole.high))
    return found


@pytest.mark.parametrize("name", ["raid24", "tartus_2016", "turkey_2013"])
def test_every_threat_is_accounted_for_once(name: str) -> None:
    run = oi.run(name, replications=FEW, seed=1)
    found = law(run)
    assert (found.tally.fired.sum(axis=1) == run.rows()["rounds_fired"]).all()
    assert not found.tally.uncredited.any()


def test_guns_kill_and_spend_bursts_as_missiles_do_rounds(layered: Run) -> None:
    found = law(layered)
    by_site = {layer.site: layer for layer in found.layers}
    assert (found.tally.fired.sum(axis=1) == layered.rows()["rounds_fired"]).all()
    (guns,) = by_site["Close"].spent
    (missiles,) = by_site["Long"].spent
    assert (guns.unit, missiles.unit) == ("bursts", "rounds")
    assert guns.fired.mean > 0.0 and missiles.stock == 8.0
    assert by_site["Close"].counts["engaged"]["all"].mean > 0.0


def test_layers_stand_in_the_order_in_which_the_raid_meets_them(account: Layers) -> None:
    assert [layer.site for layer in account.layers] == ["Long", "Close", "Away"]
    assert account.layers[0].distance > account.layers[1].distance > 0.0
    away = account.layers[2]
    assert math.isnan(away.distance) and away.spent[0].fired.mean == 0.0
    assert all(away.counts[stage]["all"].mean == 0.0 for stage in STAGES)


def test_a_layer_is_credited_with_what_its_rounds_killed(layered: Run) -> None:
    """Counted another way: intercepts and bursts that ended as a kill, by the launcher's site."""
    stock = stock_of(layered.world)
    tally = tally_of(layered, stock)
    for part in sampled(layered):
        for k, events in part:
            ends = events[(events["kind"] == Event.ROUND_END) & (events["code"] == RoundEnd.KILL)]
            sites = [layered.names["launchers"][int(each["launcher"])].split("/")[0] for each in ends]
            for n, site in enumerate(stock.sites):
                assert tally.at[k, n, KILLED].sum() == sites.count(site)


def test_kills_of_the_teaching_service_belong_to_who_served() -> None:
    run = flown(LONG, count=8, model={"service": "fixed", "service_time": "12 s"})
    assert run.rows()["killed"].any()
    found = law(run)
    assert not found.tally.uncredited.any() and found.layers[0].spent == ()


def test_endless_magazines_have_no_end() -> None:
    run = flown({**LONG, "fire_units": 1}, count=4, model={"magazine": "infinite"})
    (missiles,) = law(run).layers[0].spent
    assert math.isinf(missiles.stock)
    assert layers(run).as_dict()["layers"][0]["spent"][0]["left"]["mean"] is None


def test_a_raid_against_nobody_leaks_and_has_no_layer() -> None:
    found = law(oi.run(loads(toml_text(undefended())), replications=3, seed=1))
    assert found.layers == () and found.leaked["all"].mean == found.threats["all"].mean


def undefended() -> dict[str, Any]:
    mapping = oi.load("one_on_one").mapping()
    return {**mapping, "site": []}


def test_a_kill_that_nobody_is_credited_with_is_told(layered: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log whose rounds all end as misses: kills are there still, and stand by themselves."""
    from openiads.explain import layers as module

    def without(run: Run, most: int | None = None) -> Any:
        for part in sampled(run, most):
            copies = [(number, np.array(events)) for number, events in part]
            for _, events in copies:
                events["code"][events["kind"] == Event.ROUND_END] = RoundEnd.MISS
                events["kind"][events["kind"] == Event.RELEASE] = Event.DECIDE
            yield copies

    monkeypatch.setattr(module, "sampled", without)
    found = law(layered)
    assert found.tally.uncredited.any() and NOBODY in found.ended


def test_a_threat_counted_twice_is_found(account: Layers) -> None:
    """The law can fail: one kill more than threats that were killed."""
    tally = account.tally
    tally.at[0, 0, KILLED, 2] += 1
    assert tally.unaccounted.any()
    tally.at[0, 0, KILLED, 2] -= 1
    assert not tally.unaccounted.any()


def test_only_the_first_replications_if_asked(layered: Run, account: Layers) -> None:
    found = layers(layered, most=5)
    assert found.replications == 5
    assert np.array_equal(found.tally.at, account.tally.at[:5])


def test_it_is_plain_json(account: Layers) -> None:
    told = json.loads(json.dumps(account.as_dict(), allow_nan=False))
    assert [layer["site"] for layer in told["layers"]] == ["Long", "Close", "Away"]
    assert told["layers"][2]["first_distance_m"] is None
    rows = account.table().to_pylist()
    assert len(rows) == (3 + len(account.ended) + 1) * (1 + len(account.classes))
    assert rows[0]["killed_mean"] == told["layers"][0]["killed"]["all"]["mean"]


def test_a_run_without_a_good_replication_is_refused(layered: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = layered.rows().copy()
    rows["status"] = 3
    monkeypatch.setattr(type(layered), "rows", lambda self: rows)
    with pytest.raises(UsageError, match="no replication came to an end"):
        layers(layered)
