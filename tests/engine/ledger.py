"""Books that tests keep for themselves from an event log: what is held at each moment, and who did what when.

Nothing here asks the engine or its checker; rows of the log are in the order in which things happened.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.scenes import CLEAR, raid, scene
from openiads.engine.runner import Result
from openiads.world.build import World
from openiads.world.codes import Event, RoundEnd


def most_held(result: Result, begins: Event, ends: Event, unit: int | None = None) -> int:
    """The largest number of things begun and not yet ended at once, of one unit or of all."""
    mine = result.events if unit is None else result.events[result.events["unit"] == unit]
    change = (mine["kind"] == int(begins)).astype(int) - (mine["kind"] == int(ends))
    return int(np.cumsum(change).max(initial=0))


def slot_spans(result: Result, code: int = 1) -> dict[int, tuple[float, float]]:
    """Round -> (handover, end): a round holds a channel for its last seconds (code 1), or flies on without."""
    handed = {int(e["round"]): float(e["time"]) for e in rows(result, Event.HANDOVER) if e["code"] == code}
    ended = {int(e["round"]): float(e["time"]) for e in rows(result, Event.ROUND_END)}
    return {k: (begun, ended[k]) for k, begun in handed.items()}


def most_at_once(spans: dict[int, tuple[float, float]]) -> int:
    """The largest number of half-open spans that overlap."""
    return max((sum(a <= t < b for a, b in spans.values()) for t, _ in spans.values()), default=0)


def rows(result: Result, kind: Event) -> np.ndarray:
    """All rows of a kind."""
    return result.events[result.events["kind"] == int(kind)]


def launches_by(result: Result, column: str) -> dict[int, list[float]]:
    """Times of launches by unit, launcher or flight."""
    out: dict[int, list[float]] = {}
    for row in rows(result, Event.LAUNCH):
        out.setdefault(int(row[column]), []).append(float(row["time"]))
    return out


def round_kinds(world: World, result: Result) -> Iterator[tuple[str, str, np.void]]:
    """(launcher's name, round's name, row) of every launch."""
    kinds = world.rows["magazines"]["interceptor"][world.rows["launchers"]["magazine"]]
    for row in rows(result, Event.LAUNCH):
        launcher = int(row["launcher"])
        yield world.names.launchers[launcher], world.names.interceptors[int(kinds[launcher])], row


def overkill(result: Result) -> int:
    """Rounds that had nothing left to do because another had killed their target."""
    return int((rows(result, Event.ROUND_END)["code"] == RoundEnd.TARGET_GONE).sum())


def crowd(sites: list[dict], axes=(-10.0, 0.0, 10.0), count: int = 20, distance: float = 110.0, **more) -> World:
    """A world in which many aircraft come abreast on several axes at once."""
    raids = [
        raid(f"Axis {a:+.0f}", azimuth=270.0 + a, distance=distance, count=count, lateral_spacing="1 km") for a in axes
    ]
    return scene(*raids, sites=sites, **({"model": CLEAR} | more))
