"""Value at risk: in what order tracks are dealt with, and for whom rounds are kept."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from openiads.catalog.load import catalog
from openiads.doctrine.value import harm, next_track, rounds_announced, rounds_wanted, urgency_of, worth_of
from openiads.world.build import model_of
from openiads.world.codes import ThreatClass
from openiads.world.elements import ASSET, UNIT
from openiads.world.sensed import TRACK
from openiads.world.values import Values

MODEL = model_of(Values(catalog()))[0]
AIRCRAFT, CRUISE = int(ThreatClass.AIRCRAFT), int(ThreatClass.CRUISE)
DRONE, BALLISTIC = int(ThreatClass.DRONE), int(ThreatClass.BALLISTIC)

times = some.lists(some.sampled_from([10.0, 20.0, 30.0, math.inf]), min_size=1, max_size=8)


@given(times, some.randoms(use_true_random=False))
def test_tracks_are_dealt_with_by_urgency_and_then_by_number(soon, order):
    tracks = np.zeros(len(soon) + 1, TRACK)
    serials = list(range(1, len(soon) + 1))
    order.shuffle(serials)
    tracks["state"] = 3
    tracks["urgency"][: len(soon)], tracks["serial"][: len(soon)] = [-t for t in soon], serials
    tracks["urgency"][-1] = 1.0
    tracks["state"][-1] = 2  # a tentative one is not yet in the picture
    dealt = []
    while (k := next_track(tracks, np.arange(len(tracks)))) >= 0:
        tracks["dealt"][k] = 1
        dealt.append((-float(tracks["urgency"][k]), int(tracks["serial"][k])))
    assert dealt == sorted(zip(soon, serials, strict=True))


def test_another_posts_tracks_are_not_dealt_with():
    tracks = np.zeros(2, TRACK)
    tracks["state"], tracks["urgency"] = 3, (20.0, 10.0)
    assert next_track(tracks, np.zeros(0, np.int64)) == -1
    assert next_track(tracks, np.array([1])) == 1


def made(kind, seconds=100.0, **more):
    """A track of a believed class that threatens asset 0 in so many seconds."""
    track = np.zeros(1, TRACK)[0]
    track["ballistic"] = int(kind == BALLISTIC)
    track["speed"] = {DRONE: 50.0, CRUISE: 240.0, AIRCRAFT: 250.0, BALLISTIC: 1500.0}[kind]
    track["height"] = {DRONE: 500.0, CRUISE: 50.0, AIRCRAFT: 8e3, BALLISTIC: 30e3}[kind]
    track["threatening"], track["asset"], track["time_to_asset"], track["state"] = 1, 0, seconds, 3
    for name, value in more.items():
        track[name] = value
    return track


def assets(*values):
    rows = np.zeros(len(values), ASSET)
    rows["value"] = values
    return rows


def test_the_worth_of_a_track_is_the_harm_of_its_class_times_the_value_of_what_it_threatens():
    """Expected: proportional to the asset's value; a drone an order of magnitude below a missile; nothing for what
    threatens nothing."""
    assert worth_of(MODEL, made(CRUISE), assets(3.0)) == pytest.approx(3.0 * harm(MODEL, CRUISE))
    assert worth_of(MODEL, made(DRONE), assets(1.0)) <= 0.3 * worth_of(MODEL, made(CRUISE), assets(1.0))
    assert worth_of(MODEL, made(BALLISTIC, threatening=0), assets(1.0)) == 0.0


@given(some.floats(0.01, 0.99), some.integers(1, 6), some.floats(1.0, 2000.0))
def test_urgency_falls_with_the_time_left_and_with_the_rounds_it_costs(chance, salvo, seconds):
    """Expected: inverse in the time left beyond the shortest that counts; the harm that a round averts falls with each
    further one; proportional to worth."""
    track = made(CRUISE, seconds, worth=1.0)
    now = urgency_of(MODEL, track, chance, salvo)
    assert urgency_of(MODEL, made(CRUISE, 2.0 * seconds, worth=1.0), chance, salvo) <= now
    assert urgency_of(MODEL, track, chance, salvo + 1) < now
    assert urgency_of(MODEL, made(CRUISE, seconds, worth=2.0), chance, salvo) == pytest.approx(2.0 * now)


def test_a_near_drone_comes_before_a_far_missile_and_after_a_near_one():
    near, far = made(CRUISE, 40.0, worth=1.0), made(CRUISE, 600.0, worth=1.0)
    drone = made(DRONE, 40.0, worth=0.1)
    order = [urgency_of(MODEL, each, 0.8, 2) for each in (near, drone, far)]
    assert order == sorted(order, reverse=True)


def test_rounds_are_wanted_for_waiting_tracks_of_more_worth_only():
    tracks = np.zeros(5, TRACK)
    tracks["state"], tracks["worth"] = 3, (0.1, 1.0, 2.0, 2.0, 2.0)
    tracks["engagements"][3] = 1  # has its unit already
    tracks["assessed_dead"][4] = 1
    rows = np.arange(5)
    assert [rounds_wanted(tracks, rows, k, 2) for k in range(3)] == [4, 2, 0]


def test_rounds_are_kept_for_announced_classes_of_more_harm():
    unit = np.zeros(1, UNIT)[0]
    unit["reserves"][BALLISTIC], unit["reserves"][CRUISE] = 8, 4
    kept = {kind: rounds_announced(MODEL, unit, made(kind)) for kind in (DRONE, CRUISE, BALLISTIC)}
    assert kept == {DRONE: 12, CRUISE: 8, BALLISTIC: 0}
