"""Coverage outlines: horizon, terrain, radar equation and sector bound what a radar sees."""

from __future__ import annotations

import math

import numpy as np
import pytest

import openiads as oi
from openiads.earth.shapes import flat, ridge
from openiads.earth.sight import horizon_range, mask_table
from openiads.earth.terrain import Terrain
from openiads.physics.detection import detection_table
from openiads.reach import looks, outline
from openiads.world.elements import RADAR

LAT, LON = math.radians(34.9), math.radians(35.9)


def arena(terrain: Terrain, mast: float = 20.0) -> tuple[np.ndarray, int, int]:
    """A detection table and a mask table laid end to end: the arena and where each begins."""
    detect = np.asarray(detection_table(10, 1e-6), dtype=float)
    mask = mask_table(terrain, LAT, LON, float(terrain.height(LAT, LON)) + mast, max_range=300e3, azimuths=72)
    return np.concatenate([detect, mask]), 0, len(detect)


def radar(tables: tuple[np.ndarray, int, int], **fields: float) -> np.ndarray:
    row = np.zeros((), RADAR)
    row["height"], row["emitting"], row["range_max"], row["reference_snr"] = 20.0, 1, 300e3, 1e4
    row["pd_table"], row["mask_table"] = tables[1], tables[2]
    for name, value in fields.items():
        row[name] = value
    return row


@pytest.fixture(scope="module")
def sea() -> tuple[np.ndarray, int, int]:
    return arena(flat())


def test_low_target_is_seen_to_the_horizon_and_no_farther(sea: tuple[np.ndarray, int, int]) -> None:
    _, ranges = outline.outline(radar(sea), sea[0], 100.0, 1.0, 0.5)
    wanted = horizon_range(20.0, 100.0, 6371008.8 * 4.0 / 3.0)
    assert ranges == pytest.approx(np.full(len(ranges), wanted), rel=0.01)


def test_high_target_is_seen_as_far_as_the_radar_equation_says(sea: tuple[np.ndarray, int, int]) -> None:
    weak = radar(sea, reference_snr=10.0)
    _, ranges = outline.outline(weak, sea[0], 10_000.0, 1.0, 0.5)
    needed = looks.required_snr(sea[0], sea[1], 0.5)
    slant = 100e3 * (10.0 / needed) ** 0.25
    assert ranges[0] == pytest.approx(math.sqrt(slant**2 - 9980.0**2), rel=1e-6)
    assert looks.look_probability(sea[0], sea[1], needed) == pytest.approx(0.5, abs=1e-6)


def test_fluctuation_agrees_with_the_closed_form_of_one_pulse() -> None:
    table = np.asarray(detection_table(1, 1e-6), dtype=float)
    for snr in (10.0, 30.0, 100.0):
        assert looks.look_probability(table, 0, snr) == pytest.approx(1e-6 ** (1.0 / (1.0 + snr)), abs=0.01)


def test_sixteen_times_the_cross_section_doubles_the_slant_range() -> None:
    assert outline.noise_limited_range(10.0, 5.0, 16.0) == pytest.approx(
        2.0 * outline.noise_limited_range(10.0, 5.0, 1.0)
    )
    assert outline.noise_limited_range(10.0, 5.0, 0.0) == 0.0


def test_more_certain_detection_never_reaches_farther(sea: tuple[np.ndarray, int, int]) -> None:
    weak = radar(sea, reference_snr=10.0)
    reach = [float(outline.outline(weak, sea[0], 8000.0, 1.0, p)[1][0]) for p in (0.1, 0.5, 0.9)]
    assert reach[0] > reach[1] > reach[2] > 0.0


def test_instrumented_range_caps_everything(sea: tuple[np.ndarray, int, int]) -> None:
    _, ranges = outline.outline(radar(sea, range_max=50e3, reference_snr=1e9), sea[0], 10_000.0, 1.0, 0.5)
    assert ranges == pytest.approx(np.full(len(ranges), math.sqrt(50e3**2 - 9980.0**2)), rel=1e-9)


def test_ridge_shortens_the_view_behind_it_only() -> None:
    tables = arena(ridge(LAT, LON, math.radians(90.0), 20e3, 1500.0, width=4000.0))
    azimuths, ranges = outline.outline(radar(tables), tables[0], 1000.0, 1.0, 0.5)
    east = ranges[np.argmin(np.abs(azimuths - math.pi / 2))]
    west = ranges[np.argmin(np.abs(azimuths - 3 * math.pi / 2))]
    assert east < 20e3
    assert west > 100e3


def test_phased_array_sees_its_sector_only_and_less_at_its_edge(sea: tuple[np.ndarray, int, int]) -> None:
    face = radar(sea, phased=1, boresight=0.0, search_half=math.radians(60.0), boresight_loss=1.5, reference_snr=10.0)
    azimuths, ranges = outline.outline(face, sea[0], 5000.0, 1.0, 0.5)
    off = np.abs(np.remainder(azimuths + math.pi, 2 * math.pi) - math.pi)
    assert np.all(ranges[off > math.radians(60.5)] == 0.0)
    assert ranges[0] > ranges[np.argmin(np.abs(off - math.radians(55.0)))] > 0.0


def test_radar_that_is_off_sees_nothing(sea: tuple[np.ndarray, int, int]) -> None:
    assert not outline.outline(radar(sea, emitting=0), sea[0], 5000.0, 1.0, 0.5)[1].any()


def test_range_falls_as_the_fourth_root_of_the_signal_needed_and_has_no_end_where_none_is_needed() -> None:
    needed = [*np.geomspace(1e-12, 1e12, 49), math.inf]
    ranges = [outline.noise_limited_range(50.0, float(snr), 1.0) for snr in needed]
    assert np.all(np.diff(ranges) < 0.0)
    assert [r * snr**0.25 for r, snr in zip(ranges[:-1], needed[:-1], strict=True)] == pytest.approx(
        [100e3 * 50.0**0.25] * 49
    )
    assert ranges[-1] == 0.0
    assert outline.noise_limited_range(50.0, 0.0, 1.0) == math.inf
    assert outline.noise_limited_range(0.0, 0.0, 1.0) == outline.noise_limited_range(50.0, 0.0, 0.0) == 0.0


def test_a_radar_that_needs_no_signal_covers_the_disc_of_its_own_greatest_range() -> None:
    """The radars of one_on_one see whatever is in view: over flat ground, to 100 km, all of it at 3 km."""
    answer = oi.coverage("one_on_one", heights=["3 km"], radars=["64n6e2"], cells=60)
    (row,) = [row for row in answer.table().to_pylist() if row["radar"] == "Guard/64n6e2"]
    area = next(value for name, value in row.items() if name.startswith("detected"))
    assert area == pytest.approx(math.pi * 100.0**2, rel=0.02)
