"""Outlines of cells: as large as the cells, closed, sorted into polygons with holes, also on a grid around a place."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.faces.geo.outlines import area_of, loops, nested, on_grid

ROWS, COLUMNS = 72, 40  # azimuths and ranges


def plane(ring: np.ndarray) -> np.ndarray:
    """A ring of (azimuth, range) indices as east and north; cell j reaches from j to j + 1."""
    turn, away = ring[:, 0] * (math.tau / ROWS), ring[:, 1] + 0.5
    return np.column_stack([away * np.sin(turn), away * np.cos(turn)])


def area(cells: np.ndarray) -> float:
    return float((cells * (np.arange(COLUMNS) + 0.5)).sum() * math.tau / ROWS)


def polygons(cells: np.ndarray) -> list[list[np.ndarray]]:
    return nested([plane(ring) for ring in loops(cells, around=True)], 1e-6)


def blank() -> np.ndarray:
    return np.zeros((ROWS, COLUMNS), bool)


def test_a_full_disk_has_no_hole_and_a_ring_has_one() -> None:
    disk, ring = blank(), blank()
    disk[:, :30], ring[:, 10:30] = True, True
    assert [len(each) for each in polygons(disk)] == [1]
    assert [len(each) for each in polygons(ring)] == [2]
    for cells in (disk, ring):
        assert sum(area_of(each) for each in polygons(cells)[0]) == pytest.approx(area(cells), rel=0.002)


def test_a_sector_across_the_seam_is_one_polygon_like_any_other() -> None:
    sector = blank()
    sector[20:30, 10:25] = True
    for shift in (0, -25, 45):  # the latter two lie across the first row
        (found,) = polygons(np.roll(sector, shift, axis=0))
        assert len(found) == 1
        assert np.array_equal(found[0][0], found[0][-1])
        assert area_of(found[0]) == pytest.approx(area(sector), rel=0.01)


def test_rings_within_rings_are_polygons_of_their_own() -> None:
    cells = blank()
    cells[:, 4:8], cells[:, 20:30], cells[30:40, 24:26] = True, True, False
    found = sorted(polygons(cells), key=lambda each: -area_of(each[0]))
    assert [len(each) for each in found] == [3, 2]  # the outer ring with its middle and a hole, and the inner ring
    assert sum(area_of(ring) for each in found for ring in each) == pytest.approx(area(cells), rel=0.01)


def test_random_shapes_keep_their_area_and_close() -> None:
    draws = np.random.default_rng(3)
    turn, away = np.arange(ROWS)[:, None] * (math.tau / ROWS), np.arange(COLUMNS)[None, :] / COLUMNS
    for _ in range(20):
        waves = sum(
            draws.normal() * np.cos(k * turn + m * away + draws.uniform(0.0, math.tau))
            for k in range(4)
            for m in range(6)
        )
        cells = waves > 0.0
        found = polygons(cells)
        assert all(np.array_equal(ring[0], ring[-1]) for each in found for ring in each)
        assert all(area_of(each[0]) > 0.0 and all(area_of(hole) < 0.0 for hole in each[1:]) for each in found)
        assert sum(area_of(ring) for each in found for ring in each) == pytest.approx(area(cells), rel=0.02)


def test_what_fills_a_map_ends_at_the_edges_of_its_cells() -> None:
    x, y = np.linspace(35.0, 36.0, 11), np.linspace(34.0, 34.5, 6)
    ((ring,),) = on_grid(np.ones((6, 11), bool), x, y)
    assert area_of(ring) == pytest.approx(1.1 * 0.6, rel=0.01)
    assert ring[:, 0].min() == pytest.approx(34.95) and ring[:, 1].max() == pytest.approx(34.55)
