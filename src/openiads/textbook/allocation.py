"""Which weapon fires at which target when all fire once and at the same time: the static assignment problem.

The value that survives is the sum over targets of value x product of (1 - kill) over the weapons given to it.  Unlike
the engine's assignment of waiting tracks, one at most to a fire unit and a cycle, several weapons may share a target.
The optimum is found by depth-first branch and bound.

Source: den Broeder, Ellison and Emerling (Operations Research 7, 1959); Matlin's review (Operations Research 18, 1970).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.errors import UsageError

#: Allocations that an exact search may have to tell apart.
MOST = 10_000_000

Floats = NDArray[np.float64]


class Allocation(NamedTuple):
    """The target of each weapon, and the value expected to survive."""

    targets: list[int]
    surviving: float


def _checked(values: ArrayLike, kill: ArrayLike) -> tuple[Floats, Floats]:
    worth, chance = np.asarray(values, dtype=float), np.asarray(kill, dtype=float)
    if worth.ndim != 1 or not len(worth) or not np.all((worth >= 0.0) & np.isfinite(worth)):
        raise UsageError("values", "not a row of values", "Give one finite value >= 0 for each target")
    if chance.ndim != 2 or chance.shape[1] != len(worth) or not np.all((chance >= 0.0) & (chance <= 1.0)):
        raise UsageError("kill", "not a table of probabilities", "Give a row for each weapon, a column for each target")
    return worth, chance


def surviving_value(values: ArrayLike, kill: ArrayLike, targets: ArrayLike) -> float:
    """The value expected to survive when weapon i fires at ``targets[i]``.

    Parameters
    ----------
    values : array_like
        Of the targets, at least 0, (m,).
    kill : array_like
        Kill probabilities, weapons by targets, (n, m).
    targets : array_like
        Of each weapon, (n,).

    Returns
    -------
    float
        In the unit of the values.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.surviving_value([4.0, 2.0], [[0.5, 0.5]], [0])
    4.0
    """
    worth, chance = _checked(values, kill)
    left = worth.copy()
    for weapon, target in enumerate(np.asarray(targets, dtype=np.int64)):
        left[target] *= 1.0 - chance[weapon, target]
    return float(left.sum())


def greedy_allocation(values: ArrayLike, kill: ArrayLike) -> Allocation:
    """Again and again the weapon and target that together remove most value; the first of equals.

    Parameters
    ----------
    values : array_like
        Of the targets, at least 0, (m,).
    kill : array_like
        Kill probabilities, weapons by targets, (n, m).

    Returns
    -------
    Allocation
        The target of each weapon, and the value expected to survive.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.greedy_allocation([4.0, 2.0], [[0.5, 0.5]])
    Allocation(targets=[0], surviving=4.0)
    """
    left, chance = _checked(values, kill)
    left = left.copy()
    targets = [-1] * len(chance)
    for _ in range(len(chance)):
        gain = np.where(np.array(targets)[:, None] < 0, left * chance, -1.0)
        weapon, target = divmod(int(gain.argmax()), len(left))
        targets[weapon] = target
        left[target] *= 1.0 - chance[weapon, target]
    return Allocation(targets, float(left.sum()))


def best_allocation(values: ArrayLike, kill: ArrayLike) -> Allocation:
    """The allocation of least surviving value; of equals the first in the order of weapons.

    Parameters
    ----------
    values : array_like
        Of the targets, at least 0, (m,).
    kill : array_like
        Kill probabilities, weapons by targets, (n, m).

    Returns
    -------
    Allocation
        The target of each weapon, and the value expected to survive.

    Raises
    ------
    UsageError
        For a number outside its domain, or more than 10,000,000 allocations to tell apart.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.best_allocation([4.0, 2.0], [[0.5, 0.5], [0.5, 0.5]])
    Allocation(targets=[0, 0], surviving=3.0)
    """
    worth, chance = _checked(values, kill)
    weapons, count = chance.shape
    if count**weapons > MOST:
        raise UsageError(
            "kill", f"{count} ** {weapons} allocations", f"Give a problem of at most {MOST:,}, or go greedily"
        )
    # At best every weapon still to come fires at every target.
    spared = np.vstack([np.cumprod((1.0 - chance)[::-1], axis=0)[::-1], np.ones(count)])
    best = Allocation([], float("inf"))
    path: list[int] = []

    def descend(weapon: int, left: Floats) -> None:
        nonlocal best
        if weapon == weapons:
            if float(left.sum()) < best.surviving - 1e-12:
                best = Allocation(path.copy(), float(left.sum()))
            return
        for target in range(count):
            after = left.copy()
            after[target] *= 1.0 - chance[weapon, target]
            if float((after * spared[weapon + 1]).sum()) < best.surviving - 1e-12:
                path.append(target)
                descend(weapon + 1, after)
                path.pop()

    descend(0, worth)
    return best
