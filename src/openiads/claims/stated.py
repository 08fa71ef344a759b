"""Claim files about others than the raid: who is within reach, what an attack costs, whom a message spares.

As ``statement``, which has the kinds that came first and reads the files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, Strict, model_validator

from openiads.base.errors import InputError
from openiads.base.fields import refusal
from openiads.base.toml import Loc
from openiads.base.words import nearest
from openiads.catalog.load import catalog
from openiads.claims.basics import Effort, Limits, Line, Rule, Statement, Table, fewest, rising
from openiads.earth import territory
from openiads.experiments.campaign_file import Cost
from openiads.scenario.deconfliction import Hotline, Zone
from openiads.scenario.load import Scenario, load
from openiads.scenario.measures import Duration, Key, Probability, Reach, Text
from openiads.scenario.traffic import Airway, Corridor, Flight

Above = Annotated[float, Field(gt=0.0, le=1e6)]
Fraction = Annotated[tuple[Line, Line], Strict(False), AfterValidator(rising)]
State = Literal["hold", "tight", "free"]
Count = Annotated[int, Field(ge=1, le=2000)]
#: What of a study a claim names and nothing has: key path, name, reason and remedy.
Strangers = Iterator[tuple[Loc, str, str, str]]


def _differing(names: Sequence[str]) -> Sequence[str]:
    if len(set(names)) < len(names):
        raise refusal("the same twice", "Give each once.")
    return names


# ------------------------------------------------------------------ reach over others


class ControlStudy(Table):
    """Civil flights on one airway with no raid in the air, under the deciding control state and others."""

    decides: State
    others: Annotated[tuple[State, ...], Strict(False), AfterValidator(_differing)] = ()
    duration: Duration
    corridor: Corridor
    traffic: Airway

    @model_validator(mode="after")
    def _apart(self) -> ControlStudy:
        if self.decides in self.others:
            raise refusal(f"{self.decides} decides already", "Leave it out of others.", "others")
        if self.traffic.corridor != self.corridor.name:
            raise refusal(
                f"flies along no {self.corridor.name}", "Name the corridor of the study.", "traffic", "corridor"
            )
        return self


class NeighborStudy(Table):
    """A scenario's sites, whose land and sea do not count, and the civil flights about them."""

    scenario: Text
    host: Key
    against: Key = Field("f16", description="what flies level toward the sites, in volumes")
    flow: Annotated[tuple[Above, Above], Strict(False), AfterValidator(rising)] = Field(
        (0.5, 2.0), description="bounds of a factor on all flights a day"
    )
    flights_per_day: dict[Key, Above] = Field(min_length=1, description="schematic airway -> civil flights a day")
    beside: dict[Text, Key] = Field({}, description="scenario -> its host, shown beside")
    control: ControlStudy

    @model_validator(mode="after")
    def _about_one(self) -> NeighborStudy:
        if not self.flow[0] <= 1.0 <= self.flow[1]:
            raise refusal("the bounds of the factor do not hold 1", "Write flow = [0.5, 2.0].", "flow")
        return self


class NeighborRule(Rule):
    """Of each measure what counts as none, and from where on it counts."""

    over_neighbors: Fraction
    civil_flights: Annotated[tuple[Above, Above], Strict(False), AfterValidator(rising)]
    engaged: Fraction


class ReachOverOthers(Statement):
    """Whom a site reaches, and whom it fires at."""

    method: Literal["reach_over_others"]
    study: NeighborStudy
    rule: NeighborRule
    quick: Effort
    full: Effort

    def least(self) -> int:
        """Replications of a sampled world below which nothing could be settled."""
        crossings = self.study.control.traffic.flow * self.study.control.duration
        return math.ceil(fewest(1.0 - self.rule.engaged[0]) / max(crossings, 1e-9))

    def strangers(self) -> Strangers:
        """What the study names and nothing has."""
        plan = self.study
        airways = [way.name for way in territory.airways()]
        for name in plan.flights_per_day:
            if name not in airways:
                told = f"{nearest(name, airways)}One of {', '.join(airways)}."
                yield ("study", "flights_per_day", name), name, "is none of the schematic airways", told
        countries = list(territory.names())
        hosts: list[tuple[Loc, str]] = [(("study", "host"), plan.host)]
        hosts += [(("study", "beside", name), host) for name, host in plan.beside.items()]
        for loc, name in hosts:
            if name not in countries:
                yield loc, name, "is no country of the map", nearest(name, countries) or "Write it as docs/threat.md."
        if plan.against not in catalog().threats or catalog()[plan.against].text["class"] == "ballistic":
            yield ("study", "against"), plan.against, "is no threat that flies level", "List: openiads catalog list"
        yield from _scenarios([(("study", "scenario"), plan.scenario)])
        yield from _scenarios([(("study", "beside", name), name) for name in plan.beside])


# ------------------------------------------------------------------ the price of an attack


class PriceStudy(Table):
    """A scenario with and without the sites of one system, and raids of one kind against it."""

    scenario: Text
    delivered: Key
    published: bool = Field(False, description="published limits are tried as a choice")
    fire_units: Annotated[tuple[Annotated[int, Field(ge=1, le=32)], ...], Strict(False)] = ()
    sizes: Annotated[tuple[Count, ...], Strict(False), Field(min_length=1), AfterValidator(_differing)]
    kinds: dict[Key, Key] = Field(min_length=1, description="kind -> raid of the scenario that is flown alone")
    cost: Cost


class PriceRule(Rule):
    """The effect, how many times as many count as dearer, and the loss that counts."""

    reach: Annotated[int, Field(ge=1, le=1000)]
    chance: Line
    times: Annotated[int, Field(ge=2, le=100)]
    loss: Line
    loss_of: Annotated[tuple[Key, ...], Strict(False)] = ()
    thresholds: Annotated[tuple[Above, ...], Strict(False)] = ()

    @property
    def size(self) -> int:
        """The deciding size of a raid."""
        return self.reach * self.times


class RaisedPrice(Statement):
    """How much dearer an attack gets."""

    method: Literal["raised_price"]
    study: PriceStudy
    rule: PriceRule
    quick: Effort
    full: Effort

    def least(self) -> int:
        """Replications of a sampled world below which nothing could be settled."""
        return fewest(max(self.rule.chance, 1.0 - self.rule.chance))

    def strangers(self) -> Strangers:
        """What the study names and nothing has."""
        plan = self.study
        yield from _scenarios([(("study", "scenario"), plan.scenario)])
        yield from _named(
            plan.scenario, "raid", [(("study", "kinds", kind), raid) for kind, raid in plan.kinds.items()]
        )
        for name in self.rule.loss_of:
            if name not in plan.kinds:
                yield ("rule", "loss_of"), name, "is none of the kinds", f"One of {', '.join(plan.kinds)}."
        known = _loaded(plan.scenario)
        if known is None:
            return
        if plan.delivered not in {site.system for site in known.sites}:
            told = ", ".join(sorted({site.system for site in known.sites}))
            yield ("study", "delivered"), plan.delivered, "is no system of a site", f"One of {told}."
        wanted = {raid.threat for raid in known.raids if raid.name in plan.kinds.values()}
        wanted |= (
            {row.interceptor for row in catalog()[plan.delivered].launchers} if plan.delivered in catalog() else set()
        )
        for name in sorted(wanted - plan.cost.of.keys()):
            yield ("study", "cost"), name, "has no price, and is compared", f"Write of = {{ {name} = ... }}."


# ------------------------------------------------------------------ a channel between parties


class Changed(Table):
    """What is otherwise with a choice."""

    kind: Text = Field(description="of choice, named where it turns the verdict")
    reliability: Probability | None = None
    delay: Duration | None = None
    sent: Duration | None = None
    late: dict[Key, Duration] = Field({}, description="site -> further delay to its post")
    width: Reach | None = None
    limits: Limits | None = None

    @model_validator(mode="after")
    def _something(self) -> Changed:
        if not self.model_fields_set - {"kind"}:
            raise refusal("changes nothing", "Give what is otherwise with it, or leave it out.")
        return self


class ChannelStudy(Table):
    """A scenario's sites, one raid of it, aircraft of another party, and the channel between them."""

    scenario: Text
    party: Key = Field(description="whose the sites are")
    raid: Key
    duration: Duration
    hotline: Hotline
    flights: Annotated[tuple[Flight, ...], Strict(False), Field(min_length=1)]
    block: Zone
    choices: dict[Key, Changed] = {}

    @model_validator(mode="after")
    def _of_the_other(self) -> ChannelStudy:
        if self.party not in self.hotline.between:
            raise refusal("is no end of the hotline", f"One of {', '.join(self.hotline.between)}.", "party")
        for k, flight in enumerate(self.flights):
            if flight.party is None or flight.party == self.party or flight.party not in self.hotline.between:
                reason = "is not of the party at the other end of the hotline"
                raise refusal(reason, 'Write party = "Coalition", an end of the hotline.', "flights", k)
        if self.hotline.name not in self.block.over:
            raise refusal("does not go over the hotline", f'Write over = ["{self.hotline.name}"].', "block", "over")
        if self.block.kind != "notified":
            raise refusal("is an order, no notice", 'Write kind = "notified".', "block", "kind")
        return self


class ChannelRule(Rule):
    """How much must be prevented, and what it may cost the defense."""

    prevented: Line
    price: Line


class KeptApart(Statement):
    """What a channel between two parties prevents."""

    method: Literal["kept_apart"]
    study: ChannelStudy
    rule: ChannelRule
    quick: Effort
    full: Effort

    def least(self) -> int:
        """Replications of a sampled world below which nothing could be settled."""
        line = self.rule.prevented
        return max(fewest(max(line, 1.0 - line)), fewest(1.0 - self.rule.price))

    def strangers(self) -> Strangers:
        """What the study names and nothing has."""
        plan = self.study
        yield from _scenarios([(("study", "scenario"), plan.scenario)])
        yield from _named(plan.scenario, "raid", [(("study", "raid"), plan.raid)])
        late = [(("study", "choices", what, "late", site), site) for what, c in plan.choices.items() for site in c.late]
        yield from _named(plan.scenario, "site", late)


#: A statement about others than the raid.
AboutOthers: TypeAlias = ReachOverOthers | RaisedPrice | KeptApart


def _loaded(name: str) -> Scenario | None:
    """A scenario that can be read, as most can; what is wrong with another is told where it is named."""
    try:
        return load(name)
    except InputError:
        return None


def _scenarios(named: Iterable[tuple[Loc, str]]) -> Strangers:
    for loc, name in named:
        try:
            load(name)
        except InputError as error:
            yield loc, name, f"is no scenario that can be read: {error.reason}", error.remedy


def _named(scenario: str, table: str, named: Iterable[tuple[Loc, str]]) -> Strangers:
    """Rows of a scenario's table that are named and that it has not."""
    known = _loaded(scenario)
    rows = [] if known is None else [row["name"] for row in known.mapping().get(table, [])]
    for loc, name in named:
        if known is not None and name not in rows:
            told = f"{nearest(name, rows)}It has: {', '.join(rows) or 'none'}."
            yield loc, name, f"is no {table} of {scenario}", told
