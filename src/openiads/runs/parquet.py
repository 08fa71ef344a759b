"""Outcomes and events as Arrow tables and Parquet files."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from openiads.base.jsonable import Json, JsonObject
from openiads.runs.folder import Damaged
from openiads.runs.identity import Chunk
from openiads.world.outcome import ADDED, OUTCOME, UNCOUNTED
from openiads.world.trace import COLUMNS, EVENT, Logs

if TYPE_CHECKING:
    import pyarrow as arrow


def parquet_bytes(table: arrow.Table, told: JsonObject, *, packed: bool = False) -> bytes:
    """A table as the bytes of a file, with what is told in its footer.

    Parameters
    ----------
    table : arrow.Table
    told : JsonObject
    packed : bool, optional
        Whole numbers as packed differences and nothing else, which takes half the time of dictionaries and a
        compression; what has a fraction gains by the latter alone.

    Returns
    -------
    bytes
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    sink = io.BytesIO()
    footer = {"openiads": json.dumps(told, sort_keys=True)}
    whole = [each.name for each in table.schema if packed and arrow.types.is_integer(each.type)]
    parquet.write_table(
        table.replace_schema_metadata(footer),
        sink,
        compression={name: "none" if name in whole else "snappy" for name in table.column_names},
        use_dictionary=False,
        column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED") or None,
        write_batch_size=16_384,  # the usual thousand takes a tenth longer
        write_page_checksum=not packed,  # the hash of a whole file of events is checked before it is parsed
        write_statistics=False,
    )
    return sink.getvalue()


def parse_parquet(data: bytes, *, sums: bool = True) -> tuple[arrow.Table, JsonObject]:
    """A file's table and what its footer tells; ``sums`` checks those of its pages."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(arrow.BufferReader(data), page_checksum_verification=sums) as file:
            table = file.read(use_threads=False)
        told = json.loads((table.schema.metadata or {})[b"openiads"])
    except (arrow.ArrowException, OSError, ValueError, KeyError, MemoryError, RecursionError) as problem:
        raise Damaged("it cannot be read") from problem
    if not isinstance(told, dict):
        raise Damaged("its footer is not ours")
    return table, told


def outcome_table(rows: np.ndarray, digests: list[bytes], messages: dict[int, str]) -> arrow.Table:
    import pyarrow as arrow

    data: dict[str, arrow.Array] = {name: _column(rows[name]) for name in OUTCOME.names or ()}
    texts = [messages.get(int(r), "").encode() for r in rows["replication"]]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    buffers = [None, arrow.py_buffer(ends), arrow.py_buffer(b"".join(texts))]
    data["message"] = arrow.Array.from_buffers(arrow.string(), len(texts), buffers)
    hashes = [None, arrow.py_buffer(b"".join(digests))]
    data["digest"] = arrow.Array.from_buffers(arrow.binary(32), len(digests), hashes)
    return arrow.table(data)


#: How Arrow calls the types of the outcome row.
_ARROW = {np.dtype("i8"): "int64", np.dtype("f8"): "double"}

# Columns are made of buffers and read from them: Arrow's own ways load pandas where that is installed, 50 MB of memory.


def _column(values: np.ndarray) -> arrow.Array:
    """Numbers as a column without missing values."""
    import pyarrow as arrow

    values = np.ascontiguousarray(values)
    return arrow.Array.from_buffers(arrow.from_numpy_dtype(values.dtype), len(values), [None, arrow.py_buffer(values)])


def _plain(column: arrow.ChunkedArray, dtype: np.dtype) -> np.ndarray:
    """A column without missing values as an array."""
    parts = [np.frombuffer(part.buffers()[1], dtype, len(part), part.offset * dtype.itemsize) for part in column.chunks]
    return np.concatenate([np.empty(0, dtype), *parts])


def is_earlier(table: arrow.Table) -> bool:
    """Whether stored outcomes are of openiads 0.1.0, without any of the columns that were added since."""
    return not set(ADDED) & set(table.column_names)


def outcome_rows(table: arrow.Table) -> np.ndarray:
    """Stored outcome rows; columns that 0.1.0 did not store hold ``UNCOUNTED``; ``Damaged`` if others are missing."""
    rows = np.empty(table.num_rows, OUTCOME)
    earlier = is_earlier(table)
    for name in OUTCOME.names or ():
        if earlier and name in ADDED:
            rows[name] = UNCOUNTED
            continue
        if name not in table.column_names or table[name].null_count:
            raise Damaged(f"its column {name} is missing")
        if str(table[name].type) != _ARROW[OUTCOME[name]]:
            raise Damaged(f"its column {name} has another type")
        rows[name] = _plain(table[name], OUTCOME[name])
    if "digest" not in table.column_names or "message" not in table.column_names:
        raise Damaged("its hashes are missing")
    return rows


def event_table(numbered: Sequence[tuple[int, np.ndarray]]) -> arrow.Table:
    """Event logs (replication, rows of dtype EVENT) as one Arrow table with the columns of ``trace.COLUMNS``."""
    return log_table(logs_of(numbered))


def logs_of(numbered: Sequence[tuple[int, np.ndarray]]) -> Logs:
    """Event logs (replication, rows of dtype EVENT) as columns."""
    logs = Logs(len(numbered))
    for replication, events in numbered:
        logs.add(replication, events)
    return logs


def log_table(logs: Logs) -> arrow.Table:
    import pyarrow as arrow

    found = {name: _column(values) for name, values in logs.columns().items()}
    fields = [arrow.field(name, column.type, nullable=False) for name, column in found.items()]
    return arrow.table(list(found.values()), schema=arrow.schema(fields))


def event_rows(table: arrow.Table, chunk: Chunk) -> list[np.ndarray]:
    replication = _plain(table["replication"], COLUMNS["replication"])
    rows = np.zeros(table.num_rows, EVENT)
    for name in ("time", "kind", "flight", "unit", "radar", "launcher", "round", "track", "code"):
        rows[name] = _plain(table[name], COLUMNS[name])
    for k in range(6):
        rows["value"][:, k] = _plain(table[f"v{k}"], COLUMNS[f"v{k}"])
    edges = np.searchsorted(replication, np.arange(chunk.first, chunk.last + 1))
    return [rows[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def table_of(rows: Sequence[Mapping[str, Json]], names: Sequence[str] = ()) -> arrow.Table:
    """Rows of names and values as an Arrow table; a name that a row lacks is null there.

    names : of columns that are there even without a row
    """
    import pyarrow as arrow

    found = dict.fromkeys([*names, *(name for row in rows for name in row)])
    return arrow.table({name: [row.get(name) for row in rows] for name in found})
