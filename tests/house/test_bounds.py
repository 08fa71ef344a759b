"""The bounds leg must first catch a planted fault: a read past the end of an array."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.compiled_only

PLANTED = """
from openiads.base.compiled import kernel

@kernel("f8(f8[::1], i8)")
def read_at(values, i):
    return values[i]
"""

CALL = """
import numpy as np
from planted_fault import read_at
room = np.arange(8.0)
print(read_at(room[:4], 2))
print(read_at(room[:4], 6))
"""


def run(folder: Path, **switches: str) -> subprocess.CompletedProcess[str]:
    """Read inside and outside a four-element array in a fresh process."""
    (folder / "planted_fault.py").write_text(PLANTED)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENIADS_")}
    environment = {**kept, "PYTHONPATH": str(folder), "OPENIADS_CACHE": str(folder / "cache"), **switches}
    return subprocess.run([sys.executable, "-c", CALL], env=environment, capture_output=True, text=True)


def test_with_bounds_checks_the_planted_fault_is_caught(tmp_path: Path) -> None:
    done = run(tmp_path, OPENIADS_BOUNDS="1")
    assert done.returncode == 1
    assert done.stdout.split() == ["2.0"]
    assert "IndexError" in done.stderr


def test_without_them_the_planted_fault_goes_unseen(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "2.0"


def test_plain_python_catches_it_too(tmp_path: Path) -> None:
    done = run(tmp_path, OPENIADS_PLAIN="1")
    assert done.returncode == 1
    assert "IndexError" in done.stderr
