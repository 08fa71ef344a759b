"""Reach into neighbors: how much of what sites detect and may engage lies over whose land and sea, by height band, and
along schematic airways and airport approaches, with intervals over sampled worlds.

Detection: any radar of the sites detects the target flying toward it with a probability of one half in one look
(`reach.coverage`).  Engagement: any fire unit may meet the target flying toward it (`reach.envelope`); on airways and
approaches the aircraft flies its own way instead.  Shares are of volume within a band, from two heights each.

Reach is geometry and physics.  It is not intent, no claim about rules of engagement, and no assessment of safety.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.jsonable import Json
from openiads.base.options import Phases, Quantity, Silent, keywords_of, several
from openiads.base.shown import Shown
from openiads.catalog.load import catalog
from openiads.catalog.records import value_at
from openiads.earth import territory
from openiads.earth.geodesy import inverse, offset
from openiads.reach import coverage, scenes, straight
from openiads.reach.defaults import SAMPLES, sampled
from openiads.reach.envelope import LIMITS, UnitConditions, assess, reach_of
from openiads.reach.exposure import exposed, map_over, standing_world, units_of
from openiads.reach.hold import detected
from openiads.reach.keep_out import target_of
from openiads.reach.maps import Map
from openiads.reach.scenes import home, site_of
from openiads.reach.straight import Paths, Target
from openiads.scenario.load import Scenario, scenario_with
from openiads.world.build import World

Floats = NDArray[np.floating]

#: Height bands above the sea, m, and the two heights of each at which areas are taken.
BANDS = ((0.0, 1000.0), (1000.0, 5000.0), (5000.0, 12_000.0))
MAP_CELLS = 240  # of the map, along a side
FINAL, GLIDE, PATTERN = 20e3, math.radians(3.0), 1000.0  # m and rad: an approach; m above the field before it
AROUND, LEAD = 12, 40e3  # directions of approach, and m of each that are flown
AIRLINER = "a320"  # on airways and approaches, at these speeds, m/s
CRUISE, SLOW = 230.0, 80.0
STEP = 1000.0  # m between points of airways and approaches


@dataclass(frozen=True)
class Row:
    """One place's share: nominal, and the least and greatest of the sampled worlds (nominal included), 0 to 1."""

    name: str
    values: Mapping[str, tuple[float, float, float]]  #: by column


@dataclass(frozen=True, kw_only=True)
class ReachQuestion:
    """What is asked of sites; the fields are the parameters of `reach`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {"--site": "sites", "--set": "changes"}

    scenario: str | Path | Scenario = field(kw_only=False)
    sites: str | Sequence[str] = ()
    against: str = "f16"
    speed: Quantity | None = None
    samples: int = SAMPLES
    changes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class ReachAnswer(Shown):
    """The answer about some sites of a scenario."""

    scenario: str  #: its name
    sites: tuple[str, ...]
    target: Target
    samples: int
    territories: tuple[Row, ...]  #: of each band's detection and engagement volume
    volumes: Row  #: km3: what the shares are of
    airways: tuple[Row, ...]  #: of length: detected, emergent, published
    airports: tuple[Row, ...]  #: of points of final approaches


def sampled_knobs(scenario: Scenario, samples: int) -> list[dict[str, float]]:
    """Knob values: nominal first, then ``samples`` worlds, each number spread evenly (Latin square, fixed shuffle)."""
    book = catalog()
    knobs = sampled(book, scenario)
    systems = sorted({site.system for site in scenario.sites})
    rng = np.random.default_rng(1)
    shares = np.array([(rng.permutation(samples) + 0.5) / samples for _ in range(len(knobs) + len(systems))])
    out: list[dict[str, float]] = [{}]
    for n in range(samples):
        values = {knob.name: knob.at(float(shares[k, n])) for k, knob in enumerate(knobs)}
        for k, system in enumerate(systems, len(knobs)):
            values[f"{system}.reaction_time"] = value_at(book[system].reaction_time, float(shares[k, n]))
        out.append(values)
    return out


def named(label: int) -> str:
    """A label of `earth.territory` in words."""
    if label == territory.HIGH_SEA:
        return "high sea"
    country = territory.names()[label % territory.SEA - 1]
    return f"{country}, sea to 12 nmi" if label > territory.SEA else country


# ------------------------------------------------------------------ volumes over territories


def column(band: tuple[float, float], what: str) -> str:
    """Name of a band's column."""
    return f"{band[0] / 1000:g}-{band[1] / 1000:g} km {what}"


def _volumes(
    world: World, units: Sequence[int], radars: Sequence[int], target: Target, where: Map
) -> dict[str, dict[str, float]]:
    """Volumes (km3) by column and territory of one world."""
    labels = territory.labels(where.lats[:, None], where.lons[None, :])
    present = np.unique(labels)
    asked = coverage.DetectionQuestion((0.0,), "sea", target.rcs, target.swerling)
    if target.threat:
        asked = scenes.of_threat(world, target.threat, asked)
    out: dict[str, dict[str, float]] = {}
    for band in BANDS:
        width = band[1] - band[0]
        levels = [band[0] + 0.25 * width, band[0] + 0.75 * width]
        question = coverage.DetectionQuestion(tuple(levels), "sea", asked.rcs, asked.swerling)
        seen = coverage.coverage(world, question, radars, where=where)
        found = {"detection": [seen.detected(k) for k in range(2)]}
        met = [exposed(world, units, target, height, where, LIMITS) for height in levels]
        for arm in LIMITS:
            found[arm] = [np.any(each[arm], axis=0) for each in met]
        for what, cells in found.items():
            volume = 0.5 * width * 1e-9 * (where.areas * cells[0] + where.areas * cells[1])
            out[column(band, what)] = {named(int(k)): float(volume[labels == k].sum()) for k in present}
    return out


# ------------------------------------------------------------------ airways and approaches


def routes(
    world: World, speed: float, lines: Sequence[territory.Airway] | None = None, step: float = STEP
) -> tuple[Paths, NDArray[np.bool_]]:
    """Schematic airways (the Levant's if left out) as one family of paths, and which of its points are theirs.

    step : m between points
    """
    lines = territory.airways() if lines is None else lines
    ends = [inverse(*_rad(way.start), *_rad(way.end)) for way in lines]
    lengths = np.array([float(each[0]) for each in ends])
    along = step * (np.arange(math.ceil(lengths.max() / step)) + 0.5)
    places = [offset(*_rad(way.start), float(end[1]), along) for way, end in zip(lines, ends, strict=True)]
    heights = np.array([[way.height] for way in lines]) + 0.0 * along
    return _family(world, places, heights, along, speed), along[None, :] <= lengths[:, None]


def approaches(
    world: World, speed: float, ports: Sequence[territory.Airport] | None = None
) -> tuple[Paths, NDArray[np.bool_]]:
    """Approaches to every airport (the Levant's if left out) from ``AROUND`` directions, level and then down the
    glide, and which points are final; the paths of an airport follow one another."""
    ports = territory.airports() if ports is None else ports
    along = STEP * (np.arange(math.ceil(LEAD / STEP), 0, -1) - 0.5)
    around = np.arange(AROUND) * (math.tau / AROUND)
    places = [offset(*_rad(port), float(a), along) for port in ports for a in around]
    down = np.minimum(along * math.tan(GLIDE), PATTERN)
    heights = np.repeat(np.array([[port.elevation] for port in ports]) + down, AROUND, axis=0)
    final = np.broadcast_to(along <= FINAL, heights.shape)
    return _family(world, places, heights, along, speed), final


def _rad(port: territory.Airport) -> tuple[float, float]:
    return math.radians(port.lat), math.radians(port.lon)


def _family(
    world: World, places: Sequence[tuple[Floats, Floats]], heights: Floats, along: Floats, speed: float
) -> Paths:
    lats, lons = (np.array([place[k] for place in places]) for k in (0, 1))
    at = straight.ecef(lats, lons, heights)
    times = np.abs(along - along[0]) / speed
    velocity = np.gradient(at, times, axis=1)
    velocity *= speed / np.linalg.norm(velocity, axis=2, keepdims=True)
    free = heights >= np.asarray(world.terrain.height(lats, lons), dtype=float)
    return Paths(
        "straight",
        np.arange(len(places), dtype=float),
        along,
        lats,
        lons,
        at,
        velocity,
        times,
        float(heights.mean()),
        free,
    )


def _along(
    world: World, units: Sequence[int], radars: Sequence[int], target: Target, paths: Paths, question: UnitConditions
) -> dict[str, NDArray[np.bool_]]:
    """Points of some paths that are detected, and that some unit may meet, by arm."""
    found = {"detection": detected(world, radars, paths, target)}
    for arm in LIMITS:
        found[arm] = np.zeros(paths.free.shape, bool)
    for unit in units:
        for arm, spare in assess(world, unit, paths, target, LIMITS, question).items():
            found[arm] |= spare >= 0.0
    return found


def _shares(
    found: Mapping[str, NDArray[np.bool_]], counted: NDArray[np.bool_], names: Sequence[str], each: int
) -> dict[str, dict[str, float]]:
    """Shares of counted points by column and name, ``each`` paths to a name."""
    weights = counted.reshape(len(names), each * counted.shape[1])
    out = {}
    for what, cells in found.items():
        hits = (cells & counted).reshape(weights.shape).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        out[what] = dict(zip(names, hits.tolist(), strict=True))
    return out


# ------------------------------------------------------------------ the whole answer


@keywords_of(ReachQuestion)
def reach(question: ReachQuestion) -> ReachAnswer:
    """Whose land, sea, airways and airports sites of a scenario detect and may engage, with intervals.

    Reach is geometry and physics: no intent, no claim about rules of engagement, no assessment of safety.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A scenario, its file or its packaged name.
    sites : str or sequence of str
        Only these sites; all if left out.
    against : str
        A threat of the catalog that flies level, for the volumes; on airways and approaches an airliner flies.
    speed : str or float, optional
        Its speed, "300 m/s" or m/s; the catalog's if left out.
    samples : int
        Sampled worlds of the intervals; 0 for none.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.

    Returns
    -------
    ReachAnswer
        ``table()`` has a row for each place and share.

    Raises
    ------
    InputError
        For an unknown scenario, site or threat, or a site without fire units.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.reach("tartus_2016", samples=0).sites
    ('Tartus',)
    """
    return reach_of_question(question)


def reach_of_question(question: ReachQuestion, phases: Phases | None = None) -> ReachAnswer:
    """The answer to a question, with somebody told how far it is."""
    if question.samples < 0:
        raise InputError("--samples", str(question.samples), "Give 0 or more.")
    target = target_of(question.against, question.speed)
    source = scenario_with(question.scenario, question.changes)
    phases = phases or Silent()
    phases.phase("building worlds and flying out, compiling if need be")
    return reach_of_sites(source, several(question.sites), target, question.samples, progress=phases.count)


def reach_of_sites(
    scenario: Scenario,
    sites: Sequence[str] = (),
    target: Target | None = None,
    samples: int = SAMPLES,
    cells: int = MAP_CELLS,
    progress: Callable[[int, int], None] | None = None,
) -> ReachAnswer:
    """Shares of what some sites of a scenario (all if left out) detect and may engage.

    target : for the volumes, an F-16 if left out; on airways and approaches an airliner flies;  progress : called with
    (worlds done, worlds).  InputError for an unknown site or one without fire units.
    """
    target = straight.of_threat("f16") if target is None else target.checked()
    draws = sampled_knobs(scenario, samples)
    where: Map | None = None
    volumes, ways, ports = [], [], []
    for n, knobs in enumerate(draws):
        if progress is not None:
            progress(n, len(draws))
        world = standing_world(scenario, knobs)
        units = units_of(world, sites)
        radars = [
            k
            for k, name in enumerate(world.names.radars)
            if world.rows["radars"][k]["emitting"] and name.partition("/")[0] in {site_of(world, u) for u in units}
        ]
        if where is None:
            widest = max(reach_of(world, u, target, UnitConditions()) for u in units)
            where = map_over(world, units, widest, cells)
        volumes.append(_volumes(world, units, radars, target, where))
        about = territory.airports_about([home(world, u) for u in units])
        lines = territory.airways() if about == territory.airports() else ()
        asked = (world, units, radars)
        ways.append(_flown(*asked, routes, CRUISE, lines, [way.name for way in lines], 1))
        names = [f"{port.icao} {port.name}" for port in about]
        ports.append(_flown(*asked, approaches, SLOW, about, names, AROUND))
    if progress is not None:
        progress(len(draws), len(draws))
    totals = [{what: sum(by.values()) for what, by in each.items()} for each in volumes]
    shares = [
        {what: {name: v / max(total[what], 1e-9) for name, v in by.items()} for what, by in each.items()}
        for each, total in zip(volumes, totals, strict=True)
    ]
    chosen = tuple(dict.fromkeys(site_of(world, u) for u in units))
    whole = {what: _spread([total[what] for total in totals]) for what in totals[0]}
    return ReachAnswer(
        scenario.name, chosen, target, samples, _rows(shares), Row("volume, km3", whole), _rows(ways), _rows(ports)
    )


def _flown(
    world: World,
    units: Sequence[int],
    radars: Sequence[int],
    make: Callable[..., tuple[Paths, NDArray[np.bool_]]],
    speed: float,
    of: Sequence[territory.Airway] | Sequence[territory.Airport],
    names: Sequence[str],
    each: int,
) -> dict[str, dict[str, float]]:
    if not of:
        return {what: {} for what in ("detection", *LIMITS)}
    paths, counted = make(world, speed, of)
    target = Target(speed, threat=AIRLINER, swerling=int(world.catalog[AIRLINER].swerling.si))
    return _shares(_along(world, units, radars, target, paths, UnitConditions()), counted & paths.free, names, each)


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return values[0], min(values), max(values)


def _rows(found: Sequence[Mapping[str, Mapping[str, float]]]) -> tuple[Row, ...]:
    """Rows from each world's numbers by column and name, of those that are anywhere above 0; greatest first."""
    columns = list(found[0])
    rows = []
    for name in found[0][columns[0]]:
        values = {what: _spread([each[what][name] for each in found]) for what in columns}
        if any(high > 0.0 for _, _, high in values.values()):
            rows.append(Row(name, values))
    return tuple(sorted(rows, key=lambda row: -max(v[0] for v in row.values.values())))
