"""What jammers do to radars, as people and programs read it: cells of a table, sentences, one JSON object."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openiads.base.units import written_position
from openiads.faces.words.text import length, number
from openiads.reach.burn_through import Effect, Emitter, Jammed
from openiads.reach.strobes import Strobes

HEAD = ("radar", "jammer", "toward", "J/N, dB", "strobe", "clear", "beside it", "toward it", "carries it")
NUMBERS = (3, 5, 6, 7, 8)
TITLE = "Noise jamming; ranges in km"
MEANING = (
    "Slant ranges of a target of the asked cross-section at the jammer's height in free space (no horizon, clutter or "
    "lobes): without jamming; in the sidelobes; in the direction of the jammer; of one that carries it (burn-through)."
)
MOST_ROWS = 30
KM = 1e-3
WHY_NOT = {
    "off": "does not radiate then",
    "another band": "has no power in its band",
    "hidden": "is behind the horizon or the terrain",
}


def decibels(ratio: float) -> float:
    """A power ratio in decibels; -inf for 0."""
    return 10.0 * math.log10(ratio) if ratio > 0.0 else -math.inf


def cells(found: Jammed) -> list[tuple[str, ...]]:
    """Rows of the table: each radar and jammer, the strongest of them where there are many."""
    kept = sorted(range(len(found.effects)), key=lambda k: -found.effects[k].ratio)[:MOST_ROWS]
    rows = [_cells(found.effects[k]) for k in sorted(kept)]
    return [(row[0] if n == 0 or rows[n - 1][0] != row[0] else "", *row[1:]) for n, row in enumerate(rows)]


def _cells(each: Effect) -> tuple[str, ...]:
    ranges = (each.clear, each.sidelobes, each.toward, each.screening)
    return (
        each.radar,
        each.jammer,
        f"{math.degrees(each.azimuth):.0f}°, {number(each.distance * KM)} km",
        each.why_not or f"{decibels(each.ratio):.0f}",
        "yes" if each.strobe else "no",
        *("–" if math.isnan(far) else number(far * KM) for far in ranges),
    )


def place(each: Emitter) -> str:
    """Where a jammer stands, in words."""
    lat, lon = math.degrees(each.latitude), math.degrees(each.longitude)
    here = f"{abs(lat):.2f} {'N' if lat >= 0.0 else 'S'} {abs(lon):.2f} {'E' if lon >= 0.0 else 'W'}"
    return f"{here}, {length(each.height)}"


def sentence(found: Jammed) -> str:
    """Who jams, in one sentence."""
    on = [each for each in found.emitters if each.on]
    if not on:
        return "No jammer radiates then."
    listed = "; ".join(f"{each.title[:1].lower()}{each.title[1:]} at {place(each)}" for each in on[:4])
    more = f"; and {len(on) - 4} more" if len(on) > 4 else ""
    return f"Noise jamming by {listed}{more}."


def remarks(found: Jammed) -> list[str]:
    """What jams nobody, or not all, a line each jammer."""
    told = []
    for emitter in found.emitters:
        mine = [each for each in found.effects if each.jammer == emitter.name]
        reasons = sorted({each.why_not for each in mine if each.why_not})
        if not emitter.on:
            told.append(f"{emitter.name} ({emitter.kind}) {WHY_NOT['off']}")
            continue
        for reason in reasons:
            radars = [each.radar for each in mine if each.why_not == reason]
            whom = "every radar" if len(radars) == len(mine) else ", ".join(radars)
            told.append(f"{emitter.name} ({emitter.kind}) {WHY_NOT[reason]}: {whom}")
    return told


STROBE_HEAD = ("jammer at", "gives its bearing, km2", "and a position, km2")


def strobe_cells(found: Strobes) -> list[tuple[str, ...]]:
    """Rows of the table of strobes: each height."""
    above = "AGL" if found.question.above == "ground" else "AMSL"
    return [
        (f"{length(height)} {above}", *(number(found.area(cells) * 1e-6, 4) for cells in _told(found, k)))
        for k, height in enumerate(found.question.heights)
    ]


def _told(found: Strobes, k: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Cells where a jammer at a height gives its bearing, and those where it gives its position."""
    return found.bearing(k), found.position(k)


def strobe_sentence(found: Strobes) -> str:
    """What the map of strobes shows."""
    return (
        f"{found.title} in any cell, turned to every radar: its bearing is taken where its noise is strong enough; two "
        "bearings of radars of one post that cross steeply, or a carrier that is seen in spite of it, give a position."
    )


def strobe_data(found: Strobes) -> dict[str, Any]:
    """The JSON object of strobes."""
    heights = []
    for k, height in enumerate(found.question.heights):
        bearing, position = (found.area(cells) * 1e-6 for cells in _told(found, k))
        each = {name: found.area(codes[k] > 0) * 1e-6 for name, codes in zip(found.radars, found.codes, strict=True)}
        heights.append({"height_m": height, "bearing_km2": bearing, "position_km2": position, "radars": each})
    return {"jammer": found.kind, "heights": heights}


def as_data(found: Jammed, heights: list[float]) -> dict[str, Any]:
    """The JSON object: jammers, what each does to each radar, and ranges by height and azimuth."""
    return {
        "time_s": found.time,
        "jammers": [
            {"name": each.name, "kind": each.kind, "at": written_position(each.latitude, each.longitude),
             "latitude_deg": math.degrees(each.latitude), "longitude_deg": math.degrees(each.longitude),
             "height_amsl_m": each.height, "bands": list(each.bands), "radiates": each.on}
            for each in found.emitters
        ],
        "effects": [_effect(each) for each in found.effects],
        "ranges": {
            each.radar: {
                "azimuth_deg": [math.degrees(azimuth) for azimuth in each.azimuths],
                "heights": [
                    {"height_m": height, "clear_km": (clear * KM).tolist(), "jammed_km": (jammed * KM).tolist()}
                    for height, clear, jammed in zip(heights, each.clear, each.jammed, strict=True)
                ],
            }
            for each in found.ranges
        },
    }  # fmt: skip


def _effect(each: Effect) -> dict[str, Any]:
    ranges = {"clear": each.clear, "sidelobes": each.sidelobes, "toward": each.toward, "screening": each.screening}
    return {
        "radar": each.radar, "jammer": each.jammer, "distance_km": each.distance * KM,
        "azimuth_deg": math.degrees(each.azimuth),
        "jamming_to_noise_db": decibels(each.ratio) if each.ratio > 0.0 else None,
        "not_received": each.why_not or None, "strobe": each.strobe,
        **{f"{name}_km": None if math.isnan(far) else far * KM for name, far in ranges.items()},
    }  # fmt: skip
