"""A whole run as the viewer shows it: cards, findings, bars and time lines, as plain JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openiads.faces.words import comparison, text
from openiads.faces.words.text import clean

if TYPE_CHECKING:
    from openiads.experiments.compare import Comparison
    from openiads.explain.overview import Overview
    from openiads.runs.run import Run

#: Counts of the outcome row for which a page names replications to look at.
_NAMED = ("leakers", "any_leaker")
#: Units of metrics; what is not here has none.
_UNITS = dict.fromkeys(text.SHARES, "share") | dict.fromkeys(text.TIMES, "s")
#: A mean count below this is none but for rounding.
_NONE = 1e-9
_PARTS = (("killed", "killed"), ("leakers", "got through"))


def card(run: Run, identity: str) -> dict[str, Any]:
    """What a list of runs shows of a run."""
    mapping = run.facts.get("scenario", {}).get("mapping", {})
    return {
        "id": identity,
        "name": clean(run.name),
        "question": clean(str(mapping.get("question", ""))),
        "scenario": clean(run.name),
        "seed": run.seed,
        "replications": run.replications,
        "failed": int(run.seal["failed"]),
        "digest": run.digest,
        "state": "ready",
        "message": "",
    }


def finding(metric: str, told: Mapping[str, Any], label: str = "") -> dict[str, Any]:
    """One number with its interval; told : ``runs.findings.Finding.as_dict()``."""
    cells = text.metric_cells(metric, told)
    value = told.get("median") if metric in text.TIMES else told.get("mean")
    said = f"{label or cells[0]}: {cells[1]} {cells[2]}, n = {cells[3]}"
    return {
        "metric": metric,
        "value": _finite(value),
        "low": _finite(told.get("low")),
        "high": _finite(told.get("high")),
        "n": told.get("n") or 0,
        "unit": _UNITS.get(metric, ""),
        "label": label or cells[0],
        "sentence": said,
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _bar(key: str, label: str, told: Mapping[str, Any], replications: Sequence[int]) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "value": told["mean"] or 0.0,
        "low": _finite(told.get("low")),
        "high": _finite(told.get("high")),
        "replications": list(replications),
    }


def summary(run: Run, identity: str) -> dict[str, Any]:
    """Everything the dashboard of a run shows; ResultsError for a damaged run."""
    from openiads.explain.kill_chain import first_bound, top_gates
    from openiads.explain.overview import overview, recorded
    from openiads.explain.timelines import MOST, timelines
    from openiads.faces.pages.placard import placard
    from openiads.faces.replay.layered import layers
    from openiads.world.outcome import CLASSES, ROUND_ENDS, SPREAD, TERMINALS

    ends, classes = [f"end_{code}" for code in TERMINALS], [f"{c}_{key}" for c in CLASSES for key, _ in _PARTS]
    others = [column for side in ("civil", "friend") for column in SPREAD[side]]
    found = overview(run, [*_NAMED, *ends, *classes, *others])
    told = run.summary()
    outcomes = told["outcomes"]
    rounds = [finding(metric, outcomes[metric]) for metric in ("rounds_fired", "rounds_per_kill", "overkill_rounds")]
    rounds += [
        finding(f"round_{code}", told["round_ends"][code], f"Rounds that end: {text.words(code)}")
        for code in ROUND_ENDS
        if told["round_ends"][code]["mean"]
    ]
    return {
        **card(run, identity),
        "placard": placard(run),
        "warnings": [clean(line) for line in run.warnings],
        "answer": text.answer(told),
        "recorded": recorded(run),
        "flights": len(run.names["flights"]),
        "sampled": min(MOST, run.replications),
        "findings": [finding(metric, value) for metric, value in outcomes.items()],
        "leakers": _leakers(told, found),
        "terminals": _terminals(told, found),
        "layers": layers(run),
        "classes": _classes(told, found),
        "rounds": rounds,
        "gates": [_share(row["gate"], text.sentence(row["text"]), row["share"]) for row in top_gates(run, MOST)],
        "firstBound": [
            _share(name, text.BOUND_WORDS.get(name, "Nothing was waited for"), share)
            for name, share in first_bound(run, MOST).items()
        ],
        "timelines": [
            {
                "name": line.name,
                "unit": "",
                "t": line.t.tolist(),
                "low": line.low.tolist(),
                "middle": line.middle.tolist(),
                "high": line.high.tolist(),
            }
            for line in timelines(run)
        ],
    }


def _share(key: str, label: str, share: float) -> dict[str, Any]:
    return {"key": key, "label": label, "value": share, "low": None, "high": None, "replications": []}


def _leakers(told: Mapping[str, Any], found: Overview) -> list[dict[str, Any]]:
    """Share of replications with each number of leakers, gaps included."""
    from openiads.statistics.intervals import wilson

    counts = {int(k): int(count) for k, count in told["leakers_distribution"].items()}
    good = sum(counts.values())
    bars = []
    for k in range(max(counts, default=-1) + 1):
        count = counts.get(k, 0)
        low, high = wilson(count, good)
        share = {"mean": count / good, "low": low, "high": high}
        bars.append(_bar(str(k), text.plural(k, "leaker", "leakers"), share, found.examples["leakers"].get(k, [])))
    return bars


def _terminals(told: Mapping[str, Any], found: Overview) -> list[dict[str, Any]]:
    """Flights a replication by how they end: threats, and apart from them those of each other side."""
    sides = told["sides"]
    bars = []
    for code, row in told["terminal"].items():
        said = text.TERMINAL_WORDS.get(code, text.words(code))
        others = [(side, ends["terminal"][code]) for side, ends in sides.items()]
        rest = (row["mean"] or 0.0) - sum(each["mean"] or 0.0 for _, each in others)
        if rest > _NONE:
            whose = f"Threats: {said[:1].lower()}{said[1:]}" if sides else said
            bars.append(_bar(code, whose, {"mean": rest} if sides else row, found.where(f"end_{code}")))
        bars += [
            _bar(
                f"{side}_{code}",
                f"{text.sentence(text.SIDE_WORDS[side])}: {said[:1].lower()}{said[1:]}",
                each,
                found.where(f"{side}_{code}"),
            )
            for side, each in others
            if each["mean"]
        ]
    return bars


def _classes(told: Mapping[str, Any], found: Overview) -> list[dict[str, Any]]:
    """Threats a replication by class and fate; what is neither killed nor got through is the rest."""
    out = []
    for name, row in told["classes"].items():
        parts = [_bar(key, label, row[key], found.where(f"{name}_{key}")) for key, label in _PARTS]
        rest = max(0.0, (row["threats"]["mean"] or 0.0) - sum(part["value"] for part in parts))
        parts.append(_bar("other", "neither: turned away, fell short, still airborne", {"mean": rest}, []))
        out.append({"name": text.CLASS_WORDS.get(name, text.sentence(text.words(name))), "parts": parts})
    return out


def compared(made: Comparison, a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Two runs side by side; made : `experiments.compare.Comparison`; a, b : their cards."""
    told = made.summary()
    rows = []
    for metric, row in told["metrics"].items():
        if row["input"]:
            continue  # what the scenarios declare is no outcome
        label = text.METRIC_WORDS.get(metric, text.sentence(text.words(metric)))
        gap = {"mean": row["difference"]["value"], "median": row["difference"]["value"], **row["difference"]}
        difference = finding(metric, gap, f"{label}: B − A")
        shares = {
            key: (row.get(name) or {}).get("share") or 0.0
            for key, name in (("a", "b_worse"), ("b", "b_better"), ("equal", "equal"))
        }
        rows.append(
            {
                "metric": metric,
                "label": label,
                "a": finding(metric, row["a"]),
                "b": finding(metric, row["b"]),
                "difference": difference,
                "ahead": shares,
                "differs": metric in told["discoveries"]["differ"],
                "exact": row["exact"],
                "wanted": row["wanted"],
            }
        )
    inputs = [{"label": label, "a": one, "b": other} for label, one, other in comparison.given(told)]
    said = {"found": comparison.found(told), "inputs": inputs}
    return {"a": dict(a), "b": dict(b), "pairs": told["replications"], **said, "rows": rows}
