"""Built-in fire rules: when a fire unit launches at the track it is engaged with, and how many rounds."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.doctrine.contracts import FIRE, HOLD, Order
from openiads.world.codes import FireRule

SHOOT_LOOK_SHOOT, SHOOT_SHOOT_LOOK = int(FireRule.SHOOT_LOOK_SHOOT), int(FireRule.SHOOT_SHOOT_LOOK)
SINGLE, USER = int(FireRule.SINGLE), int(FireRule.USER)


@kernel("Order(i8, Own)")
def fire(rule, own):
    """The order of a built-in rule."""
    if own.in_flight > 0 or own.loaded <= 0:
        return HOLD
    if rule == SHOOT_LOOK_SHOOT:
        return Order(FIRE, own.track, min(own.salvo, own.loaded))
    if rule == SHOOT_SHOOT_LOOK:
        return Order(FIRE, own.track, min(2, own.loaded))
    if own.fired > 0:
        return HOLD
    return Order(FIRE, own.track, 1 if rule == SINGLE else min(own.salvo, own.loaded))


@kernel("b1(i8)")
def looks_again(rule):
    """Whether a rule may fire again after an assessment."""
    return rule == SHOOT_LOOK_SHOOT or rule == SHOOT_SHOOT_LOOK or rule == USER
