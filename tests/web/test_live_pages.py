"""Pages on which something is moved, opened from disk: the dashboard of a campaign, the trade-off of both errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import openiads as oi
from faces.pages.answers.test_tradeoff import answer, point
from faces.test_campaign import CAMPAIGN
from openiads.base.toml import toml_text
from openiads.faces.pages.answers.campaign_board import board_page
from openiads.faces.pages.answers.page import Premises, premises_of
from openiads.faces.pages.answers.tradeoff import tradeoff_page
from web.conftest import WATCH
from web.test_access import COLORS, EVERYTHING, faults

Opening = Callable[..., Page]


@pytest.fixture
def opening(browser: Browser, tmp_path: Path) -> Iterator[Opening]:
    """Opens HTML from disk; whatever went wrong in it, or out of it, fails the test."""
    troubles: list[str] = []
    contexts = []

    def opened(body: str, width: int = 1280, theme: str = "light", **more: Any) -> Page:
        target = tmp_path / "page.html"
        target.write_text(body)
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme="dark" if theme == "dark" else "light", **more
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith("file:") else troubles.append(asked.url))
        page.goto(target.as_uri())
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.seen ?? []") == []
        context.close()
    assert troubles == []


@pytest.fixture(scope="module")
def found(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("campaign") / "few.toml"
    file.write_text(toml_text(CAMPAIGN))
    return oi.campaign(file, jobs=1)


@pytest.fixture(scope="module")
def board(found: Any) -> str:
    return board_page(found, premises_of(found.plan.campaign.scenario))


@pytest.fixture(scope="module")
def curve() -> str:
    def with_friends(each: dict[str, Any], factor: float) -> dict[str, Any]:
        friend = {key: min(1.0, factor * value) for key, value in each["civil"].items()}
        return each | {"friend": friend, "seconds_to_identify": {"mean": 4.0, "low": 3.0, "high": 5.0}}

    told = answer(waiting=[point("asked 1 time", 0.1, 1.0), point("asked 8 times", 0.01, 2.0)])
    told |= {key: [with_friends(each, 3.0) for each in told[key]] for key in ("policies", "waiting")}
    return tradeoff_page(told, Premises({}, (1, 10)), "0" * 64)


def test_a_day_is_read_off_by_keyboard_and_by_finger(opening: Opening, board: str, found: Any) -> None:
    page = opening(board)
    slider, tile = page.get_by_role("slider", name="Day"), page.locator(".tile").filter(has_text="Threats").locator("b")
    expect(page.locator("#day-now")).to_have_text("Day 3")
    expect(tile).to_have_text("2")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#day-now")).to_have_text("Day 2")
    expect(tile).to_have_text("3")  # two raids come on it
    assert (slider.get_attribute("aria-valuetext") or "").startswith("Day 2: Threats 3")
    stock = page.locator(".tile").filter(has_text="Rounds left").locator("b")
    assert float(stock.inner_text()) == pytest.approx(found.band("stock.48n6e2")[1].mean, rel=0.01)
    page.locator("svg.chart").first.scroll_into_view_if_needed()
    box = page.locator("svg.chart").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.14 * box["width"], box["y"] + 60)
    page.mouse.up()
    expect(page.locator("#day-now")).to_have_text("Day 1")
    assert page.locator("svg.chart .cursor").first.get_attribute("x1") == "44"
    expect(page.locator("body")).to_contain_text("<coins>")


def test_the_point_goes_from_policy_to_policy_and_along_another_curve(opening: Opening, curve: str) -> None:
    page = opening(curve)
    slider, now = page.get_by_role("slider", name="Policy"), page.locator(".now")
    rate = page.locator("[data-cell=rate]")
    expect(page.locator(".plane:visible")).to_have_count(1)
    expect(now).to_have_text("tight from 0.9")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(now).to_have_text("hold")
    expect(rate).to_contain_text("none seen")
    expect(page.locator(".price")).to_contain_text("0.25 more civil aircraft")
    page.get_by_role("radio", name="Friendly aircraft").check()
    expect(page.locator(".who")).to_have_text("Friendly aircraft")
    expect(now).to_have_text("hold")
    page.keyboard.press("Tab")
    page.get_by_role("radio", name="How often a track is asked").check()
    expect(now).to_have_text("asked 8 times")
    page.get_by_role("radio", name="Control state and threshold").check()
    expect(now).to_have_text("hold")  # where it was left


def test_the_point_is_dragged(opening: Opening, curve: str) -> None:
    page = opening(curve, 390, has_touch=True)
    page.locator(".plane:visible").scroll_into_view_if_needed()
    spots = page.locator(".plane:visible circle").evaluate_all("""all => all.map((c) => {
        const b = c.getBoundingClientRect();
        return [b.x + b.width / 2, b.y + b.height / 2];
    })""")
    page.mouse.move(*spots[0])
    page.mouse.down()
    expect(page.locator(".now")).to_have_text("hold")
    page.mouse.move(*spots[2])
    page.mouse.up()
    expect(page.locator(".now")).to_have_text("free <i>")
    expect(page.locator(".plane:visible .pt.on")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("which", ["board", "curve"])
def test_no_serious_fault_and_nothing_beyond_a_telephone(
    opening: Opening, request: pytest.FixtureRequest, which: str, theme: str
) -> None:
    body = request.getfixturevalue(which)
    page = opening(body, 390, theme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(page, which, EVERYTHING if theme == "light" else COLORS) == []


def test_without_the_script_the_last_day_and_the_tables_stand(opening: Opening, board: str, curve: str) -> None:
    page = opening(board, java_script_enabled=False)
    expect(page.locator(".tile").first).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.locator("table").first).to_be_visible()
    page = opening(curve, java_script_enabled=False)
    expect(page.locator(".plane:visible")).to_have_count(1)
    expect(page.get_by_role("slider")).to_have_count(0)
