"""Logging: an event at the present time of a situation."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.world import layout
from openiads.world.codes import Status
from openiads.world.trace import append

OVERFLOW_EVENTS = int(Status.OVERFLOW_EVENTS)
assert layout.SIM_FIELDS  # importing layout registers the types that signatures name


@kernel("void(Sim, i8, i8, i8, i8, i8, i8, i8, i8, f8, f8, f8, f8, f8, f8)")
def log(sim, kind, flight, unit, radar, launcher, round_, track, code, v0, v1, v2, v3, v4, v5):
    """Append an event now; a full log ends the replication with ``OVERFLOW_EVENTS``."""
    situation = sim.situation[0]
    count = append(
        sim.events, situation["events"], situation["now"], kind, flight, unit, radar, launcher, round_, track, code,
        v0, v1, v2, v3, v4, v5,
    )  # fmt: skip
    if count > len(sim.events):
        situation["status"] = OVERFLOW_EVENTS
        situation["status_entity"] = len(sim.events)
        return
    situation["events"] = count
