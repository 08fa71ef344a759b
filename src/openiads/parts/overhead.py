"""What differs for a sensor that moves or looks down: its line of sight over the ground, the surface in its cells."""

from __future__ import annotations

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.earth.overhead import lowest_from
from openiads.earth.sight import horizon_arc, horizon_height, lowest_visible
from openiads.physics.motion import local_up
from openiads.physics.propagation import clutter_section, look_down

CLEAR = 0.999  # of the sum of two horizons over the highest ground, within which a line of sight clears it


@kernel("f8(f8[::1], Radar, f8, f8, f8, f8, f8)")
def lowest_seen(tables, radar, azimuth, ground, x, y, z):
    """Lowest visible height (m) over the place of an ECEF point: from the mask of a place, or over the relief of a way.

    azimuth, ground : of the point from the radar, rad and m along the sea.  Where the line of sight to the point clears
    the highest ground of the way, it is the smooth earth's: the ground between is not walked.
    """
    if radar["early"] == 0 or radar["relief_table"] < 0:
        return lowest_visible(tables, radar["mask_table"], azimuth, ground)
    ux, uy, uz, height = local_up(x, y, z)
    radius, top = tables[radar["relief_table"] + 2], tables[radar["relief_table"] + 3]
    if min(height, radar["height"]) > top:
        over = radius + top
        if ground < CLEAR * (horizon_arc(radar["height"] - top, over) + horizon_arc(height - top, over)):
            return horizon_height(radar["height"], ground, radius)
    return lowest_from(tables, radar["relief_table"], radar["axes"], radar["height"], ux, uy, uz, ground)


@kernel("f8(Radar, f8, f8, f8, f8)")
def surface_section(radar, earth_radius, distance, ground, height):
    """Cross-section (m2) of the surface in a target's range cell that is left after Doppler processing.

    earth_radius : effective, m;  distance, ground : slant range, and range along the sea, m;  height : of the target, m
    """
    base = radar["clutter_base"]
    per_meter, along, antenna = radar["clutter_section"], ground, radar["height"] - base
    if radar["elevated"] == 1:
        along = distance
        per_meter *= look_down(distance, antenna, radar["resolution"], radar["beam_elevation"], earth_radius)
    return clutter_section(per_meter, along, height - base, antenna, radar["beam_elevation"], earth_radius)
