"""Launchers and gun mounts: which can fire, what is on them, and what a launch takes."""

from __future__ import annotations

import math

from openiads.base.compiled import kernel
from openiads.parts.geometry import angle_between
from openiads.world.log_elements import log_reload


@kernel("b1(Sim, i8)")
def can_fire(sim, k):
    """Whether launcher ``k`` works and has a round."""
    launcher = sim.launchers[k]
    return launcher["loaded"] > 0 and launcher["fails_at"] > sim.situation[0]["now"]


@kernel("b1(Sim, i8, f8)")
def covers(sim, k, azimuth):
    """Whether launcher ``k`` can fire toward an azimuth (rad)."""
    launcher = sim.launchers[k]
    return abs(angle_between(azimuth, launcher["arc_center"])) <= launcher["arc_half"] + 1e-9


@kernel("void(Sim, i8)")
def refill(sim, u):
    """Launchers of a unit whose reloading is done have a full load again."""
    now = sim.situation[0]["now"]
    unit = sim.units[u]
    for k in range(unit["first_launcher"], unit["first_launcher"] + unit["launchers"]):
        launcher = sim.launchers[k]
        if launcher["reloaded_at"] <= now and launcher["fails_at"] > now:
            launcher["reloaded_at"] = math.inf
            launcher["loaded"] = launcher["full"]
            launcher["loads"] -= 1
            log_reload(sim, k)


@kernel("i8(Sim, i8, i8, f8)")
def ready_launcher(sim, u, magazine, azimuth):
    """The unit's launcher with most rounds of a kind among those ready now that cover an azimuth; -1 for none."""
    now = sim.situation[0]["now"]
    unit = sim.units[u]
    best = -1
    for k in range(unit["first_launcher"], unit["first_launcher"] + unit["launchers"]):
        launcher = sim.launchers[k]
        if launcher["magazine"] != magazine or launcher["ready_at"] > now + 1e-9:
            continue
        if not can_fire(sim, k) or not covers(sim, k, azimuth):
            continue
        if best < 0 or launcher["loaded"] > sim.launchers[best]["loaded"]:
            best = k
    return best


@kernel("f8(Sim, i8, i8, f8)")
def launcher_ready_at(sim, u, magazine, azimuth):
    """When the unit's next launcher with a round of a kind becomes ready; inf if no launcher has one."""
    unit = sim.units[u]
    soonest = math.inf
    for k in range(unit["first_launcher"], unit["first_launcher"] + unit["launchers"]):
        launcher = sim.launchers[k]
        if launcher["magazine"] == magazine and can_fire(sim, k) and covers(sim, k, azimuth):
            soonest = min(soonest, launcher["ready_at"])
    return soonest


@kernel("i8(Sim, i8, i8)")
def rounds_of(sim, u, magazine):
    """Rounds of one kind on the unit's working launchers."""
    unit = sim.units[u]
    total = 0
    for k in range(unit["first_launcher"], unit["first_launcher"] + unit["launchers"]):
        if sim.launchers[k]["magazine"] == magazine and can_fire(sim, k):
            total += sim.launchers[k]["loaded"]
    return total


@kernel("i8(Sim, i8)")
def rounds_left(sim, u):
    """Rounds of all kinds on the unit's working launchers, less its reserve."""
    unit = sim.units[u]
    refill(sim, u)
    total = 0
    for n in range(unit["magazines"]):
        total += rounds_of(sim, u, unit["first_magazine"] + n)
    return total - unit["reserve"]


@kernel("void(Sim, i8)")
def spend(sim, k):
    """Take a round off launcher ``k``: it is not ready for a while; an empty one is reloaded."""
    now = sim.situation[0]["now"]
    launcher = sim.launchers[k]
    if sim.situation[0]["magazine_infinite"] == 0:
        launcher["loaded"] -= 1
    launcher["ready_at"] = now + launcher["interval"]
    if launcher["loaded"] == 0 and launcher["loads"] > 0:
        launcher["reloaded_at"] = now + launcher["reload_time"]
