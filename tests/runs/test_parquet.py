"""Outcomes and events as columns: those that Arrow would make itself, and no other package is loaded for them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as arrow

from openiads.runs.parquet import log_table, outcome_table
from openiads.world.outcome import OUTCOME
from openiads.world.trace import COLUMNS, EVENT, Logs


def test_outcomes_are_the_columns_that_arrow_makes() -> None:
    rows = np.zeros(5, OUTCOME)
    rows["replication"] = np.arange(5)
    digests = [bytes([k]) * 32 for k in range(5)]
    made = outcome_table(rows, digests, {1: "Straße, 高", 3: "b"})
    texts = ["", "Straße, 高", "", "b", ""]
    asked = {name: arrow.array(np.ascontiguousarray(rows[name])) for name in OUTCOME.names or ()}
    asked |= {"message": arrow.array(texts, arrow.string()), "digest": arrow.array(digests, arrow.binary(32))}
    made.validate(full=True)
    assert made.equals(arrow.table(asked), check_metadata=True)
    assert outcome_table(rows[:0], [], {}).num_rows == 0


def test_events_are_the_columns_that_arrow_makes() -> None:
    logs = Logs(2)
    rng = np.random.default_rng(3)
    for replication in range(2):
        events = np.zeros(40, EVENT)
        events["time"], events["value"] = rng.random(40), rng.random((40, 6))
        logs.add(replication, events)
    made = log_table(logs)
    made.validate(full=True)
    for name, values in logs.columns().items():
        assert made[name].combine_chunks().equals(arrow.array(values)), name
        assert values.dtype == COLUMNS[name]


def test_a_run_loads_neither_pandas_nor_the_splines_of_scipy() -> None:
    """Each takes tens of megabytes; pandas is loaded by Arrow where it is installed, as it is for the tests."""
    told = (
        "import sys, openiads as oi; oi.run('one_on_one', replications=2, jobs=1)\n"
        "print(*[each for each in ('pandas', 'scipy.interpolate', 'duckdb', 'matplotlib', 'fastapi', 'rasterio')"
        " if each in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout == "\n"
