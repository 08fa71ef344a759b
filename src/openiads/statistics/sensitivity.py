"""Which number matters: Morris screening and Sobol indices, as designs and as analyses of what came out.

Designs are points u in the unit cube, shape (points, factors), functions of their seed alone.  Outputs are one number a
point, shape (points,), or the replications behind it, shape (points, n), with replication r of every point on the same
dice.  With replications the dice are taken out: a mean over n carries noise, which squares and products of differences
would count as effect; its expectation is estimated from the replications, pair by pair, and subtracted.

Sources: Morris (Technometrics 33, 1991); Campolongo, Cariboni and Saltelli (Environmental Modelling & Software 22,
2007); Jansen (Computer Physics Communications 117, 1999); Saltelli and others (ibid. 181, 2010).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError
from openiads.statistics.intervals import CONFIDENCE, mean_interval
from openiads.statistics.moments import Moments

Values = NDArray[np.float64]

#: Resamples of the bootstrap over base points.
RESAMPLES = 1000


def replicated(outputs: Values) -> Values:
    """Outputs of shape (points,) or (points, n) as (points, n); UsageError if one is not a number."""
    found = np.asarray(outputs, dtype=float)
    found = found[:, np.newaxis] if found.ndim == 1 else found
    if not np.isfinite(found).all():
        raise UsageError("outputs", "not every output is a number", "Choose a metric that every replication has")
    return found


def noise_of(differences: Values) -> Values:
    """Variance that dice give to the mean of n replications, last axis; 0 where there is one, a number without dice."""
    n = differences.shape[-1]
    return differences.var(axis=-1, ddof=1) / n if n > 1 else np.zeros(differences.shape[:-1])


# ------------------------------------------------------------------ Morris


def trajectories(factors: int, count: int, seed: int, levels: int = 4) -> Values:
    """Trajectories of factors + 1 points on a grid of the unit cube, for ``morris``.

    Each moves every factor once, in random order, up or down by levels / (2 (levels - 1)).
    Source: Morris (Technometrics 33, 1991).

    Parameters
    ----------
    factors, count : int
        How many factors, and trajectories (2 or more).
    seed : int
    levels : int, optional
        Of the grid, even.

    Returns
    -------
    ndarray, shape (count * (factors + 1), factors)
    """
    if factors < 1 or count < 2 or levels < 2 or levels % 2:
        raise UsageError(
            "morris",
            f"{factors} factors, {count} trajectories, {levels} levels",
            "At least 1 factor, 2 trajectories, and an even number of levels",
        )
    rng = np.random.default_rng(seed)
    step = levels / (2.0 * (levels - 1))
    points = np.empty((count, factors + 1, factors))
    for t in range(count):
        low = rng.integers(levels // 2, size=factors) / (levels - 1)
        up = rng.random(factors) < 0.5
        points[t] = np.where(up, low, low + step)
        for k, factor in enumerate(rng.permutation(factors)):
            points[t, k + 1 :, factor] = low[factor] + step if up[factor] else low[factor]
    return points.reshape(-1, factors)


@dataclass(frozen=True, slots=True)
class Effect:
    """What moving one factor through its whole band does to the output, over trajectories.

    Attributes
    ----------
    mu : float
        Mean elementary effect.
    mu_low : float
    mu_high : float
    mu_star : float
        Mean of its size.
    mu_star_low : float
    mu_star_high : float
    sigma : float
        Its spread, without dice (interactions, curvature); each mean with its 95 % interval.
    noise : float
        Standard deviation that dice alone give to one elementary effect.
    shown : bool
        Whether the effects together are more than dice alone would give in 98 of 100 screenings or more
        (``beyond_dice``).
    """

    mu: float
    mu_low: float
    mu_high: float
    mu_star: float
    mu_star_low: float
    mu_star_high: float
    sigma: float
    noise: float
    shown: bool


def beyond_dice(effects: Values, noise: Values, n: int, ties: float = 0.0, level: float = 0.99) -> bool:
    """Whether effects of one factor, with the variance that dice give each from n replications, are not all nothing.

    Each effect over its noise is Student's t if it is nothing; turned into normal deviates, their squares add up to
    chi-square.  All worlds share their dice, so that deviates of different trajectories are correlated: the sum is then
    held to a multiple of chi-square with fewer degrees of freedom, which has its mean and its variance (Satterthwaite).

    Of nothing 0.6 to 1.9 in 100 are still taken for something at level 0.99 (10 to 50 replications, 4 and 10
    trajectories, correlations of up to 0.3; on a raid of 24 they are 0.1 to 0.4), 1.3 to 2.4 at a correlation of 0.6.

    Parameters
    ----------
    effects : ndarray
    noise : ndarray
    n : int
    ties : float, optional
        ``tied`` of these effects, 0 for independent dice.
    level : float, optional

    Returns
    -------
    bool
    """
    from scipy.special import chdtri, ndtri, stdtr

    certain = noise <= 0.0
    if (effects[certain] != 0.0).any():
        return True
    ratios = -np.abs(effects[~certain]) / np.sqrt(noise[~certain])
    deviates = ndtri(np.maximum(stdtr(n - 1, ratios), 1e-300))
    if not len(ratios):
        return False
    scale = 1.0 + ties / len(ratios)
    return float((deviates**2).sum()) > scale * float(chdtri(len(ratios) / scale, 1.0 - level))


def tied(changes: Values) -> float:
    """Sum over pairs of different trajectories, both ways, of the squared correlation that dice give their changes.

    Parameters
    ----------
    changes : ndarray
        (trajectories, n), replication r of all on the same dice. What squared correlations of n replications are by
        chance is taken off, down to 0; trajectories that dice do not touch take no part.

    Returns
    -------
    float
    """
    n = changes.shape[1]
    rest = changes - changes.mean(axis=1, keepdims=True)
    sizes = np.sqrt((rest**2).sum(axis=1))
    rest = rest[sizes > 0.0] / sizes[sizes > 0.0, np.newaxis]
    if n < 3 or len(rest) < 2:
        return 0.0
    squares = (rest @ rest.T) ** 2
    each = (squares - (1.0 - squares) / (n - 2))[~np.eye(len(rest), dtype=bool)]
    return max(0.0, float(each.sum()))


def elementary_effects(u: Values, outputs: Values) -> tuple[Values, Values, Values]:
    """Elementary effects and the variance that dice give each, both (trajectories, factors), of ``trajectories``; and
    how far the dice of each factor's effects are ``tied``, (factors,)."""
    factors = u.shape[1]
    points = u.reshape(-1, factors + 1, factors)
    steps = np.diff(points, axis=1)
    moved = np.abs(steps) > 1e-12
    if len(u) % (factors + 1) or not (moved.sum(axis=2) == 1).all():
        raise UsageError("morris", "these points are no trajectories", "Give the points of ``trajectories`` unchanged")
    found = replicated(outputs).reshape(len(points), factors + 1, -1)
    size = steps.sum(axis=2)  # of the one factor that moved
    changes = np.diff(found, axis=1)
    effects, noise = np.empty((2, len(points), factors))
    row = np.arange(len(points))[:, np.newaxis]
    effects[row, moved.argmax(axis=2)] = changes.mean(axis=2) / size
    noise[row, moved.argmax(axis=2)] = noise_of(changes) / size**2
    steps_of = moved.argmax(axis=2).argsort(axis=1)  # (trajectories, factors): at which step a factor moved
    ties = np.array([tied(changes[row[:, 0], steps_of[:, k]]) for k in range(factors)])
    return effects, noise, ties


def morris(u: Values, outputs: Values, confidence: float = CONFIDENCE) -> list[Effect]:
    """Elementary effects (change of the output) / (change of the factor), their mean, mean size and spread by factor.

    Sources: Morris (Technometrics 33, 1991); Campolongo, Cariboni and Saltelli (Environmental Modelling & Software 22,
    2007) for the mean of sizes.

    Parameters
    ----------
    u : ndarray, shape (points, factors)
        Points of ``trajectories``, unchanged.
    outputs : ndarray, shape (points,) or (points, n)
        A number a point, or the replications behind it.
    confidence : float, optional

    Returns
    -------
    list of Effect
        One a factor.
    """
    effects, noise, ties = elementary_effects(u, outputs)
    n = replicated(outputs).shape[1]

    def interval(values: Values) -> tuple[float, float]:
        return mean_interval(Moments.of(values.tolist()), confidence)

    found = []
    for each, dice, tie in zip(effects.T, noise.T, ties, strict=True):
        size = np.abs(each)
        low, high = interval(size)
        spread = math.sqrt(max(0.0, float(each.var(ddof=1) - dice.mean())))
        found.append(
            Effect(
                float(each.mean()),
                *interval(each),
                float(size.mean()),
                max(0.0, low),
                high,
                spread,
                math.sqrt(float(dice.mean())),
                beyond_dice(each, dice, n, tie),
            )
        )
    return found


# ------------------------------------------------------------------ Sobol


#: Base rows -> share of studies in which the 95 % intervals of ``sobol`` held the truth, measured: the least of all
#: indices of four models of 6 or 10 knobs (sums of equal and of falling ones, a product), twenty replications, own and
#: common dice, 150 studies each; their mean over the indices of a model is 0.80, 0.90, 0.90 or more.
COVERED = {8: 0.66, 32: 0.82, 64: 0.87}

#: In place of a 0 of the sequence (of 30 bits), because shares of a band lie inside it.
LEAST = 2.0**-31


def cube(dimensions: int, base: int, seed: int) -> Values:
    """``base`` scrambled Sobol points, a power of two of them, shape (base, dimensions)."""
    from scipy.stats import qmc

    if base < 2 or base & (base - 1):
        raise UsageError("points", f"{base} base points are not a power of two", "Give 16, 32, 64, ...")
    points = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed)).random_base2(base.bit_length() - 1)
    return np.maximum(points, LEAST)


def halves_of_cube(factors: int, base: int, seed: int) -> tuple[Values, Values]:
    """Two sets of scrambled Sobol points, each shape (base, factors), the rows of the second in random order.

    Side by side as they come, a factor's dimension and its counterpart in the second set can lie on a few lines where
    ``base`` is small; their differences are then nearly the same in all rows, wrong, and with no doubt that rows show.
    """
    both = cube(2 * factors, base, seed)
    order = np.random.default_rng([seed, factors]).permutation(base)
    return both[:, :factors], both[order, factors:]


def saltelli(factors: int, base: int, seed: int) -> Values:
    """Points for ``sobol``: for each base row A, then A with one factor after the other from B, then B.

    Source: Saltelli and others (Computer Physics Communications 181, 2010).

    Parameters
    ----------
    factors : int
    base : int
        Rows, a power of two.
    seed : int

    Returns
    -------
    ndarray, shape (base * (factors + 2), factors)
    """
    if factors < 1:
        raise UsageError("sobol", "there is no factor", "Choose at least one")
    a, b = halves_of_cube(factors, base, seed)
    points = np.repeat(a[:, np.newaxis, :], factors + 2, axis=1)
    for k in range(factors):
        points[:, k + 1, k] = b[:, k]
    points[:, -1] = b
    return points.reshape(-1, factors)


@dataclass(frozen=True, slots=True)
class Index:
    """Shares of the output's variance: of one factor alone (first) and with all it takes part in (total), with
    bootstrap intervals.  Estimates may lie a little outside 0 .. 1."""

    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


def sobol(outputs: Values, factors: int, seed: int = 0, confidence: float = CONFIDENCE) -> tuple[list[Index], float]:
    """Sobol indices: first E[f(B) (f(A_B) - f(A))] / V, total E[(f(A_B) - f(A))²] / 2V, A_B = A with a factor from B.

    What dice put into products and squares is taken off.  NaN where dice explain everything.  Sources: Saltelli and
    others (Computer Physics Communications 181, 2010) for the first, Jansen (ibid. 117, 1999) for the total.

    Parameters
    ----------
    outputs : ndarray, shape (points,) or (points, n)
        Of the points of ``saltelli``.
    factors : int
    seed : int, optional
        Of the bootstrap over base rows.
    confidence : float, optional

    Returns
    -------
    tuple of list of Index and float
        One index a factor, and the variance V that they share, without dice.
    """
    found = replicated(outputs).reshape(-1, factors + 2, np.asarray(outputs).reshape(len(outputs), -1).shape[1])
    found = found - found.mean(axis=(0, 1))  # of each replication: luck that all points share tells nothing of factors
    a, b, mixed = found[:, :1], found[:, -1:], found[:, 1:-1]  # (base, 1 or factors, n)
    n = found.shape[2]
    change = mixed - a
    firsts = b.mean(axis=2) * change.mean(axis=2) - _shared_noise(b, change)
    totals = (change.mean(axis=2) ** 2 - noise_of(change)) / 2.0
    ends = np.concatenate([a[:, 0], b[:, 0]])
    dice = residual(ends) / n * (1.0 - 1.0 / len(ends))
    means = ends.mean(axis=1).reshape(2, -1)
    variance = float(means.var()) - dice
    if variance <= 1e-12 * float(means.var()):
        return [Index(*[math.nan] * 6)] * factors, 0.0
    first, total = firsts.mean(axis=0) / variance, totals.mean(axis=0) / variance
    rng = np.random.default_rng(seed)
    resampled = []
    for _ in range(RESAMPLES):
        rows = rng.integers(len(found), size=len(found))
        spread = float(means[:, rows].var()) - dice
        if spread > 0.0:
            resampled.append(np.array([firsts[rows].mean(axis=0), totals[rows].mean(axis=0)]) / spread)
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(np.array(resampled), [tail, 1.0 - tail], axis=0)
    indices = [
        Index(*map(float, (first[k], low[0, k], high[0, k], total[k], low[1, k], high[1, k]))) for k in range(factors)
    ]
    return indices, variance


def _shared_noise(one: Values, other: Values) -> Values:
    """Covariance that common dice give to two means of n replications, last axis."""
    n = one.shape[-1]
    if n == 1:
        return np.zeros(other.shape[:-1])
    apart = (one - one.mean(axis=-1, keepdims=True)) * (other - other.mean(axis=-1, keepdims=True))
    return apart.sum(axis=-1) / (n - 1) / n


def residual(outputs: Values) -> float:
    """Variance of one replication that the points do not share: the residual mean square of points by replications.

    Parameters
    ----------
    outputs : ndarray
        (points, n). Dice that are common to all points shift them together and spread no point from another, so they
        are not in it; with independent dice it is the mean variance within a point.

    Returns
    -------
    float
    """
    points, n = outputs.shape
    if n < 2 or points < 2:
        return 0.0
    rest = outputs - outputs.mean(axis=1, keepdims=True) - outputs.mean(axis=0, keepdims=True) + outputs.mean()
    return float((rest**2).sum()) / ((points - 1) * (n - 1))
