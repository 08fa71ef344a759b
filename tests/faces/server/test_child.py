"""The engine is in a process of its own, which tells errors as they are and is never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openiads.base.errors import BY_NAME, InputError, InputErrors, Interrupted, OpeniadsError, ResultsError, UsageError
from openiads.faces.replay import unpacked
from openiads.faces.server.child import Child, read
from openiads.faces.server.worker import written


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


@pytest.mark.parametrize(
    "problem",
    [
        UsageError("--port", "no", "Yes"),
        InputError("a.toml:1", "wrong", ""),
        ResultsError("run", "damaged", "Mend it"),
        InputErrors([InputError("a", "b", "c"), InputError("d", "e")]),
        Interrupted("run", "stopped"),
        InputError("\ud800", "ł", "✈"),
        OpeniadsError("", "x"),
    ],
)
def test_an_error_is_the_same_on_the_other_side(problem: OpeniadsError) -> None:
    told = read(json.loads(json.dumps(written(problem))))
    assert type(told) is type(problem)
    assert str(told) == str(problem)
    assert (told.place, told.reason, told.remedy) == (problem.place, problem.reason, problem.remedy)


def test_every_error_of_the_program_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(BY_NAME.values()) >= {OpeniadsError, *OpeniadsError.__subclasses__()}
    for kind in BY_NAME.values():
        if kind is not InputErrors:
            assert type(read(written(kind("a", "b", "c")))) is kind


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


def test_who_waits_is_told_of_a_killed_process_and_the_next_one_takes_over(
    child: Child, duel: Any, tmp_path: Path
) -> None:
    def heard(news: dict[str, Any]) -> None:
        assert child.process is not None
        os.kill(child.process, signal.SIGKILL)

    given = {"run": str(duel.path), "values": {}, "replications": 2000, "out": str(tmp_path / "answer")}
    with pytest.raises(ResultsError, match="killed by signal 9"):
        child.call("ask", given, heard=heard)
    assert child.call("panel", {"run": str(duel.path)})["levers"]


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


#: A server that is killed as soon as its other process is there.
_SERVER = """
import sys, time
from pathlib import Path
from openiads.faces.server.child import Child
child = Child(Path(sys.argv[1]))
child.begin()
print(child.process, flush=True)
time.sleep(600)
"""


def test_none_is_left_behind_when_the_server_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "prepared"
    folder.mkdir()
    server = subprocess.Popen([sys.executable, "-c", _SERVER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    left = int(server.stdout.readline())
    assert runs(left)
    server.kill()
    server.communicate()
    until(lambda: not runs(left))
    assert not folder.exists()
