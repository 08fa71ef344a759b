"""Coverage as people and programs read it: cells of a table, one JSON object."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.base.words import listed
from openiads.faces.words import jamming
from openiads.faces.words.terrain import terrain_note, unknown_ground
from openiads.faces.words.text import length, number
from openiads.reach.approach import Approach, first_time
from openiads.reach.coverage import Coverage, View

if TYPE_CHECKING:
    from openiads.reach.site_radars import CoverageAnswer

HEAD = ("target at", "radar", "in view, km2", "detected, km2")
JAMMED_HEAD = ("target at", "radar", "in view, km2", "without jamming, km2", "detected, km2")
APPROACH_HEAD = ("radar", "P = 0.1 at", "P = 0.5 at", "P = 0.9 at", "time left at 0.9", "P at the end")
KM2 = 1e-6


def cells(found: Coverage) -> list[tuple[str, ...]]:
    """Rows of the table, under ``head(found)``: each height, all radars together and then each."""
    rows: list[tuple[str, ...]] = []
    above = "AGL" if found.question.above == "ground" else "AMSL"
    for k, height in enumerate(found.question.heights):
        sets: list[tuple[str, Coverage | View]] = [("any", found)] if len(found.views) > 1 else []
        sets += [(view.name, view) for view in found.views]
        for n, (name, each) in enumerate(sets):
            label = f"{length(height)} {above}" if n == 0 else ""
            parts = [each.visible(k), *([each.unjammed(k)] if found.jammed else []), each.detected(k)]
            rows.append((label, name, *(number(found.area(part) * KM2, 4) for part in parts)))
    return rows


def head(found: Coverage) -> tuple[str, ...]:
    """The head of the table."""
    return JAMMED_HEAD if found.jammed else HEAD


def as_data(found: Coverage) -> dict[str, Any]:
    """The JSON object: the question, the map, and for each height the areas, together and radar by radar."""
    question, where = found.question, found.map
    south, west, north, east = (math.degrees(rim) for rim in where.bounds)
    heights = []
    for k, height in enumerate(question.heights):
        each = {view.name: _areas(found, view, k) for view in found.views}
        heights.append({
            "height_m": height, **_areas(found, found, k), "radars": each,
            "blind_km2": found.area(found.blind(height)) * KM2 if question.above == "ground" else None,
        })  # fmt: skip
    lowest = found.lowest("ground")
    inside = lowest[np.isfinite(lowest) & where.known]
    return {
        "above": question.above, "rcs_m2": question.rcs, "swerling": question.swerling,
        "probability": question.probability, "looks": list(question.looks), "heights": heights,
        "lowest_visible_agl_m": {
            f"q{q}": float(np.quantile(inside, q / 100.0)) if len(inside) else None for q in (10, 50, 90)
        },
        "radars": [
            {"name": v.name, "latitude_deg": math.degrees(v.latitude), "longitude_deg": math.degrees(v.longitude),
             "ground_m": v.ground, "antenna_amsl_m": v.antenna}
            for v in found.views
        ],
        "map": {
            "rows": len(where.lats), "columns": len(where.lons), "south_deg": south, "north_deg": north,
            "west_deg": (west + 180.0) % 360.0 - 180.0, "east_deg": (east + 180.0) % 360.0 - 180.0,
            "cell_m": list(where.cell),
            "without_data_share": float(1.0 - where.known.mean()),
        },
        "propagation": {
            "earth_factor": found.earth_factor, "multipath": found.multipath, "attenuation": found.attenuation,
            "diffraction": found.diffraction, "line_of_sight": "map cells" if found.fine else "radar masks",
        },
        "terrain": {
            "label": found.terrain.label, "resolution_m": found.terrain.resolution, "coarse": found.terrain.coarse,
            "files": list(found.terrain.files),
            "sha256": found.terrain.digest(), "note": terrain_note(found.terrain),
        },
        "conditions": conditions(found),
    }  # fmt: skip


def _areas(found: Coverage, seen: Coverage | View, k: int) -> dict[str, float]:
    """Areas in view and detected, and detected without jamming where somebody jams."""
    areas = {"in_view_km2": found.area(seen.visible(k)) * KM2, "detected_km2": found.area(seen.detected(k)) * KM2}
    return areas | ({"without_jamming_km2": found.area(seen.unjammed(k)) * KM2} if found.jammed else {})


def remarks_of(answer: CoverageAnswer) -> list[str]:
    """What users should hear about the map and the ground it was made on, a line each."""
    found = answer.found
    cell, spacing = max(found.map.cell), found.terrain.resolution
    where = found.map
    lats, lons = np.broadcast_arrays(where.lats[:, None], where.lons[None])
    said = "the map has no terrain data, where the sea is put and cells count for nothing"
    unknown = unknown_ground(said, lats, lons, where.known)
    told = [unknown] * bool(unknown) + list(found.terrain.remarks())
    if found.fine and cell > spacing > 0.0:
        told.append(
            f"--fine looks over cells of {cell:,.0f} m, and the terrain has heights every {spacing:,.0f} m: what lies "
            "between is not seen. Use more cells or a smaller map"
        )
    return told + ([] if answer.jamming is None else jamming.remarks(answer.jamming))


def _seconds(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.0f} s"


def approach_cells(way: Approach) -> list[tuple[str, ...]]:
    """Rows of the table of an approach: each radar and all together."""
    sets = [*zip(way.radars, way.cumulative, strict=True)]
    sets += [("any", way.any)] if len(sets) > 1 else []
    rows = []
    for name, rising in sets:
        when = [first_time(way.times, rising, p) for p in (0.1, 0.5, 0.9)]
        left = "–" if math.isinf(when[2]) else f"{way.ends - when[2]:.0f} s"
        rows.append((name, *(_seconds(t) for t in when), left, number(float(rising[-1]))))
    return rows


def approach_data(way: Approach) -> dict[str, Any]:
    """The JSON of an approach; seconds from its start."""
    sets = {**dict(zip(way.radars, way.cumulative, strict=True)), "any": way.any}
    return {
        "duration_s": way.ends,
        "radars": {
            name: {
                "detected_s": {f"p{p}": first_time(way.times, rising, p / 100.0) for p in (10, 50, 90)},
                "warning_s": {
                    f"p{p}": max(way.ends - first_time(way.times, rising, p / 100.0), 0.0) for p in (10, 50, 90)
                },
                "probability_at_end": float(rising[-1]),
            }
            for name, rising in sets.items()
        },
    }


def conditions(found: Coverage) -> str:
    """What was asked, in one sentence."""
    question = found.question
    rcs = question.rcs if isinstance(question.rcs, tuple) else (question.rcs,)
    size = f"{rcs[0]:g} m²" if len(set(rcs)) == 1 else " / ".join(f"{each:g}" for each in rcs) + " m² in S / C / X band"
    m, n = question.looks
    looks = "one look" if n == 1 else f"{m} of {n} looks"
    fades = "steady" if question.swerling == 0 else f"Swerling {question.swerling}"
    noisy = " under noise jamming" if found.jammed else ""
    told = f"target {size}, {fades}; detected{noisy}: {looks} with probability {question.probability:g} or more"
    if found.moving:
        told += (
            f"; {listed(found.moving)} {'moves' if len(found.moving) == 1 else 'move'}: shown from where the way begins"
        )
    return told
