"""The words and numbers that people read: labels, intervals, times, the scope statement."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

SCOPE = (
    "Analysis, teaching and wargaming only. Point-mass flight, abstract kill probabilities and parameters from public "
    "sources, each with an interval and a status. Results do not predict real engagements and must not be used to "
    "judge whether a flight, a site or a person is safe."
)

FOOTER = "Open-source estimates, illustrative, not for operational use."

METRIC_WORDS: dict[str, str] = {
    "threats": "Threats in the raid",
    "detected": "Threats detected",
    "engaged": "Threats engaged",
    "killed": "Threats killed",
    "leakers": "Leakers (reached their target)",
    "any_leaker": "At least one leaker",
    "platform_leakers": "Released their load and left",
    "asset_hits": "Hits on defended assets",
    "elements_lost": "Radars, launchers, posts lost to hits",
    "rounds_fired": "Rounds fired",
    "rounds_per_kill": "Rounds per kill",
    "first_detection_s": "First detection (median)",
    "first_launch_s": "First launch (median)",
    "civil_engaged": "Civil flights engaged",
    "civil_killed": "Civil flights shot down",
    "friend_engaged": "Friendly flights engaged",
    "friend_killed": "Friendly flights shot down",
    "overkill_rounds": "Rounds spent on dead targets",
}

#: Sides other than the threats': what their aircraft are called.
SIDE_WORDS: dict[str, str] = {"civil": "civil aircraft", "friend": "friendly aircraft"}

CLASS_WORDS: dict[str, str] = {
    "aircraft": "Strike aircraft",
    "cruise": "Cruise missiles",
    "drone": "Loitering munitions",
    "ballistic": "Ballistic missiles",
    "airliner": "Airliners",
}

TERMINAL_WORDS: dict[str, str] = {
    "killed": "Killed by a round",
    "hit_asset": "Hit a defended asset",
    "reached_missed": "Reached the asset, missed",
    "impact_undefended": "Fell on undefended ground",
    "released_left": "Released its load and left",
    "turned_away": "Turned away",
    "fuel_out": "Out of fuel",
    "crashed": "Crashed",
    "transited": "Passed through",
    "airborne_at_end": "Still airborne at the end",
}

BOUND_WORDS: dict[str, str] = {
    "picture": "Picture: not seen, tracked or identified yet",
    "operator": "Operator: the post was busy deciding",
    "channel": "Channel: every guidance channel taken",
    "launcher": "Launcher: interval or readiness",
    "magazine": "Magazine: no round left",
}

STATUS_WORDS: dict[str, str] = {
    "read": "read in the source itself",
    "relayed": "relayed by another source",
    "recalled": "from general knowledge",
    "derived": "fitted or computed from published figures",
    "assumption": "assumed; no source gives it",
}

#: Always stated on a report; what a scenario switches off is added to it.
NOT_MODELED = (
    "ducts beyond a declared state, chaff, clutter maps, harm by falling debris in these figures, maneuvers beyond "
    "those declared, seeker and fuze physics, electronic attack beyond what the scenario declares, human factors "
    "beyond a delay"
)


def words(code: str) -> str:
    """A code as words: ``NOT_DETECTED`` -> ``not detected``."""
    return code.replace("_", " ").lower()


def sentence(phrase: str) -> str:
    """A phrase with a capital at its start and nothing else changed."""
    return phrase[:1].upper() + phrase[1:]


def number(value: float | None, digits: int = 3, width: float = 0.0) -> str:
    """A number for people: ``digits`` significant digits, thousands apart, ``never`` for infinity, a dash for none.

    ``width`` : of an interval that it is an end of (0 for none); nothing finer than three digits of it is told.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if math.isinf(value):
        return "never" if value > 0 else "−∞"
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if 0.0 < width < math.inf:
        places = min(places, max(0, 2 - math.floor(math.log10(width))))
    text = f"{value:,.{min(places, 8)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text.strip("-0.") == "" else text.replace("-", "−")


def percent(value: float | None) -> str:
    """A share, or a difference of shares, as per cent: one rule for tables, pictures and pages (web/src/ui/format.ts).

    One decimal below 10 % and above 90 %, none between; what is something is never shown as nothing, and nothing has
    no sign.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    share = 100.0 * value
    if 0.0 < share < 0.05:
        return "< 0.1 %"
    fine = 0.0 < abs(share) < 9.95 or 90.05 < share < 100.0
    shown = f"{share:.{1 if fine else 0}f}".replace("-", "−")
    return "0 %" if shown.strip("−0.") == "" else f"{shown} %"


def points(value: float | None) -> str:
    """A difference of shares in points, with a plus before what is more."""
    shown = percent(value).removesuffix(" %")
    return f"+{shown}" if value is not None and value > 0 and shown != "0" else shown


def clock(seconds: float) -> str:
    """Seconds as ``T+mm:ss``."""
    if not math.isfinite(seconds):
        return "never"
    whole = round(seconds)
    return f"T+{whole // 60:02d}:{whole % 60:02d}"


def span(low: float | None, high: float | None, *, share: bool = False) -> str:
    """An interval as ``[low, high]``; a dash when there is none."""
    if low is None or high is None:
        return "–"
    if share:
        return f"[{percent(low)}, {percent(high)}]"
    return f"[{number(low, width=high - low)}, {number(high, width=high - low)}]"


def shorten(name: str, most: int = 26) -> str:
    """A name of at most so many characters; what is too long loses its middle."""
    if len(name) <= most:
        return name
    end = (most - 1) // 2
    return f"{name[: most - 1 - end].rstrip()}…{name[-end:].lstrip()}"


def plural(count: float, one: str, many: str) -> str:
    """``1 threat``, ``26 threats``."""
    return f"{number(count)} {one if count == 1 else many}"


#: Metrics whose mean is a share of replications.
SHARES = frozenset({"any_leaker"})


def is_share(name: str) -> bool:
    """Whether a metric is a share, of replications or of flights, which is told in per cent."""
    return name in SHARES or name.endswith(("leak_rate", "kill_rate"))


#: Metrics in seconds that may never happen.
TIMES = frozenset({"first_detection_s", "first_launch_s"})

#: Columns of the reach table.
REACH_HEAD = ("entry", "figure", "model", "published", "interval", "unit", "off", "outside", "kind", "met")


def signed(share: float) -> str:
    """A share as per cent with its sign; 0 for what rounds to it."""
    shown = f"{100.0 * share:+.1f}"
    return "0 %" if float(shown) == 0.0 else f"{shown} %".replace("-", "−")


def reach_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One row of the reach table, a figure of `explain.round_table.table`, in the order of ``REACH_HEAD``."""
    return (
        row["entry"],
        row["name"],
        number(row["model"], 3 if row["model"] < 1000.0 else 4),
        number(row["published"], 4),
        f"{number(row['low'], 4)} to {number(row['high'], 4)}",
        row["unit"],
        signed(row["off"]),
        signed(row["outside"]),
        row["kind"],
        "yes" if row["met"] else "no",
    )


def growth_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One row of the reach table's misses: round, guidance class, misses, whether the class's demand is kept."""
    name = f"{row['entry']} (notional)" if row["notional"] else row["entry"]
    misses = [number(miss, 2 if miss < 100.0 else 3) for miss in row["misses"]]
    return name, words(row["guidance"]), *misses, "yes" if row["kept"] else "no"


#: Columns of the table of knobs.
KNOB_HEAD = ("knob", "nominal", "low", "high", "implies (at low, nominal, high)", "status", "sources")


def knob_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """One row of `explain.knob_table.table`, in the order of ``KNOB_HEAD``."""
    told = []
    for figure in row["figures"]:
        ends = ", ".join(number(figure[end], 3) for end in ("low", "nominal", "high"))
        told.append(f"{figure['name']} {ends} {figure['unit']}".strip())
    band = (number(row[end], 3) for end in ("nominal", "low", "high"))
    status = "fixed by the scenario" if row["certain"] else row["status"]
    return row["knob"], *band, "; ".join(told), status, ", ".join(row["source"])


def metric_cells(name: str, value: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """One row of the outcome table: label, central value, interval, n.

    A first time shows its median and, where it did not always happen, the share of replications in which it did.
    """
    label = METRIC_WORDS.get(name, words(name).capitalize())
    low, high = value.get("low"), value.get("high")
    n = number(value.get("n"), 12)
    if name in TIMES:
        median = value.get("median", value.get("mean"))
        share = value.get("share")
        central = "never" if median is None or math.isinf(median) else f"{number(median)} s"
        if share is not None and 0.0 < share < 1.0:
            central += f" (happened in {percent(share)})"
        return label, central, span(low, high) + (" s" if low is not None and high is not None else ""), n
    if is_share(name):
        return label, percent(value.get("mean")), span(low, high, share=True), n
    return label, number(value.get("mean")), span(low, high), n


def answer(summary: Mapping[str, Any]) -> str:
    """The answer in one sentence, with its interval and n: what gets through, and who else is shot down."""
    outcomes = summary["outcomes"]
    n = summary["replications"]
    threats = outcomes["threats"].get("mean") or 0.0
    leakers, leaking = outcomes["leakers"], outcomes["any_leaker"]
    runs = plural(n, "replication", "replications")
    if leaking.get("mean") is None:
        return f"All {runs} failed, so there is no answer; openiads check says what went wrong."
    wrong = shot_down(outcomes)
    sized = f"(95 % intervals, n = {number(n, 12)})"
    if threats == 0:
        nothing = f"No threats flew in any of {runs}, so nothing could get through"
        return f"{nothing}; {wrong} {sized}." if wrong else f"{nothing}."
    raid = plural(threats, "threat", "threats")
    return (
        f"Of {raid}, {number(leakers['mean'])} get through on average "
        f"{span(leakers.get('low'), leakers.get('high'))}; "
        f"at least one gets through in {percent(leaking['mean'])} of raids "
        f"{span(leaking.get('low'), leaking.get('high'), share=True)}{f'; {wrong}' if wrong else ''} {sized}."
    )


def shot_down(outcomes: Mapping[str, Mapping[str, Any]]) -> str:
    """What the defense shoots down that is no threat, as a clause; empty for nothing.

    Parameters
    ----------
    outcomes : mapping
        Metric -> its finding, as ``Finding.as_dict`` tells it.

    Returns
    -------
    str
    """
    parts = []
    for side, aircraft in SIDE_WORDS.items():
        killed = outcomes.get(f"{side}_killed", {})
        if killed.get("mean"):
            parts.append(f"{number(killed['mean'])} {aircraft} {span(killed.get('low'), killed.get('high'))}")
    return f"the defense shoots down {' and '.join(parts)} in a raid" if parts else ""


def warning(line: str) -> str:
    """A warning among other points of a page."""
    return f"Warning: {line}."


def length(meters: float) -> str:
    """A height as people say it: 500 m, 3 km."""
    return f"{meters:,.0f} m" if abs(meters) < 1000.0 else f"{meters / 1000.0:g} km"


# Control characters, marks that reorder text, halves of surrogate pairs, and what XML forbids even escaped.
_UNSAFE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def clean(words: str) -> str:
    """Text on one line without control characters and marks that reorder it; each of these becomes U+FFFD."""
    return " ".join(_UNSAFE.sub("\ufffd", words).split())
