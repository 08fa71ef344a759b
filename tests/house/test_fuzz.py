"""Mutants of packaged inputs by every door: a quick form of ``make fuzz``, and what it calls a finding."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from house.source import ROOT
from openiads.base.errors import InputError

pytestmark = pytest.mark.compiled_only


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool; it asks for plain kernels where it is the program, not here."""
    monkeypatch.setenv("OPENIADS_PLAIN", "0")
    monkeypatch.setattr(sys, "path", [str(ROOT / "tools"), *sys.path])
    import fuzz

    return fuzz


def test_a_few_mutants_of_every_kind_are_read_or_refused_in_words() -> None:
    command = [sys.executable, str(ROOT / "tools" / "fuzz.py"), "-n", "25", "--seed", "15"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": 0 kinds of findings") == 8


@pytest.mark.parametrize("name", ["scenario", "study", "claim", "terrain", "recorded", "doctrine"])
def test_what_mutants_are_made_of_is_accepted(
    name: str, fuzz: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One fault at a time is told from others only in an input that has none."""
    monkeypatch.chdir(tmp_path)
    made = fuzz.DOORS[name](tmp_path)
    for data in dict.fromkeys(made.inputs):
        made.tried(data)


def door(fuzz: ModuleType, does: Callable[[bytes], None]) -> object:
    """A door that does this with an input."""

    class Planted(fuzz.Door):
        name = "planted"

        def good(self) -> Sequence[bytes]:
            return [b"a = 1\nb = 2.5\n"]

        def tried(self, data: bytes) -> None:
            does(data)

    return Planted(Path())


def found(fuzz: ModuleType, does: Callable[[bytes], None]) -> list[str]:
    """The kinds of findings of twenty mutants."""
    counts, findings = fuzz.fuzzed(door(fuzz, does), 20, 1, hang=0.2)
    assert counts["accepted"] + counts["refused"] == 20
    return [each.kind for each in findings]


def test_what_is_refused_in_words_is_no_finding(fuzz: ModuleType) -> None:
    def refuses(data: bytes) -> None:
        raise InputError("planted:1", "is wrong", "Mend it.")

    assert found(fuzz, refuses) == []
    assert found(fuzz, lambda data: None) == []


def test_an_exception_that_is_none_for_people_is_found_once(fuzz: ModuleType) -> None:
    def fails(data: bytes) -> None:
        raise KeyError(data)

    assert found(fuzz, fails) == ["KeyError outside"]


def test_a_refusal_without_a_reason_is_found(fuzz: ModuleType) -> None:
    def mutters(data: bytes) -> None:
        raise InputError("planted:1", " ")

    assert found(fuzz, mutters) == ["no reason InputError"]


def test_what_does_not_end_is_found(fuzz: ModuleType) -> None:
    def waits(data: bytes) -> None:
        end = time.process_time() + 5.0
        while time.process_time() < end:
            pass

    planted = door(fuzz, waits)
    verdict, finding = fuzz.tried(planted, b"", hang=0.2)
    assert verdict == "refused"
    assert finding.kind.startswith("hang")


def test_a_number_that_is_none_is_nonsense_wherever_it_stands(fuzz: ModuleType) -> None:
    import fuzz_doors

    def takes(data: bytes) -> None:
        fuzz_doors.finite({"a": [1.0, {"b": (2, float("nan"))}]})

    assert found(fuzz, takes) == ["nonsense: a.b is nan"]


def test_the_same_seed_makes_the_same_mutants_and_hardly_any_is_the_input_itself(fuzz: ModuleType) -> None:
    import fuzz_inputs

    good = [b'[a]\nx = "12 km"\ny = 3.5\n', b"z = [1, 2]\n"]

    def made(seed: int) -> list[bytes]:
        dice = random.Random(seed)
        return [fuzz_inputs.mutant(dice, good, fuzz_inputs.TEXT) for _ in range(300)]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert sum(each in good for each in made(1)) < 60
    assert len(set(made(1))) > 200
