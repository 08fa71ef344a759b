"""How rare mistakes read: sentences, a table of rates, what stood behind the shots, and what was run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text
from openiads.faces.words.misidentified import CAUSE_WORDS

HEAD = ("", "rate", "95 % interval", "where any was seen", "effective number")
CHAIN_HEAD = ("what stood behind a shot", "a crossing", "where any was seen", "seen", "effective number")
STRATA_HEAD = ("safeguards that fail at once", "share of replications", "run", "engaged")
RATES = {"per_crossing": "a crossing", "per_flight_hour": "a flight hour", "per_raid": "share of raids with any"}
LEGEND = (
    "Interval: over everything that was not run too, also where none was seen. Where any was\n"
    "seen: of the strata with a shot alone, if the others hide none. Effective number: of shots\n"
    "if all weighed alike; below {least} no rate is told, only what it is at most."
)


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer in sentences."""
    n, sorted_ = (text.number(told[name], 12) for name in ("replications", "screened"))
    out = [f"{n} replications were run of {sorted_} that were sorted by what their draws tell."]
    for side, found in told["rates"].items():
        rate = found["engaged"]
        out.append(f"Of {text.SIDE_WORDS[side]} are shot at a crossing: {rate_words(rate, 'per_crossing')}.")
        hidden = rate["unseen_share"]
        if rate["told"] and hidden > 0.0:
            seen = rate["per_crossing"]
            out.append(
                f"In {text.percent(hidden)} of all replications none was seen; if there is none, the interval is "
                f"[{seen['seen_low']:.2g}, {seen['seen_high']:.2g}]."
            )
    return out


def rate_words(rate: Mapping[str, Any], per: str) -> str:
    """A rate with its interval, or what it is at most where too few were seen."""
    found = rate[per]
    if not rate["told"]:
        seen = "none seen" if not found["mean"] else "too few seen"
        return f"{seen}, at most {found['high']:.2g}"
    return f"{found['mean']:.2g} [{found['low']:.2g}, {found['high']:.2g}]"


def table(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each side, what was done to it, and each rate."""
    rows: list[tuple[str, ...]] = []
    for side, found in told["rates"].items():
        for what in ("engaged", "killed"):
            for per, said in RATES.items():
                if per in found[what]:
                    rate = found[what]
                    value = rate[per]
                    mean = f"{value['mean']:.2g}" if rate["told"] else "not told"
                    span = (
                        f"[{value['low']:.2g}, {value['high']:.2g}]" if rate["told"] else f"at most {value['high']:.2g}"
                    )
                    seen = f"[{value['seen_low']:.2g}, {value['seen_high']:.2g}]" if value["mean"] else "–"
                    effective = text.number(rate["effective"])
                    rows.append((f"{text.SIDE_WORDS[side]} {what}, {said}", mean, span, seen, effective))
    return rows


def chains(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each set of causes that came together."""
    return [
        (
            f"{text.SIDE_WORDS[side]}: {causes_words(row['causes'])}",
            f"{row['per_crossing']:.2g}",
            f"[{row['seen_low']:.2g}, {row['seen_high']:.2g}]",
            text.number(row["seen"]),
            text.number(row["effective"]),
        )
        for side, found in told["rates"].items()
        for row in found["chains"]
    ]


def causes_words(causes: list[str]) -> str:
    """Causes that came together."""
    return "; ".join(CAUSE_WORDS.get(cause, text.words(cause)) for cause in causes) or "believed hostile"


def strata(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """A row for each stratum that any replication is in."""
    return [
        (
            text.number(row["failing"]),
            f"{row['share']:.2g}",
            text.number(row["run"], 12),
            text.number(row["civil_engaged"] + row["friend_engaged"], 12),
        )
        for row in told["strata"]
        if row["found"]
    ]
