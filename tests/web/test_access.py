"""Who cannot use a mouse, or reads with other means than eyes: the whole tour by keyboard, and no serious fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from openiads.runs.run import Run
from web.conftest import Visit
from web.test_tour import everything

SERIOUS = ("serious", "critical")


#: What axe-core looks for: everything; in another theme, which is the same page in other colors, at the colors.
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
COLORS = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def faults(page: Page, where: str, options: dict[str, Any]) -> list[str]:
    """Serious and critical faults that axe-core finds; its script is put into a page once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        f"{where}: {fault['id']} ({fault['impact']}): {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_any_page(visit: Visit, theme: str) -> None:
    page, found = visit.page, []
    looked_for = EVERYTHING if theme == "light" else COLORS
    page.evaluate("(theme) => window.__openiads.store.set({ theme, flight: 11 })", theme)
    page.evaluate("window.__openiads.actions.seek(560)")
    for name, panel in everything()[:-1]:
        page.get_by_role("tab", name=name).click()
        expect(page.locator(panel)).to_be_visible()
        if name in ("Compare", "What if"):
            expect(page.locator(f"{panel} table, {panel} fieldset").first).to_be_visible()
        found += faults(page, name, looked_for)
    page.keyboard.press("r")
    tables = page.locator(".map-top").get_by_role("button", name="As a table")
    tables.click()
    page.keyboard.press("?")
    found += faults(page, "help", looked_for)
    page.keyboard.press("Escape")
    page.locator(".run-button").click()
    found += faults(page, "runs", looked_for)
    page.get_by_role("button", name="Close the list of runs").click()
    tables.click()
    assert found == []


class Keys:
    """A visitor who has a keyboard and nothing else."""

    def __init__(self, visit: Visit) -> None:
        self.page, self.visit = visit.page, visit
        self.unseen: list[str] = []

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, selector: str, most: int = 150) -> None:
        """Tab until something that fits has the focus; where the focus cannot be seen is noted."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            there, seen, said = self.page.evaluate(
                """(selector) => {
                const e = document.activeElement, style = getComputedStyle(e);
                const seen = e === document.body || style.outlineStyle !== "none" || style.boxShadow !== "none";
                return [e.matches(selector), seen, e.outerHTML.slice(0, 120)];
            }""",
                selector,
            )
            if not seen:
                self.unseen.append(said)
            if there:
                return
        raise AssertionError(f"Tab never reaches {selector}")

    def moves(self, what: str, act: Callable[[], None]) -> None:
        """Something of the page's state is not what it was."""
        before = self.visit.state(what)
        act()
        assert self.visit.state(what) != before, what


def test_the_whole_tour_by_keyboard_alone(visit: Visit, run: Run) -> None:
    page, keys = visit.page, Keys(visit)
    for key in ("Space", "Space", ".", ">", "n", "n"):
        if key != "Space":
            keys.moves("time", lambda key=key: keys.press(key))  # type: ignore[misc]
        else:
            keys.moves("playing", lambda: keys.press("Space"))
    keys.press("1")
    keys.to("#panel-lanes [role=listbox]")
    keys.press("Home", "ArrowDown", "ArrowDown")
    keys.moves("flight", lambda: keys.press("Enter"))
    keys.moves("time", lambda: keys.press("ArrowRight"))
    keys.press("2")
    keys.to(".gate-field")
    keys.moves("time", lambda: keys.press("ArrowRight"))
    keys.to("#panel-whynot [role=listbox]")
    keys.press("End", "Enter")
    assert visit.state("unit") == len(run.names["units"]) - 1
    expect(page.locator("#panel-whynot .reason")).not_to_be_empty()
    keys.press("3")
    keys.to("#panel-log input[type=search]")
    page.keyboard.type("launch")
    expect(page.locator("#panel-log .tally")).not_to_have_text(re.compile(r"^(\d+) of \1$"))
    keys.to("#panel-log [role=listbox]")
    keys.press("Home")
    keys.moves("time", lambda: keys.press("Enter"))
    keys.press("4", "5", "b")
    keys.to(".map-view")
    keys.press("m", "Enter", "ArrowRight", "ArrowRight")
    expect(page.locator(".measured")).to_contain_text("km")
    keys.press("Escape", "+", "-", "f", "u", "u", "b")
    keys.press("d")
    keys.to("button.column-bar")
    keys.press("ArrowRight", "Enter")
    expect(page.locator("#panel-replay")).to_be_visible()
    expect(page.get_by_label("Replication shown")).not_to_have_value("")
    keys.press("c")
    expect(page.locator("#panel-compare .comparison")).to_be_visible()
    keys.press("w")
    expect(page.locator(".lever").first).to_be_visible()
    keys.to(".lever input[type=range]")
    keys.press("ArrowRight")
    keys.to("input[aria-label='Replications to run']")
    keys.press("Control+a")
    page.keyboard.type("30")
    keys.press("Enter")
    expect(page.locator("#panel-whatif .comparison")).to_be_visible()
    keys.to("#panel-whatif button")
    keys.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("dialog.help")).to_be_hidden()
    keys.to(".run-button")
    keys.press("Enter")
    expect(page.locator("dialog.runs")).to_be_visible()
    keys.to("dialog.runs button.run")
    keys.press("Enter")
    expect(page.locator("dialog.runs")).to_be_hidden()
    assert keys.unseen == []
