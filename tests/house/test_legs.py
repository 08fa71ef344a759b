"""The legs of ``make test``: run side by side, nothing left out, nothing checked twice, and no failure lost."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from house.source import ROOT

pytestmark = pytest.mark.compiled_only

SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {tools!r})
import legs
legs.ROOT = Path.cwd()
legs.LEGS = ({legs})
sys.exit(legs.main(sys.argv[1:]))
"""

#: Each leg notes when it begins and ends; ``quick`` waits for ``slow`` to have begun, which only works side by side.
RULES = """
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -c
note = echo "$@ $(1)" >> notes
alone slow quick last more:
	@$(call note,begins)
	test $@ != quick || for n in {1..200}; do if grep -q "slow begins" notes; then break; fi; sleep 0.05; done
	test $@ != slow || for n in {1..200}; do if grep -q "quick ends" notes; then break; fi; sleep 0.05; done
	echo "what $@ prints"
	$(call note,ends)
fails:
	@echo "FAILED tests/test_x.py::test_y - assert 1 == 2"
	echo "1 failed, 2 passed in 0.10s"
	exit 1
works:
	@$(BIN) -c "sum(range(40_000_000))"
hangs:
	@sleep 60 & echo $$! > child
	$(call note,begins)
	wait
"""


def begin(folder: Path, legs: str, *words: str) -> subprocess.Popen[str]:
    """Run legs of a Makefile of its own."""
    (folder / "Makefile").write_text(f"BIN := {sys.executable}\n{RULES}")
    script = SCRIPT.format(tools=str(ROOT / "tools"), legs=legs)
    return subprocess.Popen(
        [sys.executable, "-c", script, *words], cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def test_legs_run_side_by_side_each_after_what_it_needs(tmp_path: Path) -> None:
    legs = """
    legs.Leg("last", 9, after=("slow", "quick")), legs.Leg("quick", 1), legs.Leg("slow", 5),
    legs.Leg("alone", 0, alone=True),
    """
    done = begin(tmp_path, legs, "--workers", "2", "more")
    told, _ = done.communicate()
    assert done.returncode == 0, told
    notes = (tmp_path / "notes").read_text().splitlines()
    assert notes[:2] == ["alone begins", "alone ends"]
    assert notes.index("slow begins") < notes.index("quick ends") < notes.index("slow ends")
    assert notes.index("last begins") > notes.index("slow ends")
    assert "more ends" in notes
    assert told.index("what quick prints") < told.index("what slow prints")
    assert told.rstrip().endswith("make test: all legs passed")


def test_one_worker_runs_one_leg_at_a_time(tmp_path: Path) -> None:
    done = begin(tmp_path, 'legs.Leg("last", 9), legs.Leg("more", 1), legs.Leg("alone", 5, slots=2),', "--workers", "1")
    done.communicate()
    assert done.returncode == 0
    order = [f"{leg} {what}" for leg in ("last", "alone", "more") for what in ("begins", "ends")]
    assert (tmp_path / "notes").read_text().splitlines() == order


def test_a_failure_fails_all_and_is_named_at_the_end_and_the_others_still_run(tmp_path: Path) -> None:
    done = begin(tmp_path, 'legs.Leg("fails", 9), legs.Leg("last", 1), legs.Leg("nothing_of_the_name", 1),')
    told, _ = done.communicate()
    assert done.returncode == 1
    assert "last ends" in (tmp_path / "notes").read_text()
    tail = told.partition("processor-s\n")[2]
    assert re.search(r"^fails .*FAILED$", tail, re.MULTILINE)
    assert "make test: fails failed:\n  FAILED tests/test_x.py::test_y - assert 1 == 2\n" in tail
    assert "make test: nothing_of_the_name failed:\n" in tail
    assert tail.endswith("make test: 2 of 3 legs failed\n")
    assert told.count("1 failed, 2 passed in 0.10s") == 1, "the closing line of .ci/run sums these"


def test_the_table_counts_the_processor_time_of_each_leg(tmp_path: Path) -> None:
    told, _ = begin(tmp_path, 'legs.Leg("works", 9), legs.Leg("last", 1),').communicate()
    found = dict(re.findall(r"^(\w+) +[\d.]+ +([\d.]+)  ", told, re.MULTILINE))
    assert float(found["works"]) > 5 * float(found["last"])
    assert float(found["all"]) == pytest.approx(float(found["works"]) + float(found["last"]), abs=0.11)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_leaves_no_process_behind(how: signal.Signals, tmp_path: Path) -> None:
    run = begin(tmp_path, 'legs.Leg("hangs", 9),')
    while "begins" not in ((tmp_path / "notes").read_text() if (tmp_path / "notes").exists() else ""):
        time.sleep(0.02)
    os.kill(run.pid, how)
    told, _ = run.communicate(timeout=30)
    assert run.returncode == 130
    assert told.endswith("interrupted\n")
    child = int((tmp_path / "child").read_text())
    for _ in range(500):
        if not Path(f"/proc/{child}").exists() or "State:\tZ" in Path(f"/proc/{child}/status").read_text():
            break
        time.sleep(0.02)
    else:
        pytest.fail("the leg's own process still runs")


# ------------------------------------------------------------------ the legs of the Makefile


def recipe(target: str) -> str:
    """What a target of the Makefile would run by itself."""
    command = ["make", "-n", "-o", ".venv/test", "-o", "warm", target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_folder_of_tests_is_run_by_exactly_one_leg() -> None:
    compiled = [recipe(leg) for leg in ("study", "faces", "engine", "house")]
    assert all('-m "not budget and not browser"' in each for each in compiled)
    run = [word for each in compiled for word in re.findall(r"(?<=[ :])tests/\w+(?= |$)", each.splitlines()[-1])]
    folders = {f"tests/{path.relative_to(ROOT / 'tests').parts[0]}" for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert sorted(run) == sorted(folders - {"tests/web"})
    assert "-m browser tests/web" in recipe("browser")
    apart = {"bounds": "tests/house/test_bounds.py", "pages": "tests/house/test_docs.py"}
    left_out = re.findall(r"--ignore (\S+)", "".join(compiled))
    assert sorted(left_out) == sorted(apart.values())
    assert all(file in recipe(leg) for leg, file in apart.items())
    assert '-m "not budget and not browser"' in recipe("pages")
    assert "-m budget tests/house/test_budget.py" in recipe("budget")
    assert not list((ROOT / "tests").glob("test_*.py")), "no leg looks there"


def test_make_test_runs_every_leg_that_the_makefile_has() -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import legs
    finally:
        sys.path.remove(str(ROOT / "tools"))
    names = {leg.name for leg in legs.LEGS}
    assert {need for leg in legs.LEGS for need in leg.after} <= names
    headed = re.findall(r'^(\w+):.*\n\t@echo "== ', (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert names == set(headed) - {"contract"}  # which is the quick part of house
    assert {leg.name for leg in legs.LEGS if leg.alone} == {"budget"}
