"""Fire rules of one's own: a scenario names one as ``fire = "my_rules.py:two_then_wait"``.

A rule takes (own, picture, dials, draw) and returns an order.  It sees the command post's tracks, never the truth; what
it writes to its picture is lost.  It is compiled, so it may use arithmetic, comparisons, loops, ``math`` and the names
of ``openiads.doctrine``.
"""

from openiads.doctrine import FIRE, HOLD, Order, uniform


def two_then_wait(own, picture, dials, draw):
    """Fire at most two rounds at a track, then wait until none of them is in the air."""
    if own.in_flight > 0 or own.loaded <= 0:
        return HOLD
    return Order(FIRE, own.track, min(2, own.loaded))


def save_for_the_urgent(own, picture, dials, draw):
    """Keep the last ``dials[0]`` rounds for tracks that reach an asset within ``dials[1]`` seconds."""
    if own.in_flight > 0 or own.loaded <= 0:
        return HOLD
    urgent = own.time_to_asset < dials.value[1]
    if own.loaded <= dials.value[0] and not urgent:
        return HOLD
    return Order(FIRE, own.track, min(own.salvo, own.loaded))


def one_or_two(own, picture, dials, draw):
    """Fire one round, or with probability ``dials[0]`` two; the same dice in every variant of a scenario."""
    if own.in_flight > 0 or own.loaded <= 0:
        return HOLD
    rounds = 2 if uniform(draw, 0) < dials.value[0] else 1
    return Order(FIRE, own.track, min(rounds, own.loaded))
