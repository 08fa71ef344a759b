"""Answers made by hand: sweeps with given findings, a screening, indices and a spread of given numbers."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from openiads.experiments.factors import Point
from openiads.experiments.knowledge import Indices, KnowledgeQuestion, Screening, Spread
from openiads.experiments.swings import End, Swing, Swings
from openiads.runs.findings import Finding
from openiads.statistics.sensitivity import Effect, Index
from openiads.statistics.spread import Knowledge, Share, Shares

HOSTILE = "</text><script>alert(1)</script> $x_{1}$ & \u202eאבג\u202c " + "very long " * 30


def finding(mean: float, low: float = math.nan, high: float = math.nan, n: int = 30, **more: Any) -> Finding:
    return Finding("leakers", mean, low, high, n, **more)


def stub_sweep(labels: list[dict[str, Any]], found: list[Finding], design: str = "grid") -> Any:
    """A sweep whose findings are given, for every metric the same."""
    points = tuple(Point(k, label, {}) for k, label in enumerate(labels))
    fields = {"design": design, "seed": 7, "seeds": "common"}
    return SimpleNamespace(
        points=points,
        metrics=("leakers",),
        name="stub",
        digest="ab" * 32,
        estimate=lambda metric: found,
        store=SimpleNamespace(identity=SimpleNamespace(fields=fields)),
    )


def question(knobs: list[tuple[str, str]], metric: str = "leakers") -> KnowledgeQuestion:
    scenario = SimpleNamespace(name="stub", digest=lambda: "cd" * 32)
    shown: Any = tuple(SimpleNamespace(name=name, status=status) for name, status in knobs)
    return KnowledgeQuestion(scenario, shown, metric, 10, 7, "uniform")


def screening(knobs: list[tuple[str, str]], sizes: list[float]) -> Screening:
    effects = tuple(Effect(-s, -2 * s, 0.0, s, 0.5 * s, 1.5 * s, 0.1, 0.1, s > 0.2) for s in sizes)
    return Screening(question(knobs), 4, effects, 0, 0)


def indices(knobs: list[tuple[str, str]], totals: list[float], variance: float = 2.0) -> Indices:
    found = tuple(Index(0.6 * t, 0.5 * t, 0.7 * t, t, t - 0.1, t + 0.1) for t in totals)
    return Indices(question(knobs), 8, found, variance, 0, 0)


def swings(knobs: list[tuple[str, str]], ends: list[tuple[float, float]]) -> Swings:
    """Swings of given differences at both ends, of 0.2 to either side; below 0.2 they are not seen."""
    pairs = [[End(k - 0.5, d, d - 0.2, d + 0.2, abs(d) > 0.2) for k, d in enumerate(each)] for each in ends]
    return Swings(question(knobs), 2.0, tuple(Swing(*pair) for pair in pairs), 0, 0)


def spread(negative: bool = False) -> Spread:
    rng = np.random.default_rng(1)
    outputs = rng.poisson(3.0, (16, 10)).astype(float)
    share = Share(0.5, 0.2, 0.8)
    known = Knowledge(0.0 if negative else 0.4, 0.6, 0.2, negative)
    nominal = rng.poisson(3.0, 10).astype(float)
    return Spread(question([("a", "read")]), nominal, outputs, known, Shares(share, share, share), 0, 0)
