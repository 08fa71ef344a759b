"""Viewshed: the lowest visible height at every cell of a grid of heights, from one antenna that stands on a cell.

The horizon is carried outward ring by ring.  The line of sight to a cell comes through the ring before it between two
cells, and takes the slope of the horizon there by linear interpolation of theirs; the cell's own ground then raises it
for the ring behind.  So a cell costs a few operations, however large the grid.  Source: the method of XDraw
[franklin1994], which the GDAL utility gdal_viewshed follows too.

Geometry as in ``sight``: straight rays over a sphere of the effective radius; sines are series, exact to 1e-9 within
500 km.  Distances are those of the grid's plane, which should be an azimuthal one about the antenna.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError

BELOW_ALL = -1e30  # slope before anything was met
BLOCK = 32  # rings that are copied at a time, so that rows of the grid are read whole even where rings run across them
HORIZON = 2  # rows of the work space before the block: horizon before and after a ring


@kernel("void(i8, f8, f8, f8, f8, i8, i8, i8, f8[:, ::1])")
def ring(off, up, across, antenna, earth_radius, last, k, new, work):
    """Turn heights of one ring of an octant (row ``k`` of ``work``) into lowest visible heights, and the horizon before
    it (row 1 - new) into the one behind it (row new).  Column n + 1 holds the cell n aside of the axis.

    off : rings from the antenna;  up, across : cell size along the axis and aside, m;  antenna : height, m;
    earth_radius : effective, m;  last : cells aside of the axis.  Slopes are m of height a ring.
    """
    old = 1 - new
    share = 1.0 / off
    flat = 1.0 / (earth_radius * earth_radius)
    bend = 1.0 / earth_radius
    along = off * up * off * up
    if last == off:  # the diagonal has one neighbor; a second one with weight 0 must not be infinitely low
        work[old, last + 1] = work[old, last]
    for n in range(last + 1):
        ground = work[k, n + 1]
        aside = n * across
        square = (along + aside * aside) * flat
        drop = 0.5 * square * (1.0 - square * (1.0 / 12.0))
        sine = off * (1.0 - square * (1.0 / 6.0) * (1.0 - square * 0.05))
        slope = work[old, n + 1] + n * share * (work[old, n] - work[old, n + 1])
        lift = slope * sine
        over = (antenna + earth_radius * drop + lift) / (1.0 - drop - lift * bend)
        own = (ground * (1.0 - drop) - earth_radius * drop - antenna) / ((1.0 + ground * bend) * sine)
        work[new, n + 1] = own if own > slope else slope
        work[k, n + 1] = over if over > ground else ground


@kernel("void(f4[:, :], f4[:, :], f8, f8, f8, f8, b1, b1, f8[:, ::1])", entry=True)
def octant(land, lowest, up, across, antenna, earth_radius, turned, axis, work):
    """Fill ``lowest`` between the axis of rising rows from cell (0, 0), where the antenna stands, and the diagonal.

    land, lowest : views of the grids, m;  turned : rows of the view are columns of the grid; then the diagonal is left
    to others;  axis : whether the axis is filled or left to others;  work : [HORIZON + BLOCK, columns + 1]
    """
    rows, columns = land.shape
    for n in range(work.shape[1]):
        work[0, n] = BELOW_ALL
        work[1, n] = BELOW_ALL
    for begin in range(1, rows, BLOCK):
        count = min(BLOCK, rows - begin)
        for a in range(min(begin + count, columns) if turned else count):
            for b in range(count if turned else min(begin + a + 1, columns)):
                k, n = (b, a) if turned else (a, b)
                work[HORIZON + k, n + 1] = land[begin + k, n]
        for k in range(count):
            last = min(begin + k, columns - 1)
            ring(begin + k, up, across, antenna, earth_radius, last, HORIZON + k, (begin + k) % 2, work)
        first = 0 if axis else 1
        for a in range(first if turned else 0, min(begin + count, columns) if turned else count):
            for b in range(0 if turned else first, count if turned else min(begin + a + 1, columns)):
                k, n = (b, a) if turned else (a, b)
                if n < begin + k or (n == begin + k and not turned):
                    lowest[begin + k, n] = work[HORIZON + k, n + 1]


def lowest_over_grid(
    heights: NDArray[np.float32],
    row: int,
    column: int,
    cell: tuple[float, float],
    antenna: float,
    earth_radius: float,
    threads: int = 2,
) -> NDArray[np.float32]:
    """Lowest visible height (m above the sea) at every cell, float32 of the grid's shape; never below the ground.

    heights : m above the sea, (rows, columns), all finite;  row, column : of the cell on which the antenna stands;
    cell : size between rows and between columns, m;  antenna : its height above the sea, m;  earth_radius : effective,
    m;  threads : kernels release the interpreter, so up to eight work side by side.  The result is the same with any
    number.  Raises InputError for an antenna outside the grid or more than half a meter under the ground of its cell.
    """
    rows, columns = heights.shape
    if not (0 <= row < rows and 0 <= column < columns):
        reason = f"antenna at row {row}, column {column} of {rows} x {columns} cells"
        raise InputError("viewshed", reason, "Give a grid that holds the antenna.")
    ground = float(heights[row, column])
    if not antenna >= ground - 0.5:
        reason = f"antenna at {antenna:.1f} m above the sea is under the ground ({ground:.1f} m)"
        raise InputError("viewshed", reason, "Give ground height plus mast height.")
    grid = np.ascontiguousarray(heights, dtype=np.float32)
    lowest = np.empty_like(grid)
    lowest[row, column] = ground

    def fill(kind: tuple[bool, int, int]) -> None:
        turned, north, east = kind
        land, out = (each[row::north, column::east] for each in (grid, lowest))
        up, across = cell
        if turned:
            land, out, up, across = land.T, out.T, across, up
        work = np.empty((HORIZON + BLOCK, min(land.shape) + 2))
        octant(land, out, up, across, antenna, earth_radius, turned, (east if not turned else north) > 0, work)

    kinds = [(turned, north, east) for turned in (False, True) for north in (1, -1) for east in (1, -1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, kinds))
    return lowest
