"""The map of a run: what stands where, what the radars see, and what flew in one replication."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.ground import (
    HALO,
    METERS_PER_DEGREE,
    Extent,
    borderlines,
    frame,
    graticule,
    orientation,
    relief,
    scale_bar,
)
from openiads.faces.draw.kit import BLUE, GREEN, INK, ORANGE, SKY, VERMILION, blank, style
from openiads.faces.draw.lines import Line
from openiads.faces.draw.marks import Labels, air_defense_symbol, asset_symbol, radar_symbol
from openiads.faces.pages.brief import HIGH, LOW, Brief, Coverage, Lane, Place
from openiads.faces.words import text
from openiads.faces.words.terrain import terrain_note
from openiads.world.codes import Identity, Side

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from openiads.earth.terrain import Terrain

SEARCH, ENGAGEMENT = BLUE, "#6a3d9a"

#: Belief -> color, line, marker at its end, word.
BELIEFS: dict[Identity, tuple[str, Any, str, str]] = {
    Identity.HOSTILE: (VERMILION, "-", "D", "believed hostile"),
    Identity.SUSPECT: (ORANGE, (0, (6, 1.5, 1.5, 1.5)), "D", "believed suspect"),
    Identity.UNKNOWN: (INK, (0, (1.2, 1.4)), "o", "not identified yet"),
    Identity.FRIEND: (BLUE, (0, (5, 2)), "s", "believed friend"),
    Identity.NEUTRAL: (GREEN, (0, (7, 2, 1.5, 2)), "s", "believed neutral"),
}
_SAME = {Identity.PENDING: Identity.UNKNOWN, Identity.NONE: Identity.UNKNOWN, Identity.ASSUMED_FRIEND: Identity.FRIEND}


def unwound(brief: Brief) -> Brief:
    """The brief with all longitudes within half a turn of the first place's, where some lie across 180 degrees."""
    if not brief.places:
        return brief
    middle = brief.places[0].longitude
    lines = [*brief.truth.values(), *brief.rounds, *(b.line for found in brief.beliefs.values() for b in found)]
    far = [place.longitude for place in brief.places]
    far += [float(v) for line in lines if len(line.longitudes) for v in (line.longitudes.min(), line.longitudes.max())]
    if all(abs(lon - middle) <= 180.0 for lon in far):
        return brief

    def turn(lon: float) -> float:
        return middle + (lon - middle + 180.0) % 360.0 - 180.0

    def turned(line: Line) -> Line:
        return replace(line, longitudes=middle + (line.longitudes - middle + 180.0) % 360.0 - 180.0)

    return replace(
        brief,
        places=[replace(place, longitude=turn(place.longitude)) for place in brief.places],
        truth={key: turned(line) for key, line in brief.truth.items()},
        rounds=[turned(line) for line in brief.rounds],
        beliefs={key: [replace(b, line=turned(b.line)) for b in found] for key, found in brief.beliefs.items()},
        intercepts=[(lat, turn(lon), kill) for lat, lon, kill in brief.intercepts],
        launches=[(lat, turn(lon)) for lat, lon in brief.launches],
        coverage=[replace(each, longitude=math.radians(turn(math.degrees(each.longitude)))) for each in brief.coverage],
    )


def region(brief: Brief) -> Extent:
    """The window that holds everything that flies and stands."""
    lats = [place.latitude for place in brief.places]
    lons = [place.longitude for place in brief.places]
    for line in brief.truth.values():
        lats += [float(line.latitudes.min()), float(line.latitudes.max())]
        lons += [float(line.longitudes.min()), float(line.longitudes.max())]
    return frame(lats or [0.0], lons or [0.0])


def close_up(brief: Brief) -> Extent:
    """The window around the defended assets, the sites and most intercepts."""
    lats = [place.latitude for place in brief.places]
    lons = [place.longitude for place in brief.places]
    if not lats:
        return region(brief)
    lat, lon = float(np.median(lats)), float(np.median(lons))
    reach = sorted(math.hypot(a - lat, (b - lon) * math.cos(math.radians(lat))) for a, b, _ in brief.intercepts)
    half = min(max(reach[len(reach) // 2] if reach else 0.0, 0.09), 0.2)
    dx = half / math.cos(math.radians(lat))
    return frame([*lats, lat - half, lat + half], [*lons, lon - dx, lon + dx], least=20e3)


def _quiet_corner(extent: Extent, brief: Brief) -> float:
    """Where a scale bar begins, as a share of the width: lower left, or lower right where less flies there."""
    counts = [0, 0]
    for line in brief.truth.values():
        low = line.latitudes < extent.south + 0.1 * (extent.north - extent.south)
        x = (line.longitudes - extent.west) / (extent.east - extent.west)
        counts[0] += int(np.sum(low & (x > 0.0) & (x < 0.3)))
        counts[1] += int(np.sum(low & (x > 0.7) & (x < 1.0)))
    return 0.03 if counts[0] <= counts[1] else 0.70


def reach_field(outlines: Sequence[Coverage], lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """How far inside the farthest-seeing outline each point lies (m, negative outside); degrees, shape (n, m)."""
    field = np.full((len(lats), len(lons)), -np.inf)
    for each in outlines:
        north = np.radians(lats)[:, None] - each.latitude
        east = (np.radians(lons)[None, :] - each.longitude) * math.cos(each.latitude)
        distance = np.hypot(north, east) * math.degrees(1.0) * METERS_PER_DEGREE
        order = np.argsort(each.azimuths)
        turn = 2 * math.pi
        limit = np.interp(np.arctan2(east, north) % turn, each.azimuths[order] % turn, each.ranges[order], period=turn)
        field = np.maximum(field, limit - distance)
    return field


def _coverage(axes: Axes, extent: Extent, outlines: Sequence[Coverage]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lats, lons = np.linspace(extent.south, extent.north, 240), np.linspace(extent.west, extent.east, 300)
    handles: list[Any] = []
    looks: list[tuple[str, float, str, float, Any, float]] = [
        ("search", HIGH, SKY, 0.08, "-", 1.3),
        ("search", LOW, SEARCH, 0.11, "-", 1.6),
        ("engagement", LOW, ENGAGEMENT, 0.0, (0, (5, 2)), 1.5),
    ]
    for role, height, color, fill, line, width in looks:
        chosen = [each for each in outlines if each.role == role and each.height == height]
        if not chosen:
            continue
        field = reach_field(chosen, lats, lons)
        if fill and field.min() < 0.0:
            axes.contourf(lons, lats, field, levels=[0.0, np.inf], colors=[color], alpha=fill, zorder=2)
        if field.min() < 0.0 < field.max():
            axes.contour(
                lons, lats, field, levels=[0.0], colors=[color], linewidths=width, linestyles=[line], zorder=2.2
            )
        condition = f"{chosen[0].rcs:g} m², Pd {chosen[0].probability:g}"
        outside = "" if field.min() < 0.0 else ", beyond the map"
        label = (
            f"{'search' if role == 'search' else 'engagement'} radars, target at {height:,.0f} m ({condition}){outside}"
        )
        if fill:
            handles.append(Patch(facecolor=_faint(color, fill + 0.14), edgecolor=color, linewidth=width, label=label))
        else:
            handles.append(Line2D([], [], color=color, linewidth=width, linestyle=line, label=label))
    return handles


def _faint(color: str, alpha: float) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_rgba

    return to_rgba(color, alpha)


def _thin(line: Line, most: int = 90) -> Line:
    """At most so many points of a line, ends kept."""
    if len(line.times) <= most:
        return line
    keep = np.unique(np.linspace(0, len(line.times) - 1, most).astype(int))
    return Line(line.times[keep], line.latitudes[keep], line.longitudes[keep], line.heights[keep])


def _flights(axes: Axes, brief: Brief) -> list[Any]:
    from matplotlib.lines import Line2D

    for line in brief.truth.values():
        line = _thin(line)
        axes.plot(line.longitudes, line.latitudes, color=INK, linewidth=0.6, alpha=0.6, zorder=3)
    seen: set[Identity] = set()
    for stretches in brief.beliefs.values():
        for k, belief in enumerate(stretches):
            identity = _SAME.get(belief.identity, belief.identity)
            color, dashes, marker, _ = BELIEFS[identity]
            line = _thin(belief.line)
            seen.add(identity)
            axes.plot(
                line.longitudes, line.latitudes, color=color, linewidth=1.7, linestyle=dashes, alpha=0.95, zorder=4
            )
            if k == len(stretches) - 1:
                axes.plot(
                    line.longitudes[-1:],
                    line.latitudes[-1:],
                    marker,
                    color=color,
                    markersize=4.4,
                    markeredgecolor=HALO,
                    markeredgewidth=0.6,
                    zorder=4.5,
                )
    handles = [Line2D([], [], color=INK, linewidth=0.7, alpha=0.7, label="flown in truth")] if brief.truth else []
    for identity, (color, dashes, marker, word) in BELIEFS.items():
        if identity in seen:
            handles.append(
                Line2D([], [], color=color, linewidth=1.7, linestyle=dashes, marker=marker, markersize=4.4, label=word)
            )
    return handles


def _shots(axes: Axes, brief: Brief) -> list[Any]:
    from matplotlib.lines import Line2D

    for line in brief.rounds:
        line = _thin(line, 40)
        axes.plot(line.longitudes, line.latitudes, color="#7a4a00", linewidth=0.7, alpha=0.55, zorder=3.5)
    handles = [Line2D([], [], color="#7a4a00", linewidth=0.9, label="rounds")] if brief.rounds else []
    looks: tuple[tuple[bool, str, dict[str, Any], str], ...] = (
        (False, "x", {"color": INK, "markersize": 5.0, "markeredgewidth": 1.3}, "intercept: no kill"),
        (
            True,
            "o",
            {"color": INK, "markersize": 4.6, "markeredgecolor": HALO, "markeredgewidth": 0.6},
            "intercept: kill",
        ),
    )
    for wanted, marker, look, word in looks:
        points = [(lon, lat) for lat, lon, kill in brief.intercepts if kill is wanted]
        if points:
            axes.plot(*np.array(points).T, marker, linestyle="none", zorder=6, **look)
            handles.append(Line2D([], [], linestyle="none", marker=marker, label=word, **look))
    return handles


def _places(axes: Axes, found: Sequence[Place], labels: Labels, *, detail: bool) -> list[Any]:
    from matplotlib.lines import Line2D

    shapes = {
        "site": (air_defense_symbol(), 12, "#9adcff"),
        "fire unit": (air_defense_symbol(), 9, "#9adcff"),
        "radar": (radar_symbol(), 8, HALO),
        "asset": (asset_symbol(), 8, "#ffe9a8"),
    }
    wanted = ("asset", "fire unit", "radar") if detail else ("asset", "site")
    handles = []
    for kind in wanted:
        mine = [place for place in found if place.kind == kind and labels.extent.holds(place.latitude, place.longitude)]
        if not mine:
            continue
        path, size, fill = shapes[kind]
        look: dict[str, Any] = {
            "marker": path,
            "markersize": size,
            "markerfacecolor": "none" if kind == "radar" else fill,
            "markeredgecolor": INK,
            "markeredgewidth": 1.1,
        }
        for place in mine:
            axes.plot([place.longitude], [place.latitude], linestyle="none", zorder=7, **look)
            labels.block(place.longitude, place.latitude, 0.55 * size)
        handles.append(
            Line2D(
                [],
                [],
                linestyle="none",
                label={"site": "air-defense site", "asset": "defended asset"}.get(kind, kind),
                **look,
            )
        )
    for place in found:
        if place.kind in wanted and place.kind != "radar":
            labels.near(
                place.longitude,
                place.latitude,
                place.name,
                gap=8,
                must=place.kind != "asset",
                fontsize=9.5,
                fontweight="bold",
            )
    return handles


def stem(name: str) -> str:
    """The raid of a flight: its name without the running number."""
    return name.removesuffix("]").rstrip("0123456789").rstrip(" [/#-_.") or name


def _raids(lanes: Sequence[Lane], truth: dict[int, Line], labels: Labels, *, must: bool) -> None:
    """One label a raid, where it comes into the window; without room it is left out unless it ``must`` be there."""
    groups: dict[str, list[Lane]] = {}
    for lane in lanes:
        if lane.flight in truth:
            groups.setdefault(stem(lane.name), []).append(lane)
    for name, members in groups.items():
        line = truth[members[len(members) // 2].flight]
        inside = [
            k
            for k in range(len(line.times))
            if labels.extent.holds(float(line.latitudes[k]), float(line.longitudes[k]), 0.03)
        ]
        if not inside:
            continue
        name = text.shorten(name, 38)
        body = name if len(members) == 1 else f"{name} × {len(members)}"
        color = VERMILION if members[0].side == Side.HOSTILE else "#00654a"
        spots = [
            (float(line.longitudes[k]), float(line.latitudes[k]))
            for k in (inside[round(f * (len(inside) - 1))] for f in (0.0, 0.2, 0.4, 0.6))
        ]
        if not any(labels.near(*spot, body, gap=7, fontsize=9.5, color=_darker(color)) for spot in spots):
            labels.near(*spots[0], body, gap=7, must=must, fontsize=9.5, color=_darker(color))


def _darker(color: str) -> str:
    return {VERMILION: "#a34700"}.get(color, color)


def _block_flights(brief: Brief, labels: Labels) -> None:
    for line in brief.truth.values():
        line = _thin(line, 60)
        labels.block(line.longitudes, line.latitudes, 2.0)
    if brief.intercepts:
        points = np.array([(lon, lat) for lat, lon, _ in brief.intercepts])
        labels.block(points[:, 0], points[:, 1], 3.0)


def _towns(axes: Axes, labels: Labels, found: Sequence[Place]) -> None:
    """Towns, or outside the Levant airports, where there is room and nothing with a name of its own stands."""
    shown = 0
    for name, lat, lon in orientation(labels.extent):
        crowded = any(math.hypot(lat - place.latitude, lon - place.longitude) < 0.06 for place in found)
        if shown >= 16 or crowded or not labels.extent.holds(lat, lon, 0.01):
            continue
        if labels.near(lon, lat, name, gap=4, color="#3f4a54"):
            axes.plot([lon], [lat], "o", color="#3f4a54", markersize=2.6, zorder=2.6)
            labels.block(lon, lat, 2.0)
            shown += 1


def draw(brief: Brief, terrain: Terrain, extent: Extent, *, detail: bool = False, packaged: bool = True) -> Figure:
    """One map.  detail: fire units and radars instead of sites;  packaged: borders and towns of the packaged region."""
    key = "closeup" if detail else "region"
    with style(key):
        figure, axes = _sheet(extent, terrain, packaged=packaged)
        relief(axes, extent, terrain, packaged=packaged)
        if packaged:
            borderlines(axes, extent)
        graticule(axes, extent)
        axes.set_title(_title(brief, detail=detail))
        first = _coverage(axes, extent, brief.coverage) + _flights(axes, brief) + _shots(axes, brief)
        labels = Labels(axes, extent)
        x, y, length = scale_bar(axes, extent, _quiet_corner(extent, brief))
        labels.fixed(x, y, length, dx=5, dy=0, va="bottom")
        _block_flights(brief, labels)
        handles = _places(axes, brief.places, labels, detail=detail) + first
        _raids(brief.lanes, brief.truth, labels, must=not detail)
        if packaged:
            _towns(axes, labels, brief.places)
        below = (
            1.0
            - (0.42 + figure.get_figheight() * axes.get_position().height + 0.36 + 0.165 * _rows(terrain, packaged))
            / figure.get_figheight()
        )
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.06, below), ncols=2, columnspacing=1.6)
        axes.annotate(
            _footer(terrain, packaged=packaged),
            (0, 0),
            xycoords="axes fraction",
            xytext=(0, -22),
            textcoords="offset points",
            va="top",
            fontsize=9,
            color="#57606a",
            annotation_clip=False,
        )
    return figure


def _rows(terrain: Terrain, packaged: bool) -> int:
    """Lines of text under the map."""
    return 1 + _footer(terrain, packaged=packaged).count("\n")


def _sheet(extent: Extent, terrain: Terrain, *, packaged: bool) -> tuple[Figure, Axes]:
    """A figure whose map has its final size at once, so that text can be set where there is room."""
    width, left, right, top, legend = 9.0, 0.66, 0.26, 0.42, 1.52
    inner = width - left - right
    high = inner * extent.height / extent.width
    foot = 0.36 + 0.165 * _rows(terrain, packaged) + legend
    figure = blank(width, high + top + foot, arranged=False)
    total = high + top + foot
    return figure, figure.add_axes((left / width, foot / total, inner / width, high / total))


def _footer(terrain: Terrain, *, packaged: bool) -> str:
    import textwrap

    note = terrain_note(terrain) + (" Coast and borders: Natural Earth, de facto, good to 1–2 km." if packaged else "")
    return "\n".join([*textwrap.wrap(note, 112), text.FOOTER])


def _title(brief: Brief, *, detail: bool) -> str:
    kills = sum(kill for _, _, kill in brief.intercepts)
    if detail:
        return f"Around the defended assets: replication {brief.replication}"
    shots = len(brief.intercepts)
    found = f"{text.plural(kills, 'kill', 'kills')} in {text.plural(shots, 'intercept', 'intercepts')}"
    return f"Replication {brief.replication}: {found}"
