"""Whether one battery meets single ballistic missiles in time (engage), with what probability it kills them (kill),
and over how much of what it guards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.claims.basics import Effort
from openiads.claims.bench import Bench, above, drivers, logs, mean_band, share, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.flips import Flipped, flipped
from openiads.claims.statement import KillOverArea
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, Verdict, judge, together
from openiads.earth.geodesy import direct
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import Scenario, catalog_of, load, validate
from openiads.world.codes import Event, Terminal

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: The first missile arrives so long after the start, s, and the others one by one: an engagement ends before the next.
FIRST, APART = 900.0, 150.0
#: What cells differ in.
CLASS = "which class of missile"
#: What the sentence can be taken to mean, each a sentence of its own.
READINGS = ("engage", "kill")
READING = "whether to engage is to meet a missile or to kill it"
GOLDEN = math.pi * (3.0 - math.sqrt(5.0))


@dataclass(frozen=True, slots=True)
class Said:
    """What a run says of one reading and class.

    Attributes
    ----------
    answer : Answer
        It counts points whose own interval is beyond the line; the figure takes no part in it.
    figure : Figure
        The probability that the best ``area_share`` of the points reach.
    chosen : np.ndarray
        Successes (0 or 1) behind it, replication by replication (NaN of one that failed).
    area : float
        Share of the points that surely reach the line.
    """

    answer: Answer
    figure: Figure
    chosen: np.ndarray
    area: float


#: A part of the classes, which are flown in one run.
Classes = tuple[str, ...]


def parts(claim: KillOverArea) -> list[Classes]:
    """The classes, so many together as the study says."""
    names, many = list(claim.study.missiles), claim.study.together
    return [tuple(names[k : k + many]) for k in range(0, len(names), many)]


def scenario(claim: KillOverArea, part: Classes, limits: str, aspect: float = 0.0) -> Scenario:
    """One battery and one missile of every class of a part at each point, one after the other, from the bearing or an
    aspect (rad) off it; points of equal area on a sunflower's spiral."""
    plan = claim.study
    center = plan.at
    points = []
    for k in range(plan.points):
        away = plan.area_radius * math.sqrt((k + 0.5) / plan.points)
        points.append(direct(center.latitude, center.longitude, k * GOLDEN, away))
    assets = [{"name": f"Point {k + 1}", "at": _place(*p), "radius": "200 m"} for k, p in enumerate(points)]
    raids = [
        {
            "name": _raid(threat, k),
            "threat": threat,
            "count": 1,
            "target": f"Point {k + 1}",
            "origin": _place(*direct(*p, plan.bearing + aspect, away)),
            "time_on_target": f"{FIRST + APART * (m * plan.points + k):g} s",
        }
        for m, (threat, away) in enumerate((name, plan.missiles[name]) for name in part)
        for k, p in enumerate(points)
    ]
    site = {
        "name": "Battery",
        "system": plan.system,
        "at": _place(center.latitude, center.longitude),
        "facing": f"{math.degrees(plan.facing)} deg",
        "fire_units": plan.fire_units,
        "launchers": plan.launchers,
        "defends": [asset["name"] for asset in assets],
        "doctrine": plan.doctrine.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }
    return validate(
        {
            "format": 1,
            "name": f"claim_{claim.name}_{'_'.join(part)}_{limits}"
            + (f"_{math.degrees(aspect):.0f}" if aspect else ""),
            "question": claim.question,
            "duration": f"{FIRST + APART * len(raids):g} s",
            "model": {"limits": limits},
            "terrain": {"source": "levant", "on_missing": "sea"},
            "asset": assets,
            "site": [site],
            "raid": raids,
        }
    )


def _raid(threat: str, point: int) -> str:
    """The name of the missile of a class that falls on a point."""
    return f"{threat} {point + 1}"


def _place(lat: float, lon: float) -> str:
    north, east = math.degrees(float(lat)), math.degrees(float(lon))
    return f"{abs(north):.6f} {'N' if north >= 0 else 'S'} {abs(east):.6f} {'E' if east >= 0 else 'W'}"


def nominal(claim: KillOverArea) -> list[Scenario]:
    """Every scenario of the claim: the deciding ones, then other aspects and the mixed raids."""
    plan, limits = claim.study, claim.rule.arms.limits
    flown = [scenario(claim, part, each) for part in parts(claim) for each in limits]
    beside = [scenario(claim, part, limits[0], aspect) for part in parts(claim) for aspect in plan.aspects]
    return flown + beside + [load(name) for name in plan.mixed]


def gather(claim: KillOverArea, effort: Effort, bench: Bench) -> list[Evidence]:
    """Both readings of every class in every arm, then other aspects and mixed raids beside them."""
    rule, plan, arms = claim.rule, claim.study, claim.rule.arms
    sampled = len(arms.limits) * (1 + len(arms.weighting) * effort.worlds * rule.seeds)
    each_part = sampled + len(plan.aspects) + sum(len(each.values) for each in plan.flips)
    bench.expect(len(parts(claim)) * each_part + len(plan.mixed))
    found: list[Evidence] = []
    for part in parts(claim):
        for limits in arms.limits:
            flown = scenario(claim, part, limits)
            said = answers(claim, part, bench.run(flown, effort.nominal))
            for weighting in arms.weighting:
                found += _arm(claim, effort, bench, part, flown, (limits, weighting), said)
        for aspect in plan.aspects:
            turned = bench.run(scenario(claim, part, arms.limits[0], aspect), effort.nominal)
            label = f"from {math.degrees(aspect):.0f} deg off"
            found += [_beside(claim, key, each, label) for key, each in answers(claim, part, turned).items()]
    for name in plan.mixed:
        said_of = mixed(claim, bench.run(load(name), effort.nominal))
        found.append(_beside(claim, ("kill", "ballistic"), said_of, f"in the mixed raid of {name}"))
    return found


def _arm(
    claim: KillOverArea,
    effort: Effort,
    bench: Bench,
    part: Classes,
    flown: Scenario,
    arm: tuple[str, str],
    said: Mapping[tuple[str, str], Said],
) -> list[Evidence]:
    """One arm of every cell."""
    rule, arms = claim.rule, claim.rule.arms
    knobs = knob_list(catalog_of(flown), flown)
    looks = len(READINGS) * len(claim.study.missiles) * len(arms.limits) * len(arms.weighting)
    limits, weighting = arm
    drawn = {seed: worlds(knobs, effort.worlds, weighting, seed) for seed in bench.seeds(rule.seeds)}
    every = [world for each in drawn.values() for world in each]
    far = [
        [answers(claim, part, bench.run(flown, effort.each, world, seed)) for world in each]
        for seed, each in drawn.items()
    ]
    return [
        looked(
            Arm(_cell(*key), limits, weighting),
            here.answer,
            here.figure,
            (line_of(claim, key[0]),),
            [[world[key].answer for world in seed] for seed in far],
            mean_band([[world[key].chosen for world in seed] for seed in far]),
            drivers(every, [world[key].figure.value for seed in far for world in seed], looks),
        )
        for key, here in said.items()
    ]


def _beside(claim: KillOverArea, key: tuple[str, str], said: Said, beside: str) -> Evidence:
    arms = claim.rule.arms
    arm = Arm(_cell(*key), arms.limits[0], arms.weighting[0])
    return looked(arm, said.answer, said.figure, (line_of(claim, key[0]),), [], None, beside=beside)


def _cell(reading: str, threat: str) -> str:
    return f"{reading} / {threat}"


def line_of(claim: KillOverArea, reading: str) -> float:
    """The line of a reading."""
    return claim.rule.engage_probability if reading == "engage" else claim.rule.kill_probability


def answers(claim: KillOverArea, part: Classes, made: Run) -> dict[tuple[str, str], Said]:
    """What a run of a part says of every reading and class."""
    points = claim.study.points
    flights = len(part) * points
    done = {reading: np.full((made.replications, flights), math.nan) for reading in READINGS}
    for r, events in enumerate(logs(made)):
        if events is not None:
            ended = events[(events["kind"] == int(Event.TERMINAL)) & (events["code"] == int(Terminal.KILLED))]
            met = events[(events["kind"] == int(Event.INTERCEPT)) & (events["flight"] >= 0)]
            for reading, rows in (("engage", met), ("kill", ended)):
                done[reading][r] = 0.0
                done[reading][r, rows["flight"]] = 1.0
    order = {raid.name: k for k, raid in enumerate(made.scenario.raids)}  # by name, and one missile each
    found = {}
    for reading, table in done.items():
        for threat in part:
            mine = table[:, [order[_raid(threat, k)] for k in range(points)]]
            found[reading, threat] = _said(claim, mine, line_of(claim, reading))
    return found


def _said(claim: KillOverArea, done: np.ndarray, line: float) -> Said:
    """What successes (0 or 1, NaN of a failed replication), of shape (replications, points), say against a line."""
    points = claim.study.points
    need = max(math.ceil(claim.rule.area_share * points - 1e-9), 1)
    good = np.isfinite(done[:, 0])
    failed = int((~good).sum())
    told = [above(share(int(k), len(done) - failed, failed), line) for k in done[good].sum(axis=0)]
    chosen = np.full(len(done), math.nan)
    chosen[good] = at_best_point(done[good], need)
    figure = share(int(np.nansum(chosen)), len(done) - failed, failed)
    area = told.count(Answer.YES) / points
    if told.count(Answer.YES) >= need:
        return Said(Answer.YES, figure, chosen, area)
    return Said(Answer.NO if points - told.count(Answer.NO) < need else Answer.OPEN, figure, chosen, area)


def mixed(claim: KillOverArea, made: Run) -> Said:
    """The share of a mixed raid's ballistic missiles that do not get through, of all replications together."""
    rows = made.rows()
    rows = rows[rows["status"] == 0]
    threats = rows["ballistic_threats"].astype(float)
    kept = 1.0 - rows["ballistic_leakers"] / np.maximum(threats, 1.0)
    error = float(kept.std(ddof=1) / math.sqrt(len(kept))) if len(kept) > 1 else 1.0
    mean = float(kept.mean()) if len(kept) else math.nan
    figure = Figure(mean, max(mean - 1.96 * error, 0.0), min(mean + 1.96 * error, 1.0), error)
    return Said(above(figure, claim.rule.kill_probability), figure, kept, 0.0)


def at_best_point(done: np.ndarray, need: int) -> np.ndarray:
    """Successes (0 or 1) of each replication at the ``need``-th best point, done (replications, points).

    The point is chosen on every other replication and counted on those between, both ways: the best of many counts on
    the same replications would be the luckiest one too, and told too high.
    """
    first = np.arange(len(done)) % 2 == 0
    chosen = np.empty(len(done))
    for half in (first, ~first):
        point = np.argsort(-done[~half].sum(axis=0), kind="stable")[need - 1]
        chosen[half] = done[half, point]
    return chosen


def flips(claim: KillOverArea, effort: Effort, bench: Bench) -> list[Flipped]:
    """Where the answers on killing flip when a number is moved alone."""
    many = max(effort.nominal // 4, effort.each)
    found = []
    for part in parts(claim):
        flown = scenario(claim, part, claim.rule.arms.limits[0])
        for flip in claim.study.flips:
            said = [answers(claim, part, bench.run(flown, many, {flip.sets: value})) for value in flip.values]
            figures = {_cell("kill", threat): [each["kill", threat].figure.value for each in said] for threat in part}
            found += flipped(flip, flown, claim.rule.arms.weighting, figures, (claim.rule.kill_probability,))
    return found


def figures(claim: KillOverArea, evidence: list[Evidence]) -> JsonObject:
    """Of each reading: nominal figures and medians of the sampled worlds over classes and arms, least and greatest."""
    told: JsonObject = {}
    for reading in READINGS:
        mine = [e for e in evidence if e.decides and e.look.cell.startswith(f"{reading} / ")]
        middles = [e.look.band[1] for e in mine if e.look.band is not None]
        told[reading] = {
            "line": line_of(claim, reading),
            "nominal": [min(e.look.figure.value for e in mine), max(e.look.figure.value for e in mine)],
            "medians": [min(middles), max(middles)] if middles else None,
        }
    return told


def decide(claim: KillOverArea, cells: list[CellVerdict], evidence: list[Evidence]) -> Judgment:
    """Each reading is a sentence of its own: supported if every class is, contradicted if every class is, otherwise it
    depends on the class or is undecided.  The claim is what both come to; it depends on the reading only if the two
    are decided and differ.
    """
    found = {r: judge([c for c in cells if c.cell.startswith(f"{r} / ")], CLASS) for r in READINGS}
    readings = tuple((name, each.verdict, each.depends_on) for name, each in found.items())
    near = any(cell.near for cell in cells)
    verdict = together(each.verdict for each in found.values())
    differ = len({each.verdict for each in found.values()} - {Verdict.UNDECIDED}) > 1
    named = dict.fromkeys(name for each in found.values() for name in each.depends_on)
    on = (*([READING] if differ else []), *named) if verdict is Verdict.DEPENDS else ()
    return Judgment(verdict, on, near, tuple(cells), readings)
