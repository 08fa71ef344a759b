"""The viewer in headless Chromium without a GPU: ``python benchmarks/viewer.py [--json] [--quick]``.

Frames and the first frame are the page's own (``window.__openiads`` and the browser's performance entries).  Moving
objects are counted while a synthetic replay plays: the packed replay of ``tartus_2016`` with its movers replaced by so
many, each with a path of its own, a name, a trail and a belief.  ``load_average`` says how busy the machine was: the
figures are of an idle one only if it is near zero before the benchmark begins, and that is all the time of two
processors.  ``first_frame_at_start_s`` is of a page
loaded the moment the server answers, while the first replay is still being prepared, with what the server and its
engine had used of the processors by then; ``first_frame_s`` of one loaded after that.  The engine is in a process
beside the server: ``engine_mb`` is its memory after a replay and a what-if question, which the bar of ``server_mb``
does not count; ``large_engine_mb`` after a replay of the large run.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from bars import Bar, options, printed
from playwright.sync_api import Browser, Page, sync_playwright

import openiads as oi
from openiads.faces.replay import pack, unpacked
from openiads.faces.replay.built import viewer_files
from openiads.faces.replay.container import packed

STATE = "window.__openiads.store.get()"
BARS = (
    Bar("first_frame_at_start_s", "<=", 2.0, "viewer, first frame of a page opened at once, s"),
    Bar("first_frame_s", "<=", 2.0, "viewer, first frame, s"),
    Bar("frames_per_s_50", ">=", 50.0, "frames/s with 50 moving objects"),
    Bar("frames_per_s_500", ">=", 25.0, "frames/s with 500 moving objects"),
    Bar("server_mb", "<", 200.0, "memory of the server, MB"),
    Bar("large_open_s", "<=", 2.0, "a run of 100,000 replications opened, s"),
    Bar("large_server_mb", "<", 200.0, "memory of the server with it, MB"),
    Bar("large_server_with_replay_mb", "<", 200.0, "memory of the server with it and a replay, MB"),
    Bar("what_if_first_s", "<=", 1.5, "what-if of 200 replications, first answer, s"),
    Bar("what_if_full_s", "<=", 6.0, "what-if of 200 replications, whole answer, s"),
    Bar("static_mb", "<=", 1.5, "static files of the page, MB"),
)


def synthetic(run: Any, movers: int) -> bytes:
    """A replay with so many flights that move for its whole length."""
    header, sections = unpacked(pack(run, 0, looks=False))
    window, duration = header["window"], float(header["duration"])
    wide, high = window["east"] - window["west"], window["north"] - window["south"]
    times = np.arange(0.0, duration + 1.0)
    dice = np.random.default_rng(1)
    columns, made, lanes = [], [], []
    for k in range(movers):
        lon, lat, course = window["west"] + wide * dice.random(), window["south"] + high * dice.random(), dice.random()
        way = 0.4 * wide * times / duration
        bent = 2.0 * math.pi * course + times / 400.0
        east, north = lon + way * np.sin(bent), lat + way * np.cos(bent)
        columns.append(np.stack([100 * times, 1e6 * east, 1e6 * north, np.full_like(times, 5e4 + 100 * k)]))
        name, side = f"Flight group {k // 8}[{k % 8}]", "hostile" if k % 5 else "neutral"
        made.append(
            {
                "id": f"flight/{k}",
                "kind": "flight",
                "name": name,
                "row": k,
                "side": side,
                "class": "cruise",
                "symbol": f"{side}-cruise",
                "first": k * len(times),
                "count": len(times),
                "from": 0.0,
                "to": duration,
                "end": "",
                "beliefs": [[10.0, "hostile"]],
                "unit": -1,
                "flight": -1,
            }
        )
        lanes.append(
            {
                "flight": k,
                "name": name,
                "class": "cruise",
                "side": side,
                "first": {"detect": 10.0 + k},
                "launches": [],
                "intercepts": [],
                "ends": None,
                "end": "",
                "leaked": False,
            }
        )
    header |= {"movers": made, "lanes": lanes, "pathPoints": movers * len(times)}
    sections = {**sections, "paths": np.concatenate(columns, axis=1).astype("<i4").tobytes()}
    return packed(header, sections)


@contextmanager
def viewing(*folders: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``openiads view``, and the address that it prints."""
    command = [sys.executable, "-m", "openiads", "view", "--no-open", *map(str, folders)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=60)


def megabytes(process: subprocess.Popen[str]) -> tuple[float, float]:
    """Memory (MB) of the server, and of the process with the engine beside it."""
    server = psutil.Process(process.pid)
    return server.memory_info().rss / 1e6, sum(each.memory_info().rss for each in server.children()) / 1e6


def worked(process: subprocess.Popen[str]) -> float:
    """Seconds of the processors that the server and its engine have used."""
    server = psutil.Process(process.pid)
    times = [each.cpu_times() for each in (server, *server.children())]
    return float(sum(each.user + each.system for each in times))


def until(page: Page, condition: str, patience: float = 120.0) -> float:
    """Seconds until a condition holds in the page."""
    begun = time.perf_counter()
    while not page.evaluate(condition):
        if time.perf_counter() - begun > patience:
            raise TimeoutError(condition)
        page.wait_for_timeout(10)
    return time.perf_counter() - begun


def opened(browser: Browser, address: str) -> tuple[Page, float]:
    """A page with its first replay, and the seconds to the first frame by the browser's clock."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(address)
    until(page, "performance.getEntriesByName('openiads:first-frame').length > 0")
    return page, page.evaluate("performance.getEntriesByName('openiads:first-frame')[0].startTime") / 1000.0


def frames(page: Page, seconds: float) -> float:
    """Frames drawn a second while the replay plays."""
    page.evaluate(f"window.__openiads.actions.seek(0.3 * {STATE}.replay.header.duration)")
    page.evaluate("window.__openiads.actions.play()")
    page.wait_for_timeout(200.0 * seconds)
    drawn, since = page.evaluate("[window.__openiads.frames, performance.now()]")
    page.wait_for_timeout(1000.0 * seconds)
    after, now = page.evaluate("[window.__openiads.frames, performance.now()]")
    page.evaluate("window.__openiads.actions.pause()")
    return 1000.0 * (after - drawn) / (now - since)


def moving(browser: Browser, address: str, body: bytes, seconds: float) -> float:
    """Frames a second with a replay put in place of the server's."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.route("**/replays/*", lambda route: route.fulfill(body=body, content_type="application/octet-stream"))
    page.goto(address)
    until(page, f"!!{STATE}.replay")
    found = frames(page, seconds)
    page.context.close()
    return found


def what_if(page: Page, replications: int, patience: float) -> tuple[float, float]:
    """Seconds to the first partial answer and to the whole one, by the browser's clock."""
    page.evaluate("window.__openiads.actions.showPage('whatif')")
    page.get_by_label("Rounds in a salvo", exact=True).fill("1")
    page.get_by_label("Replications to run").fill(str(replications))
    page.wait_for_timeout(1000.0 * patience)  # who moves a lever takes as long: the server makes ready meanwhile
    begun = page.evaluate("performance.now()")
    page.get_by_role("button", name="Run", exact=True).click()
    until(page, "!!document.querySelector('.running table, #panel-whatif .comparison')")
    first = page.evaluate("performance.now()")
    until(page, "!!document.querySelector('#panel-whatif .comparison')")
    return (first - begun) / 1000.0, (page.evaluate("performance.now()") - begun) / 1000.0


def large(browser: Browser, folder: Path, replications: int) -> dict[str, Any]:
    """A large run: seconds until its summary is in the page, and memory of its server (MB) then and with a replay."""
    oi.run("one_on_one", replications=replications, seed=1, out=folder)
    with viewing(folder) as (process, address):
        page = browser.new_context().new_page()
        page.route("**/replays/**", lambda route: route.abort())
        page.goto(address)
        until(page, f"!!{STATE}.run")
        entry = "performance.getEntriesByType('resource').filter((e) => /runs\\/\\w+$/.test(e.name))[0].responseEnd"
        seconds = page.evaluate(entry) / 1000.0
        used, _ = megabytes(process)
        page.context.close()
        page, _ = opened(browser, address)
        until(page, f"{STATE}.backdrop !== null")
        more, engine = megabytes(process)
        page.context.close()
    return {
        "large_replications": replications,
        "large_open_s": seconds,
        "large_server_mb": used,
        "large_server_with_replay_mb": more,
        "large_engine_mb": engine,
    }


def measured(*, quick: bool) -> dict[str, Any]:
    """Every figure; all None where there is no Chromium."""
    if chromium() is None:
        keys = [bar.figure for bar in BARS]
        reason = "no Chromium on this machine (Debian: chromium)"
        return {**dict.fromkeys(keys), "not_run": dict.fromkeys(keys, reason)}
    with tempfile.TemporaryDirectory() as folder:
        return in_browser(Path(folder), quick=quick)


def chromium() -> str | None:
    """The browser's program, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def in_browser(folder: Path, *, quick: bool) -> dict[str, Any]:
    """Every figure, with results in ``folder``."""
    found: dict[str, Any] = {"load_average": list(os.getloadavg()), "processors": os.cpu_count()}
    seconds = 0.2 if quick else 4.0  # that frames are counted for, and a hand takes to move a lever
    run = oi.run("tartus_2016", replications=20 if quick else 100, seed=1, record=1, out=folder / "tartus")
    found["static_mb"] = sum(len(body) for body in viewer_files().values()) / 1e6
    with sync_playwright() as play:
        arguments = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = play.chromium.launch(executable_path=chromium(), args=arguments)
        found["browser"] = browser.version
        with viewing(run.path) as (process, address):
            page, found["first_frame_at_start_s"] = opened(browser, address)
            found["first_frame_at_start_processor_s"] = worked(process)
            until(page, f"{STATE}.backdrop !== null")
            page.context.close()
            page, found["first_frame_s"] = opened(browser, address)
            found["frames_per_s_tartus"] = frames(page, seconds)
            found["what_if_first_s"], found["what_if_full_s"] = what_if(page, 20 if quick else 200, seconds)
            page.context.close()
            for name, movers in (("50", 5 if quick else 50), ("500", 50 if quick else 500)):
                found[f"frames_per_s_{name}"] = moving(browser, address, synthetic(run, movers), seconds)
            found["server_mb"], found["engine_mb"] = megabytes(process)
        found |= large(browser, folder / "large", 2_000 if quick else 100_000)
        browser.close()
    found["movers"] = "synthetic: the packed replay of tartus_2016 with its movers replaced"
    found["load_average_after"] = list(os.getloadavg())
    return found


if __name__ == "__main__":
    chosen = options(__doc__).parse_args()
    printed(measured(quick=chosen.quick), BARS, chosen)
