"""What became of a site's elements in one replication: who was not ready, who was silent, what decoys drew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from openiads.world.codes import Down, Element, Emission, Event

#: When a radar emits, in words.
POLICIES = {
    Emission.SHUTDOWN: "silent while a weapon comes at it",
    Emission.BLINK: "blinking",
    Emission.CUED: "silent until cued",
}


def emission_shares(events: np.ndarray, duration: float) -> dict[int, float]:
    """Share of a run that each radar with emission control emitted, if it worked.

    Parameters
    ----------
    events : ndarray, shape (n,), dtype ``EVENT``
        Key events of one replication.
    duration : float
        Of the run, s.

    Returns
    -------
    dict of int to float
        By row of the radar; others, which always emit, are left out.
    """
    found = {}
    switches = events[events["kind"] == Event.EMISSION]
    for radar in np.unique(switches["radar"]).tolist():
        mine = switches[switches["radar"] == radar]
        last = mine[-1]
        emitted = float(last["value"][1]) + (duration - float(last["time"]) if last["code"] == 1 else 0.0)
        found[radar] = emitted / duration
    return found


def elements_told(events: np.ndarray, names: Mapping[str, Sequence[str]], duration: float) -> list[str]:
    """A line for each element that was not ready, each radar with emission control, and what decoys drew.

    Parameters
    ----------
    events : ndarray, shape (n,), dtype ``EVENT``
        Key events of one replication.
    names : mapping of str to sequence of str
        Names by row, by noun.
    duration : float
        Of the run, s.

    Returns
    -------
    list of str
    """
    nouns = {Element.RADAR: "radars", Element.LAUNCHER: "launchers", Element.POST: "posts"}
    lines = []
    for e in events[(events["kind"] == Event.ELEMENT_DOWN) & (events["value"][:, 1] == Down.NOT_READY)]:
        crew, row = int(e["unit"]), int(e["value"][0])
        name = f"the crew of {names['units'][crew]}" if crew >= 0 else names[nouns[Element(int(e["code"]))]][row]
        lines.append(f"{name} was not ready")
    switches = events[events["kind"] == Event.EMISSION]
    for radar, share in emission_shares(events, duration).items():
        policy = POLICIES.get(Emission(int(switches[switches["radar"] == radar]["value"][0, 0])), "")
        lines.append(f"{names['radars'][radar]}, {policy}, emitted for {100.0 * share:.0f} % of the run")
    drawn = events[events["kind"] == Event.DECOYED]
    for radar, count in zip(*np.unique(drawn["radar"], return_counts=True), strict=True):
        lines += [f"decoys of {names['radars'][int(radar)]} drew {count} weapon{'s' if count > 1 else ''}"]
    return lines
