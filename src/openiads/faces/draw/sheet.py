"""What all maps share: the sheet with title, legend and notes, and cells filled by height."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from openiads.faces.draw.ground import Extent
from openiads.faces.draw.kit import MUTED, blank, broken, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


#: Red, green and blue, each from 0 to 1.
Color: TypeAlias = tuple[float, float, float]

#: Bands of heights, lowest first: steps of a scale that stays in order for the color-blind and in gray.
BANDS = ("#3b0f70", "#31688e", "#35b779", "#fde725")
WIDTH, LEFT, RIGHT, TOP = 8.2, 0.62, 0.2, 0.62  # inches
LINE = 0.2  # inches, of a title of more than two lines
FILL = 0.56


def extent_of(lats: NDArray[Any], lons: NDArray[Any]) -> Extent:
    """The window of a grid of cells whose centers are given (rad)."""
    high, wide = 0.5 * float(lats[1] - lats[0]), 0.5 * float(lons[1] - lons[0])
    rims = lats[0] - high, lats[-1] + high, lons[0] - wide, lons[-1] + wide
    return Extent(*(math.degrees(float(v)) for v in rims))


def sheet(
    name: str,
    extent: Extent,
    title: str,
    notes: Sequence[str],
    entries: int,
    draw: Callable[[Axes], list[Any]],
    *,
    columns: int = 2,
) -> Figure:
    """One map as wide as a page.

    name : of its style;  notes : sentences below it;  entries : of the legend, in so many ``columns``;  draw : puts the
    map onto the axes and returns the handles of the legend
    """
    lines = [line for each in notes for line in textwrap.wrap(each, 118)]
    with style(name):
        heading = broken(title, WIDTH - LEFT - 0.06)
        inner = WIDTH - LEFT - RIGHT
        high = inner * extent.height / extent.width
        foot = 0.56 + 0.205 * math.ceil(entries / columns) + 0.165 * len(lines)
        total = high + TOP + LINE * max(len(heading) - 2, 0) + foot
        figure = blank(WIDTH, total, arranged=False)
        axes = figure.add_axes((LEFT / WIDTH, foot / total, inner / WIDTH, high / total))
        handles = draw(axes)
        axes.set_title("\n".join(heading))
        figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(LEFT / WIDTH - 0.012, (foot - 0.3) / total),
            ncols=columns,
            columnspacing=1.8,
            handlelength=1.6,
        )
        figure.text(
            LEFT / WIDTH,
            0.1 / total,
            "\n".join(lines),
            va="bottom",
            ha="left",
            fontsize=8.4,
            color=MUTED,
            linespacing=1.35,
        )
    return figure


def colors(count: int) -> list[str]:
    """Colors of so many heights, lowest first."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    scale = LinearSegmentedColormap.from_list("heights", BANDS)
    return (
        [BANDS[k] for k in range(count)]
        if count == len(BANDS)
        else [to_hex(scale(k / max(count - 1, 1))) for k in range(count)]
    )


def edges(x: NDArray[Any], y: NDArray[Any]) -> tuple[float, float, float, float]:
    """Outer edges of the cells about some centers."""
    dx, dy = 0.5 * float(x[1] - x[0]), 0.5 * float(y[1] - y[0])
    return float(x[0]) - dx, float(x[-1]) + dx, float(y[0]) - dy, float(y[-1]) + dy


def faint(color: str) -> Color:
    """A color as it looks over the relief."""
    from matplotlib.colors import to_rgb

    paper = (0.93, 0.91, 0.86)
    red, green, blue = (FILL * c + (1.0 - FILL) * p for c, p in zip(to_rgb(color), paper, strict=True))
    return red, green, blue


def dark(color: str) -> Color:
    """A color for outlines."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(color)
    return 0.6 * red, 0.6 * green, 0.6 * blue


def bands(
    axes: Axes, lats: NDArray[Any], lons: NDArray[Any], layers: Sequence[NDArray[np.bool_]], words: Sequence[str]
) -> list[Any]:
    """Fill each cell with the color of the first layer that holds it, and outline every layer; entries of the legend.

    lats, lons : rad;  layers : (rows, columns) each, lowest height first;  words : what each is
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    x, y = np.degrees(lons), np.degrees(lats)
    shades = colors(len(layers))
    band = np.full((len(y), len(x)), np.nan)
    for n in range(len(layers) - 1, -1, -1):
        band[layers[n]] = n
    axes.imshow(
        band,
        extent=edges(x, y),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=0.6,
        cmap=ListedColormap(shades),
        vmin=-0.5,
        vmax=len(layers) - 0.5,
        alpha=FILL,
    )
    handles = []
    for shade, cells, each in zip(shades, layers, words, strict=True):
        if cells.any() and not cells.all():
            axes.contour(x, y, cells, levels=[0.5], colors=[dark(shade)], linewidths=0.7, zorder=1.4)
        handles.append(Patch(facecolor=faint(shade), edgecolor=dark(shade), linewidth=0.7, label=each))
    return handles
