"""Radar coverage of the radars of a scenario, or of one system put somewhere: the question and its whole answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.options import (
    Extent,
    Phases,
    Position,
    Quantity,
    Silent,
    corners,
    keywords_of,
    no_other_window,
    position,
    quantity,
    several,
)
from openiads.base.shown import Saved
from openiads.base.units import written_position
from openiads.reach import scenes
from openiads.reach.approach import Approach, approach
from openiads.reach.burn_through import Jammed, jammed
from openiads.reach.coverage import Coverage, DetectionQuestion, map_around
from openiads.reach.coverage import coverage as coverage_on
from openiads.reach.defaults import CELLS, COVERAGE_HEIGHTS
from openiads.reach.jammed import JammerAt, Jamming, free_name, jamming_of, names_of
from openiads.reach.maps import Map, map_within
from openiads.reach.strobes import Strobes, one_of, strobes
from openiads.scenario.load import Scenario, scenario_with
from openiads.world.build import World


@dataclass(frozen=True, kw_only=True)
class CoverageQuestion:
    """What is asked of some radars; the fields are the parameters of `coverage`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {
        "--site": "sites",
        "--radar": "radars",
        "--height": "heights",
        "--pd": "probability",
        "--k": "earth_factor",
        "--no-diffraction": "diffraction=False",
        "--set": "changes",
        "--jammer": "jammers",
    }

    scenario: str | Path | Scenario | None = field(default=None, kw_only=False)
    system: str | None = None
    at: Position | None = None
    facing: Quantity = 0.0
    sites: str | Sequence[str] = ()
    radars: str | Sequence[str] = ()
    heights: Quantity | Sequence[Quantity] = COVERAGE_HEIGHTS
    above: str = "ground"
    rcs: Quantity | None = None
    threat: str | None = None
    probability: float = 0.5
    looks: str | tuple[int, int] = (1, 1)
    earth_factor: float | None = None
    multipath: bool | None = None
    attenuation: bool | None = None
    diffraction: bool | None = None
    mast: Quantity | None = None
    dem: str | Path | Sequence[str | Path] = ()
    fine: bool = False
    size: Quantity | None = None
    center: Position | None = None
    extent: Extent | None = None
    cells: int = CELLS
    route: str | Sequence[Position] | None = None
    speed: Quantity | None = None
    jammers: JammerAt | Sequence[JammerAt] = ()
    jammers_at: Quantity | None = None
    strobes: str | None = None
    changes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class CoverageAnswer(Saved):
    """What radars see of a map, and how early they see an approach."""

    scenario: str  #: name of the scenario
    source: str  #: of the terrain: "levant", "files", "flat", ...
    found: Coverage
    before: Coverage | None = None  #: with the antennas where they are, where another mast is asked about
    approach: Approach | None = None  #: where a route is given
    digest: str = ""  #: of the scenario, SHA-256
    jamming: Jammed | None = None  #: what jammers do to each radar, where somebody jams
    strobes: Strobes | None = None  #: from where a jammer would give itself away, where that is asked

    @property
    def without_data(self) -> float:
        """Share of the map that has no terrain data: the sea is put there."""
        return float(1.0 - self.found.map.known.mean())


@keywords_of(CoverageQuestion)
def coverage(question: CoverageQuestion) -> CoverageAnswer:
    """What radars see over terrain, and how early they see an approach.

    Every look is the engine's own: horizon, terrain mask, sector, elevations, range limits and signal.

    Parameters
    ----------
    scenario : str, Path or Scenario, optional
        A scenario, its file or its packaged name; its radars are asked.  Without one, `system` and `at` are needed.
    system : str, optional
        A system of the catalog in place of a scenario.
    at : str or tuple of float, optional
        Where that system stands, "34.92 N 35.90 E", or latitude and longitude in rad.
    facing : str or float
        Azimuth of its engagement sector, "270 deg" or rad.
    sites : str or sequence of str
        Only radars of these sites.
    radars : str or sequence of str
        Only these radars: "76n6", or "Tartus/76n6".
    heights : str, float or sequence
        Heights of the target, "50 m" or m.
    above : {"ground", "sea"}
        What the heights are above.
    rcs : str or float, optional
        Radar cross-section of the target, "0.5 m2" or m2; 1 m2 if left out.
    threat : str, optional
        A threat of the catalog that flies at the radar, in place of `rcs`.
    probability : float
        Probability of detection from which a cell counts as detected, 0 to 1.
    looks : str or tuple of int
        At least M detections in N successive looks, "2/3" or (2, 3).
    earth_factor : float, optional
        Effective earth radius factor, 1 to 2; the scenario's if left out.
    multipath, attenuation, diffraction : bool, optional
        Reflections of the sea, loss in gases, signal bent over edges; as the scenario says if left out.
    mast : str or float, optional
        Antenna height of these radars above the ground, "40 m" or m, which is compared with their own.
    dem : path or sequence of paths
        Height files in place of the scenario's terrain.
    fine : bool
        Line of sight on the map's own cells in place of the radars' masks.
    size : str or float, optional
        Side of the map, "200 km" or m; as far as the highest target is seen if left out.
    center : str or tuple of float, optional
        Middle of the map; that of the radars if left out.
    extent : str or tuple, optional
        Southwest and northeast corner of the map, "34 N 35 E; 36 N 37 E", in place of `size` and `center`.
    cells : int
        Cells along the longer side of the map.
    route : str or sequence, optional
        An approach, "35.2 N 34.0 E; 34.91 N 35.87 E", flown at the first height.
    speed : str or float, optional
        Its speed, "250 m/s" or m/s; the threat's if left out.
    jammers : str, tuple or sequence, optional
        Noise jammers at places, turned to every radar: "escort_jammer; 34.9 N 34.0 E; 9 km", or key of the catalog,
        place and height above the sea.
    jammers_at : str or float, optional
        The scenario's own jammers jam as they stand then, "300 s" or s.
    strobes : str, optional
        A jammer of the catalog: from where it would give these radars its bearing, and bearings that cross.
    changes : mapping
        Changes of the scenario, path -> value, as `Scenario.with_values` takes them.

    Returns
    -------
    CoverageAnswer
        ``table()`` has a row for each height and radar; ``found`` the maps cell by cell; ``jamming`` what jammers do.

    Raises
    ------
    InputError
        For an unknown scenario, system, radar, site, threat or jammer, a value that makes no sense, or ground without
        data.

    Examples
    --------
    >>> import openiads as oi
    >>> answer = oi.coverage("raid24", heights="500 m", size="60 km", cells=20)
    >>> answer.table().column_names
    ['height_m', 'radar', 'in_view_km2', 'detected_km2']
    """
    return coverage_of(question)


def coverage_of(question: CoverageQuestion, phases: Phases | None = None) -> CoverageAnswer:
    """The answer to a question, with somebody told how far it is."""
    phases = phases or Silent()
    _check(question)
    heights = tuple(quantity("--height", each, "length") for each in several(question.heights))
    rcs = 1.0 if question.rcs is None else quantity("--rcs", question.rcs, "area")
    asked = DetectionQuestion(heights, question.above, rcs, 1, question.probability, _looks(question.looks))
    dem = [Path(each) for each in several(question.dem)]
    source = _source(question, dem)
    phases.phase("building masks")
    jamming = jamming_of(question.jammers, question.jammers_at, source)
    flown = _route(question, heights[0], source, jamming)
    air = scenes.Air(question.earth_factor, question.multipath, question.attenuation, question.diffraction)
    world = scenes.radar_world(source, air, dem, flown, jamming)
    rows = scenes.chosen(world, several(question.radars), several(question.sites))
    if question.threat is not None:
        asked = scenes.of_threat(world, question.threat, asked)
    phases.phase("looking from every radar, compiling if need be")
    where = _map(question, world, rows, asked)

    def seen(world: World) -> Coverage:
        return coverage_on(
            world, asked, rows, where=where, fine=question.fine, jammed_at=jamming.time, progress=phases.count
        )

    found, before = seen(world), None
    if question.mast is not None:
        world = scenes.on_mast(world, rows, quantity("--mast", question.mast, "length"))
        before, found = found, seen(world)
    way = None
    if flown is not None:
        phases.phase("following the approach")
        way = approach(
            world,
            world.names.flights.index(str(flown["name"])),
            rows,
            None if question.threat is not None else asked.rcs_in(0),
        )
    effects = None
    if jamming.time is not None:
        phases.phase("following bearings")
        effects = jammed(world, rows, asked, jamming.time)
    told = None
    if question.strobes is not None:
        phases.phase("putting a jammer into every cell")
        above = one_of(question.strobes, source, scenes.place_of(world, rows[0]))
        noisy = scenes.radar_world(source, air, dem, None, above)
        if question.mast is not None:
            noisy = scenes.on_mast(noisy, rows, quantity("--mast", question.mast, "length"))
        told = strobes(noisy, question.strobes, rows, asked, where)
    return CoverageAnswer(
        source.name, world.scenario.terrain.source, found, before, way, source.digest(), effects, told
    )


def _check(question: CoverageQuestion) -> None:
    """Refuse what excludes or needs something else; InputError."""
    alone = question.system is not None
    if (question.scenario is None) != alone or alone != (question.at is not None):
        raise InputError("coverage", "needs a scenario, or --system and --at", "For example: openiads coverage raid24.")
    if question.rcs is not None and question.threat is not None:
        raise InputError("--threat", "given with --rcs", "Give one of the two.")
    no_other_window(question.center, question.size, question.extent)


def _source(question: CoverageQuestion, dem: Sequence[Path]) -> Scenario:
    if question.scenario is not None:
        return scenario_with(question.scenario, question.changes)
    assert question.system is not None and question.at is not None  # of _check
    facing = quantity("--facing", question.facing, "angle")
    alone = scenes.site_scenario(question.system, position("--at", question.at), facing, dem)
    return scenario_with(alone, question.changes)


def _map(question: CoverageQuestion, world: World, rows: Sequence[int], asked: DetectionQuestion) -> Map:
    if question.extent is not None:
        return map_within(world.terrain, *corners("--extent", question.extent), cells=question.cells)
    side = None if question.size is None else quantity("--size", question.size, "length")
    middle = None if question.center is None else position("--center", question.center)
    return map_around(world, rows, asked, size=side, cells=question.cells, center=middle)


def _looks(value: str | tuple[int, int]) -> tuple[int, int]:
    parts: Sequence[int | str] = value.split("/") if isinstance(value, str) else several(value)
    if len(parts) != 2 or not all(str(each).strip().isdigit() for each in parts):
        raise InputError("--looks", f'"{value}"', 'M of N as "2/3".')
    return int(parts[0]), int(parts[1])


def _route(question: CoverageQuestion, height: float, source: Scenario, jamming: Jamming) -> JsonObject | None:
    """The flight of an approach as a scenario file writes it; it flies at the first height, from when jammers stand."""
    route = question.route
    if route is None:
        return None
    texts = [part.strip() for part in route.split(";") if part.strip()] if isinstance(route, str) else list(route)
    if len(texts) < 2:
        remedy = 'Give two or more places with ";" between, "35.2 N 34.0 E; 34.91 N 35.87 E".'
        raise InputError("--route", f'"{route}" is no way', remedy)
    places = [each if isinstance(each, str) else written_position(*each) for each in texts]
    for place in places:
        position("--route", place)
    flight: JsonObject = {
        "name": free_name("Approach", names_of(source)),
        "kind": question.threat or "f16",
        "side": "hostile",
        "route": places,
        "agl" if question.above == "ground" else "altitude": f"{height} m",
    }
    if jamming.own_at:
        flight["start"] = f"{jamming.own_at!r} s"
    if question.speed is None:
        return flight
    return flight | {"speed": f"{quantity('--speed', question.speed, 'speed')!r} m/s"}
