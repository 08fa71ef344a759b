"""Shots at flights that are not hostile: how often by crossing, flight hour and raid, and what stood behind them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.runs.findings import Finding
from openiads.statistics.intervals import clopper_pearson, mean_interval
from openiads.statistics.moments import Moments
from openiads.world.codes import Cause, Event, Side
from openiads.world.outcome import TERMINALS

if TYPE_CHECKING:
    from openiads.runs.run import Run

SIDES = {"civil": Side.NEUTRAL, "friend": Side.FRIEND}
HOUR = 3600.0  # s
CAUSES = tuple(cause for cause in Cause if cause)


def misidentified(run: Run) -> JsonObject:
    """How often flights that are not hostile are shot at and shot down, by side of which any fly.

    Parameters
    ----------
    run : Run
        A complete run.

    Returns
    -------
    dict
        By ``civil`` and ``friend``: ``flights`` and planned ``flight_hours`` of a raid (of airways the mean number that
        came); of ``engaged`` and ``killed``
        the rates ``per_crossing`` and ``per_flight_hour`` (mean, low, high: mean over raids and its interval, over what
        flies in one) and ``per_raid``, the share of raids with at least one (exact binomial interval: of none seen in n
        it is 0 to some 3.7/n); ``causes``, the engaged flights by each of ``codes.Cause``, which come together, and
        ``chains``, the same by what came together; ``untold``, engaged flights of which the log tells no cause.
    """
    sides = np.asarray(run.facts["flight_side"])
    aloft = run.facts["limits"].get("flight_aloft")
    found: JsonObject = {}
    for name, side in SIDES.items():
        rows = int((sides == side).sum())
        if rows == 0:
            continue
        flights = _crossings(run, name, rows)
        hours = None if aloft is None else float(np.asarray(aloft)[sides == side].sum()) / HOUR
        told: JsonObject = {"flights": flights, "flight_hours": hours}
        for what in ("engaged", "killed"):
            told[what] = _rates(run, f"{name}_{what}", flights, hours)
        found[name] = told | _chains(run, name, side, flights, rows)
    return found


def _crossings(run: Run, name: str, rows: int) -> float:
    """Flights of a side a raid: its rows, but where airways have more of them than come the mean that came."""
    airways = run.facts.get("scenario", {}).get("mapping", {}).get("airway")
    if name != "civil" or not airways:
        return rows
    came = sum(run.estimate(f"{name}_{terminal}").mean for terminal in TERMINALS)
    return came if came > 0.0 else rows


def _rates(run: Run, column: str, flights: float, hours: float | None) -> JsonObject:
    """One count over what flies, and the share of raids in which it is above 0."""
    finding = run.estimate(column)
    counts = run.gathered.histogram(column)
    several, raids = sum(n for value, n in counts.items() if value > 0), sum(counts.values())
    told: JsonObject = {"per_crossing": _over(finding, float(flights))}
    if hours:
        told["per_flight_hour"] = _over(finding, hours)
    if raids:
        low, high = clopper_pearson(several, raids)
        told["per_raid"] = {"mean": several / raids, "low": low, "high": high, "n": raids}
    return told


def _over(finding: Finding, size: float) -> JsonObject:
    return {"mean": finding.mean / size, "low": finding.low / size, "high": finding.high / size, "n": finding.n}


def _chains(run: Run, name: str, side: Side, flights: float, most: int) -> JsonObject:
    """What stood behind the first shots at flights of a side, as the logs of those replications tell."""
    chains: Counter[Cause] = Counter()
    by_raid: dict[Cause, Counter[int]] = {cause: Counter() for cause in CAUSES}
    engaged = raids = 0
    for chunk in run.store.complete()[1]:
        rows = run.store.trusted(chunk).rows
        good = rows["status"] == 0
        raids += int(good.sum())
        struck = np.flatnonzero(good & (rows[f"{name}_engaged"] > 0))
        if len(struck) == 0:
            continue
        engaged += int(rows[f"{name}_engaged"][struck].sum())
        logs = run.store.events(chunk)
        for row in struck:
            log = logs[row]
            mine = log[(log["kind"] == Event.MISIDENTIFIED) & (log["value"][:, 0] == side)]
            for code in mine["code"].tolist():
                chains[Cause(code)] += 1
            for cause in CAUSES:
                count = int(((mine["code"] & cause) != 0).sum())
                if count:
                    by_raid[cause][count] += 1
    return {
        "causes": {_word(cause): _share(by_raid[cause], raids, flights, most) for cause in CAUSES if by_raid[cause]},
        "chains": {
            chain_words(chain): count for chain, count in sorted(chains.items(), key=lambda each: (-each[1], each[0]))
        },
        "untold": engaged - sum(chains.values()),
    }


def _share(counts: Counter[int], raids: int, flights: float, most: int) -> JsonObject:
    """Engaged flights with a cause per crossing, from how many raids had so many."""
    values = {0.0: raids - sum(counts.values())} | {float(count): number for count, number in counts.items()}
    sample = Moments.of_counts(values)
    low, high = mean_interval(sample, bounds=(0.0, float(most)))
    return {"mean": sample.mean / flights, "low": low / flights, "high": high / flights, "n": raids}


def _word(cause: Cause) -> str:
    return (cause.name or "").lower()


def chain_words(chain: Cause) -> str:
    """What came together behind a shot, joined by " + "."""
    return " + ".join(_word(cause) for cause in CAUSES if chain & cause) or "believed_hostile"
