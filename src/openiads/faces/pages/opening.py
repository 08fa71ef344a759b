"""The first three sentences of a report: what got through, what kept the defense from stopping it, what was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openiads.faces.pages.brief import Brief
from openiads.faces.words import text

#: Gates at which the place, course or speed of the target rules a shot out, whatever the unit sees, has or decides.
#: What flies in from far away spends most of its time at them, so they say little about why it got through.
NO_SHOT = frozenset(
    {
        "BEYOND_RADAR",
        "HORIZON",
        "MASK",
        "SECTOR",
        "OUT_OF_RANGE",
        "OUT_OF_HEIGHT",
        "OUT_OF_SPEED",
        "NOT_ENOUGH_G",
        "NO_TIME",
        "TOO_EARLY",
        "SUPPORT_WILL_BE_LOST",
    }
)

#: Resource -> what it is called within a sentence.
RESOURCES = {
    "picture": "air picture (not seen, tracked or identified yet)",
    "operator": "operator",
    "channel": "guidance channel",
    "launcher": "launcher",
    "magazine": "magazine",
}

_Gates = Sequence[tuple[str, str, float]]


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
    """

    gate: str
    reason: str
    share: float
    left_out: float

    @property
    def possible(self) -> bool:
        """Whether a shot was possible at any time."""
        return self.gate not in NO_SHOT


def clause(words: str) -> str:
    """A gate's words as a clause: what lacks a subject gets one."""
    own = ("the ", "no ", "nothing ", "every ", "another ", "all ", "enough ")
    return words if words.startswith(own) else f"the target was {words}"


def cause(gates: _Gates) -> Cause | None:
    """The gate that weighs most over the time in which a shot was possible; None where nothing leaked."""
    if not gates:
        return None
    left_out = min(1.0, sum(share for gate, _, share in gates if gate in NO_SHOT))
    weighed = [row for row in gates if row[0] not in NO_SHOT] or list(gates)
    gate, words, share = max(weighed, key=lambda row: row[2])
    return Cause(gate, clause(words), share / sum(row[2] for row in weighed), left_out)


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
    """What got through, with interval and n, and which aircraft of other sides were killed or shot at."""
    said = text.answer(summary)
    outcomes = summary["outcomes"]
    if outcomes["any_leaker"].get("mean") is None:
        return said
    engaged = {side: outcomes[f"{side}_engaged"].get("mean") or 0.0 for side in ("civil", "friend")}
    sides = [word for side, word in (("civil", "civil"), ("friend", "friendly")) if engaged[side] > 0]
    whose = " or ".join(sides or ["civil", "friendly"])
    # ends are counted over flights of all sides, "killed" over threats: the rest is of other sides
    everyone = (summary["terminal"].get("killed") or {}).get("mean") or 0.0
    killed = everyone - (outcomes["killed"].get("mean") or 0.0)
    good = summary["replications"] - summary["failed_replications"]
    if round(killed * good) >= 1:
        raids = text.plural(good, "raid", "raids")
        return f"{said[:-1]}; the defense kills {round(killed * good):,} {whose} aircraft in {raids}."
    if sides:
        shot_at = text.number(sum(engaged.values()))
        return f"{said[:-1]}; {shot_at} {whose} aircraft are shot at in a raid, on average, and none is killed."
    return said


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
        if found.left_out
        else ""
    )
    return (
        f"While a shot was possible, leakers went unshot mostly because {found.reason} "
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
    """Hits on assets and interceptors spent, a raid, with their intervals."""
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
    return f"{said}; losses of radars, launchers and command posts are not counted here."


def _times(finding: Mapping[str, Any]) -> str:
    mean = finding["mean"]
    return f"{text.number(mean)}{_between(finding)} {'time' if mean == 1 else 'times'}"


def _between(finding: Mapping[str, Any]) -> str:
    low, high = finding.get("low"), finding.get("high")
    return "" if low is None or high is None else f" {text.span(low, high)}"
