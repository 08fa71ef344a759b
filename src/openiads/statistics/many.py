"""Many questions at once: which of a table of differences may be told, at a stated share of false ones.

Of twenty outcomes of which none differs, one leaves its 95 % interval on average.  The procedure here bounds the false
discovery rate instead, the expected share of false ones among those told to differ; where none differs at all, that is
the probability of telling any.

Benjamini and Hochberg's step-up needs outcomes that go together.  Outcomes of one pair of runs do not always: what is
killed does not leak.  So the bound is divided by 1 + 1/2 + ... + 1/m, after Benjamini and Yekutieli, which holds
whatever the dependence.  Source: Benjamini and Yekutieli (Annals of Statistics 29, 2001).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from openiads.base.errors import UsageError

#: Share of false ones among what is told to differ, at most and on average.
FALSE_RATE = 0.05

METHOD = "Benjamini-Yekutieli"


def adjusted(p: Sequence[float]) -> list[float]:
    """The least false discovery rate at which each of several outcomes would be told to differ.

    Of m p-values in rising order, p(k) becomes the least over j >= k of m (1 + 1/2 + ... + 1/m) p(j) / j, at most 1.
    Source: Benjamini and Yekutieli (Annals of Statistics 29, 2001).

    Parameters
    ----------
    p : sequence of float
        Of each outcome, 0 to 1.

    Returns
    -------
    list of float
        In the order given.

    Raises
    ------
    UsageError
        For what is no probability.

    Examples
    --------
    >>> from openiads import statistics
    >>> statistics.adjusted([0.01, 0.5])
    [0.03, 0.75]
    """
    for each in p:
        if not 0.0 <= each <= 1.0:
            raise UsageError("p", f"{each} is no probability", "Leave out outcomes without a number")
    m = len(p)
    more = m * math.fsum(1.0 / j for j in range(1, m + 1))
    found, least = [1.0] * m, 1.0
    for rank, k in reversed(list(enumerate(sorted(range(m), key=lambda at: p[at]), 1))):
        least = min(least, more * p[k] / rank)
        found[k] = least
    return found


def discoveries(p: Sequence[float], rate: float = FALSE_RATE) -> list[bool]:
    """Which of several outcomes differ, of which a share of ``rate`` at most is false on average.

    Parameters
    ----------
    p : sequence of float
        Of each outcome, 0 to 1.
    rate : float, optional
        Bound of the false discovery rate, 0 to 1.

    Returns
    -------
    list of bool
        In the order given.

    Raises
    ------
    UsageError
        For what is no probability.

    Examples
    --------
    >>> from openiads import statistics
    >>> statistics.discoveries([0.01, 0.5])
    [True, False]
    """
    if not 0.0 < rate < 1.0:
        raise UsageError("rate", f"{rate} is not between 0 and 1", "Use 0.05, for example")
    return [each <= rate for each in adjusted(p)]
