"""Pictures of what is not known: a tornado of knobs, and both spreads one under the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.experiments.knowledge import Indices, Screening
from openiads.experiments.swings import Swings
from openiads.faces.draw.kit import BLUE, INK, MUTED, ORANGE, PAPER, blank, no_share_above_all, style
from openiads.faces.pages.answers import common
from openiads.faces.pages.answers.common import STATUS_LOOKS, status_legend
from openiads.faces.pages.answers.swings import two_sided
from openiads.faces.words import knowledge, text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.knowledge import Spread


@dataclass(frozen=True)
class _Bar:
    name: str
    status: str
    value: float
    low: float
    high: float
    seen: bool
    note: str


def tornado(found: Screening | Indices | Swings) -> Figure:
    """What each knob does to the metric, the strongest on top, with its interval; color and hatch are its status.

    Of a screening the bars are mu*, in units of the metric through the whole band; of Sobol indices the total share of
    the variance between worlds, with the share of the knob alone as a stroke; of swings the differences of both ends.
    """
    if isinstance(found, Swings):
        return two_sided(found)
    bars = _bars(found)
    shown, left = bars[: common.MOST], bars[common.MOST :]
    told = found.as_dict()
    with style("tornado"):
        figure = blank(9.0, 2.0 + 0.33 * max(1, len(shown)))
        axes = figure.subplots()
        ends = [end for each in shown for end in (each.value, each.high) if math.isfinite(end)]
        top = 100.0 if isinstance(found, Indices) else max(ends, default=0.0) or 1.0
        for y, each in enumerate(shown):
            _bar(axes, y, each, top)
        if isinstance(found, Indices):
            _alone(axes, found, top)
        axes.set_yticks(range(len(shown)), [common.wrapped(each.name, 30, 2) for each in shown])
        axes.set(ylim=(max(0.6, len(shown) - 0.4), -0.6), xlim=(0.0, 1.0 * top), xlabel=_axis_words(found))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        status_legend(axes, [each.status for each in shown])
        common.titled(figure, knowledge.sensitivity_lines(told)[0])
        more = f"{len(left)} weaker parameters are left out here; the table has all." if left else ""
        common.small_print(
            figure,
            n=f"{told['worlds']} samples x n = {found.question.replications} each",
            seed=found.question.seed,
            digest=found.digest,
            notes=[*_notes(found, shown), more],
        )
    return figure


def _bars(found: Screening | Indices) -> list[_Bar]:
    if isinstance(found, Screening):
        factor = common.scale_of(found.question.metric)[0]
        return [
            _Bar(
                knob.name,
                knob.status,
                factor * e.mu_star,
                factor * e.mu_star_low,
                factor * e.mu_star_high,
                e.shown,
                f"{text.number(factor * e.mu_star, 2)} "
                f"{knowledge.span(factor * e.mu_star_low, factor * e.mu_star_high)}",
            )
            for knob, e in found.ranked()
        ]
    return [
        _Bar(
            knob.name,
            knob.status,
            100 * e.total,
            100 * e.total_low,
            100 * e.total_high,
            e.total_low > 0.0,
            f"{text.number(100 * e.total, 2)} {knowledge.span(100 * e.total_low, 100 * e.total_high)}",
        )
        for knob, e in found.ranked()
    ]


def _bar(axes: Axes, y: int, each: _Bar, top: float) -> None:
    color, hatch = STATUS_LOOKS.get(each.status, (MUTED, ""))
    if not math.isfinite(each.value):
        axes.annotate("no number", (0, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)
        return
    axes.barh(
        y,
        max(0.0, each.value),
        color=color,
        hatch=hatch,
        edgecolor=PAPER,
        linewidth=0.0,
        height=0.62,
        alpha=1.0 if each.seen else 0.35,
    )
    if math.isfinite(each.low) and math.isfinite(each.high):
        axes.plot([max(0.0, each.low), min(top, each.high)], [y, y], color=INK, linewidth=1.6, solid_capstyle="butt")
    axes.annotate(
        each.note + ("" if each.seen else "  not seen"),
        (1.0, y),
        xytext=(6, 0),
        textcoords="offset points",
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8,
        color=INK if each.seen else MUTED,
    )


def _alone(axes: Axes, found: Indices, top: float) -> None:
    for y, (_, index) in enumerate(found.ranked()[: common.MOST]):
        if math.isfinite(index.first):
            x = min(top, max(0.0, 100.0 * index.first))
            axes.plot([x, x], [y - 0.31, y + 0.31], color=INK, linewidth=2.4)


def _axis_words(found: Screening | Indices) -> str:
    if isinstance(found, Indices):
        return "Total-order share of the variance between parameter samples, % (bar and stroke: value, interval)"
    unit = common.scale_of(found.question.metric)[1].strip()
    words = common.words_of(found.question.metric) + (f", {unit}" if unit else "")
    return f"{words}: mean size of the change through the parameter's whole interval (stroke: 95 % interval)"


def _notes(found: Screening | Indices, shown: Sequence[_Bar]) -> list[str]:
    notes = []
    if any(not each.seen for each in shown):
        why = "no more than chance would show" if isinstance(found, Screening) else "the interval reaches 0"
        notes.append(f"Pale, not seen: {why}.")
    if isinstance(found, Indices):
        notes.append("Upright stroke: first-order index. Shares are without sampling variability; 95 % intervals,")
        notes.append("cut at 0 and 100 %.")
        if not found.variance:
            notes.append("The samples do not differ by more than chance explains, so there are no shares.")
    notes.append("Intervals of parameters are what sources allow, not probabilities.")
    return [" ".join(notes)]


# ------------------------------------------------------------------ both spreads


def spreads(found: Spread) -> Figure:
    """Both kinds of uncertainty on one scale: replications of the baseline, means of parameter samples."""
    metric = found.question.metric
    factor = common.scale_of(metric)[0]
    told = found.as_dict()
    means = factor * found.worlds.mean(axis=1)
    with style("spreads"):
        figure = blank(9.0, 5.0)
        dice, known = figure.subplots(2, 1, sharex=True)
        _histogram(dice, factor * found.nominal, _edges(factor * found.nominal, whole=True), BLUE, "")
        _band(dice, told["dice"], factor, BLUE)
        dice.set_ylabel("Replications, %")
        dice.set_title("Sampling variability: replications of the baseline", fontsize=9.5)
        _histogram(known, means, _edges(means, whole=False), ORANGE, "////")
        _band(known, told["knowledge"], factor, INK)
        known.set_ylabel("Samples, %")
        known.set_title("Parameter uncertainty: means of parameter samples", fontsize=9.5)
        unit = common.scale_of(metric)[1].strip()
        known.set_xlabel(common.words_of(metric) + (f", {unit}" if unit else ""))
        common.titled(figure, _both(told, metric))
        common.small_print(
            figure,
            n=f"{told['worlds']} samples x n = {found.question.replications} each",
            seed=found.question.seed,
            digest=found.digest,
            notes=_spread_notes(told),
        )
    return figure


def _edges(values: np.ndarray, *, whole: bool) -> np.ndarray:
    """Edges of bars; a whole number has one of its own where there is room."""
    low, high = float(values.min()), float(values.max())
    if whole and np.all(values == np.round(values)) and high - low <= 40:
        return np.arange(low - 0.5, high + 1.0)
    middle, half = (low + high) / 2.0, max((high - low) / 2.0, 0.01 * abs(high), 1e-6)
    return np.linspace(middle - half, middle + half, 21 if high > low else 2)


def _histogram(axes: Axes, values: np.ndarray, edges: np.ndarray, color: str, hatch: str) -> None:
    shares = 100.0 * np.histogram(values, edges)[0] / len(values)
    axes.bar(
        edges[:-1], shares, 0.9 * np.diff(edges), align="edge", color=color, hatch=hatch, edgecolor=PAPER, linewidth=0.0
    )
    axes.set_ylim(0.0, 1.45 * max(1.0, float(shares.max())))
    no_share_above_all(axes)
    axes.grid(axis="y")


def _band(axes: Axes, told: Mapping[str, float], factor: float, color: str) -> None:
    low, high = factor * told["p5"], factor * told["p95"]
    level = 0.84 * axes.get_ylim()[1]
    axes.plot([low, high], [level, level], color=color, linewidth=2.4, solid_capstyle="butt")
    axes.annotate(
        f"90 of 100 in {text.number(low)} to {text.number(high)}",
        ((low + high) / 2, level),
        xytext=(0, 5),
        textcoords="offset points",
        ha="center",
        fontsize=8.5,
    )


def _both(told: Mapping[str, Any], metric: str) -> str:
    dice, known = (told[name]["sd"] for name in ("dice", "knowledge"))
    factor, unit = common.scale_of(metric)
    return (
        f"{common.words_of(metric)}: chance moves one raid by {text.number(factor * dice, 2)}{unit}, parameter "
        f"uncertainty moves the mean by {text.number(factor * known, 2)}{unit} (standard deviations)"
    )


def _spread_notes(told: Mapping[str, Any]) -> list[str]:
    notes = [
        "The lower stroke has the noise of few replications taken out, the bars under it have not.",
        "Sampling of intervals, not probability.",
    ]
    if told["knowledge"]["below_noise"]:
        notes.append("The samples differ by no more than chance explains, so that spread is shown as 0.")
    keeps = "of {tried} flights keep what is published."
    notes += [f"{row['entry']}: {row['kept']} {keeps.format(**row)}" for row in told["published"]]
    return [" ".join(notes)]
