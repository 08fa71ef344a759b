"""What a moving sensor sees over the ground: the lowest visible height by a walk over a grid of heights, look by look.

A mask table (`openiads.earth.sight`) belongs to one place: an aircraft on an orbit would need one every few hundred
meters, megabytes each, and between two of them the shadows of hills would stand still while it moves.  Here one grid
serves the whole way.  Its plane is the gnomonic one about the middle of the way, in which great circles are straight
lines; the walk goes along the line from the target toward the sensor, and ends where no ground can matter any more.
Beyond the grid, where terrain is unknown, the ray over the last obstacle goes on, and the smooth horizon holds.

Geometry as in ``sight``: straight rays over a sphere of the effective radius, so that over the sea the answer is the
smooth horizon.  A grid is one run of float64 in an arena:

====== ==============================================================================
offset content
====== ==============================================================================
0      rows and columns of the grid, n
1      cells a unit of the plane (tangent of the angle from its middle)
2      effective earth radius, m
3      highest ground, m
4-12   east, north and up of the middle, ECEF
13 ... heights above the sea, m: [north, east], both rising, the middle in the middle
====== ==============================================================================
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.geodesy import MEAN_RADIUS, enu_axes
from openiads.earth.sight import NEVER, horizon_height
from openiads.earth.terrain import Terrain

HEADER = 13
SPACING = 1_000.0  # m between the heights of a grid, unless that makes more than
MOST_CELLS = 1_400  # a side: 16 MB
FARTHEST = 1_500_000.0  # m from the middle: the gnomonic plane stretches by a tenth there


def plane_of(lat: float, lon: float) -> NDArray[np.float64]:
    """East, north and up (rows, ECEF) of the middle (rad) of a plane."""
    return np.array(enu_axes(lat, lon)).reshape(3, 3)


def grid_places(axes: NDArray[np.float64], reach: float) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Latitudes and longitudes (rad) of the cells of a grid about a middle, and its cells a unit of the plane.

    axes : of ``plane_of``;  reach : m from the middle that it covers at least
    """
    if not 0.0 < reach <= FARTHEST:
        raise InputError("grid of heights", f"reaches {reach / 1000.0:.0f} km", "At most 1500 km: shorten the range.")
    most = math.tan(reach / MEAN_RADIUS)
    half = min(math.ceil(most * MEAN_RADIUS / SPACING) + 1, MOST_CELLS // 2)
    scale = (half - 1) / most
    along = np.arange(-half, half + 1) / scale
    x = axes[2] + along[None, :, None] * axes[0] + along[:, None, None] * axes[1]
    lats = np.arctan2(x[..., 2], np.hypot(x[..., 0], x[..., 1]))
    return lats, np.arctan2(x[..., 1], x[..., 0]), scale


def height_grid(
    terrain: Terrain,
    relief: tuple[NDArray[np.float64], NDArray[np.float64] | None],
    axes: NDArray[np.float64],
    scale: float,
    earth_factor: float,
) -> NDArray[np.float64]:
    """The grid over what the terrain's ``relief`` has at ``grid_places``.

    Returns
    -------
    ndarray
        As the module's first lines say.
    """
    heights = np.maximum(terrain.raised(*relief), 0.0)
    head = [float(len(heights)), scale, earth_factor * MEAN_RADIUS, float(heights.max()), *axes.ravel()]
    return np.concatenate((head, heights.ravel()))


@kernel("f8(f8[::1], i8, f8, f8)")
def height_on(tables, at, x, y):
    """Height (m) of a grid at a place of its plane (tangents east and north), bilinear; 0 beyond its edge."""
    n = int(tables[at])
    middle = 0.5 * (n - 1.0)
    column, row = x * tables[at + 1] + middle, y * tables[at + 1] + middle
    if not (0.0 <= column <= n - 1.0 and 0.0 <= row <= n - 1.0):
        return 0.0
    j, i = min(int(column), n - 2), min(int(row), n - 2)
    u, v = column - j, row - i
    cell = at + HEADER + i * n + j
    south = tables[cell] + u * (tables[cell + 1] - tables[cell])
    north = tables[cell + n] + u * (tables[cell + n + 1] - tables[cell + n])
    return south + v * (north - south)


@kernel("f8(f8, f8, f8, f8)")
def slope_to(height, arc, antenna, radius):
    """Slope at which a height (m) at an arc (rad, above 0, below 0.2) stands over the tangent plane of an antenna (m).

    Sine and cosine are series, good to 1e-9 there: this is what the walk does at each step.
    """
    square = arc * arc
    sine = arc * (1.0 - square * (1.0 / 6.0) * (1.0 - square * 0.05))
    drop = 0.5 * square * (1.0 - square * (1.0 / 12.0) * (1.0 - square * (1.0 / 30.0)))
    return (height * (1.0 - drop) - radius * drop - antenna) / ((radius + height) * sine)


@kernel("f8(f8[::1], i8, f8[:, ::1], f8, f8, f8, f8, f8)", entry=True)
def lowest_from(tables, at, axes, antenna, ux, uy, uz, ground):
    """Lowest height above the sea (m) that a sensor sees over a place.

    tables, at : the arena and where the grid begins;  axes : east, north, up of the sensor, ECEF;  antenna : its
    height, m;  ux, uy, uz : up of the place, ECEF;  ground : range along the sea between the two, m
    """
    radius, top = tables[at + 2], tables[at + 3]
    smooth = horizon_height(antenna, ground, radius)
    if top <= 0.0 or ground < 1.0:
        return smooth
    k = at + 4
    px, py, pz = axes[2, 0], axes[2, 1], axes[2, 2]
    a = px * tables[k + 6] + py * tables[k + 7] + pz * tables[k + 8]
    b = ux * tables[k + 6] + uy * tables[k + 7] + uz * tables[k + 8]
    if a < 0.1 or b < 0.1:  # beyond any grid
        return smooth
    ax = (px * tables[k] + py * tables[k + 1] + pz * tables[k + 2]) / a
    ay = (px * tables[k + 3] + py * tables[k + 4] + pz * tables[k + 5]) / a
    bx = (ux * tables[k] + uy * tables[k + 1] + uz * tables[k + 2]) / b
    by = (ux * tables[k + 3] + uy * tables[k + 4] + uz * tables[k + 5]) / b
    # of the vectors (x, y, 1) to both: at a share of the line between them the angle from the sensor has the tangent
    # share |A x B| / (A A + share (A B - A A))
    cx, cy, cz = ay - by, bx - ax, ax * by - ay * bx
    cross = math.sqrt(cx * cx + cy * cy + cz * cz)
    square = ax * ax + ay * ay + 1.0
    turn = ax * bx + ay * by + 1.0 - square
    whole = math.atan2(cross, square + turn)
    if whole < 1e-9:
        return smooth
    far = ground / radius
    stretch = far / whole
    lift = math.sqrt(2.0 * max(antenna - top, 0.0) / radius)  # arc of the horizon over the highest ground
    steps = max(int(math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay)) * tables[at + 1]) + 1, 2)
    steepest = -math.inf
    for n in range(steps, 0, -1):
        share = n / steps
        tangent = share * cross / (square + share * turn)
        bend = tangent * tangent  # of the arc tangent, a series good to 1e-6 within the farthest grid
        arc = stretch * tangent * (1.0 - bend * (1.0 / 3.0 - bend * (0.2 - bend * (1.0 / 7.0))))
        if antenna > top and arc < lift and slope_to(top, arc, antenna, radius) < steepest:
            break  # nearer ground stands lower in the view, whatever it is
        height = height_on(tables, at, ax + share * (bx - ax), ay + share * (by - ay))
        slope = slope_to(height, arc, antenna, radius)
        if slope > steepest:
            steepest = slope
    half = math.sin(0.5 * far)
    drop = 2.0 * half * half
    lifted = steepest * math.sin(far)
    below = 1.0 - drop - lifted
    if below <= 1e-6:
        return NEVER
    return max(((lifted + drop) * radius + antenna) / below, smooth)
