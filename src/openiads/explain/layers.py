"""The raid layer by layer: what came within reach of each site, what it shot at, took and spent, and what was left.

A layer is a site with its system.  Layers stand in the order in which the raid meets them, by the mean distance of
their first target when they first launch.  A threat *arrives* at a layer once one of the site's fire units holds it as
a target within reach, whether or not it can shoot then: the gate that keeps it is one that is asked after reach.  What
a site does not see, or believes to go elsewhere, has not arrived there.  A threat is *killed* by the layer whose round
or burst killed it, so that every threat is accounted for once: killed by one layer, leaked, or ended otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import UsageError
from openiads.base.jsonable import JsonObject, plain
from openiads.base.shown import Shown
from openiads.explain.kill_chain import LEAKED, gate_changes, sampled
from openiads.explain.reasons import NO_SHOT
from openiads.runs.run import Run, open_run
from openiads.statistics.intervals import CONFIDENCE, mean_interval
from openiads.statistics.moments import Moments
from openiads.world.codes import Event, Gate, RoundEnd, Side, Terminal, ThreatClass
from openiads.world.trace import GATE_RANK

if TYPE_CHECKING:
    from openiads.world.build import World

Counts = NDArray[np.int64]

#: What a threat did at a layer.
STAGES = ("arrived", "engaged", "killed")
#: A kill that no round of a layer was credited with.
NOBODY = "no round credited"


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a count over replications, with its 95 % interval."""

    mean: float
    low: float
    high: float

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return {"mean": self.mean, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Spent:
    """Rounds of one kind that a layer has: fired and left, bursts of a gun.

    Attributes
    ----------
    kind : str
        Catalog entry.
    unit : {'rounds', 'bursts'}
    fired : Mean
    stock : float
        At the start, spare loads among them; infinite with endless magazines.
    """

    kind: str
    unit: str
    fired: Mean
    stock: float

    def as_dict(self) -> JsonObject:
        """For JSON."""
        left = {
            "mean": self.stock - self.fired.mean,
            "low": self.stock - self.fired.high,
            "high": self.stock - self.fired.low,
        }
        return {"kind": self.kind, "unit": self.unit, "fired": self.fired.as_dict(), "stock": self.stock, "left": left}


@dataclass(frozen=True, slots=True)
class Layer:
    """One site.

    Attributes
    ----------
    site, system : str
    distance : float
        Of the first target from its fire unit at the first launch, m, mean over the replications with one; NaN: never.
    counts : mapping
        Stage -> class of threat -> threats a replication; "all" is all classes.
    spent : tuple of Spent
    """

    site: str
    system: str
    distance: float
    counts: Mapping[str, Mapping[str, Mean]]
    spent: tuple[Spent, ...]

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return {
            "site": self.site,
            "system": self.system,
            "first_distance_m": self.distance,
            **{stage: _told(self.counts[stage]) for stage in STAGES},
            "spent": [each.as_dict() for each in self.spent],
        }


@dataclass(frozen=True, slots=True)
class Layers(Shown):
    """A raid layer by layer, means over the replications of a run.

    Attributes
    ----------
    scenario : str
    replications : int
        Good ones that were looked at.
    seed : int
    digest : str
        Of the run.
    classes : tuple of str
        Classes of threat that flew.
    layers : tuple of Layer
        In the order in which the raid meets them; those that never fired last.
    threats, leaked : mapping
        Class -> threats a replication.
    ended : mapping
        How else threats ended -> class -> threats a replication.
    tally : Tally
        The same, replication by replication.
    """

    scenario: str
    replications: int
    seed: int
    digest: str
    classes: tuple[str, ...]
    layers: tuple[Layer, ...]
    threats: Mapping[str, Mean]
    leaked: Mapping[str, Mean]
    ended: Mapping[str, Mapping[str, Mean]]
    tally: Tally

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return plain(
            {
                "scenario": self.scenario,
                "replications": self.replications,
                "seed": self.seed,
                "digest": self.digest,
                "confidence": CONFIDENCE,
                "threats": _told(self.threats),
                "layers": [layer.as_dict() for layer in self.layers],
                "ended": {how: _told(counts) for how, counts in self.ended.items()},
                "leaked": _told(self.leaked),
            }
        )


def _told(counts: Mapping[str, Mean]) -> JsonObject:
    return {name: each.as_dict() for name, each in counts.items()}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of hostile flights, replication by replication.

    Attributes
    ----------
    replications : ndarray, shape (r,)
        Their numbers.
    at : ndarray, shape (r, layers, stages, classes)
        Threats at each layer by stage and codes.ThreatClass.
    ends : ndarray, shape (r, terminals, classes)
        Threats by codes.Terminal.
    uncredited : ndarray, shape (r, classes)
        Those killed with no round credited.
    fired : ndarray, shape (r, kinds)
        Rounds or bursts launched, by place in ``Stock.kinds``.
    first : ndarray, shape (r, layers)
        Distance of the first target at the first launch, m; NaN: none.
    """

    replications: Counts
    at: Counts
    ends: Counts
    uncredited: Counts
    fired: Counts
    first: NDArray[np.float64]

    @property
    def unaccounted(self) -> Counts:
        """Threats less those killed by a layer, leaked or ended otherwise, shape (r, classes); 0 everywhere."""
        killed = self.at[:, :, STAGES.index("killed")].sum(axis=1)
        other = np.delete(self.ends, int(Terminal.KILLED), axis=1).sum(axis=1)
        return self.ends.sum(axis=1) - killed - self.uncredited - other


@dataclass(frozen=True, slots=True)
class Stock:
    """What the sites of a run have: rows of the world as places in lists.

    Attributes
    ----------
    sites : list of str
    of_unit : ndarray
        Place of each fire unit's site.
    kinds : list of (int, str, str)
        Place of a site, catalog entry of a round or gun, and what is counted of it.
    of_launcher : ndarray
        Place of each launcher's kind.
    amount : ndarray
        Of each kind at the start.
    """

    sites: list[str]
    of_unit: Counts
    kinds: list[tuple[int, str, str]]
    of_launcher: Counts
    amount: NDArray[np.float64]


def stock_of(world: World) -> Stock:
    """Sites, their fire units, and rounds by kind at the start of a world."""
    sites = [site.name for site in world.scenario.sites]
    of_unit = np.array([sites.index(name.rpartition("/")[0]) for name in world.names.units], np.int64)
    launchers, magazines = world.rows["launchers"], world.rows["magazines"]
    kinds: dict[tuple[int, str, str], float] = {}
    places = []
    endless = world.scenario.model.magazine == "infinite"
    for launcher in launchers:
        magazine = magazines[launcher["magazine"]]
        unit = "bursts" if magazine["burst"] > 0 else "rounds"
        name = world.names.interceptors[int(magazine["interceptor"])]
        kind = (int(of_unit[launcher["unit"]]), name, unit)
        has = float(launcher["loaded"] + launcher["loads"] * launcher["full"])
        kinds[kind] = kinds.get(kind, 0.0) + (math.inf if endless else has)
        places.append(list(kinds).index(kind))
    return Stock(sites, of_unit, list(kinds), np.array(places, np.int64), np.array(list(kinds.values()), float))


def layers(run: str | Path | Run, most: int | None = None) -> Layers:
    """The raid layer by layer: what came within reach of each site, what it shot at, killed and spent, what leaked.

    Parameters
    ----------
    run : str, Path or Run
        A run, or its folder.
    most : int, optional
        Only the first so many replications; all if left out.

    Returns
    -------
    Layers
        ``table()`` has a row for each layer and class of threat, and for what leaked or ended otherwise.

    Raises
    ------
    UsageError
        Where no replication came to an end.
    ResultsError
        For a folder that is not complete, or damaged.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=5, seed=1)
    >>> [layer.site for layer in oi.layers(run).layers]
    ['Guard']
    """
    made = open_run(run) if isinstance(run, str | Path) else run
    stock = stock_of(made.world)
    found = tally_of(made, stock, most)
    if not len(found.replications):
        raise UsageError(made.name, "no replication came to an end", "openiads check says what went wrong")
    flown = [c for c in ThreatClass if c and found.ends[:, :, int(c)].any()]
    flew = found.ends.sum(axis=1)
    distance = [_mean_of(found.first[:, k]) for k in range(len(stock.sites))]
    order = sorted(range(len(stock.sites)), key=lambda k: (-np.nan_to_num(distance[k], nan=-1.0), stock.sites[k]))
    systems = {site.name: site.system for site in made.scenario.sites}
    told = tuple(
        Layer(
            stock.sites[k],
            systems[stock.sites[k]],
            distance[k],
            {stage: _means(found.at[:, k, s], flew, flown) for s, stage in enumerate(STAGES)},
            _spent(found, stock, k, bool(made.facts["limits"].get("teaching_service"))),
        )
        for k in order
    )
    ended = {
        t.name.lower(): _means(found.ends[:, int(t)], flew, flown)
        for t in Terminal
        if t not in (Terminal.KILLED, *LEAKED) and found.ends[:, int(t)].any()
    }
    if found.uncredited.any():
        ended = {NOBODY: _means(found.uncredited, flew, flown), **ended}
    leaked = found.ends[:, [int(t) for t in LEAKED]].sum(axis=1)
    return Layers(
        made.name,
        len(found.replications),
        made.seed,
        made.digest,
        tuple(c.name.lower() for c in flown),
        told,
        _flew(flew, flown),
        _means(leaked, flew, flown),
        ended,
        found,
    )


def _mean_of(values: NDArray[np.float64]) -> float:
    seen = values[~np.isnan(values)]
    return float(seen.mean()) if len(seen) else math.nan


def mean_of(counts: Counts, most: float) -> Mean:
    """The mean of a count of 0 to ``most``, with its interval."""
    found = Moments.of(counts.astype(float).tolist())
    return Mean(found.mean, *mean_interval(found, CONFIDENCE, (0.0, most)))


def _means(counts: Counts, flew: Counts, flown: Sequence[ThreatClass]) -> dict[str, Mean]:
    """Means by class, (r, classes), all classes first; ``flew`` : threats, the most that there can be of each."""
    most = flew.max(axis=0)
    found = {"all": mean_of(counts.sum(axis=1), float(flew.sum(axis=1).max()))}
    return found | {c.name.lower(): mean_of(counts[:, int(c)], float(most[int(c)])) for c in flown}


def _flew(flew: Counts, flown: Sequence[ThreatClass]) -> dict[str, Mean]:
    """Threats by class: where they are the same in every replication the scenario says so, and nothing is in doubt."""
    found = _means(flew, flew, flown)
    sums = {"all": flew.sum(axis=1), **{c.name.lower(): flew[:, int(c)] for c in flown}}
    return {name: Mean(m.mean, m.mean, m.mean) if np.ptp(sums[name]) == 0 else m for name, m in found.items()}


def _spent(found: Tally, stock: Stock, site: int, notional: bool) -> tuple[Spent, ...]:
    """Rounds of a site by kind; none of the teaching service, which fires none."""
    if notional:
        return ()
    return tuple(
        Spent(name, unit, mean_of(found.fired[:, k], float(stock.amount[k])), float(stock.amount[k]))
        for k, (where, name, unit) in enumerate(stock.kinds)
        if where == site
    )


# ------------------------------------------------------------------ one replication after the other


def tally_of(run: Run, stock: Stock, most: int | None = None) -> Tally:
    """Count what threats did at each layer in each good replication."""
    kinds = np.asarray(run.facts["flight_class"], np.int64)
    hostile = np.asarray(run.facts["flight_side"]) == Side.HOSTILE
    rows = run.rows() if most is None else _first_rows(run, most)
    good = rows["status"] == 0
    numbers = rows["replication"][good if most is None else good & (np.arange(len(rows)) < most)]
    r, sites, classes = len(numbers), len(stock.sites), len(ThreatClass)
    found = Tally(
        numbers.astype(np.int64),
        np.zeros((r, sites, len(STAGES), classes), np.int64),
        np.zeros((r, len(Terminal), classes), np.int64),
        np.zeros((r, classes), np.int64),
        np.zeros((r, len(stock.kinds)), np.int64),
        np.full((r, sites), np.nan),
    )
    place = {int(number): k for k, number in enumerate(numbers)}
    for part in sampled(run, most):
        for replication, events in part:
            if replication in place:
                mine = events[(events["flight"] >= 0) & hostile[np.maximum(events["flight"], 0)]]
                _count(found, place[replication], mine, stock, kinds)
                _count_rounds(found, place[replication], events, stock)
    return found


def _first_rows(run: Run, most: int) -> np.ndarray:
    """Outcome rows of the first replications, at least ``most`` if there are so many; a long run is not read whole."""
    parts: list[np.ndarray] = []
    for rows in run.store.batches():
        parts.append(rows)
        if sum(map(len, parts)) >= most:
            break
    return np.concatenate(parts)


def _count(found: Tally, k: int, events: np.ndarray, stock: Stock, kinds: Counts) -> None:
    """Threats of one replication: how they ended, and at which layers they arrived, were engaged and killed."""
    ends = events[events["kind"] == Event.TERMINAL]
    np.add.at(found.ends[k], (ends["code"], kinds[ends["flight"]]), 1)
    flew = np.zeros(len(kinds), bool)
    flew[ends["flight"]] = True
    if not len(stock.sites):
        np.add.at(found.uncredited[k], kinds[ends["flight"][ends["code"] == Terminal.KILLED]], 1)
        return
    spells = gate_changes(events, math.inf)
    possible = (GATE_RANK[spells["code"]] >= GATE_RANK[Gate.OUT_OF_RANGE]) & ~np.isin(spells["code"], NO_SHOT)
    at = np.zeros((len(STAGES), len(stock.sites), len(kinds)), bool)
    at[0, stock.of_unit[spells["unit"][possible]], spells["flight"][possible]] = True
    shots = events[events["kind"] == Event.LAUNCH]
    at[1, stock.of_unit[shots["unit"]], shots["flight"]] = True
    killers = _killers(events, ends)
    for flight, unit in killers.items():
        at[2, stock.of_unit[unit], flight] = True
    at[1] |= at[2]
    at[0] |= at[1]
    at[:, :, ~flew] = False
    for stage, site, flight in zip(*np.nonzero(at), strict=True):
        found.at[k, site, stage, kinds[flight]] += 1
    dead = ends["flight"][ends["code"] == Terminal.KILLED]
    for flight in dead[~np.isin(dead, list(killers))]:
        found.uncredited[k, kinds[flight]] += 1
    first: dict[int, float] = {}
    for shot in shots:
        first.setdefault(int(stock.of_unit[shot["unit"]]), float(shot["value"][5]))
    for site, distance in first.items():
        found.first[k, site] = distance


def _killers(events: np.ndarray, ends: np.ndarray) -> dict[int, int]:
    """Flight -> fire unit whose round or burst killed it; of the teaching service the one that served it then."""
    dead = {int(end["flight"]): float(end["time"]) for end in ends if end["code"] == Terminal.KILLED}
    kills = events[(events["kind"] == Event.ROUND_END) & (events["code"] == RoundEnd.KILL)]
    found = {int(each["flight"]): int(each["unit"]) for each in kills if int(each["flight"]) in dead}
    if len(found) < len(dead):
        for each in events[events["kind"] == Event.RELEASE]:
            flight = int(each["flight"])
            if flight in dead and flight not in found and each["time"] == dead[flight] and each["unit"] >= 0:
                found[flight] = int(each["unit"])
    return found


def _count_rounds(found: Tally, k: int, events: np.ndarray, stock: Stock) -> None:
    """Rounds and bursts of one replication by kind, whoever they were launched at."""
    shots = events[(events["kind"] == Event.LAUNCH) & (events["launcher"] >= 0)]
    np.add.at(found.fired[k], stock.of_launcher[shots["launcher"]], 1)
