"""One fire unit to ask about: a world with it alone, where it stands, and its rounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openiads.base.errors import InputError
from openiads.base.units import written_position
from openiads.data.catalog import catalog, nearest
from openiads.data.reading import loads
from openiads.data.scenario import Scenario, toml_text
from openiads.earth.geodesy import to_geodetic
from openiads.study.standing import ground_of
from openiads.world.build import World, build
from openiads.world.prebuilt import Prebuilt

__all__ = ["home", "magazines_of", "site_of", "system_of", "unit_scenario", "unit_world"]

PLACE = (math.radians(35.0), math.radians(36.0))  # of a unit that was given none, on flat ground at sea level


def unit_scenario(
    system: str, at: tuple[float, float] | None = None, facing: float = 0.0, mast: float | None = None,
    limits: str = "published", kill: bool = False, dem: Sequence[Path] = (),
) -> Scenario:  # fmt: skip
    """One site of one fire unit, on the packaged terrain, or on flat ground at sea level without a place.

    at : rad;  facing : rad;  mast : of the low-altitude radar, m;  kill : with the models of the endgame;
    dem : height files in place of the packaged terrain.  InputError for an unknown system, or a place without terrain.
    """
    book = catalog()
    if system not in book or book[system].kind != "systems":
        raise InputError("envelope", f'"{system}" is not a system', nearest(system, list(book.systems)))
    here = written_position(*(PLACE if at is None else at))
    afloat = bool(book[system].get("afloat", False))
    site: dict[str, Any] = {
        "name": book[system].title.replace("/", " "), "system": system, "at": here,
        "facing": f"{math.degrees(facing) % 360.0:.9g} deg", "fire_units": 1, "defends": ["Here"],
    }  # fmt: skip
    if mast is not None:
        site["mast"] = f"{mast:.9g} m"
    mapping = {
        "format": 1, "name": system, "duration": "900 s",
        "terrain": {"source": "flat"} if at is None else ground_of(at, dem, afloat=afloat),
        "model": {"limits": limits, "kill": "encounter" if kill else "constant", "false_alarms": False},
        "asset": [{"name": "Here", "at": here, "radius": "500 m"}], "site": [site],
    }  # fmt: skip
    return loads(toml_text(mapping), system)


def unit_world(
    system: str, at: tuple[float, float] | None = None, facing: float = 0.0, *, mast: float | None = None,
    knobs: Mapping[str, float] | None = None, kill: bool = False, dem: Sequence[Path] = (),
    prebuilt: Prebuilt | None = None,
) -> World:  # fmt: skip
    """The world of ``unit_scenario`` at knob values; InputError for a place that the height files do not cover."""
    world = build(unit_scenario(system, at, facing, mast, kill=kill, dem=dem), None, knobs, prebuilt=prebuilt)
    if at is not None and not bool(world.terrain.covers(*at)):
        raise InputError(world.terrain.label, "the unit stands where there are no data", "Add a file that covers it.")
    return world


def home(world: World, unit: int = 0) -> tuple[float, float]:
    """Where a unit stands, rad."""
    lat, lon, _ = to_geodetic(*(float(v) for v in world.rows["units"][unit]["position"]))
    return float(lat), float(lon)


def site_of(world: World, unit: int) -> str:
    """Name of a unit's site."""
    return world.names.units[unit].rpartition("/")[0]


def system_of(world: World, unit: int) -> str:
    """Catalog name of a unit's system."""
    return next(site.system for site in world.scenario.sites if site.name == site_of(world, unit))


def magazines_of(world: World, unit: int, kind: str = "") -> list[int]:
    """Rows of the kinds of round a unit has, or of one of them by name; InputError if it has none of it."""
    row = world.rows["units"][unit]
    first = int(row["first_magazine"])
    found = range(first, first + int(row["magazines"]))
    names = [world.names.interceptors[int(world.rows["magazines"][m]["interceptor"])] for m in found]
    if kind and kind not in names:
        raise InputError("--round", f'the unit has no "{kind}"', f"One of {', '.join(names)}.")
    return [m for m, name in zip(found, names, strict=True) if kind in ("", name)]
