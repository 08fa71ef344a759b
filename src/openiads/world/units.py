"""Fire units: the crew, the engagement radar, the kinds of round with what is known of them, and the launchers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.catalog.records import Entry
from openiads.scenario.model import Doctrine
from openiads.world.codes import ChannelPhase, Control, FireRule, ThreatClass
from openiads.world.draft import NEVER, Draft, LatLon, PlacedSite, Row, blank, put, ready_time
from openiads.world.elements import MAGAZINE, MOST_BITS, UNIT
from openiads.world.emission import crew_outage
from openiads.world.guns import gun_lethality, gun_magazine, gun_row, is_gun
from openiads.world.interceptors import drawn_interceptor, interceptor_row
from openiads.world.launchers import UnitPlace, add_launchers
from openiads.world.lethality import KillModel, Lethality, lethality_of
from openiads.world.posts import add_crew
from openiads.world.radars import Mount, add_radar

#: What a crew may take a track for (`assignment.believed_class`).
BELIEVED = (ThreatClass.AIRCRAFT, ThreatClass.CRUISE, ThreatClass.DRONE, ThreatClass.BALLISTIC)

#: Fields of the least and greatest distance and height of an intercept: of flyers, and of falling bodies; none of them.
LIMITS = (
    ("min_range", "max_range", "min_altitude", "max_altitude"),
    ("min_range", "ballistic_max_range", "ballistic_min_altitude", "ballistic_max_altitude"),
)
NO_LIMITS = (0.0, math.inf, -math.inf, math.inf)


def add_unit(draft: Draft, placed: PlacedSite, number: int, above: list[int]) -> int:
    """The ``number``-th fire unit of a site, under the posts ``above`` (from the nearest up); returns its row."""
    site, system, v = placed.site, placed.system, draft.values.of
    at = _position(draft, placed, number)
    row = blank(UNIT)
    put(row, at, draft.ground(*at))
    name, index = f"{site.name}/{number + 1}", len(draft.units)
    row["actor"] = actor_number(f"unit/{name}")
    radar = draft.values.catalog[system.text["engagement_radar"]]
    chain = [add_crew(draft, placed, number, at, above[0]), *above]
    row["posts"] = -1
    row["posts"][: len(chain)] = chain
    row["level"], row["post"] = len(chain) - 1, chain[-1]
    row["platform"], row["ready_at"] = placed.platform, ready_time(draft, site)
    row["outage"] = crew_outage(site)
    row["radar"] = add_radar(draft, placed, radar, Mount(f"{radar.name}/{number + 1}", at, chain, index))
    row["target_channels"] = draft.values.count(system, "target_channels")
    row["missile_channels"] = draft.values.count(system, "missile_channels")
    row["first_engagement"] = sum(int(u["target_channels"]) for u in draft.units)
    _doctrine(draft, row, site.doctrine, system)
    row["crew_delay"] = v(system, "crew_delay") * draft.values.knob(f"{system.name}.crew", 1.0)
    row["crew_spread"] = v(system, "crew_delay_spread")
    row["assess_delay"] = v(system, "assessment_delay")
    row["assess_false_kill"] = v(system, "assessment_false_kill")
    row["assess_false_miss"] = v(system, "assessment_false_miss")
    row["floor"] = v(system, "pk_floor")
    margin = site.doctrine.launch_margin
    row["launch_margin"] = v(system, "launch_margin") if margin is None else margin
    row["remote"] = int(system.flags.get("engage_on_remote", False) and site.doctrine.remote is not False)
    row["salvo_interval"] = v(system, "launch_spacing")
    row["due"] = NEVER
    row["first_magazine"] = len(draft.magazines)
    names = list(dict.fromkeys(load.text["interceptor"] for load in system.tables["launchers"]))
    row["magazines"] = len(names)
    magazines = {each: _add_magazine(draft, placed, draft.values.catalog[each], index) for each in names}
    add_launchers(draft, placed, UnitPlace(row, index, number, at), magazines)
    draft.units.append(row)
    draft.names.units.append(name)
    return index


def set_leaves(draft: Draft) -> None:
    """To which units each leaves what these can take, once all sites have theirs; bits of their rows."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(draft.names.units):
        rows.setdefault(name.rpartition("/")[0], []).append(row)
    for site in draft.scenario.sites:
        theirs = [row for name in site.doctrine.leaves or () for row in rows.get(name, ())]
        if any(row >= MOST_BITS for row in theirs):
            reason = f"{len(draft.units)} fire units, and some leave to point defense"
            raise InputError(f"site.{site.name}.doctrine.leaves", reason, f"At most {MOST_BITS} fire units then.")
        for row in rows.get(site.name, ()):
            draft.units[row]["leaves"] = sum(1 << each for each in theirs)


def _position(draft: Draft, placed: PlacedSite, number: int) -> LatLon:
    """Declared positions first; else units stand in a line square to the facing, centered on the site."""
    site = placed.site
    if number < len(site.fire_unit_positions):
        return site.fire_unit_positions[number].latitude, site.fire_unit_positions[number].longitude
    aside = (number - (site.fire_units - 1) / 2.0) * draft.values.of(placed.system, "unit_spacing")
    turn = site.facing + (math.pi / 2.0 if aside >= 0.0 else -math.pi / 2.0)
    return draft.away(placed.at, turn, abs(aside))


def _doctrine(draft: Draft, row: Row, doctrine: Doctrine, system: Entry) -> None:
    """How the unit fights."""
    row["control"] = int(Control[doctrine.control.upper()])
    builtin = doctrine.fire.upper()
    row["fire_rule"] = int(FireRule[builtin] if builtin in FireRule.__members__ else FireRule.USER)
    row["salvo"] = doctrine.salvo
    row["latest"] = 1 if doctrine.engage == "latest" else 0
    row["reserve"] = doctrine.reserve
    for kind, rounds in doctrine.reserves.items():
        row["reserves"][ThreatClass[kind.upper()]] = rounds
    row["goal"] = doctrine.goal
    post = draft.values.catalog[system.text["post"]]
    row["self_defense"] = draft.values.of(post, "self_defense_radius") if doctrine.self_defense else 0.0
    row["dials"][: len(doctrine.dials)] = doctrine.dials


def _add_magazine(draft: Draft, placed: PlacedSite, entry: Entry, unit: int) -> int:
    """What a fire unit knows of one kind of round: where it reaches, how it kills, when doctrine lets it be fired.

    With emergent limits only flight bounds an intercept; with published ones the brochure's figures do too.
    """
    v = draft.values.of
    row = blank(MAGAZINE)
    flying = gun_row(draft, entry) if is_gun(entry) else interceptor_row(draft, entry)
    row["unit"], row["interceptor"], row["flyout_table"] = unit, flying.row, flying.table
    times, speeds, loads = draft.arena.part(flying.table)[4:].reshape(-1, 3).T
    row["slowest"] = times[np.isfinite(times)].max(initial=0.0)
    row["quickest"], row["liveliest"] = speeds.max(), loads.max()
    kept_for = placed.site.doctrine.keep.get(entry.name)
    classes = list(ThreatClass) if kept_for is None else [ThreatClass[kept_for.upper()]]
    row["classes"] = sum(1 << int(c) for c in classes)
    row["position_limit"], row["velocity_limit"] = v(entry, "firm_position"), v(entry, "firm_velocity")
    if is_gun(entry):
        gun_magazine(draft, row, entry)
    else:
        row["channel"] = int(ChannelPhase[entry.text["channel_phase"].upper()])
        row["support_break"] = v(entry, "support_break_limit")
        row["midcourse_break"] = max(v(entry, "midcourse_break_limit"), row["support_break"])
        _limits(draft, row, entry)
        _demands(draft, row)
        row["least_lethal"] = v(entry, "least_lethal_radius")
    lethality = _lethality(draft, entry)
    row["track_on_jam"] = bool(entry.flags.get("track_on_jam", False))
    row["reliability"], row["common_mode"] = lethality.reliability, lethality.common_mode
    row["pk_believed"], row["lethal"] = lethality.pk_believed, lethality.radius
    row["certain"], row["aim"] = lethality.certain, lethality.aim
    draft.magazines.append(row)
    return len(draft.magazines) - 1


def _limits(draft: Draft, row: Row, entry: Entry) -> None:
    """Distances, heights and speeds of targets between which a round may be fired.

    With emergent limits those alone that are of the round's guidance: no flight shows them.
    """
    v, held = draft.values.of, entry.lists.get("guidance_limits", ())
    published = draft.scenario.model.limits == "published"

    def limit(field: str, none: float) -> float:
        return v(entry, field) if published or field in held else none

    row["limits"] = [[limit(*each) for each in zip(fields, NO_LIMITS, strict=True)] for fields in LIMITS]
    row["speed_limit"] = limit("target_speed_limit", math.inf)


def flight_limits(entry: Entry, magazine: Row) -> tuple[NDArray[np.float64], float]:
    """Limits of a magazine built with published ones that stay where flight alone is to bound an intercept.

    Parameters
    ----------
    entry : Entry
        Its interceptor.
    magazine : np.void

    Returns
    -------
    tuple of ndarray and float
        Distances and heights as ``limits`` of `elements.MAGAZINE` (m), and the greatest speed of a target (m/s); inf
        where there is no limit.
    """
    held = entry.lists.get("guidance_limits", ())
    kept = np.array([[field in held for field in fields] for fields in LIMITS])
    speed = float(magazine["speed_limit"]) if "target_speed_limit" in held else math.inf
    return np.where(kept, magazine["limits"], NO_LIMITS), speed


def _demands(draft: Draft, row: Row) -> None:
    """What a shot must promise: how far ahead it is looked for, and what the round must still have at the meeting."""
    model = draft.values.model
    row["horizon"] = (model("air_horizon"), model("ballistic_horizon"))
    row["required"] = model("required_air")
    row["required"][int(ThreatClass.BALLISTIC)] = model("required_ballistic")
    for threat in BELIEVED:
        limit = model("maneuver_allowed") * model(f"load_{threat.name.lower()}")
        row["required"][int(threat)] = max(float(row["required"][int(threat)]), limit)
    row["least_speed"], row["speed_ratio"] = model("least_speed"), model("speed_ratio")
    row["climb_spread"] = model("climb_spread")


def _lethality(draft: Draft, entry: Entry) -> Lethality:
    """How an interceptor kills, solved once for all units that fire it."""
    if entry.name not in draft.lethalities:
        model = KillModel.of(draft.scenario)
        if is_gun(entry):
            found = gun_lethality(entry, draft.values, model)
        else:
            found = lethality_of(entry, draft.values, model, drawn_interceptor(draft, entry), draft.prebuilt)
        draft.capped.extend(found.capped)
        draft.nearer.extend(found.nearer)
        draft.lethalities[entry.name] = found
    return draft.lethalities[entry.name]
