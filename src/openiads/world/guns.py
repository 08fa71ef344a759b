"""Guns: a burst as one round of a fire unit, with its table of flight and what it does to each class of target."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from openiads.catalog.records import Entry
from openiads.physics.flyout import INTERCEPTOR, Guidance
from openiads.physics.gunnery import Burst, burst_kill, shell_table
from openiads.world.codes import ChannelPhase, ThreatClass
from openiads.world.draft import Draft, Row
from openiads.world.interceptors import PLANNED, InterceptorRow
from openiads.world.lethality import KillModel, Lethality
from openiads.world.values import Values

BELIEVED_AT = 0.5  # of the greatest range: where the probability that crews count on is said
LATE = 5.0  # s that a burst may be under way beyond its flight to the greatest range


def is_gun(entry: Entry) -> bool:
    """Whether what a launcher holds is a gun."""
    return entry.kind == "guns"


def burst_time(values: Values, entry: Entry) -> float:
    """How long a gun fires for one burst, s."""
    return values.count(entry, "burst_rounds") / values.of(entry, "rate_of_fire")


def burst_of(values: Values, entry: Entry, threat: ThreatClass) -> Burst:
    """A burst of a gun at a target of a class, as large as its class has it."""
    v, name = values.of, threat.name.lower()
    return Burst(
        values.count(entry, "burst_rounds"),
        v(entry, "dispersion"),
        v(entry, "bias"),
        v(entry, f"radius_{name}"),
        v(entry, f"hit_kill_{name}"),
    )


def gun_row(draft: Draft, entry: Entry) -> InterceptorRow:
    """The row of a gun among the interceptors, made when it is first asked for; only its guidance is flown by."""
    if entry.name not in draft.interceptor_rows:
        v = draft.values.of
        far, high, speed = v(entry, "max_range"), v(entry, "max_altitude"), v(entry, "shell_speed")
        fires = burst_time(draft.values, entry)
        key = ("burst", speed, fires, far, high)
        make = partial(shell_table, speed, fires, (PLANNED * far, PLANNED * high))
        row = np.zeros(1, INTERCEPTOR)[0]
        row["guidance"] = int(Guidance.GUN)
        row["handover_time"] = math.inf  # its last seconds are all it has
        row["life"] = fires + 2.0 * far / speed + LATE
        row["burnout_speed"] = speed
        table = draft.arena.add(draft.prebuilt.once(key, make))
        draft.interceptors.append(row)
        draft.names.interceptors.append(entry.name)
        draft.interceptor_rows[entry.name] = InterceptorRow(len(draft.interceptors) - 1, table, far)
    return draft.interceptor_rows[entry.name]


def gun_magazine(draft: Draft, row: Row, entry: Entry) -> None:
    """What a magazine's row holds of a gun: its burst, and limits that are those of its use, however limits are set."""
    v = draft.values.of
    row["channel"] = int(ChannelPhase.NONE)
    row["support_break"] = row["midcourse_break"] = v(entry, "support_break_limit")
    limits = [v(entry, f) for f in ("min_range", "max_range", "min_altitude", "max_altitude")]
    row["limits"][0] = row["limits"][1] = limits
    row["speed_limit"] = v(entry, "target_speed_limit")
    row["horizon"] = (draft.values.model("air_horizon"), draft.values.model("ballistic_horizon"))
    row["climb_spread"] = draft.values.model("climb_spread")
    row["burst"], row["burst_time"] = draft.values.count(entry, "burst_rounds"), burst_time(draft.values, entry)
    row["shell_speed"] = v(entry, "shell_speed")
    row["dispersion"], row["bias"] = v(entry, "dispersion"), v(entry, "bias")
    row["optical"] = int(entry.text["sight"] == "optical")


def gun_lethality(entry: Entry, values: Values, model: KillModel) -> Lethality:
    """How a burst kills: ``radius`` is that of the target, ``certain`` the probability that a hit kills.

    Crews count on the catalog's own numbers, in every world the same.
    """
    written = Values(values.catalog)
    believed, radius, certain = np.zeros(len(ThreatClass)), np.zeros(len(ThreatClass)), np.ones(len(ThreatClass))
    unled = np.zeros((len(ThreatClass), 3))
    for threat in ThreatClass:
        if not threat:
            continue
        drawn = burst_of(values, entry, threat)
        radius[int(threat)], certain[int(threat)] = drawn.radius, drawn.hit_kill
        away = BELIEVED_AT * written.of(entry, "max_range")
        said = written.of(entry, "reliability") * burst_kill(burst_of(written, entry, threat), away)
        believed[int(threat)] = entry.si("pk_believed", said) if model.fixed is None else model.fixed
    return Lethality(values.of(entry, "reliability"), 1.0, believed, radius, certain, unled, (), ())
