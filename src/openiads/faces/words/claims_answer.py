"""The answer of a claim: one sentence that can be quoted without misleading, and what must be told beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openiads.faces.words import claims_others as others
from openiads.faces.words import text
from openiads.faces.words.claims import FEW, TURNED, Told, bounds, listed, shown

#: Verdict -> what the model says, as the end of a sentence.
VERDICTS = {
    "supported": "the model supports it",
    "contradicted": "the model contradicts it",
    "depends": "it depends",
    "undecided": "it stays undecided",
}
#: What a verdict depends on -> so few words that the sentence stays one.
BRIEF = {
    "limits": "published limits",
    "weighting": "the weighting",
    "worlds": "uncertain parameters",
    "level": "the level of a guarantee",
    "outside picture": "an outside picture",
    "order of battle": "the order of battle",
    "which class of threat, made equal in what": "class and normalization",
    "whether to engage is to meet a missile or to kill it": "what engaging means",
    "whether a threat is what can be reached, what is laid on, or what is fired at": "what a threat is",
    "which kind of attack and which price is meant": "which attack and which price",
    "whether what the defense pays counts": "what the defense pays",
    "how good the channel is": "the channel",
    "how large the block is": "the block",
    "control state": "the control state",
}
#: A verdict as an adjective, where it is none.
DEPENDENT = {"depends": "dependent"}
#: Arm of the like-for-like table -> words.
ARMS = {"as_claimed": "as claimed", "matched": "matched evidence", "structure": "with the same round on both sides"}


def sentence(told: Told) -> str:
    """What was asked, what it came to and the one figure that this rests on, in about forty words at most."""
    result = told.result
    on = listed([BRIEF.get(name, name) for name in result["depends_on"]])
    said = f"{VERDICTS[result['verdict']]}{' on ' + on if on else ''}"
    quick = "" if result["effort"] == "full" else " (a quick look)"
    turn = "; one sample could turn it" if close(result) else ""
    return f"Read as {_reading(told)}, {said}{quick}: {_rests_on(told)}{turn}."


def details(told: Told) -> list[str]:
    """What must be told beside the sentence: the figures, what became of the cells, what is near a line."""
    found = [*_MEASURES[told.method](told), _depends(told), _cells(told), _near(told), *_hinges(told), _effort(told)]
    return [each for each in found if each]


def close(result: Mapping[str, Any]) -> bool:
    """Whether the verdict hangs on one parameter sample of an arm whose samples do not all say the same."""
    return any(not each["all_alike"] for each in result.get("one_sample_turns", ()))


def _reading(told: Told) -> str:
    """What the sentence is taken to mean."""
    rule = told.rule
    if told.method == "kill_over_area":
        return f"each class of missile met and killed over {text.percent(rule['area_share'])} of the area"
    if told.method == "equivalence":
        return f"at most {100 * rule['delta']:g} points of difference in every class and row"
    if told.method == "largest_raid":
        return (
            f"no hit on the base by {rule['reference']} threats ({next(iter(told.study['raids']))}) with probability "
            f"{rule['levels'][0]:g} or more"
        )
    if told.method == "ratios":
        low, high = rule["band"]
        return f"every figure on land {low:g} to {high:g} times that at sea"
    if told.method == "reach_over_others":
        return "no neighbor or civil flight within reach, and none fired at, beyond stated lines"
    if told.method == "raised_price":
        loss = f", with a loss above {text.percent(rule['loss'])}" if rule["loss_of"] else ""
        return f"more than {rule['times']} times as many needed for the same effect{loss}"
    share, price = text.percent(rule["prevented"]), text.percent(rule["price"])
    return f"more than {share} of avoidable engagements prevented for at most {price} more of the raid"


# ------------------------------------------------------------------ the one figure


def _rests_on(told: Told) -> str:
    """The figure on which the verdict rests first."""
    verdict, cells = told.result["verdict"], told.result["cells"]
    mine = [cell for cell in cells if cell["verdict"] == verdict]
    if verdict == "depends":
        names = [name for name in told.result["depends_on"] if any(name in cell["turned_by"] for cell in mine)]
        if names:
            return _turned(told, next(cell for cell in mine if names[0] in cell["turned_by"]), names[0])
        holds, fails = (
            next(told.title(cell["cell"]) for cell in cells if cell["verdict"] == each)
            for each in ("supported", "contradicted")
        )
        return f"{holds} holds, {fails} does not"
    if len(cells) == 1:
        return f"the {told.what} is {shown(told.deciding[0]['figure'])} by nominal numbers"
    arms = [e for e in told.deciding if e["cell"] in {cell["cell"] for cell in mine}]
    nearest = min(arms, key=lambda e: _distance(told, e)) if verdict != "undecided" else arms[0] if arms else None
    if nearest is None:  # every cell is settled one way or the other, and none of them as the claim
        return f"{len(cells)} cells do not agree"
    figure = f"{told.title(nearest['cell'])}, {_figure(told, nearest)} by nominal numbers"
    if verdict == "undecided":
        return f"{len(mine)} of {len(cells)} cells are not settled, among them {figure}"
    return f"nearest to a line lies {figure}"


def _turned(told: Told, cell: Mapping[str, Any], name: str) -> str:
    """What shows that a cell depends on something."""
    title, arms = told.title(cell["cell"]), [e for e in told.deciding if e["cell"] == cell["cell"]]
    if name in ("worlds", "level"):
        hinges = {(h["cell"], h["limits"], h["weighting"]) for h in told.result["one_sample_turns"]}
        split = [e for e in arms if told.arms[_key(e)] == "depends"] or arms
        arm = next((e for e in split if _key(e) in hinges), split[0])
        counts = arm["worlds"]
        return f"of {title}, {counts['yes']} of {sum(counts.values())} samples say yes and {counts['no']} no"
    if name in ("limits", "weighting"):
        kind = "limits" if name == "limits" else "weights"
        said = [
            f"{DEPENDENT.get(told.arms[_key(e)], told.arms[_key(e)])} with {e[name].replace('_', '-')} {kind}"
            for e in _two_arms(told, arms, name)
        ]
        return f"{title} is {said[0]} and {said[1]}"
    mine = [e for e in told.result["evidence"] if e["choice"] and e["cell"] == cell["cell"]]
    chosen = [e for e in mine if e["choice"][0] == name]
    other = next((e for e in chosen if e["nominal"] not in ("open", arms[0]["nominal"])), chosen[0])
    return f"{title} is {_figure(told, arms[0])}, but {_figure(told, other)} with {other['choice'][1]}"


def _two_arms(told: Told, arms: Sequence[Mapping[str, Any]], name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Two decided arms of a cell that differ in their verdict and in this."""
    known = [e for e in arms if told.arms[_key(e)] != "undecided"]
    pairs = [(a, b) for k, a in enumerate(known) for b in known[k + 1 :] if a[name] != b[name]]
    return next(pair for pair in pairs if told.arms[_key(pair[0])] != told.arms[_key(pair[1])])


def _key(e: Mapping[str, Any]) -> tuple[str, str, str]:
    return e["cell"], e["limits"], e["weighting"]


def _distance(told: Told, e: Mapping[str, Any]) -> float:
    """How far a nominal figure lies from the nearest line of its rule."""
    lines = told.lines_of(e["cell"])
    return min(abs((e["figure"][0] or 0.0) - line) for line in lines) / told.drawn_per(e["cell"])


def _figure(told: Told, e: Mapping[str, Any]) -> str:
    """A nominal figure in the units that its words use."""
    value = e["figure"][0]
    if value is None:
        return "–"
    if told.method == "reach_over_others":
        return f"{bounds([value])} {others.UNITS[e['cell'].split(' / ')[1]]}"
    return f"{bounds([100 * value], '+z.0f')} points" if told.method == "equivalence" else bounds([value])


# ------------------------------------------------------------------ beside it


def _depends(told: Told) -> str:
    """What it depends on, in full, where the sentence says it in fewer words."""
    names = told.result["depends_on"]
    full = [TURNED.get(name, name) for name in names]
    return f"It depends on {'; on '.join(full)}." if full != [BRIEF.get(name, name) for name in names] else ""


def _cells(told: Told) -> str:
    """How many cells came to what; which, where they are few."""
    cells = told.result["cells"]
    if len(cells) == 1:
        return ""
    groups = {v: [told.title(c["cell"]) for c in cells if c["verdict"] == v] for v in VERDICTS}
    if len(cells) <= FEW:
        named = [f"{DEPENDENT.get(v, v)} for {listed(names)}" for v, names in groups.items() if names]
        return f"With parameter uncertainty: {'; '.join(named)}."
    counted = [f"{len(names)} {DEPENDENT.get(v, v)}" for v, names in groups.items() if names]
    if len(counted) == 1:
        return f"With parameter uncertainty, all {len(cells)} cells are {counted[0].split(maxsplit=1)[1]}."
    return f"With parameter uncertainty, of {len(cells)} cells {listed(counted)}."


def _near(told: Told) -> str:
    """Cells near a line of the rule, by the nominal figure or by the share of samples."""
    cells = [told.title(c["cell"]) for c in told.result["cells"] if c["near_the_line"]]
    if not cells:
        return ""
    named = listed(cells) if len(cells) <= FEW else f"{len(cells)} cells"
    return f"Near the line, by the nominal figure or by the share of parameter samples: {named}."


def _hinges(told: Told) -> list[str]:
    """Arms on one sample of which the verdict hangs, and what it would be then."""
    found = []
    for alike in (False, True):
        mine = [each for each in told.result["one_sample_turns"] if each["all_alike"] is alike]
        if not mine:
            continue
        arms = [f"{told.title(h['cell'])} ({h['limits']} limits, {h['weighting'].replace('_', '-')})" for h in mine]
        named = arms[0] if len(set(arms)) == 1 else f"any of {len(set(arms))} arms"
        to = " or ".join(dict.fromkeys(each["to"] for each in mine))
        why = ". Their samples all say the same: it is so near because they are few" if alike else ""
        found.append(f"One parameter sample of {named} that said otherwise would make the verdict {to}{why}.")
    return found


def _effort(told: Told) -> str:
    """A quick look says so."""
    if told.result["effort"] == "full":
        return ""
    drawn = told.result["replications"]
    size = f"{text.number(drawn, 12)} replications" if drawn else "few parameter samples"
    return f"This is a quick look ({size}), not a final verdict."


def _missiles(told: Told) -> list[str]:
    """Two sentences, to engage and to kill, and the mixed raids beside them."""
    said = []
    means = {"engage": "a round meets the missile", "kill": "the missile is killed"}
    for reading, words in means.items():
        mine = [e for e in told.deciding if e["cell"].startswith(f"{reading} / ")]
        found, figures = told.result["readings"][reading], told.result["figures"][reading]
        on = listed([f"on {TURNED.get(name, name)}" for name in found["depends_on"]])
        median = f", in the median of parameter samples {bounds(figures['medians'])}" if figures["medians"] else ""
        said.append(
            f"{text.sentence(reading)} ({words} with probability above {figures['line']:g}): "
            f"{VERDICTS[found['verdict']]}{' ' + on if on else ''}. By nominal numbers the probability of one battery "
            f"against a single missile, alone in the air, is {bounds(figures['nominal'])}, by class, at the best "
            f"{text.percent(told.rule['area_share'])} of the points{median}{_over_samples(mine)}."
        )
    mixed = [e for e in told.result["evidence"] if e["beside"].startswith("in the mixed raid")]
    if mixed:
        listing = ", ".join(f"{e['beside'].rpartition(' ')[2]} {shown(e['figure'])}" for e in mixed)
        said.append(f"Share of the ballistic missiles that do not get through within a mixed raid: {listing}.")
    return said


def _over_samples(evidence: Sequence[Mapping[str, Any]]) -> str:
    """The widest band over parameter samples, as the end of a sentence."""
    ends = [v for e in evidence if e["band"] for v in (e["band"][0], e["band"][2])]
    return f"; over parameter samples {bounds(ends)} (5 to 95 %, sampling variability taken out)" if ends else ""


def _differences(told: Told) -> list[str]:
    first, second = (told.title(side) for side in told.study["pair"])
    said = (
        f"With kill probabilities and crews made equal, {second} lets through more (+) or less (-) than {first}, in "
        f"percentage points by nominal numbers: {_by_class(told.deciding)}."
    )
    return [said, *_choices(told), _other_arms(told), _other_deltas(told)]


def _by_class(evidence: Iterable[Mapping[str, Any]]) -> str:
    """Ranges of differences in percentage points for each class."""
    found: dict[str, list[float]] = {}
    for e in evidence:
        found.setdefault(e["cell"].split(" / ")[0], []).append(100 * e["figure"][0])
    return ", ".join(f"{name} {bounds(values, '+z.0f')}".strip() for name, values in found.items())


def _choices(told: Told) -> list[str]:
    """The same of every choice, taken alone."""
    named: dict[str, list[Mapping[str, Any]]] = {}
    for e in told.result["evidence"]:
        if e["choice"]:
            named.setdefault(": ".join(e["choice"]), []).append(e)
    return [f"{text.sentence(name)}, taken alone: {_by_class(mine)}." for name, mine in named.items()]


def _other_arms(told: Told) -> str:
    """How the arms beside the deciding one look, in a few words."""
    said = []
    for arm in told.study["beside"]:
        mine = [e for e in told.result["evidence"] if e["beside"] == arm]
        said.append(f"{ARMS.get(arm, arm)} ({_by_class(mine)})")
    return f"Never decisive: {', '.join(said)}." if said else ""


def _other_deltas(told: Told) -> str:
    """How many nominal cells are comparable with each delta."""
    said = []
    for delta, arms in told.result["figures"].items():
        counts = arms[told.study["verdict_on"]]
        said.append(f"{counts['yes']} of {sum(counts.values())} within {100 * float(delta):g}")
    return f"Nominal cells that are surely comparable: {', '.join(said)} points."


def _raids(told: Told) -> list[str]:
    figures, limits = told.result["figures"], list(dict.fromkeys(e["limits"] for e in told.deciding))
    levels = [f"{level:g}" for level in told.rule["levels"]]
    said = "; ".join(f"at {level} {_sizes([figures[level][k] for k in limits])}" for level in levels)
    labels = [label for label in figures[levels[0]] if label not in limits]
    beside = "; ".join(f"{label.replace('_', ' ')} {_sizes([figures[levels[0]][label]])}" for label in labels)
    reached = f"{shown(told.deciding[0]['figure'])}{_over_samples(told.deciding)}"
    turned = [f"{e['choice'][1]} {shown(e['figure'])}" for e in told.result["evidence"] if e["choice"]]
    return [
        f"By nominal numbers the base stays unhit by such a raid with probability {reached}.",
        f"With another order of battle: {', '.join(turned)}." if turned else "",
        f"The largest size tried that leaves it unhit, nominally: {said}.",
        f"With another order of battle, raid or reading of what was sent, at {levels[0]}: {beside}." if beside else "",
    ]


def _sizes(pairs: Sequence[Mapping[str, int]]) -> str:
    """The largest size by the lower ends of the intervals, and by the upper ones."""
    sure, could = ([pair[end] for pair in pairs] for end in ("surely", "perhaps"))
    if sure == could:
        return _threats(sure)
    return f"surely {_threats(sure)}, perhaps {_threats(could)}"


def _threats(numbers: Sequence[int]) -> str:
    found = sorted(set(numbers))
    if found == [0]:
        return "none"
    return f"{found[0]} threats" if len(found) == 1 else f"{found[0]} to {found[-1]} threats"


def _ratios(told: Told) -> list[str]:
    by_cell: dict[str, list[float]] = {}
    for e in told.deciding:
        by_cell.setdefault(e["cell"], []).append(e["figure"][0])
    return [f"By nominal numbers: {', '.join(f'{name} {bounds(values)}' for name, values in by_cell.items())} times."]


_MEASURES = {
    "kill_over_area": _missiles,
    "equivalence": _differences,
    "largest_raid": _raids,
    "ratios": _ratios,
    "reach_over_others": others.reach,
    "raised_price": others.price,
    "kept_apart": others.channel,
}
