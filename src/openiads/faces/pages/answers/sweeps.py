"""Pictures of a sweep: a metric against what varied, and a heat map of two things that varied."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.base.errors import UsageError
from openiads.faces.draw.kit import BLUE, GREEN, INK, MUTED, ORANGE, PINK, RULE, SKY, VERMILION, blank, style
from openiads.faces.pages.answers import common
from openiads.faces.pages.answers.worlds import Doubts, doubts_of, is_sampled
from openiads.faces.words import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.experiments.sweep import Sweep
    from openiads.runs.findings import Finding

#: Colors and markers of series: told apart by both.
_SERIES = ((BLUE, "o"), (VERMILION, "s"), (GREEN, "^"), (PINK, "D"), (ORANGE, "v"), (SKY, "P"))

DICE = "sampling variability: 95 % interval"
KNOWLEDGE = "parameter uncertainty: 90 of 100 samples"


@dataclass
class _Series:
    """Places on the x axis, in order, with the finding at each; ``doubts`` of a knowledge sweep."""

    name: str
    x: np.ndarray
    found: list[Finding]
    doubts: list[Doubts] | None = None


def against(sweep: Sweep, metric: str, path: str = "") -> Figure:
    """A metric against one thing that varied, with the interval that dice leave; in a knowledge sweep both bands.

    path : of the scenario or ``knob.NAME``; the first that varied if left out.  Other things that varied make a line
    each.  Raises UsageError where nothing or something else varied, or the metric does not exist.
    """
    sampled = is_sampled(sweep)
    paths = [p for p in common.varied(sweep.points) if not (sampled and p.startswith("knob."))]
    path = path or (paths[0] if paths else "")
    if path not in paths:
        raise UsageError(
            f"figure against {path or 'nothing'}",
            "this did not vary in the sweep",
            f"Choose one of: {', '.join(paths)}",
        )
    axis = common.axis_of(path, [point.label[path] for point in sweep.points])
    fields = sweep.store.identity.fields
    others = [each for each in paths if each != path]
    scattered = fields["design"] in ("latin_hypercube", "sobol")
    series = [_one(sweep, metric, axis, scattered)] if not others or scattered else []
    series = series or _split(sweep, metric, axis, others)
    with style("against"):
        figure = blank(9.0, 4.6 if axis.numeric else 5.4)
        axes = figure.subplots()
        many = len(series) > len(_SERIES)
        for k, each in enumerate(series):
            color, marker = (MUTED, ".") if many else _SERIES[k]
            _draw(axes, each, metric, color, marker, joined=axis.numeric and not scattered, bands=not many)
        _ticks(axes, axis)
        _floor(axes, metric, series)
        axes.set(xlabel=axis.title, ylabel=common.wrapped(common.label_of(metric), 38))
        axes.grid(axis="y")
        _legend(axes, series, many=many, sampled=sampled)
        common.titled(figure, _finding(series, axis, metric, scattered=scattered))
        common.small_print(
            figure,
            n=_counted(series, sampled),
            seed=fields["seed"],
            digest=sweep.digest,
            notes=_notes(series, others, scattered=scattered, many=many),
        )
    return figure


def _one(sweep: Sweep, metric: str, axis: common.Axis, scattered: bool) -> _Series:
    if is_sampled(sweep):
        return _split(sweep, metric, axis, [])[0]
    places = np.array([axis.place(point.label[axis.path]) for point in sweep.points])
    order = np.argsort(places, kind="stable")
    found = sweep.estimate(metric)
    return _Series("", places[order], [found[k] for k in order])


def _split(sweep: Sweep, metric: str, axis: common.Axis, others: Sequence[str]) -> list[_Series]:
    """A series for every combination of what else varied."""
    doubts = doubts_of(sweep, metric) if is_sampled(sweep) else {}
    found = sweep.estimate(metric) if not doubts else []
    groups: dict[str, dict[float, int]] = {}
    names: dict[str, str] = {}
    for point in sweep.points:
        label = point.label
        key = common.key_of([label[each] for each in others])
        names.setdefault(key, common.called(label, others))
        groups.setdefault(key, {}).setdefault(axis.place(label[axis.path]), point.index)
    made = []
    for key, at in groups.items():
        places = sorted(at)
        if doubts:
            each = [doubts[common.key_of(sweep.points[at[x]].values)] for x in places]
            made.append(_Series(names[key], np.array(places), [d.dice for d in each], each))
        else:
            made.append(_Series(names[key], np.array(places), [found[at[x]] for x in places]))
    return made


def _draw(axes: Axes, series: _Series, metric: str, color: str, marker: str, *, joined: bool, bands: bool) -> None:
    factor = common.scale_of(metric)[0]
    middle = np.array([factor * common.central(f) for f in series.found])
    middle[~np.isfinite(middle)] = np.nan
    low, high = (np.array([factor * getattr(f, end) for f in series.found]) for end in ("low", "high"))
    gone = ~np.isfinite(middle) | ~np.isfinite(low) | ~np.isfinite(high)
    low[gone], high[gone] = np.nan, np.nan
    if series.doubts:
        _knowledge(axes, series, factor, color, joined=joined)
    if joined and bands and len(middle) > 1:
        axes.fill_between(series.x, low, high, color=color, alpha=0.22, linewidth=0.0)
    axes.plot(
        series.x,
        middle,
        color=color,
        marker=marker,
        markersize=5.5,
        linewidth=1.7 if joined and bands else 0.8,
        linestyle="-" if joined else "none",
        label=common.wrapped(series.name, 28),
        zorder=3,
    )
    if bands:
        axes.vlines(series.x, low, high, color=color, linewidth=1.2, zorder=3)


def _knowledge(axes: Axes, series: _Series, factor: float, color: str, *, joined: bool) -> None:
    """The band of knowledge: hatched and open, apart from the filled one of dice."""
    ends = np.array([(factor * d.low, factor * d.high) for d in series.doubts or ()])
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": ORANGE, "hatch": "////", "linewidth": 1.0, "alpha": 0.9}
    if joined and len(ends) > 1:
        axes.fill_between(series.x, ends[:, 0], ends[:, 1], **look)
        return
    span = float(np.ptp(series.x)) or 1.0
    width = 0.5 if not joined else 0.04 * span
    axes.bar(series.x, ends[:, 1] - ends[:, 0], width, bottom=ends[:, 0], **look)


def _ticks(axes: Axes, axis: common.Axis) -> None:
    if axis.numeric:
        if len(axis.values) <= 12:
            places = [axis.place(value) for value in axis.values]
            axes.set_xticks(places, [text.number(x, 4) for x in places])
        if len(axis.values) > 1:
            axes.margins(x=0.03)
        return
    width = max(5, 84 // len(axis.values))
    names = [common.wrapped(common.told(value), width, 4) for value in axis.values]
    turned = len(names) > 8
    if turned:
        names = [common.wrapped(common.told(value), 24, 1) for value in axis.values]
    axes.set_xticks(range(len(names)), names, rotation=90 if turned else 0, fontsize=7.5 if turned else 9)
    axes.set_xlim(-0.6, len(names) - 0.4)


def _floor(axes: Axes, metric: str, series: Sequence[_Series]) -> None:
    """Counts and shares start at 0; a first time has no such start, and its axis is cut to what is there."""
    if metric in text.TIMES:
        axes.margins(y=0.12)
        axes.set_ylim(bottom=max(0.0, axes.get_ylim()[0]))
        return
    unit = common.scale_of(metric)[1]
    top = 103.0 if unit == " %" else max(axes.get_ylim()[1] * 1.04, 1e-3)
    if not any(math.isfinite(common.central(f)) for each in series for f in each.found):
        top = 1.0
    axes.set_ylim(0.0, top)


def _legend(axes: Axes, series: Sequence[_Series], *, many: bool, sampled: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    if len(series) > 1 and not many:
        handles = list(axes.get_legend_handles_labels()[0])
    color = BLUE if len(series) == 1 else MUTED
    if not many:
        handles.append(Patch(facecolor=color, alpha=0.35, label=DICE))
    if sampled:
        handles.append(
            Patch(
                facecolor="none",
                edgecolor=ORANGE,
                hatch="////",
                label=KNOWLEDGE if len(series) == 1 else common.wrapped(KNOWLEDGE, 28),
            )
        )
    if many:
        handles = [Line2D([], [], color=MUTED, linewidth=0.8, label="one line a combination")]
    if len(handles) <= 3:
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=3, borderaxespad=0.2)
    else:
        axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)


def _finding(series: Sequence[_Series], axis: common.Axis, metric: str, *, scattered: bool) -> str:
    words = common.words_of(metric)
    ends_known = all(math.isfinite(common.central(series[0].found[k])) for k in (0, -1))
    if len(series) > 1 or len(axis.values) < 2 or scattered or not ends_known:
        return f"{words} against {common.printable(text.shorten(axis.path, 60))}"
    first, last = (common.shown(common.central(series[0].found[k]), metric) for k in (0, -1))
    ends = [text.shorten(common.printable(common.told(axis.values[k])), 24) for k in (0, -1)]
    return f"{words}: {first} at {ends[0]}, {last} at {ends[1]}"


def _counted(series: Sequence[_Series], sampled: bool) -> str:
    if sampled:
        first = (series[0].doubts or [])[0]
        return f"{first.worlds} parameter samples x {common.count([f.n for s in series for f in s.found], 'each')}"
    return common.count([f.n for each in series for f in each.found], "a point")


def _notes(series: Sequence[_Series], others: Sequence[str], *, scattered: bool, many: bool) -> list[str]:
    notes = []
    found = [f for each in series for f in each.found]
    gaps = sum(not math.isfinite(common.central(f)) for f in found)
    open_ended = sum(
        math.isfinite(common.central(f)) and not (math.isfinite(f.low) and math.isfinite(f.high)) for f in found
    )
    failed = sum(f.failed for f in found)
    if gaps:
        notes.append(f"Gaps: {text.plural(gaps, 'point has', 'points have')} no number (0/0, or it mostly never came).")
    if open_ended:
        notes.append(f"{text.plural(open_ended, 'point has', 'points have')} no finite interval and is drawn without.")
    if failed:
        notes.append(f"{text.plural(failed, 'replication', 'replications')} failed; intervals reach their worst case.")
    same = [d for each in series for d in each.doubts or () if d.low == d.high]
    if same:
        told = text.plural(len(same), "place", "places")
        notes.append(f"At {told} samples differ by no more than chance explains; that band has no width there.")
    if any(each.doubts for each in series):
        notes.append("Line: mean over parameter samples, drawn from intervals of sources, not from probabilities.")
    if scattered and others:
        more = text.plural(len(others), "more value varies", "more values vary")
        notes.append(f"Sampled points: {more} from point to point.")
    if many:
        notes.append(f"{len(series)} combinations of what else varied; intervals are left out here, see the table.")
    return notes


# ------------------------------------------------------------------ two things at once


def heat_map(sweep: Sweep, metric: str, paths: Sequence[str] = ()) -> Figure:
    """A metric over two things that varied in a grid: a cell a point, with its value, interval and n.

    paths : the two; those that varied if left out.  Raises UsageError unless exactly two vary, in a grid.
    """
    changing = common.varied(sweep.points)
    if sweep.store.identity.fields["design"] != "grid" or len(changing) != 2 or set(paths or changing) != set(changing):
        raise UsageError(
            "heat map", f"it needs a grid of two things that vary, not {len(changing)}", "Draw the metric against one"
        )
    labels = [point.label for point in sweep.points]
    first, second = (common.axis_of(path, [label[path] for label in labels]) for path in (paths or changing))
    if not paths and len(first.values) > len(second.values):
        first, second = second, first  # the longer one is upright, where there is room
    across, upright = first, second
    findings = sweep.estimate(metric)
    cells: list[list[Finding | None]] = [[None] * len(across.values) for _ in upright.values]
    for label, finding in zip(labels, findings, strict=True):
        cells[upright.rank(label[upright.path])][across.rank(label[across.path])] = finding
    with style("heat"):
        rows = len(upright.values)
        figure = blank(9.0, min(24.0, max(3.4, 1.8 + 0.62 * rows)))
        axes = figure.subplots()
        _cells(figure, axes, cells, metric)
        _names(axes, across, upright)
        common.titled(figure, _extremes(findings, sweep, metric, changing))
        gone = sum(not math.isfinite(common.central(f)) for f in findings)
        note = f"Hatched: {text.plural(gone, 'cell', 'cells')} without a number (0/0, or never)." if gone else ""
        fields = sweep.store.identity.fields
        small = "In each cell the value, its 95 % interval and n." if len(across.values) <= 8 else ""
        common.small_print(
            figure,
            n=common.count([f.n for f in findings], "a cell"),
            seed=fields["seed"],
            digest=sweep.digest,
            notes=[small, note],
        )
    return figure


def _cells(figure: Figure, axes: Axes, cells: Sequence[Sequence[Finding | None]], metric: str) -> None:
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    factor, unit = common.scale_of(metric)
    values = np.array([[factor * common.central(f) if f else np.nan for f in row] for row in cells])
    values[~np.isfinite(values)] = np.nan
    known = values[np.isfinite(values)]
    low = float(known.min()) if metric in text.TIMES and known.size else 0.0
    high = 100.0 if unit == " %" else float(known.max()) if known.size else 1.0
    high = high if high > low else low + 1.0
    colors = colormaps["cividis"].reversed()
    drawn = axes.imshow(values, cmap=colors, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    for (y, x), value in np.ndenumerate(values):
        found = cells[y][x]
        if found is None or math.isnan(value):
            axes.add_patch(
                Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor="none", edgecolor=MUTED, hatch="xx", linewidth=0.0)
            )
            continue
        _write(axes, x, y, found, metric, values.shape[1], dark=(value - low) / (high - low) > 0.5)
    bar = figure.colorbar(drawn, ax=axes, pad=0.015, fraction=0.03)
    bar.outline.set_visible(False)
    bar.set_label(common.wrapped(common.label_of(metric), 30), color=INK)


def _write(axes: Axes, x: int, y: int, finding: Finding, metric: str, columns: int, *, dark: bool) -> None:
    """The value in a cell; where there is room also interval and n."""
    color = "#ffffff" if dark else "#000000"
    value = common.shown(common.central(finding), metric).removesuffix(" %").removesuffix(" s")
    roomy = columns <= 8
    axes.text(
        x,
        y - (0.14 if roomy else 0.0),
        value,
        ha="center",
        va="center",
        color=color,
        fontsize=11 if roomy else max(5.0, min(9.0, 110.0 / columns)),
    )
    if roomy:
        factor = common.scale_of(metric)[0]
        ends = text.span(factor * finding.low, factor * finding.high)
        axes.text(x, y + 0.24, f"{ends}  n = {finding.n}", ha="center", va="center", color=color, fontsize=7)


def _names(axes: Axes, across: common.Axis, upright: common.Axis) -> None:
    columns = len(across.values)
    width = max(6, 70 // columns)
    names = [common.wrapped(common.told(value), width, 3) for value in across.values]
    turned = columns > 14
    axes.set_xticks(range(columns), names, rotation=90 if turned else 0, fontsize=9 if columns <= 10 else 7)
    axes.set_yticks(range(len(upright.values)), [common.wrapped(common.told(v), 26) for v in upright.values])
    axes.set(xlabel=across.title, ylabel=common.wrapped(upright.title, 40))
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(upright.values) + 1) - 0.5, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color=RULE, linewidth=1.5)


def _extremes(findings: Sequence[Finding], sweep: Sweep, metric: str, paths: Sequence[str]) -> str:
    words = common.words_of(metric)
    known = [k for k, f in enumerate(findings) if math.isfinite(common.central(f))]
    if not known:
        return f"{words}: no cell has a number"
    least, most = (pick(known, key=lambda k: common.central(findings[k])) for pick in (min, max))
    if common.central(findings[least]) == common.central(findings[most]):
        return f"{words}: {common.shown(common.central(findings[most]), metric)} in every cell"
    ends = [
        f"{common.shown(common.central(findings[k]), metric)} at "
        f"{text.shorten(common.printable(common.called(sweep.points[k].label, paths)), 50)}"
        for k in (least, most)
    ]
    return f"{words}: least {ends[0]}; most {ends[1]}"
