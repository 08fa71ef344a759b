"""How mistakes read and are drawn: what was not seen is an upper bound, what is too rare is not told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from openiads.experiments.rare import RareAnswer, Sample
from openiads.faces import notebook
from openiads.faces.pages.answers.mistakes import odds
from openiads.faces.words import hotline, rare, safeguards, tradeoff
from openiads.world.codes import Cause, Side


def answer(shots: int, found: tuple[int, ...] = (9_000, 900, 100, 0)) -> RareAnswer:
    """150 replications run, 50 of each stratum, with one shot in the first so many of the rarest."""
    strata = np.repeat([0, 1, 2], 50)
    counts = np.zeros((150, 4), np.int64)
    counts[100 : 100 + shots, 0] = 1
    causes = tuple((100 + k, int(Side.NEUTRAL), int(Cause.NO_REPLY | Cause.OFF_PLAN)) for k in range(shots))
    sample = Sample(found, np.arange(150), strata, counts, causes)
    return RareAnswer("lane", 1, sum(found), sample, {"civil": 10.0}, {"civil": 2.0}, "ab" * 32)


def test_a_rate_is_told_with_both_intervals_and_what_is_left_out() -> None:
    told = answer(30).as_dict()
    assert told["rates"]["civil"]["engaged"]["per_crossing"]["mean"] == pytest.approx(0.01 * 0.6 / 10.0)
    lines = rare.lines(told)
    assert lines[1].startswith("Of civil aircraft are shot at a crossing: 0.0006 [")
    assert lines[2].startswith("In 99.0 % of all replications none was seen; if there is none, the interval is [0.0004")
    assert rare.chains(told)[0][0].endswith("nothing was heard; off the plan that the post held")


@pytest.mark.parametrize(("shots", "said"), [(0, "none seen, at most"), (3, "too few seen, at most")])
def test_what_is_too_rare_is_only_bounded(shots: int, said: str) -> None:
    told = answer(shots).as_dict()
    assert said in rare.lines(told)[1]
    assert rare.table(told)[0][1] == "not told" and rare.table(told)[0][2].startswith("at most ")
    assert len(rare.lines(told)) == 2


@pytest.mark.parametrize("shots", [0, 3, 30])
def test_an_answer_shows_itself(shots: int) -> None:
    found = answer(shots)
    assert "<svg" in notebook.html(found)
    assert odds(found).axes[0].get_xscale() == "log"
    assert found.table().num_rows == 150


def effect(value: float, told: bool = True, exact: bool = False) -> dict[str, Any]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1, "p": 0.01, "exact": exact, "told": told}


def mean(value: float) -> dict[str, Any]:
    return {"mean": value, "low": value * 0.9, "high": value * 1.1 + 0.01, "n": 50, "chains": {}}


def test_the_best_safeguard_is_named_with_what_it_costs() -> None:
    case = {"civil": mean(0.5), "leakers": mean(1.0)}
    rows = [
        {"safeguard": "weapons hold", "way": "with", "differences": {"civil": effect(-0.5), "leakers": effect(2.0)}},
        {
            "safeguard": "plans",
            "way": "without",
            "differences": {"civil": effect(0.3), "leakers": effect(0.0, False, True)},
        },
    ]
    told = {"declared": case, "replications": 50, "safeguards": [row | case for row in rows]}
    lines = safeguards.lines(told)
    assert lines[1] == "With weapons hold fewest of them are shot at: −0.5 [−0.6, −0.4], for +2 leakers a raid."
    assert lines[2].startswith("Without plans most are: +0.3")
    assert safeguards.table(told)[1][2] == "0 in every pair"
    nothing = told | {"safeguards": []}
    assert safeguards.lines(nothing)[1].startswith("No single safeguard is shown")


def test_none_seen_is_at_most_something() -> None:
    assert tradeoff.rate(mean(0.0)) == "none seen, at most 0.01"
    line = {"reliability": 0.5, "delay_s": 30.0, "prevented": effect(0.4), "expected": None}
    told = {
        "replications": 50,
        "avoidable": mean(1.0),
        "lines": [line | {"avoidable_left": mean(0.0), "leakers": effect(0.0, False, True)}],
    }
    assert hotline.table(told)[0][3:] == ("–", "none seen, at most 0.01", "0 in every pair")
    assert "reliability 0.5 and a mean delay of 30 s prevents most: 0.4" in hotline.lines(told)[1]
