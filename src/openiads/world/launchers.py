"""Launchers: where they stand about their fire unit, what they hold, and where they can fire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from openiads.base.draws import actor_number
from openiads.catalog.records import launcher_rows
from openiads.world.draft import NEVER, Draft, LatLon, PlacedSite, Row, blank, failure_time, put
from openiads.world.elements import LAUNCHER
from openiads.world.guns import burst_time, is_gun


@dataclass(frozen=True)
class UnitPlace:
    """The fire unit whose launchers are placed: its row and the row's index, its number in its site, its place."""

    row: Row
    index: int
    number: int
    at: LatLon


def add_launchers(draft: Draft, placed: PlacedSite, unit: UnitPlace, magazines: Mapping[str, int]) -> None:
    """The launchers of a fire unit, in a ring about it.

    Parameters
    ----------
    magazines
        Row of the unit's magazine of each interceptor, by catalog name.
    """
    site, system, v = placed.site, placed.system, draft.values.of
    rail = draft.values.model("launcher_rail_height")
    rows = range(len(system.tables["launchers"]))
    in_place = [round(draft.values.row(system, "launchers", n, "count")) for n in rows]
    full = [round(draft.values.row(system, "launchers", n, "rounds")) for n in rows]
    loads = launcher_rows(system, site.launchers, in_place)
    unit.row["first_launcher"], unit.row["launchers"] = len(draft.launchers), len(loads)
    ring = v(system, "launcher_spacing") * max(len(loads), 1) / (2.0 * math.pi)
    for k, load in enumerate(loads):
        entry = draft.values.catalog[load.text["launcher"]]
        interceptor = load.text["interceptor"]
        row = blank(LAUNCHER)
        at = draft.away(unit.at, 2.0 * math.pi * k / len(loads), ring)
        put(row, at, draft.ground(*at) + rail)
        name = f"{site.name}/{unit.number + 1}/{k + 1}"
        row["actor"] = actor_number(f"launcher/{name}")
        row["platform"] = placed.platform
        row["unit"], row["magazine"] = unit.index, magazines[interceptor]
        most = full[next(n for n in rows if system.tables["launchers"][n] is load)]
        row["full"] = row["loaded"] = most if site.rounds is None else min(site.rounds, most)
        row["loads"] = draft.values.count(entry, "reloads") if site.reloads is None else site.reloads
        row["interval"], row["reload_time"] = v(entry, "launch_interval"), v(entry, "reload_time")
        fires = draft.values.catalog[interceptor]
        if is_gun(fires):  # a mount is busy while it fires
            row["interval"] = max(row["interval"], burst_time(draft.values, fires))
        row["reloaded_at"] = NEVER
        inclined = fires.text.get("launch_kind") == "inclined" or (is_gun(fires) and entry.has("azimuth_arc"))
        row["arc_center"] = site.facing
        row["arc_half"] = min(v(entry, "azimuth_arc") / 2.0, math.pi) if inclined else math.pi
        row["hit_radius"] = v(system, "hit_radius_launcher")
        row["readiness"] = 1.0 if draft.scenario.model.kill == "constant" else v(entry, "readiness")
        row["fails_at"] = failure_time(site, f"{entry.name}/{unit.number + 1}/{k + 1}")
        draft.launchers.append(row)
        draft.names.launchers.append(name)
