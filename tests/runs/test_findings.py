"""Every metric of every small sample: its interval lies inside what is possible and holds its mean."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openiads.experiments.compare import compare
from openiads.runs.findings import ESTIMATED, FIRST_TIMES, PROPORTIONS, RATIOS, Accumulator, possible
from openiads.runs.run import bounds_of
from openiads.world.codes import Side, ThreatClass
from openiads.world.outcome import CLASSES, OUTCOME
from runs.fake_simulator import FAKE, FakeScenario

#: Hostile flights by class, and what else bounds a count.
RAID = {"aircraft": 3, "cruise": 5, "drone": 0, "ballistic": 2, "airliner": 0}
LIMITS = {**{name: float(n) for name, n in RAID.items()}, "threats": 10.0, "rounds": 8.0, "flights": 12.0}
LIMITS |= {"civil": 1.0, "friend": 1.0}


def drawn(seed: int, n: int, failing: float, dull: float) -> np.ndarray:
    """Rows that could be: counts inside their limits, in ``dull`` of all columns the same in every replication."""
    draw = np.random.default_rng(seed)
    rows = np.zeros(n, OUTCOME)
    for name in OUTCOME.names or ():
        most = 10
        if name.rpartition("_")[0] in RAID:
            most = RAID[name.rpartition("_")[0]]
        elif name in ("civil_engaged", "friend_engaged"):
            most = 1
        elif name.startswith("round"):
            most = 8
        once = draw.random() < dull
        rows[name] = draw.integers(0, most + 1) if once else draw.integers(0, most + 1, n)
    rows["status"] = 6 * (draw.random(n) < failing)
    rows["any_leaker"] = rows["leakers"] > 0
    for name in FIRST_TIMES:
        rows[name] = np.where(draw.random(n) < 0.3, math.inf, 100.0 * draw.random(n))
    for name in CLASSES:
        rows[f"{name}_threats"] = RAID[name]
        rows[f"{name}_killed"] = np.minimum(rows[f"{name}_killed"], RAID[name])
        rows[f"{name}_leakers"] = RAID[name] - rows[f"{name}_killed"]
    rows["threats"] = 10
    return rows


def most_of(metric: str) -> float:
    """What a metric cannot exceed in that raid."""
    kind, _, what = metric.rpartition("_")
    if kind in RAID and what in ("threats", "killed", "leakers", "engaged"):
        return RAID[kind]
    if metric in ("threats", "detected", "engaged", "killed", "leakers", "tracked", "identified", "asset_hits"):
        return 10.0
    return possible(metric)[1]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 7), st.sampled_from([0.0, 0.0, 0.4]), st.sampled_from([0.2, 0.9]))
def test_no_metric_of_no_small_sample_leaves_what_is_possible(seed: int, n: int, failing: float, dull: float) -> None:
    gathered = Accumulator(LIMITS)
    gathered.add(drawn(seed, n, failing, dull))
    for metric in sorted(ESTIMATED):
        found = gathered.estimate(metric)
        if math.isnan(found.mean):
            continue
        assert found.low >= 0.0, metric
        assert found.high <= most_of(metric) or found.high == math.inf == most_of(metric), metric
        middle = found.mean if found.median is None else found.median
        assert found.low <= middle + 1e-12 and middle - 1e-12 <= found.high, metric
        if found.share is not None and found.share_low is not None and found.share_high is not None:
            assert 0.0 <= found.share_low <= found.share <= found.share_high <= 1.0


@pytest.mark.parametrize("n", [1, 2, 3, 5, 40])
@pytest.mark.parametrize("fails", [0.0, 0.3])
def test_no_difference_of_any_metric_leaves_what_is_possible(n: int, fails: float) -> None:
    made = compare(
        FakeScenario(), replace(FakeScenario(hidden=0.5), fails=fails), replications=n, seed=n, simulator=FAKE
    )
    limits = bounds_of(made.a.facts)
    for metric in sorted(ESTIMATED):
        found = made.estimate(metric)
        if math.isnan(found.difference):
            continue
        most = limits.get(metric.rpartition("_")[0], limits["threats"])
        if (metric in RATIOS and RATIOS[metric][2]) or metric in PROPORTIONS:
            most = 1.0
        elif most_of(metric) == math.inf:
            most = math.inf
        assert -most <= found.low and found.high <= most, metric
        if found.level:
            assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0), metric
            assert (1.0 - found.unlike) ** n == pytest.approx(0.05)
            assert found.possible[0] <= 0.0 <= found.possible[1]
        assert math.isnan(found.p) or 0.0 <= found.p <= 1.0


def test_a_count_of_a_class_is_bounded_by_the_flights_of_that_class() -> None:
    """Twelve of twelve cruise missiles killed beside ten drones: no interval reaches thirteen."""
    kinds = [int(ThreatClass.CRUISE)] * 12 + [int(ThreatClass.DRONE)] * 10 + [int(ThreatClass.CRUISE)]
    sides = [int(Side.HOSTILE)] * 22 + [int(Side.FRIEND)]
    names = {"radars": ["R"], "launchers": ["L"] * 4, "posts": ["P"]}
    limits = bounds_of({"flight_side": sides, "flight_class": kinds, "limits": {}, "names": names})
    assert limits["cruise"] == 12.0 and limits["drone"] == 10.0 and limits["threats"] == 22.0
    gathered, rows = Accumulator(limits), np.zeros(30, OUTCOME)
    rows["cruise_killed"], rows["cruise_threats"], rows["killed"] = 12, 12, 12
    rows["cruise_killed"][0] = 11
    gathered.add(rows)
    found = gathered.estimate("cruise_killed")
    assert found.high == 12.0 and found.low > 10.4


def test_what_the_scenario_declares_has_no_doubt_from_the_first_replication_on() -> None:
    rows = np.zeros(1, OUTCOME)
    rows["threats"] = 8
    gathered = Accumulator({"threats": 8.0})
    gathered.add(rows)
    found = gathered.estimate("threats")
    assert (found.mean, found.low, found.high) == (8.0, 8.0, 8.0) and gathered.given("threats")
    rows["threats"] = 6  # a carrier shot down before it released the rest: an outcome like any other
    gathered.add(rows)
    assert not gathered.given("threats") and 0.0 <= gathered.estimate("threats").low < 7.0


def test_a_waiting_time_far_from_zero_keeps_its_digits_over_chunks() -> None:
    rows = np.zeros(40, OUTCOME)
    rows["bound_channel"] = 1e10 + np.arange(40.0)
    whole, cut = Accumulator(), Accumulator()
    whole.add(rows)
    for each in np.split(rows[::-1], 8):
        cut.add(each)
    found = whole.estimate("bound_channel")
    assert repr(found) == repr(cut.estimate("bound_channel"))
    assert found.half_width == pytest.approx(2.0226909 * np.arange(40.0).std(ddof=1) / math.sqrt(40), rel=1e-6)
