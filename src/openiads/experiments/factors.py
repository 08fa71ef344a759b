"""What varies in a study, and the points that a design spans: grids, Latin hypercubes, Sobol points.

A factor is a path of the scenario or a knob, with the values it takes.  A design turns factors into points; a point is
a function of the factors, the design and its seed alone.

Sources: McKay, Beckman and Conover (Technometrics 21, 1979) on Latin hypercubes; Sobol (USSR Computational Mathematics
and Mathematical Physics 7, 1967); Owen (Journal of Complexity 14, 1998) on scrambling.  Both are SciPy's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openiads.base.jsonable import Json, JsonObject
from openiads.base.units import KINDS, written
from openiads.scenario.knobs import Knob, sample

KNOB = "knob."


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that varies, over levels, over a range or over a knob's interval.

    Attributes
    ----------
    path : str
        Of the scenario (``site.Tartus.fire_units``), or ``knob.NAME``.
    levels : tuple of Json
        The values in order, as a scenario file holds them (a knob's as numbers); empty: continuous.
    low, high : float
        Ends of a continuous range, SI.
    kind : str
        Its kind of quantity (a key of ``units.KINDS``), empty for whole numbers.
    knob : Knob, optional
        The knob whose interval is the range.
    """

    path: str
    levels: tuple[Json, ...] = ()
    low: float = math.nan
    high: float = math.nan
    kind: str = ""
    knob: Knob | None = None

    @property
    def is_knob(self) -> bool:
        """Whether it is a knob and no path of the scenario."""
        return self.path.startswith(KNOB)

    def value(self, u: float, weighting: str = "uniform") -> Json:
        """The value at u in [0, 1): levels and whole numbers have equal shares, a range its length.

        Parameters
        ----------
        u : float
        weighting : str, optional
            "uniform" or "triangular" over the interval of a knob.

        Returns
        -------
        Json
        """
        if self.levels:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        if self.knob is not None:
            return self.knob.at(u, weighting)
        if not self.kind:
            return int(min(self.low + math.floor(u * (self.high - self.low + 1.0)), self.high))
        number = self.low + u * (self.high - self.low)
        return number if self.is_knob else as_filed(number, self.kind)

    def ends(self) -> tuple[Json, ...]:
        """The values that a check has to look at: every level, or both ends of a range."""
        if self.levels or self.knob is not None:
            return self.levels
        if not self.kind:
            return int(self.low), int(self.high)
        return (self.low, self.high) if self.is_knob else tuple(as_filed(x, self.kind) for x in (self.low, self.high))

    def spec(self) -> Json:
        """Plain JSON that says which values it takes; equal for equal factors."""
        if self.levels:
            return list(self.levels)
        if self.knob is not None:
            return {"interval": [self.knob.low, self.knob.nominal, self.knob.high], "scale": self.knob.scale}
        return {"from": self.low, "to": self.high, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a design: what the scenario and the knobs are there.

    Attributes
    ----------
    index : int
    values : JsonObject
        Path -> value, for ``Scenario.with_values``.
    knobs : dict of str to float
        Name -> value, for the build.
    """

    index: int
    values: JsonObject
    knobs: dict[str, float]

    @property
    def label(self) -> JsonObject:
        """Every varied value by its path."""
        return {**self.values, **{KNOB + name: value for name, value in self.knobs.items()}}

    def __str__(self) -> str:
        told = [f"{path} = {_short(value)}" for path, value in self.label.items()]
        return f"point {self.index}" + (f" ({', '.join(told[:4])}{', ...' if len(told) > 4 else ''})" if told else "")


Pairs = list[tuple[Factor, Json]]


def as_filed(number: float, kind: str) -> Json:
    """An SI number as a scenario file holds it; the noise of the last digits is rounded off."""
    number = float(f"{number:.12g}")
    return number if "" in KINDS[kind].factors else written(number, kind)


def steps_between(low: float, high: float, step: float) -> list[float]:
    """low, low + step, ... up to high, which is kept if it falls on a step; step above 0."""
    count = math.floor((high - low) / step + 1e-9) + 1
    return [float(f"{low + k * step:.12g}") for k in range(count)]


def unit_sample(design: str, points: int, dimensions: int, seed: int) -> np.ndarray:
    """A Latin hypercube or scrambled Sobol points in [0, 1), shape (points, dimensions).

    ``knowledge`` is a Latin hypercube.  Sobol points are balanced only where their number is a power of two.
    """
    from scipy.stats import qmc

    generator = np.random.default_rng([seed, dimensions])
    sampler = (qmc.Sobol if design == "sobol" else qmc.LatinHypercube)(dimensions, rng=generator)
    return np.asarray(sampler.random(points))


def size(design: str, factors: Sequence[Factor], sampled: Sequence[Factor], samples: int) -> int:
    """How many points a design has, without making them."""
    if design in ("latin_hypercube", "sobol"):
        return samples
    crossed = math.prod(len(factor.levels) for factor in factors)
    return crossed * (samples if sampled else 1)


def span(
    design: str, factors: Sequence[Factor], sampled: Sequence[Factor], samples: int, seed: int, weighting: str
) -> tuple[Point, ...]:
    """The points of a design.

    A grid crosses the levels of all factors, the last one varying fastest.  A Latin hypercube and Sobol points sample
    all factors.  ``knowledge`` samples the knobs in ``sampled`` and crosses these worlds with the grid of ``factors``:
    each variant meets the same worlds.
    """
    if design in ("latin_hypercube", "sobol"):
        rows = unit_sample(design, samples, len(factors), seed)
        chosen = [[(f, f.value(float(u), weighting)) for f, u in zip(factors, row, strict=True)] for row in rows]
        return tuple(_point(k, pairs) for k, pairs in enumerate(chosen))
    variants = itertools.product(*([(f, x) for x in f.levels] for f in factors))
    worlds = _worlds(sampled, samples, seed, weighting) if sampled else [[]]
    pairs = ([*variant, *world] for variant in variants for world in worlds)
    return tuple(_point(k, each) for k, each in enumerate(pairs))


def _worlds(sampled: Sequence[Factor], samples: int, seed: int, weighting: str) -> list[Pairs]:
    """Worlds by the rule that all samples of knowledge share: knobs that force new flyout tables take few values."""
    knobs = [factor.knob for factor in sampled if factor.knob is not None]
    worlds = sample(knobs, unit_sample("knowledge", samples, len(knobs), seed), weighting)
    return [[(factor, world[factor.path.removeprefix(KNOB)]) for factor in sampled] for world in worlds]


def _point(index: int, pairs: Sequence[tuple[Factor, Json]]) -> Point:
    values = {factor.path: value for factor, value in pairs if not factor.is_knob}
    knobs = {factor.path.removeprefix(KNOB): float(value) for factor, value in pairs if factor.is_knob}
    return Point(index, values, knobs)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
