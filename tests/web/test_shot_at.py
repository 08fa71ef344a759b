"""A run with zones, a hotline, an airway and visitors that are shot at by mistake: what the page shows of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import openiads as oi
from faces.replay.test_areas import mapping
from openiads.base.toml import toml_text
from openiads.runs.run import Run
from openiads.scenario.load import loads
from web.conftest import Visit, viewing, visiting
from web.test_access import COLORS, EVERYTHING, faults


@pytest.fixture(scope="module")
def flown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("shot_at") / "run"
    return oi.run(loads(toml_text(mapping())), replications=10, seed=1, record=1, out=folder)


@pytest.fixture(scope="module")
def sky(browser: Browser, flown: Run) -> Iterator[Visit]:
    with viewing(flown.path) as served, visiting(browser, served.address) as visit:
        yield visit


def mistake(page: Page) -> Any:
    return page.evaluate("""() => { const { store, actions } = window.__openiads;
        const e = store.get().replay.header.events.find((each) => each.kind === "misidentified");
        actions.seek(e.t); return e; }""")


def test_the_log_tells_messages_and_mistakes_in_sentences(sky: Visit) -> None:
    page = sky.page
    page.get_by_role("tab", name="Log").click()
    kind = page.get_by_label("Kind of event")
    kind.select_option("notice")
    log = page.locator("#panel-log [role=listbox]")
    expect(log).to_contain_text("Coalition sends the notice of Strike box over Line")
    expect(log).to_contain_text("s after it was sent")
    kind.select_option("misidentified")
    expect(log).to_contain_text("fires at a civil flight that it believes")
    kind.select_option("")


def test_the_time_line_has_the_messages_as_marks_and_as_a_table(sky: Visit) -> None:
    page = sky.page
    lane = page.locator(".message-lane")
    expect(lane.locator(".way")).to_have_count(1)  # of the two that are sent one comes through
    expect(lane.locator(".lost")).to_have_count(1)
    assert lane.locator(".mistake").count() >= 1
    expect(page.locator(".strip-key")).to_contain_text("Message lost")
    page.locator(".timeline-place").get_by_role("button", name="As a table").click()
    table = page.locator(".messages-table")
    expect(table.locator("tbody tr")).to_have_count(2)
    expect(table).to_contain_text("never")
    table.get_by_role("button", name="00:40").click()
    assert sky.state("time") == 40
    expect(page.locator(".strip-table")).to_contain_text("Mistakes")
    page.locator(".timeline-place").get_by_role("button", name="As a table").click()


def test_the_map_names_zones_in_its_table_with_who_knows_of_them(sky: Visit) -> None:
    page = sky.page
    page.evaluate("window.__openiads.actions.seek(35)")
    page.get_by_title("The map as a table").click()
    row = page.locator(".map-list tr")
    expect(row.filter(has_text="Camp")).to_contain_text("No-fire zone")
    expect(row.filter(has_text="Unheard")).to_contain_text("never")
    expect(row.filter(has_text="Unheard")).to_contain_text("not known to any post")
    expect(row.filter(has_text="UL1").filter(has_text="Airway")).to_contain_text("9,000 m to 10,000 m")
    page.get_by_title("The map as a table").click()
    page.get_by_role("button", name="Layers").click()
    expect(page.get_by_label("Zones, corridors, airways")).to_be_checked()
    page.get_by_role("button", name="Layers").click()


def test_the_legend_has_beliefs_and_kinds_of_zone(sky: Visit) -> None:
    page = sky.page
    page.locator(".map-legend summary").click()
    legend = page.locator(".map-legend")
    for words in ("Believed hostile", "Shot at by mistake", "No-fire zone", "Notified block", "Airway"):
        expect(legend).to_contain_text(words)
    page.locator(".map-legend summary").click()


def test_zones_change_what_is_drawn_and_may_be_left_out(sky: Visit) -> None:
    """The lower canvas has other pixels when a block is known than when it is not, and without the layer."""
    page = sky.page
    page.evaluate("window.__openiads.store.set({ playing: false, page: 'replay' })")

    def drawn(time: float) -> str:
        page.evaluate(f"window.__openiads.actions.seek({time})")
        found: str = page.evaluate("document.querySelector('.map-canvas').toDataURL()")
        return found

    unknown, known = drawn(29.0), drawn(31.0)
    assert unknown != known
    assert drawn(32.0) == known
    page.evaluate("window.__openiads.actions.toggleLayer('areas')")
    page.wait_for_timeout(300)
    assert drawn(31.0) != known
    page.evaluate("window.__openiads.actions.toggleLayer('areas')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault(sky: Visit, theme: str) -> None:
    page = sky.page
    page.evaluate("(theme) => window.__openiads.store.set({ theme, page: 'replay' })", theme)
    mistake(page)
    page.get_by_title("The map as a table").click()
    page.locator(".timeline-place").get_by_role("button", name="As a table").click()
    found = faults(page, "replay", EVERYTHING if theme == "light" else COLORS)
    page.locator(".timeline-place").get_by_role("button", name="As a table").click()
    page.get_by_title("The map as a table").click()
    assert found == []
