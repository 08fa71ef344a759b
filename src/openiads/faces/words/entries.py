"""Catalog entries as people read them: one entry in sections, two side by side.

Everything here turns entries into plain rows; `cli` prints them as tables or as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.catalog.records import Catalog, Entry, Row, Value
from openiads.faces.words import text

#: What each kind of entry is, in the order of the list.
KIND_WORDS: dict[str, str] = {
    "systems": "Systems: what a site of a scenario names",
    "posts": "Command posts",
    "radars": "Radars",
    "receivers": "Receivers: how a class of radars takes noise jamming",
    "launchers": "Launchers",
    "interceptors": "Interceptors",
    "guns": "Guns",
    "threats": "Threats and civil traffic",
    "jammers": "Noise jammers: payloads of flights, by class",
    "identification": "Identification",
    "model": "Assumptions of the model",
}

#: What a comparison shows unless everything is asked for.
KEY_FIELDS: dict[str, tuple[str, ...]] = {
    "systems": (
        "max_fire_units",
        "target_channels",
        "missile_channels",
        "engage_on_remote",
        "reaction_time",
        "launch_spacing",
        "setup_time",
        "march_time",
        "afloat",
    ),
    "posts": ("track_capacity", "decision_cycle", "service_time", "link_delay_unit", "air_buffer"),
    "radars": (
        "kind",
        "band",
        "instrumented_range",
        "rotation",
        "sector_half_width",
        "track_sector_half_width",
        "track_elevation_high",
        "track_capacity",
        "track_update_interval",
        "antenna_height",
        "slew_rate",
        "relay_time",
        "setup_time",
    ),
    "launchers": (
        "tubes",
        "launch_interval",
        "reload_time",
        "reloads",
        "readiness",
        "elevation",
        "azimuth_arc",
        "train_rate",
    ),
    "interceptors": (
        "guidance",
        "channel_phase",
        "launch_kind",
        "max_range",
        "min_range",
        "max_altitude",
        "min_altitude",
        "ballistic_max_range",
        "ballistic_max_altitude",
        "target_speed_limit",
        "peak_speed",
        "launch_mass",
        "structural_limit",
        "pk_aircraft",
        "pk_cruise",
        "pk_drone",
        "pk_ballistic",
        "reliability",
    ),
    "guns": (
        "sight",
        "rate_of_fire",
        "burst_rounds",
        "muzzle_velocity",
        "max_range",
        "min_range",
        "max_altitude",
        "dispersion",
        "bias",
        "hit_kill_cruise",
        "hit_kill_drone",
        "reliability",
    ),
    "threats": (
        "class",
        "speed",
        "altitude",
        "agl",
        "length",
        "max_load_factor",
        "range_min",
        "range_max",
        "cep",
        "stand_off",
    ),
}


@dataclass(frozen=True)
class Line:
    """One row of a comparison: the two sides are a value, a text, or None where the entry has no such thing."""

    name: str
    left: Value | str | None
    right: Value | str | None


@dataclass(frozen=True)
class Section:
    """A titled group of rows of a comparison; the heads name the two sides."""

    title: str
    heads: tuple[str, str]
    lines: tuple[Line, ...]


def measure(value: Value) -> str:
    """The number as published, with its unit."""
    return f"{value.number:.6g} {value.unit}".strip().replace("-", "−")


def used_interval(value: Value) -> str:
    """The interval that is sampled, in the unit of the number: the declared one, or the floor of the status."""
    if value.certain:
        return "exact"
    scale = value.number / value.si if value.si else None
    if scale is None or (value.unit == "dB" and value.dimension == "ratio"):
        ends = (value.low, value.high)
    else:
        ends = (value.si_low * scale, value.si_high * scale)
    low, high = (f"{end:.4g}".replace("-", "−") for end in ends)
    return f"{low} to {high}"


def shown(side: Value | str | None) -> str:
    """One side of a comparison: `200 km (195 to 200)`; an assumption begins with a tilde, a dash is nothing."""
    if side is None:
        return "–"
    if isinstance(side, str):
        return side
    mark = "~" if side.status == "assumption" and not side.exact else ""
    interval = used_interval(side)
    return f"{mark}{measure(side)}" + ("" if interval == "exact" else f" ({interval})")


def as_data(side: Value | str | None) -> JsonObject | str | None:
    """One side of a comparison as JSON holds it."""
    if not isinstance(side, Value):
        return side
    return {
        "value": side.number,
        "unit": side.unit,
        "si": side.si,
        "si_low": side.si_low,
        "si_high": side.si_high,
        "status": side.status,
        "source": side.source,
    }


def row_as_data(row: Row) -> dict[str, Any]:
    """One row of a table of an entry as JSON holds it."""
    return {**row.text, **row.flags, **{name: as_data(value) for name, value in row.values.items()}}


# ------------------------------------------------------------------ one entry


def settings(entry: Entry, book: Catalog) -> list[tuple[str, str]]:
    """Texts, switches and lists of an entry; a name of another entry is followed by its title."""

    def told(item: str) -> str:
        return f"{item} ({book[item].title})" if item in book else item

    rows = [(name, told(item)) for name, item in entry.text.items()]
    rows += [(name, ", ".join(told(item) for item in items) or "none") for name, items in entry.lists.items()]
    return rows + [(name, "yes" if flag else "no") for name, flag in entry.flags.items()]


def parts(entry: Entry) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """Title and values of an entry itself (empty title) and of every row of its tables."""
    yield "", entry.values
    for table, rows in entry.tables.items():
        for k, row in enumerate(rows):
            words = [item for name, item in row.text.items() if name not in ("launcher", "interceptor")]
            if row.has("launcher"):
                words = [f"{row.launcher} with {row.interceptor}"]
            words += [f"{name}" for name, flag in row.flags.items() if flag]
            yield f"{table} {k + 1}: {', '.join(words)}", row.values


def value_cells(name: str, value: Value) -> tuple[str, str, str, str, str]:
    """Parameter, value, interval, status, and the note with its sources in brackets."""
    sources = f"[{', '.join(value.source)}]" if value.source else ""
    return name, measure(value), used_interval(value), value.status, f"{value.note} {sources}".strip()


def armament(system: Entry, book: Catalog) -> list[str]:
    """One line for each kind of launcher in a fire unit: `12 5P85SE launcher, each with 4 48N6E2 interceptor`."""
    return [
        f"{measure(row.count)} x {row.launcher} ({book[row.launcher].title}), "
        f"each with {measure(row.rounds)} x {row.interceptor} ({book[row.interceptor].title})"
        for row in system.launchers
    ]


# ------------------------------------------------------------------ two entries


def compare(left: str, right: str, book: Catalog, *, everything: bool = False) -> list[Section]:
    """Two entries of one kind side by side; two systems with their posts, radars, launchers and rounds.

    everything : all fields instead of the main ones
    Raises InputError where the two are of different kinds.
    """
    a, b = book[left], book[right]
    if a.kind != b.kind:
        raise InputError(
            f"{left}, {right}",
            f"one of the {a.kind} and one of the {b.kind} have no fields in common",
            "Compare two entries of one kind: openiads catalog list",
        )
    if a.kind != "systems":
        return [_section("", a, b, book, everything)]
    sections = [_section("System", a, b, book, everything)]
    for title, one, two in _pairs(a, b):
        entries = [book[name] if name else None for name in (one, two)]
        sections.append(_section(title, entries[0], entries[1], book, everything))
    return sections


def _pairs(a: Entry, b: Entry) -> Iterator[tuple[str, str, str]]:
    """What stands opposite what in two systems: title and the two names, empty where one side has no such thing."""
    yield "Command post", a.post, b.post
    yield "Post in the fire unit", a.get("fire_unit_post", ""), b.get("fire_unit_post", "")
    yield "Engagement radar", a.engagement_radar, b.engagement_radar
    yield from _opposite("Surveillance radar", a.surveillance, b.surveillance)
    yield "Low-altitude radar", a.get("low_altitude", ""), b.get("low_altitude", "")
    for title, key in (("Launcher", "launcher"), ("Round", "interceptor")):
        yield from _opposite(title, *(dict.fromkeys(row.text[key] for row in each.launchers) for each in (a, b)))


def _opposite(title: str, left: Iterable[str], right: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    one, two = list(left), list(right)
    many = max(len(one), len(two))
    for k in range(many):
        number = f" {k + 1}" if many > 1 else ""
        yield title + number, one[k] if k < len(one) else "", two[k] if k < len(two) else ""


def _section(title: str, a: Entry | None, b: Entry | None, book: Catalog, everything: bool) -> Section:
    entries = (a, b)
    kind = next((each.kind for each in entries if each is not None), "")
    heads = tuple("none" if each is None else f"{each.name}: {each.title}" for each in entries)
    rows = [_fields(each, book, everything) for each in entries]
    names = list(dict.fromkeys([*rows[0], *rows[1]]))
    wanted = KEY_FIELDS.get(kind, ())
    names.sort(key=lambda name: _rank(name, wanted))
    lines = tuple(Line(name, rows[0].get(name), rows[1].get(name)) for name in names)
    return Section(title, (heads[0], heads[1]), lines)


def _rank(name: str, wanted: Sequence[str]) -> int:
    """The main fields in their order, then the others, then quoted ranges, what they mean, and modes."""
    if name in wanted:
        return wanted.index(name)
    words = ("quoted range", "detects", "mode ")
    return len(wanted) + next((k + 1 for k, word in enumerate(words) if name.startswith(word)), 0)


def _fields(entry: Entry | None, book: Catalog, everything: bool) -> dict[str, Value | str]:
    """What a comparison says of one entry: its main fields or all of them, and its tables in a few words."""
    if entry is None:
        return {}
    found: dict[str, Value | str] = {**entry.text, **entry.values}
    found |= {name: "yes" if flag else "no" for name, flag in entry.flags.items()}
    found |= {name: ", ".join(items) or "none" for name, items in entry.lists.items()}
    if not everything and entry.kind in KEY_FIELDS:
        found = {name: found[name] for name in KEY_FIELDS[entry.kind] if name in found}
    if entry.kind == "systems":
        found |= _ready(entry)
    if entry.kind == "radars":
        quotes = [row for row in entry.ranges if row.kind != "instrumented"]
        found |= {f"quoted range {k + 1}": _quote(row) for k, row in enumerate(quotes)}
        found["detects 1 m2 at"] = reach(entry)
        found |= {f"mode {row.name}": _mode(row) for row in entry.modes}
    return found


def _ready(system: Entry) -> dict[str, Value | str]:
    """The launchers of a full fire unit, and the rounds that stand ready in them."""
    rows = system.launchers
    kinds = [f"{measure(row.count)} x {row.launcher} with {measure(row.rounds)} x {row.interceptor}" for row in rows]
    low, number, high = (
        sum(getattr(row.count, end) * row.rounds.si for row in rows) for end in ("si_low", "si", "si_high")
    )
    total = f"{number:g}" + ("" if low == high else f" ({low:g} to {high:g})")
    return {"launchers of a fire unit": "; ".join(kinds), "ready rounds of a fire unit": total}


def _mode(row: Row) -> str:
    low, high = row.elevation_low.number, row.elevation_high.number
    how = " on cue" if row.steered else ""
    return (
        f"{low:g} to {high:g} deg up, {measure(row.azimuth_width)} wide{how}, every {measure(row.frame_time)}"
    ).replace("-", "−")


def _quote(row: Row) -> str:
    area = f", {measure(row.rcs)}" if row.has("rcs") else ", target not stated"
    height = f", at {measure(row.target_altitude)}" if row.has("target_altitude") else ""
    return f"{shown(row.range)} {text.words(row.kind)}{area}{height}"


def reach(radar: Entry) -> str:
    """Range at which one look detects a slowly fluctuating 1 m2 target with probability 0.5, by the calibration that
    all radars share, in free space on boresight; the interval is that of the quoted ranges."""
    from openiads.physics.detection import required_snr
    from openiads.scenario.signals import calibration

    found = calibration(radar)
    ratio = required_snr(0.5, swerling=1, n_pulses=int(radar.pulses.si), pfa=radar.false_alarm_probability.si)
    cap = radar.instrumented_range.si / 1000.0

    def distance(decibels: float) -> float:
        return float(min(100.0 * (10.0 ** (decibels / 10.0) / ratio) ** 0.25, cap))

    low, number, high = (distance(each) for each in (found.low, found.nominal, found.high))
    return f"{number:.0f} km ({low:.0f} to {high:.0f}), one look in two"


def sections_as_data(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """A comparison as JSON holds it."""
    return [
        {
            "title": section.title,
            "left": section.heads[0],
            "right": section.heads[1],
            "rows": [{"name": x.name, "left": as_data(x.left), "right": as_data(x.right)} for x in section.lines],
        }
        for section in sections
    ]
