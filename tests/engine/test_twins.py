"""The same replication compiled, plain and with bounds checks: equal event by event, and no read out of bounds.

The plain leg builds its own worlds too (flyout tables, reference misses, arcs), so it takes most of a minute.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import traces
from openiads.world.codes import Event

pytestmark = pytest.mark.compiled_only

#: What the three scenes must contain between them, so that equality says something.
COVERED = {
    Event.DETECT,
    Event.TRACK,
    Event.TRACK_DROP,
    Event.IDENTIFY,
    Event.ASSIGN,
    Event.ACQUIRE,
    Event.DECIDE,
    Event.LAUNCH,
    Event.INTERCEPT,
    Event.ASSESS,
    Event.RELEASE,
    Event.ROUND_END,
    Event.TERMINAL,
    Event.GATE,
    Event.LOOK,
    Event.TRACK_UPDATE,
    Event.FLIGHT_STATE,
    Event.ROUND_STATE,
}

Traces = dict[str, tuple[np.ndarray, np.ndarray]]


def traced(folder: Path, *names: str, **switches: str) -> Traces:
    """Events and outcome rows of scenes from a process of its own."""
    folder.mkdir()
    environment = {
        **{k: v for k, v in os.environ.items() if k not in ("OPENIADS_PLAIN", "OPENIADS_BOUNDS")},
        **switches,
    }
    program = [sys.executable, str(Path(traces.__file__)), str(folder), *names]
    done = subprocess.run(program, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = {}
    for name in names:
        assert (folder / f"{name}.message").read_text(encoding="utf-8") == ""
        found[name] = np.load(folder / f"{name}.events.npy"), np.load(folder / f"{name}.outcome.npy")
    return found


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    return traced(tmp_path_factory.mktemp("traces") / "compiled", *traces.SCENES)


def assert_equal(one: np.ndarray, other: np.ndarray) -> None:
    """Equal to the last bit; the first difference is named by row and column."""
    assert one.dtype == other.dtype
    for column in one.dtype.names or ():
        size = min(len(one), len(other))
        left, right = (np.ascontiguousarray(x[column][:size]).view("u1").reshape(size, -1) for x in (one, other))
        differs = np.flatnonzero((left != right).any(axis=1))
        assert not len(differs), f"row {differs[0]}, {column}: {one[differs[0]]} and {other[differs[0]]}"
    assert len(one) == len(other)


def test_the_scenes_hold_what_the_engine_does(compiled: Traces) -> None:
    kinds = {Event(int(k)) for events, _ in compiled.values() for k in np.unique(events["kind"])}
    assert kinds >= COVERED
    for events, outcome in compiled.values():
        assert outcome["status"][0] == 0
        assert outcome["rounds_fired"][0] >= 2
        assert (events["kind"] == Event.INTERCEPT).any()


@pytest.mark.slow
def test_plain_python_says_the_same_event_by_event(compiled: Traces, tmp_path: Path) -> None:
    plain = traced(tmp_path / "plain", *traces.SCENES, OPENIADS_PLAIN="1")
    for name, (events, outcome) in compiled.items():
        assert_equal(events, plain[name][0])
        assert_equal(outcome, plain[name][1])


@pytest.mark.slow
def test_with_bounds_checks_nothing_is_read_out_of_bounds(compiled: Traces, tmp_path: Path) -> None:
    checked = traced(tmp_path / "bounds", *traces.SCENES, OPENIADS_BOUNDS="1")
    for name, (events, outcome) in compiled.items():
        assert_equal(events, checked[name][0])
        assert_equal(outcome, checked[name][1])


def test_a_difference_in_the_last_bit_would_be_seen(compiled: Traces) -> None:
    events, _ = compiled["aircraft"]
    other = events.copy()
    other["value"][40, 2] = np.nextafter(other["value"][40, 2], np.inf)
    with pytest.raises(AssertionError, match="row 40, value"):
        assert_equal(events, other)
    with pytest.raises(AssertionError):
        assert_equal(events, events[:-1])
