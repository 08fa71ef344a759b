"""Outlines of true cells as closed rings, sorted into polygons: on a map, and on a grid that closes upon itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Polygon = list[NDArray[np.float64]]  #: the outer ring and then its holes, each closed, (corners, 2)

LEAST_SHARE = 1e-6  # of the map: smaller rings are specks of single cells' corners


def area_of(ring: NDArray[Any]) -> float:
    """Signed area of a closed ring, in the unit of its coordinates squared; above 0 if it runs counterclockwise."""
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def on_grid(
    cells: NDArray[np.bool_], x: NDArray[Any], y: NDArray[Any], ends: tuple[float | None, float | None] = (None, None)
) -> list[Polygon]:
    """Polygons of true cells in the coordinates of their centers; specks of less than a millionth of the map are left
    out.  What reaches the edge of the map ends at the edge of its last cell.

    cells : (rows, columns);  x : of the columns, y : of the rows, rising evenly;  ends : where the first and the last
    column end, if not half a cell from their middle
    """
    from contourpy import FillType, contour_generator

    x, y = (np.concatenate([[2.0 * v[0] - v[1]], v, [2.0 * v[-1] - v[-2]]]) for v in (x, y))
    for at, beside, end in ((0, 1, ends[0]), (-1, -2, ends[1])):
        if end is not None:
            x[at] = 2.0 * end - x[beside]
    inside = np.pad(cells, 1).astype(float)
    made: Any = contour_generator(x, y, inside, fill_type=FillType.OuterOffset).filled(0.5, 2.0)
    speck = LEAST_SHARE * float((y[-1] - y[0]) * (x[-1] - x[0]))
    found = []
    for points, offsets in zip(*made, strict=True):
        rings = [points[a:b] for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
        if abs(area_of(rings[0])) > speck:
            found.append([ring for ring in rings if abs(area_of(ring)) > speck])
    return found


def loops(cells: NDArray[np.bool_], *, around: bool) -> list[NDArray[np.float64]]:
    """Closed lines between true and other cells, in rows and columns (corners, 2); outside the grid nothing is true.

    around : the row after the last is the first again, so that a line may leave at the one end and go on at the other
    """
    from contourpy import LineType, contour_generator

    rows = np.concatenate([cells, cells[:1]]) if around else np.pad(cells, ((1, 1), (0, 0)))
    values = np.pad(rows, ((0, 0), (1, 1))).astype(float)
    found: Any = contour_generator(z=values, line_type=LineType.Separate).lines(0.5)
    lines = [line[:, ::-1] - (0.0 if around else 1.0, 1.0) for line in found]
    last = float(len(cells))
    closed = [line for line in lines if np.array_equal(line[0], line[-1])]
    open_ends = {(line[0, 0], line[0, 1]): line for line in lines if not np.array_equal(line[0], line[-1])}
    while open_ends:
        start, line = open_ends.popitem()
        parts = [line]
        while (goes_on := (last - parts[-1][-1, 0], parts[-1][-1, 1])) != start:
            parts.append(open_ends.pop(goes_on))
        ring = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
        closed.append(np.column_stack([ring[:, 0] % last, ring[:, 1]]))
    return closed


def cut(rings: list[NDArray[np.float64]], edge: float, *, east: bool) -> list[NDArray[np.float64]]:
    """The parts of closed rings on one side of a meridian, closed along it.

    rings : of whole polygons, outer ones counterclockwise and holes clockwise, (corners, 2);  edge : its x
    """
    kept: list[NDArray[np.float64]] = []
    chains: list[NDArray[np.float64]] = []
    for ring in rings:
        corners = ring[:-1]
        inside = corners[:, 0] >= edge if east else corners[:, 0] < edge
        if inside.all():
            kept.append(ring)
        elif inside.any():
            first = int(np.flatnonzero(inside & ~np.roll(inside, 1))[0])  # where it comes in
            corners, inside = np.roll(corners, -first, axis=0), np.roll(inside, -first)
            comes = np.flatnonzero(inside & ~np.roll(inside, 1))
            leaves = np.flatnonzero(inside & ~np.roll(inside, -1))
            for a, b in zip(comes, leaves, strict=True):
                ends = (
                    _crossing(corners[a - 1], corners[a], edge),
                    _crossing(corners[b], corners[(b + 1) % len(corners)], edge),
                )
                chains.append(np.vstack([ends[0], corners[a : b + 1], ends[1]]))
    return [*kept, *_joined(chains)]


def _crossing(a: NDArray[np.float64], b: NDArray[np.float64], edge: float) -> NDArray[np.float64]:
    share = (edge - a[0]) / (b[0] - a[0])
    return np.array([edge, a[1] + share * (b[1] - a[1])])


def _joined(chains: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Chains that begin and end on one meridian as closed rings: neighbors along it belong together."""
    ends = sorted((float(chain[k, 1]), n, k) for n, chain in enumerate(chains) for k in (0, -1))
    partner = {}
    for one, other in zip(ends[::2], ends[1::2], strict=True):
        partner[one[1:]], partner[other[1:]] = other[1:], one[1:]
    found, left = [], set(range(len(chains)))
    while left:
        first = n = min(left)
        parts = []
        while n in left:
            left.remove(n)
            parts.append(chains[n])
            n, end = partner[n, -1]
            if end == -1:  # rings of one turn come in where others leave; anything else is no polygon
                break
        if n == first or len(parts) > 1:
            found.append(np.vstack([*parts, parts[0][:1]]))
        else:
            found.append(np.vstack([parts[0], parts[0][:1]]))
    return found


def nested(rings: list[NDArray[np.float64]], speck: float = 0.0) -> list[Polygon]:
    """Closed rings that do not cross, sorted into polygons: outer rings counterclockwise, holes clockwise.

    speck : rings of no more area are left out
    """
    kept = sorted((ring for ring in rings if abs(area_of(ring)) > speck), key=lambda ring: -abs(area_of(ring)))
    found: dict[int, Polygon] = {}
    for n, ring in enumerate(kept):
        about = [k for k in range(n) if _holds(kept[k], ring)]
        outer = len(about) % 2 == 0
        turned = ring if (area_of(ring) > 0.0) == outer else ring[::-1]
        if outer:
            found[n] = [turned]
        else:
            found[about[-1]].append(turned)  # of the smallest ring about it
    return list(found.values())


def _holds(ring: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether most of some corners of another ring lie in this one."""
    x, y = other[:: max(len(other) // 9, 1)].T[:, :, None]
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    crossed = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = x0 + (y - y0) / (y1 - y0) * (x1 - x0) > x
    return float(((crossed & right).sum(axis=1) % 2).mean()) > 0.5
