"""The page of `tools/reference.py` that sets the entries of a class side by side: docs/reference/classes.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from openiads.catalog.load import catalog
from openiads.catalog.records import Entry
from openiads.faces.words.entries import reach, shown

#: Classes of systems: the name, and the range of the farthest round from which the next begins, km.
SYSTEMS = (("Short range, to 20 km", 20.0), ("Medium range, to 60 km", 60.0), ("Long range", float("inf")))
THREATS = ("aircraft", "cruise", "drone", "ballistic", "airliner")
ROLES = {"surveillance": "Surveillance", "low_altitude": "Low altitude", "engagement": "Engagement"}
RANGES = "max_range", "min_altitude", "max_altitude", "ballistic_max_range", "target_speed_limit"
FLIGHT = "speed", "altitude", "agl", "range_max", "length", "span", "cep"
BAND = "X"  # whose nose-on signature is shown

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]


def rounds_of(system: Entry) -> list[Entry]:
    """The kinds of round of a system, in the order of its launchers."""
    names = dict.fromkeys(row.text["interceptor"] for row in system.tables["launchers"])
    return [catalog()[name] for name in names]


def farthest(system: Entry) -> float:
    """Greatest published range of its rounds, km."""
    return max(each.max_range.si for each in rounds_of(system)) / 1000.0


def value(entry: Entry, field: str) -> str:
    """One field as the commands show it; a dash where the entry has none."""
    return shown(entry.values.get(field))


def system_rows(low: float, high: float) -> list[list[str]]:
    """A row for each round of the systems whose farthest round reaches so far, km."""
    return [
        [f"`{system.name}`", f"`{each.name}`", *(value(each, field) for field in RANGES)]
        + [value(system, field) for field in ("target_channels", "missile_channels", "reaction_time")]
        for system in catalog().systems.values()
        if low < farthest(system) <= high
        for each in rounds_of(system)
    ]


def threat_rows(kind: str) -> list[list[str]]:
    """A row for each threat of a class."""
    return [
        [f"`{each.name}`", *(value(each, field) for field in FLIGHT)]
        + [shown(next(row for row in each.tables["rcs"] if row.text["band"] == BAND).values["nose"])]
        for each in catalog().threats.values()
        if each.text["class"] == kind
    ]


def radar_rows(role: str) -> list[list[str]]:
    """A row for each radar of a role."""
    return [
        [f"`{each.name}`", each.title, each.text["band"], reach(each)]
        + [value(each, field) for field in ("instrumented_range", "antenna_height", "track_update_interval")]
        for each in catalog().radars.values()
        if each.text["role"] == role
    ]


def classes_page(table: Table, note: str) -> str:
    """docs/reference/classes.md."""
    of_system = ["system", "round", "range", "least height", "greatest height", "range, ballistic", "fastest target"]
    of_system += ["targets", "rounds in the air", "reaction time"]
    of_threat = ["threat", "speed", "height", "height above ground", "range", "length", "span", "median miss"]
    of_threat += [f"nose-on, {BAND} band"]
    of_radar = ("radar", "", "band", "sees 1 m2 at", "shows to", "antenna height", "track update")
    parts = [
        note,
        "# Entries by class\n",
        "What the catalog holds of systems, threats and radars of one class, side by side: published figures with",
        "their intervals, an assumption with a tilde, a dash where there is none. Targets and rounds in the air are",
        "those of one fire unit. Two entries with every field: `openiads catalog compare NAME NAME`; one with its",
        "sources: `openiads catalog show NAME`. What the flight model makes of the rounds: [reach](reach.md).\n",
    ]
    low = 0.0
    for name, high in SYSTEMS:
        parts += [f"## Systems: {name[0].lower()}{name[1:]}\n", table(of_system, system_rows(low, high))]
        low = high
    for kind in THREATS:
        parts += [f"## Threats: {kind}\n", table(of_threat, threat_rows(kind))]
    for role, name in ROLES.items():
        parts += [f"## Radars: {name.lower()}\n", table(of_radar, radar_rows(role))]
    return "\n".join(parts)
