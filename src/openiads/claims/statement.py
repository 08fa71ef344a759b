"""Claim files: the sentence, the question, the study and the rule, stated before the first result.

``load_claim`` reads one; its ``digest`` covers the whole file, so that a verdict tells by which rule it was reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, Strict, ValidationError

from openiads.base import toml
from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import field_errors, refusal
from openiads.base.jsonable import Json
from openiads.base.paths import is_file
from openiads.base.toml import Loc
from openiads.base.words import nearest
from openiads.catalog.load import catalog
from openiads.claims.basics import (
    Effort,
    Flips,
    Line,
    Many,
    Ratio,
    Rule,
    Statement,
    Table,
    Texts,
    Worlds,
    falling,
    fewest,
    rising,
)
from openiads.claims.stated import AboutOthers, KeptApart, RaisedPrice, ReachOverOthers
from openiads.runs.digest import hash_of
from openiads.scenario.measures import Azimuth, Distance, Key, MastHeight, Position, Reach, Share, Text
from openiads.scenario.model import Doctrine


def _mixed(mix: dict[str, float]) -> dict[str, float]:
    if not sum(mix.values()) > 0.0:
        raise refusal("the shares add up to nothing", "Give at least one raid a share above 0.")
    return mix


# ------------------------------------------------------------------ kill over an area


class AreaStudy(Table):
    """One battery; one missile of each class at each of ``points`` equal parts of the area, one after the other."""

    system: Key
    fire_units: Annotated[int, Field(ge=1, le=32)] = 1
    launchers: Annotated[int, Field(ge=1, le=48)]
    at: Position
    facing: Azimuth
    area_radius: Reach
    points: Annotated[int, Field(ge=1, le=40)]
    together: Annotated[int, Field(ge=1, le=40)] = Field(1, description="classes flown in one run")
    bearing: Azimuth = Field(description="from the area to where the missiles come from")
    aspects: Annotated[tuple[Azimuth, ...], Strict(False)] = Field((), description="off the bearing, shown beside")
    mixed: Texts = Field((), description="scenarios whose ballistic missiles are shown beside")
    doctrine: Doctrine = Field(Doctrine(), description="as in a scenario's site")
    flips: Flips = ()
    missiles: dict[Key, Distance] = Field(min_length=1, description="threat -> distance it flies")


class AreaRule(Rule):
    """Probabilities of meeting and of killing over a share of the area."""

    engage_probability: Line
    kill_probability: Line
    area_share: Annotated[float, Field(gt=0.0, le=1.0)]


class KillOverArea(Statement):
    """Kills of single missiles over an area."""

    method: Literal["kill_over_area"]
    study: AreaStudy
    rule: AreaRule
    quick: Effort
    full: Effort


# ------------------------------------------------------------------ equivalence of two systems


class PairStudy(Table):
    """Two systems of the like-for-like table and the part of the table that is run."""

    pair: Annotated[tuple[Key, Key], Strict(False)]
    normalizations: Annotated[tuple[Key, ...], Strict(False), Field(min_length=1)]
    also: Annotated[tuple[Key, ...], Strict(False)] = Field((), description="normalizations shown beside")
    facing: Annotated[tuple[Literal["two", "laid"], ...], Strict(False)] = ()
    raid_sizes: Annotated[tuple[Annotated[float, Field(ge=0.25, le=10.0)], ...], Strict(False)] = ()
    pictures: Annotated[tuple[Literal["alone", "alone_low"], ...], Strict(False)] = ()
    verdict_on: Key
    beside: Annotated[tuple[Key, ...], Strict(False)] = ()
    classes: Annotated[tuple[Key, ...], Strict(False), Field(min_length=1)]
    metric: Literal["leak_rate"] = "leak_rate"


class PairRule(Rule):
    """How small a difference counts as none."""

    delta: Line
    also_shown: Annotated[tuple[Line, ...], Strict(False)] = ()


class PairEffort(Effort):
    """As every effort, and for the arms shown beside the deciding one."""

    beside: Many


class Equivalence(Statement):
    """Two systems against one raid."""

    method: Literal["equivalence"]
    study: PairStudy
    rule: PairRule
    quick: PairEffort
    full: PairEffort


# ------------------------------------------------------------------ the largest raid


class Layer(Table):
    """Sites of another scenario that stand beside the study's own."""

    scenario: Text
    sites: Annotated[tuple[Key, ...], Strict(False), Field(min_length=1)]
    command: Key | None = Field(None, description="its command over them and the study's own; else each fights alone")


class RaidStudy(Table):
    """A scenario whose raid grows at fixed mixes, against several orders of battle."""

    scenario: str
    readings: Texts = Field((), description="scenarios shown beside it")
    asset: Annotated[tuple[Key, ...], Strict(False), Field(min_length=1)]
    sizes: Annotated[tuple[Annotated[int, Field(ge=1, le=2000)], ...], Strict(False), Field(min_length=1)]
    fire_units: Annotated[tuple[Annotated[int, Field(ge=1, le=32)], ...], Strict(False)] = ()
    layers: dict[Key, Layer] = Field({}, description="what is added to it -> from where; each can turn the verdict")
    raids: dict[Key, Annotated[dict[Key, Share], AfterValidator(_mixed)]] = Field(
        min_length=1, description="raid -> raid of the scenario -> share; the first is the reference"
    )


class RaidRule(Rule):
    """Levels of P(no hit), highest first, and the raid that a guarantee must hold against."""

    levels: Annotated[tuple[Line, Line], Strict(False), AfterValidator(falling)]
    reference: Annotated[int, Field(ge=1, le=2000)]
    reference_source: Text


class LargestRaid(Statement):
    """How large a raid before something gets through."""

    method: Literal["largest_raid"]
    study: RaidStudy
    rule: RaidRule
    quick: Effort
    full: Effort


# ------------------------------------------------------------------ ratios of figures


class Side(Table):
    """One side of a comparison of figures."""

    system: Key
    at: Position
    launchers: Annotated[int, Field(ge=1, le=48)] | None = None
    mast: MastHeight | None = None


FigureName = Literal[
    "envelope_volume",
    "target_channels",
    "missile_channels",
    "ready_rounds",
    "low_altitude_reach",
    "low_altitude_engagement",
    "reaction_time",
]


class RatioStudy(Table):
    """Which figures of which two sides."""

    land: Side
    sea: Side
    land_launchers: Annotated[tuple[Annotated[int, Field(ge=1, le=48)], ...], Strict(False)] = ()
    other_readings: Annotated[tuple[Key, ...], Strict(False)] = ()
    flips: Flips = ()
    figures: Annotated[tuple[FigureName, ...], Strict(False), Field(min_length=1)]


class RatioRule(Rule):
    """The band of ratios that counts as similar."""

    band: Annotated[tuple[Ratio, Ratio], Strict(False), AfterValidator(rising)]


class RatioEffort(Table):
    """Nothing is thrown here: only worlds, of each seed."""

    worlds: Worlds


class Ratios(Statement):
    """Figures of two systems side by side."""

    method: Literal["ratios"]
    study: RatioStudy
    rule: RatioRule
    quick: RatioEffort
    full: RatioEffort


METHODS: dict[str, type[KillOverArea | Equivalence | LargestRaid | Ratios | AboutOthers]] = {
    "kill_over_area": KillOverArea,
    "equivalence": Equivalence,
    "largest_raid": LargestRaid,
    "ratios": Ratios,
    "reach_over_others": ReachOverOthers,
    "raised_price": RaisedPrice,
    "kept_apart": KeptApart,
}


#: A statement by one of ``METHODS``.
AnyStatement: TypeAlias = KillOverArea | Equivalence | LargestRaid | Ratios | AboutOthers


def too_small(told: AnyStatement) -> tuple[str, int, int] | None:
    """The field of the full effort that could settle nothing, were all alike; what it is and what it must be at least.

    An effort that leaves every world open by its size alone would publish its size as a finding.
    """
    worlds, each = -(-fewest(told.rule.robust) // told.rule.seeds), 1
    if isinstance(told, KillOverArea):
        lines = (told.rule.engage_probability, told.rule.kill_probability)
        each = max(fewest(max(line, 1.0 - line)) for line in lines)
    elif isinstance(told, LargestRaid):
        each = max(fewest(max(level, 1.0 - level)) for level in told.rule.levels)
    elif isinstance(told, Equivalence):
        each = fewest(1.0 - told.rule.delta)
    elif not isinstance(told, Ratios):
        each = told.least()
    for field, least in (("worlds", worlds), ("each", each)):
        given = getattr(told.full, field, least)
        if given < least:
            return field, given, least
    return None


def _unknown(told: AnyStatement) -> Iterator[tuple[Loc, str, str, str]]:
    """What a study names and the catalog, or its scenario, has not: key path, name, reason and remedy."""
    if isinstance(told, ReachOverOthers | RaisedPrice | KeptApart):
        yield from told.strangers()
    asked: list[tuple[Loc, str, str]] = []
    if isinstance(told, KillOverArea):
        asked += [(("study", "system"), told.study.system, "systems")]
        asked += [(("study", "missiles", name), name, "threats") for name in told.study.missiles]
    elif isinstance(told, Ratios):
        asked += [(("study", side, "system"), getattr(told.study, side).system, "systems") for side in ("land", "sea")]
    for loc, name, kind in asked:
        known = getattr(catalog(), kind)
        if name not in known:
            list_them = "List them: openiads catalog list"
            yield loc, name, f"is not among the {kind} of the catalog", f"{nearest(name, known)}{list_them}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim file, read and checked.

    Attributes
    ----------
    told : AnyStatement
    mapping : mapping
    digest : str
        SHA-256 over its canonical content (not its comments).
    """

    told: AnyStatement
    mapping: Mapping[str, Json]
    digest: str

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.told.name)


def packaged_claims() -> list[str]:
    """Names of the packaged claims, in alphabetical order."""
    folder = resources.files("openiads.shelf") / "claims"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_claim(name_or_path: str | Path) -> Claim:
    """A packaged claim by name, or a file; InputErrors with every fault of its fields."""
    names = packaged_claims()
    path = Path(name_or_path)
    if str(name_or_path) in names:
        path = Path(str(resources.files("openiads.shelf") / "claims" / f"{name_or_path}.toml"))
    elif not is_file(path):
        remedy = f"{nearest(str(name_or_path), names)}Packaged claims: {', '.join(names)}."
        raise InputError(str(name_or_path)[:200], "no claim of that name and no file", remedy)
    return claim_of(toml.read_text(path), str(path))


def claim_of(text: str, file: str) -> Claim:
    """A claim from TOML text; ``file`` is its name in messages."""
    mapping = toml.parse_toml(text, file)
    _, lines = toml.merged(text, file)
    method = mapping.get("method")
    model = METHODS.get(method) if isinstance(method, str) else None
    if model is None:
        known = ", ".join(METHODS)
        if "method" not in mapping:
            raise InputError(lines.head(mapping), "method is missing", f'Add method = "..."; one of {known}.')
        place = lines.place(("method",), method if isinstance(method, str) else None)
        raise InputError(place, "not a method of claims", f"One of {known}.")
    try:
        told = model.model_validate(dict(mapping))
    except ValidationError as error:
        found = field_errors(error, mapping, lines, model)
        raise InputErrors(problem for _, problem in sorted(found, key=lambda pair: pair[0])) from None
    if strangers := list(_unknown(told)):
        raise InputErrors(
            InputError(lines.place(loc, None if loc[-1] == name else name), reason, remedy)
            for loc, name, reason, remedy in strangers
        )
    if (small := too_small(told)) is not None:
        field, given, least = small
        reason = "too few for the rule: even where all came out alike nothing would be settled"
        raise InputError(lines.place(("full", field), given), reason, f"Give at least {least}, or another rule.")
    return Claim(told, mapping, hash_of(dict(mapping)))
