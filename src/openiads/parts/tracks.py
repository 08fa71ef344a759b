"""The command post's picture: plots become tracks, tracks are updated, switched, merged and dropped."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts.geometry import bearing
from openiads.parts.hypotheses import ask_whether_it_falls, choose, undecided, weigh
from openiads.parts.sensing import revisit
from openiads.physics.filtering import (
    ballistic_acceleration,
    predict_ballistic,
    predict_constant_velocity,
    two_point_start,
    update_position,
)
from openiads.physics.motion import local_up
from openiads.world.codes import Drop, Identity, Milestone, Status, ThreatClass, TrackState
from openiads.world.layout import MOST_PLOTS, NOBODY, OWN
from openiads.world.log import log_false_track, log_swap, log_track, log_track_drop, log_track_update

PENDING = int(Identity.PENDING)
BALLISTIC = int(ThreatClass.BALLISTIC)
OVERFLOW_TRACKS = int(Status.OVERFLOW_TRACKS)

FREE, ONE_PLOT = int(TrackState.NONE), int(TrackState.ONE_PLOT)
TENTATIVE, CONFIRMED = int(TrackState.TENTATIVE), int(TrackState.CONFIRMED)
MISSES, MERGED, PICTURE_FULL = int(Drop.MISSES), int(Drop.MERGED), int(Drop.PICTURE_FULL)
TRACKED = int(Milestone.TRACKED)
POST = -1


@kernel("void(Track)")
def note_spread(track):
    """Keep the traces of a covariance that has changed: gates ask for them far more often than it changes."""
    p = track["p"]
    track["spread"][0] = p[0, 0] + p[1, 1] + p[2, 2]
    track["spread"][1] = p[3, 3] + p[4, 4] + p[5, 5]


@kernel("void(Sim, i8, f8)")
def predict(sim, k, t):
    """Move track ``k`` ahead to time ``t``; an earlier time changes nothing."""
    track = sim.tracks[k]
    dt = t - track["time"]
    if dt <= 0.0 or track["state"] < TENTATIVE:
        return
    model = sim.model[0]
    noise, walk = model["ballistic_noise"], model["coefficient_walk"]
    if track["ballistic"] == 1:
        predict_ballistic(track["x"], track["p"], dt, noise, walk, sim.cost[MOST_PLOTS + 3])
    else:
        predict_constant_velocity(track["x"], track["p"], dt, track["noise"])
    if track["both"] == 1 and track["ballistic"] == 1:
        predict_constant_velocity(track["other_x"], track["other_p"], dt, model["maneuver_noise"])
    elif track["both"] == 1:
        predict_ballistic(track["other_x"], track["other_p"], dt, noise, walk, sim.cost[MOST_PLOTS + 3])
    track["time"] = t
    note_spread(track)


@kernel("void(Sim, i8)")
def classify(sim, k):
    """Set speed and height, and the class of the hypothesis that is now the track's own."""
    track = sim.tracks[k]
    x = track["x"]
    model = sim.model[0]
    if track["both"] == 1:
        choose(model, track)
    track["speed"] = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    _, _, _, track["height"] = local_up(x[0], x[1], x[2])
    ask_whether_it_falls(model, track)
    if track["ballistic"] == 1:
        track["threat_class"] = BALLISTIC
    elif track["threat_class"] == BALLISTIC:
        track["threat_class"] = 0


@kernel("void(Model, Track, f8)")
def adapt(model, track, off):
    """Let the noise of the filter of flight follow its innovations: a hard turn is met, a steady flight smoothed.

    off : squared distance of the last innovation (chi-square, 3 degrees).
    Source: [barshalom2001], section 11.2 (continuous adjustment of the process noise).
    """
    track["unrest"] += (off / 3.0 - track["unrest"]) / model["maneuver_memory"]
    noise = track["noise"] * min(max(track["unrest"], 0.5), 4.0)
    track["noise"] = min(max(noise, model["maneuver_noise"]), model["maneuver_noise_most"])


@kernel("i8(Sim, i8, i8)")
def new_track(sim, owner, post):
    """A cleared track row, or -1 with the status set when the capacity is exceeded."""
    situation = sim.situation[0]
    for k in range(len(sim.tracks)):
        if sim.pictures[k] != NOBODY:
            continue
        track = sim.tracks[k]
        situation["serial"] += 1
        sim.pictures[k] = post if owner == POST else OWN
        track["serial"] = situation["serial"]
        track["owner"] = owner
        track["post"] = post
        track["hits"] = 1
        track["revisit"] = 0.0
        track["ballistic"] = 0
        track["both"] = 0
        track["rests_until"] = -math.inf
        track["noise"] = sim.model[0]["maneuver_noise"]
        track["unrest"] = 1.0
        track["threat_class"] = 0
        track["identity"] = PENDING
        track["evidence"] = 0
        track["entered"] = 0
        track["asked"] = 0
        track["ask_at"] = math.inf
        track["questioned"] = -1
        track["asset"] = -1
        track["threatening"] = 0
        track["time_to_asset"] = math.inf
        track["impact_at"] = math.inf
        track["evaluated_at"] = -math.inf
        track["evaluated_hits"] = -1
        track["survival"] = 1.0
        track["in_flight"] = 0
        track["engagements"] = 0
        track["refused"] = 0
        track["left_to"] = 0
        track["left_until"] = math.inf
        track["taken_back"] = 0
        track["had"] = 0
        track["doubles"] = 0
        track["assessed_dead"] = 0
        track["dead_updates"] = 0
        track["patience"] = track["swerve"] = 0.0
        for h in range(3):
            track["belief"][h] = situation["prior"][h]
        situation["tracks_high"] = max(situation["tracks_high"], k + 1)
        return k
    situation["status"] = OVERFLOW_TRACKS
    situation["status_entity"] = len(sim.tracks)
    return -1


@kernel("void(Sim, i8)")
def list_picture(sim, post):
    """Put the rows of a post's tracks into the roster; one dropped since then is told by its state."""
    count = 0
    for k in range(sim.situation[0]["tracks_high"]):
        if sim.pictures[k] == post:
            sim.roster[count] = k
            count += 1
    sim.situation[0]["listed"] = count


@kernel("void(Sim, i8, i8)")
def drop(sim, k, why):
    """Free a track row; a confirmed one of a post is logged.  ``why`` is a ``codes.Drop``."""
    track = sim.tracks[k]
    if track["state"] == CONFIRMED and track["owner"] == POST:
        log_track_drop(sim, track, why)
    track["state"] = FREE
    sim.pictures[k] = NOBODY


@kernel("void(Track, Radar)")
def note_warning(track, radar):
    """A plot of an early-warning sensor: what is told so late is waited for, and searched for wider."""
    track["patience"] = max(track["patience"], radar["patience"])
    track["swerve"] = max(track["swerve"], radar["swerve"])


@kernel("tuple_of(f8, f8, f8)(Track, Plot)")
def aged(track, plot):
    """Deviations of range (m), azimuth and elevation (rad) of a plot, as they are at the time of a track.

    A plot that is older than the track is carried forward along it: by the error of its velocity, and by what the
    target may have done since.  Only late plots of early-warning sensors count: other links are quick.
    """
    sr, sa, se = plot["sigma_range"], plot["sigma_azimuth"], plot["sigma_elevation"]
    back = track["time"] - plot["time"]
    if plot["late"] <= 0.0 or back <= 0.0:
        return sr, sa, se
    turn = 0.5 * plot["swerve"] * back * back
    wide = (back * back * track["spread"][1] + turn * turn) / 3.0  # along each of three axes
    angle = wide / max(plot["range"] * plot["range"], 1.0)
    return math.sqrt(sr * sr + wide), math.sqrt(sa * sa + angle), math.sqrt(se * se + angle)


@kernel("void(Sim, i8, i8)")
def take(sim, k, i):
    """Update track ``k`` (predicted to the plot's time) with plot ``i``."""
    situation = sim.situation[0]
    track = sim.tracks[k]
    plot = sim.plots[i]
    radar = sim.radars[plot["radar"]]
    track["revisit"] = plot["revisit"]
    x = track["x"]
    back = min(plot["time"] - track["time"], 0.0)  # an older plot is carried forward along the track
    size = 7 if track["ballistic"] == 1 else 6
    at, axes, work = radar["position"], radar["axes"], sim.cost[MOST_PLOTS + 3]
    if radar["early"] == 1:
        at = plot["origin"]
    sr, sa, se = aged(track, plot)
    note_warning(track, radar)
    mx = plot["position"][0] - x[3] * back
    my = plot["position"][1] - x[4] * back
    mz = plot["position"][2] - x[5] * back
    if track["both"] == 1:
        weigh(sim.model[0], track, mx, my, mz, at, axes, sr, sa, se)
        y, q = track["other_x"], track["other_p"]
        update_position(y, q, 13 - size, mx, my, mz, at, axes, sr, sa, se, work)
    off = update_position(x, track["p"], size, mx, my, mz, at, axes, sr, sa, se, work)
    if track["ballistic"] == 0 and not undecided(sim.model[0], track):
        adapt(sim.model[0], track, off)
    note_spread(track)
    situation["updates"] += 1
    track["updated"] = max(track["updated"], plot["time"])
    track["hits"] += 1
    if track["assessed_dead"] == 1:
        track["dead_updates"] += 1
    if plot["flight"] != track["flight"]:
        if track["state"] == CONFIRMED and track["owner"] == POST and track["flight"] >= 0 and plot["flight"] >= 0:
            situation["swaps"] += 1
            log_swap(sim, track, plot["flight"])
        track["flight"] = plot["flight"]
    if track["state"] == TENTATIVE and track["hits"] >= sim.radars[track["radar"]]["confirm_hits"]:
        confirm(sim, k)
    classify(sim, k)
    if situation["record"] == 1:
        log_track_update(sim, track, plot["radar"])


@kernel("void(Sim, i8)")
def confirm(sim, k):
    """A tentative track has the hits it needs: it enters the post's picture, unless the picture is full."""
    situation = sim.situation[0]
    track = sim.tracks[k]
    if track["owner"] != POST:
        track["state"] = CONFIRMED
        return
    post = sim.posts[track["post"]]
    radar = sim.radars[track["radar"]]
    if post["held"] >= post["track_capacity"] or radar["held"] >= radar["track_capacity"]:
        drop(sim, k, PICTURE_FULL)
        return
    post["held"] += 1
    radar["held"] += 1
    track["state"] = CONFIRMED
    track["ask_at"] = situation["now"]
    if track["flight"] < 0:
        situation["false_tracks"] += 1
        log_false_track(sim, track)
    else:
        sim.flights[track["flight"]]["ever"] |= TRACKED
    classify(sim, k)
    log_track(sim, track)


@kernel("void(Sim, i8, i8)")
def pair_up(sim, k, i):
    """Two-point start of track ``k`` with plot ``i`` as its second plot."""
    track = sim.tracks[k]
    plot = sim.plots[i]
    radar = sim.radars[plot["radar"]]
    track["revisit"] = plot["revisit"]
    note_warning(track, radar)
    points, pull = sim.cost[MOST_PLOTS], sim.cost[MOST_PLOTS + 1]
    model = sim.model[0]
    dt = plot["time"] - track["time"]
    for axis in range(3):
        points[axis] = track["plot"][axis]
        points[3 + axis] = plot["position"][axis]
        pull[axis] = 0.0
    at, axes = radar["position"], radar["axes"]
    if radar["early"] == 1:
        at = plot["origin"]
    sr, sa, se = plot["sigma_range"], plot["sigma_azimuth"], plot["sigma_elevation"]
    x = track["x"]
    two_point_start(x, track["p"], points, dt, at, axes, sr, sa, se, model["maneuver_noise"], pull)
    track["speed"] = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    _, _, _, track["height"] = local_up(x[0], x[1], x[2])
    ask_whether_it_falls(model, track)
    if track["both"] == 1:  # what falls has bent its path between the two plots
        y = track["x"] if track["ballistic"] == 1 else track["other_x"]
        drag = math.exp(-model["log_coefficient"])
        ax, ay, az = ballistic_acceleration(y[0], y[1], y[2], y[3], y[4], y[5], drag)
        y[3] += 0.5 * dt * ax
        y[4] += 0.5 * dt * ay
        y[5] += 0.5 * dt * az
    note_spread(track)
    track["state"] = TENTATIVE
    track["time"] = plot["time"]
    track["updated"] = plot["time"]
    track["flight"] = plot["flight"]
    track["hits"] = 2
    if track["hits"] >= radar["confirm_hits"]:
        confirm(sim, k)
    classify(sim, k)


@kernel("b1(Sim, i8, i8)")
def alike(sim, k, j):
    """Whether two tracks can be one flight: six differences over their summed variances, chi-square below 95 %."""
    a, b = sim.tracks[k], sim.tracks[j]
    dt = a["time"] - b["time"]
    d2 = 0.0
    for axis in range(3):
        off = a["x"][axis] - b["x"][axis] - dt * b["x"][axis + 3]
        turn = a["x"][axis + 3] - b["x"][axis + 3]
        wide = a["p"][axis, axis] + b["p"][axis, axis] + dt * dt * b["p"][axis + 3, axis + 3]
        d2 += off * off / wide + turn * turn / (a["p"][axis + 3, axis + 3] + b["p"][axis + 3, axis + 3])
        if d2 > sim.model[0]["double_gate"]:
            return False
    return True


@kernel("void(Sim, i8)")
def merge_doubles(sim, k):
    """Drop confirmed track ``k`` when it has looked like an older one for some cycles (two tracks of one flight)."""
    track = sim.tracks[k]
    for n in range(sim.situation[0]["listed"]):
        j = sim.roster[n]
        if sim.tracks[j]["state"] == CONFIRMED and sim.tracks[j]["serial"] < track["serial"] and alike(sim, k, j):
            track["doubles"] += 1
            if track["doubles"] >= sim.model[0]["merge_cycles"] and track["engagements"] == 0:
                drop(sim, k, MERGED)
            return
    track["doubles"] = 0


@kernel("f8(Sim, i8)")
def wait_for_plot(sim, k):
    """Longest time (s) between two looks of its radar at a track: where its last plot was, or where it should be now.

    A flight that climbs out of the band that each frame searches into one that shares the time is seen less often.
    """
    track = sim.tracks[k]
    radar = sim.radars[track["radar"]]
    x = track["x"]
    dt = sim.situation[0]["now"] - track["time"]
    ahead_x, ahead_y, ahead_z = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    _, _, elevation, _ = bearing(radar["position"], radar["axes"], ahead_x, ahead_y, ahead_z)
    return max(radar["frame"], track["revisit"], revisit(radar, elevation))


@kernel("void(Sim, i8)")
def prune(sim, post):
    """Drop the post's tracks that got no plot for too long, and tentative ones that missed their hits."""
    now = sim.situation[0]["now"]
    limit = sim.posts[post]["drop_time"]
    held = 0
    for r in range(len(sim.radars)):
        if sim.radars[r]["post"] == post:
            sim.radars[r]["held"] = 0
    list_picture(sim, post)
    for n in range(sim.situation[0]["listed"]):
        k = sim.roster[n]
        track = sim.tracks[k]
        radar = sim.radars[track["radar"]]
        late = max(1.0, radar["link_delay"])  # what is on its way is no miss
        window = radar["confirm_window"] * max(radar["frame"], track["revisit"]) + late
        if track["state"] == CONFIRMED:
            silent = now - track["updated"]
            most = max(limit, track["patience"])
            if silent > most and silent > limit + radar["drop_misses"] * (wait_for_plot(sim, k) - radar["frame"]):
                drop(sim, k, MISSES)
            else:
                merge_doubles(sim, k)
                held += 1
                radar["held"] += 1 if radar["post"] == post else 0
        elif now - track["born"] > window:
            drop(sim, k, MISSES)
    sim.posts[post]["held"] = held
