import multiprocessing
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.fake_sweep import fake_study
from openiads.base.errors import ResultsError, UsageError
from openiads.experiments.design import Study
from openiads.experiments.sweep import Sweep, open_sweep, sweep
from openiads.experiments.sweep_parts import PartedSweep, compute_sweep_part, join_sweep_parts
from openiads.runs import disk
from openiads.runs.division import Part, parse_part
from openiads.runs.folder import checked, with_check
from openiads.runs.work import Work
from runs.fake_simulator import FAKE

FORKS = multiprocessing.get_context("fork")


def part(path: Path, text: str, slowness: float = 0.0, study: Study | None = None, chunk: int = 6) -> PartedSweep:
    how = Work(jobs=1, out=path, chunk=chunk, simulator=FAKE)
    return compute_sweep_part(study or fake_study(slowness=slowness), how, parse_part(text))


def command(each: Part) -> str:
    return f"openiads sweep fake --part {each}"


def joined(path: Path, study: Study | None = None) -> Sweep:
    return join_sweep_parts(path, study or fake_study(), command, simulator=FAKE)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sweep(fake_study(), out=tmp_path_factory.mktemp("whole") / "sweep", jobs=2, simulator=FAKE)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts of ten points, computed and not joined."""
    path = tmp_path_factory.mktemp("three") / "sweep"
    for number in (1, 2, 3):
        part(path, f"{number}/3")
    return path


@pytest.fixture
def copy(three: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(three, tmp_path / "sweep"))


@pytest.mark.parametrize("of", [1, 3, 10])
def test_parts_in_any_order_and_number_join_to_the_sweep_made_in_one_piece(
    tmp_path: Path, reference: Sweep, of: int
) -> None:
    path, order = tmp_path / "sweep", list(range(1, of + 1))
    random.Random(of).shuffle(order)
    told = [part(path, f"{number}/{of}", chunk=1 + number) for number in order]
    assert sorted(point for each in told for point in each.points) == list(range(10))
    made = joined(path)
    assert made.digest == reference.digest
    assert made.rows() == reference.rows()
    shutil.rmtree(path / "parts")
    assert open_sweep(path, simulator=FAKE).verify() == reference.digest
    assert sweep(fake_study(), out=path, simulator=FAKE).digest == reference.digest


def test_a_stopping_rule_of_points_holds_in_parts(tmp_path: Path) -> None:
    study = fake_study(pk=(0.5,), replications=400, until="any_leaker:0.08")
    whole = sweep(study, simulator=FAKE)
    for number in (2, 1):
        part(tmp_path / "sweep", f"{number}/2", study=study)
    assert joined(tmp_path / "sweep", study).digest == whole.digest


def test_a_missing_part_is_named_with_its_points_and_its_command(copy: Path) -> None:
    shutil.rmtree(copy / "parts" / "2-of-3")
    with pytest.raises(ResultsError) as told:
        joined(copy)
    assert told.value.reason == "1 of 3 parts are not complete (2: missing, points 1, 4, 7)"
    assert told.value.remedy == "Compute it by openiads sweep fake --part 2/3, then join again"
    assert not (copy / "sweep.json").exists()


def test_a_part_that_was_stopped_tells_how_far_it_came(copy: Path) -> None:
    (copy / "parts" / "1-of-3" / "SEALED.json").unlink()
    shutil.rmtree(copy / "parts" / "1-of-3" / "points" / "p000003")
    with pytest.raises(ResultsError, match=r"1: points 0, 3, 6, 9, 3 of 4 points done"):
        joined(copy)


def test_parts_of_two_versions_are_told_apart(copy: Path) -> None:
    file = copy / "parts" / "3-of-3" / "part.json"
    told = checked(file.read_bytes())
    told["identity"]["version"] = "9.9"
    file.write_bytes(with_check(told))
    with pytest.raises(ResultsError, match=r"version of openiads \(version\): .* in 1-2; 9\.9 in 3"):
        joined(copy)


def test_parts_of_another_sweep_or_division_are_refused(copy: Path) -> None:
    other = fake_study(seed=4)
    with pytest.raises(ResultsError, match=r"another sweep: its seed \(seed\)"):
        joined(copy, other)
    with pytest.raises(ResultsError, match=r"\(seed\)"):
        part(copy, "1/3", study=other)
    with pytest.raises(ResultsError, match="divided into 3 parts already"):
        part(copy, "1/5")
    with pytest.raises(ResultsError, match="holds parts that are not joined"):
        sweep(fake_study(), out=copy, simulator=FAKE)


def test_fewer_points_than_parts_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="10 points cannot be divided into 11 parts"):
        part(tmp_path / "sweep", "1/11")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


@pytest.mark.parametrize("name", ["chunks/c000001.parquet", "chunks/e000000.parquet", "run.json", "SEALED.json"])
@pytest.mark.parametrize("harm", [cut, Path.unlink])
def test_damage_is_named_with_its_part_and_mended_by_it(
    copy: Path, reference: Sweep, name: str, harm: Callable[[Path], None]
) -> None:
    harm(copy / "parts" / "2-of-3" / "points" / "p000004" / name)
    with pytest.raises(ResultsError, match="part 2/3: ") as told:
        joined(copy)
    assert "p000004" in told.value.place
    assert "by openiads sweep fake --part 2/3" in told.value.remedy
    if name == "run.json":
        shutil.rmtree(copy / "parts" / "2-of-3" / "points" / "p000004")
    part(copy, "2/3")
    assert joined(copy).digest == reference.digest


def test_a_point_of_another_run_is_not_joined(copy: Path) -> None:
    one, other = (copy / "parts" / "1-of-3" / "points" / name for name in ("p000000", "p000003"))
    shutil.rmtree(one)
    shutil.copytree(other, one)
    with pytest.raises(ResultsError, match=r"part 1/3: this run is not the one that the part was sealed with"):
        joined(copy)


def test_killed_parts_go_on_and_lose_and_double_nothing(tmp_path: Path, reference: Sweep) -> None:
    draw, path, killed = random.Random(5), tmp_path / "sweep", 0
    for turn in range(9):
        number = 1 + turn % 3
        process = FORKS.Process(target=part, args=(path, f"{number}/3", 0.004))
        process.start()
        points = path / "parts" / f"{number}-of-3" / "points"
        deadline, before = time.monotonic() + 20, len(list(points.glob("p*")))
        while process.is_alive() and len(list(points.glob("p*"))) <= before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(draw.uniform(0.0, 0.05))
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
    assert killed >= 5
    for number in (1, 2, 3):
        part(path, f"{number}/3")
    assert joined(path).digest == reference.digest
    assert not list(path.rglob(f"*{disk.TEMPORARY}"))
