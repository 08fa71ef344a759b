"""The picture of one knob at a time: how far each end of a band takes the metric from the nominal world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openiads.faces.draw.kit import INK, MUTED, PAPER, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.words import knowledge, text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.swings import End, Swing, Swings


def two_sided(found: Swings) -> Figure:
    """Bars from the nominal world to both ends, the largest on top, with intervals; color and hatch are the status."""
    from openiads.faces.pages.answers.common import status_legend

    ranked, told = found.ranked(), found.as_dict()
    shown, left = ranked[: common.MOST], ranked[common.MOST :]
    factor, unit = common.scale_of(found.question.metric)
    with style("tornado"):
        figure = blank(9.0, 2.0 + 0.33 * max(1, len(shown)))
        axes = figure.subplots()
        for y, (knob, swing) in enumerate(shown):
            _pair(axes, y, knob.status, swing, factor)
        axes.axvline(0.0, color=INK, linewidth=1.0)
        reach = [0.0, *(factor * v for _, s in shown for e in (s.at_low, s.at_high) for v in (e.low, e.high))]
        room = 0.05 * (max(reach) - min(reach)) or 1.0
        axes.set_yticks(range(len(shown)), [common.wrapped(knob.name, 30, 2) for knob, _ in shown])
        words = common.words_of(found.question.metric) + (f", {unit.strip()}" if unit else "")
        axes.set(
            ylim=(max(0.6, len(shown) - 0.4), -0.6),
            xlim=(min(reach) - room, max(reach) + room),
            xlabel=f"{words}: difference from the baseline (strokes: 95 % intervals)",
        )
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        status_legend(axes, [knob.status for knob, _ in shown])
        common.titled(figure, knowledge.sensitivity_lines(told)[0])
        notes = [
            "Low, high: this parameter at an end of its interval, all others at baseline; interactions are not seen."
        ]
        if any(not swing.shown for _, swing in shown):
            notes.append("Pale, not seen: no more than chance would show.")
        if left:
            notes.append(f"{len(left)} weaker parameters are left out here; the table has all.")
        common.small_print(
            figure,
            n=f"{told['worlds']} samples x n = {found.question.replications} each",
            seed=found.question.seed,
            digest=found.digest,
            notes=[" ".join(notes)],
        )
    return figure


def _pair(axes: Axes, y: int, status: str, swing: Swing, factor: float) -> None:
    """Both ends of a knob: the low one in the upper half of its row."""
    from openiads.faces.pages.answers.common import STATUS_LOOKS

    color, hatch = STATUS_LOOKS.get(status, (MUTED, ""))
    ends: tuple[tuple[float, str, End], ...] = ((-0.16, "low", swing.at_low), (0.16, "high", swing.at_high))
    for shift, which, end in ends:
        value, low, high = (factor * each for each in (end.difference, end.low, end.high))
        axes.barh(
            y + shift,
            value,
            color=color,
            hatch=hatch,
            edgecolor=PAPER,
            linewidth=0.0,
            height=0.3,
            alpha=1.0 if end.shown else 0.35,
        )
        axes.plot([low, high], [y + shift, y + shift], color=INK, linewidth=1.4, solid_capstyle="butt")
        words = f"{which}: {text.number(value, 2)} {knowledge.span(low, high)}" + ("" if end.shown else "  not seen")
        axes.annotate(
            words,
            (1.0, y + shift),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            xycoords=("axes fraction", "data"),
            color=INK if end.shown else MUTED,
        )
