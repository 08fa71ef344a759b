"""The picture of what jamming does in each direction: how far each radar sees, by height, with it and without."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.kit import MUTED, VERMILION, blank, broken, style
from openiads.faces.draw.sheet import colors
from openiads.faces.words import text
from openiads.faces.words.coverage import conditions
from openiads.faces.words.jamming import sentence
from openiads.faces.words.terrain import terrain_note
from openiads.faces.words.text import length
from openiads.reach.burn_through import Jammed, Ranges
from openiads.reach.site_radars import CoverageAnswer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HIGH = 8.2, 2.6  # inches, of the picture and of each radar's part
MOST_RADARS = 6
DASHES: Any = (0, (4, 2))
KM = 1e-3


def draw(answer: CoverageAnswer, title: str) -> Figure:
    """One part for each radar, the first six of them: range over azimuth."""
    from matplotlib.lines import Line2D

    jamming, question = answer.jamming, answer.found.question
    assert jamming is not None  # of the caller
    parts = jamming.ranges[:MOST_RADARS]
    heights = sorted(question.heights)
    shades = dict(zip(heights, colors(len(heights)), strict=True))
    above = "ground" if question.above == "ground" else "sea"
    lines = [line for each in _notes(answer, jamming) for line in textwrap.wrap(each, 118)]
    with style("coverage"):
        heading = broken(title, WIDTH - 0.7)
        top, foot = 0.12 + 0.22 * len(heading), 0.62 + 0.22 * math.ceil((len(heights) + 2) / 3) + 0.155 * len(lines)
        total = top + HIGH * len(parts) + foot
        figure = blank(WIDTH, total, arranged=False)
        for n, each in enumerate(parts):
            bottom = total - top - HIGH * (n + 1) + 0.34
            axes = figure.add_axes((0.085, bottom / total, 0.885, (HIGH - 0.62) / total))
            _part(axes, each, question.heights, shades, jamming)
        axes.set_xlabel("azimuth from the radar, degrees")
        figure.suptitle("\n".join(heading), x=0.085, y=1.0 - 0.08 / total, ha="left", va="top", fontweight="bold")
        handles = [Line2D([], [], color=shades[h], label=f"at {length(h)} above the {above}") for h in heights]
        handles.append(Line2D([], [], color=MUTED, linestyle=DASHES, label="without jamming"))
        handles.append(Line2D([], [], color=VERMILION, linewidth=0.9, label="azimuth of a jammer"))
        figure.legend(handles=handles, loc="upper left", ncols=3, bbox_to_anchor=(0.07, (foot - 0.2) / total))
        figure.text(0.085, 0.1 / total, "\n".join(lines), va="bottom", fontsize=8.4, color=MUTED, linespacing=1.35)
    return figure


def _part(axes: Axes, found: Ranges, heights: Sequence[float], shades: dict[float, str], jamming: Jammed) -> None:
    degrees = np.degrees(found.azimuths)
    x = np.append(degrees, degrees[0] + 360.0)
    for each in jamming.effects:
        if each.radar == found.radar and each.ratio > 0.0:
            axes.axvline(math.degrees(each.azimuth), color=VERMILION, linewidth=0.9, zorder=0.5)
    for k, height in enumerate(heights):
        for ranges, look in ((found.clear, DASHES), (found.jammed, "-")):
            y = np.append(ranges[k], ranges[k][0]) * KM
            axes.plot(x, y, color=shades[height], linestyle=look, linewidth=1.5 if look == "-" else 1.0)
    axes.set(xlim=(0.0, 360.0), ylabel="range, km", xticks=range(0, 361, 45))
    axes.set_ylim(0.0, 1.06 * max(float(found.clear.max()) * KM, 1.0))
    axes.grid(visible=True)
    axes.set_title(found.radar, loc="left", fontsize=9.5, fontweight="normal")


def _notes(answer: CoverageAnswer, jamming: Jammed) -> list[str]:
    more = len(jamming.ranges) - MOST_RADARS
    return [
        f"{text.sentence(conditions(answer.found))}. Range along the ground of a target that comes in.",
        sentence(jamming) + (f" {more} more radars are not shown." if more > 0 else ""),
        terrain_note(answer.found.terrain),
        text.FOOTER,
    ]
