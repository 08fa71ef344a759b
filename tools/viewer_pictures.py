"""Take the pictures of docs/how-to/view.md: ``python tools/viewer_pictures.py [NAME ...]``.

The server of ``openiads view`` shows a run of ``tartus_2016`` to headless Chromium, in both themes.  Pictures are
stored with fewer colors, which makes them smaller and changes nothing to the eye.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

import openiads as oi

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
COLORS = 256
FILLED = 0x07  # lowest bits of a color's levels, all set: their noise costs most of the file and is not seen
FLIGHT = "Cruise missiles from the south-west[3]"
NEAR = (600, 370)  # px: where the map is drawn nearer
ACTIONS = "window.__openiads.actions"


@contextmanager
def viewing(folder: Path) -> Iterator[str]:
    """The address that ``openiads view`` prints."""
    command = [sys.executable, "-m", "openiads", "view", "--no-open", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=60)


def choose(page: Page, moment: float, tab: str) -> None:
    """A moment of the replay, one flight chosen, one panel open."""
    page.evaluate(f"{ACTIONS}.showPage('replay')")
    page.evaluate(f"{ACTIONS}.showTab('{tab}')")
    page.evaluate(f"{ACTIONS}.seek({moment})")
    row = "window.__openiads.store.get().replay.header.lanes.find((l) => l.name === name)?.flight ?? null"
    page.evaluate(f"(name) => {ACTIONS}.selectFlight({row})", FLIGHT)


def nearer(page: Page) -> None:
    """The map about the site."""
    page.mouse.move(*NEAR)
    for _ in range(3):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(400)


def whatif(page: Page) -> None:
    """A question answered."""
    page.evaluate(f"{ACTIONS}.showPage('whatif')")
    page.get_by_label("Rounds in a salvo", exact=True).fill("1")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#panel-whatif .comparison")).to_be_visible(timeout=120_000)


VIEWS: dict[str, Callable[[Page], None]] = {
    "map": lambda page: choose(page, 585.0, "whynot"),
    "scope": lambda page: choose(page, 600.0, "scope"),
    "chain": lambda page: choose(page, 612.0, "lanes"),
    "dashboard": lambda page: page.evaluate(f"{ACTIONS}.showPage('dashboard')"),
    "whatif": whatif,
}


def take(page: Page, path: Path, *, shaded: bool) -> None:
    """A picture of the page, small; shaded : it shows relief, whose shades a few colors would turn into steps."""
    page.mouse.move(720, 2)
    page.wait_for_timeout(600)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        plain = picture.convert("RGB")
    if shaded:
        plain.point(lambda level: level | FILLED).save(path, optimize=True)
    else:
        plain.quantize(COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} kB", file=sys.stderr)


def main() -> None:
    """Write every picture, or those named."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    names = sys.argv[1:] or list(VIEWS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        run = oi.run("tartus_2016", replications=300, seed=2016, record=1, out=Path(folder) / "tartus")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = play.chromium.launch(executable_path=chromium, args=arguments)
        for theme in ("light", "dark"):
            with viewing(run.path) as address:  # a server each: both have answered one question
                page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=theme)
                page.goto(address)
                expect(page.locator(".timeline-place .play")).to_be_enabled(timeout=60_000)
                while not page.evaluate("window.__openiads.store.get().backdrop"):  # relief and coverage come last
                    page.wait_for_timeout(100)
                page.wait_for_timeout(1000)
                nearer(page)
                for name in names:
                    VIEWS[name](page)
                    path = FOLDER / f"viewer_{name}{'_dark' if theme == 'dark' else ''}.png"
                    take(page, path, shaded=name not in ("dashboard", "whatif"))
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
