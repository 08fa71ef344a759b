"""What the program answers is what it answered when ``digests.toml`` was recorded (``tools/digests.py``).

The claims take minutes, so they are compared by ``make digests`` and ``make verify`` alone.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from house.ready import Ready
from house.source import PACKAGE, ROOT

pytestmark = pytest.mark.compiled_only

#: Set by ``make verify``: the long cases too.
VERIFY = os.environ.get("OPENIADS_VERIFY") == "1"


def tool() -> Any:
    """``tools/digests.py`` as a module."""
    spec = importlib.util.spec_from_file_location("digests_tool", ROOT / "tools" / "digests.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    spec.loader.exec_module(found)
    return found


TOOL = tool()
RECORDED = TOOL.recorded()
CASES = {case.name: case for case in TOOL.cases()}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An ``openiads`` that starts at once."""
    folder = tmp_path_factory.mktemp("ready")
    made = Ready(folder)
    yield folder / "openiads"
    made.close()


@pytest.fixture(scope="module")
def here(program: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The fingerprint of this machine's arithmetic."""
    folder = tmp_path_factory.mktemp("arithmetic")
    TOOL.asked(["run", "one_on_one", "-n", "1", "--out", "run"], program, folder)
    return str(TOOL.arithmetic(folder))


def test_every_case_is_recorded_with_its_command() -> None:
    """Each packaged scenario, a sweep, a comparison, the maps and the seven claims."""
    commands = {name: f"openiads {case.command}" for name, case in CASES.items()}
    assert {name: each["command"] for name, each in RECORDED["case"].items()} == commands
    wanted = {path.stem for path in (PACKAGE / "shelf" / "scenarios").glob("*.toml")} | {"sweep", "compare"}
    assert wanted <= {name for name, case in CASES.items() if case.stored or name == "compare"}
    assert sum(case.command.startswith("claims ") for case in CASES.values()) == 7


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.long])
def test_the_recorded_answer_still_comes_out(name: str, program: Path, here: str, tmp_path: Path) -> None:
    equal(name, program, here, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not VERIFY, reason="minutes of processor time: make digests, or OPENIADS_VERIFY=1")
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.long])
def test_the_recorded_verdict_still_comes_out(name: str, program: Path, here: str, tmp_path: Path) -> None:
    equal(name, program, here, tmp_path)


def equal(name: str, program: Path, here: str, folder: Path) -> None:
    """Run a case and compare all of its digests."""
    found = TOOL.of(CASES[name], program, folder)
    if here != RECORDED["arithmetic"]:
        pytest.skip(f"recorded on a machine of other arithmetic ({RECORDED['arithmetic']}, here {here})")
    told = {key: value for key, value in RECORDED["case"][name].items() if key != "command"}
    assert found == told, "an answer moved: if that is meant, run tools/digests.py and say in the changelog what moved"


# ------------------------------------------------------------------ that a digest sees what it must see

ANSWER = {"wall_s": 1.5, "digest": "ab12", "leakers": {"mean": 4.25, "low": None, "met": True}, "map": ["0110"], "n": 2}


def numbers(answer: Any) -> str:
    """The digest of an answer's numbers, after a passage through JSON as from the command line."""
    return str(TOOL.digest(sorted(TOOL.numbers(json.loads(json.dumps(answer))))))


@pytest.mark.parametrize(
    "changed",
    [
        {"leakers": {"mean": 4.250000000000001, "low": None, "met": True}},
        {"leakers": {"mean": 4.25, "low": 0.0, "met": True}},
        {"leakers": {"mean": 4.25, "low": None, "met": False}},
        {"map": ["0111"]},
        {"n": 3},
        {"more": 1},
    ],
)
def test_a_flipped_digit_changes_the_digest_of_an_answer(changed: dict[str, Any]) -> None:
    assert numbers(ANSWER | changed) != numbers(ANSWER)


def test_words_keys_and_times_do_not_change_the_digest_of_an_answer() -> None:
    renamed = {"wall_s": 9.5, "run_digest": "cd34", "leaked": ANSWER["leakers"], "cells": ["0110"], "count": 2.0}
    assert numbers(renamed) == numbers(ANSWER)


def test_a_flipped_digit_changes_the_digest_of_a_table() -> None:
    table = {"b": [1, 2, 2.5], "a": ["OK", None, 3]}
    whole = TOOL.digest(TOOL.columns(table))
    assert TOOL.digest(TOOL.columns({"a": ["OK", None, 3.0], "b": [1, 2, 2.5]})) == whole
    for flipped in ([1, 2, 2.5000000000000004], [2, 1, 2.5], [1, 2]):
        assert TOOL.digest(TOOL.columns({**table, "b": flipped})) != whole


def test_a_seed_of_another_digit_is_seen(program: Path, tmp_path: Path) -> None:
    """The whole way from a run to its digests: another seed is another answer, and the comparison says so."""
    case = CASES["one_on_one"]
    other = TOOL.Case(case.name, case.command.replace("--seed 1", "--seed 2"), stored=True)
    found = TOOL.of(other, program, tmp_path)
    told = RECORDED["case"]["one_on_one"]
    assert found.keys() == {"outcomes", "events", "details"}
    assert all(found[key] != told[key] for key in found)


def test_the_record_is_written_as_it_is_read() -> None:
    """``tools/digests.py`` writes the very file that is compared with."""
    found = {n: {k: v for k, v in e.items() if k != "command"} for n, e in RECORDED["case"].items()}
    assert TOOL.written(RECORDED["arithmetic"], found) == TOOL.RECORD.read_text(encoding="utf-8")
