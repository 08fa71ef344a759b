"""Closed forms of debris: motion and integrals solved numerically, limits, domains."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import ncx2, norm, rice

from openiads import textbook
from openiads.base.errors import InputError

# ------------------------------------------------------------------ fall


def test_a_fall_without_air_ends_on_the_ground_with_its_energy_kept() -> None:
    for height in (0.0, 1e-9, 3000.0, 20_000.0):
        for rising in (-2000.0, -600.0, 0.0, 250.0):
            found = textbook.vacuum_fall(height, 240.0, rising, 9.8)
            assert height + rising * found.time - 4.9 * found.time**2 == pytest.approx(0.0, abs=1e-9 * (height + 1e5))
            assert found.distance == 240.0 * found.time
            assert found.speed**2 == pytest.approx(240.0**2 + rising**2 + 2 * 9.8 * height, rel=1e-12)
    assert textbook.vacuum_fall(1e-9, 0.0, -1000.0).time == pytest.approx(1e-12, rel=1e-9)


def falling_speed(z: float, coefficient: float) -> float:
    return textbook.terminal_speed(coefficient, 1.225 * math.exp(-z / 7000.0))


def test_fall_and_drift_are_the_integrals_over_the_speed_at_each_height() -> None:
    for height in (0.0, 200.0, 10_000.0, 60_000.0):
        for coefficient in (0.5, 50.0, 5000.0):
            time = quad(lambda z, b: 1.0 / falling_speed(z, b), 0.0, height, args=(coefficient,))[0]
            drift = quad(lambda z, b: (5.0 - 0.002 * z) / falling_speed(z, b), 0.0, height, args=(coefficient,))[0]
            assert textbook.terminal_fall(height, coefficient).time == pytest.approx(time, rel=1e-9)
            found = textbook.wind_drift(height, coefficient, 5.0, -0.002)
            assert found == pytest.approx(drift, rel=1e-8, abs=1e-6)


def test_a_steady_wind_drifts_by_its_speed_times_the_time_of_fall_down_to_the_ground() -> None:
    for height in (1e-6, 1.0, 8000.0):
        time = textbook.terminal_fall(height, 20.0).time
        assert textbook.wind_drift(height, 20.0, 12.0) == pytest.approx(12.0 * time, rel=1e-12)
        if height < 2.0:  # near the ground shear counts with half the height
            shear = textbook.wind_drift(height, 20.0, 0.0, 0.01)
            assert shear == pytest.approx(0.01 * height / 2.0 * time, rel=1e-4)


def test_light_pieces_fall_longer_and_drift_farther() -> None:
    betas = np.geomspace(1.0, 1000.0, 61)
    times = np.array([textbook.terminal_fall(10_000.0, b).time for b in betas])
    assert np.all(np.diff(times) < 0.0)
    assert times[0] / times[-1] == pytest.approx(math.sqrt(1000.0), rel=1e-9)


# ------------------------------------------------------------------ where it falls


def test_a_round_footprint_meets_a_circle_as_a_noncentral_chi_square() -> None:
    for sigma in (1.0, 300.0):
        for off in (0.0, 0.5, 3.0, 9.0):
            for radius in (0.01, 1.0, 4.0, 30.0):
                found = textbook.town_share(sigma, sigma, 0.6 * off * sigma, 0.8 * off * sigma, radius * sigma)
                known = rice.cdf(radius, off) if off else -math.expm1(-0.5 * radius**2)
                assert found == pytest.approx(known, rel=1e-8, abs=1e-14)
    assert textbook.town_share(1.0, 1.0, 0.0, 20.0, 1.0) == pytest.approx(ncx2.cdf(1.0, 2, 400.0), rel=1e-6)


@pytest.mark.parametrize("deep", [1.0, 30.0, 800.0, 1499.0])
def test_a_long_footprint_meets_a_circle_as_its_integral(deep: float) -> None:
    for x, y, radius in ((0.0, 0.0, 1000.0), (3000.0, 0.0, 1000.0), (500.0, 700.0, 900.0), (4000.0, 100.0, 8000.0)):

        def strip(u: float, x: float = x, y: float = y, r: float = radius, s: float = deep) -> float:
            half = math.sqrt(max(r * r - (u - x) ** 2, 0.0))
            return float(norm.pdf(u, scale=1500.0) * (norm.cdf(y + half, scale=s) - norm.cdf(y - half, scale=s)))

        across = np.clip([y + k * deep for k in (-9, -3, -1, 0, 1, 3, 9)], -radius, radius)
        edges = np.sqrt(radius**2 - across**2)  # where the ends of a chord leave the footprint
        bends = sorted({*(x - edges), *(x + edges), x - radius, x + radius})
        known = sum(quad(strip, a, b, limit=500, epsabs=1e-13)[0] for a, b in itertools.pairwise(bends))
        found = textbook.town_share(1500.0, deep, x, y, radius)
        assert found == pytest.approx(known, rel=1e-6, abs=1e-9)
        assert textbook.town_share(deep, 1500.0, -y, x, radius) == pytest.approx(found, rel=1e-9)


def test_footprints_without_width_are_points_and_lines_and_there_is_no_cliff_to_them() -> None:
    assert textbook.town_share(0.0, 0.0, 300.0, 400.0, 500.0) == 1.0
    assert textbook.town_share(0.0, 0.0, 300.0, 400.0, 499.0) == 0.0
    assert textbook.town_share(10.0, 10.0, 0.0, 0.0, 0.0) == 0.0
    line = textbook.town_share(1500.0, 0.0, 600.0, 300.0, 1000.0)
    half = math.sqrt(1000.0**2 - 300.0**2)
    assert line == pytest.approx(norm.cdf((600 + half) / 1500) - norm.cdf((600 - half) / 1500), rel=1e-12)
    assert textbook.town_share(1500.0, 0.0, 0.0, 1001.0, 1000.0) == 0.0
    for thin in (1e-9, 1e-3, 0.1, 1.0):
        assert textbook.town_share(1500.0, thin, 600.0, 300.0, 1000.0) == pytest.approx(line, rel=1e-4)
    assert textbook.town_share(1500.0, 800.0, 2e5, 0.0, 1000.0) == 0.0
    assert textbook.town_share(1e-6, 1e-6, 0.0, 0.0, 1e9) == pytest.approx(1.0, abs=1e-12)


def test_a_town_twice_as_far_is_met_less_without_a_cliff() -> None:
    found = np.array([textbook.town_share(1500.0, 40.0, x, 0.0, 1000.0) for x in np.linspace(0.0, 9000.0, 901)])
    assert np.all(np.diff(found) <= 1e-12)
    assert np.abs(np.diff(found)).max() < 0.004


def test_many_pieces_meet_what_one_rarely_does() -> None:
    assert textbook.any_piece(0.0, 40) == textbook.any_piece(0.3, 0) == 0.0
    assert textbook.any_piece(1.0, 1) == 1.0
    assert textbook.any_piece(1e-18, 40) == pytest.approx(4e-17, rel=1e-12)
    share = textbook.town_share(1500.0, 800.0, 3000.0, 0.0, 1000.0)
    expected = textbook.expected_casualties(40.0, share, 2.0, 3000.0, math.pi * 1000.0**2)
    assert expected == pytest.approx(40 * share * 2.0 * 3000.0 / (math.pi * 1e6), rel=1e-12)


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (textbook.vacuum_fall, (-1.0, 0.0)),
        (textbook.vacuum_fall, (1.0, -1.0)),
        (textbook.vacuum_fall, (1.0, 1.0, math.nan)),
        (textbook.vacuum_fall, (1.0, 1.0, 0.0, 0.0)),
        (textbook.terminal_speed, (0.0,)),
        (textbook.terminal_fall, (1.0, -5.0)),
        (textbook.terminal_fall, (1.0, 5.0, 0.0)),
        (textbook.wind_drift, (math.inf, 5.0, 1.0)),
        (textbook.wind_drift, (1.0, 5.0, math.nan)),
        (textbook.town_share, (-1.0, 1.0, 0.0, 0.0, 1.0)),
        (textbook.town_share, (1.0, 1.0, math.inf, 0.0, 1.0)),
        (textbook.town_share, (1.0, 1.0, 0.0, 0.0, -1.0)),
        (textbook.any_piece, (1.5, 1)),
        (textbook.any_piece, (0.5, 1.5)),
        (textbook.any_piece, (0.5, math.nan)),
        (textbook.expected_casualties, (1.0, 0.5, 1.0, 10.0, 0.0)),
    ],
)
def test_what_lies_outside_the_domain_is_refused(function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    with pytest.raises(InputError):
        function(*given)
