"""Pictures of answers: what they show is what was found, gaps stay gaps, both doubts stay apart, names are text."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.fake_sweep import fake_study, make
from faces.pages.answers import stubs
from openiads.base.errors import ResultsError, UsageError
from openiads.experiments.compare import Comparison, compare
from openiads.faces.draw import kit
from openiads.faces.pages import answers
from openiads.faces.pages.answers import common
from runs.fake_simulator import FAKE, FakeScenario


def words(figure: Any) -> str:
    from matplotlib.text import Text

    figure.canvas.draw()
    return " ".join(found.get_text().replace("\n", " ") for found in figure.findobj(Text) if found.get_visible())


@pytest.fixture(scope="module")
def grid() -> Any:
    return make(None)


@pytest.fixture(scope="module")
def pair() -> Comparison:
    sides = FakeScenario(), FakeScenario(hidden=0.6)
    return compare(*sides, simulator=FAKE, replications=40, seed=4)


# ------------------------------------------------------------------ every figure


def every(grid: Any, pair: Comparison) -> list[tuple[Any, str, str]]:
    knobs = [("a.snr", "read"), ("b.pk", "assumption")]
    screened, spread = stubs.screening(knobs, [2.0, 0.1]), stubs.spread()
    return [
        (answers.against(grid, "leakers", "threats"), "3", grid.digest),
        (answers.heat_map(grid, "leakers"), "3", grid.digest),
        (answers.distributions(grid), "3", grid.digest),
        (answers.differences(pair), "4", pair.digest),
        (answers.tornado(screened), "7", screened.digest),
        (answers.spreads(spread), "7", spread.digest),
    ]


def test_every_figure_tells_n_seed_and_digest(grid: Any, pair: Comparison) -> None:
    for figure, seed, digest in every(grid, pair):
        small = figure.get_supxlabel()
        assert "n = " in small and f"seed {seed} " in small and digest[:12] in small


def test_no_text_of_a_figure_reaches_outside_it(grid: Any, pair: Comparison) -> None:
    from matplotlib.text import Text

    for figure, _, _ in every(grid, pair):
        figure.canvas.draw()
        page, unseen = figure.bbox.padded(2.0), _unseen(figure)
        for found in figure.findobj(Text):
            if found.get_text().strip() and found.get_visible() and id(found) not in unseen:
                box = found.get_window_extent()
                assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, found


def _unseen(figure: Any) -> set[int]:
    """Labels of ticks beyond their axis, which are not drawn."""
    found = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low <= tick.get_loc() <= high:
                    found |= {id(tick.label1), id(tick.label2)}
    return found


def test_pictures_come_out_the_same_twice_in_both_formats(grid: Any, tmp_path: Path) -> None:
    for end in ("png", "svg"):
        made = answers.save(answers.heat_map(grid, "leakers"), tmp_path / f"x.{end}").read_bytes()
        assert made == answers.save(answers.heat_map(grid, "leakers"), tmp_path / f"x.{end}").read_bytes()
        assert made.startswith({"png": b"\x89PNG", "svg": b"<?xml"}[end])


def test_another_ending_or_folder_is_refused(grid: Any, tmp_path: Path) -> None:
    figure = answers.heat_map(grid, "leakers")
    with pytest.raises(UsageError, match=r"neither .png nor .svg"):
        answers.save(figure, tmp_path / "x.jpg")
    with pytest.raises(ResultsError):
        answers.save(figure, tmp_path / "missing" / "x.png")


# ------------------------------------------------------------------ a sweep


def test_lines_stand_at_what_was_found_with_their_intervals(grid: Any) -> None:
    figure = answers.against(grid, "leakers", "threats")
    axes = figure.axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == 5]
    found = grid.estimate("leakers")
    drawn = sorted(float(y) for line in lines for y in line.get_ydata())
    assert drawn == pytest.approx(sorted(f.mean for f in found))
    strokes = [each for each in axes.collections if hasattr(each, "get_segments")]
    ends = np.array([path.vertices[:, 1] for each in strokes for path in each.get_paths()])
    wanted = np.array([(f.low, f.high) for f in found])
    assert np.sort(ends, axis=0) == pytest.approx(np.sort(wanted, axis=0))
    assert axes.get_ylim()[0] == 0.0
    assert "sampling variability: 95 % interval" in words(figure)


def test_a_path_that_did_not_vary_and_an_unknown_metric_are_refused(grid: Any) -> None:
    with pytest.raises(UsageError, match="did not vary"):
        answers.against(grid, "leakers", "nothing")
    with pytest.raises(UsageError, match="there is no such metric"):
        answers.against(grid, "leekers", "threats")


def test_what_has_no_number_is_a_gap_with_a_note() -> None:
    found = [stubs.finding(1.0, 0.5, 1.5), stubs.finding(math.nan), stubs.finding(2.0, 1.0, math.inf)]
    sweep = stubs.stub_sweep([{"x": 1}, {"x": 2}, {"x": 3}], found)
    figure = answers.against(sweep, "rounds_per_kill")
    line = next(line for line in figure.axes[0].lines if len(line.get_xdata()) == 3)
    assert list(np.isnan(np.asarray(line.get_ydata(), dtype=float))) == [False, True, False]
    assert "1 point has no number" in figure.get_supxlabel()
    assert "1 point has no finite interval" in figure.get_supxlabel()


def test_a_sweep_without_any_number_still_draws() -> None:
    labels = [{"x": x, "y": y} for x in (1, 2) for y in (1, 2)]
    sweep = stubs.stub_sweep(labels, [stubs.finding(math.nan, n=0)] * 4)
    assert "4 points have no number" in answers.against(sweep, "leakers").get_supxlabel()
    figure = answers.heat_map(sweep, "leakers")
    assert "no cell has a number" in words(figure) and "4 cells without a number" in figure.get_supxlabel()


def test_a_cell_stands_where_its_values_are(grid: Any) -> None:
    figure = answers.heat_map(grid, "leakers")
    values = figure.axes[0].images[0].get_array()
    pk, threats = (0.2, 0.8), (1, 2, 3, 4, 5)
    for point, found in zip(grid.points, grid.estimate("leakers"), strict=True):
        row, column = threats.index(point.values["threats"]), pk.index(point.knobs["pk"])
        assert values[row, column] == pytest.approx(found.mean)
    assert f"n = {grid.estimate('leakers')[0].n}" in words(figure)


def test_a_heat_map_needs_a_grid_of_two() -> None:
    one = stubs.stub_sweep([{"x": 1}, {"x": 2}], [stubs.finding(1.0)] * 2)
    with pytest.raises(UsageError, match="two things that vary, not 1"):
        answers.heat_map(one, "leakers")
    sampled = stubs.stub_sweep([{"x": 1, "y": 2}, {"x": 2, "y": 3}], [stubs.finding(1.0)] * 2, "sobol")
    with pytest.raises(UsageError, match="a grid"):
        answers.heat_map(sampled, "leakers")


@pytest.mark.parametrize("count", [1, 2, 7, 30, 60])
def test_from_one_point_to_sixty_every_level_keeps_its_place(count: int) -> None:
    labels = [{"x": f"kind {k}", "y": 0} for k in range(count)] if count > 1 else [{"x": 1}, {"x": 1}]
    sweep = stubs.stub_sweep(labels, [stubs.finding(k, k, k + 1) for k in range(max(2, count))])
    if count == 1:
        with pytest.raises(UsageError, match="did not vary"):
            answers.against(sweep, "leakers")
        return
    figure = answers.against(sweep, "leakers")
    figure.canvas.draw()
    labels_drawn = [each.get_text().replace("\n", " ") for each in figure.axes[0].get_xticklabels()]
    assert labels_drawn == [f"kind {k}" for k in range(count)]


def test_bars_of_a_panel_add_up_to_all_replications(grid: Any) -> None:
    figure = answers.distributions(grid, "leakers")
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert len(panels) == 10
    for axes in panels:
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(100.0)
    assert len({axes.get_ylim() for axes in panels}) == len({axes.get_xlim() for axes in panels}) == 1


def test_a_ratio_and_too_many_panels_are_refused(grid: Any) -> None:
    with pytest.raises(UsageError, match="ratio of sums"):
        answers.distributions(grid, "rounds_per_kill")
    many = stubs.stub_sweep([{"x": k} for k in range(61)], [stubs.finding(1.0)] * 61)
    with pytest.raises(UsageError, match="61 points are more than 60"):
        answers.distributions(many, "leakers")


def test_numbers_of_one_unit_stand_at_their_size_and_anything_else_at_its_rank() -> None:
    speeds = common.axis_of("v", ["300 m/s", "200 m/s", "250 m/s", "200 m/s"])
    assert speeds.numeric and speeds.unit == "m/s" and speeds.values == ("200 m/s", "250 m/s", "300 m/s")
    assert speeds.place("250 m/s") == 250.0
    mixed = common.axis_of("v", ["300 m/s", "900 km/h"])
    assert not mixed.numeric and mixed.place("900 km/h") == 1.0
    assert not common.axis_of("b", [True, False]).numeric


# ------------------------------------------------------------------ both doubts


def test_a_knowledge_sweep_draws_the_doubts_apart() -> None:
    made = make(None, fake_study(pk=(0.2, 0.5, 0.8)))
    made.store.identity.fields["design"] = "knowledge"  # the levels of pk are its worlds
    figure = answers.against(made, "leakers", "threats")
    assert "parameter uncertainty: 90 of 100 samples" in words(figure)
    bands = {each.get_hatch(): each for each in figure.axes[0].collections if hasattr(each, "get_hatch")}
    assert "////" in bands and None in bands
    assert "3 parameter samples" in figure.get_supxlabel()


def test_the_dice_of_a_knowledge_sweep_do_not_widen_with_the_worlds() -> None:
    from openiads.faces.pages.answers.worlds import _doubts

    rng = np.random.default_rng(5)
    dice = rng.normal(0.0, 1.0, 50)
    near, far = ([10.0 + k * step + dice for k in range(8)] for step in (0.0, 5.0))
    one, other = (_doubts("rounds_fired", found, True) for found in (near, far))
    assert one.dice.high - one.dice.low == pytest.approx(other.dice.high - other.dice.low)
    assert one.high - one.low == pytest.approx(0.0, abs=1e-9) and other.high - other.low > 20.0


def test_the_spread_of_knowledge_that_is_noise_is_said_so() -> None:
    assert "shown as 0" in answers.spreads(stubs.spread(negative=True)).get_supxlabel()
    assert "shown as 0" not in answers.spreads(stubs.spread()).get_supxlabel()


def test_a_tornado_ranks_marks_the_status_and_pales_what_is_not_seen() -> None:
    knobs = [("weak", "read"), ("strong", "assumption"), ("middle", "derived")]
    figure = answers.tornado(stubs.screening(knobs, [0.1, 3.0, 1.0]))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["strong", "middle", "weak"]
    bars = axes.patches
    assert [bar.get_width() for bar in bars] == pytest.approx([3.0, 1.0, 0.1])
    assert [bar.get_hatch() for bar in bars] == ["////", "", ""]
    assert [bar.get_alpha() for bar in bars] == [1.0, 1.0, 0.35]
    assert "assumption: assumed; no source gives it" in words(figure)


def test_a_tornado_of_swings_goes_both_ways_from_the_nominal_world() -> None:
    knobs = [("weak", "read"), ("strong", "assumption"), ("one way", "derived")]
    figure = answers.tornado(stubs.swings(knobs, [(0.1, -0.1), (-2.0, 1.0), (1.5, 1.0)]))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["strong", "one way", "weak"]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([-2.0, 1.0, 1.5, 1.0, 0.1, -0.1])
    assert [bar.get_alpha() for bar in axes.patches] == [1.0] * 4 + [0.35] * 2
    assert "assumption: assumed; no source gives it" in words(figure)


def test_shares_that_cannot_be_told_have_no_bar() -> None:
    figure = answers.tornado(stubs.indices([("a", "read")], [math.nan], variance=0.0))
    assert not figure.axes[0].patches and "no number" in words(figure)
    assert "there are no shares" in figure.get_supxlabel().replace("\n", " ")


# ------------------------------------------------------------------ a comparison


def test_a_comparison_shows_direction_by_what_the_defense_wants(pair: Comparison) -> None:
    figure = answers.differences(pair, ["leakers", "killed"])
    forest = figure.axes[0]
    diamonds = [line for line in forest.lines if line.get_marker() == "D" and len(line.get_xdata()) == 1]
    assert [line.get_color() for line in diamonds] == [kit.VERMILION, kit.VERMILION]
    assert diamonds[0].get_xdata()[0] > 0 > diamonds[1].get_xdata()[0]
    found = pair.estimate("leakers")
    widths = [bar.get_width() for bar in figure.axes[1].patches[:3]]
    assert found.better is not None and found.worse is not None
    assert widths == pytest.approx([100 * k / found.told for k in (found.better, found.equal, found.worse)])


# ------------------------------------------------------------------ names


def test_hostile_names_are_text() -> None:
    labels = [{stubs.HOSTILE: stubs.HOSTILE + str(k)} for k in range(3)]
    sweep = stubs.stub_sweep(labels, [stubs.finding(1.0, 0.5, 2.0)] * 3)
    knobs = [(stubs.HOSTILE, "read")]
    for figure in (answers.against(sweep, "leakers"), answers.tornado(stubs.screening(knobs, [1.0]))):
        body = kit.svg(figure, "k", stubs.HOSTILE)
        assert "<script" not in body
        assert max(len(line) for line in words(figure).split("  ")) < 2000
        assert "\u202e" not in words(figure)
    assert len(common.wrapped("a" * 500, 30).splitlines()) <= 3
    assert "\u202e" not in common.wrapped(stubs.HOSTILE)
