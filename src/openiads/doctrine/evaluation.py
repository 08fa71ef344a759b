"""Threat evaluation: which defended asset a track threatens, and how soon."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.physics.filtering import move_ballistic
from openiads.physics.motion import local_up
from openiads.world import layout

assert layout.SIM_FIELDS  # importing layout registers the types that signatures name

HIGH_STEP, LOW_STEP = 8.0, 2.0  # s, integration steps of a predicted fall above and below DENSE
DENSE = 40_000.0  # m
MOST_STEPS = 120
BALLISTIC_REVIEW = 2.0  # s, least time between predictions of one track's impact


@kernel("f8(f8, f8, f8)")
def circle_probability(offset, sigma, radius):
    """Probability that a circular normal error of deviation ``sigma`` about a point ``offset`` away falls in a circle.

    All m; sigma > 0.  Midpoint rule of 48 strips across the circle; absolute error below 5e-3 for sigma > radius / 20.
    """
    if not (sigma > 0.0):
        return 1.0 if offset <= radius else 0.0
    low = max(-radius, offset - 6.0 * sigma)
    high = min(radius, offset + 6.0 * sigma)
    if high <= low:
        return 0.0
    step = (high - low) / 48.0
    total = 0.0
    for i in range(48):
        x = low + (i + 0.5) * step
        z = (x - offset) / sigma
        half = math.sqrt(max(radius * radius - x * x, 0.0))
        total += math.exp(-0.5 * z * z) * math.erf(half / (sigma * 1.4142135623730951))
    return total * step / (sigma * 2.5066282746310002)


@kernel("tuple_of(f8, f8, f8, f8)(Track, f8, f8[::1])")
def predicted_impact(track, offset, work):
    """(x, y, z, time to impact s) where a ballistic track comes to sea level; time is inf if it does not within
    ``MOST_STEPS``.

    offset : added to the track's log ballistic coefficient
    """
    x = work[0:6]
    for i in range(6):
        x[i] = track["x"][i]
    drag = math.exp(-track["x"][6] - offset)
    before = 0.0
    elapsed = 0.0
    step = 0.0
    for _ in range(MOST_STEPS):
        _, _, _, height = local_up(x[0], x[1], x[2])
        if height <= 0.0:
            back = step * height / min(height - before, -1e-9)  # s below the ground
            return x[0] - x[3] * back, x[1] - x[4] * back, x[2] - x[5] * back, elapsed - back
        before = height
        step = HIGH_STEP if height > DENSE else LOW_STEP
        elapsed += step
        move_ballistic(x, step, drag)
    return x[0], x[1], x[2], math.inf


@kernel("void(Situation, Post, Track, Assets, f8[::1])")
def evaluate_ballistic(situation, post, track, assets, work):
    """Threatened asset of a ballistic track: the one its predicted impact most probably falls on, above a threshold.

    The impact's spread is the track's own, carried to the ground, with the believed missile's dispersion.
    """
    x, y, z, fall = predicted_impact(track, 0.0, work)
    track["threatening"] = 0
    track["asset"] = -1
    track["impact_at"] = track["time"] + fall
    if fall == math.inf:
        return
    p = track["p"]
    both = p[0, 3] + p[1, 4] + p[2, 5]  # position and velocity are not independent
    spread = p[0, 0] + p[1, 1] + p[2, 2] + fall * (2.0 * both + fall * (p[3, 3] + p[4, 4] + p[5, 5]))
    bx, by, bz, later = predicted_impact(track, math.sqrt(max(p[6, 6], 0.0)), work)
    if later < math.inf:  # one deviation less drag: how far the impact moves
        spread += 1.5 * ((bx - x) * (bx - x) + (by - y) * (by - y) + (bz - z) * (bz - z))
    spread = max(spread, 0.0) / 3.0
    sigma = math.sqrt(spread + situation["dispersion"] * situation["dispersion"])
    ux, uy, uz, _ = local_up(x, y, z)
    best = post["threat_probability"]
    for a in range(len(assets)):
        asset = assets[a]
        dx, dy, dz = x - asset["position"][0], y - asset["position"][1], z - asset["position"][2]
        rise = dx * ux + dy * uy + dz * uz  # an asset may stand high above the sea: only the ground distance counts
        off = math.sqrt(max(dx * dx + dy * dy + dz * dz - rise * rise, 0.0))
        chance = circle_probability(off, sigma, asset["radius"] + asset["buffer"])
        if chance > best:
            best = chance
            track["threatening"] = 1
            track["asset"] = a


@kernel("void(Situation, Post, Track, Assets)")
def evaluate_air(situation, post, track, assets):
    """Threatened asset of an air-breathing track: the one whose closest approach comes first within the buffer."""
    ahead = situation["now"] - track["time"]
    x = track["x"]
    vv = max(x[3] * x[3] + x[4] * x[4] + x[5] * x[5], 1.0)
    track["threatening"] = 0
    track["asset"] = -1
    track["time_to_asset"] = math.inf
    for a in range(len(assets)):
        at = assets[a]["position"]
        dx = at[0] - x[0] - x[3] * ahead
        dy = at[1] - x[1] - x[4] * ahead
        dz = at[2] - x[2] - x[5] * ahead
        when = max((dx * x[3] + dy * x[4] + dz * x[5]) / vv, 0.0)
        mx, my, mz = dx - when * x[3], dy - when * x[4], dz - when * x[5]
        near = post["air_buffer"] + assets[a]["radius"]
        if mx * mx + my * my + mz * mz > near * near:
            continue
        if when < track["time_to_asset"]:
            track["time_to_asset"] = when
            track["threatening"] = 1
            track["asset"] = a


@kernel("void(Situation, Post, Track, Assets, f8[::1])")
def evaluate(situation, post, track, assets, work):
    """Set threatened asset and time to it; a ballistic impact is predicted anew when the track has been updated, at
    most every ``BALLISTIC_REVIEW`` s.
    """
    if track["ballistic"] == 0:
        evaluate_air(situation, post, track, assets)
        return
    now = situation["now"]
    if now - track["evaluated_at"] >= BALLISTIC_REVIEW and track["updated"] > track["evaluated_at"]:
        track["evaluated_at"] = now
        evaluate_ballistic(situation, post, track, assets, work)
    track["time_to_asset"] = track["impact_at"] - now


@kernel("b1(Situation, Track, Assets)")
def inbound(situation, track, assets):
    """Whether a track heads toward a defended asset, within the declared angle."""
    x = track["x"]
    limit = math.cos(situation["inbound_angle"])
    for a in range(len(assets)):
        at = assets[a]["position"]
        dx, dy, dz = at[0] - x[0], at[1] - x[1], at[2] - x[2]
        size = math.sqrt((dx * dx + dy * dy + dz * dz) * (x[3] * x[3] + x[4] * x[4] + x[5] * x[5]))
        if dx * x[3] + dy * x[4] + dz * x[5] > limit * size:
            return True
    return False
