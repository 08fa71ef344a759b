"""Study files: what varies, how the points are chosen, what is measured; everything wrong is told at once.

A study file is TOML.  ``load_study`` reads one, ``quick_study`` makes one from a scenario and options; both check the
scenario, every path, every value of every factor and, of small designs, every combination, before anything runs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from openiads.base import toml
from openiads.base.errors import InputError, InputErrors, UsageError
from openiads.base.fields import field_errors
from openiads.base.jsonable import Json, JsonObject
from openiads.base.paths import is_file
from openiads.base.words import nearest
from openiads.experiments import factors as designs
from openiads.experiments.factors import KNOB, Factor, Point
from openiads.experiments.variation import Problems, Reader
from openiads.runs.digest import hash_of
from openiads.runs.stopping import parse_until
from openiads.scenario import load
from openiads.scenario.measures import Name, Text
from openiads.world.outcome import METRICS

if TYPE_CHECKING:
    from openiads.scenario.load import Scenario

#: More points than this only when it is asked for twice.
MOST_POINTS = 1_000_000

#: Combinations of values are checked before anything runs up to so many; each single value always is.
MOST_CHECKED = 300

#: The knobs of ``knobs = "all"``.
EVERY = ("*",)


class StudyFile(BaseModel):
    """The keys of a study file; ``vary`` and ``set`` are looked into by ``Study``."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal[1] = Field(description="1")
    name: Name = Field(description="names the folder of the sweep")
    question: Text = Field("", description="what the study is to answer")
    scenario: str = Field(description="a packaged scenario, or a file, relative to the study file")
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = Field(1, description="of every draw, and of the design's own")
    seeds: Literal["common", "independent"] = Field(
        "common", description="`common`: every point has the same seed, so that points are paired; or each its own"
    )
    replications: Annotated[int, Field(ge=1, le=2**31)] | None = Field(
        None, description="of each point (200); with `until` the most"
    )
    until: str | None = Field(None, description='`"METRIC:W"`: a point ends once half its 95 % interval is at most W')
    metrics: tuple[str, ...] = Field(
        ("leakers", "any_leaker"), strict=False, min_length=1, description="what the table shows of each point"
    )
    design: Literal["grid", "latin_hypercube", "sobol", "knowledge"] = Field(
        "grid", description="how the points are chosen"
    )
    points: Annotated[int, Field(ge=0)] | None = Field(
        None, description="how many; `latin_hypercube`, `sobol` (a power of two), `knowledge`"
    )
    weighting: Literal["uniform", "triangular"] = Field("uniform", description="of the intervals of knobs")
    knobs: Annotated[tuple[str, ...], BeforeValidator(lambda given: EVERY if given == "all" else given)] = Field(
        EVERY, strict=False, description='`"all"`, or patterns like `["48n6e2.*"]`: which ones `knowledge` samples'
    )
    set: JsonObject = Field({}, description="paths that have another value at every point")
    vary: JsonObject = Field({}, description="paths that vary, and their values")


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes
    ----------
    name : str
    scenario : Scenario
        The base Scenario, with what ``set`` changes.
    factors : tuple of Factor
        Crossed or sampled, as the design says.
    design : str
    samples : int
        Points of the sample (0 for a grid).
    sampled : tuple of Factor
        The knobs of ``knowledge``.
    weighting : str
    seed : int
    seeds : str
    replications : int, optional
    until : str, optional
    metrics : tuple of str
    fixed : tuple[tuple[str, float], ...]
        Knobs at one value everywhere.
    question : str
    file : str
    """

    name: str
    scenario: Scenario
    factors: tuple[Factor, ...] = ()
    design: str = "grid"
    samples: int = 0
    sampled: tuple[Factor, ...] = ()
    weighting: str = "uniform"
    seed: int = 1
    seeds: str = "common"
    replications: int | None = None
    until: str | None = None
    metrics: tuple[str, ...] = ("leakers", "any_leaker")
    fixed: tuple[tuple[str, float], ...] = ()
    question: str = ""
    file: str = "study"

    @property
    def size(self) -> int:
        """How many points there are."""
        return designs.size(self.design, self.factors, self.sampled, self.samples)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The points, in order; the knobs that ``set`` fixes are among each one's."""
        made = designs.span(self.design, self.factors, self.sampled, self.samples, self.seed, self.weighting)
        return tuple(Point(p.index, p.values, {**dict(self.fixed), **p.knobs}) for p in made)

    def variant(self, point: Point) -> Scenario:
        """The scenario at a point; InputErrors if its values do not go together."""
        return self.scenario.with_values(point.values) if point.values else self.scenario

    def seed_of(self, point: Point) -> int:
        """The seed of a point's draws: the study's, or one of its own."""
        return self.seed if self.seeds == "common" else int(hash_of([self.seed, point.index])[:8], 16)

    def canonical(self) -> JsonObject:
        """What decides the results, as plain JSON: equal for studies that mean the same."""
        return {
            "seed": self.seed,
            "seeds": self.seeds,
            "replications": self.replications,
            "until": self.until,
            "design": self.design,
            "points": self.samples,
            "weighting": self.weighting,
            "set": {KNOB + name: value for name, value in self.fixed},
            "vary": {factor.path: factor.spec() for factor in self.factors},
            "knobs": {factor.path.removeprefix(KNOB): factor.spec() for factor in self.sampled},
        }

    def refuse_absurd(self, yes: bool) -> None:
        """InputError if the design has no points, or more than a million and ``yes`` was not said."""
        if self.size == 0:
            raise InputError(self.file, "the design has no points", "Give something to vary, or points = 64.")
        if self.size > MOST_POINTS and not yes:
            reason = f"the design has {self.size:,} points, more than {MOST_POINTS:,}"
            raise InputError(self.file, reason, 'Vary less, sample (design = "latin_hypercube"), or add --yes.')


# ------------------------------------------------------------------ reading


def load_study(path: str | Path, **options: Json) -> Study:
    """Read a study.

    Parameters
    ----------
    path : str or Path
        A study file.
    **options
        Keys of a study file that replace the file's, such as ``replications=50``; ``set`` and ``vary`` are added to its
        own.  None leaves a key as it is.

    Returns
    -------
    Study
        For `sweep`.

    Raises
    ------
    InputError
        With every fault of the file at once.

    Examples
    --------
    >>> import openiads as oi
    >>> oi.load_study("study.toml", replications=50).size  # doctest: +SKIP
    """
    path = Path(path)
    if not is_file(path):
        what = "is a folder" if path.is_dir() else "no such file"
        raise InputError(str(path), what, "Give a study file, or a scenario and --vary.")
    text = toml.read_text(path)
    mapping = toml.parse_toml(text, str(path))
    lines = toml.merged(text, str(path))[1]
    return study_of(_with_options(mapping, options), lines, path.resolve().parent)


def quick_study(scenario: str | Path, **options: Json) -> Study:
    """A study without a file: a scenario (file or packaged name) and keys of a study file, ``vary`` among them."""
    found = load.find_scenario(scenario)
    mapping = {"format": 1, "name": found.stem, "scenario": str(found.resolve())}
    return study_of(_with_options(mapping, options), toml.Lines(), None)


def is_study(path: str | Path) -> bool:
    """Whether a file is a study (it names a scenario), and no scenario itself; InputError if it is no TOML."""
    path = Path(path)
    return is_file(path) and "scenario" in toml.parse_toml(toml.read_text(path), str(path))


def _with_options(mapping: Mapping[str, Json], options: Mapping[str, Json]) -> JsonObject:
    out = dict(mapping)
    for key, value in options.items():
        if key in ("set", "vary"):
            given = out.get(key, {})
            out[key] = {**given, **(value or {})} if isinstance(given, dict) else given
        elif value is not None:
            out[key] = value
    return out


def study_of(mapping: Mapping[str, Json], lines: toml.Lines, folder: Path | None) -> Study:
    """The study of a raw mapping; InputErrors with every problem, in file order.

    Parameters
    ----------
    mapping : mapping
    lines : toml.Lines
    folder : Path, optional
        Where a relative scenario file is looked for.

    Returns
    -------
    Study
    """
    problems = Problems(lines)
    told = None
    try:
        told = StudyFile.model_validate(dict(mapping))
    except ValidationError as error:
        problems.found += field_errors(error, mapping, lines, StudyFile)
        wrong = {row["loc"][0] for row in error.errors(include_url=False)}
        rest = {key: value for key, value in mapping.items() if key not in wrong}
        if "scenario" in rest:  # what is right is looked into all the same
            told = StudyFile.model_validate({"format": 1, "name": "study", **rest})
    if told is None:
        raise problems.all()
    scenario = _scenario(told.scenario, folder, problems)
    _check_sense(told, problems)
    if scenario is None:
        raise problems.all()
    found = Reader(scenario, told.design, told.knobs, problems).read(told.set, told.vary)
    study = Study(
        told.name,
        found.scenario,
        found.factors,
        told.design,
        told.points or 0,
        found.sampled,
        told.weighting,
        told.seed,
        told.seeds,
        told.replications,
        told.until,
        told.metrics,
        tuple(sorted(found.fixed.items())),
        told.question,
        lines.file or "study",
    )
    if not problems.found and 0 < study.size <= MOST_POINTS:
        _check_combinations(study, problems)
    if problems.found:
        raise problems.all()
    return study


def _scenario(name: str, folder: Path | None, problems: Problems) -> Scenario | None:
    beside = Path(name) if folder is None else folder / name
    try:
        return load.load(beside if is_file(beside) else name)
    except InputErrors as wrong:
        problems.found += [(problems.lines.line(("scenario",)), each) for each in wrong.problems]
    except InputError as wrong:
        problems.add(("scenario",), wrong.reason, wrong.remedy, name)
    return None


def _check_sense(told: StudyFile, problems: Problems) -> None:
    """What single keys cannot show."""
    from openiads.runs.findings import ESTIMATED

    for k, metric in enumerate(told.metrics):
        if metric not in ESTIMATED:
            remedy = f"{nearest(metric, sorted(ESTIMATED))}Choose from: {', '.join(METRICS)}"
            problems.add(("metrics", k), "there is no such metric", remedy, metric)
    try:
        parse_until(told.until)
    except UsageError as wrong:
        problems.add(("until",), wrong.reason, wrong.remedy, told.until)
    sampled = told.design != "grid"
    if sampled and told.points is None:
        problems.add((), f'design = "{told.design}" needs points', "Add points = 64.")
    if not sampled and told.points is not None:
        problems.add(("points",), "a grid has as many points as its values make", "Leave points out.", told.points)
    if told.design == "sobol" and told.points and told.points & (told.points - 1):
        near = 2 ** round(math.log2(told.points))
        problems.add(("points",), "Sobol points are balanced only by powers of two", f"Give {near}.", told.points)
    if told.points == 0:
        problems.add(("points",), "no points", "Give at least 1.", told.points)
    if told.design != "knowledge" and told.knobs != EVERY:
        problems.add(("knobs",), 'are sampled by design = "knowledge" alone', "Vary them one by one, or change design.")
    if told.design != "knowledge" and not told.vary:
        remedy = 'Add a table [vary], for example "site.Tartus.fire_units" = [1, 2, 3].'
        problems.add(("vary",), "nothing varies", remedy)


def _check_combinations(study: Study, problems: Problems) -> None:
    """Values that are right alone may be wrong together; looked at while that is quick."""
    tried: set[str] = set()
    for point in study.points:
        key = json.dumps(point.values, sort_keys=True)
        if key in tried:
            continue
        if len(tried) == MOST_CHECKED:
            return
        tried.add(key)
        try:
            study.variant(point)
        except InputError as wrong:
            for each in getattr(wrong, "problems", (wrong,)):
                problems.add(("vary",), f"{each.place}: {each.reason}", each.remedy, place=f"{study.file}: {point}")
