"""Airways: streams of airliners along corridors, each with as many rows as may be in the air within a run."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.physics.motion import end_time
from openiads.scenario.traffic import Airway
from openiads.world.climbs import climbing_path, ways_of
from openiads.world.codes import Side
from openiads.world.draft import Draft
from openiads.world.flights import add_flight, delay_row
from openiads.world.routes import Profile, Table, path_table

SPREAD = 6.0  # standard deviations of a Poisson number for which there are rows: less than once in 10^8 too few
MOST_ROWS = 5_000
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


def add_airways(draft: Draft) -> None:
    """The rows of all airways; when each comes, whether it squawks and has a plan, every replication draws."""
    for number, airway in enumerate(draft.scenario.airways, 1):
        if airway.flow > 0.0:
            _add_airway(draft, number, airway)


def _add_airway(draft: Draft, number: int, airway: Airway) -> None:
    corridor = next(k for k, c in enumerate(draft.scenario.corridors) if c.name == airway.corridor)
    points = [(p.latitude, p.longitude) for p in draft.scenario.corridors[corridor].points]
    ways = ways_of(draft, airway, points)
    names, total = sorted(airway.kinds), sum(airway.kinds.values())
    shares = np.cumsum([airway.kinds[name] / total for name in names])
    made: dict[tuple[str, float, int], tuple[int, Table]] = {}
    for name in names:
        for level in airway.levels:
            profile = Profile(draft.values.catalog[name], level)
            for k, way in enumerate(ways):
                if way.level:
                    table = path_table(draft, list(way.points), profile)
                else:
                    table = climbing_path(draft, airway, way, profile)
                made[name, level, k] = draft.arena.add(table), table
    longest = max(float(end_time(table, 0) - table[0]) for _, table in made.values())
    opens = -longest if airway.start is None else airway.start
    for n in range(_rows(draft, airway, opens)):
        kind = names[min(int(np.searchsorted(shares, (n * GOLDEN) % 1.0, side="right")), len(names) - 1)]
        level = airway.levels[int((n * GOLDEN * GOLDEN) % 1.0 * len(airway.levels))]
        path, table = made[kind, level, n % len(ways)]
        row = add_flight(draft, f"{airway.name}[{n + 1}]", draft.values.catalog[kind], Side.NEUTRAL, path, table)
        delay_row(row, -float(table[0]))
        row["corridor"], row["airway"], row["flow"] = corridor, number, airway.flow
        row["open"] = opens, math.inf if airway.until is None else airway.until
        row["carries"] = airway.squawking, airway.planned


def _rows(draft: Draft, airway: Airway, opens: float) -> int:
    """How many rows hold all that enter an airway from its opening to the end of the run, but for once in 10^8."""
    closes = min(draft.scenario.duration, math.inf if airway.until is None else airway.until)
    mean = airway.flow * max(closes - opens, 0.0)
    count = math.ceil(mean + SPREAD * math.sqrt(mean) + SPREAD)
    if count > MOST_ROWS:
        reason = f"{mean:,.0f} flights within the run"
        raise InputError(f"airway.{airway.name}.flow", reason, "Lower the flow, or shorten the run or the corridor.")
    return count


def expected_aloft(flights: NDArray[np.void], duration: float) -> NDArray[np.float64]:
    """Time that each flight is planned to be in the air within the run, s; of an airway's the mean of its stream.

    Flow times transit fly at any time; a stream that opens or closes within the run is counted as if each of its
    flights flew its whole way.
    """
    aloft = np.minimum(flights["ends"], duration) - np.minimum(np.maximum(flights["starts"], 0.0), duration)
    for number in np.unique(flights["airway"][flights["airway"] > 0]):
        mine = flights["airway"] == number
        rows = flights[mine]
        transit = float((rows["ends"] - rows["starts"]).mean())
        lasts = min(duration, float(rows["open"][0, 1])) - max(float(rows["open"][0, 0]), 0.0)
        aloft[mine] = float(rows["flow"][0]) * max(lasts, 0.0) * transit / len(rows)
    return np.asarray(aloft, dtype=float)


def expected_crossings(flights: NDArray[np.void], duration: float) -> NDArray[np.float64]:
    """How often each flight is expected to take part in a run: 1, of an airway's its share of the stream's mean.

    Rows of a stream are more than ever come.  Flow times the time in which its flights may enter come: until the run or
    the stream ends, from the stream's opening or, if that is earlier, from a transit before the run.
    """
    come = np.ones(len(flights))
    for number in np.unique(flights["airway"][flights["airway"] > 0]):
        mine = flights["airway"] == number
        rows = flights[mine]
        opens, closes = float(rows["open"][0, 0]), min(duration, float(rows["open"][0, 1]))
        since = np.maximum(opens, -(rows["ends"] - rows["starts"]))
        come[mine] = float(rows["flow"][0]) * np.maximum(closes - since, 0.0) / len(rows)
    return come
