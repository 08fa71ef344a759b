"""A run with a jammer, radars that blink and two sites: what the page shows of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import openiads as oi
from openiads.base.toml import toml_text
from openiads.scenario.load import loads
from web.conftest import Visit, viewing, visiting


@pytest.fixture(scope="module")
def contested(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    mapping = oi.load("one_on_one").mapping()
    mapping["model"] |= {"detection": "radar"}
    mapping["raid"][0] |= {"jammer": "escort_jammer", "origin": "34.92 N 34.92 E"}
    first = mapping["site"][0]
    first["doctrine"] |= {"emission": "blink"}
    mapping["site"].append({**first, "name": "Second", "at": "34.90 N 35.95 E", "doctrine": {"fire": "salvo"}})
    folder = tmp_path_factory.mktemp("contested") / "run"
    run = oi.run(loads(toml_text(mapping)), replications=20, seed=1, record=1, out=folder)
    with viewing(run.path) as served, visiting(browser, served.address) as visit:
        yield visit


def moment(visit: Visit, expression: str) -> Any:
    """Something of the replay, and that moment shown."""
    time = visit.page.evaluate(f"(() => {{ const h = window.__openiads.store.get().replay.header; {expression} }})()")
    visit.page.evaluate(f"window.__openiads.actions.seek({time})")
    return time


def test_a_silent_radar_says_so_and_has_no_strobes(contested: Visit) -> None:
    page = contested.page
    page.get_by_role("tab", name="Scope").click()
    note = page.locator("#panel-scope p.quiet").first
    moment(contested, "return h.radars[0].silent[1][0] + 0.5")
    page.evaluate("window.__openiads.actions.selectRadar(0)")
    expect(note).to_contain_text("Silent: emission control keeps it off.")
    moment(contested, "return h.radars[0].silent[0][1] + 0.1")
    expect(note).not_to_contain_text("Silent")


def test_a_jammer_is_a_strobe_on_the_scope_and_radiates_in_the_table(contested: Visit) -> None:
    page = contested.page
    page.get_by_role("tab", name="Scope").click()
    radar = page.evaluate("""() => { const h = window.__openiads.store.get().replay.header;
        const s = h.events.find((e) => e.kind === "strobe" && !h.radars[e.radar].silent); return [s.radar, s.t]; }""")
    page.evaluate(f"window.__openiads.actions.selectRadar({radar[0]})")
    page.evaluate(f"window.__openiads.actions.seek({radar[1]} + 0.05)")
    expect(page.locator("#panel-scope p.quiet").first).to_contain_text("Strobes of jammers, bearing without distance:")
    page.get_by_title("The map as a table").click()
    expect(page.locator(".map-list tbody tr").first).to_contain_text("radiates noise")
    page.get_by_title("The map as a table").click()


def test_the_log_has_its_kinds_and_the_pages_its_layers_and_levers(contested: Visit) -> None:
    page = contested.page
    page.get_by_role("tab", name="Log").click()
    kinds = page.get_by_label("Kind of event").locator("option").evaluate_all("all => all.map((o) => o.value)")
    assert {"jamming", "emission", "strobe"} <= set(kinds)
    page.evaluate("window.__openiads.actions.showPage('dashboard')")
    card = page.locator(".card").filter(has=page.get_by_role("heading", name="Layer by layer"))
    card.get_by_role("button", name="as a table").click()
    expect(card.locator("tbody tr")).to_have_count(2)
    page.evaluate("window.__openiads.actions.showPage('whatif')")
    expect(page.get_by_role("switch", name="Noise jamming")).to_be_checked()
    expect(page.get_by_role("switch", name="Takes part").first).to_be_checked()
    expect(page.get_by_role("combobox", name="Emission of its radars").first).to_have_value("blink")


def test_without_the_jammer_the_answer_stands_beside_the_old_one(contested: Visit) -> None:
    page = contested.page
    page.evaluate("window.__openiads.actions.showPage('whatif')")
    page.get_by_role("switch", name="Noise jamming").uncheck()
    page.get_by_role("switch", name="Takes part").last.uncheck()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#panel-whatif .comparison table").first).to_be_visible()
    expect(page.locator(".changes li")).to_have_text(
        ["Intruder, Noise jamming: on → off", "Second, Takes part: on → off"]
    )
