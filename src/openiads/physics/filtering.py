"""Tracking filters: constant velocity for what flies, gravity and drag for what falls.

State ``x`` (ECEF): position 0-2 (m), velocity 3-5 (m/s), natural logarithm of the ballistic coefficient 6 (kg/m2, mass
over drag coefficient times area).  Covariance ``p`` is the full symmetric matrix.  Kernels work in place on arrays
their caller owns; ``work`` is scratch of at least ``WORK`` words that holds nothing between calls.

A position measurement enters along the radar's line of sight: range, across it in azimuth, across it in elevation.
In that frame the noise is diagonal, so three scalar updates equal the block update.
Sources: Y. Bar-Shalom, X. Li, T. Kirubarajan, "Estimation with Applications to Tracking and Navigation" (2001);
P. Kalata, "The tracking index", IEEE Trans. AES-20 (1984).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.constants import GM, J2_BELIEVED, SEMI_MAJOR, SPIN
from openiads.earth.atmosphere import density_and_sound
from openiads.earth.geodesy import SECOND_ECCENTRICITY_SQUARED
from openiads.physics.braking import DEEPEST, ballistic_step
from openiads.physics.motion import local_up

Floats = NDArray[np.float64]

#: Words of scratch the kernels need.
WORK = 128
#: Height step (m) of the density gradient.
GRADIENT_STEP = 50.0
#: Least cosine of elevation used for the azimuth axis, so that straight above the noise across stays positive.
LEAST_COSINE = 0.02


# ------------------------------------------------------------------ prediction


@kernel("void(f8[::1], f8[:, ::1], f8, f8)")
def predict_constant_velocity(x, p, dt, q):
    """Move position and velocity (the first six states) ahead by ``dt`` s (>= 0) in place.

    q : spectral density of continuous white-noise acceleration, m2/s3, the same on each axis
    Rows and columns beyond the sixth are left as they are.
    """
    a = q * dt * dt * dt / 3.0
    b = q * dt * dt / 2.0
    for i in range(3):
        x[i] += dt * x[i + 3]
    for i in range(3):
        for j in range(i, 3):
            p[i, j] += dt * (p[i, j + 3] + p[j, i + 3] + dt * p[i + 3, j + 3])
            p[j, i] = p[i, j]
    for i in range(3):
        for j in range(3):
            p[i, j + 3] += dt * p[i + 3, j + 3]
            p[j + 3, i] = p[i, j + 3]
    for i in range(3):
        p[i, i] += a
        p[i, i + 3] += b
        p[i + 3, i] += b
        p[i + 3, i + 3] += q * dt


@kernel("tuple_of(f8, f8, f8)(f8, f8, f8, f8, f8, f8, f8)")
def ballistic_acceleration(x, y, z, vx, vy, vz, drag):
    """Acceleration (m/s2) in the rotating ECEF frame: gravity with J2_BELIEVED, rotation, air drag.

    x, y, z : m, far from the earth's center;  vx, vy, vz : relative to the earth, m/s;  drag : 1 / ballistic
    coefficient, m2/kg.  The height is taken along the radius, within 20 m of the geodetic one below 100 km.
    """
    square = x * x + y * y + z * z
    r = math.sqrt(square)
    pull = GM / (square * r)
    polar = z * z / square
    bulge = 1.5 * J2_BELIEVED * SEMI_MAJOR * SEMI_MAJOR / square
    level = pull * (1.0 + bulge * (1.0 - 5.0 * polar))
    height = r - SEMI_MAJOR / math.sqrt(1.0 + SECOND_ECCENTRICITY_SQUARED * polar)
    density, _ = density_and_sound(max(height, DEEPEST))
    brake = 0.5 * density * drag * math.sqrt(vx * vx + vy * vy + vz * vz)
    spin = SPIN * SPIN
    ax = -level * x + spin * x + 2.0 * SPIN * vy - brake * vx
    ay = -level * y + spin * y - 2.0 * SPIN * vx - brake * vy
    az = -(level + 2.0 * pull * bulge) * z - brake * vz
    return ax, ay, az


@kernel("void(f8[::1], f8, f8)")
def move_ballistic(x, dt, drag):
    """One fourth-order Runge-Kutta step of position and velocity in place."""
    h = 0.5 * dt
    x0, y0, z0, u0, v0, w0 = x[0], x[1], x[2], x[3], x[4], x[5]
    a1, b1, c1 = ballistic_acceleration(x0, y0, z0, u0, v0, w0, drag)
    u2, v2, w2 = u0 + h * a1, v0 + h * b1, w0 + h * c1
    a2, b2, c2 = ballistic_acceleration(x0 + h * u0, y0 + h * v0, z0 + h * w0, u2, v2, w2, drag)
    u3, v3, w3 = u0 + h * a2, v0 + h * b2, w0 + h * c2
    a3, b3, c3 = ballistic_acceleration(x0 + h * u2, y0 + h * v2, z0 + h * w2, u3, v3, w3, drag)
    u4, v4, w4 = u0 + dt * a3, v0 + dt * b3, w0 + dt * c3
    a4, b4, c4 = ballistic_acceleration(x0 + dt * u3, y0 + dt * v3, z0 + dt * w3, u4, v4, w4, drag)
    s = dt / 6.0
    x[0] = x0 + s * (u0 + 2.0 * (u2 + u3) + u4)
    x[1] = y0 + s * (v0 + 2.0 * (v2 + v3) + v4)
    x[2] = z0 + s * (w0 + 2.0 * (w2 + w3) + w4)
    x[3] = u0 + s * (a1 + 2.0 * (a2 + a3) + a4)
    x[4] = v0 + s * (b1 + 2.0 * (b2 + b3) + b4)
    x[5] = w0 + s * (c1 + 2.0 * (c2 + c3) + c4)


@kernel("void(f8[::1], f8, f8, f8, f8, f8, f8, f8, f8[::1])")
def ballistic_jacobian(f, x, y, z, vx, vy, vz, drag, r):
    """Acceleration by (position, velocity, log coefficient) as a 3 x 7 block, row by row, into ``f``.

    Central gravity, rotation, and drag with the density gradient by difference; J2's gradient is negligible here.
    ``r`` takes six words of scratch: position and velocity.
    """
    r[0], r[1], r[2], r[3], r[4], r[5] = x, y, z, vx, vy, vz
    square = x * x + y * y + z * z
    radius = math.sqrt(square)
    pull = GM / (square * radius)
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    height = radius - SEMI_MAJOR / math.sqrt(1.0 + SECOND_ECCENTRICITY_SQUARED * z * z / square)
    height = max(height, DEEPEST)
    density, _ = density_and_sound(height)
    above, _ = density_and_sound(height + GRADIENT_STEP)
    half = 0.5 * drag * density
    slope = 0.5 * drag * speed * (above - density) / (GRADIENT_STEP * radius)
    along = half / max(speed, 1e-3)
    for i in range(3):
        for j in range(3):
            f[7 * i + j] = (3.0 * pull / square * r[i] - slope * r[3 + i]) * r[j]
            f[7 * i + 3 + j] = -along * r[3 + i] * r[3 + j]
        f[8 * i] -= pull
        f[8 * i + 3] -= half * speed
        f[7 * i + 6] = half * speed * r[3 + i]
    f[0] += SPIN * SPIN
    f[8] += SPIN * SPIN
    f[4] += 2.0 * SPIN
    f[10] -= 2.0 * SPIN


@kernel("void(f8[::1], f8[:, ::1], f8, f8, f8, f8[::1])")
def predict_ballistic(x, p, dt, q, q_beta, work):
    """Move all seven states ahead by ``dt`` s (0 or less: not at all) under gravity, rotation and drag, in place.

    q : spectral density of white-noise acceleration, m2/s3;  q_beta : of the log coefficient's random walk, 1/s
    Mean by fourth-order Runge-Kutta, covariance by the second-order transition matrix of the Jacobian at each step's
    middle, in equal steps of at most 1 s, shortened where drag would change velocity by more than itself in one,
    because both expansions diverge there (``ballistic_step``); a coefficient below 1 kg/m2 counts as 1.
    An uncertain coefficient bends the motion more than a linear filter sees while drag sets in: with 0.3 in its
    logarithm, ``q`` of 0.3 m2/s3 or more keeps the track honest.
    """
    if dt <= 0.0:
        return
    left = dt
    while left > 0.0:
        h = ballistic_step(x, left)
        left = left - h if h < left else 0.0
        ox, oy, oz, ou, ov, ow = x[0], x[1], x[2], x[3], x[4], x[5]
        drag = math.exp(-max(x[6], 0.0))
        move_ballistic(x, h, drag)
        ballistic_jacobian(
            work,
            0.5 * (ox + x[0]),
            0.5 * (oy + x[1]),
            0.5 * (oz + x[2]),
            0.5 * (ou + x[3]),
            0.5 * (ov + x[4]),
            0.5 * (ow + x[5]),
            drag,
            work[21:27],
        )
        spread_covariance(p, h, work)
        for i in range(3):
            p[i, i] += q * h * h * h / 3.0
            p[i, i + 3] += q * h * h / 2.0
            p[i + 3, i] = p[i, i + 3]
            p[i + 3, i + 3] += q * h
        p[6, 6] += q_beta * h


@kernel("void(f8[:, ::1], f8, f8[::1])")
def spread_covariance(p, h, work):
    """Replace ``p`` by M p M', M = I + h F + h2/2 F2, with the 3 x 7 acceleration block of F in ``work[0:21]``.

    The rows of M that are not those of the identity, less the identity, go to ``work[28:70]`` (6 x 7); the increment
    of p is kept by rows in ``work[70:119]``.
    """
    half = 0.5 * h * h
    for i in range(3):
        for j in range(7):
            a = work[7 * i + j]
            second = work[7 * i + 3] * work[j] + work[7 * i + 4] * work[7 + j] + work[7 * i + 5] * work[14 + j]
            if 3 <= j < 6:
                second += work[7 * i + j - 3]
            work[28 + 7 * i + j] = half * a
            work[49 + 7 * i + j] = h * a + half * second
        work[31 + 8 * i] += h
    for i in range(6):
        for j in range(7):
            s = p[i, j]
            for k in range(7):
                s += work[28 + 7 * i + k] * p[k, j]
            work[70 + 7 * i + j] = s
    for j in range(7):
        work[112 + j] = p[6, j]
    for i in range(7):
        for j in range(i, 7):
            s = work[70 + 7 * i + j]
            if j < 6:
                for k in range(7):
                    s += work[70 + 7 * i + k] * work[28 + 7 * j + k]
            p[i, j] = s
            p[j, i] = s


# ------------------------------------------------------------------ update


@kernel("f8(f8[::1], f8[:, ::1], i8, f8[::1], f8, f8, f8[::1])")
def update_scalar(x, p, n, h, residual, variance, work):
    """Take one scalar measurement into the first ``n`` states, in place.

    h : its derivative by the first ``h.size`` states (at most ``n``), not in the first eight words of ``work``
    residual : measured less predicted from ``x`` as it is now;  variance : of its noise, > 0
    Returns residual squared over its predicted variance; summed over the components of a measurement with diagonal
    noise, taken one after another, this is the squared distance of the whole.
    """
    s = variance
    for i in range(n):
        work[i] = 0.0
        for j in range(h.size):
            work[i] += p[i, j] * h[j]
    for j in range(h.size):
        s += h[j] * work[j]
    root = 1.0 / math.sqrt(s)
    for i in range(n):
        work[i] *= root
        x[i] += work[i] * (root * residual)
    for i in range(n):
        for j in range(n):
            p[i, j] -= work[i] * work[j]
    return residual * residual / s


@kernel("f8(f8[::1], f8[:, ::1], f8, f8, f8, f8, f8, f8[::1])")
def update_six(x, p, hx, hy, hz, residual, variance, work):
    """``update_scalar`` of a position component into six states: the same sums with fixed bounds, half again as
    fast.
    """
    for i in range(6):
        work[i] = p[i, 0] * hx + p[i, 1] * hy + p[i, 2] * hz
    s = variance + hx * work[0] + hy * work[1] + hz * work[2]
    root = 1.0 / math.sqrt(s)
    for i in range(6):
        work[i] *= root
        x[i] += work[i] * (root * residual)
    for i in range(6):
        for j in range(6):
            p[i, j] -= work[i] * work[j]
    return residual * residual / s


@kernel("tuple_of(f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8)(f8, f8, f8, f8[::1], f8[:, ::1])")
def look_frame(mx, my, mz, radar, axes):
    """Unit vectors along, across in azimuth and across in elevation (x, y, z each), then range and cosine of elevation.

    mx, my, mz : the point, ECEF m;  radar : ECEF, m;  axes : 3 x 3, rows east, north, up of the radar in ECEF
    Straight above the radar east serves as the azimuth axis; on top of it, up serves as the line of sight.
    """
    rx, ry, rz = mx - radar[0], my - radar[1], mz - radar[2]
    distance = math.sqrt(rx * rx + ry * ry + rz * rz)
    if distance > 0.0:
        rx, ry, rz = rx / distance, ry / distance, rz / distance
    else:
        rx, ry, rz = axes[2, 0], axes[2, 1], axes[2, 2]
    east = axes[0, 0] * rx + axes[0, 1] * ry + axes[0, 2] * rz
    north = axes[1, 0] * rx + axes[1, 1] * ry + axes[1, 2] * rz
    cosine = math.sqrt(east * east + north * north)
    e, m = 1.0, 0.0
    if cosine > 1e-9:
        e, m = north / cosine, -east / cosine
    ax = e * axes[0, 0] + m * axes[1, 0]
    ay = e * axes[0, 1] + m * axes[1, 1]
    az = e * axes[0, 2] + m * axes[1, 2]
    return (
        rx,
        ry,
        rz,
        ax,
        ay,
        az,
        ay * rz - az * ry,
        az * rx - ax * rz,
        ax * ry - ay * rx,
        distance,
        max(cosine, LEAST_COSINE),
    )


@kernel("f8(f8[::1], f8[:, ::1], i8, f8, f8, f8, f8[::1], f8[:, ::1], f8, f8, f8, f8[::1])")
def update_position(x, p, n, mx, my, mz, radar, axes, sigma_range, sigma_azimuth, sigma_elevation, work):
    """Take a measured point into the first ``n`` (6 or 7) states, in place.

    mx, my, mz : ECEF, m, as ``measured_position`` gives it;  radar, axes : as in ``look_frame``
    sigma_range : m;  sigma_azimuth, sigma_elevation : rad, of the angles themselves; all > 0
    Returns the squared distance of the innovation under the state before the update (chi-square, 3 degrees).
    """
    rx, ry, rz, ax, ay, az, ex, ey, ez, distance, cosine = look_frame(mx, my, mz, radar, axes)
    work[8], work[9], work[10] = rx, ry, rz
    work[11], work[12], work[13] = ax, ay, az
    work[14], work[15], work[16] = ex, ey, ez
    work[17], work[18], work[19] = sigma_range, distance * cosine * sigma_azimuth, distance * sigma_elevation
    d2 = 0.0
    for k in range(3):
        h = work[8 + 3 * k : 11 + 3 * k]
        residual = h[0] * (mx - x[0]) + h[1] * (my - x[1]) + h[2] * (mz - x[2])
        if n == 6:
            d2 += update_six(x, p, h[0], h[1], h[2], residual, work[17 + k] * work[17 + k], work)
        else:
            d2 += update_scalar(x, p, n, h, residual, work[17 + k] * work[17 + k], work)
    return d2


@kernel("tuple_of(f8, f8, f8, f8, f8, f8)(f8, f8, f8, f8[::1], f8[:, ::1], f8, f8, f8)")
def position_noise(mx, my, mz, radar, axes, sigma_range, sigma_azimuth, sigma_elevation):
    """Covariance (xx, xy, xz, yy, yz, zz; ECEF, m2) of a measured point; arguments as for ``update_position``."""
    rx, ry, rz, ax, ay, az, ex, ey, ez, distance, cosine = look_frame(mx, my, mz, radar, axes)
    rr = sigma_range * sigma_range
    aa = distance * cosine * sigma_azimuth
    ee = distance * sigma_elevation
    aa, ee = aa * aa, ee * ee
    return (
        rr * rx * rx + aa * ax * ax + ee * ex * ex,
        rr * rx * ry + aa * ax * ay + ee * ex * ey,
        rr * rx * rz + aa * ax * az + ee * ex * ez,
        rr * ry * ry + aa * ay * ay + ee * ey * ey,
        rr * ry * rz + aa * ay * az + ee * ey * ez,
        rr * rz * rz + aa * az * az + ee * ez * ez,
    )


@kernel("tuple_of(f8, f8)(f8[::1], f8[:, ::1], f8, f8, f8, f8[::1], f8[:, ::1], f8, f8, f8)")
def position_distance(x, p, mx, my, mz, radar, axes, sigma_range, sigma_azimuth, sigma_elevation):
    """Squared distance of a measured point from a track, and the logarithm of the determinant of its covariance.

    Arguments as for ``update_position``; nothing is changed.  Gate on the first, associate on the sum of both.
    """
    sxx, sxy, sxz, syy, syz, szz = position_noise(mx, my, mz, radar, axes, sigma_range, sigma_azimuth, sigma_elevation)
    sxx, sxy, sxz = sxx + p[0, 0], sxy + p[0, 1], sxz + p[0, 2]
    lyx, lzx = sxy / sxx, sxz / sxx
    dyy = syy + p[1, 1] - lyx * sxy
    cross = syz + p[1, 2] - lyx * sxz
    lzy = cross / dyy
    dzz = szz + p[2, 2] - lzx * sxz - lzy * cross
    dx = mx - x[0]
    wy = my - x[1] - lyx * dx
    wz = mz - x[2] - lzx * dx - lzy * wy
    return dx * dx / sxx + wy * wy / dyy + wz * wz / dzz, math.log(sxx * dyy * dzz)


@kernel("tuple_of(f8, f8, f8)(f8[::1], f8[:, ::1], f8, f8, f8, f8, f8)")
def measured_position(radar, axes, distance, azimuth, elevation, sigma_azimuth, sigma_elevation):
    """Unbiased ECEF point (m) of a measured range (m), azimuth (from north through east) and elevation (rad).

    radar, axes : as in ``look_frame``;  sigma_azimuth, sigma_elevation : rad; noise in an angle shortens the mean of
    its sine and cosine by exp(-sigma2/2), which is divided out.
    Source: D. Lerro and Y. Bar-Shalom, IEEE Trans. AES-29 (1993) 1015; L. Mo et al., AES-34 (1998) 1023.
    """
    tall = math.exp(0.5 * sigma_elevation * sigma_elevation) * distance
    flat = math.exp(0.5 * sigma_azimuth * sigma_azimuth) * tall * math.cos(elevation)
    east = flat * math.sin(azimuth)
    north = flat * math.cos(azimuth)
    up = tall * math.sin(elevation)
    return (
        radar[0] + east * axes[0, 0] + north * axes[1, 0] + up * axes[2, 0],
        radar[1] + east * axes[0, 1] + north * axes[1, 1] + up * axes[2, 1],
        radar[2] + east * axes[0, 2] + north * axes[1, 2] + up * axes[2, 2],
    )


@kernel("f8(f8[::1], f8[:, ::1], i8)")
def vertical_deviation(x, p, first):
    """Deviation along the local vertical of a track's position (``first`` 0, m) or velocity (3, m/s)."""
    ux, uy, uz, _ = local_up(x[0], x[1], x[2])
    total = p[first, first] * ux * ux + p[first + 1, first + 1] * uy * uy + p[first + 2, first + 2] * uz * uz
    total += 2.0 * (p[first, first + 1] * ux * uy + p[first, first + 2] * ux * uz + p[first + 1, first + 2] * uy * uz)
    return math.sqrt(max(total, 0.0))


# ------------------------------------------------------------------ start


@kernel("void(f8[::1], f8[:, ::1], f8[::1], f8, f8[::1], f8[:, ::1], f8, f8, f8, f8, f8[::1])")
def two_point_start(x, p, points, dt, radar, axes, sigma_range, sigma_azimuth, sigma_elevation, q, acceleration):
    """Start a track from two measured points of one radar, ``dt`` s (> 0) apart, into ``x`` and ``p``.

    points : six values, the older point and the newer one, ECEF m
    acceleration : three values believed to act meanwhile (0 for a flight, ``ballistic_acceleration`` for what falls)
    Position is the newer point, velocity the difference; q as in ``predict_constant_velocity``.  Rows beyond the sixth
    are cleared; ``switch_to_ballistic`` fills the seventh.
    """
    for i in range(x.shape[0]):
        x[i] = 0.0
        for j in range(x.shape[0]):
            p[i, j] = 0.0
    for point in range(2):
        p[0, 0], p[0, 1], p[0, 2], p[1, 1], p[1, 2], p[2, 2] = position_noise(
            points[3 * point],
            points[3 * point + 1],
            points[3 * point + 2],
            radar,
            axes,
            sigma_range,
            sigma_azimuth,
            sigma_elevation,
        )
        for i in range(3):
            for j in range(i, 3):
                p[i + 3, j + 3] += p[i, j] / (dt * dt)
    for i in range(3):
        x[i] = points[3 + i]
        x[i + 3] = (points[3 + i] - points[i]) / dt + 0.5 * dt * acceleration[i]
        p[i + 3, i + 3] += q * dt / 3.0
        for j in range(i, 3):
            cross = p[i, j] / dt
            p[j, i], p[j + 3, i + 3] = p[i, j], p[i + 3, j + 3]
            p[i, j + 3], p[j, i + 3], p[i + 3, j], p[j + 3, i] = cross, cross, cross, cross


@kernel("void(f8[::1], f8[:, ::1], f8, f8)")
def switch_to_ballistic(x, p, log_coefficient, variance):
    """Give a seven-state track a log ballistic coefficient (ln kg/m2) of this variance, unrelated to the rest."""
    for i in range(6):
        p[i, 6] = 0.0
        p[6, i] = 0.0
    x[6] = log_coefficient
    p[6, 6] = variance
