"""The map of a run: relief, coast, borders, towns, what stands where, what the radars see, and one replication's flights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces import text
from openiads.faces.brief import HIGH, LOW, Brief, Coverage, Lane, Line, Place
from openiads.faces.figures import BLUE, GREEN, INK, ORANGE, SKY, VERMILION, blank, style
from openiads.world.codes import Identity, Side

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

METERS_PER_DEGREE = 111_195.0
SEA, SHORE, EDGE, HALO = "#dce8ef", "#5f7f93", "#8b8b8b", "#ffffff"
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


@dataclass(frozen=True)
class Extent:
    """A window of the map, degrees."""

    south: float
    north: float
    west: float
    east: float

    @property
    def middle(self) -> float:
        return 0.5 * (self.south + self.north)

    @property
    def width(self) -> float:
        """West to east along the middle, m."""
        return (self.east - self.west) * METERS_PER_DEGREE * math.cos(math.radians(self.middle))

    @property
    def height(self) -> float:
        """South to north, m."""
        return (self.north - self.south) * METERS_PER_DEGREE

    def holds(self, lat: float, lon: float, margin: float = 0.0) -> bool:
        """Whether a place lies inside, at least ``margin`` (a share of the window) from its edge."""
        dy, dx = margin * (self.north - self.south), margin * (self.east - self.west)
        return self.south + dy <= lat <= self.north - dy and self.west + dx <= lon <= self.east - dx


def frame(
    lats: Sequence[float], lons: Sequence[float], *, least: float = 40e3, pad: float = 0.07, aspect: float = 1.28
) -> Extent:
    """The window around places: padded, at least ``least`` meters high, ``aspect`` times as wide as high."""
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    mid_lat, mid_lon = 0.5 * (south + north), 0.5 * (west + east)
    scale = METERS_PER_DEGREE * math.cos(math.radians(mid_lat))
    high = max((north - south) * METERS_PER_DEGREE * (1 + 2 * pad), least)
    wide = max((east - west) * scale * (1 + 2 * pad), aspect * high)
    high = max(high, wide / aspect)
    dy, dx = 0.5 * high / METERS_PER_DEGREE, 0.5 * wide / scale
    return Extent(mid_lat - dy, mid_lat + dy, mid_lon - dx, mid_lon + dx)


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


# ------------------------------------------------------------------ the ground


def _blur(grid: np.ndarray, radius: float, axis: int) -> np.ndarray:
    """A grid smoothed along one axis by a bell of that many cells, edges held."""
    n = math.ceil(2.5 * radius)
    if n < 1:
        return grid
    bell = np.exp(-0.5 * (np.arange(-n, n + 1) / radius) ** 2)
    wide = np.pad(grid, [(n, n) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
    length = grid.shape[axis]
    shifted = (np.take(wide, range(k, k + length), axis) * weight for k, weight in enumerate(bell / bell.sum()))
    return np.sum(list(shifted), axis=0)


def _land(lats: np.ndarray, lons: np.ndarray, heights: np.ndarray, terrain: Any, *, packaged: bool) -> np.ndarray:
    """Which points (rad) of a grid are land.

    The packaged terrain counts the sea within 1.5 km of the coast as land; what has land 1.5 km away on all sides is land.
    """
    if not packaged:
        return heights > 0.5
    land = np.ones(heights.shape, dtype=bool)
    reach = math.radians(1500.0 / METERS_PER_DEGREE)
    for k in range(8):
        north, east = (
            reach * math.sin(k * math.pi / 4),
            reach * math.cos(k * math.pi / 4) / math.cos(float(lats.mean())),
        )
        land &= terrain.is_land(lats[:, None] + north, lons[None, :] + east)
    return land


def _shade(heights: np.ndarray, land: np.ndarray, extent: Extent, resolution: float) -> np.ndarray:
    """Relief as RGB, shape (n, m, 3): muted heights, light from the northwest; the sea is flat.

    Heights are smoothed below the terrain's resolution (m), so that the facets between its points do not show.
    """
    from matplotlib.colors import LightSource, LinearSegmentedColormap

    tints = LinearSegmentedColormap.from_list(
        "ground", ["#ecebdf", "#e3dcc6", "#d3c5a5", "#bfa987", "#ab977f", "#e6e2de"]
    )
    dy = extent.height / heights.shape[0]
    dx = extent.width / heights.shape[1]
    smooth = _blur(_blur(heights, 0.4 * resolution / dy, 0), 0.4 * resolution / dx, 1)
    lit = LightSource(azdeg=315, altdeg=45).hillshade(smooth, vert_exag=6.0, dx=dx, dy=dy)
    base = tints(np.clip(smooth / 3000.0, 0.0, 1.0))[..., :3]
    ground = base * (0.58 + 0.5 * lit[..., None])
    sea = np.array([int(SEA[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.clip(np.where(land[..., None], ground, sea), 0.0, 1.0)


def _ground(axes: Axes, extent: Extent, terrain: Any, *, packaged: bool) -> None:
    n, m = 520, 660
    lats = np.radians(np.linspace(extent.south, extent.north, n))
    lons = np.radians(np.linspace(extent.west, extent.east, m))
    heights = np.asarray(terrain.height(lats[:, None], lons[None, :]), dtype=float)
    axes.imshow(
        _shade(heights, _land(lats, lons, heights, terrain, packaged=packaged), extent, terrain.resolution),
        extent=(extent.west, extent.east, extent.south, extent.north),
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )
    if packaged:
        from openiads.earth.terrain import coastline

        for line in coastline():
            axes.plot(line[:, 0], line[:, 1], color=SHORE, linewidth=0.8, zorder=1)
    elif (heights > 0.5).any() and (heights <= 0.5).any():
        axes.contour(
            np.degrees(lons), np.degrees(lats), heights, levels=[0.5], colors=[SHORE], linewidths=0.8, zorder=1
        )


def _borders(axes: Axes) -> None:
    from openiads.earth.terrain import borders

    for _, line in borders():
        axes.plot(line[:, 0], line[:, 1], color=EDGE, linewidth=0.7, linestyle=(0, (5, 1.5)), zorder=1.5)


def _frame_axes(axes: Axes, extent: Extent) -> None:
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)
    axes.set_aspect(1.0 / math.cos(math.radians(extent.middle)))
    step = _nice((extent.north - extent.south) / 5, (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0))
    digits = 2 if step in (0.05, 0.25) else 1 if step < 1 else 0

    def ticks(low: float, high: float) -> list[float]:
        return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def named(value: float, letters: str) -> str:
        return f"{abs(value):.{digits}f}° {letters[0] if value >= 0 else letters[1]}"

    xs, ys = ticks(extent.west, extent.east), ticks(extent.south, extent.north)
    axes.set_xticks(xs, [named(x, "EW") for x in xs])
    axes.set_yticks(ys, [named(y, "NS") for y in ys])
    axes.grid(color="#6b7f8c", linewidth=0.4, alpha=0.45, zorder=1.2)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(True)


def _nice(wanted: float, steps: Iterable[float]) -> float:
    found = list(steps)
    return next((step for step in found if step >= wanted), found[-1])


def _quiet_corner(extent: Extent, brief: Brief) -> float:
    """Where a scale bar begins, as a share of the width: lower left, or lower right where less flies there."""
    counts = [0, 0]
    for line in brief.truth.values():
        low = line.latitudes < extent.south + 0.1 * (extent.north - extent.south)
        x = (line.longitudes - extent.west) / (extent.east - extent.west)
        counts[0] += int(np.sum(low & (x > 0.0) & (x < 0.3)))
        counts[1] += int(np.sum(low & (x > 0.7) & (x < 1.0)))
    return 0.03 if counts[0] <= counts[1] else 0.70


def _scale_bar(axes: Axes, extent: Extent, labels: Labels, corner: float) -> None:
    length = max(
        step
        for step in (500.0, 1e3, 2e3, 5e3, 10e3, 20e3, 50e3, 100e3, 200e3, 500e3)
        if step <= max(500.0, extent.width / 4.5)
    )
    dx = length / extent.width * (extent.east - extent.west)
    x = extent.west + corner * (extent.east - extent.west)
    y = extent.south + 0.035 * (extent.north - extent.south)
    high = 0.009 * (extent.north - extent.south)
    for k, shade in enumerate((INK, HALO)):
        axes.add_patch(_box(x + k * dx / 2, y, dx / 2, high, shade))
    labels.fixed(x + dx, y, f"{length / 1000:g} km", dx=5, dy=0, va="bottom")


def _box(x: float, y: float, width: float, height: float, shade: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, facecolor=shade, edgecolor=INK, linewidth=0.6, zorder=8)


# ------------------------------------------------------------------ symbols


def _marker(points: Sequence[tuple[float, float]], codes: Sequence[int] | None = None) -> Path:
    from matplotlib.path import Path

    return Path(np.array(points), codes)


def air_defence_symbol() -> Path:
    """A friendly unit's rectangle with the dome of air defence."""
    arc = [(math.cos(a), -0.55 + 0.75 * math.sin(a)) for a in np.linspace(0.0, math.pi, 15)]
    points = [(-1.25, -0.8), (1.25, -0.8), (1.25, 0.8), (-1.25, 0.8), (-1.25, -0.8), *arc]
    return _marker(points, [1, 2, 2, 2, 2, 1, *([2] * 14)])


def radar_symbol() -> Path:
    """A dish on a mast."""
    dish = [
        (0.15 + 0.95 * math.cos(a), 0.3 + 0.95 * math.sin(a))
        for a in np.linspace(math.radians(150), math.radians(300), 11)
    ]
    return _marker(
        [*dish, (0.1, 0.35), (0.75, 1.0), (-0.35, -0.45), (-0.75, -1.1), (0.35, -1.1)], [1, *([2] * 10), 1, 2, 1, 2, 2]
    )


def asset_symbol() -> Path:
    """A pentagon, like a house."""
    return _marker(
        [(-0.85, -0.8), (0.85, -0.8), (0.85, 0.25), (0.0, 1.0), (-0.85, 0.25), (-0.85, -0.8)], [1, 2, 2, 2, 2, 79]
    )


class Labels:
    """Text with a halo that keeps clear of other text: it tries eight sides of its place, and less important text gives way."""

    def __init__(self, axes: Axes, extent: Extent) -> None:
        self.axes, self.extent = axes, extent
        self.taken = np.empty((0, 4))

    def _take(self, boxes: np.ndarray) -> None:
        self.taken = np.vstack([self.taken, boxes])

    def _free(self, box: Any) -> bool:
        t = self.taken
        return not bool(np.any((t[:, 0] < box.x1) & (box.x0 < t[:, 2]) & (t[:, 1] < box.y1) & (box.y0 < t[:, 3])))

    def _draw(self, x: float, y: float, body: str, dx: float, dy: float, **look: Any) -> Any:
        from matplotlib.patheffects import withStroke

        look.setdefault("fontsize", 9)
        return self.axes.annotate(
            body,
            (x, y),
            xytext=(dx, dy),
            textcoords="offset points",
            zorder=10,
            annotation_clip=True,
            path_effects=[withStroke(linewidth=2.6, foreground=HALO, alpha=0.9)],
            **look,
        )

    def _box_of(self, drawn: Any) -> Any:
        return drawn.get_window_extent(self.axes.figure.canvas.get_renderer()).padded(2.0)

    def block(self, x: Any, y: Any, radius: float) -> None:
        """Keep text off symbols of that radius (points)."""
        at = self.axes.transData.transform(np.column_stack([np.atleast_1d(x), np.atleast_1d(y)]))
        r = radius * self.axes.figure.dpi / 72
        self._take(np.hstack([at - r, at + r]))

    def fixed(self, x: float, y: float, body: str, *, dx: float = 0.0, dy: float = 0.0, **look: Any) -> None:
        """Text at one place, whatever is there."""
        self._take(self._box_of(self._draw(x, y, body, dx, dy, **look)).extents[None, :])

    def near(self, x: float, y: float, body: str, *, gap: float = 6.0, must: bool = False, **look: Any) -> bool:
        """Text beside a place where there is room; without room it is left out, or set to the right if it ``must`` be."""
        if not self.extent.holds(y, x, 0.005):
            return False
        window = self.axes.get_window_extent()
        sides = [
            (1, 0, "left", "center"),
            (-1, 0, "right", "center"),
            (0, 1, "center", "bottom"),
            (0, -1, "center", "top"),
            (0.8, 0.8, "left", "bottom"),
            (-0.8, 0.8, "right", "bottom"),
            (0.8, -0.8, "left", "top"),
            (-0.8, -0.8, "right", "top"),
        ]
        for reach in (1.0, 1.8, 2.8, 4.0):
            for sx, sy, ha, va in sides:
                drawn = self._draw(x, y, body, reach * gap * sx, reach * gap * sy, ha=ha, va=va, **look)
                box = self._box_of(drawn)
                inside = window.x0 < box.x0 and box.x1 < window.x1 and window.y0 < box.y0 and box.y1 < window.y1
                if inside and self._free(box):
                    self._take(box.extents[None, :])
                    return True
                drawn.remove()
        if must:
            self.fixed(x, y, body, dx=gap, dy=0, ha="left", va="center", **look)
        return must


# ------------------------------------------------------------------ layers


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

    lats, lons = np.linspace(extent.south, extent.north, 420), np.linspace(extent.west, extent.east, 540)
    handles: list[Any] = []
    looks = [
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


def _thin(line: Line, most: int = 160) -> Line:
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
        "site": (air_defence_symbol(), 12, "#9adcff"),
        "fire unit": (air_defence_symbol(), 9, "#9adcff"),
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
                label={"site": "air-defence site", "asset": "defended asset"}.get(kind, kind),
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
    return name.rstrip("0123456789").rstrip(" /#-_.") or name


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
    """Towns where there is room, except where something with a name of its own stands."""
    from openiads.earth.terrain import towns

    shown = 0
    for town in towns():
        crowded = any(math.hypot(town.lat - place.latitude, town.lon - place.longitude) < 0.06 for place in found)
        if shown >= 16 or crowded or not labels.extent.holds(town.lat, town.lon, 0.01):
            continue
        if labels.near(town.lon, town.lat, town.name, gap=4, color="#3f4a54"):
            axes.plot([town.lon], [town.lat], "o", color="#3f4a54", markersize=2.6, zorder=2.6)
            labels.block(town.lon, town.lat, 2.0)
            shown += 1


def terrain_note(terrain: Any) -> str:
    """What the relief is and how it misleads."""
    note = f"Terrain: {terrain.label}"
    if terrain.resolution > 0 and " km" not in terrain.label:
        note += f", {terrain.resolution / 1000:.3g} km cells"
    if terrain.coarse:
        note += "; such cells understate ridges, so low flyers behind them are seen too early"
    return note + "."


def draw(brief: Brief, terrain: Any, extent: Extent, *, detail: bool = False, packaged: bool = True) -> Figure:
    """One map.  detail: fire units and radars instead of sites;  packaged: borders and towns of the packaged region."""
    key = "closeup" if detail else "region"
    with style(key):
        figure, axes = _sheet(extent, terrain, packaged=packaged)
        _ground(axes, extent, terrain, packaged=packaged)
        if packaged:
            _borders(axes)
        _frame_axes(axes, extent)
        axes.set_title(_title(brief, detail=detail))
        first = _coverage(axes, extent, brief.coverage) + _flights(axes, brief) + _shots(axes, brief)
        labels = Labels(axes, extent)
        _scale_bar(axes, extent, labels, _quiet_corner(extent, brief))
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


def _rows(terrain: Any, packaged: bool) -> int:
    """Lines of text under the map."""
    return 1 + _footer(terrain, packaged=packaged).count("\n")


def _sheet(extent: Extent, terrain: Any, *, packaged: bool) -> tuple[Figure, Axes]:
    """A figure whose map has its final size at once, so that text can be set where there is room."""
    width, left, right, top, legend = 9.0, 0.66, 0.26, 0.42, 1.52
    inner = width - left - right
    high = inner * extent.height / extent.width
    foot = 0.36 + 0.165 * _rows(terrain, packaged) + legend
    figure = blank(width, high + top + foot, arranged=False)
    total = high + top + foot
    return figure, figure.add_axes((left / width, foot / total, inner / width, high / total))


def _footer(terrain: Any, *, packaged: bool) -> str:
    import textwrap

    note = terrain_note(terrain) + (" Coast and borders: Natural Earth, de facto, good to 1–2 km." if packaged else "")
    return "\n".join([*textwrap.wrap(note, 112), text.FOOTER])


def _title(brief: Brief, *, detail: bool) -> str:
    kills = sum(kill for _, _, kill in brief.intercepts)
    if detail:
        return f"Around the defended assets: replication {brief.replication}"
    shots = len(brief.intercepts)
    return f"Replication {brief.replication}: {text.plural(kills, 'kill', 'kills')} in {text.plural(shots, 'intercept', 'intercepts')}"


__all__ = [
    "Extent",
    "Labels",
    "air_defence_symbol",
    "asset_symbol",
    "close_up",
    "draw",
    "frame",
    "radar_symbol",
    "reach_field",
    "region",
    "stem",
    "terrain_note",
]
