"""From where a jammer gives itself away: cells from which radars take its bearing, and where bearings cross.

A jammer of one kind is put into every cell at every height, turned to every radar.  A radar that looks there and does
not see the jammer's carrier in spite of the noise takes its bearing, a strobe, where jamming over noise is enough; two
strobes of radars of one post that cross at a large enough angle make a position, and so does a carrier that is seen.
The looks and the thresholds are the engine's (`parts.sensing`, `parts.jamming`, `parts.radars.look`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from openiads.base.compiled import kernel
from openiads.base.errors import InputError
from openiads.base.words import listed, nearest
from openiads.earth.geodesy import to_ecef
from openiads.earth.sight import lowest_visible
from openiads.parts.geometry import bearing, edge_factor
from openiads.parts.sensing import VISIBLE, echo, look_gain, visibility
from openiads.physics.jamming import jamming_to_noise
from openiads.physics.propagation import two_way_attenuation
from openiads.reach.coverage import DetectionQuestion, needed_of
from openiads.reach.jammed import Jamming, Placed
from openiads.reach.maps import Map
from openiads.reach.straight import ecef
from openiads.scenario.load import Scenario, catalog_of
from openiads.world.build import World

Cells = NDArray[np.bool_]

NOTHING, STROBE, SEEN = 0, 1, 2
ALOFT = 20e3  # m, height of the one jammer that a world holds of the asked kind


@dataclass(frozen=True)
class Strobes:
    """What radars have of a jammer in each cell: nothing, its bearing, or its carrier itself."""

    kind: str  #: of the jammer, a key of the catalog
    title: str
    question: DetectionQuestion
    map: Map
    radars: tuple[str, ...]
    codes: NDArray[np.int8]  #: NOTHING, STROBE or SEEN, (radars, heights, rows, columns)
    crossing: Cells  #: two strobes cross, (heights, rows, columns)

    def bearing(self, height: int) -> Cells:
        """Cells where some radar takes its bearing or sees it."""
        return np.asarray((self.codes[:, height] >= STROBE).any(axis=0))

    def position(self, height: int) -> Cells:
        """Cells where two strobes cross, or some radar sees it."""
        return np.asarray(self.crossing[height] | (self.codes[:, height] == SEEN).any(axis=0))

    def area(self, cells: Cells) -> float:
        """Area of some cells where the terrain is known, m2."""
        return float((self.map.areas * (cells & self.map.known)).sum())


@kernel(
    "void(f8[::1], Radar, f8, f8, f8, f8, b1, f8, f8, f8[::1], f8[::1], f4[:, ::1], f8[::1], i1[:, :, ::1])",
    entry=True,
)
def paint_strobes(
    tables: np.ndarray,
    radar: np.void,
    earth_radius: float,
    roughness: float,
    rcs: float,
    needed: float,
    agl: bool,
    erp: float,
    bandwidth: float,
    lats: np.ndarray,
    lons: np.ndarray,
    ground: np.ndarray,
    heights: np.ndarray,
    code: np.ndarray,
) -> None:
    """What one radar has of a jammer in each cell.

    rcs : of its carrier, m2;  needed : ratio from which the radar sees it;  agl : heights are above the ground;
    erp : W, in the radar's band;  bandwidth : Hz;  code : out, (heights, rows, columns)
    """
    for i in range(len(lats)):
        for j in range(len(lons)):
            for k in range(len(heights)):
                code[k, i, j] = NOTHING
                height = heights[k] + ground[i, j] if agl else heights[k]
                if height < ground[i, j]:
                    continue
                x, y, z = to_ecef(lats[i], lons[j], height)
                distance, azimuth, elevation, along = bearing(radar["position"], radar["axes"], x, y, z)
                if distance > radar["range_max"] or distance < radar["range_min"]:
                    continue
                low = lowest_visible(tables, radar["mask_table"], azimuth, along)
                edges = 1.0
                if radar["edge_table"] >= 0:
                    edges = edge_factor(tables, radar, azimuth, along, low - height)
                found = visibility(
                    radar, earth_radius, azimuth, elevation, along, height, low, edges, radar["phase"], True
                )
                if found != VISIBLE:
                    continue
                air = edges
                if radar["attenuation_table"] >= 0:
                    air *= two_way_attenuation(tables, radar["attenuation_table"], distance, height)
                gain = look_gain(radar, azimuth)
                noise = gain * jamming_to_noise(
                    radar["jamming_constant"],
                    erp,
                    bandwidth,
                    radar["receiver_bandwidth"],
                    distance,
                    math.sqrt(max(air, 0.0)),
                )
                signal, clutter = echo(
                    tables, radar, earth_radius, roughness, distance, gain, along, height, edges, rcs
                )
                if signal / (1.0 + clutter + noise) >= needed:
                    code[k, i, j] = SEEN
                elif noise >= radar["strobe_ratio"] * (1.0 + clutter):
                    code[k, i, j] = STROBE


def one_of(kind: str, scenario: Scenario, place: tuple[float, float]) -> Jamming:
    """One jammer of a kind above a place (rad), so that a world knows it; InputError for what is none."""
    kinds = list(catalog_of(scenario).jammers)
    if kind not in kinds:
        raise InputError("--strobes", f'"{kind}" is not a jammer', f"{nearest(kind, kinds)}One of {listed(kinds)}.")
    return Jamming((Placed("Strobes", kind, *place, ALOFT),))


def strobes(world: World, kind: str, rows: Sequence[int], question: DetectionQuestion, where: Map) -> Strobes:
    """What some radars (rows) of a world of ``one_of`` have of its jammer in each cell of a map."""
    jammer, radars = world.rows["jammers"][0], world.rows["radars"]
    heights, agl = np.array(question.heights, dtype=float), question.above == "ground"
    situation = world.rows["situation"][0]
    codes = np.zeros((len(rows), len(heights), *where.ground.shape), np.int8)
    for n, k in enumerate(rows):
        band = int(radars[k]["band"])
        paint_strobes(
            world.tables,
            radars[k],
            float(situation["earth_radius"]),
            float(situation["sea_roughness"]),
            question.rcs_in(band),
            needed_of(world, k, question),
            agl,
            float(jammer["erp"][band]),
            float(jammer["bandwidth"]),
            where.lats,
            where.lons,
            where.ground,
            heights,
            codes[n],
        )
    crossing = np.array([_crossing(world, rows, codes[:, k] >= STROBE, where, float(h), agl) for k, h in
                         enumerate(heights)])  # fmt: skip
    names = tuple(world.names.radars[k] for k in rows)
    return Strobes(kind, world.catalog[kind].title, question, where, names, codes, crossing)


def _crossing(world: World, rows: Sequence[int], had: Cells, where: Map, height: float, agl: bool) -> Cells:
    """Cells in which bearings of two radars of one post cross steeply enough.  had : (radars, rows, columns)"""
    radars = world.rows["radars"]
    lats, lons = np.meshgrid(where.lats, where.lons, indexing="ij")
    at = ecef(lats, lons, where.ground + height if agl else np.full(lats.shape, height))
    out = np.zeros(lats.shape, bool)
    for n, m in combinations(range(len(rows)), 2):
        first, second = radars[rows[n]], radars[rows[m]]
        if first["post"] != second["post"]:
            continue
        a, b = at - first["position"], at - second["position"]
        size = np.linalg.norm(a, axis=2) * np.linalg.norm(b, axis=2)
        cosine = (a * b).sum(axis=2) / np.maximum(size, 1e-9)
        least = max(float(first["strobe_sine"]), float(second["strobe_sine"]))
        out |= had[n] & had[m] & (1.0 - cosine * cosine > least * least)
    return out
