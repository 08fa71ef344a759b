"""How large a raid of one mix before something hits what must not be hit."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import InputError
from openiads.base.jsonable import JsonObject
from openiads.base.words import nearest
from openiads.claims.bench import Bench, band, drivers, logs, share, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.statement import Effort, LargestRaid
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, judge
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import Scenario, catalog_of, load, validate
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.runs.run import Run


def counts(mix: dict[str, float], size: int) -> dict[str, int]:
    """So many threats of each raid as come closest to the mix (largest remainders; ties to the first named)."""
    whole = sum(mix.values())
    exact = {name: size * part / whole for name, part in mix.items()}
    given = {name: math.floor(number + 1e-9) for name, number in exact.items()}
    left = size - sum(given.values())
    order = sorted(mix, key=lambda name: given[name] - exact[name])
    for name in order[:left]:
        given[name] += 1
    return given


def scenario(claim: LargestRaid, size: int, limits: str, reading: str = "") -> Scenario:
    """The scenario's raid at this size, against its own defense or that of another reading."""
    base = load(claim.study.scenario)
    _known(claim, base)
    mapping = copy.deepcopy(dict(base.mapping()))
    if reading:
        other = load(reading).mapping()
        for part in ("site", "command", "link", "asset", "catalog"):
            mapping.pop(part, None)
            if part in other:
                mapping[part] = copy.deepcopy(other[part])
    number = counts(claim.study.mix, size)
    mapping["raid"] = [{**raid, "count": number[raid["name"]]} for raid in mapping["raid"] if number.get(raid["name"])]
    mapping["name"] = f"claim_{claim.name}_{size}_{limits}" + (f"_{reading}" if reading else "")
    mapping["model"] = {**mapping.get("model", {}), "limits": limits}
    return validate(mapping).placed(getattr(base, "folder", None))


def _known(claim: LargestRaid, base: Scenario) -> None:
    """InputError if the study names an asset or a raid that its scenario does not have."""
    mapping = base.mapping()
    for key, wanted, table in (("asset", claim.study.asset, "asset"), ("mix", claim.study.mix, "raid")):
        names = [each["name"] for each in mapping[table]]
        for name in wanted:
            if name not in names:
                remedy = f"{nearest(name, names)}It has: {', '.join(names)}."
                raise InputError(f"claim {claim.name}: study.{key}", f"{base.name} has no {table} {name!r}", remedy)


def nominal(claim: LargestRaid) -> list[Scenario]:
    """Every scenario of the claim: every size in every limits, and in every other reading."""
    plan, arms = claim.study, claim.rule.arms
    sizes = sorted({*plan.sizes, claim.rule.reference})
    own = [scenario(claim, size, limits) for limits in arms.limits for size in sizes]
    others = [name for name in plan.readings if name != plan.scenario]
    return own + [scenario(claim, size, arms.limits[0], name) for name in others for size in sizes]


def gather(claim: LargestRaid, effort: Effort, bench: Bench) -> list[Evidence]:
    """Every size in the nominal world, the reference raid in sampled worlds, other readings beside it."""
    plan, rule, arms = claim.study, claim.rule, claim.rule.arms
    sizes = sorted({*plan.sizes, rule.reference})
    others = [name for name in plan.readings if name != plan.scenario]
    looks = len(arms.limits) * len(arms.weighting)
    bench.expect(len(arms.limits) * (len(sizes) + len(arms.weighting) * effort.worlds) + len(others) * len(sizes))
    found: list[Evidence] = []
    for limits in arms.limits:
        for size in sizes:
            flown = scenario(claim, size, limits)
            figure, _ = untouched(claim, bench.run(flown, effort.nominal))
            if size != rule.reference:
                found.append(_shown(claim, size, limits, figure, "size"))
                continue
            knobs = knob_list(catalog_of(flown), flown)
            for weighting in arms.weighting:
                drawn = worlds(knobs, effort.worlds, weighting, bench.seed)
                far = [untouched(claim, bench.run(flown, effort.each, world)) for world in drawn]
                moved_by = drivers(drawn, [each.value for each, _ in far], looks)
                found.append(
                    looked(
                        Arm(_cell(size), limits, weighting),
                        answer(claim, figure),
                        figure,
                        rule.levels,
                        [answer(claim, each) for each, _ in far],
                        band([free for _, free in far]),
                        moved_by,
                    )
                )
    for name in others:
        for size in sizes:
            figure, _ = untouched(claim, bench.run(scenario(claim, size, arms.limits[0], name), effort.nominal))
            found.append(_shown(claim, size, arms.limits[0], figure, name))
    return found


def _cell(size: int) -> str:
    return f"{size} threats"


def _shown(claim: LargestRaid, size: int, limits: str, figure: Figure, beside: str) -> Evidence:
    arms = claim.rule.arms
    arm = Arm(_cell(size), limits, arms.weighting[0])
    return looked(arm, answer(claim, figure), figure, claim.rule.levels, [], None, beside=beside)


def untouched(claim: LargestRaid, made: Run) -> tuple[Figure, np.ndarray]:
    """Probability that none of the named assets is hit, and replication by replication (0 or 1, NaN: it failed)."""
    names = made.names["assets"]
    base = [names.index(name) for name in claim.study.asset]
    free = np.full(made.replications, math.nan)
    for r, events in enumerate(logs(made)):
        if events is not None:
            hits = events[events["kind"] == int(Event.DAMAGE)]["code"]
            free[r] = not any(int(asset) in base for asset in hits)
    good = int(np.isfinite(free).sum())
    return share(int(np.nansum(free)), good, len(free) - good), free


def answer(claim: LargestRaid, figure: Figure) -> Answer:
    """YES if P(no hit) is surely at least the first level, NO if surely below the second, else BETWEEN or OPEN.

    BETWEEN: surely at least the second level and below the first, neither a guarantee nor its failure.
    """
    high, low = claim.rule.levels
    if figure.low >= high:
        return Answer.YES
    if figure.high < low:
        return Answer.NO
    return Answer.BETWEEN if low <= figure.low and figure.high < high else Answer.OPEN


def largest(evidence: list[Evidence], level: float, limits: str, beside: str = "size") -> dict[str, int]:
    """The largest size up to which every size has P(no hit) of at least a level in the nominal world; 0 if none.

    surely : by the lower end of every size's interval of the dice;  perhaps : by the upper end
    """
    rows = {
        int(e.look.cell.split()[0]): e.look.figure
        for e in evidence
        if e.look.limits == limits and (e.beside in (beside, "") if beside == "size" else e.beside == beside)
    }
    ends = {"surely": {n: f.low for n, f in rows.items()}, "perhaps": {n: f.high for n, f in rows.items()}}
    return {name: _up_to(reached, level) for name, reached in ends.items()}


def _up_to(shares: dict[int, float], level: float) -> int:
    """The last size before the first one below a level."""
    reached = 0
    for size in sorted(shares):
        if not shares[size] >= level:
            break
        reached = size
    return reached


def figures(claim: LargestRaid, evidence: list[Evidence]) -> JsonObject:
    """The largest raid at each level: of the deciding reading by limits, and of the readings beside it."""
    arms = claim.rule.arms
    told: JsonObject = {}
    for level in claim.rule.levels:
        told[f"{level:g}"] = {
            **{limits: largest(evidence, level, limits) for limits in arms.limits},
            **{
                name: largest(evidence, level, arms.limits[0], name)
                for name in claim.study.readings
                if name != claim.study.scenario
            },
        }
    return told


def decide(claim: LargestRaid, cells: list[CellVerdict], evidence: list[Evidence]) -> Judgment:
    """As every claim: the one cell is the reference raid."""
    return judge(cells, "the size of the raid")
