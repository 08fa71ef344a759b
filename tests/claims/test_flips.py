"""Where an answer flips: thresholds between tried values, and how much of a prior lies above them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openiads.base.errors import InputError
from openiads.claims.basics import Flip
from openiads.claims.flips import crossings, flipped, prior
from openiads.scenario.knobs import known_knobs
from openiads.scenario.load import catalog_of, load

SETS, PRIOR = "48n6e2.pk_ballistic", "48n6e2.pk"


def test_a_threshold_lies_linearly_between_two_values() -> None:
    assert crossings([0.0, 0.1, 0.3], [0.0, 0.1, 0.5], 0.2) == [pytest.approx(0.15)]
    assert crossings([0.0, 1.0, 2.0], [0.0, 1.0, 0.0], 0.5) == [pytest.approx(0.5), pytest.approx(1.5)]
    assert crossings([0.0, 1.0], [0.3, 0.9], 0.2) == []
    assert crossings([0.0, 1.0], [math.nan, 0.9], 0.5) == []


def test_a_prior_of_kill_probability_is_that_of_its_knob() -> None:
    flown = load("tartus_2016")
    book = catalog_of(flown)
    knob = known_knobs([PRIOR], book, flown)[PRIOR]
    value = book["48n6e2"].values["pk_ballistic"]
    uniform, skeptical = (prior(book, SETS, knob, name) for name in ("uniform", "skeptical"))
    assert value.si_low <= uniform[0] < uniform[-1] <= value.si_high
    assert np.median(uniform) == pytest.approx((value.si_low + value.si_high) / 2, rel=1e-3)
    assert skeptical[0] < 0.05 < value.si_low
    with pytest.raises(InputError, match="not moved by"):
        prior(book, "48n6e2.reliability", knob, "uniform")


def test_a_flip_tells_the_threshold_and_the_share_of_every_prior_above_it() -> None:
    values = (0.5, 0.02, 0.2)  # in any order
    flip = Flip(sets=SETS, prior=PRIOR, values=values, compare="a count")
    figures = {"a": [0.8, 0.04, 0.36], "b": [0.9, 0.5, 0.7]}
    one, never = flipped(flip, load("tartus_2016"), ("uniform", "skeptical"), figures, (0.2,))
    assert one.values == (0.02, 0.2, 0.5) and one.figures == (0.04, 0.36, 0.8)
    assert one.thresholds == (pytest.approx(0.11),)
    assert one.above["uniform"] == (1.0,)
    assert 0.3 < one.above["skeptical"][0] < 0.8
    assert never.thresholds == () and never.as_dict()["prior_above"] == {"uniform": [], "skeptical": []}
