"""Textbook formulas of defense against raids: shots, layers, magazines, even fire, channels.

Each is general inside the domain its docstring states and raises UsageError outside it.  Opportunities against a
closing target are `physics.encounter.firing_opportunities`; unequal targets and weapons are in `textbook.allocation`,
salvo exchanges in `textbook.exchanges`.

Sources: binomial leakage as in Wilkening (Science and Global Security 8, 1999); even allocation, Soland (Operations
Research 35, 1987); channels, Erlang (1917) in the form of Cooper, Introduction to Queueing Theory (1981).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from openiads.base.errors import UsageError
from openiads.physics.lethality import combined_common_mode
from openiads.statistics.intervals import binomial_pmf
from openiads.textbook.domain import at_least, share, whole

# ------------------------------------------------------------------ shots at one target


def salvo_kill(kill: float, rounds: float, works: float = 1.0) -> float:
    """Probability that rounds fired without a look between them kill: works x (1 - (1 - kill)^rounds).

    Parameters
    ----------
    kill : float
        Probability of one round, given that what the rounds share works; 0 to 1.
    rounds : float
        At least 0; not whole where it is a mean.
    works : float
        Probability that what the rounds share works; 1 for independent rounds.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> round(textbook.salvo_kill(0.5, rounds=2), 6)
    0.75
    """
    share("kill", kill)
    share("works", works)
    at_least("rounds", rounds, 0.0)
    return combined_common_mode(kill, rounds, works)


def layers_leak(kills: Iterable[float]) -> float:
    """Probability of passing independent layers: the product of 1 - kill.

    Parameters
    ----------
    kills : iterable of float
        Kill probability of each layer, 0 to 1.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.layers_leak([0.5, 0.5])
    0.25
    """
    leak = 1.0
    for kill in kills:
        share("kill of a layer", kill)
        leak *= 1.0 - kill
    return leak


class Shots(NamedTuple):
    """Expected rounds at a target, and the probability that it is killed."""

    rounds: float
    kill: float


def shoot_look_shoot(kill: float, looks: float, salvo: int = 1) -> Shots:
    """A salvo, a look that errs never, and again while the target lives: expected rounds and kill probability.

    Parameters
    ----------
    kill : float
        Probability of one round, 0 to 1.
    looks : float
        Most salvos, at least 0; infinite for no limit, then kill > 0; not whole where it is a mean.
    salvo : int
        Rounds of each, at least 1; 2 with two looks is shoot-shoot-look-shoot-shoot.

    Returns
    -------
    Shots
        ``rounds`` expected, and the probability ``kill``.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.shoot_look_shoot(0.5, looks=2)
    Shots(rounds=1.5, kill=0.75)
    """
    share("kill", kill)
    whole("salvo", salvo, 1)
    survives = (1.0 - kill) ** salvo
    if looks == math.inf and survives < 1.0:
        return Shots(salvo / (1.0 - survives), 1.0)
    at_least("looks", looks, 0.0)
    if survives == 1.0:
        return Shots(salvo * looks, 0.0)
    lives = survives**looks
    return Shots(salvo * (1.0 - lives) / (1.0 - survives), 1.0 - lives)


# ------------------------------------------------------------------ raids


class Leakage(NamedTuple):
    """Of a raid whose threats leak independently: probability of no and of exactly one leaker, expected leakers."""

    none: float
    one: float
    expected: float


def raid_leakage(targets: int, leak: float) -> Leakage:
    """What comes of a raid whose threats leak independently.

    Parameters
    ----------
    targets : int
        Threats, at least 0.
    leak : float
        Probability that one of them leaks, 0 to 1.

    Returns
    -------
    Leakage
        Probability of none and of exactly one leaker, and the expected number.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.raid_leakage(2, 0.5).none
    0.25
    """
    whole("targets", targets, 0)
    share("leak", leak)
    return Leakage((1.0 - leak) ** targets, binomial_pmf(1, targets, leak) if targets else 0.0, targets * leak)


class Allocated(NamedTuple):
    """Probability that all targets are killed, and expected kills."""

    all_killed: float
    kills: float


def even_allocation(targets: int, rounds: int, kill: float) -> Allocated:
    """Rounds spread over like targets as evenly as can be and fired at once, which is then the best allocation.

    Parameters
    ----------
    targets : int
        At least 1.
    rounds : int
        In all, at least 0.
    kill : float
        Probability of one round, 0 to 1.

    Returns
    -------
    Allocated
        Probability that all targets are killed, and expected kills.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.even_allocation(2, 2, 0.5)
    Allocated(all_killed=0.25, kills=1.0)
    """
    whole("targets", targets, 1)
    whole("rounds", rounds, 0)
    each, over = divmod(rounds, targets)
    more, less = salvo_kill(kill, each + 1), salvo_kill(kill, each)
    return Allocated(more**over * less ** (targets - over), over * more + (targets - over) * less)


def magazine(targets: int, rounds: int, kill: float, looks: float = math.inf) -> Allocated:
    """One magazine fired round by round with a faultless look after each, target after target.

    Parameters
    ----------
    targets : int
        At least 0.
    rounds : int
        In the magazine, at least 0.
    kill : float
        Probability of one round, 0 to 1.
    looks : float
        Most rounds at one target; infinite for time without end: then the kills are min(targets, Binomial(rounds,
        kill)).

    Returns
    -------
    Allocated
        Probability that all targets are killed, and expected kills.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.magazine(1, 2, 0.5)
    Allocated(all_killed=0.75, kills=0.75)
    """
    whole("targets", targets, 0)
    whole("rounds", rounds, 0)
    share("kill", kill)
    most = rounds if looks >= rounds else int(looks)
    at_least("looks", most, 0)
    shots = np.arange(1, most + 1)
    killing = np.concatenate([[0.0], kill * (1.0 - kill) ** (shots - 1)])  # at the n-th round
    spent, spent_all = np.eye(1, rounds + 1)[0], np.eye(1, rounds + 1)[0]  # probability of rounds spent; all killed
    left = rounds - np.arange(rounds + 1)
    kills = 0.0
    for _ in range(targets):
        dies = np.convolve(spent, killing)[: rounds + 1]
        lives = np.zeros(rounds + 1)
        fired = np.minimum(most, left)
        np.add.at(lives, np.arange(rounds + 1) + fired, spent * (1.0 - kill) ** fired)
        kills += float(dies.sum())
        spent = dies + lives
        spent_all = np.convolve(spent_all, killing)[: rounds + 1]
    return Allocated(float(spent_all.sum()), kills)


# ------------------------------------------------------------------ channels


def erlang_loss(channels: int, load: float) -> float:
    """Erlang B: share of Poisson arrivals that find all channels taken and are lost, whatever the law of service.

    Parameters
    ----------
    channels : int
        At least 1.
    load : float
        Arrival rate x mean service time, at least 0.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    UsageError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.erlang_loss(channels=1, load=1.0)
    0.5
    """
    whole("channels", channels, 1)
    at_least("load", load, 0.0)
    lost = 1.0
    for c in range(1, channels + 1):
        lost = load * lost / (c + load * lost)
    return lost


class Wait(NamedTuple):
    """Probability that an arrival waits, and the mean wait (s) over all arrivals."""

    probability: float
    mean: float


def erlang_wait(channels: int, arrival_rate: float, service: float) -> Wait:
    """Erlang C: Poisson arrivals that wait in order for channels of exponential service.

    Parameters
    ----------
    channels : int
        At least 1.
    arrival_rate : float
        1/s, at least 0.
    service : float
        Mean, s, above 0.

    Returns
    -------
    Wait
        Probability that an arrival waits, and the mean wait (s) over all arrivals.

    Raises
    ------
    UsageError
        For a number outside its domain, or a load of `channels` or more, which has no steady state.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.erlang_wait(1, arrival_rate=0.5, service=1.0)
    Wait(probability=0.5, mean=1.0)
    """
    at_least("arrival_rate", arrival_rate, 0.0)
    at_least("service", service, 0.0)
    load = arrival_rate * service
    lost = erlang_loss(channels, load)
    if load >= channels:
        raise UsageError(
            "load", f"{load:g} on {channels} channels grows without end", "Give more channels or less load"
        )
    waits = lost / (1.0 - load / channels * (1.0 - lost))
    return Wait(waits, waits * service / (channels - load))
