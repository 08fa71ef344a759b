"""The picture of a campaign: leakers, rounds left, elements that are out and cost, day by day, with bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from openiads.faces.draw.kit import BLUE, GREEN, ORANGE, PINK, SKY, VERMILION, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.words import campaign as words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.campaign import CampaignAnswer
    from openiads.experiments.campaign_days import Band

COLORS = (BLUE, ORANGE, GREEN, PINK, SKY, VERMILION)


def course(found: CampaignAnswer) -> Figure:
    """What happens day by day: four panels, each count with its mean, its interval and its spread."""
    plan = found.plan
    days = plan.days
    cost = found.cost()
    with style("campaign"):
        figure = blank(9.0, 8.6 if cost else 6.8)
        axes = figure.subplots(4 if cost else 3, 1, sharex=True)
        _bands(axes[0], days, [("threats", found.band("threats")), ("leakers", found.band("leakers"))])
        axes[0].set_ylabel("a day")
        kinds = [(kind, found.band(f"stock.{kind}")) for kind in plan.kinds]
        _bands(axes[1], days, kinds)
        axes[1].set_ylabel("rounds left")
        _bands(axes[2], days, [("elements out", found.band("down")), ("lost that day", found.band("lost"))])
        axes[2].set_ylabel("elements")
        if cost:
            axes[3].step(days, np.cumsum([each["mean"] for each in cost["by_day"]]), where="mid", color=BLUE)
            axes[3].set_ylabel(f"cost of rounds so far,\n{cost['unit']}")
        axes[-1].set_xlabel("day (bands: nine of ten campaigns; strokes: 95 % intervals of the mean)")
        for each in axes:
            each.set_ylim(bottom=0.0)
            each.grid(axis="y")
        told = found.as_dict()
        common.titled(figure, words.lines(told)[0])
        common.small_print(
            figure,
            n=f"n = {found.replications} campaigns",
            seed=told["seed"],
            digest=found.digest,
            notes=list(plan.notices),
        )
    return figure


def _bands(axes: Axes, days: Sequence[int], counts: Sequence[tuple[str, list[Band]]]) -> None:
    """Each count as a line with its interval, on the band of nine of ten campaigns."""
    for (name, bands), color in zip(counts, COLORS, strict=False):
        mean = [each.mean for each in bands]
        axes.fill_between(days, [b.p5 for b in bands], [b.p95 for b in bands], color=color, alpha=0.16, linewidth=0.0)
        axes.plot(days, mean, color=color, linewidth=1.6, label=common.printable(name))
        low = [m - b.low for m, b in zip(mean, bands, strict=True)]
        high = [b.high - m for m, b in zip(mean, bands, strict=True)]
        axes.errorbar(days, mean, yerr=[low, high], fmt="none", ecolor=color, elinewidth=1.0)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.98), ncols=4, fontsize=8)
