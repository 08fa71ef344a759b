import errno
import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from openiads.base.errors import ResultsError, UsageError
from openiads.runs import disk
from openiads.runs.division import Part, divided, parse_part, ranges
from openiads.runs.folder import checked, with_check
from openiads.runs.parts import Parted, compute_part, join
from openiads.runs.replicate import run
from openiads.runs.run import Run, open_run
from openiads.runs.work import Request, Work
from runs.fake_simulator import FAKE, FakeScenario, FakeSimulator

FORKS = multiprocessing.get_context("fork")
RAID = FakeScenario()
COUNT, SEED = 30, 11


def request(**changes: object) -> Request:
    return Request(**({"replications": COUNT, "seed": SEED, "record": 2} | changes))


def part(path: Path, text: str, slowness: float = 0.0, **changes: object) -> Parted:
    how = {"jobs": 1, "simulator": FAKE, "chunk": changes.pop("chunk", None)}
    return compute_part(FakeScenario(slowness=slowness), request(**changes), Work(out=path, **how), parse_part(text))


def command(each: Part) -> str:
    return f"openiads run raid --part {each}"


def joined(path: Path, **changes: object) -> Run:
    return join(RAID, request(**changes), Work(out=path, simulator=FAKE), command)


@pytest.fixture(scope="module")
def reference() -> Run:
    return run(RAID, replications=COUNT, seed=SEED, record=2, simulator=FAKE)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts that are computed and not joined."""
    path = tmp_path_factory.mktemp("three") / "run"
    for number in (1, 2, 3):
        part(path, f"{number}/3")
    return path


@pytest.fixture
def copy(three: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(three, tmp_path / "run"))


@pytest.mark.parametrize("of", [1, 2, 7, COUNT])
def test_parts_in_any_order_and_number_join_to_the_run_made_in_one_piece(
    tmp_path: Path, reference: Run, of: int
) -> None:
    path, order = tmp_path / "run", list(range(1, of + 1))
    random.Random(of).shuffle(order)
    told = [part(path, f"{number}/{of}") for number in order]
    assert sorted(r for each in told for r in range(each.first, each.last)) == list(range(COUNT))
    made = joined(path)
    assert made.digest == reference.digest
    assert made.estimate("leakers") == reference.estimate("leakers")
    assert open_run(path, simulator=FAKE).store.verify() == reference.digest
    assert made.key_events(COUNT - 1).tobytes() == reference.key_events(COUNT - 1).tobytes()


def test_a_part_that_is_computed_elsewhere_is_brought_with_its_folder(tmp_path: Path, reference: Run) -> None:
    part(tmp_path / "here", "1/2")
    part(tmp_path / "there", "2/2")
    shutil.copytree(tmp_path / "there" / "parts" / "2-of-2", tmp_path / "here" / "parts" / "2-of-2")
    assert joined(tmp_path / "here").digest == reference.digest


def test_joining_copies_where_the_medium_has_no_second_names(copy: Path, reference: Run) -> None:
    class Plain(disk.Disk):
        def link(self, source: Path, target: Path) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    with disk.use(Plain()):
        assert joined(copy).digest == reference.digest
    shutil.rmtree(copy / "parts")
    assert open_run(copy, simulator=FAKE).store.verify() == reference.digest


def test_a_joined_run_is_a_run_like_any_other_and_can_be_joined_and_computed_again(copy: Path, reference: Run) -> None:
    joined(copy)
    before = {p: p.stat().st_mtime_ns for p in copy.rglob("*") if p.is_file() and p.name != "lock"}
    assert joined(copy).digest == reference.digest
    part(copy, "2/3")  # twice is once
    assert {p: p.stat().st_mtime_ns for p in before} == before
    shutil.rmtree(copy / "parts")
    grown = run(RAID, replications=COUNT + 10, seed=SEED, record=2, out=copy, simulator=FAKE)
    assert grown.digest == run(RAID, replications=COUNT + 10, seed=SEED, record=2, simulator=FAKE).digest


def test_a_missing_part_is_named_with_its_replications_and_its_command(copy: Path) -> None:
    shutil.rmtree(copy / "parts" / "2-of-3")
    with pytest.raises(ResultsError) as told:
        joined(copy)
    assert told.value.reason == "1 of 3 parts are not complete (2: missing, replications 10 to 19)"
    assert told.value.remedy == "Compute it by openiads run raid --part 2/3, then join again"
    assert not (copy / "run.json").exists()


def test_a_part_still_being_computed_is_named_with_who_does(copy: Path) -> None:
    (copy / "parts" / "3-of-3" / "SEALED.json").unlink()
    lock = disk.Lock(copy / "parts" / "3-of-3" / "lock")
    try:
        with pytest.raises(ResultsError, match=rf"3: replications 20 to 29, .*being computed by process {os.getpid()}"):
            joined(copy)
    finally:
        lock.release()


def test_many_missing_parts_are_counted(tmp_path: Path) -> None:
    part(tmp_path / "run", "4/20")
    with pytest.raises(ResultsError, match=r"19 of 20 parts are not complete .*6: missing, .*; and 14 more"):
        joined(tmp_path / "run")


def test_a_folder_without_parts_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there are no parts here to join"):
        joined(tmp_path / "run")


def rewritten(file: Path, change: Callable[[dict], None]) -> None:
    told = checked(file.read_bytes())
    change(told)
    file.write_bytes(with_check(told))


@pytest.mark.parametrize("field", ["version", "fingerprint", "catalog", "scenario"])
def test_parts_of_two_origins_are_told_apart(copy: Path, field: str) -> None:
    rewritten(copy / "parts" / "2-of-3" / "part.json", lambda told: told["identity"].update({field: "another"}))
    with pytest.raises(ResultsError, match=rf"3 parts differ in their .*\({field}\): .* in 1, 3; another in 2") as told:
        joined(copy)
    assert "--part 2/3" in told.value.remedy
    for text in ("1/3", "3/3"):
        shutil.rmtree(copy / "parts" / parse_part(text).name)
    with pytest.raises(ResultsError, match=rf"part 2/3 was computed with another .*\({field}\): another"):
        part(copy, "1/3")  # told before it is computed, too


@pytest.mark.parametrize(("field", "changes"), [("seed", {"seed": 5}), ("replications", {"replications": 31})])
def test_parts_of_another_run_than_is_meant_are_refused(copy: Path, field: str, changes: dict[str, int]) -> None:
    with pytest.raises(ResultsError, match=rf"holds another run: its .* \({field}\)"):
        joined(copy, **changes)
    with pytest.raises(ResultsError, match=rf"\({field}\)"):
        part(copy, "2/3", **changes)


def test_parts_of_another_division_are_told_at_once_and_at_the_join(copy: Path) -> None:
    with pytest.raises(ResultsError, match="divided into 3 parts already, asked is part 1/4"):
        part(copy, "1/4")
    shutil.copytree(copy / "parts" / "1-of-3", copy / "parts" / "2-of-4")
    with pytest.raises(ResultsError, match=r"parts of several divisions lie here: 1-3 of 3; 2 of 4"):
        joined(copy)


def test_a_part_under_the_name_of_another_is_not_taken_for_it(copy: Path) -> None:
    shutil.rmtree(copy / "parts" / "2-of-3")
    shutil.copytree(copy / "parts" / "1-of-3", copy / "parts" / "2-of-3")
    with pytest.raises(ResultsError, match="part 2/3: it does not hold what its name says"):
        joined(copy)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("name", ["c", "e"])
@pytest.mark.parametrize("harm", [cut, flipped, Path.unlink])
def test_a_damaged_chunk_is_named_with_its_part_and_mended_by_it(
    copy: Path, reference: Run, name: str, harm: Callable[[Path], None]
) -> None:
    file = sorted((copy / "parts" / "2-of-3" / "chunks").glob(f"{name}*"))[1]
    harm(file)
    with pytest.raises(ResultsError, match="part 2/3: ") as told:
        joined(copy)
    assert file.stem[1:] in told.value.place
    assert "by openiads run raid --part 2/3, then join again" in told.value.remedy
    assert not (copy / "run.json").exists()
    part(copy, "2/3")
    assert joined(copy).digest == reference.digest


def test_a_chunk_that_is_a_link_is_joined_as_the_file_that_it_leads_to(copy: Path, reference: Run) -> None:
    """A part may have been put together from links into another store: the run must not hang on that."""
    elsewhere = copy.parent / "elsewhere"
    elsewhere.mkdir()
    for file in (copy / "parts" / "2-of-3" / "chunks").iterdir():
        file.rename(elsewhere / file.name)
        file.symlink_to(os.path.relpath(elsewhere / file.name, file.parent))
    assert joined(copy).digest == reference.digest
    assert not [each for each in (copy / "chunks").iterdir() if each.is_symlink()]
    shutil.rmtree(elsewhere)
    assert open_run(copy).row(COUNT - 1)["replication"] == COUNT - 1


def test_a_damaged_description_of_a_part_is_named(copy: Path, reference: Run) -> None:
    cut(copy / "parts" / "1-of-3" / "part.json")
    with pytest.raises(ResultsError, match="part 1/3: damaged") as told:
        joined(copy)
    assert "Remove the folder" in told.value.remedy
    shutil.rmtree(copy / "parts" / "1-of-3")
    part(copy, "1/3")
    assert joined(copy).digest == reference.digest


def test_whoever_does_not_know_of_the_parts_is_told_of_them(copy: Path) -> None:
    with pytest.raises(ResultsError, match=r"holds parts that are not joined.*--join"):
        run(RAID, replications=COUNT, seed=SEED, record=2, out=copy, simulator=FAKE)


def test_a_run_that_lies_there_is_not_divided(tmp_path: Path) -> None:
    run(RAID, replications=COUNT, seed=4, record=2, out=tmp_path / "run", simulator=FAKE)
    with pytest.raises(ResultsError, match=r"holds another run: its seed \(seed\)"):
        part(tmp_path / "run", "1/3")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    with pytest.raises(ResultsError, match=r"holds other files \(letter.txt\)"):
        part(tmp_path / "other", "1/3")


@pytest.mark.parametrize("text", ["", "3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", "1.0/4"])
def test_what_is_no_part_is_told(text: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_part(text)
    assert told.value.remedy


@pytest.mark.parametrize(
    ("text", "changes", "told"),
    [
        ("1/31", {}, "30 replications cannot be divided into 31 parts"),
        ("1/4", {"chunk": 20}, "too few pieces for 4 parts. Ask for --chunk 7 or less"),
        ("1/4", {"until": "any_leaker:0.1"}, "a stopping rule looks at all replications"),
    ],
)
def test_what_cannot_be_divided_is_told(tmp_path: Path, text: str, changes: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        part(tmp_path / "run", text, **changes)
    assert not (tmp_path / "run").exists()


def test_numbers_are_told_in_ranges() -> None:
    assert ranges([7, 1, 3, 2]) == "1-3, 7"
    assert ranges([]) == ""
    assert [Part(3, 16).name, Part(12, 16).name] == ["03-of-16", "12-of-16"]


def test_parts_of_one_host_run_side_by_side_and_one_twice_at_once_is_refused(tmp_path: Path, reference: Run) -> None:
    path = tmp_path / "run"
    both = [FORKS.Process(target=part, args=(path, f"{number}/2", 0.01)) for number in (1, 2)]
    for each in both:
        each.start()
    deadline = time.monotonic() + 20
    while not list(path.glob("parts/1-of-2/chunks/c*")) and time.monotonic() < deadline:
        time.sleep(0.005)
    if both[0].is_alive():
        with pytest.raises(ResultsError, match="another process is writing here"):
            part(path, "1/2")
    for each in both:
        each.join()
        assert each.exitcode == 0
    assert joined(path).digest == reference.digest


def test_killed_parts_go_on_and_lose_and_double_nothing(tmp_path: Path, reference: Run) -> None:
    """Each kill -9 meets a part somewhere between its first file and its seal."""
    draw, path, killed, seen = random.Random(3), tmp_path / "run", 0, set()
    for turn in range(12):
        number = 1 + turn % 3
        process = FORKS.Process(target=part, args=(path, f"{number}/3", 0.004))
        process.start()
        chunks = path / "parts" / f"{number}-of-3" / "chunks"
        deadline, before = time.monotonic() + 20, len(list(chunks.glob("c*")))
        while process.is_alive() and len(list(chunks.glob("c*"))) <= before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(draw.uniform(0.0, 0.03))
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        seen.add(len(list(chunks.glob("c*"))))
    assert killed >= 6
    assert len(seen) >= 3
    for number in (1, 2, 3):
        part(path, f"{number}/3")
    assert joined(path).digest == reference.digest
    assert not list(path.rglob(f"*{disk.TEMPORARY}"))


def test_a_join_that_fails_at_any_call_is_told_in_one_line_and_goes_on(
    three: Path, tmp_path: Path, reference: Run
) -> None:
    class Failing(disk.Disk):
        def __init__(self, at: int) -> None:
            self.count, self.at = 0, at

        def before(self, operation: str, path: Path) -> None:
            self.count += 1
            if self.count >= self.at and operation not in ("remove", "link"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    whole = Failing(10**9)
    with disk.use(whole):
        joined(Path(shutil.copytree(three, tmp_path / "whole")))
    assert whole.count > 60
    for at in range(1, whole.count, 17):
        path = Path(shutil.copytree(three, tmp_path / f"at-{at}"))
        with disk.use(Failing(at)), pytest.raises(ResultsError) as told:
            joined(path)
        assert "\n" not in str(told.value)
        assert joined(path).digest == reference.digest
        assert not list(path.rglob(f"*{disk.TEMPORARY}"))


def test_warnings_and_failures_of_parts_are_those_of_the_run(tmp_path: Path) -> None:
    raid = FakeScenario(fails=0.3)
    simulator = FakeSimulator(warnings=lambda scenario, world: ["a raid that cannot arrive"])
    whole = run(raid, replications=30, seed=2, simulator=simulator)
    told = []
    for number in (2, 1):
        how = Work(jobs=1, out=tmp_path / "run", simulator=simulator, warn=told.append)
        compute_part(raid, Request(30, 2), how, Part(number, 2))
    made = join(raid, Request(30, 2), Work(out=tmp_path / "run", simulator=simulator), command)
    assert told == ["a raid that cannot arrive"] * 2
    assert made.warnings == whole.warnings == ["a raid that cannot arrive"]
    assert made.failures() == whole.failures()
    assert divided(tmp_path / "run").keys() == {Part(1, 2), Part(2, 2)}
    assert {**made.summary(), "wall_s": 0, "out": None} == {**whole.summary(), "wall_s": 0}
