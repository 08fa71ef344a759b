"""One rule for one figure: how numbers, shares and differences of shares are written everywhere."""

import math

import pytest

from openiads.faces.pages.answers import common
from openiads.faces.words import comparison, text


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, "0 %"),
        (-0.0, "0 %"),
        (1e-9, "< 0.1 %"),
        (-0.0002, "0 %"),
        (-0.052, "−5.2 %"),
        (-0.25, "−25 %"),
        (0.004, "0.4 %"),
        (0.0225, "2.2 %"),
        (0.125, "12 %"),
        (0.135, "14 %"),
        (0.9725, "97.2 %"),
        (1.0, "100 %"),
        (math.nan, "–"),
    ],
)
def test_shares_are_written_as_the_viewer_writes_them(share: float, shown: str) -> None:
    """The cases of web/tests/format.test.ts."""
    assert text.percent(share) == shown
    assert common.shown(share, "leak_rate") == shown
    assert text.points(share).removeprefix("+") == shown.removesuffix(" %")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(4.625, "4.62"), (12.25, "12.2"), (12.75, "12.8"), (-4.625, "−4.62"), (1234.5, "1,234"), (4.615, "4.62")]
    + [(-1e-12, "0"), (-0.0, "0"), (-1234567.8, "−1,234,568"), (math.inf, "never"), (math.nan, "–")],
)
def test_numbers_are_written_as_the_viewer_writes_them(value: float, shown: str) -> None:
    """The cases of web/tests/format.test.ts; a tie goes to the even digit."""
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (4.61e-6, 0.212, "[0, 0.212]"),
        (25.7461, 26.4, "[25.7, 26.4]"),
        (2e-8, 11.5, "[0, 11.5]"),
        (-0.0000004, 0.0183, "[0, 0.0183]"),
        (7.0, 7.0, "[7, 7]"),
        (3.0, math.inf, "[3, never]"),
    ],
)
def test_the_ends_of_an_interval_are_told_no_finer_than_its_width_asks(low: float, high: float, shown: str) -> None:
    """The cases of web/tests/format.test.ts; an infinite end leaves the other as it is."""
    assert text.span(low, high) == shown


def test_a_share_has_one_rounding_in_sentence_table_and_picture() -> None:
    row = {"a": {"mean": 0.0265}, "b": {"mean": 0.0}, "variance_saved": {"factor": None}}
    row["difference"] = {"value": -0.0265, "low": -0.0405, "high": -1e-5}  # type: ignore[dict-item]
    for metric in ("any_leaker", "leak_rate"):
        assert comparison.cells(metric, row)[1:4] == ("2.6 %", "0 %", "−2.6 % [−4.0 %, 0 %]")
        assert text.metric_cells(metric, {"mean": 0.0265, "low": 0.0, "high": 0.0402})[1:3] == ("2.6 %", "[0 %, 4.0 %]")
        assert common.shown(0.0265, metric) == "2.6 %"
