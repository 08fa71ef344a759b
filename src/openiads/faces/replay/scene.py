"""What moves and what stands in a replay, and the columns of the paths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from openiads.faces.draw.lines import geodetic
from openiads.faces.export import story as stories
from openiads.faces.replay.land import around, around_path
from openiads.faces.words.text import clean
from openiads.reach.outline import horizon
from openiads.world.codes import Element, Event, Side, ThreatClass

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Units of the path columns: s, degrees, degrees, m.
TIME, ANGLE, HEIGHT = 0.01, 1e-6, 0.1

#: Row -> from when to when (s) something holds of it.
Spells: TypeAlias = Mapping[int, list[list[float]]]

_DOWN = {Element.RADAR: "radar", Element.LAUNCHER: "launcher", Element.POST: "post"}
_SIDES = {Side.HOSTILE: "hostile", Side.FRIEND: "friend", Side.NEUTRAL: "neutral", Side.NONE: ""}


def middle_of(run: Run) -> float:
    """A longitude (degrees) in the middle of things: where the first site, asset or raid is."""
    scenario = run.scenario
    spots = [s.at for s in scenario.sites] + [a.at for a in scenario.assets] + [r.begins for r in scenario.raids]
    return math.degrees(spots[0].longitude) if spots else 0.0


def side_of(side: Side) -> str:
    """The word of a side, empty for none."""
    return _SIDES[side]


def _symbol(mover: stories.Mover) -> str:
    """Name of the symbol of something that moves: its side, or unknown, and what it is."""
    if mover.kind in ("round", "ship") and mover.what == ThreatClass.NONE:
        return f"friend-{mover.kind}"
    what = "air" if mover.what == ThreatClass.NONE else mover.what.name.lower()
    return f"{side_of(mover.side) or 'unknown'}-{what}"


def movers(
    story: stories.Story, middle: float, *, radar_tracks: bool = True, jams: Spells | None = None
) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Everything that moves, and the path columns (time, longitude, latitude, height), (4, points), Int32.

    middle : longitude that all others are told around;  radar_tracks : with the tracks that single radars hold;  jams :
    when which flight radiates noise
    """
    found, columns, first = [], [], 0
    for mover in [*story.picture, *(story.radar_tracks if radar_tracks else [])]:
        line, row = mover.line, int(mover.id.rpartition("/")[2])
        lon = around_path(line.longitudes, middle)
        columns.append(
            np.rint(np.vstack([line.times / TIME, lon / ANGLE, line.latitudes / ANGLE, line.heights / HEIGHT]))
        )
        facts = mover.facts
        found.append(
            {
                "id": mover.id,
                "kind": mover.kind,
                "name": mover.name,
                "row": row,
                "side": side_of(mover.side),
                "class": "" if mover.what == ThreatClass.NONE else stories.word(mover.what),
                "symbol": _symbol(mover),
                "first": first,
                "count": len(line.times),
                "from": mover.start,
                "to": mover.end,
                "end": str(facts.get("end", "")),
                "beliefs": [[time, stories.word(belief)] for time, belief in mover.beliefs],
                "unit": mover.unit,
                "flight": mover.flight,
                "radar": mover.radar,
                **_while("jams", jams, row if mover.kind == "flight" else -1),
            }
        )
        first += len(line.times)
    return found, np.hstack([np.empty((4, 0)), *columns]).astype("<i4")


def _while(key: str, spells: Spells | None, row: int) -> dict[str, Any]:
    """When something holds of a row, under its key; nothing where it never does, which files are not longer for."""
    return {key: spells[row]} if spells and row in spells else {}


def _spots(positions: np.ndarray, middle: float) -> list[list[float]]:
    lat, lon, height = geodetic(positions)
    return [
        [round(around(float(x), middle), 6), round(float(y), 6), round(float(h), 1)]
        for x, y, h in zip(lon, lat, height, strict=True)
    ]


def _ship(row: np.void) -> str | None:
    return f"ship/{int(row['platform'])}" if row["platform"] >= 0 else None


def places(run: Run, key: np.ndarray, middle: float) -> list[dict[str, Any]]:
    """Everything that stands, on the ground or on a ship; key : the key events, which tell what was put out."""
    down = {
        (_DOWN[Element(int(e["code"]))], int(e["value"][0])): float(e["time"])
        for e in key[key["kind"] == Event.ELEMENT_DOWN][::-1]
        if Element(int(e["code"])) in _DOWN
    }
    found = []
    for k, site in enumerate(s for s in run.scenario.sites if s.course is None or not s.speed):
        ground = max(float(run.world.terrain.height(site.at.latitude, site.at.longitude)), 0.0)
        at = [
            round(around(math.degrees(site.at.longitude), middle), 6),
            round(math.degrees(site.at.latitude), 6),
            round(ground, 1),
        ]
        found.append(_place(f"site/{k}", "site", clean(site.name), at))
    nouns = (("asset", "assets"), ("post", "posts"), ("radar", "radars"), ("fire unit", "units"))
    for kind, noun in (*nouns, ("launcher", "launchers")):
        rows = run.world.rows[noun]
        spots = _spots(rows["position"], middle) if len(rows) else []
        for k, name in enumerate(run.names[noun]):
            if noun == "posts" and rows["alone"][k] == 1:
                continue
            radius = float(rows["radius"][k]) if noun == "assets" else 0.0
            identity = f"{kind.replace(' ', '-')}/{k}"
            found.append(_place(identity, kind, clean(name), spots[k], radius, _ship(rows[k]), down.get((kind, k))))
    return found


def _place(
    identity: str,
    kind: str,
    name: str,
    at: list[float],
    radius: float = 0.0,
    ship: str | None = None,
    down: float | None = None,
) -> dict[str, Any]:
    symbol = "asset" if kind == "asset" else f"friend-{kind.replace(' ', '-')}"
    return {
        "id": identity,
        "kind": kind,
        "name": name,
        "at": at,
        "radius": radius,
        "symbol": symbol,
        "ship": ship,
        "downAt": down,
    }


def _between(middle: float, half: float) -> list[float] | None:
    """A sector (rad) as azimuths from and to (degrees, clockwise); None for all round."""
    if half >= math.pi - 1e-9:
        return None
    return [round(math.degrees(end) % 360.0, 2) for end in (middle - half, middle + half)]


def radars(run: Run, middle: float, silent: Spells | None = None) -> list[dict[str, Any]]:
    """Every radar with what it sees of the sky: its sector, its turning, its range and its horizon.

    silent : when which radar does not emit, of those that are switched.  The width of the beam is told where somebody
    jams.
    """
    rows = run.world.rows["radars"]
    spots = _spots(rows["position"], middle) if len(rows) else []
    found = []
    for k, name in enumerate(run.names["radars"]):
        row = rows[k]
        turning = 0.0 if row["phased"] else float(row["frame"]) * int(row["faces"])
        found.append(
            {
                "row": k,
                "name": clean(name),
                "role": "engagement" if row["unit"] >= 0 else "search",
                "at": spots[k],
                "ship": _ship(row),
                "sector": _between(float(row["boresight"]), float(row["search_half"])),
                "rotation": turning if math.isfinite(turning) else 0.0,
                "range": float(row["range_max"]),
                "mask": [round(math.degrees(e), 3) for e in horizon(row, run.world.tables)],
                **_while("silent", silent, k),
                **({"beam": round(math.degrees(row["beam_azimuth"]), 2)} if len(run.world.rows["jammers"]) else {}),
            }
        )
    return found


def units(run: Run, middle: float) -> list[dict[str, Any]]:
    """Every fire unit with the sector in which its radar holds tracks."""
    rows, lit = run.world.rows["units"], run.world.rows["radars"]
    spots = _spots(rows["position"], middle) if len(rows) else []
    found = []
    for k, name in enumerate(run.names["units"]):
        radar = lit[int(rows["radar"][k])] if rows["radar"][k] >= 0 else None
        sector = None if radar is None else _between(float(radar["boresight"]), float(radar["track_half"]))
        found.append({"row": k, "name": clean(name), "at": spots[k], "ship": _ship(rows[k]), "sector": sector})
    return found
