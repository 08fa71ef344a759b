"""What-if questions in the page: asked, answered beside the old answer, canceled, and taken up again when cut off."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

import openiads as oi
from openiads.experiments.whatif import ask
from openiads.runs.run import Run
from web.conftest import Visit, viewing, visiting
from web.test_numbers import interval, rows, same


def prepared(visit: Visit, replications: int, salvo: int) -> Page:
    """The panel with a salvo of so many rounds."""
    page = visit.page
    page.keyboard.press("w")
    expect(page.get_by_label("Rounds in a salvo", exact=True)).to_be_visible()
    reset = page.get_by_role("button", name="Reset")
    if reset.is_enabled():
        reset.click()
    page.get_by_label("Replications to run").fill(str(replications))
    page.get_by_label("Rounds in a salvo", exact=True).fill(str(salvo))
    return page


def begin(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".running")).to_be_visible()


def test_the_answer_stands_beside_the_old_one_with_the_paired_difference(visit: Visit, run: Run) -> None:
    runs = len(visit.state("runs"))
    page = prepared(visit, 30, 1)
    expect(page.locator(".whatif-run")).to_contain_text("1 lever moved")
    begin(page)
    table = page.locator("#panel-whatif .comparison table").first
    expect(table).to_be_visible()
    expect(page.locator(".changes li")).to_contain_text("Rounds in a salvo: 2 → 1")
    stored = ask(run, {"site[1].doctrine.salvo": 1}, 30).comparison.summary()["metrics"]
    outcomes = {metric: each for metric, each in stored.items() if not each["input"]}
    for row, (metric, each) in zip(rows(table), outcomes.items(), strict=True):
        told = each["difference"]
        assert same(row[5], told["value"]), metric
        if each["exact"]:  # equal in every pair: nothing to be unsure of
            assert interval(row[6]) == ["–", "–"], metric
        else:
            assert all(same(cell, told[end]) for cell, end in zip(interval(row[6]), ("low", "high"), strict=True)), (
                metric
            )
    page.get_by_role("button", name="Open as a run").click()
    expect(page.locator(".facts")).to_contain_text("replications 30")
    expect(page.locator(".run-button")).to_contain_text(f"{runs + 1} runs")


def test_a_question_under_way_is_canceled_and_nothing_is_kept(visit: Visit) -> None:
    runs = len(visit.state("runs"))
    page = prepared(visit, 2000, 3)
    begin(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".notice")).to_have_text("Canceled. Nothing was kept of it.")
    expect(page.locator(".running")).to_be_hidden()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    assert len(visit.state("runs")) == runs
    page.get_by_role("button", name="Reset").click()


def test_a_value_out_of_range_cannot_be_asked(visit: Visit) -> None:
    page = prepared(visit, 20, 99)
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    expect(page.locator(".whatif-run")).to_contain_text("outside its range")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_a_connection_that_breaks_is_taken_up_again(visit: Visit) -> None:
    visit.expected = "net::ERR_"
    broken: list[str] = []

    def cut(route: object) -> None:
        broken.append("cut")
        route.abort()  # type: ignore[attr-defined]

    page = prepared(visit, 20, 1)
    page.route("**/api/jobs/*/events", cut, times=1)
    begin(page)
    expect(page.locator(".notice")).to_contain_text("The connection was lost; trying again")
    expect(page.locator("#panel-whatif .comparison").first).to_be_visible()
    expect(page.locator(".notice")).to_be_hidden()
    assert broken == ["cut"]


def test_a_server_that_ends_leaves_a_page_that_says_so_and_lives(browser: Browser, tmp_path: Path) -> None:
    duel = oi.run("one_on_one", replications=20, seed=1, record=1, out=tmp_path / "duel")
    with viewing(duel.path) as served, visiting(browser, served.address) as visit:
        visit.expected = "net::ERR_"
        page = prepared(visit, 2000, 3)
        with page.expect_response("**/whatif"):
            begin(page)
        served.process.kill()
        expect(page.locator(".notice")).to_contain_text("The connection to the server is lost")
        page.get_by_role("button", name="Give up").click()
        page.keyboard.press("r")
        page.get_by_role("button", name="Next replication").click()
        expect(page.get_by_role("alert").filter(has_text=re.compile("openiads view"))).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        assert visit.state("time") > 0.0
