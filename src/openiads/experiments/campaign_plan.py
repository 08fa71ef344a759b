"""What a campaign is once its worlds are built: the raids in order, and what of the defense can be spent or lost.

A world is built once for each scenario, with as many flights as any raid of it may need; a raid then lets the others
stay out.  All worlds have the same defense, so what is left after one raid meets the next whatever its scenario.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openiads.base.draws import actor_number
from openiads.base.errors import InputError
from openiads.base.words import nearest
from openiads.experiments.campaign_file import Campaign, RaidPlan, most_flights
from openiads.runs.digest import hash_of
from openiads.runs.simulator import Simulator
from openiads.scenario.load import Scenario
from openiads.world.build import World
from openiads.world.codes import Side

#: Flights of one raid that a campaign may need.
MOST = 2_000

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """Flights of one raid of a scenario.

    Attributes
    ----------
    name : str
    actor : int
        Of the draws of its numbers.
    rows : ndarray
        Rows of its flights in order, without what they release.
    """

    name: str
    actor: int
    rows: Ints


@dataclass(frozen=True)
class Theater:
    """A world of the campaign, with what its flights are.

    Attributes
    ----------
    world : World
    groups : dict of str to Group
    threats : tuple of str
        Catalog entry of each flight that counts as a threat, "" of the others.
    """

    world: World
    groups: dict[str, Group]
    threats: tuple[str, ...]


@dataclass(frozen=True)
class Raid:
    """One raid of the campaign.

    Attributes
    ----------
    number : int
        From 0, in order of days and of the file.
    day : int
    theater : Theater
    plan : RaidPlan
    seed : int
        Of all its draws: its own slot of the campaign's seed.
    """

    number: int
    day: int
    theater: Theater
    plan: RaidPlan
    seed: int


@dataclass(frozen=True)
class Plan:
    """A campaign ready to run.

    Attributes
    ----------
    campaign : Campaign
    raids : tuple of Raid
    kinds : tuple of str
        Rounds that launchers carry, by catalog entry.
    launcher_kind : ndarray
        Of each launcher its row of ``kinds``.
    threats : tuple of str
        Threats that come, by catalog entry.
    assets : tuple of str
    notices : tuple of str
        What a reader must know: rules that were used, and what was left out.
    """

    campaign: Campaign
    raids: tuple[Raid, ...]
    kinds: tuple[str, ...]
    launcher_kind: Ints
    threats: tuple[str, ...]
    assets: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def world(self) -> World:
        """The world of the first raid, for what all of them have."""
        return self.raids[0].theater.world

    @property
    def days(self) -> tuple[int, ...]:
        """The days on which a raid comes, each once."""
        return tuple(dict.fromkeys(raid.day for raid in self.raids))


def plan_of(campaign: Campaign, simulator: Simulator) -> Plan:
    """Build the worlds of a campaign, and refuse what does not go together.

    Parameters
    ----------
    campaign : Campaign
    simulator : Simulator

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        For stock, resupply or a policy of a round that no launcher carries, scenarios of different defenses, teaching
        switches without stocks, a price that is missing.
    """
    told = campaign.told
    order = sorted((day, k) for k, plan in enumerate(told.raid) for day in plan.days(told.days))
    needed: dict[str | None, dict[str, int]] = {}
    for plan in told.raid:
        mine = needed.setdefault(plan.scenario, {})
        for name, most in most_flights(plan, _scenario(campaign, plan.scenario)).items():
            mine[name] = max(mine.get(name, 0), most)
    theaters = {name: _theater(campaign, name, most, simulator) for name, most in needed.items()}
    raids = []
    for number, (day, k) in enumerate(order):
        seed = int(hash_of(["campaign", told.seed, number])[:8], 16)
        raids.append(Raid(number, day, theaters[told.raid[k].scenario], told.raid[k], seed))
    first = raids[0].theater.world
    for of, other in theaters.items():
        _same_defense(campaign, first, other.world, of)
    names = first.names
    of_launcher = first.rows["magazines"]["interceptor"][first.rows["launchers"]["magazine"]]
    carried = [names.interceptors[int(row)] for row in of_launcher]
    kinds = tuple(dict.fromkeys(carried))
    if not kinds:
        raise InputError(campaign.place("scenario"), "the defense has no launcher", "Give a scenario that has one.")
    threats = tuple(dict.fromkeys(each for raid in raids for each in raid.theater.threats if each))
    _carried(campaign, kinds)
    notices = _priced(campaign, kinds, threats, tuple(names.assets)) + _poisson(campaign)
    for each in theaters.values():  # warnings of the scenario with as many flights as any raid may need
        notices += [line for line in simulator.warnings(each.world.scenario, each.world) if line not in notices]
    rows = np.array([kinds.index(each) for each in carried], np.int64)
    return Plan(campaign, tuple(raids), kinds, rows, threats, tuple(names.assets), tuple(notices))


def _scenario(campaign: Campaign, name: str | None) -> Scenario:
    return campaign.scenario if name is None else campaign.others[name]


def _theater(campaign: Campaign, name: str | None, most: dict[str, int], simulator: Simulator) -> Theater:
    scenario = _scenario(campaign, name)
    if scenario.model.magazine == "infinite":
        reason = f'{scenario.name} has model.magazine = "infinite", so that no stock runs low'
        raise InputError(campaign.place("scenario"), reason, "Leave model.magazine out.")
    if scenario.model.service != "crew" or scenario.model.arrivals == "poisson":
        reason = f"{scenario.name} uses a teaching switch (model.service or model.arrivals)"
        raise InputError(
            campaign.place("scenario"), reason, "Set it back: a campaign needs rounds and raids of its own."
        )
    if sum(most.values()) > MOST:
        reason = f"a raid may need {sum(most.values())} flights, more than {MOST}"
        raise InputError(campaign.place("raid"), reason, "Send fewer.")
    counts = {f'raid."{raid.name}".count': most.get(raid.name, 0) for raid in scenario.raids}
    built = scenario.with_values(counts) if counts else scenario
    world = simulator.build(built, simulator.catalog(built))
    rows, groups = world.rows["flights"], {}
    kinds = [""] * len(rows)
    for number, raid in enumerate(built.raids):
        mine = rows["raid"] == number
        own = np.flatnonzero(mine & (rows["parent"] < 0))
        groups[raid.name] = Group(raid.name, actor_number(f"campaign/raid/{raid.name}"), own)
        for row in np.flatnonzero(mine):
            kinds[row] = raid.threat if rows["parent"][row] < 0 else raid.weapon or ""
    for flight, row in zip(built.flights, np.flatnonzero(rows["raid"] < 0), strict=True):
        kinds[row] = flight.kind
    hostile = rows["side"] == int(Side.HOSTILE)
    threats = tuple(kind if bad else "" for kind, bad in zip(kinds, hostile, strict=True))
    return Theater(world, groups, threats)


def _same_defense(campaign: Campaign, first: World, other: World, name: str | None) -> None:
    """InputError unless two worlds have the same radars, posts, launchers, kinds of round and assets."""
    for noun in ("radars", "posts", "units", "launchers", "interceptors", "assets"):
        mine, theirs = getattr(first.names, noun), getattr(other.names, noun)
        if mine != theirs:
            odd = next(iter(sorted(set(mine) ^ set(theirs))), "their order")
            reason = f"{name} has other {noun} than the campaign's scenario ({odd})"
            raise InputError(campaign.place("raid"), reason, "All scenarios of a campaign have one defense.")


def _carried(campaign: Campaign, kinds: tuple[str, ...]) -> None:
    """InputError for a round that is stocked, supplied or spared and that no launcher carries."""
    told = campaign.told
    named: list[tuple[tuple[str | int, ...], str]] = []
    named += [(("stock", name), name) for name in told.stock] + [(("cap", name), name) for name in told.cap]
    named += [(("resupply", k, "interceptor"), each.interceptor) for k, each in enumerate(told.resupply)]
    named += [(("policy", k, "interceptor"), each.interceptor) for k, each in enumerate(told.policy)]
    for loc, name in named:
        if name not in kinds:
            remedy = f"{nearest(name, list(kinds))}Carried: {', '.join(kinds)}."
            raise InputError(campaign.place(*loc), f'no launcher carries "{name}"', remedy)
    for name, most in told.cap.items():
        if told.stock.get(name, 0) > most:
            raise InputError(
                campaign.place("stock", name), f"is above the cap of {most}", "Raise the cap, or lower it."
            )


def _priced(campaign: Campaign, kinds: tuple[str, ...], threats: tuple[str, ...], assets: tuple[str, ...]) -> list[str]:
    """InputError for a price that is missing or of nothing; else what is not counted, in words."""
    cost = campaign.told.cost
    if cost is None:
        return ["No prices are given: nothing is said of cost."]
    missing = [name for name in (*kinds, *threats) if name not in cost.of]
    if missing:
        reason = f"the price of {', '.join(missing)} is missing, so that sides could not be compared"
        raise InputError(campaign.place("cost", "of"), reason, "Give a price of every round carried and every threat.")
    for loc, given, known in (("of", cost.of, (*kinds, *threats)), ("hit", cost.hit, assets)):
        for name in given:
            if name not in known:
                remedy = f"{nearest(name, list(known))}Known: {', '.join(known)}."
                raise InputError(campaign.place("cost", loc, name), "nothing of that name is spent or hit", remedy)
    out = []
    left = [kind for kind in ("radar", "launcher", "post") if kind not in cost.lost]
    if left:
        out.append(f"Lost elements without a price are not in the defense's cost: {', '.join(left)}.")
    free = [name for name in assets if name not in cost.hit]
    if free:
        out.append(f"Hits on assets without a price are not in the defense's cost: {', '.join(free)}.")
    return out


def _poisson(campaign: Campaign) -> list[str]:
    if all(plan.numbers == "exact" for plan in campaign.told.raid):
        return []
    return ["Poisson numbers of flights end where a millionth of them would be larger."]
