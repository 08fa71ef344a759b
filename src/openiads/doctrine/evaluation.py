"""Threat evaluation: which defended asset a track threatens, and how soon."""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.physics.braking import braked, slowing
from openiads.physics.filtering import move_ballistic
from openiads.physics.motion import local_up

HIGH_STEP, LOW_STEP = 8.0, 2.0  # s, integration steps of a predicted fall above and below DENSE
DENSE = 40_000.0  # m
MOST_STEPS = 120


@kernel("f8(f8, f8, f8, f8, f8)")
def circle_probability(along, across, long, short, radius):
    """Probability that a normal error falls in a circle.

    along, across : center of the circle from the mean of the error in its principal axes, m
    long, short : deviations along these axes, m, > 0
    Midpoint rule of 48 strips across the circle; absolute error below 5e-3 for deviations > radius / 20.
    """
    if not (long > 0.0 and short > 0.0):
        return 1.0 if along * along + across * across <= radius * radius else 0.0
    low = max(along - radius, -6.0 * long)
    high = min(along + radius, 6.0 * long)
    if high <= low:
        return 0.0
    step = (high - low) / 48.0
    scale = 1.4142135623730951 * short
    total = 0.0
    for i in range(48):
        x = low + (i + 0.5) * step
        half = math.sqrt(max(radius * radius - (x - along) * (x - along), 0.0))
        strip = math.erf((across + half) / scale) - math.erf((across - half) / scale)
        total += math.exp(-0.5 * (x / long) * (x / long)) * strip
    return 0.5 * total * step / (long * 2.5066282746310002)


@kernel("tuple_of(f8, f8, f8, f8)(Track, f8, f8[::1])")
def predicted_impact(track, offset, work):
    """(x, y, z, time to impact s) where a ballistic track comes to sea level; time is inf if it does not within
    ``MOST_STEPS``.

    offset : added to the track's log ballistic coefficient
    Steps are divided where drag is strong (`braking`); a coefficient below 1 kg/m2 counts as 1.
    """
    x = work[0:6]
    for i in range(6):
        x[i] = track["x"][i]
    drag = math.exp(-max(track["x"][6] + offset, 0.0))
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
        left = step
        while left > 0.0:
            h = braked(left, slowing(x, drag, left))
            move_ballistic(x, h, drag)
            left = left - h if h < left else 0.0
    return x[0], x[1], x[2], math.inf


@kernel("f8(f8[:, ::1], f8, f8, f8, f8, f8, f8, f8)")
def moved_together(p, fall, ax, ay, az, bx, by, bz):
    """Covariance (m2) along two vectors of where a position of covariance ``p`` comes to in ``fall`` s."""
    total = 0.0
    for i in range(3):
        a = ax if i == 0 else (ay if i == 1 else az)
        for j in range(3):
            b = bx if j == 0 else (by if j == 1 else bz)
            total += a * b * (p[i, j] + fall * (p[i, j + 3] + p[i + 3, j] + fall * p[i + 3, j + 3]))
    return total


@kernel("tuple_of(f8, f8, f8, f8, f8, f8, f8, f8, f8)(Track, f8, f8[::1])")
def impact_ellipse(track, dispersion, work):
    """Where a ballistic track comes down and how surely.

    Returns (x, y, z, time to it s or inf, a level unit vector x, y, z along the longer axis of the ellipse, deviations
    along it and across, m).

    It is the track's covariance carried to the ground along the fall, with the doubt of the drag and the dispersion (m)
    of the believed missile.  An error in height shifts the impact down range by the cotangent of the angle of fall.
    """
    x, y, z, fall = predicted_impact(track, 0.0, work)
    if fall == math.inf:
        return x, y, z, fall, 1.0, 0.0, 0.0, dispersion, dispersion
    ux, uy, uz, _ = local_up(x, y, z)
    vx, vy, vz = work[3], work[4], work[5]
    down = vx * ux + vy * uy + vz * uz
    vx, vy, vz = vx - down * ux, vy - down * uy, vz - down * uz
    level = max(math.sqrt(vx * vx + vy * vy + vz * vz), 1e-9)
    fx, fy, fz = vx / level, vy / level, vz / level  # down range
    sx, sy, sz = uy * fz - uz * fy, uz * fx - ux * fz, ux * fy - uy * fx  # across
    slope = level / min(down, -1.0)
    gx, gy, gz = fx - slope * ux, fy - slope * uy, fz - slope * uz
    off, side = 0.0, 0.0
    bx, by, bz, later = predicted_impact(track, math.sqrt(max(track["p"][6, 6], 0.0)), work)
    if later < math.inf:  # one deviation less drag: how far the impact moves
        off = (bx - x) * fx + (by - y) * fy + (bz - z) * fz
        side = (bx - x) * sx + (by - y) * sy + (bz - z) * sz
    own = dispersion * dispersion
    first = moved_together(track["p"], fall, gx, gy, gz, gx, gy, gz) + off * off + own
    second = moved_together(track["p"], fall, sx, sy, sz, sx, sy, sz) + side * side + own
    both = moved_together(track["p"], fall, gx, gy, gz, sx, sy, sz) + off * side
    turn = 0.5 * math.atan2(2.0 * both, first - second)
    apart = math.sqrt(0.25 * (first - second) * (first - second) + both * both)
    c, s = math.cos(turn), math.sin(turn)
    ax, ay, az = c * fx + s * sx, c * fy + s * sy, c * fz + s * sz
    long = math.sqrt(0.5 * (first + second) + apart)
    short = math.sqrt(max(0.5 * (first + second) - apart, own))
    return x, y, z, fall, ax, ay, az, long, short


@kernel("void(Post, Track, Assets, f8[::1])")
def evaluate_ballistic(post, track, assets, work):
    """Threatened asset of a ballistic track: the one its predicted impact most probably falls on, above a threshold,
    and within the post's ellipse.
    """
    x, y, z, fall, ax, ay, az, long, short = impact_ellipse(track, post["impact_dispersion"], work)
    track["evaluated_time"] = track["time"]
    track["evaluated_hits"] = track["hits"]
    track["threatening"] = 0
    track["asset"] = -1
    track["impact_at"] = track["time"] + fall
    if fall == math.inf:
        return
    ux, uy, uz, _ = local_up(x, y, z)
    best, widest = post["threat_probability"], post["impact_ellipse"]
    for a in range(len(assets)):
        asset = assets[a]  # it may stand high above the sea: only the ground distance counts
        dx, dy, dz = asset["position"][0] - x, asset["position"][1] - y, asset["position"][2] - z
        along = dx * ax + dy * ay + dz * az
        across = dx * (uy * az - uz * ay) + dy * (uz * ax - ux * az) + dz * (ux * ay - uy * ax)
        radius = asset["radius"] + asset["buffer"]
        away = max(1.0 - radius / max(math.sqrt(along * along + across * across), 1e-9), 0.0)  # its near edge
        first, second = away * along / long, away * across / short
        if first * first + second * second > widest * widest:
            continue
        chance = circle_probability(along, across, long, short, radius)
        if chance > best:
            best = chance
            track["threatening"] = 1
            track["asset"] = a


@kernel("b1(Track, Assets)")
def evaluation_stands(track, assets):
    """Whether a ballistic track's evaluation would come out as before: the same state, and assets that stand still."""
    if track["evaluated_time"] != track["time"] or track["evaluated_hits"] != track["hits"]:
        return False
    for a in range(len(assets)):
        if assets[a]["platform"] >= 0:
            return False
    return True


@kernel("void(Situation, Post, Track, Assets)")
def evaluate_air(situation, post, track, assets):
    """Threatened asset of an air-breathing track: the one over which its straight path comes first within the buffer.

    Distances are along the ground: what passes 20 km above an asset threatens it as what passes low.
    """
    ahead = situation["now"] - track["time"]
    x = track["x"]
    track["threatening"] = 0
    track["asset"] = -1
    track["time_to_asset"] = math.inf
    for a in range(len(assets)):
        at = assets[a]["position"]
        ux, uy, uz, _ = local_up(at[0], at[1], at[2])
        dx = at[0] - x[0] - x[3] * ahead
        dy = at[1] - x[1] - x[4] * ahead
        dz = at[2] - x[2] - x[5] * ahead
        above = dx * ux + dy * uy + dz * uz
        rise = x[3] * ux + x[4] * uy + x[5] * uz
        dx, dy, dz = dx - above * ux, dy - above * uy, dz - above * uz
        vx, vy, vz = x[3] - rise * ux, x[4] - rise * uy, x[5] - rise * uz
        vv = max(vx * vx + vy * vy + vz * vz, 1.0)
        when = max((dx * vx + dy * vy + dz * vz) / vv, 0.0)
        mx, my, mz = dx - when * vx, dy - when * vy, dz - when * vz
        near = post["air_buffer"] + assets[a]["radius"]
        if mx * mx + my * my + mz * mz > near * near:
            continue
        if when < track["time_to_asset"]:
            track["time_to_asset"] = when
            track["threatening"] = 1
            track["asset"] = a


@kernel("void(Situation, Post, Track, Assets, b1, f8[::1])")
def evaluate(situation, post, track, assets, anew, work):
    """Set threatened asset and time to it; a ballistic impact is predicted anew when the track has been updated, at
    most once in the post's time of review, or when ``anew``.
    """
    if track["ballistic"] == 0:
        evaluate_air(situation, post, track, assets)
        return
    now = situation["now"]
    due = now - track["evaluated_at"] >= post["impact_review"] and track["updated"] > track["evaluated_at"]
    if anew or due:
        track["evaluated_at"] = now
        evaluate_ballistic(post, track, assets, work)
    track["time_to_asset"] = track["impact_at"] - now


@kernel("b1(f8, Track, Assets)")
def inbound(cosine, track, assets):
    """Whether a track heads toward a defended asset, within the angle of that cosine."""
    x = track["x"]
    for a in range(len(assets)):
        at = assets[a]["position"]
        dx, dy, dz = at[0] - x[0], at[1] - x[1], at[2] - x[2]
        size = math.sqrt((dx * dx + dy * dy + dz * dz) * (x[3] * x[3] + x[4] * x[4] + x[5] * x[5]))
        if dx * x[3] + dy * x[4] + dz * x[5] > cosine * size:
            return True
    return False
