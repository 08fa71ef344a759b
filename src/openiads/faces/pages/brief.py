"""What a report shows, gathered from a run as plain data: nothing here is computed that the packages below compute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.faces.draw.lines import Line, geodetic, line_of
from openiads.scenario.knobs import jammers_of, receiver_of
from openiads.world.codes import Event, Identity, Side, Terminal, ThreatClass

if TYPE_CHECKING:
    from openiads.catalog.records import Catalog, Value
    from openiads.explain.closed_forms import Twin
    from openiads.explain.layers import Layers
    from openiads.runs.run import Run
    from openiads.scenario.load import Scenario
    from openiads.scenario.measures import Position
    from openiads.world.build import World

#: Target heights above the sea (m) at which radar coverage is drawn.
LOW, HIGH = 100.0, 5000.0
#: Cross-section (m2) and single-look detection probability of the drawn coverage.
SHOWN_RCS, SHOWN_PD = 1.0, 0.5


@dataclass(frozen=True)
class Place:
    """Something on the ground.  kind: ``site``, ``radar``, ``fire unit`` or ``asset``; degrees; radius m."""

    name: str
    kind: str
    latitude: float
    longitude: float
    radius: float = 0.0


@dataclass(frozen=True)
class Coverage:
    """How far a radar sees a target of one height.  role: ``search`` or ``engagement``; radians, m."""

    radar: str
    role: str
    latitude: float
    longitude: float
    height: float
    rcs: float
    probability: float
    azimuths: np.ndarray
    ranges: np.ndarray


@dataclass(frozen=True)
class Belief:
    """A stretch of a track during which the post believed one identity."""

    identity: Identity
    line: Line


@dataclass
class Lane:
    """The kill chain of one flight in one replication: first times (s, inf for never), every shot, and the end."""

    flight: int
    name: str
    kind: ThreatClass
    side: Side
    first: dict[str, float] = field(default_factory=dict)
    launches: list[float] = field(default_factory=list)
    intercepts: list[tuple[float, bool]] = field(default_factory=list)
    ends: float = math.inf
    terminal: Terminal = Terminal.NONE


#: The stages of a lane in order, and the event (with its code where it matters) that starts each.
STAGES: tuple[tuple[str, Event, int | None], ...] = (
    ("detect", Event.DETECT, None),
    ("track", Event.TRACK, 1),
    ("identify", Event.IDENTIFY, None),
    ("assign", Event.ASSIGN, None),
    ("launch", Event.LAUNCH, None),
    ("intercept", Event.INTERCEPT, None),
    ("assess", Event.ASSESS, None),
)
_OF_LANES = (*(event for _, event, _ in STAGES), Event.TERMINAL)

#: Beliefs that count as an identification.
_DECIDED = (Identity.ASSUMED_FRIEND, Identity.FRIEND, Identity.NEUTRAL, Identity.HOSTILE)


@dataclass(frozen=True)
class Parameter:
    """One catalog value that a run used, as a report prints it."""

    entry: str
    name: str
    value: str
    interval: str
    unit: str
    source: str
    status: str
    note: str


@dataclass(frozen=True)
class GateShare:
    """How long a gate kept fire units from shooting at threats that leaked.

    Parameters
    ----------
    gate, text : str
        Name, and in words.
    share : float
        Of all the time that units waited.
    possible : float
        The part of the share in which a shot was possible.
    """

    gate: str
    text: str
    share: float
    possible: float


@dataclass(frozen=True)
class Brief:
    """Everything a report shows.

    leakers : number of leakers -> good replications with so many
    truth : flight row -> path;  beliefs : track serial -> stretches;  intercepts, launches : degrees (and kill or miss)
    gates : shares of the waiting time of leakers, longest first
    first_bound : resource -> share of replications in which it was the first to bind
    settings : the scenario as a file holds it;  twins : closed forms beside the run (study.twins_of_run.Twin)
    most : replications asked for;  origin : file or name of the scenario and what was set, if the run knows
    layers : the raid layer by layer; None where no replication came to an end
    """

    scenario: Scenario
    summary: dict[str, Any]
    leakers: dict[int, int]
    replication: int
    lanes: list[Lane]
    truth: dict[int, Line]
    beliefs: dict[int, list[Belief]]
    rounds: list[Line]
    intercepts: list[tuple[float, float, bool]]
    launches: list[tuple[float, float]]
    places: list[Place]
    coverage: list[Coverage]
    gates: list[GateShare]
    first_bound: dict[str, float]
    parameters: list[Parameter]
    sources: list[tuple[str, str]]
    settings: dict[str, Any]
    warnings: list[str]
    duration: float
    twins: list[Twin]
    most: int | None = None
    origin: list[str] | None = None
    layers: Layers | None = None


def lanes(events: np.ndarray, names: Sequence[str], kinds: np.ndarray, sides: np.ndarray) -> list[Lane]:
    """One lane a flight, from the key events of one replication."""
    found = [
        Lane(f, name, ThreatClass(int(kinds[f])), Side(int(sides[f])), {stage: math.inf for stage, _, _ in STAGES})
        for f, name in enumerate(names)
    ]
    own = events[np.isin(events["kind"], _OF_LANES) & (events["flight"] >= 0)]
    for flight, kind, code, time in zip(*(own[n].tolist() for n in ("flight", "kind", "code", "time")), strict=True):
        lane = found[flight]
        for stage, event, wanted in STAGES:
            if kind != event or (wanted is not None and code != wanted):
                continue
            if event != Event.IDENTIFY or Identity(code) in _DECIDED:
                lane.first[stage] = min(lane.first[stage], time)
        if kind == Event.LAUNCH:
            lane.launches.append(time)
        elif kind == Event.INTERCEPT:
            lane.intercepts.append((time, code == 1))
        elif kind == Event.TERMINAL:
            lane.ends, lane.terminal = time, Terminal(code)
    return found


def truth_lines(events: np.ndarray) -> dict[int, Line]:
    """Flight row -> the path it flew, from recorded states and its end."""
    rows = events[np.isin(events["kind"], (Event.FLIGHT_STATE, Event.TERMINAL)) & (events["flight"] >= 0)]
    placed = rows[np.any(rows["value"][:, :3] != 0.0, axis=1)]
    return {int(f): line_of(placed[placed["flight"] == f]) for f in np.unique(placed["flight"])}


def belief_lines(events: np.ndarray) -> dict[int, list[Belief]]:
    """Track serial -> stretches of the post's track by believed identity, from recorded updates."""
    updates = events[(events["kind"] == Event.TRACK_UPDATE) & (events["code"] == -1) & (events["track"] >= 0)]
    calls = events[(events["kind"] == Event.IDENTIFY) & (events["track"] >= 0)]
    found: dict[int, list[Belief]] = {}
    for serial in np.unique(updates["track"]):
        mine, said = updates[updates["track"] == serial], calls[calls["track"] == serial]
        which = np.searchsorted(said["time"], mine["time"], side="right")
        stretches = []
        for k in np.unique(which):
            rows = mine[(which == k) | (np.roll(which, 1) == k) & (which == k + 1)]
            if len(rows) >= 2:
                identity = Identity.PENDING if k == 0 else Identity(int(said["code"][k - 1]))
                stretches.append(Belief(identity, line_of(rows)))
        found[int(serial)] = stretches
    return found


def round_lines(events: np.ndarray) -> list[Line]:
    """The flown path of every round, from recorded states."""
    rows = events[(events["kind"] == Event.ROUND_STATE) & (events["round"] >= 0)]
    return [line_of(rows[rows["round"] == r]) for r in np.unique(rows["round"])]


def intercept_points(events: np.ndarray, truth: dict[int, Line]) -> list[tuple[float, float, bool]]:
    """Latitude, longitude (degrees) and kill or miss of every intercept: where its flight was at that time."""
    rows = events[events["kind"] == Event.INTERCEPT]
    return [
        (*truth[int(r["flight"])].at(float(r["time"])), int(r["code"]) == 1) for r in rows if int(r["flight"]) in truth
    ]


def places(scenario: Scenario, world: World) -> list[Place]:
    """Sites and assets of a scenario, radars and fire units of its world."""

    def degrees(at: Position) -> tuple[float, float]:
        return math.degrees(at.latitude), math.degrees(at.longitude)

    found = [Place(site.name, "site", *degrees(site.at)) for site in scenario.sites]
    found += [Place(asset.name, "asset", *degrees(asset.at), float(asset.radius)) for asset in scenario.assets]
    for kind, names, rows in (
        ("radar", world.names.radars, world.rows["radars"]),
        ("fire unit", world.names.units, world.rows["units"]),
    ):
        if len(rows):
            lat, lon, _ = geodetic(rows["position"])
            found += [Place(name, kind, float(lat[i]), float(lon[i])) for i, name in enumerate(names)]
    return found


def used_entries(scenario: Scenario, catalog: Catalog) -> list[str]:
    """Catalog names a scenario rests on: its systems and threats, and every entry these name, in that order."""
    queue = [site.system for site in scenario.sites]
    queue += [raid.threat for raid in scenario.raids] + [flight.kind for flight in scenario.flights]
    queue += [kind for airway in scenario.airways for kind in sorted(airway.kinds)]
    queue += [kind for row in scenario.recordings for kind in (row.kind, *sorted(row.kinds.values()))]
    jammers = sorted(jammers_of(scenario))
    found: list[str] = []
    while queue:
        name = queue.pop(0)
        if name in found or name not in catalog:
            continue
        found.append(name)
        entry = catalog[name]
        named = list(entry.text.values()) + [item for items in entry.lists.values() for item in items]
        named += [text for rows in entry.tables.values() for row in rows for text in row.text.values()]
        queue = [text for text in named if text in catalog] + queue
    if jammers:
        radars = [catalog[name] for name in found if catalog[name].kind == "radars"]
        found += dict.fromkeys([*jammers, *(receiver_of(radar) for radar in radars)])
    return found + [name for name in (catalog.identification.name, catalog.model.name) if found and name in catalog]


def interval(value: Value) -> str:
    """The declared interval of a catalog value as text; empty where none was declared."""
    if value.exact:
        return "exact"
    given = [(word, end) for word, end in (("from", value.low), ("to", value.high)) if not math.isnan(end)]
    if len(given) == 2:
        return f"{value.low:g} to {value.high:g}"
    return " ".join(f"{word} {end:g}" for word, end in given)


def parameters(names: Sequence[str], catalog: Catalog) -> list[Parameter]:
    """Every value of the named entries as text."""
    rows = []
    for name in names:
        for path, value in catalog[name].every_value():
            rows.append(
                Parameter(
                    name,
                    path,
                    f"{value.number:g}",
                    interval(value),
                    value.unit,
                    ", ".join(value.source),
                    value.status,
                    value.note,
                )
            )
    return rows


def cited(used: Sequence[Parameter], catalog: Catalog) -> list[tuple[str, str]]:
    """Key and description of every source that the parameters rest on, by key."""
    keys = sorted({key for row in used for key in row.source.split(", ") if key in catalog.sources})
    found = [(key, catalog.sources[key]) for key in keys]
    return [(key, ", ".join(part for part in (s.title, s.publisher, s.year, s.url) if part)) for key, s in found]


def coverage(world: World) -> list[Coverage]:
    """Low and high outlines of every radar that is on."""
    from openiads.reach.outline import detection_outline

    found = []
    for r, name in enumerate(world.names.radars):
        lat, lon, _ = geodetic(world.rows["radars"]["position"][r])
        role = "engagement" if int(world.rows["radars"]["unit"][r]) >= 0 else "search"
        for height in (LOW, HIGH):
            azimuths, ranges = detection_outline(world, r, height, SHOWN_RCS, SHOWN_PD)
            found.append(
                Coverage(
                    name,
                    role,
                    math.radians(float(lat[0])),
                    math.radians(float(lon[0])),
                    height,
                    SHOWN_RCS,
                    SHOWN_PD,
                    azimuths,
                    ranges,
                )
            )
    return found


def gather(run: Run, replication: int = 0) -> Brief:
    """Everything the report of a run shows; the replication is re-run if it was not recorded.

    run : openiads.runs.run.Run (or anything with its face); replication : 0 .. N - 1
    """
    from openiads.explain.closed_forms import twins_beside
    from openiads.explain.contested_forms import contested_beside
    from openiads.explain.kill_chain import first_bound, top_gates
    from openiads.explain.layers import layers
    from openiads.scenario.load import catalog_of

    world, events, book = run.world, run.events(replication), catalog_of(run.scenario)
    summary, truth = run.summary(), truth_lines(events)
    rounds = round_lines(events)
    used = parameters(used_entries(run.scenario, book), book)
    return Brief(
        scenario=run.scenario,
        summary=summary,
        leakers={int(k): int(count) for k, count in summary["leakers_distribution"].items()},
        replication=replication,
        lanes=lanes(events, world.names.flights, world.flight_class, world.flight_side),
        truth=truth,
        beliefs=belief_lines(events),
        rounds=rounds,
        intercepts=intercept_points(events, truth),
        launches=[(float(line.latitudes[0]), float(line.longitudes[0])) for line in rounds],
        places=places(run.scenario, world),
        coverage=coverage(world),
        gates=[GateShare(row["gate"], row["text"], row["share"], row["possible"]) for row in top_gates(run)],
        first_bound=first_bound(run),
        parameters=used,
        sources=cited(used, book),
        settings=run.scenario.mapping(),
        warnings=run.warnings,
        duration=float(run.scenario.duration),
        twins=[*twins_beside(run), *contested_beside(run)],
        most=run.identity.replications,
        origin=run.facts["scenario"].get("origin"),
        layers=layers(run) if run.seal["failed"] < run.replications else None,
    )
