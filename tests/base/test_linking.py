"""Kernels are linked into callers, from this process or the cache; machine code have those that Python calls."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.compiled_only

CHAIN = """
from openiads.base.compiled import kernel

@kernel("f8(f8)")
def scaled(x):
    return 2.0 * x

@kernel("f8(f8, f8)")
def added(x, y):
    return scaled(x) + y

@kernel("f8(f8, f8)")
def asked(x, y):
    return added(x, y) + scaled(y)

def loaded(*kernels):
    return [sum(kernel.stats.cache_hits.values()) for kernel in kernels]
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder with a module of kernels that call each other, and a cache of its own."""
    (tmp_path / "chain.py").write_text(CHAIN)
    return tmp_path


def answer(where: Path, code: str) -> str:
    """What the code prints in a fresh process that sees the planted module."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENIADS_")}
    path = os.pathsep.join([str(where), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**kept, "PYTHONPATH": path, "OPENIADS_CACHE": str(where / "cache")}
    program = [sys.executable, "-c", "from chain import *\n" + textwrap.dedent(code)]
    done = subprocess.run(program, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def machine_code(where: Path) -> list[str]:
    """The kernels whose machine code lies in the cache."""
    return sorted(path.name for path in (where / "cache").rglob("*.code"))


def test_only_a_kernel_that_python_calls_has_machine_code(planted: Path) -> None:
    assert answer(planted, "print(asked(1.0, 10.0))") == "32.0"
    assert machine_code(planted) == ["chain.asked.code"]
    assert answer(planted, "print(scaled(1.5), *loaded(scaled))") == "3.0 1"
    assert machine_code(planted) == ["chain.asked.code", "chain.scaled.code"]


def test_warming_makes_machine_code_of_entries(planted: Path) -> None:
    (planted / "chain.py").write_text(CHAIN.replace('"f8(f8, f8)")\ndef asked', '"f8(f8, f8)", entry=True)\ndef asked'))
    answer(planted, "from openiads.base.compiled import warm; warm()")
    assert machine_code(planted) == ["chain.asked.code"]


def test_a_caller_links_kernels_that_came_from_the_cache(planted: Path) -> None:
    answer(planted, "added.ensure()")
    assert answer(planted, "print(asked(1.0, 10.0), *loaded(added, asked))") == "32.0 1 0"
    assert answer(planted, "scaled.ensure(); print(asked(2.0, 10.0), *loaded(scaled, asked))") == "34.0 1 0"


def test_a_kernel_loaded_as_machine_code_can_still_be_linked(planted: Path) -> None:
    answer(planted, "scaled(1.0)")
    assert answer(planted, "print(scaled(1.0), asked(1.0, 10.0), scaled(2.0))") == "2.0 32.0 4.0"


CONVERTED = """
from enum import IntEnum

import numpy as np

from openiads.base.compiled import kernel

class Which(IntEnum):
    SECOND = 1

@kernel("f8(f4[:, :], i8, f8)")
def picked(values, row, factor):
    return factor * values[row].sum()

laid = [np.arange(6, dtype=np.float32).reshape(2, 3), np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))]

def told():
    return [picked(each, which, factor) for each in laid for which in (Which.SECOND, 1) for factor in (2, 2.0)]
"""


def test_code_from_the_cache_converts_its_arguments_at_every_call(planted: Path) -> None:
    """Arrays of another layout, members of an enumeration and integers, at the first call and at later ones, in a
    process that compiles, in one that loads, and from threads."""
    (planted / "chain.py").write_text(CONVERTED)
    wanted = str([24.0] * 8)
    for _ in range(2):
        assert answer(planted, "print(told()); again = told(); assert again == told() == [24.0] * 8") == wanted
    threads = """
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: told(), range(64)))
    assert found == [[24.0] * 8] * 64
    """
    answer(planted, threads)


def test_what_does_not_fit_is_told_with_the_declaration_by_code_from_the_cache_too(planted: Path) -> None:
    (planted / "chain.py").write_text(CONVERTED)
    tried = """
    told()
    for wrong in ("x", np.zeros((2, 3))):
        try:
            picked(wrong, 0, 1.0)
        except TypeError as problem:
            print("f8(f4[:, :], i8, f8)" in str(problem))
    """
    assert [answer(planted, tried) for _ in range(2)] == ["True\nTrue"] * 2


def test_the_options_of_a_compilation_are_told_as_numba_tells_them() -> None:
    """Every option, set or default, in the order of their declaration, as ``getattr`` gives it."""
    from numba.core.compiler import Flags

    from openiads.base.linking import option_values

    flags = Flags()
    flags.nrt = True
    flags.noalias = True
    for options in (Flags(), flags, flags.copy()):
        told = option_values(options)
        assert list(told.items()) == [(name, getattr(options, name)) for name in Flags.options]
        assert options.values() == told
    assert option_values(flags) != option_values(Flags())
