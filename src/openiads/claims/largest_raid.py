"""How large a raid, of what mix, against what order of battle, before something hits what must not be hit."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.errors import InputError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.words import nearest
from openiads.claims.basics import Effort
from openiads.claims.bench import Bench, drivers, logs, mean_band, share, worlds
from openiads.claims.evidence import Arm, Evidence, looked
from openiads.claims.statement import LargestRaid
from openiads.claims.verdict import Answer, CellVerdict, Figure, Judgment, judge
from openiads.scenario.knobs import knob_list
from openiads.scenario.load import Scenario, catalog_of, load, validate
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.runs.run import Run


#: Kind of the choice that can turn the cell.
ORDER = "order of battle"
#: A run lasts so long after the last of a raid should arrive, s.
AFTER = 120.0


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


def scenario(
    claim: LargestRaid,
    size: int,
    limits: str,
    raid: str = "",
    reading: str = "",
    units: int | None = None,
    layer: str = "",
) -> Scenario:
    """A raid (the first, if none is named) of this size, against the scenario's own defense, that of another reading,
    the own one with so many fire units, or the own one with a layer beside it."""
    base = load(claim.study.scenario)
    _known(claim, base)
    mapping = copy.deepcopy(dict(base.mapping()))
    if reading:
        other = load(reading).mapping()
        for part in ("site", "command", "link", "asset", "catalog"):
            mapping.pop(part, None)
            if part in other:
                mapping[part] = copy.deepcopy(other[part])
    raid = raid or reference(claim)
    if units is not None:
        mapping["site"] = [{**site, "fire_units": units} for site in mapping["site"]]
    if layer:
        _add_layer(claim, mapping, layer)
    number = counts(claim.study.raids[raid], size)
    mapping["raid"] = [{**each, "count": number[each["name"]]} for each in mapping["raid"] if number.get(each["name"])]
    more = [part for part in (reading, f"{units}_units" if units else "", layer.replace(" ", "_")) if part]
    mapping["name"] = "_".join(["claim", claim.name, raid, str(size), limits, *more])
    mapping["model"] = {**mapping.get("model", {}), "limits": limits}
    made = validate(mapping)
    last = max((each.time_on_target or 0.0) + each.spacing * (each.count - 1) for each in made.raids)
    if made.duration < last + AFTER:  # a long stream would end the run still in the air, unhit
        made = validate({**mapping, "duration": f"{last + AFTER:g} s"})
    return made.placed(getattr(base, "folder", None))


def _add_layer(claim: LargestRaid, mapping: JsonObject, label: str) -> None:
    """Put the sites of a layer into a scenario, and its command over them and the scenario's own."""
    layer = claim.study.layers[label]
    other = load(layer.scenario).mapping()
    own = [site["name"] for site in mapping["site"]]
    where = f"claim {claim.name}: study.layers.{label}"
    taken = [_named(where, layer.scenario, other, "site", name) for name in layer.sites]
    mapping["site"] = [*mapping["site"], *copy.deepcopy(taken)]
    if layer.command is not None:
        command = _named(where, layer.scenario, other, "command", layer.command)
        mapping["command"] = [*mapping.get("command", []), {**command, "commands": [*own, *layer.sites]}]


def _named(where: str, scenario: str, mapping: Mapping[str, Json], table: str, name: str) -> JsonObject:
    """The row of a scenario's table with a name; InputError if it has none."""
    rows = {each["name"]: each for each in mapping.get(table, [])}
    if name not in rows:
        remedy = f"{nearest(name, list(rows))}It has: {', '.join(rows)}."
        raise InputError(where, f"{scenario} has no {table} {name!r}", remedy)
    return rows[name]


def reference(claim: LargestRaid) -> str:
    """The raid that decides: the first."""
    return next(iter(claim.study.raids))


def _known(claim: LargestRaid, base: Scenario) -> None:
    """InputError if the study names an asset or a raid that its scenario does not have."""
    mapping = base.mapping()
    mixes = [(f"raids.{name}", mix, "raid") for name, mix in claim.study.raids.items()]
    for key, wanted, table in [("asset", claim.study.asset, "asset"), *mixes]:
        names = [each["name"] for each in mapping[table]]
        for name in wanted:
            if name not in names:
                remedy = f"{nearest(name, names)}It has: {', '.join(names)}."
                raise InputError(f"claim {claim.name}: study.{key}", f"{base.name} has no {table} {name!r}", remedy)


def _beside(claim: LargestRaid, size: int) -> list[tuple[str, Scenario]]:
    """What is flown beside the deciding defense and raid at a size, each with its label: orders of battle, layers, then
    other raids, then other readings of what was sent."""
    plan, limits = claim.study, claim.rule.arms.limits[0]
    own = load(plan.scenario).sites[0].fire_units
    found = [(ordered(n), scenario(claim, size, limits, units=n)) for n in plan.fire_units if n != own]
    found += [(name, scenario(claim, size, limits, layer=name)) for name in plan.layers]
    found += [(raid, scenario(claim, size, limits, raid)) for raid in plan.raids if raid != reference(claim)]
    others = [name for name in plan.readings if name != plan.scenario]
    return found + [(name, scenario(claim, size, limits, reading=name)) for name in others]


def ordered(units: int) -> str:
    """An order of battle in words."""
    return f"{units} fire unit{'s' if units > 1 else ''}"


def _sizes(claim: LargestRaid) -> list[int]:
    return sorted({*claim.study.sizes, claim.rule.reference})


def nominal(claim: LargestRaid) -> list[Scenario]:
    """Every scenario of the claim: every size in every limits, and everything beside it."""
    sizes = _sizes(claim)
    own = [scenario(claim, size, limits) for limits in claim.rule.arms.limits for size in sizes]
    return own + [flown for size in sizes for _, flown in _beside(claim, size)]


def gather(claim: LargestRaid, effort: Effort, bench: Bench) -> list[Evidence]:
    """Every size in the nominal world, the reference raid in sampled worlds, then what is flown beside it."""
    rule, arms, sizes = claim.rule, claim.rule.arms, _sizes(claim)
    beside = [(size, label, flown) for size in sizes for label, flown in _beside(claim, size)]
    sampled = len(arms.weighting) * effort.worlds * rule.seeds
    bench.expect(len(arms.limits) * (len(sizes) + sampled) + len(beside))
    found: list[Evidence] = []
    for limits in arms.limits:
        for size in sizes:
            flown = scenario(claim, size, limits)
            figure, _ = untouched(claim, bench.run(flown, effort.nominal))
            if size == rule.reference:
                found += [_arm(claim, effort, bench, flown, (limits, w), figure) for w in arms.weighting]
            else:
                found.append(_shown(claim, size, limits, figure, "size"))
    for size, label, flown in beside:
        figure, _ = untouched(claim, bench.run(flown, effort.nominal))
        found.append(_shown(claim, size, arms.limits[0], figure, label))
    return found


def _arm(
    claim: LargestRaid, effort: Effort, bench: Bench, flown: Scenario, arm: tuple[str, str], figure: Figure
) -> Evidence:
    """The reference raid in one arm."""
    rule, (limits, weighting) = claim.rule, arm
    knobs = knob_list(catalog_of(flown), flown)
    drawn = {seed: worlds(knobs, effort.worlds, weighting, seed) for seed in bench.seeds(rule.seeds)}
    far = [
        [untouched(claim, bench.run(flown, effort.each, world, seed)) for world in every]
        for seed, every in drawn.items()
    ]
    values = [each.value for seed in far for each, _ in seed]
    looks = len(rule.arms.limits) * len(rule.arms.weighting)
    return looked(
        Arm(_cell(claim, rule.reference), limits, weighting),
        answer(claim, figure),
        figure,
        rule.levels,
        [[answer(claim, each) for each, _ in seed] for seed in far],
        mean_band([[free for _, free in seed] for seed in far]),
        drivers([world for every in drawn.values() for world in every], values, looks),
    )


def _cell(claim: LargestRaid, size: int, raid: str = "") -> str:
    return f"{size} threats / {raid or reference(claim)}"


def _shown(claim: LargestRaid, size: int, limits: str, figure: Figure, label: str) -> Evidence:
    """A size beside the reference, or what is beside the deciding defense; other orders of battle at the reference are
    choices, which can turn it."""
    arms, plan = claim.rule.arms, claim.study
    arm = Arm(_cell(claim, size, label if label in plan.raids else ""), limits, arms.weighting[0])
    if size == claim.rule.reference and label in [*(ordered(n) for n in plan.fire_units), *plan.layers]:
        return looked(arm, answer(claim, figure), figure, claim.rule.levels, [], None, beside=(ORDER, label))
    return looked(arm, answer(claim, figure), figure, claim.rule.levels, [], None, beside=label)


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
        if e.look.limits == limits and beside == (e.choice[1] if e.choice else e.beside or "size")
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
    """The largest raid at each level: of the deciding case by limits, and of everything beside it by its label."""
    limits = claim.rule.arms.limits
    labels = dict.fromkeys(e.choice[1] if e.choice else e.beside for e in evidence if not e.decides)
    beside = [label for label in labels if label != "size"]
    return {
        f"{level:g}": {
            **{each: largest(evidence, level, each) for each in limits},
            **{label: largest(evidence, level, limits[0], label) for label in beside},
        }
        for level in claim.rule.levels
    }


def decide(claim: LargestRaid, cells: list[CellVerdict], evidence: list[Evidence]) -> Judgment:
    """As every claim: the one cell is the reference raid."""
    return judge(cells, "the size of the raid")
