import errno
import multiprocessing
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from experiments.fake_sweep import fake_study, make, make_slowly
from openiads.base.errors import InputError, Interrupted, ResultsError
from openiads.experiments.design import Study, quick_study
from openiads.experiments.factors import Factor
from openiads.experiments.sweep import Sweep, is_sweep, open_sweep, sweep
from openiads.runs import disk
from openiads.runs.replicate import run
from openiads.runs.run import open_run
from runs.fake_simulator import FAKE, FakeScenario, FakeSimulator
from runs.test_store import FailingDisk, RecordingDisk, tree

#: Processes for those who are killed, forked from one that has loaded everything: starting Python would be most of it.
FORKS = multiprocessing.get_context("forkserver")
LOADED = ("pyarrow.parquet", "pyarrow.compute", "pandas", "scipy.special", "pytest")
FORKS.set_forkserver_preload([*(each.__module__ for each in (Study, Factor, run, Sweep)), *LOADED])
POINTS = 10

SMALL = fake_study(threats=(1, 2), pk=(0.5,), replications=4)


def small(path: Path) -> Sweep:
    return make(path, SMALL, chunk=2)


@pytest.fixture(scope="module")
def reference() -> str:
    return make(None).digest


def test_every_point_is_an_ordinary_run_of_its_own_scenario_and_knobs(tmp_path: Path) -> None:
    made = make(tmp_path / "s")
    assert len(made.points) == POINTS
    for point, each in zip(made.points, made.runs(), strict=True):
        assert each.path == tmp_path / "s" / "points" / f"p{point.index:06d}"
        alone = run(
            FakeScenario(threats=point.values["threats"]), replications=12, seed=3, knobs=point.knobs, simulator=FAKE
        )
        assert open_run(each.path, simulator=FAKE).digest == alone.digest
        assert made.estimate("leakers")[point.index] == alone.estimate("leakers")


@pytest.mark.parametrize(("jobs", "chunk"), [(2, 5), (3, 1), (1, None)])
def test_the_digest_is_the_same_whatever_the_threads_and_chunks(reference: str, jobs: int, chunk: int | None) -> None:
    assert make(None, jobs=jobs, chunk=chunk).digest == reference


def test_points_share_their_dice_unless_seeds_are_independent(tmp_path: Path) -> None:
    same = fake_study(threats=(3,), pk=(0.5, 0.5000001))
    paired = make(None, same)
    one, other = ((r.rows(), r.seed) for r in paired.runs())
    assert np.array_equal(one[0]["leakers"], other[0]["leakers"]) and one[1] == other[1] == 3
    own = make(None, fake_study(threats=(3,), pk=(0.5, 0.5000001), seeds="independent"))
    seeds = [r.seed for r in own.runs()]
    assert len({*seeds, 3}) == 3


def test_a_sweep_read_back_tells_the_same(tmp_path: Path) -> None:
    made = make(tmp_path / "s")
    again = open_sweep(tmp_path / "s", simulator=FAKE)
    assert (again.digest, again.points, again.rows()) == (made.digest, made.points, made.rows())
    assert again.summary() == made.summary()
    assert again.verify() == made.digest
    assert is_sweep(tmp_path / "s") and not is_sweep(again.run(0).path)
    table = again.table()
    assert table.num_rows == POINTS
    assert table["threats"].to_pylist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert table["knob.pk"].to_pylist() == [0.2, 0.8] * 5
    leakers = table["leakers"].to_numpy()
    assert (leakers[0::2] >= leakers[1::2]).all() and leakers[8] > leakers[0]


def test_a_temporary_sweep_leaves_nothing_behind() -> None:
    made = make(None, SMALL)
    path = made.path
    assert path.is_dir() and made.summary()["out"] is None
    del made
    assert not path.exists()


def test_a_stopping_rule_ends_each_point_by_itself() -> None:
    study = fake_study(threats=(1,), pk=(0.0, 1.0), replications=None, until="any_leaker:0.03")
    counts = [r.replications for r in make(None, study, chunk=100).runs()]
    assert counts[0] < counts[1] and all(n >= 100 for n in counts)


def test_warnings_are_told_once_with_their_point() -> None:
    told: list[str] = []
    noisy = FakeSimulator(warnings=lambda scenario, world: ["weapons hold"])
    make(None, SMALL, simulator=noisy, warn=told.append)
    assert told == ["point 0 (threats = 1, knob.pk = 0.5): weapons hold"]


@pytest.mark.compiled_only
def test_points_whose_knobs_contradict_themselves_are_capped_and_counted(tmp_path: Path) -> None:
    vary = {"knob.48n6e2.pk": [0.1, 1.0], "knob.48n6e2.reliability": [0.85, 0.99]}
    study = quick_study("raid24", vary=vary, replications=2)
    told: list[str] = []
    made = sweep(study, out=tmp_path / "s", warn=told.append, jobs=1)
    assert told == [
        "at 2 of 4 points the knobs ask a kill probability above reliability x common mode; it is capped there"
    ]
    assert [bool(each) for each in made.capped] == [False, False, True, True]
    assert all(row["used"] < row["asked"] for row in made.capped[2])
    alone = run(study.scenario, replications=2, knobs=study.points[2].knobs)
    assert alone.capped == made.capped[2] and alone.digest == made.run(2).digest
    again = open_sweep(tmp_path / "s")
    assert again.capped == made.capped and again.summary()["capped_points"] == 2


@pytest.mark.compiled_only
def test_points_whose_rounds_do_not_arrive_where_they_were_quoted_are_counted(tmp_path: Path) -> None:
    told: list[str] = []
    study = quick_study("tartus_2016_v4", vary={"knob.9m82md.flight": [0.2, 0.4]}, replications=1)
    made = sweep(study, out=tmp_path / "s", warn=told.append, jobs=1)
    assert any(line.startswith("at 1 of 2 points a round with these knobs does not arrive") for line in told)
    assert [bool(each) for each in made.nearer] == [True, False]
    again = open_sweep(tmp_path / "s")
    assert again.nearer == made.nearer and again.summary()["nearer_points"] == 1


def test_points_share_one_store_of_build_products() -> None:
    stores = []

    def build(scenario: FakeScenario, catalog: object, knobs: object, *, prebuilt: object) -> object:
        stores.append(prebuilt)
        return FAKE.build(scenario, catalog, knobs)

    make(None, SMALL, simulator=FakeSimulator(build=build))
    assert len(stores) == 2 and stores[0] is stores[1] is not None


def test_a_point_that_cannot_be_built_is_named(tmp_path: Path) -> None:

    def build(scenario: FakeScenario, catalog: object, knobs: object, **shared: object) -> object:
        if scenario.threats == 2:
            raise InputError("round", "cannot fly", "Give it a motor.")
        return FAKE.build(scenario, catalog, knobs)

    broken = FakeSimulator(build=build)
    with pytest.raises(InputError, match=r"point 1 \(threats = 2, knob.pk = 0.5\): round: cannot fly. Give it a motor"):
        make(tmp_path / "s", SMALL, simulator=broken)
    assert small(tmp_path / "s").digest == make(None, SMALL).digest


# ------------------------------------------------------------------ interruption


def test_twenty_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path, reference: str) -> None:
    """Each kill -9 meets the sweep somewhere between its first file and its seal; it goes on in the same folder."""
    draw = np.random.default_rng(4)
    killed, trial, progress = 0, 0, set()
    while killed < 20:
        path = tmp_path / f"s{trial}"
        process = FORKS.Process(target=make_slowly, args=(path, 0.002))
        process.start()
        limit = time.monotonic() + 60
        before = len(list(path.glob("points/*"))) if path.exists() else 0
        while process.is_alive() and len(list(path.glob("points/*"))) <= before and time.monotonic() < limit:
            time.sleep(0.002)
        time.sleep(float(draw.uniform(0.0, 0.12)))
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        killed += process.exitcode == -signal.SIGKILL
        progress.add(len(list(path.glob("points/*"))))
        if (path / "SEALED.json").exists():
            assert open_sweep(path, simulator=FAKE).verify() == reference
            trial += 1
    for path in tmp_path.iterdir():
        assert make(path).digest == reference
        assert open_sweep(path, simulator=FAKE).verify() == reference
        assert not list(path.rglob(f"*{disk.TEMPORARY}"))
    assert len(progress) >= 4  # the kills fell into different points


def test_a_cancelled_sweep_keeps_its_points_and_goes_on(tmp_path: Path, reference: str) -> None:
    cancel = threading.Event()
    seen: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> None:
        seen.append((done, of))
        if done >= 40:
            cancel.set()

    with pytest.raises(Interrupted, match=r"stopped with [34] of 10 points done. Run the same command again"):
        make(tmp_path / "s", fake_study(slowness=0.002), progress=progress, cancel=cancel)
    assert {of for _, of in seen} == {120}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    with pytest.raises(ResultsError, match=r"not complete \([34] of 10 points done\)"):
        open_sweep(tmp_path / "s")
    assert make(tmp_path / "s").digest == reference


def test_keyboard_interrupt_without_a_folder_keeps_nothing() -> None:
    def progress(done: int, of: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="Nothing is kept without out") as caught:
        make(None, fake_study(slowness=0.002), progress=progress)
    assert caught.value.exit_code == 130


def test_whole_points_are_read_and_not_built_again(tmp_path: Path, reference: str) -> None:
    make(tmp_path / "s")
    built = []

    def build(scenario: FakeScenario, catalog: object, knobs: dict[str, float], **shared: object) -> object:
        built.append((scenario.threats, knobs["pk"]))
        return FAKE.build(scenario, catalog, knobs)

    counting = FakeSimulator(build=build)
    assert make(tmp_path / "s", simulator=counting).digest == reference
    assert built == []
    (tmp_path / "s" / "points" / "p000003" / "SEALED.json").unlink()
    assert make(tmp_path / "s", simulator=counting).digest == reference
    assert built == [(2, 0.8)]


# ------------------------------------------------------------------ the disk


def test_files_come_in_an_order_in_which_any_prefix_is_right(tmp_path: Path) -> None:
    with disk.use(RecordingDisk()) as recorder:
        small(tmp_path / "s")
    order = [
        name
        for step, name in recorder.done
        if step == "rename" or (step == "make_folder" and name.startswith("p0")) or step == "lock"
    ]
    point = ["lock", "run.json", *(f"{kind}00000{k}.parquet" for k in range(2) for kind in "ec"), "SEALED.json"]
    assert order == ["lock", "sweep.json", "p000000", *point, "p000001", *point, "SEALED.json"]
    for at, (step, name) in enumerate(recorder.done):
        if step == "rename":
            around = [operation for operation, _ in recorder.done[at - 4 : at + 2]]
            assert around == ["create", "write", "sync", "close", "rename", "sync_folder"], name


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_any_failing_call_is_told_in_one_line_and_the_sweep_goes_on_to_the_same_digest(
    tmp_path: Path, code: int
) -> None:
    study = fake_study(threats=(1, 2), pk=(0.5,), replications=1)
    with disk.use(RecordingDisk()) as recorder:
        whole = make(tmp_path / "whole", study).digest
    calls = len(recorder.done)
    assert calls > 70
    told: list[ResultsError] = []
    for k in range(1, calls + 1, 1 if code == errno.ENOSPC else 4):
        path = tmp_path / str(k)
        try:
            with disk.use(FailingDisk(k, code, stays=code == errno.ENOSPC)):
                make(path, study)
        except ResultsError as problem:
            told.append(problem)
        assert make(path, study).digest == whole, k
        assert not list(path.rglob(f"*{disk.TEMPORARY}")), k
    assert len(told) > 15
    for problem in told:
        assert problem.exit_code == 74
        assert problem.remedy
        assert "\n" not in str(problem)
        assert code != errno.ENOSPC or "MB free" in str(problem)


def test_two_writers_are_refused_and_the_first_is_named(tmp_path: Path) -> None:
    small(tmp_path / "s")
    lock = disk.Lock(tmp_path / "s" / "lock")
    try:
        with pytest.raises(ResultsError, match=rf"another process is writing here \(process {os.getpid()}"):
            small(tmp_path / "s")
        (tmp_path / "s" / "SEALED.json").unlink()
        with pytest.raises(ResultsError, match="still being written"):
            open_sweep(tmp_path / "s")
    finally:
        lock.release()
    assert small(tmp_path / "s").digest == make(None, SMALL).digest


# ------------------------------------------------------------------ another sweep, damage, foreign folders


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 4}, r"its seed \(seed\) is 3, asked is 4"),
        ({"replications": 5}, r"its number of replications \(replications\) is 4, asked is 5"),
        ({"seeds": "independent"}, r"\(seeds\) is common, asked is independent"),
        ({"until": "leakers:0.5"}, r"its stopping rule \(until\) is none, asked is leakers:0.5"),
        ({"threats": (1, 3)}, r"its varied values \(vary.threats\[2\]\) is 2, asked is 3"),
        ({"pk": (0.5, 0.6)}, r"its varied values \(vary.knob.pk\) is \[0.5\], asked is \[0.5, 0.6\]"),
        ({"fixed": (("pk", 0.1),)}, r"its fixed values \(set.knob.pk\) is none, asked is 0.1"),
        ({"weighting": "triangular"}, r"\(weighting\)"),
    ],
)
def test_resuming_another_sweep_is_refused_and_the_field_named(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    small(tmp_path / "s")
    before = tree(tmp_path / "s")
    options = {"threats": (1, 2), "pk": (0.5,), "replications": 4} | changes
    with pytest.raises(ResultsError, match=words):
        make(tmp_path / "s", fake_study(**options))  # type: ignore[arg-type]
    assert {k: v[:2] for k, v in tree(tmp_path / "s").items() if not k.endswith("lock")} == {
        k: v[:2] for k, v in before.items() if not k.endswith("lock")
    }


def test_a_changed_scenario_is_refused_and_what_differs_is_named(tmp_path: Path) -> None:
    small(tmp_path / "s")
    study = Study("fake", FakeScenario(hidden=0.5), SMALL.factors, replications=4, seed=3)
    with pytest.raises(ResultsError, match=r"its scenario \(scenario.hidden\) is 0.15, asked is 0.5"):
        make(tmp_path / "s", study)


def test_other_metrics_and_words_are_the_same_sweep(tmp_path: Path) -> None:
    digest = small(tmp_path / "s").digest
    other = fake_study(threats=(1, 2), pk=(0.5,), replications=4, metrics=("killed",), question="Why?")
    made = make(tmp_path / "s", other)
    assert made.digest == digest and made.metrics == ("killed",)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


DAMAGED = [
    "points/p000001/chunks/c000000.parquet",
    "points/p000001/chunks/e000001.parquet",
    "points/p000001/SEALED.json",
]


@pytest.mark.parametrize("name", DAMAGED)
def test_a_flipped_bit_is_refused_by_readers_and_mended_by_the_same_command(tmp_path: Path, name: str) -> None:
    digest = small(tmp_path / "s").digest
    flip(tmp_path / "s" / name)
    with pytest.raises(ResultsError) as told:
        open_sweep(tmp_path / "s", simulator=FAKE).verify()
    assert "\n" not in str(told.value)
    assert small(tmp_path / "s").digest == digest
    assert open_sweep(tmp_path / "s", simulator=FAKE).verify() == digest


def test_swapped_points_are_refused_and_never_merged(tmp_path: Path) -> None:
    small(tmp_path / "s")
    one, two = (tmp_path / "s" / "points" / f"p00000{k}" for k in (0, 1))
    one.rename(tmp_path / "x")
    two.rename(one)
    (tmp_path / "x").rename(two)
    with pytest.raises(ResultsError, match="not the one that the sweep was sealed with"):
        open_sweep(tmp_path / "s", simulator=FAKE).verify()
    with pytest.raises(ResultsError, match=r"this folder holds another run: its scenario"):
        small(tmp_path / "s")


@pytest.mark.parametrize("name", ["sweep.json", "SEALED.json"])
def test_a_changed_number_in_a_small_file_is_noticed(tmp_path: Path, name: str) -> None:
    digest = small(tmp_path / "s").digest
    file = tmp_path / "s" / name
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"replications": 4', '"replications": 5', 1), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    with pytest.raises(ResultsError):
        open_sweep(tmp_path / "s")
    if name == "SEALED.json":
        assert small(tmp_path / "s").digest == digest
    else:
        with pytest.raises(ResultsError, match="damaged"):
            small(tmp_path / "s")


def test_points_without_sweep_json_and_foreign_folders_are_refused_untouched(tmp_path: Path) -> None:
    small(tmp_path / "s")
    (tmp_path / "s" / "sweep.json").unlink()
    with pytest.raises(ResultsError, match=r"there are results here but no sweep\.json"):
        small(tmp_path / "s")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    run(FakeScenario(), replications=2, out=tmp_path / "run", simulator=FAKE)
    for folder in ("mine", "run"):
        before = tree(tmp_path / folder)
        with pytest.raises(ResultsError, match="and no sweep"):
            small(tmp_path / folder)
        assert tree(tmp_path / folder) == before
    with pytest.raises(ResultsError, match="no sweep here"):
        open_sweep(tmp_path / "run")
    shutil.rmtree(tmp_path / "s")
    small(tmp_path / "s")
    with pytest.raises(ResultsError, match="and no run"):
        run(FakeScenario(), replications=2, out=tmp_path / "s", simulator=FAKE)


# ------------------------------------------------------------------ checking


def test_check_runs_random_replications_of_random_points_again(tmp_path: Path) -> None:
    make(tmp_path / "s")
    again: list[int] = []

    def build(scenario: FakeScenario, catalog: object, knobs: object, **shared: object) -> object:
        again.append(scenario.threats)
        return FAKE.build(scenario, catalog, knobs)

    counting = FakeSimulator(build=build)
    found, count = open_sweep(tmp_path / "s", simulator=counting).check(4)
    assert (found, count) == ([], 4)
    assert len(again) >= 3
    assert open_sweep(tmp_path / "s", simulator=FAKE).check(0) == ([], 0)


def test_check_finds_an_engine_that_has_changed(tmp_path: Path) -> None:
    make(tmp_path / "s")

    def other(scenario: FakeScenario, catalog: object, knobs: object, **shared: object) -> object:
        world = FAKE.build(scenario, catalog, knobs)
        world.pk = 1.0 - world.pk
        return world

    changed = FakeSimulator(build=other)
    found, _ = open_sweep(tmp_path / "s", simulator=changed).check(12)
    assert {violation.name for _, violation in found} == {"same again"}


def test_a_study_of_one_knob_alone_needs_no_variant() -> None:
    study = Study("one", FakeScenario(), (Factor("knob.pk", (0.0, 1.0)),), replications=6)
    made = sweep(study, simulator=FAKE)
    killed = [finding.mean for finding in made.estimate("killed")]
    assert killed[0] == 0 < killed[1]
