"""Who may be shot at, who is dealt with first, and what keeps a round from a track."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.scenes import CLEAR, HOME, TEXTBOOK, raid, scene
from openiads.catalog.load import catalog
from openiads.doctrine.assignment import (
    attacks,
    believed_class,
    envelope,
    exchanged,
    permitted,
    shot_at,
    spare_time,
    why_not,
    window,
)
from openiads.earth.geodesy import enu_axes, offset, to_ecef
from openiads.world.codes import Control, Evidence, Gate, Identity, ThreatClass
from openiads.world.sensed import TRACK

WORLD = scene(raid("Intruder"), model=CLEAR)
UNIT = WORLD.rows["units"][0]
MAGAZINE = WORLD.rows["magazines"][0]
FRIENDLY = {Identity.ASSUMED_FRIEND, Identity.FRIEND, Identity.NEUTRAL}


def under(control, self_defense=0.0):
    """The unit under a control state, with a declared self-defense distance, m."""
    unit = WORLD.rows["units"].copy()[0]
    unit["control"], unit["self_defense"] = int(control), self_defense
    return unit


@pytest.mark.parametrize("identity", [i for i in Identity if i])
def test_control_states_permit_what_they_say(identity):
    """Free: all but friends and neutrals.  Tight: hostile only.  Hold: nothing.  Nobody before it is identified."""
    pending = identity == Identity.PENDING
    free = Gate.NOT_IDENTIFIED if pending else Gate.RULES_OF_ENGAGEMENT if identity in FRIENDLY else 0
    tight = Gate.NOT_IDENTIFIED if pending else 0 if identity == Identity.HOSTILE else Gate.RULES_OF_ENGAGEMENT
    track = inbound(30e3)
    track["identity"] = int(identity)
    assert permitted(under(Control.FREE), track) == free
    assert permitted(under(Control.TIGHT), track) == tight
    assert permitted(under(Control.HOLD), track) == Gate.RULES_OF_ENGAGEMENT


@pytest.mark.parametrize("sign", [Evidence.IFF_REPLY, Evidence.CIVIL_TRANSPONDER])
@pytest.mark.parametrize("identity", [i for i in Identity if i])
def test_under_free_what_has_answered_is_fired_at_only_if_hostile(sign, identity):
    track = inbound(30e3)
    track["identity"], track["evidence"] = int(identity), 1 << int(sign)
    assert (permitted(under(Control.FREE), track) == 0) == (identity == Identity.HOSTILE)


def test_under_hold_only_declared_self_defense_permits_fire_and_only_at_what_comes_at_the_unit():
    at_it, past_it = inbound(30e3, height=2000.0), inbound(30e3, height=2000.0)
    at_it["identity"] = past_it["identity"] = int(Identity.HOSTILE)
    north = np.array(enu_axes(*HOME)).reshape(3, 3)[1]
    past_it["x"][:3] += 20e3 * north
    unit = under(Control.HOLD, 5000.0)
    assert attacks(unit, at_it) and not attacks(unit, past_it)
    assert permitted(unit, at_it) == 0
    assert permitted(unit, past_it) == Gate.RULES_OF_ENGAGEMENT
    assert permitted(under(Control.HOLD), at_it) == Gate.RULES_OF_ENGAGEMENT
    at_it["identity"] = int(Identity.SUSPECT)
    assert permitted(unit, at_it) == Gate.RULES_OF_ENGAGEMENT


@pytest.mark.parametrize(
    ("ballistic", "speed", "height", "expected"),
    [
        (1, 1500.0, 30e3, ThreatClass.BALLISTIC),
        (0, 50.0, 2e3, ThreatClass.DRONE),
        (0, 240.0, 50.0, ThreatClass.CRUISE),
        (0, 250.0, 6e3, ThreatClass.AIRCRAFT),
    ],
)
def test_a_track_is_taken_for_what_its_motion_says(ballistic, speed, height, expected):
    track = np.zeros(1, TRACK)[0]
    track["ballistic"], track["speed"], track["height"] = ballistic, speed, height
    assert believed_class(track) == expected


def inbound(distance, height=6000.0, speed=250.0):
    """A track head-on toward the unit, ``distance`` m west of it."""
    lat, lon = offset(*HOME, 1.5 * math.pi, distance)
    east = np.array(enu_axes(float(lat), float(lon))).reshape(3, 3)[0]
    track = np.zeros(1, TRACK)[0]
    track["x"][:3], track["x"][3:6] = to_ecef(float(lat), float(lon), height), speed * east
    track["speed"], track["height"] = speed, height
    return track


def test_the_window_lies_ahead_of_the_launch_and_on_the_tracks_way():
    track = inbound(80e3)
    first, x, y, z, last = window(WORLD.tables, UNIT, MAGAZINE, track, 5.0)
    assert 5.0 < first < last
    assert np.allclose([x, y, z], track["x"][:3] + first * track["x"][3:6], atol=100.0)
    later, *_ = window(WORLD.tables, UNIT, MAGAZINE, track, 25.0)
    assert later > first


def met_against(required):
    """Distances, km, at which a round meets what is taken for an aircraft that needs an acceleration, m/s2."""
    magazine = WORLD.rows["magazines"].copy()[0]
    magazine["required"][int(ThreatClass.AIRCRAFT)] = required
    tracks = {d: inbound(1e3 * d) for d in range(5, 260)}
    spare = {d: spare_time(WORLD.tables, UNIT, magazine, t, *t["x"][:3], 1000.0) for d, t in tracks.items()}
    return {d for d, s in spare.items() if s >= 0.0}


def test_a_class_of_higher_limit_never_has_a_larger_reach_and_there_is_no_jump():
    """From 0 to 7 g in steps of a tenth: what is met shrinks or stays, and where it shrinks most, by finer steps less.

    The lift that a round has left goes smoothly with distance (far ones come down steeply and fast), so the distances
    at which it has enough go smoothly with what is asked, though their farthest need not.
    """
    met = [met_against(0.1 * 9.80665 * n) for n in range(71)]
    assert all(more <= less for less, more in zip(met, met[1:], strict=False))
    size = np.array([len(each) for each in met])
    assert size[0] > 190 and size[-1] < 0.3 * size[0]
    steepest = 0.1 * int(np.argmin(np.diff(size)))
    fine = [len(met_against(9.80665 * (steepest + 0.01 * n))) for n in range(11)]
    assert -np.diff(fine).min() < -0.4 * np.diff(size).min() + 2.0


def test_crews_allow_for_the_class_they_believe_in():
    """What is required follows from the class that a track is taken for, never from what it is."""
    model = catalog()["behavior"]
    share, least = model.si("maneuver_allowed"), model.si("required_air")
    for kind in (ThreatClass.AIRCRAFT, ThreatClass.CRUISE, ThreatClass.DRONE):
        told = max(least, share * model.si(f"load_{kind.name.lower()}"))
        assert MAGAZINE["required"][int(kind)] == pytest.approx(told)
    assert MAGAZINE["required"][int(ThreatClass.AIRCRAFT)] > MAGAZINE["required"][int(ThreatClass.DRONE)]
    falls = max(model.si("required_ballistic"), share * model.si("load_ballistic"))
    assert MAGAZINE["required"][int(ThreatClass.BALLISTIC)] == pytest.approx(falls)
    harmless = WORLD.rows["magazines"].copy()[0]
    harmless["required"][int(ThreatClass.CRUISE)] = 1e6  # what it is not taken for is nothing to it
    assert window(WORLD.tables, UNIT, harmless, inbound(30e3), 0.0)[0] < math.inf


def test_a_track_that_dives_below_the_ground_is_shot_at_on_the_ground():
    """Expected: a flyer's track that sinks below the ground, however sure, leaves the window of one that stays just
    above it; once it had none, and no time was named as the reason for 38 s."""
    level, sunk = inbound(30_000.0, 30.0), inbound(30_000.0, -190.0)
    sunk["p"] = np.eye(7) * 1e-6
    first, *_ = window(WORLD.tables, UNIT, MAGAZINE, sunk, 0.0)
    assert math.isfinite(first)
    assert first == pytest.approx(window(WORLD.tables, UNIT, MAGAZINE, level, 0.0)[0], abs=2.0)


def test_a_faster_target_never_leaves_more_time():
    lasts = [window(WORLD.tables, UNIT, MAGAZINE, inbound(80e3, speed=v), 0.0)[4] for v in (150.0, 250.0, 400.0, 600.0)]
    assert lasts == sorted(lasts, reverse=True)


def test_what_no_round_reaches_is_named():
    for track, gate in (
        (inbound(60e3, height=60e3), Gate.OUT_OF_HEIGHT),
        (inbound(400e3, speed=100.0), None),
        (inbound(60e3, height=35e3, speed=100.0), None),
    ):
        found, first, _, believed, _ = envelope(WORLD.tables, UNIT, MAGAZINE, track, 0.0)
        if gate is None and first < math.inf:
            assert found == 0 and believed == MAGAZINE["pk_believed"][believed_class(track)]
        else:
            assert found != 0 and first == math.inf
            assert found == why_not(WORLD.tables, UNIT, MAGAZINE, track, 0.0)
            assert gate is None or found == gate


def test_a_shot_believed_hopeless_stops_at_the_floor():
    world = scene(raid("Intruder"), model=TEXTBOOK | {"kill_probability": 0.1})
    gate, first, *_ = envelope(world.tables, world.rows["units"][0], world.rows["magazines"][0], inbound(60e3), 0.0)
    assert (gate, first) == (Gate.PROBABILITY_FLOOR, math.inf)


def crossing(rng):
    """A track of any kind within reach or not: 10 to 250 km off, of 100 to 2,500 m/s, most of them inbound."""
    track = inbound(*(float(rng.uniform(*span)) for span in ((10e3, 250e3), (50.0, 30e3), (100.0, 2500.0))))
    track["x"][3:6] += rng.normal(0.0, 60.0, 3)
    track["ballistic"] = int(rng.integers(4) == 0)
    return track


def test_who_compares_shots_is_told_the_same_as_who_plans_one():
    """Gate, first intercept and belief, and whether the spare time is above a limit; below it, the time itself."""
    rng, above = np.random.default_rng(3), 0
    for _ in range(300):
        track, ready = crossing(rng), float(rng.uniform(0.0, 40.0))
        gate, first, _, believed, spare = envelope(WORLD.tables, UNIT, MAGAZINE, track, ready)
        for enough in (0.0, 30.0):
            told = shot_at(WORLD.tables, UNIT, MAGAZINE, track, ready, enough)
            assert (told[0], told[3], told[4] > enough) == (gate, believed, spare > enough)
            if told[4] <= enough:
                assert (told[1], told[4]) == (first, spare)
            else:
                assert told[1] <= first and told[4] <= spare
                above += 1
    assert above > 30


def test_what_no_place_of_the_table_allows_is_not_searched_and_would_not_be_found():
    """With the greatest speed and load of the table set aside, the search itself finds the same."""
    rng, hopeless = np.random.default_rng(5), 0
    blind, fast = MAGAZINE.copy(), MAGAZINE.copy()
    blind["quickest"] = blind["liveliest"] = math.inf
    for _ in range(200):
        track = crossing(rng)
        for ratio in (1.0, 3.0):
            blind["speed_ratio"] = fast["speed_ratio"] = ratio
            found = window(WORLD.tables, UNIT, fast, track, 0.0)
            assert found == window(WORLD.tables, UNIT, blind, track, 0.0)
            hopeless += track["ballistic"] == 0 and ratio * track["speed"] > fast["quickest"]
    assert hopeless > 20


BROCHURE = scene(raid("Intruder"), model=CLEAR | {"limits": "published"})


@pytest.mark.parametrize(
    ("distance", "height", "speed", "gate"),
    [(60e3, 6e3, 250.0, 0), (60e3, 6e3, 3500.0, Gate.OUT_OF_SPEED), (60e3, 27.5e3, 100.0, Gate.OUT_OF_HEIGHT)],
)
def test_brochure_limits_gate_height_and_target_speed(distance, height, speed, gate):
    track = inbound(distance, height, speed)
    magazine = BROCHURE.rows["magazines"][0]
    found, *_ = envelope(BROCHURE.tables, UNIT, magazine, track, 0.0)
    assert found == gate


def test_under_brochure_limits_the_window_is_cut_to_where_they_hold():
    """A shot waits for the target to come within the published range instead of being refused for good."""
    track = inbound(120e3, 9e3, 250.0)
    magazine = BROCHURE.rows["magazines"].copy()[0]
    magazine["limits"][0][1] = 60e3
    free, *_ = window(WORLD.tables, UNIT, MAGAZINE, track, 0.0)
    first, x, y, z, last = window(BROCHURE.tables, UNIT, magazine, track, 0.0)
    assert free < first < last
    assert math.dist((x, y, z), UNIT["position"]) == pytest.approx(60e3, rel=0.02)
    assert first == pytest.approx((120e3 - 60e3) / 250.0, rel=0.02)


def test_one_exchange_serves_both_tracks_where_greed_leaves_one_out():
    cost = np.full((8, 70), math.inf)
    cost[0, :2] = 50.0, 60.0  # the most urgent track is reached by both units,
    cost[1, 0] = 70.0  # the next one by the first alone
    assert exchanged(cost, 1, 2) == 0
    assert exchanged(cost, 2, 2) == 1
    cost[1, 1] = 71.0  # with an equal choice greed is right: 50 + 71 < 60 + 70
    assert exchanged(cost, 2, 2) == 0
    cost[1, 1] = 95.0
    assert exchanged(cost, 2, 2) == 1
    assert exchanged(np.full((8, 70), math.inf), 2, 2) == -1


@given(some.integers(0, 10_000))
def test_an_exchange_never_costs_more_than_greed(seed):
    """Over two tracks and some units the exchange is the exact least cost."""
    draw = np.random.default_rng(seed)
    units = int(draw.integers(2, 5))
    cost = np.full((8, 70), math.inf)
    cost[:2, :units] = draw.uniform(10.0, 100.0, (2, units))
    taken = exchanged(cost, 2, units)
    totals = {c: cost[0, c] + min(cost[1, d] for d in range(units) if d != c) for c in range(units)}
    assert totals[taken] == pytest.approx(min(totals.values()))
