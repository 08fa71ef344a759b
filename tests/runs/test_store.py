import errno
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from openiads.audit.check import check_run
from openiads.base.errors import ResultsError
from openiads.base.version import __version__
from openiads.experiments.differences import Pairs
from openiads.explain.kill_chain import explain, first_bound, top_gates
from openiads.faces.words.text import answer
from openiads.runs import disk, store
from openiads.runs.digest import EARLIER, row_digests
from openiads.runs.identity import chunks_of
from openiads.runs.parquet import outcome_table
from openiads.runs.replicate import run
from openiads.runs.run import Run, open_run
from openiads.world.outcome import ADDED, UNCOUNTED
from runs.fake_simulator import FAKE, FakeCatalog, FakeScenario, FakeSimulator

PROGRAM = Path(__file__).with_name("fake_simulator.py")
RAID = FakeScenario()
COUNT, CHUNK, SEED = 40, 10, 11


def make(path: Path, **changes: object) -> Run:
    options = {
        "replications": COUNT,
        "chunk": CHUNK,
        "seed": SEED,
        "jobs": 1,
        "out": path,
        "simulator": FAKE,
    } | changes
    return run(RAID, **options)


@pytest.fixture(scope="module")
def reference() -> str:
    return run(RAID, replications=COUNT, chunk=COUNT, seed=SEED, simulator=FAKE).digest


class FailingDisk(disk.Disk):
    """Fails its k-th primitive, and from then on if it is a full disk."""

    def __init__(self, at: int, code: int, *, stays: bool) -> None:
        self.count, self.at, self.code, self.stays = 0, at, code, stays

    def before(self, operation: str, path: Path) -> None:
        self.count += 1
        if self.count == self.at or (self.stays and self.count > self.at and operation != "remove"):
            raise OSError(self.code, os.strerror(self.code), str(path))


class RecordingDisk(disk.Disk):
    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def before(self, operation: str, path: Path) -> None:
        self.done.append((operation, path.name))


def test_chunks_cover_every_replication_once() -> None:
    for n, size, cuts in ((1, 1, ()), (100, 7, ()), (900, 30, (100, 200, 400, 800)), (5, 100, (100,))):
        chunks = chunks_of(n, size, cuts)
        assert [r for c in chunks for r in range(c.first, c.last)] == list(range(n))
        assert all(0 < c.last - c.first <= size for c in chunks)
        assert all(any(c.last == cut for c in chunks) for cut in cuts if cut < n)


def test_each_file_is_written_synced_renamed_and_events_come_before_outcomes(tmp_path: Path) -> None:
    with disk.use(RecordingDisk()) as recorder:
        make(tmp_path / "r")
    names = [name for operation, name in recorder.done if operation == "rename"]
    expected = ["run.json", *(f"{kind}{k:06d}.parquet" for k in range(4) for kind in "ec"), "SEALED.json"]
    assert names == expected
    for name in expected:
        at = recorder.done.index(("rename", name))
        steps = [operation for operation, _ in recorder.done[at - 4 : at + 2]]
        assert steps == ["create", "write", "sync", "close", "rename", "sync_folder"], name


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_any_failing_call_is_told_in_one_line_and_the_run_goes_on_to_the_same_digest(tmp_path: Path, code: int) -> None:
    def small(path: Path) -> Run:
        return run(FakeScenario(threats=1), replications=4, chunk=2, seed=1, jobs=1, out=path, simulator=FAKE)

    with disk.use(RecordingDisk()) as recorder:
        reference = small(tmp_path / "whole").digest
    calls = len(recorder.done)
    assert calls > 40
    for k in range(1, calls + 1, 1 if code == errno.ENOSPC else 3):
        path = tmp_path / f"{code}-{k}"
        failed: list[ResultsError] = []
        try:
            with disk.use(FailingDisk(k, code, stays=code == errno.ENOSPC)):
                small(path)
        except ResultsError as problem:
            failed = [problem]
        for told in failed:  # a failed clean-up or look at what is stored may be harmless
            assert told.exit_code == 74
            assert "\n" not in str(told)
            assert told.remedy
            assert code != errno.ENOSPC or "MB free" in str(told)
        assert small(path).digest == reference, k
        assert not list(path.rglob(f"*{disk.TEMPORARY}")), k


def crash_states(operations: list[tuple[str, Path, bytes]], upto: int) -> dict[Path, bytes]:
    """What a power failure after ``upto`` operations leaves at worst: only what was synced."""
    content: dict[Path, bytes] = {}
    durable: dict[Path, bytes] = {}
    names: dict[Path, Path] = {}
    for operation, path, data in operations[:upto]:
        if operation == "write":
            content[path] = data[: len(data) // 2]  # torn until synced
        elif operation == "sync":
            content[path] = data
        elif operation == "rename":
            source = Path(data.decode())
            names[path] = source
        elif operation == "sync_folder":
            durable |= {target: content[source] for target, source in names.items() if target.parent == path}
    return durable


def test_a_power_failure_at_any_moment_leaves_a_run_that_goes_on_to_the_same_digest(
    tmp_path: Path, reference: str
) -> None:
    log: list[tuple[str, Path, bytes]] = []

    class Tape(disk.Disk):
        def write(self, handle: int, path: Path, data: bytes) -> None:
            log.append(("write", path, data))
            self.last = data
            super().write(handle, path, data)

        def sync(self, handle: int, path: Path) -> None:
            log.append(("sync", path, self.last))
            super().sync(handle, path)

        def rename(self, source: Path, target: Path) -> None:
            log.append(("rename", target, str(source).encode()))
            super().rename(source, target)

        def sync_folder(self, path: Path) -> None:
            log.append(("sync_folder", path, b""))
            super().sync_folder(path)

    with disk.use(Tape()):
        make(tmp_path / "r")
    states = {tuple(sorted(crash_states(log, k).items())) for k in range(len(log) + 1)}
    assert len(states) == 11  # nothing, run.json, four pairs of files, the seal
    for k, state in enumerate(sorted(states, key=len)):
        copy = tmp_path / f"after-{k}"
        (copy / "chunks").mkdir(parents=True)
        for path, data in state:
            (copy / path.relative_to(tmp_path / "r")).write_bytes(data)
        assert make(copy).digest == reference


def test_kill_at_random_moments_and_resume_gives_the_same_digest(tmp_path: Path, reference: str) -> None:
    draw = np.random.default_rng(2)
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parents[1])}
    killed = 0
    for trial in range(3):
        path = tmp_path / f"r{trial}"
        command = [sys.executable, str(PROGRAM), str(path), str(COUNT), "3", "2", "0.02"]
        for _ in range(2):
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
            limit = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < limit and not list(path.glob("chunks/*")):
                time.sleep(0.01)
            time.sleep(float(draw.uniform(0.0, 0.3)))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
        assert make(path, chunk=3, record=3).digest == reference
    assert killed >= 3


DAMAGES: dict[str, Callable[[Path], None]] = {}


def damage(function: Callable[[Path], None]) -> Callable[[Path], None]:
    DAMAGES[function.__name__] = function
    return function


@damage
def truncated_outcomes(path: Path) -> None:
    file = path / "chunks" / "c000001.parquet"
    file.write_bytes(file.read_bytes()[:-100])


@damage
def truncated_events(path: Path) -> None:
    file = path / "chunks" / "e000001.parquet"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@damage
def swapped_chunks(path: Path) -> None:
    one, two = (path / "chunks" / f"c00000{k}.parquet" for k in (1, 2))
    a, b = one.read_bytes(), two.read_bytes()
    one.write_bytes(b)
    two.write_bytes(a)


@damage
def missing_events(path: Path) -> None:
    (path / "chunks" / "e000002.parquet").unlink()


@damage
def missing_outcomes(path: Path) -> None:
    (path / "chunks" / "c000002.parquet").unlink()


@damage
def empty_file(path: Path) -> None:
    (path / "chunks" / "c000003.parquet").write_bytes(b"")


@damage
def chunk_of_another_run(path: Path) -> None:
    make(path.parent / "other", seed=SEED + 1)
    for kind in "ec":
        (path / "chunks" / f"{kind}000000.parquet").write_bytes(
            (path.parent / "other" / "chunks" / f"{kind}000000.parquet").read_bytes()
        )


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_refused_by_readers_and_mended_by_the_same_command(tmp_path: Path, reference: str, name: str) -> None:
    path = tmp_path / "r"
    make(path)
    before = {p.name: p.read_bytes() for p in path.rglob("*.parquet")}
    DAMAGES[name](path)
    with pytest.raises(ResultsError) as told:
        open_run(path, simulator=FAKE).store.verify()
    assert "\n" not in str(told.value)
    assert make(path).digest == reference
    assert {p.name: p.read_bytes() for p in path.rglob("*.parquet")} == before
    assert open_run(path, simulator=FAKE).store.verify() == reference


def test_every_flipped_bit_is_noticed(tmp_path: Path, reference: str) -> None:
    path = tmp_path / "r"
    make(path)
    draw = np.random.default_rng(1)
    for name in ("c000001.parquet", "e000001.parquet"):
        file = path / "chunks" / name
        whole = file.read_bytes()
        for _ in range(60):
            flipped = bytearray(whole)
            flipped[int(draw.integers(len(whole)))] ^= 1 << int(draw.integers(8))
            file.write_bytes(flipped)
            with pytest.raises(ResultsError):
                open_run(path, simulator=FAKE).store.verify()
        assert make(path).digest == reference
        assert file.read_bytes() == whole


@pytest.mark.parametrize("name", ["run.json", "SEALED.json"])
def test_a_changed_number_in_a_small_file_is_noticed(tmp_path: Path, reference: str, name: str) -> None:
    path = tmp_path / "r"
    make(path)
    text = (path / name).read_text(encoding="utf-8")
    (path / name).write_text(text.replace(f": {COUNT},", f": {COUNT + 1},", 1), encoding="utf-8")
    assert (path / name).read_text(encoding="utf-8") != text
    with pytest.raises(ResultsError):
        open_run(path, simulator=FAKE)
    if name == "SEALED.json":
        assert make(path).digest == reference
        assert open_run(path, simulator=FAKE).digest == reference
    else:
        with pytest.raises(ResultsError, match="damaged"):
            make(path)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seed": 12}, "seed"),
        ({"replications": 39}, "replications"),
        ({"record": 1}, "record"),
        ({"knobs": {"pk": 1.0}}, "knobs"),
        ({"until": "0.1"}, "until"),
    ],
)
def test_resuming_another_run_is_refused_and_the_field_named(
    tmp_path: Path, changes: dict[str, object], field: str
) -> None:
    make(tmp_path / "r")
    with pytest.raises(ResultsError, match=rf"\({field}\)"):
        make(tmp_path / "r", **changes)


def test_another_scenario_version_or_arithmetic_is_refused(tmp_path: Path) -> None:
    make(tmp_path / "r")
    with pytest.raises(ResultsError, match=r"\(scenario\)"):
        run(FakeScenario(threats=3), replications=COUNT, seed=SEED, out=tmp_path / "r", simulator=FAKE)
    file = tmp_path / "r" / "run.json"
    from openiads.runs.folder import checked, with_check

    whole = file.read_bytes()
    for field, remedy in {
        "version": "Run again with a new --out, or use openiads other, which made it",
        "fingerprint": "Run again with a new --out, or go on where it was begun",
        "catalog": f"Run again with a new --out, or use the copy of openiads {__version__} that made it",
    }.items():
        told = checked(whole)
        told["identity"][field] = "other"
        file.write_bytes(with_check(told))
        with pytest.raises(ResultsError, match=rf"\({field}\): other, here it is ") as caught:
            make(tmp_path / "r")
        assert str(caught.value).endswith(remedy)
    told = checked(whole)
    told["identity"] |= {"format": 99, "version": "9.9", "new field": 1}
    file.write_bytes(with_check(told))
    for each in (lambda: make(tmp_path / "r"), lambda: open_run(tmp_path / "r", simulator=FAKE)):
        told_so = r"format 99.*\(format\)\. Use openiads 9\.9, or run again with a new --out"
        with pytest.raises(ResultsError, match=told_so):
            each()
    told["identity"]["format"] = 1
    file.write_bytes(with_check(told))
    with pytest.raises(ResultsError, match="not what this version of openiads writes"):
        open_run(tmp_path / "r", simulator=FAKE)


def test_a_run_of_another_catalog_names_both_and_what_to_do(tmp_path: Path) -> None:
    class Edited(FakeCatalog):
        @property
        def digest(self) -> str:
            return "e" * 64

    made = make(tmp_path / "r")
    changed = FakeSimulator(catalog=lambda _: Edited())
    for each in (
        lambda: make(tmp_path / "r", simulator=changed),
        lambda: open_run(tmp_path / "r", simulator=changed).world,
    ):
        with pytest.raises(ResultsError) as caught:
            each()
        assert f"made with another catalog (catalog): {made.identity.catalog[:12]}, here it is eeeeeeeeeeee. " in str(
            caught.value
        )
        assert "Run again with a new --out" in str(caught.value)


def damaged_events(path: Path) -> None:
    """Writes the events of chunk 1 anew, whole in themselves but with one event less."""
    import io

    import pyarrow.parquet as parquet

    table = parquet.read_table(path)
    changed = io.BytesIO()
    parquet.write_table(table.slice(1), changed, compression="zstd", write_page_checksum=True)
    path.write_bytes(changed.getvalue())


@pytest.mark.parametrize("how", ["forged", "flipped", "truncated", "missing", "swapped"])
def test_whoever_reads_events_checks_their_hash_first(tmp_path: Path, how: str) -> None:
    made = make(tmp_path / "r")
    file = tmp_path / "r" / "chunks" / "e000001.parquet"
    data = bytearray(file.read_bytes())
    if how == "forged":
        damaged_events(file)
    elif how == "flipped":
        data[len(data) // 2] ^= 4
        file.write_bytes(data)
    elif how == "truncated":
        file.write_bytes(data[:-50])
    elif how == "swapped":
        file.write_bytes((tmp_path / "r" / "chunks" / "e000002.parquet").read_bytes())
    else:
        file.unlink()
    again = open_run(tmp_path / "r", simulator=FAKE)
    assert len(again.key_events(0))
    for each in (
        lambda: explain(again, CHUNK),
        lambda: made.key_events(CHUNK),
        lambda: top_gates(again),
        lambda: first_bound(again),
    ):
        with pytest.raises(ResultsError, match=r"e000001\.parquet: damaged: .*only this chunk is recomputed") as caught:
            each()
        assert "\n" not in str(caught.value)


def test_a_damaged_chunk_of_another_version_is_not_mended_by_running_again(tmp_path: Path) -> None:
    made = make(tmp_path / "r")
    (tmp_path / "r" / "chunks" / "e000001.parquet").unlink()
    object.__setattr__(made.store.identity, "version", "0.0.9")
    with pytest.raises(ResultsError, match=r"Use openiads 0\.0\.9, which made this run, or run again with a new --out"):
        made.key_events(CHUNK)


def test_a_run_still_being_written_names_the_writer(tmp_path: Path) -> None:
    make(tmp_path / "r")
    (tmp_path / "r" / "SEALED.json").unlink()
    with pytest.raises(ResultsError, match=r"not complete \(4 of 4 chunks stored\)\. Run the same command again"):
        open_run(tmp_path / "r", simulator=FAKE)
    lock = disk.Lock(tmp_path / "r" / "lock")
    try:
        with pytest.raises(ResultsError, match=rf"still being written by process {os.getpid()} .*Wait for it to end"):
            open_run(tmp_path / "r", simulator=FAKE)
    finally:
        lock.release()


def tree(path: Path) -> dict[str, tuple[bool, bytes, int]]:
    return {
        str(p): (p.is_dir(), p.read_bytes() if p.is_file() else b"", p.lstat().st_mtime_ns)
        for p in [path, *path.rglob("*")]
    }


FOREIGN: dict[str, tuple[Callable[[Path], None], str]] = {
    "a file": (lambda p: p.write_text("mine"), ": is a file. Choose a new"),
    "under a file": (lambda p: p.parent.write_text("mine"), "is a file, not a folder"),
    "a link to nothing": (lambda p: p.symlink_to("nowhere"), "is a link to nothing"),
    "other files": (lambda p: (p.mkdir(), (p / "thesis.txt").write_text("mine"))[0], "holds other files (thesis.txt)"),
    "a folder of that name": (
        lambda p: (p.mkdir(), (p / "chunks").mkdir(), (p / "chunks" / "wood.txt").write_text("mine"))[0],
        "holds other files (chunks/wood.txt)",
    ),
    "another run.json": (lambda p: (p.mkdir(), (p / "run.json").write_text('{"a": 1}'))[0], "damaged: "),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_place_that_is_somebody_elses_is_refused_untouched_before_anything_is_computed(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "x" / "out"
    path.parent.parent.mkdir(exist_ok=True)
    if name != "under a file":
        path.parent.mkdir()
    setting, told = FOREIGN[name]
    setting(path)
    before = tree(tmp_path)

    def never() -> None:
        raise AssertionError("computed something")

    watched = FakeSimulator(prepare=never)
    with pytest.raises(ResultsError) as caught:
        make(path, simulator=watched)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value) and "--out" in caught.value.remedy
    assert tree(tmp_path) == before


def test_an_empty_folder_and_what_a_killed_start_leaves_are_taken(tmp_path: Path, reference: str) -> None:
    (tmp_path / "empty").mkdir()
    assert make(tmp_path / "empty").digest == reference
    (tmp_path / "begun" / "chunks").mkdir(parents=True)
    (tmp_path / "begun" / "lock").write_text("process 1")
    (tmp_path / "begun" / f".run.json.77{disk.TEMPORARY}").write_text("{")
    assert make(tmp_path / "begun").digest == reference


def test_a_resumed_run_keeps_its_chunk_size(tmp_path: Path, reference: str) -> None:
    make(tmp_path / "r")
    (tmp_path / "r" / "SEALED.json").unlink()
    (tmp_path / "r" / "chunks" / "c000002.parquet").unlink()
    assert make(tmp_path / "r", chunk=7).digest == reference
    assert len(list((tmp_path / "r" / "chunks").glob("c*"))) == COUNT // CHUNK


def test_two_at_once_are_refused(tmp_path: Path, reference: str) -> None:
    path = tmp_path / "r"
    begun, go_on = threading.Event(), threading.Event()

    def wait(done: int, of: int) -> None:
        begun.set()
        go_on.wait(20)

    first = threading.Thread(target=make, args=(path,), kwargs={"progress": wait})
    first.start()
    try:
        assert begun.wait(20)
        with pytest.raises(ResultsError, match=f"process {os.getpid()}"):
            make(path)
    finally:
        go_on.set()
        first.join()
    assert make(path).digest == reference


def test_a_folder_with_results_of_unknown_origin_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r"
    make(path)
    (path / "run.json").unlink()
    with pytest.raises(ResultsError, match=r"no run\.json"):
        make(path)
    with pytest.raises(ResultsError, match="no run here"):
        open_run(path, simulator=FAKE)


def test_a_path_that_is_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="file"):
        make(tmp_path / "file")


def test_a_complete_run_is_not_written_to_again(tmp_path: Path) -> None:
    make(tmp_path / "r")
    with disk.use(RecordingDisk()) as recorder:
        make(tmp_path / "r")
    assert {operation for operation, _ in recorder.done} <= {"lock", "read"}


def test_memory_for_estimates_does_not_hold_rows() -> None:
    made = run(RAID, replications=80, seed=1, simulator=FAKE)
    held = json.dumps({name: made.gathered.histogram(name) for name in ("leakers", "rounds_fired", "looks")})
    assert len(made.gathered.histogram("leakers")) <= 7
    assert held


def test_a_run_stored_before_losses_were_counted_is_read_and_says_that_it_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As 0.1.0 stored it: without the columns that were added since, hashed without them."""
    with monkeypatch.context() as patch:
        patch.setattr(store, "outcome_table", lambda *given: outcome_table(*given).drop_columns(ADDED))
        patch.setattr(store, "row_digests", lambda rows, layout=EARLIER: row_digests(rows, EARLIER))
        earlier = make(tmp_path / "r").digest
    kept = open_run(tmp_path / "r", simulator=FAKE)
    assert kept.store.verify() == kept.digest == earlier
    assert kept.estimate("leakers").mean == make(tmp_path / "now").estimate("leakers").mean
    assert (kept.rows()["elements_lost"] == UNCOUNTED).all()
    unknown = kept.estimate("civil_killed")
    assert (math.isnan(unknown.mean), unknown.n) == (True, 0)
    assert "shoots down" not in answer(kept.summary())
    difference = Pairs(kept, kept).difference("civil_killed").as_dict()
    assert difference["a"]["mean"] is None
    assert check_run(kept) == []


# ------------------------------------------------------------------ more replications


@pytest.mark.parametrize(("first", "chunk"), [(20, 10), (23, 10), (1, 10), (39, 7)])
def test_a_run_grows_and_keeps_what_is_stored(tmp_path: Path, reference: str, first: int, chunk: int) -> None:
    make(tmp_path / "r", replications=first, chunk=chunk)
    kept = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "r" / "chunks").iterdir()}
    made = make(tmp_path / "r")
    assert made.digest == reference
    assert made.replications == COUNT
    now = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "r" / "chunks").iterdir()}
    whole = first // chunk
    assert sum(now[name] == kept[name] for name in kept) == 2 * whole, "whole chunks are kept as they are"
    assert len(now) == 2 * -(-COUNT // chunk)
    again = open_run(tmp_path / "r", simulator=FAKE)
    assert again.store.verify() == again.digest == reference
    assert make(tmp_path / "r").digest == reference


def test_a_run_grows_step_by_step_and_from_a_part(tmp_path: Path, reference: str) -> None:
    path = tmp_path / "r"
    for count in (10, 15, 30):
        make(path, replications=count)
    (path / "SEALED.json").unlink()
    (path / "chunks" / "c000001.parquet").unlink()
    assert make(path).digest == reference
    assert open_run(path, simulator=FAKE).store.verify() == reference
    for replication in (0, 12, 39):
        assert len(open_run(path, simulator=FAKE).events(replication))


def test_a_run_that_is_killed_as_it_grows_goes_on(tmp_path: Path, reference: str) -> None:
    class Ended(RecordingDisk):
        def before(self, operation: str, path: Path) -> None:
            super().before(operation, path)
            if len(self.done) == at:
                raise KeyboardInterrupt

    make(tmp_path / "counted", replications=25)
    with disk.use(RecordingDisk()) as counted:
        make(tmp_path / "counted")
    for at in range(1, len(counted.done), 4):
        path = tmp_path / str(at)
        make(path, replications=25)
        with disk.use(Ended()), pytest.raises(BaseException):  # noqa: B017, PT011 - whatever ends it
            make(path)
        assert make(path).digest == reference, at


@pytest.mark.parametrize(
    "changed",
    [{"seed": 12}, {"knobs": {"a": 1.0}}, {"until": "leakers:0.5"}, {"record": 3}],
)
def test_only_a_run_of_the_same_question_grows(tmp_path: Path, changed: dict[str, object]) -> None:
    make(tmp_path / "r", replications=20)
    before = (tmp_path / "r" / "run.json").read_bytes()
    with pytest.raises(ResultsError, match="holds another run"):
        make(tmp_path / "r", **changed)
    assert (tmp_path / "r" / "run.json").read_bytes() == before


def test_a_run_is_not_cut_short(tmp_path: Path) -> None:
    make(tmp_path / "r")
    with pytest.raises(ResultsError, match=r"\(replications\) is 40, asked is 20"):
        make(tmp_path / "r", replications=20)
