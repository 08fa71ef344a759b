"""The picture of a paired comparison: differences with their intervals, and who is ahead how often."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openiads.faces.draw.kit import BLUE, INK, MUTED, PAPER, RULE, VERMILION, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.words import comparison, text
from openiads.world.outcome import METRICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.compare import Comparison
    from openiads.experiments.differences import Difference

_LEVEL = "#afb8c1"


def differences(made: Comparison, metrics: Sequence[str] = tuple(METRICS)) -> Figure:
    """Paired differences B - A, a row an outcome with a scale of its own around a common zero line; no inputs.

    Beside each row: the pairs in which B is better, as good, worse.  Raises UsageError for an unknown metric.
    """
    found = [each for each in map(made.estimate, metrics) if not each.given]
    among = made.discoveries(metrics)
    with style("pairs"):
        figure = blank(9.0, 2.2 + 0.44 * max(1, len(found)))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3.0, 1.15))
        _forest(left, found, among.differ)
        _ahead(right, found)
        _legend(left, right)
        common.titled(figure, comparison.answer(made.summary(["leakers"])))
        sides = [
            f"{side}: {text.shorten(common.printable(name), 130)}" for side, name in zip("AB", made.labels, strict=True)
        ]
        common.small_print(
            figure,
            n=common.count([made.pairs.n], "pairs"),
            seed=made.a.seed,
            digest=made.digest,
            notes=[*sides, *_notes(found, comparison.found({"discoveries": among.as_dict()}))],
        )
    return figure


def _forest(axes: Axes, found: Sequence[Difference], differ: Sequence[str]) -> None:
    """Each row is scaled so that its own interval fits; numbers say what it is.  differ : the metrics that do"""
    for y, each in enumerate(found):
        axes.annotate(
            _numbers(each),
            (1.0, y),
            xytext=(6, 0),
            textcoords="offset points",
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
        )
        if not all(map(math.isfinite, (each.difference, each.low, each.high))):
            axes.annotate(
                "no number", (0.0, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8, color=MUTED
            )
            continue
        reach = max(abs(each.low), abs(each.high), abs(each.difference)) or 1.0
        color = _color(each, each.metric in differ)
        axes.plot([each.low / reach, each.high / reach], [y, y], color=color, linewidth=2.2, solid_capstyle="butt")
        axes.plot(
            [each.difference / reach],
            [y],
            marker="D",
            markersize=6,
            color=color,
            markerfacecolor=color if each.metric in differ else PAPER,
        )
    axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
    axes.set_yticks(range(len(found)), [common.wrapped(common.words_of(each.metric), 30, 2) for each in found])
    axes.set(ylim=(len(found) - 0.4, -0.6), xlim=(-1.12, 1.12), xticks=[])
    axes.set_xlabel("← less in B      B − A      more in B →\n(a scale for each row)")
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.hlines(range(len(found)), -1.12, 1.12, color=RULE, linewidth=0.7, zorder=0)


def _color(each: Difference, differs: bool) -> str:
    if not differs or not each.wanted:
        return MUTED
    return BLUE if (each.difference > 0) == (each.wanted > 0) else VERMILION


def _numbers(each: Difference) -> str:
    if each.level or each.certain:
        return "0\nin every pair"
    share, value = text.is_share(each.metric), each.difference
    ends = math.isfinite(each.low) and math.isfinite(each.high)
    if share:
        span = f"[{text.points(each.low)}, {text.points(each.high)}]" if ends else "–"
        return f"{text.points(value)} points\n{span}" if math.isfinite(value) else f"–\n{span}"
    span = text.span(each.low, each.high) if ends else "–"
    if not math.isfinite(value):
        return f"–\n{span}"
    return f"{'+' if value > 0 else ''}{text.number(value)}{common.scale_of(each.metric)[1]}\n{span}"


def _ahead(axes: Axes, found: Sequence[Difference]) -> None:
    from matplotlib.patheffects import withStroke

    for y, each in enumerate(found):
        if each.better is None or each.worse is None or not each.told:
            axes.text(
                50,
                y,
                "neither is better" if not each.wanted else "–",
                ha="center",
                va="center",
                fontsize=8,
                color=MUTED,
            )
            continue
        left = 0.0
        for count, color, hatch in ((each.better, BLUE, ""), (each.equal, _LEVEL, ""), (each.worse, VERMILION, "////")):
            share = 100.0 * count / each.told
            axes.barh(y, share, left=left, color=color, hatch=hatch, edgecolor=PAPER, linewidth=0.0, height=0.56)
            if share >= 14.0:
                ink = "#000000" if color == _LEVEL else "#ffffff"
                axes.text(
                    left + share / 2,
                    y,
                    f"{share:.0f}",
                    ha="center",
                    va="center",
                    color=ink,
                    fontsize=8,
                    fontweight="bold",
                    path_effects=[withStroke(linewidth=3, foreground=color)],
                )
            left += share
    axes.set(xlim=(0, 100), xticks=[0, 50, 100], xlabel="Pairs, %")
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.spines["left"].set_visible(False)


def _legend(left: Axes, right: Axes) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = [
        Line2D([], [], marker="D", color=BLUE, label="B better"),
        Line2D([], [], marker="D", color=VERMILION, label="B worse"),
        Line2D([], [], marker="D", color=MUTED, label="neither good nor bad"),
        Line2D([], [], marker="D", color=MUTED, markerfacecolor=PAPER, label="does not differ"),
    ]
    left.legend(handles=marks, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=4, columnspacing=1.0, fontsize=8)
    bars = [
        Patch(facecolor=BLUE, label="better"),
        Patch(facecolor=_LEVEL, label="equal"),
        Patch(facecolor=VERMILION, hatch="////", edgecolor=PAPER, linewidth=0.0, label="worse"),
    ]
    right.legend(
        handles=bars,
        loc="lower left",
        bbox_to_anchor=(-0.04, 1.0),
        ncols=3,
        columnspacing=0.7,
        handlelength=1.1,
        handletextpad=0.4,
        fontsize=8,
    )


def _notes(found: Sequence[Difference], among: str) -> list[str]:
    notes = [among, "Intervals: 95 %, paired (common random numbers); they say nothing about parameter uncertainty."]
    gone = sum(not all(map(math.isfinite, (each.difference, each.low, each.high))) for each in found)
    if gone:
        notes.append(f"{text.plural(gone, 'row has', 'rows have')} no number (0/0, or it never came on one side).")
    failed = max((each.failed for each in found), default=0)
    if failed:
        notes.append(f"{text.plural(failed, 'pair', 'pairs')} failed; intervals reach their worst case.")
    return notes
