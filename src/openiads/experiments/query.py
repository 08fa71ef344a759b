"""SQL over a run or a whole sweep: DuckDB in memory, read-only, with names instead of codes.

Views: ``outcomes`` (a row a replication), ``events`` (the key events) and ``points`` (a row a point of a sweep; a run
is its point 0).  The tables behind them are the stored Parquet files, each checked against its seal first.  DuckDB
itself is shut off from files, networks and settings, and only a statement that reads is let through.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from openiads.base.errors import InputError, ResultsError
from openiads.base.jsonable import Json, JsonObject
from openiads.base.shown import Shown
from openiads.experiments.factors import Point
from openiads.experiments.sweep import Sweep, is_sweep, open_sweep
from openiads.runs import disk
from openiads.runs.run import Run, open_run
from openiads.world import codes
from openiads.world.outcome import OUTCOME
from openiads.world.trace import COLUMNS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as arrow
    from duckdb import DuckDBPyConnection, Statement
    from pyarrow import dataset

#: What ``code`` of an event means, by kind: the set it is from.  Others keep their number alone.
CODED: dict[codes.Event, type[IntEnum]] = {
    codes.Event.TRACK_DROP: codes.Drop,
    codes.Event.IDENTIFY: codes.Identity,
    codes.Event.DECIDE: codes.Action,
    codes.Event.ROUND_END: codes.RoundEnd,
    codes.Event.TERMINAL: codes.Terminal,
    codes.Event.GATE: codes.Gate,
    codes.Event.ELEMENT_DOWN: codes.Element,
    codes.Event.EVADE: codes.Evasion,
    codes.Event.SHORTEN: codes.Gate,
}

#: What stands before the statement that is explained.
_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(ANALYZE\s+)?(\(\s*(ANALYZE|FORMAT)\b[^()]*\)\s*)?", re.IGNORECASE)

#: In this order: nothing outside the process can be reached, and nothing of this can be changed by a query.
_SETTINGS = (
    "SET temp_directory = ''",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


@dataclass(frozen=True, slots=True)
class QueryAnswer(Shown):
    """What a query gave: names of columns, and rows of plain values."""

    columns: tuple[str, ...]
    rows: list[tuple[Json, ...]]


def query(target: str | Path | Run | Sweep, sql: str) -> QueryAnswer:
    """Ask a run or a sweep in SQL; nothing is ever written.

    Parameters
    ----------
    target : str, Path, Run or Sweep
        A run or a sweep, or its folder.
    sql : str
        One SELECT over the views ``outcomes``, ``events`` and ``points``.

    Returns
    -------
    QueryAnswer
        ``columns`` and ``rows``; ``table()`` the same in Arrow.

    Raises
    ------
    InputError
        For SQL that is wrong, or does anything but read.
    ResultsError
        For results that are not complete, or damaged.

    Examples
    --------
    >>> import openiads as oi
    >>> run = oi.run("one_on_one", replications=3, seed=1)
    >>> oi.query(run, "SELECT count(*) AS n FROM outcomes").rows
    [(3,)]
    """
    connection = connect(target)
    try:
        return _asked(connection, sql)
    finally:
        connection.close()


def connect(target: str | Path | Run | Sweep) -> DuckDBPyConnection:
    """A DuckDB connection with the views of a run or sweep, locked up; the caller closes it."""
    import duckdb

    runs, points = _opened(target)
    connection = duckdb.connect(":memory:")
    connection.register("_outcomes", _dataset(runs, "c", [(n, OUTCOME[n]) for n in OUTCOME.names or ()]))
    connection.register("_events", _dataset(runs, "e", list(COLUMNS.items())))
    connection.register("_points", _points(points))
    kinds = _listed(codes.Event)
    coded = " ".join(f"WHEN {kind:d} THEN {_listed(names)}[code + 1]" for kind, names in CODED.items())
    events = [f'"{n}"' for n in COLUMNS if n not in ("replication", "kind", "code")]
    connection.execute(
        f"CREATE VIEW events AS SELECT point, replication, {kinds}[kind + 1] AS kind, "
        f"code, CASE kind {coded} END AS code_name, {', '.join(events)} FROM _events"
    )
    outcomes = [f'"{n}"' for n in OUTCOME.names or () if n != "status"]
    connection.execute(
        f"CREATE VIEW outcomes AS SELECT point, {_listed(codes.Status)}[status + 1] AS status, {', '.join(outcomes)}, "
        "message FROM _outcomes"
    )
    connection.execute("CREATE VIEW points AS SELECT * FROM _points")
    for setting in _SETTINGS:
        connection.execute(setting)
    return connection


def _opened(target: str | Path | Run | Sweep) -> tuple[list[tuple[int, Run]], list[JsonObject]]:
    """Every run with the number of its point, and a row for each."""
    if isinstance(target, str | Path):
        target = open_sweep(target) if is_sweep(target) else open_run(target)
    points: tuple[Point, ...]
    if isinstance(target, Run):
        runs, points = [(0, target)], (Point(0, {}, dict(target.identity.knobs)),)
    else:
        runs, points = list(enumerate(target.runs())), target.points
    rows = [
        {
            "point": index,
            **points[index].label,
            "seed": made.seed,
            "replications": made.replications,
            "failed": int(made.seal["failed"]),
            "digest": made.digest,
        }
        for index, made in runs
    ]
    return runs, rows


def _dataset(runs: Iterable[tuple[int, Run]], kind: str, fields: Sequence[tuple[str, np.dtype]]) -> dataset.Dataset:
    """The stored files of one kind as an Arrow dataset, with the number of the point as a column."""
    import pyarrow as arrow
    from pyarrow import dataset, fs

    form, files = dataset.ParquetFileFormat(), fs.LocalFileSystem()
    fragments = []
    for index, made in runs:
        belongs = dataset.field("point") == arrow.scalar(index, arrow.int32())
        for chunk in made.chunks:
            path = made.store.file(chunk, kind)
            _sealed(made, path)
            fragments.append(form.make_fragment(str(path.absolute()), filesystem=files, partition_expression=belongs))
    typed = [("point", arrow.int32()), *((name, arrow.from_numpy_dtype(dtype)) for name, dtype in fields)]
    typed += [("message", arrow.string())] if kind == "c" else []
    return dataset.FileSystemDataset(fragments, arrow.schema(typed), form, files)


def _sealed(made: Run, path: Path) -> None:
    """ResultsError unless a file is what the seal was put on."""
    try:
        found = hashlib.sha256(disk.read_file(path)).hexdigest()
    except FileNotFoundError:
        found = "missing"
    if found != made.seal["files"].get(path.name):
        raise ResultsError(
            str(path),
            "damaged: it is missing" if found == "missing" else "damaged: it does not agree with the seal",
            "Run the same command again with the same --out; only this chunk is recomputed",
        )


def _points(rows: Sequence[JsonObject]) -> arrow.Table:
    import pyarrow as arrow

    names = list(rows[0])

    def column(name: str) -> arrow.Array:
        values = [row[name] for row in rows]
        if len({type(value) for value in values}) > 1 and not all(isinstance(v, int | float) for v in values):
            values = [str(value) for value in values]
        return arrow.array(values)

    return arrow.table({name: column(name) for name in names})


def _listed(names: type[IntEnum]) -> str:
    """An SQL list in which position code + 1 holds the name of a code."""
    known = {int(code): code.name for code in names}
    return "[" + ", ".join(f"'{known[k]}'" if k in known else "NULL" for k in range(max(known) + 1)) + "]"


def _kind(connection: DuckDBPyConnection, statement: Statement) -> str:
    """What a statement does; of an EXPLAIN, which runs what it explains if ANALYZE is asked, what that does."""
    kind = str(statement.type.name)
    start = _EXPLAIN.match(statement.query) if kind == "EXPLAIN" else None
    if start is None:
        return kind
    explained = connection.extract_statements(statement.query[start.end() :])
    return str(explained[0].type.name) if len(explained) == 1 else kind


def _asked(connection: DuckDBPyConnection, sql: str) -> QueryAnswer:
    import duckdb

    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            raise InputError("query", f"{len(statements)} statements", "Give one SELECT.")
        told = _kind(connection, statements[0])
        if told != "SELECT":
            raise InputError(
                "query", f"{told} is not allowed: a query only reads", "Give a SELECT over outcomes, events and points."
            )
        found = connection.execute(statements[0])
        names = tuple(str(each[0]) for each in found.description or ())
        return QueryAnswer(names, found.fetchall())
    except duckdb.Error as problem:
        told = " ".join(line.strip() for line in str(problem).split("\n\n")[0].splitlines() if line.strip())
        raise InputError(
            "query", told[:300], "Views: outcomes, events, points; DESCRIBE lists the columns of one"
        ) from problem
