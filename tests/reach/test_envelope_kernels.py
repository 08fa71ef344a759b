"""The kernels of the envelope against closed forms: horizon and signal of a look, and the time to spare of a round."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.earth.geodesy import enu_axes
from openiads.earth.shapes import flat
from openiads.earth.sight import horizon_range, mask_table
from openiads.physics.detection import detection_table
from openiads.reach.envelope import spare_times
from openiads.reach.hold import NOBODY_JAMS, see
from openiads.reach.looks import required_snr
from openiads.reach.straight import Paths, ecef, inbound
from openiads.world.elements import RADAR

pytestmark = pytest.mark.kernels

HOME = (math.radians(35.0), math.radians(36.0))
RADIUS = 6371000.0 * 4.0 / 3.0
NORTH_EAST = np.array([0.3, 1.1])

NO_LIMITS = (0.0, math.inf, -math.inf, math.inf)  # least and greatest distance and height, m


def radar(tables: np.ndarray, mask: int, **fields: float) -> np.ndarray:
    row = np.zeros(1, RADAR)[0]
    row["height"], row["range_max"], row["reference_snr"] = 20.0, 300e3, 1e6
    row["position"] = ecef(np.array(HOME[0]), np.array(HOME[1]), np.array(20.0))
    row["axes"] = np.array(enu_axes(*HOME)).reshape(3, 3)
    row["elevation_low"], row["elevation_high"] = -0.1, 1.5
    row["track_low"], row["track_high"], row["track_half"], row["search_half"] = -0.1, 1.5, math.pi, math.pi
    row["mask_table"], row["edge_table"], row["attenuation_table"] = mask, -1, -1
    for name, value in fields.items():
        row[name] = value
    return row


def looked(paths: Paths, faces: np.ndarray | None = None, needed: float = 1.0, **fields: float) -> np.ndarray:
    detect = np.asarray(detection_table(10, 1e-6), dtype=float)
    mask = mask_table(flat(), *HOME, 20.0, max_range=300e3, azimuths=36)
    tables = np.concatenate([detect, mask])
    seen = np.zeros(paths.free.shape, bool)
    row = radar(tables, len(detect), **fields)
    laid = np.zeros(len(paths.at)) if faces is None else faces
    see(
        tables,
        row,
        NOBODY_JAMS,
        RADIUS,
        0.3,
        paths.at,
        paths.velocity,
        np.ones((3, 3)),
        needed,
        faces is None,
        laid,
        seen,
    )
    return seen


def test_a_low_target_is_seen_from_the_horizon_on() -> None:
    paths = inbound(flat(), HOME, 250.0, 100.0, 80e3, azimuths=NORTH_EAST, step=500.0)
    seen = looked(paths)
    wanted = horizon_range(20.0, 100.0, RADIUS)
    for row in seen:
        assert float(paths.along[int(np.argmax(row))]) == pytest.approx(wanted, rel=0.02)
        assert row[int(np.argmax(row)) :].all()


def test_a_weak_signal_and_a_sector_end_the_view() -> None:
    paths = inbound(flat(), HOME, 250.0, 5000.0, 200e3, azimuths=NORTH_EAST, step=1000.0)
    needed = required_snr(np.asarray(detection_table(10, 1e-6), dtype=float), 0, 0.5)
    seen = looked(paths, needed=needed, reference_snr=2.0)
    slant = 100e3 * (2.0 / needed) ** 0.25
    assert float((paths.along * seen[0]).max()) == pytest.approx(math.sqrt(slant**2 - 4980.0**2), abs=1500.0)
    laid = looked(paths, faces=np.array([0.3, 2.0]), track_half=0.5)
    assert laid[0].any() and not laid[1].any()


def test_a_target_too_slow_toward_the_radar_is_not_seen() -> None:
    paths = inbound(flat(), HOME, 250.0, 3000.0, 100e3, azimuths=NORTH_EAST, step=1000.0)
    assert looked(paths, least_radial_speed=200.0)[:, 20:70].all()
    assert not looked(paths, least_radial_speed=260.0).any()


def test_the_time_to_spare_is_that_of_a_round_of_constant_speed() -> None:
    ranges, heights, step = 21, 3, 5000.0
    table = np.zeros(4 + ranges * heights * 3)
    table[:4] = ranges, heights, step, 10_000.0
    for i in range(ranges):
        for j in range(heights):
            table[4 + (i * heights + j) * 3 :][:3] = i * step / 1000.0, 900.0, 100.0  # 1000 m/s along the ground
    paths = inbound(flat(), HOME, 250.0, 4000.0, 120e3, azimuths=NORTH_EAST, step=1000.0)
    launcher = ecef(np.array(HOME[0]), np.array(HOME[1]), np.array(0.0))
    spare = np.full(paths.free.shape, -math.inf)
    after = np.broadcast_to(paths.times, spare.shape).copy()
    spare_times(table, 0, launcher, paths.at, after, 9.80665, 400.0, np.array(NO_LIMITS), spare)
    inside = paths.along < 99e3
    wanted = paths.times - paths.along / 1000.0
    assert spare[0][inside] == pytest.approx(wanted[inside], abs=0.3)
    assert (spare[0][~inside & (paths.along > 101e3)] == -math.inf).all()
    late = np.full(paths.free.shape, -math.inf)
    spare_times(table, 0, launcher, paths.at, after - 1e4, 9.80665, 400.0, np.array(NO_LIMITS), late)
    assert (late == -math.inf).all()
    weak = np.full(paths.free.shape, -math.inf)
    spare_times(table, 0, launcher, paths.at, after, 34.0, 400.0, np.array(NO_LIMITS), weak)
    assert (weak == -math.inf).all()  # three times 34 is more than the 100 that are there
