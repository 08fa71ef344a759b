"""What an attack of one kind costs where a delivery stands, and where it does not: how many must be sent for the same
effect, how many are lost, what both sides spend.

Only declared raids at declared sizes are flown.  No way to defeat a defense is looked for.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.claims.basics import Effort
from openiads.claims.bench import Bench, above, drivers, mean_band, share, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.largest_raid import AFTER, ORDER, ordered
from openiads.claims.stated import RaisedPrice
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, judge
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import Scenario, catalog_of, load, validate
from openiads.statistics.intervals import mean_interval
from openiads.statistics.moments import Moments

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: A figure of a run, and replication by replication.
Measured = Callable[["Run"], tuple[Figure, np.ndarray]]
#: What cells differ in.
PRICE = "which kind of attack and which price is meant"
WITH, WITHOUT = "with the delivery", "without the delivery"
LOST, FIRED = "share shot down", "interceptors fired"
LOSS = "loss"


def scenario(
    claim: RaisedPrice, kind: str, size: int, limits: str, *, delivered: bool = True, units: int | None = None
) -> Scenario:
    """So many of one kind alone, against the sites with or without those of the delivery, or with more fire units."""
    plan = claim.study
    base = load(plan.scenario)
    mapping = copy.deepcopy(base.mapping())
    mapping["raid"] = [{**raid, "count": size} for raid in mapping["raid"] if raid["name"] == plan.kinds[kind]]
    mapping["flight"] = []
    if not delivered:
        mapping["site"] = [site for site in mapping["site"] if site["system"] != plan.delivered]
    if units is not None:
        more = {"fire_units": units}
        mapping["site"] = [{**s, **more} if s["system"] == plan.delivered else s for s in mapping["site"]]
    parts = [claim.name, kind, str(size), limits, *([] if delivered else ["without"])]
    mapping["name"] = "_".join(["claim", *parts, *([f"{units}_units"] if units else [])])
    mapping["model"] = {**mapping.get("model", {}), "limits": limits}
    made = validate(mapping)
    last = max((raid.time_on_target or 0.0) + raid.spacing * (raid.count - 1) for raid in made.raids)
    if made.duration < last + AFTER:
        made = validate({**mapping, "duration": f"{last + AFTER:g} s"})
    return made.placed(base.folder)


def _sizes(claim: RaisedPrice) -> list[int]:
    return sorted({*claim.study.sizes, claim.rule.size})


def nominal(claim: RaisedPrice) -> list[Scenario]:
    """Every scenario of the claim: the deciding raids in every limits, the curve and other orders of battle."""
    limits = claim.rule.arms.limits
    found = [scenario(claim, kind, claim.rule.size, each) for kind in claim.study.kinds for each in limits]
    for kind in claim.study.kinds:
        for size in _sizes(claim):
            found += [scenario(claim, kind, size, limits[0], delivered=given) for given in (True, False)]
        found += [flown for _, flown in _choices(claim, kind)]
    return list({each.digest(): each for each in found}.values())


def _choices(claim: RaisedPrice, kind: str) -> list[tuple[tuple[str, str], Scenario]]:
    """Every choice taken alone: its kind and what is chosen, and the deciding raid with it."""
    plan, size, limits = claim.study, claim.rule.size, claim.rule.arms.limits[0]
    found = [((ORDER, f"{ordered(n)} a site"), scenario(claim, kind, size, limits, units=n)) for n in plan.fire_units]
    if plan.published:
        found.append((("limits", "published limits"), scenario(claim, kind, size, "published")))
    return found


# ------------------------------------------------------------------ one run


def arrives(claim: RaisedPrice, made: Run) -> tuple[Figure, np.ndarray]:
    """Probability that the effect is reached, and replication by replication (0 or 1, NaN: it failed)."""
    rows = made.rows()
    good = rows["status"] == 0
    reached = rows["leakers"] >= claim.rule.reach
    n = int(good.sum())
    figure = share(int(reached[good].sum()), n, len(rows) - n)
    return figure, np.where(good, reached.astype(float), np.nan)


def lost(made: Run) -> tuple[Figure, np.ndarray]:
    """Share of those sent that is shot down, and replication by replication."""
    rows = made.rows()
    return _mean(rows["killed"] / np.maximum(rows["threats"], 1), rows["status"] == 0, (0.0, 1.0))


def fired(made: Run) -> Figure:
    """Interceptors that the defense fires."""
    rows = made.rows()
    return _mean(rows["rounds_fired"].astype(float), rows["status"] == 0, (0.0, np.inf))[0]


def _mean(values: np.ndarray, good: np.ndarray, bounds: tuple[float, float]) -> tuple[Figure, np.ndarray]:
    """The mean of good replications with its interval; failed ones widen it by their share of what can be."""
    known = values[good]
    if len(known) == 0:
        return Figure(np.nan, *bounds), np.full(len(values), np.nan)
    low, high = mean_interval(Moments.of(known.tolist()), bounds=bounds)
    part = 1.0 - len(known) / len(values)
    if part > 0.0:
        low, high = low * (1.0 - part) + part * bounds[0], high * (1.0 - part) + part * bounds[1]
    error = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else 0.0
    return Figure(float(known.mean()), low, high, error or (high - low) / 4.0), np.where(good, values, np.nan)


def dearer(claim: RaisedPrice, figure: Figure) -> Answer:
    """YES if the deciding raid surely has less than the chance of the effect, NO if surely more, else OPEN."""
    said = above(figure, claim.rule.chance)
    return {Answer.YES: Answer.NO, Answer.NO: Answer.YES}.get(said, said)


# ------------------------------------------------------------------ evidence


def gather(claim: RaisedPrice, effort: Effort, bench: Bench) -> list[Evidence]:
    """The deciding raid of each kind in every arm, other orders of battle, then the curves."""
    plan, rule = claim.study, claim.rule
    sampled = len(rule.arms.weighting) * effort.worlds * rule.seeds
    limits = len(rule.arms.limits)
    more = len(plan.fire_units) + plan.published + 2 * len(_sizes(claim))
    bench.expect(len(plan.kinds) * (limits * (1 + sampled) + more))
    found: list[Evidence] = []
    for kind in plan.kinds:
        for each in rule.arms.limits:
            found += _deciding(claim, effort, bench, kind, each)
    for kind in plan.kinds:
        for choice, flown in _choices(claim, kind):
            found += _said(claim, kind, rule.arms.limits[0], bench.run(flown, effort.nominal), choice)
    for kind in plan.kinds:
        for size in _sizes(claim):
            found += _curve(claim, effort, bench, kind, size)
    return found


def _cell(claim: RaisedPrice, kind: str) -> str:
    return f"{kind} / {claim.rule.times} times as many"


def _deciding(claim: RaisedPrice, effort: Effort, bench: Bench, kind: str, limits: str) -> list[Evidence]:
    """One kind with one set of limits in every weighting."""
    rule = claim.rule
    flown = scenario(claim, kind, rule.size, limits)
    here = bench.run(flown, effort.nominal)
    knobs = knob_list(catalog_of(flown), flown)
    measures: list[tuple[str, float, Measured, Callable[[Figure], Answer]]] = [
        (_cell(claim, kind), rule.chance, lambda made: arrives(claim, made), lambda f: dearer(claim, f))
    ]
    if kind in rule.loss_of:
        measures.append((f"{kind} / {LOSS}", rule.loss, lost, lambda f: above(f, rule.loss)))
    cells = len(claim.study.kinds) + len(rule.loss_of)
    looks = cells * len(rule.arms.limits) * len(rule.arms.weighting)
    found = []
    for weighting in rule.arms.weighting:
        drawn = {seed: worlds(knobs, effort.worlds, weighting, seed) for seed in bench.seeds(rule.seeds)}
        runs = [[bench.run(flown, effort.each, world, seed) for world in every] for seed, every in drawn.items()]
        every_world = [world for every in drawn.values() for world in every]
        for cell, line, measure, says in measures:
            figure = measure(here)[0]
            far = [[measure(made) for made in seed] for seed in runs]
            numbers = [each.value for seed in far for each, _ in seed]
            found.append(
                looked(
                    Arm(cell, limits, weighting),
                    says(figure),
                    figure,
                    (line,),
                    [[says(each) for each, _ in seed] for seed in far],
                    mean_band([[values for _, values in seed] for seed in far]),
                    drivers(every_world, numbers, looks),
                )
            )
    return found


def _said(claim: RaisedPrice, kind: str, limits: str, made: Run, beside: str | tuple[str, str]) -> list[Evidence]:
    """The cells of a kind by one run of the deciding size."""
    rule, weighting = claim.rule, claim.rule.arms.weighting[0]
    figure = arrives(claim, made)[0]
    seen = Arm(_cell(claim, kind), limits, weighting)
    found = [looked(seen, dearer(claim, figure), figure, (rule.chance,), [], None, beside=beside)]
    if kind in rule.loss_of:
        part = lost(made)[0]
        seen = Arm(f"{kind} / {LOSS}", limits, weighting)
        found.append(looked(seen, above(part, rule.loss), part, (rule.loss,), [], None, beside=beside))
    return found


def _curve(claim: RaisedPrice, effort: Effort, bench: Bench, kind: str, size: int) -> list[Evidence]:
    """One size, with the delivery and without: the effect, and with it what is lost and fired."""
    rule, limits = claim.rule, claim.rule.arms.limits[0]
    seen = Arm(f"{kind} / {size} sent", limits, rule.arms.weighting[0])
    found = []
    for label, given in ((WITH, True), (WITHOUT, False)):
        made = bench.run(scenario(claim, kind, size, limits, delivered=given), effort.nominal)
        figure = arrives(claim, made)[0]
        found.append(looked(seen, above(figure, rule.chance), figure, (rule.chance,), [], None, beside=label))
        if given:
            for what, each in ((LOST, lost(made)[0]), (FIRED, fired(made))):
                found.append(looked(seen, Answer.OPEN, each, (), [], None, beside=f"{label}: {what}"))
    return found


# ------------------------------------------------------------------ the verdict


def figures(claim: RaisedPrice, evidence: Sequence[Evidence]) -> JsonObject:
    """For each kind: the fewest of the sizes flown that reach the effect, with the delivery and without, how many times
    as many that is, and what both sides spend at that size; by nominal numbers.

    surely, perhaps : the fewest by the lower and by the upper end of the interval, null where no size flown does it;
    not : the most below that surely do not.  times : more than the first and at most the second, over the fewest
    without; null where none was flown
    """
    found: JsonObject = {}
    for kind in claim.study.kinds:
        rows = {(e.look.cell, e.beside): e.look.figure for e in evidence if e.beside}
        curve = {label: {n: rows[f"{kind} / {n} sent", label] for n in _sizes(claim)} for label in (WITH, WITHOUT)}
        told: JsonObject = {}
        for label, sizes in curve.items():
            ends = {"surely": [n for n, f in sizes.items() if f.low > claim.rule.chance]}
            ends["perhaps"] = [n for n, f in sizes.items() if f.high > claim.rule.chance]
            told[label] = {end: min(each, default=None) for end, each in ends.items()}
            first = told[label]["perhaps"]
            told[label]["not"] = max((n for n in sizes if first is None or n < first), default=None)
        need, short, bare = told[WITH]["surely"], told[WITH]["not"], told[WITHOUT]["surely"]
        told["times"] = [None if n is None or bare is None else n / bare for n in (short, need)]
        size = max(_sizes(claim)) if need is None else need
        cell = f"{kind} / {size} sent"
        part, rounds = rows[cell, f"{WITH}: {LOST}"].value, rows[cell, f"{WITH}: {FIRED}"].value
        told["at"] = {"size": size, "lost": part * size, "fired": rounds, **_spent(claim, kind, size, part, rounds)}
        found[kind] = told
    return found


def _spent(claim: RaisedPrice, kind: str, size: int, part: float, rounds: float) -> JsonObject:
    """What both sides spend, low, nominal and high: missiles are spent when they are sent, aircraft when they are
    lost."""
    plan = claim.study
    base = load(plan.scenario)
    raid = next(raid for raid in base.raids if raid.name == plan.kinds[kind])
    book = catalog_of(base)
    gone = part * size if book[raid.threat].text["class"] == "aircraft" else float(size)
    prices = plan.cost.of
    rows = [row.interceptor for row in book[plan.delivered].launchers]
    dear = [prices[name] for name in dict.fromkeys(rows)]
    threat = prices[raid.threat]
    return {
        "attacker": [gone * v for v in (threat.low, threat.value, threat.high)],
        "defender": [
            rounds * min(p.low for p in dear),
            rounds * float(np.mean([p.value for p in dear])),
            rounds * max(p.high for p in dear),
        ],
    }


def decide(claim: RaisedPrice, cells: list[CellVerdict], evidence: Sequence[Evidence]) -> Judgment:
    """As every claim: each kind of attack at each price is a cell."""
    return judge(cells, PRICE)
