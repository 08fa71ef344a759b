"""What ``set`` and ``vary`` of a study file mean: paths, knobs and their values, each tried on the scenario.

Whatever is wrong is gathered in ``Problems`` with the line of the file, so that all of it is told at once.
"""

from __future__ import annotations

import fnmatch
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from openiads.base import toml
from openiads.base.errors import InputError, InputErrors
from openiads.base.fields import MOST_PROBLEMS, keys_at
from openiads.base.jsonable import Json
from openiads.base.toml import toml_value
from openiads.base.units import quantity
from openiads.base.words import listed, nearest
from openiads.experiments import factors as designs
from openiads.experiments.factors import KNOB, Factor
from openiads.scenario import edits, load
from openiads.scenario.knobs import Knob, knob_list, set_only
from openiads.scenario.load import Scenario, measure_at

#: Values of a range that are tried on the scenario beforehand; the points tell of the others when they are run.
MOST_TRIED = 300

#: Steps of one range at most: each is written as a scenario has it, which takes a fraction of a millisecond.
MOST_STEPS = 20_000

Loc = tuple[str | int, ...]


class Problems:
    """Everything wrong with a study file so far."""

    def __init__(self, lines: toml.Lines) -> None:
        self.lines = lines
        self.found: list[tuple[int, InputError]] = []

    def add(self, loc: Loc, reason: str, remedy: str, value: Json = None, place: str = "") -> None:
        """One more, about a key path of the study file; each is told once."""
        where = place or self.lines.place(loc, value)
        problem = (self.lines.line(loc), InputError(where, reason, remedy))
        if str(problem[1]) not in [str(each) for _, each in self.found] and len(self.found) < MOST_PROBLEMS:
            self.found.append(problem)

    def all(self) -> InputErrors:
        return InputErrors(error for _, error in sorted(self.found, key=lambda pair: pair[0]))


@dataclass(frozen=True, slots=True)
class Variation:
    """What varies: the base scenario with what is set, the factors, the sampled knobs, the knobs at one value."""

    scenario: Scenario
    factors: tuple[Factor, ...]
    sampled: tuple[Factor, ...]
    fixed: dict[str, float]


class Reader:
    """Turns ``set`` and ``vary`` into a base scenario and factors, noting what is wrong.

    Parameters
    ----------
    design : str
        Of the study.
    problems : Problems
    scenario : Scenario
    knobs : sequence of str
        Patterns of those that ``knowledge`` samples.
    """

    def __init__(self, scenario: Scenario, design: str, knobs: Sequence[str], problems: Problems) -> None:
        self.design, self.wanted, self.problems = design, tuple(knobs), problems
        self.scenario = scenario
        self.variants = [scenario]  # the base and what single values make of it: where knobs are looked for
        self.crossed = design in ("grid", "knowledge")

    def read(self, setting: Mapping[str, Json], varying: Mapping[str, Json]) -> Variation:
        """The variation; wrong parts of it are left out and noted."""
        changed = dict(self._flat(("set",), setting))
        varied = dict(self._flat(("vary",), varying))
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
        taken = {factor.path for factor in factors} | changed.keys()
        return Variation(self.scenario, factors, self._sampled(knobs, taken), fixed)

    def _flat(self, loc: Loc, table: Mapping[str, Json]) -> Iterator[tuple[str, tuple[Loc, Json]]]:
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
            steps = edits.located(self.scenario.mapping(), path)
        except InputError as wrong:
            self.problems.add(loc, wrong.reason, wrong.remedy)
            return False
        for k, step in enumerate(steps):
            keys = keys_at(tuple(steps[:k]), Scenario)
            if isinstance(step, str) and keys and step not in keys:
                self.problems.add(
                    loc, f'"{toml.clipped(step)}" leads nowhere', f"{nearest(step, keys)}Keys here: {listed(keys)}"
                )
                return False
        return True

    def _changed(self, loc: Loc, path: str, value: Json) -> Scenario | None:
        """The base scenario with one value replaced; None, and the problem noted, where that is wrong."""
        try:
            own = toml.spelled(edits.located(self.scenario.mapping(), path))
            return self.scenario.with_values({path: value})
        except InputErrors as wrong:
            for each in wrong.problems:
                about = each.place.split(" = ")[0]
                reason = each.reason if about == own else f"{each.place}: {each.reason}"
                self.problems.add(loc, reason, each.remedy, value)
        except InputError as wrong:
            self.problems.add(loc, wrong.reason, wrong.remedy)
        return None

    def _factor(self, path: str, loc: Loc, spec: Json) -> Factor | None:
        """A factor that is a path of the scenario, its values (of a range both ends and some) tried on the scenario."""
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
        values = factor.ends() if isinstance(spec, list) else some_of(factor.ends())
        tried = [
            self._changed((*loc, k) if factor.levels and isinstance(spec, list) else loc, path, value)
            for k, value in enumerate(values)
        ]
        variants = [each for each in tried if each is not None]
        if len(variants) < len(tried):
            return None
        self.variants += variants
        return factor

    def _listed(self, path: str, loc: Loc, spec: Json) -> Factor | None:
        if not isinstance(spec, list) or not spec:
            reason = "no values" if spec == [] else "neither a list of values nor a range"
            self.problems.add(loc, reason, 'Write [1, 2, 3], {from = 4, to = 40, step = 4} or, of a knob, "interval".')
            return None
        if len({json.dumps(value, sort_keys=True) for value in spec}) < len(spec):
            self.problems.add(loc, "a value is given twice", "Keep one of the two.", spec)
            return None
        return Factor(path, tuple(spec))

    def _ranged(self, path: str, loc: Loc, spec: Mapping[str, Json]) -> Factor | None:
        """A range of whole numbers or of the quantity that the scenario has at the path."""
        measure = measure_at(edits.located(self.scenario.mapping(), path))
        kind = "" if measure is None else measure.kind
        ends = self._range(loc, spec, kind)
        if ends is None:
            return None
        low, high, step = ends
        if step is None:
            return Factor(path, (), low, high, kind)
        levels = designs.steps_between(low, high, step)
        return Factor(path, tuple(designs.as_filed(x, kind) if kind else int(x) for x in levels))

    def _range(self, loc: Loc, spec: Mapping[str, Json], kind: str) -> tuple[float, float, float | None] | None:
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
        if "step" not in spec and self.crossed and len(self.problems.found) == before:
            self.problems.add(loc, f'a range without step has no values for design = "{self.design}"', "Add step = ...")
        if len(self.problems.found) > before:
            return None
        low, high, step = numbers["from"], numbers["to"], numbers.get("step")
        if low >= high or (step is not None and step <= 0):
            self.problems.add(loc, "an empty range", "from is less than to, and step is more than 0.")
            return None
        if step is not None and (high - low) / step > MOST_STEPS:
            told = f"{(high - low) / step:,.0f} steps, more than {MOST_STEPS:,}"
            self.problems.add(loc, told, "Take a larger step, or leave it out and sample the range.")
            return None
        return low, high, step

    # -------------------------------------------------------------- knobs

    def _knobs_of(self, scenario: Scenario) -> tuple[Knob, ...]:
        catalog = load.catalog_of(scenario)
        return (*knob_list(catalog, scenario), *set_only(catalog, scenario))

    def _knob(self, path: str, knobs: Mapping[str, Knob], loc: Loc) -> Knob | None:
        name = path.removeprefix(KNOB)
        if name not in knobs:
            remedy = f"{nearest(name, list(knobs))}Knobs here: {listed(list(knobs))}"
            self.problems.add(loc, "this scenario has no such knob", remedy)
            return None
        return knobs[name]

    def _knob_value(self, loc: Loc, knob: Knob | None, value: Json) -> float:
        """A knob's value; NaN, and the problem noted, where it can have no such value."""
        if knob is None:
            return math.nan
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.problems.add(loc, "not a number", f"A knob takes numbers: {_interval(knob)}.", value)
            return math.nan
        least = -1.0 if knob.doubted else 0.0
        share = knob.kind in ("share", "joint", "state")
        below = knob.kind != "offset" and not share and value < min(knob.low, 0.0)
        wrong = below or (share and not least <= value <= 1.0)
        if wrong or (knob.kind == "factor" and value == 0 and knob.low > 0):
            self.problems.add(loc, "out of range", f"Its interval is {_interval(knob)}.", value)
            return math.nan
        return float(value)

    def _knob_factor(self, path: str, knobs: Mapping[str, Knob], loc: Loc, spec: Json) -> Factor | None:
        knob = self._knob(path, knobs, loc)
        if knob is None:
            return None
        if spec == "interval":
            if self.crossed:
                remedy = f"Give a list or a range with step, in {_interval(knob)}, or change design."
                self.problems.add(loc, f'design = "{self.design}" needs single values', remedy, spec)
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
        if self.design != "knowledge":
            return ()
        for k, pattern in enumerate(self.wanted):
            if not fnmatch.filter(knobs, pattern):
                remedy = f"{nearest(pattern, list(knobs))}Knobs here: {listed(list(knobs))}"
                self.problems.add(("knobs", k), "matches no knob", remedy, pattern)
        chosen = [knob for knob in knobs.values() if any(fnmatch.fnmatch(knob.name, each) for each in self.wanted)]
        doubted = [k for k in chosen if not k.certain and not k.within]
        found = tuple(Factor(KNOB + k.name, knob=k) for k in doubted if KNOB + k.name not in taken)
        if not found and not self.problems.found:
            self.problems.add(("knobs",), "no knob is left to sample", "Name knobs that are in doubt.")
        return found


def some_of(values: Sequence[Json]) -> Sequence[Json]:
    """Of very many values in order a few hundred, both ends among them: a range of millions is refused soon."""
    if len(values) <= MOST_TRIED:
        return values
    return [values[k * (len(values) - 1) // (MOST_TRIED - 1)] for k in range(MOST_TRIED)]


def _interval(knob: Knob) -> str:
    return f"{knob.low:.4g} to {knob.high:.4g}, {knob.nominal:.4g} nominal"


def _quoted(key: str) -> str:
    """A name as a step of a path."""
    return key if not set(key) & set(".\"'[]") and key == key.strip() else toml_value(key)


def varied(text: str) -> tuple[str, Json]:
    """``path=v1,v2,...`` of a command line (also a TOML list, a range table or ``interval``) to a factor's pair."""
    path, value = edits.setting(text, "--vary")
    if isinstance(value, list | dict) or value == "interval":
        return path, value
    if not isinstance(value, str) or "," not in value:
        return path, [value]
    return path, [edits.setting(f"x={part}", "--vary")[1] for part in value.split(",")]
