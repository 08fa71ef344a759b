"""Runs on a cluster come out as on one machine, whoever dies, differs or does not answer."""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client, LocalCluster

from experiments.fake_sweep import fake_study
from experiments.fake_sweep import make as make_sweep
from openiads.base.errors import Interrupted, ResultsError, UsageError
from openiads.base.extras import how_to_install
from openiads.experiments.compare import compare
from openiads.experiments.knowledge import Work
from openiads.experiments.sampled import evaluate
from openiads.runs import cluster, disk, worker, workers
from openiads.runs.cluster import opened
from openiads.runs.identity import Chunk, identity_here
from openiads.runs.replicate import run
from openiads.runs.run import Run
from openiads.runs.store import Store
from runs.fake_simulator import FAKE, FakeCatalog, FakeScenario, FakeSimulator, deadly_simulator, slow_simulator

RAID = FakeScenario()
COUNT, CHUNK, SEED = 60, 5, 4


@pytest.fixture(scope="module")
def reference() -> str:
    return run(RAID, replications=COUNT, seed=SEED, jobs=1, chunk=COUNT, simulator=FAKE).digest


def started(workers: int) -> LocalCluster:
    quiet = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        scheduler_kwargs=quiet,
        memory_limit=0,
        silence_logs=50,
    )


@pytest.fixture(scope="module")
def standing() -> Iterator[LocalCluster]:
    """A cluster of two workers that runs already."""
    with started(2) as made:
        yield made


@pytest.fixture(scope="module")
def single() -> Iterator[LocalCluster]:
    """A cluster of one worker, to be bent."""
    with started(1) as made:
        yield made


def make(path: Path, on: LocalCluster | str | None, **changes: Any) -> Run:
    where = f"dask:{on.scheduler_address}" if isinstance(on, LocalCluster) else on
    options = {"replications": COUNT, "chunk": CHUNK, "seed": SEED, "out": path, "simulator": FAKE} | changes
    return run(RAID, on=where, **options)


def tell(on: LocalCluster, code: str, workers: list[str] | None = None) -> None:
    """Run code in workers of a cluster."""
    with Client(on, set_as_default=False) as client:
        client.run(exec, code, {}, workers=workers)


def test_a_local_cluster_gives_the_digest_of_one_machine_and_goes_with_the_run(tmp_path: Path, reference: str) -> None:
    shown: list[int] = []
    made = make(tmp_path / "r", "dask", jobs=2, record=2, progress=lambda done, of: shown.append(done))
    assert made.digest == reference
    assert made.store.verify() == reference
    assert shown == sorted(shown) and shown[-1] == COUNT
    assert [p for p in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(p.cmdline())] == []


def test_a_standing_cluster_gives_the_same_and_stops_where_the_answer_is_sharp(
    standing: LocalCluster, tmp_path: Path, reference: str
) -> None:
    assert make(tmp_path / "r", standing).digest == reference
    changes = {"until": "any_leaker:0.08", "replications": None, "chunk": 50}
    there, here = make(tmp_path / "there", standing, **changes), make(tmp_path / "here", None, **changes)
    assert there.digest == here.digest
    assert there.replications > 100


def test_the_chunk_of_a_killed_worker_is_done_again(standing: LocalCluster, tmp_path: Path, reference: str) -> None:
    killed: list[int] = []

    def progress(done: int, of: int) -> None:
        if done >= 2 * CHUNK and not killed:
            killed.append(standing.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    made = make(tmp_path / "r", standing, simulator=slow_simulator(), progress=progress)
    assert killed
    assert made.digest == reference
    assert not list((tmp_path / "r").rglob(f"*{disk.TEMPORARY}"))


def test_what_kills_every_worker_is_given_up_in_one_line(
    single: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ATTEMPTS", 1)
    with pytest.raises(ResultsError, match=r"no worker could finish replications 5 \.\. 9 .*--chunk"):
        make(tmp_path / "r", single, simulator=deadly_simulator())


@pytest.mark.parametrize(("first", "then"), [(None, "standing"), ("standing", None)])
def test_a_run_begun_in_one_place_goes_on_in_the_other(
    standing: LocalCluster, tmp_path: Path, reference: str, first: str | None, then: str | None
) -> None:
    cancel = threading.Event()

    def progress(done: int, of: int) -> None:
        if done >= 2 * CHUNK:
            cancel.set()

    places = {"standing": standing, None: None}
    slow = {"simulator": slow_simulator()} if first else {"jobs": 1}
    with pytest.raises(Interrupted, match=rf"stopped with \d+ of {COUNT} .*Run the same command again"):
        make(tmp_path / "r", places[first], progress=progress, cancel=cancel, **slow)
    stored = len(list((tmp_path / "r" / "chunks").glob("c*.parquet")))
    assert 0 < stored < COUNT // CHUNK
    assert make(tmp_path / "r", places[then]).digest == reference


# ------------------------------------------------------------------ sweeps and comparisons


def test_a_sweep_on_a_cluster_has_the_digest_of_one_machine_and_tells_an_unfit_worker_once(
    standing: LocalCluster, tmp_path: Path
) -> None:
    study = fake_study(threats=(1, 2), pk=(0.2, 0.8))
    odd = standing.workers[1].worker_address
    tell(standing, OTHER_ARITHMETIC, [odd])
    told: list[str] = []
    try:
        there = make_sweep(tmp_path / "s", study, on=f"dask:{standing.scheduler_address}", jobs=None, warn=told.append)
    finally:
        tell(standing, UNBENT, [odd])
    assert there.digest == make_sweep(None, study).digest
    assert len(told) == 1 and told[0].startswith(f"worker {odd} on host")
    assert not list(tmp_path.rglob(f"*{disk.TEMPORARY}"))


def test_a_sweep_stopped_on_threads_goes_on_with_the_worker_that_is_left(single: LocalCluster, tmp_path: Path) -> None:
    study, cancel = fake_study(threats=(1, 2, 3), pk=(0.5,)), threading.Event()
    with pytest.raises(Interrupted):
        make_sweep(tmp_path / "s", study, progress=lambda done, of: done > 15 and cancel.set(), cancel=cancel)
    with opened(f"dask:{single.scheduler_address}", None, tmp_path) as place:
        on = make_sweep(tmp_path / "s", study, on=place, jobs=None)
    assert on.digest == make_sweep(None, study).digest


def test_both_sides_of_a_comparison_share_one_cluster(single: LocalCluster, tmp_path: Path) -> None:
    sides = RAID, FakeScenario(hidden=0.5)
    options: dict[str, Any] = {"replications": 20, "seed": SEED, "chunk": CHUNK, "simulator": FAKE}
    there = compare(*sides, on=f"dask:{single.scheduler_address}", out=tmp_path / "c", **options)
    assert there.digest == compare(*sides, **options).digest
    for each in (there.a, there.b):
        assert each.store.verify() == each.digest


def test_worlds_of_a_question_on_a_cluster_answer_as_on_one_machine(single: LocalCluster, tmp_path: Path) -> None:
    worlds = [{"pk": 0.2}, {}]
    here = evaluate(RAID, worlds, "leakers", 20, SEED, Work(simulator=FAKE))
    work = Work(on=f"dask:{single.scheduler_address}", out=tmp_path / "w", simulator=FAKE)
    assert (evaluate(RAID, worlds, "leakers", 20, SEED, work).values == here.values).all()
    with pytest.raises(UsageError, match="a folder that they see"):
        evaluate(RAID, worlds, "leakers", 20, SEED, Work(on="dask:node7:8786", simulator=FAKE))


def test_sweeps_and_comparisons_refuse_what_runs_refuse_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='"spark" names nothing'):
        make_sweep(tmp_path / "s", on="spark")
    with pytest.raises(UsageError, match="a folder that they see"):
        make_sweep(None, on="dask:node7:8786", jobs=None)
    with pytest.raises(UsageError, match="Leave out --jobs"):
        compare(RAID, RAID, on="dask:node7:8786", jobs=2, out=tmp_path / "c", simulator=FAKE)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ workers that are not fit

UNBENT = (
    "import importlib\nfrom openiads.runs import disk, worker\nimportlib.reload(worker)\ndisk._active = disk.Disk()"
)
OTHER_ARITHMETIC = "from openiads.runs import worker\nworker.arithmetic_fingerprint = lambda: 'another'"
OTHER_VERSION = "from openiads.runs import worker\nworker.__version__ = '9.9'"
OTHER_CATALOG = """
from types import SimpleNamespace
from openiads.runs import worker
worker._worlds.clear()
worker._own.__dict__.clear()
real = worker._build
def build(store, simulator):
    from dataclasses import replace
    return real(store, replace(simulator, catalog=lambda scenario: SimpleNamespace(digest="f" * 64)))
worker._build = build
"""
OWN_FOLDER = """
import pathlib
from openiads.runs import worker
worker.LATE = 0.1
worker.Path = lambda folder: pathlib.Path(folder + "-of-its-own")
"""
OWN_CHUNKS = """
from openiads.runs import disk
class Elsewhere(disk.Disk):
    def rename(self, source, target):
        source.unlink()
disk._active = Elsewhere()
"""

LATE_CHUNKS = """
import threading
from openiads.runs import disk
class Late(disk.Disk):
    def rename(self, source, target):
        threading.Timer(0.7, source.replace, [target]).start()
disk._active = Late()
"""
DAMAGED_CHUNK = """
from openiads.runs import disk
class Damaging(disk.Disk):
    whole = False
    def write(self, handle, path, data):
        super().write(handle, path, data if self.whole else data[:-9])
        self.whole = True
disk._active = Damaging()
"""


@pytest.mark.parametrize("code", [LATE_CHUNKS, DAMAGED_CHUNK], ids=["late", "damaged"])
def test_a_chunk_that_comes_late_is_waited_for_and_a_damaged_one_is_done_again(
    single: LocalCluster, tmp_path: Path, reference: str, code: str
) -> None:
    shown: list[int] = []
    tell(single, code)
    try:
        made = make(tmp_path / "r", single, progress=lambda done, of: shown.append(done))
    finally:
        tell(single, UNBENT)
    assert made.digest == made.store.verify() == reference
    assert shown == sorted(shown) and shown[-1] == COUNT


def test_a_worker_with_other_arithmetic_is_refused_by_name_and_the_others_do_its_work(
    standing: LocalCluster, tmp_path: Path, reference: str
) -> None:
    odd = standing.workers[1].worker_address
    tell(standing, OTHER_ARITHMETIC, [odd])
    told: list[str] = []
    try:
        assert make(tmp_path / "r", standing, warn=told.append).digest == reference
    finally:
        tell(standing, UNBENT, [odd])
    assert len(told) == 1
    assert told[0].startswith(f"worker {odd} on host {platform.node()} is not used")
    assert "(fingerprint): another" in told[0]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (OTHER_ARITHMETIC, r"no worker is left: worker tcp://\S+ on host \S+ is not used: .*\(fingerprint\): another"),
        (OTHER_VERSION, r"no worker is left: .*\(version\): 9\.9"),
        (OTHER_CATALOG, r"no worker is left: .*\(catalog\): ffff"),
        (OWN_FOLDER, r"the folder is not shared with worker tcp://\S+ on host \S+: there is no such folder"),
        (OWN_CHUNKS, r"the folder is not shared with worker tcp://\S+ on host \S+: it has written this chunk"),
    ],
    ids=["arithmetic", "version", "catalog", "folder", "chunks"],
)
def test_without_a_fit_worker_the_run_ends_in_one_line_and_goes_on_elsewhere(
    single: LocalCluster, tmp_path: Path, reference: str, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    monkeypatch.setattr(workers, "GRACE", 0.2)
    monkeypatch.setattr(workers, "LATE", 0.2)
    single.sync(single._correct_state)
    single.wait_for_workers(1)
    tell(single, code)
    try:
        with pytest.raises(ResultsError, match=reason) as caught:
            make(tmp_path / "r", single)
    finally:
        tell(single, UNBENT)
    assert "\n" not in str(caught.value) and caught.value.exit_code == 74
    assert make(tmp_path / "r", None).digest == reference


# ------------------------------------------------------------------ schedulers that do not answer


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWER", 0.5)
    monkeypatch.setattr(workers, "PATIENCE", 0.5)


@pytest.mark.usefixtures("hurried")
def test_a_scheduler_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        for _ in ("nobody listens", "somebody listens and says nothing"):
            with pytest.raises(ResultsError, match="no Dask scheduler answers within") as caught:
                make(tmp_path / "r", f"dask:127.0.0.1:{port}")
            assert "\n" not in str(caught.value) and caught.value.exit_code == 74
            deaf.listen()
    assert not (tmp_path / "r").exists()


@pytest.mark.usefixtures("hurried")
def test_something_else_that_answers_is_one_line(tmp_path: Path) -> None:
    def answer() -> None:
        taken, _ = web.accept()
        with taken:
            taken.recv(100)
            taken.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)

    with socket.create_server(("127.0.0.1", 0)) as web:
        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ResultsError, match="no Dask scheduler"):
            make(tmp_path / "r", f"dask:127.0.0.1:{web.getsockname()[1]}")
        thread.join()


@pytest.mark.usefixtures("hurried")
def test_a_scheduler_without_workers_and_a_worker_s_address_are_one_line(single: LocalCluster, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="this is a worker, not a scheduler"):
        make(tmp_path / "r", f"dask:{next(iter(single.workers.values())).worker_address}")
    with started(0) as empty, pytest.raises(ResultsError, match=r"no worker has been there .*Start workers"):
        make(tmp_path / "r", empty)


@pytest.mark.parametrize(
    ("on", "address"),
    [
        ("dask", ""),
        ("dask:node7:8786", "tcp://node7:8786"),
        ("dask:tcp://10.0.0.7:8786", "tcp://10.0.0.7:8786"),
        ("dask:tls://node7.example:1", "tls://node7.example:1"),
        ("dask:tcp://[::1]:8786", "tcp://[::1]:8786"),
    ],
)
def test_places_are_read(on: str, address: str) -> None:
    assert cluster.address_of(on) == address


@pytest.mark.parametrize(
    "on", ["spark", "dask:", "dask:node7", "dask:node7:", "dask:ftp://node7:1", "dusk:node7:1", ""]
)
def test_places_that_do_not_exist_are_refused(on: str) -> None:
    with pytest.raises(UsageError, match=f'^on: "{on}" names nothing'):
        run(RAID, on=on, simulator=FAKE)


def test_contradictions_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="Leave out --jobs"):
        make(tmp_path / "r", "dask:node7:8786", jobs=2)
    with pytest.raises(UsageError, match="a folder that they see"):
        run(RAID, on="dask:node7:8786", simulator=FAKE)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=f"{re.escape(how_to_install('cluster'))}$"):
        make(tmp_path / "r", "dask")


def test_an_engine_without_a_name_is_refused(single: LocalCluster, tmp_path: Path) -> None:
    nameless = FakeSimulator(name="")
    with pytest.raises(UsageError, match="no name by which a worker finds it"):
        make(tmp_path / "r", single, simulator=nameless)


# ------------------------------------------------------------------ a worker's part, without a cluster


@pytest.fixture
def order(tmp_path: Path) -> tuple[Any, ...]:
    identity = identity_here(
        scenario=RAID.digest(), catalog=FakeCatalog().digest, seed=SEED, replications=10, chunk=5, record=2
    )
    facts = {"scenario": {"mapping": RAID.mapping(), "folder": None}}
    Store.create_or_resume(tmp_path / "r", identity, facts).close()
    return str(tmp_path / "r"), identity.as_dict(), "runs.fake_simulator:simulator"


def test_an_order_and_its_answer_are_small_and_a_second_copy_is_left_as_it_is(order: tuple[Any, ...]) -> None:
    assert "failed" not in worker.examine(*order) and "refused" not in worker.examine(*order)
    told = worker.work(*order, (1, 5, 10))
    assert len(json.dumps(order)) < 2_000 and len(json.dumps(told)) < 500
    file = Path(order[0]) / "chunks" / "c000001.parquet"
    written = file.stat()
    assert worker.work(*order, (1, 5, 10)) == told
    assert file.stat().st_mtime_ns == written.st_mtime_ns


def test_a_second_copy_that_differs_is_told(order: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(chunk: Chunk, *more: Any) -> Any:
        """Another worker is done first, and comes to something else."""
        made = real(chunk, *more)
        other = made[0].copy()
        other["killed"] += 1
        Store.open(Path(order[0])).write(chunk, other, made[1], {})
        return made

    real = worker.compute
    monkeypatch.setattr(worker, "compute", overtaken)
    assert "their results differ" in worker.work(*order, (0, 0, 5))["failed"][1]


def test_a_scenario_that_cannot_be_read_there_is_a_refusal(order: tuple[Any, ...], monkeypatch: Any) -> None:
    changed = FakeScenario(threats=2)
    found = FakeSimulator(restore=lambda facts: changed)
    monkeypatch.setattr(worker, "_simulator", lambda name: found)
    worker._worlds.clear()
    monkeypatch.setattr(worker, "_own", threading.local())
    assert "another scenario (scenario)" in worker.examine(*order)["refused"]


def test_worlds_are_kept_but_not_without_end(tmp_path: Path) -> None:
    for threats in range(1, worker.KEPT + 3):
        raid = FakeScenario(threats=threats)
        made = run(raid, replications=2, seed=1, out=tmp_path / str(threats), simulator=FAKE)
        told = worker.work(str(made.path), made.identity.as_dict(), "runs.fake_simulator:simulator", (0, 0, 1))
        assert told["rows"] == worker.fingerprint(made.store.trusted(made.chunks[0]))
        worker.examine(str(made.path), made.identity.as_dict(), "runs.fake_simulator:simulator")
    assert len(worker._worlds) == worker.KEPT


# ------------------------------------------------------------------ the command


def test_ctrl_c_ends_every_process_in_one_line_and_the_run_goes_on(tmp_path: Path) -> None:
    out, program = tmp_path / "r", Path(__file__).with_name("fake_simulator.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(program.parents[1]), *sys.path])}
    begun = subprocess.Popen(
        [sys.executable, str(program), str(out), str(COUNT), "2", "2", "0", "dask"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    until = time.monotonic() + 120
    while begun.poll() is None and not list(out.glob("chunks/c*")) and time.monotonic() < until:
        time.sleep(0.01)
    family = psutil.Process(begun.pid).children(recursive=True)
    os.killpg(begun.pid, signal.SIGINT)  # as a terminal does
    told = begun.communicate(timeout=120)[1]
    assert "Run the same command again" in told and told.count("\n") == 1
    assert len(family) >= 2 and psutil.wait_procs(family, timeout=30)[1] == []
    assert 0 < len(list(out.glob("chunks/c*"))) < COUNT // 2
    options: dict[str, Any] = {"replications": COUNT, "seed": 11, "simulator": FAKE}
    assert run(RAID, out=out, record=3, chunk=2, **options).digest == run(RAID, **options).digest


def test_the_command_refuses_an_unknown_place() -> None:
    command = [sys.executable, "-m", "openiads", "run", "one_on_one", "--on", "spark"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith('on: "spark" names nothing to run on') and done.stderr.count("\n") == 1
