"""The ground of a map: its window, the relief, coast and borders, graticule and scale bar."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openiads.earth.terrain import LEVANT
from openiads.faces.draw.kit import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle

    from openiads.earth.terrain import Terrain

METERS_PER_DEGREE = 111_195.0
LABEL_ROOM = 0.012  # share of a map's width at its edges within which a meridian goes without its name
SEA, SHORE, EDGE, HALO = "#dce8ef", "#5f7f93", "#8b8b8b", "#ffffff"


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

    def turned(self, lon: float) -> float:
        """A longitude as the window tells it: within half a turn of its middle, so 181 rather than -179 near 180."""
        middle = 0.5 * (self.west + self.east)
        return lon if abs(lon - middle) <= 180.0 else middle + (lon - middle + 180.0) % 360.0 - 180.0

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


def _blur(grid: np.ndarray, radius: float, axis: int) -> np.ndarray:
    """A grid smoothed along one axis by a bell of that many cells, edges held."""
    n = math.ceil(2.5 * radius)
    if n < 1:
        return grid
    bell = np.exp(-0.5 * (np.arange(-n, n + 1) / radius) ** 2)
    wide = np.pad(grid, [(n, n) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
    length = grid.shape[axis]
    out = np.zeros(grid.shape)
    for k, weight in enumerate(bell / bell.sum()):
        out += weight * (wide[k : k + length] if axis == 0 else wide[:, k : k + length])
    return out


def land_of(lats: np.ndarray, lons: np.ndarray, heights: np.ndarray, terrain: Terrain, *, packaged: bool) -> np.ndarray:
    """Which points (rad) of a grid are land.

    The packaged terrain counts the sea within 1.5 km of the coast as land; what has land 1.5 km away on all sides is
    land.
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


def shade(heights: np.ndarray, land: np.ndarray, extent: Extent, resolution: float) -> np.ndarray:
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


def relief(axes: Axes, extent: Extent, terrain: Terrain, *, packaged: bool) -> None:
    n, m = 520, 660
    lats = np.radians(np.linspace(extent.south, extent.north, n))
    lons = np.radians(np.linspace(extent.west, extent.east, m))
    heights = np.asarray(terrain.height(lats[:, None], lons[None, :]), dtype=float)
    axes.imshow(
        shade(heights, land_of(lats, lons, heights, terrain, packaged=packaged), extent, terrain.resolution),
        extent=(extent.west, extent.east, extent.south, extent.north),
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )
    if packaged:
        coastlines(axes, extent)
    elif (heights > 0.5).any() and (heights <= 0.5).any():
        axes.contour(
            np.degrees(lons), np.degrees(lats), heights, levels=[0.5], colors=[SHORE], linewidths=0.8, zorder=1
        )


def inside(line: np.ndarray, extent: Extent) -> list[tuple[np.ndarray, np.ndarray]]:
    """The parts of a line [n, 2] of (longitude, latitude), degrees, in a window, with one point beyond its edge."""
    lon, lat = line[:, 0], line[:, 1]
    shown = (lon >= extent.west) & (lon <= extent.east) & (lat >= extent.south) & (lat <= extent.north)
    keep = shown.copy()
    keep[:-1] |= shown[1:]
    keep[1:] |= shown[:-1]
    cuts = np.flatnonzero(np.diff(np.concatenate([[0], keep.astype(int), [0]])))
    return [(lon[a:b], lat[a:b]) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def in_levant(extent: Extent) -> bool:
    """Whether most of a window lies in the packaged Levant, which has towns and airports of its own."""
    south, north, west, east = LEVANT
    high = max(0.0, min(north, extent.north) - max(south, extent.south))
    wide = max(0.0, min(east, extent.east) - max(west, extent.west))
    return high * wide > 0.5 * (extent.north - extent.south) * (extent.east - extent.west)


def orientation(extent: Extent) -> list[tuple[str, float, float]]:
    """What helps to find one's way in a window: names, latitudes and longitudes (degrees, as the window tells them) of
    towns of the Levant, elsewhere of airports by their ICAO codes, not too close to each other."""
    if in_levant(extent):
        from openiads.earth.terrain import towns

        return [(town.name, town.lat, town.lon) for town in towns()]
    from openiads.earth.territory import airports_in

    room = 0.06 * (extent.north - extent.south)
    kept: list[tuple[str, float, float]] = []
    for port, lon in airports_in(extent.south, extent.north, extent.west, extent.east):
        if all(math.hypot(port.lat - y, lon - x) >= room for _, y, x in kept):
            kept.append((port.icao, port.lat, lon))
    return kept


def coast_of(extent: Extent) -> list[np.ndarray]:
    """Coastlines of a window as arrays [n, 2] of (longitude, latitude), degrees, of any turn as the window's."""
    from openiads.earth.shorelines import lines

    return lines("coast", extent.south, extent.north, extent.west, extent.east)


def borders_of(extent: Extent) -> list[np.ndarray]:
    """Borders of a window, like ``coast_of``."""
    from openiads.earth.shorelines import lines

    return lines("border", extent.south, extent.north, extent.west, extent.east)


def coastlines(axes: Axes, extent: Extent) -> None:
    for line in coast_of(extent):
        for lon, lat in inside(line, extent):
            axes.plot(lon, lat, color=SHORE, linewidth=0.8, zorder=1)


def borderlines(axes: Axes, extent: Extent) -> None:
    for line in borders_of(extent):
        for lon, lat in inside(line, extent):
            axes.plot(lon, lat, color=EDGE, linewidth=0.7, linestyle=(0, (5, 1.5)), zorder=1.5)


def graticule(axes: Axes, extent: Extent) -> None:
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)
    axes.set_aspect(1.0 / math.cos(math.radians(extent.middle)))
    step = _nice((extent.north - extent.south) / 5, (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0))
    digits = 2 if step in (0.05, 0.25) else 1 if step < 1 else 0

    def ticks(low: float, high: float, step: float) -> list[float]:
        return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def named(value: float, letters: str) -> str:
        if abs(value) == 180.0:
            return "180°"
        return f"{abs(value):.{digits}f}° {letters[0] if value >= 0 else letters[1]}"

    aside = _nice((extent.east - extent.west) / 9, (step, 2 * step, 5 * step, 10 * step, 30.0, 45.0, 90.0))
    xs, ys = ticks(extent.west, extent.east, aside), ticks(extent.south, extent.north, step)
    spare = LABEL_ROOM * (extent.east - extent.west)  # no room for a name at the edge of the picture
    inner = [extent.west + spare <= x <= extent.east - spare for x in xs]
    axes.set_xticks(
        xs, [named((x + 180.0) % 360.0 - 180.0, "EW") if room else "" for x, room in zip(xs, inner, strict=True)]
    )
    axes.set_yticks(ys, [named(y, "NS") for y in ys])
    axes.grid(color="#6b7f8c", linewidth=0.4, alpha=0.45, zorder=1.2)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(True)


def _nice(wanted: float, steps: Iterable[float]) -> float:
    found = list(steps)
    return next((step for step in found if step >= wanted), found[-1])


def scale_bar(axes: Axes, extent: Extent, corner: float) -> tuple[float, float, str]:
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
    return x + dx, y, f"{length / 1000:g} km"


def _box(x: float, y: float, width: float, height: float, shade: str) -> Rectangle:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, facecolor=shade, edgecolor=INK, linewidth=0.6, zorder=8)
