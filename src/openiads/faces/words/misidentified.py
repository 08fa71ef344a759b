"""Shots at flights that are not hostile, in words: rates with intervals, and what stood behind the shots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openiads.faces.words import text

RATES = {"per_crossing": "a crossing", "per_flight_hour": "a flight hour", "per_raid": "share of raids with any"}
CAUSE_WORDS = {
    "no_reply": "carries what answers, and nothing was heard",
    "no_equipment": "carries nothing that the post understands",
    "off_plan": "off the plan that the post held",
    "wrong_height": "above or below a corridor",
    "merged_track": "asked while its track followed another flight",
    "cut_link": "its unit fought under a lower post than declared",
    "weapons_free": "not believed hostile: weapons free",
    "no_notice": "in a notified block of which the post had not heard",
}


def rate_rows(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Rows of a table: what, rate and interval, by side; one of which nothing was seen is told as an upper bound.

    Parameters
    ----------
    told : mapping
        As ``runs.misidentification.misidentified`` gives it.

    Returns
    -------
    list of tuple of str
    """
    rows: list[tuple[str, ...]] = []
    for side, found in told.items():
        for what in ("engaged", "killed"):
            for key, said in RATES.items():
                if key in found[what]:
                    rows.append((f"{text.SIDE_WORDS[side]} {what}, {said}", *rate_cells(found[what][key])))
    return rows


def rate_cells(rate: Mapping[str, Any]) -> tuple[str, str]:
    """A rate and its interval; of none seen, what it is surely below."""
    if not rate["mean"]:
        return "none seen", f"at most {rate['high']:.2g}"
    return f"{rate['mean']:.2g}", f"[{rate['low']:.2g}, {rate['high']:.2g}]"


def cause_rows(told: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Rows of a table: what stood behind the shots at flights of a side, engaged a crossing; several come together."""
    return [
        (f"{text.SIDE_WORDS[side]}: {CAUSE_WORDS.get(cause, text.words(cause))}", *rate_cells(share))
        for side, found in told.items()
        for cause, share in sorted(found["causes"].items(), key=lambda each: -each[1]["mean"])
    ]
