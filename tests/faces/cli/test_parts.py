"""Parts of runs and sweeps on the command line, as the jobs of a job array start them."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openiads.faces.cli import main

#: Where both commands stand side by side: words of each, and what the join needs of its answer.
RUN = ("run", "one_on_one", "-n", "12", "--seed", "5", "--set", "site.Guard.rounds=2")
SWEEP = ("sweep", "one_on_one", "--vary", "site.Guard.rounds=0,2,4", "-n", "4", "--seed", "5")


def call(*words: str) -> Any:
    return CliRunner().invoke(main.app, list(words))


def answer(*words: str) -> dict[str, Any]:
    done = call(*words, "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.compiled_only
@pytest.mark.parametrize("words", [RUN, SWEEP], ids=["run", "sweep"])
def test_a_missing_part_is_computed_by_the_command_that_the_join_names(words: tuple[str, ...], tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "by parts"))
    whole = answer(*words, "--out", str(tmp_path / "whole"))
    for part in ("3/3", "1/3"):
        told = answer(*words, *out, "--part", part)
        assert f"{told['part']}/{told['of']}" == part
        assert not told["failed_replications"]
    refused = call(*words, *out, "--join")
    assert refused.exit_code == 74
    assert "1 of 3 parts are not complete (2: missing, " in refused.stderr
    typed = shlex.split(refused.stderr.split("Compute it by ")[1].removesuffix(", then join again\n"))
    assert typed[0] == "openiads"
    done = call(*typed[1:])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Part 2 of 3: ") and "--join" in done.stdout
    assert answer(*words, *out, "--join")["digest"] == whole["digest"]
    shutil.rmtree(tmp_path / "by parts" / "parts")
    assert answer(*words, *out)["digest"] == whole["digest"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--part", "1/2", "--join"), "a part is computed or all are joined"),
        (("--part", "0/2"), "let the numbers of a job array begin with 1"),
        (("--part", "two"), "Write K/N"),
        (("--part", "1/2", "--on", "dask"), "Leave out --on"),
        (("--part", "1/2", "--until-ci", "0.1"), "Leave out --until-ci"),
        (("--join", "--until-ci", "0.1"), "Leave out --until-ci"),
    ],
)
def test_what_makes_no_sense_with_parts_is_told(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    done = call("run", "one_on_one", "-n", "4", "--out", str(tmp_path / "run"), *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()
