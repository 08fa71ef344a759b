import json
import threading
from pathlib import Path

import numpy as np
import pytest

from openiads.base.errors import Interrupted, ResultsError, UsageError
from openiads.runs.replicate import default_chunk, run
from openiads.runs.run import open_run
from openiads.world.codes import Event
from openiads.world.outcome import METRICS
from runs.fake_simulator import FAKE, FakeCatalog, FakeScenario, FakeSimulator

RAID = FakeScenario()


@pytest.fixture(scope="module")
def reference() -> str:
    return run(RAID, replications=60, seed=4, jobs=1, chunk=60, simulator=FAKE).digest


@pytest.mark.parametrize(("jobs", "chunk"), [(1, 1), (2, 7), (3, 100), (2, None)])
def test_the_digest_is_the_same_whatever_the_threads_and_chunks(reference: str, jobs: int, chunk: int | None) -> None:
    assert run(RAID, replications=60, seed=4, jobs=jobs, chunk=chunk, simulator=FAKE).digest == reference


def test_recording_changes_no_outcome(reference: str) -> None:
    assert run(RAID, replications=60, seed=4, record=2, simulator=FAKE).digest == reference


def test_another_seed_catalog_scenario_or_number_gives_another_digest(reference: str) -> None:
    class Other(FakeCatalog):
        @property
        def digest(self) -> str:
            return "0" * 64

    made = [
        run(RAID, replications=60, seed=5, simulator=FAKE),
        run(RAID, replications=59, seed=4, simulator=FAKE),
        run(FakeScenario(threats=5), replications=60, seed=4, simulator=FAKE),
        run(RAID, replications=60, seed=4, catalog=Other(), simulator=FAKE),
    ]
    assert len({reference, *(m.digest for m in made)}) == 5


def test_the_summary_keeps_its_contract_and_is_plain_json(tmp_path: Path) -> None:
    made = run(FakeScenario(fails=0.1), replications=50, seed=1, out=tmp_path / "r", simulator=FAKE)
    told = json.loads(json.dumps(made.summary(), allow_nan=False))
    assert {"scenario", "seed", "replications", "digest", "wall_s", "outcomes", "failed_replications", "out"} <= set(
        told
    )
    assert list(told["outcomes"]) == METRICS
    for metric, found in told["outcomes"].items():
        assert {"mean", "low", "high", "n"} <= set(found), metric
    assert {"share", "median"} <= set(told["outcomes"]["first_launch_s"])
    assert told["failed_replications"] > 0
    assert told["outcomes"]["leakers"]["n"] == 50 - told["failed_replications"]
    assert told["failures"][0]["message"] == "flight threat[1]: height is not a number"
    assert told["failures"][0]["status"] == "bad_state"
    assert set(told["classes"]) == {"aircraft", "cruise", "ballistic"}
    again = open_run(tmp_path / "r", simulator=FAKE)
    assert again.summary() == made.summary()


def test_outcomes_are_all_rows_in_order() -> None:
    made = run(RAID, replications=23, seed=1, chunk=4, simulator=FAKE)
    table = made.outcomes
    assert table["replication"].to_pylist() == list(range(23))
    assert made.estimate("leakers").mean == pytest.approx(np.mean(table["leakers"].to_numpy()))


def test_a_row_is_that_of_its_replication() -> None:
    made = run(RAID, replications=23, seed=1, chunk=4, simulator=FAKE)
    assert [made.row(k).tobytes() for k in range(23)] == [row.tobytes() for row in made.rows()]
    with pytest.raises(UsageError, match=r"0 \.\. 22"):
        made.row(23)


def test_events_of_any_replication_hold_looks_and_states(tmp_path: Path) -> None:
    made = run(RAID, replications=8, seed=1, record=2, out=tmp_path / "r", simulator=FAKE)
    for replication in (1, 6):
        whole = made.events(replication)
        assert (whole["kind"] == Event.FLIGHT_STATE).any()
        assert (made.key_events(replication)["kind"] == Event.FLIGHT_STATE).any() == (replication < 2)
    key = made.events(6)
    key = key[key["kind"] < 32]
    assert np.array_equal(key, made.key_events(6))
    with pytest.raises(UsageError, match=r"0 \.\. 7"):
        made.events(8)


def test_a_simulator_that_has_changed_is_noticed(tmp_path: Path) -> None:
    run(RAID, replications=5, seed=1, out=tmp_path / "r", simulator=FAKE)

    def other(scenario: object, catalog: object, knobs: object, **shared: object) -> object:
        world = FAKE.build(scenario, catalog, knobs)
        world.pk = 0.1
        return world

    changed = FakeSimulator(build=other)
    again = open_run(tmp_path / "r", simulator=changed)
    first = int(np.flatnonzero(again.rows()["killed"])[0])
    with pytest.raises(ResultsError, match="otherwise than stored"):
        again.events(first)


def test_knobs_reach_the_world_and_are_part_of_the_run(tmp_path: Path) -> None:
    low = run(RAID, replications=20, seed=1, knobs={"pk": 0.0}, out=tmp_path / "r", simulator=FAKE)
    assert low.estimate("killed").mean == 0
    with pytest.raises(ResultsError, match="knobs"):
        run(RAID, replications=20, seed=1, knobs={"pk": 0.5}, out=tmp_path / "r", simulator=FAKE)
    assert open_run(tmp_path / "r", simulator=FAKE).world.pk == 0.0


def test_a_run_stops_at_the_first_look_that_is_sharp_enough(tmp_path: Path) -> None:
    made = run(
        FakeScenario(threats=1, hidden=0.4),
        until="any_leaker:0.04",
        seed=9,
        chunk=30,
        out=tmp_path / "r",
        simulator=FAKE,
    )
    assert made.replications in (200, 400, 800)
    finding = made.estimate("any_leaker")
    assert finding.half_width <= 0.04
    assert (
        made.digest
        == run(FakeScenario(threats=1, hidden=0.4), replications=made.replications, seed=9, simulator=FAKE).digest
    )
    half = run(
        FakeScenario(threats=1, hidden=0.4), replications=made.replications // 2, seed=9, simulator=FAKE
    ).estimate("any_leaker")
    assert half.half_width > 0.04
    assert open_run(tmp_path / "r", simulator=FAKE).replications == made.replications
    assert (
        run(
            FakeScenario(threats=1, hidden=0.4),
            until="any_leaker:0.04",
            seed=9,
            out=tmp_path / "r",
            simulator=FAKE,
        ).digest
        == made.digest
    )


def test_a_cancelled_run_keeps_its_chunks_and_goes_on(tmp_path: Path, reference: str) -> None:
    cancel = threading.Event()

    def progress(done: int, of: int) -> None:
        assert of == 60
        if done >= 20:
            cancel.set()

    slow = FakeScenario(slowness=0.01)
    with pytest.raises(Interrupted, match="Run the same command again"):
        run(
            slow,
            replications=60,
            seed=4,
            chunk=5,
            jobs=2,
            out=tmp_path / "r",
            progress=progress,
            cancel=cancel,
            simulator=FAKE,
        )
    stored = len(list((tmp_path / "r" / "chunks").glob("c*.parquet")))
    assert 0 < stored < 12
    with pytest.raises(ResultsError, match="not complete"):
        open_run(tmp_path / "r", simulator=FAKE)
    assert run(RAID, replications=60, seed=4, out=tmp_path / "r", simulator=FAKE).digest == reference


def test_keyboard_interrupt_becomes_interrupted(tmp_path: Path) -> None:
    def progress(done: int, of: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        run(
            FakeScenario(slowness=0.01),
            replications=60,
            chunk=5,
            out=tmp_path / "r",
            progress=progress,
            simulator=FAKE,
        )
    assert caught.value.exit_code == 130
    assert "of 60 replications stored" in str(caught.value)


def test_an_exception_in_a_worker_ends_the_run_and_is_not_swallowed(tmp_path: Path) -> None:
    class Broken:
        def __init__(self, world: object, seed: int) -> None:
            pass

        def replicate(self, replication: int, record: bool = False) -> object:
            raise ZeroDivisionError("in the engine")

    with pytest.raises(ZeroDivisionError):
        run(
            RAID,
            replications=9,
            out=tmp_path / "r",
            simulator=FakeSimulator(runner=Broken),
        )


def test_a_temporary_run_leaves_nothing_behind() -> None:
    made = run(RAID, replications=4, simulator=FAKE)
    path = made.path
    assert path.is_dir()
    assert made.summary()["out"] is None
    del made
    assert not path.exists()


@pytest.mark.parametrize(
    "wrong", [{"replications": 0}, {"seed": -1}, {"seed": 2**32}, {"jobs": 0}, {"chunk": 0}, {"record": -1}]
)
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        run(RAID, simulator=FAKE, **wrong)


def test_default_chunks_give_early_results_and_few_files() -> None:
    assert default_chunk(1) == 1
    for n in (10, 200, 5_000, 100_000, 10**6):
        assert 1 <= default_chunk(n) <= 250
        assert n / default_chunk(n) <= 4_000


def test_a_chunk_is_two_seconds_of_work_where_that_leaves_enough_chunks_for_the_threads() -> None:
    assert default_chunk(10_000, 0.009) == 223
    assert default_chunk(1_600, 0.0001) == 200  # an eighth
    assert default_chunk(10**6, 0.0001) == 250
    assert default_chunk(10_000, 10.0) == default_chunk(10_000)
    assert default_chunk(100, 0.001) == 13


def test_the_size_of_chunks_that_was_timed_is_kept_when_a_run_goes_on(tmp_path: Path) -> None:
    one = run(FakeScenario(threats=1), replications=2_000, seed=1, out=tmp_path / "r", simulator=FAKE)
    assert one.identity.chunk > default_chunk(2_000)
    (tmp_path / "r" / "SEALED.json").unlink()
    slow = FakeScenario(threats=1, slowness=0.05)
    again = run(slow, replications=2_000, seed=1, out=tmp_path / "r", simulator=FAKE)
    assert (again.identity.chunk, again.digest) == (one.identity.chunk, one.digest)
