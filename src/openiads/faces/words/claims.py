"""Claims in words and tables: what a sentence comes to, how sure, and what would change that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openiads.faces.words import text

if TYPE_CHECKING:
    from openiads.claims.examine import Result

#: Verdict -> what the model says, as the end of a sentence.
VERDICTS = {
    "supported": "the model supports it",
    "contradicted": "the model contradicts it",
    "depends": "it depends",
    "undecided": "it stays undecided",
}
TURNED = {
    "limits": "whether published limits gate the shots",
    "weighting": "how intervals are weighted",
    "worlds": "numbers that are not known well enough",
    "level": "how sure one must be to speak of a guarantee",
    "facing": "how the batteries face",
    "raid size": "how large the raid is",
    "outside picture": "whether there is a picture from outside the batteries",
    "order of battle": "how many fire units there are",
    "launchers": "how many launchers there are",
}
#: Arm of the like-for-like table -> words.
ARMS = {"as_claimed": "as claimed", "matched": "matched evidence", "structure": "with the same round on both sides"}
ANSWERS = ("yes", "no", "between", "open")
#: So many cells are still named one by one in a sentence.
FEW = 8


@dataclass(frozen=True, slots=True)
class Told:
    """A result and what it was asked by, as plain data.

    result : ``examine.Result.as_dict()``;  method, rule, study : of the claim file
    arms : (cell, limits, weighting) -> verdict of that arm
    titles : key of the catalog -> title;  knobs : knob -> its meaning and the status of its band
    """

    result: Mapping[str, Any]
    method: str
    rule: Mapping[str, Any]
    study: Mapping[str, Any]
    arms: Mapping[tuple[str, str, str], str]
    titles: Mapping[str, str]
    knobs: Mapping[str, str]

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
        if self.method == "kill_over_area":
            return (self.rule["engage_probability"], self.rule["kill_probability"])
        if self.method == "equivalence":
            return (-self.rule["delta"], self.rule["delta"])
        return tuple(self.rule["levels" if self.method == "largest_raid" else "band"])

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
        }[self.method]


# ------------------------------------------------------------------ the answer


def gathered(result: Result) -> Told:
    """A result with what its words and its page need."""
    from openiads.catalog.load import catalog
    from openiads.claims.examine import arm_verdict
    from openiads.scenario.knobs import knob_list

    told, book = result.claim.told, catalog()
    arms = {
        (e.look.cell, e.look.limits, e.look.weighting): str(arm_verdict(result.claim, e))
        for e in result.evidence
        if e.decides
    }
    titles = {name: book[name].title for name in book.entries}
    knobs = {knob.name: f"{knob.meaning}; {knob.status}" for knob in knob_list(book)}
    rule, study = told.rule.model_dump(), told.study.model_dump()
    return Told(result.as_dict(), told.method, rule, study, arms, titles, knobs)


def sentence(told: Told) -> str:
    """What a claim came to, in a few sentences that can be quoted without misleading."""
    result = told.result
    on = listed([f"on {TURNED.get(name, name)}" for name in result["depends_on"]])
    said = f"Read as {_reading(told)}, {VERDICTS[result['verdict']]}{' ' + on if on else ''}."
    parts = (said, _MEASURES[told.method](told), _cells(told), _near(told), _effort(told))
    return " ".join(part for part in parts if part)


def _reading(told: Told) -> str:
    """What the sentence is taken to mean, with the thresholds of its rule."""
    rule = told.rule
    if told.method == "kill_over_area":
        area = text.percent(rule["area_share"])
        return (
            f"engage (a round meets the missile with probability above {rule['engage_probability']:g}) and kill (above "
            f"{rule['kill_probability']:g}) over at least {area} of the area, for every class"
        )
    if told.method == "equivalence":
        return f"what gets through differs by at most {100 * rule['delta']:g} percentage points, in every class and row"
    if told.method == "largest_raid":
        return (
            f"no hit on the base in a raid of {rule['reference']} threats ({next(iter(told.study['raids']))}) with "
            f"probability {rule['levels'][0]:g} or more"
        )
    low, high = rule["band"]
    return f"every figure on land {low:g} to {high:g} times that at sea"


def _cells(told: Told) -> str:
    """How many cells came to what; which, where they are few."""
    cells = told.result["cells"]
    if len(cells) == 1:
        return ""
    groups = {v: [told.title(c["cell"]) for c in cells if c["verdict"] == v] for v in VERDICTS}
    words = {"depends": "dependent"}
    if len(cells) <= FEW:
        named = [f"{words.get(v, v)} for {listed(names)}" for v, names in groups.items() if names]
        return f"With what is not known taken in: {'; '.join(named)}."
    counted = [f"{len(names)} {words.get(v, v)}" for v, names in groups.items() if names]
    if len(counted) == 1:
        return f"With what is not known taken in, all {len(cells)} cells are {counted[0].split(maxsplit=1)[1]}."
    return f"With what is not known taken in, of {len(cells)} cells {listed(counted)}."


def _near(told: Told) -> str:
    """Cells near a line of the rule, by the nominal figure or by the share of worlds."""
    cells = [told.title(c["cell"]) for c in told.result["cells"] if c["near_the_line"]]
    if not cells:
        return ""
    named = listed(cells) if len(cells) <= FEW else f"{len(cells)} cells"
    return f"Near the line, by the nominal figure or by the share of parameter samples: {named}."


def _effort(told: Told) -> str:
    """A quick look says so."""
    if told.result["effort"] == "full":
        return ""
    thrown = told.result["replications"]
    size = f"{text.number(thrown, 12)} replications" if thrown else "few sampled worlds"
    return f"This is a quick look ({size}), not a final verdict."


def _missiles(told: Told) -> str:
    """Two sentences, to engage and to kill, and the mixed raids beside them."""
    said = []
    for reading, words in (("engage", "meets"), ("kill", "kills")):
        mine = [e for e in told.deciding if e["cell"].startswith(f"{reading} / ")]
        found, figures = told.result["readings"][reading], told.result["figures"][reading]
        on = listed([f"on {TURNED.get(name, name)}" for name in found["depends_on"]])
        median = f", in the median of sampled worlds {bounds(figures['medians'])}" if figures["medians"] else ""
        said.append(
            f"{text.sentence(reading)}: {VERDICTS[found['verdict']]}{' ' + on if on else ''}; by nominal numbers one "
            f"battery {words} a single missile, alone in the air, with probability {bounds(figures['nominal'])}, by "
            f"class, at the best {text.percent(told.rule['area_share'])} of the points{median}{_over_worlds(mine)}."
        )
    mixed = [e for e in told.result["evidence"] if e["beside"].startswith("in the mixed raid")]
    if mixed:
        listing = ", ".join(f"{e['beside'].rpartition(' ')[2]} {shown(e['figure'])}" for e in mixed)
        said.append(f"Share of the ballistic missiles that do not get through within a mixed raid: {listing}.")
    return " ".join(said)


def _over_worlds(evidence: Sequence[Mapping[str, Any]]) -> str:
    """The widest band over sampled worlds, as the end of a sentence."""
    ends = [v for e in evidence if e["band"] for v in (e["band"][0], e["band"][2])]
    return f"; over sampled worlds {bounds(ends)} (5 to 95 %, dice taken out)" if ends else ""


def _differences(told: Told) -> str:
    first, second = (told.title(side) for side in told.study["pair"])
    return (
        f"With kill probabilities and crews made equal, {second} lets through more (+) or less (-) than {first}, in "
        f"percentage points by nominal numbers: {_by_class(told.deciding)}.{_choices(told)}{_other_arms(told)}"
        f"{_other_deltas(told)}"
    )


def _by_class(evidence: Iterable[Mapping[str, Any]]) -> str:
    """Ranges of differences in percentage points for each class."""
    found: dict[str, list[float]] = {}
    for e in evidence:
        found.setdefault(e["cell"].split(" / ")[0], []).append(100 * e["figure"][0])
    return ", ".join(f"{name} {bounds(values, '+z.0f')}".strip() for name, values in found.items())


def _choices(told: Told) -> str:
    """The same of every choice, taken alone."""
    named: dict[str, list[Mapping[str, Any]]] = {}
    for e in told.result["evidence"]:
        if e["choice"]:
            named.setdefault(": ".join(e["choice"]), []).append(e)
    said = [f"{name} ({_by_class(mine)})" for name, mine in named.items()]
    return f" Each choice taken alone: {'; '.join(said)}." if said else ""


def _other_arms(told: Told) -> str:
    """How the arms beside the deciding one look, in a few words."""
    said = []
    for arm in told.study["beside"]:
        mine = [e for e in told.result["evidence"] if e["beside"] == arm]
        said.append(f"{ARMS.get(arm, arm)} ({_by_class(mine)})")
    return f" Never decisive: {', '.join(said)}." if said else ""


def _other_deltas(told: Told) -> str:
    """How many nominal cells are comparable with each delta."""
    said = []
    for delta, arms in told.result["figures"].items():
        counts = arms[told.study["verdict_on"]]
        said.append(f"{counts['yes']} of {sum(counts.values())} within {100 * float(delta):g}")
    return f" Nominal cells that are surely comparable: {', '.join(said)} points."


def _raids(told: Told) -> str:
    figures, limits = told.result["figures"], list(dict.fromkeys(e["limits"] for e in told.deciding))
    levels = [f"{level:g}" for level in told.rule["levels"]]
    said = "; ".join(f"at {level} {_sizes([figures[level][k] for k in limits])}" for level in levels)
    labels = [label for label in figures[levels[0]] if label not in limits]
    beside = "; ".join(f"{label.replace('_', ' ')} {_sizes([figures[levels[0]][label]])}" for label in labels)
    reached = told.deciding[0]["figure"]
    turned = [f"{e['choice'][1]} {shown(e['figure'])}" for e in told.result["evidence"] if e["choice"]]
    other = f" With another order of battle: {', '.join(turned)}." if turned else ""
    return (
        "By nominal numbers the base stays unhit by such a raid with probability "
        f"{shown(reached)}{_over_worlds(told.deciding)}.{other} The largest size tried that leaves it unhit, "
        f"nominally: {said}."
        + (
            f" With another order of battle, raid or reading of what was sent, at {levels[0]}: {beside}."
            if beside
            else ""
        )
    )


def _sizes(pairs: Sequence[Mapping[str, int]]) -> str:
    """The largest size by the lower ends of the dice, and by the upper ones."""
    sure, could = ([pair[end] for pair in pairs] for end in ("surely", "perhaps"))
    if sure == could:
        return _threats(sure)
    return f"surely {_threats(sure)}, perhaps {_threats(could)}"


def _threats(numbers: Sequence[int]) -> str:
    found = sorted(set(numbers))
    if found == [0]:
        return "none"
    return f"{found[0]} threats" if len(found) == 1 else f"{found[0]} to {found[-1]} threats"


def _ratios(told: Told) -> str:
    by_cell: dict[str, list[float]] = {}
    for e in told.deciding:
        by_cell.setdefault(e["cell"], []).append(e["figure"][0])
    return f"Nominally: {', '.join(f'{name} {bounds(values)}' for name, values in by_cell.items())} times."


_MEASURES = {"kill_over_area": _missiles, "equivalence": _differences, "largest_raid": _raids, "ratios": _ratios}

# ------------------------------------------------------------------ tables
HEAD = ("cell", "limits", "weights", "nominal (95 %)", "says", "sampled worlds (5-95 %)", *ANSWERS, "verdict")
BESIDE = ("beside", "cell", "limits", "nominal (95 %)", "says")
DELTAS = ("delta", "arm", "inside", "outside", "open")


def rows_of(told: Told) -> list[tuple[str, ...]]:
    """One row for each arm of each cell, under ``HEAD``."""
    found = []
    for e in told.deciding:
        counts = [str(e["worlds"][a]) for a in ANSWERS]
        near = " (near the line)" if e["near_the_line"] else ""
        verdict = told.arms[(e["cell"], e["limits"], e["weighting"])]
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
