"""Two hypotheses of a fast track, filtered side by side: that it flies, and that it falls.

A level flyer at 900 m/s and a missile that falls as fast differ by gravity and drag alone, which the first plots do not
show.  So both are filtered, each plot adds the logarithm of its likelihood ratio to the odds, and the track
changes its class when these are clear.  Until then it may be either: it threatens if either does.

At twice the odds that decide, the losing filter has drifted off; it starts anew from the winner, so that a missile
whose motor burns out, or an aircraft that levels off, can still be told.
Source: [barshalom2001], section 11.6 (likelihoods of parallel filters, and the odds of a sequential test).
"""

from __future__ import annotations

import math

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.physics.filtering import position_distance, switch_to_ballistic, vertical_deviation

UP_IS_SURE = 2.0  # deviations


@kernel("void(Track)")
def exchange(track):
    """Make the other hypothesis the track's own."""
    x, p, y, q = track["x"], track["p"], track["other_x"], track["other_p"]
    for i in range(7):
        x[i], y[i] = y[i], x[i]
        for j in range(7):
            p[i, j], q[i, j] = q[i, j], p[i, j]
    track["ballistic"] = 1 - track["ballistic"]
    track["spread"][0] = p[0, 0] + p[1, 1] + p[2, 2]
    track["spread"][1] = p[3, 3] + p[4, 4] + p[5, 5]


@kernel("void(Model, Track)")
def seed_other(model, track):
    """Start the other hypothesis from the state of the track's own."""
    for i in range(7):
        track["other_x"][i] = track["x"][i]
        for j in range(7):
            track["other_p"][i, j] = track["p"][i, j]
    if track["ballistic"] == 0:
        switch_to_ballistic(track["other_x"], track["other_p"], model["log_coefficient"], model["coefficient_variance"])
    track["both"] = 1


@kernel("b1(Model, Track)")
def undecided(model, track):
    """Whether a track may as well be of the other hypothesis: its odds are not even the root of those that decide.

    The class itself changes at the full odds, so that it does not change to and fro.
    """
    return track["both"] == 1 and abs(track["odds"]) < 0.5 * math.log(model["class_odds"])


@kernel("void(Model, Track)")
def ask_whether_it_falls(model, track):
    """Begin to filter both hypotheses of a track that is fast, or end it where a flight has slowed down.

    What is surely above every flight falls, until shown otherwise.
    """
    if track["both"] == 1:
        if track["ballistic"] == 0 and track["speed"] < 0.9 * model["falling_speed"]:
            track["both"] = 0
        return
    if track["speed"] < model["falling_speed"] or track["height"] < model["falling_height"]:
        return
    seed_other(model, track)
    track["odds"] = 0.0
    if track["height"] - UP_IS_SURE * vertical_deviation(track["x"], track["p"], 0) > model["flight_ceiling"]:
        exchange(track)
        track["odds"] = math.log(model["class_odds"])


@kernel("void(Model, Track, f8, f8, f8, f8[::1], f8[:, ::1], f8, f8, f8)")
def weigh(model, track, mx, my, mz, at, axes, sigma_range, sigma_azimuth, sigma_elevation):
    """Add what a measured point says to the odds that a track falls; arguments as for ``update_position``.

    To be called before either hypothesis takes the point.
    """
    own, spread = position_distance(
        track["x"], track["p"], mx, my, mz, at, axes, sigma_range, sigma_azimuth, sigma_elevation
    )
    other, wide = position_distance(
        track["other_x"], track["other_p"], mx, my, mz, at, axes, sigma_range, sigma_azimuth, sigma_elevation
    )
    gain = 0.5 * (other + wide - own - spread)
    most = 2.0 * math.log(model["class_odds"])
    track["odds"] += gain if track["ballistic"] == 1 else -gain
    track["odds"] = min(max(track["odds"], -most), most)


@kernel("void(Model, Track)")
def choose(model, track):
    """Take the class that the odds decide on; a hypothesis that has lost clearly starts anew."""
    clear = math.log(model["class_odds"])
    if (track["odds"] > clear and track["ballistic"] == 0) or (track["odds"] < -clear and track["ballistic"] == 1):
        exchange(track)
    if abs(track["odds"]) >= 2.0 * clear:
        seed_other(model, track)
        track["odds"] = clear if track["ballistic"] == 1 else -clear
