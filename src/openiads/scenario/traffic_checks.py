"""What must hold of airways and recorded positions beside the rest of a scenario, and which plans may not be meant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.constants import MEAN_RADIUS
from openiads.base.jsonable import Json, JsonObject
from openiads.base.paths import is_file
from openiads.base.words import listed, nearest
from openiads.catalog.records import Catalog

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario
    from openiads.scenario.traffic import Corridor, Flight

Loc = tuple[str | int, ...]
Problem = tuple[Loc, Json, str, str]  # as in `scenario.checks`

CLIMBS = ("climb_gradient", "descent_gradient", "low_speed", "low_speed_height")
ENDS = ("climbs_from", "descends_to")
APART = 5_000.0  # m between places of a route that are held against its corridor
MOST_PLACES = 2_000


def traffic_problems(mapping: Mapping[str, Json], known: Catalog, folder: Path | None) -> Iterator[Problem]:
    """Everything in airways and recorded positions of a raw scenario mapping that single fields cannot show."""
    corridors = [str(row.get("name")) for _, row in _rows(mapping, "corridor")]
    for loc, airway in _rows(mapping, "airway"):
        yield from _dangling((*loc, "corridor"), airway.get("corridor"), corridors)
        ends = [key for key in ENDS if isinstance(airway.get(key), str)]
        for key in ends:
            yield from _aerodrome((*loc, key), str(airway[key]))
        kinds = airway.get("kinds")
        for kind in kinds if isinstance(kinds, dict) else ["a320"]:
            yield from _flies((*loc, "kinds", kind), kind, known, climbs=bool(ends))
    for loc, row in _rows(mapping, "recorded"):
        yield from _dangling((*loc, "corridor"), row.get("corridor"), corridors)
        yield from _file((*loc, "file"), row.get("file"), folder)
        yield from _flies((*loc, "kind"), row.get("kind", "a320"), known)
        kinds = row.get("kinds")
        for kind, entry in kinds.items() if isinstance(kinds, dict) else ():
            yield from _flies((*loc, "kinds", kind), entry, known)


def _rows(mapping: Mapping[str, Json], kind: str) -> list[tuple[Loc, JsonObject]]:
    rows = mapping.get(kind, [])
    return [((kind, i), row) for i, row in enumerate(rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def _dangling(loc: Loc, name: object, names: Sequence[str]) -> Iterator[Problem]:
    if isinstance(name, str) and name not in names:
        yield loc, name, "no corridor of that name", f"{nearest(name, list(names))}Names: {listed(list(names))}"


def _aerodrome(loc: Loc, text: str) -> Iterator[Problem]:
    from openiads.scenario.aerodromes import aerodrome_of, codes

    if aerodrome_of(text) is None:
        near = nearest(text.upper()[:20], codes())
        yield loc, text, "no packaged airport and no place", f'{near}Write an ICAO code, or "35.40 N 35.95 E".'


def _flies(loc: Loc, name: object, known: Catalog, *, climbs: bool = False) -> Iterator[Problem]:
    """A kind of civil aircraft is one of the catalog that flies a route, and where it has to that climbs."""
    if not isinstance(name, str):
        return
    entry = known.threats.get(name)
    if entry is None:
        other = known.entries.get(name)
        reason = "not in the catalog" if other is None else f"is one of the {other.kind}, not of the threats"
        yield loc, name, reason, known.hint(name, "threats")
    elif entry.text["class"] == "ballistic":
        yield loc, name, "a ballistic missile flies no route", "Write it as a raid."
    elif loc[0] == "airway" and not entry.has("speed"):
        yield loc, None, f"no speed, and {name} has none in the catalog", "Name a threat that has one."
    elif climbs and not all(entry.has(key) for key in CLIMBS):
        lacking = next(key for key in CLIMBS if not entry.has(key))
        remedy = f"Name a kind that has {lacking}, or an entry of your own with it."
        yield loc, None, f"{name} has no {lacking} in the catalog, and the airway climbs or descends", remedy


def _file(loc: Loc, name: object, folder: Path | None) -> Iterator[Problem]:
    if isinstance(name, str) and folder is not None and not is_file(folder / name):
        reason = "is a folder" if (folder / name).is_dir() else "no such file beside the scenario"
        yield loc, name, reason, "Give the path of a CSV file relative to the scenario file."


def doubtful_traffic(scenario: Scenario) -> Iterator[str]:
    """A line for each airway on which nobody flies or that leaves its corridor, and each route beside its plan."""
    corridors = {corridor.name: corridor for corridor in scenario.corridors}
    for airway in scenario.airways:
        corridor = corridors[airway.corridor]
        beyond = [level for level in airway.levels if not corridor.floor <= level <= corridor.ceiling]
        if airway.flow == 0.0:
            yield f'airway "{airway.name}" has no flow: nobody flies on it'
        if beyond:
            levels = listed([f"{level / 1000.0:g} km" for level in beyond])
            yield f'airway "{airway.name}" flies above or below corridor "{corridor.name}": {levels}'
    for flight in scenario.flights:
        if flight.corridor is not None and (share := _beside(flight, corridors[flight.corridor])) > 0.0:
            how = "all" if share >= 1.0 else f"{100.0 * share:.0f} %"
            yield f'flight "{flight.name}" names corridor "{flight.corridor}", but {how} of its route lies beside it'


def _beside(flight: Flight, corridor: Corridor) -> float:
    """Share of a flight's route that lies beside a corridor's axis by more than half its width.

    What lies before its entry and past its exit lies beside nothing: a plan leads to a corridor and from it.
    """
    points = _along([(p.latitude, p.longitude) for p in flight.route])
    ends = _along([(p.latitude, p.longitude) for p in corridor.points], whole=True)
    near = np.zeros(len(points), dtype=bool)
    counts = np.zeros(len(points), dtype=bool)
    for start, end in zip(ends[:-1], ends[1:], strict=True):
        normal = np.cross(start, end)
        size = float(np.linalg.norm(normal))
        if size < 1e-12:
            continue
        normal = normal / size
        off = np.abs(np.arcsin(np.clip(points @ normal, -1.0, 1.0))) * MEAN_RADIUS
        abreast = (points @ np.cross(normal, start) >= 0.0) & (points @ np.cross(end, normal) >= 0.0)
        counts |= abreast
        near |= abreast & (off <= corridor.width / 2.0)
    corners = np.arccos(np.clip(points @ ends[1:-1].T, -1.0, 1.0)) * MEAN_RADIUS if len(ends) > 2 else np.zeros((1, 0))
    near |= (corners <= corridor.width / 2.0).any(axis=1)
    if not counts.any():
        return 1.0
    return float(np.mean(counts & ~near))


def _along(places: Sequence[tuple[float, float]], *, whole: bool = False) -> NDArray[np.float64]:
    """Unit vectors of places (rad), and between them every some kilometers; ``whole``: of the places alone."""
    corners = np.array(
        [(math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)) for lat, lon in places]
    )
    if whole:
        return corners
    found = []
    for first, last in zip(corners[:-1], corners[1:], strict=True):
        apart = 2.0 * math.asin(min(float(np.linalg.norm(first - last)) / 2.0, 1.0)) * MEAN_RADIUS
        count = min(max(math.ceil(apart / APART), 1), MOST_PLACES)
        share = (np.arange(count) + 0.5)[:, None] / count
        between = (1.0 - share) * first + share * last
        found.append(between / np.linalg.norm(between, axis=1, keepdims=True))
    return np.concatenate(found)
