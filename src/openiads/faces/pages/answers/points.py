"""Small multiples: how a metric is distributed over replications, a panel a point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import UsageError
from openiads.faces.draw.kit import BLUE, INK, VERMILION, blank, no_share_above_all, style
from openiads.faces.pages.answers import common
from openiads.faces.pages.answers.worlds import is_sampled
from openiads.faces.words import text
from openiads.runs.findings import RATIOS
from openiads.world.codes import Status
from openiads.world.outcome import OUTCOME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.sweep import Sweep
    from openiads.runs.findings import Finding
    from openiads.runs.run import Run

#: Bars of a histogram; wider values are put together.
_BARS = 24


def distributions(sweep: Sweep, metric: str = "leakers") -> Figure:
    """The distribution of a metric over the replications of every point, on one scale.

    Raises UsageError for a ratio of sums, which no replication has, an unknown metric, and more than 60 points.
    """
    refuse(sweep, metric)
    paths = common.varied(sweep.points)
    found = sweep.estimate(metric)
    values = [_values(run, metric) for run in sweep.runs()]
    edges = _edges(np.concatenate(values), metric)
    tallest = max(float(_shares(each, edges).max()) for each in values) or 1.0
    columns = _columns(len(values))
    rows = math.ceil(len(values) / columns)
    with style("distributions"):
        figure = blank(9.0, 1.5 + max(1.25, 2.4 / max(1, rows - 1) if rows > 1 else 2.4) * rows)
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for k, axes in enumerate(grid.flat):
            if k >= len(values):
                axes.set_visible(False)
                continue
            _panel(axes, values[k], edges, found[k], metric, tallest)
            name = _name(sweep, k, paths)
            axes.set_title(
                common.wrapped(name, max(12, 96 // columns), 2),
                fontsize=9 if columns < 5 else 7,
                fontweight="normal",
                pad=3,
            )
        _shared(grid, len(values), metric, tallest)
        common.titled(figure, f"{common.words_of(metric)}: how replications differ, point by point")
        fields = sweep.store.identity.fields
        common.small_print(
            figure,
            n=common.count([len(each) for each in values], "a panel"),
            seed=fields["seed"],
            digest=sweep.digest,
            notes=_notes(values, found, metric),
        )
    return figure


def refuse(sweep: Sweep, metric: str) -> None:
    """UsageError where a sweep has no distributions of a metric that could be drawn."""
    if metric in RATIOS:
        raise UsageError(
            f'distributions of "{metric}"',
            "it is a ratio of sums, which no single replication has",
            "Choose a counted metric, such as leakers",
        )
    if metric not in (OUTCOME.names or ()) and metric != "any_leaker":
        sweep.estimate(metric)  # an unknown metric is refused in the usual words
    if len(sweep.points) > common.MOST:
        raise UsageError(
            "distributions", f"{len(sweep.points)} points are more than {common.MOST} panels", "Draw a smaller sweep"
        )


def _values(run: Run, metric: str) -> np.ndarray:
    """A number a good replication; infinite where a first time never came."""
    rows = run.rows()
    good = rows[rows["status"] == Status.OK]
    return np.asarray(good["leakers"] > 0 if metric == "any_leaker" else good[metric], dtype=float)


def _columns(points: int) -> int:
    return next(c for c, most in ((1, 1), (2, 4), (3, 9), (4, 16), (5, 30), (6, math.inf)) if points <= most)


def _edges(values: np.ndarray, metric: str) -> np.ndarray:
    """Edges of bars: whole numbers each have one of their own where there is room."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.array([-0.5, 0.5])
    if metric in text.TIMES or not np.all(finite == np.round(finite)):
        low, high = float(finite.min()), float(finite.max())
        return np.linspace(low, high if high > low else low + 1.0, _BARS + 1)
    top = int(finite.max())
    width = max(1, math.ceil((top + 1) / _BARS))
    return np.arange(-0.5, top + width + 0.5, width)


def _name(sweep: Sweep, index: int, paths: Sequence[str]) -> str:
    """What tells a panel from the others; sampled worlds, with dozens of knobs, by their number."""
    point = sweep.points[index]
    if not is_sampled(sweep):
        return common.called(point.label, paths, 2) or sweep.name
    worlds = [p.index for p in sweep.points if common.key_of(p.values) == common.key_of(point.values)]
    own = [path for path in paths if path in point.values]
    return ", ".join(filter(None, [common.called(point.label, own, 2), f"sample {worlds.index(index)}"]))


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Per cent of replications in each bar, (bars,)."""
    return 100.0 * np.histogram(values[np.isfinite(values)], edges)[0] / max(1, len(values))


def _panel(axes: Axes, values: np.ndarray, edges: np.ndarray, finding: Finding, metric: str, tallest: float) -> None:
    shares, level = _shares(values, edges), 1.1 * tallest
    # Of what gets through, any at all stands out.
    bad = metric.endswith("leakers") or metric in ("asset_hits", "any_leaker")
    colors = [VERMILION if bad and left > 0 else BLUE for left in edges[:-1]]
    bars = axes.bar(edges[:-1], shares, np.diff(edges) * 0.88, align="edge", color=colors)
    for bar, color in zip(bars, colors, strict=True):
        if color == VERMILION:
            bar.set_hatch("///")
            bar.set_edgecolor("#fefefe")
            bar.set_linewidth(0.0)
    middle = common.central(finding)
    if math.isfinite(middle):
        if math.isfinite(finding.low) and math.isfinite(finding.high):
            axes.plot([finding.low, finding.high], [level, level], color=INK, linewidth=2.0, solid_capstyle="butt")
        axes.plot([middle], [level], marker="D", color=INK, markersize=3.5)
    never = float(np.mean(~np.isfinite(values))) if len(values) else 0.0
    if never:
        axes.text(0.97, 0.74, f"never: {text.percent(never)}", transform=axes.transAxes, ha="right", fontsize=7)
    axes.grid(axis="y")


def _shared(grid: np.ndarray, panels: int, metric: str, tallest: float) -> None:
    from matplotlib.ticker import MaxNLocator

    columns = grid.shape[1]
    first = grid[0, 0]
    first.set_ylim(0.0, 1.2 * tallest)
    first.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    no_share_above_all(first)
    first.xaxis.set_major_locator(MaxNLocator(nbins=6 if columns < 4 else 4, integer=metric not in text.TIMES))
    unit = ", s" if metric in text.TIMES else ""
    name = "At least one leaker (1 = yes)" if metric == "any_leaker" else f"{common.words_of(metric)}{unit}"
    for k, axes in enumerate(grid.flat[:panels]):
        axes.tick_params(labelsize=8 if columns < 5 else 7)
        if k + columns >= panels:  # the last of its column carries the numbers
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(common.wrapped(name, max(14, 100 // columns), 2), fontsize=9 if columns < 4 else 7)
        if k % columns == 0:
            axes.set_ylabel("Share, %", fontsize=9 if columns < 5 else 7)


def _notes(values: Sequence[np.ndarray], found: Sequence[Finding], metric: str) -> list[str]:
    middle = "median" if metric in text.TIMES else "mean"
    notes = [f"Bars: share of replications. Diamond and stroke: {middle} with its 95 % interval."]
    empty = sum(not len(each) for each in values)
    if empty:
        notes.append(f"{text.plural(empty, 'panel is', 'panels are')} empty: every replication failed.")
    elif any(not math.isfinite(common.central(f)) for f in found):
        notes.append(f"No diamond where there is no {middle} (it mostly never came).")
    return notes
