"""How long a step may be in which drag acts on a falling body.

An expansion in time of motion under drag converges only while drag changes velocity by less than about itself.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.earth.atmosphere import density_and_sound
from openiads.physics.motion import local_up

#: Longest step (s) of a ballistic prediction; a longer prediction is split.
LONGEST_STEP = 1.0
#: Most that drag may change velocity in a step, as a share of it, and the shortest step (s).
MOST_SLOWING = 1.0
LEAST_STEP = 1e-6
#: Density (kg/m3) above that of any air in the standard's domain.
DENSEST = 2.0
#: Height (m) below which the air is taken as at that height: the edge of the standard's domain.
DEEPEST = -5000.0


@kernel("f8(f8[::1], f8, f8)")
def slowing(x, drag, step):
    """Rate (1/s) at which drag changes the velocity of a ballistic state (`filtering`): twice deceleration over speed.

    drag : 1 / ballistic coefficient, m2/kg;  step : s, over which the rate is asked
    The density of the air is looked up only where it could shorten the step; elsewhere the rate is given as 0.
    """
    rate = drag * math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    if rate * DENSEST * step <= MOST_SLOWING:
        return 0.0
    _, _, _, height = local_up(x[0], x[1], x[2])
    density, _ = density_and_sound(max(height, DEEPEST))
    return rate * density


@kernel("f8(f8, f8)")
def braked(step, rate):
    """A step (s, > 0), shortened where drag changes velocity at such a ``rate`` (1/s) that an expansion diverges."""
    return min(step, max(MOST_SLOWING / max(rate, 1e-9), LEAST_STEP))


@kernel("f8(f8[::1], f8)")
def ballistic_step(x, left):
    """Length (s) of the next of equal steps over the ``left`` s (> 0) of a prediction, shorter where drag is strong."""
    step = left / math.ceil(left / LONGEST_STEP)
    return braked(step, slowing(x, math.exp(-max(x[6], 0.0)), LONGEST_STEP))
