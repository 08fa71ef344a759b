"""Asking who it is: interrogations and the procedural evidence a track can show.  The one part that reads a flight's
code.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.physics.motion import local_up
from openiads.world.codes import Evidence

MILITARY, CIVIL_MODE = 0, 1  # modes, and the boxes that answer in them
IFF_REPLY = 1 << int(Evidence.IFF_REPLY)
IFF_NO_REPLY = 1 << int(Evidence.IFF_NO_REPLY)
CIVIL = 1 << int(Evidence.CIVIL_TRANSPONDER)
NO_CIVIL = 1 << int(Evidence.NO_CIVIL_TRANSPONDER)
IN_CORRIDOR = 1 << int(Evidence.IN_CORRIDOR)
OFF_CORRIDOR = 1 << int(Evidence.OFF_CORRIDOR)
FLIGHT_PLAN = 1 << int(Evidence.FLIGHT_PLAN)
NO_FLIGHT_PLAN = 1 << int(Evidence.NO_FLIGHT_PLAN)


@kernel("b1(Sim, i8, i8)")
def understood(sim, post, f):
    """Whether flight ``f`` carries a military mode that a post understands: none of another party's."""
    theirs, mine = sim.flights[f]["party"], sim.posts[post]["party"]
    return sim.flights[f]["iff"] == 1 and (theirs == 0 or mine == 0 or theirs == mine)


@kernel("b1(Sim, i8, i8, i8, i8)")
def answers(sim, post, f, mode, n):
    """Whether flight ``f`` answers a post's ``n``-th question in a mode: its equipment works, and this reply comes.

    Where both modes are one box, they fail and answer together; a wrong code of the day silences the military mode of
    a whole unit, and no civil one.
    """
    situation = sim.situation[0]
    flight = sim.flights[f]
    if (mode == MILITARY and not understood(sim, post, f)) or (mode == CIVIL_MODE and flight["transponder"] == 0):
        # without it the flight may still appear to answer, all along
        return dice.equipment(sim, f, mode) > 1.0 - situation["iff_false_reply"]
    if mode == MILITARY and situation["code_failure"] > 0.0 and dice.code(sim, f) < situation["code_failure"]:
        return False
    box = mode
    if mode == CIVIL_MODE and flight["iff"] == 1 and dice.one_box(sim, f) < situation["iff_together"]:
        box = MILITARY
    if dice.equipment(sim, f, box) < situation["iff_persistent"]:
        return False
    return dice.reply(sim, post, f, box, n) >= situation["iff_reply"]


@kernel("b1(f8[:, ::1], i8, f8, f8, f8, f8, f8, b1)")
def along(points, count, half_width, x, y, z, height, onward):
    """Whether a point lies within half a width of an axis, which goes on beyond its ends if ``onward``.

    points : at sea level, ECEF, m, shape (n, 3), of which ``count`` are in use;  height : of the point x, y, z, m
    """
    scale = 1.0 + height / 6371000.0
    last = count - 2
    for i in range(last + 1):
        a = points[i]
        b = points[i + 1]
        dx, dy, dz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
        px, py, pz = x / scale - a[0], y / scale - a[1], z / scale - a[2]
        length = max(dx * dx + dy * dy + dz * dz, 1.0)
        u = (px * dx + py * dy + pz * dz) / length
        if u < 0.0 and not (onward and i == 0):
            u = 0.0
        if u > 1.0 and not (onward and i == last):
            u = 1.0
        ox, oy, oz = px - u * dx, py - u * dy, pz - u * dz
        if ox * ox + oy * oy + oz * oz <= half_width * half_width:
            return True
    return False


@kernel("b1(Sim, f8, f8, f8)")
def inside_corridor(sim, x, y, z):
    """Whether a point lies within any corridor's width and heights."""
    _, _, _, height = local_up(x, y, z)
    for c in range(len(sim.corridors)):
        corridor = sim.corridors[c]
        if corridor["floor"] <= height <= corridor["ceiling"]:
            if along(corridor["points"], corridor["count"], corridor["half_width"], x, y, z, height, False):
                return True
    return False


@kernel("b1(Sim, i8, f8, f8, f8)")
def on_plan(sim, f, x, y, z):
    """Whether a point fits the plan that is held of flight ``f``.

    One that names a corridor fits what is on its axis, also before its entry and past its exit, at any height.
    """
    flight = sim.flights[f]
    if flight["flight_plan"] == 0:
        return False
    if flight["corridor"] < 0:
        return True
    _, _, _, height = local_up(x, y, z)
    lane = sim.corridors[flight["corridor"]]
    return along(lane["points"], lane["count"], lane["half_width"], x, y, z, height, True)


@kernel("b1(Sim, i8, i8)")
def ask(sim, post, k):
    """Ask track ``k`` once more and enter who answers; True if that was the last question.

    Both modes at once; or in turn, the civil one only after all questions in the military one have found no answer.
    """
    situation = sim.situation[0]
    track = sim.tracks[k]
    n, most = track["asked"], situation["interrogations"]
    in_turn = situation["in_turn"]
    f = track["flight"]  # whoever flies there hears the question
    track["questioned"] = f
    track["asked"] = n + 1
    if f >= 0:
        if (in_turn == 0 or n < most) and answers(sim, post, f, MILITARY, n):
            track["evidence"] |= IFF_REPLY
        if (in_turn == 0 or n >= most) and answers(sim, post, f, CIVIL_MODE, n):
            track["evidence"] |= CIVIL
    if in_turn == 0:
        return n + 1 >= most
    return n + 1 >= 2 * most or track["evidence"] & (IFF_REPLY | CIVIL) != 0


@kernel("void(Sim, i8, i8)")
def interrogate(sim, post, k):
    """Put the questions to track ``k`` that were due by now; after the last one enter what was heard, and corridor and
    plan, as evidence.

    The interrogator asks at its own pace from the start of the track, and the post learns of it when it looks at its
    picture: pace and cycle are not rounded to one another.
    """
    situation = sim.situation[0]
    track = sim.tracks[k]
    now = situation["now"]
    over = False
    while not over and track["ask_at"] <= now + 1e-9:  # infinite once it was asked all there is to ask
        over = ask(sim, post, k)
        track["ask_at"] += sim.posts[post]["interrogation_interval"]
    if not over:
        return
    f = track["flight"]
    bits = track["evidence"]
    if bits & IFF_REPLY == 0:
        bits |= IFF_NO_REPLY
    if bits & CIVIL == 0 and (situation["in_turn"] == 0 or bits & IFF_REPLY == 0):
        bits |= NO_CIVIL
    dt = now - track["time"]
    x = track["x"]
    px, py, pz = x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt
    bits |= IN_CORRIDOR if inside_corridor(sim, px, py, pz) else OFF_CORRIDOR
    bits |= FLIGHT_PLAN if f >= 0 and on_plan(sim, f, px, py, pz) else NO_FLIGHT_PLAN
    track["evidence"] = bits
    track["ask_at"] = math.inf
