"""What entries of the catalog must make sense of beyond their fields: numbers with an effect, links to what exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openiads.base.jsonable import Json
from openiads.base.toml import Loc
from openiads.base.words import nearest
from openiads.catalog.records import LIST, Entry, Row, Value

#: Key path (kind, name, field, ...), the value to show (None: none), reason, remedy.
Problem = tuple[Loc, Json, str, str]

# Fields that one sort of entry needs and others have no use for.
NEEDED_BY = {
    "rotating": ("rotation", "faces"),
    "phased": (
        "track_dwell",
        "confirm_dwell",
        "uplink_dwell",
        "uplink_interval",
        "occupancy_limit",
    ),
    "ballistic": (
        "range_min",
        "range_max",
        "launch_mass",
        "burnout_mass",
        "specific_impulse",
        "burn_time",
        "diameter",
        "drag",
        "cep",
    ),
}

# Which kind of entry each name in a systems entry means; of the rows of its launchers table below.
LINKS = {
    "post": "posts",
    "fire_unit_post": "posts",
    "engagement_radar": "radars",
    "surveillance": "radars",
    "low_altitude": "radars",
    "low_altitude_choices": "radars",
}
#: Class of receiver of a radar that names none, by its role.
RECEIVERS = {"surveillance": "search_receiver", "low_altitude": "search_receiver", "engagement": "engagement_receiver"}
#: Band groups in which flights have signatures and jammers power.
JAMMED_BANDS = ("S", "C", "X")
ROUNDS = ("interceptors", "guns")  # what a launcher can hold
LAUNCHER_LINKS = {"launcher": ("launchers",), "interceptor": ROUNDS}

# Fields of a launcher that fires an inclined round.
TRAINED = ("elevation", "azimuth_arc", "train_rate")

# Published limits of an interceptor, which bound where it may be fired.
LIMITS = (
    "min_range",
    "max_range",
    "min_altitude",
    "max_altitude",
    "ballistic_max_range",
    "ballistic_min_altitude",
    "ballistic_max_altitude",
    "target_speed_limit",
)

# Fields of an entry of which the first is less than the second.
RISING = {
    "radars": (("minimum_range", "instrumented_range"), ("track_elevation_low", "track_elevation_high")),
    "interceptors": (
        ("min_range", "max_range"),
        ("min_altitude", "max_altitude"),
        ("ballistic_min_altitude", "ballistic_max_altitude"),
        ("boost_propellant", "launch_mass"),
    ),
    "guns": (("min_range", "max_range"), ("min_altitude", "max_altitude")),
    "threats": (("range_min", "range_max"), ("burnout_mass", "launch_mass")),
    "model": (("turn_load_least", "turn_load_greatest"),),
    "identification": (("civil_speed_low", "civil_speed_high"), ("civil_altitude_low", "civil_altitude_high")),
}


def sense(entry: Entry) -> Iterator[Problem]:
    """Numbers that would leave an entry without effect or without meaning."""
    place = (entry.kind, entry.name)
    yield from _rising(entry, place, RISING.get(entry.kind, ()))
    if entry.kind == "radars":
        yield from _radar(entry, place)
    if entry.kind == "interceptors":
        yield from _interceptor(entry, place)
    if entry.kind == "jammers":
        yield from _jammer(entry, place)
    if entry.kind == "threats" and entry.text["class"] == "ballistic":
        lacking = [key for key in NEEDED_BY["ballistic"] if not entry.has(key)]
        if lacking:
            yield place, None, f"a ballistic missile without {', '.join(lacking)}", "Add the missing fields."


def _rising(row: Row, place: Loc, pairs: tuple[tuple[str, str], ...]) -> Iterator[Problem]:
    for first, second in pairs:
        low, high = row.values.get(first), row.values.get(second)
        if low is not None and high is not None and not low.si < high.si:
            reason = f"{_said(low)} is not less than {second}, {_said(high)}"
            yield (*place, first), None, reason, f"Lower {first}, or raise {second}."


def _said(value: Value) -> str:
    return f"{value.number:g} {value.unit}".rstrip()


def _radar(entry: Entry, place: Loc) -> Iterator[Problem]:
    if not any(row.kind != "instrumented" for row in entry.get("ranges", ())):
        remedy = "Add [[ranges]] with kind = noise_limited or horizon_limited."
        yield (*place, "ranges"), None, "no range says how strong it is", remedy
    for i, row in enumerate(entry.modes):
        if not row.elevation_low.si < row.elevation_high.si:
            remedy = "Exchange elevation_low and elevation_high."
            yield (*place, "modes", i), None, "its elevations do not rise", remedy
    if entry.confirm_hits.si > entry.confirm_window.si:
        reason = f"{_said(entry.confirm_hits)} hits of {_said(entry.confirm_window)} looks"
        yield (*place, "confirm_hits"), None, reason, "Lower confirm_hits, or raise confirm_window."
    lacking = [key for key in NEEDED_BY[entry.text["kind"]] if not entry.has(key)]
    if entry.text["kind"] == "phased" and not (entry.has("slew_rate") or entry.has("relay_time")):
        lacking.append("slew_rate or relay_time")
    if lacking:
        yield place, None, f"a {entry.text['kind']} radar without {', '.join(lacking)}", "Add the missing fields."


def _interceptor(entry: Entry, place: Loc) -> Iterator[Problem]:
    for key, value in entry.values.items():
        if key.startswith("pk_") and value.si > entry.reliability.si:
            reason = f"{value.si:g} is above the reliability {entry.reliability.si:g}"
            yield (*place, key), None, reason, f"Lower {key}, or raise the reliability."
    for i, key in enumerate(entry.lists.get("guidance_limits", ())):
        if key not in LIMITS:
            reason = f"{key!r} is no published limit"
            remedy = f"{nearest(key, list(LIMITS))}Allowed: {', '.join(LIMITS)}."
            yield (*place, "guidance_limits", i), None, reason, remedy
    burned = sum(entry.si(key, 0.0) for key in ("boost_propellant", "sustain_propellant"))
    if entry.boost_propellant.si < entry.launch_mass.si <= burned:
        reason = f"more propellant than launch mass: {burned:g} kg of {entry.launch_mass.si:g} kg"
        yield (*place, "sustain_propellant"), None, reason, "Lower it, or raise launch_mass."


def _jammer(entry: Entry, place: Loc) -> Iterator[Problem]:
    """Bands that exist, and a sector that says what is outside it."""
    bands = entry.lists["bands"]
    if not bands:
        yield (*place, "bands"), None, "a jammer of no band", f"Name some of {', '.join(JAMMED_BANDS)}."
    for i, band in enumerate(bands):
        if band not in JAMMED_BANDS:
            yield (*place, "bands", i), band, "no band group of signatures", f"One of {', '.join(JAMMED_BANDS)}."
    sector = [key for key in ("sector_half_width", "outside") if not entry.has(key)]
    if entry.text["faces"] != "around" and sector:
        reason = f"a jammer that faces {entry.text['faces'].replace('_', ' ')} without {' and '.join(sector)}"
        yield place, None, reason, 'Add them, or faces = "around".'


def links(entry: Entry, entries: Mapping[str, Entry]) -> Iterator[Problem]:
    """Every name that an entry gives another entry exists and is of the kind meant; every launcher takes its round."""
    place = (entry.kind, entry.name)
    if entry.kind == "launchers":
        for i, name in enumerate(entry.lists["carries"]):
            yield from _link((*place, "carries", i), name, ROUNDS, entries)
    if entry.kind == "radars" and "receiver" in entry.text:
        yield from _link((*place, "receiver"), entry.text["receiver"], ("receivers",), entries)
    if entry.kind != "systems":
        return
    for key, kind in LINKS.items():
        if key in entry.text:
            yield from _link((*place, key), entry.text[key], (kind,), entries)
        for i, name in enumerate(entry.lists.get(key, ())):
            yield from _link((*place, key, i), name, (kind,), entries)
    for i, row in enumerate(entry.tables["launchers"]):
        where = (*place, "launchers", i)
        wrong = [p for key, of in LAUNCHER_LINKS.items() for p in _link((*where, key), row.text[key], of, entries)]
        yield from wrong or _load(where, row, entries[row.text["launcher"]], entries[row.text["interceptor"]])


def _link(place: Loc, name: str, kinds: tuple[str, ...], entries: Mapping[str, Entry]) -> Iterator[Problem]:
    if name not in entries or entries[name].kind not in kinds:
        known = [n for n, e in entries.items() if e.kind in kinds]
        yield place, name, f"is not among the {' and '.join(kinds)}", f"{nearest(name, known)}{LIST}"


def _load(place: Loc, row: Row, launcher: Entry, round_: Entry) -> Iterator[Problem]:
    """A launcher that takes the round, and as many of it, and that can be trained where the round leaves inclined."""
    carries = launcher.lists["carries"]
    if round_.name not in carries:
        reason = f"{launcher.name} cannot carry {round_.name}"
        yield (*place, "interceptor"), None, reason, f"It carries {', '.join(carries) or 'nothing'}."
    if not row.count.si >= 1:
        reason = f"{row.count.number:g} launchers"
        yield (*place, "count"), None, reason, "Give 1 or more, or leave the row out."
    if not row.rounds.si <= launcher.tubes.si:
        reason = f"{row.rounds.number:g} rounds on {launcher.name}"
        yield (*place, "rounds"), None, reason, f"Allowed: 1 to {launcher.tubes.si:.0f}."
    lacking = [key for key in TRAINED if not launcher.has(key)]
    if round_.text.get("launch_kind") == "inclined" and lacking:
        reason = f"{round_.name} leaves inclined, and {launcher.name} is without {', '.join(lacking)}"
        yield place, None, reason, f"Add them to {launcher.name}."
