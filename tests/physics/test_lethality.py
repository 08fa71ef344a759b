"""From miss to kill."""

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.physics import lethality
from openiads.textbook import lethality as textbook
from physics.samples import changed, long_range_round

RAYLEIGH = np.sqrt((np.random.default_rng(5).standard_normal((200_000, 2)) ** 2).sum(axis=1))


def test_kill_probability_falls_from_the_reliability_to_nothing() -> None:
    values = [lethality.kill_probability(m, 10.0, 0.9) for m in (0.0, 5.0, 10.0, 40.0, math.inf)]
    assert values[0] == 0.9 and values[-1] == 0.0
    assert values == sorted(values, reverse=True)
    assert values[2] == pytest.approx(0.9 * math.exp(-0.5))
    assert lethality.kill_probability(0.0, 0.0, 0.9) == 0.0


@pytest.mark.parametrize("deviation", [2.0, 5.0, 20.0])
def test_a_normal_miss_gives_the_closed_form(deviation) -> None:
    values = np.array([lethality.kill_probability(float(m), 10.0, 0.9) for m in deviation * RAYLEIGH[:20_000]])
    law = 0.9 * 10.0**2 / (10.0**2 + deviation**2)
    assert textbook.gaussian_kill(10.0, deviation, 0.9) == pytest.approx(law)
    assert abs(values.mean() - law) <= 4.9 * values.std() / math.sqrt(len(values))


@pytest.mark.parametrize(("pk", "reliability"), [(0.5, 0.95), (0.8, 0.9), (0.1, 1.0)])
def test_the_lethal_radius_reproduces_the_quoted_probability(pk, reliability) -> None:
    misses = 3.0 * RAYLEIGH
    radius = lethality.lethal_radius(pk, reliability, misses)
    assert reliability * np.exp(-0.5 * (misses / radius) ** 2).mean() == pytest.approx(pk, abs=1e-9)
    assert radius == pytest.approx(3.0 * math.sqrt(pk / (reliability - pk)), rel=0.01)  # R L^2/(L^2 + s^2) solved


def test_a_probability_above_the_reliability_is_refused() -> None:
    for pk, reliability, misses in (
        (0.96, 0.95, RAYLEIGH),
        (0.95, 0.95, RAYLEIGH),
        (0.6, 0.9, [1.0, math.inf]),
        (0.5, 0.9, []),
        (1.2, 1.0, [1.0]),
        (0.5, 0.9, [math.nan]),
    ):
        with pytest.raises(InputError):
            lethality.lethal_radius(pk, reliability, misses)
    assert lethality.lethal_radius(0.0, 0.9, RAYLEIGH) == 0.0


def test_shots_combine() -> None:
    assert textbook.combined([]) == 0.0
    assert textbook.combined([0.5, 0.5, 0.5]) == pytest.approx(0.875)
    assert lethality.combined_common_mode(0.5, 3, 1.0) == pytest.approx(0.875)
    assert lethality.combined_common_mode(1.0, 9, 0.8) == pytest.approx(0.8)
    assert lethality.combined_common_mode(0.5, 3, 0.8) < textbook.combined([0.4] * 3)  # same single shot, less salvo


def test_shots_needed_just_reach_the_goal() -> None:
    for p, goal in ((0.5, 0.75), (0.3, 0.9), (0.8, 0.99)):
        n = int(textbook.shots_needed(p, goal))
        assert textbook.combined([p] * n) >= goal - 1e-12 > textbook.combined([p] * (n - 1)) - 1e-9
    assert textbook.shots_needed(0.0, 0.5) == math.inf and textbook.shots_needed(1.0, 0.5) == 1.0


def test_reference_misses_are_the_same_every_time_and_arrive() -> None:
    one, two = (lethality.reference_misses(long_range_round(), 150e3, 12e3, samples=12) for _ in range(2))
    assert one.tolist() == two.tolist()
    assert np.isfinite(one).all() and 0.3 < np.median(one) < 20.0


def test_miss_of_track_via_missile_hardly_grows_with_range() -> None:
    kind, reach = long_range_round(), 197e3
    near, far = (np.median(lethality.reference_misses(kind, 2.0 * s * reach, 1e4, samples=60)) for s in (0.3, 0.9))
    assert far <= 2.0 * near


def test_miss_of_command_guidance_grows_at_least_with_radar_range() -> None:
    kind = changed(guidance="command", glint=0.0)
    near, far = (
        np.median(lethality.reference_misses(kind, 2.0 * x, 1e4, track_error=(0.0, 1e-3 * x, 0.0), samples=60))
        for x in (50e3, 150e3)
    )
    assert far >= 3.0 * near * 0.98


def test_a_shot_that_never_arrives_has_no_finite_miss() -> None:
    assert np.isinf(lethality.reference_misses(long_range_round(), 900e3, 12e3, samples=3)).all()
