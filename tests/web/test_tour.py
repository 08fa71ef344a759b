"""What a visitor does in a replay: opens, plays, drags the time, filters, jumps, asks why, and looks at another one."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import expect

from openiads.explain.kill_chain import explain
from openiads.faces.words.text import SCOPE
from openiads.runs.run import Run
from web.conftest import Visit


def clock(seconds: float) -> str:
    """To a tenth, as the page tells it."""
    ticks = round(seconds * 10.0)
    return f"{ticks // 600:02d}:{ticks // 10 % 60:02d}.{ticks % 10}"


def test_a_run_opens_with_its_question_its_limits_and_a_map(visit: Visit, run: Run) -> None:
    page = visit.page
    expect(page.locator("h1")).to_have_text(run.scenario.question)
    expect(page.locator(".placard-scope")).to_contain_text(SCOPE.split(".")[0])
    assert page.evaluate("performance.getEntriesByName('openiads:first-frame').length") == 1
    colors = page.evaluate("""() => {
        const canvas = document.querySelector(".map-canvas");
        const bytes = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(bytes.buffer)).size;
    }""")
    assert colors > 100, "the map is blank"


def test_play_moves_the_time_and_pause_holds_it(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".timeline-place .time")).not_to_have_text(re.compile(r"^00:0[0-3]"))
    page.get_by_role("button", name="Pause", exact=True).click()
    held = visit.state("time")
    page.wait_for_timeout(200)
    assert visit.state("time") == held > 0.0


def test_dragging_the_time_line_shows_that_moment(visit: Visit) -> None:
    page = visit.page
    strip = page.locator(".timeline-place input[type=range]")
    box = strip.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    duration = visit.state("replay.header.duration")
    assert abs(visit.state("time") - duration / 2) < 0.02 * duration
    strip.fill("600")
    expect(page.locator(".timeline-place .time")).to_have_text(re.compile(r"^10:00\.0 / "))


def test_events_follow_one_another(visit: Visit) -> None:
    times = visit.state("replay.header.events.map((e) => e.t)")
    later = sorted({t for t in times if t > 0.005})[:2]
    for moment in later:
        visit.page.get_by_role("button", name="Next event").click()
        assert visit.state("time") == moment
    visit.page.get_by_role("button", name="Previous event").click()
    assert visit.state("time") == later[0]


def test_lanes_are_filtered_by_name_and_by_what_leaked(visit: Visit, run: Run) -> None:
    page, panel = visit.page, visit.page.locator("#panel-lanes")
    flights = explain(run, 0).flights
    flown = [flight for flight in flights if flight.terminal != "none" or flight.first]
    few = [flight for flight in flown if "cruise" in flight.name.lower()]
    panel.get_by_label("Filter the lanes").fill("cruise")
    expect(panel.locator(".tally")).to_have_text(re.compile(rf"^{len(few)} of {len(flown)} flights"))
    expect(panel.locator(".lane-row")).to_have_count(len(few))
    panel.get_by_label("Leaked only").check()
    expect(panel.locator(".lane-row")).to_have_count(sum(flight.leaked for flight in few))
    panel.get_by_label("Leaked only").uncheck()
    panel.get_by_label("Filter the lanes").fill("nobody bears this name")
    expect(panel).to_contain_text("No flight fits.")
    panel.get_by_label("Filter the lanes").fill("")
    expect(page.locator("#panel-lanes .lane-row").first).to_be_visible()


def test_a_lane_leads_to_its_flight_and_moment_on_the_map(visit: Visit, run: Run) -> None:
    page = visit.page
    panel = page.locator("#panel-lanes")
    panel.get_by_label("Filter the lanes").fill("ballistic missiles[1]")
    lane = panel.locator(".lane-row")
    expect(lane).to_have_count(1)
    lane.locator(".lane-name").click()
    story = next(f for f in explain(run, 0).flights if f.name == "Ballistic missiles[1]")
    expect(page.locator(".timeline-place .time")).to_have_text(re.compile(f"^{clock(story.first['detect'])[:6]}"))
    assert abs(visit.state("time") - story.first["detect"]) < 0.001
    panel.get_by_role("button", name=re.compile("^launch ")).click()
    assert abs(visit.state("time") - story.first["launch"]) < 0.001
    page.get_by_title("The map as a table").click()
    chosen = page.locator(".map-list tr[aria-current=true]")
    expect(chosen.first).to_contain_text("Ballistic missiles[1]")
    page.get_by_title("The map as a table").click()
    panel.get_by_label("Filter the lanes").fill("")


def test_why_not_tells_the_gate_that_explain_tells(visit: Visit, run: Run) -> None:
    page = visit.page
    story = next(f for f in explain(run, 0).flights if f.leaked and len(f.gates) > 6)
    page.get_by_role("tab", name="Why not").click()
    panel = page.locator("#panel-whynot")
    flight = visit.state(f"replay.header.lanes.find((l) => l.name === {json.dumps(story.name)}).flight")
    panel.get_by_label("Flight", exact=True).select_option(str(flight))
    for row, unit in enumerate(run.names["units"]):
        panel.get_by_label("Fire unit", exact=True).select_option(str(row))
        for gate in [g for g in story.gates if g.unit == unit and g.end - g.start > 3.0][::3]:
            page.evaluate("(t) => window.__openiads.actions.seek(t)", (gate.start + gate.end) / 2)
            expect(panel.locator(".reason")).to_have_text(re.compile(f"^{re.escape(gate.text)}\\.$", re.IGNORECASE))


def test_the_log_is_filtered_searched_and_copied(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("tab", name="Log").click()
    panel = page.locator("#panel-log")
    events = visit.state("replay.header.events.map((e) => [e.t, e.kind, e.text])")
    launches = [event for event in events if event[1] == "launch"]
    panel.get_by_label("Kind of event").select_option("launch")
    expect(panel.locator(".tally")).to_have_text(f"{len(launches)} of {len(events):,}")
    panel.get_by_label("Search the log").fill("shot 1")
    found = [event for event in launches if "shot 1" in event[2]]
    expect(panel.locator(".tally")).to_have_text(f"{len(found)} of {len(events):,}")
    panel.locator(".log-row").nth(1).click()
    assert visit.state("time") == found[1][0]
    panel.get_by_role("button", name="Copy as CSV").click()
    expect(panel.get_by_role("button", name=f"Copied {len(found)}")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").strip().splitlines()
    assert lines[0].startswith("time_s,kind,flight,fire_unit")
    assert [float(line.split(",")[0]) for line in lines[1:]] == [event[0] for event in found]
    panel.get_by_role("button", name="All", exact=True).click()


def test_belief_shows_what_the_posts_take_flights_for(visit: Visit) -> None:
    page = visit.page
    page.evaluate("window.__openiads.actions.seek(500)")
    truth = page.screenshot(clip={"x": 0, "y": 150, "width": 700, "height": 500})
    page.keyboard.press("b")
    assert visit.state("world") == "belief"
    assert page.screenshot(clip={"x": 0, "y": 150, "width": 700, "height": 500}) != truth


def test_units_and_theme_are_switched(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name=re.compile("metric units, switch")).click()
    expect(page.get_by_role("button", name=re.compile("aviation units, switch"))).to_be_visible()
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_bar_of_the_dashboard_opens_a_replication_with_that_outcome(visit: Visit, run: Run) -> None:
    page = visit.page
    rows = run.rows()
    worst = int(rows["leakers"].max())
    page.get_by_role("tab", name="Dashboard").click()
    page.locator(".column-bar").nth(worst).click()
    expect(page.locator("#panel-replay")).to_be_visible()
    expect(page.get_by_label("Replication shown")).to_have_value(
        str(next(int(r) for r, n in zip(rows["replication"], rows["leakers"], strict=True) if n == worst))
    )
    expect(page.locator("#panel-lanes .tally")).to_have_text(re.compile(f", {worst} got through$"))


def test_a_replication_that_was_not_recorded_is_run_again(visit: Visit, run: Run) -> None:
    page = visit.page
    field = page.get_by_label("Replication shown")
    field.fill("3")
    field.press("Enter")
    expect(page.locator("#panel-lanes .tally")).to_have_text(
        re.compile(f", {sum(f.leaked for f in explain(run, 3).flights)} got through$")
    )
    page.wait_for_function("() => window.__openiads.store.get().replay.header.replication === 3")
    assert visit.state("replay.header.digest") == run.digest


def test_a_folder_that_is_no_run_is_listed_with_its_reason(visit: Visit) -> None:
    page = visit.page
    page.locator(".run-button").click()
    bad = page.locator(".run.unreadable")
    expect(bad).to_contain_text("no_run")
    expect(bad).to_contain_text("no run.json")
    page.get_by_role("button", name=re.compile("salvo|one_round|tartus_2016")).nth(1).press("Escape")
    expect(page.locator("dialog.runs")).to_be_hidden()


def test_every_page_and_panel_opens_without_a_fault(visit: Visit) -> None:
    for name, panel in everything():
        visit.page.get_by_role("tab", name=name).click()
        expect(visit.page.locator(panel)).to_be_visible()
        assert len(visit.page.locator(panel).inner_text()) > 40, name
        visit.check()


def everything() -> list[tuple[Any, str]]:
    """Names of tabs, and the panels that they open."""
    return [
        ("Kill chain", "#panel-lanes"),
        ("Why not", "#panel-whynot"),
        ("Log", "#panel-log"),
        ("Scope", "#panel-scope"),
        ("Height", "#panel-height"),
        ("Dashboard", "#panel-dashboard"),
        ("Compare", "#panel-compare"),
        ("What if", "#panel-whatif"),
        ("Replay", "#panel-replay"),
    ]
