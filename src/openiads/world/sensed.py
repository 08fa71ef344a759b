"""What radars receive and report and posts make of it: row layouts for plots, tracks, jammers, and a radar's cells.

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

#: One row per track, the post's fused ones and the engagement radars' own.
TRACK = np.dtype(
    [
        ("serial", "i8"),
        ("state", "i8"),  # 0 free, 1 one plot, 2 tentative with velocity, 3 confirmed
        # what every plot asks of every track lies together
        ("time", "f8"),
        ("spread", "f8", (2,)),  # traces of the covariance of position, m2, and of velocity, m2/s2
        ("noise", "f8"),  # m2/s3, of the filter of flight, as the innovations ask
        ("both", "i8"),  # 1: the other hypothesis is filtered beside, in ``other_x`` and ``other_p``
        ("radar", "i8"),  # that started it
        ("x", "f8", (7,)),  # position, velocity (ECEF), log ballistic coefficient
        ("owner", "i8"),  # -1 the post, else the row of the engagement radar
        ("post", "i8"),
        ("time_to_asset", "f8"),
        ("dealt", "i8"),  # scratch of the post's cycle
        ("worth", "f8"),  # value at risk, in cruise missiles at an asset of value 1
        ("urgency", "f8"),  # order in which the post deals with tracks, greatest first
        ("rests_until", "f8"),  # s, its fire rule has held too long and is not asked before
        ("left_to", "i8"),  # bit of the row of a unit of point defense that it is, or was, left to; 0: none
        ("left_until", "f8"),  # s, until when that unit should have begun with it, or come to an end
        ("taken_back", "i8"),  # codes.TakenBack
        ("had", "i8"),  # bits of units of point defense whose fire rule has given it all that it gives
        ("engagements", "i8"),
        ("threatening", "i8"),
        ("speed", "f8"),
        ("updated", "f8"),
        ("p", "f8", (7, 7)),
        ("born", "f8"),
        ("hits", "i8"),
        ("plot", "f8", (3,)),  # first plot
        ("plot_sigma", "f8"),
        ("plot_range", "f8"),
        ("plot_speed", "f8"),  # its radial speed
        ("revisit", "f8"),  # s between two looks at it, as the radar of its last plot searches; 0: none yet
        ("ballistic", "i8"),  # 1: ``x`` and ``p`` are of the hypothesis that it falls, 0: that it flies
        ("other_x", "f8", (7,)),
        ("other_p", "f8", (7, 7)),
        ("odds", "f8"),  # natural logarithm of the odds that it falls
        ("unrest", "f8"),  # smoothed squared innovation over its expectation
        ("threat_class", "i8"),  # codes.ThreatClass believed
        ("identity", "i8"),
        ("belief", "f8", (3,)),  # probability of hostile, friend, neutral
        ("evidence", "i8"),  # bits of the evidence gathered, by codes.Evidence
        ("entered", "i8"),  # bits that the belief rests on
        ("asked", "i8"),  # interrogations so far
        ("ask_at", "f8"),  # s, when the next question is put to it; inf: none, it was asked all or is no track yet
        ("questioned", "i8"),  # truth, for scoring only: the flight that heard the last question; -1 false
        ("asset", "i8"),
        ("impact_at", "f8"),  # predicted, of a ballistic track
        ("threat_at", "f8"),  # when it comes to what it threatens, as last evaluated
        ("evaluated_at", "f8"),
        ("evaluated_time", "f8"),  # state of the track that the last prediction of its impact rests on
        ("evaluated_hits", "i8"),
        ("refused", "i8"),  # lost for want of a channel (teaching switch), or had all that its fire rule gives
        ("survival", "f8"),  # product of 1 - p over rounds in flight (the commitment ledger)
        ("in_flight", "i8"),
        ("doubles", "i8"),  # cycles in a row in which it looked like an older track
        ("assessed_dead", "i8"),
        ("dead_updates", "i8"),
        ("flight", "i8"),  # truth, for scoring only: the flight of the last plot, -1 false
        ("height", "f8"),
        ("patience", "f8"),  # s without a plot until it is dropped, if early warning has told of it; 0: the post's
        ("swerve", "f8"),  # m/s2, that its target is allowed since its last plot; 0: by its covariance
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
