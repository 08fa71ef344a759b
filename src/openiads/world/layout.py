"""The state of a running situation: one structured array per noun, each field with its meaning, unit and frame.

``Sim`` is the bundle the engine hands from phase to phase.  Positions are ECEF, m; times s from the start; angles rad.
Rows marked *fixed* are set by ``world.build`` and never written during a run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from openiads.base import compiled
from openiads.physics.flyout import BODY, INTERCEPTOR
from openiads.world.elements import ASSET, CORRIDOR, LAUNCHER, MAGAZINE, PLATFORM, POST, RADAR, UNIT, ZONE
from openiads.world.sensed import JAMMER, LOOK, PLOT, SPOKE, TRACK
from openiads.world.trace import EVENT

#: Posts that share a word of bits, and words: a scenario has as many posts at most as their product.
POST_BITS, POST_WORDS = 62, 4

#: One row: what is true of the whole replication.
SITUATION = np.dtype(
    [
        ("now", "f8"),
        ("duration", "f8"),  # fixed
        ("seed", "i8"),
        ("replication", "i8"),
        ("record", "i8"),  # 1: recorded events are logged too
        ("status", "i8"),  # codes.Status
        ("status_time", "f8"),
        ("status_entity", "i8"),
        ("events", "i8"),  # rows of the log in use
        ("serial", "i8"),  # last track serial number given
        ("rounds_first", "i8"),  # rows of rounds before this one have ended
        ("round_due", "f8"),  # when the next round falls due, and which
        ("round_next", "i8"),
        ("flight_due", "f8"),  # when the next path ends, and whose
        ("flight_next", "i8"),
        ("plots_count", "i8"),
        ("rounds_count", "i8"),  # rows of rounds in use
        ("tracks_high", "i8"),  # highest track row in use + 1
        ("listed", "i8"),  # rows of ``Sim.roster`` in use
        ("sample_due", "f8"),  # next sampling of states in a recorded replication
        ("looks", "i8"),
        ("updates", "i8"),
        ("steps", "i8"),
        ("leaving", "i8"),  # 1: some unit leaves tracks to a point defense; fixed
        ("work_most", "i8"),  # turns, looks and steps of integration that a replication may take; fixed
        ("work", "i8"),  # turns that it has taken, and by phase (``engine.step``)
        ("turns", "i8", (12,)),
        ("phase", "i8"),  # of the last turn
        ("notional", "i8"),  # rounds of the teaching service switch, and the time of the first
        ("first_notional", "f8"),
        ("swaps", "i8"),
        ("false_tracks", "i8"),
        # switches, fixed
        ("detection_by_range", "i8"),
        ("kill_constant", "i8"),
        ("assessment_perfect", "i8"),
        ("magazine_infinite", "i8"),
        ("false_alarms", "i8"),
        ("queue_lost", "i8"),
        ("arrivals_poisson", "i8"),
        ("arrival_rate", "f8"),  # 1/s, of Poisson arrivals
        ("service_kind", "i8"),  # 1 crew (log-normal), 2 fixed, 3 exponential
        ("ended", "i8"),  # 1: a flight or a round has ended since the last look at what flies
        ("open_flights", "i8"),  # flights that have not ended
        ("service_time", "f8"),  # of the fixed and exponential switches, s
        # world knobs and identification, fixed
        ("earth_radius", "f8"),  # effective, m
        ("sea_roughness", "f8"),  # rms height of the sea's surface, m
        ("prior", "f8", (3,)),  # hostile, friend, neutral
        ("replies", "f8", (2, 2, 3)),  # P(military reply 0/1, civil code 0/1 | hostile, friend, neutral)
        ("procedure", "f8", (2, 2, 3)),  # P(in a corridor 0/1, on a plan 0/1 | the same)
        ("motion", "f8", (5, 3)),  # P(sign | the same): civil band, low fast, small slow, ballistic, none of these
        ("civil_speed", "f8", (2,)),  # band of airliners: speed, m/s, and altitude, m
        ("civil_height", "f8", (2,)),
        ("low_height", "f8"),  # m, below it a track is low
        ("fast_speed", "f8"),  # m/s, above it a track is fast
        ("inbound_angle", "f8"),  # rad off the direction to a defended asset
        ("evidence_cap", "f8"),  # cap on the log likelihood ratio of one cause
        ("ballistic_cap", "f8"),  # and of a ballistic path
        ("identity_hostile", "f8"),  # ladder thresholds on the posterior
        ("identity_suspect", "f8"),
        ("identity_friend", "f8"),
        ("identity_assumed", "f8"),
        ("identity_neutral", "f8"),
        ("iff_persistent", "f8"),
        ("iff_reply", "f8"),
        ("iff_false_reply", "f8"),
        ("iff_together", "f8"),  # share of aircraft whose two modes answer or fail together
        ("interrogations", "i8"),
        ("code_failure", "f8"),  # probability that a unit has the wrong code of the day; 0: not declared
        ("in_turn", "i8"),  # 1: the civil mode is asked only after the military one has found no answer
        ("zones", "i8"),  # zones and origins declared
        ("notice_error", "f8"),  # P(in a block that was notified | hostile)
        ("origin", "f8", (4, 3)),  # P(first seen in an area of the hostile, of friends, of neutrals, in none | side)
        # emission control and availability
        ("emission", "i8"),  # radars that are switched on and off; fixed
        ("emission_due", "f8"),  # when the next one is switched, s, and which
        ("emission_next", "i8"),
        ("jammer_due", "f8"),  # when the next jammer begins or ceases to radiate, s, and which
        ("jammer_next", "i8"),
        ("outages", "i8"),  # elements that may not be ready when a raid comes; fixed
    ],
    align=True,
)


#: One row per flight; the path is a table of knots in ``Sim.tables``.
FLIGHT = np.dtype(
    [
        ("actor", "i8"),  # fixed; name number for draws
        ("threat_class", "i8"),  # codes.ThreatClass, fixed; index into the lethality of an interceptor
        ("side", "i8"),  # codes.Side, fixed
        ("path", "i8"),  # offset of the path in tables; fixed where it has no variants
        ("shift", "f8"),  # the path is flown this much later than tabulated, s; drawn per replication
        ("starts", "f8"),
        ("ends", "f8"),  # time at which the path ends if nothing happens
        ("raid", "i8"),  # fixed; -1 for a single flight
        ("terminal", "i8"),  # codes.Terminal
        ("asset", "i8"),  # asset aimed at, -1 for none; fixed
        ("aim", "f8", (3,)),  # where it is aimed, ECEF; fixed
        ("cep", "f8"),  # m, fixed
        ("glint", "f8", (2,)),  # m, deviation of its apparent place by glint, seen from ahead and from the side; fixed
        ("size", "f8"),  # its span, as a share of what its class's lethal radius holds for; fixed
        ("swerling", "i8"),
        ("iff", "i8"),  # 1: carries a military mode that answers; fixed
        ("transponder", "i8"),  # 1: a civil one; fixed
        ("flight_plan", "i8"),  # 1: the post holds its plan; fixed
        ("corridor", "i8"),  # row of the corridor that its plan names, -1 for none; fixed
        ("airway", "i8"),  # number of the stream that it flies in, from 1; 0: none; -n: of recorded positions; fixed
        ("flow", "f8"),  # 1/s, of that stream, and when it begins and ends, s; fixed
        ("open", "f8", (2,)),
        ("carries", "f8", (2,)),  # probability that its transponder is on, and that its plan is held; fixed
        ("party", "i8"),  # number of the party that flies it, 0 for none declared; fixed
        ("group", "i8"),  # name number of the unit with whose code it answers; fixed
        ("rcs", "f8", (3, 3)),  # m2 by band (S, C, X) and aspect (nose, beam, tail); fixed per world
        ("turns_at", "f8"),  # s; from here on the flight turns off its path; inf: never
        ("turn_rate", "f8"),  # rad/s of that turn, positive to the left; and
        ("turn_angle", "f8"),  # rad after which it flies straight on
        ("evasion", "i8"),  # codes.Evasion, declared; fixed
        ("load", "f8"),  # m/s2, lateral acceleration of a declared evasion; fixed
        ("parent", "i8"),  # row of the flight that releases it, -1 for none; fixed
        ("follows", "f8"),  # s, shift of that flight's path as built; fixed
        ("leaves", "i8"),  # 1: at the end of its path it has released and gone; fixed
        ("route_ends", "f8"),  # when the path ends once a full circle is flown, s
        ("element", "i8"),  # codes.Element aimed at, 0 for none, and its row; fixed
        ("element_row", "i8"),
        ("cep_blind", "f8"),  # m, when the emitter it seeks is silent; 0: it seeks none; fixed
        ("growth", "f8"),  # m/s, of the deviation of its aim since it last heard its emitter; 0: blind at once; fixed
        ("shots", "i8"),  # rounds launched at it so far
        ("tracked", "i8", (POST_WORDS,)),  # bits of posts that hold a confirmed track of it now, ``POST_BITS`` a word
        ("jitter", "f8"),  # s, deviation of its start; fixed
        ("rcs_spread", "f8"),  # dB, deviation of its rcs about its type's, drawn per replication; fixed
        ("variants", "i8"),  # paths of which one is drawn per replication, 0 for the one; fixed
        ("variants_at", "i8"),  # offset in tables of offset, shift and end of each; fixed
        ("jammer", "i8"),  # row of the jammer that it carries, -1 for none; fixed
        ("first_detected", "f8"),
        ("ever", "i8"),  # bits: 1 detected, 2 tracked, 4 identified hostile, 8 engaged
        ("fastest", "f8"),  # m/s, and m: no faster and, at the least, so high is its path; fixed
        ("floor", "f8"),
        ("met_at", "f8"),  # s, when it was last looked for on its path, and where it was then, ECEF
        ("met", "f8", (3,)),
        ("waited", "f8", (5,)),  # flight-seconds waited for picture, operator, channel, launcher, magazine
    ],
    align=True,
)

#: One row per engagement: a fire unit's business with one track.
ENGAGEMENT = np.dtype(
    [
        ("unit", "i8"),
        ("track", "i8"),  # row of the post's track
        ("serial", "i8"),  # its serial number, to notice that the row was reused
        ("magazine", "i8"),  # row of the kind of round it is fought with
        ("searching_until", "f8"),  # the cue's uncertainty is searched until then, s
        ("own", "i8"),  # row of the engagement radar's own track, -1 before
        ("flight", "i8"),  # truth: what the engagement radar follows
        ("state", "i8"),  # codes.Stage
        ("assigned_at", "f8"),
        ("firm_at", "f8"),
        ("decide_at", "f8"),
        ("salvo", "i8"),  # shot number of the first round of the salvo in hand
        ("wanted", "i8"),  # rounds still to launch in this salvo
        ("in_flight", "i8"),
        ("held_since", "f8"),  # s, the fire rule has held since; inf: it does not
        ("fired", "i8"),  # rounds launched in this engagement
        ("last_seen", "f8"),
        ("signal", "f8"),  # mean signal of the last look in view, ratio, times the fourth power of its distance, m4
        ("seen_at", "f8"),  # m, that distance
        ("jamming_own", "f8"),  # jamming over noise at that look: by the target, times the square of its distance, m2
        ("jamming_others", "f8"),  # and by others
        ("stretch", "f8"),  # times the usual dwell that the radar gives it
        ("due", "f8"),
    ],
    align=True,
)

#: One row per round launched.  ``Sim.bodies`` holds its flight, same row.
ROUND = np.dtype(
    [
        ("unit", "i8"),
        ("magazine", "i8"),
        ("channel", "i8"),  # 1: it holds a missile channel now
        ("launcher", "i8"),
        ("engagement", "i8"),
        ("flight", "i8"),  # truth: what its engagement radar follows
        ("track", "i8"),  # row and serial number of the post's track
        ("serial", "i8"),
        ("shot", "i8"),  # n-th shot at that flight
        ("salvo", "i8"),  # shot number of the first round of its salvo
        ("end", "i8"),  # codes.RoundEnd
        ("launched_at", "f8"),
        ("due", "f8"),
        ("terminal", "i8"),  # 1: endgame solved, due is the intercept
        ("miss", "f8"),
        ("pk_believed", "f8"),  # kill probability booked in the ledger
        ("meets", "f8"),  # time of closest approach, once the endgame is solved
    ],
    align=True,
)

#: In ``Sim.pictures``: a track of an engagement radar's own, and a free row.
OWN, NOBODY = -1, -2

#: Plots of one batch that a post associates at once; the rest waits for the next.
MOST_PLOTS = 32


#: One row: assumptions of the model that kernels read, fixed; the catalog's kind ``model`` says what each means and why
#: it is so.
MODEL = np.dtype(
    [
        ("homeward_time", "f8"),  # s
        ("damage_aircraft", "f8"),
        ("damage_cruise", "f8"),
        ("damage_drone", "f8"),
        ("damage_ballistic", "f8"),
        ("urgency_time", "f8"),  # s
        ("hold_limit", "f8"),  # s
        ("evasion_warning", "f8"),  # s
        ("evasion_warning_spread", "f8"),
        ("false_alarm_speed", "f8"),  # m/s
        ("maneuver_noise", "f8"),  # m2/s3
        ("ballistic_noise", "f8"),  # m2/s3
        ("coefficient_walk", "f8"),  # 1/s
        ("log_coefficient", "f8"),  # ln kg/m2, of ``coefficient_start``
        ("coefficient_variance", "f8"),
        ("maneuver_noise_most", "f8"),  # m2/s3
        ("maneuver_memory", "f8"),
        ("falling_speed", "f8"),  # m/s
        ("falling_height", "f8"),  # m
        ("flight_ceiling", "f8"),  # m
        ("class_odds", "f8"),
        ("track_gate", "f8"),  # chi-square
        ("pair_gate", "f8"),  # chi-square
        ("double_gate", "f8"),  # chi-square
        ("pair_speed", "f8"),  # m/s
        ("late_plot", "f8"),  # s
        ("merge_cycles", "f8"),
        ("acquire_limit", "f8"),  # s
        ("lost_limit", "f8"),  # s
        ("crew_retry", "f8"),  # s
        ("early_arrival", "f8"),  # s
        ("soon_ready", "f8"),  # s
        ("assign_ahead", "f8"),  # s
        ("low_angle_error", "f8"),  # beamwidths
        ("low_angle_limit", "f8"),  # beamwidths
    ],
    align=True,
)


class Sim(NamedTuple):
    """Everything a replication reads and writes; one structured array per noun."""

    situation: np.ndarray
    model: np.ndarray  # fixed: one row of assumptions
    platforms: np.ndarray
    flights: np.ndarray
    radars: np.ndarray
    posts: np.ndarray
    units: np.ndarray
    magazines: np.ndarray
    launchers: np.ndarray
    engagements: np.ndarray
    tracks: np.ndarray
    pictures: np.ndarray  # of each track row: the post in whose picture it is, OWN or NOBODY
    roster: np.ndarray  # scratch: the track rows of the one post at work, ``listed`` of them, rising
    rounds: np.ndarray
    bodies: np.ndarray
    interceptors: np.ndarray  # fixed
    plots: np.ndarray
    jammers: np.ndarray
    spokes: np.ndarray  # (radars, jammers): how each jammer stands in each radar's receiver
    assets: np.ndarray
    corridors: np.ndarray  # fixed
    zones: np.ndarray  # fixed
    notices: np.ndarray  # (zones, posts): when each post learns of each zone, s; inf: never
    looks: np.ndarray  # (radars, flights): the next search look and how the last one went
    gates: np.ndarray  # (flights, units): codes.Gate binding
    events: np.ndarray
    tables: np.ndarray  # fixed arena: paths, masks, detection, attenuation and flyout tables
    cost: np.ndarray  # scratch: plots by candidate tracks, then 3 rows of the assignment, then 1 of the filters
    candidates: np.ndarray  # scratch: the track row of each column, the column of each plot, 3 rows of the assignment;
    # or the radars of a post


class View(NamedTuple):
    """Room for the copy of a post's picture that a user's rule sees."""

    identity: np.ndarray  # codes.Identity
    kind: np.ndarray  # codes.ThreatClass believed
    threatening: np.ndarray
    in_flight: np.ndarray
    track: np.ndarray  # row of the track
    time_to_asset: np.ndarray
    position: np.ndarray
    velocity: np.ndarray
    dials: np.ndarray


SIM_FIELDS: dict[str, Any] = {
    "situation": SITUATION,
    "model": MODEL,
    "platforms": PLATFORM,
    "flights": FLIGHT,
    "radars": RADAR,
    "posts": POST,
    "units": UNIT,
    "magazines": MAGAZINE,
    "launchers": LAUNCHER,
    "engagements": ENGAGEMENT,
    "tracks": TRACK,
    "rounds": ROUND,
    "bodies": BODY,
    "interceptors": INTERCEPTOR,
    "plots": PLOT,
    "jammers": JAMMER,
    "assets": ASSET,
    "corridors": CORRIDOR,
    "zones": ZONE,
    "events": EVENT,
}


#: What has one cell per radar and something else.
CELLS = {"looks": LOOK, "spokes": SPOKE}


def _sim_type() -> compiled.Type:
    plain = {
        "gates": "i8[:, ::1]",
        "notices": "f8[:, ::1]",
        "tables": "f8[::1]",
        "cost": "f8[:, ::1]",
        "candidates": "i8[:, ::1]",
        "pictures": "i8[::1]",
        "roster": "i8[::1]",
    }
    types = []
    for name in Sim._fields:
        if name in CELLS:
            types.append(compiled.row_type(CELLS[name])[:, ::1])
        else:
            types.append(compiled.rows_type(SIM_FIELDS[name]) if name in SIM_FIELDS else compiled.resolve(plain[name]))
    return compiled.shared_type(Sim, types)


def _view_type() -> compiled.Type:
    plain = {"time_to_asset": "f8[::1]", "position": "f8[:, ::1]", "velocity": "f8[:, ::1]", "dials": "f8[::1]"}
    return compiled.tuple_type(View, [compiled.resolve(plain.get(name, "i8[::1]")) for name in View._fields])


compiled.name_type("View", _view_type)
compiled.name_type("Sim", _sim_type)
compiled.name_type("Model", lambda: compiled.row_type(MODEL))
compiled.name_type("Platform", lambda: compiled.row_type(PLATFORM))
compiled.name_type("Radar", lambda: compiled.row_type(RADAR))
compiled.name_type("Post", lambda: compiled.row_type(POST))
compiled.name_type("Unit", lambda: compiled.row_type(UNIT))
compiled.name_type("Magazine", lambda: compiled.row_type(MAGAZINE))
compiled.name_type("Flight", lambda: compiled.row_type(FLIGHT))
compiled.name_type("Plot", lambda: compiled.row_type(PLOT))
compiled.name_type("Tracks", lambda: compiled.rows_type(TRACK))
compiled.name_type("Track", lambda: compiled.row_type(TRACK))
compiled.name_type("Spoke", lambda: compiled.row_type(SPOKE))
compiled.name_type("Spokes", lambda: compiled.rows_type(SPOKE))
compiled.name_type("Engagement", lambda: compiled.row_type(ENGAGEMENT))
compiled.name_type("Jammer", lambda: compiled.row_type(JAMMER))
compiled.name_type("Situation", lambda: compiled.row_type(SITUATION))
compiled.name_type("Corridor", lambda: compiled.row_type(CORRIDOR))
compiled.name_type("Zone", lambda: compiled.row_type(ZONE))
compiled.name_type("Assets", lambda: compiled.rows_type(ASSET))
