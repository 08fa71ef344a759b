"""Claims as plain data and tables; ``claims_answer`` has the sentence, ``claims_doubt`` what would change it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openiads.claims.evidence import Evidence
    from openiads.claims.examine import Result
    from openiads.claims.statement import Claim

#: What turns a cell -> words.
TURNED = {
    "limits": "whether published limits gate the shots",
    "weighting": "how intervals are weighted",
    "worlds": "uncertain parameters",
    "level": "how sure one must be to speak of a guarantee",
    "facing": "how the batteries face",
    "raid size": "how large the raid is",
    "outside picture": "whether there is a picture from outside the batteries",
    "order of battle": "the order of battle",
    "launchers": "how many launchers there are",
    "control state": "which control state holds",
}
#: Method -> the lines of its rule, in the unit of the figure.
LINES: Mapping[str, tuple[str, ...]] = {
    "kill_over_area": ("engage_probability", "kill_probability"),
    "raised_price": ("chance", "loss"),
    "kept_apart": ("prevented", "price"),
}
#: Of a measure of reach: what the rule calls it, and how many of its figure's unit are one of the rule's.
MEASURES = {
    "over neighbors": ("over_neighbors", 100.0),
    "civil flights a day": ("civil_flights", 1.0),
    "fired at": ("engaged", 1000.0),
}
#: What a result tells of another beside it.
OTHER_RULE = (
    "{folder} was reached by another file of claim {claim} (hash {then}, now {now}): changed after a result it is "
    "another claim. Put the file back to go on there, or quote each verdict with its hash."
)
ANSWERS = ("yes", "no", "between", "open")
#: So many cells are still named one by one in a sentence.
FEW = 8


def other_rule(folder: str, claim: str, then: str, now: str) -> str:
    """A line on a verdict of the same claim by another file; then, now : what the hashes of the files begin with."""
    return OTHER_RULE.format(folder=folder, claim=claim, then=then, now=now[: len(then)])


@dataclass(frozen=True, slots=True)
class Told:
    """A result and what it was asked by, as plain data.

    result : ``examine.Result.as_dict()``;  method, rule, study : of the claim file
    arms : (cell, limits, weighting) -> verdict of that arm
    titles : key of the catalog -> title;  knobs : knob -> its meaning and the status of its band
    near : arms of which the share of samples is near the rule, or one sample would turn the verdict
    """

    result: Mapping[str, Any]
    method: str
    rule: Mapping[str, Any]
    study: Mapping[str, Any]
    arms: Mapping[tuple[str, str, str], str]
    titles: Mapping[str, str]
    knobs: Mapping[str, str]
    near: frozenset[tuple[str, str, str]] = frozenset()

    def title(self, key: str) -> str:
        """A short name for people of a cell, a system or an arm."""
        if key in self.titles:
            return re.split(r" \(| / | with ", self.titles[key])[0]
        parts = key.split(" / ")
        return " / ".join(map(self.title, parts)) if len(parts) > 1 else key.replace("_", " ")

    @property
    def deciding(self) -> list[Mapping[str, Any]]:
        """The evidence that decides."""
        return [e for e in self.result["evidence"] if not e["beside"] and e["choice"] is None]

    @property
    def lines(self) -> tuple[float, ...]:
        """The lines of the rule, in the units of the figure."""
        if self.method in LINES:
            return tuple(self.rule[name] for name in LINES[self.method])
        if self.method == "equivalence":
            return (-self.rule["delta"], self.rule["delta"])
        if self.method == "reach_over_others":
            return (1.0,)
        return tuple(self.rule["levels" if self.method == "largest_raid" else "band"])

    def lines_of(self, cell: str) -> tuple[float, ...]:
        """The lines of one cell, in the unit of its figure."""
        if self.method == "reach_over_others":
            key, unit = MEASURES[cell.split(" / ")[1]]
            return tuple(line * unit for line in self.rule[key])
        if self.method in LINES:
            first, second = self.lines
            other = cell.startswith("kill / ") or cell.endswith(" / loss") or cell == "price"
            return (second,) if other else (first,)
        return self.lines

    def drawn_per(self, cell: str) -> float:
        """What the picture divides a figure by: measures of reach are drawn as multiples of the line from which they
        count, since their units differ."""
        return self.lines_of(cell)[1] if self.method == "reach_over_others" else 1.0

    @property
    def what(self) -> str:
        """What the figure is."""
        if self.method == "equivalence":
            first, second = (self.title(side) for side in self.study["pair"])
            return f"share that gets through {second} less share that gets through {first}"
        return {
            "kill_over_area": "probability that the missile is met, or killed, over the stated share of the area",
            "largest_raid": "probability that nothing hits the base",
            "ratios": "ratio, land over sea",
            "reach_over_others": "measure, over the line from which it counts as a threat",
            "raised_price": "probability of the effect by the deciding raid, or share of it that is shot down",
            "kept_apart": "share of engagements prevented, or more of the raid that gets through",
        }[self.method]


# ------------------------------------------------------------------ the answer


def gathered(result: Result) -> Told:
    """A result with what its words and its page need."""
    return told_of(result.claim, result.evidence, result.as_dict())


def told_of(claim: Claim, evidence: Sequence[Evidence], result: Mapping[str, Any]) -> Told:
    """The same of a result as plain data and the evidence in it."""
    from openiads.catalog.load import catalog
    from openiads.scenario.knobs import knob_list

    told, book = claim.told, catalog()
    robust, looks = told.rule.robust, [each.look for each in evidence if each.decides]
    arms = {(look.cell, look.limits, look.weighting): look for look in looks}
    verdicts = {arm: str(look.verdict(robust)) for arm, look in arms.items()}
    near = frozenset(arm for arm, look in arms.items() if look.near_share(robust))
    titles = {name: book[name].title for name in book.entries}
    knobs = {knob.name: f"{knob.meaning}; {knob.status}" for knob in knob_list(book)}
    return Told(result, told.method, told.rule.model_dump(), told.study.model_dump(), verdicts, titles, knobs, near)


# ------------------------------------------------------------------ tables
HEAD = ("cell", "limits", "weights", "nominal (95 %)", "says", "parameter samples (5-95 %)", *ANSWERS, "verdict")
BESIDE = ("beside", "cell", "limits", "nominal (95 %)", "says")
DELTAS = ("delta", "arm", "inside", "outside", "open")


def rows_of(told: Told) -> list[tuple[str, ...]]:
    """One row for each arm of each cell, under ``HEAD``."""
    found = []
    for e in told.deciding:
        counts = [str(e["worlds"][a]) for a in ANSWERS]
        near = " (near the line)" if e["near_the_line"] else ""
        arm = (e["cell"], e["limits"], e["weighting"])
        verdict = told.arms[arm] + (" (near)" if arm in told.near else "")
        ends = [] if e["band"] is None else ["∞" if v is None else f"{v:z.2f}" for v in (e["band"][0], e["band"][2])]
        band = " to ".join(ends) or "–"
        found.append(
            (
                told.title(e["cell"]),
                e["limits"],
                e["weighting"],
                shown(e["figure"]),
                e["nominal"] + near,
                band,
                *counts,
                verdict,
            )
        )
    return found


def beside_of(told: Told) -> list[tuple[str, ...]]:
    """Choices, which can turn a cell, and what is shown beside and never decides, under ``BESIDE``."""
    return [
        (
            ": ".join(e["choice"]) if e["choice"] else told.title(e["beside"]),
            told.title(e["cell"]),
            e["limits"],
            shown(e["figure"]),
            e["nominal"],
        )
        for e in told.result["evidence"]
        if e["beside"] or e["choice"]
    ]


def deltas_of(told: Told) -> list[tuple[str, ...]]:
    """Nominal cells inside, outside and open at each delta in each arm, under ``DELTAS``; nothing for other methods."""
    if told.method != "equivalence":
        return []
    return [
        (delta, told.title(arm), str(counts["yes"]), str(counts["no"]), str(counts["open"]))
        for delta, arms in told.result["figures"].items()
        for arm, counts in arms.items()
    ]


# ------------------------------------------------------------------ numbers


def shown(values: Sequence[float | None]) -> str:
    """A figure with its interval, where dice are thrown."""
    value, low, high, error = values
    if value is None or low is None or high is None:
        return "–"
    return f"{value:z.2f} ({low:z.2f} to {high:z.2f})" if error else f"{value:z.2f}"


def bounds(values: Iterable[float | None], form: str = "z.2f") -> str:
    """From the least to the greatest; one number where they look the same."""
    kept = [v for v in values if v is not None]
    if not kept:
        return "–"
    low, high = (format(v, form) for v in (min(kept), max(kept)))
    low, high = (each if float(each) else each.lstrip("+-") for each in (low, high))  # nothing has no sign
    return low if low == high else f"{low} to {high}"


def listed(names: Sequence[str]) -> str:
    """Words as a list in a sentence."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
