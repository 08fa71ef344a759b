"""With what probability one battery kills single ballistic missiles, over how much of what it guards."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from openiads.claims.bench import Bench, above, band, drivers, logs, share, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.statement import Effort, KillOverArea
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, Verdict, judge
from openiads.earth.geodesy import direct
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import Scenario, catalog_of, validate
from openiads.world.codes import Event, Terminal

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: The first missile arrives so long after the start, s, and the others one by one: an engagement ends before the next.
FIRST, APART = 900.0, 150.0
#: What cells differ in.
CLASS = "which class of missile"
GOLDEN = math.pi * (3.0 - math.sqrt(5.0))


def scenario(claim: KillOverArea, threat: str, limits: str) -> Scenario:
    """One battery and one missile at each point, one after the other; points of equal area on a sunflower's spiral."""
    plan = claim.study
    center = plan.at
    points = []
    for k in range(plan.points):
        away = plan.area_radius * math.sqrt((k + 0.5) / plan.points)
        points.append(direct(center.latitude, center.longitude, k * GOLDEN, away))
    assets = [{"name": f"Point {k + 1}", "at": _place(*p), "radius": "200 m"} for k, p in enumerate(points)]
    raids = [
        {
            "name": f"Missile {k + 1}",
            "threat": threat,
            "count": 1,
            "target": f"Point {k + 1}",
            "origin": _place(*direct(*p, plan.bearing, plan.missiles[threat])),
            "time_on_target": f"{FIRST + APART * k:g} s",
        }
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
            "name": f"claim_{claim.name}_{threat}_{limits}",
            "question": claim.question,
            "duration": f"{FIRST + APART * plan.points:g} s",
            "model": {"limits": limits},
            "terrain": {"source": "levant", "on_missing": "sea"},
            "asset": assets,
            "site": [site],
            "raid": raids,
        }
    )


def _place(lat: float, lon: float) -> str:
    north, east = math.degrees(float(lat)), math.degrees(float(lon))
    return f"{abs(north):.6f} {'N' if north >= 0 else 'S'} {abs(east):.6f} {'E' if east >= 0 else 'W'}"


def nominal(claim: KillOverArea) -> list[Scenario]:
    """Every scenario of the claim."""
    return [scenario(claim, threat, limits) for threat in claim.study.missiles for limits in claim.rule.arms.limits]


def gather(claim: KillOverArea, effort: Effort, bench: Bench) -> list[Evidence]:
    """Every class in every arm."""
    rule, plan = claim.rule, claim.study
    arms = rule.arms
    looks = len(plan.missiles) * len(arms.limits) * len(arms.weighting)
    bench.expect(len(plan.missiles) * len(arms.limits) * (1 + len(arms.weighting) * effort.worlds))
    found = []
    for threat in plan.missiles:
        for limits in arms.limits:
            flown = scenario(claim, threat, limits)
            knobs = knob_list(catalog_of(flown), flown)
            said, figure, _ = _answer(claim, bench.run(flown, effort.nominal))
            for weighting in arms.weighting:
                drawn = worlds(knobs, effort.worlds, weighting, bench.seed)
                answers = [_answer(claim, bench.run(flown, effort.each, world)) for world in drawn]
                moved_by = drivers(drawn, [figure.value for _, figure, _ in answers], looks)
                found.append(
                    looked(
                        Arm(threat, limits, weighting),
                        said,
                        figure,
                        (rule.kill_probability,),
                        [a for a, _, _ in answers],
                        band([chosen for _, _, chosen in answers]),
                        moved_by,
                    )
                )
    return found


def _answer(claim: KillOverArea, made: Run) -> tuple[Answer, Figure, np.ndarray]:
    """What a run says: the answer, the kill probability that the best ``area_share`` of the area reaches, and the kills
    behind it, replication by replication (NaN of one that failed).

    The answer counts points whose own interval is beyond the line; the figure takes no part in it.
    """
    points = claim.study.points
    need = max(math.ceil(claim.rule.area_share * points - 1e-9), 1)
    killed = np.full((made.replications, points), math.nan)
    for r, events in enumerate(logs(made)):
        if events is not None:
            ended = events[(events["kind"] == int(Event.TERMINAL)) & (events["code"] == int(Terminal.KILLED))]
            killed[r] = 0.0
            killed[r, ended["flight"]] = 1.0
    good = np.isfinite(killed[:, 0])
    failed = int((~good).sum())
    line = claim.rule.kill_probability
    answers = [above(share(int(k), len(killed) - failed, failed), line) for k in killed[good].sum(axis=0)]
    chosen = np.full(len(killed), math.nan)
    chosen[good] = at_best_point(killed[good], need)
    figure = share(int(chosen[good].sum()), len(killed) - failed, failed)
    if answers.count(Answer.YES) >= need:
        return Answer.YES, figure, chosen
    return (Answer.NO if points - answers.count(Answer.NO) < need else Answer.OPEN), figure, chosen


def at_best_point(killed: np.ndarray, need: int) -> np.ndarray:
    """Kills (0 or 1) of each replication at the ``need``-th best point, killed (replications, points).

    The point is chosen on every other replication and counted on those between, both ways: the best of many counts on
    the same replications would be the luckiest one too, and told too high.
    """
    first = np.arange(len(killed)) % 2 == 0
    chosen = np.empty(len(killed))
    for half in (first, ~first):
        point = np.argsort(-killed[~half].sum(axis=0), kind="stable")[need - 1]
        chosen[half] = killed[half, point]
    return chosen


def decide(claim: KillOverArea, cells: list[CellVerdict], evidence: list[Evidence]) -> Judgment:
    """Supported if every class is, contradicted if no class has a yes in the nominal world, otherwise it depends on the
    class: as the claim file states it, to the letter.

    What turns a class is named too, and ``worlds`` where the catalog's own numbers say yes and sampled worlds no.
    """
    found = judge(cells, CLASS)
    if all(cell.verdict is Verdict.SUPPORTED for cell in cells):
        return found
    yes = {e.look.cell for e in evidence if e.look.nominal is Answer.YES}
    if not yes:
        return Judgment(Verdict.CONTRADICTED, (), found.near, found.cells)
    turned = [name for cell in cells for name in cell.turned_by]
    turned += ["worlds" for cell in cells if cell.cell in yes and cell.verdict is Verdict.CONTRADICTED]
    return Judgment(Verdict.DEPENDS, (CLASS, *dict.fromkeys(turned)), found.near, found.cells)
