"""Campaign files: which raids come on which days, and what happens to the defense between them.

A campaign file is TOML, as a study file is.  ``load_campaign`` reads one, or a packaged one by its name, and tells
everything wrong with it at once, each with its line.  What only the built world shows, such as which rounds the
launchers carry, is checked by ``experiments.campaign_plan`` before anything runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from openiads.base import toml
from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import field_errors, refusal
from openiads.base.jsonable import Json, JsonObject
from openiads.base.words import nearest
from openiads.experiments.variation import Problems
from openiads.runs.digest import hash_of
from openiads.scenario import load
from openiads.scenario.load import SCENARIOS, Scenario
from openiads.scenario.measures import Key, Name, Text

Rounds = Annotated[int, Field(ge=0, le=100_000)]
Days = Annotated[float, Field(gt=0.0, le=3650.0)]
Money = Annotated[float, Field(ge=0.0, le=1e12)]
Kind = Literal["radar", "launcher", "post"]
KINDS: tuple[Kind, ...] = ("radar", "launcher", "post")


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Price(_Table):
    """What one costs, and between which bounds that is in doubt."""

    value: Money
    low: Money
    high: Money

    @model_validator(mode="after")
    def _ordered(self) -> Price:
        if not self.low <= self.value <= self.high:
            raise refusal("the bounds do not hold the value", "Write low <= value <= high.", "value")
        return self


def _price(given: Json) -> Json:
    """A bare number is a price without doubt; a value without bounds likewise."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return {"value": float(given), "low": float(given), "high": float(given)}
    if isinstance(given, dict):
        floats = {k: float(v) if isinstance(v, int) and not isinstance(v, bool) else v for k, v in given.items()}
        return {"low": floats.get("value"), "high": floats.get("value"), **floats}
    return given


Priced = Annotated[Price, BeforeValidator(_price)]


class RaidPlan(_Table):
    """Raids that come from one day to another, every so many days."""

    first: Annotated[int, Field(ge=1, le=3650)] = Field(1, description="day of the first one, from 1")
    last: Annotated[int, Field(ge=1, le=3650)] | None = Field(None, description="no later than this day (the end)")
    every: Annotated[int, Field(ge=1, le=3650)] = Field(1, description="days between two")
    scenario: str | None = Field(None, description="another scenario of the same defense (the campaign's)")
    flights: dict[Key, Annotated[float, Field(ge=0.0, le=500.0)]] = Field(
        {}, description="raid of the scenario = flights; raids that are not named stay out (all, as declared)"
    )
    numbers: Literal["exact", "poisson"] = Field("exact", description="`poisson`: `flights` are means, drawn each time")

    @model_validator(mode="after")
    def _sense(self) -> RaidPlan:
        if self.last is not None and self.last < self.first:
            raise refusal("the last day is before the first", "Raise last, or lower first.", "last")
        for name, number in self.flights.items():
            if self.numbers == "exact" and number != int(number):
                raise refusal("is no whole number", 'Write one, or numbers = "poisson".', "flights", name)
        return self

    def days(self, end: int) -> range:
        """The days on which it comes."""
        return range(self.first, min(self.last or end, end) + 1, self.every)


class Resupply(_Table):
    """Rounds that arrive at the depot again and again, before that day's raid."""

    interceptor: Key = Field(description="kind of round, a catalog entry")
    rounds: Rounds = Field(description="how many each time")
    every: Days = Field(description="days between two deliveries")
    first: Days | None = Field(None, description="day of the first one (`every`)")


class Repair(_Table):
    """Crews that mend what was hit, one element each at a time, in the order of the losses."""

    crews: Annotated[int, Field(ge=0, le=1000)] = Field(description="repairs that go on at once")
    mean_days: dict[Kind, Days] = Field(description="mean time of a repair by kind of element; others stay out")
    law: Literal["exponential", "fixed"] = Field("exponential", description="of a repair's time")


class Rest(_Table):
    """Crews of fire units that rest: on duty for some raids, then off for some, one unit after the other."""

    on: Annotated[int, Field(ge=1, le=1000)] = Field(description="raids on duty in a row")
    off: Annotated[int, Field(ge=1, le=1000)] = Field(description="raids off duty after them")


class Policy(_Table):
    """What changes while fewer rounds of a kind than some are left, on launchers and in the depot together."""

    interceptor: Key = Field(description="kind of round, a catalog entry")
    below: Rounds = Field(description="it holds while fewer rounds than these are left before a raid")
    salvo: Annotated[int, Field(ge=1, le=16)] | None = Field(None, description="rounds of a salvo then")
    reserve: Rounds | None = Field(None, description="rounds that a fire unit keeps for ballistic missiles then")
    spares: tuple[Literal["aircraft", "cruise", "drone", "ballistic"], ...] = Field(
        (), strict=False, description="classes at which the kind is not fired then"
    )

    @model_validator(mode="after")
    def _changes(self) -> Policy:
        if self.salvo is None and self.reserve is None and not self.spares:
            raise refusal("changes nothing", 'Give salvo, reserve or spares = ["drone"].')
        return self


class Cost(_Table):
    """Prices of what is spent and lost; every round that is carried and every threat that comes needs one."""

    unit: Annotated[str, Field(min_length=1, max_length=40)] = Field("1", description="of all prices")
    of: dict[Key, Priced] = Field(description="price of a round, gun burst or threat, by catalog entry")
    lost: dict[Kind, Priced] = Field({}, description="price of a radar, launcher or post that is hit")
    hit: dict[Key, Priced] = Field({}, description="price of a hit, by asset")


class CampaignFile(_Table):
    """The keys of a campaign file."""

    format: Literal[1] = Field(description="1")
    name: Name = Field(description="names the folder of the campaign")
    question: Text = Field("", description="what it is to answer")
    scenario: str = Field(description="a packaged scenario, or a file, relative to the campaign file")
    days: Annotated[int, Field(ge=1, le=3650)] = Field(description="how many days")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(1, description="of every draw")
    replications: Annotated[int, Field(ge=1, le=10_000_000)] = Field(200, description="campaigns")
    set: JsonObject = Field({}, description="paths of the scenario that have another value")
    stock: dict[Key, Rounds] = Field({}, description="rounds in the depot at the start, by kind; others 0")
    cap: dict[Key, Rounds] = Field({}, description="rounds that the depot holds, by kind; what is over is lost")
    reload_most: Rounds | None = Field(None, description="rounds put on launchers between two raids at most (all)")
    raid: tuple[RaidPlan, ...] = Field(strict=False, min_length=1, description="which raids come")
    resupply: tuple[Resupply, ...] = Field((), strict=False, description="what arrives")
    repair: Repair | None = Field(None, description="without it what was hit stays out")
    rest: Rest | None = Field(None, description="without it crews never rest")
    policy: tuple[Policy, ...] = Field((), strict=False, description="what changes when stocks run low, in order")
    cost: Cost | None = Field(None, description="without it nothing is said of cost")


@dataclass(frozen=True)
class Campaign:
    """A campaign as read: the file's keys, the scenarios of its raids, and where the lines are.

    Attributes
    ----------
    told : CampaignFile
    scenario : Scenario
        Of the defense, with what ``set`` changes.
    others : dict of str to Scenario
        Scenarios that raids name beside it, with the same changes.
    lines : Lines
    """

    told: CampaignFile
    scenario: Scenario
    others: dict[str, Scenario]
    lines: toml.Lines

    @property
    def name(self) -> str:
        """Its name."""
        return self.told.name

    def place(self, *loc: str | int) -> str:
        """File, line and key path, for messages."""
        return self.lines.place(loc)

    def canonical(self) -> JsonObject:
        """What decides the results, as plain JSON."""
        told = self.told.model_dump(mode="json", exclude={"name", "question", "format", "scenario", "cost"})
        return {**told, "others": {name: each.digest() for name, each in sorted(self.others.items())}}

    def with_options(self, **options: int | None) -> Campaign:
        """The same with another seed or number of replications."""
        given = {key: value for key, value in options.items() if value is not None}
        told = CampaignFile.model_validate({**self.told.model_dump(), **given}) if given else self.told
        return Campaign(told, self.scenario, self.others, self.lines)

    def digest(self) -> str:
        """SHA-256 of all that decides the results."""
        return hash_of([self.scenario.digest(), self.canonical()])


# ------------------------------------------------------------------ reading


def packaged_campaigns() -> list[str]:
    """Names of the packaged campaigns."""
    folder = resources.files(SCENARIOS) / "campaigns"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def find_campaign(path_or_name: str | Path) -> Path:
    """The file of a campaign: a path, or the name of a packaged one."""
    path = Path(path_or_name)
    if path.is_file():
        return path
    if path.is_dir():
        raise InputError(str(path), "is a folder", "Give a campaign file.")
    name, names = str(path_or_name).removesuffix(".toml"), packaged_campaigns()
    if name in names:
        return Path(str(resources.files(SCENARIOS) / "campaigns" / f"{name}.toml"))
    remedy = f"{nearest(name, names)}Packaged: {', '.join(names)}"
    raise InputError(str(path_or_name), "no such file, and no packaged campaign", remedy)


def load_campaign(path_or_name: str | Path) -> Campaign:
    """Read a campaign.

    Parameters
    ----------
    path_or_name : str or Path
        A campaign file, or the name of a packaged campaign.

    Returns
    -------
    Campaign
        For `campaign`.

    Raises
    ------
    InputError
        With every fault of the file at once.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.load_campaign("campaign_30_days").told.days
    30
    """
    path = find_campaign(path_or_name)
    text = toml.read_text(path)
    mapping = toml.parse_toml(text, str(path))
    return campaign_of(mapping, toml.merged(text, str(path))[1], path.resolve().parent)


def campaign_of(mapping: Mapping[str, Json], lines: toml.Lines, folder: Path | None) -> Campaign:
    """The campaign of a raw mapping; InputErrors with every problem, in file order."""
    problems = Problems(lines)
    if "scenario" in mapping and "days" not in mapping and "raid" in mapping and "site" in mapping:
        raise InputError(lines.file, "is a scenario", "Give a campaign file: it names a scenario, days and raids.")
    try:
        told = CampaignFile.model_validate(dict(mapping))
    except ValidationError as error:
        raise InputErrors(
            each for _, each in sorted(field_errors(error, mapping, lines, CampaignFile), key=lambda pair: pair[0])
        ) from None
    base = _scenario(told.scenario, folder, problems, ("scenario",), told.set)
    others: dict[str, Scenario] = {}
    for k, plan in enumerate(told.raid):
        name = plan.scenario
        found = (
            base
            if name is None
            else others.get(name) or _scenario(name, folder, problems, ("raid", k, "scenario"), told.set)
        )
        if found is None:
            continue
        if name is not None:
            others[name] = found
        _check_raid(plan, k, found, problems)
        if plan.first > told.days:
            problems.add(("raid", k, "first"), "is after the last day", f"At most {told.days}.", plan.first)
    if problems.found or base is None:
        raise problems.all()
    return Campaign(told, base, others, lines)


def _scenario(
    name: str, folder: Path | None, problems: Problems, loc: tuple[str | int, ...], changes: JsonObject
) -> Scenario | None:
    beside = Path(name) if folder is None else folder / name
    try:
        found = load.load(beside if beside.is_file() else name)
    except InputErrors as wrong:
        problems.found += [(problems.lines.line(loc), each) for each in wrong.problems]
        return None
    except InputError as wrong:
        problems.add(loc, wrong.reason, wrong.remedy, name)
        return None
    try:
        return found.with_values(changes) if changes else found
    except InputError as wrong:
        for each in getattr(wrong, "problems", (wrong,)):
            problems.add(("set",), f"{each.place}: {each.reason}", each.remedy)
        return None


def _check_raid(plan: RaidPlan, k: int, scenario: Scenario, problems: Problems) -> None:
    """The raids that a plan names are the scenario's."""
    names = [raid.name for raid in scenario.raids]
    for name, number in plan.flights.items():
        if name not in names:
            remedy = f"{nearest(name, names)}Raids of {scenario.name}: {', '.join(names) or 'none'}"
            problems.add(("raid", k, "flights", name), "the scenario has no such raid", remedy, number)


def most_flights(plan: RaidPlan, scenario: Scenario) -> dict[str, int]:
    """Greatest number of flights of each raid that a plan sends: of a Poisson number one that a millionth exceeds."""
    if not plan.flights:
        return {raid.name: raid.count for raid in scenario.raids}
    if plan.numbers == "exact":
        return {name: int(number) for name, number in plan.flights.items()}
    return {name: _poisson_most(number) for name, number in plan.flights.items()}


def _poisson_most(mean: float) -> int:
    """The least number that a Poisson number of a mean exceeds once in a million."""
    if mean == 0.0:
        return 0
    term = below = math.exp(-mean)
    number = 0
    while 1.0 - below > 1e-6:
        number += 1
        term *= mean / number
        below += term
    return number
