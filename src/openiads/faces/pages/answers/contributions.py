"""The picture of what a defense's elements contribute: with the others, alone, and their interaction."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from openiads.faces.draw.kit import BLUE, INK, MUTED, ORANGE, PAPER, PINK, RULE, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.words import contributions as words
from openiads.faces.words import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.contributions import Contribution, Contributions, Effect

#: The three differences: where in the row of its element, color, mark, words.
LOOKS = {
    "with_others": (-0.26, BLUE, "D", "with the others"),
    "alone": (0.0, ORANGE, "o", "alone"),
    "interaction": (0.26, PINK, "s", "interaction"),
}


def gains(found: Contributions) -> Figure:
    """Three marks an element with their intervals, on one scale; filled where they differ from 0."""
    ranked = found.ranked()
    shown, left = ranked[: common.MOST], ranked[common.MOST :]
    told = found.as_dict()
    factor, unit = common.scale_of(found.metric)
    with style("contributions"):
        figure = blank(9.0, 2.3 + 0.72 * max(1, len(shown)))
        axes = figure.subplots()
        for y, row in enumerate(shown):
            if y % 2:
                axes.axhspan(y - 0.5, y + 0.5, color=RULE, alpha=0.35, linewidth=0.0, zorder=0)
            _row(axes, y, row, (factor, found.metric))
        axes.axvline(0.0, color=INK, linewidth=1.0, zorder=1)
        ends = [0.0, *(factor * v for row in shown for name in LOOKS for v in _ends(getattr(row, name)))]
        room = 0.05 * (max(ends) - min(ends)) or 1.0
        axes.set_yticks(range(len(shown)), [common.wrapped(_name(row), 26, 2) for row in shown])
        label = text.sentence(words.gain_words(told)) + (f", points of{unit}" if unit == " %" else "")
        axes.set(
            ylim=(len(shown) - 0.4, -0.6),
            xlim=(min(ends) - room, max(ends) + room),
            xlabel=f"{label} (strokes: 95 % intervals, paired)",
        )
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        _legend(axes)
        common.titled(figure, words.lines(told)[:2][-1])
        common.small_print(
            figure,
            n=f"{told['runs']} cases x n = {found.replications} each",
            seed=found.seed,
            digest=found.digest,
            notes=_notes(told["elements"], len(left)),
        )
    return figure


def _name(row: Contribution) -> str:
    return f"{row.element.name} †" if row.element.stays else row.element.name


def _ends(effect: Effect) -> tuple[float, ...]:
    return tuple(each for each in (effect.low, effect.value, effect.high) if math.isfinite(each))


def _row(axes: Axes, y: int, row: Contribution, scale: tuple[float, str]) -> None:
    """The three marks of an element, its numbers beside them."""
    factor, metric = scale
    for name, (shift, color, mark, _) in LOOKS.items():
        effect: Effect = getattr(row, name)
        at = y + shift
        if math.isfinite(effect.low) and math.isfinite(effect.high):
            axes.plot(
                [factor * effect.low, factor * effect.high], [at, at], color=color, linewidth=2.0, solid_capstyle="butt"
            )
        axes.plot(
            [factor * effect.value],
            [at],
            marker=mark,
            markersize=5.5,
            color=color,
            markerfacecolor=color if effect.told else PAPER,
        )
        axes.annotate(
            words.cell(metric, effect.as_dict()),
            (1.0, at),
            xytext=(6, 0),
            textcoords="offset points",
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7.5,
            color=MUTED if effect.exact else INK,
        )


def _legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    marks = [Line2D([], [], marker=mark, color=color, label=said) for _, color, mark, said in LOOKS.values()]
    marks.append(
        Line2D([], [], marker="o", linestyle="", color=MUTED, markerfacecolor=PAPER, label="not shown to differ")
    )
    axes.legend(handles=marks, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=4, columnspacing=1.2, fontsize=8)


def _notes(rows: list[dict[str, object]], left: int) -> list[str]:
    said = (
        "With the others: lost without the element. Alone: gained by it with no other. Interaction: the former less "
        "the latter. Filled, *: differs from 0 (false discovery rate 5 %)."
    )
    notes = [said]
    if any(row["stays"] for row in rows):
        notes.append("† stays in its place without power when it is taken out.")
    if left:
        notes.append(f"{text.plural(left, 'element', 'elements')} less missed are left out here; the table has all.")
    return notes
