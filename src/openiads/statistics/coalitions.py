"""What members contribute to what a coalition achieves: last in, first in, and fairly shared.

Values are of coalitions, replication by replication, all on the same draws, so that contributions are paired.

Source: Shapley, A value for n-person games (Contributions to the Theory of Games II, 1953).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError

Values = NDArray[np.float64]
Coalition = frozenset[int]


def ends(n: int) -> list[Coalition]:
    """All of n members, none, all but each one, each one alone; every coalition once."""
    whole = frozenset(range(n))
    return list(dict.fromkeys([whole, frozenset(), *(whole - {k} for k in whole), *(frozenset({k}) for k in whole)]))


def every(n: int) -> list[Coalition]:
    """All coalitions of n members, first those of `ends`."""
    rest = (frozenset(each) for size in range(n + 1) for each in itertools.combinations(range(n), size))
    return list(dict.fromkeys([*ends(n), *rest]))


def last_in(values: Mapping[Coalition, Values], n: int, member: int) -> Values:
    """What a member adds to all the others, v(N) - v(N without it)."""
    whole = frozenset(range(n))
    return values[whole] - values[whole - {member}]


def first_in(values: Mapping[Coalition, Values], member: int) -> Values:
    """What a member adds to nothing, v({it}) - v({})."""
    return values[frozenset({member})] - values[frozenset()]


def shapley(values: Mapping[Coalition, Values], n: int) -> Values:
    """Each member's Shapley value: what it adds, averaged over all orders in which the coalition may be formed.

    phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S)).  Weights are whole numbers until the
    last division, so that the values of whole-numbered outcomes add up to n! (v(N) - v({})) exactly before it.

    Parameters
    ----------
    values : mapping of frozenset of int to ndarray, shape (r,)
        Of every coalition of the members 0 .. n - 1, replication by replication.
    n : int
        How many members.

    Returns
    -------
    ndarray, shape (n, r)

    Raises
    ------
    UsageError
        Where a coalition has no value.
    """
    wanted = every(n)
    if any(each not in values for each in wanted):
        missing = sum(each not in values for each in wanted)
        raise UsageError("shapley", f"{missing} of {len(wanted)} coalitions have no value", "Give all of them")
    found = np.zeros((n, len(values[frozenset()])))
    for without in wanted:
        weight = float(math.factorial(len(without)) * math.factorial(n - len(without) - 1)) if len(without) < n else 0.0
        for member in set(range(n)) - without:
            found[member] += weight * (values[without | {member}] - values[without])
    return found / math.factorial(n)
