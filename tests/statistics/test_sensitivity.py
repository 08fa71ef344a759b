"""Morris and Sobol: equal to SALib on equal designs, to the analytic indices, and unmoved by dice."""

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.test_functions import Ishigami, Sobol_G

from openiads.base.errors import UsageError
from openiads.statistics.sensitivity import (
    beyond_dice,
    cube,
    elementary_effects,
    halves_of_cube,
    morris,
    residual,
    saltelli,
    sobol,
    tied,
    trajectories,
)

#: Ishigami and Homma (1990) with a = 7, b = 0.1: first and total indices, variance.
FIRST, TOTAL, VARIANCE = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437), 13.8446


def ishigami(u: np.ndarray) -> np.ndarray:
    return Ishigami.evaluate(np.pi * (2.0 * u - 1.0))


MODELS = [(ishigami, 3), (Sobol_G.evaluate, 8)]
IDS = ["Ishigami", "g-function"]


def problem(factors: int) -> dict[str, object]:
    return {"num_vars": factors, "names": [f"x{k}" for k in range(factors)], "bounds": [[0.0, 1.0]] * factors}


@pytest.mark.parametrize(("model", "factors"), MODELS, ids=IDS)
def test_sobol_indices_equal_those_of_salib_on_the_same_points(model: object, factors: int) -> None:
    outputs = model(saltelli(factors, 256, seed=5))  # type: ignore[operator]
    ours, _ = sobol(outputs, factors)
    theirs = salib_sobol.analyze(problem(factors), outputs, calc_second_order=False, num_resamples=10, seed=1)
    assert [each.first for each in ours] == pytest.approx(theirs["S1"].tolist(), abs=1e-12)
    assert [each.total for each in ours] == pytest.approx(theirs["ST"].tolist(), abs=1e-12)


@pytest.mark.parametrize(("model", "factors"), MODELS, ids=IDS)
def test_elementary_effects_equal_those_of_salib_on_the_same_points(model: object, factors: int) -> None:
    u = trajectories(factors, 20, seed=5)
    outputs = model(u)  # type: ignore[operator]
    ours = morris(u, outputs)
    theirs = salib_morris.analyze(problem(factors), u, outputs, num_levels=4, seed=1)
    for name in ("mu", "mu_star", "sigma"):
        found = [getattr(each, name) for each in ours]
        assert found == pytest.approx(np.asarray(theirs[name], float).tolist(), abs=1e-9), name


def test_sobol_indices_of_ishigami_are_the_analytic_ones_and_lie_in_their_intervals() -> None:
    found, variance = sobol(ishigami(saltelli(3, 4096, seed=1)), 3)
    assert [each.first for each in found] == pytest.approx(FIRST, abs=0.02)
    assert [each.total for each in found] == pytest.approx(TOTAL, abs=0.02)
    assert variance == pytest.approx(VARIANCE, rel=0.01)
    for each, first, total in zip(found, FIRST, TOTAL, strict=True):
        assert each.first_low <= first <= each.first_high and each.total_low <= total <= each.total_high


def noisy(u: np.ndarray, n: int, own: float, common: float) -> np.ndarray:
    """Ishigami with dice: of each point's own, and luck that replication r of every point shares."""
    rng = np.random.default_rng(8)
    return ishigami(u)[:, None] + rng.normal(0.0, own, (len(u), n)) + rng.normal(0.0, common, n)


@pytest.mark.parametrize("common", [0.0, 20.0], ids=["own dice", "common dice"])
def test_dice_do_not_move_the_indices_of_a_noisy_ishigami(common: float) -> None:
    """Means over 10 carry a noise of variance 10 beside 13.8 of the function."""
    outputs = noisy(saltelli(3, 4096, seed=1), 10, 10.0, common)
    found, variance = sobol(outputs, 3)
    assert variance == pytest.approx(VARIANCE, rel=0.05)
    assert [each.total for each in found] == pytest.approx(TOTAL, abs=0.06)
    assert [each.first for each in found] == pytest.approx(FIRST, abs=0.12)
    blind, inflated = sobol(outputs.mean(axis=1), 3)
    assert inflated > 1.5 * VARIANCE
    assert max(abs(each.total - total) for each, total in zip(blind, TOTAL, strict=True)) > 0.15


def test_dice_do_not_move_the_spread_of_effects_and_a_dead_factor_is_not_shown() -> None:
    u = trajectories(4, 40, seed=2)
    outputs = noisy(u[:, :3], 25, 5.0, 15.0)
    quiet, found = morris(u, ishigami(u[:, :3])), morris(u, outputs)
    assert [each.shown for each in found] == [True, True, True, False]
    assert [each.shown for each in quiet] == [True, True, True, False]
    for each, wanted in zip(found, quiet, strict=True):
        assert each.sigma == pytest.approx(wanted.sigma, abs=1.0)
        assert each.noise == pytest.approx(5.0 * np.sqrt(2.0 / 25.0) * 1.5, rel=0.1)
    assert morris(u, outputs.mean(axis=1))[3].sigma > 1.8


def test_nothing_is_seldom_taken_for_something() -> None:
    """Eleven replications a point, four trajectories, uneven noise: about 1 in 100."""
    rng = np.random.default_rng(4)
    scale = np.array([1.0, 1.0, 5.0, 0.2])
    seen = 0
    for _ in range(2000):
        values = rng.normal(0.0, 1.0, (4, 11)) * scale[:, None]
        seen += beyond_dice(values.mean(axis=1), values.var(axis=1, ddof=1) / 11, 11)
    assert 5 <= seen <= 40


def test_nothing_is_seldom_taken_for_something_where_trajectories_share_their_dice() -> None:
    """Twenty replications, ten trajectories, correlation 0.6: 8 in 100 if the dice are taken for independent."""
    rng = np.random.default_rng(4)
    alone = seen = 0
    for _ in range(1000):
        common = np.sqrt(0.6) * rng.normal(0.0, 1.0, 20) * rng.choice([-1.0, 1.0], (10, 1))
        values = common + np.sqrt(0.4) * rng.normal(0.0, 1.0, (10, 20))
        told = values.mean(axis=1), values.var(axis=1, ddof=1) / 20, 20
        alone += beyond_dice(*told)
        seen += beyond_dice(*told, tied(values))
    assert alone > 55
    assert seen < 35


def test_what_trajectories_share_is_found_and_chance_alone_is_none() -> None:
    rng = np.random.default_rng(4)
    common = rng.normal(0.0, 1.0, 400)
    half = common + rng.normal(0.0, 1.0, (6, 400))  # any two share a correlation of 0.5
    assert tied(half) == pytest.approx(30 * 0.25, rel=0.2)
    assert tied(-half) == pytest.approx(tied(half))
    assert np.mean([tied(rng.normal(0.0, 1.0, (6, 20))) for _ in range(200)]) < 0.6
    assert tied(np.zeros((6, 20))) == tied(half[:1]) == tied(half[:, :2]) == 0.0


def test_the_two_sets_of_points_of_a_design_share_no_pattern() -> None:
    """The mean of (a - b)^2 is 1/6 for every factor, within what its rows show, though they are few."""
    held = np.zeros(10)
    for seed in range(60):
        a, b = halves_of_cube(10, 32, seed)
        far = (a - b) ** 2
        held += np.abs(far.mean(axis=0) - 1.0 / 6.0) < 3.0 * far.std(axis=0, ddof=1) / np.sqrt(32)
    assert (held >= 57).all()


def test_intervals_of_total_indices_meet_their_coverage_with_ten_equal_knobs() -> None:
    """Base 32; measured 0.92 and more for the least of ten, 0.15 when both sets of points came from one sequence."""
    held = np.zeros(10)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        means = saltelli(10, 32, seed).sum(axis=1)
        found, _ = sobol(means[:, None] + rng.normal(0.0, 0.5, (len(means), 8)), 10, seed)
        held += [each.total_low <= 0.1 <= each.total_high for each in found]
    assert (held >= 8).all() and held.mean() >= 10.5


def test_an_effect_without_noise_is_something_and_none_at_all_is_nothing() -> None:
    assert beyond_dice(np.array([0.0, 0.1]), np.zeros(2), 1)
    assert not beyond_dice(np.zeros(2), np.zeros(2), 1)


def test_points_are_functions_of_the_seed_and_fill_the_cube_evenly() -> None:
    assert (cube(5, 64, 3) == cube(5, 64, 3)).all() and (cube(5, 64, 3) != cube(5, 64, 4)).any()
    for column in cube(5, 64, 3).T:
        assert np.bincount((column * 64).astype(int), minlength=64).tolist() == [1] * 64
    assert (trajectories(5, 6, 3) == trajectories(5, 6, 3)).all()


def test_saltelli_changes_one_factor_at_a_time_between_a_and_b() -> None:
    rows = saltelli(4, 8, seed=1).reshape(8, 6, 4)
    a, b = rows[:, 0], rows[:, -1]
    for k in range(4):
        moved = rows[:, k + 1]
        assert (moved[:, k] == b[:, k]).all()
        assert (np.delete(moved, k, axis=1) == np.delete(a, k, axis=1)).all()


def test_a_trajectory_moves_every_factor_once_by_the_step_and_stays_inside() -> None:
    u = trajectories(6, 50, seed=9)
    assert u.min() >= 0.0 and u.max() <= 1.0
    steps = np.diff(u.reshape(50, 7, 6), axis=1)
    assert np.abs(steps).sum(axis=1) == pytest.approx(np.full((50, 6), 2.0 / 3.0))
    assert (np.count_nonzero(np.abs(steps) > 1e-9, axis=2) == 1).all()
    assert 0.3 < (steps.sum(axis=1) > 0).mean() < 0.7


def test_the_residual_leaves_out_what_points_share() -> None:
    rng = np.random.default_rng(6)
    outputs = rng.normal(0.0, 2.0, (200, 30)) + rng.normal(0.0, 9.0, 30) + rng.normal(0.0, 5.0, (200, 1))
    assert residual(outputs) == pytest.approx(4.0, rel=0.05)


def test_what_is_only_dice_gives_no_indices() -> None:
    rng = np.random.default_rng(1)
    pure = np.tile(rng.normal(size=(16, 1, 40)), (1, 4, 1)).reshape(64, 40)
    found, variance = sobol(rng.normal(size=(64, 40)) * 0.0 + pure[0], 2)
    assert variance == 0.0 and all(np.isnan(each.total) for each in found)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="12 base points are not a power of two"):
        saltelli(2, 12, 1)
    with pytest.raises(UsageError, match="even number of levels"):
        trajectories(2, 4, 1, levels=3)
    with pytest.raises(UsageError, match="no trajectories"):
        elementary_effects(np.random.default_rng(1).random((6, 2)), np.zeros(6))
    with pytest.raises(UsageError, match="not every output is a number"):
        sobol(np.full(16, np.inf), 2)
