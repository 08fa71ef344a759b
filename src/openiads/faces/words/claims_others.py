"""What must be told beside the answer of a claim about others than the raid: whom a site reaches, what an attack costs,
what a channel prevents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from openiads.faces.words import text
from openiads.faces.words.claims import Told, bounds, listed, shown

#: Of a measure of reach: what the figure is.
UNITS = {"over neighbors": "% of the volume", "civil flights a day": "a day", "fired at": "of a thousand"}
VERDICT = {"depends": "it depends", "undecided": "undecided"}
READINGS = {
    "capability": "Capability (radars turn to what they engage)",
    "posture": "Posture (radars kept on their facing)",
    "control state": "Control state (what is fired at)",
}
MOST = 6  # places that are named


def _samples(evidence: Sequence[Mapping[str, Any]]) -> str:
    """The widest band over parameter samples, in brackets."""
    ends = [v for e in evidence if e["band"] for v in (e["band"][0], e["band"][2])]
    return f" (over parameter samples {bounds(ends)})" if ends else ""


def _of(told: Told, cell: str) -> tuple[str, str]:
    """The nominal figure of a cell, and its band over samples."""
    mine = [e for e in told.deciding if e["cell"] == cell]
    values = [e["figure"][0] for e in mine]
    return bounds(values), _samples(mine)


# ------------------------------------------------------------------ reach over others


def reach(told: Told) -> list[str]:
    """Readings one by one, of whom, and the same yardstick for others."""
    said = []
    for reading, words in READINGS.items():
        found = told.result["readings"][reading]
        head = f"{words}: {VERDICT.get(found['verdict'], found['verdict'])}."
        said.append(f"{head} {_flown(told) if reading == 'control state' else _geometry(told, reading)}")
    return [*said, *_of_whom(told), *_yardstick(told)]


def _geometry(told: Told, reading: str) -> str:
    part, samples = _of(told, f"{reading} / over neighbors")
    day, of_day = _of(told, f"{reading} / civil flights a day")
    return (
        f"By nominal numbers {part} % of the engagement volume from the sea to 12 km lies over land and 12-mile sea of "
        f"states other than {told.study['host']}{samples}, and {day} civil flights a day can be met somewhere on their "
        f"airway{of_day}."
    )


def _flown(told: Told) -> str:
    decides, figures = told.study["control"]["decides"], told.result["figures"]
    mine = [e for e in told.deciding if e["cell"].startswith("control state / ")]
    others = [e for e in told.result["evidence"] if e["choice"] and e["choice"][0] == "control state"]
    states = [f"{shown(mine[0]['figure'])} under {decides}{_samples(mine)}"]
    states += [f"{shown(e['figure'])} under {e['choice'][1]}" for e in others]
    day = "; ".join(
        f"{name} {value:.2g} ({low:.2g} to {high:.2g})"
        for name, (value, low, high) in figures["fired_at_a_day"].items()
    )
    return (
        f"Of a thousand civil flights that cross with no raid in the air so many are fired at: {', '.join(states)}; of "
        f"the {figures['flights_within_reach_a_day']:.0f} a day within reach, were they all so, {day}."
    )


def _of_whom(told: Told) -> list[str]:
    """The largest shares over other states by height band."""
    said = []
    for what, words in (("met", "can be met"), ("detected", "is detected")):
        rows = [e for e in told.result["evidence"] if e["beside"].startswith(f"{what} over ")]
        rows = [e for e in rows if e["nominal"] != "open"]
        rows.sort(key=lambda e: -e["figure"][0])
        named = [f"{e['beside'].removeprefix(f'{what} over ')} {e['figure'][0]:.1f} %" for e in rows[:MOST]]
        if named:
            said.append(f"Of what {words} in a height band, most over others: {'; '.join(named)}.")
    return said


def _yardstick(told: Told) -> list[str]:
    """The same measures for other sites."""
    said = []
    for name, host in told.study["beside"].items():
        rows = {e["cell"]: e["figure"][0] for e in told.result["evidence"] if e["beside"] == name}
        said.append(
            f"{name} (host {host}) {rows['capability / over neighbors']:.1f} % and "
            f"{rows['capability / civil flights a day']:.0f} flights a day"
        )
    return [f"The same yardstick, capability, for others: {'; '.join(said)}."] if said else []


# ------------------------------------------------------------------ the price of an attack


def price(told: Told) -> list[str]:
    """How many, at what loss and cost, and where stated thresholds lie."""
    return [_kind(told, kind, told.result["figures"][kind]) for kind in told.study["kinds"]] + _choices(told)


def _kind(told: Told, kind: str, figures: Mapping[str, Any]) -> str:
    reach, chance = told.rule["reach"], told.rule["chance"]
    need, bare = (figures[f"{which} the delivery"] for which in ("with", "without"))
    return (
        f"{text.sentence(kind)}: for {reach} to reach the target with probability {chance:g} it takes {_fewest(bare)} "
        f"without the delivery and {_fewest(need)} with it{_times(figures['times'])}{_thresholds(told, figures)}. "
        f"{_spent(told, figures['at'])}"
    )


def _fewest(found: Mapping[str, int | None]) -> str:
    """Between which of the sizes flown the fewest lie that have the effect."""
    sure, short = found["surely"], found["not"]
    if sure is None:
        return f"more than {short}, the most tried" if found["perhaps"] is None else f"more than {short or 0}"
    return f"at most {sure}" if short is None else f"more than {short} and at most {sure}"


def _times(times: Sequence[float | None]) -> str:
    """How many times as many, by the sizes flown."""
    short, sure = times
    parts = [f"{word} {v:.2g}" for word, v in (("more than", short), ("at most", sure)) if v is not None]
    return f": {' and '.join(parts)} times as many" if parts else ""


def _thresholds(told: Told, figures: Mapping[str, Any]) -> str:
    """Of the stated thresholds those that the price reaches, and those that the sizes flown do not tell."""
    short, sure = (math.nan if v is None else v for v in figures["times"])
    stated = told.rule["thresholds"]
    met = [f"{each:g}" for each in stated if short >= each]
    missed = [f"{each:g}" for each in stated if sure < each]
    left = [f"{each:g}" for each in stated if f"{each:g}" not in (*met, *missed)]
    named = (("reaches", met), ("falls short of", missed), ("leaves open", left))
    parts = [f"{word} {listed(names)}" for word, names in named if names]
    return f" (of stated thresholds it {' and '.join(parts)})" if parts else ""


def _spent(told: Told, at: Mapping[str, Any]) -> str:
    unit = told.study["cost"]["unit"]
    sides = [f"{middle:,.0f} ({low:,.0f} to {high:,.0f})" for low, middle, high in (at["attacker"], at["defender"])]
    return (
        f"Of {at['size']} sent {at['lost']:.1f} are shot down by {at['fired']:.0f} interceptors: that costs "
        f"{sides[0]} {unit} of the attacker and {sides[1]} of the defender, by price intervals."
    )


# ------------------------------------------------------------------ a channel


def channel(told: Told) -> list[str]:
    """How many engagements there are, how many are prevented, by how much the closed form agrees, and the price."""
    rows = {e["beside"]: e["figure"] for e in told.result["evidence"] if e["beside"]}
    before, after = (shown(rows[f"{side} the channel: raids with an engagement"]) for side in ("without", "with"))
    through = [
        f"{rows[f'{side} the channel: share of the raid that gets through'][0]:.2f}" for side in ("without", "with")
    ]
    kept, of_kept = _of(told, "prevented")
    paid, of_paid = _of(told, "price")
    figures = told.result["figures"]
    when = "–" if figures["first_shot_s"] is None else f"{figures['first_shot_s']:.0f} s"
    engaged = (
        f"By nominal numbers the site fires at aircraft of the other party in {before} of the raids without the "
        f"channel and in {after} with it; {kept} of these engagements are prevented{of_kept}. The first shot comes at "
        f"{when} in the median, and r (1 - exp(-T / tau)) for it is {figures['closed_form']:.2f}."
    )
    pays = (
        f"The defense pays {paid} of the raid{of_paid}: {through[0]} gets through without the channel, {through[1]} "
        "with it."
    )
    return [engaged, pays, *_choices(told)]


def _choices(told: Told) -> list[str]:
    """Every choice taken alone."""
    named: dict[str, list[str]] = {}
    for e in told.result["evidence"]:
        if e["choice"]:
            named.setdefault(e["choice"][1], []).append(f"{told.title(e['cell'])} {shown(e['figure'])}")
    return [f"{text.sentence(name)}: {', '.join(cells)}." for name, cells in named.items()]
