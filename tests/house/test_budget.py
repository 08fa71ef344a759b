"""The compile budget: CPU-seconds of every kernel from an empty cache, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from house.source import ROOT

BUDGET = 45.0

MEASURE = """
import json, time
from openiads.base import compiled
from openiads.engine import warming
kernels = [k for share in range(len(warming.SHARES)) for k in warming.kernels_of(share)]
assert set(kernels) == set(compiled.KERNELS), "a module with kernels is in no share"
begun = time.process_time()
compiled.warm(kernels)
print(json.dumps({"total": time.process_time() - begun, "kernels": compiled.COMPILE_SECONDS}))
"""


@pytest.mark.budget
@pytest.mark.compiled_only
def test_all_kernels_compile_within_the_budget(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("OPENIADS_PLAIN", "OPENIADS_BOUNDS")}
    environment = {**kept, "OPENIADS_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", MEASURE], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    for name, seconds in sorted(told["kernels"].items(), key=lambda item: -item[1]):
        print(f"{seconds:8.2f} CPU-s  {name}")
    print(f"{told['total']:8.2f} CPU-s  all {len(told['kernels'])} kernels (budget {BUDGET:g})")
    assert told["kernels"]
    assert told["total"] <= BUDGET
