"""The benchmark prints one object with every figure asked for; no test asserts a time."""

import ast
import json
import subprocess
import sys
from typing import Any

import pytest

from house.source import ROOT

FOLDER = ROOT / "benchmarks"

#: What the project asks of the benchmark's object, whatever was measured.
ASKED = {
    "reps_per_cpu_s", "reps_per_s_2_threads", "thread_scaling", "cold_first_result_s", "warm_first_result_s", "rss_mb",
    "rounds_per_replication", "looks_per_replication", "steps_per_replication", "kernel_lines", "compile_cpu_s",
    "ratio_simpy_objects", "ratio_filterpy", "ratio_numpy_batch", "ratio_c_scalar",
}  # fmt: skip


def constant(name: str) -> Any:
    """A literal assigned at the top of the benchmark."""
    for node in ast.parse((FOLDER / "raid24.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return ast.literal_eval(node.value)
    raise LookupError(name)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A program of the benchmark's folder, to its end."""
    return subprocess.run([sys.executable, *arguments], cwd=FOLDER, capture_output=True, text=True)


def test_every_figure_asked_for_is_among_the_keys() -> None:
    keys = constant("KEYS")
    assert len(keys) == len(set(keys))
    assert set(keys) >= ASKED
    assert {key for key, _, _ in constant("WANTED")} <= set(keys)


@pytest.mark.slow
@pytest.mark.compiled_only
def test_the_benchmark_prints_one_object_in_which_nothing_is_left_out() -> None:
    done = run("raid24.py", "--json", "--quick", "--no-peers", "--no-starts")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(found) == list(constant("KEYS"))
    assert found["reps_per_cpu_s"] > 0.0 and found["kernel_lines"] > 0 and found["looks_per_replication"] > 0.0
    assert found["ratio_c_scalar"] is None and found["cold_first_result_s"] is None


@pytest.mark.slow
@pytest.mark.compiled_only
def test_the_benchmark_of_a_cluster_prints_one_object() -> None:
    done = run("cluster.py", "--quick")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["scaling_work"] > 0.0 and found["bytes_per_replication"] > 0.0 and found["ms_per_chunk"] > 0.0


DIFFERENT = """
from peers.flights import compare
import numpy as np
from openiads.physics.flyout import new_bodies
ours = new_bodies(2)
ours["status"], ours["age"], ours["position"] = 2, 30.0, 6.4e6
theirs = ours.copy()
theirs["position"][1, 2] *= 1.0 + {off}
compare("peer", ours, theirs, ("position", "age", "miss"))
"""


def test_a_peer_whose_results_differ_is_refused_before_its_speed_counts() -> None:
    assert run("-c", DIFFERENT.format(off=1e-12)).returncode == 0
    refused = run("-c", DIFFERENT.format(off=1e-7))
    assert refused.returncode != 0
    assert "position differs" in refused.stderr
