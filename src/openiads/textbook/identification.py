"""Identification in closed form: belief of evidence, silence that lasts, two errors and their price, notice in time.

Every function is general inside the domain that its docstring states and raises InputError outside it.

Sources: Bayes' rule and decisions of least cost [duda2001], chapter 2; operating characteristics [green1966].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from openiads.base.errors import InputError
from openiads.textbook.domain import FINITE, count, within

_ROOT_TWO = math.sqrt(2.0)

# ------------------------------------------------------------------ belief


def belief_after(
    prior: Sequence[float], evidence: Sequence[Sequence[float]], cap: float = math.inf
) -> list[list[float]]:
    """Belief in each hypothesis after each of several independent pieces of evidence (Bayes' rule).

    Parameters
    ----------
    prior : sequence of float
        Weight of each hypothesis before, at least 0 and not all 0; only their ratios count.
    evidence : sequence of sequences of float
        For each piece the likelihood of what was seen under each hypothesis, at least 0; only ratios count.
    cap : float
        Greatest natural logarithm of a likelihood ratio that one piece may count, at least 0; infinite: none.

    Returns
    -------
    list of lists of float
        Probability of each hypothesis after the first piece, the first two, and so on; each adds up to 1.

    Raises
    ------
    InputError
        For a number outside its domain, lengths that differ, or evidence that no hypothesis allows.

    Examples
    --------
    >>> from openiads import textbook
    >>> [round(p, 6) for p in textbook.belief_after([0.5, 0.5], [[0.75, 0.25], [0.75, 0.25]])[-1]]
    [0.9, 0.1]
    """
    most = within("cap", cap, 0.0)
    logs = _logs("prior", prior)
    found = []
    for k, likelihoods in enumerate(evidence):
        name = f"evidence[{k}]"
        if len(likelihoods) != len(logs):
            raise InputError(name, f"{len(likelihoods)} likelihoods for {len(logs)} hypotheses", "Give one for each")
        entered = _logs(name, likelihoods)
        highest = max(entered)
        logs = [log + max(each - highest, -most) for log, each in zip(logs, entered, strict=True)]
        top = max(logs)
        if top == -math.inf:
            raise InputError(name, "no hypothesis that is left allows it", "Give it some likelihood under one of them")
        logs = [log - top for log in logs]
        total = math.fsum(math.exp(log) for log in logs)
        found.append([math.exp(log) / total for log in logs])
    return found


def _logs(name: str, weights: Sequence[float]) -> list[float]:
    """Natural logarithms of weights that are not all 0."""
    found = [within(f"{name}[{i}]", weight, 0.0, FINITE) for i, weight in enumerate(weights)]
    if not any(found):
        raise InputError(name, "no hypothesis has any weight", "Give at least one number above 0")
    return [math.log(weight) if weight else -math.inf for weight in found]


def no_reply(fails: float, lost: float, questions: int) -> float:
    """Probability that a friend answers none of several questions: f + (1 - f) q^n.

    Parameters
    ----------
    fails : float
        Probability f that its equipment or its code is wrong for the whole flight, 0 to 1.
    lost : float
        Probability q that one question of equipment that is right goes unanswered, 0 to 1.
    questions : int
        Number n, at least 0.

    Returns
    -------
    float
        0 to 1; however often it is asked, not below f.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.no_reply(fails=0.5, lost=0.5, questions=2)
    0.625
    """
    wrong, unheard = within("fails", fails, 0.0, 1.0), within("lost", lost, 0.0, 1.0)
    return float(wrong + (1.0 - wrong) * unheard ** count("questions", questions))


# ------------------------------------------------------------------ two errors


class OperatingPoint(NamedTuple):
    """The two errors of a threshold: a civil flight is shot at, and fire at a hostile one is held."""

    shoot_civil: float
    hold_hostile: float


def operating_point(separation: float, threshold: float) -> OperatingPoint:
    """The two errors where evidence is normal, of variance 1 and of mean 0 (civil) or d' (hostile).

    Fire is opened where the evidence exceeds the threshold t: at a civil flight with 1 - Phi(t), and not at a hostile
    one with Phi(t - d').

    Parameters
    ----------
    separation : float
        Distance d' of the means, finite; 0: the evidence tells nothing.
    threshold : float
        Infinite too.

    Returns
    -------
    OperatingPoint
        Both 0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.operating_point(separation=0.0, threshold=0.0)
    OperatingPoint(shoot_civil=0.5, hold_hostile=0.5)
    """
    apart = within("separation", separation, -FINITE, FINITE)
    at = within("threshold", threshold, -math.inf)
    return OperatingPoint(_normal_below(-at), _normal_below(at - apart))


def roc_area(separation: float) -> float:
    """Probability that a hostile flight's evidence exceeds a civil one's: Phi(d' / sqrt(2)), the area under the curve.

    Parameters
    ----------
    separation : float
        Distance d' of the means in standard deviations; infinite too.

    Returns
    -------
    float
        0 to 1; 0.5 where the evidence tells nothing.

    Raises
    ------
    InputError
        For what is no number.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.roc_area(0.0)
    0.5
    """
    return _normal_below(within("separation", separation, -math.inf) / _ROOT_TWO)


def _normal_below(x: float) -> float:
    return 0.5 * math.erfc(-x / _ROOT_TWO)


class Trade(NamedTuple):
    """What a threshold costs both ways, and civil flights lost for one leaker fewer at the margin."""

    civil_lost: float
    leakers: float
    price: float


def trade(civil: float, hostile: float, kill: float, separation: float, threshold: float) -> Trade:
    """Expected civil flights lost and leakers at a threshold, and the slope of the curve of both.

    n_c p (1 - Phi(t)) civil flights are lost and n_h (1 - p (1 - Phi(t - d'))) hostile ones leak.  Lowering the
    threshold a little loses n_c f0(t) / (n_h f1(t)) civil flights for each leaker fewer, whatever p is.

    Parameters
    ----------
    civil, hostile : float
        Flights n_c and n_h, at least 0.
    kill : float
        Probability p that a flight that is shot at is killed, 0 to 1.
    separation : float
        Distance d' of the means of the evidence in standard deviations, finite.
    threshold : float
        Of the evidence, finite.

    Returns
    -------
    Trade
        The price is NaN where there are flights of neither kind.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> found = textbook.trade(civil=100, hostile=20, kill=0.5, separation=0.0, threshold=0.0)
    >>> found.civil_lost, found.leakers, round(found.price, 6)
    (25.0, 15.0, 5.0)
    """
    many, raid = within("civil", civil, 0.0, FINITE), within("hostile", hostile, 0.0, FINITE)
    p = within("kill", kill, 0.0, 1.0)
    at = within("threshold", threshold, -FINITE, FINITE)
    wrong, held = operating_point(separation, at)
    if many == 0.0 or raid == 0.0:
        price = math.nan if many == raid else (0.0 if many == 0.0 else math.inf)
    else:
        log = separation * (0.5 * separation - at) + math.log(many) - math.log(raid)
        price = math.exp(log) if log < math.log(FINITE) else math.inf
    return Trade(many * p * wrong, raid * (1.0 - p * (1.0 - held)), price)


def least_cost_threshold(
    civil: float, hostile: float, separation: float, cost_civil: float, cost_leaker: float
) -> float:
    """Threshold at which civil losses and leakers together cost least: d'/2 + ln(n_c C_c / (n_h C_l)) / d'.

    There a belief of C_c / (C_c + C_l) is just enough to shoot.

    Parameters
    ----------
    civil, hostile : float
        Flights, above 0.
    separation : float
        Distance d' of the means of the evidence in standard deviations, above 0.
    cost_civil, cost_leaker : float
        Of a civil flight lost and of a leaker, in one unit, above 0.

    Returns
    -------
    float

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.least_cost_threshold(civil=24, hostile=24, separation=2.0, cost_civil=1.0, cost_leaker=1.0)
    1.0
    """
    given = {"civil": civil, "hostile": hostile, "cost_civil": cost_civil, "cost_leaker": cost_leaker}
    logs = {name: math.log(within(name, value, 0.0, FINITE, above=True)) for name, value in given.items()}
    apart = within("separation", separation, 0.0, FINITE, above=True)
    odds = logs["civil"] + logs["cost_civil"] - logs["hostile"] - logs["cost_leaker"]
    return 0.5 * apart + odds / apart


def least_cost_belief(cost_wrong: float, cost_leaker: float) -> float:
    """Belief that a flight is hostile above which shooting costs less than holding: C_w / (C_w + C_l).

    Parameters
    ----------
    cost_wrong, cost_leaker : float
        Of shooting at who is not hostile and of not shooting at who is, in one unit; at least 0, not both 0.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.least_cost_belief(cost_wrong=3.0, cost_leaker=1.0)
    0.75
    """
    wrong = within("cost_wrong", cost_wrong, 0.0, FINITE)
    leak = within("cost_leaker", cost_leaker, 0.0, FINITE)
    greater = max(wrong, leak)
    if greater == 0.0:
        raise InputError("cost_wrong", "it and the cost of a leaker are both 0", "Give one of them above 0")
    return (wrong / greater) / (wrong / greater + leak / greater)


# ------------------------------------------------------------------ notice


def notice_in_time(reliability: float, mean_delay: float, time: float, channels: int = 1) -> float:
    """Probability that a notice arrives before a decision: 1 - (1 - r (1 - exp(-T / tau)))^k.

    Parameters
    ----------
    reliability : float
        Probability r that a channel passes the notice on at all, 0 to 1.
    mean_delay : float
        Mean tau of its exponential delay, s, at least 0; infinite: it never comes.
    time : float
        From the notice to the decision, s, at least 0; infinite: there is no hurry.
    channels : int
        Independent channels k that are alike, at least 0.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.notice_in_time(reliability=0.5, mean_delay=0.0, time=10.0, channels=2)
    0.75
    """
    passes = within("reliability", reliability, 0.0, 1.0)
    delay, left = within("mean_delay", mean_delay, 0.0), within("time", time, 0.0)
    lines = count("channels", channels)
    if delay == math.inf:
        early = 0.0
    else:
        early = -math.expm1(-left / delay) if delay > 0.0 else 1.0
    one = passes * early
    if lines == 0 or one == 0.0:
        return 0.0
    return -math.expm1(lines * math.log1p(-one)) if one < 1.0 else 1.0


def engaged_despite_notice(engaged: float, known: float) -> float:
    """Probability that a flight is engaged which a notice in time would have spared: p (1 - k).

    Parameters
    ----------
    engaged : float
        Probability p that it is engaged without notice, 0 to 1.
    known : float
        Probability k that the notice is there in time, 0 to 1.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.engaged_despite_notice(engaged=0.5, known=0.75)
    0.125
    """
    return within("engaged", engaged, 0.0, 1.0) * (1.0 - within("known", known, 0.0, 1.0))
