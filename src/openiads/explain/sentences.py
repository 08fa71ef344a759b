"""Gates and events of a log as sentences."""

from __future__ import annotations

import math

import numpy as np

from openiads.world.codes import (
    Cause,
    Detail,
    Drop,
    Emission,
    Evasion,
    Event,
    Gate,
    Identity,
    RoundEnd,
    TakenBack,
    Terminal,
)
from openiads.world.trace import GATE_DETAIL

#: gate -> (sentence, what is said of its number, {} standing for it; empty if it is not told)
GATES: dict[Gate, tuple[str, str]] = {
    Gate.NONE: ("nothing keeps the unit from shooting", ""),
    Gate.HORIZON: ("below the horizon of the radars", "it must climb above {}"),
    Gate.MASK: ("hidden from the radars by terrain", "it must climb above {}"),
    Gate.SECTOR: ("outside the sector that the radars face", "{} off its middle"),
    Gate.SEARCH_MODE: ("outside the elevations of the active search mode", ""),
    Gate.JAMMED: ("jammed: without the noise the radar would have seen it", "burn-through expected at {}"),
    Gate.NOT_DETECTED: ("no radar has detected it", ""),
    Gate.NO_FIRM_TRACK: ("detected, but there is no firm track at the command post", ""),
    Gate.NOT_ACQUIRED: ("assigned, but the engagement radar has not acquired it", ""),
    Gate.NOT_IDENTIFIED: ("tracked, but not identified", "P(hostile) is {}"),
    Gate.RULES_OF_ENGAGEMENT: ("the weapons control state forbids to engage it", "P(hostile) is {}"),
    Gate.OUT_OF_RANGE: ("outside the reach of the unit's rounds", ""),
    Gate.OUT_OF_HEIGHT: ("outside the heights of the unit's rounds", ""),
    Gate.OUT_OF_SPEED: ("too fast for the unit's rounds", "at {}"),
    Gate.NOT_ENOUGH_G: ("the round could not turn hard enough at the intercept", ""),
    Gate.NO_TIME: ("no time is left for a round to reach it", ""),
    Gate.SUPPORT_WILL_BE_LOST: ("the radar would lose it before the round arrives", ""),
    Gate.NO_CHANNEL: ("every guidance channel of the unit is taken", ""),
    Gate.NO_LAUNCHER_READY: ("no launcher of the unit is ready", ""),
    Gate.NO_ROUND: ("the unit has no round left", ""),
    Gate.PROBABILITY_FLOOR: ("the chance of a kill is below the doctrine's floor", ""),
    Gate.OPERATOR_BUSY: ("the crew is busy with another engagement", ""),
    Gate.HELD_FOR_ASSESSMENT: ("held until the last shot is assessed", ""),
    Gate.ENGAGED_ELSEWHERE: ("enough rounds of other units are committed to it", ""),
    Gate.LINK_DOWN: ("the link between command post and unit is down", ""),
    Gate.UNIT_NOT_READY: ("the unit is not ready", ""),
    Gate.NOT_THREATENING: ("judged to threaten nothing that is defended", ""),
    Gate.RULE_HELD: ("the fire rule holds fire", ""),
    Gate.ENGAGING: ("the unit is engaging it", ""),
    Gate.NO_RADAR: ("no radar of its command post works", ""),
    Gate.BEYOND_RADAR: ("beyond the range of the radars", "at {}"),
    Gate.TOO_EARLY: ("a round launched now would be there too early", "{} to wait"),
    Gate.RESERVED: ("the rounds left are kept for other targets", ""),
    Gate.SILENT: ("silent: emission control keeps the radars off", "{}"),
    Gate.POINT_DEFENSE: ("left to the point defense", ""),
}


#: Kind of number -> how it is told; an angle in degrees.
_NUMBERS = {
    Detail.HEIGHT: "{:,.0f} m",
    Detail.ANGLE: "{:.0f}°",
    Detail.DISTANCE: "{:,.0f} m",
    Detail.SPEED: "{:,.0f} m/s",
    Detail.PROBABILITY: "{:.2f}",
    Detail.DURATION: "{:.1f} s",
}

#: Why a radar is silent.
_SILENT = {
    Emission.SHUTDOWN: "until the weapon that comes at them is gone",
    Emission.BLINK: "for the rest of a blink",
    Emission.CUED: "until cued",
}


#: Where a track is confirmed.
AT_POST, AT_RADAR = "its track is confirmed at the command post", "its track is firm at the engagement radar"

#: Why a track was dropped -> what becomes of it.
DROPS = {
    Drop.MISSES: "dropped after misses",
    Drop.MERGED: "merged with another",
    Drop.PICTURE_FULL: "dropped, as the picture is full",
    Drop.POST_GONE: "lost with its command post",
}


#: Why a track is the post's own again -> how it is told; of NONE, that it is left.
TAKEN_BACK = {
    TakenBack.NONE: "left to {}",
    TakenBack.MISSED: "taken back from {}, which has missed it",
    TakenBack.IDLE: "taken back from {}, which has not taken it in time",
    TakenBack.NO_LONGER: "taken back from {} while the post can still shoot",
}


def gate_sentence(gate: int, number: float = math.nan) -> str:
    """A gate in words, with its number as ``trace.gate_numbers`` gives it: NaN if it has none."""
    said, phrase = GATES[Gate(gate)]
    detail = GATE_DETAIL.get(Gate(gate), Detail.NONE)
    if not phrase or detail == Detail.NONE or not math.isfinite(number):
        return said
    if detail == Detail.POLICY:
        why = _SILENT.get(Emission(int(number)), "")
        return f"{said} ({why})" if why else said
    if gate == Gate.JAMMED:  # from one look, and the next one's is another: more digits would say nothing
        return f"{said} ({phrase.format(f'{number / 1000.0:,.{int(number < 1e4)}f} km')})"
    told = _NUMBERS[detail].format(math.degrees(abs(number)) if detail == Detail.ANGLE else number)
    return f"{said} ({phrase.format(told)})"


def _causes(code: int) -> str:
    """What stood behind a shot at a flight that is not hostile."""
    causes = [(cause.name or "").lower().replace("_", " ") for cause in Cause if cause and code & cause]
    return ", ".join(causes) or "believed hostile"


def said(kind: Event, event: np.ndarray, names: dict[str, list[str]]) -> str:
    """One event (a row of dtype EVENT) as a sentence; empty for kinds that the chain does not tell.

    Parameters
    ----------
    kind : Event
    event : ndarray
    names : dict[str, list[str]]
        Row -> name, by noun, as in ``Run.names``.

    Returns
    -------
    str
    """
    v, code = event["value"], int(event["code"])

    def name(noun: str, key: str) -> str:
        row = int(event[key])
        return names[noun][row] if 0 <= row < len(names[noun]) else "nobody"

    if kind == Event.DETECT:
        return f"{name('radars', 'radar')} detects it at {v[0] / 1000:.1f} km, height {v[5]:,.0f} m"
    if kind == Event.TRACK:
        return AT_POST if code == 1 else AT_RADAR
    if kind == Event.TRACK_DROP:
        return f"its track is {DROPS[Drop(code)]}"
    if kind == Event.IDENTIFY:
        return f"believed {Identity(code).name.lower().replace('_', ' ')}, P(hostile) {v[0]:.2f}"
    if kind == Event.ASSIGN:
        return f"assigned to {name('units', 'unit')}, intercept feasible t={v[0]:.1f} s to {v[1]:.1f} s"
    if kind == Event.ACQUIRE:
        return f"{name('units', 'unit')} has a firm track of its own at {v[0] / 1000:.1f} km"
    if kind == Event.LAUNCH:
        return (
            f"{name('units', 'unit')} fires shot {code} at it, intercept predicted at t={v[0]:.1f} s, "
            f"{v[1] / 1000:.1f} km out, believed chance {v[3]:.2f}"
        )
    if kind == Event.INTERCEPT:
        return (
            f"{'killed' if code == 1 else 'missed'} by {name('units', 'unit')}, {v[0]:.1f} m off, chance was {v[1]:.2f}"
        )
    if kind == Event.BURST:
        return (
            f"a burst of {code} rounds of {name('units', 'unit')} passes {v[1]:.1f} m off at {v[0] / 1000:.1f} km, "
            f"{v[4]:.2g} hits expected"
        )
    if kind == Event.ASSESS:
        truth = "" if (v[0] == 1) == (code == 1) else " (wrongly)"
        return f"{name('units', 'unit')} assesses it {'killed' if code == 1 else 'alive'}{truth}"
    if kind == Event.REVOKE:
        return "the assessed kill is revoked: its track flies on"
    if kind == Event.ROUND_END and code not in (RoundEnd.KILL, RoundEnd.MISS):
        return f"a round of {name('units', 'unit')} ends: {RoundEnd(code).name.lower().replace('_', ' ')}"
    if kind == Event.EVADE:
        return f"{'turns away' if code == Evasion.TURN_AWAY else 'flies a full circle'} at {v[0] / 9.80665:.1f} g"
    if kind in (Event.STROBE, Event.JAMMING, Event.EMISSION, Event.DECOYED):
        return _of_emitters(kind, code, v, name("radars", "radar"))
    if kind == Event.MISIDENTIFIED:
        return f"{name('units', 'unit')} shoots at a flight that is not hostile: {_causes(code)}"
    if kind == Event.LEAVE:
        what = TAKEN_BACK[TakenBack(code)].format(name("units", "unit"))
        return f"{what}, until t={v[0]:.1f} s at the latest" if code == TakenBack.NONE else what
    if kind == Event.SWAP:
        return "a track of another flight has jumped to it"
    if kind == Event.TERMINAL:
        return f"ends: {Terminal(code).name.lower().replace('_', ' ')}"
    return ""


def _of_emitters(kind: Event, code: int, v: np.ndarray, radar: str) -> str:
    """What radiates: strobes of a radar, jammers and radars that begin or end, decoys that are taken for one."""
    if kind == Event.STROBE:
        crossed = f"crosses its strobe with another radar's: {v[0] / 1000:.0f} km off"
        what = "takes its bearing, a strobe" if code == 1 else crossed
        return f"{radar} {what}, {math.degrees(v[1]):.1f}°, jamming {v[3]:.0f} dB over noise"
    if kind == Event.JAMMING:
        return "its jammer begins to radiate" if code == 1 else "its jammer is off"
    if kind == Event.EMISSION:
        return f"{radar} {'emits' if code == 1 else 'is silent'}"
    if kind == Event.DECOYED:
        return f"takes an emitting decoy of {radar}, {v[3]:,.0f} m off it"
    return ""
