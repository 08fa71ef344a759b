"""Maps across 180 degrees and about the poles: cut in files, whole in pictures."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from openiads.earth.geodesy import turned
from openiads.faces.draw import kit
from openiads.faces.draw.ground import Extent, graticule
from openiads.faces.geo import areas, kml, layers
from openiads.reach.maps import Map, square


def area(rings: list[list[list[float]]]) -> float:
    ring = np.array(rings[0])
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


@pytest.mark.parametrize("middle", [0.0, 20.0, 180.0, -180.0, 180.03, -179.9, 540.0])
def test_cells_across_180_are_cut_there_and_keep_their_area(middle: float) -> None:
    x, y = middle + np.linspace(-1.0, 1.0, 41), np.linspace(50.0, 51.0, 21)
    inside = (x[None, :] - middle) ** 2 + (y[:, None] - 50.5) ** 2 * 4.0 < 0.8
    found = areas.polygons(inside, x, y)
    alone = areas.polygons(inside, x - middle, y)
    lons = [point[0] for rings in found for ring in rings for point in ring]
    assert min(lons) >= -180.0 and max(lons) <= 180.0
    crosses = abs((middle % 360.0) - 180.0) < 0.9
    assert len(found) == (2 if crosses else 1)
    if crosses:
        assert max(lons) == 180.0 and min(lons) == -180.0
    assert all(area(rings) > 0.0 for rings in found), "outer rings run counterclockwise"
    assert sum(map(area, found)) == pytest.approx(sum(map(area, alone)), rel=0.01)


def test_a_hole_across_180_is_cut_too() -> None:
    x, y = np.linspace(179.0, 181.0, 41), np.linspace(-1.0, 1.0, 41)
    away = np.hypot(x[None, :] - 180.0, y[:, None])
    found = areas.polygons((away < 0.8) & (away > 0.3), x, y)
    assert sum(map(area, found)) == pytest.approx(math.pi * (0.8**2 - 0.3**2), rel=0.05)


def test_cells_that_stand_anywhere_are_cut_at_180() -> None:
    def place(x, y):
        return y / 100.0, (179.9 + x / 100.0 + 180.0) % 360.0 - 180.0

    across, along = np.linspace(-40.0, 40.0, 81), np.linspace(-20.0, 20.0, 41)
    found = areas.polygons(np.ones((41, 81), bool), across, along, place)
    lons = np.array([point[0] for rings in found for ring in rings for point in ring])
    assert np.abs(lons).max() <= 180.0
    for rings in found:
        ring = np.array(rings[0])
        assert np.ptp(ring[:, 0]) < 1.0
    assert len(found) == 2
    assert sum(map(area, found)) == pytest.approx(0.81 * 0.41, rel=0.03)


def test_a_table_of_cells_has_longitudes_within_180(tmp_path: Path) -> None:
    lats, lons = np.radians(np.linspace(-17.0, -16.0, 5)), np.radians(np.linspace(179.0, 181.0, 9))
    where = Map(lats, lons, np.zeros((5, 9), np.float32), np.ones((5, 9), bool))
    layers.write(layers.Layers("", where, (), (), {}), tmp_path / "cells.csv")
    with (tmp_path / "cells.csv").open(encoding="utf-8") as file:
        found = [float(row["longitude_deg"]) for row in csv.DictReader(file)]
    assert max(found) <= 180.0 and min(found) == pytest.approx(-179.75)
    assert len(found) == 45


def test_a_window_tells_places_as_its_own() -> None:
    window = Extent(-17.0, -16.0, 178.5, 181.5)
    assert window.turned(-179.0) == 181.0
    assert window.turned(179.0) == 179.0
    assert Extent(30.0, 31.0, 34.0, 36.0).turned(35.0) == 35.0


def test_longitudes_are_turned_only_where_they_are_far() -> None:
    lons = np.array([3.1, -3.1, 3.0])
    assert turned(lons, 3.1).tolist() == [3.1, pytest.approx(math.tau - 3.1), 3.0]
    near = np.array([0.6, 0.61])
    assert turned(near, 0.6).tolist() == near.tolist(), "bit for bit"


def test_a_square_map_ends_before_the_pole_and_goes_around_once() -> None:
    lats, lons = square((math.radians(88.0), 0.0), math.radians(4.0), 50)
    half = 0.5 * (lats[1] - lats[0])
    assert np.degrees(lats[-1] + half) == pytest.approx(89.9)
    assert np.degrees(lats[0] - half) == pytest.approx(84.0)
    assert lons[-1] - lons[0] <= math.tau + 1e-12
    lats, lons = square((0.6, 0.6), 0.01, 50)
    assert lats == pytest.approx(0.6 + 0.01 * np.linspace(-0.98, 0.98, 50), abs=1e-15), "centers of cells, rim to rim"


@pytest.mark.parametrize(("end", "pieces"), [(179.5, 1), (-179.5, 2)])
def test_a_line_of_kml_is_cut_at_180(end: float, pieces: int) -> None:
    mark = kml.placemark(kml.node(None, "kml"), "line")
    kml.line(mark, [(179.0, 69.0, 0.0), (end, 70.0, 1000.0)])
    found = [each.text or "" for each in mark.iter(f"{{{kml.KML}}}coordinates")]
    lons = [[float(spot.split(",")[0]) for spot in each.split()] for each in found]
    assert len(lons) == pieces
    assert [len(each) for each in lons] == [2] * pieces
    assert all(abs(a - b) <= 1.0 for a, b in lons)
    assert pieces == 1 or (lons[0][1], lons[1][0]) == (180.0, -180.0)


def test_meridians_at_the_edge_of_a_map_go_without_their_name() -> None:
    """A name in the middle of the rim would be cut by the picture's."""
    axes = kit.blank(3.0, 3.0).add_subplot()
    graticule(axes, Extent(68.0, 70.0, 178.0, 183.005))
    shown = {x: label.get_text() for x, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)}
    assert shown[179.0] == "179.0° E"
    assert shown[180.0] == "180°"
    assert shown[181.0] == "179.0° W"
    assert shown[178.0] == shown[183.0] == ""
