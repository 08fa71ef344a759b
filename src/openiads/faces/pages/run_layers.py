"""The raid layer by layer, as a picture and as a section of a run's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from openiads.faces.draw import kit
from openiads.faces.draw.kit import BLUE, GREEN, INK, MUTED, ORANGE, PAPER, PINK, RULE, SKY, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.pages.markup import behind, section, table
from openiads.faces.words import layers as words
from openiads.faces.words import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.explain.layers import Layers

#: Class of threat -> color and hatch, told apart by both.
LOOKS: dict[str, tuple[str, str]] = {
    "aircraft": (BLUE, ""),
    "cruise": (ORANGE, "////"),
    "drone": (GREEN, "...."),
    "ballistic": (PINK, "\\\\\\\\"),
    "airliner": (SKY, "xx"),
}

NOTE = (
    "Each bar: what the layer killed, of what earlier ones left. Beside it: killed [95 %] of those within reach; "
    "what it fired."
)


def layer_bars(found: Layers) -> Figure:
    """The raid from the top down: all of it, what each layer takes away from it, what ends otherwise, what leaks.

    Each layer's bar ends where what was left before it ends, so that bars go to the left as the raid wears off.
    """
    told = found.as_dict()
    shown = [row for row in told["layers"] if row["arrived"]["all"]["mean"] or row["killed"]["all"]["mean"]]
    kept = shown[: common.MOST]
    rest = [row for row in told["layers"] if row not in kept]
    with style("layers"):
        figure = blank(9.0, 1.7 + 0.5 * (len(kept) + len(told["ended"]) + 2))
        axes = figure.subplots()
        labels = ["The raid"]
        left = _bar(axes, 0, 0.0, told["threats"], told)
        _beside(axes, 0, f"{text.number(told['threats']['all']['mean'])} threats")
        for row in kept:
            labels.append(common.wrapped(words.layer_name(row), 30, 2))
            left = _taken(axes, len(labels) - 1, left, row["killed"], told)
            _beside(axes, len(labels) - 1, _said(row))
        for how, counts in told["ended"].items():
            labels.append(common.wrapped(words.ending(how), 30, 2))
            left = _taken(axes, len(labels) - 1, left, counts, told)
            _beside(axes, len(labels) - 1, words.finding(counts["all"]))
        labels.append("Leaked")
        _bar(axes, len(labels) - 1, 0.0, told["leaked"], told)
        _beside(axes, len(labels) - 1, words.finding(told["leaked"]["all"]))
        axes.set_yticks(range(len(labels)), labels)
        whole = max(told["threats"]["all"]["mean"], 1e-9)
        axes.set(ylim=(len(labels) - 0.4, -0.6), xlim=(0.0, 1.01 * whole), xlabel="Threats, mean a replication")
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        _legend(axes, told)
        common.titled(figure, words.answer(told))
        common.small_print(
            figure,
            n=f"n = {text.number(told['replications'], 12)}",
            seed=told["seed"],
            digest=told["digest"],
            notes=[NOTE, _left_out(rest)],
        )
    return figure


def _left_out(rest: list[dict[str, Any]]) -> str:
    names = ", ".join(row["site"] for row in rest[:6])
    more = f" and {len(rest) - 6} more" if len(rest) > 6 else ""
    return f"Nothing came within reach of {names}{more}." if rest else ""


def _said(row: Mapping[str, Any]) -> str:
    fired, _ = words.spent(row)
    killed = words.finding(row["killed"]["all"])
    return f"{killed} of {text.number(row['arrived']['all']['mean'])}\n{text.shorten(fired, 44)}"


def _bar(axes: Axes, y: int, left: float, counts: Mapping[str, Any], told: Mapping[str, Any]) -> float:
    """A bar of classes from ``left`` on; its end."""
    for name in words.classes(told):
        wide = counts[name]["mean"]
        if wide:
            color, hatch = LOOKS.get(name, (MUTED, ""))
            axes.barh(y, wide, left=left, color=color, hatch=hatch, edgecolor=PAPER, linewidth=0.0, height=0.6)
        left += wide
    return left


def _taken(axes: Axes, y: int, left: float, counts: Mapping[str, Any], told: Mapping[str, Any]) -> float:
    """What is taken from what was left, at its end; what remains."""
    remains = left - counts["all"]["mean"]
    axes.plot([left, left], [y - 1 + 0.3, y + 0.3], color=RULE, linewidth=0.9, zorder=0)
    axes.barh(y, max(remains, 0.0), color=RULE, alpha=0.5, height=0.6, linewidth=0.0, zorder=1)
    _bar(axes, y, remains, counts, told)
    return remains


def _beside(axes: Axes, y: int, said: str) -> None:
    axes.annotate(
        said,
        (1.0, y),
        xytext=(6, 0),
        textcoords="offset points",
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8,
        color=INK,
    )


def _legend(axes: Axes, told: Mapping[str, Any]) -> None:
    from matplotlib.patches import Patch

    marks = []
    for name in words.classes(told):
        color, hatch = LOOKS.get(name, (MUTED, ""))
        marks.append(
            Patch(
                facecolor=color,
                hatch=hatch,
                edgecolor=PAPER,
                linewidth=0.0,
                label=text.CLASS_WORDS.get(name, text.words(name)),
            )
        )
    marks.append(Patch(facecolor=RULE, alpha=0.5, label="left for later layers"))
    axes.legend(handles=marks, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=5, columnspacing=1.0, fontsize=8)


def layers_section(found: Layers) -> str:
    """The section of a run's page."""
    told = found.as_dict()
    picture = kit.svg(layer_bars(found), "layers", "The raid layer by layer")
    head = ("Layer", *(text.sentence(each) for each in words.HEAD[1:]))
    numbers = table(head, words.rows(told), caption="Mean a replication [95 %]", numbers=words.NUMBERS)
    names, rows = words.class_table(told)
    numbers += table(names, rows, caption="By class of threat, mean a replication", numbers=range(1, len(names)))
    said = (
        "From top to bottom: the raid, what each site kills of it in the order in which the raid meets them, what ends "
        "otherwise, and what leaks. Gray is what a layer leaves to the next. The threats of a layer are those that a "
        "fire unit of it held as targets within its reach, whether or not it could shoot; fired counts rounds at any "
        "flight, left counts spare loads too."
    )
    return section("The raid layer by layer", behind(picture, said, numbers))
