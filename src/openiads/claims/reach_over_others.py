"""Whom sites reach and whom they fire at, read three ways: capability, posture and control state.

Capability and posture are geometry, the same without dice for every arm of limits at once; the control state is flown,
with civil flights on one airway and no raid.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.catalog.load import catalog
from openiads.claims.basics import Effort
from openiads.claims.bench import Bench, drivers, mean_band, share, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.ratios import percentile
from openiads.claims.stated import ReachOverOthers
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, Verdict, judge, together
from openiads.reach.others import Reached, is_other, map_about, reached
from openiads.scenario.knobs import Knob, knob_list
from openiads.scenario.load import Scenario, catalog_of, load, validate
from openiads.world.outcome import TERMINALS

if TYPE_CHECKING:
    from openiads.reach.maps import Map
    from openiads.runs.run import Run

#: Reading -> whether engagement radars turn; none of what is flown.
TURNS = {"capability": True, "posture": False}
READINGS = (*TURNS, "control state")
READING = "whether a threat is what can be reached, what is laid on, or what is fired at"
#: Measure -> what the rule calls it, and the unit of its figure in the unit of the rule.
MEASURES = {
    "over neighbors": ("over_neighbors", 100.0),  # % of the volume
    "civil flights a day": ("civil_flights", 1.0),
    "fired at": ("engaged", 1000.0),  # of a thousand crossings
}
FLOWN = "control state / fired at"
FLOW = "traffic.flow"
LEAST = 0.5  # %: of a share that is shown beside


def lines_of(claim: ReachOverOthers, measure: str) -> tuple[float, float]:
    """The two lines of a measure, in the unit of its figure."""
    key, unit = MEASURES[measure]
    none, counts = getattr(claim.rule, key)
    return none * unit, counts * unit


def answer(figure: Figure, lines: tuple[float, float]) -> Answer:
    """YES (no threat) if surely below the first line, NO if surely at least the second, else BETWEEN or OPEN."""
    if figure.high < lines[0]:
        return Answer.YES
    if figure.low >= lines[1]:
        return Answer.NO
    return Answer.BETWEEN if figure.low >= lines[0] and figure.high < lines[1] else Answer.OPEN


# ------------------------------------------------------------------ what is flown


def scenario(claim: ReachOverOthers, state: str, limits: str) -> Scenario:
    """The sites under a control state, the civil flights of the study, and no raid."""
    plan = claim.study
    base = load(plan.scenario)
    mapping = copy.deepcopy(base.mapping())
    mapping["raid"], mapping["flight"] = [], []
    mapping["corridor"] = [plan.control.corridor.model_dump(mode="json", by_alias=True, exclude_none=True)]
    mapping["airway"] = [plan.control.traffic.model_dump(mode="json", by_alias=True, exclude_none=True)]
    mapping["site"] = [{**s, "doctrine": {**s.get("doctrine", {}), "control": state}} for s in mapping["site"]]
    mapping["duration"] = f"{plan.control.duration:g} s"
    mapping["name"] = f"claim_{claim.name}_{state}_{limits}"
    mapping["model"] = {**mapping.get("model", {}), "limits": limits}
    return validate(mapping).placed(base.folder)


def nominal(claim: ReachOverOthers) -> list[Scenario]:
    """The scenarios whose sites are asked, and the traffic under every control state."""
    plan, limits = claim.study, claim.rule.arms.limits
    states = [scenario(claim, state, limits[0]) for state in (plan.control.decides, *plan.control.others)]
    return [load(name) for name in (plan.scenario, *plan.beside)] + states


def values(claim: ReachOverOthers) -> dict[str, tuple[float, float, float, str]]:
    """The factor on all flights a day, which no catalog has."""
    knob = _flow(claim)
    return {knob.name: (knob.low, knob.nominal, knob.high, knob.scale)}


def _flow(claim: ReachOverOthers) -> Knob:
    low, high = claim.study.flow
    meaning = "civil flights a day, times what the claim states"
    return Knob(FLOW, "factor", "", (), "", meaning, 1.0, low, high, "log", (), "assumption", "")


# ------------------------------------------------------------------ evidence


def gather(claim: ReachOverOthers, effort: Effort, bench: Bench) -> list[Evidence]:
    """Geometry in every arm, what is reached of whom by nominal numbers, then the traffic."""
    plan, rule = claim.study, claim.rule
    sampled = len(rule.arms.weighting) * effort.worlds * rule.seeds
    bench.expect(2 * sampled + 2 + len(plan.beside) + 1 + len(plan.control.others))
    base = load(plan.scenario)
    where = map_about(base, plan.against)
    here = _asked(claim, bench, base, where, {}, detection=True)
    bench.step(plan.scenario)
    found = _geometry(claim, effort, bench, base, where, here)
    found += _of_whom(claim, here)
    for name, host in plan.beside.items():
        other = load(name)
        there = _asked(claim, bench, other, map_about(other, plan.against), {})
        bench.step(name)
        found += _beside(claim, there, name, host)
    return found + _traffic(claim, effort, bench)


def _asked(
    claim: ReachOverOthers,
    bench: Bench,
    base: Scenario,
    where: Map,
    knobs: Mapping[str, float],
    detection: bool = False,
) -> dict[str, float]:
    """What the sites of one world reach, as flat figures: ``reading|met|arm|band|place`` and the like."""

    def make() -> dict[str, float]:
        out: dict[str, float] = {}
        for reading, turn in TURNS.items():
            more = detection and turn
            seen = reached(
                base, claim.study.against, where, turn=turn, knobs=knobs, prebuilt=bench.prebuilt, detection=more
            )
            out |= _flat(reading, seen)
        return out

    about = [base.digest(), catalog().digest, claim.study.against, detection, [list(p) for p in sorted(knobs.items())]]
    return bench.figures(["reach_over_others", about], make)


def _flat(reading: str, seen: Reached) -> dict[str, float]:
    out = {"|".join((reading, "met", *key)): volume for key, volume in seen.met.items()}
    out |= {"|".join((reading, "detected", "-", *key)): volume for key, volume in seen.detected.items()}
    return out | {"|".join((reading, "airway", *key)): float(within) for key, within in seen.airways.items()}


def over_neighbors(flat: Mapping[str, float], reading: str, arm: str, host: str) -> float:
    """Share of the engagement volume over other states than the host, 0 to 1."""
    rows = {tuple(key.split("|")): v for key, v in flat.items() if key.startswith(f"{reading}|met|{arm}|")}
    whole = sum(rows.values())
    return sum(v for key, v in rows.items() if is_other(key[4], host)) / whole if whole > 0.0 else 0.0


def flights_a_day(claim: ReachOverOthers, flat: Mapping[str, float], reading: str, arm: str, factor: float) -> float:
    """Civil flights a day on airways on which they can be met somewhere."""
    stated = claim.study.flights_per_day
    return factor * sum(n for way, n in stated.items() if flat[f"{reading}|airway|{arm}|{way}"] > 0.0)


def _measured(
    claim: ReachOverOthers, flat: Mapping[str, float], host: str, arm: str, factor: float
) -> dict[str, float]:
    """Cell -> its figure."""
    out = {}
    for reading in TURNS:
        out[f"{reading} / over neighbors"] = 100.0 * over_neighbors(flat, reading, arm, host)
        out[f"{reading} / civil flights a day"] = flights_a_day(claim, flat, reading, arm, factor)
    return out


def _sure(value: float) -> Figure:
    return Figure(value, value, value)


def _geometry(
    claim: ReachOverOthers, effort: Effort, bench: Bench, base: Scenario, where: Map, here: Mapping[str, float]
) -> list[Evidence]:
    """Capability and posture: every arm of their cells."""
    rule, host = claim.rule, claim.study.host
    knobs = [*knob_list(catalog_of(base), base), _flow(claim)]
    looks = len(rule.arms.limits) * len(rule.arms.weighting) * 2 * len(TURNS)
    found: list[Evidence] = []
    for weighting in rule.arms.weighting:
        drawn = [worlds(knobs, effort.worlds, weighting, seed) for seed in bench.seeds(rule.seeds)]
        far = []
        for every in drawn:
            mine = []
            for world in every:
                moved = {name: value for name, value in world.items() if name != FLOW}
                mine.append((_asked(claim, bench, base, where, moved), world.get(FLOW, 1.0)))
                bench.step("sampled worlds")
            far.append(mine)
        for arm in rule.arms.limits:
            said = [[_measured(claim, flat, host, arm, factor) for flat, factor in mine] for mine in far]
            for cell, value in _measured(claim, here, host, arm, 1.0).items():
                lines = lines_of(claim, cell.split(" / ")[1])
                numbers = [[each[cell] for each in mine] for mine in said]
                every_number = [v for mine in numbers for v in mine]
                ordered = sorted(every_number)
                reach = (percentile(ordered, 0.05), percentile(ordered, 0.5), percentile(ordered, 0.95))
                answers = [[answer(_sure(v), lines) for v in mine] for mine in numbers]
                moved_by = drivers([world for each in drawn for world in each], every_number, looks)
                seen = Arm(cell, arm, weighting)
                found.append(looked(seen, answer(_sure(value), lines), _sure(value), lines, answers, reach, moved_by))
    return found


def _of_whom(claim: ReachOverOthers, here: Mapping[str, float]) -> list[Evidence]:
    """Of whose land and sea what share is met, and detected, by height band, and which airways, by nominal numbers."""
    arm, weighting = claim.rule.arms.limits[0], claim.rule.arms.weighting[0]
    lines = lines_of(claim, "over neighbors")
    found = []
    for what, key in (("met", arm), ("detected", "-")):
        prefix = f"capability|{what}|{key}|"
        rows = {tuple(k.split("|")[3:]): v for k, v in here.items() if k.startswith(prefix)}
        whole = {band: sum(v for (b, _), v in rows.items() if b == band) for band, _ in rows}
        for (band, place), volume in sorted(rows.items(), key=lambda row: (row[0][0], -row[1])):
            part = 100.0 * volume / whole[band]
            if part >= LEAST:
                seen = Arm("capability / over neighbors", arm, weighting)
                said = answer(_sure(part), lines) if is_other(place, claim.study.host) else Answer.OPEN
                found.append(looked(seen, said, _sure(part), (), [], None, beside=f"{what} over {place}, {band}"))
    for way, number in claim.study.flights_per_day.items():
        within = here[f"capability|airway|{arm}|{way}"] * number
        seen = Arm("capability / civil flights a day", arm, weighting)
        said = answer(_sure(within), lines_of(claim, "civil flights a day"))
        found.append(looked(seen, said, _sure(within), (), [], None, beside=f"airway {way}"))
    return found


def _beside(claim: ReachOverOthers, there: Mapping[str, float], name: str, host: str) -> list[Evidence]:
    """The same yardstick for another scenario's sites."""
    arm, weighting = claim.rule.arms.limits[0], claim.rule.arms.weighting[0]
    found = []
    for cell, value in _measured(claim, there, host, arm, 1.0).items():
        lines = lines_of(claim, cell.split(" / ")[1])
        seen = Arm(cell, arm, weighting)
        found.append(looked(seen, answer(_sure(value), lines), _sure(value), lines, [], None, beside=name))
    return found


# ------------------------------------------------------------------ the traffic


def _traffic(claim: ReachOverOthers, effort: Effort, bench: Bench) -> list[Evidence]:
    """How many crossing civil flights are fired at: the deciding control state in every weighting, others as choices.

    One set of limits: what is believed of a flight does not go through them.
    """
    rule, control, limits = claim.rule, claim.study.control, claim.rule.arms.limits[0]
    lines = lines_of(claim, "fired at")
    flown = scenario(claim, control.decides, limits)
    figure, _ = fired_at(bench.run(flown, effort.nominal))
    knobs = knob_list(catalog_of(flown), flown)
    found = []
    for weighting in rule.arms.weighting:
        drawn = {seed: worlds(knobs, effort.worlds, weighting, seed) for seed in bench.seeds(rule.seeds)}
        far = [
            [fired_at(bench.run(flown, effort.each, world, seed)) for world in every] for seed, every in drawn.items()
        ]
        every_world = [world for every in drawn.values() for world in every]
        moved_by = drivers(every_world, [each.value for seed in far for each, _ in seed], len(rule.arms.weighting))
        answers = [[answer(each, lines) for each, _ in seed] for seed in far]
        reach = mean_band([[rates for _, rates in seed] for seed in far])
        seen = Arm(FLOWN, limits, weighting)
        found.append(looked(seen, answer(figure, lines), figure, lines, answers, reach, moved_by))
    for state in control.others:
        other, _ = fired_at(bench.run(scenario(claim, state, limits), effort.nominal))
        seen = Arm(FLOWN, limits, rule.arms.weighting[0])
        found.append(looked(seen, answer(other, lines), other, lines, [], None, beside=("control state", state)))
    return found


def fired_at(made: Run) -> tuple[Figure, np.ndarray]:
    """Of a thousand civil flights that cross, at how many a round is launched; and replication by replication, over the
    mean number that cross (NaN: it failed)."""
    rows = made.rows()
    good = rows["status"] == 0
    crossings = np.sum([rows[f"civil_{end}"] for end in TERMINALS], axis=0)
    fired = int(rows["civil_engaged"][good].sum())
    whole = int(crossings[good].sum())
    mean = whole / max(int(good.sum()), 1)
    lost = math.ceil(mean * int((~good).sum()))
    told = share(fired, whole, lost)
    unit = MEASURES["fired at"][1]
    figure = Figure(unit * told.value, unit * told.low, unit * told.high, unit * told.error)
    return figure, np.where(good, unit * rows["civil_engaged"] / max(mean, 1e-9), math.nan)


# ------------------------------------------------------------------ the verdict


def figures(claim: ReachOverOthers, evidence: Sequence[Evidence]) -> JsonObject:
    """Civil flights fired at in a day, were all that pass within reach as those that are flown: by control state."""
    first = claim.rule.arms
    day = next(e.look.figure.value for e in evidence if e.decides and e.look.cell == "capability / civil flights a day")
    rows = [e for e in evidence if e.look.cell == FLOWN and e.look.weighting == first.weighting[0]]
    unit = MEASURES["fired at"][1]
    states = {e.choice[1] if e.choice else claim.study.control.decides: e.look.figure for e in rows}
    return {
        "flights_within_reach_a_day": day,
        "fired_at_a_day": {name: [day * v / unit for v in (f.value, f.low, f.high)] for name, f in states.items()},
    }


def decide(claim: ReachOverOthers, cells: list[CellVerdict], evidence: Sequence[Evidence]) -> Judgment:
    """Each reading is a sentence of its own; the claim is what all come to, and depends on the reading only where
    decided readings differ."""
    found = {r: judge([c for c in cells if c.cell.startswith(f"{r} / ")], "which measure") for r in READINGS}
    readings = tuple((name, each.verdict, each.depends_on) for name, each in found.items())
    verdict = together(each.verdict for each in found.values())
    differ = len({each.verdict for each in found.values()} - {Verdict.UNDECIDED}) > 1
    named = dict.fromkeys(name for each in found.values() for name in each.depends_on)
    on = (*([READING] if differ else []), *named) if verdict is Verdict.DEPENDS else ()
    return Judgment(verdict, on, any(cell.near for cell in cells), tuple(cells), readings)
