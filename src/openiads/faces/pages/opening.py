"""The first three sentences of a report: what got through, what kept the defense from stopping it, what was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openiads.explain import reasons
from openiads.faces.pages.brief import Brief, GateShare
from openiads.faces.words import text

#: Names of the gates at which the target's place, course or speed rules a shot out.
NO_SHOT = frozenset(gate.name for gate in reasons.NO_SHOT)

#: A share below this is not told.
LEAST_TOLD = 0.0005

#: Resource -> what it is called within a sentence.
RESOURCES = {
    "picture": "air picture (not seen, tracked or identified yet)",
    "operator": "operator",
    "channel": "guidance channel",
    "launcher": "launcher",
    "magazine": "magazine",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What kept fire units longest from shooting at the threats that leaked.

    Parameters
    ----------
    gate : str
        Name of the gate.
    reason : str
        The gate as a clause about "the target".
    share : float
        Share of the time that was weighed: that in which a shot was possible, or all if there is none.
    left_out : float
        Share of all waiting time in which place, course or speed ruled a shot out.
    possible : bool
        Whether a shot was possible at any time.
    """

    gate: str
    reason: str
    share: float
    left_out: float
    possible: bool


def clause(words: str) -> str:
    """A gate's words as a clause: what lacks a subject gets one."""
    own = ("the ", "no ", "nothing ", "every ", "another ", "all ", "enough ")
    return words if words.startswith(own) else f"the target was {words}"


def cause(gates: Sequence[GateShare]) -> Cause | None:
    """The gate that weighs most over the time in which a shot was possible; None where nothing leaked."""
    if not gates:
        return None
    counted = sum(row.possible for row in gates)
    left_out = sum(row.share - row.possible for row in gates)
    if counted <= 0.0:
        most = max(gates, key=lambda row: row.share)
        return Cause(most.gate, clause(most.text), most.share, 1.0, possible=False)
    most = max(gates, key=lambda row: row.possible)
    return Cause(most.gate, clause(most.text), most.possible / counted, left_out, possible=True)


def sentences(brief: Brief) -> list[str]:
    """What got through; why; what was lost.  Only the first where no replication came to an end.

    Parameters
    ----------
    brief : Brief

    Returns
    -------
    list of str
    """
    first = through(brief.summary)
    if brief.summary["outcomes"]["any_leaker"].get("mean") is None:
        return [first]
    return [first, why(brief), lost(brief.summary)]


def through(summary: Mapping[str, Any]) -> str:
    """What got through and who else was shot down, with interval and n; and which aircraft were only shot at."""
    said = text.answer(summary)
    outcomes = summary["outcomes"]
    if outcomes["any_leaker"].get("mean") is None:
        return said
    shot_at = [
        f"{text.number(outcomes[f'{side}_engaged']['mean'])} {aircraft}"
        for side, aircraft in text.SIDE_WORDS.items()
        if outcomes[f"{side}_engaged"].get("mean") and outcomes[f"{side}_killed"].get("mean") == 0.0
    ]
    if not shot_at:
        return said
    return f"{said[:-1]}; {' and '.join(shot_at)} are shot at in a raid, on average, and none is killed."


def why(brief: Brief) -> str:
    """The main cause in the time in which a shot was possible; the first limit where nothing leaked."""
    outcomes = brief.summary["outcomes"]
    if not outcomes["threats"].get("mean"):
        return "No threat flew, so nothing limited the defense."
    if not outcomes["leakers"].get("mean"):
        return f"Nothing got through; {limit(brief.first_bound)}."
    found = cause(brief.gates)
    if found is None:
        return "No fire unit had the leakers under observation, so no gate can be named as the cause."
    if not found.possible:
        return (
            f"No fire unit had a possible shot at the leakers: for {text.percent(found.share)} of the time "
            f"{found.reason}."
        )
    left_out = (
        f"; {text.percent(found.left_out)} of their time, in which position or speed ruled a shot out, is not counted"
        if found.left_out > LEAST_TOLD
        else ""
    )
    return (
        f"While their place and course allowed a shot, leakers went unshot mostly because {found.reason} "
        f"({text.percent(found.share)} of that time{left_out})."
    )


def limit(first_bound: Mapping[str, float]) -> str:
    """The resource that was short first in most replications, as a clause."""
    short = {name: share for name, share in first_bound.items() if name != "none" and share > 0}
    if not short:
        return "no resource was ever short"
    name = max(short, key=lambda key: short[key])
    if name == "picture":  # it counts only where nothing else was short
        return f"in {text.percent(short[name])} of raids nothing was waited for but the {RESOURCES[name]}"
    return f"the {RESOURCES[name]} was the first limit in {text.percent(short[name])} of raids"


def lost(summary: Mapping[str, Any]) -> str:
    """Hits on assets, interceptors spent and elements lost, a raid, with their intervals."""
    outcomes = summary["outcomes"]
    hits, fired = outcomes["asset_hits"], outcomes["rounds_fired"]
    said = (
        f"Defended assets are hit {_times(hits)} in a raid, on average"
        if hits.get("mean")
        else f"No defended asset is hit{_between(hits)}"
    )
    said += (
        f", and {text.number(fired['mean'])} interceptors{_between(fired)} are fired"
        if fired.get("mean")
        else f", and no interceptor is fired{_between(fired)}"
    )
    a_kill = outcomes["rounds_per_kill"].get("mean")
    said += f", {text.number(a_kill)} for each kill" if a_kill and fired.get("mean") else ""
    return f"{said}; {own_losses(summary)}."


def own_losses(summary: Mapping[str, Any]) -> str:
    """Radars, launchers and posts that hits put out of action, in a raid, as a clause."""
    lost = summary["outcomes"]["elements_lost"]
    if lost.get("mean") is None:
        return "losses of radars, launchers and command posts were not counted by the version that made this run"
    if not lost["mean"]:
        return f"no radar, launcher or command post is lost{_between(lost)}"
    kinds = [(kind, finding["mean"]) for kind, finding in summary["lost"].items() if finding.get("mean")]
    named = ", ".join(text.plural(mean, kind.removesuffix("s"), kind) for kind, mean in kinds)
    return f"{text.number(lost['mean'])}{_between(lost)} elements of the defense are lost to hits ({named})"


def _times(finding: Mapping[str, Any]) -> str:
    mean = finding["mean"]
    return f"{text.number(mean)}{_between(finding)} {'time' if mean == 1 else 'times'}"


def _between(finding: Mapping[str, Any]) -> str:
    low, high = finding.get("low"), finding.get("high")
    return "" if low is None or high is None else f" {text.span(low, high)}"
