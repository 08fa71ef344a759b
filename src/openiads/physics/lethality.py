"""From miss distance to kill: an abstract lethal radius, and how shots combine.

The kill probability of a round that works is exp(-m^2 / 2 L^2) at miss distance m; L is no property of a warhead but
the number that makes the model reproduce a quoted overall probability at the reference engagement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.geodesy import SEMI_MAJOR
from openiads.physics import flyout, motion, reach
from openiads.physics.paths import tabulate

COARSE, FINE = 0.5, 0.004  # s, steps of midcourse and endgame of reference engagements
FORGOTTEN = 20.0  # lags before the end, before which no noise is felt any more
PHASES = 4  # places in a sample of the noises at which a round is taken to meet its target


@dataclass(frozen=True)
class ReferenceTarget:
    """Whom a reference engagement is with: a level target that comes head-on.

    Parameters
    ----------
    range
        Ground range at which they meet, m.
    height
        m
    speed
        m/s
    glint
        Deviation of its apparent place by glint, m.
    acceleration
        Lateral, m/s2, of a level turn that begins 5 s before the meeting; 0: no maneuver.
    """

    range: float
    height: float
    speed: float = 250.0
    glint: float = 0.0
    acceleration: float = 0.0


@dataclass(frozen=True)
class QuietFlight:
    """An engagement without noise.

    Parameters
    ----------
    offset
        Miss, m; inf for a round that does not arrive.
    closing
        Speed at which they meet, m/s.
    time
        s of the endgame.
    """

    offset: float
    closing: float
    time: float


NEVER = QuietFlight(math.inf, 0.0, 0.0)


@dataclass(frozen=True)
class Miss:
    """Misses of an engagement as a normal law on two axes across the line of sight.

    Parameters
    ----------
    deviation
        In each axis, m.
    offset
        What is left without noise, m; inf for a round that does not arrive.
    """

    deviation: float
    offset: float = 0.0


@kernel("f8(f8, f8, f8)")
def kill_probability(miss, lethal_radius, reliability):
    """Probability that one round kills at miss distance ``miss`` (m, >= 0, inf allowed).

    reliability x exp(-m^2 / 2 L^2); 0 for a lethal radius L (m) of 0.
    """
    if lethal_radius <= 0.0:
        return 0.0
    u = miss / lethal_radius
    return reliability * math.exp(-0.5 * u * u)


def mean_kill_probability(lethal_radius: float, reliability: float, miss: Miss) -> float:
    """Mean of `kill_probability` over a normal miss: R L^2/(L^2 + s^2) exp(-m^2 / 2 (L^2 + s^2)).

    s : its deviation in each of two axes;  m : its offset.  0 for a round that does not arrive.
    """
    if not math.isfinite(miss.offset) or lethal_radius <= 0.0:
        return 0.0
    square = lethal_radius * lethal_radius
    whole = square + miss.deviation * miss.deviation
    return reliability * square / whole * math.exp(-0.5 * miss.offset * miss.offset / whole)


def lethal_radius(pk_ref: float, reliability: float, miss: Miss, place: str = "pk_ref") -> float:
    """Lethal radius L (m) with which a normal miss is killed with probability pk_ref (`mean_kill_probability`).

    `InputError` if pk_ref exceeds the reliability, or the round does not arrive.  pk_ref = 0 gives 0.
    """
    if not (0.0 <= pk_ref <= 1.0 and 0.0 <= reliability <= 1.0):
        raise InputError(place, f"{pk_ref} with reliability {reliability}", "probabilities between 0 and 1")
    if pk_ref > reliability:
        raise InputError(place, f"{pk_ref} exceeds the reliability {reliability}", "lower it or raise the reliability")
    if pk_ref == 0.0:
        return 0.0
    if not (math.isfinite(miss.offset) and math.isfinite(miss.deviation)):
        raise InputError(place, "its round does not arrive at the reference engagement", "check the round")
    if pk_ref == reliability and miss.offset + miss.deviation > 0.0:
        raise InputError(
            place,
            f"{pk_ref} equals the reliability: every arriving round would have to kill",
            "lower it or raise the reliability",
        )
    low, high = 1e-6, 1.0
    while mean_kill_probability(high, reliability, miss) < pk_ref:
        high *= 2.0
    mid = 0.5 * (low + high)
    while low < mid < high:
        low, high = (mid, high) if mean_kill_probability(mid, reliability, miss) < pk_ref else (low, mid)
        mid = 0.5 * (low + high)
    return high


def combined_common_mode(probability: float, shots: float, works: float) -> float:
    """Probability of a kill by ``shots`` that share one cause of failure: works x (1 - (1 - p)^n).

    works : probability that the shared part works; probability : of one shot, given that it does; shots : not whole
    where it is a mean
    """
    return works * (1.0 - (1.0 - probability) ** shots)


@kernel("f8(Body, Interceptor, f8, f8)", entry=True)
def miss_deviation(body, kind, closing, flight_time):
    """Deviation (m, in one axis) of the miss that the noises make: the adjoint of the linearized loop of the endgame.

    closing : closing speed, m/s, > 0, taken as constant;  flight_time : s of the endgame, > 0;  body : as for
    `flyout.endgame`, with its ``glint`` and what it says of the radar.  The mean square is also over where in a sample
    of the noises the round meets its target.

    With time to go t, the sensitivities p of the miss to place, speed and the filtered angle follow
    p_y' = w/(V t), p_v' = p_y, p_f' = (N V p_v - p_f)/T, w = (p_f - N V p_v)/T, from (1, 0, 0); a sample held from t1
    down to t0 moves the miss by its angle times the integral of w, which is p_f(t0) - p_f(t1), or by its displacement
    times p_y(t1) - p_y(t0).  Source: [zarchan2012], chapter 3.
    """
    lag, gain = kind["lag"], kind["navigation"] * closing
    interval = kind["noise_interval"]
    farthest = min(flight_time, FORGOTTEN * lag)
    total = 0.0
    for phase in range(PHASES):
        y, v, f = 1.0, 0.0, 0.0
        t = 0.0
        while t < farthest - 1e-9:
            end = min(t + interval, farthest) if t > 0.0 else min((phase + 0.5) / PHASES * interval, farthest)
            angle, shift = flyout.noise_deviations(body, kind, closing * end)
            steps = int(math.ceil(6.0 * (end - t) / min(lag, interval)))
            h = (end - t) / steps
            y0 = y
            f0 = f
            for _ in range(steps):
                w1 = (f - gain * v) / lag
                y1 = w1 / (closing * t) if t > 0.0 else -kind["navigation"] / lag
                half = t + 0.5 * h
                w2 = (f - 0.5 * h * w1 - gain * (v + 0.5 * h * y)) / lag
                y2 = w2 / (closing * half)
                w3 = (f - 0.5 * h * w2 - gain * (v + 0.5 * h * (y + 0.5 * h * y1))) / lag
                y3 = w3 / (closing * half)
                w4 = (f - h * w3 - gain * (v + h * (y + 0.5 * h * y2))) / lag
                t += h
                v += h * (y + h * (y1 + y2 + y3) / 6.0)
                y += h * (y1 + 2.0 * y2 + 2.0 * y3 + w4 / (closing * t)) / 6.0
                f -= h * (w1 + 2.0 * w2 + 2.0 * w3 + w4) / 6.0
            t = end
            total += angle * angle * (f - f0) * (f - f0) + shift * shift * (y - y0) * (y - y0)
    return math.sqrt(total / PHASES)


def quiet_flight(kind: np.void, target: ReferenceTarget) -> QuietFlight:
    """A reference engagement flown without noise."""
    scene = _scene(kind, target)
    if scene is None:
        return NEVER
    body = scene.handed.copy()
    begun = float(body["launch_time"] + body["age"])
    offset, met = flyout.endgame(body, kind, scene.table, 0, scene.leave, scene.rate, math.pi, FINE)
    if body["status"] != flyout.CLOSED:
        return NEVER
    state = np.array(motion.flight_state(scene.table, 0, scene.leave, scene.rate, math.pi, met))
    return QuietFlight(float(offset), float(np.linalg.norm(state[3:] - body["velocity"])), met - begun)


def miss_at(kind: np.void, target: ReferenceTarget, flight: QuietFlight, radar_angle: float) -> Miss:
    """The miss of a round at a reference engagement: what its flight without noise leaves, and the noises.

    Parameters
    ----------
    kind
        A row of `flyout.INTERCEPTOR`.
    target
        With its glint.
    flight
        Of the same round without noise.
    radar_angle
        Deviation of an angle measurement of the engagement radar, rad.
    """
    if not math.isfinite(flight.offset):
        return Miss(0.0, math.inf)
    body = flyout.new_bodies(1)[0]
    _mark(body, target, radar_angle)
    return Miss(float(miss_deviation(body, kind, flight.closing, flight.time)), flight.offset)


def reference_misses(
    kind: np.void,
    target: ReferenceTarget,
    *,
    radar_angle: float = 0.0,
    track_error: ArrayLike = (0.0, 0.0, 0.0),
    samples: int = 400,
    coarse_step: float = COARSE,
    fine_step: float = FINE,
) -> NDArray[np.float64]:
    """Misses of rounds flown one by one at a reference engagement, each with noise of its own.

    Parameters
    ----------
    kind
        A row of `flyout.INTERCEPTOR`.
    target
        What they meet.
    radar_angle
        Deviation of an angle measurement of the engagement radar, rad.
    track_error
        Deviation of the radar's track along range, across and up, m: command guidance carries it to the end, others
        meet it as heading error.
    samples
        Rounds.  Their draws are fixed: the same call gives the same sample.
    coarse_step, fine_step
        Steps of midcourse and endgame, s.

    Returns
    -------
    ndarray
        m, (samples,); inf of a round that does not arrive.
    """
    draws = np.random.Generator(np.random.Philox(key=20160903)).standard_normal((samples, 3))
    spread = np.asarray(track_error, dtype=np.float64)
    scene = _scene(kind, target, coarse_step)
    misses = np.full(samples, math.inf)
    if scene is None:
        return misses
    a = target.range / SEMI_MAJOR
    axes = np.array([[-math.sin(a), math.cos(a), 0.0], [0.0, 0.0, 1.0], [math.cos(a), math.sin(a), 0.0]])
    for n in range(samples):
        offset = (draws[n] * spread) @ axes
        body = (_midcourse(kind, offset, scene, coarse_step) if spread.any() else scene.handed).copy()
        if body["status"] != flyout.HANDOVER:
            continue
        _mark(body, target, radar_angle)
        body["stream"][:] = (20160903, n, 0, 0)
        if kind["guidance"] == flyout.Guidance.COMMAND:
            body["bias"][:] = offset
        miss, _ = flyout.endgame(body, kind, scene.table, 0, scene.leave, scene.rate, math.pi, fine_step)
        if body["status"] == flyout.CLOSED:
            misses[n] = miss
    return misses


@dataclass(frozen=True)
class _Scene:
    """A target's path as a table, the turn off it (time, rad/s), when they meet, and a round without track error."""

    table: NDArray[np.float64]
    leave: float
    rate: float
    time: float
    handed: np.void


def _scene(kind: np.void, target: ReferenceTarget, coarse_step: float = COARSE) -> _Scene | None:
    """The reference engagement flown to handover; None if the round does not come so far."""
    row, body = reach._planning(kind), flyout.new_bodies(1)[0]
    time, _, _ = reach.arrive(body, row, target.range, target.height, target.speed, coarse_step, 0.05)
    if not time < math.inf:
        return None
    r = SEMI_MAJOR + target.height
    spin = target.speed / r
    start = target.range / SEMI_MAJOR + spin * time

    def path(t: NDArray[np.float64]) -> NDArray[np.float64]:
        a = start - spin * t
        return np.stack([r * np.cos(a), r * np.sin(a), np.zeros_like(a)], axis=1)

    table = tabulate(path, 0.0, time + 60.0, 5.0)
    leave = time - 5.0 if target.acceleration > 0.0 else math.inf
    rate = target.acceleration / target.speed if target.speed > 0.0 else 0.0
    scene = _Scene(table, leave, rate, time, body)
    scene = replace(scene, handed=_midcourse(kind, np.zeros(3), scene, coarse_step))
    return scene if scene.handed["status"] == flyout.HANDOVER else None


def _mark(body: np.void, target: ReferenceTarget, radar_angle: float) -> None:
    """Give a round what makes its miss."""
    body["glint"], body["radar_angle"] = target.glint, radar_angle
    body["radar_range"] = math.hypot(target.range, target.height)


def _midcourse(kind: np.void, offset: NDArray[np.float64], scene: _Scene, step: float) -> np.void:
    """A round flown to its handover, or its end, on a track that is the truth plus a constant offset (m, ECEF)."""
    body = flyout.new_bodies(1)[0]
    aim = np.array(motion.position_at(scene.table, 0, scene.time)) + offset
    flyout.launch(body, kind, 0.0, SEMI_MAJOR, 0.0, 0.0, *aim.tolist(), scene.time)
    now = 0.0
    while body["status"] == flyout.FLYING:
        state = np.array(motion.flight_state(scene.table, 0, scene.leave, scene.rate, math.pi, now))
        state[:3] += offset
        flyout.fly(body, kind, now + 2.0, *state.tolist(), now, step, 0.05)
        now = float(body["launch_time"] + body["age"])
    return body
