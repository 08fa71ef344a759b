"""The pictures of a report except the map: matplotlib without a screen, colors that do not rest on red against green.

Every function returns a ``Figure``; ``svg`` turns one into text for a page (ink and grid follow the page's light or
dark colors), ``png`` into a file.  Titles state what is to be seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.kit import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PINK,
    RULE,
    SKY,
    VERMILION,
    blank,
    headline,
    no_share_above_all,
    style,
)
from openiads.faces.pages import opening
from openiads.faces.pages.brief import Brief, Lane
from openiads.faces.words import text
from openiads.world.codes import Side, Terminal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


#: Terminal code -> color and hatch: what got through stands out by both.
TERMINAL_LOOKS: dict[str, tuple[str, str]] = {
    "killed": (BLUE, ""),
    "hit_asset": (VERMILION, "////"),
    "reached_missed": (ORANGE, "\\\\\\\\"),
    "impact_undefended": ("#8c959f", ""),
    "released_left": (PINK, "xx"),
    "turned_away": (SKY, ""),
    "fuel_out": ("#afb8c1", ""),
    "crashed": ("#6e7781", ""),
    "transited": (GREEN, ""),
    "airborne_at_end": ("#c8ced4", ""),
}

#: How a lane ends: marker, color.
TERMINAL_MARKS: dict[Terminal, tuple[str, str]] = {
    Terminal.KILLED: ("o", BLUE),
    Terminal.HIT_ASSET: ("X", VERMILION),
    Terminal.REACHED_MISSED: ("X", ORANGE),
}


def leaker_histogram(brief: Brief) -> Figure:
    """How many got through, replication by replication, with the mean and its interval."""
    from matplotlib.ticker import MaxNLocator

    outcome = brief.summary["outcomes"]
    share = outcome["any_leaker"]["mean"]
    counts = np.array([brief.leakers.get(k, 0) for k in range(max(brief.leakers, default=0) + 1)])
    with style("leakers"):
        figure = blank(9.0, 3.3)
        axes = figure.subplots()
        heights = counts / max(1, counts.sum())
        bars = axes.bar(
            np.arange(len(counts)), 100 * heights, width=0.82, color=[BLUE] + [VERMILION] * (len(counts) - 1)
        )
        for bar in bars[1:]:
            bar.set_hatch("////")
            bar.set_edgecolor(PAPER)
            bar.set_linewidth(0.0)
        for k, bar in enumerate(bars):
            if counts[k]:
                axes.annotate(
                    text.percent(float(heights[k])),
                    (bar.get_x() + bar.get_width() / 2, bar.get_height()),
                    xytext=(0, 3),
                    textcoords="offset points",
                    ha="center",
                    fontsize=9,
                )
        top = 100 * float(heights.max(initial=0.01)) * 1.34
        _mark_mean(axes, outcome["leakers"], top)
        axes.set(
            ylim=(0, top),
            xlim=(-0.6, max(3.0, len(counts), (outcome["leakers"].get("high") or 0.0) + 1.0) - 0.4),
            xlabel="Leakers in a raid",
            ylabel="Share of raids, %",
        )
        no_share_above_all(axes)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=16, integer=True))
        axes.grid(axis="y")
        found = (
            f"At least one threat gets through in {text.percent(share)} of raids"
            if share
            else "No raid gets anything through"
        )
        headline(figure, found if counts.any() else "No replication came to an end")
    return figure


def _mark_mean(axes: Axes, leakers: dict[str, Any], top: float) -> None:
    mean, low, high = leakers["mean"], leakers.get("low"), leakers.get("high")
    if mean is None:
        return
    level = 0.86 * top
    if low is not None and high is not None:
        axes.plot([low, high], [level, level], color=INK, linewidth=2.2, solid_capstyle="butt")
    axes.plot([mean], [level], marker="D", color=INK, markersize=5)
    words = f"mean {text.number(mean)} {text.span(low, high)}"
    axes.annotate(words, (mean, level), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=9)


def class_bars(brief: Brief) -> Figure:
    """Fate of each class: killed, engaged without a kill, never engaged, leaked, as shares of its threats."""
    classes = brief.summary["classes"]
    names = [name for name, row in classes.items() if row["threats"]["mean"]]
    with style("classes"):
        figure = blank(9.0, 1.3 + 0.46 * max(1, len(names)))
        axes = figure.subplots()
        for y, name in enumerate(names):
            row = classes[name]
            flown = row["threats"]["mean"]
            killed, leaked = row["killed"]["mean"] / flown, row["leakers"]["mean"] / flown
            other = max(0.0, 1.0 - killed - leaked)
            left = 0.0
            for value, color, hatch in ((killed, BLUE, ""), (other, "#afb8c1", ""), (leaked, VERMILION, "////")):
                axes.barh(
                    y,
                    100 * value,
                    left=100 * left,
                    color=color,
                    hatch=hatch,
                    edgecolor=PAPER,
                    linewidth=0.0,
                    height=0.62,
                )
                left += value
            axes.annotate(
                f"{text.number(row['leakers']['mean'], 2)} of {text.number(flown)} get through",
                (100, y),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        _name_rows(axes, [text.CLASS_WORDS.get(name, text.words(name).capitalize()) for name in names])
        axes.set(xlim=(0, 100), xlabel="Share of the class, %")
        _class_legend(figure)
        headline(figure, _class_title(classes, names))
    return figure


def _class_title(classes: dict[str, Any], names: Sequence[str]) -> str:
    def share(name: str) -> float:
        return float(classes[name]["leakers"]["mean"] / classes[name]["threats"]["mean"])

    if not names:
        return "No threats flew"
    worst = max(names, key=share)
    if share(worst) == 0:
        return "No class gets through"
    label = text.CLASS_WORDS.get(worst, text.words(worst).capitalize())
    return f"{label} get through most often: {text.percent(share(worst))} of them"


def _class_legend(figure: Figure) -> None:
    from matplotlib.patches import Patch

    figure.legend(
        handles=[
            Patch(facecolor=BLUE, label="killed"),
            Patch(facecolor="#afb8c1", label="neither (turned away, fell short, still airborne)"),
            Patch(facecolor=VERMILION, hatch="////", edgecolor=PAPER, linewidth=0.0, label="leaked"),
        ],
        loc="outside lower center",
        ncols=3,
    )


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Names on the vertical axis, first on top, no tick marks."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(0.6, len(names) - 0.4), -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")


def _bars(key: str, rows: Sequence[tuple[str, float, str, str, str]], title: str, label: str) -> Figure:
    """Horizontal bars: (name, value, shown value, color, hatch)."""
    with style(key):
        figure = blank(9.0, 1.15 + 0.36 * max(1, len(rows)))
        axes = figure.subplots()
        for y, (_, value, shown, color, hatch) in enumerate(rows):
            axes.barh(y, value, color=color, hatch=hatch, edgecolor=PAPER, linewidth=0.0, height=0.62)
            axes.annotate(shown, (value, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=9)
        most = max([row[1] for row in rows], default=0.0)
        _name_rows(axes, [row[0] for row in rows])
        axes.set(xlim=(0, 1.16 * most if most > 0 else 1.0), xlabel=label)
        headline(figure, title)
    return figure


#: What of aircraft that are no threats the defense shoots down stands out.
WRONGLY_KILLED = (VERMILION, "////")


def ends_by_side(summary: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Side -> how its flights end -> mean count a replication, most first; ``threat`` before the others.

    Where a run was stored by a version that did not count by side, all are of the side ``all``.

    Parameters
    ----------
    summary : mapping
        ``Run.summary()``.

    Returns
    -------
    dict of str to dict of str to float
        Without sides of which none flies and ends that never happen.
    """
    found = {"all": {name: end["mean"] or 0.0 for name, end in summary["terminal"].items()}}
    counted = all(end["mean"] is not None for row in summary["sides"].values() for end in row["terminal"].values())
    if counted:
        sides = {
            side: {name: end["mean"] for name, end in row["terminal"].items()} for side, row in summary["sides"].items()
        }
        threats = {name: mean - sum(ends[name] for ends in sides.values()) for name, mean in found["all"].items()}
        found = {"threat": threats, **sides}
    ranked = {
        side: {name: mean for name, mean in sorted(ends.items(), key=lambda item: -item[1]) if mean > 1e-9}
        for side, ends in found.items()
    }
    return {side: ends for side, ends in ranked.items() if ends}


def terminal_bars(brief: Brief) -> Figure:
    """How flights end, mean count a replication by side and terminal code."""
    sides = ends_by_side(brief.summary)
    rows = []
    for side, ends in sides.items():
        whose = "" if len(sides) == 1 else f"{SIDE_NAMES[side]}: "
        for name, mean in ends.items():
            wrong = side in text.SIDE_WORDS and name == "killed"
            look = WRONGLY_KILLED if wrong else TERMINAL_LOOKS.get(name, (MUTED, ""))
            said = text.TERMINAL_WORDS.get(name, text.words(name))
            label = f"{whose}{said[:1].lower()}{said[1:]}" if whose else said
            rows.append((label, mean, text.number(mean), *look))
    return _bars("terminal", rows, _terminal_title(sides), "Flights a replication")


SIDE_NAMES = {"threat": "Threats", "civil": "Civil", "friend": "Friendly"}


def _terminal_title(sides: Mapping[str, Mapping[str, float]]) -> str:
    """Whoever is shot down by mistake first; else the most frequent end of threats."""
    wrong = [
        f"{text.percent(ends['killed'] / sum(ends.values()))} of {text.SIDE_WORDS[side]}"
        for side, ends in sides.items()
        if side in text.SIDE_WORDS and ends.get("killed")
    ]
    threats = sides.get("threat", {})
    if wrong:
        killed = (
            f" and {text.percent(threats.get('killed', 0.0) / sum(threats.values()))} of threats" if threats else ""
        )
        return f"The defense shoots down {' and '.join(wrong)}{killed}"
    shown = threats or sides.get("all", {})
    if not shown:
        return "No threats" if sides else "No flights"
    first, mean = next(iter(shown.items()))
    said = text.TERMINAL_WORDS.get(first, text.words(first))
    return f"{said}: {text.percent(mean / sum(shown.values()))} of {'threats' if threats else 'all flights'}"


def resource_bars(brief: Brief) -> Figure:
    """What hostile flights waited for, in flight-seconds a replication."""
    waited = {name: row["mean"] or 0.0 for name, row in brief.summary["bounds"].items()}
    ranked = sorted(waited.items(), key=lambda item: -item[1])
    rows = [
        (text.BOUND_WORDS[name], value, f"{text.number(value)} s", BLUE if k == 0 else SKY, "")
        for k, (name, value) in enumerate(ranked)
    ]
    title = _bound_title(brief, ranked)
    return _bars("resources", rows, title, "Hostile flight-seconds of waiting a replication")


def _bound_title(brief: Brief, ranked: Sequence[tuple[str, float]]) -> str:
    if not ranked or ranked[0][1] == 0:
        return "Nothing was waited for"
    first = {name: share for name, share in brief.first_bound.items() if name != "none"}
    if not first:
        return f"Most waiting is for the {ranked[0][0]}"
    name = max(first, key=lambda key: first[key])
    limit = f"the first limit in {text.percent(first[name])} of raids"
    longest = ranked[0][0]
    if name == longest:
        return f"The {name} is waited for longest and is {limit}"
    return f"The {longest} is waited for longest; the {name} is {limit}"


def gate_bars(brief: Brief) -> Figure:
    """Which gates kept fire units from shooting at the threats that leaked."""
    found = opening.cause(brief.gates)

    rows = []
    for row in brief.gates[:10]:
        color = VERMILION if found and row.gate == found.gate else ORANGE
        shown = text.percent(row.share)
        if 0.0 < row.possible < row.share:
            shown += f" ({text.percent(row.possible)} while place and course allowed a shot)"
        rows.append((text.sentence(row.text), 100 * row.share, shown, color if row.possible > 0.0 else "#afb8c1", ""))
    return _bars("gates", rows, _gate_title(found), "Share of the waiting time of leakers, %")


def _gate_title(found: opening.Cause | None) -> str:
    if found is None:
        return "No threat leaked, so no gate let one through"
    if not found.possible:
        return f"Place, course or speed of leakers allowed no shot, mostly because {found.reason}"
    return f"While their place and course allowed a shot, leakers went unshot mostly because {found.reason}"


def lane_chart(brief: Brief) -> Figure:
    """The kill chain of one replication: a lane a flight, colored by what came last, gaps are waiting.

    What its carrier never released has no lane.
    """
    from matplotlib.ticker import MultipleLocator

    flown = [lane for lane in brief.lanes if lane.terminal or any(map(math.isfinite, lane.first.values()))]
    order = sorted(flown, key=lambda lane: (lane.side != Side.HOSTILE, lane.kind, lane.flight))
    with style("lanes"):
        figure = blank(9.0, 1.9 + 0.235 * max(1, len(order)))
        axes = figure.subplots()
        for y, lane in enumerate(order):
            _draw_lane(axes, y, lane, brief.duration)
        _name_rows(axes, [text.shorten(lane.name) for lane in order])
        for label, lane in zip(axes.get_yticklabels(), order, strict=True):
            label.set_fontweight("bold" if lane.terminal in (Terminal.HIT_ASSET, Terminal.REACHED_MISSED) else "normal")
        longest = max([lane.ends for lane in order if math.isfinite(lane.ends)], default=brief.duration)
        axes.set_xlim(0, min(brief.duration, 1.03 * longest))
        axes.set_xlabel("Time from the start, min:s")
        axes.xaxis.set_major_locator(
            MultipleLocator(next((s for s in (10, 30, 60, 120, 300, 600) if longest / s <= 14), 1800))
        )
        axes.xaxis.set_major_formatter(lambda seconds, _: f"{int(seconds) // 60}:{int(seconds) % 60:02d}")
        _lane_legend(figure)
        headline(figure, _lane_title(brief))
    return figure


def stage_colors() -> list[Any]:
    """Seven steps of cividis, from seen to assessed."""
    from matplotlib import colormaps

    return [colormaps["cividis"](x) for x in np.linspace(0.02, 0.98, 7)]


STAGE_NAMES = ("detected", "tracked", "identified", "assigned", "launched", "intercepted", "assessed")


def _draw_lane(axes: Axes, y: int, lane: Lane, duration: float) -> None:
    ends = min(lane.ends, duration)
    colors = stage_colors()
    times = list(lane.first.values())
    starts = [(t, k) for k, t in enumerate(times) if math.isfinite(t) and t <= ends]
    starts.sort()
    axes.plot([0, ends], [y, y], color=RULE, linewidth=1.0, zorder=1)
    best = -1
    reached = []
    for t, k in starts:
        if k > best:
            best = k
            reached.append((t, k))
    for (t, k), (until, _) in zip(reached, [*reached[1:], (ends, -1)], strict=False):
        axes.barh(y, until - t, left=t, height=0.5, color=colors[k], edgecolor="#57606a", linewidth=0.3, zorder=2)
    if lane.launches:
        axes.plot(
            lane.launches, [y] * len(lane.launches), "|", color=INK, markersize=9.5, markeredgewidth=1.3, zorder=4
        )
    for t, kill in lane.intercepts:
        axes.plot(
            [t], [y], "o" if kill else "x", color=INK, markersize=4.0 if kill else 5.0, markeredgewidth=1.2, zorder=5
        )
    mark, color = TERMINAL_MARKS.get(lane.terminal, (">", MUTED))
    if lane.terminal and math.isfinite(lane.ends):
        axes.plot(
            [ends],
            [y],
            mark,
            color=color,
            markersize=8.5,
            markeredgecolor=PAPER,
            markeredgewidth=0.7,
            zorder=6,
            clip_on=False,
        )


def _lane_legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    stages = [
        Patch(facecolor=color, edgecolor="#57606a", linewidth=0.3, label=name)
        for color, name in zip(stage_colors(), STAGE_NAMES, strict=True)
    ]

    def mark(symbol: str, color: str, label: str, size: float = 8.0) -> Line2D:
        return Line2D([], [], linestyle="none", marker=symbol, color=color, markersize=size, label=label)

    marks = [
        mark("|", INK, "launch", 10),
        mark("o", INK, "kill", 4.5),
        mark("x", INK, "miss", 5.5),
        mark("o", BLUE, "ends: killed"),
        mark("X", VERMILION, "ends: hit the asset"),
        mark("X", ORANGE, "ends: reached it, missed"),
        mark(">", MUTED, "ends: otherwise"),
    ]
    figure.legend(handles=[*stages, *marks], loc="outside lower center", ncols=5, columnspacing=2.2, handletextpad=0.6)


def _lane_title(brief: Brief) -> str:
    hostile = [lane for lane in brief.lanes if lane.side == Side.HOSTILE]
    leaked = sum(lane.terminal in (Terminal.HIT_ASSET, Terminal.REACHED_MISSED) for lane in hostile)
    killed = sum(lane.terminal == Terminal.KILLED for lane in hostile)
    return f"Replication {brief.replication}: {killed} of {len(hostile)} threats killed, {leaked} got through"
