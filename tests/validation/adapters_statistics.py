"""Validation cases of the intervals and sample sizes."""

from collections.abc import Callable
from typing import Any

from openiads.statistics import intervals, planning


def binomial_intervals(inputs: dict[str, Any]) -> dict[str, Any]:
    methods = {"wilson": intervals.wilson, "clopper_pearson": intervals.clopper_pearson, "jeffreys": intervals.jeffreys}
    return {
        name: [list(method(k, n, inputs["confidence"])) for k, n in inputs["rows"]] for name, method in methods.items()
    }


def zero_failures(inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "upper": [planning.zero_failure_upper(n, inputs["confidence"]) for n in inputs["n"]],
        "three_over_n": [planning.three_over_n(n) for n in inputs["n"]],
    }


def difference(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"interval": [list(intervals.newcombe(*row, inputs["confidence"])) for row in inputs["rows"]]}


def sample_size(inputs: dict[str, Any]) -> dict[str, Any]:
    p, confidence = inputs["p"], inputs["confidence"]
    return {
        "normal": [planning.runs_for_half_width(h, p, confidence) for h in inputs["half_width"]],
        "hoeffding": [planning.runs_hoeffding(h, confidence) for h in inputs["half_width"]],
        "zero_failure_trials": [planning.zero_failure_trials(r, confidence) for r in inputs["demonstrate_reliability"]],
    }


def coverage(inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [planning.coverage(method, p, n) for p, n in inputs["rows"]]
        for name, method in (("wilson", intervals.wilson), ("wald", intervals.wald))
    }


ADAPTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "MCS-BINOM-CI-A": binomial_intervals,
    "MCS-RULE-OF-THREE": zero_failures,
    "MCS-DIFF-CI": difference,
    "MCS-SAMPLE-SIZE": sample_size,
    "MCS-COVERAGE": coverage,
}
