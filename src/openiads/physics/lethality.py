"""From miss distance to kill: an abstract lethal radius, and how shots combine.

The kill probability of a round that works is exp(-m^2 / 2 L^2) at miss distance m; L is no property of a warhead but
the number that makes the model reproduce a quoted overall probability at the reference engagement.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.geodesy import SEMI_MAJOR
from openiads.physics import flyout, motion, reach
from openiads.physics.paths import tabulate


@kernel("f8(f8, f8, f8)")
def kill_probability(miss, lethal_radius, reliability):
    """Probability that one round kills at miss distance ``miss`` (m, >= 0, inf allowed).

    reliability x exp(-m^2 / 2 L^2); 0 for a lethal radius L (m) of 0.
    """
    if lethal_radius <= 0.0:
        return 0.0
    u = miss / lethal_radius
    return reliability * math.exp(-0.5 * u * u)


def lethal_radius(pk_ref: float, reliability: float, misses: ArrayLike, place: str = "pk_ref") -> float:
    """Lethal radius L (m) with pk_ref = reliability x mean of exp(-m^2 / 2 L^2) over a sample of misses (m).

    `InputError` if pk_ref exceeds the reliability or what the sample allows (rounds that never arrive have miss inf
    and no radius helps them).  pk_ref = 0 gives 0.
    """
    m = np.asarray(misses, dtype=np.float64)
    if m.size == 0 or np.isnan(m).any():
        raise InputError(place, "no sample of misses", "fly the reference engagement first")
    if not 0.0 <= pk_ref <= 1.0 or not 0.0 < reliability <= 1.0:
        raise InputError(place, f"{pk_ref} with reliability {reliability}", "probabilities between 0 and 1")
    if pk_ref > reliability:
        raise InputError(place, f"{pk_ref} exceeds the reliability {reliability}", "lower it or raise the reliability")
    if pk_ref == 0.0:
        return 0.0
    most = reliability * float(np.isfinite(m).mean())
    if pk_ref >= most:
        if pk_ref == reliability and most == reliability:
            raise InputError(
                place,
                f"{pk_ref} equals the reliability: every arriving round would have to kill",
                "lower it or raise the reliability",
            )
        raise InputError(place, f"{pk_ref} exceeds {most:.3f}, the share of rounds that arrive", "check the round")

    def mean_kill(radius: float) -> float:
        return reliability * (float(np.add.reduce(np.exp(-0.5 * (m / radius) ** 2))) / m.size)

    low, high = 1e-6, 1.0
    while mean_kill(high) < pk_ref:
        high *= 2.0
    mid = 0.5 * (low + high)
    while low < mid < high:
        low, high = (mid, high) if mean_kill(mid) < pk_ref else (low, mid)
        mid = 0.5 * (low + high)
    return high


def combined_common_mode(probability: float, shots: float, works: float) -> float:
    """Probability of a kill by ``shots`` that share one cause of failure: works x (1 - (1 - p)^n).

    works : probability that the shared part works; probability : of one shot, given that it does; shots : not whole
    where it is a mean
    """
    return works * (1.0 - (1.0 - probability) ** shots)


def reference_misses(
    kind: np.void,
    max_range: float,
    height: float,
    target_speed: float = 250.0,
    *,
    track_error: ArrayLike = (0.0, 0.0, 0.0),
    samples: int = 400,
    acceleration: float = 0.0,
    coarse_step: float = 0.5,
    fine_step: float = 0.02,
) -> NDArray[np.float64]:
    """Misses (m) of ``samples`` rounds at the reference engagement: half of ``max_range`` (m), head-on, level.

    kind : a row of `flyout.INTERCEPTOR`.  height : m, mid height of the envelope.  target_speed : m/s.  track_error :
    one standard deviation (m) along range, across and up of the radar's track: command guidance carries it to the
    end, others meet it as heading error.  acceleration : m/s^2, a level turn that begins 5 s before the meeting (0: no
    maneuver).  A round that does not arrive has miss inf.  The draws are fixed: the same call gives the same sample.
    """
    draws = np.random.Generator(np.random.Philox(key=20160903)).standard_normal((samples, 9))
    row, body = reach._planning(kind), flyout.new_bodies(1)[0]
    goal = 0.5 * max_range
    time, _, _ = reach.arrive(body, row, goal, height, target_speed, coarse_step, 0.05)
    if not time < math.inf:
        return np.full(samples, math.inf)
    r = SEMI_MAJOR + height
    spin = target_speed / r
    start = goal / SEMI_MAJOR + spin * time

    def path(t: NDArray[np.float64]) -> NDArray[np.float64]:
        a = start - spin * t
        return np.stack([r * np.cos(a), r * np.sin(a), np.zeros_like(a)], axis=1)

    table = tabulate(path, 0.0, time + 60.0, 5.0)
    leave = time - 5.0 if acceleration > 0.0 else math.inf
    rate = acceleration / target_speed if target_speed > 0.0 else 0.0
    a = goal / SEMI_MAJOR
    axes = np.array([[-math.sin(a), math.cos(a), 0.0], [0.0, 0.0, 1.0], [math.cos(a), math.sin(a), 0.0]])
    spread = np.asarray(track_error, dtype=np.float64)
    misses = np.empty(samples)
    handed = None  # without a track error midcourse is the same for all: it is flown once
    for n in range(samples):
        offset = (draws[n, 6:] * spread) @ axes
        if handed is None or spread.any():
            handed = _midcourse(kind, offset, table, leave, rate, time, coarse_step)
        body = handed.copy()
        if body["status"] != flyout.HANDOVER:
            misses[n] = math.inf
            continue
        body["draws"][:] = draws[n, :6]
        miss, _ = flyout.endgame(body, kind, table, 0, leave, rate, math.pi, *offset.tolist(), fine_step)
        misses[n] = miss if body["status"] == flyout.CLOSED else math.inf
    return misses


def _midcourse(
    kind: np.void,
    offset: NDArray[np.float64],
    table: NDArray[np.float64],
    leave: float,
    rate: float,
    time: float,
    step: float,
) -> np.void:
    """A round flown to its handover, or its end, on a track that is the truth plus a constant offset (m, ECEF)."""
    body = flyout.new_bodies(1)[0]
    aim = np.array(motion.position_at(table, 0, time)) + offset
    flyout.launch(body, kind, 0.0, SEMI_MAJOR, 0.0, 0.0, *aim.tolist(), time)
    now = 0.0
    while body["status"] == flyout.FLYING:
        state = np.array(motion.flight_state(table, 0, leave, rate, math.pi, now))
        state[:3] += offset
        flyout.fly(body, kind, now + 2.0, *state.tolist(), now, step, 0.05)
        now = float(body["launch_time"] + body["age"])
    return body
