"""The miss that noise makes: the endgame against the adjoint of its loop, and against closed forms."""

import math

import numpy as np
import pytest

from openiads.earth.geodesy import SEMI_MAJOR
from openiads.physics import flyout, lethality, paths
from openiads.textbook import homing
from physics.samples import bare_round

CLOSING = 1500.0
NOISES = {
    "glint": ({}, 2.0),
    "range-independent": ({"terminal_a": 1e-3}, 0.0),
    "semi-active": ({"terminal_b": 1e-2, "guidance": "semi_active"}, 0.0),
    "active": ({"terminal_b": 1e-2, "guidance": "active"}, 0.0),
}


def marked(glint, number=0):
    """A round with a stream of noise of its own, at a target lit from the range that its noise holds for."""
    body = flyout.new_bodies(1)[0]
    body["stream"][:] = 1, number, 0, 0
    body["glint"], body["radar_range"] = glint, 50e3
    return body


def kind_of(noise, **values):
    return bare_round(**{"lit_range": 50e3, "guidance": "semi_active"} | NOISES[noise][0] | values)


def misses(kind, glint, time, count):
    """Misses (m) of rounds that close head-on at 1500 m/s from ``time`` s out, both falling, with nothing but noise."""
    r = SEMI_MAJOR + 40e3
    drop = 0.5 * np.array(flyout.track_acceleration(r, 0.0, 0.0, 0.0, 0.0, 0.0, 1))

    def path(t):
        return np.stack([r + 0.0 * t, CLOSING * time - 500.0 * t, 0.0 * t], axis=1) + drop * (t * t)[:, None]

    table = paths.tabulate(path, 0.0, time + 5.0, 0.25)
    found = np.empty(count)
    for n in range(count):
        body = marked(glint, n)
        body["ballistic"], body["limit"] = 1, 1e6
        body["phase"], body["age"], body["launch_time"] = flyout.Phase.MIDCOURSE, 60.0, -60.0
        body["status"] = flyout.FLYING
        body["position"][:] = r, 0.0, 0.0
        body["velocity"][:] = 0.0, CLOSING - 500.0, 0.0
        found[n], _ = flyout.endgame(body, kind, table, 0, math.inf, 0.0, 0.0, 0.004)
    return found


@pytest.mark.compiled_only  # thousands of endgames
@pytest.mark.parametrize(("lag", "time", "level"), [(0.1, 6.0, 1.0), (0.3, 2.0, 1.0), (0.3, 6.0, 3.0), (0.6, 8.0, 0.3)])
@pytest.mark.parametrize("noise", NOISES)
def test_the_miss_under_each_noise_alone_is_that_of_the_adjoint(noise, lag, time, level) -> None:
    """An expert expects the sampled loop and the adjoint of its equations to agree but for the step and the sample:
    1500 rounds tell a deviation of two axes to 1.3 %, the step is good to 4 % where it is coarsest."""
    kind, glint = kind_of(noise, lag=lag), level * NOISES[noise][1]
    for name in ("terminal_a", "terminal_b"):
        kind[name] *= level
    flown = math.sqrt(np.mean(misses(kind, glint, time, 1500) ** 2) / 2.0)
    assert flown == pytest.approx(lethality.miss_deviation(marked(glint), kind, CLOSING, time), rel=0.05)


def test_misses_grow_with_the_noise_and_with_nothing_else() -> None:
    """The loop is linear: the same noise three times as strong makes the same misses three times as large."""
    one, three = (misses(kind_of("range-independent", terminal_a=a), 0.0, 3.0, 5) for a in (1e-3, 3e-3))
    assert three == pytest.approx(3.0 * one, rel=1e-6, abs=3e-4)


@pytest.mark.parametrize("navigation", [3.0, 3.7, 5.0])
@pytest.mark.parametrize("lag", [0.1, 0.3, 0.6])
def test_the_adjoint_is_the_closed_form(lag, navigation) -> None:
    """All noises at once, sample by sample: integrated backward, and by Kummer's function."""
    time, interval = 3.0, 0.1
    kind = kind_of("active", terminal_a=1e-3, lag=lag, navigation=navigation)
    total = 0.0
    for phase in range(lethality.PHASES):
        first = (phase + 0.5) / lethality.PHASES * interval
        begins = np.append(time, np.arange(first, time - 1e-9, interval)[::-1])
        each = np.array([flyout.noise_deviations(marked(2.0), kind, CLOSING * t) for t in begins])
        total += homing.sampled_noise_miss(lag, navigation, CLOSING, begins, each[:, 0], each[:, 1]) ** 2
    told = math.sqrt(total / lethality.PHASES)
    assert lethality.miss_deviation(marked(2.0), kind, CLOSING, time) == pytest.approx(told, rel=2e-3)


@pytest.mark.parametrize("navigation", [3.0, 4.0, 5.0])
def test_fine_samples_are_white_noise(navigation) -> None:
    """Samples far shorter than the lag: glint goes with T^-1/2, angle noise with V T^1/2, with the textbook's factors.

    The tables of the textbook print 1.44, 1.71, 1.91 and 0.532, 0.561, 0.588 for ratios of 3, 4 and 5.
    """
    shift, angle = homing.white_noise_miss(navigation)
    at = int(navigation) - 3
    assert (shift, angle) == pytest.approx(((1.44, 1.71, 1.91)[at], (0.532, 0.561, 0.588)[at]), rel=0.02)
    lag, interval = 0.4, 0.002
    fine = {"lag": lag, "navigation": navigation, "noise_interval": interval}
    glint = lethality.miss_deviation(marked(2.0), kind_of("glint", **fine), CLOSING, 8.0)
    own = lethality.miss_deviation(marked(0.0), kind_of("range-independent", **fine), CLOSING, 8.0)
    assert glint == pytest.approx(shift * 2.0 * math.sqrt(interval / lag), rel=0.01)
    assert own == pytest.approx(angle * CLOSING * 1e-3 * math.sqrt(interval * lag), rel=0.01)


def test_the_noise_of_a_round_is_its_own() -> None:
    """Two shots differ, the same shot does not, and its samples do not repeat."""
    one, two = marked(2.0, 1), marked(2.0, 2)
    first = [flyout.terminal.noise_sample(one, n) for n in range(50)]
    assert first == [flyout.terminal.noise_sample(one, n) for n in range(50)]
    assert len(set(first)) == 50
    assert not set(first) & {flyout.terminal.noise_sample(two, n) for n in range(50)}
