"""Fusion at a command post: plots that arrive are gathered, given to tracks at least cost, or start new ones."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts.flights import away_from
from openiads.parts.hypotheses import UP_IS_SURE
from openiads.parts.tracks import ONE_PLOT, POST, TENTATIVE, aged, list_picture, new_track, pair_up, predict, take
from openiads.physics.association import assign
from openiads.physics.filtering import position_distance, vertical_deviation
from openiads.physics.motion import local_up
from openiads.world.layout import MOST_PLOTS

SURELY_FLAT = 0.246  # squared sine of a climb that is less than 30 degrees whichever way up is taken
FORBIDDEN = 1e9  # cost of a pair outside the gate


@kernel("b1(Model, Track, Plot)")
def near(model, track, plot):
    """Whether a plot may lie in a track's gate, by a test that is cheap and wider than the gate."""
    dt = plot["time"] - track["time"]
    if dt < -max(model["late_plot"], plot["late"]):
        return False
    x = track["x"]
    reach = 0.0
    for axis in range(3):
        off = plot["position"][axis] - x[axis] - x[axis + 3] * dt
        reach += off * off
    ahead = abs(dt)
    wide = track["spread"][0] + ahead * ahead * track["spread"][1]
    across = plot["range"] * max(plot["sigma_azimuth"], plot["sigma_elevation"])
    turns = track["noise"] * ahead * ahead * ahead
    wide += plot["sigma_range"] * plot["sigma_range"] + 2.0 * across * across + turns
    fall = 5.0 * ahead * ahead if track["both"] == 1 else 0.0
    swerve = 0.5 * plot["swerve"] * ahead * ahead
    wide += swerve * swerve
    return reach <= 20.0 * wide + fall * fall


@kernel("f8(Sim, i8, i8)")
def cost(sim, k, i):
    """Cost of giving plot ``i`` to the post's track ``k``: statistical distance, FORBIDDEN outside the gate."""
    track = sim.tracks[k]
    plot = sim.plots[i]
    x = track["x"]
    p = track["p"]
    back = min(plot["time"] - track["time"], 0.0)
    predict(sim, k, plot["time"])
    radar = sim.radars[plot["radar"]]
    at, axes = radar["position"], radar["axes"]
    if radar["early"] == 1:
        at = plot["origin"]
    sr, sa, se = aged(track, plot)
    mx = plot["position"][0] - x[3] * back
    my = plot["position"][1] - x[4] * back
    mz = plot["position"][2] - x[5] * back
    d2, spread = position_distance(x, p, mx, my, mz, at, axes, sr, sa, se)
    if track["both"] == 1:  # it may be either
        other, wide = position_distance(track["other_x"], track["other_p"], mx, my, mz, at, axes, sr, sa, se)
        if other + wide < d2 + spread:
            d2, spread = other, wide
    return d2 + spread if d2 < sim.model[0]["track_gate"] else FORBIDDEN


@kernel("f8(Model, Track, Plot, Radar, f8)")
def mismatch(model, track, plot, radar, dt):
    """How badly two plots ``dt`` s apart fit one flight: squared difference of the radial speed that their ranges say
    and the mean of the two measured, over its variance; inf beyond the gate of pairs.

    The range changes by more than its rate says where the line of sight turns: the span of the radial speeds is added.
    A radar that flies has moved since: the first plot's range is taken anew from where it was at the second.
    """
    before = track["plot_range"]
    if radar["early"] == 1:
        before = away_from(plot["origin"], track["plot"][0], track["plot"][1], track["plot"][2])
    said = (plot["range"] - before) / dt
    measured = 0.5 * (plot["radial_speed"] + track["plot_speed"])
    turned = 0.5 * (plot["radial_speed"] - track["plot_speed"])
    fit = 2.0 * plot["sigma_range"] * plot["sigma_range"] / (dt * dt)
    wide = fit + 0.5 * radar["sigma_radial"] * radar["sigma_radial"] + turned * turned
    wide += plot["speed_error"] * plot["speed_error"]
    odds = (said - measured) * (said - measured) / wide
    return odds if odds < model["pair_gate"] else math.inf


@kernel("void(Sim, i8)")
def start(sim, i):
    """A plot that no track took: the second of a pair makes a tentative track, a lone one waits for its pair.

    Of several first plots that it may pair with, the one whose ranges agree best with the measured radial speeds.
    """
    plot = sim.plots[i]
    radar = sim.radars[plot["radar"]]
    nearest = -1
    least = math.inf
    for n in range(sim.situation[0]["listed"]):
        k = sim.roster[n]
        track = sim.tracks[k]
        if track["state"] != ONE_PLOT or track["radar"] != plot["radar"]:
            continue
        dt = plot["time"] - track["time"]
        soonest = 0.5 * radar["frame"]
        if radar["confirm_interval"] > 0.0:
            soonest = min(soonest, 0.5 * radar["confirm_interval"])
        if dt < soonest or dt > 2.5 * plot["revisit"]:
            continue
        off = 0.0
        for axis in range(3):
            part = plot["position"][axis] - track["plot"][axis]
            off += part * part
        span = sim.model[0]["pair_speed"] * dt + 3.0 * track["plot_sigma"]
        odds = mismatch(sim.model[0], track, plot, radar, dt)
        if off < span * span and odds < least:
            least = odds
            nearest = k
    if nearest >= 0:
        pair_up(sim, nearest, i)
        return
    if sim.posts[plot["post"]]["held"] >= sim.posts[plot["post"]]["track_capacity"]:
        return  # the picture is full: nothing new is begun
    k = new_track(sim, POST, plot["post"])
    if k < 0:
        return
    sim.roster[sim.situation[0]["listed"]] = k
    sim.situation[0]["listed"] += 1
    track = sim.tracks[k]
    track["state"] = ONE_PLOT
    track["radar"] = plot["radar"]
    track["time"] = plot["time"]
    track["born"] = plot["time"]
    track["updated"] = plot["time"]
    track["flight"] = plot["flight"]
    track["plot_range"] = plot["range"]
    track["plot_speed"] = plot["radial_speed"]
    track["revisit"] = plot["revisit"]
    track["plot_sigma"] = plot["range"] * max(plot["sigma_azimuth"], plot["sigma_elevation"])
    for axis in range(3):
        track["plot"][axis] = plot["position"][axis]


@kernel("b1(Track)")
def climbs(track):
    """Whether a track may climb at more than 30 degrees: by a test that is cheap and lets more pass."""
    x = track["x"]
    rise = x[0] * x[3] + x[1] * x[4] + x[2] * x[5]  # from the earth's center; its normal is within 0.2 degrees of that
    center = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    return rise > 0.0 and rise * rise > SURELY_FLAT * center * track["speed"] * track["speed"]


@kernel("f8(Sim, i8, i8)")
def turned_cost(sim, k, i):
    """Cost of giving plot ``i`` to a track that ``climbs``, if it surely does and has turned hard, else FORBIDDEN.

    It surely climbs at more than 30 degrees: no flight does so for long, a missile under power does.  The hardest
    maneuver noise q (m2/s4) is taken for an acceleration that was held since the last plot and a second more, which its
    filter has taken for noise: variance q t^4 / 4 of the place.
    """
    track, plot, model = sim.tracks[k], sim.plots[i], sim.model[0]
    x, p = track["x"], track["p"]
    dt = plot["time"] - track["time"]
    ux, uy, uz, _ = local_up(x[0], x[1], x[2])
    up = x[3] * ux + x[4] * uy + x[5] * uz
    if dt < -model["late_plot"] or up - UP_IS_SURE * vertical_deviation(x, p, 3) <= 0.5 * track["speed"]:
        return FORBIDDEN
    since = 1.0 + abs(plot["time"] - track["updated"])
    wide = 0.25 * model["maneuver_noise_most"] * since * since * since * since
    back = min(dt, 0.0)
    predict(sim, k, plot["time"])
    kept = p[0, 0], p[1, 1], p[2, 2]
    for axis in range(3):
        p[axis, axis] += wide
    radar = sim.radars[plot["radar"]]
    sr, sa, se = plot["sigma_range"], plot["sigma_azimuth"], plot["sigma_elevation"]
    mx = plot["position"][0] - x[3] * back
    my = plot["position"][1] - x[4] * back
    mz = plot["position"][2] - x[5] * back
    d2, spread = position_distance(x, p, mx, my, mz, radar["position"], radar["axes"], sr, sa, se)
    p[0, 0], p[1, 1], p[2, 2] = kept
    return d2 + spread if d2 < model["track_gate"] else FORBIDDEN


@kernel("i8(Sim, i8, i8)")
def turned(sim, i, ready):
    """The track that a plot beyond every gate belongs to, if one that climbs and got none of the batch may have turned
    so hard; -1.

    Without it a missile whose motor burns leaves its own gate, and begins a second and a third track.  Flights in
    formation leave their gates too, and are too near each other for a wider one: theirs stays as it is.
    Source: [barshalom2001], section 11.2 (a maneuver is declared when the innovation leaves its gate).
    """
    best, least = -1, FORBIDDEN
    for n in range(sim.situation[0]["listed"]):
        k = sim.roster[n]
        if sim.tracks[k]["state"] < TENTATIVE or not climbs(sim.tracks[k]):
            continue
        free = True
        for other in range(ready):
            c = sim.candidates[1, other]
            free = free and not (c >= 0 and sim.candidates[0, c] == k)
        if free:
            price = turned_cost(sim, k, i)
            if price < least:
                best, least = k, price
    if best < 0:
        return -1
    track, noise = sim.tracks[best], sim.model[0]["maneuver_noise_most"]
    since = 1.0 + abs(sim.plots[i]["time"] - track["updated"])
    for axis in range(3):  # what an acceleration that was held so long may have done
        for p in (track["p"], track["other_p"]):
            p[axis, axis] += 0.25 * noise * since * since * since * since
            p[axis, axis + 3] += 0.5 * noise * since * since * since
            p[axis + 3, axis] += 0.5 * noise * since * since * since
            p[axis + 3, axis + 3] += noise * since * since
    return best


@kernel("i8(Sim, i8)")
def gather(sim, post):
    """Move the plots of one radar that have reached the post to the front, in their order; how many.

    A flight gives one radar at most one plot of a batch, so each of them belongs to another track; plots of two radars
    may belong to the same one and are associated one radar after the other.
    """
    situation = sim.situation[0]
    radar = -1
    ready = 0
    for i in range(situation["plots_count"]):
        plot = sim.plots[i]
        if plot["post"] != post or plot["arrives"] > situation["now"] or ready >= MOST_PLOTS:
            continue
        if radar < 0:
            radar = plot["radar"]
        if plot["radar"] == radar:
            swap_plots(sim, ready, i)
            ready += 1
    return ready


@kernel("void(Sim, i8)")
def fuse(sim, post):
    """Plots that reach the post now: radar by radar associate, update, start; what is still under way is kept."""
    situation = sim.situation[0]
    sim.posts[post]["fuse_due"] = math.inf
    ready = gather(sim, post)
    while ready > 0:
        associate(sim, post, ready)
        if situation["status"] != 0:
            return
        count = situation["plots_count"]
        for i in range(ready, count):
            sim.plots[i - ready] = sim.plots[i]
        situation["plots_count"] = count - ready
        ready = gather(sim, post)
    for i in range(situation["plots_count"]):
        if sim.plots[i]["post"] == post:
            sim.posts[post]["fuse_due"] = min(sim.posts[post]["fuse_due"], sim.plots[i]["arrives"])


@kernel("void(Sim, i8, i8)")
def swap_plots(sim, i, j):
    """Exchange two rows of the plots through the spare last row."""
    if i == j:
        return
    spare = len(sim.plots) - 1
    sim.plots[spare] = sim.plots[i]
    sim.plots[i] = sim.plots[j]
    sim.plots[j] = sim.plots[spare]


@kernel("void(Sim, i8, i8)")
def associate(sim, post, ready):
    """Give the first ``ready`` plots to the post's tracks at least total cost; what no track takes starts a new one.

    Without a conflict (no two plots want one track, no plot has two candidates) the answer is already there.
    """
    columns = 0
    conflict = False
    list_picture(sim, post)
    for i in range(ready):
        sim.candidates[1, i] = -1
        for c in range(columns):
            sim.cost[i, c] = FORBIDDEN
        for n in range(sim.situation[0]["listed"]):
            k = sim.roster[n]
            if sim.tracks[k]["state"] < TENTATIVE or not near(sim.model[0], sim.tracks[k], sim.plots[i]):
                continue
            price = cost(sim, k, i)
            if price >= FORBIDDEN:
                continue
            c = 0
            while c < columns and sim.candidates[0, c] != k:
                c += 1
            if c < columns or sim.candidates[1, i] >= 0:
                conflict = True
            if c == columns:
                if columns == sim.cost.shape[1] - 2:
                    continue
                sim.candidates[0, c] = k
                columns += 1
                for earlier in range(i + 1):
                    sim.cost[earlier, c] = FORBIDDEN
            sim.cost[i, c] = price
            sim.candidates[1, i] = c
    if conflict:
        assign(
            sim.cost,
            ready,
            columns,
            FORBIDDEN,
            sim.candidates[1],
            sim.cost[MOST_PLOTS : MOST_PLOTS + 3],
            sim.candidates[2:5],
        )
    for i in range(ready):
        c = sim.candidates[1, i]
        if c >= 0:
            predict(sim, sim.candidates[0, c], sim.plots[i]["time"])
            take(sim, sim.candidates[0, c], i)
        else:
            k = turned(sim, i, ready) if columns < sim.cost.shape[1] - 2 else -1
            if k >= 0:
                sim.candidates[0, columns], sim.candidates[1, i] = k, columns  # no other plot of the batch is its
                columns += 1
                take(sim, k, i)
            else:
                start(sim, i)
        if sim.situation[0]["status"] != 0:
            return
