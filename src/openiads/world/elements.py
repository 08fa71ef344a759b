"""What stands on the ground or sails: one row layout for each kind of element of the defense, and for what it defends.

Units and marks are as in ``world.layout``.
"""

from __future__ import annotations

import numpy as np

#: Posts above one another that an element may report to: its own, its site's, and two commands above.
LEVELS = 4

#: The mark ``down`` of what a hit put out of action; 1 is everything else that ended.
BY_HIT = 2

#: Fire units of a scenario in which some leave tracks to others: a bit for each.
MOST_BITS = 62

#: Emitting decoys about one radar.
MOST_DECOYS = 8

#: One row per ship: its way is a path in ``Sim.tables``.
PLATFORM = np.dtype(
    [
        ("path", "i8"),  # offset of the path in tables, fixed
        ("due", "f8"),  # next time its places are moved, s
        ("spacing", "f8"),  # m between two masks along the way, fixed
        ("masks", "i8"),  # masks along the way, fixed
        ("speed", "f8"),  # m/s, fixed
        ("heading", "f8"),  # rad
        ("leg", "f8"),  # m, straight part of a racetrack between two turns, and
        ("turn", "f8"),  # m, of each turn; 0: it is none; fixed
        ("blind", "i8"),  # 1: its radars see nothing in its turns; fixed
    ],
    align=True,
)

#: One row per radar.
RADAR = np.dtype(
    [
        ("actor", "i8"),
        ("position", "f8", (3,)),
        ("axes", "f8", (3, 3)),  # east, north, up of its place, ECEF
        ("height", "f8"),  # antenna above the sea, m
        ("post", "i8"),  # that it reports to now, -1 for none
        ("posts", "i8", (LEVELS,)),  # its posts from the nearest up, -1 for none; fixed
        ("delays", "f8", (LEVELS,)),  # s, of a report to each of them; fixed
        ("losses", "f8", (LEVELS,)),  # share of reports lost on the way to each; fixed
        ("level", "i8"),  # which of them it reports to now, -1 for none
        ("platform", "i8"),  # ship it stands on, -1 for the ground; fixed
        ("mask_base", "i8"),  # first of a ship's masks along its way, and the distance between two in the tables; fixed
        ("mask_stride", "i8"),
        ("edge_base", "i8"),
        ("edge_stride", "i8"),
        ("ready_at", "f8"),  # set up and switched on from then on, s; fixed
        ("unit", "i8"),  # fire unit it guides for, -1 for a surveillance radar
        ("phased", "i8"),  # 0 rotating, 1 phased array with a fixed face
        ("emitting", "i8"),
        # emission control; of a radar that always emits all of it is 0, but for the three times
        ("policy", "i8"),  # codes.Emission; fixed
        ("emits_from", "f8"),  # s, when it was last switched on; -inf: from the start
        ("last_emitted", "f8"),  # s, end of its last emission, if it is silent; -inf: it never emitted
        ("last_at", "f8", (3,)),  # where it stood then, ECEF
        ("emitted", "f8"),  # s of emission before it was last switched on
        ("switch_at", "f8"),  # s, when it is next switched on or off; inf: no order
        ("orders", "i8"),  # given so far
        ("wanted_at", "f8"),  # s, when its post last had a reason to have it emit (cued) or be silent (shutdown)
        ("order_delay", "f8"),  # s, median from an order to its effect, and log-normal sigma; fixed
        ("order_spread", "f8"),
        ("resume_time", "f8"),  # s, from then to emission; fixed
        ("silence", "f8"),  # s, a shutdown lasts, or a cued radar emits without a track near; fixed
        ("blink_period", "f8"),  # s; fixed
        ("blink_duty", "f8"),  # share of it that it emits; fixed
        ("alarm_speed", "f8"),  # m/s, s and m: what is faster and will pass so near so soon comes at it; fixed
        ("alarm_time", "f8"),
        ("alarm_radius", "f8"),
        ("cue_range", "f8"),  # m and s: it is to emit at tracks so near, or that will be so near so soon; fixed
        ("cue_time", "f8"),
        ("decoys", "i8"),  # emitting decoys about it; fixed
        ("decoy_weight", "f8"),  # of one over its own; fixed
        ("decoy_distance", "f8"),  # m, from it; fixed
        ("decoy_down", "f8", (MOST_DECOYS,)),  # s, when each was destroyed; inf: it stands
        ("outage", "f8"),  # probability that it is not ready when a raid comes; fixed
        ("fails_at", "f8"),  # inf: never
        ("band", "i8"),  # 0 S, 1 C, 2 X
        ("reference_snr", "f8"),  # of 1 m2 at 100 km, ratio
        ("range_max", "f8"),
        ("range_min", "f8"),
        ("wavelength", "f8"),
        ("frame", "f8"),  # revisit time of search in the active mode, s
        ("faces", "i8"),  # of a rotating antenna; 1 for a fixed one
        ("sectors", "i8"),  # batches a frame is cut into
        ("batch", "i8"),  # running number of the batch
        ("phase", "f8"),  # time offset of frames, s
        ("elevation_low", "f8"),
        ("elevation_high", "f8"),
        ("shared_low", "f8"),  # a second mode sharing the radar's time: its elevations,
        ("shared_high", "f8"),
        ("shared_every", "i8"),  # visited every so many frames; 0: no second mode
        ("boresight", "f8"),  # azimuth of the face, rad
        ("search_half", "f8"),  # half width of the searched sector; pi for all round
        ("track_half", "f8"),  # half width in which it can hold tracks
        ("track_low", "f8"),  # elevations between which it can hold tracks
        ("track_high", "f8"),
        ("boresight_loss", "f8"),  # exponent of cos off boresight, one way
        ("slew_rate", "f8"),
        ("relay_time", "f8"),  # s to lay it on a new azimuth where it does not slew; 0: it cannot
        ("slewing_until", "f8"),
        ("sigma_range", "f8"),  # floors and beamwidths of the measurement model
        ("resolution", "f8"),
        ("sigma_angle", "f8"),
        ("sigma_radial", "f8"),  # of radial speed, m/s
        ("beam_azimuth", "f8"),
        ("beam_elevation", "f8"),
        ("stretch_most", "f8"),  # times its dwell that it can give an engaged target
        ("wanted_signal", "f8"),  # ratio, below which it does
        ("decorrelation", "f8"),  # of target fluctuation, s
        ("clutter_section", "f8"),  # m2 of the surface left in a range cell, per m of range
        ("clutter_base", "f8"),  # height of the surface around, m
        ("jamming_constant", "f8"),  # m2/(W s), of noise jamming over noise (``physics.jamming``); 0: nobody jams
        ("receiver_bandwidth", "f8"),  # Hz
        ("sidelobe", "f8"),  # mean gain of the sidelobes over that of the beam's axis, ratio
        ("cancellation", "f8"),  # what a canceler leaves of a jammer in the sidelobes, ratio, and
        ("cancelers", "i8"),  # of how many at once
        ("even_signal", "f8"),  # signal over noise at which a look detects with even chance, ratio
        ("strobe_ratio", "f8"),  # jamming over noise in the beam above which a bearing is taken
        ("strobe_age", "f8"),  # s, for which a strobe may cross with another radar's
        ("strobe_sine", "f8"),  # of the least angle at which strobes cross
        ("false_per_frame", "f8"),
        ("confirm_hits", "i8"),
        ("confirm_window", "i8"),
        ("drop_misses", "i8"),
        ("confirm_interval", "f8"),  # s after an alert of a phased array until it looks there again; 0: next frame
        ("confirm_dwell", "f8"),  # s of beam time of a confirmation, or of one position of a cued search
        ("least_radial_speed", "f8"),  # m/s, nothing slower toward or away from the radar is seen; 0: off
        ("multipath", "i8"),  # 1: two-ray propagation over the sea
        ("pd_table", "i8"),  # of a steady target; those of Swerling 2 and 4 follow it
        ("mask_table", "i8"),
        ("edge_table", "i8"),  # distance of the masking edge, for diffraction; -1: none
        ("attenuation_table", "i8"),  # -1: none
        ("link_delay", "f8"),
        ("link_loss", "f8"),  # share of plots lost on the way to the post
        ("due", "f8"),  # next search batch
        ("service_due", "f8"),  # next service of own tracks (engagement radars); inf while there are none
        ("service_next", "f8"),  # when that would be
        ("service_interval", "f8"),
        ("track_dwell", "f8"),
        ("uplink_dwell", "f8"),
        ("uplink_interval", "f8"),
        ("occupancy_limit", "f8"),
        ("occupancy", "f8"),  # now
        ("overloaded", "i8"),  # 1: some service was left out at the last turn for want of time
        ("track_capacity", "i8"),
        ("held", "i8"),  # confirmed tracks that it started, counted anew every cycle of its post
        ("down", "i8"),  # 1: its end is logged; BY_HIT: a hit was it
        ("hit_radius", "f8"),  # m, an impact this near puts it out of action
        # early warning from elsewhere, fixed; all 0 (the table -1) of a radar that belongs to a site
        ("early", "i8"),  # 1: an early-warning sensor
        ("on_station", "f8"),  # probability that it is there in a replication
        ("elevated", "i8"),  # 1: it looks down on the surface
        ("cover_table", "i8"),  # greatest heights of its mask by range (``sight.cover_table``); -1: none; fixed
        ("look_next", "f8"),  # s, no search look falls due before
        ("relief_table", "i8"),  # grid of heights that it moves over; -1: it has masks
        ("link_range", "f8"),  # m, beyond which its post does not hear it; inf: always
        ("late", "f8"),  # s, by which its plots may be older than the track that takes them; 0: the model's
        ("swerve", "f8"),  # m/s2, that a target is allowed between the time of a plot and its use as a cue
        ("patience", "f8"),  # s without a plot after which a track that it has told of is dropped, if that is longer
    ],
    align=True,
)

#: One row per command post.
POST = np.dtype(
    [
        ("actor", "i8"),
        ("position", "f8", (3,)),
        ("cycle", "f8"),
        ("due", "f8"),  # next decision cycle
        ("alone", "i8"),  # 1: of one fire unit, decides when its unit hears from nobody above; fixed
        ("superior", "i8"),  # post above it, -1 for none; fixed
        ("link_fails_at", "f8"),  # of the link to the superior; fixed
        ("link_range", "f8"),  # m, of that link; fixed
        ("platform", "i8"),  # ship it stands on, -1 for the ground; fixed
        ("fuse_due", "f8"),  # next arrival of plots
        ("service_time", "f8"),  # a decision occupies the post, s
        ("free_at", "f8"),
        ("link_delay", "f8"),
        ("party", "i8"),  # number of the party that it belongs to, 0 for none declared; fixed
        ("interrogation_interval", "f8"),
        ("drop_time", "f8"),  # a track without updates is dropped after this, s
        ("revoke_updates", "i8"),  # a track that flies on so many updates after an assessed kill is alive
        ("impact_dispersion", "f8"),  # m, deviation of an impact that a post adds to its prediction
        ("impact_ellipse", "f8"),  # deviations; what the ellipse of so many excludes is not threatened
        ("impact_review", "f8"),  # s, least time between predictions of one track's impact
        ("threat_probability", "f8"),  # a ballistic track threatens an asset above this probability of impact
        ("by_value", "i8"),  # 1: deals with the greatest value at risk first, 0: with the least time left; fixed
        ("air_buffer", "f8"),  # m, an air-breathing track whose path comes this near an asset threatens it
        ("assignment", "i8"),  # codes.Assignment
        ("hit_radius", "f8"),  # m, an impact this near puts it out of action
        ("track_capacity", "i8"),
        ("fails_at", "f8"),  # inf: never
        ("held", "i8"),  # confirmed tracks in its picture, counted anew every cycle
        ("outage", "f8"),  # probability that it is not ready when a raid comes; fixed
        ("down", "i8"),  # 1: its end is logged; BY_HIT: a hit was it
        ("left", "i8"),  # tracks left to point defenses in its present cycle that these do not fight yet
        ("given", "i8", (MOST_BITS,)),  # tracks left so far to each unit that it hears nothing from
    ],
    align=True,
)

#: One row per fire unit.
UNIT = np.dtype(
    [
        ("actor", "i8"),
        ("position", "f8", (3,)),
        ("axes", "f8", (3, 3)),
        ("height", "f8"),
        ("post", "i8"),  # that commands it now
        ("posts", "i8", (LEVELS,)),  # its posts from its own up, -1 for none; fixed
        ("level", "i8"),  # which of them commands it now
        ("platform", "i8"),  # ship it stands on, -1 for the ground; fixed
        ("radar", "i8"),
        ("first_magazine", "i8"),  # its rows of magazines, one per kind of round
        ("magazines", "i8"),
        ("first_launcher", "i8"),
        ("first_engagement", "i8"),  # its rows of engagements, one per target channel
        ("launchers", "i8"),
        ("target_channels", "i8"),
        ("missile_channels", "i8"),
        ("targets_held", "i8"),
        ("missiles_held", "i8"),  # missile channels in use
        ("guided", "i8"),  # rounds in flight that the radar supports
        ("control", "i8"),  # codes.Control
        ("remote", "i8"),  # 1: active rounds may be launched on the post's track; fixed
        ("self_defense", "f8"),  # m; under hold it may shoot at what comes this near itself; 0: not declared
        ("salvo", "i8"),
        ("latest", "i8"),  # 1: fires at the latest rather than the earliest chance
        ("reserve", "i8"),  # rounds kept for ballistic missiles and self-defense
        ("reserves", "i8", (6,)),  # rounds kept for announced threats, by believed codes.ThreatClass
        ("goal", "f8"),  # wanted kill probability of a track
        ("floor", "f8"),  # no shot below this believed probability
        ("launch_margin", "f8"),  # no shot below this probability of support to the intercept
        ("crew_delay", "f8"),  # median, s
        ("crew_spread", "f8"),  # log-normal sigma
        ("operator_free_at", "f8"),
        ("assess_delay", "f8"),
        ("assess_false_kill", "f8"),  # P(assessed killed | alive)
        ("assess_false_miss", "f8"),  # P(assessed alive | killed)
        ("next_launch", "f8"),
        ("ready_at", "f8"),
        ("due", "f8"),
        ("dials", "f8", (8,)),  # the user's rule reads these
        ("fire_rule", "i8"),  # codes of doctrine.firing
        ("salvo_interval", "f8"),  # s between rounds of the unit
        ("outage", "f8"),  # probability that its crew is not ready when a raid comes; fixed
        ("leaves", "i8"),  # bits of rows of units: point defenses to which it leaves what they can take; fixed
        ("left", "i8"),  # tracks left to it in the present cycle of a post that it does not fight yet
    ],
    align=True,
)

#: One row per fire unit and kind of round it fires.
MAGAZINE = np.dtype(
    [
        ("unit", "i8"),
        ("interceptor", "i8"),  # its row
        ("flyout_table", "i8"),
        ("slowest", "f8"),  # s, longest flight in that table, and
        ("quickest", "f8"),  # m/s, greatest speed at its end, and
        ("liveliest", "f8"),  # m/s2, greatest lateral acceleration there; fixed
        ("classes", "i8"),  # bits of codes.ThreatClass that doctrine lets it be fired at
        ("channel", "i8"),  # codes.ChannelPhase
        ("support_break", "f8"),  # s without support that a round survives in its last seconds, and
        ("midcourse_break", "f8"),  # s, before them
        ("reliability", "f8"),
        ("common_mode", "f8"),  # probability that nothing shared by a salvo fails
        ("lethal", "f8", (6,)),  # lethal radius by threat class, m
        ("least_lethal", "f8"),  # m, that of the smallest target
        ("certain", "f8", (6,)),  # probability by threat class that a round kills which works and does not miss
        ("pk_believed", "f8", (6,)),  # kill probability by threat class that a crew counts on
        # where rounds are led along a track, else 0: squares (m2) of the miss that halves it, with a radar's error at
        # the reference engagement and without, and what the loop of guidance makes of such an error
        ("aim", "f8", (6, 3)),
        ("limits", "f8", (2, 4)),  # of air-breathing and ballistic targets: distance min, max, height min, max; m
        ("speed_limit", "f8"),  # of a target, m/s
        ("position_limit", "f8"),  # firm track: sd of position and velocity below these
        ("velocity_limit", "f8"),
        ("horizon", "f8", (2,)),  # s ahead in which an intercept of an air-breathing or ballistic target is searched
        ("required", "f8", (6,)),  # m/s2, by threat class: lateral acceleration to allow for; three times it is asked
        ("least_speed", "f8"),  # m/s, of a round at the intercept, and
        ("speed_ratio", "f8"),  # least ratio of it to the target's, of air-breathing ones
        ("track_on_jam", "i8"),  # 1: led by the bearing of a target that jams, while its range is carried on
        ("climb_spread", "f8"),  # m/s, of flights: how far a track's vertical velocity is trusted
        # of a gun, whose round here is a burst: ``lethal`` is the radius of the disc that stands for a target, m, and
        # ``certain`` the probability that a hit kills
        ("burst", "i8"),  # rounds of a burst; 0: missiles
        ("burst_time", "f8"),  # s
        ("shell_speed", "f8"),  # m/s, mean
        ("dispersion", "f8"),  # rad, deviation of a round about the burst's center, in each axis
        ("bias", "f8"),  # rad, of that center about the target
        ("optical", "i8"),  # 1: laid by an optical sight, 0: by the engagement radar
    ],
    align=True,
)

LAUNCHER = np.dtype(
    [
        ("actor", "i8"),
        ("position", "f8", (3,)),
        ("platform", "i8"),  # ship it stands on, -1 for the ground; fixed
        ("height", "f8"),  # m, above the sea; fixed
        ("unit", "i8"),
        ("magazine", "i8"),  # row of the kind of round on it
        ("loaded", "i8"),
        ("interval", "f8"),
        ("readiness", "f8"),  # probability that it works at all
        ("ready_at", "f8"),
        ("fails_at", "f8"),
        ("down", "i8"),  # 1: its end is logged, or it never worked; BY_HIT: a hit was it
        ("hit_radius", "f8"),  # m, an impact this near puts it out of action
        ("full", "i8"),  # rounds of a load
        ("loads", "i8"),  # spare loads at hand
        ("reload_time", "f8"),  # s to replace all rounds, from the last launch
        ("reloaded_at", "f8"),  # inf: not being reloaded
        ("arc_center", "f8"),  # rad, azimuth of an inclined launcher's arc, and
        ("arc_half", "f8"),  # rad, half its width; pi: any direction
    ],
    align=True,
)

ASSET = np.dtype(
    [
        ("position", "f8", (3,)),
        ("radius", "f8"),
        ("buffer", "f8"),  # lethal buffer for ballistic impact prediction, m
        ("site", "i8"),
        ("hits", "i8"),
        ("value", "f8"),
        ("platform", "i8"),  # ship that it is, -1 for the ground; fixed
        ("height", "f8"),  # m, above the sea; fixed
    ],
    align=True,
)

#: Corridors as prisms around polylines of ECEF points.
CORRIDOR = np.dtype(
    [("points", "f8", (8, 3)), ("count", "i8"), ("half_width", "f8"), ("floor", "f8"), ("ceiling", "f8")], align=True
)

#: Zones and origins: what a place means to the posts that know of it.
ZONE = np.dtype(
    [
        ("actor", "i8"),  # name number
        ("bit", "i8"),  # of codes.Evidence that a track in it shows
        ("origin", "i8"),  # 1: asked of a track's first plot, 0: of where it is
        ("points", "f8", (8, 3)),  # along it, ECEF at sea level; of an area x, y of its corners, and 1
        ("count", "i8"),
        ("corners", "i8"),  # 1: an area, 0: within half a width of its points
        ("half_width", "f8"),
        ("axes", "f8", (3, 3)),  # of an area: east, north and up of its middle, in whose plane its corners lie
        ("floor", "f8"),
        ("ceiling", "f8"),
        ("starts", "f8"),
        ("ends", "f8"),
        ("sent", "f8"),
        ("lines", "i8"),  # hotlines over which it is sent; 0: known without a message
        ("line", "i8", (4,)),  # name number of each, and
        ("reliability", "f8", (4,)),
        ("delay", "f8", (4,)),  # mean, s
        ("later", "f8", (248,)),  # s, further delay of each post; inf: it does not get it; as many as a flight has bits
    ],
    align=True,
)
