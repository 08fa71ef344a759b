"""Single-shot kill probability over range and height: the endgame of the engine, flown many times at each place.

Rounds are flown against a head-on target at a place (`physics.lethality.reference_misses`), and each miss turned into
a probability by the lethal radius that the world gives the round, with its reliability and the common mode of a salvo.
The radar's track is in doubt by ``TRACK_ANGLE`` across the line of sight, as in the table of misses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from openiads.base.errors import InputError
from openiads.physics.gunnery import Burst, burst_kill
from openiads.physics.lethality import ReferenceTarget, kill_probability, reference_misses
from openiads.reach.scenes import magazines_of
from openiads.reach.straight import TRACK_ANGLE, Target
from openiads.world.build import World
from openiads.world.codes import ThreatClass
from openiads.world.values import Values

SAMPLES = 60  # rounds flown at each place


def kill_map(
    world: World,
    target: Target,
    ranges: Iterable[float],
    heights: Iterable[float],
    *,
    unit: int = 0,
    kind: str = "",
    samples: int = SAMPLES,
) -> NDArray[np.floating]:
    """Probability that one round kills at ground ranges (m, > 0) and heights (m): (heights, ranges).

    Of several kinds of round the surest at each place, or only ``kind``.  0 where a round does not arrive.
    InputError unless the world has the models of the endgame.
    """
    if world.rows["situation"][0]["kill_constant"] == 1:
        raise InputError("model.kill", "constant", 'Kill probability over range needs model.kill = "encounter".')
    ranges, heights = list(ranges), list(heights)
    out = np.zeros((len(heights), len(ranges)))
    for m in magazines_of(world, unit, kind):
        magazine = world.rows["magazines"][m]
        flight = world.rows["interceptors"][int(magazine["interceptor"])]
        if magazine["burst"] > 0:
            out = np.maximum(out, _by_bursts(world, target, magazine, ranges, heights))
            continue
        for i, height in enumerate(heights):
            believed = target.kind(height)
            glint, size = _extent(world, target, believed)
            for j, away in enumerate(ranges):
                across = TRACK_ANGLE * away
                misses = reference_misses(
                    flight,
                    ReferenceTarget(away, height, target.speed, glint, target.load),
                    radar_angle=TRACK_ANGLE,
                    track_error=(0.0, across, across),
                    samples=samples,
                )
                works = float(magazine["reliability"] * magazine["common_mode"] * magazine["certain"][believed])
                radius = max(float(magazine["lethal"][believed]) * size, float(magazine["least_lethal"]))
                chance = np.mean([kill_probability(float(miss), radius, works) for miss in misses])
                out[i, j] = max(out[i, j], float(chance))
    return out


def _by_bursts(
    world: World, target: Target, magazine: np.void, ranges: list[float], heights: list[float]
) -> NDArray[np.floating]:
    """The same of the bursts of a gun, in closed form, within its limits; a maneuver is not in it."""
    out = np.zeros((len(heights), len(ranges)))
    least, most, low, high = magazine["limits"][0].tolist()
    for i, height in enumerate(heights):
        believed = target.kind(height)
        _, size = _extent(world, target, believed)
        radius, kills = float(magazine["lethal"][believed]) * size, float(magazine["certain"][believed])
        one = Burst(int(magazine["burst"]), float(magazine["dispersion"]), float(magazine["bias"]), radius, kills)
        for j, away in enumerate(ranges):
            slant = math.hypot(away, height)
            if least <= slant <= most and low <= height <= high:
                out[i, j] = float(magazine["reliability"]) * burst_kill(one, slant)
    return out


def _extent(world: World, target: Target, believed: int) -> tuple[float, float]:
    """Glint (m) of a target seen from ahead, and its span as a share of its class's; the class's own without a type."""
    values = Values(world.catalog, world.knobs)
    kind = world.catalog[target.threat].text["class"] if target.threat else ThreatClass(believed).name.lower()
    reference = values.model(f"reference_span_{kind}")
    span = values.of(world.catalog[target.threat], "span") if target.threat else reference
    return values.model("glint_share") * span, span / reference
