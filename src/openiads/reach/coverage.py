"""Radar coverage over terrain: which cells of a map each radar sees, and from which height on.

For every radar, target height and cell the engine's own code (`parts.sensing`, and the radar's own tables) gives the
answer that a search look would meet there: below the horizon or behind terrain, out of sector, elevations or range,
in view, or in view with a signal that detects with the asked probability.  The target is taken to fly fast enough for
the radar and to show one cross-section everywhere; a radar with two search modes counts with both; ships are where they
stand at the start.

The line of sight comes from the radar's mask (`earth.sight.mask_table`), as in a run.  With ``fine`` it comes from a
viewshed on a grid of the map's cell size instead (`earth.viewshed`), which shows what lies between the mask's rays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.earth.geodesy import MEAN_RADIUS, bearing, offset, to_ecef, to_geodetic, turned
from openiads.earth.sight import lowest_visible
from openiads.earth.terrain import Terrain
from openiads.earth.viewshed import lowest_over_grid
from openiads.parts.geometry import angle_between, edge_factor
from openiads.parts.geometry import bearing as seen_from
from openiads.parts.jamming import in_look
from openiads.parts.sensing import (
    BELOW_MASK,
    DETECTED,
    OUT_OF_RANGE,
    VISIBLE,
    echo,
    look_gain,
    visibility,
)
from openiads.reach.jammed import spokes_at
from openiads.reach.looks import look_curve, needed_snr
from openiads.reach.maps import FARTHEST, MOST_CELLS, STRIP, Map, check_map, map_of, square
from openiads.reach.outline import noise_limited_range
from openiads.world.build import World
from openiads.world.codes import Look

Grid32 = NDArray[np.float32]

JAMMED = int(Look.JAMMED)
LEAST_SIZE = 20e3  # m, of a map that chooses its own size


@dataclass(frozen=True)
class DetectionQuestion:
    """What is asked of the radars.  SI units, linear ratios.

    heights : of the target;  above : "ground" or "sea";  rcs : mean cross-section, m2, in every band, or by band (S, C,
    X);  swerling : how it fluctuates;  probability : from which a cell counts as detected;  looks : (M, N), at least M
    detections in N successive looks
    """

    heights: tuple[float, ...] = (50.0, 500.0, 3000.0, 10_000.0)
    above: str = "ground"
    rcs: float | tuple[float, float, float] = 1.0
    swerling: int = 1
    probability: float = 0.5
    looks: tuple[int, int] = (1, 1)

    def rcs_in(self, band: int) -> float:
        """Cross-section in a band, m2."""
        return float(self.rcs[band] if isinstance(self.rcs, tuple) else self.rcs)

    def checked(self) -> DetectionQuestion:
        """The question itself; InputError if it makes no sense."""
        if self.above not in ("ground", "sea"):
            raise InputError("coverage.above", f'"{self.above}"', 'Heights are above "ground" or "sea".')
        if not self.heights or not all(math.isfinite(h) and -500.0 <= h <= 100e3 for h in self.heights):
            told = ", ".join(f"{height:g} m" for height in self.heights) or "no height"
            raise InputError("coverage.heights", told, "Give at least one height from -500 m to 100 km.")
        if self.above == "ground" and min(self.heights) < 0.0:
            raise InputError("coverage.heights", f"{min(self.heights):g} m above ground", "Give 0 m or more.")
        if not all(math.isfinite(v) and v > 0.0 for v in np.atleast_1d(np.array(self.rcs))):
            raise InputError("coverage.rcs", f"{self.rcs} m2", "Give a cross-section above 0.")
        return self


@dataclass(frozen=True)
class View:
    """What one radar sees of a map."""

    name: str
    latitude: float  #: rad
    longitude: float
    ground: float  #: m above the sea
    antenna: float  #: m above the sea
    engagement: bool  #: whether it guides for a fire unit
    code: NDArray[np.int8]  #: how each look comes out (`parts.sensing`), (heights, rows, columns)
    lowest: Grid32  #: lowest height in its line of sight, m above the sea; inf out of range and sector, (rows, columns)

    def detected(self, height: int) -> NDArray[np.bool_]:
        """Cells where it detects a target of the height of that number, (rows, columns)."""
        return self.code[height] == DETECTED

    def unjammed(self, height: int) -> NDArray[np.bool_]:
        """Cells where it would detect it if nobody jammed."""
        return (self.code[height] == DETECTED) | (self.code[height] == JAMMED)

    def visible(self, height: int) -> NDArray[np.bool_]:
        """Cells where it has the target in view, whatever the signal."""
        return self.code[height] > 0


@dataclass(frozen=True)
class Coverage:
    """What some radars see of a map, radar by radar and together."""

    question: DetectionQuestion
    map: Map
    views: tuple[View, ...]
    terrain: Terrain
    earth_factor: float
    fine: bool  #: line of sight from the map's own grid instead of the radars' masks
    multipath: bool  #: over the sea, for at least one of the radars
    attenuation: bool
    diffraction: bool
    jammed: bool = False  #: somebody jams
    moving: tuple[str, ...] = ()  #: names of radars that sail or fly, which look from where their way begins

    def count(self, height: int) -> NDArray[np.int8]:
        """How many radars detect a target of the height of that number, (rows, columns)."""
        return np.sum([view.detected(height) for view in self.views], axis=0, dtype=np.int8)

    def detected(self, height: int) -> NDArray[np.bool_]:
        """Cells where at least one radar detects it."""
        return np.any([view.detected(height) for view in self.views], axis=0)

    def unjammed(self, height: int) -> NDArray[np.bool_]:
        """Cells where at least one radar would detect it if nobody jammed."""
        return np.any([view.unjammed(height) for view in self.views], axis=0)

    def visible(self, height: int) -> NDArray[np.bool_]:
        """Cells where at least one radar has it in view."""
        return np.any([view.visible(height) for view in self.views], axis=0)

    def lowest(self, above: str = "sea") -> Grid32:
        """Lowest height in any radar's line of sight, m above "sea" or "ground"; inf where none looks."""
        found = np.min([view.lowest for view in self.views], axis=0)
        return np.asarray(found - self.map.ground if above == "ground" else found, dtype=np.float32)

    def blind(self, height: float) -> NDArray[np.bool_]:
        """Cells within some radar's range and sector where none sees a target ``height`` m above the ground."""
        lowest = self.lowest("ground")
        return np.isfinite(lowest) & (lowest > height)

    def area(self, cells: NDArray[np.bool_]) -> float:
        """Area of some cells where the terrain is known, m2."""
        return float((self.map.areas * (cells & self.map.known)).sum())


@kernel(
    "void(f8[::1], Radar, Spokes, f8, f8, f8, f8, b1, f8[::1], f8[::1], f4[:, ::1], f8[::1], b1, f4[:, ::1], "
    "i1[:, :, ::1], i8, i8)",
    entry=True,
)
def paint(
    tables: np.ndarray,
    radar: np.void,
    spokes: np.ndarray,
    earth_radius: float,
    roughness: float,
    rcs: float,
    needed: float,
    agl: bool,
    lats: np.ndarray,
    lons: np.ndarray,
    ground: np.ndarray,
    heights: np.ndarray,
    given: bool,
    lowest: Grid32,
    code: np.ndarray,
    begin: int,
    end: int,
) -> None:
    """Rows ``begin`` to ``end`` - 1 of what one radar sees of a map.

    spokes : how jammers stand in its receiver;  needed : ratio from which it detects;  agl : heights are above the
    ground;  given : ``lowest`` holds lowest visible heights from elsewhere; else the mask's are put there;
    code : out, (heights, rows, columns)
    """
    for i in range(begin, end):
        for j in range(len(lons)):
            x, y, z = to_ecef(lats[i], lons[j], 0.0)
            ux, uy, uz = math.cos(lats[i]) * math.cos(lons[j]), math.cos(lats[i]) * math.sin(lons[j]), math.sin(lats[i])
            distance, azimuth, _, along = seen_from(radar["position"], radar["axes"], x, y, z)
            low = lowest[i, j] if given else lowest_visible(tables, radar["mask_table"], azimuth, along)
            off = abs(angle_between(azimuth, radar["boresight"]))
            looks = along <= radar["range_max"] and off <= radar["search_half"] + 1e-12
            lowest[i, j] = max(low, ground[i, j]) if looks else math.inf
            for k in range(len(heights)):
                height = heights[k] + ground[i, j] if agl else heights[k]
                distance, azimuth, elevation, along = seen_from(
                    radar["position"], radar["axes"], x + ux * height, y + uy * height, z + uz * height
                )
                if height < ground[i, j]:
                    code[k, i, j] = BELOW_MASK
                    continue
                if distance > radar["range_max"] or distance < radar["range_min"]:
                    code[k, i, j] = OUT_OF_RANGE
                    continue
                edges = 1.0
                if radar["edge_table"] >= 0:
                    edges = edge_factor(tables, radar, azimuth, along, low - height)
                found = visibility(
                    radar, earth_radius, azimuth, elevation, along, height, low, edges, radar["phase"], True
                )
                if found == VISIBLE:
                    gain = look_gain(radar, azimuth)
                    signal, clutter = echo(
                        tables, radar, earth_radius, roughness, distance, gain, along, height, edges, rcs
                    )
                    noise = 1.0 + clutter
                    found = DETECTED if signal / noise >= needed else VISIBLE
                    if found == DETECTED and len(spokes) > 0:
                        jamming = in_look(radar, spokes, -1, azimuth, elevation, gain)
                        found = DETECTED if signal / (noise + jamming) >= needed else JAMMED
                code[k, i, j] = found


def coverage(
    world: World,
    question: DetectionQuestion | None = None,
    radars: Sequence[int] | None = None,
    *,
    where: Map | None = None,
    fine: bool = False,
    threads: int = 2,
    jammed_at: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Coverage:
    """What radars of a world see.

    world : of `reach.scenes.radar_world` or any other;  radars : rows, all that are on if left out;  where : the map,
    one of 400 x 400 cells about the radars if left out;  fine : line of sight on the map's own cells;
    jammed_at : time (s) at which the world's jammers stand where they do; None: nobody jams;  progress : called with
    (radars done, radars).  InputError where there is no radar or no data, or the question makes no sense.
    """
    question = (question or DetectionQuestion()).checked()
    rows = world.rows["radars"]
    chosen = [k for k in range(len(rows)) if rows[k]["emitting"]] if radars is None else list(radars)
    if not chosen:
        raise InputError("coverage", "no radar is on", "Choose a site with radars, or switch one on.")
    if fine and any(rows[k]["edge_table"] >= 0 for k in chosen):
        raise InputError(
            "coverage.fine", "knows no diffraction", "Switch diffraction off (--no-diffraction), or leave out fine."
        )
    where = map_around(world, chosen, question) if where is None else where
    spokes = spokes_at(world, jammed_at)
    views = []
    for done, k in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen))
        views.append(_view(world, k, question, where, fine, threads, spokes[k]))
    if progress is not None:
        progress(len(chosen), len(chosen))
    some = rows[chosen]
    return Coverage(
        question, where, tuple(views), world.terrain, _radius(world) / MEAN_RADIUS, fine,
        bool((some["multipath"] == 1).any()), bool((some["attenuation_table"] >= 0).any()),
        bool((some["edge_table"] >= 0).any()), spokes.shape[1] > 0,
        tuple(world.names.radars[k] for k in chosen if rows[k]["platform"] >= 0),
    )  # fmt: skip


def _radius(world: World) -> float:
    return float(world.rows["situation"][0]["earth_radius"])


def needed_of(world: World, row: int, question: DetectionQuestion) -> float:
    """Mean signal-to-noise ratio (linear) from which a radar counts as detecting."""
    radar = world.rows["radars"][row]
    if world.rows["situation"][0]["detection_by_range"] == 1:
        return 0.0
    curve = look_curve(
        world.tables, int(radar["pd_table"]), question.swerling, question.looks, float(radar["frame"]),
        float(radar["decorrelation"]),
    )  # fmt: skip
    return needed_snr(curve, question.probability)


def _view(
    world: World, row: int, question: DetectionQuestion, where: Map, fine: bool, threads: int, spokes: np.ndarray
) -> View:
    radar = world.rows["radars"][row]
    lat, lon, _ = to_geodetic(*(float(v) for v in radar["position"]))
    if not bool(world.terrain.covers(lat, lon)):
        reason = f"{world.names.radars[row]} stands where there are no data"
        raise InputError(world.terrain.label, reason, "Add a file that covers its place, or leave it out.")
    needed = needed_of(world, row, question)
    lowest = _fine_lowest(world, radar, where, threads) if fine else np.empty_like(where.ground)
    code = np.empty((len(question.heights), *where.ground.shape), np.int8)
    heights = np.array(question.heights, dtype=float)
    roughness = float(world.rows["situation"][0]["sea_roughness"])

    def part(begin: int) -> None:
        paint(
            world.tables, radar, spokes, _radius(world), roughness, question.rcs_in(int(radar["band"])), needed,
            question.above == "ground", where.lats, where.lons, where.ground, heights, fine, lowest, code, begin,
            min(begin + STRIP, len(where.lats)),
        )  # fmt: skip

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(0, len(where.lats), STRIP)))
    ground = float(world.terrain.height(lat, lon))
    engagement = int(radar["unit"]) >= 0
    return View(world.names.radars[row], lat, lon, ground, float(radar["height"]), engagement, code, lowest)


# ------------------------------------------------------------------ maps


def map_around(
    world: World,
    radars: Sequence[int],
    question: DetectionQuestion,
    *,
    size: float | None = None,
    cells: int = 400,
    center: tuple[float, float] | None = None,
) -> Map:
    """A square map about some radars of a world.

    size : side, m; if left out, as far as the highest target is seen;  cells : along a side;  center : rad, the middle
    of the radars if left out.  InputError for an empty or too large map, or where the terrain has no data at all.
    """
    rows = world.rows["radars"][list(radars)]
    places = np.array([to_geodetic(*(float(v) for v in row["position"]))[:2] for row in rows])
    places[:, 1] = turned(places[:, 1], float(places[0, 1]))
    if center is None:
        low, high = places.min(axis=0), places.max(axis=0)
        center = (float(0.5 * (low[0] + high[0])), float(0.5 * (low[1] + high[1])))
    if size is None:
        size = 0.0
        for k, place in zip(radars, places, strict=True):
            aside = float(bearing(*center, *place)[1])
            size = max(size, 2.04 * (aside + _farthest(world, k, question)))
        size = min(max(size, LEAST_SIZE), 2.0 * FARTHEST)
    check_map(cells, size)
    return map_of(world.terrain, *square(center, 0.5 * size / MEAN_RADIUS, cells))


def _farthest(world: World, row: int, question: DetectionQuestion) -> float:
    """Ground range (m) at which a radar at most sees the highest target of a question."""
    radar = world.rows["radars"][row]
    needed = needed_of(world, row, question)
    rcs = question.rcs_in(int(radar["band"])) * (16.0 if radar["multipath"] == 1 else 1.0)
    limit = min(float(radar["range_max"]), noise_limited_range(float(radar["reference_snr"]), needed, rcs))
    radius, top = _radius(world), max(question.heights) + (3000.0 if question.above == "ground" else 0.0)
    horizon = math.sqrt(2.0 * radius * float(radar["height"])) + math.sqrt(2.0 * radius * max(top, 0.0))
    return min(limit, horizon)


# ------------------------------------------------------------------ line of sight on the map's own cells


def _fine_lowest(world: World, radar: np.void, where: Map, threads: int) -> Grid32:
    """Lowest visible heights of a map from a viewshed on a plane about the radar, of the map's cell size."""
    lat, lon, _ = to_geodetic(*(float(v) for v in radar["position"]))
    step = min(where.cell)
    corners = bearing(lat, lon, where.lats[[0, 0, -1, -1]], where.lons[[0, -1, 0, -1]])
    north, east = corners[1] * np.cos(corners[0]), corners[1] * np.sin(corners[0])
    reach = float(radar["range_max"]) + step
    edges = [min(max(float(v), 0.0), reach) for v in (-north.min(), north.max(), -east.min(), east.max())]
    south, up, west, right = (math.ceil(edge / step) + 2 for edge in edges)
    if (south + up + 1) * (west + right + 1) > 3 * MOST_CELLS:
        raise InputError("coverage.fine", "the radar stands too far from the map", "Make the map larger or coarser.")
    y, x = step * np.arange(-south, up + 1), step * np.arange(-west, right + 1)
    land = np.empty((len(y), len(x)), np.float32)
    for begin in range(0, len(y), STRIP):
        rows = y[begin : begin + STRIP, None]
        there = offset(lat, lon, np.arctan2(x[None, :], rows), np.hypot(x[None, :], rows))
        land[begin : begin + STRIP] = world.terrain.height(*there)
    land[south, west] = min(float(land[south, west]), float(radar["height"]))
    lowest = lowest_over_grid(land, south, west, (step, step), float(radar["height"]), _radius(world), threads)
    out = np.full(where.ground.shape, np.inf, np.float32)
    for begin in range(0, len(where.lats), STRIP):
        azimuth, distance = bearing(lat, lon, where.lats[begin : begin + STRIP, None], where.lons[None, :])
        i = np.rint(distance * np.cos(azimuth) / step).astype(np.int64) + south
        j = np.rint(distance * np.sin(azimuth) / step).astype(np.int64) + west
        inside = (i >= 0) & (i < len(y)) & (j >= 0) & (j < len(x))
        part = out[begin : begin + STRIP]
        over = lowest[i[inside], j[inside]] - land[i[inside], j[inside]]
        part[inside] = where.ground[begin : begin + STRIP][inside] + over
    return out
