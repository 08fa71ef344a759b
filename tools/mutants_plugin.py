"""A pytest plugin for ``tools/mutants.py``: plain kernels where a mutant can matter, and a limit on every test.

Kernels of the modules in ``OPENIADS_MUTANTS_PLAIN`` stay ordinary Python; those below come from the compile cache,
which no mutant of a module above them changes.  What a test does is told in
``OPENIADS_MUTANTS_TOLD``: the seconds of every test that passed, and the plain kernels that it called.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openiads.base import compiled

PLAIN = frozenset(os.environ.get("OPENIADS_MUTANTS_PLAIN", "").split(","))
TOLD = os.environ.get("OPENIADS_MUTANTS_TOLD", "")
LIMIT = float(os.environ.get("OPENIADS_MUTANTS_LIMIT", "0"))
WHOLE = float(os.environ.get("OPENIADS_MUTANTS_WHOLE", "inf"))
ONLY = os.environ.get("OPENIADS_MUTANTS_ONLY", "")

called: set[str] = set()


class TooLong(Exception):
    """A test that took longer than it may."""


def kernel(signature: str, *, entry: bool = False) -> Callable[[Callable[..., object]], object]:
    """As ``base.compiled.kernel``, plain for some modules only."""

    def record(function: Callable[..., object]) -> object:
        if function.__module__ in PLAIN or not function.__module__.startswith("openiads."):  # tests' own are plain
            made: object = noted(function) if TOLD else function
        else:
            from openiads.base.linking import LINKED

            linked = compiled._dispatcher(function, **LINKED)
            compiled._compile_by_declaration(linked, signature)
            compiled._machine_code_on_demand(linked, signature)
            linked.entry = entry
            made = linked
        compiled.KERNELS.append(made)
        return made

    return record


def noted(function: Callable[..., object]) -> Callable[..., object]:
    """The function, which says that it was called."""
    name = f"{function.__module__}:{function.__qualname__}"

    @functools.wraps(function)
    def call(*given: object) -> object:
        called.add(name)
        return function(*given)

    return call


compiled.PLAIN = True  # whoever asks: the engine is entered as Python
compiled.kernel = kernel

seconds: dict[str, float] = {}
reached: dict[str, list[str]] = {}
failed: set[str] = set()


def _too_long(number: int, frame: object) -> None:
    raise TooLong(f"took longer than {LIMIT:g} s of processor time")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note how long a test takes, with its fixtures, and what it calls."""
    called.clear()
    begun = time.process_time()
    try:
        return (yield)
    finally:
        seconds[item.nodeid] = time.process_time() - begun
        reached[item.nodeid] = sorted(called)
        if time.process_time() > WHOLE:
            item.session.shouldstop = "the time for this file is up"


def _limited() -> Iterator[None]:
    if LIMIT:
        signal.signal(signal.SIGPROF, _too_long)
        signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        return (yield)
    finally:
        if LIMIT:
            signal.setitimer(signal.ITIMER_PROF, 0.0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """A limit on fixtures."""
    return (yield from _limited())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """A limit on the test itself."""
    return (yield from _limited())


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the names of tests that did not pass."""
    if report.outcome != "passed":
        failed.add(report.nodeid)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only the tests asked for."""
    if ONLY:
        wanted = frozenset(json.loads(Path(ONLY).read_text(encoding="utf-8")))
        config.hook.pytest_deselected(items=[each for each in items if each.nodeid not in wanted])
        items[:] = [each for each in items if each.nodeid in wanted]


def pytest_sessionfinish() -> None:
    """Write what was seen."""
    if TOLD:
        passed = {name: [round(took, 3), reached[name]] for name, took in seconds.items() if name not in failed}
        Path(TOLD).write_text(json.dumps(passed), encoding="utf-8")
