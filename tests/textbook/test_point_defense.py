"""Closed forms of point defense: independent quadrature, sampling, enumeration, a stream step by step, domains."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from openiads import textbook
from openiads.base.errors import InputError
from openiads.textbook.point_defense import _shared_error

# ------------------------------------------------------------------ guns


def by_quadrature(size: float, error: float, fired: int) -> float:
    """Another way to the same: the noncentral chi-square law and an adaptive rule, in units of the dispersion."""

    def density(b: float) -> float:
        p = stats.ncx2.cdf(size * size, 2, b * b) if b > 0.0 else -math.expm1(-0.5 * size * size)
        return b / error**2 * math.exp(-0.5 * (b / error) ** 2) * -math.expm1(fired * math.log1p(-min(p, 1.0 - 1e-16)))

    last = min(size + 14.0 + math.sqrt(2.0 * math.log(fired)), 12.0 * error)
    breaks = sorted({b for b in (size - 4.0, size - 2.0, size, size + 2.0, error, 3.0 * error) if 0.0 < b < last})
    return integrate.quad(density, 0.0, last, points=breaks or None, limit=500, epsabs=0.0, epsrel=1e-10)[0]


@pytest.mark.parametrize("size", [0.01, 0.25, 1.0, 4.0, 15.0])
@pytest.mark.parametrize("error", [0.05, 1.0, 3.0, 30.0])
def test_a_burst_is_the_integral_over_its_shared_error(size: float, error: float) -> None:
    for fired in (2, 100, 10_000):
        found = textbook.burst_hit(size * 0.7, 0.002, 350.0, fired, 0.002 * error)
        assert found == pytest.approx(by_quadrature(size, error, fired), rel=1e-8)


def test_the_quadrature_has_ten_digits_over_a_wide_range() -> None:
    """Of one round the answer is known: dispersion and bias add in squares."""
    random = np.random.default_rng(7)
    for _ in range(300):
        size, error = 10.0 ** random.uniform(-8, 6), 10.0 ** random.uniform(-8, 8)
        exact = -math.expm1(-0.5 * size * size / (1.0 + error * error))
        assert _shared_error(size, error, 1) == pytest.approx(exact, rel=1e-10)


def test_a_burst_is_what_sampling_gives() -> None:
    random = np.random.default_rng(5)
    n, fired = 40_000, 30
    bias = random.normal(0.0, 3.0, (n, 1, 2))
    misses = np.hypot(*np.moveaxis(bias + random.normal(0.0, 2.0, (n, fired, 2)), 2, 0))
    share = float((misses <= 0.8).any(axis=1).mean())
    found = textbook.burst_hit(0.8, 0.002, 1000.0, fired, 0.003)
    assert share == pytest.approx(found, abs=4.0 * math.sqrt(found * (1.0 - found) / n))


def test_without_bias_rounds_are_independent_and_with_it_they_are_worth_less() -> None:
    for fired in (1, 2, 50, 3000):
        one = textbook.gun_round_hit(0.5, 0.002, 1000.0)
        alone = textbook.burst_hit(0.5, 0.002, 1000.0, fired)
        assert alone == pytest.approx(1.0 - (1.0 - one) ** fired, rel=1e-12)
        assert textbook.burst_hit(0.5, 0.002, 1000.0, fired, 1e-9) == pytest.approx(alone, rel=1e-9)
        falls = [textbook.burst_hit(0.5, 0.002, 1000.0, fired, bias) for bias in np.linspace(0.0, 0.02, 81)]
        assert np.all(np.diff(falls) <= 1e-15)
        assert falls[-1] < falls[0]
        assert np.abs(np.diff(falls)).max() < 0.06
        biased = textbook.burst_hit(0.5, 0.002, 1000.0, fired, 0.004)
        p = textbook.burst_hit(0.5, 0.002, 1000.0, 1, 0.004)
        assert biased <= 1.0 - (1.0 - p) ** fired + 1e-15


def test_more_rounds_and_larger_discs_never_hit_less() -> None:
    for bias in (0.0, 0.002, 0.02):
        by_rounds = [textbook.burst_hit(0.5, 0.002, 1500.0, n, bias) for n in (0, 1, 2, 3, 10, 10**3, 10**6, 10**12)]
        assert np.all(np.diff(by_rounds) >= 0.0)
        by_size = [textbook.burst_hit(a, 0.002, 1500.0, 100, bias) for a in (0.0, *np.logspace(-6, 6, 200))]
        assert np.all(np.diff(by_size) >= -1e-15)
        assert (by_size[0], by_size[-1]) == (0.0, 1.0)


def test_endless_rounds_hit_unless_the_aim_is_far_away() -> None:
    """With a great many rounds a hit needs only an aim within a + s sqrt(2 ln n) or so: still a matter of the bias."""
    wide = textbook.burst_hit(0.5, 0.0001, 1000.0, 10**6, 0.01)
    assert wide == pytest.approx(
        -math.expm1(-0.5 * ((0.5 + 0.1 * math.sqrt(2 * math.log(10**6))) / 10.0) ** 2), rel=0.2
    )
    assert wide < 0.01


def test_the_edges_of_a_burst() -> None:
    assert textbook.burst_hit(0.5, 0.002, 1000.0, 0, 0.002) == 0.0
    assert textbook.burst_hit(0.0, 0.002, 1000.0, 100, 0.002) == 0.0
    assert textbook.burst_hit(0.5, 0.002, 0.0, 1) == textbook.burst_hit(0.5, 0.0, 1000.0, 5) == 1.0
    for rounds in (1, 100):  # without dispersion all rounds go where the first goes
        exact = -math.expm1(-0.5 * 0.25**2)
        assert textbook.burst_hit(0.5, 0.0, 1000.0, rounds, 0.002) == pytest.approx(exact, rel=1e-13)
        assert textbook.burst_hit(0.5, 1e-320, 1000.0, rounds, 0.002) == pytest.approx(exact, rel=1e-13)
        assert textbook.burst_hit(0.5, 1e-9, 1000.0, rounds, 0.002) == pytest.approx(exact, rel=1e-4)


# ------------------------------------------------------------------ command guidance


def test_a_command_guided_round_fades_with_the_square_of_range() -> None:
    ranges = np.linspace(0.0, 3e4, 601)
    kills = [textbook.command_guided_kill(0.9, 6.0, 0.001, r) for r in ranges]
    assert kills[0] == 0.9
    assert np.all(np.diff(kills) < 0.0)
    far = [textbook.command_guided_kill(0.9, 6.0, 0.001, r) for r in (1e7, 2e7)]
    assert far[0] / far[1] == pytest.approx(4.0, rel=1e-5)
    assert textbook.command_guided_kill(0.9, 0.0, 0.001, 1e3) == 0.0
    assert textbook.command_guided_kill(0.9, 6.0, 0.0, 1e3) == 0.9
    assert textbook.command_guided_kill(0.0, 6.0, 0.001, 1e3) == 0.0


# ------------------------------------------------------------------ streams


def in_small_steps(threats: int, spacing: int, window: int, service: int, channels: int, most: int) -> list[int]:
    """The same queue, second by second: waiting threats in order, each channel with its threat and its end."""
    shots, turn = [0] * threats, 0
    busy: list[tuple[int, int] | None] = [None] * channels
    for now in range(threats * spacing + window + 1):
        for at, held in enumerate(busy):
            if held and held[1] == now:
                shots[held[0]] += 1
                more = shots[held[0]] < most and now + service <= held[0] * spacing + window
                busy[at] = (held[0], now + service) if more else None
        while turn < threats and turn * spacing <= now:
            if now + service > turn * spacing + window:
                turn += 1  # too late for this one
            elif None in busy:
                busy[busy.index(None)] = (turn, now + service)
                turn += 1
            else:
                break
    return shots


def test_a_stream_is_the_queue_second_by_second() -> None:
    checked = 0
    for spacing, window, service, channels, most in itertools.product(
        (0, 1, 3, 10), (0, 7, 24, 55), (1, 5, 12), (1, 2, 3, 7), (1, 2, 4)
    ):
        found = textbook.stream_shots(9, spacing, window, service, channels, most)
        assert list(found.shots) == in_small_steps(9, spacing, window, service, channels, most)
        checked += len(set(found.shots)) > 1
    assert checked > 100  # of threats that fare differently


def test_ties_of_decimals_count_as_ties() -> None:
    """0.1 + 0.2 is not 0.3 in floats: the third threat's shot ends exactly where its window does."""
    for spacing in (0.1, 1.1, 0.7):
        found = textbook.stream_shots(30, spacing, 3.6, 1.2, 30, 3)
        assert found.shots == (3,) * 30
        assert textbook.stream_shots(30, spacing, 3.6 - 1e-9, 1.2, 30, 3).shots == (2,) * 30


def test_more_channels_than_threats_are_one_for_each() -> None:
    each = textbook.stream_shots(5, 1.0, 30.0, 12.0, 5, 4)
    assert each.shots == (2,) * 5
    assert textbook.stream_shots(5, 1.0, 30.0, 12.0, 10**9, 4) == each


def test_more_channels_or_more_time_between_threats_never_let_more_through() -> None:
    def leak(
        spacing: float = 1.1, window: float = 55.0, service: float = 12.0, channels: int = 3, most: int = 2
    ) -> float:
        return textbook.stream_shots(20, spacing, window, service, channels, most, kill=0.6).leakers

    for falls in (
        [leak(channels=n) for n in range(1, 25)],
        [leak(service=s, most=1) for s in np.linspace(60.0, 0.5, 60)],  # of two shots, an earlier threat may take more
        [leak(spacing=s) for s in np.linspace(0.0, 20.0, 41)],
    ):
        assert np.all(np.diff(falls) <= 1e-12)
    assert leak(channels=0) == leak(service=56.0) == 20.0
    assert leak(window=0.0) == 20.0


def test_the_edges_of_a_stream() -> None:
    assert textbook.stream_shots(0, 1.0, 1.0, 1.0, 1, 1) == ((), 0.0)
    assert textbook.stream_shots(3, 1.0, 10.0, 1.0, 1, 0, kill=1.0) == ((0, 0, 0), 3.0)
    assert textbook.stream_shots(3, 1.0, 0.0, 0.0, 1, 2, kill=1.0) == ((2, 2, 2), 0.0)
    assert textbook.stream_shots(3, 0.0, 10.0, 10.0, 1, 2, kill=1.0) == ((1, 0, 0), 2.0)
    assert textbook.stream_shots(3, 5.0, 10.0, 10.0, 3, 2, kill=0.0) == ((1, 1, 1), 3.0)


# ------------------------------------------------------------------ layers


def test_a_layer_behind_a_layer_is_the_enumeration_of_its_raid() -> None:
    raid, leak, kill = 6, 0.35, 0.7
    for capacity in range(8):
        expected = none = 0.0
        for passes in itertools.product((0, 1), repeat=raid):
            through = sum(passes)
            chance = leak**through * (1.0 - leak) ** (raid - through)
            served = min(through, capacity)
            for kills in itertools.product((0, 1), repeat=served):
                way = chance * kill ** sum(kills) * (1.0 - kill) ** (served - sum(kills))
                expected += way * (through - sum(kills))
                none += way * (through == sum(kills))
        found = textbook.layer_behind_layer(raid, leak, kill, capacity)
        assert found == pytest.approx((expected, none, raid * leak * (1.0 - kill)), rel=1e-12)


def test_capacity_enough_gives_the_product_of_leakages_and_less_never_leaks_less() -> None:
    found = [textbook.layer_behind_layer(24, 0.2, 0.7, c) for c in [*range(26), math.inf]]
    assert np.all(np.diff([f.expected for f in found]) <= 1e-14)
    assert np.all(np.diff([f.none for f in found]) >= -1e-14)
    for enough in found[24:]:
        assert enough.expected == pytest.approx(enough.product, rel=1e-13)
        assert enough.none == pytest.approx((1.0 - 0.2 * 0.3) ** 24, rel=1e-12)
    assert found[0].expected == pytest.approx(24 * 0.2, rel=1e-13)  # no inner layer at all


@pytest.mark.parametrize("leak", [0.0, 1.0])
@pytest.mark.parametrize("kill", [0.0, 1.0])
def test_the_edges_of_layers(leak: float, kill: float) -> None:
    found = textbook.layer_behind_layer(10, leak, kill, 4)
    assert found.expected == pytest.approx(leak * (10 - 4 * kill))
    assert found.none == float(leak == 0.0)
    assert textbook.layer_behind_layer(0, leak, kill, 4) == (0.0, 1.0, 0.0)


def test_the_law_of_leakers_through_several_layers() -> None:
    layers = [(0.6, 10.0), (0.5, 3.0), (0.9, 1.0)]
    law = textbook.leakers_law(20, layers)
    assert law.sum() == pytest.approx(1.0, rel=1e-13)
    assert textbook.leakers_law(20, []).tolist() == [0.0] * 20 + [1.0]
    random, n = np.random.default_rng(2), 100_000
    left = np.full(n, 20)
    for kill, capacity in layers:
        left = left - random.binomial(np.minimum(left, int(capacity)), kill)
    deviation = left.std() / math.sqrt(n)
    assert left.mean() == pytest.approx(float(law @ np.arange(21)), abs=4.0 * deviation)
    sure = textbook.leakers_law(20, [(1.0, 5), (1.0, 8)])
    assert sure.tolist() == [float(k == 7) for k in range(21)]


def test_a_large_raid_keeps_its_digits() -> None:
    found = textbook.layer_behind_layer(3000, 0.2, 0.7, math.inf)
    assert found.expected == pytest.approx(found.product, rel=1e-10)
    assert found.none == pytest.approx(math.exp(3000 * math.log1p(-0.06)), rel=1e-9)


# ------------------------------------------------------------------ domains

OUTSIDE: list[tuple[Callable[[], object], str]] = [
    (lambda: textbook.gun_round_hit(-0.5, 0.002, 1e3), "radius"),
    (lambda: textbook.gun_round_hit(0.5, -0.002, 1e3), "dispersion"),
    (lambda: textbook.gun_round_hit(0.5, 0.002, -1e3), "distance"),
    (lambda: textbook.burst_hit(0.5, 0.002, 1e3, -1), "rounds"),
    (lambda: textbook.burst_hit(0.5, 0.002, 1e3, 1.5), "rounds"),  # type: ignore[arg-type]
    (lambda: textbook.burst_hit(0.5, 0.002, 1e3, 10**400), "rounds"),
    (lambda: textbook.burst_hit(0.5, 0.002, 1e3, 10, -1e-3), "bias"),
    (lambda: textbook.burst_hit(0.5, 0.002, 1e3, 10, math.nan), "bias"),
    (lambda: textbook.command_guided_kill(1.1, 6.0, 0.001, 1e3), "reliability"),
    (lambda: textbook.command_guided_kill(0.9, -6.0, 0.001, 1e3), "length"),
    (lambda: textbook.command_guided_kill(0.9, 0.0, 0.0, 1e3), "length"),
    (lambda: textbook.command_guided_kill(0.9, 6.0, -0.001, 1e3), "deviation"),
    (lambda: textbook.command_guided_kill(0.9, 6.0, 0.001, -1e3), "distance"),
    (lambda: textbook.stream_shots(-1, 1.0, 1.0, 1.0, 1, 1), "threats"),
    (lambda: textbook.stream_shots(1, -1.0, 1.0, 1.0, 1, 1), "spacing"),
    (lambda: textbook.stream_shots(1, 1.0, -1.0, 1.0, 1, 1), "window"),
    (lambda: textbook.stream_shots(1, 1.0, 1.0, math.inf, 1, 1), "service"),
    (lambda: textbook.stream_shots(1, 1.0, 1.0, 1.0, -1, 1), "channels"),
    (lambda: textbook.stream_shots(1, 1.0, 1.0, 1.0, 1, -1), "most"),
    (lambda: textbook.stream_shots(1, 1.0, 1.0, 1.0, 1, 1, 1.1), "kill"),
    (lambda: textbook.leakers_law(-1, []), "raid"),
    (lambda: textbook.leakers_law(1, [(1.1, 1)]), "kill of a layer"),
    (lambda: textbook.leakers_law(1, [(0.5, 1.5)]), "capacity"),
    (lambda: textbook.leakers_law(1, [(0.5, -1)]), "capacity"),
    (lambda: textbook.leakers_law(1, [(0.5, math.nan)]), "capacity"),
    (lambda: textbook.layer_behind_layer(2, -0.1, 0.5, 1), "outer_leak"),
    (lambda: textbook.layer_behind_layer(2, 0.1, 1.5, 1), "inner_kill"),
    (lambda: textbook.layer_behind_layer(2.5, 0.1, 0.5, 1), "raid"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "place"), OUTSIDE)
def test_what_is_outside_a_domain_is_told_with_place_and_remedy(call: Callable[[], object], place: str) -> None:
    with pytest.raises(InputError) as told:
        call()
    assert told.value.place == place
    assert told.value.remedy.startswith("Give ")
