"""p-values of paired differences: how often chance alone would set two sides so far apart.

If the change did nothing, either side of a pair could as well have been the other's.  While few pairs differ all
exchanges are tried, which is exact; from many on the mean of the differences is normal enough for Student's t.

Sources: Fisher, The Design of Experiments (1935), section 21, for the exchanges; McNemar (Psychometrika 12, 1947) for
yes or no; Student's t and the jackknife as in ``paired``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads.statistics.moments import Moments
from openiads.statistics.paired import left_out

Values = NDArray[np.float64]

#: Pairs that differ up to which all exchanges are tried: 2^12 of them.
_ALL = 12

#: Differences of equal size that arithmetic sets apart.
_SAME = 1.0 - 1e-9


def mean_p(a: Values, b: Values) -> float:
    """p-value of equal means over pairs: exact exchange of sides while up to 12 pairs differ, then Student's t.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        One value a pair.

    Returns
    -------
    float
        1 if no pair differs, NaN without pairs.
    """
    if not len(a):
        return math.nan
    gaps = b - a
    apart = gaps[gaps != 0.0]
    if len(apart) <= _ALL:
        return _exact(np.abs(_signs(len(apart)) @ apart), abs(float(apart.sum())))
    found = Moments.of(gaps.tolist())
    return _student(found.mean, math.sqrt(found.variance / found.n), found.n)


def sign_p(a: Values, b: Values) -> float:
    """p-value of "b is as often above a as below": the binomial of pairs that differ.  For yes and no, McNemar's exact.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        One value a pair; infinite ones may be compared too.

    Returns
    -------
    float
        1 if no pair differs, NaN without pairs.
    """
    from scipy.special import bdtr

    if not len(a):
        return math.nan
    more, less = int((b > a).sum()), int((b < a).sum())
    return min(1.0, 2.0 * float(bdtr(min(more, less), more + less, 0.5))) if more + less else 1.0


def ratio_p(a: Values, b: Values) -> float:
    """p-value of equal ratios of sums: exact exchange of sides while up to 12 pairs differ, then jackknife and t.

    Parameters
    ----------
    a, b : ndarray of float, shape (n, 2)
        Numerator and denominator of each replication.

    Returns
    -------
    float
        1 if no pair differs, NaN where a side is 0/0 or one replication bears a whole denominator.
    """
    if not len(a):
        return math.nan
    sums = a.sum(axis=0), b.sum(axis=0)
    if sums[0][1] == 0.0 or sums[1][1] == 0.0:
        return math.nan
    apart = (a != b).any(axis=1)
    if apart.sum() <= _ALL:
        half = _signs(int(apart.sum())) @ (b - a)[apart] / 2.0
        middle = (sums[0] + sums[1]) / 2.0
        with np.errstate(divide="ignore", invalid="ignore"):
            gaps = (middle + half)[:, 0] / (middle + half)[:, 1] - (middle - half)[:, 0] / (middle - half)[:, 1]
        observed = abs(float(sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]))
        return _exact(np.abs(np.where(np.isnan(gaps), np.inf, gaps)), observed)
    gaps = left_out(b) - left_out(a)
    if not np.isfinite(gaps).all():
        return math.nan
    n = len(a)
    error = math.sqrt((n - 1) / n * float(((gaps - gaps.mean()) ** 2).sum()))
    return _student(float(sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]), error, n)


def _signs(k: int) -> Values:
    """All rows of k signs, (2^k, k)."""
    return 1.0 - 2.0 * (np.arange(2**k)[:, None] >> np.arange(k)[None, :] & 1).astype(float)


def _exact(sizes: Values, observed: float) -> float:
    """Share of exchanges whose difference is at least as large as the one observed."""
    return float(np.mean(sizes >= observed * _SAME))


def _student(mean: float, error: float, n: int) -> float:
    from scipy.special import stdtr

    if error == 0.0:
        return 1.0 if mean == 0.0 else 0.0
    return float(2.0 * stdtr(n - 1, -abs(mean) / error))
