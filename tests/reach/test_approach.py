"""First detection along a route: the computed distribution beside replications of the engine."""

import math
from dataclasses import replace

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth.geodesy import offset
from openiads.engine.runner import Runner
from openiads.reach import approach, scenes
from openiads.scenario.load import load
from openiads.world.codes import Event

PLACE = (math.radians(34.92), math.radians(35.90))
ROUTES, REPLICATIONS = 20, 50


def routed(n, draws):
    """A random straight route toward Tartus, as a scenario writes it."""
    start = offset(*PLACE, draws.uniform(0.0, 2.0 * math.pi), draws.uniform(90e3, 170e3))
    end = offset(*PLACE, draws.uniform(0.0, 2.0 * math.pi), draws.uniform(2e3, 15e3))
    points = [f"{math.degrees(float(lat)):.4f} N {math.degrees(float(lon)):.4f} E" for lat, lon in (start, end)]
    kind = ("tomahawk", "f16", "shahed136")[n % 3]
    height = {"agl": f"{draws.uniform(40.0, 400.0):.0f} m"} if n % 2 else {"altitude": f"{draws.uniform(3, 9):.1f} km"}
    return {"name": f"R{n}", "kind": kind, "side": "hostile", "route": points, "speed": "240 m/s", **height}


@pytest.mark.slow
def test_replications_first_detect_where_the_coverage_says():
    """Over random routes the time of first detection, put through the computed distribution, is uniform."""
    tartus = load("tartus_2016").with_values({"model.false_alarms": False})
    draws = np.random.default_rng(7)
    shares, never = [], []
    for n in range(ROUTES):
        world = scenes.radar_world(tartus, route=routed(n, draws))
        way = approach.approach(world)
        runner = Runner(world, seed=100 + n)
        for k in range(REPLICATIONS):
            events = runner.replicate(k).events
            seen = events[events["kind"] == int(Event.DETECT)]
            never.append((len(seen) == 0, 1.0 - float(way.any[-1])))
            if len(seen):
                first = seen[np.argmin(seen["time"])]
                radar = world.rows["radars"][int(first["radar"])]
                # a look is told at the end of its batch, half a batch later on average
                when = float(first["time"]) - 0.5 * float(radar["frame"]) / float(radar["sectors"])
                shares.append(float(np.interp(when, way.times, way.any)) / max(float(way.any[-1]), 1e-12))
    missed, chance = np.array(never, dtype=float).T
    assert missed.mean() == pytest.approx(chance.mean(), abs=0.02)
    ranks = (np.arange(len(shares)) + 0.5) / len(shares)
    distance = np.abs(np.sort(shares) - ranks).max()
    assert len(shares) > 0.5 * ROUTES * REPLICATIONS
    assert distance < 1.63 / math.sqrt(len(shares)) + 0.03  # 1 % point of Kolmogorov's law, and grid steps of 1 s


@pytest.mark.parametrize(
    ("radar", "begins", "ends", "heights", "slack"),
    [
        ("76n6", (5e3, 15e3), (60e3, 110e3), (2.0, 8.0), 0.03),
        ("64n6e2", (0.2e3, 1e3), (20e3, 40e3), (5.0, 14.0), 0.12),
    ],
)
def test_flights_that_come_out_from_above_a_radar_are_first_seen_where_its_elevations_begin(
    radar, begins, ends, heights, slack
):
    """Near the ceiling the view begins at once: under 6 degrees of one radar, under 75 of the other's rarer mode.

    slack : how far the two distributions may differ beyond the scatter of 200 draws (0.115 at the 1 % point).  The
    second mode of the 64N6E2 comes every other scan, so which of two looks at the target belongs to it depends on where
    in the scan the target lies.  That is one place for all replications of a route, while the coverage takes it to be
    anywhere (docs/cards/coverage.md: good to a scan, 6 s).  Times of a route move together, and eight routes do not
    average that out: the distributions differ by 0.17 in all, those of the 76N6, which looks in every scan, by 0.06.
    """
    tartus = load("tartus_2016").with_values({"model.false_alarms": False})
    draws, shares = np.random.default_rng(5), []
    for n in range(8):
        course = draws.uniform(0.0, 2.0 * math.pi)
        points = [offset(*PLACE, course + draws.uniform(-0.3, 0.3), draws.uniform(*far)) for far in (begins, ends)]
        words = [f"{math.degrees(float(lat)):.4f} N {math.degrees(float(lon)):.4f} E" for lat, lon in points]
        route = {
            "name": "R",
            "kind": "f16",
            "side": "hostile",
            "route": words,
            "speed": "240 m/s",
            "altitude": f"{draws.uniform(*heights):.1f} km",
        }
        world = scenes.radar_world(tartus, route=route)
        (k,) = scenes.chosen(world, [radar])
        others = world.rows["radars"].copy()
        others["emitting"][np.arange(len(others)) != k] = 0
        world = replace(world, rows=world.rows | {"radars": others})
        way, runner = approach.approach(world), Runner(world, seed=200 + n)
        batch = float(others[k]["frame"]) / float(others[k]["sectors"])
        for replication in range(25):
            events = runner.replicate(replication).events
            seen = float(events["time"][events["kind"] == int(Event.DETECT)].min())
            inside = (way.times >= seen - batch) & (way.times <= seen) & (way.snr[0] > 0.0)
            assert inside.any()  # never seen where the coverage has no view
            shares.append(float(np.interp(seen - 0.5 * batch, way.times, way.any)))
    ranks = (np.arange(len(shares)) + 0.5) / len(shares)
    assert np.abs(np.sort(shares) - ranks).max() < 1.63 / math.sqrt(len(shares)) + slack


def test_one_route_agrees_in_its_quantiles_and_leaves_the_warning_it_says():
    route = {
        "name": "R",
        "kind": "tomahawk",
        "side": "hostile",
        "route": ["35.2 N 34.0 E", "34.91 N 35.87 E"],
        "agl": "50 m",
        "speed": "245 m/s",
    }
    world = scenes.radar_world(load("tartus_2016"), route=route)
    way = approach.approach(world)
    runner = Runner(world, 5)
    times = []
    for k in range(40):
        events = runner.replicate(k).events
        times.append(float(events["time"][events["kind"] == int(Event.DETECT)].min()))
    assert np.median(times) == pytest.approx(way.detected(0.5), abs=1.5)
    assert way.detected(0.05) - 3.0 < min(times) <= max(times) < way.detected(0.95) + 6.0
    assert way.warning(0.5) == pytest.approx(way.ends - way.detected(0.5))
    assert (np.diff(way.any) >= 0.0).all()
    assert (way.any >= way.cumulative.max(axis=0) - 1e-9).all()  # another radar never makes detection later
    assert np.interp(100.0, way.times, way.heights) == pytest.approx(50.0, abs=15.0)


def test_a_steady_target_seen_once_a_frame_is_a_geometric_wait():
    """With one look a frame and equal chances, the misses multiply."""
    times = np.arange(0.0, 101.0)
    looks = np.arange(5.0, 100.0, 10.0)
    rising = 1.0 - approach._missed(times, looks, np.full((len(looks), 1), 0.7), np.ones(1), 1.0)
    expected = 1.0 - 0.7 ** np.searchsorted(looks, times, side="right")
    assert rising == pytest.approx(expected)


def test_looks_within_a_slot_share_the_fade():
    times = np.arange(0.0, 10.0)
    misses = np.array([[0.0, 1.0]])  # one fade shows the target surely, the other never
    one_slot = approach._missed(times, np.array([1.0, 2.0, 3.0]), np.repeat(misses, 3, axis=0), np.full(2, 0.5), 10.0)
    apart = approach._missed(times, np.array([1.0, 2.0, 3.0]), np.repeat(misses, 3, axis=0), np.full(2, 0.5), 0.5)
    assert one_slot[-1] == pytest.approx(0.5)
    assert apart[-1] == pytest.approx(0.125)


def test_first_time_is_interpolated_and_infinite_if_never():
    times, rising = np.array([0.0, 10.0, 20.0]), np.array([0.0, 0.4, 0.6])
    assert approach.first_time(times, rising, 0.5) == pytest.approx(15.0)
    assert approach.first_time(times, rising, 0.7) == math.inf
    assert approach.first_time(times, np.array([0.5, 0.6, 0.7]), 0.5) == 0.0


def test_no_flight_and_no_radar_are_told():
    world = scenes.radar_world(load("tartus_2016"))
    with pytest.raises(InputError, match="approach"):
        approach.approach(world)
