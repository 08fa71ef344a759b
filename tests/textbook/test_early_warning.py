"""Closed forms of early warning: limits, inverses, a flight simulated step by step, domains."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from openiads import textbook
from openiads.base.constants import MEAN_RADIUS
from openiads.base.errors import InputError
from openiads.textbook import LookDown

RADAR = LookDown(sigma0=1e-3, azimuth=math.radians(1.0), pulse=1e-6, improvement=1e5)

# ------------------------------------------------------------------ horizon


def test_two_heights_see_each_other_where_their_rays_touch_the_earth() -> None:
    """Each tangent and its radius are two sides of a right triangle whose third is radius plus height."""
    radius = 4.0 / 3.0 * MEAN_RADIUS
    for sensor, target in ((0.0, 0.0), (10.0, 0.0), (9000.0, 15.0), (1e6, 3e5)):
        tangents = [radius * math.tan(math.acos(radius / (radius + up))) for up in (sensor, target)]
        found = textbook.warning(sensor, target, 245.0)
        assert found.distance == pytest.approx(sum(tangents), rel=1e-7)
        assert found.time == found.distance / 245.0
        assert textbook.warning(target, sensor, 245.0) == found


def test_higher_sees_farther_and_small_heights_keep_their_digits() -> None:
    heights = [0.0, 1e-12, 1e-3, 1.0, 50.0, 3e3, 9e3, 4e5]
    reach = [textbook.warning(up, 0.0, 1.0).distance for up in heights]
    assert np.all(np.diff(reach) > 0.0)
    assert reach[1] == pytest.approx(math.sqrt(2.0 * 4.0 / 3.0 * MEAN_RADIUS * 1e-12), rel=1e-12)
    straight = textbook.warning(50.0, 0.0, 1.0, earth_radius=MEAN_RADIUS).distance
    assert reach[4] / straight == pytest.approx(math.sqrt(4.0 / 3.0), rel=1e-4)


# ------------------------------------------------------------------ clutter


@pytest.mark.parametrize("height", [0.0, 50.0, 9000.0])
def test_at_the_clutter_limited_range_the_ratio_is_the_required_one(height: float) -> None:
    for rcs in (0.05, 1.0, 50.0):
        for required in (1.0, 20.0, 1e3):
            at = textbook.clutter_limited_range(RADAR, rcs, required, height)
            if at == 0.0:
                steepest = math.sqrt(2.0) * height  # where R sec psi is least
                assert textbook.signal_to_clutter(RADAR, rcs, steepest, height) < required
                continue
            assert textbook.signal_to_clutter(RADAR, rcs, at, height) == pytest.approx(required, rel=1e-11)
            assert textbook.signal_to_clutter(RADAR, rcs, 1.001 * at, height) < required


def test_the_ratio_falls_with_the_first_power_of_range_and_not_with_the_fourth() -> None:
    for far in (1e4, 1e5, 3e5):
        one, two = (textbook.signal_to_clutter(RADAR, 0.1, r, 0.0) for r in (far, 2.0 * far))
        assert one / two == pytest.approx(2.0, rel=1e-14)
    for factor in (0.5, 10.0):
        more = LookDown(1e-3, math.radians(1.0), 1e-6, factor * 1e5)
        here, there = (textbook.clutter_limited_range(radar, 0.1, 20.0) for radar in (RADAR, more))
        assert there / here == pytest.approx(factor, rel=1e-14)


def test_the_limit_ends_smoothly_where_looking_down_gets_steep() -> None:
    """X = 2 h is the last level with a range, and there it is sqrt(2) h."""
    level = textbook.clutter_limited_range(RADAR, 1.0, 1000.0)
    assert textbook.clutter_limited_range(RADAR, 1.0, 1000.0, 0.499999 * level) == pytest.approx(
        math.sqrt(0.5) * level, rel=2e-3
    )
    assert textbook.clutter_limited_range(RADAR, 1.0, 1000.0, 0.500001 * level) == 0.0
    heights = np.linspace(0.0, 0.5 * level * (1.0 - 1e-9), 500)
    assert np.all(np.diff([textbook.clutter_limited_range(RADAR, 1.0, 1000.0, h) for h in heights]) <= 0.0)


def test_a_surface_that_returns_nothing_and_a_target_that_returns_nothing() -> None:
    mirror = LookDown(0.0, 0.02, 1e-6, 1.0)
    assert textbook.signal_to_clutter(mirror, 0.1, 1e5, 9e3) == math.inf
    assert textbook.clutter_limited_range(mirror, 0.1, 20.0, 9e3) == math.inf
    assert textbook.signal_to_clutter(RADAR, 0.0, 1e5, 9e3) == 0.0
    assert textbook.clutter_limited_range(RADAR, 0.0, 20.0, 9e3) == 0.0


# ------------------------------------------------------------------ cues


def test_the_spread_of_a_cue_grows_with_delay_from_that_of_the_track() -> None:
    assert textbook.cue_spread(300.0, 15.0, 5.0, 0.0) == 300.0
    spread = [textbook.cue_spread(300.0, 15.0, 5.0, t) for t in np.linspace(0.0, 60.0, 601)]
    assert np.all(np.diff(spread) > 0.0)
    late = textbook.cue_spread(300.0, 15.0, 5.0, 1e6)
    assert late == pytest.approx(0.5 * 5.0 * 1e12, rel=1e-9)


def test_the_spread_is_that_of_sampled_errors() -> None:
    random = np.random.default_rng(3)
    errors = random.normal(size=(3, 400_000))
    sample = 300.0 * errors[0] + 15.0 * 9.0 * errors[1] + 5.0 * 81.0 / 2.0 * errors[2]
    assert textbook.cue_spread(300.0, 15.0, 5.0, 9.0) == pytest.approx(sample.std(), rel=5e-3)


def test_beams_cover_the_cue_edge_to_edge() -> None:
    for spread in np.linspace(0.0, 5e3, 301):
        found = textbook.cue_search(float(spread), 3e4, 0.02, 0.02)
        side = math.isqrt(found.beams)
        assert side * side == found.beams
        assert side * 600.0 * (1.0 + 1e-8) >= 4.0 * spread
        assert side == 1 or (side - 1) * 600.0 < 4.0 * spread
        assert found.mean_time == pytest.approx(0.02 * (found.beams - 1) / 2.0, abs=1e-12)


def test_a_cue_that_fits_exactly_takes_no_beam_more() -> None:
    """4 x 150 m = 600 m = 30 km x 0.02, 4 x 450 = 3 x 600: whatever the rounding of the quotient."""
    assert textbook.cue_search(150.0, 3e4, 0.02, 0.02) == (1, 0.0)
    assert textbook.cue_search(450.0, 3e4, 0.02, 0.02).beams == 9
    assert textbook.cue_search(450.1, 3e4, 0.02, 0.02).beams == 16
    assert textbook.cue_search(1e9, 3e4, 0.02, 0.02, deviations=0.0) == (1, 0.0)


# ------------------------------------------------------------------ shots


@pytest.mark.parametrize("first", [4e3, 3e4, 4.2e4, 3e5])
@pytest.mark.parametrize("look", [0.0, 8.0, 40.0])
def test_shots_are_those_of_a_flight_in_small_steps(first: float, look: float) -> None:
    """Launch as soon as the meeting would be within reach; the round flies until it meets the target."""
    reach, least, fast, slow, step = 1.5e5, 5e3, 1000.0, 245.0, 0.01
    target, ready, flown, meetings = first, 0.0, -1.0, []
    for k in range(200_000):
        now = k * step
        target = first - slow * now
        if target < least * 0.5:
            break
        if flown < 0.0 and now >= ready and target * fast / (fast + slow) <= reach:
            flown, since = 0.0, now
        if flown >= 0.0:
            flown = fast * (now - since)
            if flown >= target:
                if target < least:
                    break
                meetings.append(target)
                flown, ready = -1.0, now + look
    found = textbook.successive_shots(first, reach, least, (fast, slow), look)
    if look:
        assert found.shots == len(meetings)
    else:
        assert abs(found.shots - len(meetings)) <= 1
    if meetings:
        assert found.first == pytest.approx(meetings[0], abs=30.0)
        assert found.last == pytest.approx(meetings[-1], abs=150.0)


def test_a_track_from_farther_away_never_costs_shots() -> None:
    shots = [
        textbook.successive_shots(first, 1.5e5, 5e3, (1000.0, 245.0), 8.0).shots for first in np.linspace(0.0, 4e5, 801)
    ]
    assert shots[0] == 0
    assert np.all(np.diff(shots) >= 0)
    assert np.diff(shots).max() == 1
    assert shots[-1] == shots[-100]  # beyond the reach more track is no more shots


def test_where_no_shot_meets_within_range_there_is_none() -> None:
    assert textbook.successive_shots(0.0, 1.5e5, 5e3, (1000.0, 245.0), 8.0) == (0, None, None)
    assert textbook.successive_shots(1e5, 1e3, 5e3, (1000.0, 245.0), 8.0) == (0, None, None)
    assert textbook.successive_shots(1e4, 1.5e5, 8e3, (1000.0, 250.0), 8.0) == (1, 8e3, 8e3)


# ------------------------------------------------------------------ domains

OUTSIDE: list[tuple[Callable[[], object], str]] = [
    (lambda: textbook.warning(-1.0, 0.0, 1.0), "sensor"),
    (lambda: textbook.warning(1.0, -1.0, 1.0), "target"),
    (lambda: textbook.warning(1.0, 1.0, 0.0), "speed"),
    (lambda: textbook.warning(1.0, 1.0, 1.0, 0.0), "earth_radius"),
    (lambda: LookDown(-1.0, 0.1, 1e-6, 1.0), "sigma0"),
    (lambda: LookDown(1.0, 0.0, 1e-6, 1.0), "azimuth"),
    (lambda: LookDown(1.0, 0.1, 0.0, 1.0), "pulse"),
    (lambda: LookDown(1.0, 0.1, 1e-6, 0.0), "improvement"),
    (lambda: textbook.signal_to_clutter(RADAR, -1.0, 1e5, 0.0), "rcs"),
    (lambda: textbook.signal_to_clutter(RADAR, 1.0, 9e3, 9e3), "distance"),
    (lambda: textbook.signal_to_clutter(RADAR, 1.0, 0.0, 0.0), "distance"),
    (lambda: textbook.signal_to_clutter(RADAR, 1.0, 1e5, -1.0), "height"),
    (lambda: textbook.clutter_limited_range(RADAR, 1.0, 0.0), "required"),
    (lambda: textbook.cue_spread(-1.0, 0.0, 0.0, 0.0), "position"),
    (lambda: textbook.cue_spread(0.0, -1.0, 0.0, 0.0), "velocity"),
    (lambda: textbook.cue_spread(0.0, 0.0, -1.0, 0.0), "acceleration"),
    (lambda: textbook.cue_spread(0.0, 0.0, 0.0, math.inf), "delay"),
    (lambda: textbook.cue_search(-1.0, 1.0, 1.0, 1.0), "spread"),
    (lambda: textbook.cue_search(1.0, 0.0, 1.0, 1.0), "distance"),
    (lambda: textbook.cue_search(1.0, 1.0, 0.0, 1.0), "beamwidth"),
    (lambda: textbook.cue_search(1.0, 1.0, 1.0, -1.0), "dwell"),
    (lambda: textbook.cue_search(1.0, 1.0, 1.0, 1.0, -1.0), "deviations"),
    (lambda: textbook.successive_shots(-1.0, 1e5, 5e3, (1e3, 245.0), 8.0), "first_launch"),
    (lambda: textbook.successive_shots(1e5, 0.0, 5e3, (1e3, 245.0), 8.0), "reach"),
    (lambda: textbook.successive_shots(1e5, 1e5, 0.0, (1e3, 245.0), 8.0), "least"),
    (lambda: textbook.successive_shots(1e5, 1e5, 5e3, (0.0, 245.0), 8.0), "speed of the round"),
    (lambda: textbook.successive_shots(1e5, 1e5, 5e3, (1e3, 0.0), 8.0), "speed of the target"),
    (lambda: textbook.successive_shots(1e5, 1e5, 5e3, (1e3, 245.0), -8.0), "look"),
    (lambda: textbook.successive_shots(1e5, 1e5, 5e3, (1e3, 1e-9), 0.0), "look"),
]


@pytest.mark.parametrize(("call", "place"), OUTSIDE)
def test_what_is_outside_a_domain_is_told_with_place_and_remedy(call: Callable[[], object], place: str) -> None:
    with pytest.raises(InputError) as told:
        call()
    assert told.value.place == place
    assert told.value.remedy.startswith("Give ")
