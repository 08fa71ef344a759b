"""Study files: what varies, how the points are chosen, what is measured; everything wrong is told at once.

A study file is TOML.  ``load_study`` reads one, ``quick_study`` makes one from a scenario and options; both check the
scenario, every path, every value of every factor and, of small designs, every combination, before anything runs.
"""

from __future__ import annotations

import fnmatch
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from openiads.base.errors import InputError, InputErrors, UsageError
from openiads.base.units import quantity
from openiads.data import reading
from openiads.data.catalog import listed, nearest
from openiads.data.knobs import Knob, knob_list
from openiads.data.scenario import Name, Text, keys_at, measure_at, toml_value
from openiads.study import factors as designs
from openiads.study.digest import hash_of
from openiads.study.factors import KNOB, Factor, Point
from openiads.study.stopping import parse_until
from openiads.world.admissible import why_not
from openiads.world.outcome import METRICS, OUTCOME

#: More points than this only when it is asked for twice.
MOST_POINTS = 1_000_000

#: Combinations of values are checked before anything runs up to so many; each single value always is.
MOST_CHECKED = 300

Loc = tuple[str | int, ...]


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
    knobs: Literal["all"] | tuple[str, ...] = Field(
        "all", union_mode="left_to_right", description="`knowledge`: which knobs, `all` or patterns like `48n6e2.*`"
    )
    set: dict[str, Any] = Field({}, description="paths that have another value at every point")
    vary: dict[str, Any] = Field({}, description="paths that vary, and their values")


@dataclass(frozen=True)
class Study:
    """A checked study.

    scenario : the base Scenario, with what ``set`` changes; factors : crossed or sampled, as the design says; sampled :
    the knobs of ``knowledge``; samples : points of the sample (0 for a grid); fixed : knobs at one value everywhere
    """

    name: str
    scenario: Any
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
    refuses: Callable[[Any, dict[str, float]], str] = lambda scenario, knobs: ""  # why no world of a scenario has them

    @property
    def size(self) -> int:
        """How many points there are."""
        return designs.size(self.design, self.factors, self.sampled, self.samples)

    @property
    def points(self) -> tuple[Point, ...]:
        """The points, in order; the knobs that ``set`` fixes are among each one's."""
        return self._spanned[0]

    @property
    def redrawn(self) -> int:
        """How many sampled worlds were drawn again because their values do not go together."""
        return self._spanned[1]

    @cached_property
    def _spanned(self) -> tuple[tuple[Point, ...], int]:
        fixed = dict(self.fixed)
        variants: dict[str, Any] = {}

        def refuses(values: dict[str, Any], knobs: dict[str, float]) -> str:
            if not knobs and not fixed:
                return ""
            key = json.dumps(values, sort_keys=True)
            if key not in variants:
                variants.clear()
                variants[key] = self.variant(Point(0, values, {}))
            return self.refuses(variants[key], {**fixed, **knobs})

        made, again = designs.span(
            self.design, self.factors, self.sampled, self.samples, self.seed, self.weighting, refuses
        )
        return tuple(Point(p.index, p.values, {**fixed, **p.knobs}) for p in made), again

    def variant(self, point: Point) -> Any:
        """The scenario at a point; InputErrors if its values do not go together."""
        return self.scenario.with_values(point.values) if point.values else self.scenario

    def seed_of(self, point: Point) -> int:
        """The seed of a point's draws: the study's, or one of its own."""
        return self.seed if self.seeds == "common" else int(hash_of([self.seed, point.index])[:8], 16)

    def canonical(self) -> dict[str, Any]:
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


def load_study(path: str | Path, **options: Any) -> Study:
    """The study of a file; InputErrors with everything wrong in it.

    options : keys of a study file that replace the file's (None leaves them); ``set`` and ``vary`` are added to its
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "no such file"
        raise InputError(str(path), what, "Give a study file, or a scenario and --vary.")
    text = reading.read_text(path)
    mapping = reading.parse_toml(text, str(path))
    lines = reading.merged(text, str(path))[1]
    return study_of(_with_options(mapping, options), lines, path.resolve().parent)


def quick_study(scenario: str | Path, **options: Any) -> Study:
    """A study without a file: a scenario (file or packaged name) and keys of a study file, ``vary`` among them."""
    found = reading.find_scenario(scenario)
    mapping = {"format": 1, "name": found.stem, "scenario": str(found.resolve())}
    return study_of(_with_options(mapping, options), reading.Lines(), None)


def is_study(path: str | Path) -> bool:
    """Whether a file is a study (it names a scenario), and no scenario itself; InputError if it is no TOML."""
    path = Path(path)
    return path.is_file() and "scenario" in reading.parse_toml(reading.read_text(path), str(path))


def _with_options(mapping: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(mapping)
    for key, value in options.items():
        if key in ("set", "vary"):
            given = out.get(key, {})
            out[key] = {**given, **(value or {})} if isinstance(given, dict) else given
        elif value is not None:
            out[key] = value
    return out


def study_of(mapping: Mapping[str, Any], lines: reading.Lines, folder: Path | None) -> Study:
    """The study of a raw mapping; InputErrors with every problem, in file order.

    folder : where a relative scenario file is looked for
    """
    problems = _Problems(lines)
    told = None
    try:
        told = StudyFile.model_validate(dict(mapping))
    except ValidationError as error:
        problems.found += reading.field_errors(error, mapping, lines, StudyFile)
    if told is None:
        raise problems.all()
    scenario = _scenario(told.scenario, folder, problems)
    _check_sense(told, problems)
    if scenario is None:
        raise problems.all()
    reader = _Reader(scenario, told, problems)
    study = reader.study()
    if not problems.found and 0 < study.size <= MOST_POINTS:
        _check_combinations(study, problems)
    if problems.found:
        raise problems.all()
    return study


class _Problems:
    """Everything wrong with a study file so far."""

    def __init__(self, lines: reading.Lines) -> None:
        self.lines = lines
        self.found: list[tuple[int, InputError]] = []

    def add(self, loc: Loc, reason: str, remedy: str, value: Any = None, place: str = "") -> None:
        """One more, about a key path of the study file; each is told once."""
        where = place or self.lines.place(loc, value)
        problem = (self.lines.line(loc), InputError(where, reason, remedy))
        if str(problem[1]) not in [str(each) for _, each in self.found] and len(self.found) < reading.MOST_PROBLEMS:
            self.found.append(problem)

    def all(self) -> InputErrors:
        return InputErrors(error for _, error in sorted(self.found, key=lambda pair: pair[0]))


def _scenario(name: str, folder: Path | None, problems: _Problems) -> Any:
    beside = Path(name) if folder is None else folder / name
    try:
        return reading.load(beside if beside.is_file() else name)
    except InputErrors as wrong:
        problems.found += [(problems.lines.line(("scenario",)), each) for each in wrong.problems]
    except InputError as wrong:
        problems.add(("scenario",), wrong.reason, wrong.remedy, name)
    return None


def _check_sense(told: StudyFile, problems: _Problems) -> None:
    """What single keys cannot show."""
    from openiads.study.estimate import RATIOS

    known = [*METRICS, *RATIOS, *(OUTCOME.names or ())]
    for k, metric in enumerate(told.metrics):
        if metric not in known:
            remedy = f"{nearest(metric, known)}Choose from: {', '.join(METRICS)}"
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
    if told.design != "knowledge" and told.knobs != "all":
        problems.add(("knobs",), 'are sampled by design = "knowledge" alone', "Vary them one by one, or change design.")
    if told.design != "knowledge" and not told.vary:
        problems.add((), "nothing varies", 'Add a table [vary], for example "site.Tartus.fire_units" = [1, 2, 3].')


# ------------------------------------------------------------------ factors


class _Reader:
    """Turns ``set`` and ``vary`` into a base scenario and factors, noting what is wrong."""

    def __init__(self, scenario: Any, told: StudyFile, problems: _Problems) -> None:
        self.told, self.problems = told, problems
        self.scenario = scenario
        self.variants = [scenario]  # the base and what single values make of it: where knobs are looked for
        self.crossed = told.design in ("grid", "knowledge")

    def study(self) -> Study:
        told = self.told
        changed = dict(self._flat(("set",), told.set))
        varied = dict(self._flat(("vary",), told.vary))
        for path in changed.keys() & varied.keys():
            self.problems.add(varied[path][0], "is set and varied", "Leave one of the two out.")
        for path, (loc, value) in changed.items():
            if not path.startswith(KNOB) and self._leads(loc, path):
                self.scenario = self._changed(loc, path, value) or self.scenario
        self.variants = [self.scenario]
        found = {path: self._factor(path, *where) for path, where in varied.items() if not path.startswith(KNOB)}
        knobs = {knob.name: knob for each in self.variants for knob in self._knobs_of(each)}
        found |= {
            path: self._knob_factor(path, knobs, *where) for path, where in varied.items() if path.startswith(KNOB)
        }
        fixed = {}
        for path, (loc, value) in changed.items():
            if path.startswith(KNOB):
                fixed[path.removeprefix(KNOB)] = self._knob_value(loc, self._knob(path, knobs, loc), value)
        factors = tuple(factor for path in varied if (factor := found[path]) is not None)
        return Study(
            told.name, self.scenario, factors, told.design, told.points or 0,
            self._sampled(knobs, {f.path for f in factors} | changed.keys()), told.weighting, told.seed, told.seeds,
            told.replications, told.until, told.metrics, tuple(sorted(fixed.items())), told.question,
            self.problems.lines.file or "study", _refuses,
        )  # fmt: skip

    def _flat(self, loc: Loc, table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Loc, Any]]]:
        """(path, (key path in the file, what is given)); dotted keys of TOML become one path again."""
        for key, value in table.items():
            inner = (*loc, key)
            if isinstance(value, dict) and not (value.keys() & {"from", "to", "step"}) and value:
                for path, where in self._flat(inner, value):
                    yield f"{_quoted(key) if len(loc) > 1 or '.' not in key else key}.{path}", where
            else:
                yield (key if len(loc) == 1 else _quoted(key)), (inner, value)

    def _leads(self, loc: Loc, path: str) -> bool:
        """Whether a path leads to something a scenario can have; if not, the problem is noted."""
        try:
            steps = reading.located(self.scenario.mapping(), path)
        except InputError as wrong:
            self.problems.add(loc, wrong.reason, wrong.remedy)
            return False
        for k, step in enumerate(steps):
            keys = keys_at(steps[:k])
            if isinstance(step, str) and keys and step not in keys:
                self.problems.add(
                    loc, f'"{reading.clipped(step)}" leads nowhere', f"{nearest(step, keys)}Keys here: {listed(keys)}"
                )
                return False
        return True

    def _changed(self, loc: Loc, path: str, value: Any) -> Any:
        """The base scenario with one value replaced; None, and the problem noted, where that is wrong."""
        try:
            own = reading.spelled(reading.located(self.scenario.mapping(), path))
            return self.scenario.with_values({path: value})
        except InputErrors as wrong:
            for each in wrong.problems:
                about = each.place.split(" = ")[0]
                reason = each.reason if about == own else f"{each.place}: {each.reason}"
                self.problems.add(loc, reason, each.remedy, value)
        except InputError as wrong:
            self.problems.add(loc, wrong.reason, wrong.remedy)
        return None

    def _factor(self, path: str, loc: Loc, spec: Any) -> Factor | None:
        """A factor that is a path of the scenario, every value (or both ends) tried on the scenario."""
        if spec == "interval":
            if path.startswith("world."):
                where = f'"{KNOB}{path}"'
            else:
                where = 'a knob, for example "knob.48n6e2.pk"'
            self.problems.add(loc, "a path of the scenario has no interval", f'Write {where} = "interval".', spec)
            return None
        if not self._leads(loc, path):
            return None
        factor = self._ranged(path, loc, spec) if isinstance(spec, dict) else self._listed(path, loc, spec)
        if factor is None:
            return None
        tried = [self._changed((*loc, k) if factor.levels and isinstance(spec, list) else loc, path, value)
                 for k, value in enumerate(factor.ends())]  # fmt: skip
        if any(each is None for each in tried):
            return None
        self.variants += tried
        return factor

    def _listed(self, path: str, loc: Loc, spec: Any) -> Factor | None:
        if not isinstance(spec, list) or not spec:
            reason = "no values" if spec == [] else "neither a list of values nor a range"
            self.problems.add(loc, reason, 'Write [1, 2, 3], {from = 4, to = 40, step = 4} or, of a knob, "interval".')
            return None
        if len({json.dumps(value, sort_keys=True) for value in spec}) < len(spec):
            self.problems.add(loc, "a value is given twice", "Keep one of the two.", spec)
            return None
        return Factor(path, tuple(spec))

    def _ranged(self, path: str, loc: Loc, spec: Mapping[str, Any]) -> Factor | None:
        """A range of whole numbers or of the quantity that the scenario has at the path."""
        measure = measure_at(reading.located(self.scenario.mapping(), path))
        kind = "" if measure is None else measure.kind
        ends = self._range(loc, spec, kind)
        if ends is None:
            return None
        low, high, step = ends
        if step is None:
            return Factor(path, (), low, high, kind)
        levels = designs.steps_between(low, high, step)
        return Factor(path, tuple(designs.as_filed(x, kind) if kind else int(x) for x in levels))

    def _range(self, loc: Loc, spec: Mapping[str, Any], kind: str) -> tuple[float, float, float | None] | None:
        """(from, to, step or None) in SI of a range table; None, and the problem noted, where it is wrong."""
        before = len(self.problems.found)
        numbers: dict[str, float] = {}
        for key, value in spec.items():
            if key not in ("from", "to", "step"):
                self.problems.add(
                    (*loc, key), "unknown key", f"{nearest(key, ['from', 'to', 'step'])}Keys here: from, to, step"
                )
                continue
            try:
                if not kind and (isinstance(value, bool) or not isinstance(value, int)):
                    raise InputError("", "not a whole number", "Here a range counts in whole numbers; or give a list.")
                numbers[key] = quantity(value, kind) if kind else value
            except InputError as wrong:
                self.problems.add((*loc, key), wrong.reason.removeprefix(f"{str(value)[:60]!r}: "), wrong.remedy, value)
        for key in ("from", "to"):
            if key not in spec:
                self.problems.add(loc, f"{key} is missing", f"Add {key} = ...")
        if "step" not in spec and self.crossed:
            self.problems.add(
                loc, f'a range without step has no values for design = "{self.told.design}"', "Add step = ..."
            )
        if len(self.problems.found) > before:
            return None
        low, high, step = numbers["from"], numbers["to"], numbers.get("step")
        if low >= high or (step is not None and step <= 0):
            self.problems.add(loc, "an empty range", "from is less than to, and step is more than 0.")
            return None
        if step is not None and (high - low) / step > reading.MOST_ITEMS * 1000:
            self.problems.add(loc, f"{(high - low) / step:,.0f} steps", "Take a larger step.")
            return None
        return low, high, step

    # -------------------------------------------------------------- knobs

    def _knobs_of(self, scenario: Any) -> tuple[Knob, ...]:
        return knob_list(reading.catalog_of(scenario), scenario)

    def _knob(self, path: str, knobs: Mapping[str, Knob], loc: Loc) -> Knob | None:
        name = path.removeprefix(KNOB)
        if name not in knobs:
            remedy = f"{nearest(name, list(knobs))}Knobs here: {listed(list(knobs))}"
            self.problems.add(loc, "this scenario has no such knob", remedy)
            return None
        return knobs[name]

    def _knob_value(self, loc: Loc, knob: Knob | None, value: Any) -> float:
        """A knob's value; NaN, and the problem noted, where it can have no such value."""
        if knob is None:
            return math.nan
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problems.add(loc, "not a number", f"A knob takes numbers: {_interval(knob)}.", value)
            return math.nan
        wrong = (knob.kind == "share" and not 0 <= value <= 1) or (knob.kind != "offset" and value < 0)
        if wrong or (knob.kind == "factor" and value == 0 and knob.low > 0):
            self.problems.add(loc, "out of range", f"Its interval is {_interval(knob)}.", value)
            return math.nan
        return float(value)

    def _knob_factor(self, path: str, knobs: Mapping[str, Knob], loc: Loc, spec: Any) -> Factor | None:
        knob = self._knob(path, knobs, loc)
        if knob is None:
            return None
        if spec == "interval":
            if self.crossed:
                remedy = f"Give a list or a range with step, in {_interval(knob)}, or change design."
                self.problems.add(loc, f'design = "{self.told.design}" needs single values', remedy, spec)
            elif knob.certain:
                self.problems.add(
                    loc, f"there is no interval: {knob.note or 'nothing is in doubt'}", "Leave it out.", spec
                )
            return Factor(path, knob=knob)
        if isinstance(spec, dict):
            ends = self._range(loc, spec, "number")
            if ends is None:
                return None
            low, high, step = ends
            levels = tuple(designs.steps_between(low, high, step)) if step is not None else ()
            factor: Factor | None = Factor(path, levels, low, high, "number") if not levels else Factor(path, levels)
        else:
            factor = self._listed(path, loc, spec)
        if factor is None:
            return None
        if any(math.isnan(self._knob_value(loc, knob, value)) for value in factor.ends()):
            return None
        return Factor(path, tuple(map(float, factor.levels)), factor.low, factor.high, factor.kind)

    def _sampled(self, knobs: Mapping[str, Knob], taken: set[str]) -> tuple[Factor, ...]:
        """The knobs of a knowledge design: those asked for that are in doubt and neither set nor varied."""
        if self.told.design != "knowledge":
            return ()
        wanted = ["*"] if self.told.knobs == "all" else list(self.told.knobs)
        for k, pattern in enumerate(wanted):
            if not fnmatch.filter(knobs, pattern):
                remedy = f"{nearest(pattern, list(knobs))}Knobs here: {listed(list(knobs))}"
                self.problems.add(("knobs", k), "matches no knob", remedy, pattern)
        chosen = [knob for knob in knobs.values() if any(fnmatch.fnmatch(knob.name, each) for each in wanted)]
        found = tuple(Factor(KNOB + k.name, knob=k) for k in chosen if not k.certain and KNOB + k.name not in taken)
        if not found and not self.problems.found:
            self.problems.add(("knobs",), "no knob is left to sample", "Name knobs that are in doubt.")
        return found


def _refuses(scenario: Any, knobs: dict[str, float]) -> str:
    return why_not(scenario, reading.catalog_of(scenario), knobs)


def _check_combinations(study: Study, problems: _Problems) -> None:
    """Values that are right alone may be wrong together; looked at while that is quick."""
    try:
        points = study.points
    except InputError as wrong:
        problems.add(("vary",), wrong.reason, wrong.remedy)
        return
    variants: dict[str, Any] = {}
    for point in points:
        key = json.dumps(point.values, sort_keys=True)
        try:
            if key not in variants:
                if len(variants) == MOST_CHECKED:
                    return
                variants[key] = study.variant(point)
            why = study.refuses(variants[key], point.knobs) if point.knobs else ""
        except InputError as wrong:
            variants[key] = None
            for each in getattr(wrong, "problems", (wrong,)):
                problems.add(("vary",), f"{each.place}: {each.reason}", each.remedy, place=f"{study.file}: {point}")
            continue
        if why:
            problems.add(("vary",), why, "Values of knobs must go together.", place=f"{study.file}: {point}")


def _interval(knob: Knob) -> str:
    return f"{knob.low:.4g} to {knob.high:.4g}, {knob.nominal:.4g} nominal"


def _quoted(key: str) -> str:
    """A name as a step of a path."""
    return key if not set(key) & set(".\"'[]") and key == key.strip() else toml_value(key)


def varied(text: str) -> tuple[str, Any]:
    """``path=v1,v2,...`` of a command line (also a TOML list, a range table or ``interval``) to a factor's pair."""
    path, value = reading.setting(text, "--vary")
    if isinstance(value, list | dict) or value == "interval":
        return path, value
    if not isinstance(value, str) or "," not in value:
        return path, [value]
    return path, [reading.setting(f"x={part}", "--vary")[1] for part in value.split(",")]


__all__ = ["MOST_POINTS", "Study", "StudyFile", "is_study", "load_study", "quick_study", "study_of", "varied"]
