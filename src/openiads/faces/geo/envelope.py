"""Engagement envelopes as people and programs read them: cells of a table, one JSON object, files of outlines."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from openiads.faces.geo import areas, files, grids, layers, outlines
from openiads.faces.geo.areas import Area
from openiads.faces.geo.jammers import jammers
from openiads.faces.geo.layers import Layers
from openiads.faces.geo.outlines import Polygon
from openiads.faces.geo.provenance import provenance
from openiads.faces.words import text
from openiads.faces.words.envelope import KM, asked
from openiads.faces.words.jamming import sentence
from openiads.faces.words.terrain import terrain_fields
from openiads.reach.envelope import Envelope
from openiads.reach.fire_unit import EnvelopeAnswer
from openiads.reach.scenes import home

TITLE = "Engagement envelope"
CELLS = 400  # of a GeoTIFF and of labeled arrays along a side


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
        rings.append(
            np.column_stack(
                [
                    (1.0 - down) * ((1.0 - right) * each[here, j] + right * each[here, j + 1])
                    + down * ((1.0 - right) * each[there, j] + right * each[there, j + 1])
                    for each in (lons, lats)
                ]
            )
        )
    speck = outlines.LEAST_SHARE * float(np.ptp(lats) * np.ptp(lons))
    return outlines.nested(rings, speck)


def _features(answer: EnvelopeAnswer) -> list[Area]:
    out = []
    for arm, found in answer.cuts.items():
        for k, height in enumerate(found.heights):
            told = {
                "system": answer.world.scenario.sites[0].system,
                "limits": arm,
                "height_m": float(height),
                "target": asked(answer.target),
                "area_km2": round(found.area(k) * 1e-6, 3),
                **terrain_fields(answer.world.terrain),
                "note": text.FOOTER,
            }
            shapes = outline(found, k)
            for ring in (rings[0] for rings in shapes):
                areas.refuse_wide(ring[:, 1], ring[:, 0])
            shape = [polygon for rings in shapes for polygon in areas.written(rings)]
            out.append(Area(f"{arm}: {height:g} m", told, shape, k, float(height)))
    return out + (jammers(answer.jamming) if answer.jamming is not None else [])


def _outlines(answer: EnvelopeAnswer, path: Path) -> None:
    files.outlined(_features(answer), path, TITLE, _tags(answer))


def _csv(answer: EnvelopeAnswer, path: Path) -> None:
    heads = ["height_m", "latitude_deg", "longitude_deg", "ground_range_km", *(f"spare_s_{arm}" for arm in answer.cuts)]
    parts = []
    for k in range(len(next(iter(answer.cuts.values())).heights)):
        paths = next(iter(answer.cuts.values())).paths[k]
        spares = [found.spare[k] for found in answer.cuts.values()]
        kept = np.any([spare >= 0.0 for spare in spares], axis=0)
        columns = [
            np.full(paths.lats.shape, paths.height),
            np.degrees(paths.lats),
            areas.wrapped(np.degrees(paths.lons)),
            paths.away * KM,
            *(np.where(spare >= 0.0, spare, math.nan) for spare in spares),
        ]
        parts.append(np.column_stack([column[kept] for column in columns]))
    forms = ["%.1f", "%.6f", "%.6f", "%.3f", *["%.2f"] * len(answer.cuts)]
    files.csv(path, heads, forms, np.concatenate(parts))


def _tags(answer: EnvelopeAnswer) -> dict[str, str]:
    scenario = answer.world.scenario
    told = provenance(scenario.name, scenario.digest(), answer.world.terrain)
    noisy = {} if answer.jamming is None else {"jamming": sentence(answer.jamming)}
    return {"system": answer.system, "target": asked(answer.target), **noisy, **told}


def layers_of(answer: EnvelopeAnswer) -> Layers:
    """Every cell of a map about the unit: by how much a launch can wait to meet the target there."""
    from openiads.reach import exposure

    cuts, here = answer.cuts, home(answer.world)
    far = max((found.farthest(k) for found in cuts.values() for k in range(len(found.heights))), default=0.0)
    where = exposure.map_over(answer.world, [0], 1.03 * max(far, 10e3), CELLS)
    columns, variables = [], []
    for arm, found in cuts.items():
        levels = []
        for k, height in enumerate(found.heights):
            inside, spare = (
                exposure.on_map(found.paths[k], each, here, where) for each in (found.inside(k), found.spare[k])
            )
            words = f"s by which a launch can wait to meet it at {height:g} m above the sea, {arm} limits"
            levels.append(np.where(inside, spare, math.nan))
            columns.append(layers.Column("", words, "%.2f", levels[-1]))
        words = f"time by which a launch can wait to meet the target, {arm} limits"
        variables.append(grids.cells(f"spare_{arm}", words, "s", np.stack(levels)))
    above = [grids.heights([float(h) for h in next(iter(cuts.values())).heights], "sea")]
    return Layers(TITLE, where, (), columns, _tags(answer), above, variables)


def _cells(answer: EnvelopeAnswer, path: Path) -> None:
    layers.write(layers_of(answer), path)


#: Ending of a file name -> what writes it.
WRITERS = {**dict.fromkeys(files.OUTLINED, _outlines), ".csv": _csv, ".tif": _cells, ".nc": _cells}


def write(answer: EnvelopeAnswer, path: Path) -> None:
    """Write an envelope in the format that a file's name asks for; pictures are `faces.draw.envelope`'."""
    WRITERS[path.suffix.lower()](answer, path)
