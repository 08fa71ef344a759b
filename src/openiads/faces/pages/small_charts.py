"""Small charts drawn as SVG by hand: lines with bands over days, legible on a telephone and in both themes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from openiads.faces.words import text

WIDE, TALL = 360, 190  # units of the drawing, some px
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 24  # room around the field
FLAT = 1e-9

#: Classes of lines, told apart by color and by dash; more lines than these repeat.
LOOKS = 6

STYLE = """
:root{--c0:#0072b2;--c1:#b85000;--c2:#00795a;--c3:#a84c80;--c4:#6a5600;--c5:#57606a}
@media (prefers-color-scheme:dark){:root{--c0:#56b4e9;--c1:#f0914a;--c2:#2cc79a;--c3:#e09cc4;--c4:#e0c84a;--c5:#a3adb8}}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:22px 28px}
.charts h3{margin:0;font-size:1rem}
.charts figure{min-width:0}
.charts p,.key{margin:0;color:var(--muted);font-size:.85rem}
.key{display:flex;flex-wrap:wrap;gap:0 14px;list-style:none;padding:0;min-height:1.5em}
.key svg{display:inline-block;width:22px;height:8px;margin-right:5px;vertical-align:middle}
.chart text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--muted)}
.chart .grid{stroke:var(--rule);stroke-width:1}
.chart .line,.key .line{fill:none;stroke-width:2.2;stroke-linejoin:round}
.chart .band{opacity:.17;stroke:none}
.chart .ends{stroke-width:1.2}
.k0{stroke:var(--c0);fill:var(--c0)}.k1{stroke:var(--c1);fill:var(--c1)}.k2{stroke:var(--c2);fill:var(--c2)}
.k3{stroke:var(--c3);fill:var(--c3)}.k4{stroke:var(--c4);fill:var(--c4)}.k5{stroke:var(--c5);fill:var(--c5)}
.line.k1{stroke-dasharray:7 3}.line.k2{stroke-dasharray:2 3}.line.k3{stroke-dasharray:9 3 2 3}
.line.k4{stroke-dasharray:4 2}.line.k5{stroke-dasharray:1 4}
"""


@dataclass(frozen=True)
class Line:
    """A quantity over days: its mean, the ends of its interval, and the band of nine of ten."""

    name: str
    mean: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    p5: Sequence[float] = ()
    p95: Sequence[float] = ()
    step: bool = False  # it holds until the next day


def ticks(top: float, most: int = 4) -> list[float]:
    """Round values from 0 to at least ``top``, at most so many steps; 0 and 1 for nothing."""
    if not top > FLAT:
        return [0.0, 1.0]
    rough = top / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1.0, 2.0, 2.5, 5.0, 10.0) if power * k >= rough * (1.0 - FLAT))
    return [step * k for k in range(math.ceil(top / step * (1.0 - FLAT)) + 1)]


def chart(title: str, days: Sequence[int], lines: Sequence[Line], *, share: bool = False, note: str = "") -> str:
    """A figure with its title, what its lines are, and the drawing.

    Parameters
    ----------
    title : str
        What is drawn, with its unit.
    days : sequence of int
        At least one, rising.
    lines : sequence of Line
        Each as long as ``days``.
    share : bool
        Values are shares, told in per cent, and the axis goes to 100 %.
    note : str
        A sentence below.
    """
    top = max((v for line in lines for v in (*line.mean, *line.high, *line.p95) if math.isfinite(v)), default=0.0)
    marks = [0.0, 0.25, 0.5, 0.75, 1.0] if share else ticks(top)
    axes = Axes(days[0], days[-1], marks[-1])
    drawn = "".join(_line(axes, days, line, k % LOOKS) for k, line in enumerate(lines))
    key = "".join(f"<li>{_sample(k % LOOKS)}{escape(line.name)}</li>" for k, line in enumerate(lines))
    said = f"<p>{escape(note)}</p>" if note else ""
    return (
        f'<figure><h3>{escape(title)}</h3><ul class="key">{key}</ul>'
        f'<svg class="chart" viewBox="0 0 {WIDE} {TALL}" role="img" aria-label="{escape(_heard(title, days, lines))}" '
        f'data-first="{days[0]}" data-last="{days[-1]}" data-left="{LEFT}" data-right="{WIDE - RIGHT}">'
        f"{_frame(axes, marks, share=share)}{drawn}"
        f'<line class="cursor" x1="{LEFT}" x2="{LEFT}" y1="{TOP}" y2="{TALL - BOTTOM}" visibility="hidden"/>'
        f"</svg>{said}</figure>"
    )


@dataclass(frozen=True)
class Axes:
    """Where days and values lie."""

    first: int
    last: int
    top: float

    def x(self, day: float) -> float:
        """Across; a single day lies in the middle."""
        if self.last == self.first:
            return (LEFT + WIDE - RIGHT) / 2.0
        return LEFT + (day - self.first) / (self.last - self.first) * (WIDE - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Down."""
        return TALL - BOTTOM - value / self.top * (TALL - TOP - BOTTOM)


def _heard(title: str, days: Sequence[int], lines: Sequence[Line]) -> str:
    """The chart in words."""
    each = [
        f"{line.name} {text.number(line.mean[0])} on day {days[0]}, {text.number(line.mean[-1])} on day {days[-1]}"
        for line in lines
    ]
    return f"{title}: {'; '.join(each)}"


def _frame(axes: Axes, marks: Sequence[float], *, share: bool) -> str:
    out = []
    for value in marks:
        y = axes.y(value)
        said = text.percent(value) if share else _short(value)
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(said)}</text>')
    span = axes.last - axes.first
    every = next((k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if span / k <= 6), 2000)
    for day in range(axes.first, axes.last + 1):
        if day == axes.first or (day % every == 0 and day - axes.first >= 0.6 * every):
            said = f"day {day}" if day == axes.first else str(day)
            anchor = "start" if day == axes.first else "end" if day == axes.last else "middle"
            x = LEFT - 12 if day == axes.first else axes.x(day)
            out.append(f'<text x="{x:.1f}" y="{TALL - 6}" text-anchor="{anchor}">{said}</text>')
    return "".join(out)


def _short(value: float) -> str:
    """A value of an axis: thousands as k, millions as M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= 10.0 * size or (abs(value) >= size and value % size == 0.0):
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _line(axes: Axes, days: Sequence[int], line: Line, look: int) -> str:
    out = ""
    if line.p5:
        there = _points(axes, days, line.p95, step=line.step)
        back = list(reversed(_points(axes, days, line.p5, step=line.step)))
        out += f'<polygon class="band k{look}" points="{_joined([*there, *back])}"/>'
    out += "".join(
        f'<line class="ends k{look}" x1="{axes.x(day):.1f}" x2="{axes.x(day):.1f}" '
        f'y1="{axes.y(low):.1f}" y2="{axes.y(high):.1f}"/>'
        for day, low, high in zip(days, line.low, line.high, strict=False)
    )
    points = _points(axes, days, line.mean, step=line.step)
    if len(days) == 1:
        out += f'<circle class="k{look}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3"/>'
    return out + f'<polyline class="line k{look}" style="fill:none" points="{_joined(points)}"/>'


def _points(axes: Axes, days: Sequence[int], values: Sequence[float], *, step: bool) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for day, value in zip(days, values, strict=True):
        if step and out:
            out.append((axes.x(day), out[-1][1]))
        out.append((axes.x(day), axes.y(value)))
    return out


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _sample(look: int) -> str:
    return f'<svg viewBox="0 0 22 8" aria-hidden="true"><line class="line k{look}" x1="0" x2="22" y1="4" y2="4"/></svg>'
