"""A run summed up: equal to the store, and light, since to look at a run nothing must be compiled."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from openiads.base.errors import ResultsError
from openiads.experiments.compare import Comparison
from openiads.faces.replay.built import viewer_files
from openiads.faces.replay.summary import compared, summary
from openiads.runs.run import open_run
from openiads.world.outcome import METRICS

HEAVY = ("numba", "llvmlite", "duckdb", "pandas", "matplotlib", "openiads.engine", "openiads.world.build")
PROGRAM = """
import json, sys
from openiads.faces.replay.summary import summary
from openiads.runs.run import open_run
json.dumps(summary(open_run(sys.argv[1]), "x"), allow_nan=False)
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


@pytest.fixture(scope="module")
def told(duel: Any) -> dict[str, Any]:
    return summary(duel, "x")


def test_every_metric_has_a_finding_with_a_sentence(told: dict[str, Any]) -> None:
    assert [row["metric"] for row in told["findings"]] == METRICS
    assert all(row["label"] in row["sentence"] for row in told["findings"])


def test_shares_of_leakers_sum_to_one(told: dict[str, Any]) -> None:
    assert sum(bar["value"] for bar in told["leakers"]) == pytest.approx(1.0)
    assert all(bar["low"] <= bar["value"] <= bar["high"] for bar in told["leakers"])


def test_flights_end_once_each(told: dict[str, Any], duel: Any) -> None:
    assert sum(bar["value"] for bar in told["terminals"]) == pytest.approx(len(duel.names["flights"]))


def test_fates_of_a_class_sum_to_its_threats(told: dict[str, Any], duel: Any) -> None:
    (aircraft,) = told["classes"]
    assert sum(part["value"] for part in aircraft["parts"]) == pytest.approx(duel.estimate("aircraft_threats").mean)


def test_a_comparison_tells_both_sides_and_the_difference(duel: Any) -> None:
    found = compared(Comparison(duel, duel), {"id": "a"}, {"id": "b"})
    assert [row["metric"] for row in found["rows"]] == [name for name in METRICS if name != "threats"]
    assert found["found"].startswith("None of ") and found["inputs"][0]["label"] == "Threats in the raid"
    assert found["pairs"] == duel.replications
    assert json.dumps(found, allow_nan=False)


def test_summing_up_a_run_loads_neither_compiler_nor_engine(duel: Any) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(duel.path), *HEAVY], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_the_built_viewer_is_small() -> None:
    found = viewer_files()
    assert {"index.html", "viewer.js", "viewer.css"} <= set(found)
    assert sum(map(len, found.values())) <= 1_500_000


def test_rows_read_side_by_side_are_those_of_the_store(duel: Any, tmp_path: Path) -> None:
    parts = list(duel.store.batches(7))
    assert len(parts) > 1
    assert all(len(part) >= 7 for part in parts[:-1])
    assert np.concatenate(parts).tobytes() == duel.rows().tobytes()
    copied = tmp_path / "damaged"
    shutil.copytree(duel.path, copied)
    chunk = sorted((copied / "chunks").glob("c*.parquet"))[-1]
    data = bytearray(chunk.read_bytes())
    data[40] ^= 1  # in the first column
    chunk.write_bytes(bytes(data))
    with pytest.raises(ResultsError, match="damaged"):
        list(open_run(copied).store.batches())
    chunk.unlink()
    with pytest.raises(ResultsError, match="missing"):
        list(open_run(copied).store.batches())
