"""The engagement envelope of one fire unit against one target: the question and its whole answer.

Horizontal and vertical cuts, straight passes, kill probability over range and height.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.base.options import Phases, Position, Quantity, Silent, keywords_of, position, quantity, several
from openiads.base.shown import Saved
from openiads.reach.burn_through import Jammed, jammed
from openiads.reach.coverage import DetectionQuestion
from openiads.reach.defaults import ENVELOPE_HEIGHTS
from openiads.reach.envelope import Envelope, UnitConditions, arms_of, envelopes
from openiads.reach.jammed import JammerAt, Jamming, jamming_from, jamming_of, with_spokes
from openiads.reach.kill_map import kill_map
from openiads.reach.opportunities import Pass, passes
from openiads.reach.scenes import jammed_unit_world, radar_world, unit_scenario
from openiads.reach.straight import Target, of_threat
from openiads.scenario.load import Scenario, scenario_with
from openiads.world.build import World

Floats = NDArray[np.floating]

AZIMUTHS = 240  # paths of the horizontal cuts
STEP = 500.0  # m between two points of a path
#: Heights (m) of the vertical cut.
LEVELS = (15.0, 50.0, 100.0, 250.0, *np.arange(500.0, 36_000.0, 500.0).tolist())
#: Straight passes: so many crossing distances, out to so many times the farthest range, and to at least so many m; at
#: no more than so many of the heights.
CROSSINGS, BEYOND, LEAST_ASIDE, PASS_HEIGHTS = 27, 1.3, 10e3, 4
#: Kill probability: shares of the farthest range, and heights (m).
KILL_SHARES = tuple(np.linspace(0.05, 1.1, 14).tolist())
KILL_HEIGHTS = (50.0, 500.0, 2e3, 5e3, 10e3, 15e3, 20e3, 25e3, 30e3)


@dataclass(frozen=True, kw_only=True)
class EnvelopeQuestion:
    """What is asked of one fire unit; the fields are the parameters of `envelope`."""

    OPTIONS: ClassVar[Mapping[str, str]] = {
        "--height": "heights",
        "--pk": "kill_map",
        "--round": "interceptor",
        "--jammer": "jammers",
        "--jammers-of": "jammers_of",
        "--jammers-at": "jammers_at",
    }

    system: str = field(kw_only=False)
    against: str | None = None
    speed: Quantity | None = None
    rcs: Quantity | None = None
    maneuver: Quantity = 0.0
    heights: Quantity | Sequence[Quantity] = ENVELOPE_HEIGHTS
    limits: str = "both"
    interceptor: str = ""
    at: Position | None = None
    dem: str | Path | Sequence[str | Path] = ()
    facing: Quantity = 0.0
    reaction: Quantity | None = None
    cued: bool = True
    turn: bool = True
    kill_map: bool = False
    jammers: JammerAt | Sequence[JammerAt] = ()
    jammers_of: str | Path | Scenario | None = None
    jammers_at: Quantity | None = None

    def target(self) -> Target:
        """What flies; InputError if it makes no sense."""
        if self.against is not None and self.rcs is not None:
            raise InputError("--against", "given with --rcs", "Give one of the two.")
        load = quantity("--maneuver", self.maneuver, "acceleration")
        size = 1.0 if self.rcs is None else quantity("--rcs", self.rcs, "area")
        target = Target(rcs=size, load=load) if self.against is None else of_threat(self.against, load)
        if self.speed is not None:
            target = replace(target, speed=quantity("--speed", self.speed, "speed"))
        return target.checked()


@dataclass(frozen=True)
class EnvelopeAnswer(Saved):
    """Where one fire unit can meet a target that flies straight and level, and how often."""

    world: World
    target: Target
    facing: float  #: rad
    cuts: Mapping[str, Envelope]  #: by arm
    side: Mapping[str, Envelope]  #: in the vertical plane of the facing, by arm
    passes: Mapping[float, Sequence[Pass]]  #: by height, m
    kill: tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | None = None  #: ranges m, heights m, probability
    on_earth: bool = False  #: it was given a place; else it stands on flat ground at sea level
    jamming: Jammed | None = None  #: what jammers do to the unit's radar, where somebody jams
    clear: Mapping[str, Envelope] = field(default_factory=dict)  #: cuts without jamming, by arm, where somebody jams

    @property
    def system(self) -> str:
        """Catalog name of the unit's system."""
        return str(self.world.scenario.sites[0].system)

    @property
    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Latitudes and longitudes (rad) of the places looked at, and whether there are heights: elsewhere the sea is
        put."""
        families = (paths for found in self.cuts.values() for paths in found.paths)
        widest = max(families, key=lambda paths: paths.along.max())
        lats, lons = np.asarray(widest.lats, np.float64), np.asarray(widest.lons, np.float64)
        return lats, lons, np.asarray(self.world.terrain.covers(lats, lons), np.bool_)

    @property
    def without_data(self) -> float:
        """Share of the places looked at that have no terrain data: the sea is put there."""
        return float(1.0 - self.places[2].mean())


@keywords_of(EnvelopeQuestion)
def envelope(question: EnvelopeQuestion) -> EnvelopeAnswer:
    """Where one fire unit can meet a target that flies straight and level, and how often.

    A place is inside if a round can meet the target there: whether it is fired and kills is a run's business.

    Parameters
    ----------
    system : str
        A system of the catalog, "s300pmu2".
    against : str, optional
        A threat of the catalog that flies level, in place of `rcs`.
    speed : str or float, optional
        Speed of the target, "300 m/s" or m/s; the threat's, else 250 m/s.
    rcs : str or float, optional
        Its radar cross-section, "0.5 m2" or m2; 1 m2 if left out.
    maneuver : str or float
        Lateral acceleration it may pull, "3 g" or m/s2; a round must have three times as much.
    heights : str, float or sequence
        Heights of the target above the sea, "50 m" or m.
    limits : {"both", "emergent", "published"}
        What bounds an intercept: flight, radar and time alone, or the published figures too.
    interceptor : str
        Only this kind of round; any if left out.
    at : str or tuple of float, optional
        Where the unit stands, "34.92 N 35.90 E", or latitude and longitude in rad; flat ground if left out.
    dem : path or sequence of paths
        Height files in place of the packaged terrain; they need `at`.
    facing : str or float
        Azimuth of its engagement sector, "270 deg" or rad.
    reaction : str or float, optional
        From detection to launch, "12 s" or s; the published time if left out.
    cued : bool
        Whether surveillance radars tell the unit where to look.
    turn : bool
        Whether a radar that can turn in action does.
    kill_map : bool
        Kill probability over range and height as well.
    jammers : str, tuple or sequence, optional
        Noise jammers at places, turned to every radar: "escort_jammer; 34.9 N 34.0 E; 9 km", or key of the catalog,
        place and height above the sea; they need `at`.
    jammers_of : str, Path or Scenario, optional
        A scenario whose jammers stand where they are at `jammers_at`, turned to every radar as well.
    jammers_at : str or float, optional
        When, "300 s" or s.

    Returns
    -------
    EnvelopeAnswer
        ``table()`` has a row for each height and kind of limits.

    Raises
    ------
    InputError
        For an unknown system, threat, round or jammer, or a value that makes no sense.

    Examples
    --------
    >>> import openiads as oi
    >>> answer = oi.envelope("patriot_pac2", heights=["100 m", "3 km"], limits="emergent")
    >>> answer.table().column_names
    ['limits', 'height_m', 'area_km2', 'nearest_km', 'farthest_km']
    """
    return envelope_of(question)


def envelope_of(question: EnvelopeQuestion, phases: Phases | None = None) -> EnvelopeAnswer:
    """The answer to a question, with somebody told how far it is."""
    phases = phases or Silent()
    arms = arms_of(question.limits)
    dem = [Path(each) for each in several(question.dem)]
    if dem and question.at is None:
        raise InputError("--dem", "needs a place on earth", "Give --at as well.")
    target = question.target()
    place = None if question.at is None else position("--at", question.at)
    facing = quantity("--facing", question.facing, "angle")
    wait = math.nan if question.reaction is None else quantity("--reaction", question.reaction, "time")
    how = UnitConditions(question.cued, question.turn, wait, question.interceptor)
    heights = sorted({quantity("--height", each, "length") for each in several(question.heights)})
    phases.phase("building masks and flyout tables, compiling if need be")
    jamming = _jamming(question, place)
    alone = unit_scenario(question.system, place, facing, kill=question.kill_map, dem=dem)
    world = jammed_unit_world(alone, place, jamming)
    phases.phase("looking and flying out")
    around = np.arange(AZIMUTHS) * (math.tau / AZIMUTHS)
    clear, effects = {}, None
    if jamming is not None and jamming.time is not None:
        clear = envelopes(world, target, heights, arms, question=how, azimuths=around, step=STEP)
        effects = _effects(world, target, heights, jamming.time)
        world = with_spokes(world, jamming.time)
    cuts = envelopes(world, target, heights, arms, question=how, azimuths=around, step=STEP)
    plane = np.array([facing, facing + math.pi])
    side = envelopes(world, target, LEVELS, arms, question=how, azimuths=plane, step=STEP)
    far = max([found.farthest(k) for found in cuts.values() for k in range(len(heights))], default=0.0)
    flown = _passes(world, target, heights, facing, far, arms[0], how)
    kill = _kill(world, target, far, how.round) if question.kill_map and far > 0.0 else None
    return EnvelopeAnswer(world, target, facing, cuts, side, flown, kill, place is not None, effects, clear)


def _jamming(question: EnvelopeQuestion, place: tuple[float, float] | None) -> Jamming | None:
    """Who jams; InputError for jammers about a unit that stands nowhere."""
    if (question.jammers_of is None) != (question.jammers_at is None):
        given, other = "--jammers-of", "--jammers-at"
        given, other = (given, other) if question.jammers_at is None else (other, given)
        raise InputError(given, f"without {other}", "Give a scenario and a time: its jammers as they stand then.")
    if not several(question.jammers) and question.jammers_of is None:
        return None
    if place is None:
        option = "--jammer" if question.jammers_of is None else "--jammers-of"
        raise InputError(option, "needs a place on earth", "Give --at as well.")
    named = jamming_of(question.jammers, None, unit_scenario(question.system))
    if question.jammers_of is None:
        return named
    source = scenario_with(question.jammers_of)
    own = jamming_of((), question.jammers_at, source)
    return jamming_from(radar_world(source, jamming=own), own.own_at or 0.0, named.placed)


def _effects(world: World, target: Target, heights: Sequence[float], when: float) -> Jammed:
    """What jammers do to all radars of the unit's site, against the target from the nose."""
    sections = target.sections(world)[:, 0]
    rcs = (float(sections[0]), float(sections[1]), float(sections[2]))
    asked = DetectionQuestion(tuple(heights), "sea", rcs, target.swerling)
    rows = [k for k in range(len(world.rows["radars"])) if world.rows["radars"][k]["emitting"]]
    return jammed(world, rows, asked, when)


def _passes(
    world: World, target: Target, heights: Sequence[float], facing: float, far: float, limits: str, how: UnitConditions
) -> dict[float, list[Pass]]:
    """Straight passes against the facing at some of the heights, by height."""
    crossings = np.linspace(0.0, max(BEYOND * far, LEAST_ASIDE), CROSSINGS)
    some = heights[:: max(1, (len(heights) + PASS_HEIGHTS - 1) // PASS_HEIGHTS)]
    course = facing + math.pi
    return {h: passes(world, target, h, course, crossings, limits=limits, question=how) for h in some}


def _kill(world: World, target: Target, far: float, interceptor: str) -> tuple[Floats, Floats, Floats]:
    """Ranges (m), heights (m) and the probability that one round kills there, (heights, ranges)."""
    ranges, heights = np.array(KILL_SHARES) * far, np.array(KILL_HEIGHTS)
    return ranges, heights, kill_map(world, target, ranges, heights, kind=interceptor)
