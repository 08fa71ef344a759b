"""Pictures of mistakes: rare rates, both errors along policies, what safeguards change, what a hotline prevents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openiads.faces.draw.kit import BLUE, GREEN, INK, MUTED, ORANGE, PAPER, PINK, RULE, SKY, VERMILION, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.words import hotline as hotline_words
from openiads.faces.words import rare as rare_words
from openiads.faces.words import safeguards as safeguards_words
from openiads.faces.words import text
from openiads.faces.words import tradeoff as tradeoff_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.hotline import HotlineCurve
    from openiads.experiments.rare import RareAnswer
    from openiads.experiments.safeguards import Safeguards
    from openiads.experiments.tradeoff import Tradeoff

COLORS = {"civil": BLUE, "friend": ORANGE, "leakers": VERMILION}
LINES = (BLUE, ORANGE, GREEN, PINK, SKY, VERMILION)


def odds(found: RareAnswer) -> Figure:
    """Rates a crossing on a logarithmic scale: thin over all that was not run, thick where any was seen."""
    told = found.as_dict()
    rows = [
        (f"{text.SIDE_WORDS[side]} {what}", color, rates[what])
        for (side, rates), color in zip(told["rates"].items(), LINES, strict=False)
        for what in ("engaged", "killed")
    ]
    highest = max(row[2]["per_crossing"]["high"] for row in rows)
    floor = min([row[2]["per_crossing"]["mean"] for row in rows if row[2]["per_crossing"]["mean"]] or [highest])
    floor *= 0.05
    with style("rare"):
        figure = blank(9.0, 2.4 + 0.5 * len(rows))
        axes = figure.subplots()
        for y, (_, color, rate) in enumerate(rows):
            ends = rate["per_crossing"]
            axes.plot([max(ends["low"], floor), ends["high"]], [y, y], color=color, linewidth=1.2)
            if ends["mean"]:
                thick = [max(ends["seen_low"], floor), ends["seen_high"]]
                axes.plot(thick, [y, y], color=color, linewidth=4.0, solid_capstyle="butt")
                face = color if rate["told"] else PAPER
                axes.plot([ends["mean"]], [y], marker="D", color=color, markerfacecolor=face, markersize=7)
            said = rare_words.rate_words(rate, "per_crossing")
            axes.annotate(said, (1.0, y), (6, 0), ("axes fraction", "data"), "offset points", va="center", fontsize=8)
        axes.set(xscale="log", ylim=(len(rows) - 0.5, -0.5), xlabel="a crossing")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0e}")
        axes.xaxis.set_minor_formatter(lambda value, _: "")
        axes.set_yticks(range(len(rows)), [row[0] for row in rows])
        axes.grid(axis="x")
        common.titled(figure, rare_words.lines(told)[1])
        n = f"n = {told['replications']} run of {told['screened']:,} sorted"
        notes = ["Thin: 95 % interval. Thick: of strata in which any was seen. Open: fewer than 10 effective shots."]
        common.small_print(figure, n=n, seed=found.seed, digest=found.digest, notes=notes)
    return figure


def frontier(found: Tradeoff) -> Figure:
    """Both errors along the policies with their intervals, and beside it what waiting costs."""
    told = found.as_dict()
    with style("tradeoff"):
        figure = blank(9.6, 5.2)
        left, right = figure.subplots(1, 2, width_ratios=(1.5, 1.0))
        for side in tradeoff_words.sides(told):
            _crosses(left, told["policies"], side)
        left.set(xlabel="leakers a raid", ylabel="shot at a crossing")
        left.set_ylim(bottom=0.0)
        left.grid()
        left.legend(loc="upper right", fontsize=8)
        _waiting(right, told["waiting"], tradeoff_words.sides(told))
        common.titled(figure, tradeoff_words.lines(told)[0])
        n = f"n = {found.replications} a point"
        notes = ["Strokes: 95 % intervals; all points meet the same traffic on the same draws."]
        common.small_print(figure, n=n, seed=found.seed, digest=found.digest, notes=notes)
    return figure


def _crosses(axes: Axes, points: Sequence[Mapping[str, Any]], side: str) -> None:
    color = COLORS[side]
    x, y = ([point[name]["mean"] for point in points] for name in ("leakers", side))
    axes.plot(x, y, color=color, linewidth=1.2, marker="o", markersize=4.5, label=text.SIDE_WORDS[side])
    for point in points:
        across, up = point["leakers"], point[side]
        axes.plot([across["low"], across["high"]], [up["mean"]] * 2, color=color, linewidth=0.8, alpha=0.7)
        axes.plot([across["mean"]] * 2, [up["low"], up["high"]], color=color, linewidth=0.8, alpha=0.7)
        axes.annotate(point["name"], (across["mean"], up["mean"]), (5, 5), textcoords="offset points", fontsize=7.5)


def _waiting(axes: Axes, points: Sequence[Mapping[str, Any]], sides: Sequence[str]) -> None:
    """Leakers, and flights shot at over all that cross, against the time to an identity."""
    known = [point for point in points if point["seconds_to_identify"] is not None]
    seconds = [point["seconds_to_identify"]["mean"] for point in known]
    for name in ("leakers", *sides):
        means = [point[name]["mean"] for point in known]
        below = [point[name]["mean"] - point[name]["low"] for point in known]
        above = [point[name]["high"] - point[name]["mean"] for point in known]
        said = "leakers a raid" if name == "leakers" else f"{text.SIDE_WORDS[name]} shot at a crossing"
        axes.errorbar(
            seconds, means, yerr=[below, above], color=COLORS[name], marker="s", markersize=4, linewidth=1.2, label=said
        )
    axes.set(xlabel="time to an identity, s")
    axes.set_ylim(bottom=0.0)
    axes.grid()
    axes.legend(loc="best", fontsize=7.5)


def forest(found: Safeguards) -> Figure:
    """A row for each safeguard: paired differences of flights shot at and of leakers, a panel each."""
    told = found.as_dict()
    shown = told["safeguards"][: common.MOST]
    panels = [*safeguards_words.sides(told), "leakers"]
    with style("safeguards"):
        figure = blank(9.6, 2.2 + 0.36 * max(1, len(shown)))
        columns = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, name in zip(columns, panels, strict=True):
            for y, row in enumerate(shown):
                effect, color = row["differences"][name], COLORS[name]
                axes.plot([effect["low"], effect["high"]], [y, y], color=color, linewidth=1.8, solid_capstyle="butt")
                face = color if effect["told"] else PAPER
                axes.plot([effect["value"]], [y], marker="D", markersize=5, color=color, markerfacecolor=face)
            axes.axvline(0.0, color=INK, linewidth=0.9, zorder=1)
            axes.hlines(range(len(shown)), *axes.get_xlim(), color=RULE, linewidth=0.6, zorder=0)
            said = "leakers a raid" if name == "leakers" else f"{text.SIDE_WORDS[name]}\nshot at a crossing"
            axes.set(xlabel=f"{said},\nmore than as declared", ylim=(len(shown) - 0.4, -0.6))
        columns[0].set_yticks(range(len(shown)), [safeguards_words.title(row) for row in shown])
        common.titled(figure, " ".join(safeguards_words.lines(told)[:2]))
        notes = ["Filled: differs from 0 (false discovery rate 5 % over all rows). Strokes: 95 % intervals, paired."]
        n = f"n = {found.replications} a case"
        common.small_print(figure, n=n, seed=found.seed, digest=found.digest, notes=notes)
    return figure


def spared(found: HotlineCurve) -> Figure:
    """Engagements prevented against the delay, a line for each reliability; dashed: the closed form."""
    told = found.as_dict()
    with style("hotline"):
        figure = blank(8.4, 5.2)
        axes = figure.subplots()
        for reliability, color in zip(sorted({row["reliability"] for row in told["lines"]}), LINES * 4, strict=False):
            rows = [row for row in told["lines"] if row["reliability"] == reliability]
            delays = [row["delay_s"] for row in rows]
            values = [row["prevented"] for row in rows]
            below = [each["value"] - each["low"] for each in values]
            above = [each["high"] - each["value"] for each in values]
            axes.errorbar(
                delays,
                [each["value"] for each in values],
                yerr=[below, above],
                color=color,
                marker="o",
                markersize=4.5,
                linewidth=1.3,
                label=f"r = {text.number(reliability)}",
            )
            if all(row["expected"] is not None for row in rows):
                axes.plot(delays, [row["expected"] for row in rows], color=MUTED, linestyle="--", linewidth=1.0)
        axes.set(xlabel="mean delay, s", ylabel="engagements prevented a raid")
        axes.set_ylim(bottom=0.0)
        axes.grid()
        axes.legend(loc="best", fontsize=8)
        common.titled(figure, hotline_words.lines(told)[0])
        notes = ["Strokes: 95 % intervals, paired with no line. Dashed: r (1 - exp(-T/tau)) where it holds."]
        n = f"n = {found.replications} a line"
        common.small_print(figure, n=n, seed=found.seed, digest=found.digest, notes=notes)
    return figure
