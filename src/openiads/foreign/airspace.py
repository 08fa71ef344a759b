"""Areas, lines and circles as zones, and lines as airways: blocks of a scenario that is being imported."""

from __future__ import annotations

import math
import re

import numpy as np

from openiads.base.units import written
from openiads.foreign.blocks import Block, place_text, route_texts
from openiads.foreign.features import Feature
from openiads.foreign.files import utc
from openiads.foreign.moving import Way
from openiads.foreign.names import bare, measure
from openiads.foreign.thin import turning_points
from openiads.scenario.deconfliction import MOST_CORNERS

FOOT = 0.3048
WIDTH = "20 km"  # of a route that names none
KINDS = {
    "notified": ("notified", "notice", "notifiedbox", "notifiedarea", "zone", "airspace"),
    "no_fire": ("nofire", "nofirezone", "nofirearea"),
    "free_fire": ("freefire", "freefirezone", "freefirearea"),
}
_KINDS = {word: kind for kind, words in KINDS.items() for word in words}
GROUND = frozenset({"gnd", "sfc", "ground", "surface", "msl"})
_LEVEL = re.compile(r"FL\s*(\d{1,3})", re.IGNORECASE)


def zone_kind(feature: Feature, asked: str) -> str:
    """What a zone says that it is, or what is asked for where it says no more than that it is one."""
    for key in ("zone", "role", "kind"):
        kind = _KINDS.get(bare(feature.about.get(key, "")))
        if kind is not None and bare(feature.about.get(key, "")) not in ("zone", "airspace"):
            return kind
    return asked if asked in KINDS else "notified"


def height(said: str) -> float | None:
    """Meters above the sea of "FL100", "3000 ft", "500" (m) or "GND"; None for what is none."""
    level = _LEVEL.fullmatch(said.strip())
    if level is not None:
        return int(level[1]) * 100.0 * FOOT
    return 0.0 if bare(said) in GROUND else measure(said, "length", "m")


def put_zone(block: Block, feature: Feature, asked: str, zero: float) -> list[str]:
    """Fill in a zone; what there is to say of it.

    Parameters
    ----------
    block
        Of the table `zone`, its name put.
    feature
        An area, a line, or a point with a radius.
    asked
        Kind of zones that say none.
    zero
        UTC (s) of second 0; nan where there is none.
    """
    block.put("kind", zone_kind(feature, asked))
    remarks = _shape(block, feature)
    for key in ("floor", "ceiling"):
        said = feature.about.get(key, "")
        at = height(said) if said else None
        if at is not None:
            block.put(key, written(round(at, 1), "length"), f'the file says "{said}"')
        elif said:
            block.todo(key, f'the file says "{said}"')
    for key in ("start", "until"):
        if said := feature.about.get(key, ""):
            since = _since(said, zero)
            if since is not None:
                block.put(key, written(since, "time"), f'the file says "{said}"')
            else:
                block.todo(key, f'the file says "{said}"')
    if feature.about.get("party"):
        block.put("party", feature.about["party"])
    return remarks


def _shape(block: Block, feature: Feature) -> list[str]:
    """Its place; what is lost of it."""
    if feature.kind == "point":
        lat, lon = (float(v) for v in feature.places[0, :2])
        block.put("at", place_text(lat, lon))
        said = feature.about.get("radius") or feature.about.get("radius_m") or ""
        radius = measure(said, "length", "m") if said else None
        if radius is None:
            block.todo("radius", f'the file says "{said}"' if said else "the file has none")
        else:
            block.put("radius", written(radius, "length"))
        return []
    if feature.kind == "line":
        rows, off = turning_points(feature.places, 1.0, MOST_CORNERS)
        block.route("route", route_texts(feature.places[rows]), _kept(len(rows), len(feature.places), off))
        width = measure(feature.about.get("width", ""), "length", "m")
        block.put("width", written(width, "length") if width else WIDTH, "" if width else "assumed")
        return [_lost("points", len(rows), feature, off)] if len(rows) < len(feature.places) else []
    closed = np.vstack([feature.places, feature.places[:1]])
    rows, off = turning_points(closed, 1.0, MOST_CORNERS + 1)
    corners = closed[rows[:-1]]
    block.route("area", route_texts(corners), _kept(len(corners), len(feature.places), off))
    lost = [_lost("corners", len(corners), feature, off)] if len(corners) < len(feature.places) else []
    if feature.holes:
        lost.append(f"{feature.where}: its {feature.holes} holes are filled")
    return lost


def _kept(kept: int, of: int, off: float) -> str:
    if kept >= of:
        return f"all {of:,}"
    return f"{kept} of {of:,}; the others lie within {max(off, 1.0):,.0f} m beside its edges"


def _lost(what: str, kept: int, feature: Feature, off: float) -> str:
    told = f"{kept} of its {len(feature.places):,} {what} are kept, as many as a zone has"
    return f"{feature.where}: {told}; the others lie up to {max(off, 1.0):,.0f} m beside its edges"


def _since(said: str, zero: float) -> float | None:
    """Seconds of the run of "600", "600 s", "10 min" or a time of a calendar; None for what is none."""
    at = utc(said)
    if math.isfinite(at):
        since = at - zero
        return since if math.isfinite(since) and 0.0 <= since <= 86_400.0 else None
    given = measure(said, "time", "s")
    return given if given is not None and 0.0 <= given <= 86_400.0 else None


def put_airway(block: Block, way: Way, corridor: str) -> None:
    """Fill in an airway along a corridor of that name."""
    about = way.feature.about
    block.put("corridor", corridor)
    flow = measure(about.get("flow", ""), "rate", "1/h")
    if flow is not None:
        block.put("flow", written(flow, "rate"), f'the file says "{about["flow"]}"')
    else:
        block.todo("flow", 'aircraft a time that enter it, "12 1/h"')
    said = about.get("levels") or about.get("level") or ""
    levels = [found for each in re.split(r"[;|]", said) if (found := height(each)) is not None]
    known = way.feature.places[np.isfinite(way.feature.places[:, 2]), 2]
    if levels:
        block.put("levels", [written(round(level, 1), "length") for level in levels], f'the file says "{said}"')
    elif way.feature.heights == "sea" and len(known):
        block.put("levels", [written(float(round(float(np.median(known)))), "length")], "the median of its heights")
    else:
        block.todo("levels", 'heights at which they fly, ["10 km"]')
    for key in ("climbs_from", "descends_to"):
        if about.get(key):
            block.put(key, about[key])
    if bare(about.get("both_ways", "")) in ("true", "yes", "1"):
        block.put("both_ways", True)
