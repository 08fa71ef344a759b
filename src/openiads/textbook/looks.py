"""Shoot-look-shoot where the look errs: a target that lives is taken for dead, or a dead one for living.

Between looks a target is alive and engaged, dead and still engaged (its kill was not seen), or let go.  Two numbers
follow the first two states from look to look, so expected rounds and kills are sums of a two-state recursion.

Source: the recursion is that of a Markov chain with two transient states (Kemeny and Snell, Finite Markov Chains,
1960, chapter III); faultless looks give the geometric series of `textbook.raids.shoot_look_shoot`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from openiads.base.errors import UsageError
from openiads.textbook.domain import at_least, share, whole
from openiads.textbook.raids import salvo_kill


class Looked(NamedTuple):
    """What comes of a target that is fired at and looked at in turn.

    ``rounds`` expected, ``kill`` the probability that it is killed, ``wasted`` the rounds expected at it when it is
    dead already, ``let_go`` the probability that it lives and is taken for dead.
    """

    rounds: float
    kill: float
    wasted: float
    let_go: float


def imperfect_looks(
    kill: float,
    looks: float,
    salvo: int = 1,
    *,
    false_kill: float = 0.0,
    false_miss: float = 0.0,
    works: float = 1.0,
) -> Looked:
    """Salvos and looks in turn at one target, each look wrong with a probability of its own.

    A salvo kills with s = works (1 - (1 - kill)^salvo).  Of what lives after it 1 - false_kill are fired at again, of
    what is dead false_miss:  a' = a (1 - s)(1 - false_kill),  d' = (d + a s) false_miss.

    Parameters
    ----------
    kill : float
        Probability of one round, given that what the rounds of a salvo share works; 0 to 1.
    looks : float
        Most salvos, at least 0; infinite for no limit; between two whole numbers where it is a mean, and the result is
        then between theirs.
    salvo : int
        Rounds of each, at least 1.
    false_kill : float
        Probability that a target that lives is assessed as killed, and stays let go; 0 to 1.
    false_miss : float
        Probability that a dead one is assessed as missed, and is fired at again; 0 to 1, below 1 without a limit.
    works : float
        Probability that what the rounds of a salvo share works; 1 for independent rounds.

    Returns
    -------
    Looked
        Rounds, probability of a kill, rounds wasted on the dead, probability of having been let go alive.

    Raises
    ------
    UsageError
        For a number outside its domain, or no limit where the salvos would have no end.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.imperfect_looks(0.5, looks=2, false_kill=0.5)
    Looked(rounds=1.25, kill=0.625, wasted=0.0, let_go=0.3125)
    """
    for name, value in (("false_kill", false_kill), ("false_miss", false_miss)):
        share(name, value)
    whole("salvo", salvo, 1)
    dies = salvo_kill(kill, salvo, works)
    if looks == math.inf:
        return _endless(dies, salvo, false_kill, false_miss)
    at_least("looks", looks, 0.0)
    alive, dead = 1.0, 0.0  # engaged in this turn
    at_living = at_dead = killed = let_go = 0.0
    for turn in range(math.ceil(looks)):
        part = min(1.0, looks - turn)
        at_living += part * alive
        at_dead += part * dead
        killed += part * alive * dies
        lives = alive * (1.0 - dies)
        let_go += part * lives * false_kill
        dead = (dead + alive * dies) * false_miss
        alive = lives * (1.0 - false_kill)
    return Looked(salvo * (at_living + at_dead), killed, salvo * at_dead, let_go)


def _endless(dies: float, salvo: int, false_kill: float, false_miss: float) -> Looked:
    """The sums of the recursion without a last look."""
    ends = 1.0 - (1.0 - dies) * (1.0 - false_kill)
    if ends <= 0.0 or false_miss >= 1.0:
        raise UsageError("looks", "salvos without end at one target", "Give a number of looks")
    turns = 1.0 / ends
    wasted = false_miss * dies * turns / (1.0 - false_miss)
    return Looked(salvo * (turns + wasted), dies * turns, salvo * wasted, (1.0 - dies) * false_kill * turns)
