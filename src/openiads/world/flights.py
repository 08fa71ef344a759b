"""What flies: raids and single flights become rows with tabulated paths."""

from __future__ import annotations

import math
from functools import partial

from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.catalog.records import Entry
from openiads.earth.geodesy import inverse, offset, to_geodetic
from openiads.physics.motion import end_time, state_at
from openiads.physics.paths import bounds_of, turn_radius
from openiads.scenario.identity import carries_iff
from openiads.scenario.traffic import Flight, Raid
from openiads.world.aim import aim_height, aim_of, element_of, ship_of, ship_position
from openiads.world.codes import Element, Evasion, Side, ThreatClass
from openiads.world.deconfliction import party_numbers
from openiads.world.draft import Draft, LatLon, Row, blank
from openiads.world.emission import hears_on
from openiads.world.jammers import add_jammer
from openiads.world.layout import FLIGHT
from openiads.world.radars import BANDS
from openiads.world.routes import (
    Points,
    Profile,
    Table,
    ballistic_table,
    flight_time,
    load_of,
    moved_aside,
    path_table,
    speed_of,
    way_home,
)
from openiads.world.variety import add_variants

TOO_EARLY = 1e-6  # s before the run that are nothing but rounding
AIM_ROUNDS = 2  # times that a path to a ship is flown again to where the ship will then be
ASPECTS = ("nose", "beam", "tail")


def add_flights(draft: Draft) -> None:
    """All flights; the order of raids and of flights in a raid is the file's canonical one."""
    for number, raid in enumerate(draft.scenario.raids):
        _add_raid(draft, number, raid)
    for flight in draft.scenario.flights:
        _add_single(draft, flight)


def add_flight(draft: Draft, name: str, entry: Entry, side: Side, path: int, table: Table) -> Row:
    """One more flight, on a path whose table lies in the arena at ``path``."""
    row = blank(FLIGHT)
    row["actor"] = actor_number(f"flight/{name}")
    threat = ThreatClass[entry.text["class"].upper()]
    row["threat_class"], row["side"] = int(threat), int(side)
    row["path"] = path
    row["fastest"], row["floor"] = bounds_of(table)
    row["met_at"] = -math.inf
    row["starts"], row["ends"] = float(table[0]), float(end_time(table, 0))
    row["first_detected"] = math.inf
    row["asset"], row["raid"] = -1, -1
    row["turns_at"], row["route_ends"], row["parent"] = math.inf, row["ends"], -1
    row["swerling"] = draft.values.count(entry, "swerling")
    row["rcs"] = [[draft.values.signature(entry, band, aspect) for aspect in ASPECTS] for band in BANDS]
    span = draft.values.of(entry, "span")
    row["glint"] = [draft.values.model("glint_share") * e for e in (span, draft.values.of(entry, "depth", span))]
    row["size"] = span / draft.values.model(f"reference_span_{entry.text['class']}")
    _equip(row, entry, Side(side).name.lower(), None, None)
    row["corridor"] = row["jammer"] = -1
    row["group"] = row["actor"]
    draft.flights.append(row)
    draft.names.flights.append(name)
    return row


def _equip(row: Row, entry: Entry, side: str, iff: bool | None, transponder: bool | None) -> None:
    """What answers questions aboard; what is not given follows from side and kind."""
    row["iff"] = carries_iff(side, entry.text["class"], iff)
    row["transponder"] = bool(entry.flags.get("transponder")) if transponder is None else transponder


def _belong(draft: Draft, row: Row, party: str | None, unit: str | None) -> None:
    """Whose flight it is, and with whose code it answers; without a unit with one of its own."""
    row["party"] = party_numbers(draft.scenario).get(party or "", 0)
    if unit is not None:
        row["group"] = actor_number(f"unit/{unit}")


def delay_row(row: Row, later: float) -> None:
    """Let a flight fly its path ``later`` s later; what lies before the start of the run is not flown."""
    row["shift"] += later
    row["ends"] += later
    row["route_ends"] += later
    row["starts"] = max(row["starts"] + later, 0.0)


# ------------------------------------------------------------------ raids


def _add_raid(draft: Draft, number: int, raid: Raid) -> None:
    if raid.count == 0:
        return
    entry = draft.values.catalog[raid.threat]
    ballistic = entry.text["class"] == "ballistic"
    shared = _ballistic(draft, raid, entry) if ballistic else None
    path = -1 if shared is None else draft.arena.add(shared)
    for n in range(raid.count):
        table, release = (shared, 0.0) if shared is not None else _routed(draft, raid, entry, n)
        if shared is None:
            path = draft.arena.add(table)
        row = add_flight(draft, f"{raid.name}[{n + 1}]", entry, Side[raid.side.upper()], path, table)
        delay_row(row, _start(draft, raid, table, release, n) - float(table[0]))
        _equip(row, entry, raid.side, raid.iff, raid.transponder)
        _belong(draft, row, raid.party, raid.unit or raid.name)
        row["raid"] = number
        row["jitter"] = raid.jitter
        row["rcs_spread"] = raid.rcs_spread or 0.0
        if raid.speed_spread or raid.height_spread:
            add_variants(draft, row, raid, partial(_flown, draft, entry, n))
        add_jammer(draft, row, raid)
        row["evasion"] = int(Evasion[raid.evasion.upper()])
        row["load"] = raid.evasion_load or draft.values.of(entry, "max_load_factor")
        _aim(draft, row, raid, entry)
        if raid.weapon is not None:
            row["leaves"], row["asset"], row["element"], row["cep"] = 1, -1, 0, 0.0
            _add_weapons(draft, number, raid, table, release)


def _flown(draft: Draft, entry: Entry, n: int, raid: Raid) -> tuple[Table, float]:
    """Path of the n-th flight of a raid, and how much later than tabulated it is flown, s."""
    table, release = _routed(draft, raid, entry, n)
    return table, _start(draft, raid, table, release, n) - float(table[0])


def _start(draft: Draft, raid: Raid, table: Table, release: float, n: int) -> float:
    """When the n-th flight of a raid begins, s; ``release`` : s from there to the release of its weapons.

    A sampled world, in which it may be slower, lets it begin with the run and come later than declared.  Raises
    InputError where the nominal one would have to begin before the run.
    """
    if raid.time_on_target is None:
        return (float(table[0]) if raid.start is None else raid.start) + n * raid.spacing
    way = release if raid.weapon is not None else flight_time(table)
    start = raid.time_on_target + n * raid.spacing - way
    if start > -TOO_EARLY or draft.values.knobs:
        return max(start, 0.0)
    whose = "its way" if raid.count == 1 else f"the way of {raid.name}[{n + 1}]"
    to = " to the release" if raid.weapon is not None else ""
    raise InputError(
        f"raid.{raid.name}.time_on_target",
        f"{raid.time_on_target:g} s is too early: {whose}{to} takes {way:.0f} s, so that it would have to start at "
        f"{start:.0f} s",
        f"The earliest time on target is {math.ceil(raid.time_on_target - start)} s; or give it a nearer origin or "
        "more speed.",
    )


def _aim(draft: Draft, row: Row, raid: Raid, entry: Entry) -> None:
    """What a flight is aimed at, and how well; one without a published miss (a decoy) harms nothing."""
    if not entry.has("cep"):
        return
    v = draft.values.of
    scale = draft.values.knob(f"{entry.name}.cep_factor", 1.0)
    row["cep"] = v(entry, "cep") * scale
    if raid.target is not None:
        row["asset"] = next(k for k, asset in enumerate(draft.scenario.assets) if asset.name == raid.target)
    if raid.strikes is not None:
        row["element"], row["element_row"], _ = element_of(draft, raid.strikes)
        if entry.text.get("seeks") == "emitter":
            row["cep_blind"] = v(entry, "cep_blind", v(entry, "cep")) * scale
            if row["element"] == Element.RADAR and hears_on(draft.radars[int(row["element_row"])]):
                row["growth"] = v(entry, "memory_growth", 0.0)


def _add_weapons(draft: Draft, number: int, raid: Raid, carrier: Table, release: float) -> None:
    """What the last flight releases, one after the other from the release point on, each on its own path to the target.

    A weapon that follows no terrain flies straight from its carrier's height down to its target; one that harms
    nothing (a decoy) keeps that height.
    """
    parent = len(draft.flights) - 1
    entry = draft.values.catalog[raid.weapon or ""]
    shift = float(draft.flights[parent]["shift"])
    for k in range(raid.weapons):
        since = float(carrier[0]) + release + k * raid.weapon_spacing
        x, y, z, _, _, _ = state_at(carrier, 0, since)
        at = to_geodetic(x, y, z)
        profile = Profile(entry, None if entry.flags.get("terrain_following") else float(at[2]))
        end = aim_height(draft, raid) if entry.has("cep") else None
        points = [(float(at[0]), float(at[1])), aim_of(draft, raid)[:2]]
        table = path_table(draft, points, profile, end)
        for _ in range(AIM_ROUNDS if ship_of(draft, raid) is not None else 0):
            points[-1] = ship_position(draft, raid, since + shift + flight_time(table))
            table = path_table(draft, points, profile, end)
        name = f"{draft.names.flights[parent]}/{entry.name}[{k + 1}]"
        row = add_flight(draft, name, entry, Side[raid.side.upper()], draft.arena.add(table), table)
        delay_row(row, since - float(table[0]) + shift)
        _belong(draft, row, raid.party, raid.unit or raid.name)
        row["parent"], row["follows"], row["raid"] = parent, shift, number
        _aim(draft, row, raid, entry)


def _points(draft: Draft, raid: Raid) -> Points:
    """Turning points of a raid, its origin first and its aim last."""
    points = [(p.latitude, p.longitude) for p in raid.route]
    if raid.origin is not None:
        points.insert(0, (raid.origin.latitude, raid.origin.longitude))
    lat, lon, _ = aim_of(draft, raid)
    if not points or math.hypot(points[-1][0] - lat, points[-1][1] - lon) > 1e-9:
        points.append((lat, lon))
    return points


def _routed(draft: Draft, raid: Raid, entry: Entry, n: int) -> tuple[Table, float]:
    """(path, time to the release) of the n-th flight of a raid: its route moved aside, the last point unmoved.

    A raid against a ship is aimed at where the ship will be; one that releases weapons turns back there.
    """
    points = _points(draft, raid)
    aside = (n - (raid.count - 1) / 2.0) * raid.lateral_spacing
    if aside != 0.0:
        points = list(draft.prebuilt.once(("aside", *points, aside), partial(moved_aside, tuple(points), aside)))
    end = aim_height(draft, raid) if entry.text.get("seeks") == "emitter" else None
    profile = Profile(entry, raid.altitude, raid.agl, raid.speed)
    table = path_table(draft, points, profile, end)
    for _ in range(AIM_ROUNDS if ship_of(draft, raid) is not None else 0):
        flown = flight_time(table)
        when = raid.time_on_target if raid.time_on_target is not None else (raid.start or 0.0) + flown
        points[-1] = ship_position(draft, raid, when + n * raid.spacing)
        table = path_table(draft, points, profile, end)
    if raid.weapon is None or raid.release_range is None:
        return table, 0.0
    out = [*points[:-1], _release_point(draft, raid, points)]
    there = path_table(draft, out, profile)
    speed = speed_of(draft, profile)
    turn = (turn_radius(speed, load_of(draft, entry)), draft.values.model("homeward_time") * speed)
    home = draft.prebuilt.once(("home", *out, points[-1], *turn), lambda: way_home(out, points[-1], *turn))
    return path_table(draft, [*out[:-1], *home], profile), flight_time(there)


def _release_point(draft: Draft, raid: Raid, points: Points) -> LatLon:
    """Where a flight releases its weapons: on the last leg, at the declared distance from its end."""
    release_range = raid.release_range or 0.0
    leg = draft.prebuilt.once(("inverse", *points[-2:]), partial(inverse, *points[-2], *points[-1]))
    rest = float(leg[0]) - release_range
    if rest <= 0.0:
        raise InputError(
            f"raid.{raid.name}.release_range",
            f"{release_range / 1000:g} km, more than the last leg",
            f"Give less than {float(leg[0]) / 1000:.0f} km, or a longer last leg.",
        )
    lat, lon, *_ = offset(*points[-2], float(leg[1]), rest)
    return float(lat), float(lon)


def _ballistic(draft: Draft, raid: Raid, entry: Entry) -> Table:
    """The path that all ballistic missiles of a raid fly."""
    lat, lon, height = aim_of(draft, raid)
    start = raid.origin if raid.origin is not None else raid.route[0]
    begins = (start.latitude, start.longitude, draft.ground(start.latitude, start.longitude))
    ends = (lat, lon, draft.ground(lat, lon) + height)
    return ballistic_table(draft, entry, begins, ends, f"raid.{raid.name}")


# ------------------------------------------------------------------ single flights


def _add_single(draft: Draft, flight: Flight) -> None:
    entry = draft.values.catalog[flight.kind]
    points = [(p.latitude, p.longitude) for p in flight.route]
    table = path_table(draft, points, Profile(entry, flight.altitude, flight.agl, flight.speed))
    row = add_flight(draft, flight.name, entry, Side[flight.side.upper()], draft.arena.add(table), table)
    delay_row(row, flight.start - float(table[0]))
    _equip(row, entry, flight.side, flight.iff, flight.transponder)
    add_jammer(draft, row, flight)
    _belong(draft, row, flight.party, flight.unit)
    row["flight_plan"] = int(flight.flight_plan)
    if flight.corridor is not None:
        row["corridor"] = next(k for k, c in enumerate(draft.scenario.corridors) if c.name == flight.corridor)
