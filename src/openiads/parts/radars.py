"""Search: radars look at flights batch by batch and send plots to their command post."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts import dice
from openiads.parts.early_warning import heard
from openiads.parts.flights import state_of
from openiads.parts.geometry import TWO_PI, azimuth_of
from openiads.parts.jamming import cross_strobes, strobe_signal, through_at
from openiads.parts.pictures import tracked_by
from openiads.parts.sensing import (
    DETECTED,
    VISIBLE,
    alike_for,
    bearing_errors,
    detects,
    measure,
    revisit,
    sense,
)
from openiads.physics.filtering import measured_position
from openiads.world.codes import Element, Look, Milestone, Status
from openiads.world.log import log_detect, log_look
from openiads.world.log_elements import log_element_down, log_strobe

ON_RADAR, JAMMED = int(Element.RADAR), int(Look.JAMMED)
OVERFLOW_PLOTS = int(Status.OVERFLOW_PLOTS)
DETECTED_ONCE = int(Milestone.DETECTED)
NEVER = math.inf


@kernel("f8(Sim, i8, f8)", entry=True)
def frame_time(sim, r, now):
    """Revisit time of search now, s: the active mode's frame, stretched by what tracking and guidance take."""
    radar = sim.radars[r]
    if radar["phased"] == 0:
        return radar["frame"]
    used = min(radar["occupancy"], radar["occupancy_limit"])
    return radar["frame"] / (1.0 - used)


@kernel("void(Sim)")
def begin_scans(sim):
    """Draw where each radar's search frame begins, once a replication."""
    for r in range(len(sim.radars)):
        radar = sim.radars[r]
        radar["phase"] = dice.scan_phase(sim, r) * radar["frame"]


@kernel("f8(Sim, i8, i8, f8)")
def first_look(sim, r, f, after):
    """Time of the first search look at a flight at or after ``after``: when the beam next comes to its azimuth."""
    radar = sim.radars[r]
    x, y, z, _, _, _ = state_of(sim, f, after)
    azimuth = azimuth_of(radar["position"], radar["axes"], x, y, z)
    frame = radar["frame"]
    share = azimuth / TWO_PI * radar["faces"]
    start = radar["phase"] + frame * (share - math.floor(share))
    return start + frame * math.ceil((after - start) / frame)


@kernel("void(Sim, i8, i8, i8, f8, f8, f8, f8, f8, f8, f8, f8, f8)")
def fill_plot(sim, k, r, f, t, x, y, z, distance, sigma_range, sigma_azimuth, sigma_elevation, along):
    """Write a measured point (ECEF) of radar ``r`` into row ``k`` of the plots; ``f`` is the truth, for scoring
    only.
    """
    plot = sim.plots[k]
    plot["time"] = t
    plot["radar"] = r
    plot["post"] = sim.radars[r]["post"]
    plot["flight"] = f
    plot["position"][0] = x
    plot["position"][1] = y
    plot["position"][2] = z
    plot["range"] = distance
    plot["sigma_range"] = sigma_range
    plot["sigma_azimuth"] = sigma_azimuth
    plot["sigma_elevation"] = sigma_elevation
    plot["radial_speed"] = along
    plot["speed_error"] = 0.0
    plot["revisit"] = sim.radars[r]["frame"]
    plot["late"], plot["swerve"] = sim.radars[r]["late"], sim.radars[r]["swerve"]
    for axis in range(3):
        plot["origin"][axis] = sim.radars[r]["position"][axis]


@kernel("b1(Sim, i8, i8)")
def lost_on_link(sim, r, f):
    """Whether a plot is lost between its radar and the post."""
    radar = sim.radars[r]
    if radar["link_loss"] <= 0.0 or f < 0:
        return False
    return dice.link(sim, r, f) < radar["link_loss"]


@kernel("void(Sim, f8)")
def send_plot(sim, arrives):
    """Put the plot last filled (row ``plots_count``) on its way to its post; the last row is spare."""
    situation = sim.situation[0]
    k = situation["plots_count"]
    if lost_on_link(sim, sim.plots[k]["radar"], sim.plots[k]["flight"]):
        return
    if k >= len(sim.plots) - 2:
        situation["status"] = OVERFLOW_PLOTS
        situation["status_entity"] = k
        return
    sim.plots[k]["arrives"] = arrives
    situation["plots_count"] = k + 1
    post = sim.posts[sim.plots[k]["post"]]
    if arrives < post["fuse_due"]:
        post["fuse_due"] = arrives


@kernel("f8(f8)")
def in_decibels(ratio):
    """A signal-to-noise ratio in decibels; -999 where there was no signal."""
    return 10.0 * math.log10(ratio) if ratio > 0.0 else -999.0


@kernel("void(Sim, i8, i8, f8, f8, f8, f8, f8)")
def take_strobe(sim, r, f, t, azimuth, elevation, ratio, arrives):
    """Radar ``r`` takes the bearing of the jammer on flight ``f`` that it does not see, as a strobe.

    azimuth, elevation : of the look, rad;  ratio : of its jamming in the beam over noise and all other jamming;
    arrives : of a report, s
    The error of a bearing is that of a look whose signal is the jamming.  A strobe that crosses another radar's of the
    same post gives a plot, as wide along the bearing as the crossing is flat.
    """
    radar = sim.radars[r]
    spoke = sim.spokes[r, sim.flights[f]["jammer"]]
    across, up = bearing_errors(radar, ratio, elevation)
    n0, n1 = dice.strobe(sim, r, f, dice.search_slot(radar, t))
    spoke["strobe_at"] = t
    spoke["strobe_arrives"] = arrives
    spoke["strobe_azimuth"] = azimuth + across * n0
    spoke["strobe_elevation"] = elevation + up * n1
    spoke["strobe_sigma"][0] = across
    spoke["strobe_sigma"][1] = up
    if spoke["told"] == 0:
        spoke["told"] = 1
        log_strobe(sim, r, f, 1, 0.0, in_decibels(ratio))
    distance, sigma, told = cross_strobes(sim, r, f, t)
    if distance <= 0.0:
        return
    az, el = spoke["strobe_azimuth"], spoke["strobe_elevation"]
    x, y, z = measured_position(radar["position"], radar["axes"], distance, az, el, across, up)
    k = sim.situation[0]["plots_count"]
    fill_plot(sim, k, r, f, t, x, y, z, distance, sigma, across, up, 0.0)
    sim.plots[k]["speed_error"] = sim.model[0]["false_alarm_speed"]
    sim.plots[k]["revisit"] = revisit(radar, elevation)
    send_plot(sim, max(arrives, told))  # the post crosses what it has of both
    if spoke["told"] == 1:
        spoke["told"] = 2
        log_strobe(sim, r, f, 2, distance, in_decibels(ratio))


@kernel("void(Sim, i8, i8, f8, f8)")
def look(sim, r, f, t, arrives):
    """One search look of radar ``r`` at flight ``f`` at time ``t``; a detection becomes a plot arriving later."""
    situation = sim.situation[0]
    radar = sim.radars[r]
    situation["looks"] += 1
    code, distance, azimuth, elevation, lowest, snr, height, along, clear, own = sense(sim, r, f, t, True)
    found = 0
    drawn = 0.0
    if code == VISIBLE:
        slot = dice.search_slot(radar, t)
        hit, drawn, unjammed = detects(sim, r, f, t, snr, clear, slot)
        if hit:
            found = 1
            rm, am, em, sr, sa, se, vm = measure(sim, r, f, distance, azimuth, elevation, along, drawn, slot)
            x, y, z = measured_position(radar["position"], radar["axes"], rm, am, em, sa, se)
            fill_plot(sim, situation["plots_count"], r, f, t, x, y, z, rm, sr, sa, se, vm)
            sim.plots[situation["plots_count"]]["revisit"] = revisit(radar, elevation)
            send_plot(sim, arrives)
        elif clear > snr:
            if unjammed:
                code = JAMMED
                sim.looks[r, f]["through"] = through_at(radar, distance, snr, clear, own)
            ratio = strobe_signal(snr, clear, own)
            if ratio >= radar["strobe_ratio"]:
                take_strobe(sim, r, f, t, azimuth, elevation, ratio, arrives)
    cell = sim.looks[r, f]
    if found == 1 and cell["detected"] == 0:
        flight = sim.flights[f]
        flight["ever"] |= DETECTED_ONCE
        flight["first_detected"] = min(flight["first_detected"], situation["now"])
        log_detect(sim, f, r, distance, azimuth, elevation, lowest, in_decibels(drawn), height)
        cell["detected"] = 1
    cell["code"] = DETECTED if found == 1 else code
    if code < VISIBLE:
        cell["alike"] = t + alike_for(sim.tables, radar, sim.flights[f], code, distance, azimuth, elevation)
    # an alert of a phased array is confirmed at once and not a frame later, until the post has the track
    sooner = radar["confirm_interval"]
    alert = found == 1 and sooner > 0.0 and not tracked_by(sim.flights[f], radar["post"])
    cell["due"] = t + (sooner if alert else frame_time(sim, r, t))
    if situation["record"] == 1:
        said = found if code == VISIBLE else code  # JAMMED is 2, which says more than 0
        log_look(sim, f, r, said, distance, azimuth, elevation, lowest, in_decibels(drawn), height)


@kernel("void(Sim, i8, f8, f8)")
def false_alarm(sim, r, chance, arrives):
    """With probability ``chance``, one false plot of this batch somewhere in the searched volume."""
    situation = sim.situation[0]
    radar = sim.radars[r]
    u0, u1, u2, u3 = dice.false_plot(sim, r)
    if u0 >= chance:
        return
    low = radar["range_min"]
    distance = math.sqrt(low * low + (radar["range_max"] * radar["range_max"] - low * low) * u1)
    if radar["phased"] == 1:
        azimuth = radar["boresight"] + radar["search_half"] * (2.0 * u2 - 1.0)
    else:
        azimuth = TWO_PI / radar["faces"] * ((radar["batch"] + u2) / radar["sectors"])
    elevation = radar["elevation_low"] + (radar["elevation_high"] - radar["elevation_low"]) * u3 * u3 * u3
    if radar["elevated"] == 1:  # between the surface that it looks down on and its own height
        drop = radar["height"] * (1.0 - u3 * u3 * u3) + distance * distance / (2.0 * situation["earth_radius"])
        elevation = -math.asin(min(drop / distance, 1.0))
    x, y, z = measured_position(radar["position"], radar["axes"], distance, azimuth, elevation, 0.0, 0.0)
    k, now, along = situation["plots_count"], situation["now"], sim.model[0]["false_alarm_speed"] * (2.0 * u3 - 1.0)
    across, up = radar["beam_azimuth"] / 4.0, radar["beam_elevation"] / 4.0
    fill_plot(sim, k, r, -1, now, x, y, z, distance, radar["resolution"], across, up, along)
    send_plot(sim, arrives)


@kernel("f8(Sim, i8, f8, f8)")
def look_at_all(sim, r, since, step):
    """Looks of radar ``r`` at all flights for which one is due now; the time (s) before which none is due again.

    A look that surely comes out as the one before is counted and no more: what is recorded tells it nevertheless.
    """
    situation = sim.situation[0]
    radar = sim.radars[r]
    now = situation["now"]
    frame, arrives = frame_time(sim, r, now), now + radar["link_delay"]
    soonest = NEVER
    for f in range(len(sim.flights)):
        cell = sim.looks[r, f]
        t = cell["due"]
        if t <= now:
            starts = sim.flights[f]["starts"]
            if starts > now:
                soonest = min(soonest, starts)
                continue
            if t < since - 1e-6:  # never looked at yet, or the radar was blind when the look was due
                t = first_look(sim, r, f, max(starts, since))
                cell["due"] = t
            if t <= now:
                if t < cell["alike"] and situation["record"] == 0:
                    situation["looks"] += 1
                    cell["due"] = t + frame
                else:
                    look(sim, r, f, t, arrives)
                    if situation["status"] != 0:
                        return now
                cell["due"] = max(cell["due"], now - step + 1e-9)
        soonest = min(soonest, cell["due"])
    return soonest


@kernel("void(Sim, i8, f8, f8)")
def look_round(sim, r, since, step):
    """Looks of radar ``r`` that have fallen due since a time, s, while it emitted; a batch takes ``step`` s."""
    situation = sim.situation[0]
    radar = sim.radars[r]
    now = situation["now"]
    since = max(since, radar["emits_from"])
    if radar["look_next"] <= now:
        radar["look_next"] = look_at_all(sim, r, since, step)
        if situation["status"] != 0:
            return
    if situation["false_alarms"] == 1:
        chance = radar["false_per_frame"] / radar["sectors"]
        share = chance * (now - since) / step if since > now - step else chance
        false_alarm(sim, r, share, now + radar["link_delay"])


@kernel("void(Sim, i8)")
def search(sim, r):
    """The batch of search looks of radar ``r`` that ends now."""
    situation = sim.situation[0]
    radar = sim.radars[r]
    now = situation["now"]
    frame = frame_time(sim, r, now)
    step = frame / radar["sectors"]
    radar["due"] = now + step
    radar["batch"] += 1
    if now >= radar["fails_at"]:
        radar["due"] = NEVER
        if radar["down"] == 0:
            radar["down"] = 1
            log_element_down(sim, ON_RADAR, r, -1)
        return
    if radar["emitting"] == 0 or radar["post"] < 0 or now < max(radar["slewing_until"], radar["ready_at"]):
        return
    if not heard(sim, r):
        return
    look_round(sim, r, now - step, step)


@kernel("void(Sim, i8)", entry=True)
def set_occupancy(sim, r):
    """Share of an engagement radar's time taken by own tracks and guided rounds: sum of dwell over interval."""
    radar = sim.radars[r]
    if radar["unit"] < 0:
        return
    unit = sim.units[radar["unit"]]
    used = unit["targets_held"] * radar["track_dwell"] / radar["service_interval"]
    used += unit["guided"] * radar["uplink_dwell"] / radar["uplink_interval"]
    radar["occupancy"] = used
