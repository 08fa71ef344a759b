"""The map of radar coverage: relief, and on it at which heights a target is detected, or the lowest height in view."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.ground import Extent, borderlines, graticule, in_levant, orientation, relief, scale_bar
from openiads.faces.draw.kit import INK, MUTED, VERMILION
from openiads.faces.draw.marks import Labels, jammer_symbol, radar_symbol
from openiads.faces.draw.sheet import FILL, bands, colors, dark, edges, extent_of, faint, sheet
from openiads.faces.words import text
from openiads.faces.words.coverage import conditions
from openiads.faces.words.jamming import sentence, strobe_sentence
from openiads.faces.words.terrain import terrain_note
from openiads.faces.words.text import length
from openiads.reach.approach import Approach
from openiads.reach.burn_through import Jammed
from openiads.reach.coverage import Coverage
from openiads.reach.strobes import Strobes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

LOWEST_STEPS = (0.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)  # m
TOWNS = 14
DASHES: Any = (0, (4, 2))


def draw(
    found: Coverage,
    title: str,
    *,
    show: str = "heights",
    real: bool = True,
    packaged: bool = True,
    before: Coverage | None = None,
    way: Approach | None = None,
    jamming: Jammed | Strobes | None = None,
) -> Figure:
    """One map.

    show : "heights", the lowest of the asked heights that is detected in each cell, or "lowest", the lowest height
    above the ground in any radar's line of sight;  real : a place on earth, with borders and towns;  packaged : the
    packaged terrain, which has a coastline of its own;  before : the same radars on other masts, as dashed outlines;
    way : an approach to draw;  jamming : who jams, and dashed what they cost; or from where a jammer gives itself away,
    which is shown instead
    """
    extent = extent_of(found.map.lats, found.map.lons)
    entries = len(LOWEST_STEPS) if show == "lowest" else len(found.question.heights)
    entries += (not found.map.known.all()) + (before is not None) + (way is not None) + 2 * (jamming is not None)

    def drawn(axes: Axes) -> list[Any]:
        relief(axes, extent, found.terrain, packaged=packaged)
        if isinstance(jamming, Strobes):
            handles = _strobes(axes, jamming)
        else:
            handles = _lowest(axes, found) if show == "lowest" else _bands(axes, found)
        if real:
            borderlines(axes, extent)
        graticule(axes, extent)
        if not found.map.known.all():
            handles.append(_unknown(axes, found))
        if before is not None:
            handles.append(_outlines(axes, before))
        if way is not None:
            handles.append(_way(axes, extent, way))
        if isinstance(jamming, Jammed):
            handles += _jammers(axes, extent, found, jamming, outlined=show == "heights")
        _labels(axes, extent, found, real)
        return handles

    columns = 3 if show == "lowest" else 2
    return sheet("coverage", extent, title, _notes(found, show, real, extent, jamming), entries, drawn, columns=columns)


def _places(found: Coverage) -> tuple[np.ndarray, np.ndarray]:
    return np.degrees(found.map.lons), np.degrees(found.map.lats)


def _bands(axes: Axes, found: Coverage) -> list[Any]:
    """Fill each cell with the color of the lowest height that is detected there, and outline every height."""
    order = np.argsort(found.question.heights, kind="stable")
    layers = [found.detected(int(k)) & found.map.known for k in order]
    above = "above ground" if found.question.above == "ground" else "above sea"
    words = []
    for k, cells in zip(order, layers, strict=True):
        told = f"at {length(found.question.heights[k])} {above}: {text.number(found.area(cells) / 1e6)} km²"
        clear = f" of {text.number(found.area(found.unjammed(int(k))) / 1e6)}" if found.jammed else ""
        words.append(f"detected {told.removesuffix(' km²')}{clear} km²")
    return bands(axes, found.map.lats, found.map.lons, layers, words)


def _lowest(axes: Axes, found: Coverage) -> list[Any]:
    """Fill by the lowest height above the ground in any radar's line of sight."""
    from matplotlib.patches import Patch

    x, y = _places(found)
    lowest = found.lowest("ground").astype(float)
    lowest[~found.map.known] = np.inf
    shades = colors(len(LOWEST_STEPS))
    handles = []
    band = np.full(lowest.shape, np.nan)
    for k, low in enumerate(LOWEST_STEPS):
        top = LOWEST_STEPS[k + 1] if k + 1 < len(LOWEST_STEPS) else np.inf
        band[(lowest >= low - (0.5 if k == 0 else 0.0)) & (lowest < top)] = k
        words = f"{length(low)} to {length(top)}" if math.isfinite(top) else f"above {length(low)}"
        handles.append(Patch(facecolor=faint(shades[k]), edgecolor=dark(shades[k]), linewidth=0.5, label=words))
    from matplotlib.colors import ListedColormap

    axes.imshow(
        band,
        extent=edges(x, y),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=0.6,
        cmap=ListedColormap(shades),
        vmin=-0.5,
        vmax=len(shades) - 0.5,
        alpha=FILL + 0.1,
    )
    return handles


def _unknown(axes: Axes, found: Coverage) -> Patch:
    """Hatch what the terrain does not cover."""
    from matplotlib.patches import Patch

    x, y = _places(found)
    axes.contourf(x, y, (~found.map.known).astype(float), levels=[0.5, 2.0], colors=["#ffffff"], alpha=0.75, zorder=1.6)
    hatched = axes.contourf(
        x, y, (~found.map.known).astype(float), levels=[0.5, 2.0], colors="none", hatches=["///"], zorder=1.7
    )
    hatched.set_edgecolor("#aab2ba")
    hatched.set_linewidth(0.0)
    return Patch(facecolor="white", edgecolor="#999999", hatch="////", linewidth=0.5, label="no terrain data")


def _outlines(axes: Axes, before: Coverage) -> Line2D:
    from matplotlib.lines import Line2D

    x, y = _places(before)
    for k in range(len(before.question.heights)):
        cells = before.detected(k)
        if cells.any() and not cells.all():
            axes.contour(x, y, cells, levels=[0.5], colors=[INK], linewidths=0.9, linestyles=[DASHES], zorder=1.5)
    masts = sorted({round(view.antenna - view.ground) for view in before.views})
    words = ", ".join(f"{mast} m" for mast in masts)
    return Line2D([], [], color=INK, linewidth=0.9, linestyle=DASHES, label=f"outlines with antennas at {words}")


def _strobes(axes: Axes, found: Strobes) -> list[Any]:
    """Fill by the lowest height at which a jammer gives its bearing, and dashed where it gives a position."""
    from matplotlib.lines import Line2D

    order = np.argsort(found.question.heights, kind="stable")
    above = "above ground" if found.question.above == "ground" else "above sea"
    x, y = np.degrees(found.map.lons), np.degrees(found.map.lats)
    layers, words = [], []
    for shade, k in zip(colors(len(order)), order, strict=True):
        had, located = (cells & found.map.known for cells in (found.bearing(int(k)), found.position(int(k))))
        layers.append(had)
        areas = f"{text.number(found.area(had) / 1e6)} km², {text.number(found.area(located) / 1e6)} located"
        words.append(f"at {length(found.question.heights[k])} {above}: {areas}")
        if located.any() and not located.all():
            axes.contour(
                x, y, located, levels=[0.5], colors=[dark(shade)], linewidths=1.2, linestyles=[DASHES], zorder=1.5
            )
    handles = bands(axes, found.map.lats, found.map.lons, layers, words)
    return [*handles, Line2D([], [], color=INK, linewidth=1.2, linestyle=DASHES, label="outlines: where it is located")]


def _jammers(axes: Axes, extent: Extent, found: Coverage, jamming: Jammed, *, outlined: bool) -> list[Line2D]:
    """Jammers, those off the map at its edge, and dashed where each height would be detected without them."""
    from matplotlib.lines import Line2D

    x, y = _places(found)
    order = np.argsort(found.question.heights, kind="stable")
    handles = []
    for shade, k in zip(colors(len(order)), order, strict=True) if outlined else ():
        cells = found.unjammed(int(k))
        if cells.any() and not cells.all():
            axes.contour(
                x, y, cells, levels=[0.5], colors=[dark(shade)], linewidths=1.0, linestyles=[DASHES], zorder=1.5
            )
    if outlined:
        handles.append(
            Line2D(
                [], [], color=INK, linewidth=1.0, linestyle=DASHES, label="outlines and second areas: without jamming"
            )
        )
    view = found.views[0]
    lat, lon = math.degrees(view.latitude), extent.turned(math.degrees(view.longitude))
    beyond = False
    bolt: dict[str, Any] = {"marker": jammer_symbol(), "markeredgecolor": INK, "markeredgewidth": 0.7}
    for each in jamming.emitters:
        if each.on:
            there = math.degrees(each.latitude), extent.turned(math.degrees(each.longitude))
            share = _inside(extent, (lat, lon), there)
            beyond |= share < 1.0
            color = VERMILION if any(e.jammer == each.name and e.ratio > 0.0 for e in jamming.effects) else MUTED
            at = lon + share * (there[1] - lon), lat + share * (there[0] - lat)
            axes.plot(*at, **bolt, markersize=15, color=color, zorder=7.5, clip_on=False)
    label = "noise jammer" + (" (at the edge: beyond the map)" if beyond else "")
    handles.append(Line2D([], [], linestyle="none", **bolt, color=VERMILION, markersize=11, label=label))
    return handles


def _inside(extent: Extent, here: tuple[float, float], there: tuple[float, float]) -> float:
    """How far, 0 to 1, a straight way from a place (latitude, longitude, degrees) to another lies within a map."""
    share = 1.0
    for a, b, low, high in zip(here, there, (extent.south, extent.west), (extent.north, extent.east), strict=True):
        if b != a and not low <= b <= high:
            share = min(share, max(((high if b > high else low) - a) / (b - a), 0.0))
    return share


def _way(axes: Axes, extent: Extent, way: Approach) -> Line2D:
    from matplotlib.lines import Line2D

    lats, lons = np.degrees(way.lats), np.unwrap(np.degrees(way.lons), period=360.0)
    lons = lons + (extent.turned(float(lons[-1])) - float(lons[-1]))
    axes.plot(lons, lats, color=VERMILION, linewidth=1.6, zorder=3)
    axes.plot(lons[-1:], lats[-1:], "D", color=VERMILION, markersize=4.5, markeredgecolor="white", zorder=3.2)
    seen = way.detected(0.9)
    label = "approach; not detected with P = 0.9"
    if math.isfinite(seen):
        lat, lon = (float(np.interp(seen, way.times, v)) for v in (lats, lons))
        axes.plot([lon], [lat], "o", color=VERMILION, markersize=7, markeredgecolor="white", zorder=3.2)
        label = f"approach; dot: detected (P = 0.9), {way.warning(0.9):.0f} s left"
    return Line2D([], [], color=VERMILION, linewidth=1.6, marker="o", markersize=5, label=label)


def _labels(axes: Axes, extent: Extent, found: Coverage, real: bool) -> None:
    """Scale bar, radars by site, and towns where there is room."""
    labels = Labels(axes, extent)
    x, y, bar = scale_bar(axes, extent, 0.03)
    labels.fixed(x, y, bar, dx=5, dy=0, va="bottom")
    begun = extent.west + 0.03 * (extent.east - extent.west)
    labels.block(np.linspace(begun, x, 12), np.full(12, y), 6.0)
    sites: dict[str, list[tuple[float, float]]] = {}
    for view in found.views:
        lat, lon = math.degrees(view.latitude), extent.turned(math.degrees(view.longitude))
        axes.plot(
            [lon],
            [lat],
            marker=radar_symbol(),
            markersize=11,
            markerfacecolor="none",
            markeredgecolor="white",
            markeredgewidth=3.2,
            zorder=6.9,
        )
        axes.plot(
            [lon],
            [lat],
            marker=radar_symbol(),
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=INK,
            markeredgewidth=1.5,
            zorder=7,
        )
        labels.block(lon, lat, 7.0)
        sites.setdefault(view.name.partition("/")[0], []).append((lat, lon))
    for name, at in sites.items():
        labels.near(at[0][1], at[0][0], text.shorten(name, 30), gap=9, must=True, fontsize=9.5, fontweight="bold")
    if real:
        _towns(axes, labels, [place for at in sites.values() for place in at])


def _towns(axes: Axes, labels: Labels, taken: list[tuple[float, float]]) -> None:
    """Towns, or outside the Levant airports by their ICAO codes, where there is room."""
    extent = labels.extent
    shown = 0
    room = 0.02 * (extent.north - extent.south)
    for name, y, x in orientation(extent):
        crowded = any(math.hypot(y - lat, x - lon) < room for lat, lon in taken)
        if shown >= TOWNS or crowded or not extent.holds(y, x, 0.02):
            continue
        if labels.near(x, y, name, gap=4, fontsize=8.4, color="#2f3a44"):
            axes.plot([x], [y], "o", color="#2f3a44", markersize=2.4, zorder=2.6)
            labels.block(x, y, 2.0)
            shown += 1


def _notes(found: Coverage, show: str, real: bool, extent: Extent, jamming: Jammed | Strobes | None) -> list[str]:
    asked = "Lowest height above ground in line of sight of any radar" if show == "lowest" else conditions(found)
    switches = {
        "multipath over the sea": found.multipath,
        "attenuation by gases": found.attenuation,
        "diffraction": found.diffraction,
    }
    ports = (
        " Codes: airports (ICAO), not for navigation." if real and not in_levant(extent) and orientation(extent) else ""
    )
    air = ", ".join(name for name, on in switches.items() if on) or "free space"
    sight = "ray by ray on the map's cells" if found.fine else "the radars' masks, as in a run"
    return [
        f"{text.sentence(asked)}.",
        *([sentence(jamming)] if isinstance(jamming, Jammed) else []),
        *([strobe_sentence(jamming)] if isinstance(jamming, Strobes) else []),
        f"Effective earth radius k = {found.earth_factor:.3g}; {air}. Line of sight: {sight}.",
        terrain_note(found.terrain) + (" Borders: Natural Earth, de facto, good to 1–2 km." if real else "") + ports,
        text.FOOTER,
    ]
