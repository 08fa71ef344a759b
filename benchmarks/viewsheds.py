"""Coverage over terrain: how fast, how linear, how much memory, and the viewshed beside gdal_viewshed.

``python benchmarks/viewsheds.py`` prints one JSON object.  The comparison needs the command gdal_viewshed (package
gdal-bin of Debian); without it those figures are null and a line on stderr says so.  Results come before speeds:
agreement of cells, and how many cells that differ lie off the boundary of the visible area.

Both sides take turns, and every figure is a median: wall clock (``wall``) and processor time (``cpu``), for
gdal_viewshed with its start and files (``whole``) and less the time that it takes for 8 x 8 cells.  Ratios of wall
clock hold for the load that is told beside them; those of processor time hold on a busy machine too.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.viewshed import lowest_over_grid
from openiads.reach.coverage import Question, coverage, map_around
from openiads.reach.scenes import radar_world
from openiads.scenario.load import load

RADIUS = 4.0 / 3.0 * MEAN_RADIUS
CELL = 90.0  # m
MAST = 25.0  # m
REPEATS = 9
HEIGHTS = (50.0, 100.0, 500.0, 3000.0, 10_000.0)
TARGETS = (0.0, 50.0, 200.0)  # m above ground, of the comparison

LARGE = """
import sys, numpy as np, math
sys.path.insert(0, sys.argv[1])
from openiads.scenario.load import load
from openiads.reach.coverage import Question, coverage, map_around
from openiads.reach.scenes import radar_world
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


def spent() -> float:
    """Processor time of this process and of its finished children, s."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def in_turns(*works: Callable[[], Any]) -> list[tuple[float, float]]:
    """Wall clock and processor time (s) of each of some pieces of work, medians of turns in which each comes once."""
    times: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, mine in zip(works, times, strict=True):
            begun, used = time.perf_counter(), spent()
            work()
            mine.append((time.perf_counter() - begun, spent() - used))
    return [tuple(statistics.median(each) for each in zip(*mine, strict=True)) for mine in times]  # type: ignore[misc]


def viewshed(land: np.ndarray) -> np.ndarray:
    """Lowest visible heights from a mast in the middle."""
    middle = len(land) // 2
    return lowest_over_grid(land, middle, middle, (CELL, CELL), float(land[middle, middle]) + MAST, RADIUS)


def laid_out(land: np.ndarray, folder: Path) -> Path:
    """A folder with the land as gdal_viewshed reads it."""
    size = len(land)
    folder.mkdir(exist_ok=True)
    source = folder / "land.img"
    source.write_bytes(land[::-1].astype("<f4").tobytes())
    head = (
        f"ENVI\nsamples = {size}\nlines = {size}\nbands = 1\nheader offset = 0\ndata type = 4\ninterleave = bsq\n"
        f"byte order = 0\nmap info = {{UTM, 1, 1, 0, {size * CELL}, {CELL}, {CELL}, 37, North, WGS-84}}\n"
    )
    source.with_suffix(".hdr").write_text(head)
    return folder


def asked(folder: Path, size: int, target: float) -> Path:
    """The file in which gdal_viewshed says what is visible of the land in a folder."""
    source, result = folder / "land.img", folder / "seen.img"
    at = str((size // 2 + 0.5) * CELL)
    command = ["gdal_viewshed", "-q", "-of", "ENVI", "-ox", at, "-oy", at, "-oz", str(MAST), "-tz", str(target),
               "-cc", "0.75", "-md", "0", "-om", "NORMAL", str(source), str(result)]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return result


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
            seen = asked(laid_out(land, Path(name) / "whole"), size, target)
            theirs = np.fromfile(seen, np.uint8).reshape(size, size)[::-1] > 0
            mine = lowest <= land + target
            differ = mine != theirs
            agreement.append(1.0 - float(differ.mean()))
            off_boundary += int((differ & ~boundary(mine) & ~boundary(theirs)).sum())
        tiny, folder = laid_out(land[:8, :8], Path(name) / "tiny"), laid_out(land, Path(name) / "whole")
        load = os.getloadavg()[0]
        start, whole, own = in_turns(
            lambda: asked(tiny, 8, TARGETS[1]), lambda: asked(folder, size, TARGETS[1]), lambda: viewshed(land)
        )
    return {
        "cells": size * size, "least_agreement": min(agreement), "off_boundary": off_boundary,
        "load_1_min": [load, os.getloadavg()[0]],
        "gdal_wall_s": whole[0], "gdal_start_wall_s": start[0], "gdal_cpu_s": whole[1], "gdal_start_cpu_s": start[1],
        "own_wall_s": own[0], "own_cpu_s": own[1],
        "times_faster_wall": (whole[0] - start[0]) / own[0], "times_faster_wall_whole": whole[0] / own[0],
        "times_less_cpu": (whole[1] - start[1]) / own[1], "times_less_cpu_whole": whole[1] / own[1],
    }  # fmt: skip


def main() -> None:
    """Print the object."""
    world = radar_world(load("tartus_2016"))
    question = Question(heights=HEIGHTS)
    small = map_around(world, [0], question, cells=64)
    for fine in (False, True):
        coverage(world, question, [0], where=small, fine=fine)  # compiles
    told: dict[str, Any] = {"cpus": len(os.sched_getaffinity(0)), "load_1_min": os.getloadavg()[0]}
    for name, fine in (("coverage_s", False), ("coverage_fine_s", True)):
        ((told[name], told[name.replace("_s", "_cpu_s")]),) = in_turns(
            lambda fine=fine: coverage(
                world, question, [0], where=map_around(world, [0], question, cells=1000), fine=fine
            )
        )
    lands = [hills(size) for size in (500, 1000, 2000, 4000)]
    used = in_turns(*(lambda land=land: viewshed(land) for land in lands))
    told["viewshed_cpu_s_per_million_cells"] = {
        str(len(land)): cpu / land.size * 1e6 for land, (_, cpu) in zip(lands, used, strict=True)
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
