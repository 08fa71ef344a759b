"""What is left of a defense between raids: rounds, elements, repairs, crews; and one campaign from day to day.

Each raid is an ordinary replication of its world, begun with other rounds on the launchers, with elements that are
out and crews that rest (as such that are not ready), and without the flights that do not come.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from openiads.base.draws import Purpose, uniform
from openiads.base.errors import ResultsError
from openiads.engine.runner import Runner
from openiads.experiments.campaign_file import KINDS, Kind, Policy, Repair
from openiads.experiments.campaign_plan import Group, Plan, Raid, Theater
from openiads.world.build import World
from openiads.world.codes import Terminal, ThreatClass
from openiads.world.elements import BY_HIT

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
CAMPAIGN = int(Purpose.CAMPAIGN)
KILLED = int(Terminal.KILLED)
NOUNS: dict[Kind, str] = {"radar": "radars", "launcher": "launchers", "post": "posts"}
SHOTS = 16  # rounds at one threat that are told apart; more count as so many


def row_dtype(plan: Plan) -> np.dtype[np.void]:
    """What one raid of one campaign comes to; a row each."""
    kinds, threats, assets = len(plan.kinds), len(plan.threats), len(plan.assets)
    counts = (
        "replication",
        "raid",
        "day",
        "threats",
        "killed",
        "leakers",
        "asset_hits",
        "reloaded",
        "wasted",
        "resting",
    )
    return np.dtype(
        [
            *((name, "<i8") for name in counts),
            ("lost", "<i8", (len(KINDS),)),  # radars, launchers, posts hit in this raid, and
            ("down", "<i8", (len(KINDS),)),  # such that are still out when it comes
            ("fired", "<i8", (kinds,)),
            ("arrived", "<i8", (kinds,)),  # since the raid before
            ("ready", "<i8", (kinds,)),  # on launchers that work, when the raid comes
            ("stock", "<i8", (kinds,)),  # left after it, on launchers and in the depot
            ("flown", "<i8", (threats,)),
            ("shot_down", "<i8", (threats,)),
            ("hits", "<i8", (assets,)),
            ("shots", "<i8", (SHOTS + 1,)),  # threats at which so many rounds were fired
        ]
    )


# ------------------------------------------------------------------ repair


class Workshop:
    """Crews that mend one element each, in the order in which elements were lost.

    Parameters
    ----------
    crews : int
        Repairs that go on at once; none mend nothing.
    """

    def __init__(self, crews: int) -> None:
        self._free = [0.0] * crews

    def mend(self, lost_at: float, takes: float) -> float:
        """When an element lost at a time, which takes so long to mend, is back; infinite without a crew.

        Elements must be brought in the order of their losses.
        """
        if not self._free:
            return math.inf
        done = max(heapq.heappop(self._free), lost_at) + takes
        heapq.heappush(self._free, done)
        return done


def repair_time(repair: Repair, kind: Kind, u: float) -> float:
    """Days that a repair takes, of a uniform number in (0, 1); infinite for kinds that are not mended."""
    mean = repair.mean_days.get(kind)
    if mean is None:
        return math.inf
    return float(mean) if repair.law == "fixed" else -float(mean) * math.log(u)


# ------------------------------------------------------------------ supply


def delivered(every: float, first: float | None, rounds: int, after: float, until: float) -> int:
    """Rounds of deliveries at ``first``, ``first + every``, ... that fall after one time and not after another."""
    begins = every if first is None else first
    slack = 1e-9  # a seventh of a week seven times is a week, whatever the digits

    def number(time: float) -> int:
        return 0 if time < begins - slack else math.floor((time - begins) / every + slack) + 1

    return rounds * (number(until) - number(after))


@dataclass
class Stock:
    """Rounds of a defense: on each launcher, as its spare loads, and of each kind in the depot."""

    kind: Ints  # of each launcher its kind, fixed
    full: Ints  # rounds of a load, fixed
    most_loads: Ints  # spare loads at the start, fixed
    loaded: Ints
    loads: Ints
    depot: Ints
    cap: Floats

    def arrive(self, rounds: Ints) -> int:
        """Take in a delivery; how many rounds are over the cap and lost."""
        room = np.maximum(self.cap - self.depot, 0.0)
        kept = np.minimum(rounds, room).astype(np.int64)
        self.depot += kept
        return int((rounds - kept).sum())

    def reload(self, works: NDArray[np.bool_], most: float) -> int:
        """Fill launchers that work from the depot, the emptiest first, then their spare loads; how many rounds."""
        put = 0
        order = sorted(np.flatnonzero(works), key=lambda k: (float(self.loaded[k]) / max(int(self.full[k]), 1), k))
        for k in order:
            if self.loaded[k] == 0 and self.loads[k] > 0:  # its own spare load needs no depot
                self.loaded[k], self.loads[k] = self.full[k], self.loads[k] - 1
            take = int(min(self.full[k] - self.loaded[k], self.depot[self.kind[k]], most - put))
            if take > 0:
                self.loaded[k] += take
                self.depot[self.kind[k]] -= take
                put += take
        for k in order:
            while self.loads[k] < self.most_loads[k] and self.full[k] > 0:
                if min(self.depot[self.kind[k]], most - put) < self.full[k]:
                    break
                self.loads[k] += 1
                self.depot[self.kind[k]] -= self.full[k]
                put += int(self.full[k])
        return put

    def left(self, kinds: int) -> Ints:
        """Rounds of each kind on launchers, as spare loads and in the depot."""
        there = self.loaded + self.loads * self.full
        return np.bincount(self.kind, weights=there, minlength=kinds).astype(np.int64) + self.depot


# ------------------------------------------------------------------ a world that begins with what is left


class Stage:
    """A world of the campaign that a runner of one thread begins anew for each raid."""

    def __init__(self, theater: Theater) -> None:
        self.theater = theater
        self.base = theater.world.rows
        self.rows = {name: rows.copy() for name, rows in self.base.items()}
        self.runner = Runner(replace(theater.world, rows=self.rows), 0)
        self._restored = ("situation", "flights", "radars", "posts", "units", "launchers", "magazines")

    def restore(self) -> None:
        """All as the scenario has it."""
        for name in self._restored:
            self.rows[name][:] = self.base[name]

    def stay_out(self, away: Ints) -> None:
        """Flights that do not come: never released by anybody, as what a carrier keeps."""
        flights = self.rows["flights"]
        flights["parent"][away] = away
        for name in ("shift", "starts", "ends", "route_ends"):
            flights[name][away] = np.inf
        flights["follows"][away] = flights["jitter"][away] = 0.0

    def out_of_action(self, out: Mapping[str, NDArray[np.bool_]], resting: Ints) -> None:
        """Elements that are not ready for sure, and crews that rest."""
        count = 0
        for noun in ("radars", "posts"):
            self.rows[noun]["outage"][out[noun]] = 1.0
            count += int(out[noun].sum())
        self.rows["launchers"]["readiness"][out["launchers"]] = 0.0
        self.rows["units"]["outage"][resting] = 1.0
        self.rows["situation"]["outages"] += count + len(resting)


# ------------------------------------------------------------------ one campaign


@dataclass
class Days:
    """One replication of a campaign on its way.

    Attributes
    ----------
    plan : Plan
    replication : int
    stages : dict
        Of the theaters by the id of their world.
    """

    plan: Plan
    replication: int
    stages: dict[int, Stage]
    stock: Stock = field(init=False)
    back: dict[str, Floats] = field(init=False)  # day from which each element works again
    now: float = 0.0

    def __post_init__(self) -> None:
        plan, told = self.plan, self.plan.campaign.told
        launchers = plan.world.rows["launchers"]
        depot = [told.stock.get(kind, 0) for kind in plan.kinds]
        cap = [float(told.cap.get(kind, math.inf)) for kind in plan.kinds]
        self.stock = Stock(
            plan.launcher_kind,
            launchers["full"].copy(),
            launchers["loads"].copy(),
            launchers["loaded"].copy(),
            launchers["loads"].copy(),
            np.array(depot, np.int64),
            np.array(cap),
        )
        self.back = {noun: np.zeros(len(plan.world.rows[noun])) for noun in NOUNS.values()}
        self._shop = Workshop(told.repair.crews if told.repair else 0)
        self._losses = 0

    def play(self, out: NDArray[np.void], goes_on: Callable[[], bool]) -> bool:
        """All raids in order, a row each; False when told to stop on the way."""
        for raid in self.plan.raids:
            if not goes_on():
                return False
            self._raid(raid, out[raid.number])
        return True

    def _raid(self, raid: Raid, row: np.void) -> None:
        told, plan = self.plan.campaign.told, self.plan
        row["replication"], row["raid"], row["day"] = self.replication, raid.number, raid.day
        arrived = np.zeros(len(plan.kinds), np.int64)
        for each in told.resupply:
            rounds = delivered(each.every, each.first, each.rounds, self.now, raid.day)
            arrived[plan.kinds.index(each.interceptor)] += rounds
        row["arrived"], row["wasted"] = arrived, self.stock.arrive(arrived)
        out = {noun: back > raid.day for noun, back in self.back.items()}
        row["down"] = [int(out[noun].sum()) for noun in NOUNS.values()]
        most = math.inf if told.reload_most is None else told.reload_most
        row["reloaded"] = self.stock.reload(~out["launchers"], most) if raid.number else 0
        self.now = float(raid.day)
        stage = self.stages[id(raid.theater.world)]
        stage.restore()
        launchers = stage.rows["launchers"]
        launchers["loaded"], launchers["loads"] = self.stock.loaded, self.stock.loads
        resting = self._resting(raid.number, len(stage.rows["units"]))
        row["resting"] = len(resting)
        stage.out_of_action(out, resting)
        works = np.where(out["launchers"], 0, self.stock.loaded)
        row["ready"] = np.bincount(self.stock.kind, weights=works, minlength=len(plan.kinds))
        self._apply_policies(stage.rows)
        stage.stay_out(self._away(raid))
        stage.runner.seed = raid.seed
        result = stage.runner.replicate(self.replication)
        if result.message:
            where = f"{plan.campaign.name}: day {raid.day}, replication {self.replication}"
            raise ResultsError(where, result.message, "Run that raid by itself to find out why")
        self._take_stock(stage, raid, row, result.outcome[0])

    def _resting(self, number: int, units: int) -> Ints:
        rest = self.plan.campaign.told.rest
        if rest is None:
            return np.zeros(0, np.int64)
        cycle = rest.on + rest.off
        # units begin spread over the cycle, so that they do not all rest at once
        begins = [(u * cycle) // max(units, 1) for u in range(units)]
        return np.array([u for u, at in enumerate(begins) if (number + at) % cycle >= rest.on], np.int64)

    def _apply_policies(self, rows: dict[str, NDArray[np.void]]) -> None:
        plan = self.plan
        if not plan.campaign.told.policy:
            return
        left = self.stock.left(len(plan.kinds))
        for policy in plan.campaign.told.policy:
            if left[plan.kinds.index(policy.interceptor)] < policy.below:
                apply_policy(rows, plan.world, policy)

    def _away(self, raid: Raid) -> Ints:
        """Rows of flights that do not come: of each raid of the scenario those beside its middle ones."""
        if not raid.plan.flights:
            return np.zeros(0, np.int64)
        away = []
        for name, group in raid.theater.groups.items():
            wanted = self._number(raid, group) if name in raid.plan.flights else 0
            first = (len(group.rows) - wanted + 1) // 2
            away += [group.rows[:first], group.rows[first + wanted :]]
        return np.concatenate(away) if away else np.zeros(0, np.int64)

    def _number(self, raid: Raid, group: Group) -> int:
        """Flights of one raid of the scenario that come: declared, or drawn for this day."""
        mean = raid.plan.flights[group.name]
        if raid.plan.numbers == "exact":
            return int(mean)
        u = uniform(raid.seed, self.replication, CAMPAIGN, group.actor, 0)
        return poisson_number(mean, u, len(group.rows))

    def _take_stock(self, stage: Stage, raid: Raid, row: np.void, outcome: np.void) -> None:
        """What the raid spent, lost and came to."""
        sim, plan = stage.runner.sim, self.plan
        for name in ("threats", "killed", "leakers", "asset_hits"):
            row[name] = outcome[name]
        kind_of = [
            plan.kinds.index(name) if name in plan.kinds else -1 for name in stage.theater.world.names.interceptors
        ]
        fired = sim.magazines["interceptor"][sim.rounds["magazine"][: int(sim.situation[0]["rounds_count"])]]
        row["fired"] = np.bincount(np.array(kind_of, np.int64)[fired], minlength=len(plan.kinds))
        ended = sim.flights["terminal"]
        flown = np.array([name != "" for name in stage.theater.threats]) & (ended != 0)
        of = np.array([plan.threats.index(name) if name else 0 for name in stage.theater.threats], np.int64)
        row["flown"] = np.bincount(of[flown], minlength=len(plan.threats))
        row["shot_down"] = np.bincount(of[flown & (ended == KILLED)], minlength=len(plan.threats))
        row["hits"] = sim.assets["hits"]
        row["shots"] = np.bincount(np.minimum(sim.flights["shots"][flown], SHOTS), minlength=SHOTS + 1)
        launchers, stock = sim.launchers, self.stock
        coming = launchers["reloaded_at"] < math.inf  # its spare load was on the way
        stock.loaded[:] = np.where(coming, launchers["full"], launchers["loaded"])
        stock.loads[:] = launchers["loads"] - coming
        lost = {kind: np.flatnonzero(getattr(sim, noun)["down"] == BY_HIT) for kind, noun in NOUNS.items()}
        stock.loaded[lost["launcher"]] = stock.loads[lost["launcher"]] = 0  # what was on it is gone
        row["lost"] = [len(rows) for rows in lost.values()]
        row["stock"] = stock.left(len(plan.kinds))
        self._bring_in(raid, lost)

    def _bring_in(self, raid: Raid, lost: Mapping[Kind, Ints]) -> None:
        """Elements that were hit go to the workshop, in the order of kinds and rows."""
        repair = self.plan.campaign.told.repair
        for kind, rows in lost.items():
            for element in rows:
                self.back[NOUNS[kind]][element] = math.inf
                if repair is not None and kind in repair.mean_days:
                    actor = int(self.plan.world.rows[NOUNS[kind]]["actor"][element])
                    u = uniform(raid.seed, self.replication, CAMPAIGN, actor, 1)
                    self.back[NOUNS[kind]][element] = self._shop.mend(raid.day, repair_time(repair, kind, u))


def apply_policy(rows: dict[str, NDArray[np.void]], world: World, policy: Policy) -> None:
    """Change how the fire units fight that carry a kind of round."""
    kind = world.names.interceptors.index(policy.interceptor)
    magazines = rows["magazines"]
    mine = magazines["interceptor"] == kind
    units = np.unique(magazines["unit"][mine])
    if policy.salvo is not None:
        rows["units"]["salvo"][units] = policy.salvo
    if policy.reserve is not None:
        rows["units"]["reserve"][units] = policy.reserve
    for name in policy.spares:
        magazines["classes"][mine] &= ~np.int64(1 << int(ThreatClass[name.upper()]))


def poisson_number(mean: float, u: float, most: int) -> int:
    """The Poisson number of a mean that a uniform number stands for, at most so many."""
    term = below = math.exp(-mean)
    number = 0
    while below < u and number < most:
        number += 1
        term *= mean / number
        below += term
    return number
