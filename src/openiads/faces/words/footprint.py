"""Footprints as people and programs read them: cells of tables, a picture in text, one JSON object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from openiads.faces.words.text import FOOTER, length, number, span
from openiads.reach.defended import FootprintAnswer
from openiads.reach.footprint import Band, Footprint

HEAD = ("limits", "area, km2", "interval", "forward, km", "interval", "back, km", "interval", "side, km", "interval")
KM = 1e-3
MEASURES = {
    "area_km2": ("area", KM * KM),
    "forward_km": ("forward", KM),
    "back_km": ("back", KM),
    "side_km": ("side", KM),
}
MARKS = {(False, False): "·", (True, False): "+", (True, True): "#", (False, True): "?"}
GROUND = "flat ground at sea level"


def _bands(found: Footprint) -> Iterable[tuple[str, Band, float]]:
    return ((name, getattr(found, field), scale) for name, (field, scale) in MEASURES.items())


def cells(found: Footprint, digits: int = 3) -> tuple[str, ...]:
    """One row of the table: the arm, then each measure and its interval."""
    out = [found.limits]
    for _, band, scale in _bands(found):
        low, high = (band.low * scale, band.high * scale) if found.samples else (None, None)
        out += [number(band.nominal * scale, digits), span(low, high)]
    return tuple(out)


def picture(found: Sequence[Footprint]) -> list[str]:
    """A map of letters of one or two arms, the attack coming from above: ``#`` both, ``+`` the first only, ``o`` the
    unit.  Every second cell of the coarser grid forward, so that it looks square."""
    wide = max(found, key=lambda each: each.cell)
    lines = []
    zero = int(np.argmin(np.abs(wide.along)))  # the unit's row is among those that are drawn
    for a in wide.along[zero % 2 :: 2][::-1]:
        marks = []
        for b in wide.across:
            inside = [_holds(each, float(a), float(b)) for each in found]
            marks.append("o" if abs(a) + abs(b) < 1.0 else MARKS[inside[0], inside[-1]])
        lines.append("".join(marks))
    return lines


def _holds(found: Footprint, along: float, across: float) -> bool:
    """Whether the cell of a point is possible."""
    i, j = round((along - float(found.along[0])) / found.cell), round((across - float(found.across[0])) / found.cell)
    return bool(0 <= i < len(found.along) and 0 <= j < len(found.across) and found.possible[i, j])


def as_data(answer: FootprintAnswer) -> dict[str, Any]:
    """The JSON object: the question, then each arm with its measures and its map, rows from the far end to the near."""
    plan, arms = answer.plan, {}
    for each in answer.found:
        bands = {
            name: {"nominal": band.nominal * scale, "low": band.low * scale, "high": band.high * scale}
            for name, band, scale in _bands(each)
        }
        rows = ["".join("1" if cell else "0" for cell in row) for row in each.possible[::-1]]
        edges = {"rear_km": float(each.along[0]) * KM, "left_km": float(each.across[0]) * KM}
        arms[each.limits] = {**bands, "cell_km": each.cell * KM, **edges, "map": rows}
    return {
        "system": plan.system,
        "threat": plan.threat,
        "range_km": answer.distance * KM,
        "off_deg": math.degrees(plan.off),
        "cued": plan.cued,
        "reaction_s": answer.reaction,
        "latitude_deg": math.degrees(plan.place[0]),
        "longitude_deg": math.degrees(plan.place[1]),
        "attack_from_deg": math.degrees(plan.azimuth),
        "ground": GROUND,
        "samples": answer.found[0].samples,
        **_jamming(answer),
        "limits": arms,
    }


def _jamming(answer: FootprintAnswer) -> dict[str, Any]:
    """Who jams, and the areas without it, where somebody does."""
    if not answer.clear:
        return {}
    jammers = [
        {"kind": each.kind, "latitude_deg": math.degrees(each.latitude), "longitude_deg": math.degrees(each.longitude),
         "height_amsl_m": each.height}
        for each in answer.plan.jamming.placed
    ]  # fmt: skip
    areas = {each.limits: each.area.nominal * KM * KM for each in answer.clear}
    return {"jammers": jammers, "area_without_jamming_km2": areas}


def jamming_sentence(answer: FootprintAnswer) -> str:
    """Who jams, and what areas would be possible without, in one sentence; "" where nobody does."""
    if not answer.clear:
        return ""
    who = "; ".join(
        f"{each.kind} at {math.degrees(each.latitude):.2f}, {math.degrees(each.longitude):.2f}, {length(each.height)}"
        for each in answer.plan.jamming.placed
    )
    areas = ", ".join(f"{number(each.area.nominal * KM * KM)} km² ({each.limits} limits)" for each in answer.clear)
    return f"Noise jamming by {who}; without it {areas}."


def figures_of(answer: FootprintAnswer, each: Footprint) -> dict[str, Any]:
    """What is said of one arm in a file."""
    data = as_data(answer)
    told = {key: value for key, value in data.items() if key not in ("limits", *_jamming(answer))}
    told |= {"jamming": jamming_sentence(answer)} if answer.clear else {}
    area = data["limits"][each.limits]["area_km2"]
    doubt = {f"area_{end}_km2": round(area[end], 3) for end in ("low", "high")} if each.samples else {}
    return {
        **told,
        "limits": each.limits,
        "area_km2": round(area["nominal"], 3),
        **doubt,
        "cell_km": round(each.cell * KM, 4),
        "note": FOOTER,
    }
