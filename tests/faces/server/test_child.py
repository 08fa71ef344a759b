"""The engine is in a process of its own, which tells errors as they are and is never left behind."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openiads.base.errors import InputError, InputErrors, Interrupted, OpeniadsError, ResultsError, UsageError
from openiads.base.units import QuantityError
from openiads.base.whole import NotWhole
from openiads.earth.terrain import NoHeights
from openiads.faces.replay import unpacked
from openiads.faces.server.child import Child


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    made = Child(tmp_path_factory.mktemp("prepared"))
    yield made
    made.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come about, however busy the machine is."""
    last = time.monotonic() + 60.0
    while not condition():
        assert time.monotonic() < last
        time.sleep(0.02)


def runs(process: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked after does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


PROBLEMS = [
    UsageError("--port", "no", "Yes"),
    InputError("a.toml:1", "wrong", ""),
    ResultsError("run", "damaged", "Mend it"),
    InputErrors([InputError("a", "b", "c"), InputError("d", "e")]),
    Interrupted("run", "stopped"),
    InputError("\ud800", "ł", "✈"),
    OpeniadsError("", "x"),
    QuantityError("no length", "Give 75 km"),
    NotWhole("heights.npz", "a file of openiads itself is missing", "Install it again."),
    NoHeights("a.hgt", "no heights at 36N 36E", "Add a file"),
]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_an_error_is_the_same_on_the_other_side(problem: OpeniadsError) -> None:
    told = pickle.loads(pickle.dumps(problem))
    assert type(told) is type(problem)
    assert str(told) == str(problem)
    assert (told.place, told.reason, told.remedy) == (problem.place, problem.reason, problem.remedy)


def kinds_of(kind: type[OpeniadsError]) -> Iterator[type[OpeniadsError]]:
    """An error and all that are of its kind."""
    yield kind
    for each in kind.__subclasses__():
        yield from kinds_of(each)


def test_every_error_of_the_program_can_be_told() -> None:
    assert {type(problem) for problem in PROBLEMS} >= set(kinds_of(OpeniadsError))


def test_the_other_process_writes_replays_and_refuses_what_is_wrong(child: Child, duel: Any, tmp_path: Path) -> None:
    target = tmp_path / "replay"
    child.call("replay", {"run": str(duel.path), "replication": 0, "target": str(target)})
    assert unpacked(target.read_bytes())[0]["replication"] == 0
    with pytest.raises(UsageError, match="not in this run"):
        child.call("replay", {"run": str(duel.path), "replication": 99, "target": str(target)})
    with pytest.raises(UsageError, match="no such lever"):
        child.call("settle", {"run": str(duel.path), "values": {"nothing": 1}, "replications": 20})
    with pytest.raises(ResultsError, match="no such folder"):
        child.call("panel", {"run": str(tmp_path / "nowhere")})
    with pytest.raises(ResultsError, match="No such file"):
        child.call("replay", {"run": str(duel.path), "replication": 0, "target": str(tmp_path / "a" / "b")})


def test_a_question_is_given_up_within_the_other_process(child: Child, duel: Any, tmp_path: Path) -> None:
    cancel, seen = threading.Event(), []

    def heard(news: dict[str, Any]) -> None:
        seen.append(news)
        cancel.set()

    out = tmp_path / "answer"
    with pytest.raises(Interrupted):
        child.call(
            "ask",
            {"run": str(duel.path), "values": {}, "replications": 2000, "out": str(out)},
            heard=heard,
            cancel=cancel,
        )
    assert seen
    assert seen[0]["of"] == 2000
    assert not out.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_who_waits_is_told_of_a_killed_process_and_the_next_one_takes_over(
    child: Child, duel: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    killed: list[int] = []

    def heard(news: dict[str, Any]) -> None:
        assert child.process is not None
        killed.append(child.process)
        os.kill(child.process, number)

    given = {"run": str(duel.path), "values": {}, "replications": 2000, "out": str(tmp_path / "answer")}
    with pytest.raises(ResultsError, match=rf"killed by signal {number:d}.*Ask again: another one is begun"):
        child.call("ask", given, heard=heard)
    assert child.call("panel", {"run": str(duel.path)})["levers"]
    assert child.process not in killed
    assert not any(runs(each) for each in killed)
    assert capfd.readouterr().err == ""


def test_two_that_wait_are_both_told_and_a_closed_one_begins_nothing(duel: Any, tmp_path: Path) -> None:
    closed, heard, told = Child(tmp_path / "prepared"), threading.Event(), []

    def ask(name: str) -> None:
        given = {"run": str(duel.path), "values": {}, "replications": 2000, "out": str(tmp_path / name)}
        with pytest.raises(ResultsError, match="has ended \\(with the server\\)") as problem:
            closed.call("ask", given, heard=lambda news: heard.set())
        told.append(problem.value)

    waiting = [threading.Thread(target=ask, args=(name,)) for name in "ab"]
    for each in waiting:
        each.start()
    assert heard.wait(60)
    process = closed.process
    assert process is not None
    begun = time.monotonic()
    closed.close()
    assert time.monotonic() - begun < 2.0  # it is not waited for: SIGTERM ends it whatever it does
    assert not runs(process)
    for each in waiting:
        each.join(60)
    assert len(told) == 2
    with pytest.raises(ResultsError, match="with the server"):
        closed.call("panel", {"run": str(duel.path)})


def test_the_process_ends_after_a_rest_and_comes_again(tmp_path: Path) -> None:
    resting = Child(tmp_path, rest=0.05)
    with pytest.raises(ResultsError):
        resting.call("panel", {"run": str(tmp_path / "nowhere")})
    first = resting.process
    until(lambda: resting.process is None)
    assert first is None or not runs(first) or until(lambda: not runs(first)) is None
    assert tmp_path.exists()  # what is prepared stays for the next one
    with pytest.raises(ResultsError):
        resting.call("panel", {"run": str(tmp_path / "nowhere")})
    resting.close()


#: A server that is killed while its other process is at work; it is a script without a guard about its own lines,
#: and tells whoever runs them.
_SERVER = """
import sys, time
from pathlib import Path
print("begun", flush=True)
from openiads.faces.server.child import Child
child = Child(Path(sys.argv[1]))
child.begin()
print(child.process, flush=True)
given = {"run": sys.argv[2], "values": {}, "replications": 2000, "out": sys.argv[3]}
child.call("ask", given, heard=lambda news: print("heard", flush=True))
"""


def family(process: int) -> list[int]:
    """Processes that run and have this one as their parent, and theirs."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for child in map(int, listed) for each in (child, *family(child))]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_none_is_left_behind_and_nothing_is_said_when_the_server_goes_first(
    duel: Any, tmp_path: Path, number: signal.Signals
) -> None:
    folder, script = tmp_path / "prepared", tmp_path / "server.py"
    folder.mkdir()
    script.write_text(_SERVER)
    command = [sys.executable, str(script), str(folder), str(duel.path), str(tmp_path / "answer")]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline() == "begun\n"
    left = int(server.stdout.readline())
    os.kill(left, signal.SIGINT)  # a terminal sends Ctrl-C to both, be it in the first moment; the server heeds it
    assert server.stdout.readline() == "heard\n"
    others = family(server.pid)
    assert left in others
    server.send_signal(number)
    said, told = server.communicate(timeout=60)  # until the last one has let go of what they all write to
    until(lambda: not any(runs(each) for each in others))
    assert not folder.exists()
    assert "begun" not in said  # the script was not run again
    assert told == ""
