"""What entries of the catalog must make sense of beyond their fields: numbers with an effect, links to what exists."""

from __future__ import annotations

from collections.abc import Mapping

from openiads.base.errors import InputError
from openiads.base.words import nearest
from openiads.catalog.records import Entry, Row

SECTORS = ("sector_half_width", "track_sector_half_width")

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
LAUNCHER_LINKS = {"launcher": "launchers", "interceptor": "interceptors"}

# Fields of a launcher that fires an inclined round.
TRAINED = ("elevation", "azimuth_arc", "train_rate")


def check_sense(entry: Entry) -> None:
    """Numbers that would leave an entry without effect or without meaning."""
    place = f"{entry.kind}.{entry.name}"
    if entry.kind == "radars":
        lengths = [("instrumented_range", entry.instrumented_range)]
        lengths += [(f"ranges[{i + 1}].range", row.range) for i, row in enumerate(entry.get("ranges", ()))]
        for key, value in lengths:
            if not value.si_low > 0.0:
                raise InputError(
                    f"{place}.{key}", f"a radar whose range is {value.number:g} {value.unit}", "Give a range above 0."
                )
        sectors = [(key, entry.values[key]) for key in SECTORS if key in entry.values]
        modes = enumerate(entry.get("modes", ()))
        sectors += [(f"modes[{i + 1}].azimuth_width", row.azimuth_width) for i, row in modes]
        for key, value in sectors:
            if not value.si_low > 0.0:
                raise InputError(
                    f"{place}.{key}", f"a sector of {value.number:g} {value.unit}", "Give an angle above 0."
                )
        if not any(row.kind != "instrumented" for row in entry.get("ranges", ())):
            raise InputError(
                place, "no range says how strong it is", "Add [[ranges]] with kind = noise_limited or horizon_limited."
            )
        if not entry.get("modes"):
            raise InputError(place, "no search mode", "Add [[modes]].")
        for i, row in enumerate(entry.modes):
            if not row.elevation_low.si < row.elevation_high.si:
                raise InputError(
                    f"{place}.modes[{i + 1}]",
                    "its elevations do not rise",
                    "Exchange elevation_low and elevation_high.",
                )
        lacking = [key for key in NEEDED_BY[entry.text["kind"]] if not entry.has(key)]
        if entry.text["kind"] == "phased" and not (entry.has("slew_rate") or entry.has("relay_time")):
            lacking.append("slew_rate or relay_time")
        if lacking:
            raise InputError(
                place, f"a {entry.text['kind']} radar without {', '.join(lacking)}", "Add the missing fields."
            )
    if entry.kind == "interceptors":
        for key, value in entry.values.items():
            if key.startswith("pk_") and value.si > entry.reliability.si:
                raise InputError(
                    f"{place}.{key}",
                    f"{value.si:g} is above the reliability {entry.reliability.si:g}",
                    "Raise the reliability.",
                )
    if entry.kind == "threats" and entry.text["class"] == "ballistic":
        lacking = [key for key in NEEDED_BY["ballistic"] if not entry.has(key)]
        if lacking:
            raise InputError(place, f"a ballistic missile without {', '.join(lacking)}", "Add the missing fields.")


def check_links(entries: Mapping[str, Entry]) -> None:
    """Every name that an entry gives another entry exists and is of the kind meant; every launcher takes its round."""
    for entry in entries.values():
        place = f"{entry.kind}.{entry.name}"
        if entry.kind == "launchers":
            for name in entry.lists["carries"]:
                _check_link(f"{place}.carries", name, "interceptors", entries)
        if entry.kind != "systems":
            continue
        for key, kind in LINKS.items():
            named = entry.lists.get(key, ()) if key in entry.lists else (entry.text.get(key, ""),)
            for name in named:
                if name:
                    _check_link(f"{place}.{key}", name, kind, entries)
        rows = entry.tables.get("launchers", ())
        if not rows:
            raise InputError(place, "no launcher", "Add [[launchers]] with launcher, interceptor, count and rounds.")
        for i, row in enumerate(rows):
            where = f"{place}.launchers[{i + 1}]"
            for key, kind in LAUNCHER_LINKS.items():
                _check_link(f"{where}.{key}", row.text[key], kind, entries)
            _check_load(where, row, entries[row.text["launcher"]], entries[row.text["interceptor"]])


def _check_link(place: str, name: str, kind: str, entries: Mapping[str, Entry]) -> None:
    if name not in entries or entries[name].kind != kind:
        known = [n for n, e in entries.items() if e.kind == kind]
        raise InputError(place, f"{name!r} is not among the {kind}", nearest(name, known))


def _check_load(place: str, row: Row, launcher: Entry, round_: Entry) -> None:
    """A launcher that takes the round, and as many of it, and that can be trained where the round leaves inclined."""
    carries = launcher.lists["carries"]
    if round_.name not in carries:
        raise InputError(
            f"{place}.interceptor", f"{launcher.name} cannot carry {round_.name}", f"It carries {', '.join(carries)}."
        )
    if not row.count.si >= 1:
        raise InputError(f"{place}.count", f"{row.count.number:g} launchers", "Give 1 or more, or leave the row out.")
    if not 1 <= row.rounds.si <= launcher.tubes.si:
        raise InputError(
            f"{place}.rounds",
            f"{row.rounds.number:g} rounds in a {launcher.name}",
            f"Allowed: 1 to {launcher.tubes.si:.0f}.",
        )
    lacking = [key for key in TRAINED if not launcher.has(key)]
    if round_.text["launch_kind"] == "inclined" and lacking:
        raise InputError(
            place, f"{round_.name} leaves inclined, and {launcher.name} is without {', '.join(lacking)}", "Add them."
        )
