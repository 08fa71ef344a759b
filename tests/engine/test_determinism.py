"""The same question gives the same answer, whatever the threads, chunks, caches, orders, kills and neighbors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib.recfunctions import repack_fields

from openiads.base.toml import toml_text
from openiads.engine.runner import Runner
from openiads.runs import replicate
from openiads.scenario.load import load, loads
from openiads.world.build import World, build
from openiads.world.outcome import OUTCOME

pytestmark = pytest.mark.compiled_only

RAID = "raid24"
COUNT = 60
SEED = 7


@pytest.fixture(scope="module")
def digest() -> str:
    """The digest of the reference run: one thread, chunks of 20."""
    return replicate.run(load(RAID), replications=COUNT, seed=SEED, jobs=1, chunk=20).digest


@pytest.fixture(scope="module")
def raid() -> World:
    return build(load(RAID))


def raw(result: Any) -> tuple[bytes, bytes]:
    """Outcome row and event log to the last bit."""
    return result.outcome.tobytes(), repack_fields(result.events).tobytes()


@pytest.mark.parametrize(("jobs", "chunk"), [(1, 7), (2, 1), (2, 7), (2, 100), (4, 13)])
def test_threads_and_chunks_leave_no_trace(digest: str, jobs: int, chunk: int) -> None:
    made = replicate.run(load(RAID), replications=COUNT, seed=SEED, jobs=jobs, chunk=chunk)
    assert made.digest == digest
    assert len(made.rows()) == COUNT


def test_seed_and_number_of_replications_are_in_the_digest(digest: str) -> None:
    assert replicate.run(load(RAID), replications=COUNT, seed=SEED + 1).digest != digest
    assert replicate.run(load(RAID), replications=COUNT - 1, seed=SEED).digest != digest


def reordered(scenario: Any) -> str:
    """The scenario's text with raids, keys and tables written in another order."""
    mapping = scenario.mapping()
    tables = {k: v[::-1] if isinstance(v, list) else v for k, v in reversed(mapping.items())}
    turned = {
        k: [dict(reversed(row.items())) for row in v] if isinstance(v, list) and v and isinstance(v[0], dict) else v
        for k, v in tables.items()
    }
    return toml_text(turned)


def test_the_order_of_entries_in_the_file_leaves_no_trace(digest: str) -> None:
    first = load(RAID)
    text = reordered(first)
    assert text != first.toml()
    assert text.index('"Cruise west"') < text.index('"Aircraft west"')
    assert replicate.run(loads(text), replications=COUNT, seed=SEED, jobs=1).digest == digest


def test_recorded_replications_come_out_the_same(digest: str, tmp_path: Path) -> None:
    made = replicate.run(load(RAID), replications=COUNT, seed=SEED, record=3, out=tmp_path / "run")
    assert made.digest == digest


def test_a_replication_alone_is_that_replication_inside_a_run(raid: World) -> None:
    runner = Runner(raid, SEED)
    inside = [raw(runner.replicate(k)) for k in range(12)]
    for k in (11, 0, 5):
        assert raw(Runner(raid, SEED).replicate(k)) == inside[k]
    backwards = Runner(raid, SEED)
    assert [raw(backwards.replicate(k)) for k in reversed(range(12))][::-1] == inside
    assert len(set(inside)) == 12


def test_a_recorded_replication_does_not_disturb_the_next(raid: World) -> None:
    runner = Runner(raid, SEED)
    plain = [runner.replicate(k).outcome.tobytes() for k in range(4)]
    assert [runner.replicate(k, record=True).outcome.tobytes() for k in range(4)] == plain
    alone = raw(Runner(raid, SEED).replicate(3, record=True))
    assert raw(runner.replicate(3, record=True)) == alone


@pytest.mark.parametrize("noun", ["tracks", "rounds", "plots", "events"])
def test_little_room_at_first_changes_nothing(raid: World, noun: str) -> None:
    usual = Runner(raid, SEED)
    tight = Runner(raid, SEED)
    tight.capacity[noun] = {"tracks": 12, "rounds": 6, "plots": 8, "events": 200}[noun]
    tight.sim = tight._allocate()
    tight._prepare()
    small = tight.capacity[noun]
    assert [raw(tight.replicate(k)) for k in range(4)] == [raw(usual.replicate(k)) for k in range(4)]
    assert tight.capacity[noun] > small  # it did overflow


# ------------------------------------------------------------------ neighbors that matter to nobody

FAR = {"kind": "a320", "route": ["10.0 S 120.0 W", "12.0 S 121.0 W"], "altitude": "9 km"}


@pytest.mark.parametrize("name", ["A far airliner", "zz far airliner"])
def test_what_nobody_can_see_changes_nobodys_luck(raid: World, name: str) -> None:
    more = build(loads(toml_text(load(RAID).mapping() | {"flight": [{"name": name} | FAR]})))
    assert len(more.names.flights) == len(raid.names.flights) + 1
    kept = [more.names.flights.index(flight) for flight in raid.names.flights]
    one, other = Runner(raid, SEED), Runner(more, SEED)
    # false alarms go on as long as anything flies
    skipped = {"events_key", "end_transited", "end_airborne_at_end", "looks", "updates", "false_tracks"}
    skipped |= {"civil_transited", "civil_airborne_at_end"}
    for k in range(12):
        first, second = one.replicate(k), other.replicate(k)
        for field in OUTCOME.names or ():
            if field not in skipped:
                assert first.outcome[field] == second.outcome[field], (k, field)
        told = second.events[second.events["flight"] != kept_out(more, raid)]
        renamed = told.copy()
        for row, new in enumerate(kept):
            renamed["flight"][told["flight"] == new] = row
        # A replication ends when nothing flies any more; the far flight only draws it out.
        ended = len(first.events)
        for column in first.events.dtype.names or ():
            assert np.array_equal(renamed[column][:ended], first.events[column], equal_nan=True), (k, column)


def kept_out(more: World, fewer: World) -> int:
    """Row of the one flight that only the first world has."""
    return next(k for k, name in enumerate(more.names.flights) if name not in fewer.names.flights)


# ------------------------------------------------------------------ processes


def child(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def openiads(*words: str) -> list[str]:
    return ["-c", "from openiads.faces.cli.main import main; main()", *words]


def test_a_run_killed_and_resumed_is_the_same_run(digest: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = openiads("run", RAID, "-n", str(COUNT), "--seed", str(SEED), "--chunk", "3", "--out", str(out), "--json")
    doomed = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    chunks = out / "chunks"
    until = time.monotonic() + 120
    while time.monotonic() < until and not list(chunks.glob("c*.parquet")):
        time.sleep(0.005)
    os.kill(doomed.pid, signal.SIGKILL)
    assert doomed.wait() == -signal.SIGKILL
    stored = len(list(chunks.glob("c*.parquet")))
    assert 0 < stored < COUNT // 3
    assert not (out / "SEALED.json").exists()
    done = child(*command)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["digest"] == digest
    assert told["replications"] == COUNT
    assert json.loads(child(*command).stdout)["digest"] == digest  # and once more, from what is stored
