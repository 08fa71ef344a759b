"""A world under construction: its rows and names by noun, and what everything that makes rows has at hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from openiads.catalog.records import Entry
from openiads.earth.geodesy import enu_axes, offset, to_ecef
from openiads.earth.terrain import Terrain
from openiads.scenario.load import Scenario
from openiads.scenario.model import Link, Site
from openiads.world.prebuilt import Prebuilt
from openiads.world.values import Arena, Values

if TYPE_CHECKING:
    from openiads.world.interceptors import InterceptorRow
    from openiads.world.lethality import Capped, Lethality, Nearer

NEVER = math.inf

#: One row of a structured array, and latitude and longitude (rad).
Row: TypeAlias = np.void
LatLon: TypeAlias = tuple[float, float]


@dataclass
class Names:
    """Names of the rows of a world, row -> name."""

    flights: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    radars: list[str] = field(default_factory=list)
    launchers: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    interceptors: list[str] = field(default_factory=list)


@dataclass
class CommandTree:
    """Who commands whom, as declared.

    Parameters
    ----------
    above
        Name of a site or command -> name of the command above it.
    links
        Declared links by the name of their lower end.
    posts
        Row of each command's post, by name.
    """

    above: dict[str, str]
    links: dict[str, Link]
    posts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlacedSite:
    """A site with what its elements share.

    Parameters
    ----------
    site, system
        What is declared, and the catalog entry of its system.
    platform
        Row of the ship that carries it, -1 for the ground.
    way
        Places (rad) along the ship's way at which masks are made; empty for a site that stands still.
    """

    site: Site
    system: Entry
    platform: int
    way: tuple[LatLon, ...]

    @property
    def afloat(self) -> bool:
        """Whether it stands on a ship."""
        return self.site.ship is not None or bool(self.system.flags.get("afloat", False))

    @property
    def at(self) -> LatLon:
        """Latitude and longitude (rad) of the site at the start."""
        return self.site.at.latitude, self.site.at.longitude


@dataclass
class Draft:
    """The rows collected so far, and what they are made from.

    Parameters
    ----------
    scenario, values, terrain
        What is declared, the catalog under this world's knobs, and the ground.
    earth_factor
        Effective earth radius as a multiple of the true one.
    arena
        Where tables go; rows hold their offsets in it.
    prebuilt
        Build products kept from world to world.
    """

    scenario: Scenario
    values: Values
    terrain: Terrain
    earth_factor: float
    arena: Arena
    prebuilt: Prebuilt
    names: Names = field(default_factory=Names)
    platforms: list[Row] = field(default_factory=list)
    posts: list[Row] = field(default_factory=list)
    radars: list[Row] = field(default_factory=list)
    radar_entries: list[Entry] = field(default_factory=list)
    jammers: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    magazines: list[Row] = field(default_factory=list)
    launchers: list[Row] = field(default_factory=list)
    interceptors: list[Row] = field(default_factory=list)
    flights: list[Row] = field(default_factory=list)
    ships: dict[str, int] = field(default_factory=dict)  # platform row by site name
    chains: dict[str, list[int]] = field(default_factory=dict)  # posts of each site, from its own up
    capped: list[Capped] = field(default_factory=list)
    nearer: list[Nearer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what is to be told of recorded positions
    tables: dict[Hashable, int] = field(default_factory=dict)  # offset in the arena, by what a table is made from
    interceptor_rows: dict[str, InterceptorRow] = field(default_factory=dict)  # by catalog name
    lethalities: dict[str, Lethality] = field(default_factory=dict)  # by catalog name of the interceptor
    commands: CommandTree = field(init=False)

    def __post_init__(self) -> None:
        above = {name: command.name for command in self.scenario.commands for name in command.commands}
        self.commands = CommandTree(above, {link.name: link for link in self.scenario.links})

    def ground(self, lat: float, lon: float) -> float:
        """Height (m) of the ground at a place (rad), below 0 where that lies below the sea."""
        return ground_at(self.terrain, self.prebuilt, lat, lon)

    def away(self, at: LatLon, azimuth: float, distance: float) -> LatLon:
        """The place (rad) at a distance (m) in a direction (rad) from another one."""
        key = ("offset", *at, azimuth, distance)
        lat, lon = self.prebuilt.once(key, lambda: tuple(float(c) for c in offset(*at, azimuth, distance)))
        return lat, lon

    def table(self, key: Hashable, make: Callable[[], NDArray[np.float64]]) -> int:
        """Offset of a table in the arena; equal elements share it.  ``key`` names every number it depends on."""
        if key not in self.tables:
            self.tables[key] = self.arena.add(self.prebuilt.once(key, make))
        return self.tables[key]


def ground_at(terrain: Terrain, prebuilt: Prebuilt, lat: float, lon: float) -> float:
    """Height (m) of the ground at a place (rad), below 0 where that lies below the sea."""
    relief = prebuilt.once(("relief", terrain.relief_digest, lat, lon), lambda: terrain.relief(lat, lon))
    return float(terrain.raised(*relief))


def blank(dtype: np.dtype[Any]) -> Row:
    """A row of zeros."""
    row: Row = np.zeros(1, dtype)[0]
    return row


def stacked(rows: list[Row], dtype: np.dtype[Any]) -> NDArray[np.void]:
    """Rows as a structured array (possibly empty)."""
    out = np.zeros(len(rows), dtype)
    for k, row in enumerate(rows):
        out[k] = row
    return out


def put(row: Row, at: LatLon, height: float) -> None:
    """Write a place (rad; m above the sea) into a row: ``position``, and ``axes`` and ``height`` where it has them."""
    fields = row.dtype.names or ()
    row["position"] = to_ecef(*at, height)
    if "axes" in fields:
        row["axes"] = np.array(enu_axes(*at)).reshape(3, 3)
    if "height" in fields:
        row["height"] = height


def failure_time(site: Site, *elements: str) -> float:
    """When the first of some elements fails (s): by itself, for want of power, or because the site leaves."""
    names = {*elements, "power", *(f"power/{e.split('/')[1]}" for e in elements if "/" in e)}
    times = [f.at for f in site.failures if f.element in names]
    times += [site.departs] if site.departs is not None else []
    return min(times) if times else NEVER


def ready_time(draft: Draft, site: Site) -> float:
    """When a site that arrives during the run is set up, s; 0 for one in place."""
    if site.arrives is None:
        return 0.0
    return site.arrives + draft.values.of(draft.values.catalog[site.system], "setup_time")
