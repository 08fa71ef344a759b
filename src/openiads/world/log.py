"""Logging: an event at the present time of a situation."""

from __future__ import annotations

from openiads.base.compiled import kernel
from openiads.world import layout
from openiads.world.codes import Status
from openiads.world.trace import EVENT

OVERFLOW_EVENTS = int(Status.OVERFLOW_EVENTS)
assert layout.SIM_FIELDS and EVENT  # importing them registers the types that signatures name


@kernel("i8(Events, i8, f8, i8, i8, i8, i8, i8, i8, i8, i8, f8, f8, f8, f8, f8, f8)")
def append(events, count, time, kind, flight, unit, radar, launcher, round_, track, code, v0, v1, v2, v3, v4, v5):
    """Write one row at ``count`` and return the new count; a full log returns ``len(events) + 1`` and writes
    nothing.
    """
    if count >= len(events):
        return len(events) + 1
    row = events[count]
    row["time"] = time
    row["kind"] = kind
    row["flight"] = flight
    row["unit"] = unit
    row["radar"] = radar
    row["launcher"] = launcher
    row["round"] = round_
    row["track"] = track
    row["code"] = code
    row["value"][0] = v0
    row["value"][1] = v1
    row["value"][2] = v2
    row["value"][3] = v3
    row["value"][4] = v4
    row["value"][5] = v5
    return count + 1


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
