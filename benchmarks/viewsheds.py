"""Coverage over terrain: how fast, how linear, how much memory, and the viewshed beside gdal_viewshed.

``python benchmarks/viewsheds.py`` prints one JSON object.  The comparison needs the command gdal_viewshed (package
gdal-bin of Debian); without it those figures are null and a line on stderr says so.  Results come before speeds:
agreement of cells, and how many cells that differ lie off the boundary of the visible area.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from openiads.data.reading import load
from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.viewshed import lowest_over_grid
from openiads.study.coverage import Question, coverage, map_around
from openiads.study.standing import radar_world

RADIUS = 4.0 / 3.0 * MEAN_RADIUS
CELL = 90.0  # m
MAST = 25.0  # m
REPEATS = 5
HEIGHTS = (50.0, 100.0, 500.0, 3000.0, 10_000.0)
TARGETS = (0.0, 50.0, 200.0)  # m above ground, of the comparison

LARGE = """
import sys, numpy as np, math
sys.path.insert(0, sys.argv[1])
from openiads.data.reading import load
from openiads.study.coverage import Question, coverage, map_around
from openiads.study.standing import radar_world
world = radar_world(load("tartus_2016"))
question = Question(heights=(50.0,))
coverage(world, question, [0], where=map_around(world, [0], question, cells=4000), fine=sys.argv[2] == "fine")
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def hills(size: int) -> np.ndarray:
    """Random hills, waves of 8 to 300 cells, up to some 1,500 m; the same every time."""
    draws = np.random.default_rng(1)
    y, x = np.mgrid[0:size, 0:size]
    height = np.zeros((size, size))
    for _ in range(40):
        wave, turn = draws.uniform(8.0, 300.0), draws.uniform(0.0, 6.28)
        height += wave * np.cos(2.0 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / wave + draws.uniform(0.0, 6.28))
    return (400.0 * np.maximum(height / height.std() / 2.0 + 0.3, 0.0)).astype(np.float32)


def best(work: Any, clock: Any = time.perf_counter) -> float:
    """Least time of some repeats, s; of a wall clock, or of ``time.process_time``, which other loads disturb less."""
    times = []
    for _ in range(REPEATS):
        begun = clock()
        work()
        times.append(clock() - begun)
    return min(times)


def children() -> float:
    """Processor time of finished child processes, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def viewshed(land: np.ndarray) -> np.ndarray:
    """Lowest visible heights from a mast in the middle."""
    middle = len(land) // 2
    return lowest_over_grid(land, middle, middle, (CELL, CELL), float(land[middle, middle]) + MAST, RADIUS)


def gdal(land: np.ndarray, target: float, folder: Path) -> np.ndarray:
    """What gdal_viewshed calls visible."""
    size = len(land)
    source, result = folder / "land.img", folder / "seen.img"
    source.write_bytes(land[::-1].astype("<f4").tobytes())
    head = (
        f"ENVI\nsamples = {size}\nlines = {size}\nbands = 1\nheader offset = 0\ndata type = 4\ninterleave = bsq\n"
        f"byte order = 0\nmap info = {{UTM, 1, 1, 0, {size * CELL}, {CELL}, {CELL}, 37, North, WGS-84}}\n"
    )
    source.with_suffix(".hdr").write_text(head)
    at = str((size // 2 + 0.5) * CELL)
    command = ["gdal_viewshed", "-q", "-of", "ENVI", "-ox", at, "-oy", at, "-oz", str(MAST), "-tz", str(target),
               "-cc", "0.75", "-md", "0", "-om", "NORMAL", str(source), str(result)]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return np.fromfile(result, np.uint8).reshape(size, size)[::-1] > 0


def boundary(seen: np.ndarray) -> np.ndarray:
    """Cells with a neighbor, sideways or diagonal, that differs."""
    wide = np.pad(seen, 1, mode="edge")
    size = len(seen)
    shifts = [(i, j) for i in range(3) for j in range(3)]
    return np.any([wide[i : i + size, j : j + size] != seen for i, j in shifts], axis=0)


def beside_gdal(size: int) -> dict[str, Any]:
    """Agreement with gdal_viewshed on one grid, then speeds."""
    land = hills(size)
    lowest = viewshed(land)
    agreement, off_boundary = [], 0
    with tempfile.TemporaryDirectory() as name:
        for target in TARGETS:
            theirs = gdal(land, target, Path(name))
            mine = lowest <= land + target
            differ = mine != theirs
            agreement.append(1.0 - float(differ.mean()))
            off_boundary += int((differ & ~boundary(mine) & ~boundary(theirs)).sum())
        wall = [best(lambda part=part: gdal(part, TARGETS[1], Path(name))) for part in (land[:8, :8].copy(), land)]
        spent = [best(lambda part=part: gdal(part, TARGETS[1], Path(name)), children)
                 for part in (land[:8, :8].copy(), land)]  # fmt: skip
    own, own_cpu = best(lambda: viewshed(land)), best(lambda: viewshed(land), time.process_time)
    return {
        "cells": size * size, "least_agreement": min(agreement), "off_boundary": off_boundary,
        "gdal_wall_s": wall[1], "gdal_start_wall_s": wall[0], "gdal_cpu_s": spent[1], "gdal_start_cpu_s": spent[0],
        "own_wall_s": own, "own_cpu_s": own_cpu, "times_faster_wall": (wall[1] - wall[0]) / own,
        "times_less_cpu": (spent[1] - spent[0]) / own_cpu,
    }  # fmt: skip


def main() -> None:
    """Print the object."""
    world = radar_world(load("tartus_2016"))
    question = Question(heights=HEIGHTS)
    small = map_around(world, [0], question, cells=64)
    for fine in (False, True):
        coverage(world, question, [0], where=small, fine=fine)  # compiles
    told: dict[str, Any] = {}
    for name, fine in (("coverage_s", False), ("coverage_fine_s", True)):
        told[name] = best(
            lambda fine=fine: coverage(
                world, question, [0], where=map_around(world, [0], question, cells=1000), fine=fine
            )
        )
    told["viewshed_cpu_s_per_million_cells"] = {
        str(size): best(lambda land=land: viewshed(land), time.process_time) / (size * size) * 1e6
        for size, land in ((size, hills(size)) for size in (500, 1000, 2000, 4000))
    }
    source = str(Path(__file__).resolve().parents[1] / "src")
    for kind in ("masks", "fine"):
        done = subprocess.run([sys.executable, "-c", LARGE, source, kind], capture_output=True, text=True, check=True)
        told[f"rss_mb_4000_{kind}"] = int(done.stdout) / 1024.0
    if shutil.which("gdal_viewshed") is None:
        print("gdal_viewshed is not installed (Debian: gdal-bin); no comparison", file=sys.stderr)
        told["gdal"] = None
    else:
        told["gdal"] = [beside_gdal(size) for size in (1000, 2000, 4000)]
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
