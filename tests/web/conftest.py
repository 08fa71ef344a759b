"""A real browser before a real server: two runs of Tartus on the same dice, a folder that is no run, and one page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import openiads as oi
from openiads.runs.run import Run

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
REPLICATIONS = 40
HERE = Path(__file__).resolve().parent
PATIENCE = 20_000  # ms: a busy machine is no fault
expect.set_options(timeout=PATIENCE)

#: What page scripts must never do, noted before any of them runs.
WATCH = """
window.seen = [];
for (const name of ["alert", "confirm", "prompt", "open"]) {
    window[name] = (...told) => { window.seen.push([name, ...told]); };
}
document.addEventListener("securitypolicyviolation", (e) => {
    window.seen.push(["refused", e.violatedDirective, e.blockedURI]);
});
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in this folder needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Visit:
    """A page, and all that went wrong in it or went out of it."""

    page: Page
    home: str
    troubles: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    expected: str = ""  # pattern of troubles that a test brings about

    def watch(self) -> None:
        def console(message: Any) -> None:
            if message.type in ("error", "warning"):
                self.troubles.append(f"{message.type}: {message.text}")

        def asked(request: Any) -> None:
            if not request.url.startswith((self.home, "data:", "blob:")):
                self.elsewhere.append(request.url)

        self.page.on("console", console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page: {error}"))
        self.page.on("dialog", lambda dialog: (self.troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", asked)

    def check(self) -> None:
        """Nothing failed, nothing was said to another host, no script of a name ran."""
        unexpected = [t for t in self.troubles if not (self.expected and re.search(self.expected, t))]
        assert unexpected == []
        assert self.elsewhere == []
        assert self.page.evaluate("window.seen") == []

    def state(self, what: str) -> Any:
        """A part of the page's own state, as JavaScript reads it: ``time``, ``replay.header.replication``."""
        return self.page.evaluate(f"() => window.__openiads.store.get().{what}")

    def opened(self) -> Visit:
        """Waits for the first replay."""
        expect(self.page.locator(".timeline-place .time")).not_to_have_text(re.compile(r"/ 00:00"))
        return self


@dataclass
class Served:
    """The address that ``openiads view`` printed."""

    process: subprocess.Popen[str]
    address: str

    @property
    def home(self) -> str:
        return self.address.partition("?")[0]


@contextmanager
def viewing(*folders: Path) -> Iterator[Served]:
    """``openiads view`` of some folders, as its user starts it."""
    command = [sys.executable, "-m", "openiads", "view", "--no-open", *map(str, folders)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Served(process, process.stdout.readline().strip())
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium of this machine."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(CHROMIUM)}): apt-get install chromium")
    with sync_playwright() as play:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        made = play.chromium.launch(executable_path=path, args=[*arguments, "--disable-gpu"])
        yield made
        made.close()


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return oi.run(
        "tartus_2016", replications=REPLICATIONS, seed=1, record=1, out=tmp_path_factory.mktemp("runs") / "tartus"
    )


@pytest.fixture(scope="session")
def other(run: Run) -> Run:
    """The same dice, one round in a salvo."""
    changed = oi.load("tartus_2016").with_values({"site.Tartus.doctrine.salvo": 1})
    return oi.run(changed, replications=REPLICATIONS, seed=1, out=run.path.parent / "one_round")


@pytest.fixture(scope="session")
def exporting(browser: Browser, run: Run) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The command that writes the page of one file, begun early: it works while other pages are looked at."""
    target: Path = run.path.parent / "one.html"
    command = ["export", str(run.path), "--format", "html", "--replication", "2", "--out", str(target)]
    process = subprocess.Popen(
        [sys.executable, "-m", "openiads", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    yield process, target
    process.kill()
    process.communicate()


@pytest.fixture(scope="session")
def server(browser: Browser, run: Run, exporting: Any, other: Run) -> Iterator[Served]:
    nothing = run.path.parent / "no_run"
    nothing.mkdir()
    with viewing(run.path, other.path, nothing) as served:
        yield served


@contextmanager
def visiting(browser: Browser, address: str, **options: Any) -> Iterator[Visit]:
    """A new browser window at an address; what went wrong in it fails the test."""
    settings = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", "color_scheme": "light"}
    context: BrowserContext = browser.new_context(**{**settings, **options})
    context.add_init_script(WATCH)
    home = address if address.startswith("file:") else address.partition("?")[0]
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page(), home)
    visit.watch()
    visit.page.goto(address)
    yield visit.opened()
    visit.check()
    context.close()


@pytest.fixture(scope="session")
def one_window(browser: Browser, server: Served) -> Iterator[Visit]:
    with visiting(browser, server.address, permissions=["clipboard-read", "clipboard-write"]) as visit:
        yield visit


@pytest.fixture
def visit(one_window: Visit) -> Iterator[Visit]:
    """The window at the start of the first run's first replay; whatever the test did in it must have gone well."""
    page = one_window.page
    page.evaluate("""async () => {
        const { store, actions } = window.__openiads;
        store.set({ help: false, problem: null, playing: false, page: "replay", tab: "lanes", world: "truth",
                    units: "metric", theme: "auto", flight: null });
        const { run, runs, replay } = store.get();
        if (run.id !== runs[0].id || replay?.header.replication !== 0) await actions.openRun(runs[0].id, 0);
        actions.seek(0);
        document.activeElement.blur();
    }""")
    one_window.expected = ""
    one_window.troubles.clear()
    yield one_window
    one_window.check()
