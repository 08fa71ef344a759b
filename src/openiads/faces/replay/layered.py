"""The raid layer by layer on the dashboard: what each site had in reach, shot at and killed, and what it spent.

As ``explain.layers``, from what a run's folder tells of its launchers alone: to look at a run no world is built.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from openiads.explain.kill_chain import sampled
from openiads.explain.layers import STAGES, Mean, Stock, Tally, mean_of, tally_of
from openiads.faces.words import text
from openiads.faces.words.text import clean
from openiads.world.codes import Event

if TYPE_CHECKING:
    from openiads.runs.run import Run

#: Replications that layers rest on at most: they cost more than what else is summed up.
MOST = 100
#: Stage -> what of its threats is told.
_SAID = {"arrived": "Within reach", "engaged": "Shot at", "killed": "Killed"}


def layers(run: Run, most: int = MOST) -> list[dict[str, Any]]:
    """A row for each site in the order in which the raid meets them, those that never fired last.

    Of the first ``most`` replications; empty for fewer than two sites, of which the other figures say the same.
    """
    if len(_sites(run)) < 2:
        return []
    stock = _stock(run, most)
    found = tally_of(run, stock, most)
    if not len(found.replications):
        return []
    systems = {site["name"]: site["system"] for site in _sites(run)}
    distance = [_mean(found.first[:, k]) for k in range(len(stock.sites))]
    order = sorted(range(len(stock.sites)), key=lambda k: (-(distance[k] or 0.0), stock.sites[k]))
    return [_row(found, stock, k, systems[stock.sites[k]], distance[k]) for k in order]


def _sites(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.facts.get("scenario", {}).get("mapping", {}).get("site", [])
    return found


def _stock(run: Run, most: int) -> Stock:
    """Sites, their fire units, and rounds at the start; bursts of a gun are told by its first one."""
    limits, sites = run.facts["limits"], [str(site["name"]) for site in _sites(run)]
    of_unit = np.array([sites.index(name.rpartition("/")[0]) for name in run.names["units"]], np.int64)
    guns = _guns(run, most)
    has = [
        math.inf if limits["magazine_infinite"] else float(rounds) * (1 + loads)
        for rounds, loads in zip(limits["launcher_rounds"], limits["launcher_loads"], strict=True)
    ]
    kinds: dict[tuple[int, str, str], float] = {}
    places = []
    for launcher, (unit, amount) in enumerate(zip(limits["launcher_unit"], has, strict=True)):
        counted = "bursts" if launcher in guns else "rounds"
        kind = (int(of_unit[unit]), counted, counted)
        kinds[kind] = kinds.get(kind, 0.0) + amount
        places.append(list(kinds).index(kind))
    return Stock(sites, of_unit, list(kinds), np.array(places, np.int64), np.array(list(kinds.values()), float))


def _guns(run: Run, most: int) -> set[int]:
    """Launchers that fired a burst."""
    return {
        int(launcher)
        for part in sampled(run, most)
        for _, events in part
        for launcher in events["launcher"][events["kind"] == Event.BURST]
    }


def _mean(values: np.ndarray) -> float | None:
    seen = values[~np.isnan(values)]
    return float(seen.mean()) if len(seen) else None


def _row(found: Tally, stock: Stock, k: int, system: str, distance: float | None) -> dict[str, Any]:
    n, flew = len(found.replications), float(found.ends.sum(axis=(1, 2)).max())
    counts = {stage: mean_of(found.at[:, k, s].sum(axis=1), flew) for s, stage in enumerate(STAGES)}
    spent = []
    for place, (where, _, counted) in enumerate(stock.kinds):
        if where == k:
            amount = float(stock.amount[place])
            fired = _finding(f"fired_{counted}", "Fired", mean_of(found.fired[:, place], amount), n)
            spent.append({"unit": counted, "fired": fired, "stock": amount if math.isfinite(amount) else None})
    return {
        "site": clean(stock.sites[k]),
        "system": clean(system),
        "distance": distance,
        **{stage: _finding(stage, _SAID[stage], mean, n) for stage, mean in counts.items()},
        "spent": spent,
    }


def _finding(metric: str, label: str, mean: Mean, n: int) -> dict[str, Any]:
    """A mean as the page takes findings."""
    ends = (mean.low, mean.high)
    return {
        "metric": metric,
        "value": mean.mean,
        "low": mean.low if math.isfinite(mean.low) else None,
        "high": mean.high if math.isfinite(mean.high) else None,
        "n": n,
        "unit": "",
        "label": label,
        "sentence": f"{label}: {text.number(mean.mean)} {text.span(*ends)}, n = {n}",
    }
