"""What spares work must change nothing: looks that are only counted, flights left where they were, bounds of paths."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.earth.sight import cover_table, greatest_height, lowest_visible
from openiads.engine.runner import Runner
from openiads.parts.flights import state_of
from openiads.parts.sensing import OUT_OF_RANGE, OUT_OF_SECTOR, alike_for
from openiads.parts.service import nearest_flight
from openiads.physics.motion import local_up, state_at
from openiads.scenario.load import load
from openiads.world.build import World, build
from openiads.world.codes import Event, Look

pytestmark = pytest.mark.compiled_only

NAMES = ("raid24", "tartus_2017_contested", "hmeimim_2018", "moskva_2015_with_shore")
CODES = {0: int(Look.VISIBLE), 1: int(Look.VISIBLE), int(Look.JAMMED): int(Look.VISIBLE)}
KEY = 32  # kinds of event below are logged for every replication


@pytest.fixture(scope="module", params=NAMES)
def world(request: pytest.FixtureRequest) -> World:
    return build(load(request.param))


def spared(world: World, replication: int) -> tuple[int, int]:
    """How many looks of a replication the look before spares, of how many; asserted: none comes out otherwise."""
    runner = Runner(world, 7)
    events = runner.replicate(replication, record=True).events
    looks = events[events["kind"] == int(Event.LOOK)]
    # in a turn nothing is promised, nor beyond the moment at which a radar is laid anew
    turned = set(events["flight"][events["kind"] == int(Event.EVADE)].tolist())
    laid = set(events["radar"][events["kind"] == int(Event.SLEW)].tolist())
    less = 0
    for r in range(len(world.rows["radars"])):
        for f in range(len(world.rows["flights"])):
            if r in laid or f in turned:
                continue
            mine = looks[(looks["radar"] == r) & (looks["flight"] == f)]
            radar, flight = world.rows["radars"][r], world.rows["flights"][f]
            until, code = -math.inf, 0
            # a look is logged when its batch ends, up to a batch after the moment of which its promise counts
            batch = radar["frame"] / radar["sectors"] / (1.0 - radar["occupancy_limit"])
            for each in mine:
                now, came = float(each["time"]), CODES.get(int(each["code"]), int(each["code"]))
                if now < until:
                    assert came == code, (r, f, now, until)
                    less += 1
                    continue  # it would not have been taken, and nothing would rest on it
                code = came
                given = [float(v) for v in each["value"][:3]]
                until = now - batch + alike_for(world.tables, radar, flight, code, *given)
    return less, len(looks)


def test_looks_that_are_spared_come_out_as_the_one_before(world: World) -> None:
    """Every look that a run without records would only count is taken in a recorded one: its code is the one before."""
    less, taken = spared(world, 3)
    assert taken > 1000
    assert less > 0.1 * taken if world.scenario.name.startswith("Tartus") else less >= 0


def test_a_run_without_records_is_the_recorded_one(world: World) -> None:
    """What is counted and not looked at in the one is looked at in the other: outcome and key events are the same."""
    runner = Runner(world, 11)
    for replication in range(2):
        plain, told = runner.replicate(replication), runner.replicate(replication, record=True)
        kept = told.events[told.events["kind"] < KEY]
        assert plain.outcome.tobytes() == told.outcome.tobytes()
        assert len(kept) == len(plain.events)
        for name in plain.events.dtype.names or ():
            assert np.array_equal(kept[name], plain.events[name], equal_nan=True), name


def test_paths_are_no_faster_and_no_lower_than_their_bounds(world: World) -> None:
    """Tried at 2,000 moments of every path, ends and turns among them."""
    for flight in world.rows["flights"]:
        at = int(flight["path"])
        start, step, count = (float(v) for v in world.tables[at : at + 3])
        for t in np.linspace(start, start + step * (count - 1.0), 2000 if len(world.rows["flights"]) < 40 else 200):
            x, y, z, vx, vy, vz = state_at(world.tables, at, float(t))
            assert math.sqrt(vx * vx + vy * vy + vz * vz) <= flight["fastest"]
            assert local_up(x, y, z)[3] >= flight["floor"]


def test_no_azimuth_of_a_mask_asks_for_more_than_its_cover() -> None:
    """At any range and azimuth the mask's height is at most the cover's, which rises with range; none beyond it."""
    world = build(load("raid24"))
    rng = np.random.default_rng(1)
    for radar in world.rows["radars"]:
        mask, cover = int(radar["mask_table"]), int(radar["cover_table"])
        last = (world.tables[mask + 1] - 1.0) * world.tables[mask + 2]
        before = 0.0
        for ground in np.sort(rng.uniform(0.0, last, 300)):
            most = greatest_height(world.tables, cover, float(ground))
            assert most >= before
            before = most
            for azimuth in rng.uniform(0.0, 2.0 * math.pi, 20):
                assert lowest_visible(world.tables, mask, float(azimuth), float(ground)) <= most + 1e-6
        assert greatest_height(world.tables, cover, 1.001 * last) > 1e9


def test_a_cover_holds_what_only_one_azimuth_asks_for() -> None:
    """A ridge in one direction counts from where it stands on."""
    mask = np.concatenate(([4.0, 5.0, 500.0, 8.5e6, 20.0, 4 / (2 * math.pi), 1 / 500.0, 0.0], np.zeros(20)))
    mask[8 + 2 * 5 + 3] = 700.0
    assert cover_table(mask).tolist() == [5.0, 1 / 500.0, 0.0, 0.0, 0.0, 700.0, 700.0]


def test_the_nearest_flight_is_that_of_all_flights_wherever_they_were_looked_for_before(world: World) -> None:
    """Against all distances, for boxes of 0.5 to 40 km about flights and beside them, later and later."""
    runner = Runner(world, 5)
    runner._reset(0, False)
    sim, rng = runner.sim, np.random.default_rng(2)
    flights = sim.flights
    found = 0
    for now in np.sort(rng.uniform(0.0, 0.9 * float(sim.situation[0]["duration"]), 400)):
        sim.situation[0]["now"] = now
        flying = np.flatnonzero((flights["starts"] <= now) & (flights["terminal"] == 0))
        if not len(flying):
            continue
        places = np.array([state_of(sim, int(f), float(now))[:3] for f in flying])
        about = places[rng.integers(len(flying))] + rng.normal(0.0, 3000.0, 3)
        box = float(rng.choice([500.0, 3000.0, 40_000.0]))
        square = ((places - about) ** 2).sum(axis=1)
        expected = int(flying[square.argmin()]) if square.min() < box * box else -1
        guess = int(rng.integers(-1, len(flights)))
        assert nearest_flight(sim, *(float(v) for v in about), box, guess) == expected
        found += expected >= 0
    assert found > 20


def test_nothing_is_promised_of_looks_that_may_change() -> None:
    """Of one in view, of a radar that moves and of a flight in its turn; the nearer to the range, the shorter."""
    world = build(load("raid24"))
    radar, flight = world.rows["radars"][0].copy(), world.rows["flights"][0].copy()
    far = float(radar["range_max"])

    def alike(code: int, distance: float) -> float:
        return float(alike_for(world.tables, radar, flight, code, distance, float(radar["boresight"]), 0.0))

    assert alike(int(Look.VISIBLE), 0.5 * far) == alike(int(Look.BELOW_MASK), 0.5 * far) == 0.0
    waits = [alike(OUT_OF_RANGE, far + beyond) for beyond in (0.0, 100.0, 1e3, 1e4, 1e5)]
    assert waits[0] == 0.0
    assert waits == sorted(waits)
    assert waits[-1] * float(flight["fastest"]) == pytest.approx(1e5, rel=1e-3)
    assert alike(OUT_OF_RANGE, 0.0) == 0.0  # too near
    flight["turns_at"] = 10.0
    assert alike(OUT_OF_RANGE, 2.0 * far) == 0.0
    flight["turns_at"], radar["platform"] = math.inf, 0
    assert alike(OUT_OF_RANGE, 2.0 * far) == alike(OUT_OF_SECTOR, 0.5 * far) == 0.0
