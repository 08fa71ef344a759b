"""Events that the kill chain does not tell, as sentences for a log."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from openiads.faces.words import text
from openiads.world.codes import Action, Event, RoundEnd

if TYPE_CHECKING:
    import numpy as np


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
    return text.sentence(text.words(kind.name))
