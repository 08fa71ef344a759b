"""What a channel between two parties prevents: engagements of the other party's aircraft with and without it, on the
same draws, and how many more of a raid get through because of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel

from openiads.base.jsonable import JsonObject
from openiads.claims.basics import Effort
from openiads.claims.bench import Bench, above, drivers, logs, mean_band, share, worlds
from openiads.claims.equivalence import paired
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.stated import Changed, KeptApart
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, judge
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import Scenario, catalog_of, load, validate
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: What cells differ in.
MEANT = "whether what the defense pays counts"
PREVENTED, PRICE = "prevented", "price"
WITHOUT, WITH = "without the channel", "with the channel"


def scenario(claim: KeptApart, *, channel: bool, change: Changed | None = None, limits: str = "") -> Scenario:
    """The sites, one raid and the other party's aircraft, with or without the channel, or with another one."""
    plan = claim.study
    base = load(plan.scenario)
    mapping = copy.deepcopy(base.mapping())
    mapping["site"] = [{**site, "party": plan.party} for site in mapping["site"]]
    mapping["raid"] = [raid for raid in mapping["raid"] if raid["name"] == plan.raid]
    mapping["flight"] = [_written(flight) for flight in plan.flights]
    mapping["duration"] = f"{plan.duration:g} s"
    limits = (None if change is None else change.limits) or limits or claim.rule.arms.limits[0]
    mapping["model"] = {**mapping.get("model", {}), "limits": limits}
    mapping["name"] = f"claim_{claim.name}_{'with' if channel else 'without'}_{limits}"
    if channel:
        line, block = _changed(claim, change)
        mapping["hotline"], mapping["zone"] = [line], [block]
    return validate(mapping).placed(base.folder)


def _written(part: BaseModel) -> JsonObject:
    """A part of a scenario as a file holds it."""
    told: JsonObject = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return told


def _changed(claim: KeptApart, change: Changed | None) -> tuple[JsonObject, JsonObject]:
    """The hotline and the block, as stated or as a choice has them."""
    line, block = claim.study.hotline, claim.study.block
    if change is not None:
        of_line = {k: getattr(change, k) for k in ("reliability", "delay") if getattr(change, k) is not None}
        of_block = {k: getattr(change, k) for k in ("sent", "width") if getattr(change, k) is not None}
        line = line.model_copy(update=of_line)
        block = block.model_copy(update=of_block | ({"late": change.late} if change.late else {}))
    return _written(line), _written(block)


def nominal(claim: KeptApart) -> list[Scenario]:
    """Every scenario of the claim: without and with the channel, and with every choice."""
    found = [scenario(claim, channel=on, limits=each) for each in claim.rule.arms.limits for on in (False, True)]
    for change in claim.study.choices.values():
        found += [scenario(claim, channel=on, change=change) for on in (False, True)]
    return list({each.digest(): each for each in found}.values())


# ------------------------------------------------------------------ one pair of runs


def fired_at(made: Run) -> np.ndarray:
    """Whether an aircraft of the other party was fired at, replication by replication (NaN: it failed)."""
    rows = made.rows()
    return np.where(rows["status"] == 0, (rows["civil_engaged"] > 0).astype(float), np.nan)


def prevented(without: Run, with_it: Run) -> tuple[Figure, np.ndarray]:
    """Of the replications with an engagement without the channel the share that has none with it.

    A replication that failed on either side counts as it might have come out, both ways.
    """
    before, after = fired_at(without), fired_at(with_it)
    known = np.isfinite(before) & np.isfinite(after)
    trials = known & (before == 1.0)
    figure = share(int((after[trials] == 0.0).sum()), int(trials.sum()), int((~known).sum()))
    return figure, np.where(trials, 1.0 - after, np.nan)


def price(without: Run, with_it: Run) -> tuple[Figure, np.ndarray]:
    """Share of the raid that gets through with the channel less that without, paired by replication."""
    rows = [made.rows() for made in (without, with_it)]
    good = (rows[0]["status"] == 0) & (rows[1]["status"] == 0)
    before, after = (each["leakers"] / np.maximum(each["threats"], 1) for each in rows)
    far = np.where(good, after - before, np.nan)
    return paired(far[good], int((~good).sum())), far


def bearable(claim: KeptApart, figure: Figure) -> Answer:
    """YES if the price surely is no more than the line, NO if it surely is, else OPEN."""
    if figure.high <= claim.rule.price:
        return Answer.YES
    return Answer.NO if figure.low > claim.rule.price else Answer.OPEN


def answers(claim: KeptApart, found: Mapping[str, tuple[Figure, np.ndarray]]) -> dict[str, Answer]:
    """What one world says of each cell."""
    return {PREVENTED: above(found[PREVENTED][0], claim.rule.prevented), PRICE: bearable(claim, found[PRICE][0])}


def first_shot(made: Run) -> float:
    """Median time (s) of the first launch at an aircraft that is not hostile, over replications with one; NaN of
    none."""
    found = []
    for events in logs(made):
        times = np.zeros(0) if events is None else events["time"][events["kind"] == int(Event.MISIDENTIFIED)]
        if len(times):
            found.append(float(times.min()))
    return float(np.median(found)) if found else float("nan")


# ------------------------------------------------------------------ evidence


def gather(claim: KeptApart, effort: Effort, bench: Bench) -> list[Evidence]:
    """Both cells in every arm, each choice, then what the share prevented is of."""
    rule, plan = claim.rule, claim.study
    sampled = len(rule.arms.weighting) * effort.worlds * rule.seeds
    bench.expect(2 * (len(rule.arms.limits) * (1 + sampled) + len(plan.choices)))
    found: list[Evidence] = []
    for limits in rule.arms.limits:
        found += _deciding(claim, effort, bench, limits)
    for name, change in plan.choices.items():
        pair = [bench.run(scenario(claim, channel=on, change=change), effort.nominal) for on in (False, True)]
        found += _said(claim, _both(*pair), rule.arms.limits[0], (change.kind, name))
    return found + _engaged(claim, effort, bench)


def _both(without: Run, with_it: Run) -> dict[str, tuple[Figure, np.ndarray]]:
    return {PREVENTED: prevented(without, with_it), PRICE: price(without, with_it)}


def _line(claim: KeptApart, cell: str) -> float:
    return claim.rule.prevented if cell == PREVENTED else claim.rule.price


def _deciding(claim: KeptApart, effort: Effort, bench: Bench, limits: str) -> list[Evidence]:
    rule = claim.rule
    sides = [scenario(claim, channel=on, limits=limits) for on in (False, True)]
    here = _both(*(bench.run(side, effort.nominal) for side in sides))
    knobs = knob_list(catalog_of(sides[0]), sides[0])
    looks = len(here) * len(rule.arms.limits) * len(rule.arms.weighting)
    found = []
    for weighting in rule.arms.weighting:
        drawn = {seed: worlds(knobs, effort.worlds, weighting, seed) for seed in bench.seeds(rule.seeds)}
        far = [
            [_both(*(bench.run(side, effort.each, world, seed) for side in sides)) for world in every]
            for seed, every in drawn.items()
        ]
        every_world = [world for every in drawn.values() for world in every]
        for cell in here:
            figure = here[cell][0]
            numbers = [each[cell][0].value for seed in far for each in seed]
            values = [[each[cell][1] for each in seed] for seed in far]
            found.append(
                looked(
                    Arm(cell, limits, weighting),
                    answers(claim, here)[cell],
                    figure,
                    (_line(claim, cell),),
                    [[answers(claim, each)[cell] for each in seed] for seed in far],
                    mean_band(values),
                    drivers(every_world, numbers, looks),
                )
            )
    return found


def _said(
    claim: KeptApart, found: Mapping[str, tuple[Figure, np.ndarray]], limits: str, beside: str | tuple[str, str]
) -> list[Evidence]:
    said = answers(claim, found)
    weighting = claim.rule.arms.weighting[0]
    return [
        looked(Arm(cell, limits, weighting), said[cell], f, (_line(claim, cell),), [], None, beside=beside)
        for cell, (f, _) in found.items()
    ]


def _engaged(claim: KeptApart, effort: Effort, bench: Bench) -> list[Evidence]:
    """How often an aircraft of the other party is fired at, when first, and how much of the raid gets through."""
    limits, weighting = claim.rule.arms.limits[0], claim.rule.arms.weighting[0]
    found = []
    for label, on in ((WITHOUT, False), (WITH, True)):
        made = bench.run(scenario(claim, channel=on, limits=limits), effort.nominal)
        shots = fired_at(made)
        known = np.isfinite(shots)
        rows = made.rows()
        part = (rows["leakers"] / np.maximum(rows["threats"], 1))[known]
        told = {
            "raids with an engagement": share(int(shots[known].sum()), int(known.sum()), int((~known).sum())),
            "share of the raid that gets through": Figure(float(part.mean()), float(part.mean()), float(part.mean())),
        }
        if not on:
            when = first_shot(made)
            told["median time of the first shot, s"] = Figure(when, when, when)
        found += [
            looked(Arm(PREVENTED, limits, weighting), Answer.OPEN, f, (), [], None, beside=f"{label}: {what}")
            for what, f in told.items()
        ]
    return found


# ------------------------------------------------------------------ the verdict


def figures(claim: KeptApart, evidence: Sequence[Evidence]) -> JsonObject:
    """What the closed form gives for the stated channel and the median time to the first shot, r (1 - exp(-T / tau)):
    of one aircraft, every post hearing at once."""
    label = f"{WITHOUT}: median time of the first shot, s"
    when = next(e.look.figure.value for e in evidence if e.beside == label)
    line, sent = claim.study.hotline, claim.study.block.sent
    known = 0.0 if not when > sent else line.reliability * (1.0 - float(np.exp(-(when - sent) / max(line.delay, 1e-9))))
    return {"first_shot_s": when if np.isfinite(when) else None, "closed_form": known}


def decide(claim: KeptApart, cells: list[CellVerdict], evidence: Sequence[Evidence]) -> Judgment:
    """As every claim: what is prevented and what it costs are the cells."""
    return judge(cells, MEANT)
