"""A command-guided unit in the whole chain: its misses grow with range, and its kills fall as the closed form says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.scenes import CLEAR, FACING, each, events, place, raid, scene
from openiads.world.codes import Event, ThreatClass


@pytest.mark.compiled_only
def test_kills_of_a_command_guided_unit_fall_with_range_as_the_line_of_sight_says():
    """Expected: the deviation of the miss grows at least in proportion to range (the radar's angle error is what it
    misses by, and grows as the echo weakens); with it the mean chance is R L^2 / (L^2 + s^2). The deviation varies from
    echo to echo, so that of the middle miss is taken; with the mean square, which the worst ones make, the closed form
    is a lower bound, as it is convex in s^2. Kills are that chance times what a salvo shares, to three standard
    errors."""
    unit = {
        "name": "Close",
        "system": "pantsir_s1",
        "at": place(0.0),
        "facing": f"{FACING} deg",
        "defends": ["Depot"],
        "doctrine": {"control": "free", "salvo": 1},
    }
    stream = raid("Flyer", "f16", 35.0, count=6, spacing="15 s", altitude="3 km", speed="200 m/s")
    world = scene(stream, model=CLEAR, sites=[unit], duration=400.0)
    met = np.concatenate([e["value"] for e in each(world, 60, lambda r: events(r, Event.INTERCEPT))])
    killed = np.concatenate([e["code"] for e in each(world, 60, lambda r: events(r, Event.INTERCEPT))])
    kind, magazine = int(ThreatClass.AIRCRAFT), world.rows["magazines"][0]
    lethal = float(magazine["lethal"][kind] * world.rows["flights"]["size"][0])
    before = 0.0
    for low in (8e3, 10e3, 12e3, 14e3, 16e3, 18e3):
        here = (met[:, 3] >= low) & (met[:, 3] < low + 2e3)
        assert here.sum() > 20
        square = float(np.median(met[here, 0] ** 2)) / (2.0 * math.log(2.0))
        worst = float(np.mean(met[here, 0] ** 2)) / 2.0
        assert math.sqrt(square) / low > 0.85 * before
        before = math.sqrt(square) / low
        works = float(magazine["reliability"] * magazine["certain"][kind])
        assert met[here, 1].mean() == pytest.approx(works * lethal**2 / (lethal**2 + square), abs=0.07)
        assert met[here, 1].mean() > works * lethal**2 / (lethal**2 + worst) - 0.03
        expected = float(magazine["common_mode"]) * met[here, 1]
        error = math.sqrt(float(np.sum(expected * (1.0 - expected))))
        assert abs(killed[here].sum() - expected.sum()) <= 3.0 * error
