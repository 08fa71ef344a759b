"""Service of an engagement radar: it acquires the tracks its unit is assigned and holds them while rounds fly."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.engagements import begin_decision, is_active, noise_at, note_signal, release
from openiads.parts.flights import state_of
from openiads.parts.gates import set_gate, set_gate_below, set_gate_jammed, set_gate_range, set_gate_sector
from openiads.parts.geometry import angle_between, bearing, polar
from openiads.parts.jamming import strobe_signal, through_at
from openiads.parts.radars import fill_plot
from openiads.parts.sensing import (
    BELOW_HORIZON,
    BELOW_MASK,
    OUT_OF_RANGE,
    OUT_OF_SECTOR,
    VISIBLE,
    bearing_errors,
    detects,
    measure,
    sense,
)
from openiads.parts.tracks import CONFIRMED, ONE_PLOT, new_track, pair_up, predict, take
from openiads.physics.filtering import measured_position
from openiads.world.codes import Gate, Stage
from openiads.world.log import log_acquire
from openiads.world.log_elements import log_overload, log_slew

NONE, ACQUIRING = int(Stage.NONE), int(Stage.ACQUIRING)
ASSESSING, SERVICE = int(Stage.ASSESSING), int(Stage.SERVICE)
HORIZON, MASK = int(Gate.HORIZON), int(Gate.MASK)
NOT_ACQUIRED, UNIT_NOT_READY = int(Gate.NOT_ACQUIRED), int(Gate.UNIT_NOT_READY)
SILENT = int(Gate.SILENT)


@kernel("i8(Sim, i8)")
def priority(sim, e):
    """Class of service of an engagement: 0 its rounds are guided, 1 engaged, 2 being acquired, 3 none."""
    engagement = sim.engagements[e]
    if engagement["state"] == NONE or engagement["state"] == SERVICE:
        return 3
    if engagement["in_flight"] > 0:
        return 0
    return 2 if engagement["state"] == ACQUIRING else 1


@kernel("f8(Sim, i8, i8, f8)")
def stretch(sim, r, e, most):
    """How many times the usual dwell radar ``r`` gives the target of engagement ``e``: more for a weak echo.

    most : that there is time for
    """
    radar, engagement = sim.radars[r], sim.engagements[e]
    square = max(engagement["seen_at"] * engagement["seen_at"], 1.0)
    now = engagement["signal"] / (square * square) / noise_at(engagement, engagement["seen_at"])
    longer = min(radar["wanted_signal"] / max(now, 1e-12), radar["stretch_most"], most)
    engagement["stretch"] = max(longer, 1.0) if engagement["signal"] > 0.0 else 1.0
    return engagement["stretch"]


@kernel("f8(Sim, i8)")
def usual_time(sim, r):
    """Time (s) that a turn of radar ``r`` takes with usual dwells, without its uplinks."""
    radar = sim.radars[r]
    unit = sim.units[radar["unit"]]
    total = 0.0
    for n in range(unit["target_channels"]):
        rank = priority(sim, unit["first_engagement"] + n)
        if rank < 3:
            total += radar["confirm_dwell"] if rank == 2 else radar["track_dwell"]
    return total


@kernel("void(Sim, i8, i8)")
def name_waiting(sim, e, gate):
    """The gate of a flight that an engagement's radar does not look for now."""
    engagement = sim.engagements[e]
    track = sim.tracks[engagement["track"]]
    if track["serial"] == engagement["serial"]:
        set_gate(sim, track["flight"], engagement["unit"], gate)


@kernel("i8(Sim, i8)")
def why_blind(sim, r):
    """The gate of what an engagement radar cannot look for now: it is silent for a while, or not ready."""
    radar = sim.radars[r]
    works = radar["ready_at"] <= sim.situation[0]["now"] < radar["fails_at"]
    return SILENT if works and radar["emitting"] == 0 and radar["policy"] != 0 else UNIT_NOT_READY


@kernel("void(Sim, i8)")
def serve(sim, r):
    """An engagement radar serves the tracks of its unit's engagements, and acquires new ones.

    Its time beyond the uplinks goes to guided targets first, then to engaged ones, then to those being acquired; what
    finds no time in this turn is left out, and that is logged when it begins and when it ends.
    """
    situation = sim.situation[0]
    now = situation["now"]
    radar = sim.radars[r]
    radar["service_due"] = radar["service_next"] = now + radar["service_interval"]
    down = now >= radar["fails_at"] or radar["emitting"] == 0 or now < radar["ready_at"]
    unit = sim.units[radar["unit"]]
    blind = down or now < radar["slewing_until"]
    uplinks = unit["guided"] * radar["uplink_dwell"] / radar["uplink_interval"]
    left = (radar["occupancy_limit"] - uplinks) * radar["service_interval"]
    spare = left - usual_time(sim, r)  # what weak echoes may have beside it
    asked = uplinks
    served = 0
    dropped = 0
    for rank in range(3):
        for n in range(unit["target_channels"]):
            e = unit["first_engagement"] + n
            if priority(sim, e) != rank:
                continue
            need = radar["confirm_dwell"]
            if rank < 2:
                need = radar["track_dwell"]
                need *= stretch(sim, r, e, 1.0 + max(spare, 0.0) / max(need, 1e-9))
                spare -= need - radar["track_dwell"]
            asked += need / radar["service_interval"]
            left -= need
            if rank == 2 and (blind or left < -1e-12):
                name_waiting(sim, e, why_blind(sim, r) if blind else NOT_ACQUIRED)
            if left < -1e-12:
                dropped += 1
            elif not blind:
                served += 1
                if rank == 2:
                    acquire(sim, r, e)
                else:
                    follow(sim, r, e)
            if situation["status"] != 0:
                return
    for n in range(unit["target_channels"]):
        if priority(sim, unit["first_engagement"] + n) < 3:
            give_up(sim, unit["first_engagement"] + n)
    over = 1 if dropped > 0 else 0
    if over != radar["overloaded"]:
        radar["overloaded"] = over
        log_overload(sim, r, asked, served, dropped)
    if over == 0 and unit["targets_held"] == 0 and unit["guided"] == 0:  # an engagement wakes it
        radar["service_due"] = math.inf


@kernel("void(Sim, i8)")
def give_up(sim, e):
    """Release an engagement that cannot be acquired, or whose target has been lost with no round in the air."""
    now = sim.situation[0]["now"]
    engagement = sim.engagements[e]
    if engagement["state"] == NONE or engagement["in_flight"] > 0:
        return
    track = sim.tracks[engagement["track"]]
    gone = track["serial"] != engagement["serial"] or track["state"] != CONFIRMED
    if engagement["state"] == ACQUIRING:
        slewing = now < sim.radars[sim.units[engagement["unit"]]["radar"]]["slewing_until"]
        order = engagement["assigned_at"] + sim.radars[sim.units[engagement["unit"]]["radar"]]["link_delay"]
        if gone or (now - order > sim.model[0]["acquire_limit"] and not slewing):
            release(sim, e)
        return
    if engagement["state"] != ASSESSING and now - engagement["last_seen"] > sim.model[0]["lost_limit"]:
        release(sim, e)


@kernel("void(Sim, i8, i8, i8, f8, f8, f8)")
def name_unacquired(sim, r, f, code, distance, azimuth, lowest):
    """The gate of a flight that its engagement radar cannot see, after how the look came out (``codes.Look``)."""
    radar = sim.radars[r]
    u = radar["unit"]
    if code == BELOW_HORIZON:
        set_gate_below(sim, f, u, HORIZON, lowest)
    elif code == BELOW_MASK:
        set_gate_below(sim, f, u, MASK, lowest)
    elif code == OUT_OF_SECTOR:
        set_gate_sector(sim, f, u, angle_between(azimuth, radar["boresight"]))
    elif code == OUT_OF_RANGE:
        set_gate_range(sim, f, u, distance)
    else:
        set_gate(sim, f, u, NOT_ACQUIRED)


@kernel("b1(Sim, i8, i8, i8)")
def service_look(sim, r, e, f):
    """One service look at flight ``f`` for engagement ``e``; a detection updates or starts the own track."""
    situation = sim.situation[0]
    now = situation["now"]
    radar = sim.radars[r]
    engagement = sim.engagements[e]
    situation["looks"] += 1
    code, distance, azimuth, elevation, lowest, snr, height, along, clear, own = sense(sim, r, f, now, False)
    cued = sim.tracks[engagement["track"]]["flight"]  # another flight may be nearer to the cue
    if code != VISIBLE:
        if engagement["state"] == ACQUIRING:
            name_unacquired(sim, r, cued, code if f == cued else VISIBLE, distance, azimuth, lowest)
        return False
    note_signal(engagement, distance, snr, clear, own)
    jammed = clear > snr  # by the echo of a usual dwell
    strobe = strobe_signal(snr, clear, own) if jammed and snr > 0.0 else 0.0
    if engagement["state"] != ACQUIRING:
        snr *= engagement["stretch"]
    slot = dice.service_slot(radar, now)
    hit, drawn, unjammed = detects(sim, r, f, now, snr, clear if engagement["state"] == ACQUIRING else 0.0, slot)
    if engagement["state"] == ACQUIRING:  # it is in view by now, whatever kept it from that before
        set_gate(sim, cued, radar["unit"], NOT_ACQUIRED)
    if not hit:
        if engagement["state"] == ACQUIRING and jammed and unjammed:
            set_gate_jammed(sim, cued, radar["unit"], through_at(radar, distance, snr, clear, own))
        return jammed and strobe >= radar["strobe_ratio"] and follow_jamming(sim, r, e, f, azimuth, elevation, strobe)
    rm, am, em, sr, sa, se, vm = measure(sim, r, f, distance, azimuth, elevation, along, drawn, slot)
    x, y, z = measured_position(radar["position"], radar["axes"], rm, am, em, sa, se)
    spare = len(sim.plots) - 1
    fill_plot(sim, spare, r, f, now, x, y, z, rm, sr, sa, se, vm)
    engagement["last_seen"] = now
    own = engagement["own"]
    if own < 0:
        own = new_track(sim, r, radar["post"])
        if own < 0:
            return False
        engagement["own"] = own
        start_own(sim, own, r, f, spare)
    elif sim.tracks[own]["state"] == ONE_PLOT:
        pair_up(sim, own, spare)
    else:
        predict(sim, own, now)
        take(sim, own, spare)
    if engagement["state"] == ACQUIRING and sim.tracks[own]["state"] == CONFIRMED:
        firm(sim, e, distance, azimuth, elevation, lowest, height)
    return True


@kernel("b1(Sim, i8, i8, i8, f8, f8, f8)")
def follow_jamming(sim, r, e, f, azimuth, elevation, ratio):
    """Where a kind of round may be led by it, the bearing of a target that jams stands in for a look that failed.

    azimuth, elevation : of the look, rad;  ratio : of its jamming over noise and all other.  The range is carried on
    along the radar's own track: what is put in is as uncertain as the range is long.
    """
    now = sim.situation[0]["now"]
    radar, engagement = sim.radars[r], sim.engagements[e]
    own = engagement["own"]
    if sim.magazines[engagement["magazine"]]["track_on_jam"] == 0 or own < 0 or sim.tracks[own]["state"] != CONFIRMED:
        return False
    predict(sim, own, now)
    x = sim.tracks[own]["x"]
    distance, _, _, _ = bearing(radar["position"], radar["axes"], x[0], x[1], x[2])
    across, up = bearing_errors(radar, ratio, elevation)
    n0, n1 = dice.strobe(sim, r, f, dice.service_slot(radar, now))
    az, el = azimuth + across * n0, elevation + up * n1
    px, py, pz = measured_position(radar["position"], radar["axes"], distance, az, el, across, up)
    spare = len(sim.plots) - 1
    fill_plot(sim, spare, r, f, now, px, py, pz, distance, distance, across, up, 0.0)
    take(sim, own, spare)
    engagement["last_seen"] = now
    return True


@kernel("void(Sim, i8, i8, i8, i8)")
def start_own(sim, k, r, f, i):
    """The first plot of an engagement radar's own track."""
    track = sim.tracks[k]
    plot = sim.plots[i]
    track["state"] = ONE_PLOT
    track["radar"] = r
    track["time"] = plot["time"]
    track["born"] = plot["time"]
    track["updated"] = plot["time"]
    track["flight"] = f
    for axis in range(3):
        track["plot"][axis] = plot["position"][axis]


@kernel("void(Sim, i8, f8, f8, f8, f8, f8)")
def firm(sim, e, distance, azimuth, elevation, lowest, height):
    """If the own track's position and velocity are good enough to guide on, the crew begins to decide."""
    now = sim.situation[0]["now"]
    engagement = sim.engagements[e]
    magazine = sim.magazines[engagement["magazine"]]
    p = sim.tracks[engagement["own"]]["p"]
    position = math.sqrt(p[0, 0] + p[1, 1] + p[2, 2])
    velocity = math.sqrt(p[3, 3] + p[4, 4] + p[5, 5])
    if position > magazine["position_limit"] or velocity > magazine["velocity_limit"]:
        return
    engagement["firm_at"] = now
    log_acquire(sim, e, distance, azimuth, elevation, lowest, height)
    begin_decision(sim, e)


@kernel("void(Sim, i8, i8)")
def follow(sim, r, e):
    """A service look at the target of an engagement that has its own track."""
    f = sim.engagements[e]["flight"]
    if sim.flights[f]["terminal"] == 0 and not service_look(sim, r, e, f):
        borrow(sim, r, e)


@kernel("f8(Radar, f8)")
def cued_search(radar, half_angle):
    """Time (s) to search a cue's uncertainty of ``half_angle`` (rad, two deviations), one dwell a beam position.

    The beam positions lie edge to edge in a square; on average the target is found halfway through it.
    """
    across = math.ceil(max(2.0 * half_angle / radar["beam_azimuth"], 1.0))
    down = math.ceil(max(2.0 * half_angle / radar["beam_elevation"], 1.0))
    return 0.5 * (across * down - 1.0) * radar["confirm_dwell"]


@kernel("void(Sim, i8, i8)")
def acquire(sim, r, e):
    """Look where the post's track says the target is: the nearest flight inside the search box is what the radar
    finds.
    """
    situation = sim.situation[0]
    now = situation["now"]
    radar = sim.radars[r]
    engagement = sim.engagements[e]
    track = sim.tracks[engagement["track"]]
    if track["serial"] != engagement["serial"] or now < engagement["assigned_at"] + radar["link_delay"]:
        name_waiting(sim, e, NOT_ACQUIRED)
        return
    if track["post"] != sim.units[engagement["unit"]]["post"]:  # the post that gave the cue is not heard any more
        return
    dt = now - track["time"]
    x = track["x"]
    cx, cy, cz = x[0] + x[3] * dt, x[1] + x[4] * dt, x[2] + x[5] * dt
    distance, azimuth = polar(radar["position"], radar["axes"], cx, cy, cz)
    off = angle_between(azimuth, radar["boresight"])
    if abs(off) > radar["track_half"]:
        set_gate_sector(sim, track["flight"], radar["unit"], off)
        turn(sim, r, azimuth)
        return
    p = track["p"]
    swerve = 0.5 * track["swerve"] * dt * dt  # what the target may have done since a plot that came late
    spread = math.sqrt(p[0, 0] + p[1, 1] + p[2, 2] + dt * dt * (p[3, 3] + p[4, 4] + p[5, 5]) + swerve * swerve)
    if engagement["searching_until"] < 0.0:
        engagement["searching_until"] = now + cued_search(radar, 2.0 * spread / max(distance, 1.0))
    if now < engagement["searching_until"]:
        name_waiting(sim, e, NOT_ACQUIRED)
        return
    box = max(4.0 * spread, 2.0 * distance * radar["beam_azimuth"]) + 500.0
    f = engagement["flight"]
    if engagement["own"] < 0 or f < 0:
        f = nearest_flight(sim, cx, cy, cz, box, f)
        engagement["flight"] = f
    if f < 0:
        name_waiting(sim, e, NOT_ACQUIRED)
    elif sim.flights[f]["terminal"] == 0 and not service_look(sim, r, e, f):
        borrow(sim, r, e)


@kernel("void(Sim, i8, i8)")
def borrow(sim, r, e):
    """Where the catalog lets a unit engage on another radar's track, the post's track stands in for its own.

    Only for rounds that see for themselves at the end, and only while the post's track is fresh.
    """
    now = sim.situation[0]["now"]
    engagement = sim.engagements[e]
    magazine = sim.magazines[engagement["magazine"]]
    track = sim.tracks[engagement["track"]]
    remote = sim.units[engagement["unit"]]["remote"] == 1 and is_active(sim, engagement["magazine"])
    heard = track["serial"] == engagement["serial"] and track["post"] == sim.units[engagement["unit"]]["post"]
    if not remote or not heard or now - track["updated"] > magazine["support_break"]:
        return
    own = engagement["own"]
    if own < 0:
        own = new_track(sim, r, sim.radars[r]["post"])
        if own < 0:
            return
        engagement["own"] = own
        sim.tracks[own]["born"] = now
        sim.tracks[own]["radar"] = track["radar"]
    mine = sim.tracks[own]
    for i in range(7):
        mine["x"][i] = track["x"][i]
        mine["other_x"][i] = track["other_x"][i]
        for j in range(7):
            mine["p"][i, j] = track["p"][i, j]
            mine["other_p"][i, j] = track["other_p"][i, j]
    mine["state"] = CONFIRMED
    mine["time"] = track["time"]
    mine["updated"] = track["updated"]
    mine["ballistic"] = track["ballistic"]
    mine["both"], mine["odds"], mine["noise"] = track["both"], track["odds"], track["noise"]
    mine["speed"] = track["speed"]
    mine["height"] = track["height"]
    mine["flight"] = engagement["flight"]
    engagement["last_seen"] = now
    if engagement["state"] == ACQUIRING:
        firm(sim, e, -1.0, 0.0, 0.0, 0.0, mine["height"])


@kernel("i8(Sim, f8, f8, f8, f8, i8)")
def nearest_flight(sim, x, y, z, box, guess):
    """The flight in the air nearest a point and within ``box`` m of it; -1 for none.

    guess : a flight that may be it, asked first, or -1.  One on its path that cannot have come near enough since it was
    last looked for is left where it was.
    """
    now = sim.situation[0]["now"]
    best, near = box * box, box
    found = -1
    for n in range(-1, len(sim.flights)):
        f = n if n >= 0 else guess
        if f < 0 or (n == guess and n >= 0):
            continue
        flight = sim.flights[f]
        if flight["terminal"] != 0 or flight["starts"] > now:
            continue
        on_path = flight["turns_at"] == math.inf
        if on_path:
            fx, fy, fz = flight["met"][0] - x, flight["met"][1] - y, flight["met"][2] - z
            far = near + flight["fastest"] * (now - flight["met_at"]) + 1.0
            if fx * fx + fy * fy + fz * fz > far * far:
                continue
        fx, fy, fz, _, _, _ = state_of(sim, f, now)
        if on_path:
            flight["met_at"], flight["met"][0], flight["met"][1], flight["met"][2] = now, fx, fy, fz
        fx, fy, fz = fx - x, fy - y, fz - z
        off = fx * fx + fy * fy + fz * fz
        if off < best or (off == best and f < found):  # the first of equal ones
            best, near = off, math.sqrt(off)
            found = f
    return found


@kernel("void(Sim, i8, f8)")
def turn(sim, r, azimuth):
    """Turn the radar's face toward an azimuth if nothing else hangs on it; it is blind while it turns.

    One that does not slew is laid anew with its whole battery, inclined launchers included.
    """
    now = sim.situation[0]["now"]
    radar = sim.radars[r]
    unit = sim.units[radar["unit"]]
    slews = radar["slew_rate"] > 0.0
    if not (slews or radar["relay_time"] > 0.0) or unit["targets_held"] > 1 or unit["guided"] > 0:
        return
    away = angle_between(azimuth, radar["boresight"])
    takes = abs(away) / radar["slew_rate"] if slews else radar["relay_time"]
    log_slew(sim, r, azimuth, takes)
    radar["boresight"] = azimuth
    for f in range(len(sim.flights)):
        sim.looks[r, f]["alike"] = 0.0
    radar["slewing_until"] = now + takes
    if not slews:  # a battery that is laid anew lays its launchers too
        for k in range(unit["first_launcher"], unit["first_launcher"] + unit["launchers"]):
            sim.launchers[k]["arc_center"] = azimuth
