"""The quick form of every benchmark runs and gives every figure; results are compared with those of other tools first.

No test asserts a time.
"""

import importlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from house.source import ROOT

FOLDER = ROOT / "benchmarks"

#: Programs of the folder that are no benchmarks of their own: raid24 uses all but the first two.
PARTS = {"bars", "bench", "ratios", "replications", "starts"}

#: What the project asks of the object of raid24, whatever was measured.
ASKED = {
    "reps_per_cpu_s",
    "reps_per_s_2_threads",
    "thread_scaling",
    "cold_first_result_s",
    "warm_first_result_s",
    "rss_mb",
    "rounds_per_replication",
    "looks_per_replication",
    "steps_per_replication",
    "compile_cpu_s",
    "ratio_simpy_objects",
    "ratio_filterpy",
    "ratio_numpy_batch",
    "ratio_c_scalar",
}

#: Those that replace what belongs to a whole process, or hold an event loop: each in a process of its own.
ALONE = ("cluster", "viewer")

PEERS = {
    "c": ("ratio_c_scalar", shutil.which("gcc") is not None, "no gcc on this machine"),
    "numpy": ("ratio_numpy_batch", True, ""),
    "simpy": ("ratio_simpy_objects", importlib.util.find_spec("simpy") is not None, "simpy is not installed"),
    "filterpy": ("ratio_filterpy", importlib.util.find_spec("filterpy") is not None, "filterpy is not installed"),
}


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a program of the benchmarks' folder by name."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.fixture
def kind(benchmark: Any) -> Any:
    """The round of raid24."""
    return benchmark("replications").world_of("raid24").rows["interceptors"][0]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A program of the benchmarks' folder, to its end."""
    return subprocess.run([sys.executable, *arguments], cwd=FOLDER, capture_output=True, text=True)


def complete(found: dict[str, Any], bars: Any, flat: Any) -> None:
    """Every figure with a bar is there, a number above 0, or None with the reason."""
    figures = flat(found)
    for bar in bars:
        value = figures[bar.figure]
        if value is None:
            assert figures[f"not_run.{bar.figure}"], bar.figure
        else:
            assert np.isfinite(value) and value > 0.0, bar.figure


def test_every_benchmark_is_run_by_make_bench(benchmark: Any) -> None:
    names = {path.stem for path in FOLDER.glob("*.py")} - PARTS
    assert set(benchmark("bench").BENCHMARKS) == names


@pytest.mark.slow
@pytest.mark.compiled_only
@pytest.mark.parametrize(
    "name", ["contested", "envelope", "large", "studies", "studies_pairing", "viewsheds", "worlds"]
)
def test_the_quick_form_gives_every_figure(name: str, benchmark: Any) -> None:
    module = benchmark(name)
    complete(module.measured(quick=True), module.BARS, benchmark("bars").flat)


@pytest.mark.slow
@pytest.mark.compiled_only
def test_the_quick_form_of_raid24_gives_every_figure(benchmark: Any) -> None:
    """With the peers, and the starts in processes of their own."""
    module = benchmark("raid24")
    found = module.measured(quick=True)
    assert list(found) == list(module.KEYS)
    assert set(found) >= ASKED and len(set(module.KEYS)) == len(module.KEYS)
    complete(found, module.BARS, benchmark("bars").flat)


@pytest.mark.slow
@pytest.mark.compiled_only
@pytest.mark.parametrize("name", ALONE)
def test_the_quick_form_in_a_process_of_its_own_gives_every_figure(name: str, benchmark: Any) -> None:
    if name == "viewer" and not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no Chromium on this machine")
    done = run(f"{name}.py", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    complete(json.loads(done.stdout), benchmark("bench").bars_of(name), benchmark("bars").flat)


# ------------------------------------------------------------------ other tools: results before speeds


@pytest.mark.compiled_only
@pytest.mark.parametrize("peer", PEERS)
def test_another_tool_comes_to_the_same_results(peer: str, benchmark: Any, kind: Any) -> None:
    """Each ``with_...`` raises before it measures if results differ."""
    name, there, reason = PEERS[peer]
    if not there:
        pytest.skip(reason)
    work = {"c": (kind, 60, 1), "numpy": (kind, 60, 1), "simpy": (kind, 2, 1), "filterpy": (6, 10, 1)}[peer]
    assert getattr(benchmark("ratios"), f"with_{peer}")(*work)[name] > 0.0


@pytest.mark.compiled_only
def test_tools_that_are_missing_are_named_with_the_reason(benchmark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ratios = benchmark("ratios")
    assert ratios.missing() == {name: reason for name, there, reason in PEERS.values() if not there}
    monkeypatch.setattr(ratios.tracking, "available", lambda: False)
    assert ratios.missing()["ratio_filterpy"] == "filterpy is not installed"


@pytest.mark.compiled_only
@pytest.mark.parametrize("peer", ["numpy", "simpy", "c"])
def test_a_peer_that_does_not_follow_the_kernel_is_refused(
    peer: str, benchmark: Any, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the peers stood once: their steps under thrust twice as long as the kernel's."""
    _, there, reason = PEERS[peer]
    if not there:
        pytest.skip(reason)
    ratios = benchmark("ratios")
    module = benchmark(f"peers.flights_{peer}")
    monkeypatch.setattr(module, "THRUST_STEP", 2.0 * module.THRUST_STEP)
    with pytest.raises(ValueError, match=r"(position|velocity) differs by"):
        getattr(ratios, f"with_{peer}")(kind, 2 if peer == "simpy" else 20, 1)


@pytest.mark.compiled_only
@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("position", 1.0 + 1e-7, "position differs"), ("age", np.nan, "age differs"), ("miss", np.inf, "miss differs")],
)
def test_a_peer_whose_results_differ_is_refused(field: str, value: float, told: str, benchmark: Any) -> None:
    from openiads.physics.flyout import new_bodies

    compare = benchmark("peers.flights").compare
    ours = new_bodies(2)
    ours["status"], ours["age"], ours["position"], ours["miss"] = 2, 30.0, 6.4e6, (4.0, np.inf)
    theirs = ours.copy()
    theirs["position"][1, 2] *= 1.0 + 1e-12
    compare("peer", ours, theirs, ("position", "age", "miss"))
    theirs[field][0] *= value
    with pytest.raises(ValueError, match=told):
        compare("peer", ours, theirs, ("position", "age", "miss"))


@pytest.mark.compiled_only
@pytest.mark.parametrize("flipped", [0, 1])
def test_a_viewshed_is_compared_before_its_speed(flipped: int, benchmark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With our own answer in place of gdal_viewshed's, whole, or with nine cells turned over in a corner."""
    viewsheds = benchmark("viewsheds")

    def asked(folder: Path, size: int, target: float) -> Path:
        land = viewsheds.hills(size) if size > 8 else np.zeros((8, 8), np.float32)
        seen = viewsheds.viewshed(land) <= land + target
        inner = np.argwhere(~viewsheds.boundary(seen)[1:-1, 1:-1])  # each the middle of nine equal cells
        for row, column in inner[:flipped]:
            seen[row : row + 3, column : column + 3] ^= True
        (folder / "seen.img").write_bytes((255 * seen[::-1]).astype(np.uint8).tobytes())
        return folder / "seen.img"

    monkeypatch.setattr(viewsheds, "asked", asked)
    if flipped:
        with pytest.raises(ValueError, match=r"[1-9]\d* differ off the boundary"):
            viewsheds.beside_gdal(100, 1)
    else:
        assert viewsheds.beside_gdal(100, 1)["least_agreement"] == 1.0


# ------------------------------------------------------------------ the closing table


@pytest.mark.compiled_only
def test_the_closing_table_says_what_is_met_missed_not_run_and_failed(benchmark: Any) -> None:
    bench, bars = benchmark("bench"), benchmark("bars")
    found = {
        "large": {
            "large_s_per_replication": 3.5,
            "large_rss_mb": 452.0,
            "least_reps_per_cpu_s": None,
            "not_run": {"least_reps_per_cpu_s": "no scenario here"},
        },
        "worlds": {"slowest_new_ms": 50.0},
    }
    told = bench.closing(found, {"studies": "FAILED: NumPy batch: age differs", "viewer": "not run: x"}, quick=False)
    lines = {line.split("  ")[0]: line for line in told.splitlines() if line}
    words = [bar.what for bar in (*benchmark("large").BARS, *benchmark("worlds").BARS)]
    verdicts = ("MISSED", "met", "not run: no scenario here", "met")
    for what, verdict in zip(words, verdicts, strict=True):
        assert f"  {verdict}  " in lines[what] + "  "
    assert "FAILED: NumPy batch: age differs" in told
    assert told.endswith("2 met, 1 MISSED, 0 quick, 2 not run, 1 FAILED")
    assert "quick" in bench.closing(found, {}, quick=True) and "MISSED  " not in bench.closing(found, {}, quick=True)
    assert bars.Bar("x", "<", 3.0, "x").verdict({"x": 3.0}) == "MISSED"
    assert bars.Bar("x", "<=", 3.0, "x").verdict({"x": 3.0}) == "met"
    assert bars.Bar("x", ">=", 3.0, "x").verdict({"x": 2.9}) == "MISSED"


@pytest.mark.compiled_only
def test_a_benchmark_that_fails_is_told_and_ends_with_1(benchmark: Any, monkeypatch: Any, capsys: Any) -> None:
    bench = benchmark("bench")

    def failing(name: str, *, quick: bool) -> dict[str, Any]:
        raise RuntimeError("ValueError: C: position differs by 6.8e-05 of its value")

    monkeypatch.setattr(bench, "run", failing)
    monkeypatch.setattr(sys, "argv", ["bench.py", "--only", "raid24"])
    assert bench.main() == 1
    assert "FAILED: ValueError: C: position differs by 6.8e-05" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.compiled_only
def test_make_bench_starts_a_benchmark_and_ends_with_the_table() -> None:
    done = run("bench.py", "--quick", "--only", "worlds")
    assert done.returncode == 0, done.stderr
    assert "new world on known flyout tables" in done.stdout and "1 quick" in done.stdout
