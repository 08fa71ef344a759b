"""What can be seen over the earth: horizons, lines of sight over terrain, and the mask table of a fixed radar.

Refraction is the effective-earth model: rays are straight over a sphere of ``earth_factor`` (k, nominally 4/3) times
the mean radius 6,371 km.  On that sphere the geometry here is exact (circle, not parabola).  Heights are above the sea
and ground ranges are arcs along it.  Source: [skolnik2008], chapter 26, for the model.

The mask table of a radar is one run of float64 in a flat arena, so that many tables lie in one array:

====== ==============================================================================
offset content
====== ==============================================================================
0      number of azimuths, evenly spaced from north through east
1      number of ranges: 0, step, 2 step, ...
2      range step, m
3      effective earth radius, m
4      antenna height above the sea, m
5      azimuths a radian (offset 0 / 2 pi)
6      ranges a meter (1 / step)
7      spare (0)
8 ...  lowest visible height above the sea, m: [azimuth, range], the range running fastest
====== ==============================================================================
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.geodesy import MEAN_RADIUS, inverse, offset
from openiads.earth.terrain import Terrain

HEADER = 8
NEVER = 1e12  # m: the lowest visible height where no height is visible


@kernel("f8(f8, f8, f8)", entry=True)
def horizon_range(radar_up, target_up, earth_radius):
    """Slant range (m) at which a target clears the smooth-earth horizon, both ends counted.

    radar_up, target_up : heights above the surface, m (below 0 counts as 0);  earth_radius : effective, m.
    sqrt(2 R h + h^2) for each end: the tangent's length.  Source: [skolnik2008], chapter 26.
    """
    low = max(radar_up, 0.0)
    high = max(target_up, 0.0)
    return math.sqrt(low * (2.0 * earth_radius + low)) + math.sqrt(high * (2.0 * earth_radius + high))


@kernel("f8(f8, f8)", entry=True)
def horizon_arc(up, earth_radius):
    """Ground range (m) of the horizon seen from a height (m; below 0 counts as 0) over a smooth earth."""
    h = max(up, 0.0)
    return earth_radius * math.atan(math.sqrt(h * (2.0 * earth_radius + h)) / earth_radius)


@kernel("f8(f8, f8, f8)")
def horizon_height(antenna_up, ground_range, earth_radius):
    """Lowest visible height (m) at a ground range (m) over a smooth earth: 0 up to the horizon, then R / cos - R.

    ``NEVER`` where no height is visible, a quarter turn beyond the horizon.
    """
    beyond = (ground_range - horizon_arc(antenna_up, earth_radius)) / earth_radius
    if beyond <= 0.0:
        return 0.0
    if beyond >= 1.57:
        return NEVER
    half = math.sin(0.5 * beyond)
    return earth_radius * 2.0 * half * half / math.cos(beyond)


@kernel("f8(f8, f8, f8, f8, f8)")
def ground_range(radar_height, east, north, up, earth_radius):
    """Ground range (m) along the sea of a target at local (east, north, up), m, from a radar at a height (m).

    earth_radius : the true one, m (the mean radius is within 0.3 %); what the mask table is asked with.
    """
    return earth_radius * math.atan2(math.sqrt(east * east + north * north), earth_radius + radar_height + up)


@kernel("f8(f8, f8, f8, f8, f8)")
def ray_height(antenna_up, at_range, at_up, ground_range, earth_radius):
    """Height (m) at a ground range of the straight ray from an antenna through (at_range > 0, at_up); all m.

    ``NEVER`` where the ray does not come to, a quarter turn away.
    """
    a = at_range / earth_radius
    x = ground_range / earth_radius
    top = earth_radius + antenna_up
    slope = ((earth_radius + at_up) * math.cos(a) - top) / ((earth_radius + at_up) * math.sin(a))
    down = math.cos(x) - slope * math.sin(x)
    if x >= 1.57 or down <= 1e-6:
        return NEVER
    return top / down - earth_radius


@kernel("f8(f8[::1], i8, f8, f8)", entry=True)
def lowest_visible(tables, at, azimuth, ground_range):
    """Lowest height above the sea (m) that a radar sees, from its mask table in an arena.

    tables, at : the arena and where the radar's table begins;  azimuth : rad, any turn;  ground_range : m, >= 0.
    Bilinear inside the table.  Beyond its last range, where terrain is unknown, the ray over the last obstacle goes on,
    and the smooth-earth horizon holds.
    """
    n_azimuth = int(tables[at])
    last = int(tables[at + 1]) - 1
    turn = azimuth * tables[at + 5]
    below = math.floor(turn)
    w = turn - below
    first = int(below) % n_azimuth
    second = first + 1 if first + 1 < n_azimuth else 0
    x = ground_range * tables[at + 6]
    i = min(int(x), last - 1)
    u = min(x - i, 1.0)
    p = at + 8 + first * (last + 1) + i
    q = at + 8 + second * (last + 1) + i
    height = (tables[p] * (1.0 - u) + tables[p + 1] * u) * (1.0 - w) + (tables[q] * (1.0 - u) + tables[q + 1] * u) * w
    if x <= last:
        return height
    radius = tables[at + 3]
    antenna = tables[at + 4]
    ray = ray_height(antenna, last * tables[at + 2], height, ground_range, radius)
    return max(ray, horizon_height(antenna, ground_range, radius))


def mask_table(
    terrain: Terrain,
    lat: float,
    lon: float,
    antenna_height: float,
    earth_factor: float = 4.0 / 3.0,
    max_range: float = 300e3,
    azimuths: int = 720,
    range_step: float = 500.0,
) -> np.ndarray:
    """The mask table (layout above) of an antenna: flat float64 [8 + azimuths x ranges].

    lat, lon : rad;  antenna_height : above the sea, m (ground + mast);  earth_factor : k;
    max_range : m, at most 600 km, rounded up to whole steps.
    Terrain is sampled at the table's own points, and each height comes from the running maximum of the slopes along its
    azimuth.  Raises InputError for an antenna under the ground or a number out of its range.
    """
    around = relief_around(terrain, lat, lon, max_range, azimuths, range_step)
    return mask_over(terrain, around, antenna_height, earth_factor, max_range, azimuths, range_step)


Relief = tuple[np.ndarray, np.ndarray | None]

#: Samples that are worked on at once: what is made of them stays in the processor's cache.
_IN_CACHE = 16_384


def relief_around(
    terrain: Terrain, lat: float, lon: float, max_range: float, azimuths: int, range_step: float
) -> Relief:
    """Relief (`Terrain.relief`, [azimuths, ranges]) at the points of a place's mask table, the place itself first.

    No refraction, crest factor or antenna height changes it, so that tables for many of these take it again.
    """
    if not (0.0 < range_step <= max_range <= 600e3 and azimuths >= 4):
        reason = f"range {max_range:g} m, step {range_step:g} m, {azimuths} azimuths"
        raise InputError("mask table", reason, "Needs 0 < step <= range <= 600 km, at least 4 azimuths.")
    ranges = np.arange(_count(max_range, range_step)) * range_step
    angles = np.arange(azimuths) * (2.0 * math.pi / azimuths)
    lats, lons = (np.empty((azimuths, len(ranges))) for _ in range(2))
    lats[:, 0], lons[:, 0] = lat, lon
    some = max(1, _IN_CACHE // len(ranges))
    for first in range(0, azimuths, some):
        rows = slice(first, first + some)
        lats[rows, 1:], lons[rows, 1:] = offset(lat, lon, angles[rows, None], ranges[None, 1:])
    return terrain.relief(lats, lons)


def _count(max_range: float, range_step: float) -> int:
    """Ranges of a mask table."""
    return max(math.ceil(max_range / range_step - 1e-9), 2) + 1


def mask_over(
    terrain: Terrain,
    around: Relief,
    antenna_height: float,
    earth_factor: float,
    max_range: float,
    azimuths: int,
    range_step: float,
    shore: np.ndarray | None = None,
) -> np.ndarray:
    """The mask table over what `relief_around` found; arguments, errors and result as for `mask_table`.

    shore : what `shore_of` finds there, if it is at hand
    """
    if not earth_factor > 0.0:
        raise InputError("mask table", f"earth factor {earth_factor:g}", "Needs k > 0.")
    bare, crest = around
    ground = float(terrain.raised(bare[:1, :1], None if crest is None else crest[:1, :1])[0, 0])
    if not antenna_height >= ground - 0.5:
        reason = f"antenna at {antenna_height:.1f} m above the sea is under the ground ({ground:.1f} m)"
        raise InputError(f"mask table on {terrain.label}", reason, "Give ground height plus mast height.")
    count = _count(max_range, range_step)
    radius = earth_factor * MEAN_RADIUS
    table = np.empty(HEADER + azimuths * count)
    table[:HEADER] = (
        azimuths,
        count,
        range_step,
        radius,
        antenna_height,
        azimuths / (2.0 * math.pi),
        1.0 / range_step,
        0.0,
    )
    body = table[HEADER:].reshape(azimuths, count)
    body[:, 0] = ground
    arc = np.arange(1, count) * range_step / radius
    shape = np.sin(arc), np.cos(arc), 2.0 * np.sin(arc / 2.0) ** 2
    sea = np.zeros((1, count - 1))
    over_sea = np.maximum.accumulate(_slopes(sea, shape, radius, antenna_height), axis=1)[0]
    lowest_over_sea = np.empty(count - 1)
    _lowest(sea, over_sea[None].copy(), shape, radius, antenna_height, lowest_over_sea[None])
    shore = shore_of(around) if shore is None else shore
    some = max(1, _IN_CACHE // count)
    for first in range(0, azimuths, some):
        rows = slice(first, first + some)
        near = int(shore[rows].min())  # as far as every azimuth of these lies over the sea they are alike
        body[rows, 1 : near + 1] = lowest_over_sea[:near]
        if near == count - 1:
            continue
        far = slice(near + 1, None)
        beyond = shape[0][near:], shape[1][near:], shape[2][near:]
        heights = terrain.raised(bare[rows, far], None if crest is None else crest[rows, far])
        slope = _slopes(heights, beyond, radius, antenna_height)
        if near:
            np.maximum(slope[:, 0], over_sea[near - 1], out=slope[:, 0])
        np.maximum.accumulate(slope, axis=1, out=slope)
        _lowest(heights, slope, beyond, radius, antenna_height, body[rows, far])
    return table


def shore_of(around: Relief) -> np.ndarray:
    """How many samples beyond the place itself are sea in front of the first that is not, for each azimuth."""
    bare, crest = around
    land = bare[:, 1:] != 0.0
    if crest is not None:
        land |= crest[:, 1:] != 0.0
    return np.where(land.any(axis=1), land.argmax(axis=1), land.shape[1])


Shape = tuple[np.ndarray, np.ndarray, np.ndarray]  # of the arcs to ranges the sine, the cosine and 1 - cosine


def _slopes(heights: np.ndarray, shape: Shape, radius: float, antenna_height: float) -> np.ndarray:
    """Slopes at which samples [azimuths, ranges] stand over the tangent plane of an antenna."""
    sine, cosine, drop = shape
    rise = heights * cosine  # in place, because memory is the cost
    rise -= radius * drop
    rise -= antenna_height
    below = radius + heights
    below *= sine
    rise /= below
    return rise


def _lowest(
    heights: np.ndarray, slope: np.ndarray, shape: Shape, radius: float, antenna_height: float, out: np.ndarray
) -> None:
    """Lowest heights in view beyond samples [azimuths, ranges], put into ``out``.

    slope : the steepest up to each sample; it is overwritten
    """
    sine, cosine, drop = shape
    slope *= sine
    # (R + antenna) / (cos - slope sin) - R, written without the loss of digits of R - R
    below = cosine - slope
    slope += drop
    slope *= radius
    slope += antenna_height
    lowest = np.divide(slope, below, out=slope)
    np.maximum(lowest, heights, out=out)  # equal but for rounding where the sample itself is the highest


def edge_table(mask: np.ndarray) -> np.ndarray:
    """For each cell of a mask table, the ground range (m) of the edge that the lowest visible ray grazes.

    Same layout and header as ``mask_table``'s, so that ``lowest_visible`` reads it inside the table.  The edge of a ray
    is the last range before the cell at which the ray's slope still rose; over a smooth sea that is the horizon.
    """
    azimuths, count, step, radius, antenna = int(mask[0]), int(mask[1]), mask[2], mask[3], mask[4]
    lowest = mask[HEADER:].reshape(azimuths, count)
    ranges = np.arange(count) * step
    arc = ranges[1:] / radius
    sine, cosine = np.sin(arc), np.cos(arc)
    height = lowest[:, 1:]
    slope = (height * cosine - radius * 2.0 * np.sin(arc / 2.0) ** 2 - antenna) / ((radius + height) * sine)
    before = np.concatenate([np.full((azimuths, 1), -np.inf), slope[:, :-1]], axis=1)
    rising = slope > before + 1e-12
    index = np.where(rising, np.arange(1, count)[None, :], 0)
    edge = np.empty_like(mask)
    edge[:HEADER] = mask[:HEADER]
    body = edge[HEADER:].reshape(azimuths, count)
    body[:, 0] = 0.0
    body[:, 1:] = np.maximum.accumulate(index, axis=1) * step
    return edge


def cover_table(mask: np.ndarray) -> np.ndarray:
    """For each range of a mask table the greatest height that it asks for there or nearer, at any azimuth.

    Parameters
    ----------
    mask
        As of ``mask_table``.

    Returns
    -------
    ndarray
        Count of ranges, ranges a meter, then the heights, m: what `greatest_height` reads.
    """
    count = int(mask[1])
    heights = np.maximum.accumulate(mask[HEADER:].reshape(-1, count).max(axis=0))
    return np.concatenate(([float(count), mask[6]], heights))


@kernel("f8(f8[::1], i8, f8)", entry=True)
def greatest_height(tables, at, ground_range):
    """Greatest height (m) that a mask asks for up to a ground range (m, >= 0), from its cover table in an arena.

    ``NEVER`` beyond its last range.
    """
    x = ground_range * tables[at + 1]
    return tables[at + 3 + int(x)] if x < tables[at] - 1.0 else NEVER


class Profile(NamedTuple):
    """A profile between two places: arc from the first (m), ground and straight-ray height there (m), total arc."""

    arc: np.ndarray
    ground: np.ndarray
    ray: np.ndarray
    total: float


def profile(
    terrain: Terrain,
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    earth_factor: float,
    step: float,
) -> Profile:
    """The profile between two places (lat, lon, height above the sea) at even steps of at most ``step`` m."""
    total = inverse(a[0], a[1], b[0], b[1])[0]
    count = max(math.ceil(total / step), 1)
    share = np.arange(count + 1) / count
    first, second = _normal(a[0], a[1]), _normal(b[0], b[1])
    between = first[:, None] * (1.0 - share) + second[:, None] * share
    angle = 2.0 * math.asin(min(0.5 * float(np.linalg.norm(second - first)), 1.0))
    if angle > 1e-9:  # great circle of the surface normals; below a centimeter the chord is the same
        between = (first[:, None] * np.sin((1.0 - share) * angle) + second[:, None] * np.sin(share * angle)) / math.sin(
            angle
        )
    lat = np.arctan2(between[2], np.hypot(between[0], between[1]))
    ground = terrain.height(lat, np.arctan2(between[1], between[0]))
    radius = earth_factor * MEAN_RADIUS
    near, far = share * total / radius, (1.0 - share) * total / radius
    if total < 1e-3:
        return Profile(share * total, ground, np.array([a[2], b[2]]), total)
    # Chord from R + a to R + b: r = (R + a)(R + b) sin(whole) / ((R + b) sin(far) + (R + a) sin(near)); here r - R,
    # with sin(near) + sin(far) - sin(whole) as a product of halves, so that no digits are lost.
    whole = math.sin(total / radius)
    bulge = 4.0 * np.sin(near / 2.0) * np.sin(far / 2.0) * math.sin(total / radius / 2.0)
    rise = radius * (a[2] * (whole - np.sin(near)) + b[2] * (whole - np.sin(far))) + a[2] * b[2] * whole
    ray = (rise - radius * radius * bulge) / ((radius + b[2]) * np.sin(far) + (radius + a[2]) * np.sin(near))
    return Profile(share * total, ground, ray, total)


def _normal(lat: float, lon: float) -> np.ndarray:
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])


def line_of_sight(
    terrain: Terrain,
    a: tuple[float, float, float],
    b: tuple[float, float, float],
    earth_factor: float = 4.0 / 3.0,
    step: float = 250.0,
) -> bool:
    """Whether two places (lat, lon, height above the sea) see each other over terrain; the same both ways by design.

    The straight ray is compared with the ground at even steps of at most ``step`` m, the ends included (a place under
    the ground sees nothing); grazing counts as seen.  Paths up to 2,000 km.
    """
    first, second = sorted((a, b))
    path = profile(terrain, first, second, earth_factor, step)
    return bool((path.ground <= path.ray + 1e-6).all())
