"""The trade-off of both errors as a drawing along which a point is moved: shots by mistake against leakers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from openiads.base.jsonable import JsonObject
from openiads.faces.pages.small_charts import ticks
from openiads.faces.words import text

WIDE, TALL = 400, 300
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 12, 44
NONE = 30  # wide: the place of rates of which none was seen
DECADES = 5  # drawn at most; what is rarer lies at the edge

STYLE = """
.tradeoff{display:grid;grid-template-columns:minmax(0,1.25fr) minmax(0,1fr);gap:14px 28px;align-items:start}
.tradeoff .choose{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:6px 26px}
.tradeoff fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:4px 14px;min-width:0}
.tradeoff legend{float:left;margin-right:14px;color:var(--muted);padding:3px 0}
.tradeoff fieldset label{display:inline-flex;gap:6px;align-items:center;min-height:28px}
.tradeoff input{accent-color:var(--accent)}
.tradeoff input[type=range]{width:100%;height:32px;margin:0}
.tradeoff input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.tradeoff .ends{display:flex;justify-content:space-between;color:var(--muted);font-size:.85rem}
.tradeoff .now{font-size:1.15rem;font-weight:600;margin:0 0 4px}
.tradeoff dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(150px,45%),1fr));gap:10px;margin:10px 0 0}
.tradeoff dl>div{border:1px solid var(--rule);border-radius:8px;padding:8px 12px;min-width:0}
.tradeoff dt{color:var(--muted);font-size:.85rem}
.tradeoff dd{margin:0}
.tradeoff b{display:block;font-size:1.3rem;line-height:1.3;font-variant-numeric:tabular-nums}
.tradeoff dd span{display:block;color:var(--muted);font-size:.85rem;font-variant-numeric:tabular-nums}
.plane{display:block;width:100%;height:auto;touch-action:none;cursor:grab}
.plane text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--muted)}
.plane .grid{stroke:var(--rule);stroke-width:1}
.plane .pocket{fill:var(--rule);opacity:.35}
.plane .path{fill:none;stroke:var(--muted);stroke-width:1.4;stroke-dasharray:4 3}
.plane .pt line{stroke:var(--accent);stroke-width:1.3;opacity:.4}
.plane .pt circle{fill:var(--paper);stroke:var(--accent);stroke-width:2}
.plane .pt.on line{opacity:1;stroke-width:2.6}
.plane .pt.on circle{fill:var(--accent);stroke:var(--ink);r:8px}
.plane .said{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.tradeoff [hidden]{display:none}
tbody th{white-space:nowrap}
@media (max-width:700px){.tradeoff{grid-template-columns:minmax(0,1fr)}.plane text{font-size:15px}}
@media print{.tradeoff input{display:none}}
"""


@dataclass(frozen=True)
class Plane:
    """Where rates (across, logarithmic, none seen at the left) and leakers (up) lie."""

    low: int  # decades
    high: int
    top: float

    def x(self, rate: float) -> float:
        """Across."""
        start = LEFT + NONE
        if rate < 10.0**self.low:
            return LEFT + NONE / 2.0
        share = (math.log10(rate) - self.low) / (self.high - self.low)
        return start + min(share, 1.0) * (WIDE - RIGHT - start)

    def edge(self, rate: float) -> float:
        """Across, of an end of an interval: one beyond the edge ends at it."""
        return LEFT + NONE if 0.0 < rate < 10.0**self.low else LEFT if rate <= 0.0 else self.x(rate)

    def y(self, leakers: float) -> float:
        """Down."""
        return TALL - BOTTOM - min(leakers / self.top, 1.0) * (TALL - TOP - BOTTOM)


def plane_of(points: Sequence[Mapping[str, JsonObject]], side: str) -> Plane:
    """A plane that holds the points: as many decades as their rates and upper ends need."""
    rates = [value for point in points for value in (point[side]["mean"], point[side]["high"]) if value > 0.0]
    high = math.ceil(math.log10(max(rates))) if rates else 0
    low = math.floor(math.log10(min(rates))) if rates else -1
    return Plane(
        max(min(low, high - 1), high - DECADES), high, ticks(max(point["leakers"]["high"] for point in points))[-1]
    )


def drawing(points: Sequence[JsonObject], side: str, key: str) -> str:
    """One curve with its points and their intervals, in the order in which they are moved along.

    Parameters
    ----------
    points : sequence of mapping
        With ``name``, and ``mean``, ``low`` and ``high`` of the side and of ``leakers``.
    side : str
        "civil" or "friend".
    key : str
        Of the curve, for the script.
    """
    plane = plane_of(points, side)
    spots = [(plane.x(point[side]["mean"]), plane.y(point["leakers"]["mean"])) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    drawn = "".join(_point(plane, point, side, k, spots[k]) for k, point in enumerate(points))
    label = (
        f"{text.sentence(text.SIDE_WORDS[side])} shot at a crossing against leakers a raid, from {points[0]['name']} "
    )
    label += f"to {points[-1]['name']}; the numbers are in the table"
    return (
        f'<svg class="plane" viewBox="0 0 {WIDE} {TALL}" role="img" data-curve="{key}" data-side="{side}" '
        f'aria-label="{escape(label)}">{_frame(plane, side)}<polyline class="path" points="{path}"/>{drawn}</svg>'
    )


def _point(plane: Plane, point: JsonObject, side: str, k: int, spot: tuple[float, float]) -> str:
    x, y = spot
    rate, leak = point[side], point["leakers"]
    right = x > (LEFT + WIDE) / 2.0
    words = escape(str(point["name"]))
    return (
        f'<g class="pt" data-k="{k}" data-x="{x:.1f}" data-y="{y:.1f}">'
        f'<line x1="{plane.edge(rate["low"]):.1f}" x2="{plane.edge(rate["high"]):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{plane.y(leak["low"]):.1f}" y2="{plane.y(leak["high"]):.1f}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
        f'<text class="said" visibility="hidden" x="{x + (-12 if right else 12):.1f}" y="{max(y - 10, TOP + 12):.1f}" '
        f'text-anchor="{"end" if right else "start"}">{words}</text></g>'
    )


def _frame(plane: Plane, side: str) -> str:
    foot, start = TALL - BOTTOM, LEFT + NONE
    out = [f'<rect class="pocket" x="{LEFT}" y="{TOP}" width="{NONE}" height="{foot - TOP}"/>']
    for value in ticks(plane.top):
        y = plane.y(value)
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for decade in range(plane.low, plane.high + 1):
        x = start + (decade - plane.low) / (plane.high - plane.low) * (WIDE - RIGHT - start)
        out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{foot}"/>')
        said = f"{10.0**decade:g}" if decade >= -3 else f"1e{decade}"
        anchor = "end" if decade == plane.high else "start" if decade == plane.low else "middle"
        inward = x + 5 if decade == plane.low else x
        out.append(f'<text x="{inward:.1f}" y="{foot + 16}" text-anchor="{anchor}">{said}</text>')
    out.append(f'<text x="{LEFT + NONE / 2 - 2}" y="{foot + 16}" text-anchor="middle">none</text>')
    across = f"{text.sentence(text.SIDE_WORDS[side])} shot at, a crossing"
    out.append(f'<text x="{WIDE - RIGHT}" y="{TALL - 8}" text-anchor="end">{escape(across)} →</text>')
    out.append(f'<text x="{LEFT + 4}" y="{TOP + 4}" dominant-baseline="hanging">↑ leakers a raid</text>')
    return "".join(out)
