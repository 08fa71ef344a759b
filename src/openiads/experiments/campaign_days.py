"""What the rows of a campaign say: bands by day, the day a stock runs out, cost of both sides, closed forms beside."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.jsonable import JsonObject
from openiads.experiments.campaign_file import KINDS, Price
from openiads.experiments.campaign_plan import Plan
from openiads.statistics.intervals import mean_interval, ratio_interval, wilson
from openiads.statistics.moments import Moments
from openiads.textbook import machines_down, raid_days, stock_days, stock_out

Rows = NDArray[np.void]
Floats = NDArray[np.float64]
COUNTS = (0.0, math.inf)
#: Counts that are a state of the defense when a raid comes.
STATES = ("down", "ready", "resting")


@dataclass(frozen=True, slots=True)
class Band:
    """A count over campaigns: its mean with a 95 % interval, and what nine of ten campaigns lie between."""

    mean: float
    low: float
    high: float
    p5: float
    p95: float

    def as_dict(self) -> JsonObject:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def band_of(values: NDArray[np.generic], most: float = math.inf) -> Band:
    """The band of one number a campaign, which is from 0 to ``most``."""
    sample = Moments.of(values.tolist())
    low, high = mean_interval(sample, bounds=(0.0, most))
    p5, p95 = np.quantile(values.astype(np.float64), (0.05, 0.95))
    return Band(sample.mean, low, high, float(p5), float(p95))


def counted(plan: Plan, rows: Rows, name: str) -> NDArray[np.int64]:
    """A count of every raid, shape (replications, raids); "stock.KIND" and the like are one kind of it."""
    column, _, part = name.partition(".")
    values = rows[column]
    if values.ndim == 2:
        return values
    if not part:
        return values.sum(axis=2)
    names = {"lost": KINDS, "down": KINDS, "flown": plan.threats, "shot_down": plan.threats, "hits": plan.assets}
    return values[:, :, tuple(names.get(column, plan.kinds)).index(part)]


def by_day(plan: Plan, values: NDArray[np.generic], name: str) -> NDArray[np.generic]:
    """Of a count of every raid (last axis) that of every day: what the last raid left, what was out at most, sums."""
    column = name.partition(".")[0]
    found = []
    for day in plan.days:
        mine = values[..., [raid.number for raid in plan.raids if raid.day == day]]
        if column == "stock":
            found.append(mine[..., -1])
        else:
            found.append(mine.max(axis=-1) if column in STATES else mine.sum(axis=-1))
    return np.stack(found, axis=-1)


def day_bands(plan: Plan, rows: Rows, name: str, *, total: bool = False) -> list[Band]:
    """The band of a count on every day with a raid, or of its total over a campaign."""
    values, most = counted(plan, rows, name), greatest(plan, name)
    if total:
        return [band_of(values.sum(axis=1), sum(most))]
    daily, bounds = by_day(plan, values, name), by_day(plan, np.array(most), name)
    return [band_of(daily[:, k], float(bounds[k])) for k in range(daily.shape[1])]


def greatest(plan: Plan, name: str) -> list[float]:
    """What a count cannot exceed in each raid: flights, or elements; so that none seen still bounds a mean above."""
    column, _, part = name.partition(".")
    if column in ("threats", "killed", "leakers", "asset_hits"):
        return [float(sum(each != "" for each in raid.theater.threats)) for raid in plan.raids]
    if column in ("lost", "down"):
        rows = plan.world.rows
        own = {"radar": len(rows["radars"]), "launcher": len(rows["launchers"]), "post": len(rows["posts"])}
        return [float(own[part] if part in own else sum(own.values()))] * len(plan.raids)
    return [math.inf] * len(plan.raids)


# ------------------------------------------------------------------ running out


def run_out(plan: Plan, rows: Rows) -> list[JsonObject]:
    """Of each kind of round: the share of campaigns after some raid of which none was left, and on which day.

    The median is over all campaigns, so that it is None where fewer than half ran out.
    """
    days = np.array([raid.day for raid in plan.raids])
    found = []
    for kind in plan.kinds:
        empty = counted(plan, rows, f"stock.{kind}") == 0
        first = np.where(empty.any(axis=1), days[empty.argmax(axis=1)], np.inf)
        n, out = len(first), int(np.isfinite(first).sum())
        low, high = wilson(out, n)
        ordered = np.sort(first)
        quartiles = [float(ordered[min(math.ceil(q * n) - 1, n - 1)]) for q in (0.25, 0.5, 0.75)]
        by_day = [(int(day), float((first <= day).mean())) for day in dict.fromkeys(days.tolist())]
        found.append(
            {
                "interceptor": kind,
                "share": out / n,
                "low": low,
                "high": high,
                "n": n,
                "day_25": quartiles[0],
                "median_day": quartiles[1],
                "day_75": quartiles[2],
                "by_day": by_day,
            }
        )
    return found


# ------------------------------------------------------------------ cost


def exchange_of(up: NDArray[np.generic], down: NDArray[np.generic], *, share: bool = False) -> JsonObject:
    """A ratio of sums over campaigns with its interval."""
    pairs = Counter(zip(up.astype(np.float64).tolist(), down.astype(np.float64).tolist(), strict=True))
    value, low, high = ratio_interval(pairs, bounds=(0.0, 1.0) if share else COUNTS)
    return {"value": value, "low": low, "high": high}


def cost_of(plan: Plan, rows: Rows) -> JsonObject:
    """Costs of a whole campaign, and the exchange ratio: what the rounds cost over what the killed threats cost.

    Beside its interval over campaigns the ratio has bounds over the doubt of prices: rounds at the lower and threats at
    the upper end of their prices, and the other way round.
    """
    cost = plan.campaign.told.cost
    assert cost is not None

    def money(column: str, prices: list[Price | None], end: str) -> Floats:
        each = np.array([0.0 if price is None else getattr(price, end) for price in prices])
        return rows[column].sum(axis=1) @ each

    of_rounds = [cost.of[name] for name in plan.kinds]
    of_threats = [cost.of[name] for name in plan.threats]
    of_lost = [cost.lost.get(kind) for kind in KINDS]
    of_hits = [cost.hit.get(name) for name in plan.assets]
    rounds, lost = money("fired", [*of_rounds], "value"), money("lost", of_lost, "value")
    hits, flown = money("hits", of_hits, "value"), money("flown", [*of_threats], "value")
    killed = money("shot_down", [*of_threats], "value")
    ratio = exchange_of(rounds, killed)
    ends = [
        exchange_of(money("fired", [*of_rounds], one), money("shot_down", [*of_threats], other))["value"]
        for one, other in (("low", "high"), ("high", "low"))
    ]
    return {
        "unit": cost.unit,
        "rounds": band_of(rounds).as_dict(),
        "lost_elements": band_of(lost).as_dict() if cost.lost else None,
        "hits": band_of(hits).as_dict() if cost.hit else None,
        "defense": band_of(rounds + lost + hits).as_dict(),
        "threats": band_of(flown).as_dict(),
        "threats_killed": band_of(killed).as_dict(),
        "exchange_ratio": {**ratio, "by_prices_low": ends[0], "by_prices_high": ends[1]},
        "by_day": [band_of(each).as_dict() for each in by_day(plan, _daily(plan, rows), "").T],
    }


def _daily(plan: Plan, rows: Rows) -> Floats:
    """What the rounds of each raid cost, shape (replications, raids)."""
    cost = plan.campaign.told.cost
    assert cost is not None
    return rows["fired"] @ np.array([cost.of[name].value for name in plan.kinds])


def cost_so_far(plan: Plan, rows: Rows) -> list[Band]:
    """The band of what the rounds of all raids up to each day cost; needs prices."""
    daily = np.cumsum(by_day(plan, _daily(plan, rows), ""), axis=1)
    return [band_of(each) for each in daily.T]


# ------------------------------------------------------------------ closed forms beside


def twins_of(plan: Plan, rows: Rows) -> list[JsonObject]:
    """Closed forms fed with what the first raid came to, beside what was found; each with what it leaves out."""
    first = rows[:, 0]
    threats = float(first["threats"].mean())
    if threats == 0.0:
        return []
    told, days = plan.campaign.told, plan.campaign.told.days
    a_day = len(plan.raids) / days * threats
    shots = first["shots"].sum(axis=0)
    rounds = float(first["fired"].sum(axis=1).mean()) / threats
    at_first = _at_first(plan)
    supply = sum(each.rounds / each.every for each in told.resupply)
    cap = math.inf if len(told.cap) < len(plan.kinds) else float(sum(told.cap.values()) + _on_launchers(plan))
    ever = (rows["stock"].sum(axis=2) == 0).any(axis=1)
    found: list[JsonObject] = [
        {
            "name": "stock under a constant demand",
            "function": "stock_days",
            "value": stock_days(float(at_first), a_day, rounds, supply, cap, most=10_000),
            "found": None,
            "unit": "days",
            "leaves_out": "chance, kinds of round, losses, and that scarcer rounds are fired less",
        }
    ]
    if shots.sum() > 0:
        law = (shots / shots.sum()).tolist()
        total = int(at_first + _delivered(plan))
        short = stock_out(a_day, float(days), law, max(total - 1, 0))  # the last round is gone when all are asked for
        found.append(
            {
                "name": "chance that a stock is not enough, Poisson threats",
                "function": "stock_out",
                "value": short.probability,
                "found": float(ever.mean()),
                "unit": "",
                "leaves_out": "kinds of round, losses, reserves, when deliveries come, numbers that are not Poisson",
            }
        )
    return found + _attrition(plan, rows, threats)


def _attrition(plan: Plan, rows: Rows, threats: float) -> list[JsonObject]:
    """Hughes' model of launchers with repair, and the shares of launchers that wait for it, where any were lost."""
    told, launchers = plan.campaign.told, len(plan.launcher_kind)
    lost = counted(plan, rows, "lost.launcher")
    leakers = rows["leakers"].sum()
    if lost.sum() == 0 or leakers == 0 or launchers == 0:
        return []
    each = float(lost.sum() / leakers)
    mean = told.repair.mean_days.get("launcher") if told.repair else None
    mended = 0.0 if mean is None or told.repair is None else told.repair.crews / mean
    a_raid = told.days / len(plan.raids)
    kills = float(rows["killed"][:, 0].mean()) / launchers
    course = raid_days(float(launchers), threats, kills, each, mended * a_raid, len(plan.raids))
    found: list[JsonObject] = [
        {
            "name": "leakers of the last raid, attrition with repair",
            "function": "raid_days",
            "value": course.leakers[-1],
            "found": float(rows["leakers"][:, -1].mean()),
            "unit": "",
            "leaves_out": "stocks, radars and posts, chance; all launchers alike, kills in proportion to them",
        }
    ]
    if mean is not None and told.repair is not None:
        mtbf = launchers * told.days * len(rows) / float(lost.sum())
        shares = machines_down(launchers, mtbf, float(mean), told.repair.crews)
        found.append(
            {
                "name": "launchers that are out, machine repairmen",
                "function": "machines_down",
                "value": sum(k * share for k, share in enumerate(shares)),
                "found": float(counted(plan, rows, "down.launcher")[:, -1].mean()),
                "unit": "",
                "leaves_out": "that crews mend radars and posts too, losses in groups, the time until it is steady",
            }
        )
    return found


def _at_first(plan: Plan) -> int:
    """Rounds on launchers, as spare loads and in the depot at the start."""
    return _on_launchers(plan) + sum(plan.campaign.told.stock.values())


def _on_launchers(plan: Plan) -> int:
    launchers = plan.world.rows["launchers"]
    return int((launchers["loaded"] + launchers["loads"] * launchers["full"]).sum())


def _delivered(plan: Plan) -> int:
    """Rounds that arrive in the whole campaign."""
    from openiads.experiments.campaign_state import delivered

    last = plan.raids[-1].day
    return sum(delivered(each.every, each.first, each.rounds, 0.0, last) for each in plan.campaign.told.resupply)
