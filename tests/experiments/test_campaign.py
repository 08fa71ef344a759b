"""Campaigns: what stays the same, what is conserved, closed forms, resuming, and what is refused."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import openiads as oi
from openiads import textbook
from openiads.base.draws import Purpose, uniform
from openiads.base.errors import InputError, Interrupted, ResultsError
from openiads.base.toml import toml_text
from openiads.experiments.campaign import CampaignAnswer
from openiads.experiments.campaign_file import Repair, load_campaign
from openiads.experiments.campaign_state import Stock, Workshop, delivered, poisson_number, repair_time
from openiads.statistics.intervals import wilson

#: Room for rounds, and the battery some kilometers from what is bombed, so that a leaker hits nothing of it.
ROOM = {
    "site.Guard.at": "34.92 N 35.95 E",
    "site.Guard.launchers": 12,
    "site.Guard.rounds": 4,
    "site.Guard.reloads": 0,
    "duration": "600 s",
}
STREAM = {"raid.Intruder.spacing": "20 s"}
RAID = {"flights": {"Intruder": 3.0}, "numbers": "poisson"}


def campaign_file(folder: Path, **keys: Any) -> Path:
    """A campaign of `one_on_one` in a file; a key that is None is left out."""
    told = {"format": 1, "name": "few", "scenario": "one_on_one", "days": 4, "seed": 7, "replications": 12}
    told |= {"set": {**ROOM, **STREAM}, "raid": [RAID]} | keys
    file = folder / "few.toml"
    file.write_text(toml_text({key: value for key, value in told.items() if value is not None}))
    return file


def played(folder: Path, **keys: Any) -> CampaignAnswer:
    return oi.campaign(campaign_file(folder, **keys), jobs=2)


# ------------------------------------------------------------------ what stays the same


def test_a_first_raid_of_declared_size_is_an_ordinary_run_with_a_seed_of_its_own(tmp_path: Path) -> None:
    found = played(tmp_path, set={}, raid=[{}], days=2)
    raid = found.plan.raids[0]
    run = oi.run("one_on_one", replications=12, seed=raid.seed)
    assert found.rows["leakers"][:, 0].tolist() == run.outcomes["leakers"].to_pylist()
    assert found.rows["fired"].sum(2)[:, 0].tolist() == run.outcomes["rounds_fired"].to_pylist()
    assert raid.seed != found.plan.raids[1].seed


def test_flights_that_stay_out_change_nothing_for_those_that_come(tmp_path: Path) -> None:
    one = {"flights": {"Intruder": 1}}
    alone = played(tmp_path, raid=[one], days=1, replications=40)
    beside = played(tmp_path, raid=[{**one, "last": 1}, {"first": 2, "flights": {"Intruder": 9}}], replications=40)
    assert beside.rows["threats"][:, 0].tolist() == [1] * 40
    assert beside.rows["threats"][:, 1].tolist() == [9] * 40
    low, high = wilson(int(alone.rows["leakers"].sum()), 40)
    assert low < 0.09 < high
    low, high = wilson(int(beside.rows["leakers"][:, 0].sum()), 40)
    assert low < 0.09 < high


def test_threads_interruption_and_continuing_leave_no_trace(tmp_path: Path) -> None:
    file, out = campaign_file(tmp_path, replications=25), tmp_path / "kept"
    whole = oi.campaign(file, jobs=1)
    stop = threading.Event()

    def after_some(done: int, of: int) -> None:
        if done >= 10 * 4:
            stop.set()

    with pytest.raises(Interrupted, match="of 3 chunks stored"):
        oi.campaign(file, jobs=1, out=out, progress=after_some, cancel=stop)
    assert oi.campaign(file, jobs=2, out=out).digest == whole.digest
    chunk = out / "chunks" / "c000001.json"
    chunk.write_text(chunk.read_text().replace("A", "B", 1))  # damaged: it is computed again
    again = oi.campaign(file, jobs=2, out=out)
    assert again.digest == whole.digest
    assert np.array_equal(again.rows, whole.rows)


def test_another_campaign_is_refused_and_the_field_is_named(tmp_path: Path) -> None:
    out = tmp_path / "kept"
    oi.campaign(campaign_file(tmp_path), out=out, jobs=1)
    with pytest.raises(ResultsError, match=r"course \(campaign.days\) is 4, asked is 5"):
        oi.campaign(campaign_file(tmp_path, days=5), out=out)
    with pytest.raises(ResultsError, match="seed"):
        oi.campaign(campaign_file(tmp_path, seed=8), out=out)
    priced = {"of": {"48n6e2": 1.0, "f16": 2.0}}
    assert oi.campaign(campaign_file(tmp_path, cost=priced), out=out).cost() is not None  # prices move no raid


def test_more_days_leave_the_earlier_ones_as_they_were(tmp_path: Path) -> None:
    short, long = played(tmp_path), played(tmp_path, days=6)
    assert np.array_equal(short.rows, long.rows[:, :4])


# ------------------------------------------------------------------ what is conserved


def test_rounds_are_neither_made_nor_lost_on_the_way(tmp_path: Path) -> None:
    supply = [{"interceptor": "48n6e2", "rounds": 5, "every": 1.5}]
    found = played(tmp_path, days=12, stock={"48n6e2": 9}, cap={"48n6e2": 10}, resupply=supply)
    stock, arrived = found.rows["stock"][:, :, 0], found.rows["arrived"][:, :, 0]
    fired, wasted = found.rows["fired"][:, :, 0], found.rows["wasted"]
    before = np.column_stack([np.full(12, 48 + 9), stock[:, :-1]])
    assert np.array_equal(stock, before + arrived - wasted - fired)
    assert arrived.sum(1).tolist() == [8 * 5] * 12  # days 1.5, 3, 4.5 ... 12
    assert wasted.sum() > 0
    assert np.all(found.rows["ready"][:, :, 0] <= 48)


def test_nothing_is_fired_that_is_not_there_and_the_day_it_runs_out_is_told(tmp_path: Path) -> None:
    found = played(tmp_path, days=9, replications=40)
    assert np.all(found.rows["fired"].sum((1, 2)) <= 48)
    assert np.all(found.rows["fired"] <= found.rows["ready"])
    row = found.run_out()[0]
    empty = found.rows["stock"][:, :, 0] == 0
    assert row["share"] == empty.any(1).mean()
    assert row["by_day"][-1] == (9, row["share"])
    late = empty[:, :-1].any(1)
    assert late.any()
    assert np.array_equal(found.rows["leakers"][late, -1], found.rows["threats"][late, -1])  # all get through


def test_a_stock_runs_out_as_the_compound_poisson_law_says(tmp_path: Path) -> None:
    # Each intruder meets one salvo of two, so that the stock is gone when 14 have come or more.
    stock = {"site.Guard.launchers": 7}
    found = played(tmp_path, set={**ROOM, **STREAM, **stock}, days=5, replications=300)
    shots = found.rows["shots"][:, 0].sum(0)
    assert shots[2] > 0.99 * shots.sum()
    for day, share in found.run_out()[0]["by_day"]:
        expected = textbook.stock_out(3.0, float(day), [0.0, 0.0, 1.0], 27).probability
        low, high = wilson(round(share * 300), 300, 0.999)
        assert low <= expected <= high


def test_numbers_of_flights_are_poisson(tmp_path: Path) -> None:
    us = [uniform(3, k, int(Purpose.CAMPAIGN), 5, 0) for k in range(4000)]
    numbers = np.array([poisson_number(6.0, u, 99) for u in us])
    assert numbers.mean() == pytest.approx(6.0, abs=4.0 * math.sqrt(6.0 / 4000))
    assert numbers.var() == pytest.approx(6.0, rel=0.1)
    assert poisson_number(6.0, 1.0 - 1e-12, 9) == 9
    assert poisson_number(0.0, 0.5, 9) == 0


# ------------------------------------------------------------------ losses, repair, crews, policies


def struck(folder: Path) -> str:
    """A copy of `one_on_one` whose intruders aim at the engagement radar."""
    base = oi.load("one_on_one").mapping()
    base["raid"][0].pop("target")
    base["raid"][0]["strikes"] = "Guard/30n6e2/1"
    file = folder / "struck.toml"
    file.write_text(toml_text(base))
    return str(file)


def test_what_is_hit_stays_out_without_repair_and_comes_back_with_it(tmp_path: Path) -> None:
    common = {"scenario": struck(tmp_path), "set": {}, "raid": [{}], "days": 20, "replications": 30}
    never = played(tmp_path, **common, seed=3)
    lost, down = never.rows["lost"], never.rows["down"]
    assert lost[:, :, 0].sum() > 0
    assert np.array_equal(down[:, 1:], lost.cumsum(1)[:, :-1])  # nothing is lost twice
    all_kinds = dict.fromkeys(("radar", "launcher", "post"), 1.0)
    quick = played(tmp_path, **common, seed=3, repair={"crews": 9, "mean_days": all_kinds, "law": "fixed"})
    assert quick.rows["down"].sum() == 0  # a day is enough until the next raid
    slow = played(tmp_path, **common, seed=3, repair={"crews": 1, "mean_days": all_kinds, "law": "fixed"})
    assert 0 < slow.rows["down"].sum() < down.sum()  # one crew: the second waits
    other = played(tmp_path, **common, seed=3, repair={"crews": 1, "mean_days": {"post": 1.0}})
    assert np.array_equal(other.rows["down"][:, :, :2], never.rows["down"][:, :, :2])  # posts alone are mended


def test_workshops_hold_as_many_machines_as_the_repairmen_of_the_textbook() -> None:
    rng = np.random.default_rng(5)
    for crews in (1, 3):
        shop, repair = Workshop(crews), Repair(crews=crews, mean_days={"radar": 5.0})
        down, horizon = 0.0, 60_000.0
        fails = rng.exponential(30.0, 3)
        while True:  # each of three radars fails 30 days after it is up, on average
            k = int(np.argmin(fails))
            if fails[k] > horizon:
                break
            back = shop.mend(fails[k], repair_time(repair, "radar", rng.random()))
            down += back - fails[k]
            fails[k] = back + rng.exponential(30.0)
        expected = sum(k * p for k, p in enumerate(textbook.machines_down(3, 30.0, 5.0, crews)))
        assert down / horizon == pytest.approx(expected, rel=0.05)
    assert Workshop(0).mend(1.0, 2.0) == math.inf


def test_a_crew_that_rests_fires_nothing(tmp_path: Path) -> None:
    found = played(tmp_path, days=6, rest={"on": 2, "off": 1}, raid=[{"flights": {"Intruder": 1}}])
    resting = found.rows["resting"]
    assert resting.tolist() == [[0, 0, 1, 0, 0, 1]] * 12
    assert np.all(found.rows["fired"].sum(2)[resting > 0] == 0)
    assert np.all(found.rows["fired"].sum(2)[resting == 0] == 2)


def test_a_policy_holds_while_few_rounds_are_left(tmp_path: Path) -> None:
    one = [{"flights": {"Intruder": 1}}]
    thrift = played(tmp_path, days=6, raid=one, policy=[{"interceptor": "48n6e2", "below": 45, "salvo": 1}])
    assert thrift.rows["fired"][:, :, 0].tolist() == [[2, 2, 1, 1, 1, 1]] * 12
    spared = played(tmp_path, days=4, raid=one, policy=[{"interceptor": "48n6e2", "below": 45, "spares": ["aircraft"]}])
    assert spared.rows["fired"][:, :, 0].tolist() == [[2, 2, 0, 0]] * 12


def test_raids_of_two_scenarios_meet_one_defense_and_its_stock(tmp_path: Path) -> None:
    second = oi.load("one_on_one").mapping()
    second["raid"][0]["name"] = "From the north"
    second["raid"][0]["origin"] = "35.30 N 35.90 E"
    (tmp_path / "north.toml").write_text(toml_text(second))
    west, north = {"flights": {"Intruder": 2}}, {"scenario": "north.toml", "flights": {"From the north": 1}}
    found = played(tmp_path, raid=[west, north], days=2, set=ROOM)
    assert [raid.day for raid in found.plan.raids] == [1, 1, 2, 2]
    assert found.rows["threats"].tolist() == [[2, 1, 2, 1]] * 12
    stock, fired = found.rows["stock"][:, :, 0], found.rows["fired"][:, :, 0]
    assert np.array_equal(stock, 48 - fired.cumsum(1))
    assert np.all(fired[:, 1::2] == 2)  # one salvo at the one from the north
    assert [row["threats"] for row in found.days()] == [3.0, 3.0]


def test_a_larger_stock_lets_no_more_through(tmp_path: Path) -> None:
    leakers = [
        played(tmp_path, days=9, replications=30, stock={"48n6e2": stock}).rows["leakers"].sum() for stock in (0, 8, 40)
    ]
    assert leakers[0] > leakers[1] > leakers[2]


def test_deliveries_fall_on_their_days() -> None:
    assert delivered(7.0, None, 40, 0.0, 30.0) == 4 * 40
    assert delivered(7.0, 1.0, 40, 0.0, 1.0) == 40
    assert delivered(7.0, 1.0, 40, 1.0, 7.0) == 0
    assert sum(delivered(1.0 / 7.0, None, 1, a, a + 0.5) for a in np.arange(0.0, 10.0, 0.5)) == 70


def test_launchers_are_filled_from_the_depot_the_emptiest_first() -> None:
    def stock(depot: int) -> Stock:
        four = np.array([4, 4, 4])
        return Stock(np.zeros(3, int), four, np.array([1, 0, 0]), np.array([0, 1, 3]), np.array([0, 0, 0]),
                     np.array([depot]), np.array([np.inf]))  # fmt: skip

    few = stock(5)
    assert few.reload(np.array([True, True, True]), math.inf) == 5
    assert (few.loaded.tolist(), few.loads.tolist(), few.depot.tolist()) == ([4, 2, 3], [0, 0, 0], [0])
    many = stock(20)
    assert many.reload(np.array([True, True, False]), math.inf) == 4 + 3 + 4
    assert (many.loaded.tolist(), many.loads.tolist(), many.depot.tolist()) == ([4, 4, 3], [1, 0, 0], [9])
    assert stock(20).reload(np.array([True, True, True]), 2) == 2


# ------------------------------------------------------------------ cost


def test_cost_exchange_is_that_of_the_textbook_where_each_threat_meets_one_salvo(tmp_path: Path) -> None:
    prices = {"48n6e2": {"value": 3.0, "low": 2.0, "high": 4.0}, "f16": 30.0}
    found = played(tmp_path, replications=100, days=3, cost={"unit": "coins", "of": prices})
    cost = found.cost()
    assert cost is not None
    expected = textbook.cost_exchange(0.7, salvo=2, looks=1, cost_round=3.0, cost_threat=30.0)
    ratio = cost["exchange_ratio"]
    assert ratio["low"] <= expected.ratio <= ratio["high"]
    assert ratio["by_prices_low"] == pytest.approx(ratio["value"] * 2.0 / 3.0)
    assert cost["rounds"]["mean"] == pytest.approx(3.0 * found.rows["fired"].sum() / 100)
    assert cost["lost_elements"] is None
    assert any("Depot" in line for line in found.plan.notices)


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("keys", "place", "reason"),
    [
        ({"resupply": [{"interceptor": "48n6", "rounds": 4, "every": 2.0}]}, "resupply[1].interceptor", "no launcher"),
        ({"stock": {"tamir": 4}}, "stock.tamir", "no launcher"),
        ({"policy": [{"interceptor": "tamir", "below": 4, "salvo": 1}]}, "policy[1].interceptor", "no launcher"),
        ({"policy": [{"interceptor": "48n6e2", "below": 4}]}, "policy[1]", "changes nothing"),
        ({"cost": {"of": {"48n6e2": 1.0}}}, "cost.of", "price of f16 is missing"),
        ({"cost": {"of": {"48n6e2": 1.0, "f16": 1.0, "f61": 1.0}}}, "cost.of.f61", "nothing of that name"),
        ({"cost": {"of": {"48n6e2": {"value": 1.0, "low": 2.0, "high": 3.0}}}}, "value", "bounds"),
        ({"days": -3}, "days", "out of range"),
        ({"raid": [{"first": -1}]}, "raid[1].first", "out of range"),
        ({"raid": [{"first": 9, "last": 2}]}, "raid[1].last", "before the first"),
        ({"raid": [{"first": 9}]}, "raid[1].first", "after the last day"),
        ({"raid": []}, "raid", "given"),
        ({"raid": [{"flights": {"Intruders": 2}}]}, "raid[1].flights.Intruders", "no such raid"),
        ({"raid": [{"flights": {"Intruder": 1.5}}]}, "raid[1].flights.Intruder", "whole number"),
        ({"raid": [{"flights": {"Intruder": -1}}]}, "raid[1].flights.Intruder", "out of range"),
        ({"set": {}, "raid": [{}, {"scenario": "raid24"}]}, "raid", "has other"),
        ({"scenario": "no_such"}, "scenario", "no packaged scenario"),
        ({"resupply": [{"interceptor": "48n6e2", "rounds": 4, "every": -2.0}]}, "resupply[1].every", "out of range"),
        ({"repair": {"crews": 1, "mean_days": {"tent": 2.0}}}, "repair.mean_days", "not allowed"),
        ({"stock": {"48n6e2": 40}, "cap": {"48n6e2": 20}}, "stock.48n6e2", "above the cap"),
        ({"set": {"model.magazine": "infinite"}}, "scenario", "no stock runs low"),
        ({"set": {"site.Nobody.rounds": 3}}, "set", "Nobody"),
        ({"cots": {}}, "cots", "unknown key"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line_with_its_place(
    tmp_path: Path, keys: dict[str, Any], place: str, reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        played(tmp_path, **keys)
    line = str(caught.value)
    assert "\n" not in line
    assert "few.toml:" in line
    assert place in line
    assert reason in line


def test_packaged_campaigns_are_read_and_unknown_names_told() -> None:
    assert load_campaign("campaign_30_days").told.days == 30
    with pytest.raises(InputError, match="campaign_30_days"):
        load_campaign("campaign_30_dayz")
