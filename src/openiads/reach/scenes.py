"""Radars to ask about: those of a scenario, or of one system put somewhere, in other air or on another mast."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.toml import toml_text
from openiads.base.units import written_position
from openiads.base.words import nearest
from openiads.catalog.load import catalog
from openiads.earth import library
from openiads.earth.geodesy import MEAN_RADIUS, to_ecef, to_geodetic
from openiads.earth.sight import edge_table, mask_table
from openiads.earth.worldwide import NO_HEIGHTS, packaged_ground, packaged_source
from openiads.reach.coverage import DetectionQuestion
from openiads.reach.jammed import Jamming, standing, with_jammers
from openiads.scenario.load import Scenario, loads, validate
from openiads.world.build import World, build
from openiads.world.prebuilt import Prebuilt
from openiads.world.radars import BANDS, mask_detail
from openiads.world.values import Values

GIVE_FILES = "or give your own height files with --dem or: openiads terrain add FOLDER"


@dataclass(frozen=True)
class Air:
    """What the signal goes through; None keeps what the scenario says.

    earth_factor : k of the effective earth radius, 1 to 2;  multipath : reflections of the sea, for radars that have
    them;  attenuation : by gases;  diffraction : over edges
    """

    earth_factor: float | None = None
    multipath: bool | None = None
    attenuation: bool | None = None
    diffraction: bool | None = None

    def changes(self) -> JsonObject:
        """Changes of a scenario's mapping."""
        switches = {"multipath": self.multipath, "attenuation": self.attenuation, "diffraction": self.diffraction}
        found: JsonObject = {f"model.{name}": on for name, on in switches.items() if on is not None}
        if self.earth_factor is not None:
            found["world.earth_factor"] = self.earth_factor
        return found


def ground_of(at: tuple[float, float], dem: Sequence[Path] = (), *, afloat: bool = False) -> JsonObject:
    """The terrain about a place (rad) as a scenario writes it: the user's height files where some are given, the
    packaged Levant, the user's library where it covers the place, else the packaged world; the sea where they have no
    data.

    afloat : a ship stands there.  InputError for a place without packaged data, or in its sea, that no file is given
    for.
    """
    if dem:
        return {"source": "files", "files": [str(Path(name).resolve()) for name in dem], "on_missing": "sea"}
    source = packaged_source([at])
    if source == "world" and library.covers(*at):
        return {"source": "library", "on_missing": "sea"}
    packaged = packaged_ground(source)
    if not bool(packaged.covers(*at)):
        raise InputError("--at", f'"{written_position(*at)}": {NO_HEIGHTS}', f"Choose another place, {GIVE_FILES}")
    if not (afloat or bool(packaged.is_land(*at))):
        raise InputError("--at", f'"{written_position(*at)}" is in the sea', f"Move the site onto land, {GIVE_FILES}")
    return {"source": source, "on_missing": "sea"}


def site_scenario(system: str, at: tuple[float, float], facing: float = 0.0, dem: Sequence[Path] = ()) -> Scenario:
    """A scenario of one site with one fire unit of a system at a place (rad), and no raid.

    facing : azimuth of the engagement sector, rad;  dem : height files in place of the packaged terrain.  InputError
    for an unknown system, or a place without terrain.
    """
    book = catalog()
    if system not in book or book[system].kind != "systems":
        raise InputError("--system", f'"{system}" is not a system', f"{nearest(system, list(book.systems))}")
    ground = ground_of(at, dem, afloat=bool(book[system].get("afloat", False)))
    here = written_position(*at)
    mapping = {
        "format": 1,
        "name": system,
        "duration": "900 s",
        "terrain": ground,
        "asset": [{"name": "Here", "at": here, "radius": "500 m"}],
        "site": [
            {
                "name": book[system].title.replace("/", " "),
                "system": system,
                "at": here,
                "fire_units": 1,
                "facing": f"{math.degrees(facing):.9g} deg",
                "defends": ["Here"],
            }
        ],
    }
    return loads(toml_text(mapping), system)


def radar_world(
    scenario: Scenario,
    air: Air | None = None,
    dem: Sequence[Path] = (),
    route: Mapping[str, Json] | None = None,
    jamming: Jamming | None = None,
) -> World:
    """The world of a scenario's radars: no raid flies but jammers, and ``route`` may, a flight as a scenario writes it.

    dem : height files that replace the scenario's terrain; places outside them are an error unless the scenario says
    on_missing = "sea"
    """
    mapping = with_jammers(scenario.mapping(), jamming)
    if route is not None:
        mapping["flight"].append(dict(route))
        mapping["duration"] = "86400 s"
    if dem:
        before = mapping.get("terrain", {})
        kept = {key: before[key] for key in ("on_missing", "below_sea") if key in before}
        mapping["terrain"] = {"source": "files", "files": [str(Path(name).resolve()) for name in dem], **kept}
    changed = validate(mapping).placed(scenario.folder).with_values((air or Air()).changes())
    world = standing(build(changed), jamming)
    if air is not None and air.multipath is False:
        world.rows["radars"]["multipath"] = 0  # ships have it whatever the scenario says
    return world


def chosen(world: World, names: Sequence[str] = (), sites: Sequence[str] = ()) -> list[int]:
    """Rows of the radars that are on, belong to one of the sites and bear one of the names; all of them without any.

    names : "Tartus/76n6", "76n6", or "30n6e2" for all of a kind.  InputError for one that fits no radar that is on.
    """
    known = world.names.radars
    for site in sites:
        if not any(name.startswith(f"{site}/") for name in known):
            places = sorted({name.partition("/")[0] for name in known})
            raise InputError("--site", f'no radar belongs to "{site}"', f"One of {', '.join(places)}.")
    rows = [k for k, name in enumerate(known) if not sites or name.partition("/")[0] in sites]
    if names:
        fitting = {wanted: [k for k in rows if _fits(known[k], wanted)] for wanted in names}
        for wanted, found in fitting.items():
            if not found:
                raise InputError("--radar", f'no radar "{wanted}"', f"One of {', '.join(known[k] for k in rows)}.")
        rows = sorted({k for found in fitting.values() for k in found})
    lit = [k for k in rows if world.rows["radars"][k]["emitting"]]
    if not lit:
        raise InputError("--radar", "no such radar is on", "Choose others, or take it out of radars_off.")
    return lit


def _fits(name: str, wanted: str) -> bool:
    element = name.partition("/")[2]
    return wanted in (name, element, element.partition("/")[0])


def place_of(world: World, row: int) -> tuple[float, float]:
    """Where a radar stands, rad."""
    lat, lon, _ = to_geodetic(*(float(v) for v in world.rows["radars"][row]["position"]))
    return float(lat), float(lon)


def of_threat(world: World, name: str, question: DetectionQuestion) -> DetectionQuestion:
    """A question about a threat of the catalog that flies toward the radar: its cross-section from the nose in each
    band, and its fluctuation."""
    book = world.catalog
    if name not in book or book[name].kind != "threats":
        raise InputError("--threat", f'"{name}" is not a threat', f"{nearest(name, list(book.threats))}")
    values = Values(book, world.knobs)
    rcs = [values.signature(book[name], band, "nose") for band in sorted(BANDS, key=BANDS.__getitem__)]
    return replace(question, rcs=(rcs[0], rcs[1], rcs[2]), swerling=int(book[name].swerling.si))


def on_mast(world: World, rows: Sequence[int], mast: float) -> World:
    """The same world with the antennas of some radars ``mast`` m above the ground.

    InputError for a mast that is not above 0 and at most 1,000 m.
    """
    if not 0.0 < mast <= 1000.0:
        raise InputError("--mast", f"{mast:g} m", "Give a height above 0 and at most 1000 m.")
    radars = world.rows["radars"].copy()
    tables, end = [world.tables], len(world.tables)
    factor = float(world.rows["situation"][0]["earth_radius"]) / MEAN_RADIUS
    for k in rows:
        row = radars[k]
        lat, lon, _ = to_geodetic(*(float(v) for v in row["position"]))
        height = float(world.terrain.height(lat, lon)) + mast
        row["position"], row["height"] = to_ecef(lat, lon, height), height
        mask = mask_table(world.terrain, lat, lon, height, factor, float(row["range_max"]), *mask_detail(world.terrain))
        parts = [mask] if row["edge_table"] < 0 else [mask, edge_table(mask)]
        row["mask_table"] = row["mask_base"] = end
        if len(parts) == 2:
            row["edge_table"] = row["edge_base"] = end + len(mask)
        tables += parts
        end += sum(len(part) for part in parts)
    return replace(world, rows=world.rows | {"radars": radars}, tables=np.concatenate(tables))


PLACE = (math.radians(35.0), math.radians(36.0))  # of a unit that was given none, on flat ground at sea level


def unit_scenario(
    system: str,
    at: tuple[float, float] | None = None,
    facing: float = 0.0,
    mast: float | None = None,
    limits: str = "published",
    kill: bool = False,
    dem: Sequence[Path] = (),
) -> Scenario:
    """One site of one fire unit, on the packaged terrain, or on flat ground at sea level without a place.

    at : rad;  facing : rad;  mast : of the low-altitude radar, m;  kill : with the models of the endgame;
    dem : height files in place of the packaged terrain.  InputError for an unknown system, or a place without terrain.
    """
    book = catalog()
    if system not in book or book[system].kind != "systems":
        raise InputError("envelope", f'"{system}" is not a system', nearest(system, list(book.systems)))
    here = written_position(*(PLACE if at is None else at))
    afloat = bool(book[system].get("afloat", False))
    site: JsonObject = {
        "name": book[system].title.replace("/", " "),
        "system": system,
        "at": here,
        "facing": f"{math.degrees(facing) % 360.0:.9g} deg",
        "fire_units": 1,
        "defends": ["Here"],
    }
    if mast is not None:
        site["mast"] = f"{mast:.9g} m"
    mapping = {
        "format": 1,
        "name": system,
        "duration": "900 s",
        "terrain": {"source": "flat"} if at is None else ground_of(at, dem, afloat=afloat),
        "model": {"limits": limits, "kill": "encounter" if kill else "constant", "false_alarms": False},
        "asset": [{"name": "Here", "at": here, "radius": "500 m"}],
        "site": [site],
    }
    return loads(toml_text(mapping), system)


def unit_world(
    system: str,
    at: tuple[float, float] | None = None,
    facing: float = 0.0,
    *,
    mast: float | None = None,
    knobs: Mapping[str, float] | None = None,
    kill: bool = False,
    dem: Sequence[Path] = (),
    prebuilt: Prebuilt | None = None,
) -> World:
    """The world of ``unit_scenario`` at knob values; InputError for a place that the height files do not cover."""
    return _covered(
        build(unit_scenario(system, at, facing, mast, kill=kill, dem=dem), None, knobs, prebuilt=prebuilt), at
    )


def jammed_unit_world(alone: Scenario, at: tuple[float, float] | None, jamming: Jamming | None) -> World:
    """The world of a scenario of ``unit_scenario`` and of jammers; errors as ``unit_world``."""
    if jamming is not None and jamming.placed:
        alone = validate(with_jammers(alone.mapping(), jamming)).placed(alone.folder)
    return _covered(standing(build(alone), jamming), at)


def _covered(world: World, at: tuple[float, float] | None) -> World:
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
