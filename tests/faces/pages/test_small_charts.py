"""Small charts drawn by hand: where values lie, what is escaped, what is told to those who do not see them."""

from __future__ import annotations

import re

import pytest

from openiads.faces.pages.small_charts import Axes, Line, chart, ticks


@pytest.mark.parametrize("top", [0.003, 0.5, 1.0, 7.0, 10.0, 36.0, 99.9, 1e6, 3.3e9])
def test_ticks_are_even_begin_at_nothing_and_hold_all(top: float) -> None:
    found = ticks(top)
    assert found[0] == 0.0
    assert found[-1] >= top * (1.0 - 1e-9)
    assert found[-2] < top
    steps = [b - a for a, b in zip(found, found[1:], strict=False)]
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert 1 <= len(steps) <= 4


def test_the_axis_of_nothing_goes_to_one() -> None:
    assert ticks(0.0) == [0.0, 1.0]


def test_values_and_days_keep_their_order_and_stay_in_the_field() -> None:
    axes = Axes(3, 30, 8.0)
    downs, acrosses = [axes.y(v) for v in (0.0, 2.0, 8.0)], [axes.x(d) for d in (3, 4, 30)]
    assert downs == sorted(downs, reverse=True)
    assert acrosses == sorted(acrosses)
    assert (axes.y(0.0) - axes.y(4.0)) == pytest.approx(axes.y(4.0) - axes.y(8.0))
    assert 3 < Axes(5, 5, 1.0).x(5) < 357


def test_a_chart_escapes_names_and_says_its_ends() -> None:
    line = Line("<b>", [1.0, 4.0], [0.5, 3.0], [1.5, 5.0], [0.0, 2.0], [2.0, 6.0])
    body = chart("Left: <i>", [1, 2], [line])
    assert "<b>" not in body
    assert "<i>" not in body
    assert 'aria-label="Left: &lt;i&gt;: &lt;b&gt; 1 on day 1, 4 on day 2"' in body
    assert body.count('class="ends k0"') == 2
    assert body.count('class="band k0"') == 1


def test_what_holds_until_the_next_day_is_drawn_as_steps() -> None:
    body = chart("x", [1, 2, 3], [Line("a", [3.0, 1.0, 1.0], step=True)])
    points = re.findall(r'class="line k0" style="fill:none" points="([^"]*)"', body)[0].split()
    assert len(points) == 5  # before each change a point at the old height


def test_shares_have_an_axis_to_one_hundred_per_cent() -> None:
    body = chart("x", [1, 2], [Line("a", [0.0, 0.1])], share=True)
    assert ">100 %<" in body
