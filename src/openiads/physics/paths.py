"""Building of paths: geodesic legs with turns, heights above the sea or the ground, and arcs, tabulated for flight.

The step of a table is chosen so that the interpolated path stays within ``TOLERANCE`` of the path it stands for; see
`openiads.physics.motion` for its layout.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.constants import STANDARD_GRAVITY
from openiads.base.errors import InputError
from openiads.earth.geodesy import ECCENTRICITY_SQUARED, SEMI_MINOR, direct, inverse, offset, to_ecef
from openiads.physics.motion import HEADER, ROW

if TYPE_CHECKING:
    from openiads.physics.ballistics import Trajectory

Floats = NDArray[np.float64]

#: A leg or a turn: its length (m), the ECEF points at distances along it, and the spacing of nodes (m).
Piece: TypeAlias = tuple[float, Callable[[Floats], Floats], float]

TOLERANCE = 0.25  #: m, largest distance between a table and the path it stands for
SHORTEST_STEP = 0.125  #: s
HEIGHT_DOUBT = 5.0  #: m, that heights of ``motion.local_up`` are right to


def tabulate(
    path: Callable[[Floats], Floats], start: float, duration: float, step: float, *, ballistic: bool = False
) -> Floats:
    """Table of a path given as a function of time (s, shape (n,)) since its start to ECEF positions (n, 3), in m.

    start : s; duration : s, > 0; step : s, the longest step; it is halved until interpolation stays within
    ``TOLERANCE`` at the quarter points of every interval (but not below ``SHORTEST_STEP``).
    """
    while True:
        count = max(int(math.ceil(duration / step)), 1) + 1
        times = np.linspace(0.0, duration, count)
        table = _knots(path, times, duration, start, ballistic)
        dt = times[1]
        quarters = (times[:-1, None] + dt * np.array([0.25, 0.5, 0.75])).ravel()
        error = np.abs(path(quarters) - interpolated(table, quarters)).max()
        if error <= TOLERANCE or step <= SHORTEST_STEP:
            return table
        step = step / 2.0


def _knots(path: Callable[[Floats], Floats], times: Floats, duration: float, start: float, ballistic: bool) -> Floats:
    h = min(0.02, duration / 100.0)
    before = np.clip(times - h, 0.0, duration)
    after = np.clip(times + h, 0.0, duration)
    here, ahead, behind = np.split(path(np.concatenate([times, after, before])), 3)
    velocity = (ahead - behind) / (after - before)[:, None]
    rows = np.hstack([here, velocity])
    head = np.array([start, times[1] - times[0], len(times), 1.0 if ballistic else 0.0])
    return np.concatenate([head, rows.ravel()])


def interpolated(table: Floats, times: Floats) -> Floats:
    """ECEF positions (n, 3) of a table of knots, m, at times (n,) since its first one, s; not of a ballistic one."""
    columns = np.ascontiguousarray(table[HEADER:].reshape(-1, ROW).T)
    dt = table[1]
    i = np.clip((times / dt).astype(np.int64), 0, columns.shape[1] - 2)
    out = np.empty((3, len(times)))
    _hermite(columns[:3], columns[3:], i, times / dt - i, dt, out)
    return out.T


@kernel("f8(f8, f8, f8)")
def height_of(x, y, z):
    """Height (m) of an ECEF point as ``motion.local_up`` tells it."""
    q = x * x + y * y
    square = q + z * z
    return math.sqrt(square) - SEMI_MINOR / math.sqrt(1.0 - ECCENTRICITY_SQUARED * q / square)


@kernel("tuple_of(f8, f8)(f8[::1])", entry=True)
def bounds_of(table):
    """Speed (m/s) that a path never exceeds, and height (m) that it never comes below.

    table : as of ``tabulate``
    A cubic lies within the hull of its four control points, its derivative within that of three velocities.  A hull of
    some width cuts below the heights of its corners, as a chord does.  The height is less by what
    ``motion.local_up`` may be off.
    """
    dt = table[1]
    fastest, low = 0.0, math.inf
    for i in range(int(table[2])):
        k = HEADER + i * ROW
        x, y, z, u, v, w = table[k], table[k + 1], table[k + 2], table[k + 3], table[k + 4], table[k + 5]
        fastest = max(fastest, u * u + v * v + w * w)
        before, after = height_of(x - u * dt / 3.0, y - v * dt / 3.0, z - w * dt / 3.0), height_of(x, y, z)
        beyond = height_of(x + u * dt / 3.0, y + v * dt / 3.0, z + w * dt / 3.0)
        low = min(low, before, after, beyond)
        if i > 0:
            u = 3.0 * (x - table[k - 6]) / dt - u - table[k - 3]
            v = 3.0 * (y - table[k - 5]) / dt - v - table[k - 2]
            w = 3.0 * (z - table[k - 4]) / dt - w - table[k - 1]
            fastest = max(fastest, u * u + v * v + w * w)
    wide = math.sqrt(fastest) * dt
    low -= wide * wide / (2.0 * SEMI_MINOR)
    return math.sqrt(fastest) * (1.0 + 1e-9) + 1e-3, low - HEIGHT_DOUBT


class Track(NamedTuple):
    """A ground track: ECEF points (n, 3) on the ellipsoid and their tangents by distance along it (n,), m."""

    distance: Floats
    points: Floats
    tangents: Floats

    @property
    def length(self) -> float:
        """From end to end, m."""
        return float(self.distance[-1])

    def surface(self, s: Floats) -> tuple[Floats, Floats]:
        """ECEF points on the ellipsoid and unit normals there at distances ``s``."""
        i = np.searchsorted(self.distance[1:-1], s, side="right")
        begun = self.distance[i]
        span = self.distance[i + 1] - begun
        u = (s - begun) / span
        point, normal = np.empty((3, len(s))), np.empty((3, len(s)))
        _hermite(self.points.T, self.tangents.T, i, u, span, point)
        normal[:2], normal[2] = point[:2], point[2] / (1.0 - ECCENTRICITY_SQUARED)
        x, y, z = normal  # by columns: with three numbers a row, rows are slow
        normal /= np.sqrt(x * x + y * y + z * z)
        return point.T, normal.T


def _hermite(values: Floats, slopes: Floats, i: NDArray[np.int64], u: Floats, span: Floats, out: Floats) -> None:
    """Cubic Hermite interpolation, column by column: values and slopes (k, knots) at shares ``u`` of intervals ``i``.

    span : lengths of the intervals, in the unit of which the slopes are; out : (k, n)
    """
    w = u * u * (3.0 - 2.0 * u)
    pull = u * (1.0 - u) * span
    rest, left, after = 1.0 - w, 1.0 - u, i + 1
    for value, slope, found in zip(values, slopes, out, strict=True):
        found[:] = rest * value[i] + w * value[after] + pull * (left * slope[i] - u * slope[after])


def _surface_points(lat: float, lon: float, azimuth: Floats | float, distance: Floats) -> Floats:
    return _ecef(*direct(lat, lon, azimuth, distance))


def _ecef(lats: Floats, lons: Floats) -> Floats:
    """Places (rad) on the ellipsoid as ECEF points (n, 3), m."""
    return np.array([to_ecef(p, q, 0.0) for p, q in zip(lats.tolist(), lons.tolist(), strict=True)])


def ground_track(points: Sequence[tuple[float, float]], radius: float) -> Track:
    """Geodesic legs through ``points`` (latitude, longitude in rad) with turns of ``radius`` (m) at the corners.

    Raises InputError for equal neighbors and for legs too short for their turns.
    """
    if len(points) < 2:
        raise InputError("route", f"{len(points)} points given", "a route needs at least 2 points")
    legs = []
    for k, (a, b) in enumerate(zip(points[:-1], points[1:], strict=True)):
        legs.append(_leg_of(a, b))
        if legs[-1][0] < 1.0:
            raise InputError(f"route.points[{k + 1}]", "same place as the point before", "remove one of the two")
    cuts = [0.0]  # length that the turn takes from each leg at this corner
    turns = [0.0]
    for k in range(1, len(legs)):
        turn = math.remainder(legs[k][1] - legs[k - 1][2], 2.0 * math.pi)
        turns.append(turn)
        cuts.append(radius * math.tan(abs(turn) / 2.0) if abs(turn) < 3.1 else math.inf)
    cuts.append(0.0)
    for k, (length, _, _) in enumerate(legs):
        if cuts[k] + cuts[k + 1] > length:
            raise InputError(
                f"route.points[{k + 1}]",
                f"the turns at both ends need {cuts[k] + cuts[k + 1]:.0f} m but the leg has {length:.0f} m",
                "lengthen the leg, lower the speed or raise the load limit",
            )
    pieces: list[Piece] = []
    for k, (length, out, _) in enumerate(legs):
        if k > 0 and abs(turns[k]) > 1e-6:
            pieces.append(_turn(points[k], legs[k - 1][2], turns[k], radius, cuts[k]))
        pieces.append(_leg(points[k], out, cuts[k], length - cuts[k] - cuts[k + 1]))
    return _joined(pieces)


@lru_cache(maxsize=1024)
def _leg_of(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float, float]:
    """Length (m) of the geodesic from a to b (rad), its azimuth at a and at b (rad)."""
    length, out = inverse(*a, *b)
    return length, out, inverse(*b, *a)[1] + math.pi


def _leg(start: tuple[float, float], azimuth: float, skip: float, length: float) -> Piece:
    def points(s: Floats) -> Floats:
        return _surface_points(start[0], start[1], azimuth, skip + s)

    return length, points, 20_000.0


def _turn(corner: tuple[float, float], heading: float, turn: float, radius: float, cut: float) -> Piece:
    side = 1.0 if turn > 0.0 else -1.0  # azimuths grow clockwise: positive turns right

    def points(s: Floats) -> Floats:
        ahead = -cut + radius * np.sin(s / radius)
        right = side * radius * (1.0 - np.cos(s / radius))
        bearing = heading + np.arctan2(right, ahead)
        # within 1 m at 300 km and falling with the cube of the distance: fractions of a millimeter across a turn
        lats, lons = offset(corner[0], corner[1], bearing, np.sqrt(ahead * ahead + right * right))
        return _ecef(lats, lons)

    return radius * abs(turn), points, radius * 0.05


def _joined(pieces: list[Piece]) -> Track:
    distance: list[Floats] = []
    points: list[Floats] = []
    tangents: list[Floats] = []
    begun = 0.0
    for length, at, spacing in pieces:
        if length < 1e-3:
            continue
        s = np.linspace(0.0, length, max(2, int(math.ceil(length / spacing)) + 1))
        if distance:
            s = s[1:]  # the piece before ends there
        here, ahead, behind = np.split(at(np.concatenate([s, s + 1.0, s - 1.0])), 3)
        distance.append(begun + s)
        points.append(here)
        tangents.append((ahead - behind) / 2.0)
        begun += length
    return Track(np.concatenate(distance), np.concatenate(points), np.concatenate(tangents))


def turn_radius(speed: float, load_limit: float) -> float:
    """Radius (m) of a level turn at a speed (m/s) and load factor (above 1)."""
    if not speed > 0.0:
        raise InputError("route.speed", f"{speed} m/s", "a speed above 0")
    if not load_limit > 1.0:
        raise InputError("route.load_limit", f"{load_limit} g", "a level turn needs more than 1 g, for example 2 g")
    return speed * speed / (STANDARD_GRAVITY * math.sqrt(load_limit * load_limit - 1.0))


def _averaged(s: Floats, height: Floats, window: float) -> Callable[[Floats], Floats]:
    """Moving average of a piecewise-linear profile: its slope is continuous."""
    spread = np.concatenate([[s[0] - window], s, [s[-1] + window]])
    level = np.concatenate([height[:1], height, height[-1:]])
    area = np.concatenate([[0.0], np.cumsum(0.5 * (level[1:] + level[:-1]) * np.diff(spread))])
    slope = np.diff(level) / np.diff(spread)

    def integral(x: Floats) -> Floats:
        i = np.clip(np.searchsorted(spread, x, side="right") - 1, 0, len(slope) - 1)
        d = x - spread[i]
        return area[i] + d * (level[i] + 0.5 * slope[i] * d)

    return lambda x: (integral(x + window / 2.0) - integral(x - window / 2.0)) / window


def _profiled(track: Track, height: Callable[[Floats], Floats], speed: float) -> Callable[[Floats], Floats]:
    def path(times: Floats) -> Floats:
        s = np.clip(times * speed, 0.0, track.length)
        point, up = track.surface(s)
        return point + height(s)[:, None] * up

    return path


def level_route(
    points: Sequence[tuple[float, float]],
    altitude: float | Sequence[float],
    speed: float,
    start_time: float = 0.0,
    load_limit: float = 2.0,
    sample: float = 5.0,
    *,
    track: Track | None = None,
) -> Floats:
    """Table of a route of geodesic legs with level turns at constant ground speed.

    points : (latitude, longitude) in rad, at least 2.  altitude : m above the sea, one for all or one for each
    point (then legs climb evenly, rounded over 10 s; the ends are met exactly).  speed : m/s along the ground.
    start_time : s at the first point.  load_limit : load factor in turns (1.41 is a bank of 45 degrees).
    sample : s, the longest step.  track : `ground_track` of these points and this turn radius, where it is at hand.
    """
    track = ground_track(points, turn_radius(speed, load_limit)) if track is None else track
    heights = np.atleast_1d(np.asarray(altitude, dtype=np.float64))
    if heights.size == 1:
        level = float(heights[0])
        return tabulate(
            _profiled(track, lambda s: np.full(len(s), level), speed), start_time, track.length / speed, sample
        )
    if heights.size != len(points):
        raise InputError("route.altitude", f"{heights.size} altitudes for {len(points)} points", "give one or as many")
    corners = _corner_distances(track, points)
    window = 10.0 * speed
    slope = np.diff(heights) / np.diff(corners)  # the end legs go on, so that rounding moves neither end
    corners = np.concatenate([[corners[0] - window], corners, [corners[-1] + window]])
    heights = np.concatenate([[heights[0] - slope[0] * window], heights, [heights[-1] + slope[-1] * window]])
    profile = _averaged(corners, heights, window)
    return tabulate(_profiled(track, profile, speed), start_time, track.length / speed, sample)


def _corner_distances(track: Track, points: Sequence[tuple[float, float]]) -> Floats:
    """Distance along the track where it passes closest to each point; strictly rising."""
    grid = np.linspace(0.0, track.length, max(200, int(track.length / 200.0)))
    surface, _ = track.surface(grid)
    found = [0.0]
    for lat, lon in points[1:-1]:
        gap = surface - np.array(to_ecef(float(lat), float(lon), 0.0))
        gap2 = (gap * gap).sum(axis=1)
        gap2[grid <= found[-1]] = np.inf
        near = np.flatnonzero(gap2 <= gap2.min() + 1e-6)[0]
        found.append(float(grid[near]))
    return np.array([*found, track.length])


def terrain_following(
    points: Sequence[tuple[float, float]],
    agl: float,
    speed: float,
    terrain_height: Callable[[Floats, Floats], Floats],
    start_time: float = 0.0,
    load_limit: float = 2.0,
    sample: float = 2.0,
    max_slope: float = 0.1,
    spacing: float = 250.0,
    *,
    track: Track | None = None,
) -> Floats:
    """Table of a route that keeps at least ``agl`` (m) above ground and sea.

    terrain_height(lat, lon) : m above the sea (or the ellipsoid), for arrays in rad.  max_slope : steepest climb and
    dive, as a tangent: the flight begins to climb early enough, and is rounded over 4 s without going below ``agl``.
    Other arguments as for `level_route`.
    """
    track = ground_track(points, turn_radius(speed, load_limit)) if track is None else track
    s = np.linspace(0.0, track.length, max(2, int(math.ceil(track.length / spacing)) + 1))
    _, up = track.surface(s)  # the normal of the ellipsoid is the latitude and longitude
    lats, lons = np.arctan2(up[:, 2], np.hypot(up[:, 0], up[:, 1])), np.arctan2(up[:, 1], up[:, 0])
    wanted = np.broadcast_to(terrain_height(lats, lons), len(s)) + agl
    step = s[1] - s[0]
    window = 4.0 * speed
    reach = int(math.ceil(window / 2.0 / step)) + 1
    around = np.pad(wanted, reach, constant_values=-np.inf)
    fall = float(max_slope * step)
    highest = around[: len(s)].copy()
    for k in range(1, 2 * reach + 1):  # few: windows as rows would take their maximum one by one
        np.maximum(highest, around[k : k + len(s)], out=highest)
    profile = _averaged(s, _sloped(_sloped(highest, fall)[::-1], fall)[::-1], window)
    return tabulate(_profiled(track, profile, speed), start_time, track.length / speed, sample)


def _sloped(heights: Floats, fall: float) -> Floats:
    """The least heights not below those given that fall by ``fall`` a step at most."""
    found = heights.copy()
    free = 0  # from here on nothing holds the flight up any more
    for begins in np.flatnonzero(heights[1:] < heights[:-1] - fall).tolist():
        if begins < free:
            continue
        last = float(heights[begins])
        for k, height in enumerate(heights[begins + 1 :].tolist(), begins + 1):
            last -= fall
            free = k
            if last < height:
                break
            found[k] = last
    return found


def ballistic_path(trajectory: Trajectory, t0: float) -> Floats:
    """Table of a `ballistics.Trajectory` that begins at time ``t0`` (s): its knots, resampled evenly."""
    times = np.asarray(trajectory.times)
    state = np.hstack([trajectory.positions, trajectory.velocities])

    def path(t: Floats) -> Floats:
        i = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
        span = times[i + 1] - times[i]
        u = ((t - times[i]) / span)[:, None]
        a, b = state[i], state[i + 1]
        w = u * u * (3.0 - 2.0 * u)
        pull = u * (1.0 - u) * span[:, None]
        return (1.0 - w) * a[:, :3] + w * b[:, :3] + pull * ((1.0 - u) * a[:, 3:] - u * b[:, 3:])

    return tabulate(path, t0, float(times[-1]), 1.0, ballistic=True)
