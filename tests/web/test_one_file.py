"""The replay as one file, written by the command and opened from the disk, with no server and no network."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from openiads.explain.kill_chain import explain
from openiads.faces.words import text
from openiads.runs.run import Run
from web.conftest import Visit, visiting
from web.test_numbers import rows


@pytest.fixture(scope="module")
def file(exporting: tuple[subprocess.Popen[str], Path]) -> Path:
    process, target = exporting
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    return target


@pytest.fixture(scope="module")
def offline(browser: Browser, file: Path) -> Iterator[Visit]:
    with visiting(browser, file.as_uri(), offline=True) as visit:
        yield visit


def test_it_is_small_and_opens_from_the_disk_with_the_replication_asked_for(
    offline: Visit, file: Path, run: Run
) -> None:
    assert file.stat().st_size < 3_000_000
    expect(offline.page.locator("header .answer")).to_have_text(text.answer(run.summary()))
    assert offline.state("replay.header.replication") == 2
    assert offline.page.evaluate("performance.getEntriesByName('openiads:first-frame').length") == 1


def test_it_plays_and_its_lanes_say_what_explain_says(offline: Visit, run: Run) -> None:
    page = offline.page
    page.keyboard.press("Space")
    expect(page.locator(".timeline-place .time")).not_to_contain_text("00:00.0 /")
    page.keyboard.press("Space")
    page.locator("#panel-lanes").get_by_role("button", name="As a table").click()
    ends = {row[0]: row[-1] for row in rows(page.locator("#panel-lanes table"))}
    for flight in explain(run, 2).flights:
        if flight.name in ends:
            assert ends[flight.name].endswith(text.TERMINAL_WORDS[flight.terminal])
    assert len(ends) > 20


def test_it_shows_the_dashboard_and_offers_nothing_that_needs_a_server(offline: Visit) -> None:
    page = offline.page
    for key in ("c", "w"):
        page.keyboard.press(key)
        assert offline.state("page") == "replay"
    assert page.get_by_role("tab", name="Compare").count() == page.get_by_role("tab", name="What if").count() == 0
    for tab in ("Why not", "Log", "Scope", "Height", "Dashboard"):
        page.get_by_role("tab", name=tab).click()
    expect(page.get_by_role("heading", name="Outcomes", exact=True)).to_be_visible()
    assert page.locator(".column-bar:is(button)").count() == 0
    offline.check()
