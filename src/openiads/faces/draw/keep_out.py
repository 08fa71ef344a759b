"""The keep-out map: over which ground a flight at each height is exposed to at least one engagement opportunity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.earth import territory
from openiads.faces.draw.ground import Extent, borderlines, graticule, in_levant, relief, scale_bar
from openiads.faces.draw.kit import INK, MUTED
from openiads.faces.draw.marks import Labels, air_defense_symbol
from openiads.faces.draw.sheet import bands, colors, dark, extent_of, sheet
from openiads.faces.words import text
from openiads.faces.words.envelope import asked
from openiads.faces.words.terrain import terrain_note
from openiads.faces.words.text import length
from openiads.reach.keep_out import KeepOut
from openiads.reach.maps import Map
from openiads.reach.scenes import home
from openiads.world.build import World

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PORTS = 30
SEA_LINE, WAY = "#4c7a94", "#7a4a6e"
DASHES: Any = (0, (4, 2))


def draw(found: KeepOut, title: str, *, packaged: bool) -> Figure:
    """One map: each height's cells where at least one unit may meet the flight, the lowest height on top.

    packaged : the region of the packaged borders and airports
    """
    where = found.where
    extent = extent_of(where.lats, where.lons)
    entries = len(found.heights) + 1 + 3 * packaged

    def drawn(axes: Axes) -> list[Any]:
        relief(axes, extent, found.world.terrain, packaged=packaged)
        handles = _bands(axes, found)
        if packaged:
            borderlines(axes, extent)
            handles += _region(axes, extent, where)
        graticule(axes, extent)
        _labels(axes, extent, found.world, found.units, packaged)
        return handles

    return sheet("reach", extent, title, _notes(found), entries, drawn)


def _notes(found: KeepOut) -> list[str]:
    rule = (
        f"{text.sentence(asked(found.target))}, flying toward a fire unit, heights above {found.above}. Colored: at "
        "least one round can meet it there, emergent limits. What a crew may or would shoot at is another question; no "
        "assessment of the safety of any flight."
    )
    return [
        rule,
        terrain_note(found.world.terrain) + " Borders: Natural Earth, de facto, good to 1–2 km; they take no position.",
        text.FOOTER,
    ]


def _bands(axes: Axes, found: KeepOut) -> list[Any]:
    """Emergent limits filled, published ones dashed."""
    from matplotlib.lines import Line2D

    where = found.where
    layers = {arm: [(cells > 0) & where.known for cells in counts] for arm, counts in found.counts.items()}
    words = [
        f"exposed at {length(height)} above {found.above}: {text.number(found.area('emergent', k) * 1e-6)} km²"
        for k, height in enumerate(found.heights)
    ]
    handles = bands(axes, where.lats, where.lons, layers["emergent"], words)
    for shade, cells in zip(colors(len(found.heights)), layers["published"], strict=True):
        if cells.any() and not cells.all():
            axes.contour(
                np.degrees(where.lons),
                np.degrees(where.lats),
                cells.astype(float),
                levels=[0.5],
                colors=[dark(shade)],
                linewidths=0.9,
                linestyles=[DASHES],
                zorder=1.5,
            )
    return [*handles, Line2D([], [], color=MUTED, linewidth=0.9, linestyle=DASHES, label="with published limits")]


def _region(axes: Axes, extent: Extent, where: Map) -> list[Any]:
    """The line of 12 nautical miles, airports and schematic airways."""
    from matplotlib.lines import Line2D

    label = territory.labels(where.lats[:, None], where.lons[None, :])
    sea = (label == territory.HIGH_SEA).astype(float)
    axes.contour(
        np.degrees(where.lons),
        np.degrees(where.lats),
        sea,
        levels=[0.5],
        colors=[SEA_LINE],
        linewidths=0.8,
        linestyles=[(0, (1, 1.5))],
        zorder=1.6,
    )
    lines = [way for way in territory.airways() if _touches(extent, way)]
    for way in lines:
        axes.plot(
            [way.start.lon, way.end.lon],
            [way.start.lat, way.end.lat],
            color=WAY,
            linewidth=0.9,
            linestyle=(0, (6, 2)),
            zorder=1.7,
        )
    ports = [(port, lon) for port, lon in ports_of(extent) if extent.holds(port.lat, lon)]
    for port, lon in ports:
        axes.plot(
            [lon],
            [port.lat],
            "s",
            color=WAY,
            markersize=3.2,
            markeredgecolor="white",
            markeredgewidth=0.5,
            zorder=4,
        )
    return [
        Line2D([], [], color=SEA_LINE, linewidth=0.8, linestyle=(0, (1, 1.5)), label="12 nautical miles"),
        *(
            [Line2D([], [], color=WAY, linewidth=0.9, linestyle=(0, (6, 2)), label="schematic airway, not published")]
            if lines
            else []
        ),
        *([Line2D([], [], color=WAY, marker="s", linewidth=0.0, markersize=3.2, label="airport")] if ports else []),
    ]


def _labels(axes: Axes, extent: Extent, world: World, units: list[int], packaged: bool) -> None:
    labels = Labels(axes, extent)
    x, y, bar = scale_bar(axes, extent, 0.03)
    labels.fixed(x, y, bar, dx=5, dy=0, va="bottom")
    shown: set[str] = set()
    for unit in units:
        lat, lon = (math.degrees(v) for v in home(world, unit))
        lon = extent.turned(lon)
        axes.plot(
            [lon],
            [lat],
            marker=air_defense_symbol(),
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=INK,
            markeredgewidth=1.4,
            zorder=7,
        )
        labels.block(lon, lat, 7.0)
        name = world.names.units[unit].rpartition("/")[0]
        if name not in shown:
            shown.add(name)
            labels.near(lon, lat, text.shorten(name, 30), gap=9, must=True, fontsize=9.5, fontweight="bold")
    for port, lon in ports_of(extent) if packaged else ():
        if extent.holds(port.lat, lon, 0.02):
            labels.near(lon, port.lat, port.icao, gap=4, fontsize=7.6, color="#2f3a44")


def ports_of(extent: Extent) -> list[tuple[territory.Airport, float]]:
    """Airports of a window and their longitudes as it tells them: the Levant's short list there, else the world's."""
    if in_levant(extent):
        return [(port, port.lon) for port in territory.airports()]
    return territory.airports_in(extent.south, extent.north, extent.west, extent.east)[:MOST_PORTS]


def _touches(extent: Extent, way: territory.Airway) -> bool:
    """Whether the box about an airway reaches into a window."""
    lats, lons = (way.start.lat, way.end.lat), (way.start.lon, way.end.lon)
    held = min(lats) <= extent.north and max(lats) >= extent.south
    return held and min(lons) <= extent.east and max(lons) >= extent.west
