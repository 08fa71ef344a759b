"""Early warning in the story of one flight: when it alone told of it, and whom it cued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from openiads.base.jsonable import JsonObject
from openiads.base.words import listed
from openiads.world.codes import Event


def early_radars(facts: JsonObject) -> frozenset[int]:
    """Rows of the radars of early warning among those of a run, from its facts."""
    mapping = facts.get("scenario", {}).get("mapping", {})
    sensors = {str(row.get("name")) for row in mapping.get("early_warning", ())}
    return frozenset(k for k, name in enumerate(facts["names"]["radars"]) if name.split("/")[0] in sensors)


def cues(events: np.ndarray, early: frozenset[int], names: Mapping[str, Sequence[str]]) -> Iterator[tuple[float, str]]:
    """When early warning alone had told of a flight that a post tracked or a fire unit took up, and when others saw it.

    Parameters
    ----------
    events : ndarray, shape (n,), dtype ``EVENT``
        Key events of one flight, in order.
    early : frozenset of int
        Rows of the radars of early warning.
    names : mapping of str to sequence of str
        Names by row, by noun.

    Yields
    ------
    tuple of float and str
        Time (s) and what is told then.
    """
    told: list[str] = []
    since, tracked = 0.0, False
    cued: set[int] = set()
    for event in events if early else ():
        kind, radar, unit, time = (
            Event(int(event["kind"])),
            int(event["radar"]),
            int(event["unit"]),
            float(event["time"]),
        )
        if kind == Event.DETECT and radar in early:
            since = since if told else time
            told.append(names["radars"][radar])
        elif kind == Event.DETECT:
            if told:
                ahead = f"{time - since:.0f} s after early warning"
                yield time, f"{names['radars'][radar]} is the first radar of the defense itself to see it, {ahead}"
            return
        elif told and kind == Event.TRACK and not tracked:
            tracked = True
            yield time, f"the post has it from early warning alone, by {listed(told)}"
        elif told and kind == Event.ASSIGN and unit not in cued:
            cued.add(unit)
            yield time, f"{names['units'][unit]} is cued by {listed(told)}: no other radar has seen it yet"
