"""What a radar sees: the farthest ground range at which a target of one height is detected, azimuth by azimuth.

One look at a target that fluctuates from look to look (Swerling 1), without clutter or attenuation: the detection
table, the mask table and the range limits are those that the engine itself uses.  A rotating radar looks all round; a
phased array is drawn over the sector in which it can search, zero elsewhere.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from openiads.earth.sight import lowest_visible
from openiads.physics.detection import scan_gain
from openiads.reach.looks import required_snr

if TYPE_CHECKING:
    from openiads.world.build import World

#: Range at which a radar's reference ratio holds, m (``world.layout.RADAR``).
REFERENCE_RANGE = 100e3
#: Steps of the search along an azimuth and around the circle.
RANGE_STEP, AZIMUTHS = 500.0, 240


def noise_limited_range(reference_snr: float, snr: float, rcs: float) -> float:
    """Slant range (m) at which a target of ``rcs`` (m2) gives a ratio, from the ratio of 1 m2 at 100 km.

    Infinite where no signal is needed, as by a radar that sees whatever is in view: its greatest range is the limit.
    """
    if rcs <= 0.0 or reference_snr <= 0.0 or not math.isfinite(snr):
        return 0.0
    if snr <= 0.0:
        return math.inf
    return float(REFERENCE_RANGE * (reference_snr * rcs / snr) ** 0.25)


def masked_range(tables: np.ndarray, at: int, azimuth: float, height: float, limit: float) -> float:
    """Farthest ground range (m), at most ``limit``, at which a target of one height above the sea is in sight.

    The elevation of a target of constant height falls with range and the mask's never does, so there is one such range.
    """

    def seen(ground_range: float) -> bool:
        return bool(lowest_visible(tables, at, azimuth, ground_range) <= height)

    if seen(limit):
        return limit
    steps = max(1, math.ceil(limit / RANGE_STEP))
    near = 0.0
    for k in range(1, steps + 1):
        far = limit * k / steps
        if not seen(far):
            break
        near = far
    for _ in range(20):
        middle = 0.5 * (near + far)
        near, far = (middle, far) if seen(middle) else (near, middle)
    return near


def outline(
    radar: np.void, tables: np.ndarray, height: float, rcs: float, probability: float, azimuths: int = AZIMUTHS
) -> tuple[np.ndarray, np.ndarray]:
    """Azimuths (rad, from north over east) and ground ranges (m) of a radar's coverage.

    radar : one row of ``world.layout.RADAR``;  tables : the world's arena
    height : of the target above the sea, m;  rcs : m2;  probability : of detection in one look
    """
    around = np.arange(azimuths) * (2.0 * math.pi / azimuths)
    ranges = np.zeros(azimuths)
    if not radar["emitting"]:
        return around, ranges
    snr = required_snr(tables, int(radar["pd_table"]), probability)
    above = abs(height - float(radar["height"]))
    phased = bool(radar["phased"])
    for k, azimuth in enumerate(around):
        off = math.remainder(azimuth - float(radar["boresight"]), 2.0 * math.pi) if phased else 0.0
        if phased and abs(off) > float(radar["search_half"]):
            continue
        gain = scan_gain(math.cos(off), float(radar["boresight_loss"])) if phased else 1.0
        slant = min(
            noise_limited_range(float(radar["reference_snr"]), snr, rcs * gain * gain), float(radar["range_max"])
        )
        if slant > above:
            ranges[k] = masked_range(
                tables, int(radar["mask_table"]), float(azimuth), height, math.sqrt(slant * slant - above * above)
            )
    return around, ranges


def detection_outline(
    world: World, radar_row: int, height: float, rcs: float, probability: float
) -> tuple[np.ndarray, np.ndarray]:
    """``outline`` of one radar of a built world: azimuths (rad) and ground ranges (m)."""
    return outline(world.rows["radars"][radar_row], world.tables, height, rcs, probability)


def horizon(radar: np.void, tables: np.ndarray, azimuths: int = 360) -> np.ndarray:
    """Elevation (rad, of the ray at the antenna) below which ground or sea hide, by azimuth from north over east.

    radar : one row of ``world.layout.RADAR``;  tables : the world's arena.  It is the slope of the lowest line of
    sight at the far end of the mask; on a ship, where that is at the start.
    """
    at = int(radar["mask_table"])
    far, radius, antenna = (tables[at + 1] - 1) * tables[at + 2], tables[at + 3], tables[at + 4]
    around = np.arange(azimuths) * (2.0 * math.pi / azimuths)
    lowest = np.array([lowest_visible(tables, at, float(azimuth), float(far)) for azimuth in around])
    angle = far / radius
    return np.arctan2((radius + lowest) * math.cos(angle) - radius - antenna, (radius + lowest) * math.sin(angle))
