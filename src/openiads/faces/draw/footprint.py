"""The picture of a defended footprint: where a shot is possible, with coast and borders for orientation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.ground import Extent, borderlines, coastlines, graticule, scale_bar
from openiads.faces.draw.kit import BLUE, INK, VERMILION
from openiads.faces.draw.marks import Labels, air_defense_symbol
from openiads.faces.draw.sheet import extent_of, sheet
from openiads.faces.geo.footprint import sampled, window
from openiads.faces.words import text
from openiads.faces.words.footprint import GROUND, jamming_sentence
from openiads.reach.defended import FootprintAnswer
from openiads.reach.footprint import Footprint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from numpy.typing import NDArray

SHADES = {"emergent": BLUE, "published": VERMILION}
ARROW = 0.16  # of the map, length of the arrow of the attack


def draw(answer: FootprintAnswer, title: str) -> Figure:
    """One map: the cells of each arm, the unit, and where the attack comes from."""
    lats, lons = window(answer)
    extent = extent_of(lats, lons)

    def drawn(axes: Axes) -> list[Any]:
        borderlines(axes, extent)
        coastlines(axes, extent)
        handles = [_arm(axes, answer, each, lats, lons) for each in answer.found]
        graticule(axes, extent)
        _unit(axes, extent, answer)
        return handles

    return sheet("footprint", extent, title, _notes(answer, extent), len(answer.found), drawn, columns=1)


def _notes(answer: FootprintAnswer, extent: Extent) -> list[str]:
    rule = (
        f"Possible: launched {answer.reaction:g} s or more after it is seen, in time, with lift to spare. Whether a "
        "shot is fired and hits is a run's business."
    )
    cell = max(each.cell for each in answer.found) * 1e-3
    ground = f"Terrain: {GROUND}; cells of {cell:.3g} km."
    ground += " Coast and borders: Natural Earth, de facto, good to 1–2 km."
    samples = answer.found[0].samples
    spread = f"In brackets: least and greatest of the nominal world and of sampled ones ({samples})."
    doubt = [spread] if samples else []
    noisy = [jamming_sentence(answer)] if answer.clear else []
    return [rule, *noisy, *doubt, ground, text.FOOTER]


def _arm(
    axes: Axes, answer: FootprintAnswer, each: Footprint, lats: NDArray[np.float64], lons: NDArray[np.float64]
) -> Patch:
    """Fill and outline one arm's cells; its entry of the legend."""
    from matplotlib.patches import Patch

    shade = SHADES[each.limits]
    cells = np.nan_to_num(sampled(answer, each, lats, lons))
    x, y = np.degrees(lons), np.degrees(lats)
    if cells.any():
        axes.contourf(x, y, cells, levels=[0.5, 2.0], colors=[shade], alpha=0.28, zorder=2)
        axes.contour(x, y, cells, levels=[0.5], colors=[shade], linewidths=1.2, zorder=3)
    area = each.area
    doubt = f" {text.span(area.low * 1e-6, area.high * 1e-6)}" if each.samples else ""
    words = f"{each.limits} limits: {text.number(area.nominal * 1e-6)}{doubt} km²"
    return Patch(facecolor=(*_rgb(shade), 0.28), edgecolor=shade, linewidth=1.2, label=words)


def _rgb(color: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(color)


def _unit(axes: Axes, extent: Extent, answer: FootprintAnswer) -> None:
    """The unit, an arrow along the attack, and the scale."""
    plan = answer.plan
    lat, lon = (math.degrees(v) for v in plan.place)
    lon = extent.turned(lon)
    labels = Labels(axes, extent)
    x, y, bar = scale_bar(axes, extent, 0.03)
    labels.fixed(x, y, bar, dx=5, dy=0, va="bottom")
    if extent.holds(lat, lon):
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
    side = min(extent.width, extent.height)
    tail, head = (plan.ground(share * side, 0.0) for share in (0.46, 0.46 - ARROW))
    ends = [(extent.turned(math.degrees(float(point[1]))), math.degrees(float(point[0]))) for point in (head, tail)]
    if all(extent.holds(b, a) for a, b in ends):
        axes.annotate(
            "", xy=ends[0], xytext=ends[1], zorder=6, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.6}
        )
        labels.near(*ends[1], "attack", gap=5, must=True, fontsize=8.6)
