"""The report: one file that asks nothing of the world, says what it must, and escapes every name."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from faces import fake_run
from openiads.base.errors import ResultsError, UsageError
from openiads.earth.shapes import flat
from openiads.earth.terrain import levant
from openiads.faces.draw import ground, kit, marks
from openiads.faces.pages import brief, premises, run_charts, run_page
from openiads.faces.pages import run_map as maps
from openiads.faces.words import text
from openiads.world.codes import Event, Identity, Side, Terminal


@pytest.fixture(scope="module")
def made() -> Any:
    return fake_run.fake_brief()


@pytest.fixture(scope="module")
def page(made: Any) -> str:
    return run_page.page(made, levant(0.5, on_missing="sea"))


class Outline(HTMLParser):
    """Tags, ids, attributes and visible text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "action", "data"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    return found


def test_report_asks_no_other_file_or_host(page: str) -> None:
    found = outline(page)
    assert found.links
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in found.links)
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & set(found.tags)
    assert "@import" not in page
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)", page))


def test_report_forbids_itself_every_request(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "script" not in policy[1]


def test_report_stays_small_and_its_ids_are_unique(page: str) -> None:
    ids = outline(page).ids
    assert len(page.encode()) <= premises.LARGEST
    assert len(ids) == len(set(ids))


def test_every_reference_inside_a_picture_leads_somewhere(page: str) -> None:
    found = outline(page)
    wanted = {link[1:] for link in found.links if link.startswith("#")} | set(re.findall(r"url\(#([^)]*)\)", page))
    assert wanted
    assert wanted <= set(found.ids)


@pytest.mark.parametrize(
    "phrase",
    [
        "How large a raid before something gets through",
        "Read this first",
        "must not be used to judge",
        "terrain-limited",
        "Not modeled",
        "are assumptions",
        "Distribution of leakers",
        "By threat class",
        "HIT_ASSET",
        "Which resource is the first limit",
        "is the first limit in 62 %",
        "Kill chain of each flight",
        "Closed-form results",
        "4.4 %",
        "Shots share a track.",
        "The fire rule does not fire again after a look",
        "catalog (48n6e2.max_range)",
        "200,000 m",
        "HORIZON",
        "The scenario",
        "brochure_x",
        "assumption",
        "3f3f3f",
        "--seed 2016",
        "Run it again",
    ],
)
def test_report_says_what_it_must(page: str, phrase: str) -> None:
    assert phrase in " ".join(outline(page).words)


def test_names_full_of_tags_show_as_text() -> None:
    evil = "</title><script>alert(1)</script>--><img src=x onerror=alert(2)> $x_"
    made = fake_run.fake_brief()
    for lane in made.lanes:
        lane.name = evil
    made.scenario.name = made.scenario.question = evil
    settings = {**made.settings, "name": evil, "raid": [{"name": evil, evil: evil}]}
    gone = replace(
        made,
        settings=settings,
        places=[brief.Place(evil, "asset", 34.9, 35.87)],
        warnings=[evil],
        sources=[(evil, evil)],
    )
    found = outline(run_page.page(gone, flat()))
    assert not {"script", "img"} & set(found.tags)
    assert "<script>alert(1)</script>" in " ".join(found.words)


def test_pictures_have_names_for_those_who_do_not_see_them(page: str) -> None:
    for head in re.findall(r"<svg[^>]*>", page):
        label = re.search(r'aria-labelledby="([^"]*)"', head)
        assert 'role="img"' in head
        assert label is not None
        assert f'<title id="{label[1]}">' in page


def test_every_figure_has_its_numbers_as_a_table(page: str) -> None:
    for part in page.split("<section")[1:]:
        if "<figure" in part:
            assert "<table" in part


def test_charts_follow_the_colors_of_the_page_and_the_map_keeps_its_own(made: Any) -> None:
    chart = kit.svg(run_charts.leaker_histogram(made), "k", "label")
    assert "var(--ink)" in chart
    assert kit.INK not in chart
    kept = kit.svg(run_charts.leaker_histogram(made), "k", "label", adaptive=False)
    assert "var(--" not in kept


def test_pictures_come_out_the_same_twice(made: Any) -> None:
    assert kit.svg(run_charts.lane_chart(made), "k", "l") == kit.svg(run_charts.lane_chart(made), "k", "l")


def test_report_of_a_run_without_threats_or_sites_still_draws(made: Any) -> None:
    nothing = {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 10}
    outcomes = {name: dict(nothing) for name in made.summary["outcomes"]}
    outcomes["rounds_per_kill"] = {"mean": None, "low": None, "high": None, "n": 0}
    outcomes["first_launch_s"] = {"mean": None, "low": None, "high": None, "n": 10, "share": 0.0, "median": None}
    summary = {
        **made.summary,
        "outcomes": outcomes,
        "classes": {},
        "terminal": {},
        "bounds": {k: dict(nothing) for k in made.summary["bounds"]},
    }
    empty = replace(
        made,
        summary=summary,
        leakers={0: 10},
        lanes=[],
        truth={},
        beliefs={},
        rounds=[],
        intercepts=[],
        launches=[],
        places=[],
        coverage=[],
        gates=[],
        first_bound={"none": 1.0},
        parameters=[],
        sources=[],
        settings={},
        twins=[],
    )
    words = " ".join(outline(run_page.page(empty, flat())).words)
    assert "No threats flew in any of" in words
    assert "never" in words


def test_report_of_a_run_whose_replications_all_failed_says_so(made: Any) -> None:
    nothing = {"mean": None, "low": None, "high": None, "n": 10}
    summary = {**made.summary, "outcomes": dict.fromkeys(made.summary["outcomes"], nothing), "failed_replications": 10}
    failed = replace(made, summary=summary, leakers={})
    words = " ".join(outline(run_page.page(failed, flat())).words)
    assert "there is no answer" in words
    assert "10 replications failed" in words


def test_a_report_that_cannot_be_written_is_a_results_error(
    made: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run_page, "gather", lambda run, replication: made)
    monkeypatch.setattr(run_page, "terrain_of", lambda run: flat())
    run = SimpleNamespace(path=tmp_path / "run")
    run.path.mkdir()
    assert run_page.write(run).read_bytes().startswith(b"<!doctype html>")
    with pytest.raises(ResultsError) as error:
        run_page.write(run, tmp_path / "missing" / "report.html")
    assert "missing" in str(error.value)
    with pytest.raises(UsageError):  # the run's own files are not written over
        run_page.write(run, run.path / "run.json")


# ------------------------------------------------------------------ what goes into it


def test_lanes_hold_first_times_shots_and_the_end() -> None:
    log = fake_run.Log()
    log.add(10.0, Event.DETECT, 0)
    log.add(12.0, Event.DETECT, 0)
    log.add(15.0, Event.TRACK, 0, code=2)
    log.add(20.0, Event.TRACK, 0, code=1)
    log.add(22.0, Event.IDENTIFY, 0, code=Identity.UNKNOWN)
    log.add(25.0, Event.IDENTIFY, 0, code=Identity.HOSTILE)
    log.add(30.0, Event.LAUNCH, 0)
    log.add(33.0, Event.LAUNCH, 0)
    log.add(50.0, Event.INTERCEPT, 0, code=0)
    log.add(52.0, Event.INTERCEPT, 0, code=1)
    log.add(52.0, Event.TERMINAL, 0, code=Terminal.KILLED)
    lane, idle = brief.lanes(log.sorted(), ["a", "b"], np.array([1, 2]), np.array([1, 3]))
    assert (lane.first["detect"], lane.first["track"], lane.first["identify"]) == (10.0, 20.0, 25.0)
    assert lane.first["assign"] == np.inf
    assert lane.launches == [30.0, 33.0]
    assert lane.intercepts == [(50.0, False), (52.0, True)]
    assert (lane.ends, lane.terminal) == (52.0, Terminal.KILLED)
    assert (idle.terminal, idle.side) == (Terminal.NONE, Side.NEUTRAL)


def test_belief_changes_where_the_post_changed_its_mind() -> None:
    log = fake_run.Log()
    place = fake_run.pymap3d.geodetic2ecef(35.0, 35.0, 1000.0)
    for now in range(0, 100, 10):
        log.add(float(now), Event.TRACK_UPDATE, 0, code=-1, values=place, track=7)
    log.add(45.0, Event.IDENTIFY, 0, code=Identity.HOSTILE, track=7)
    log.add(50.0, Event.TRACK_UPDATE, 0, code=2, values=place, track=8)
    found = brief.belief_lines(log.sorted())
    assert set(found) == {7}
    assert [belief.identity for belief in found[7]] == [Identity.PENDING, Identity.HOSTILE]
    assert found[7][1].line.times[0] <= 50.0
    assert found[7][0].line.latitudes[0] == pytest.approx(35.0, abs=1e-9)


def test_intercepts_are_drawn_where_the_flight_was_then() -> None:
    log = fake_run.events(1, 0)
    truth = brief.truth_lines(log)
    points = brief.intercept_points(log, truth)
    rows = log[log["kind"] == Event.INTERCEPT]
    assert len(points) == len(rows) > 0
    for (lat, lon, kill), row in zip(points, rows, strict=True):
        wanted = fake_run.position(fake_run.RAID[int(row["flight"])], float(row["time"]))
        if row["time"] <= truth[int(row["flight"])].times[-1]:
            assert (lat, lon) == pytest.approx(wanted[:2], abs=2e-3)
        assert kill is bool(row["code"] == 1)


def test_used_entries_follow_every_name_from_system_to_interceptor() -> None:
    from openiads.scenario.load import catalog_of, load

    scenario = load("tartus_2016")
    book = catalog_of(scenario)
    names = brief.used_entries(scenario, book)
    assert {
        "s300pmu2",
        "48n6e2",
        "30n6e2",
        "64n6e2",
        "54k6e2",
        "5p85se",
        "f16",
        "tomahawk",
        "shahed136",
        "scud_b",
        "a320",
    } <= set(names)
    assert len(names) == len(set(names))
    rows = brief.parameters(names, book)
    assert sum(len(list(book[name].every_value())) for name in names) == len(rows)
    assert any(row.status == "assumption" for row in rows)
    assert brief.cited(rows, book)


def test_the_map_window_holds_all_that_flies(made: Any) -> None:
    extent = maps.region(made)
    for line in made.truth.values():
        assert all(
            extent.holds(float(lat), float(lon)) for lat, lon in zip(line.latitudes, line.longitudes, strict=True)
        )
    assert extent.width / extent.height == pytest.approx(1.28, rel=0.02)
    near = maps.close_up(made)
    assert near.height < extent.height
    assert all(near.holds(place.latitude, place.longitude) for place in made.places)


def test_a_point_is_inside_coverage_exactly_when_some_radar_reaches_it(made: Any) -> None:
    low = [each for each in made.coverage if each.role == "search" and each.height == brief.LOW]
    lat, lon = np.degrees(low[0].latitude), np.degrees(low[0].longitude)
    field = maps.reach_field(low, np.array([lat]), np.array([lon, lon - 0.3, lon - 2.0]))[0]
    assert field[0] > 0
    assert field[1] > 0
    assert field[2] < 0
    alone = maps.reach_field(low[:1], np.array([lat]), np.array([lon - 0.3]))[0, 0]
    assert field[1] >= alone


def test_labels_do_not_cover_each_other(made: Any) -> None:
    with kit.style("t"):
        figure = kit.blank(6, 5, arranged=False)
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        extent = ground.Extent(34.0, 36.0, 34.0, 37.0)
        axes.set_xlim(extent.west, extent.east)
        axes.set_ylim(extent.south, extent.north)
        labels = marks.Labels(axes, extent)
        placed = [labels.near(35.5, 35.0, f"a place {k}") for k in range(40)]
        assert any(placed)
        assert not all(placed)
        boxes = labels.taken
        for k in range(len(boxes)):
            others = np.delete(boxes, k, axis=0)
            apart = (
                (others[:, 0] >= boxes[k, 2])
                | (others[:, 2] <= boxes[k, 0])
                | (others[:, 1] >= boxes[k, 3])
                | (others[:, 3] <= boxes[k, 1])
            )
            assert apart.all()


# ------------------------------------------------------------------ words and numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (3.1333, "3.13"),
        (12.0, "12"),
        (1234567.0, "1,234,567"),
        (-0.5, "−0.5"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "never"),
        (0.000123, "0.000123"),
    ],
)
def test_numbers_are_shown_for_people(value: float | None, shown: str) -> None:
    assert text.number(value) == shown


def test_shares_never_round_to_certainty() -> None:
    assert text.percent(0.999) == "99.9 %"
    assert text.percent(0.004) == "0.4 %"
    assert text.percent(1.0) == "100 %"


def test_every_code_has_words() -> None:
    assert set(text.TERMINAL_WORDS) == {code.name.lower() for code in Terminal if code}
    from openiads.world.outcome import BOUNDS, CLASSES, METRICS

    assert set(text.METRIC_WORDS) == set(METRICS)
    assert set(text.CLASS_WORDS) == set(CLASSES)
    assert set(text.BOUND_WORDS) == set(BOUNDS)


def test_a_time_that_did_not_always_happen_says_how_often() -> None:
    cells = text.metric_cells(
        "first_launch_s", {"mean": None, "median": 61.0, "low": 60.0, "high": 63.0, "n": 50, "share": 0.9}
    )
    assert cells[1] == "61 s (happened in 90 %)"
    assert text.metric_cells(
        "first_launch_s", {"mean": None, "median": None, "low": None, "high": None, "n": 50, "share": 0.2}
    )[1].startswith("never")


def test_switches_that_simplify_are_named_on_the_placard() -> None:
    assert premises.left_out({"kill": "constant", "false_alarms": False}) == [
        "kill probability is one constant",
        "no false alarms",
    ]
    assert premises.left_out({"kill": "encounter", "false_alarms": True}) == []


def test_the_command_repeats_the_run(made: Any) -> None:
    assert run_page.command(made) == "openiads run tartus_2016 -n 300 --seed 2016"


@pytest.mark.parametrize(
    "typed",
    [
        ["--set", "site.Guard.rounds=1"],
        ["--set", "duration=200 s", "--set", 'raid.Intruder.altitude="3 km"', "--set", "model.false_alarms=true"],
        ["--set", 'site.Guard.defends=["Depot"]', "--set", 'site."Guard".doctrine={fire = "salvo", salvo = 1}'],
        ["--until-ci", "any_leaker:0.4"],
    ],
)
def test_the_command_of_a_changed_run_gives_its_digest(typed: list[str], tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from openiads.faces.cli import main
    from openiads.faces.pages.brief import gather
    from openiads.runs.run import open_run

    def digest(words: list[str], folder: str) -> str:
        done = CliRunner().invoke(main.app, [*words, "--out", str(tmp_path / folder)])
        assert done.exit_code == 0, done.stderr
        return open_run(tmp_path / folder).digest

    first = digest(["run", "one_on_one", "-n", "3", "--seed", "4", *typed], "first")
    again = shlex.split(run_page.command(gather(open_run(tmp_path / "first"))))
    assert again[:3] == ["openiads", "run", "one_on_one"]
    assert digest(again[1:], "again") == first


@pytest.mark.parametrize("name", ["West", "West[3]", "West/3", "West 12", "West-3"])
def test_flights_of_a_raid_share_its_name(name: str) -> None:
    assert maps.stem(name) == "West"


def test_glyphs_keep_their_size_and_paths_their_place(made: Any) -> None:
    drawn = kit.svg(run_charts.leaker_histogram(made), "k", "l")
    scales = {float(scale) for scale in re.findall(r"scale\(([0-9.]+) ", drawn)}
    assert any(abs(scale - 9.0 / 100.0) < 1e-9 for scale in scales)
    assert not re.search(r' d="[^"]*\d\.\d{3}', drawn)


def test_the_figure_of_resources_says_what_is_longest_beside_what_is_first(made: Any) -> None:
    """The bar in the strong color is the longest wait; what is the first limit may be another resource."""

    def title(first: dict[str, float]) -> str:
        return str(run_charts.resource_bars(replace(made, first_bound=first)).get_suptitle()).replace("\n", " ")

    waits = {name: row["mean"] or 0.0 for name, row in made.summary["bounds"].items()}
    longest = max(waits, key=lambda name: waits[name])
    other = next(name for name in waits if name != longest)
    assert (
        title({other: 0.57}) == f"The {longest} is waited for longest; the {other} is the first limit in 57 % of raids"
    )
    assert title({longest: 0.57}) == f"The {longest} is waited for longest and is the first limit in 57 % of raids"


@pytest.mark.parametrize("width", [5.0, 8.6])
@pytest.mark.parametrize("words", ["Where wide MM WWW letters are met " * 6, "W" * 150, "i" * 300])
def test_a_title_stays_within_its_figure(words: str, width: float) -> None:
    """Lines are broken by the width of what is drawn: a count of letters lets capitals run over the edge."""
    with kit.style("titles"):
        figure = kit.blank(width, 4.0)
        kit.headline(figure, words)
        figure.draw_without_rendering()
        drawn = figure.texts[0].get_window_extent()
    assert "".join(figure.get_suptitle().split()) == "".join(words.split())
    assert 0.0 <= drawn.x0 < drawn.x1 <= figure.bbox.x1
