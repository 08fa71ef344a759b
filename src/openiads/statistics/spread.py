"""Two spreads: what dice do and what is not known, kept apart.

Outputs are replications in sampled worlds, shape (worlds, n).  The spread of world means holds noise, because each mean
is over n replications; what is left without it is the spread of knowledge:

    knowledge variance = Var(means of worlds) - mean noise of a mean

With dice of its own for each world the noise of a mean is s^2 / n.  With common dice (the same seed in every world)
only what the worlds do not share counts, the residual mean square of worlds by replications over n; dice that shift all
worlds together spread none.  A negative difference is shown as 0, and said.

``crossed`` and ``shares`` split the knowledge variance between two groups of knobs, such as assumptions and what a
source gives: for each base row four worlds, (g, h), (g', h'), (g, h'), (g', h), g and h the values of the groups.  The
three contrasts of the four give the variance of either group alone and of both together, whatever the model's form, in
4 worlds a row however many knobs there are.

Sources: Sun, Apley and Staum (Operations Research 59, 2011) for the noise; Jansen (Computer Physics Communications 117,
1999) for squared differences; Louis (JASA 79, 1984) for the percentiles; Miller (Annals of Mathematical Statistics 39,
1968) for the jackknife of a logarithm of a variance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError
from openiads.statistics.intervals import CONFIDENCE, student_quantile
from openiads.statistics.sensitivity import RESAMPLES, halves_of_cube, noise_of, replicated, residual

Values = NDArray[np.float64]

#: Base rows of four worlds -> share of studies in which the 95 % intervals of ``shares`` held the truth, measured: the
#: least of three shares in seven models of 10 or 20 knobs (sums of equal and unequal knobs, one that rules, a product,
#: a jump, a group of all that matters), eight replications, own and common dice, 200 studies each.
COVERED = {4: 0.68, 8: 0.82, 16: 0.89}

#: What the percentiles of worlds are not.
LABEL = "sampling of intervals, not probability"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Spread of the means of worlds.

    Attributes
    ----------
    variance : float
        Without noise, at least 0.
    raw : float
        Of the means as they are.
    noise : float
        What dice put into it.
    negative : bool
        Whether the noise was estimated larger than the whole, so that 0 is shown.
    """

    variance: float
    raw: float
    noise: float
    negative: bool


def dice_variance(outputs: Values) -> float:
    """Mean over worlds of the variance of one replication, outputs (worlds, n)."""
    found = replicated(outputs)
    return float(found.var(axis=1, ddof=1).mean()) if found.shape[1] > 1 else 0.0


def knowledge(outputs: Values, *, common: bool = True) -> Knowledge:
    """The knowledge variance Var(means of worlds) - mean noise of a mean, of independently sampled worlds.

    Source: Sun, Apley and Staum (Operations Research 59, 2011) for the noise.

    Parameters
    ----------
    outputs : ndarray, shape (worlds, n)
    common : bool, optional
        Whether replication r of every world met the same dice.

    Returns
    -------
    Knowledge
    """
    found = replicated(outputs)
    if len(found) < 2:
        raise UsageError("worlds", "one world has no spread", "Sample at least two")
    raw = float(found.mean(axis=1).var(ddof=1))
    noise = (residual(found) if common else dice_variance(found)) / found.shape[1]
    return Knowledge(max(0.0, raw - noise), raw, noise, raw < noise)


def percentiles(outputs: Values, variance: float, at: tuple[float, ...] = (5.0, 50.0, 95.0)) -> tuple[float, ...]:
    """Percentiles of world means m, drawn together to m̄ + √(variance / Var(m)) (m - m̄): noise widens them as they are.

    Source: Louis (JASA 79, 1984).

    Parameters
    ----------
    outputs : ndarray, shape (worlds, n)
    variance : float
        Of the means without noise.
    at : tuple of float, optional
        Which percentiles, 0 .. 100.

    Returns
    -------
    tuple of float
    """
    means = replicated(outputs).mean(axis=1)
    raw = float(means.var(ddof=1))
    shrink = math.sqrt(min(1.0, variance / raw)) if raw > 0.0 else 1.0
    return tuple(float(p) for p in np.percentile(means.mean() + shrink * (means - means.mean()), at))


# ------------------------------------------------------------------ two groups of knobs


def crossed(group: NDArray[np.bool_], rows: int, seed: int) -> Values:
    """Points of rows of four worlds: (g, h), (g', h'), (g, h'), (g', h), g the factors of the group and h the others.

    Parameters
    ----------
    group : ndarray of bool, shape (factors,)
        Whether a factor is of the group.
    rows : int
        A power of two.
    seed : int

    Returns
    -------
    ndarray, shape (4 * rows, factors)
        In the unit cube.
    """
    factors = len(group)
    one, other = halves_of_cube(factors, rows, seed)
    four = [one, other, np.where(group, one, other), np.where(group, other, one)]
    return np.stack(four, axis=1).reshape(-1, factors)


def halves(outputs: Values) -> Knowledge:
    """``knowledge`` of a crossed design, outputs (4 * rows, n): of its two halves of independent worlds, averaged."""
    found = _rows_of_four(outputs)
    raw = _raw(found.mean(axis=2))
    noise = sum(residual(found[:, k : k + 2].reshape(-1, found.shape[2])) for k in (0, 2)) / 2.0 / found.shape[2]
    return Knowledge(max(0.0, raw - noise), raw, noise, raw < noise)


def interval(outputs: Values, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of the knowledge variance that ``halves`` estimates: the jackknife of the same figure.

    The logarithm of the variance of means, which is closer to normal than the variance, is taken anew without each row
    of four worlds; Student's t has one degree less than there are rows; then the noise is taken off.  Infinite above
    where a single row bears the whole variance.  Source: Miller (Annals of Mathematical Statistics 39, 1968).

    Parameters
    ----------
    outputs : ndarray, shape (4 * rows, n)
    confidence : float, optional

    Returns
    -------
    tuple of float
        Low and high.
    """
    found = _rows_of_four(outputs)
    means, rows, whole = found.mean(axis=2), len(found), halves(outputs)
    if whole.raw <= 0.0:
        return 0.0, 0.0
    without = np.array([_raw(np.delete(means, row, axis=0)) for row in range(rows)])
    if (without <= 0.0).any():
        return 0.0, math.inf
    logs = np.log(without)
    error = math.sqrt((rows - 1) / rows * float(((logs - logs.mean()) ** 2).sum()))
    factor = math.exp(student_quantile((1.0 + confidence) / 2.0, rows - 1) * error)
    return max(0.0, whole.raw / factor - whole.noise), max(0.0, whole.raw * factor - whole.noise)


def _rows_of_four(outputs: Values) -> Values:
    """Outputs of a crossed design, shape (rows, 4, n)."""
    found = replicated(outputs)
    if len(found) % 4 or len(found) < 8:
        raise UsageError("worlds", f"{len(found)} worlds are no crossed design", "Give the points of ``crossed``")
    return found.reshape(-1, 4, found.shape[1])


def _raw(means: Values) -> float:
    """Variance of means of worlds (rows, 4): of each half, whose worlds are independent, averaged."""
    return float(means[:, :2].var(ddof=1) + means[:, 2:].var(ddof=1)) / 2.0


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the knowledge variance with its interval; estimates are kept within 0 .. 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shares:
    """How the knowledge variance divides: the group alone, the others alone, both together.

    NaN where dice explain all of it.
    """

    group: Share
    others: Share
    together: Share


def shares(outputs: Values, seed: int = 0, confidence: float = CONFIDENCE) -> Shares:
    """Division of the knowledge variance between two groups of knobs and both together.

    From the mean squares S of the three contrasts of each row of four worlds, noise taken off: (S_g - S_gh) / 2 for the
    group alone, (S_h - S_gh) / 2 for the others, S_gh for both together.
    Source: Jansen (Computer Physics Communications 117, 1999) for squared differences.

    Parameters
    ----------
    outputs : ndarray, shape (4 * rows, n)
        Of the points of ``crossed``, with common dice.
    seed : int, optional
        Of the resampling.
    confidence : float, optional

    Returns
    -------
    Shares
    """
    a, b, c, d = _rows_of_four(outputs).transpose(1, 0, 2)
    signs = ((a + c - b - d) / 2.0, (a + d - b - c) / 2.0, (a + b - c - d) / 2.0)
    squares = np.stack([each.mean(axis=1) ** 2 - noise_of(each) for each in signs], axis=1)  # (rows, 3)

    return _with_intervals(squares, seed, confidence)


def covered(rows: int, measured: Mapping[int, float] = COVERED) -> float:
    """What ``measured`` says of so many base rows: of the most that are no more than these."""
    return measured[max((k for k in measured if k <= rows), default=min(measured))]


def _divided(squares: Values) -> Values:
    """Variances of the group alone, the others alone and both together from the contrasts' mean squares, (..., 3)."""
    ours, theirs, joint = (squares[..., k] for k in range(3))
    return np.stack([(ours - joint) / 2.0, (theirs - joint) / 2.0, joint], axis=-1)


def _with_intervals(squares: Values, seed: int, confidence: float) -> Shares:
    """The shares of all rows; each interval is the hull of two, because either alone is too narrow where rows are few:
    percentiles of a bootstrap of rows, and the jackknife of the logarithm of a share's odds with Student's t.
    """
    rng = np.random.default_rng(seed)
    rows = len(squares)
    drawn = _divided(squares[rng.integers(rows, size=(RESAMPLES, rows))].mean(axis=1))
    tail = (1.0 - confidence) / 2.0
    parts = _divided(squares.mean(axis=0))
    whole = float(parts.sum())
    if whole <= 0.0:
        nothing = Share(math.nan, 0.0, 1.0)
        return Shares(nothing, nothing, nothing)
    told = drawn.sum(axis=1) > 0.0
    of = np.clip(drawn[told] / drawn[told].sum(axis=1, keepdims=True), 0.0, 1.0)
    values = np.clip(parts / whole, 0.0, 1.0)
    ends = np.stack([values, *np.quantile(of, [tail, 1.0 - tail], axis=0), *_odds_interval(squares, tail)])
    group, others, together = (
        Share(float(v), float(lo), float(hi))
        for v, lo, hi in zip(values, ends.min(axis=0), ends.max(axis=0), strict=True)
    )
    return Shares(group, others, together)


def _odds_interval(squares: Values, tail: float) -> tuple[Values, Values]:
    """Both ends of each share by the jackknife of its log odds; nothing is known of it where leaving out one row
    leaves no variance.  Shares at 0 or 1 are taken a sixteenth of a row inside.
    """
    rows = len(squares)
    parts = _divided(np.vstack([squares.mean(axis=0), (squares.sum(axis=0) - squares) / (rows - 1)]))
    whole = parts.sum(axis=1, keepdims=True)
    if (whole <= 0.0).any():
        return np.zeros(3), np.ones(3)
    inside = np.clip(parts / whole, 1.0 / (16 * rows), 1.0 - 1.0 / (16 * rows))
    odds = np.log(inside / (1.0 - inside))
    error = np.sqrt((rows - 1) / rows * ((odds[1:] - odds[1:].mean(axis=0)) ** 2).sum(axis=0))
    half = student_quantile(1.0 - tail, rows - 1) * error
    low, high = (1.0 / (1.0 + np.exp(-(odds[0] + side * half))) for side in (-1.0, 1.0))
    return low, high
