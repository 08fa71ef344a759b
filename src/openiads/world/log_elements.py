"""Logging of what happens to a site's elements: radars, launchers, posts, links.  ``world.log`` has the rest."""

from __future__ import annotations

import openiads.world.layout  # noqa: F401  signatures name its types
from openiads.base.compiled import kernel
from openiads.world.codes import Down, Element, Event
from openiads.world.log import new_event, new_track_event

ELEMENT_DOWN = int(Event.ELEMENT_DOWN)
STROBE, JAMMING = int(Event.STROBE), int(Event.JAMMING)
SLEW, OVERLOAD, RELOAD, DEVOLVE = int(Event.SLEW), int(Event.OVERLOAD), int(Event.RELOAD), int(Event.DEVOLVE)
EMISSION, DECOYED, LEAVE = int(Event.EMISSION), int(Event.DECOYED), int(Event.LEAVE)
NOTICE, MISIDENTIFIED = int(Event.NOTICE), int(Event.MISIDENTIFIED)
ON_RADAR, ON_LAUNCHER = int(Element.RADAR), int(Element.LAUNCHER)
NOT_READY = int(Down.NOT_READY)


@kernel("void(Sim, i8, i8, i8)")
def log_element_down(sim, element, row, f):
    """An element (``codes.Element`` and its row) works no more: hit by flight ``f``, or failed where that is -1."""
    n = new_event(sim, ELEMENT_DOWN)
    event = sim.events[n]
    event["flight"] = f
    if element == ON_RADAR:
        event["radar"] = row
    if element == ON_LAUNCHER:
        event["launcher"] = row
    event["code"] = element
    event["value"][0] = row
    event["value"][1] = 1.0 if f >= 0 else 0.0


@kernel("void(Sim, i8, i8, i8)")
def log_not_ready(sim, element, row, u):
    """An element was not ready when the raid came; ``u`` is the fire unit whose crew it is, -1 for another element."""
    log_element_down(sim, element, row, -1)
    event = sim.events[sim.situation[0]["events"] - 1]
    event["unit"] = u
    event["value"][1] = NOT_READY


@kernel("void(Sim, i8)")
def log_emission(sim, r):
    """Radar ``r`` has been switched on or off."""
    n = new_event(sim, EMISSION)
    event = sim.events[n]
    event["unit"] = sim.radars[r]["unit"]
    event["radar"] = r
    event["code"] = sim.radars[r]["emitting"]
    event["value"][0] = sim.radars[r]["policy"]
    event["value"][1] = sim.radars[r]["emitted"]


@kernel("void(Sim, i8, i8, i8, f8, f8, f8, f8, f8, f8)")
def log_decoyed(sim, f, r, decoy, x, y, z, off, deviation, share):
    """Flight ``f``, meant for radar ``r``, comes down at a point ``off`` m from an emitting decoy of that (from 0)."""
    n = new_event(sim, DECOYED)
    event = sim.events[n]
    event["flight"] = f
    event["radar"] = r
    event["code"] = decoy + 1
    event["value"][0] = x
    event["value"][1] = y
    event["value"][2] = z
    event["value"][3] = off
    event["value"][4] = deviation
    event["value"][5] = share


@kernel("void(Sim, i8, f8, f8)")
def log_slew(sim, r, azimuth, takes):
    """Radar ``r`` begins to turn its face to an azimuth, which takes so many seconds."""
    n = new_event(sim, SLEW)
    event = sim.events[n]
    event["unit"] = sim.radars[r]["unit"]
    event["radar"] = r
    event["code"] = 1
    event["value"][0] = sim.radars[r]["boresight"]
    event["value"][1] = azimuth
    event["value"][2] = takes


@kernel("void(Sim, i8, f8, i8, i8)")
def log_overload(sim, r, share, served, left_out):
    """Radar ``r`` begins or ceases to leave out service: share of its time asked for, engagements served and not."""
    n = new_event(sim, OVERLOAD)
    event = sim.events[n]
    event["unit"] = sim.radars[r]["unit"]
    event["radar"] = r
    event["code"] = sim.radars[r]["overloaded"]
    event["value"][0] = share
    event["value"][1] = served
    event["value"][2] = left_out


@kernel("void(Sim, i8)")
def log_reload(sim, k):
    """Launcher ``k`` has been reloaded."""
    launcher = sim.launchers[k]
    n = new_event(sim, RELOAD)
    event = sim.events[n]
    event["unit"] = launcher["unit"]
    event["launcher"] = k
    event["code"] = launcher["full"]
    event["value"][0] = launcher["loads"]


@kernel("void(Sim, i8, i8, i8, i8)")
def log_devolve(sim, u, r, before, post):
    """A fire unit or a radar (-1: the other) reports to another post."""
    n = new_event(sim, DEVOLVE)
    event = sim.events[n]
    event["unit"] = u
    event["radar"] = r
    event["code"] = before
    event["value"][0] = post


@kernel("void(Sim, i8)")
def log_jamming(sim, j):
    """Jammer ``j`` begins or ceases to radiate, now."""
    n = new_event(sim, JAMMING)
    event = sim.events[n]
    event["flight"] = sim.jammers[j]["flight"]
    event["code"] = sim.jammers[j]["on"]
    event["value"][0] = j


@kernel("void(Sim, i8, i8, i8, f8, f8)")
def log_strobe(sim, r, f, code, distance, decibels):
    """The first strobe of radar ``r`` on the jammer of flight ``f``, or its first crossing (``trace.MEANING``)."""
    spoke = sim.spokes[r, sim.flights[f]["jammer"]]
    n = new_event(sim, STROBE)
    event = sim.events[n]
    event["flight"] = f
    event["radar"] = r
    event["code"] = code
    event["value"][0] = distance
    event["value"][1] = spoke["strobe_azimuth"]
    event["value"][2] = spoke["strobe_elevation"]
    event["value"][3] = decibels


@kernel("void(Sim, Track, i8, f8, f8)")
def log_leave(sim, track, code, chance, known):
    """A post leaves a track to a point defense (code 0), or takes it back (``codes.TakenBack``).

    chance : believed, of a kill;  known : s, when the point defense must have the track
    """
    n = new_track_event(sim, LEAVE, track, code)
    event = sim.events[n]
    for p in range(len(sim.units)):
        if track["left_to"] == 1 << p:
            event["unit"] = p
    event["value"][0] = track["left_until"]
    event["value"][1] = chance
    event["value"][2] = known
    event["value"][3] = track["post"]


@kernel("void(Sim, i8, i8)")
def log_notice(sim, post, z):
    """A post has learned of a zone."""
    n = new_event(sim, NOTICE)
    event = sim.events[n]
    event["code"] = z
    event["value"][0] = post
    event["value"][1] = sim.zones[z]["sent"]


@kernel("void(Sim, i8, i8, Track, i8)")
def log_misidentified(sim, u, f, track, cause):
    """Unit ``u`` fires for the first time at flight ``f``, which is not hostile; ``cause``: bits of ``codes.Cause``."""
    n = new_event(sim, MISIDENTIFIED)
    event = sim.events[n]
    event["flight"] = f
    event["unit"] = u
    event["track"] = track["serial"]
    event["code"] = cause
    event["value"][0] = sim.flights[f]["side"]
    event["value"][1] = track["identity"]
    event["value"][2] = track["belief"][0]
    event["value"][3] = track["evidence"]
    event["value"][4] = sim.units[u]["control"]
