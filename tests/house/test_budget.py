"""The compile budget: CPU-seconds of every kernel from an empty cache, in a process of its own.

What was compiled there then runs a scene: an empty cache must leave no trace in its results.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import traces
from house.source import ROOT
from openiads.base.caches import cache_folder
from openiads.runs import replicate
from openiads.scenario.load import loads

#: The bound of the models as they are (docs/decisions/0006).
BUDGET = 60.0

MEASURE = """
import json, sys, time
from openiads.base import compiled
from openiads.engine import warming
kernels = [k for share in range(len(warming.SHARES)) for k in warming.kernels_of(share)]
assert set(kernels) == set(compiled.KERNELS), "a module with kernels is in no share"
begun = time.process_time()
compiled.warm(kernels)
told = {"total": time.process_time() - begun, "kernels": compiled.COMPILE_SECONDS}
from openiads.scenario.load import loads
from openiads.runs import replicate
print(json.dumps({**told, "digest": replicate.run(loads(sys.argv[1]), replications=40, seed=3).digest}))
"""


def measured(environment: dict[str, str]) -> dict[str, Any]:
    """CPU-seconds of all kernels, of each, and the digest of a run, in a process with an empty cache."""
    program = [sys.executable, "-c", MEASURE, traces.AIRCRAFT]
    done = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def keep(compiled: Path) -> None:
    """Put what was compiled into the cache of this process where that lacks it: nothing is compiled twice."""
    for file in compiled.rglob("*"):
        kept = cache_folder() / file.relative_to(compiled)
        if file.is_file() and not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            half = kept.with_name(f"{kept.name}.{os.getpid()}")
            shutil.copyfile(file, half)
            half.rename(kept)


@pytest.mark.budget
@pytest.mark.compiled_only
def test_all_kernels_compile_within_the_budget_and_an_empty_cache_leaves_no_trace(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("OPENIADS_PLAIN", "OPENIADS_BOUNDS")}
    told = measured({**kept, "OPENIADS_CACHE": str(tmp_path / "first")})
    keep(tmp_path / "first")
    if told["total"] > BUDGET:  # a busy core makes CPU-seconds grow: the lesser of two counts
        told = min(told, measured({**kept, "OPENIADS_CACHE": str(tmp_path / "second")}), key=lambda t: t["total"])
    for name, seconds in sorted(told["kernels"].items(), key=lambda item: -item[1]):
        print(f"{seconds:8.2f} CPU-s  {name}")
    print(f"{told['total']:8.2f} CPU-s  all {len(told['kernels'])} kernels (budget {BUDGET:g})")
    assert told["kernels"]
    assert told["digest"] == replicate.run(loads(traces.AIRCRAFT), replications=40, seed=3).digest
    assert told["total"] <= BUDGET
