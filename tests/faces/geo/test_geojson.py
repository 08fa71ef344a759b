"""The rules of RFC 7946 on lines and rings; what is written of runs and maps is read by an independent library."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from openiads.faces.geo import geojson


def area(ring: Sequence[Sequence[float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2.0


def test_the_pieces_of_a_cut_ring_are_the_whole() -> None:
    ring = [(179.0, 10.0, 0.0), (-179.0, 10.0, 0.0), (-179.0, 12.0, 0.0), (179.0, 12.0, 0.0)]
    cut = geojson.polygon(ring)["coordinates"]
    assert [area(piece[0]) for piece in cut] == [pytest.approx(2.0), pytest.approx(2.0)]
    moved = [(x - 179.0 if x > 0 else x + 181.0, y, z) for x, y, z in ring]
    assert area(geojson.polygon(moved)["coordinates"][0]) == pytest.approx(4.0)


def test_a_ring_given_clockwise_is_turned() -> None:
    ring = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    (turned,) = geojson.polygon(ring)["coordinates"]
    assert area(turned) == pytest.approx(1.0)
    assert turned[0] == turned[-1]


def test_a_line_that_begins_on_the_antimeridian_is_not_doubled() -> None:
    made = geojson.line([(180.0, 0.0, 1.0), (-179.0, 0.0, 1.0)])
    assert made == {"type": "LineString", "coordinates": [[-180.0, 0.0, 1.0], [-179.0, 0.0, 1.0]]}
