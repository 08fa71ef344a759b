"""Links: which post each radar and fire unit hears from, as posts and links fail or come into range."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts.flights import away_from
from openiads.parts.pictures import forget_tracked
from openiads.parts.tracks import drop
from openiads.world.codes import Drop, Element
from openiads.world.elements import LEVELS
from openiads.world.log_elements import log_devolve, log_element_down

ON_LAUNCHER = int(Element.LAUNCHER)
POST_GONE = int(Drop.POST_GONE)


@kernel("b1(Sim, i8)")
def linked(sim, post):
    """Whether a post has its link to the one above: not failed, and not farther than it carries."""
    row = sim.posts[post]
    if row["superior"] < 0 or sim.situation[0]["now"] >= row["link_fails_at"]:
        return False
    at = sim.posts[row["superior"]]["position"]
    return away_from(row["position"], at[0], at[1], at[2]) <= row["link_range"]


@kernel("i8(Sim, i8[::1])")
def highest(sim, posts):
    """The highest post of a chain that can be heard: all below it live and are linked; -1 for none."""
    now = sim.situation[0]["now"]
    level = -1
    for n in range(LEVELS):
        if posts[n] < 0 or now >= sim.posts[posts[n]]["fails_at"]:
            break
        if n > 0 and not linked(sim, posts[n - 1]):
            break
        level = n
    return level


@kernel("void(Sim, i8)")
def wake(sim, post):
    """Let a post that had nobody under it begin its cycle."""
    row = sim.posts[post]
    if row["due"] == math.inf:
        row["due"] = sim.situation[0]["now"] + row["cycle"]


@kernel("void(Sim)")
def relink(sim):
    """Put every fire unit and radar under the highest post it can hear now; what changes is logged."""
    for u in range(len(sim.units)):
        unit = sim.units[u]
        level = highest(sim, unit["posts"])
        if level == unit["level"] or level < 0:
            continue
        before = unit["post"]
        unit["level"] = level
        unit["post"] = unit["posts"][level]
        wake(sim, unit["post"])
        log_devolve(sim, u, -1, before, unit["post"])
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        level = highest(sim, radar["posts"])
        if level == radar["level"]:
            continue
        before = radar["post"]
        radar["level"] = level
        if level >= 0:
            radar["post"] = radar["posts"][level]
            radar["link_delay"] = radar["delays"][level]
            radar["link_loss"] = radar["losses"][level]
            wake(sim, radar["post"])
        else:  # it turns on, but nobody hears it
            radar["post"] = -1
        log_devolve(sim, -1, r, before, radar["post"])


@kernel("void(Sim)")
def miss_launchers(sim):
    """Log launchers whose planned failure has come, once each; radars and posts log their own."""
    now = sim.situation[0]["now"]
    for k in range(len(sim.launchers)):
        launcher = sim.launchers[k]
        if launcher["down"] == 0 and now >= launcher["fails_at"]:
            launcher["down"] = 1
            log_element_down(sim, ON_LAUNCHER, k, -1)


@kernel("void(Sim, i8)")
def forget(sim, post):
    """The picture of a post that decides no more is gone, but for the tracks that are being engaged."""
    for f in range(len(sim.flights)):
        forget_tracked(sim.flights[f], post)
    for k in range(sim.situation[0]["tracks_high"]):
        track = sim.tracks[k]
        if sim.pictures[k] == post and track["engagements"] == 0 and track["in_flight"] == 0:
            drop(sim, k, POST_GONE)
