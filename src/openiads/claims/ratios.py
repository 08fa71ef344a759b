"""How the figures of two systems compare: ratios, each with its band over sampled worlds.  Nothing is thrown here."""

from __future__ import annotations

import math

import numpy as np

from openiads.base.errors import InputError
from openiads.catalog.load import catalog
from openiads.catalog.records import Catalog
from openiads.claims.bench import Bench, drivers, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.flips import Flipped, flipped
from openiads.claims.statement import RatioEffort, Ratios, RatioStudy, Side
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, judge
from openiads.reach.envelope import envelope_volumes, low_reaches
from openiads.reach.scenes import unit_scenario
from openiads.scenario.knobs import Knob, knob_list
from openiads.scenario.load import Scenario

#: Figures that come from the model; the others are values of the catalog.
MODELED = ("envelope_volume", "low_altitude_reach", "low_altitude_engagement")
#: What cells differ in.
FIGURE = "which figure is meant"
#: The low target: m above the sea, m2.
LOW = (50.0, 1.0)


def nominal(claim: Ratios) -> list[Scenario]:
    """The fire unit of either side and of every other reading, with each of the claim's limits."""
    limits = claim.rule.arms.limits
    return [unit_scenario(s.system, mast=s.mast, limits=each) for s in _sides(claim.study) for each in limits]


def values(claim: Ratios) -> dict[str, tuple[float, float, float, str]]:
    """Of each side and figure that comes from the catalog: low, nominal, high, scale."""
    book = catalog()
    found = {}
    for side in _sides(claim.study):
        for name in claim.study.figures:
            if name not in MODELED:
                low, middle, high = (_of_catalog(side, name, book, u) for u in (0.0, None, 1.0))
                found[f"{side.system}: {name}"] = (low, middle, high, "linear")
    return found


def _sides(plan: RatioStudy) -> list[Side]:
    return [plan.land, plan.sea, *(_read_as(plan.land, system) for system in plan.other_readings)]


def _read_as(side: Side, system: str) -> Side:
    """Another system in place of a side's, as it usually comes."""
    return side.model_copy(update={"system": system, "launchers": None})


def gather(claim: Ratios, effort: RatioEffort, bench: Bench) -> list[Evidence]:
    """Every figure in every arm, then other choices and readings of the land side in the nominal world."""
    plan, arms, book = claim.study, claim.rule.arms, catalog()
    others: list[tuple[str | tuple[str, str], Side]] = [
        (("launchers", f"{n} launchers"), plan.land.model_copy(update={"launchers": n})) for n in plan.land_launchers
    ]
    others += [(system, _read_as(plan.land, system)) for system in plan.other_readings]
    sampled = len(arms.weighting) * effort.worlds * claim.rule.seeds
    bench.expect(len(arms.limits) * (1 + sampled + len(others)) + sum(len(flip.values) for flip in plan.flips))
    doubts = [_knobs(side, book) for side in (plan.land, plan.sea)]
    found: list[Evidence] = []
    for limits in arms.limits:
        here = _ratios(claim, book, bench, {}, limits)
        bench.step(f"{plan.land.system} over {plan.sea.system}, {limits} limits")
        for weighting in arms.weighting:
            drawn, far = _sampled(claim, effort, bench, doubts, (limits, weighting))
            for name in plan.figures:
                numbers = [[each[name] for each in seed] for seed in far]
                found.append(_evidence(claim, name, (limits, weighting), here[name], numbers, drawn))
        for beside, land in others:
            reading = claim.model_copy(update={"study": plan.model_copy(update={"land": land})})
            there = _ratios(reading, book, bench, {}, limits)
            bench.step(f"{land.system} over {plan.sea.system}, beside")
            arm = (limits, arms.weighting[0])
            found += [_evidence(claim, n, arm, there[n], [], [], beside) for n in plan.figures]
    return found


def _sampled(
    claim: Ratios, effort: RatioEffort, bench: Bench, doubts: list[tuple[Knob, ...]], arm: tuple[str, str]
) -> tuple[list[dict[str, float]], list[list[dict[str, float]]]]:
    """The worlds of all seeds in one arm, and the ratios in each, seed by seed."""
    book, (limits, weighting) = catalog(), arm
    union = {knob.name: knob for doubt in doubts for knob in doubt}
    every, far = [], []
    for seed in bench.seeds(claim.rule.seeds):
        drawn = worlds(list(union.values()), effort.worlds, weighting, seed)
        shared = _catalog_draws(claim, book, effort.worlds, weighting, seed)
        mine = []
        for k, world in enumerate(drawn):
            mine.append(_ratios(claim, book, bench, _by_side(doubts, world), limits, shared, k))
            bench.step("sampled worlds")
        every += drawn
        far.append(mine)
    return every, far


def _by_side(doubts: list[tuple[Knob, ...]], world: dict[str, float]) -> dict[str, dict[str, float]]:
    """What of a world each side has."""
    known = [{k.name: world[k.name] for k in doubt if k.name in world} for doubt in doubts]
    return dict(zip(("land", "sea"), known, strict=True))


def _evidence(
    claim: Ratios,
    name: str,
    arm: tuple[str, str],
    nominal: float,
    numbers: list[list[float]],
    drawn: list[dict[str, float]],
    beside: str | tuple[str, str] = "",
) -> Evidence:
    figure = Figure(nominal, nominal, nominal)
    every = [number for seed in numbers for number in seed]
    known = sorted(number for number in every if not math.isnan(number))
    reached = (percentile(known, 0.05), percentile(known, 0.5), percentile(known, 0.95)) if known else None
    arms = claim.rule.arms
    looks = len(arms.limits) * len(arms.weighting) * sum(each in MODELED for each in claim.study.figures)
    moved = drivers(drawn, every, looks) if name in MODELED else []  # no knob reaches a value of the catalog
    answers = [[_inside(claim, number) for number in seed] for seed in numbers]
    seen = Arm(name.replace("_", " "), *arm)
    return looked(seen, _inside(claim, nominal), figure, claim.rule.band, answers, reached, moved, beside)


def flips(claim: Ratios, effort: RatioEffort, bench: Bench) -> list[Flipped]:
    """Where the modeled figures leave or enter the band when a number is moved alone."""
    plan, book, limits = claim.study, catalog(), claim.rule.arms.limits[0]
    modeled = [name for name in plan.figures if name in MODELED]
    sides = {"land": unit_scenario(plan.land.system, mast=plan.land.mast), "sea": unit_scenario(plan.sea.system)}
    found: list[Flipped] = []
    for flip in plan.flips if modeled else ():
        mine = [side for side, flown in sides.items() if flip.prior in {k.name for k in knob_list(book, flown)}]
        if not mine:
            raise InputError(f"flips.{flip.prior}", "is a knob of neither side", "See docs/reference/catalog.md")
        said = []
        for value in flip.values:
            said.append(_ratios(claim, book, bench, {side: {flip.sets: value} for side in mine}, limits))
            bench.step(flip.sets)
        figures = {name.replace("_", " "): [each[name] for each in said] for name in modeled}
        found += flipped(flip, sides[mine[0]], claim.rule.arms.weighting, figures, claim.rule.band)
    return found


def ratio(land: float, sea: float) -> float:
    """Land over sea: infinite where only the sea has none, not a number where neither has any."""
    if sea > 0.0:
        return land / sea
    return math.inf if land > 0.0 else math.nan


def percentile(ordered: list[float], share: float) -> float:
    """The value at a share (0 to 1) of ordered numbers, linear between two; infinity is a number larger than all."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    low, high = ordered[below], ordered[min(below + 1, len(ordered) - 1)]
    return low if place == below or low == high else low + (high - low) * (place - below)


def _inside(claim: Ratios, ratio: float) -> Answer:
    """YES in the band, NO outside it, OPEN where neither side has any."""
    low, high = claim.rule.band
    if math.isnan(ratio):
        return Answer.OPEN
    return Answer.YES if low <= ratio <= high else Answer.NO


def _knobs(side: Side, book: Catalog) -> tuple[Knob, ...]:
    return knob_list(book, unit_scenario(side.system, mast=side.mast))


def _catalog_draws(
    claim: Ratios, book: Catalog, count: int, weighting: str, seed: int
) -> dict[tuple[str, str], np.ndarray]:
    """Sampled catalog figures of each side: (side, figure) -> one value for each world."""
    plan = claim.study
    names = [(side, name) for side in ("land", "sea") for name in plan.figures if name not in MODELED]
    if not names:
        return {}
    from openiads.experiments.factors import unit_sample

    u = np.clip(unit_sample("latin_hypercube", count, len(names), seed + 1), 1e-9, 1 - 1e-9)
    return {
        key: np.array([_of_catalog(getattr(plan, key[0]), key[1], book, float(v), weighting) for v in u[:, k]])
        for k, key in enumerate(names)
    }


def _ratios(
    claim: Ratios,
    book: Catalog,
    bench: Bench,
    knobs: dict[str, dict[str, float]],
    limits: str,
    draws: dict[tuple[str, str], np.ndarray] | None = None,
    world: int = 0,
) -> dict[str, float]:
    """Land over sea for every figure."""
    plan = claim.study
    sides = {}
    for key, side in (("land", plan.land), ("sea", plan.sea)):
        modeled = any(name in MODELED for name in plan.figures)
        given = _modeled(side, limits, knobs.get(key) or {}, bench) if modeled else {}
        for name in plan.figures:
            if name not in MODELED:
                drawn = (draws or {}).get((key, name))
                given[name] = _of_catalog(side, name, book) if drawn is None else float(drawn[world])
        sides[key] = given
    return {name: ratio(sides["land"][name], sides["sea"][name]) for name in plan.figures}


def _modeled(side: Side, limits: str, knobs: dict[str, float], bench: Bench) -> dict[str, float]:
    """The figures that come from the model, in one world, with one kind of limits; both kinds are made at once."""

    def make() -> dict[str, float]:
        volumes = envelope_volumes(side.system, knobs=knobs, prebuilt=bench.prebuilt)
        seen, met = low_reaches(side.system, *LOW, knobs=knobs, mast=side.mast, prebuilt=bench.prebuilt)
        return {
            "low_altitude_reach": seen,
            **{f"envelope_volume {arm}": volume for arm, volume in volumes.items()},
            **{f"low_altitude_engagement {arm}": reach for arm, reach in met.items()},
        }

    unit = unit_scenario(side.system, mast=side.mast)
    found = bench.figures([unit.digest(), catalog().digest, [list(pair) for pair in sorted(knobs.items())], *LOW], make)
    return {name: found.get(name, found.get(f"{name} {limits}", math.nan)) for name in MODELED}


def _of_catalog(side: Side, name: str, book: Catalog, u: float | None = None, weighting: str = "uniform") -> float:
    """A figure of one fire unit from the catalog: nominal, or at a share of its interval (counts have none)."""
    from openiads.catalog.records import value_at

    system = book[side.system]
    if name == "ready_rounds":
        rows = [(row.count.si, row.rounds.si) for row in system.launchers]
        held = sum(count for count, _ in rows)
        part = 1.0 if side.launchers is None else side.launchers / held
        return float(sum(count * rounds for count, rounds in rows) * part)
    value = system.get(name)
    return float(value.si if u is None or value.si_low == value.si_high else value_at(value, u, weighting))


def decide(claim: Ratios, cells: list[CellVerdict], evidence: list[Evidence]) -> Judgment:
    """As every claim: each figure is a cell."""
    return judge(cells, FIGURE)
