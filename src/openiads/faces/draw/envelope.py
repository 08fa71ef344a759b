"""The picture of an engagement envelope: horizontal cuts, the vertical cut along the facing, chances of a pass.

Emergent limits are drawn solid, published ones dashed, and the printed range of the rounds as a dotted ring.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.kit import BLUE, INK, MUTED, VERMILION, blank, broken, style
from openiads.faces.draw.sheet import colors
from openiads.faces.words import text
from openiads.faces.words.envelope import asked
from openiads.faces.words.jamming import sentence
from openiads.faces.words.terrain import terrain_note
from openiads.faces.words.text import length
from openiads.reach.envelope import Envelope
from openiads.reach.fire_unit import EnvelopeAnswer
from openiads.reach.scenes import magazines_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

KM = 1e-3
DASHES: Any = (0, (4, 2))
DOTS: Any = (0, (1, 2))
DASH_DOTS: Any = (0, (5, 2, 1, 2))


def draw(answer: EnvelopeAnswer, title: str) -> Figure:
    """The four parts of the picture."""
    with style("envelope"):
        figure = blank(11.0, 10.2)
        notes = [line for each in _notes(answer) for line in textwrap.wrap(each, 160)]
        foot = 0.017 + 0.0170 * len(notes)  # of the height
        figure.get_layout_engine().set(rect=(0.0, foot, 1.0, 1.0 - foot))  # type: ignore[union-attr,call-arg]
        figure.suptitle(
            "\n".join(broken(title, 0.976 * 11.0, 12.0)), x=0.012, ha="left", fontsize=12, fontweight="bold"
        )
        grid = figure.add_gridspec(2, 2, width_ratios=(1.0, 1.0), height_ratios=(1.25, 1.0))
        _cuts(figure.add_subplot(grid[0, 0]), answer)
        _side(figure.add_subplot(grid[0, 1]), answer)
        _chances(figure.add_subplot(grid[1, 0]), answer)
        _times(figure.add_subplot(grid[1, 1]), answer)
        figure.text(0.012, 0.008, "\n".join(notes), va="bottom", ha="left", fontsize=8.2, color=MUTED, linespacing=1.35)
    return figure


def _notes(answer: EnvelopeAnswer) -> list[str]:
    reaction = answer.world.catalog[answer.world.scenario.sites[0].system].reaction_time.si
    rule = (
        f"{text.sentence(asked(answer.target))}. A point is inside if a round launched {reaction:g} s or more after "
        "first detection can meet the target there, in time, fast enough and with lift to spare, while the engagement "
        "radar holds it, through breaks that a round survives. Tracks, identification, queue and kill are not in it. A "
        "radar that turns in action turns to targets outside its sector only: hence steps at the sector's edges."
    )
    radar = answer.world.rows["radars"][int(answer.world.rows["units"][0]["radar"])]
    sea = (
        "The sea's reflection leaves nulls: beyond one that lasts longer than a round survives the target is not held, "
        "and chances of passes come and go with the lobes."
    )
    noisy = [] if answer.jamming is None else [sentence(answer.jamming)]
    return [rule, *noisy, *([sea] if radar["multipath"] == 1 else []), terrain_note(answer.world.terrain), text.FOOTER]


def _ground(found: Envelope, k: int) -> tuple[Any, Any, Any]:
    """East and north of the unit, km, and whether each point is inside; the ring of azimuths closed."""
    paths = found.paths[k]
    inside = found.inside(k).astype(float)
    across, along = paths.across[:, None], paths.along[None, :]
    x, y = along * np.sin(across) * KM, along * np.cos(across) * KM
    x, y, inside = (np.concatenate([each, each[:1]]) for each in (x, y, inside))
    return x, y, inside


def _cuts(axes: Axes, answer: EnvelopeAnswer) -> None:
    from matplotlib.lines import Line2D

    arms = list(answer.cuts)
    heights = answer.cuts[arms[0]].heights
    shades = colors(len(heights))
    drawn = [*answer.cuts.values(), *answer.clear.values()]
    far = max(found.farthest(k) for found in drawn for k in range(len(heights)))
    rings = printed(answer)
    half = 1.08 * KM * max(far, 10e3)
    for arm, found in answer.cuts.items():
        for k in range(len(heights)):
            x, y, inside = _ground(found, k)
            if inside.any():
                dashed = arm == "published" and len(arms) > 1
                axes.contour(
                    x,
                    y,
                    inside,
                    levels=[0.5],
                    colors=[shades[k]],
                    linewidths=1.0 if dashed else 1.8,
                    linestyles=[DASHES if dashed else "-"],
                    zorder=3 - dashed,
                )
    if answer.clear:
        _unjammed(axes, answer.clear[arms[0]], shades)
    around = np.linspace(0.0, math.tau, 361)
    for ring in rings:
        axes.plot(ring * KM * np.sin(around), ring * KM * np.cos(around), color=INK, linewidth=1.1, linestyle=DOTS)
    axes.plot([0], [0], "^", color=INK, markersize=7, zorder=5)
    axes.annotate(
        "",
        (half * 0.22 * math.sin(answer.facing), half * 0.22 * math.cos(answer.facing)),
        (0, 0),
        arrowprops={"arrowstyle": "->", "color": INK},
    )
    axes.set(xlim=(-half, half), ylim=(-half, half), xlabel="east, km", ylabel="north, km")
    axes.set_aspect("equal")
    axes.grid(visible=True)
    axes.set_title("Where an inbound target can be met")
    handles = [
        Line2D([], [], color=shade, linewidth=1.8, label=f"at {length(float(height))}")
        for shade, height in zip(shades, heights, strict=True)
    ]
    solid = "emergent limits" if "emergent" in arms else "published limits"
    handles.append(Line2D([], [], color=MUTED, linewidth=1.8, label=solid))
    if len(arms) > 1:
        handles.append(Line2D([], [], color=MUTED, linewidth=1.0, linestyle=DASHES, label="published limits"))
    if answer.clear:
        handles.append(_dash_dots(f"{arms[0]} limits without jamming"))
    if rings:
        named = " and ".join(f"{ring * KM:g}" for ring in rings)
        shown = "" if min(rings) * KM < half else " (beyond the picture)"
        handles.append(
            Line2D([], [], color=INK, linewidth=1.1, linestyle=DOTS, label=f"printed range {named} km{shown}")
        )
    axes.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.11), ncols=3, fontsize=8.4, columnspacing=1.2
    )


def _dash_dots(words: str) -> Line2D:
    """An entry of the legend."""
    from matplotlib.lines import Line2D

    return Line2D([], [], color=MUTED, linewidth=1.0, linestyle=DASH_DOTS, label=words)


def _unjammed(axes: Axes, found: Envelope, shades: list[str]) -> None:
    """Outlines of each height without jamming."""
    for k, shade in enumerate(shades):
        x, y, inside = _ground(found, k)
        if inside.any():
            axes.contour(x, y, inside, levels=[0.5], colors=[shade], linewidths=1.0, linestyles=[DASH_DOTS])


def printed(answer: EnvelopeAnswer) -> list[float]:
    """Published greatest ranges of the unit's rounds, m, rising."""
    world = answer.world
    rows = [world.rows["magazines"][m] for m in magazines_of(world, 0)]
    return sorted({float(row["limits"][0][1]) for row in rows})


def _side(axes: Axes, answer: EnvelopeAnswer) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    arms = list(answer.side)
    for arm, found in answer.side.items():
        x = np.concatenate([found.paths[0].along, -found.paths[0].along[::-1]]) * KM
        inside = np.array([np.concatenate([spare[0], spare[1][::-1]]) >= 0.0 for spare in found.spare], dtype=float)
        if arm == arms[0]:
            axes.contourf(x, found.heights * KM, inside, levels=[0.5, 2.0], colors=[BLUE], alpha=0.22)
            axes.contour(x, found.heights * KM, inside, levels=[0.5], colors=[BLUE], linewidths=1.4)
            handles.append(Patch(facecolor=BLUE, alpha=0.3, edgecolor=BLUE, label=f"{arm} limits"))
        else:
            axes.contour(
                x, found.heights * KM, inside, levels=[0.5], colors=[VERMILION], linewidths=1.3, linestyles=[DASHES]
            )
            handles.append(Line2D([], [], color=VERMILION, linestyle=DASHES, label=f"{arm} limits"))
        wide = x[inside.any(axis=0)]
        if len(wide):
            axes.set_xlim(min(1.15 * wide.min(), -0.15 * wide.max()), 1.15 * wide.max())
    for n, low in enumerate(_boxes(answer)):
        axes.plot(*low, color=INK, linewidth=1.0, linestyle=DOTS)
        if n == 0:
            handles.append(Line2D([], [], color=INK, linestyle=DOTS, label="printed range and height"))
    if answer.kill is not None:
        handles.append(_contours(axes, answer, answer.side[arms[0]]))
    axes.axvline(0.0, color=MUTED, linewidth=0.6)
    axes.set(xlabel="along the facing, km (left: behind)", ylabel="height, km", ylim=(0.0, None))
    axes.grid(visible=True)
    axes.set_title("Vertical cut along the facing")
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.11), ncols=2, fontsize=8.4)


def _boxes(answer: EnvelopeAnswer) -> list[tuple[list[float], list[float]]]:
    out = []
    for m in magazines_of(answer.world, 0):
        near, far, low, high = (float(v) * KM for v in answer.world.rows["magazines"][m]["limits"][0])
        out.append(([near, far, far, near, near], [low, low, high, high, low]))
    return out


def _contours(axes: Axes, answer: EnvelopeAnswer, found: Envelope) -> Line2D:
    """Lines of equal kill probability, as far as the envelope goes."""
    from matplotlib.lines import Line2D

    assert answer.kill is not None
    ranges, heights, chance = answer.kill
    x = found.paths[0].along
    level = np.array([np.interp(x[::-1], ranges, row) for row in chance])[:, ::-1]
    fine = np.array([np.interp(found.heights, heights, column) for column in level.T]).T
    inside = np.array([spare[0] >= 0.0 for spare in found.spare])
    shown = np.ma.masked_array(fine, ~inside)
    lines = axes.contour(
        x * KM, found.heights * KM, shown, levels=[0.3, 0.5, 0.6, 0.7, 0.8], colors=[INK], linewidths=0.9
    )
    axes.clabel(lines, fontsize=8, fmt="%.1f")
    return Line2D([], [], color=INK, linewidth=0.9, label="single-shot kill probability, 0.3 to 0.8")


def _chances(axes: Axes, answer: EnvelopeAnswer) -> None:
    from matplotlib.ticker import MaxNLocator

    shades = colors(len(answer.passes))
    for shade, (height, found) in zip(shades, answer.passes.items(), strict=True):
        axes.step(
            [each.crossing * KM for each in found],
            [len(each.chances) for each in found],
            where="mid",
            color=shade,
            linewidth=1.8,
            label=f"at {length(height)}",
        )
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="crossing distance, km", ylabel="launches, shoot-look-shoot", ylim=(0.0, None), xlim=(0.0, None))
    axes.grid(visible=True)
    axes.set_title("Firing opportunities in one straight pass")
    axes.legend()


def _times(axes: Axes, answer: EnvelopeAnswer) -> None:
    shades = colors(len(answer.passes))
    for shade, (height, found) in zip(shades, answer.passes.items(), strict=True):
        shown = [each for each in found if each.last is not None]
        axes.plot(
            [each.crossing * KM for each in shown],
            [each.warning for each in shown],
            "o-",
            color=shade,
            markersize=3,
            linewidth=1.6,
            label=f"at {length(height)}",
        )
    axes.set(xlabel="crossing distance, km", ylabel="s", ylim=(0.0, None), xlim=(0.0, None))
    axes.grid(visible=True)
    axes.set_title("Time from first detection to the last launch")
    axes.legend()
