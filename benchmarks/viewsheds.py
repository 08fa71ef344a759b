"""Coverage over terrain: how fast, how linear, how much memory, and the viewshed beside gdal_viewshed.

``python benchmarks/viewsheds.py [--json] [--quick]``.  The comparison needs the command gdal_viewshed (package
gdal-bin of Debian); without it those figures are null.  Results come before speeds:
agreement of cells, and how many cells that differ lie off the boundary of the visible area.

Both sides take turns, and every figure is a median: wall clock (``wall``) and processor time (``cpu``), for
gdal_viewshed with its start and files (``whole``) and less the time that it takes for 8 x 8 cells.  Ratios of wall
clock hold for the load that is told beside them; those of processor time hold on a busy machine too.
"""

from __future__ import annotations

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
from bars import Bar, options, printed

from openiads.earth.geodesy import MEAN_RADIUS
from openiads.earth.viewshed import lowest_over_grid
from openiads.reach.coverage import DetectionQuestion, coverage, map_around
from openiads.reach.scenes import radar_world
from openiads.scenario.load import load

RADIUS = 4.0 / 3.0 * MEAN_RADIUS
CELL = 90.0  # m
MAST = 25.0  # m
HEIGHTS = (50.0, 100.0, 500.0, 3000.0, 10_000.0)
TARGETS = (0.0, 50.0, 200.0)  # m above ground, of the comparison
AGREEMENT = 0.995  # least share of cells, asked before speeds count; a cell may differ only at a boundary

BARS = (
    Bar("coverage_s", "<=", 2.0, "coverage of 1,000 x 1,000 cells, five heights, s"),
    Bar("coverage_fine_s", "<=", 2.0, "the same with a viewshed, s"),
    Bar("rss_mb_4000_masks", "<", 500.0, "memory of a map of 4,000 x 4,000 cells, MB"),
    Bar("rss_mb_4000_fine", "<", 500.0, "the same with a viewshed, MB"),
    Bar("least_times_faster_wall", ">=", 5.0, "viewshed, times the speed of gdal_viewshed without its start"),
    Bar("least_times_faster_wall_whole", ">=", 5.0, "viewshed, times the speed of gdal_viewshed as a whole"),
)

LARGE = """
import sys, numpy as np, math
sys.path.insert(0, sys.argv[1])
from openiads.scenario.load import load
from openiads.reach.coverage import DetectionQuestion, coverage, map_around
from openiads.reach.scenes import radar_world
world = radar_world(load("tartus_2016"))
question = DetectionQuestion(heights=(50.0,))
where = map_around(world, [0], question, cells=int(sys.argv[3]))
coverage(world, question, [0], where=where, fine=sys.argv[2] == "fine")
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


def in_turns(repeats: int, *works: Callable[[], Any]) -> list[tuple[float, float]]:
    """Wall clock and processor time (s) of each of some pieces of work, medians of turns in which each comes once."""
    times: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(repeats):
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
    command = [
        "gdal_viewshed",
        "-q",
        "-of",
        "ENVI",
        "-ox",
        at,
        "-oy",
        at,
        "-oz",
        str(MAST),
        "-tz",
        str(target),
        "-cc",
        "0.75",
        "-md",
        "0",
        "-om",
        "NORMAL",
        str(source),
        str(result),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return result


def boundary(seen: np.ndarray) -> np.ndarray:
    """Cells with a neighbor, sideways or diagonal, that differs."""
    wide = np.pad(seen, 1, mode="edge")
    size = len(seen)
    shifts = [(i, j) for i in range(3) for j in range(3)]
    return np.any([wide[i : i + size, j : j + size] != seen for i, j in shifts], axis=0)


def beside_gdal(size: int, repeats: int) -> dict[str, Any]:
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
            repeats, lambda: asked(tiny, 8, TARGETS[1]), lambda: asked(folder, size, TARGETS[1]), lambda: viewshed(land)
        )
    if min(agreement) < AGREEMENT or off_boundary:
        raise ValueError(
            f"gdal_viewshed: {min(agreement):.3%} of {size} x {size} cells agree and {off_boundary} differ off the "
            f"boundary; {AGREEMENT:.1%} and none are asked"
        )
    return {
        "cells": size * size,
        "least_agreement": min(agreement),
        "off_boundary": off_boundary,
        "load_1_min": [load, os.getloadavg()[0]],
        "gdal_wall_s": whole[0],
        "gdal_start_wall_s": start[0],
        "gdal_cpu_s": whole[1],
        "gdal_start_cpu_s": start[1],
        "own_wall_s": own[0],
        "own_cpu_s": own[1],
        "times_faster_wall": (whole[0] - start[0]) / own[0],
        "times_faster_wall_whole": whole[0] / own[0],
        "times_less_cpu": (whole[1] - start[1]) / own[1],
        "times_less_cpu_whole": whole[1] / own[1],
    }


def measured(*, quick: bool) -> dict[str, Any]:
    """Every figure."""
    world = radar_world(load("tartus_2016"))
    question = DetectionQuestion(heights=HEIGHTS)
    small = map_around(world, [0], question, cells=64)
    for fine in (False, True):
        coverage(world, question, [0], where=small, fine=fine)  # compiles
    repeats, cells, sizes = (1, 64, (100, 200)) if quick else (9, 1000, (500, 1000, 2000, 4000))
    told: dict[str, Any] = {"cpus": len(os.sched_getaffinity(0)), "load_1_min": os.getloadavg()[0], "not_run": {}}

    def ask(fine: bool) -> None:
        coverage(world, question, [0], where=map_around(world, [0], question, cells=cells), fine=fine)

    for name, fine in (("coverage", False), ("coverage_fine", True)):
        ((told[f"{name}_s"], told[f"{name}_cpu_s"]),) = in_turns(repeats, lambda fine=fine: ask(fine))
    lands = [hills(size) for size in sizes]
    used = in_turns(repeats, *(lambda land=land: viewshed(land) for land in lands))
    told["viewshed_cpu_s_per_million_cells"] = {
        str(len(land)): cpu / land.size * 1e6 for land, (_, cpu) in zip(lands, used, strict=True)
    }
    told["rss_mb_4000_masks"] = None if quick else memory("masks", 4000)
    told["rss_mb_4000_fine"] = memory("fine", cells if quick else 4000)
    if quick:
        told["not_run"]["rss_mb_4000_masks"] = "not part of the quick form"
    ratios = ("times_faster_wall", "times_faster_wall_whole")
    if shutil.which("gdal_viewshed") is None:
        told |= {f"least_{name}": None for name in ratios}
        told["not_run"] |= {f"least_{name}": "no gdal_viewshed on this machine (Debian: gdal-bin)" for name in ratios}
        return told
    beside = {str(size): beside_gdal(size, repeats) for size in (sizes if quick else sizes[1:])}
    return told | {f"least_{name}": min(each[name] for each in beside.values()) for name in ratios} | {"gdal": beside}


def memory(kind: str, cells: int) -> float:
    """Peak resident memory (MB) of a square map of so many cells a side, in a process of its own."""
    source = str(Path(__file__).resolve().parents[1] / "src")
    done = subprocess.run(
        [sys.executable, "-c", LARGE, source, kind, str(cells)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024.0


if __name__ == "__main__":
    chosen = options(__doc__).parse_args()
    printed(measured(quick=chosen.quick), BARS, chosen)
