"""Sums of a sample that keep every digit: mean and variance of values however large their mean is beside their spread.

The textbook variance (sum of squares less n mean^2) of floats loses twice the digits that mean and spread are apart,
all of them from a ratio of 1e8 on; Welford's recursion keeps them but depends, in its last digits, on the order of
values and on how they were cut into chunks.  A float is a whole number over a power of two, so sums of floats and of
their squares are whole numbers over one too, and Python's whole numbers have no end: here they are exact, and the same
for every order and every cut.  Only the division at the end rounds, once.

Source: the loss of digits and the alternatives are those of Chan, Golub and LeVeque (The American Statistician 37,
1983).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat

from openiads.base.errors import UsageError

#: Spread per size of values below which it is their own rounding: four units in the last place of a float.
_ROUNDING = 2.0**-50


@dataclass(frozen=True, slots=True)
class Moments:
    """How many values there were, their sum and the sum of their squares, exactly.

    Parameters
    ----------
    n : int
        How many.
    total : int
        Sum of the values, times 2^shift.
    squares : int
        Sum of their squares, times 2^(2 shift).
    shift : int
        The least that makes all of them whole.

    Examples
    --------
    >>> from openiads.statistics.moments import Moments
    >>> Moments.of([1e10 - 1.0, 1e10 + 1.0]).variance
    2.0
    """

    n: int = 0
    total: int = 0
    squares: int = 0
    shift: int = 0

    @classmethod
    def of(cls, values: Iterable[float]) -> Moments:
        """The moments of some values.

        Parameters
        ----------
        values : iterable of float
            Finite.

        Returns
        -------
        Moments

        Raises
        ------
        UsageError
            For a value that is infinite or no number.
        """
        return _summed(zip(values, repeat(1), strict=False))

    @classmethod
    def of_counts(cls, counts: Mapping[float, int] | Mapping[int, int]) -> Moments:
        """The moments of values that came so often.

        Parameters
        ----------
        counts : mapping of float to int
            How often each value came.

        Returns
        -------
        Moments

        Raises
        ------
        UsageError
            For a value that is infinite or no number.
        """
        return _summed(counts.items())

    def merged(self, other: Moments) -> Moments:
        """The moments of both samples together; order and grouping change nothing.

        Parameters
        ----------
        other : Moments

        Returns
        -------
        Moments
        """
        shift = max(self.shift, other.shift)
        one, two = self._at(shift), other._at(shift)
        return Moments(self.n + other.n, one.total + two.total, one.squares + two.squares, shift)

    def less(self, end: float) -> Moments:
        """The moments of the values less a constant.

        Parameters
        ----------
        end : float
            Finite.

        Returns
        -------
        Moments
        """
        up, down = end.as_integer_ratio()
        shift = max(self.shift, down.bit_length() - 1)
        here, off = self._at(shift), (up << shift) // down
        squares = here.squares - 2 * off * here.total + self.n * off * off
        return Moments(self.n, here.total - self.n * off, squares, shift)

    @property
    def mean(self) -> float:
        """Of the values; NaN without any."""
        return self.total / (self.n << self.shift) if self.n else math.nan

    @property
    def variance(self) -> float:
        """Of the sample, over n - 1; 0 of fewer than two values."""
        if self.n < 2:
            return 0.0
        return (self.n * self.squares - self.total**2) / (self.n * (self.n - 1) << 2 * self.shift)

    @property
    def deviation(self) -> float:
        """The root of the variance."""
        return math.sqrt(self.variance)

    @property
    def spreads(self) -> bool:
        """Whether the values differ by more than their own rounding."""
        size = self.squares / (self.n << 2 * self.shift) if self.n else 0.0
        return self.variance > _ROUNDING * _ROUNDING * size

    @property
    def weight(self) -> float:
        """(sum)^2 / sum of squares: how many values carry the sum, one for one however many zeros lie beside it."""
        return self.total * self.total / self.squares if self.squares else 0.0

    def _at(self, shift: int) -> Moments:
        """The same over a larger power of two."""
        more = shift - self.shift
        return Moments(self.n, self.total << more, self.squares << 2 * more, shift)


def _summed(counts: Iterable[tuple[float, int]]) -> Moments:
    """The moments of pairs of a value and how often it came."""
    n = total = squares = shift = 0
    for value, times in counts:
        if not math.isfinite(value):
            raise UsageError("values", f"{value} has no mean", "Give finite values")
        up, down = value.as_integer_ratio()
        own = down.bit_length() - 1
        if own > shift:
            total, squares, shift = total << own - shift, squares << 2 * (own - shift), own
        up <<= shift - own
        n += times
        total += up * times
        squares += up * up * times
    return Moments(n, total, squares, shift)
