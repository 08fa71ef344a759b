"""Campaigns of many raids in closed form: stocks, stock-outs, repair crews, cost exchange, attrition with repair.

Every function is general inside the domain that its docstring states and raises InputError outside it.

Sources: compound Poisson sums [panjer1981]; machine repairmen [cooper1981; gross1998]; exchanges [soland1987];
attrition between raids after the salvo model [hughes1995], with repair.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from openiads.base.errors import InputError
from openiads.textbook.domain import FINITE, count, within

#: A sum of weights is rescaled beyond this, and ends where further terms are this small a share of it.
_LARGE, _NEGLIGIBLE = 1e200, 1e-18

# ------------------------------------------------------------------ stocks


def stock_days(
    stock: float, threats: float, rounds: float, resupply: float = 0.0, cap: float = math.inf, most: int = 10_000
) -> int:
    """Days on which a stock meets the whole of a constant daily demand: s' = min(s - n r + q, cap) after each.

    Parameters
    ----------
    stock : float
        Rounds at the start, at least 0.
    threats : float
        Threats n a day, at least 0.
    rounds : float
        Rounds r a threat, at least 0.
    resupply : float
        Rounds q that arrive after each day, at least 0.
    cap : float
        Rounds that can be kept after a resupply, at least 0; may be infinite.
    most : int
        Days that are counted at most; so many stand for ever.

    Returns
    -------
    int
        0 to ``most``.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.stock_days(stock=10, threats=2, rounds=2.0)
    2
    >>> textbook.stock_days(stock=10, threats=2, rounds=2.0, resupply=4)
    10000
    """
    left = within("stock", stock, 0.0, FINITE)
    demand = within("threats", threats, 0.0, FINITE) * within("rounds", rounds, 0.0, FINITE)
    arrives, full = within("resupply", resupply, 0.0, FINITE), within("cap", cap, 0.0)
    slack = 1e-12 * max(left, demand, 1.0)  # thirteen rounds are thirteen, whatever the digits of ten times 1.3
    days, longest = 0, count("most", most)
    while days < longest and left + slack >= demand:
        after = min(max(left - demand, 0.0) + arrives, full)
        days += 1
        if after == left:  # nothing changes any more
            return longest
        left = after
    return days


class StockOut(NamedTuple):
    """Probability that a stock is not enough, with mean and standard deviation of the rounds asked for."""

    probability: float
    mean: float
    deviation: float


def stock_out(rate: float, days: float, rounds: Sequence[float], stock: int) -> StockOut:
    """Probability that more rounds are asked for over some days than there are: Poisson threats, rounds drawn for each.

    The number of rounds is a compound Poisson sum, whose probabilities follow from each other (Panjer's recursion):
    g(s) = (lambda / s) sum over j of j f(j) g(s - j).

    Parameters
    ----------
    rate : float
        Mean threats a day, at least 0.
    days : float
        At least 0.
    rounds : sequence of float
        Probabilities that a threat costs 0, 1, 2, ... rounds; at least 0, adding up to 1.
    stock : int
        Rounds there are, at least 0.

    Returns
    -------
    StockOut
        Of the whole time.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> found = textbook.stock_out(rate=2.0, days=1.0, rounds=[0.0, 1.0], stock=0)
    >>> round(found.probability, 12), found.mean
    (0.864664716763, 2.0)
    """
    threats = within("rate", rate, 0.0, FINITE) * within("days", days, 0.0, FINITE)
    shares = [within(f"rounds[{j}]", p, 0.0, 1.0) for j, p in enumerate(rounds)]
    if not math.isclose(math.fsum(shares), 1.0, abs_tol=1e-9):
        raise InputError("rounds", f"the probabilities add up to {math.fsum(shares):g}", "Let them add up to 1")
    limit = count("stock", stock)
    mean = threats * math.fsum(j * p for j, p in enumerate(shares))
    if not mean + 40.0 * math.sqrt(mean * len(shares)) + limit < 1e8:
        raise InputError("rate", f"{mean:g} rounds and a stock of {limit} are too many to add up", "Give less of them")
    deviation = math.sqrt(threats * math.fsum(j * j * p for j, p in enumerate(shares)))
    return StockOut(_beyond(threats, shares, limit, mean), mean, deviation)


def _beyond(threats: float, shares: Sequence[float], limit: int, mean: float) -> float:
    """Probability that the compound sum exceeds a limit; weights are relative, so nothing underflows."""
    weights = [threats * j * p for j, p in enumerate(shares)]
    while weights and weights[-1] == 0.0:
        weights.pop()
    width = len(weights) - 1
    if width < 1:
        return 0.0
    recent = [1.0, *[0.0] * (width - 1)]  # weights of the last sums, the latest first
    below, above, total = 1.0, 0.0, 0
    while True:
        total += 1
        term = math.fsum(w * g for w, g in zip(weights[1:], recent, strict=True)) / total
        recent = [term, *recent[:-1]]
        if total <= limit:
            below += term
        else:
            above += term
            if total > mean + width and max(recent) <= _NEGLIGIBLE * above:
                break
        if term > _LARGE:
            recent = [g / _LARGE for g in recent]
            below, above = below / _LARGE, above / _LARGE
        if total > limit and total > mean + width and max(recent) == 0.0:
            break
    return above / (below + above)


# ------------------------------------------------------------------ repair


def machines_down(machines: int, mtbf: float, mttr: float, crews: int) -> list[float]:
    """Steady shares of time with 0, 1, 2, ... of some machines down that fail one by one and wait for repair crews.

    From k machines down one more fails at (N - k) / MTBF, and one is repaired at min(k, c) / MTTR, times exponential.

    Parameters
    ----------
    machines : int
        Number N, at least 0.
    mtbf : float
        Mean time of a machine that is up until it fails, above 0; may be infinite.
    mttr : float
        Mean time of a repair by one crew, in the same unit, at least 0.
    crews : int
        Repairs that go on at once, at least 0; without any everything is down in the end.

    Returns
    -------
    list of float
        ``machines`` + 1 shares; they add up to 1.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.machines_down(machines=1, mtbf=3.0, mttr=1.0, crews=1)
    [0.75, 0.25]
    """
    many, hands = count("machines", machines), count("crews", crews)
    between = within("mtbf", mtbf, 0.0, above=True)
    ratio = within("mttr", mttr, 0.0, FINITE) / between
    if hands == 0 and between < math.inf:
        return [0.0] * many + [1.0]
    if ratio == 0.0:
        return [1.0] + [0.0] * many
    logs = [0.0]
    for k in range(many):
        logs.append(logs[-1] + math.log((many - k) / min(k + 1, hands)) + math.log(ratio))
    top = max(logs)
    total = math.fsum(math.exp(log - top) for log in logs)
    return [math.exp(log - top) / total for log in logs]


# ------------------------------------------------------------------ cost


class CostExchange(NamedTuple):
    """Rounds and kills expected of one threat, and what a kill costs over what a threat costs."""

    rounds: float
    kill: float
    ratio: float


def cost_exchange(kill: float, salvo: int, looks: int, cost_round: float, cost_threat: float) -> CostExchange:
    """Rounds, kills and cost of a kill over cost of a threat: salvos of k rounds until a look shows a kill, n at most.

    With q = (1 - p)^k a threat costs k (1 - q^n) / (1 - q) rounds and is killed with 1 - q^n.  What is saved by the
    kill is another matter than what it costs, and left out.

    Parameters
    ----------
    kill : float
        Probability p that a round kills, 0 to 1.
    salvo : int
        Rounds k of a salvo, at least 1.
    looks : int
        Salvos n at most, at least 1.
    cost_round, cost_threat : float
        In one unit; at least 0, and above 0.

    Returns
    -------
    CostExchange
        The ratio is infinite where nothing is killed and a round costs anything, NaN where it costs nothing.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.cost_exchange(kill=0.5, salvo=1, looks=2, cost_round=1.0, cost_threat=2.0)
    CostExchange(rounds=1.5, kill=0.75, ratio=1.0)
    """
    p, many, often = within("kill", kill, 0.0, 1.0), count("salvo", salvo, 1), count("looks", looks, 1)
    fired = within("cost_round", cost_round, 0.0, FINITE)
    flown = within("cost_threat", cost_threat, 0.0, FINITE, above=True)
    if p == 0.0:
        return CostExchange(float(many) * often, 0.0, math.inf if fired > 0.0 else math.nan)
    log_all = many * math.log1p(-p) if p < 1.0 else -math.inf  # of the probability that a salvo kills nothing
    killed = -math.expm1(often * log_all)
    rounds = many * killed / -math.expm1(log_all)
    return CostExchange(rounds, killed, fired * rounds / (flown * killed))


# ------------------------------------------------------------------ attrition with repair


class RaidDays(NamedTuple):
    """Leakers of each day's raid, and the units left right after it."""

    leakers: list[float]
    units: list[float]


def raid_days(
    units: float, raid: float, kills: float, lost: float, repair: float, days: int, cap: float | None = None
) -> RaidDays:
    """Leakers and units left day by day: leakers put units out of action, and repair brings some back before the next.

    A raid of R loses D k to D units; leak = max(0, R - D k) destroy h units each, and
    D' = min(cap, D - h leak + repair).

    Parameters
    ----------
    units : float
        Units D at the start, at least 0; may be a mean.
    raid : float
        Threats R a day, at least 0.
    kills : float
        Threats k that a unit kills in a raid, at least 0.
    lost : float
        Units h that a leaker puts out of action, at least 0; no more than there are.
    repair : float
        Units that come back until the next raid, at least 0.
    days : int
        At least 0.
    cap : float, optional
        Units there can be, at least 0; those at the start if left out.

    Returns
    -------
    RaidDays
        A number for each day.

    Raises
    ------
    InputError
        For a number outside its domain.

    Examples
    --------
    >>> from openiads import textbook
    >>> textbook.raid_days(units=2.0, raid=12.0, kills=5.0, lost=0.25, repair=0.5, days=2)
    RaidDays(leakers=[2.0, 2.0], units=[1.5, 1.5])
    """
    left = within("units", units, 0.0, FINITE)
    most = left if cap is None else within("cap", cap, 0.0)
    threats, one = within("raid", raid, 0.0, FINITE), within("kills", kills, 0.0, FINITE)
    harm, mended = within("lost", lost, 0.0, FINITE), within("repair", repair, 0.0, FINITE)
    leakers, after = [], []
    for _ in range(count("days", days)):
        leakers.append(max(0.0, threats - left * one))
        after.append(max(0.0, left - harm * leakers[-1]))
        left = min(most, after[-1] + mended)
    return RaidDays(leakers, after)
