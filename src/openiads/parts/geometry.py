"""Where a point lies as seen from a place, and what a masking edge leaves of a signal on its way there."""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.earth.sight import ground_range, lowest_visible
from openiads.physics.propagation import fresnel_parameter, knife_edge_loss

TWO_PI = 2.0 * math.pi
MEAN_RADIUS = 6371000.0
CLEARED = 0.65  # squared diffraction parameter beyond which an edge that lies below leaves all, with a margin


@kernel("f8(f8, f8)")
def angle_between(first, second):
    """Difference first - second of two angles, wrapped to [-pi, pi)."""
    turn = first - second + math.pi
    return turn - TWO_PI * math.floor(turn / TWO_PI) - math.pi


@kernel("tuple_of(f8, f8, f8, f8)(f8[::1], f8[:, ::1], f8, f8, f8)")
def bearing(position, axes, x, y, z):
    """(distance, azimuth, elevation, ground range) of an ECEF point from a place with local axes; m and rad.

    Ground range is along a sphere of the mean radius; azimuth from north through east in [0, 2 pi).
    """
    dx = x - position[0]
    dy = y - position[1]
    dz = z - position[2]
    east = dx * axes[0, 0] + dy * axes[0, 1] + dz * axes[0, 2]
    north = dx * axes[1, 0] + dy * axes[1, 1] + dz * axes[1, 2]
    up = dx * axes[2, 0] + dy * axes[2, 1] + dz * axes[2, 2]
    flat = math.sqrt(east * east + north * north)
    azimuth = math.atan2(east, north)
    if azimuth < 0.0:
        azimuth += TWO_PI
    ground = ground_range(0.0, east, north, up, MEAN_RADIUS)
    return math.sqrt(flat * flat + up * up), azimuth, math.atan2(up, flat), ground


@kernel("tuple_of(f8, f8)(f8[::1], f8[:, ::1], f8, f8, f8)")
def polar(position, axes, x, y, z):
    """Distance and azimuth of ``bearing`` alone."""
    dx = x - position[0]
    dy = y - position[1]
    dz = z - position[2]
    east = dx * axes[0, 0] + dy * axes[0, 1] + dz * axes[0, 2]
    north = dx * axes[1, 0] + dy * axes[1, 1] + dz * axes[1, 2]
    up = dx * axes[2, 0] + dy * axes[2, 1] + dz * axes[2, 2]
    flat = math.sqrt(east * east + north * north)
    azimuth = math.atan2(east, north)
    return math.sqrt(flat * flat + up * up), azimuth + TWO_PI if azimuth < 0.0 else azimuth


@kernel("f8(f8[::1], f8[:, ::1], f8, f8, f8)")
def azimuth_of(position, axes, x, y, z):
    """The azimuth of ``bearing`` alone, in [0, 2 pi)."""
    dx = x - position[0]
    dy = y - position[1]
    dz = z - position[2]
    east = dx * axes[0, 0] + dy * axes[0, 1] + dz * axes[0, 2]
    north = dx * axes[1, 0] + dy * axes[1, 1] + dz * axes[1, 2]
    azimuth = math.atan2(east, north)
    return azimuth + TWO_PI if azimuth < 0.0 else azimuth


@kernel("f8(f8[::1], Radar, f8, f8, f8)")
def edge_factor(tables, radar, azimuth, ground, below):
    """Two-way power factor of the masking edge for a target ``below`` m under (negative: over) the lowest visible
    height.

    The height of the edge over the line of sight goes with the share of the way that the edge lies at.  Beyond the last
    range of the table the edge is that of the last range, over which the lowest ray goes on.
    """
    at = radar["edge_table"]
    near = lowest_visible(tables, at, azimuth, min(ground, (tables[at + 1] - 1.0) * tables[at + 2]))
    far = ground - near
    if near < 1.0 or far < 1.0:
        return 1.0 if below <= 0.0 else 0.0
    if below < 0.0 and 2.0 * near * below * below > CLEARED * radar["wavelength"] * ground * far:
        return 1.0
    loss = knife_edge_loss(fresnel_parameter(below * near / ground, near, far, radar["wavelength"]))
    return loss * loss
