"""The keep-out map: over which ground a flight at each height is exposed to at least one engagement opportunity."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from openiads.earth import territory
from openiads.faces import text
from openiads.faces.coverage_map import FILL, colors, length
from openiads.faces.envelopes import asked
from openiads.faces.figures import INK, MUTED, blank, style
from openiads.faces.ground import Extent, borderlines, graticule, relief, scale_bar, terrain_note
from openiads.faces.marks import Labels, air_defense_symbol
from openiads.study.coverage import Map
from openiads.study.straight import Target
from openiads.study.unit import home
from openiads.world.build import World

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, LEFT, RIGHT, TOP = 8.2, 0.62, 0.2, 0.62
SEA_LINE, WAY = "#4c7a94", "#7a4a6e"


def draw(
    world: World, units: list[int], target: Target, heights: list[float], counts: NDArray[np.int64], where: Map,
    title: str, *, above: str, packaged: bool,
) -> Figure:  # fmt: skip
    """One map: each height's cells where at least one unit may meet the flight, the lowest height on top.

    counts : of units, (heights, rows, columns);  packaged : the region of the packaged borders and airports
    """
    lats, lons = np.degrees(where.lats), np.degrees(where.lons)
    extent = Extent(float(lats[0]), float(lats[-1]), float(lons[0]), float(lons[-1]))
    notes = [line for each in _notes(world, target, above) for line in textwrap.wrap(each, 118)]
    legend = math.ceil((len(heights) + 3 * packaged) / 2)
    with style("reach"):
        inner = WIDTH - LEFT - RIGHT
        high, foot = inner * extent.height / extent.width, 0.56 + 0.205 * legend + 0.165 * len(notes)
        total = high + TOP + foot
        figure = blank(WIDTH, total, arranged=False)
        axes = figure.add_axes((LEFT / WIDTH, foot / total, inner / WIDTH, high / total))
        relief(axes, extent, world.terrain, packaged=packaged)
        handles = _bands(axes, heights, counts, where, above)
        if packaged:
            borderlines(axes, extent)
            handles += _region(axes, extent, where)
        graticule(axes, extent)
        axes.set_title("\n".join(textwrap.wrap(title, 70)))
        _labels(axes, extent, world, units, packaged)
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(LEFT / WIDTH - 0.012, (foot - 0.3) / total),
                      ncols=2, columnspacing=1.8, handlelength=1.6)  # fmt: skip
        figure.text(LEFT / WIDTH, 0.1 / total, "\n".join(notes), va="bottom", ha="left", fontsize=8.4, color=MUTED,
                    linespacing=1.35)  # fmt: skip
    return figure


def _notes(world: World, target: Target, above: str) -> list[str]:
    rule = (
        f"{text.sentence(asked(target))}, flying toward a fire unit, heights above {above}; emergent limits. Colored: "
        "at least one round can meet it there. What a crew may or would shoot at is another question; no assessment of "
        "the safety of any flight."
    )
    return [
        rule,
        terrain_note(world.terrain) + " Borders: Natural Earth, de facto, good to 1–2 km; they take no position.",
        text.FOOTER,
    ]


def _bands(axes: Axes, heights: list[float], counts: NDArray[np.int64], where: Map, above: str) -> list[Any]:
    from matplotlib.colors import ListedColormap, to_rgb
    from matplotlib.patches import Patch

    lats, lons = np.degrees(where.lats), np.degrees(where.lons)
    shades = colors(len(heights))
    band = np.full(where.ground.shape, np.nan)
    for n in range(len(heights) - 1, -1, -1):
        band[counts[n] > 0] = n
    dy, dx = 0.5 * (lats[1] - lats[0]), 0.5 * (lons[1] - lons[0])
    axes.imshow(band, extent=(lons[0] - dx, lons[-1] + dx, lats[0] - dy, lats[-1] + dy), origin="lower",
                aspect="auto", interpolation="nearest", zorder=0.6, cmap=ListedColormap(shades), vmin=-0.5,
                vmax=len(heights) - 0.5, alpha=FILL)  # fmt: skip
    handles = []
    for n, height in enumerate(heights):
        cells = counts[n] > 0
        red, green, blue = to_rgb(shades[n])
        edge = (0.6 * red, 0.6 * green, 0.6 * blue)
        if cells.any() and not cells.all():
            axes.contour(lons, lats, cells.astype(float), levels=[0.5], colors=[edge], linewidths=0.8, zorder=1.4)
        area = float((where.areas * cells).sum()) * 1e-6
        words = f"exposed at {length(height)} above {above}: {text.number(area)} km²"
        handles.append(Patch(facecolor=shades[n], alpha=FILL + 0.2, edgecolor=edge, linewidth=0.7, label=words))
    return handles


def _region(axes: Axes, extent: Extent, where: Map) -> list[Any]:
    """The line of 12 nautical miles, airports and schematic airways."""
    from matplotlib.lines import Line2D

    label = territory.labels(where.lats[:, None], where.lons[None, :])
    sea = ((label == territory.HIGH_SEA) & (label != territory.BEYOND)).astype(float)
    axes.contour(np.degrees(where.lons), np.degrees(where.lats), sea, levels=[0.5], colors=[SEA_LINE], linewidths=0.8,
                 linestyles=[(0, (1, 1.5))], zorder=1.6)  # fmt: skip
    for way in territory.airways():
        axes.plot([way.start.lon, way.end.lon], [way.start.lat, way.end.lat], color=WAY, linewidth=0.9,
                  linestyle=(0, (6, 2)), zorder=1.7)  # fmt: skip
    for port in territory.airports():
        if extent.holds(port.lat, port.lon):
            axes.plot([port.lon], [port.lat], "s", color=WAY, markersize=3.2, markeredgecolor="white",
                      markeredgewidth=0.5, zorder=4)  # fmt: skip
    return [
        Line2D([], [], color=SEA_LINE, linewidth=0.8, linestyle=(0, (1, 1.5)), label="12 nautical miles"),
        Line2D([], [], color=WAY, linewidth=0.9, linestyle=(0, (6, 2)), label="schematic airway, no published route"),
        Line2D([], [], color=WAY, marker="s", linewidth=0.0, markersize=3.2, label="airport"),
    ]


def _labels(axes: Axes, extent: Extent, world: World, units: list[int], packaged: bool) -> None:
    labels = Labels(axes, extent)
    x, y, bar = scale_bar(axes, extent, 0.03)
    labels.fixed(x, y, bar, dx=5, dy=0, va="bottom")
    shown: set[str] = set()
    for unit in units:
        lat, lon = (math.degrees(v) for v in home(world, unit))
        axes.plot([lon], [lat], marker=air_defense_symbol(), markersize=11, markerfacecolor="none",
                  markeredgecolor=INK, markeredgewidth=1.4, zorder=7)  # fmt: skip
        labels.block(lon, lat, 7.0)
        name = world.names.units[unit].rpartition("/")[0]
        if name not in shown:
            shown.add(name)
            labels.near(lon, lat, text.shorten(name, 30), gap=9, must=True, fontsize=9.5, fontweight="bold")
    for port in territory.airports() if packaged else ():
        if extent.holds(port.lat, port.lon, 0.02):
            labels.near(port.lon, port.lat, port.icao, gap=4, fontsize=7.6, color="#2f3a44")


__all__ = ["draw"]
