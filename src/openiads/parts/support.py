"""Support: whether the engagement radar will see a target often enough to lead a round to it.

The target's echo fades anew in every slot of its decorrelation time.  A round flies on without support for so long, by
the phase it is in; a longer run of slots in which nothing is seen ends it.  So the probability of support is that of no
such run, exact for independent slots, at the signal that the radar has measured, carried to the range of the phase.
A crew does not know how its target fades: it reckons with an exponential law, the first and second of Swerling's.
"""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts.engagements import is_active, noise_at
from openiads.parts.sensing import angle_error
from openiads.physics.detection import probability_at
from openiads.world.layout import MOST_PLOTS

QUANTILES = 24  # of the exponential law, midpoints of equal shares
LONGEST_RUN = 32  # slots; a longer break is as good as none
MOST_SLOTS = 400
FAINTEST = 10.0  # signal to noise of a look that gives a measurement, at least: about the threshold


@kernel("f8(f8[::1], i8, f8, f8)")
def seen_in_a_slot(tables, table, signal, looks):
    """Probability that at least one of ``looks`` looks within one slot of fading sees a target of mean ``signal``."""
    missed = 0.0
    for i in range(QUANTILES):
        fade = -math.log((i + 0.5) / QUANTILES)
        each = 1.0 - probability_at(tables, table, signal * fade)
        missed += math.exp(max(looks, 1.0) * math.log(max(each, 1e-300)))
    return 1.0 - missed / QUANTILES


@kernel("f8(f8, i8, i8, f8[::1])")
def no_long_gap(seen, slots, run, work):
    """Probability that ``slots`` independent slots, each seen with probability ``seen``, hold no ``run`` unseen in a
    row.

    work : at least LONGEST_RUN words of scratch; a run of more than that is taken for that long.
    """
    if run < 1:
        return 0.0 if slots > 0 else 1.0
    run = min(run, LONGEST_RUN)
    work[0] = 1.0  # probability of a present gap of i slots
    for i in range(1, run):
        work[i] = 0.0
    for _ in range(min(slots, MOST_SLOTS)):
        total = 0.0
        for i in range(run):
            total += work[i]
        for i in range(run - 1, 0, -1):
            work[i] = (1.0 - seen) * work[i - 1]
        work[0] = seen * total
    total = 0.0
    for i in range(run):
        total += work[i]
    return total


@kernel("f8(Sim, i8, i8, f8, f8)")
def support_probability(sim, e, magazine, arrival, distance):
    """Probability that a round of engagement ``e`` launched now keeps its support until it meets the target.

    magazine : row of the kind of round;  arrival : s, predicted intercept;  distance : m from the radar to it
    """
    situation = sim.situation[0]
    engagement = sim.engagements[e]
    kind = sim.magazines[magazine]
    radar = sim.radars[sim.units[engagement["unit"]]["radar"]]
    if situation["detection_by_range"] == 1 or engagement["signal"] <= 0.0 or kind["optical"] == 1:
        return 1.0
    slot, interval = radar["decorrelation"], radar["service_interval"]
    looks = slot / interval
    work = sim.cost[MOST_PLOTS + 3]
    flight = max(arrival - situation["now"], 0.0)
    last = min(sim.interceptors[kind["interceptor"]]["handover_time"], flight)
    near = max(distance, 1.0)
    far = max(math.sqrt(near * max(engagement["seen_at"], near)), near)  # between the two ends of the way
    signal = engagement["signal"] * radar["stretch_most"]
    at_end = signal / (near * near * near * near) / noise_at(engagement, near)
    on_way = signal / (far * far * far * far) / noise_at(engagement, far)
    close = seen_in_a_slot(sim.tables, radar["pd_table"], at_end, looks)
    away = seen_in_a_slot(sim.tables, radar["pd_table"], on_way, looks)
    # a break of whole slots is bridged by what is seen just before and after it: the gap must be one slot longer
    mid_run = int((kind["midcourse_break"] + interval) / slot) + 1
    end_run = int((kind["support_break"] + interval) / slot) + 1
    kept = no_long_gap(away, int(math.ceil((flight - last) / slot)), mid_run, work)
    if is_active(sim, magazine):
        return kept
    return kept * no_long_gap(close, int(math.ceil(last / slot)), end_run, work)


@kernel("f8(Sim, i8, f8[::1], f8)")
def aim_share(sim, e, aim, distance):
    """Share of its told kill probability that engagement ``e``'s radar leaves a round that is led along its track.

    aim : of the kind of round and class of target, `elements.MAGAZINE`;  distance : m from the radar to the intercept.
    A miss has two parts (`lethality.mean_kill_probability`): the error of each measurement, as the loop of guidance
    passes it on, and the deviation of the track, which it flies on.  The radar's last look says how well it will
    measure at the intercept; the track's deviation across the line of sight goes with that.  Nearer than the
    reference engagement a crew counts on what it was told, not on more.
    """
    engagement = sim.engagements[e]
    own = engagement["own"]
    if aim[0] <= 0.0 or own < 0 or sim.situation[0]["detection_by_range"] == 1:
        return 1.0
    radar, x, p = sim.radars[sim.units[engagement["unit"]]["radar"]], sim.tracks[own]["x"], sim.tracks[own]["p"]
    at = radar["position"]
    dx, dy, dz = x[0] - at[0], x[1] - at[1], x[2] - at[2]
    along = p[0, 0] * dx * dx + p[1, 1] * dy * dy + p[2, 2] * dz * dz
    along += 2.0 * (p[0, 1] * dx * dy + p[0, 2] * dx * dz + p[1, 2] * dy * dz)
    along /= max(dx * dx + dy * dy + dz * dz, 1.0)
    across = 0.5 * max(p[0, 0] + p[1, 1] + p[2, 2] - along, 0.0)
    seen, near = max(engagement["seen_at"], 1.0), max(distance, 1.0)
    now = engagement["signal"] / (seen * seen * seen * seen) / noise_at(engagement, seen)
    then = engagement["signal"] / (near * near * near * near) / noise_at(engagement, near)
    longer = radar["stretch_most"]
    carried = near * angle_error(radar, then * longer) / (seen * angle_error(radar, now * longer))
    each = aim[2] * near * angle_error(radar, max(then, FAINTEST))
    return min(aim[0] / (aim[1] + each * each + across * carried * carried), 1.0)
