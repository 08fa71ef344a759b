"""Events that the kill chain does not tell, as sentences for a log."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from openiads.faces.words import text
from openiads.faces.words.misidentified import CAUSE_WORDS
from openiads.world.codes import Action, Cause, Event, Identity, RoundEnd, Side

if TYPE_CHECKING:
    import numpy as np


#: What a flight that is not hostile is called.
_WHOSE = {Side.NEUTRAL: "a civil flight", Side.FRIEND: "a friend"}


def told(kind: Event, row: np.void, names: dict[str, list[str]]) -> str:
    """One event (a row of dtype EVENT) that ``explain.sentences.said`` leaves out, as a sentence."""
    value, code = row["value"], int(row["code"])

    def name(noun: str, key: int) -> str:
        return names[noun][key] if 0 <= key < len(names[noun]) else "nobody"

    unit, radar = name("units", int(row["unit"])), name("radars", int(row["radar"]))
    if kind == Event.DECIDE:
        order = text.words(Action(code).name)
        return f"{unit} decides after {value[0]:.1f} s: {order}" + (f" {int(value[1])}" if code == Action.FIRE else "")
    if kind == Event.RELEASE:
        return f"{unit} releases it after {value[0]:.1f} s"
    if kind == Event.ROUND_END:
        return f"a round of {unit} ends after {value[0]:.1f} s: {text.words(RoundEnd(code).name)}"
    if kind == Event.SLEW:
        turn = [math.degrees(float(value[k])) % 360.0 for k in (0, 1)]
        return f"{radar} turns from {turn[0]:.0f}° to {turn[1]:.0f}° in {value[2]:.1f} s"
    if kind == Event.OVERLOAD:
        if code == 0:
            return f"{radar} has time for all its service again"
        return (
            f"{radar} leaves out the service of {int(value[2])} engagements, {100 * value[0]:.0f} % of its time asked"
        )
    if kind == Event.RELOAD:
        return f"{name('launchers', int(row['launcher']))} is reloaded with {code} rounds, {int(value[0])} loads left"
    if kind == Event.DEVOLVE:
        who = unit if row["unit"] >= 0 else radar
        return f"{who} answers to {name('posts', int(value[0]))} instead of {name('posts', code)}"
    if kind == Event.HANDOVER:
        return f"a round of {unit} {'takes' if code == 1 else 'gives back'} a missile channel"
    if kind == Event.NOTICE:
        waited = float(row["time"]) - float(value[1])
        return f"{name('posts', int(value[0]))} knows of {name('zones', code)}, {waited:.0f} s after it was sent"
    return text.sentence(text.words(kind.name))


def mistake(row: np.void, names: dict[str, list[str]]) -> str:
    """A first shot at a flight that is not hostile: who, what it was taken for, and what stood behind it."""
    value, unit = row["value"], int(row["unit"])
    who = names["units"][unit] if 0 <= unit < len(names["units"]) else "a fire unit"
    whose = _WHOSE.get(Side(int(value[0])), "a flight that is not hostile")
    held = text.words(Identity(int(value[1])).name)
    behind = "; ".join(CAUSE_WORDS[cause.name.lower()] for cause in Cause if cause.name and row["code"] & cause)
    why = f": {behind}" if behind else ""
    return f"mistake: {who} fires at {whose} that it believes {held}, P(hostile) {value[2]:.2f}{why}"
