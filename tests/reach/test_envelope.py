"""Envelopes: their definition, what makes them grow and shrink, volumes, horizons, and passes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.earth.geodesy import to_ecef
from openiads.earth.shapes import flat
from openiads.earth.sight import horizon_range
from openiads.physics.encounter import firing_opportunities
from openiads.reach import envelope as study
from openiads.reach import hold, opportunities, scenes, straight
from openiads.reach.envelope import UnitConditions
from openiads.reach.kill_map import kill_map
from openiads.reach.straight import Paths, Target
from openiads.world.build import World

pytestmark = pytest.mark.compiled_only  # a hundred thousand points each

HEIGHTS = (50.0, 500.0, 5000.0, 12_000.0)


@pytest.fixture(scope="module")
def favorit() -> World:
    return scenes.unit_world("s300pmu2")


@pytest.fixture(scope="module")
def patriot() -> World:
    return scenes.unit_world("patriot_pac2")


def inside(world: World, target: Target | None = None, **asked: Any) -> dict[str, list[np.ndarray]]:
    """Points inside at each height, by arm."""
    around = np.arange(24) * (math.tau / 24)
    question = UnitConditions(**asked)
    found = study.envelopes(world, target or Target(), HEIGHTS, azimuths=around, question=question)
    return {arm: [each.inside(k) for k in range(len(HEIGHTS))] for arm, each in found.items()}


def holds(more: list[np.ndarray], less: list[np.ndarray], *, strictly: bool = True) -> None:
    """Every point of the one is in the other, ranges counted from the unit; and some are new."""
    gained = 0
    for large, small in zip(more, less, strict=True):
        n = min(large.shape[1], small.shape[1])
        assert not (small[:, -n:] & ~large[:, -n:]).any() and not small[:, :-n].any()
        gained += int(large.sum()) - int(small.sum())
    assert gained > 0 or not strictly


# ------------------------------------------------------------------ relations


@pytest.mark.parametrize("arm", study.LIMITS)
def test_it_grows_with_signature_and_shrinks_with_speed_load_and_delay(favorit: World, arm: str) -> None:
    usual = inside(favorit)[arm]
    holds(inside(favorit, Target(rcs=4.0))[arm], usual)
    holds(usual, inside(favorit, Target(speed=500.0))[arm])
    holds(usual, inside(favorit, Target(load=60.0))[arm])
    holds(usual, inside(favorit, reaction=30.0)[arm])


def test_a_better_radar_and_a_better_round_never_shrink_it(favorit: World) -> None:
    usual = inside(favorit)["emergent"]
    holds(inside(scenes.unit_world("s300pmu2", knobs={"30n6e2.snr": 6.0}))["emergent"], usual)
    stronger = inside(scenes.unit_world("s300pmu2", knobs={"48n6e2.impulse": 1.06}), Target(rcs=50.0))["emergent"]
    assert sum(int(each.sum()) for each in stronger) > sum(
        int(each.sum()) for each in inside(favorit, Target(rcs=50.0))["emergent"]
    )


def test_cueing_and_turning_only_help(favorit: World) -> None:
    usual = inside(favorit)["emergent"]
    holds(usual, inside(favorit, cued=False)["emergent"], strictly=False)
    holds(usual, inside(favorit, turn=False)["emergent"])


def test_published_limits_are_inside_the_printed_numbers_and_inside_the_emergent_ones(patriot: World) -> None:
    around = np.arange(12) * (math.tau / 12)
    found = study.envelopes(patriot, Target(rcs=30.0), (30.0, 100.0, 5000.0, 23_900.0, 24_100.0), azimuths=around)
    near, far, low, high = patriot.rows["magazines"][0]["limits"][0]
    for k, height in enumerate(found["published"].heights):
        assert not (found["published"].inside(k) & ~found["emergent"].inside(k)).any()
        held = found["published"].inside(k)
        assert held.any() == (low <= height <= high) or not found["emergent"].inside(k).any()
        slant = np.linalg.norm(found["published"].paths[k].at - patriot.rows["units"][0]["position"], axis=2)
        assert not held.any() or near <= slant[held].min() <= slant[held].max() <= far


def test_a_target_faster_than_printed_is_met_by_emergent_limits_alone() -> None:
    world = scenes.unit_world("s300ps")
    limit = float(world.rows["magazines"][0]["speed_limit"])
    assert math.isfinite(limit)
    found = study.envelopes(world, Target(limit + 1.0, 30.0), (9000.0,), azimuths=np.array([0.0, 0.1]))
    assert found["emergent"].inside(0).any()
    assert not found["published"].inside(0).any()


def test_over_the_sea_nothing_is_met_below_the_radar_horizon(favorit: World) -> None:
    radar = favorit.rows["radars"][int(favorit.rows["units"][0]["radar"])]
    radius = float(favorit.rows["situation"][0]["earth_radius"])
    found = study.envelopes(favorit, Target(rcs=1e4), (10.0, 50.0, 200.0))["emergent"]
    for k, height in enumerate(found.heights):
        assert 0.0 < found.farthest(k) <= horizon_range(float(radar["height"]), float(height), radius)


def test_inclined_launchers_meet_nothing_behind_them(patriot: World) -> None:
    around = np.arange(72) * (math.tau / 72)
    found = study.envelopes(patriot, Target(), (5000.0,), azimuths=around)["emergent"]
    off = np.abs((around + math.pi) % math.tau - math.pi)
    half = float(patriot.rows["launchers"][0]["arc_half"])
    met = found.inside(0).any(axis=1)
    assert met[off < math.radians(20.0)].all()
    assert not met[off > half + 1e-6].any()


# ------------------------------------------------------------------ over the sea


@pytest.fixture(scope="module")
def cruiser() -> World:
    return scenes.unit_world("s300f")


def head_on(world: World, height: float, step: float, speed: float = 250.0) -> Paths:
    return straight.inbound(
        world.terrain, scenes.home(world), speed, height, 75e3, azimuths=np.array([0.0, 0.01]), step=step
    )


def survives(seen: np.ndarray, dt: float, allowed: float) -> np.ndarray:
    """The rule in plain words: what lies between two sights no farther apart than a round survives is held."""
    held, last = seen.copy(), -1
    for k in np.flatnonzero(seen):
        if last >= 0 and (k - last) * dt <= allowed:
            held[last:k] = True
        last = k
    return held


@pytest.mark.parametrize("height", [80.0, 100.0, 200.0, 400.0])
def test_breaks_that_a_round_survives_are_held_and_longer_ones_are_not(cruiser: World, height: float) -> None:
    radar = cruiser.rows["radars"][int(cruiser.rows["units"][0]["radar"])]
    kinds = scenes.magazines_of(cruiser, 0)
    allowed = float(cruiser.rows["magazines"]["support_break"][0] + radar["service_interval"])
    fine, coarse = head_on(cruiser, height, 20.0), head_on(cruiser, height, 500.0)
    facing = np.full(2, float(radar["boresight"]))
    seen = hold.sights(cruiser, 0, fine, Target(), facing)[0]
    wanted = survives(seen, 20.0 / 250.0, allowed)
    assert seen.any() and not np.array_equal(seen, wanted)
    found = hold.holds(cruiser, 0, coarse, Target(), kinds, facing)[0]
    there = np.searchsorted(-fine.along, -coarse.along)
    off = found != wanted[np.minimum(there, len(wanted) - 1)]
    assert off.sum() <= 2  # at the very edge of a lobe


def test_nulls_of_a_second_do_not_cut_a_ship_s_envelope_into_rings(cruiser: World) -> None:
    """At 50 m the lobes of its radar leave a null of half a second at 20 km, which no round in the air notices."""
    around = np.array([0.0, 0.1])
    found = study.envelopes(cruiser, Target(), (50.0, 100.0), ("emergent",), azimuths=around, step=250.0)["emergent"]
    for k in (0, 1):
        assert np.count_nonzero(np.diff(found.inside(k)[0].astype(int))) == 2
        assert found.nearest(k) < 8e3 and found.farthest(k) > 25e3


def test_rounds_that_survive_longer_breaks_reach_farther_over_the_sea(cruiser: World) -> None:
    areas = []
    for seconds in (0.0, 4.0, 12.0):
        magazines = cruiser.rows["magazines"].copy()
        magazines["support_break"] = seconds
        world = replace(cruiser, rows=dict(cruiser.rows) | {"magazines": magazines})
        found = study.envelopes(world, Target(), (200.0,), ("emergent",), azimuths=np.array([0.0, 0.1]), step=250.0)
        areas.append(found["emergent"].area(0))
    assert 0.0 < areas[0] < areas[1] < areas[2]


# ------------------------------------------------------------------ numbers


def test_volume_agrees_with_a_count_of_random_points(favorit: World) -> None:
    rng = np.random.default_rng(7)
    radius, top, count, hits = 160e3, 34e3, 0, 0
    for _ in range(250):
        azimuth, height = float(rng.uniform(0.0, math.pi)), float(rng.uniform(0.0, top))
        found = study.envelopes(
            favorit, Target(), (height,), ("emergent",), azimuths=np.array([azimuth, azimuth + 0.001]), step=500.0
        )["emergent"]
        ranges = radius * np.sqrt(rng.uniform(0.0, 1.0, 40))  # even over the disk
        column = np.clip(np.searchsorted(-found.paths[0].along, -ranges), 0, found.paths[0].along.size - 1)
        hits += int(found.inside(0)[0][column].sum())
        count += len(ranges)
    counted = hits / count * math.pi * radius * radius * top * 1e-9
    assert study.envelope_volume("s300pmu2") == pytest.approx(counted, rel=0.08)


def test_volumes_of_the_arms_and_low_reach_of_a_system() -> None:
    assert study.envelope_volume("s300f", limits="published") <= study.envelope_volume("s300f", limits="emergent")
    assert study.envelope_volume("s300f", turn=False) < study.envelope_volume("s300f")
    seen, met = study.low_reach("s300pmu2", mast=24.0)
    higher, _ = study.low_reach("s300pmu2", mast=38.0)
    assert 0.0 < met < seen < higher
    assert seen == pytest.approx(4120.0 * (math.sqrt(24.0) + math.sqrt(50.0)), rel=0.02)


def test_parallel_paths_hold_the_inbound_ones_at_no_crossing_distance(favorit: World) -> None:
    course, height = math.pi, 3000.0
    reach = study.reach_of(favorit, 0, Target(), UnitConditions())
    family = straight.parallel(
        favorit.terrain, scenes.home(favorit), 250.0, height, reach, course, crossings=np.array([0.0, 50e3])
    )
    one = straight.inbound(favorit.terrain, scenes.home(favorit), 250.0, height, reach, azimuths=np.array([0.0, 1.0]))
    coming = family.along < 0.0
    met = study.assess(favorit, 0, family, Target(), ("emergent",), UnitConditions(turn=False))["emergent"][0] >= 0.0
    same = study.assess(favorit, 0, one, Target(), ("emergent",), UnitConditions(turn=False))["emergent"][0] >= 0.0
    assert np.array_equal(met[coming][-len(same) :], same[-int(coming.sum()) :])


def test_places_of_paths_are_those_of_the_earth_and_flown_at_their_speed() -> None:
    paths = straight.inbound(flat(), (0.61, 0.63), 250.0, 800.0, 100e3)
    for i, j in ((0, 0), (33, 50), (90, 99)):
        wanted = to_ecef(float(paths.lats[i, j]), float(paths.lons[i, j]), 800.0)
        assert paths.at[i, j] == pytest.approx(wanted, abs=1e-6)
    assert np.linalg.norm(paths.velocity, axis=2) == pytest.approx(np.full(paths.free.shape, 250.0))
    steps = np.linalg.norm(np.diff(paths.at, axis=1), axis=2) / np.diff(paths.times)
    assert steps == pytest.approx(np.full(steps.shape, 250.0), rel=2e-3)


def test_cells_of_inbound_paths_fill_the_disk() -> None:
    paths = straight.inbound(flat(), (0.61, 0.63), 250.0, 800.0, 100e3)
    assert paths.cells.sum() == pytest.approx(math.pi * 100e3**2)


# ------------------------------------------------------------------ passes


def test_successive_shots_at_constant_speeds_are_those_of_the_closed_form() -> None:
    speed, round_speed, detection, farthest, nearest = 250.0, 1000.0, 150e3, 90e3, 5e3
    times = np.arange(0.0, 600.0, 0.01)
    ranges = detection - speed * times
    latest = np.where((ranges <= farthest) & (ranges >= nearest), times - ranges / round_speed, -math.inf)
    ready = np.full(len(times), 10.0)
    found = [float(ranges[k]) for k, _ in opportunities.chain(times, latest, ready, 8.0)]
    wanted = firing_opportunities(detection, speed, round_speed, 10.0, 8.0, farthest, nearest)
    assert found == pytest.approx(wanted, abs=10.0)


def test_chances_of_a_pass_fall_with_speed_and_end_with_distance(favorit: World) -> None:
    crossings = np.linspace(0.0, 240e3, 9)
    slow = opportunities.passes(favorit, Target(), 3000.0, math.pi, crossings)
    fast = opportunities.passes(favorit, Target(600.0), 3000.0, math.pi, crossings)
    assert len(slow[0].chances) > len(fast[0].chances) > 0
    assert not slow[-1].chances and slow[-1].last is None and slow[-1].warning == 0.0
    first = slow[0]
    assert first.last is not None
    assert first.seen < first.chances[0].launch < first.chances[-1].launch <= first.last.launch
    gaps = np.diff([c.intercept for c in first.chances])
    scenes = favorit.rows["units"][0]
    assert gaps.min() >= float(scenes["assess_delay"] + scenes["crew_delay"])


LOW = (30.0, 50.0, 70.0, 100.0)
CLOSE = np.arange(-40e3, 41e3, 2e3)  # m


@pytest.fixture(scope="module", params=["s300pmu2", "s300ps", "s300f", "patriot_pac2"])
def any_unit(request: pytest.FixtureRequest) -> World:
    return scenes.unit_world(request.param)


@pytest.mark.parametrize("height", LOW)
def test_what_comes_low_is_met_before_it_is_overhead_whatever_its_crossing_distance(
    any_unit: World, height: float
) -> None:
    """A radar that looks where a target comes from shoots at it there, and does not wait to see it leave."""
    found = opportunities.passes(any_unit, Target(), height, math.pi, CLOSE)
    ahead = study.envelopes(any_unit, Target(), (height,), ("emergent",), azimuths=np.array([0.0, 0.01]), step=250.0)
    over = found[len(CLOSE) // 2]
    assert over.crossing == 0.0 and ahead["emergent"].farthest(0) > 0.0
    assert -over.chances[0].along == pytest.approx(ahead["emergent"].farthest(0), abs=250.0)
    for each, mirrored in zip(found, reversed(found), strict=True):
        assert len(each.chances) == len(mirrored.chances)
        assert [c.along for c in each.chances] == pytest.approx([c.along for c in mirrored.chances], abs=250.0)
    reach = [each.chances[0].ground_range for each in found if abs(each.crossing) <= 0.5 * over.chances[0].ground_range]
    assert np.abs(np.diff(reach)).max() < 1e3
    assert all(c.along < 0.0 for each in found for c in each.chances[:1] if abs(each.crossing) <= 20e3)


@pytest.mark.parametrize("speed", [150.0, 240.0, 400.0])
def test_turning_the_radar_never_delays_the_first_shot_nor_costs_the_last(favorit: World, speed: float) -> None:
    """What a radar meets that stays on its facing it meets also where it may turn, and more as the target leaves."""
    crossings, gained = np.arange(0.0, 60e3, 3e3), 0
    for height in (*LOW, 1000.0, 10_000.0):
        still, turned = (
            opportunities.passes(
                favorit, Target(speed), height, math.pi, crossings, question=UnitConditions(turn=may_turn)
            )
            for may_turn in (False, True)
        )
        for fixed, free in zip(still, turned, strict=True):
            if fixed.chances:
                assert free.chances[: len(fixed.chances)] == fixed.chances
                assert free.warning >= fixed.warning
            gained += len(free.chances) - len(fixed.chances)
    assert gained > 0


def test_a_radar_does_not_turn_while_a_round_is_on_its_way(favorit: World) -> None:
    """Intercepts in one position of the radar lie within its sector, and a turn comes between them and the next."""
    radar, row = favorit.rows["radars"][int(favorit.rows["units"][0]["radar"])], favorit.rows["units"][0]
    half, rate = float(radar["track_half"]), float(radar["slew_rate"])
    (each, _) = opportunities.passes(favorit, Target(), 3000.0, math.pi, [0.0, 500e3])
    coming = [c for c in each.chances if c.along < 0.0]
    leaving = [c for c in each.chances if c.along > 0.0]
    assert coming and leaving and half < math.pi / 2
    busy = coming[-1].intercept + float(row["assess_delay"])
    assert leaving[0].launch >= busy + math.pi / rate + UnitConditions().delay(favorit, 0)


# ------------------------------------------------------------------ kill probability


def test_kill_probability_falls_where_a_round_has_nothing_left() -> None:
    world = scenes.unit_world("s300pmu2", kill=True)
    chance = kill_map(world, Target(), (100e3, 190e3), (5000.0, 26_000.0), samples=30)
    magazine = world.rows["magazines"][0]
    most = float(magazine["reliability"] * magazine["common_mode"])
    assert chance.max() <= most and chance[0, 0] > 0.7
    assert chance[1, 1] == 0.0


def test_kill_probability_needs_the_models_of_the_endgame(favorit: World) -> None:
    with pytest.raises(InputError, match="encounter"):
        kill_map(favorit, Target(), (50e3,), (5000.0,))


# ------------------------------------------------------------------ bad questions


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        (lambda w: scenes.unit_world("nike"), "not a system"),
        (lambda w: study.envelopes(w, Target(speed=0.0), (100.0,)), "above 0"),
        (lambda w: study.envelopes(w, Target(rcs=math.nan), (100.0,)), "above 0"),
        (lambda w: study.envelopes(w, Target(), (500.0, 100.0)), "rising"),
        (lambda w: study.envelopes(w, Target(), ()), "one or more"),
        (lambda w: study.envelopes(w, Target(), (100.0,), ("brochure",)), "brochure"),
        (lambda w: study.envelopes(w, Target(), (100.0,), question=UnitConditions(reaction=-1.0)), "0 s or more"),
        (lambda w: study.envelopes(w, Target(), (100.0,), question=UnitConditions(round="v500")), "v500"),
        (lambda w: straight.of_threat("scud_b"), "level"),
    ],
)
def test_what_cannot_be_asked_is_refused(favorit: World, ask: Any, word: str) -> None:
    with pytest.raises(InputError, match=word):
        ask(favorit)
