"""Engagement envelopes as people and programs read them: cells of a table, one JSON object, files of outlines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.faces import geofiles, outlines, text
from openiads.faces.geofiles import Area
from openiads.faces.ground import terrain_fields
from openiads.faces.outlines import Polygon
from openiads.study.envelope import Envelope
from openiads.study.opportunities import Pass
from openiads.study.straight import Target
from openiads.study.unit import home
from openiads.world.build import World

__all__ = ["HEAD", "PASS_HEAD", "Answer", "as_data", "asked", "cells", "outline", "pass_cells", "write"]

HEAD = ("height", "limits", "area, km2", "nearest, km", "farthest, km")
PASS_HEAD = ("height", "crossing, km", "chances", "first at, km", "last at, km", "detection to last launch, s")
KM = 1e-3
CELLS = 400  # of a GeoTIFF along a side


@dataclass(frozen=True)
class Answer:
    """Everything that the command asks about one fire unit."""

    world: World
    target: Target
    facing: float  #: rad
    cuts: Mapping[str, Envelope]  #: by arm
    side: Mapping[str, Envelope]  #: in the vertical plane of the facing, by arm
    passes: Mapping[float, Sequence[Pass]]  #: by height, m
    kill: tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None = None  #: ranges m, heights m, probability


def asked(target: Target) -> str:
    """The target in words."""
    size = f"signature of {target.threat}" if target.threat else f"{target.rcs:g} m²"
    load = f", maneuver {target.load / 9.80665:.3g} g" if target.load > 0.0 else ""
    return f"target {target.speed:.0f} m/s, {size}{load}, level"


def cells(answer: Answer) -> list[tuple[str, ...]]:
    """Rows of the table: each height, each arm."""
    rows: list[tuple[str, ...]] = []
    for k in range(len(next(iter(answer.cuts.values())).heights)):
        for n, (arm, found) in enumerate(answer.cuts.items()):
            label = f"{found.heights[k]:,.0f} m" if n == 0 else ""
            near = found.nearest(k)
            shown = "–" if math.isinf(near) else text.number(near * KM)
            rows.append((label, arm, text.number(found.area(k) * 1e-6, 4), shown, text.number(found.farthest(k) * KM)))
    return rows


def pass_cells(answer: Answer) -> list[tuple[str, ...]]:
    """Rows of the table of straight passes: a few crossing distances at each height."""
    rows = []
    for height, found in answer.passes.items():
        for n, each in enumerate(found[:: max(len(found) // 5, 1)]):
            near = [text.number(c.ground_range * KM) for c in (*each.chances[:1], *([each.last] if each.last else []))]
            ends = near if len(near) == 2 else ["–", "–"]
            rows.append((f"{height:,.0f} m" if n == 0 else "", text.number(each.crossing * KM), str(len(each.chances)),
                         *ends, text.number(each.warning) if each.last else "–"))  # fmt: skip
    return rows


def as_data(answer: Answer) -> dict[str, Any]:
    """The JSON object: the question, each arm's cuts with their outlines, and the passes."""
    target, here = answer.target, home(answer.world)
    arms: dict[str, Any] = {}
    for arm, found in answer.cuts.items():
        arms[arm] = [
            {"height_m": float(found.heights[k]), "area_km2": found.area(k) * 1e-6,
             "nearest_km": None if math.isinf(found.nearest(k)) else found.nearest(k) * KM,
             "farthest_km": found.farthest(k) * KM}
            for k in range(len(found.heights))
        ]  # fmt: skip
    passes = [
        {"height_m": height, "crossing_km": each.crossing * KM, "opportunities": len(each.chances),
         "detected_s": None if math.isinf(each.seen) else each.seen,
         "intercepts_km": [c.ground_range * KM for c in each.chances],
         "last_launch_s": None if each.last is None else each.last.launch,
         "detection_to_last_launch_s": each.warning if each.last else None}
        for height, found in answer.passes.items() for each in found
    ]  # fmt: skip
    kill = None
    if answer.kill is not None:
        ranges, heights, chance = answer.kill
        kill = {"ranges_km": (ranges * KM).tolist(), "heights_m": heights.tolist(), "probability": chance.tolist()}
    return {
        "target": {"speed_mps": target.speed, "rcs_m2": None if target.threat else target.rcs,
                   "threat": target.threat or None, "load_mps2": target.load},
        "unit": {"name": answer.world.names.units[0], "latitude_deg": math.degrees(here[0]),
                 "longitude_deg": math.degrees(here[1]), "facing_deg": math.degrees(answer.facing)},
        "limits": arms, "passes": passes, "kill_probability": kill,
        "terrain": {"label": answer.world.terrain.label, "sha256": answer.world.terrain.digest()},
        "note": text.FOOTER,
    }  # fmt: skip


# ------------------------------------------------------------------ files


def outline(found: Envelope, k: int) -> list[Polygon]:
    """Outlines of one height of an envelope: polygons, each its outer ring and holes, closed, (longitude, latitude) in
    degrees.

    Inbound paths lie all round the unit, so what lies across north is one polygon, and what lies all round has a hole.
    """
    paths = found.paths[k]
    rows, columns = paths.lats.shape
    around = paths.approach == "inbound" and np.isclose(rows * (paths.across[1] - paths.across[0]), math.tau)
    lats, lons = np.degrees(paths.lats), np.degrees(paths.lons)
    lons = lons[0, 0] + (lons - lons[0, 0] + 180.0) % 360.0 - 180.0  # on beyond the antimeridian
    rings = []
    for ring in outlines.loops(found.inside(k), around=bool(around)):
        i, j = np.floor(ring).astype(np.int64).T
        j = np.clip(j, 0, columns - 2)  # half a step beyond an end a path goes on straight
        i = i if around else np.clip(i, 0, rows - 2)
        down, right = (ring - np.column_stack([i, j])).T
        here, there = i % rows, (i + 1) % rows
        rings.append(np.column_stack([
            (1.0 - down) * ((1.0 - right) * each[here, j] + right * each[here, j + 1])
            + down * ((1.0 - right) * each[there, j] + right * each[there, j + 1])
            for each in (lons, lats)
        ]))  # fmt: skip
    speck = outlines.LEAST_SHARE * float(np.ptp(lats) * np.ptp(lons))
    return outlines.nested(rings, speck)


def _features(answer: Answer) -> list[Area]:
    out = []
    for arm, found in answer.cuts.items():
        for k, height in enumerate(found.heights):
            told = {
                "system": answer.world.scenario.sites[0].system, "limits": arm, "height_m": float(height),
                "target": asked(answer.target), "area_km2": round(found.area(k) * 1e-6, 3),
                **terrain_fields(answer.world.terrain), "note": text.FOOTER,
            }  # fmt: skip
            shapes = outline(found, k)
            for ring in (rings[0] for rings in shapes):
                geofiles.refuse_wide(ring[:, 1], ring[:, 0])
            shape = [[geofiles.rounded(ring, outer=n == 0) for n, ring in enumerate(rings)] for rings in shapes]
            out.append(Area(f"{arm}: {height:g} m", told, shape, k, float(height)))
    return out


def _geojson(answer: Answer, path: Path) -> None:
    geofiles.geojson(_features(answer), path)


def _kml(answer: Answer, path: Path) -> None:
    geofiles.kml(_features(answer), path, "Engagement envelope")


def _czml(answer: Answer, path: Path) -> None:
    geofiles.czml(_features(answer), path, "Engagement envelope")


def _csv(answer: Answer, path: Path) -> None:
    heads = ["height_m", "latitude_deg", "longitude_deg", "ground_range_km", *(f"spare_s_{arm}" for arm in answer.cuts)]
    parts = []
    for k in range(len(next(iter(answer.cuts.values())).heights)):
        paths = next(iter(answer.cuts.values())).paths[k]
        spares = [found.spare[k] for found in answer.cuts.values()]
        kept = np.any([spare >= 0.0 for spare in spares], axis=0)
        columns = [np.full(paths.lats.shape, paths.height), np.degrees(paths.lats), np.degrees(paths.lons),
                   paths.away * KM, *(np.where(spare >= 0.0, spare, math.nan) for spare in spares)]  # fmt: skip
        parts.append(np.column_stack([column[kept] for column in columns]))
    forms = ["%.1f", "%.6f", "%.6f", "%.3f", *["%.2f"] * len(answer.cuts)]
    geofiles.csv(path, heads, forms, np.concatenate(parts))


def _tiff(answer: Answer, path: Path) -> None:
    from openiads.faces import layers
    from openiads.study import exposure

    cuts, here = answer.cuts, home(answer.world)
    far = max((found.farthest(k) for found in cuts.values() for k in range(len(found.heights))), default=0.0)
    where = exposure.map_over(answer.world, [0], 1.03 * max(far, 10e3), CELLS)
    columns = []
    for arm, found in cuts.items():
        for k, height in enumerate(found.heights):
            inside, spare = (
                exposure.on_map(found.paths[k], each, here, where) for each in (found.inside(k), found.spare[k])
            )
            words = f"s by which a launch can wait to meet it at {height:g} m above the sea, {arm} limits"
            columns.append(layers.Column("", words, "%.2f", np.where(inside, spare, math.nan)))
    tags = {"target": asked(answer.target), "note": text.FOOTER}
    tags |= {key: str(value) for key, value in terrain_fields(answer.world.terrain).items()}
    layers.write(layers.Layers("Engagement envelope", where, (), columns, tags), path)


#: Ending of a file name -> what writes it.
WRITERS = {".geojson": _geojson, ".kml": _kml, ".czml": _czml, ".csv": _csv, ".tif": _tiff}


def write(answer: Answer, path: Path) -> None:
    """Write an envelope in the format that a file's name asks for; pictures are `faces.envelope_figures`'."""
    WRITERS[path.suffix.lower()](answer, path)
