"""The independent checker: what must hold in every event log, whatever the scenario.

SQL (DuckDB) over the stored events and outcomes, and a geodesy of its own; nothing here imports the engine, the
parts or the physics.  Each check is a named query that returns the offending rows.  ``limits`` is what the world
declares (table ``audit.limits.LIMITS``); a check whose limits are not declared finds nothing and is listed by
``audit.ledger.unchecked``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from openiads.audit.ledger import ALWAYS, CHECKS, VIEWS
from openiads.audit.limits import LIMITS, NOUNS
from openiads.audit.motion import Violation, audit_motion, geodetic
from openiads.audit.orbits import stations
from openiads.audit.stations import audit_stations, behind_ground
from openiads.base.errors import ResultsError, UsageError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.units import quantity
from openiads.runs.digest import row_digests
from openiads.runs.parquet import event_table
from openiads.world.codes import Control
from openiads.world.outcome import OUTCOME

if TYPE_CHECKING:
    import pyarrow as arrow
    from duckdb import DuckDBPyConnection

    from openiads.runs.run import Run

#: Outcome rows (dtype OUTCOME), or a table with the same columns.
Outcomes: TypeAlias = "np.ndarray | arrow.Table"

#: Lists of names by noun, as a mapping or as attributes.
Listed: TypeAlias = "Mapping[str, Sequence[str]] | object"


def check_run(run: Run, *, batch: int = 200_000) -> list[Violation]:
    """Every violation in a complete run: the files against the seal, then every event and every row.

    batch : events looked at together, so that memory does not grow with the run.
    """
    try:
        run.store.verify()
    except ResultsError as problem:
        return [Violation("store", -1, math.nan, str(problem))]
    names, limits = run.facts["names"], _limits_of(run.facts)
    warned = any(station is not None for station in limits["stations"])
    found: list[Violation] = []
    held: dict[int, np.ndarray] = {}
    rows: list[np.ndarray] = []
    for chunk in run.chunks:
        held.update(zip(range(chunk.first, chunk.last), run.store.events(chunk), strict=True))
        rows.append(run.store.trusted(chunk).rows)
        if sum(map(len, held.values())) >= batch or chunk is run.chunks[-1]:
            found += check_events(held, np.concatenate(rows), limits, names)
            for replication, events in held.items() if warned else ():
                found += behind_ground(run.world, replication, events)
            held, rows = {}, []
    return found


def _limits_of(facts: Mapping[str, Json]) -> JsonObject:
    model = facts["scenario"]["mapping"].get("model", {})
    seen_through = model.get("detection") == "range" or bool(model.get("diffraction"))
    sides = {"flight_side": facts["flight_side"], "flight_class": facts["flight_class"]}
    mapping = facts["scenario"]["mapping"]
    of = stations(mapping, facts["names"].get("radars", []))
    return {
        "mask_open": seen_through,
        **sides,
        **facts["limits"],
        "radar_velocity": _velocities(facts),
        "stations": of,
        "earth_radius": _earth_radius(mapping),
    }


def _earth_radius(mapping: Mapping[str, Json]) -> float | None:
    """Effective radius of the earth (m) that a scenario declares; None where a duct bends rays further."""
    world = mapping.get("world", {})
    if world.get("ducting", "none") != "none":
        return None
    return float(world.get("earth_factor") or 4.0 / 3.0) * 6_371_000.0


def _velocities(facts: Mapping[str, Json]) -> list[list[float]] | None:
    """ECEF velocity (m/s) of each radar, from course and speed of the ship that carries it; None without places."""
    places = facts["limits"].get("radar_position")
    if places is None:
        return None
    sites = {site["name"]: site for site in facts["scenario"]["mapping"].get("site", [])}
    found = []
    for name, place in zip(facts["names"]["radars"], places, strict=True):
        site = sites.get(name.split("/")[0], {})
        site = sites.get(site.get("ship"), site)  # what stands on another's ship moves with it
        speed = quantity(site["speed"], "speed") if site.get("speed") else 0.0
        course = quantity(site["course"], "angle") if site.get("course") else 0.0
        latitude, longitude, _ = geodetic(np.asarray(place, float))
        north = np.array(
            [-np.sin(latitude) * np.cos(longitude), -np.sin(latitude) * np.sin(longitude), np.cos(latitude)]
        )
        east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
        found.append((speed * (math.sin(course) * east + math.cos(course) * north)).tolist())
    return found


def check_events(
    events_by_replication: Mapping[int, np.ndarray], outcomes: Outcomes, limits: Mapping[str, Json], names: Listed
) -> list[Violation]:
    """Every violation in some event logs (dtype EVENT, by replication) and outcome rows (dtype OUTCOME or a table).

    limits : as ``LIMITS``; names : lists of names by noun (a mapping, or an object with such attributes).
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "1GB"})
    try:
        _load(connection, events_by_replication, outcomes, limits, names)
        found: list[Violation] = []
        teaching = bool(limits.get("teaching_service"))
        for check in CHECKS:
            if not teaching or check.name in ALWAYS:
                answers = connection.execute(check.sql).fetchall()
                found += [
                    Violation(check.name, int(r), math.nan if t is None else float(t), text) for r, t, text in answers
                ]
    finally:
        connection.close()
    for replication, events in events_by_replication.items():
        found += audit_motion(replication, events, limits)
        found += audit_stations(replication, events, limits.get("stations") or [], limits)
    return sorted(found, key=lambda v: (v.replication, v.name, v.time if math.isfinite(v.time) else -1.0, v.text))


def _load(
    connection: DuckDBPyConnection,
    events: Mapping[int, np.ndarray],
    outcomes: Outcomes,
    limits: Mapping[str, Json],
    names: Listed,
) -> None:
    """Make the tables that the checks ask."""
    import pyarrow as arrow

    connection.register("_events", event_table(sorted(events.items())))
    connection.execute("CREATE TABLE e AS SELECT * FROM _events")
    for name, kind in VIEWS.items():
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM e WHERE kind = {kind:d}")
    if isinstance(outcomes, np.ndarray):
        outcomes = arrow.table({name: np.ascontiguousarray(outcomes[name]) for name in OUTCOME.names or ()})
    connection.register("_outcome", outcomes)
    connection.execute("CREATE TABLE outcome AS SELECT * FROM _outcome")
    sizes = {}
    for noun in NOUNS:
        listed = names.get(noun, []) if isinstance(names, Mapping) else getattr(names, noun, [])
        declared = {column: key for key, (table, column, _) in LIMITS.items() if table == noun}
        sizes[noun] = len(listed)
        table: dict[str, arrow.Array] = {"row": arrow.array(range(len(listed)), arrow.int64())}
        for column, key in declared.items():
            table[column] = arrow.array(_column(limits.get(key), len(listed), key), arrow.float64())
        connection.register(f"_{noun}", arrow.table(table))
        connection.execute(f"CREATE TABLE {noun} AS SELECT * FROM _{noun}")
    duration = limits.get("duration")
    connection.execute(
        "CREATE TABLE setting AS "
        "SELECT ?::DOUBLE AS duration, ?::BOOLEAN AS magazine_infinite, ?::BOOLEAN AS mask_open, "
        "?::INT AS flights, ?::INT AS units, ?::INT AS radars, ?::INT AS launchers",
        [
            None if duration is None else float(duration),
            bool(limits.get("magazine_infinite")),
            bool(limits.get("mask_open")),
            sizes["flights"],
            sizes["units"],
            sizes["radars"],
            sizes["launchers"],
        ],
    )


def _column(values: Iterable[Json] | None, size: int, key: str) -> list[float | None]:
    if values is None:
        return [None] * size
    listed = list(values)
    if len(listed) != size:
        raise UsageError(f"limits[{key!r}]", f"{len(listed)} values for {size} rows", "Give one value a row")
    if key == "unit_control":
        listed = [Control[v.upper()] if isinstance(v, str) else v for v in listed]
    return [None if v is None or not math.isfinite(v) else float(v) for v in listed]


# ------------------------------------------------------------------ running again


def verify_run(run: Run, count: int = 5, *, chosen: Sequence[int] | None = None) -> list[Violation]:
    """Run ``count`` replications again and compare rows and events with the stored ones.

    chosen : which; else they are drawn by a seed made of the run's digest
    """
    if chosen is None:
        draw = np.random.default_rng(int(run.digest[:16], 16))
        chosen = sorted(draw.choice(run.replications, min(count, run.replications), replace=False).tolist())
    runner = run.simulator.runner(run.world, run.seed)
    found: list[Violation] = []
    for replication in map(int, chosen):
        result = runner.replicate(replication, record=replication < run.identity.record)
        chunk = next(c for c in run.chunks if c.first <= replication < c.last)
        stored = run.store.trusted(chunk).digests[replication - chunk.first]
        if row_digests(np.array(result.outcome, OUTCOME))[0] != stored:
            found.append(Violation("same again", replication, math.nan, "its outcome differs from the stored one"))
        if not _same_log(run.key_events(replication), np.array(result.events)):
            found.append(Violation("same again", replication, math.nan, "its events differ from the stored ones"))
    return found


def _same_log(one: np.ndarray, other: np.ndarray) -> bool:
    names: Sequence[str] = one.dtype.names or ()
    return len(one) == len(other) and all(
        np.array_equal(one[n], other[n], equal_nan=n in ("time", "value")) for n in names
    )
