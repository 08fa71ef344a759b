"""Every number on a page is the store's."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

import openiads as oi
from openiads.explain.kill_chain import explain
from openiads.faces.words import comparison, text
from openiads.runs.run import Run
from web.conftest import Visit


def read(cell: str) -> float:
    """The number of a cell; shares are shown in per cent, none as a dash."""
    if cell in ("–", "never"):
        return math.nan
    found = re.match(r"([+−-]?[\d,]*\.?\d+)( %| points)?", cell)
    assert found, cell
    value = float(found[1].replace("−", "-").replace(",", ""))
    return value / 100.0 if found[2] else value


def same(cell: str, stored: float | None) -> bool:
    """Is a cell a stored number to the digits that it shows?"""
    shown, value = read(cell), math.nan if stored is None or not math.isfinite(stored) else stored
    if math.isnan(value):
        return math.isnan(shown)
    slack = 0.0051 if "%" in cell or "points" in cell else 0.0051 * abs(value)
    return abs(shown - value) <= slack + 1e-12


def interval(cell: str) -> list[str]:
    """The two cells of an interval."""
    tail = " points" if "points" in cell else " %" if "%" in cell else ""
    return [part + tail for part in cell.partition("[")[2].partition("]")[0].split(", ")] if "[" in cell else ["–", "–"]


def rows(table: Locator) -> list[list[str]]:
    """The cells of a table, all at once."""
    cells: list[list[str]] = table.evaluate(
        "(t) => [...t.querySelectorAll('tbody tr')].map((r) => [...r.children].map((c) => c.textContent))"
    )
    return cells


def test_the_answer_is_the_reports(visit: Visit, run: Run) -> None:
    expect(visit.page.locator("header .answer")).to_have_text(text.answer(run.summary()))


def test_outcomes_are_those_of_the_store(visit: Visit, run: Run) -> None:
    visit.page.keyboard.press("d")
    card = visit.page.locator(".card", has=visit.page.get_by_role("heading", name="Outcomes", exact=True))
    told = {row[0]: row[1:] for row in rows(card.locator("table"))}
    outcomes = run.summary()["outcomes"]
    assert len(told) == len(outcomes)
    for metric, stored in outcomes.items():
        value, between, n = told[text.METRIC_WORDS.get(metric, text.sentence(text.words(metric)))]
        assert same(value, stored.get("median", stored["mean"]) if metric in text.TIMES else stored["mean"]), metric
        low, high = interval(between)
        assert same(low, stored["low"]) and same(high, stored["high"]), metric
        assert read(n) == (stored["n"] or 0), metric


def test_leaker_bars_are_shares_of_the_replications(visit: Visit, run: Run) -> None:
    page = visit.page
    page.keyboard.press("d")
    stored = run.rows()["leakers"]
    bars = page.locator(".column-bar .sr").all_text_contents()
    assert len(bars) == stored.max() + 1
    for count, bar in enumerate(bars):
        label, _, share = bar.partition(": ")
        assert label == text.plural(count, "leaker", "leakers")
        assert same(share.partition(" %")[0] + " %", float((stored == count).mean()))
    card = page.locator(".card", has=page.locator(".columns-place"))
    card.get_by_role("button", name=re.compile("as a table")).click()
    for count, row in enumerate(rows(page.get_by_role("table", name="Leakers"))):
        chosen = run.rows()["replication"][stored == count][:20]
        assert row[3] == ("".join(map(str, chosen)) or "–")
    page.get_by_role("button", name=re.compile("as a chart")).click()


def test_lanes_say_what_explain_says(visit: Visit, run: Run) -> None:
    page = visit.page
    page.keyboard.press("1")
    page.locator("#panel-lanes").get_by_role("button", name="As a table").click()
    told = {row[0]: row[1:] for row in rows(page.locator("#panel-lanes table"))}
    flights = [flight for flight in explain(run, 0).flights if flight.first or flight.terminal != "none"]
    assert len(told) == len(flights)
    stages = ("detect", "track", "identify", "assign", "launch", "intercept", "assess")
    for flight in flights:
        cells = told[flight.name]
        for stage, cell in zip(stages, cells, strict=False):
            at = flight.first.get(stage)
            minutes, _, seconds = cell.partition(":")
            assert (cell == "–") if at is None else abs(60 * int(minutes) + int(seconds) - at) <= 0.501, flight.name
        assert cells[7].partition(" / ")[0] == str(flight.shots)
        assert cells[8].endswith(text.TERMINAL_WORDS[flight.terminal])
    page.locator("#panel-lanes").get_by_role("button", name="As lanes").click()


def test_a_comparison_is_the_one_that_compare_gives(visit: Visit, run: Run, other: Run) -> None:
    page = visit.page
    page.keyboard.press("c")
    table = page.locator("#panel-compare .comparison table").first
    expect(table).to_be_visible()
    summary = oi.compare(run, other).summary()
    expect(page.locator("#panel-compare .comparison h2").first).to_have_text(comparison.found(summary))
    stored = {metric: each for metric, each in summary["metrics"].items() if not each["input"]}
    told = rows(table)
    assert len(told) == len(stored) < len(summary["metrics"])
    for row, (metric, each) in zip(told, stored.items(), strict=True):
        assert same(row[5], each["difference"]["value"]), metric
        if each["exact"]:
            assert row[6] == "in every pair", metric
        else:
            low, high = interval(row[6])
            assert same(low, each["difference"]["low"]) and same(high, each["difference"]["high"]), metric
        if "b_better" in each:  # the order of the program: B is better, as good, worse
            shares = [each[key]["share"] for key in ("b_better", "equal", "b_worse")]
            assert row[7] == " / ".join(map(text.percent, shares)), metric
        for cell, side in ((row[1], each["a"]), (row[3], each["b"])):
            assert same(cell, side.get("median", side["mean"]) if metric in text.TIMES else side["mean"]), metric


@pytest.mark.parametrize(("cell", "value"), [("2.34", 2.344), ("95 %", 0.9527), ("+34.2 points", 0.342), ("–", None)])
def test_cells_are_read_to_the_digits_shown(cell: str, value: Any) -> None:
    assert same(cell, value)
    assert not same(cell, 0.5 if value is None else 1.1 * value)
