"""Fire without coordination: every round goes to a target at random, as units without a common command post fire.

Of T targets, each round picks one with probability 1/T whatever the others pick and whatever is dead already, and kills
it with probability p.  A target survives with (1 - p/T)^M, more than with M rounds shared out evenly; how many survive
together follows exactly from a chain over the rounds, of which the next kills a target that still lives with
probability p (T - k)/T once k are dead.

Source: the classical occupancy problem, Feller, An Introduction to Probability Theory and Its Applications I (1968),
chapters II.5 and IV.2, each ball thinned with the kill probability.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError
from openiads.textbook.domain import at_least, share, whole


def random_leakers(targets: float, rounds: float, kill: float) -> float:
    """Targets expected to survive rounds that pick their targets at random: T (1 - p/T)^M.

    Parameters
    ----------
    targets : float
        At least 1; may be a mean.
    rounds : float
        In all, at least 0; may be a mean.
    kill : float
        Probability of one round, 0 to 1.

    Returns
    -------
    float
        0 to `targets`.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.random_leakers(2, 2, 1.0)
    0.5
    """
    at_least("targets", targets, 1.0)
    at_least("rounds", rounds, 0.0)
    share("kill", kill)
    return float(targets * (1.0 - kill / targets) ** rounds)


def random_leakers_law(targets: int, rounds: int, kill: float) -> NDArray[np.float64]:
    """Probability of each number of survivors of rounds that pick their targets at random.

    Parameters
    ----------
    targets : int
        At least 0.
    rounds : int
        In all, at least 0; 0 where there is no target.
    kill : float
        Probability of one round, 0 to 1.

    Returns
    -------
    ndarray, shape (targets + 1,)
        Of 0, 1, ... survivors.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.random_leakers_law(2, 2, 1.0).tolist()
    [0.5, 0.5, 0.0]
    """
    whole("targets", targets, 0)
    whole("rounds", rounds, 0)
    share("kill", kill)
    if not targets and rounds:
        raise UsageError("rounds", f"{rounds} at no target", "Give 0 rounds, or a target")
    law = np.zeros(targets + 1)
    law[targets] = 1.0
    living = np.arange(targets + 1)
    hits = kill * living / max(1, targets)  # the next round kills one of those that live
    for _ in range(rounds):
        law = law * (1.0 - hits) + np.append((law * hits)[1:], 0.0)
    return law
