"""Twins of the contested sky: they say what the closed forms say, and stand beside a figure or alone."""

import json
import math
from pathlib import Path

import pytest

from openiads import textbook
from openiads.base.errors import InputError
from openiads.base.toml import toml_text
from openiads.explain.closed_forms import Twin
from openiads.explain.contested_forms import (
    blinking_twin,
    burn_through_twin,
    contested_beside,
    decoys_twin,
    layers_twin,
)
from openiads.runs.replicate import run
from openiads.scenario.load import load, loads

RADAR = textbook.Radar(1e6, 1e4, 0.03, 1e6, 1000.0, loss=2.0)


def whole(twin: Twin) -> float:
    """The closed figure of a twin that is complete and can be written down."""
    assert twin.given
    assert twin.why.endswith(".")
    assert twin.formula
    told = json.loads(json.dumps(twin.as_dict(), allow_nan=False))
    assert told["closed"] == twin.closed
    assert len(told["inputs"]) == len(twin.inputs) >= 4
    assert twin.closed is not None
    return twin.closed


def value(twin: Twin, name: str) -> float:
    return next(each.value for each in twin.inputs if each.name == name)


@pytest.mark.parametrize("elsewhere", [0.0, 20.0])
@pytest.mark.parametrize("erp", [0.0, 1.0])
def test_burn_through_beside_a_run_is_that_of_the_radar_equation(erp: float, elsewhere: float) -> None:
    twin = burn_through_twin("a radar", RADAR.echo(1.0), RADAR.jamming(erp, 1e7), elsewhere, 20.0)
    exact = textbook.self_screening_range(RADAR, 1.0, erp, 1e7, 20.0, elsewhere)
    assert whole(twin) == pytest.approx(exact, rel=1e-12)
    clear = textbook.noise_limited_range(RADAR, 1.0, 20.0)
    assert value(twin, "range without jamming") == pytest.approx(clear, rel=1e-12)
    left = textbook.stand_off_range(RADAR, 1.0, 20.0, elsewhere)
    assert value(twin, "range left by jammers elsewhere alone") == pytest.approx(left, rel=1e-12)
    at = value(twin, "range at which its own jamming equals noise")
    if erp:
        jammer = textbook.Jammer(erp, at, 1e7)
        assert textbook.jamming_to_noise(RADAR, [jammer]) == pytest.approx(1.0, rel=1e-12)
    else:
        assert at == 0.0


def test_layers_beside_a_run_tell_what_saturation_costs() -> None:
    twin = layers_twin("S-300 and guns", 24, 0.2, 0.7, 2, (3.4, 3.1, 3.7))
    exact = textbook.layer_behind_layer(24, 0.2, 0.7, 2)
    assert whole(twin) == exact.expected
    assert value(twin, "leakers if it never saturated") == exact.product
    assert (twin.simulated, twin.low, twin.high) == (3.4, 3.1, 3.7)
    assert "cannot tell the two apart" in twin.why
    endless = layers_twin("both", 24, 0.2, 0.7, math.inf)
    assert whole(endless) == pytest.approx(exact.product, rel=1e-12)
    assert "no figure" in endless.why


def test_decoys_beside_a_run_share_the_risk_by_their_weights() -> None:
    for weights, salvo in (([1.0], 1), ([1.0, 0.5, 0.5, 0.5], 2), ([2.0, 2.0], 3)):
        twin = decoys_twin("a radar", 0.8, weights, salvo)
        alike = weights[1] / weights[0] if len(weights) > 1 else 1.0
        assert whole(twin) == pytest.approx(textbook.decoyed_kill(0.8, len(weights) - 1, alike, salvo), rel=1e-12)
        assert twin.share


def test_blinking_beside_a_run_follows_its_rule() -> None:
    exact = textbook.blinking_detection(0.3, 12, 0.25)
    assert whole(blinking_twin("a radar", 0.3, 12, 0.25, regular=True)) == exact.periodic
    assert whole(blinking_twin("a radar", 0.3, 12, 0.25, regular=False)) == exact.random
    always = textbook.blinking_detection(0.3, 12, 1.0).random
    assert value(blinking_twin("a radar", 0.3, 12, 0.25, True), "detection if it emitted always") == always


def test_a_figure_above_or_below_gets_a_reason_of_its_own() -> None:
    twins = {
        "above": layers_twin("both", 24, 0.2, 0.7, 4, (4.0, 3.8, 4.2)),
        "below": layers_twin("both", 24, 0.2, 0.7, 4, (1.0, 0.8, 1.2)),
        "beside": layers_twin("both", 24, 0.2, 0.7, 4, (2.3, 2.1, 2.5)),
    }
    assert len({twin.why for twin in twins.values()}) == 3
    assert "fewer than it could" in twins["above"].why
    assert "more than the capacity" in twins["below"].why


def test_what_is_outside_a_domain_is_refused() -> None:
    with pytest.raises(InputError):
        burn_through_twin("x", 1.0, 0.0, 0.0, 0.0)
    with pytest.raises(InputError):
        decoys_twin("x", 0.8, [0.0])
    with pytest.raises(InputError):
        blinking_twin("x", 0.3, 12, 1.5, True)


@pytest.mark.compiled_only
def test_a_run_stands_beside_the_burn_through_of_who_jams_and_one_without_has_none(tmp_path: Path) -> None:
    """Expected: the run first sees a jammer beyond even chance of one look, as it looks often, but within four times
    it; nothing stands beside a run in which nobody jams."""
    mapping = load("one_on_one").mapping()
    assert contested_beside(run(load("one_on_one"), replications=3, seed=1, out=tmp_path / "clear")) == []
    mapping["raid"][0] |= {"jammer": "weak", "origin": "34.92 N 34.00 E"}
    power = {"value": 20, "unit": "W", "status": "assumption", "note": "of a test", "exact": True}
    mapping["catalog"] = {"jammers": {"weak": {"based_on": "escort_jammer", "erp": power}}}
    mapping |= {"model": {"false_alarms": False}, "duration": "800 s"}
    made = run(loads(toml_text(mapping)), replications=12, seed=1, out=tmp_path / "jammed")
    (twin,) = contested_beside(made)
    assert twin.closed is not None and twin.simulated is not None
    assert twin.closed < twin.simulated < 4.0 * twin.closed
