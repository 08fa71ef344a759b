"""What radars receive and report: one row layout for plots, jammers, and a radar's cells of looks and jamming.

Units and marks are as in ``world.layout``.
"""

from __future__ import annotations

import numpy as np

#: One row per plot on its way from a radar to its post.
PLOT = np.dtype(
    [
        ("arrives", "f8"),
        ("time", "f8"),
        ("radar", "i8"),
        ("post", "i8"),
        ("flight", "i8"),  # truth, for scoring only; -1 a false alarm
        ("position", "f8", (3,)),  # measured, ECEF
        ("range", "f8"),
        ("sigma_range", "f8"),
        ("sigma_azimuth", "f8"),
        ("sigma_elevation", "f8"),
        ("radial_speed", "f8"),  # measured, m/s, away from the radar
        ("revisit", "f8"),  # s until the radar looks there again, as it searches
        ("speed_error", "f8"),  # m/s, further deviation of the radial speed: a crossing of strobes has none measured
        ("late", "f8"),  # s, by which it may be older than the track that takes it; 0: the model's
        ("swerve", "f8"),  # m/s2, that its target is allowed since
        ("origin", "f8", (3,)),  # where its radar was, ECEF
    ],
    align=True,
)


#: One row per noise jammer, fixed but for the last two fields.
JAMMER = np.dtype(
    [
        ("flight", "i8"),  # that carries it
        ("erp", "f8", (3,)),  # W, by band (S, C, X); 0: it does not cover the band
        ("bandwidth", "f8"),  # Hz
        ("begins", "f8"),  # s, it radiates from then on and
        ("ends", "f8"),  # until then
        ("faces", "i8"),  # codes.JammerFaces
        ("sector", "f8"),  # rad, half the sector of its whole power
        ("outside", "f8"),  # what of it is left outside the sector, ratio
        ("on", "i8"),  # 1: it radiates, and that is logged
        ("due", "f8"),  # s, when it begins or ceases to; inf: never
    ],
    align=True,
)

#: One cell per radar and jammer: what the radar receives of it, and the last bearing taken of it.
SPOKE = np.dtype(
    [
        ("time", "f8"),  # s, of the next three
        ("ratio", "f8"),  # jamming over noise with the beam on it
        ("beam", "f8"),  # scratch: gain of the beam of the look in hand toward it, over that on its axis
        ("azimuth", "f8"),
        ("elevation", "f8"),
        ("strobe_at", "f8"),  # s, of the last strobe; -inf: none
        ("strobe_arrives", "f8"),  # s, when its post has it
        ("strobe_azimuth", "f8"),  # as measured
        ("strobe_elevation", "f8"),
        ("strobe_sigma", "f8", (2,)),  # rad, deviations in azimuth and elevation
        ("told", "i8"),  # 1: the strobe is logged, until the radar sees the flight itself
    ],
    align=True,
)

#: One cell per radar and flight.
LOOK = np.dtype(
    [
        ("due", "f8"),  # s, of the next look
        ("detected", "i4"),  # 1: ever
        ("code", "i4"),  # codes.Look of the last one
        ("through", "f8"),  # m, distance at which one that was jammed would burn through, as then
        ("alike", "f8"),  # s, until which looks surely come out as the last one did (``sensing.alike_for``)
    ],
    align=True,
)
