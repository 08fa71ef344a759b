"""From miss to kill."""

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.physics import lethality
from openiads.physics.lethality import Miss, ReferenceTarget
from openiads.textbook import lethality as textbook
from physics.samples import changed, long_range_round

PAIRS = np.random.default_rng(5).standard_normal((200_000, 2))
RAYLEIGH = np.sqrt((PAIRS**2).sum(axis=1))
QUIET = {"terminal_a": 0.0, "terminal_b": 0.0, "terminal_share": 0.0}


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
@pytest.mark.parametrize("offset", [0.0, 2.0])
def test_the_lethal_radius_reproduces_the_quoted_probability(pk, reliability, offset) -> None:
    """Asked of 200,000 misses of that law, and of the closed form R L^2/(L^2 + s^2) where there is no offset."""
    radius = lethality.lethal_radius(pk, reliability, Miss(3.0, offset))
    misses = np.hypot(3.0 * PAIRS[:, 0] + offset, 3.0 * PAIRS[:, 1])
    assert reliability * np.exp(-0.5 * (misses / radius) ** 2).mean() == pytest.approx(pk, abs=0.004)
    if offset == 0.0:
        assert radius == pytest.approx(3.0 * math.sqrt(pk / (reliability - pk)), rel=1e-9)


def test_a_probability_above_the_reliability_is_refused() -> None:
    for pk, reliability, miss in (
        (0.96, 0.95, Miss(3.0)),
        (0.95, 0.95, Miss(3.0)),
        (0.6, 0.9, Miss(0.0, math.inf)),
        (1.2, 1.0, Miss(1.0)),
        (0.5, 0.9, Miss(math.nan)),
    ):
        with pytest.raises(InputError):
            lethality.lethal_radius(pk, reliability, miss)
    assert lethality.lethal_radius(0.0, 0.9, Miss(3.0)) == 0.0


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
    target = ReferenceTarget(75e3, 12e3, glint=2.0)
    one, two = (lethality.reference_misses(long_range_round(), target, samples=12) for _ in range(2))
    assert one.tolist() == two.tolist()
    assert np.isfinite(one).all() and 0.3 < np.median(one) < 20.0


@pytest.mark.compiled_only  # hundreds of endgames
@pytest.mark.parametrize("guidance", ["command", "semi_active", "tvm", "active"])
def test_the_closed_form_is_that_of_the_rounds_flown(guidance) -> None:
    """600 rounds tell a deviation of two axes to 2 %; the closed form is good to 5 %."""
    kind, target = changed(guidance=guidance), ReferenceTarget(100e3, 13e3, glint=1.0)
    misses = lethality.reference_misses(kind, target, radar_angle=1e-3, samples=600)
    flight = lethality.quiet_flight(changed(guidance=guidance, **QUIET), target)
    told = lethality.miss_at(kind, target, flight, 1e-3)
    assert flight.offset < 0.05
    assert math.sqrt(np.mean(misses**2) / 2.0) == pytest.approx(told.deviation, rel=0.07)


def deviation(guidance: str, away: float, **values: float) -> float:
    """Deviation (m) of the miss of a class against a small target at 10 km height."""
    target = ReferenceTarget(away, 10e3, glint=0.4)
    flight = lethality.quiet_flight(changed(guidance=guidance, **QUIET), target)
    return lethality.miss_at(changed(guidance=guidance, lit_range=100e3, **values), target, flight, 1e-3).deviation


def test_the_guidance_classes_differ_in_how_the_miss_grows_with_range() -> None:
    """What is measured on the spot does not know how far the radar is: an active round's miss is flat (its speed still
    changes); the light of a semi-active one thins with the radar's range; the error of the radar itself, which command
    carries whole and track-via-missile in part, grows in proportion to it.  A small target, so that glint hides none.
    """
    grown = {g: deviation(g, 160e3) / deviation(g, 40e3) for g in ("active", "semi_active", "tvm", "command")}
    assert 0.8 < grown["active"] < 1.1
    lit = {"terminal_b": 3e-2}  # seekers of the dimmest end of the class
    assert deviation("semi_active", 160e3, **lit) > 1.1 * deviation("semi_active", 40e3, **lit)
    assert grown["active"] <= grown["semi_active"] < grown["tvm"] < grown["command"]
    assert grown["tvm"] < 4.0 * 0.9 and grown["command"] == pytest.approx(4.0, rel=0.15)


def test_miss_of_track_via_missile_hardly_grows_with_range() -> None:
    kind, reach = long_range_round(), 197e3
    near, far = (
        np.median(
            lethality.reference_misses(kind, ReferenceTarget(s * reach, 1e4, glint=2.0), samples=60, radar_angle=1e-3)
        )
        for s in (0.3, 0.9)
    )
    assert far <= 2.0 * near


def test_miss_of_command_guidance_grows_at_least_with_radar_range() -> None:
    kind = changed(guidance="command")
    near, far = (
        np.median(
            lethality.reference_misses(kind, ReferenceTarget(x, 1e4), track_error=(0.0, 1e-3 * x, 0.0), samples=60)
        )
        for x in (50e3, 150e3)
    )
    assert far >= 3.0 * near * 0.98


def test_a_shot_that_never_arrives_has_no_finite_miss() -> None:
    target = ReferenceTarget(450e3, 12e3)
    assert np.isinf(lethality.reference_misses(long_range_round(), target, samples=3)).all()
    assert math.isinf(lethality.quiet_flight(long_range_round(), target).offset)


@pytest.mark.compiled_only  # dozens of whole flights
def test_a_turn_costs_what_lift_cannot_give() -> None:
    """At 13 km and 100 km a turn within the lift (some 3 g of the 48N6 kind) leaves nothing of the miss after 5 s, 17
    lags; beyond it the round falls behind, half the lacking acceleration times 5 s squared at most: 12 m for each
    m/s2.  The miss grows with the turn and has no jump."""
    loads = np.arange(0.0, 60.0, 1.0)
    targets = [ReferenceTarget(100e3, 13e3, acceleration=float(load)) for load in loads]
    offsets = [float(lethality.reference_misses(changed(**QUIET), target, samples=1)[0]) for target in targets]
    assert max(offsets[:30]) < 0.1 and offsets[-1] > 50.0
    steps = np.diff(offsets)
    assert steps.min() > -0.05 and steps.max() < 12.5
