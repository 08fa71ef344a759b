"""Engagement envelopes as people and programs read them: cells of tables, one JSON object."""

from __future__ import annotations

import math
from typing import Any

from openiads.faces.words import jamming, text
from openiads.faces.words.terrain import unknown_ground
from openiads.reach.fire_unit import EnvelopeAnswer
from openiads.reach.scenes import home
from openiads.reach.straight import Target

HEAD = ("height", "limits", "area, km2", "nearest, km", "farthest, km")
JAMMED_HEAD = (*HEAD, "area without jamming, km2", "farthest without, km")
PASS_HEAD = ("height", "crossing, km", "chances", "first at, km", "last at, km", "detection to last launch, s")
KM = 1e-3


def asked(target: Target) -> str:
    """The target in words."""
    size = f"signature of {target.threat}" if target.threat else f"{target.rcs:g} m²"
    load = f", maneuver {target.load / 9.80665:.3g} g" if target.load > 0.0 else ""
    return f"target {target.speed:.0f} m/s, {size}{load}, level"


def head(answer: EnvelopeAnswer) -> tuple[str, ...]:
    """The head of the table."""
    return JAMMED_HEAD if answer.clear else HEAD


def cells(answer: EnvelopeAnswer) -> list[tuple[str, ...]]:
    """Rows of the table, under ``head(answer)``: each height, each arm."""
    rows: list[tuple[str, ...]] = []
    for k in range(len(next(iter(answer.cuts.values())).heights)):
        for n, (arm, found) in enumerate(answer.cuts.items()):
            label = f"{found.heights[k]:,.0f} m" if n == 0 else ""
            near = found.nearest(k)
            shown = "–" if math.isinf(near) else text.number(near * KM)
            measures = [text.number(found.area(k) * 1e-6, 4), shown, text.number(found.farthest(k) * KM)]
            if answer.clear:
                clear = answer.clear[arm]
                measures += [text.number(clear.area(k) * 1e-6, 4), text.number(clear.farthest(k) * KM)]
            rows.append((label, arm, *measures))
    return rows


def _clear(answer: EnvelopeAnswer, arm: str, k: int) -> dict[str, float]:
    """The same without jamming, where somebody jams."""
    if not answer.clear:
        return {}
    clear = answer.clear[arm]
    return {
        "area_without_jamming_km2": clear.area(k) * 1e-6,
        "farthest_without_jamming_km": clear.farthest(k) * KM,
    }


def pass_cells(answer: EnvelopeAnswer) -> list[tuple[str, ...]]:
    """Rows of the table of straight passes: a few crossing distances at each height."""
    rows = []
    for height, found in answer.passes.items():
        for n, each in enumerate(found[:: max(len(found) // 5, 1)]):
            near = [text.number(c.ground_range * KM) for c in (*each.chances[:1], *([each.last] if each.last else []))]
            ends = near if len(near) == 2 else ["–", "–"]
            rows.append(
                (
                    f"{height:,.0f} m" if n == 0 else "",
                    text.number(each.crossing * KM),
                    str(len(each.chances)),
                    *ends,
                    text.number(each.warning) if each.last else "–",
                )
            )
    return rows


def remarks_of(answer: EnvelopeAnswer) -> list[str]:
    """What users should hear about the ground, and about jammers that jam nobody, a line each."""
    unknown = unknown_ground("the places looked at have no terrain data, where the sea is put", *answer.places)
    return [unknown] * bool(unknown) + ([] if answer.jamming is None else jamming.remarks(answer.jamming))


def as_data(answer: EnvelopeAnswer) -> dict[str, Any]:
    """The JSON object: the question, each arm's cuts with their outlines, and the passes."""
    target, here = answer.target, home(answer.world)
    arms: dict[str, Any] = {}
    for arm, found in answer.cuts.items():
        arms[arm] = [
            {
                "height_m": float(found.heights[k]),
                "area_km2": found.area(k) * 1e-6,
                "nearest_km": None if math.isinf(found.nearest(k)) else found.nearest(k) * KM,
                "farthest_km": found.farthest(k) * KM,
                **_clear(answer, arm, k),
            }
            for k in range(len(found.heights))
        ]
    passes = [
        {
            "height_m": height,
            "crossing_km": each.crossing * KM,
            "opportunities": len(each.chances),
            "detected_s": None if math.isinf(each.seen) else each.seen,
            "intercepts_km": [c.ground_range * KM for c in each.chances],
            "last_launch_s": None if each.last is None else each.last.launch,
            "detection_to_last_launch_s": each.warning if each.last else None,
        }
        for height, found in answer.passes.items()
        for each in found
    ]
    kill = None
    if answer.kill is not None:
        ranges, heights, chance = answer.kill
        kill = {"ranges_km": (ranges * KM).tolist(), "heights_m": heights.tolist(), "probability": chance.tolist()}
    return {
        "target": {
            "speed_mps": target.speed,
            "rcs_m2": None if target.threat else target.rcs,
            "threat": target.threat or None,
            "load_mps2": target.load,
        },
        "unit": {
            "name": answer.world.names.units[0],
            "latitude_deg": math.degrees(here[0]),
            "longitude_deg": math.degrees(here[1]),
            "facing_deg": math.degrees(answer.facing),
        },
        "limits": arms,
        "passes": passes,
        "kill_probability": kill,
        "terrain": {"label": answer.world.terrain.label, "sha256": answer.world.terrain.digest()},
        "note": text.FOOTER,
    }
